"""What follows from an import: tasks that close, mail that waits, and open questions for who takes over a role."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.actions import tried
from engine.app.desk import Desk, Moved
from engine.app.handing_over import ask_successor, asked_last
from engine.app.hearing import hearers
from engine.app.import_made import import_all, undo_import
from engine.app.intake import apply
from engine.app.invitations import bring_in_line, news_since
from engine.app.letters import write_messages
from engine.app.means import Means
from engine.app.mergers import bring_back, memos_of, settle_tasks, touches_tasks
from engine.app.planning import PROGRAM
from engine.app.reroute import reroute, take_back_successions, take_question_back
from engine.app.stages import settle_documents
from engine.core.guest_news import GuestNews
from engine.core.intake import RegisterDifference
from engine.core.lapse import why_closed
from engine.core.localtime import local_date, start_of_day
from engine.core.party import SWV, Register
from engine.core.ports import Calendars
from engine.core.recipients import places
from engine.core.roles import BUREAU
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.sheets import RoleEntry
from engine.core.task import StoredTask
from engine.core.window import days_of, next_opening
from engine.store.appointments import waiting_numbers
from engine.store.database import scratch_database
from engine.store.imports import import_made, keep_asked, keep_closed
from engine.store.notices import heard_of
from engine.store.people import open_tasks_told
from engine.store.register import contact_numbers, copy_register, load_register
from engine.store.successions import add_succession, brought_by, take_successions
from engine.store.tasks import any_open, load_tasks

READ_IN = "nieuwe versie ingelezen"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who gets a role by an import, from which day, and the open tasks that only who had it before was asked.

    On a later day all is asked that is open then. `leaves` is when the mail that asks them leaves, None where it waits
    for the bureau. `old` is one of who had it before; `also` are others who hear of a task then, because they did not
    yet.
    """

    email: str
    name: str
    day: date
    tasks: tuple[StoredTask, ...]
    leaves: datetime | None = None
    old: int = 0
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Follows:
    """What follows from an import that is not stored yet: the tasks of documents that close, and the newcomers."""

    closing: tuple[StoredTask, ...] = ()
    newcomers: tuple[Newcomer, ...] = ()


def follows(
    connection: Connection, means: Means, rules: Sequence[Rule], found: RegisterDifference, now: datetime
) -> Follows:
    """What would follow from an import; changes nothing."""
    if not (found.roles.new or found.documents.new) or not any_open(connection):
        return Follows()
    before, today = means.register(connection), local_date(now)
    with scratch_database().write() as scratch:
        copy_register(connection, scratch)
        apply(scratch, found, now)
        after = load_register(scratch, means.settings)
    closing = tuple(_closing(connection, rules, found, after, today))
    keys = {task.plan.key for task in closing}
    new = (
        replace(one, tasks=tuple(task for task in one.tasks if task.plan.key not in keys))
        for one in _unaware(connection, found, before, after, today)
    )
    calendars = means.people(connection)[1]
    return Follows(
        closing, tuple(_leaving(one, means, after, calendars, now) for one in new if one.tasks or one.day > today)
    )


def settle_import(
    desk: Desk, found: RegisterDifference, number: int, asked: Sequence[Newcomer] = (), *, stop: bool = False
) -> tuple[Moved, ...]:
    """After import `number` was stored: tasks of what closed or is renewed end, mail that waits goes to who is to hear
    by now, and the newcomers are asked what stands open. `stop` as of `settle_tasks`; returns what that ended.
    """
    connection, means = desk.connection, desk.means
    ended: tuple[Moved, ...] = ()
    if touches_tasks(found):
        ended = settle_tasks(connection, means, found, desk.now, desk.by, stop=stop)
    renewed = settle_documents(_by_program(desk), means.rules(connection), why_renewed=READ_IN)
    parties = {row.party.casefold() for row in found.documents.new}
    closed = [one for one in renewed if one.before.plan.party.casefold() in parties]
    keep_closed(connection, number, memos_of(connection, [*ended, *closed], desk.now))
    numbers = contact_numbers(connection)
    _follow_roles(desk, found, numbers)
    told: list[tuple[int, str, str]] = []
    for one in asked:
        contact = numbers[one.email]
        if one.day > local_date(desk.now):
            add_succession(connection, one.old, contact, one.day, ends_links=False, imported=number)
            continue
        tasks = load_tasks(connection, keys=[task.plan.key for task in one.tasks])
        still = [task for task in tasks if task.state == "open"]
        steps = ask_successor(connection, still, contact, desk.now)
        told += [(contact, task, step) for task, step in steps]
    keep_asked(connection, number, told)
    bring_in_line(connection, means, desk.now)
    return ended


