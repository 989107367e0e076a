"""Draag over aan: all roles and open tasks of one contact go to another, from a day on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.actions import tried
from engine.app.hearing import hearers
from engine.app.means import Means
from engine.app.people import Changed, Person, new_contact, settle, undo_of
from engine.app.reroute import HANDED_OVER, newest_told, reminders_taken_out, reroute, taken_out
from engine.core.dutch import counted, listed, long_date
from engine.core.guest_news import GuestNews, and_going_out
from engine.core.handover import ONE_DAY, HandedOver, handed_over
from engine.core.localtime import local_date, start_of_day
from engine.core.party import Absence, Contact, Register, RoleRow
from engine.core.problem import Refused
from engine.core.recipients import places
from engine.core.sheets import RoleEntry
from engine.core.task import StoredTask
from engine.core.window import days_of, next_opening
from engine.store.absences import absences_of, load_absences, replace_absences
from engine.store.links import revoke_links
from engine.store.messages import untried_of
from engine.store.notices import forget_handed_over, heard_of
from engine.store.people import contact_by_email, open_tasks_told, rows_of_people
from engine.store.register import roles_of_contact, save_roles_of
from engine.store.successions import (
    Succession,
    add_succession,
    claim_succession,
    keep_what_was_done,
    next_succession,
    ripe_successions,
)
from engine.store.tasks import StepChange, load_tasks, open_tasks, set_step_states


@dataclass(frozen=True, slots=True)
class Outlook:
    """What handing over will change: the roles, the open tasks that are asked again, and mail that waits for the old
    one. A gesprek that is arranged is not asked again: `guests_after_handing_over` says who hears of it.

    `tasks` are those that are open now; on a later day it is what is open then. `hears` is when the successor's first
    mail may leave, None when there is nothing to tell yet; `held`: it waits for the bureau first. `also` are the names
    of others who hear of a task then, because they did not yet.
    """

    roles: tuple[RoleEntry, ...]
    tasks: tuple[StoredTask, ...]
    waiting: int
    hears: datetime | None
    held: bool
    also: tuple[str, ...] = ()


def preview(connection: Connection, means: Means, old: int, to: Person, day: date, now: datetime) -> Outlook:
    """What `hand_over` would do; changes nothing. Raises Refused as it does."""
    handed = _handed(connection, old, to, day, now)
    register, calendars = means.people(connection)
    new = contact_by_email(connection, to.email) or 0
    then = _as_it_becomes(register, handed, old, new, to)
    now_asked = _as_if_present(register, old)
    tasks = [task for task in _told_open(connection, old) if _changes_hands(task, now_asked, then, old, new, day)]
    later = day > local_date(now)
    waiting = 0 if later else len(untried_of(connection, [old]))
    begin = max(now, start_of_day(day))
    days = days_of(new, then, calendars, local_date(begin))
    hears = next_opening(begin, means.hours, days) if tasks or waiting or later else None
    held = hears is not None and (means.settings.release == "altijd" or any(task.held for task in tasks))
    also = sorted({then.contacts[one].name for one in _also_told(connection, tasks, then, new, day)})
    return Outlook(handed.moved, tuple(tasks), waiting, hears, held, tuple(also))


def guests_after_handing_over(means: Means, old: int, to: Person, day: date, now: datetime) -> tuple[GuestNews, ...]:
    """What guests of gesprekken would hear because of `hand_over`; nothing of it is kept. Raises Refused as it does."""
    return tried(means, lambda connection, mute: hand_over(connection, mute.apart(), old, to, day, now).news)


def hand_over(connection: Connection, means: Means, old: int, to: Person, day: date, now: datetime) -> Changed:
    """Gives all roles of a contact to another, known by its address or new, from `day` on.

    Who takes over first meets each open task by the text of the request; mail that waits for the old contact goes to
    the new one when the day has come. To gesprekken from that day on the new one is invited. The old one keeps its
    history; on the day itself its personal links end. What is of a later day is done by `follow_successions`.
    Raises Refused.
    """
    handed = _handed(connection, old, to, day, now)
    new = contact_by_email(connection, to.email)
    known = [old] if new is None else [old, new]
    register = means.register(connection)
    stood_in_for = [away.contact for away in load_absences(connection) if away.stand_in == old and away.last >= day]
    before = rows_of_people(connection, [*known, *stood_in_for])
    if new is None:
        new = new_contact(connection, to)
    then = _as_it_becomes(register, handed, old, new, to)
    save_roles_of(connection, old, handed.old)
    save_roles_of(connection, new, handed.new)
    now_asked = _as_if_present(register, old)
    tasks = [task for task in _told_open(connection, old) if _changes_hands(task, now_asked, then, old, new, day)]
    later = day > local_date(now)
    asked = () if later else ask_successor(connection, tasks, new, now)
    keys = [task for task, _ in asked]
    moved_before = taken_out(connection, keys)
    for contact in stood_in_for:
        replace_absences(connection, contact, _stood_in(absences_of(connection, contact), old, new, day))
    begins = {max(day, row.first or day) for row in handed.moved} | {day}
    waiting = [
        add_succession(connection, old, new, begin, ends_links=begin == day)
        for begin in sorted(begins)
        if begin > local_date(now)
    ]
    touched = sorted({old, new, *stood_in_for})
    waited = reminders_taken_out(connection, touched)
    news = settle(connection, means, touched, now)
    if not later:
        revoke_links(connection, old, now)
    names = {row["id"]: row["name"] for row in rows_of_people(connection, [old, new])["contacts"]}
    what, open_now = counted(len(handed.moved), "rol", "rollen"), counted(len(tasks), "open taak", "open taken")
    done = f"Het werk van {names[old]} is overgedragen aan {names[new]}"
    if later:
        done += f" vanaf {long_date(day)}: {what}."
        text = f"{done} Op die dag hoort {names[new]} wat er dan openstaat."
    else:
        text = done = f"{done}: {listed([what, open_now])}."
    undo = undo_of(connection, touched, before, done)
    links = {} if later else {"links": {"contact": old, "at": now.isoformat()}}
    # What was taken out of mail that waited goes back into it: that is no question that was asked once more.
    moved = {(task, step) for task, step, _ in taken_out(connection, keys) - moved_before}
    steps = [list(one) for one in asked if one not in moved]
    memo = {**undo, **links, "asked": {"contact": new, "steps": steps}, "successions": waiting}
    memo["reminders"] = sorted(reminders_taken_out(connection, touched) - waited)
    return Changed(old, and_going_out(text, news), memo, news)


def follow_successions(means: Means, now: datetime) -> None:
    """Asks who takes over by now all that is open; a transaction for each, and each is done once."""
    with means.database.read() as connection:
        coming = next_succession(connection)
        ripe = ripe_successions(connection, now) if coming is not None and coming <= now else []
    for one in ripe:
        with means.database.write() as connection:
            if claim_succession(connection, one.id, now):
                _succeed(connection, means, one, now)


def _succeed(connection: Connection, means: Means, one: Succession, now: datetime) -> None:
    register, today = means.register(connection), local_date(now)
    asked = ask_successor(connection, _going_over(connection, one, register, today), one.new, now)
    keys = [task for task, _ in asked]
    moved_before, waited = taken_out(connection, keys), reminders_taken_out(connection, [one.old])
    reroute(connection, [one.old], means, now)
    moved = {(task, step) for task, step, _ in taken_out(connection, keys) - moved_before}
    reminders = reminders_taken_out(connection, [one.old]) - waited
    keep_what_was_done(connection, one.id, [step for step in asked if step not in moved], sorted(reminders))
    if one.ends_links and not register.roles_of(one.old, today):
        revoke_links(connection, one.old, now)


def _going_over(connection: Connection, one: Succession, register: Register, today: date) -> Iterator[StoredTask]:
    """The open tasks that the successor is asked: those of the old one, and what is asked of it since that day only."""
    before = _as_if_present(register, one.old)
    without = replace(
        register,
        roles=tuple(row for row in register.roles if (row.contact, row.first) != (one.new, one.day)),
        absences=tuple(away for away in register.absences if (away.stand_in, away.first) != (one.new, one.day)),
    )
    for task in load_tasks(connection, keys=open_tasks(connection)):
        if not asked_last(task) or one.new not in asked_of(task, register, today):
            continue
        if one.old in asked_of(task, before, one.day - ONE_DAY) or one.new not in asked_of(task, without, today):
            yield task


def _handed(connection: Connection, old: int, to: Person, day: date, now: datetime) -> HandedOver:
    if day < local_date(now):
        raise Refused("Deze dag is al voorbij.", "Kies vandaag of een latere dag.")
    new = contact_by_email(connection, to.email)
    if new == old:
        raise Refused("Kies iemand anders.", "U kunt het werk niet overdragen aan dezelfde persoon.")
    theirs = list(roles_of_contact(connection, new).values()) if new is not None else []
    handed = handed_over(list(roles_of_contact(connection, old).values()), theirs, to.email, day)
    if not handed.moved:
        raise Refused("Deze contactpersoon heeft dan geen rol meer.", "Er is niets over te dragen.")
    return handed


def _as_it_becomes(register: Register, handed: HandedOver, old: int, new: int, to: Person) -> Register:
    """The register once it is handed over."""
    others = [row for row in register.roles if row.contact not in (old, new)]
    theirs = [
        RoleRow(contact, row.role, row.party, row.first, row.last, row.came)
        for contact, rows in ((old, handed.old), (new, handed.new))
        for row in rows
    ]
    people = dict(register.contacts)
    people.setdefault(new, Contact(new, to.email, to.name, weekly=to.weekly))
    return replace(register, contacts=people, roles=(*others, *theirs))


def _as_if_present(register: Register, contact: int) -> Register:
    """The register in which that contact is not away: its work is its own, also while another stands in."""
    return replace(register, absences=tuple(away for away in register.absences if away.contact != contact))


def _stood_in(rows: Iterable[Absence], old: int, new: int, day: date) -> Iterator[Absence]:
    """Absences for which the new contact stands in from `day` on, where the old one did."""
    for away in rows:
        if away.stand_in != old or away.last < day:
            yield away
            continue
        if away.first < day:
            yield replace(away, last=day - ONE_DAY)
        if away.contact != new:
            yield replace(away, stand_in=new, first=max(away.first, day))


def _told_open(connection: Connection, contact: int) -> list[StoredTask]:
    return load_tasks(connection, keys=open_tasks_told(connection, contact))


def _changes_hands(task: StoredTask, before: Register, after: Register, old: int, new: int, day: date) -> bool:
    """True for a task of which something was asked of the old contact that will be asked of the new one."""
    if task.arranged is not None and not asked_last(task):
        return False
    return old in asked_of(task, before, day) and new in asked_of(task, after, day)


def asked_of(task: StoredTask, register: Register, day: date) -> set[int]:
    """The contacts who are to answer on that day."""
    plan = task.plan
    where = places((plan.asked,), plan.party, register) if plan.asked else []
    return {contact for role, place in where for contact in register.who(role, place, day).contacts}


def asked_last(task: StoredTask) -> str:
    """The newest step by which something was asked that is still to be done; empty where there is none.

    Of a gesprek that is arranged no date is asked any more, only what hangs on it.
    """
    if task.arranged is None:
        return newest_told(task)
    told = [step.plan for step in task.steps if step.state == "noticed" and step.plan.on_talk]
    return max(told, key=lambda step: step.position).name if told else ""


def ask_successor(
    connection: Connection, tasks: Iterable[StoredTask], new: int, now: datetime
) -> tuple[tuple[str, str], ...]:
    """Makes the newest step that the party was told due once more, for who did not hear of the task yet.

    Returns each task with that step.
    """
    tasks = list(tasks)
    heard = _heard(connection, tasks)
    for key, name, contact in heard:
        if contact == new:  # what was taken from this one before, as by an undone handing over, was not heard
            forget_handed_over(connection, key, name, [new], HANDED_OVER)
    asked = _to_ask(tasks, new, _heard(connection, tasks))
    rows: list[StepChange] = [(task.plan.key, name, "due", "", now) for task, name in asked]
    set_step_states(connection, rows)
    return tuple((task, step) for task, step, *_ in rows)


def _to_ask(
    tasks: Sequence[StoredTask], new: int, heard: Collection[tuple[str, str, int]]
) -> list[tuple[StoredTask, str]]:
    """Each task of which that contact did not hear yet, with the newest step that the party was told."""
    found = []
    for task in tasks:
        own = [step.plan.name for step in task.steps if task.plan.asked in step.plan.to]
        newest = asked_last(task)
        known = [newest] if task.arranged is not None else own
        if newest and not any((task.plan.key, name, new) in heard for name in known):
            found.append((task, newest))
    return found


def _also_told(
    connection: Connection, tasks: Sequence[StoredTask], then: Register, new: int, day: date
) -> Iterator[int]:
    """Who hears of a step that is due once more, beside the successor for whom it is: it did not reach them before."""
    heard = _heard(connection, tasks)
    for task, name in _to_ask(tasks, new, heard):
        step = next(one for one in task.steps if one.plan.name == name)
        for one in hearers(task, step, then, day):
            if one.contact != new and (task.plan.key, name, one.contact) not in heard:
                yield one.contact


def _heard(connection: Connection, tasks: Sequence[StoredTask]) -> set[tuple[str, str, int]]:
    names = {step.plan.name for task in tasks for step in task.steps}
    return heard_of(connection, [task.plan.key for task in tasks], names)