def guests_after_import(means: Means, found: RegisterDifference, now: datetime, *, stop: bool) -> tuple[GuestNews, ...]:
    """What guests of gesprekken would hear because of an import; nothing of it is kept. `stop` as of `settle_tasks`."""

    def store(connection: Connection, mute: Means) -> tuple[GuestNews, ...]:
        before, desk = waiting_numbers(connection), Desk(connection, mute.apart(), now, "")
        settle_import(desk, found, import_all(connection, found, (), now, ""), stop=stop)
        return news_since(connection, desk.means, before)

    return tried(means, store) if found else ()


def guests_after_undo(means: Means, number: int, now: datetime) -> tuple[GuestNews, ...]:
    """What guests of gesprekken would hear because of `take_import_back`; nothing of it is kept. Raises Refused."""

    def undo(connection: Connection, mute: Means) -> tuple[GuestNews, ...]:
        before, desk = waiting_numbers(connection), Desk(connection, mute.apart(), now, "")
        take_import_back(desk, number)
        return news_since(connection, desk.means, before)

    return tried(means, undo)


def take_import_back(desk: Desk, number: int) -> tuple[str, ...]:
    """Undoes an import with what followed from it; returns the titles of tasks that stay closed. Raises Refused."""
    connection = desk.connection
    made = import_made(connection, number)
    people = contact_numbers(connection)
    taken = take_successions(connection, brought_by(connection, number))
    undo_import(connection, number, desk.now, desk.by)
    if made is None or made.brought is None:
        bring_in_line(connection, desk.means, desk.now)
        return ()
    still = set(contact_numbers(connection).values())
    came = [people[row.email] for row in made.brought.roles if people.get(row.email) in still]
    emptied: list[int] = []
    for contact in sorted({contact for contact, *_ in made.asked}):
        theirs = [(task, step) for who, task, step in made.asked if who == contact]
        emptied += take_question_back(connection, contact, theirs)
    emptied += take_back_successions(connection, taken)
    reroute(connection, came, desk.means, desk.now)
    write_messages(connection, emptied, desk.means, desk.means.register(connection), desk.now)
    left = bring_back(connection, desk.means, made.closed, desk.now, desk.by)
    bring_in_line(connection, desk.means, desk.now)
    return tuple(desk.task(key).plan.title for key in left)


def touched_by(connection: Connection, parties: Iterable[str]) -> tuple[int, int]:
    """How many tasks of parties that end are not open yet, and how many are."""
    states = [task.state for party in parties for task in load_tasks(connection, party=party)]
    return states.count("planned"), states.count("open") + states.count("submitted")


def _closing(
    connection: Connection, rules: Sequence[Rule], found: RegisterDifference, after: Register, today: date
) -> Iterator[StoredTask]:
    for party in sorted({row.party for row in found.documents.new}):
        for task in load_tasks(connection, party=party):
            if task.plan.kind == "document" and task.state in ("open", "submitted"):
                renewed, _ = why_closed(task.plan, rules, after, Schooljaar.of(today))
                if renewed:
                    yield task


def _leaving(one: Newcomer, means: Means, after: Register, calendars: Calendars, now: datetime) -> Newcomer:
    if means.settings.release == "altijd" or any(task.held for task in one.tasks):
        return one
    begin = max(now, start_of_day(one.day))
    number = next(contact.id for contact in after.contacts.values() if contact.email == one.email)
    days = days_of(number, after, calendars, local_date(begin))
    return replace(one, leaves=next_opening(begin, means.hours, days))


def _unaware(
    connection: Connection, found: RegisterDifference, before: Register, after: Register, today: date
) -> Iterator[Newcomer]:
    numbers = {contact.email: contact.id for contact in before.contacts.values()}
    moved = dict(found.readdressed)
    arriving = {row.email for row in found.roles.new}
    leaving = {row.email for row in found.roles.gone} | {one.old.email for one in found.roles.changed}
    asked = {numbers[email] for email in leaving if email in numbers}
    asked |= set(before.along_chain(BUREAU, SWV, today))
    told = {contact: set(open_tasks_told(connection, contact)) for contact in sorted(asked)}
    tasks = [
        task
        for task in load_tasks(connection, keys=set().union(*told.values()))
        if (party := after.parties.get(task.plan.party)) is not None and party.active
    ]
    names = (step.plan.name for task in tasks for step in task.steps)
    heard = heard_of(connection, [task.plan.key for task in tasks], names)
    new: dict[tuple[str, date], list[StoredTask]] = {}
    olds = _taken_over(found, before, after, today)
    new.update({key: [] for key in olds})
    seen: set[tuple[str, str]] = set()
    for day in sorted({max(today, row.first or today) for row in found.roles.new}):
        for task in tasks:
            old = {moved.get(email, email) for email in _who(task, before, today)}
            now = _who(task, after, day)
            left = {numbers[one] for one in old - now if one in numbers}
            if not any(task.plan.key in told.get(contact, ()) for contact in left):
                continue
            for email in sorted((now - old) & arriving):
                if (email, task.plan.key) not in seen and not _has_heard(task, numbers.get(email), heard):
                    seen.add((email, task.plan.key))
                    olds.setdefault((email, day), min(left))
                    new.setdefault((email, day), []).append(task)
    called = {contact.email: contact.name for contact in after.contacts.values()}
    for (email, day), theirs in sorted(new.items(), key=lambda each: (called[each[0][0]], each[0])):
        others = {one for one, _ in new} | {email}
        also = {
            called[one] for task in theirs for one in _hearing_too(task, after, day, numbers, moved, heard) - others
        }
        yield Newcomer(email, called[email], day, tuple(theirs), old=olds[email, day], also=tuple(sorted(also)))


def _hearing_too(
    task: StoredTask,
    after: Register,
    day: date,
    numbers: Mapping[str, int],
    moved: Mapping[str, str],
    heard: Collection[tuple[str, str, int]],
) -> set[str]:
    """The addresses of who hears of the step that is due once more then, and did not hear of it before."""
    step = next((one for one in task.steps if one.plan.name == asked_last(task)), None)
    if step is None:
        return set()
    known = {moved.get(email, email): number for email, number in numbers.items()}
    emails = {after.contacts[one.contact].email for one in hearers(task, step, after, day)}
    return {one for one in emails if (task.plan.key, step.plan.name, known.get(one)) not in heard}


def _taken_over(
    found: RegisterDifference, before: Register, after: Register, today: date
) -> dict[tuple[str, date], int]:
    """(address, day) of who takes a role over on a later day, with one of who has it now."""
    moved = dict(found.readdressed)
    then = {contact.email: contact.id for contact in after.contacts.values()}
    taken: dict[tuple[str, date], int] = {}
    for row in found.roles.new:
        if row.first is None or row.first <= today:
            continue
        have = {number: moved.get(email, email) for number, email in _holding(row, before, today)}
        get = {email for _, email in _holding(row, after, row.first)}
        left = [number for number, email in have.items() if email not in get]
        if left and row.email in get and row.email not in have.values() and row.email in then:
            taken.setdefault((row.email, row.first), min(left))
    return taken


def _holding(row: RoleEntry, register: Register, day: date) -> list[tuple[int, str]]:
    """Who hears for the role of that row on that day: number and address."""
    return [(one, register.contacts[one].email) for one in register.who(row.role, row.party, day).contacts]


def _who(task: StoredTask, register: Register, day: date) -> set[str]:
    """The addresses of who is asked on that day."""
    plan = task.plan
    where = places((plan.asked,), plan.party, register) if plan.asked else []
    people = {contact for role, place in where for contact in register.who(role, place, day).contacts}
    return {register.contacts[contact].email for contact in people}


def _has_heard(task: StoredTask, contact: int | None, heard: Collection[tuple[str, str, int]]) -> bool:
    own = [step.plan.name for step in task.steps if task.plan.asked in step.plan.to]
    return contact is not None and any((task.plan.key, name, contact) in heard for name in own)


def _follow_roles(desk: Desk, found: RegisterDifference, numbers: Mapping[str, int]) -> None:
    """Mail that waits for who lost a role goes to who has it by now."""
    gone = {numbers[row.email] for row in found.roles.gone if row.email in numbers}
    if gone:
        reroute(desk.connection, gone, desk.means, desk.now)


def _by_program(desk: Desk) -> Desk:
    return Desk(desk.connection, desk.means, desk.now, PROGRAM)
