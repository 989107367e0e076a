"""What the overview and the pages of rounds read: narrow rows, by as many statements for 1,000 schools as for 10."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Text, case, cast, func, or_, select, text, union_all
from sqlalchemy.sql import ColumnElement

from engine.core.localtime import from_ms, local_date
from engine.core.matrix import PartyLine, RoundId, TaskLine
from engine.core.states import MessageState, TaskState
from engine.core.task import Reason
from engine.store.jsontext import from_text
from engine.store.tables import contacts, messages, notices, parties, roles, steps, tasks, transitions

# Above so many parties they are sifted in memory: SQLite takes 32,766 variables in one statement.
MOST_NAMED = 1000
# As the partial index has it; a bound parameter would not find that index.
UNFINISHED = text("tasks.state IN ('planned', 'open', 'submitted')")
CONSULENT = "consulent"
ENDED: tuple[TaskState, ...] = ("submitted", "done", "waived", "cancelled")


class Option(NamedTuple):
    """A value that a filter may have, with its name."""

    value: str
    name: str


class StepToday(NamedTuple):
    """A step that goes out on a day, and for how many tasks; `left` of those have not gone out yet."""

    rule: str
    schooljaar: str
    round: str
    title: str
    step: str
    tasks: int
    left: int

    @property
    def id(self) -> RoundId:
        """The round whose step it is."""
        return RoundId(self.rule, self.schooljaar, self.round)


class Person(NamedTuple):
    """Who may be asked: a contact with a role at a place, from and to inclusive."""

    contact: int
    name: str
    email: str
    phone: str
    role: str
    party: str
    first: str | None
    last: str | None


class Mail(NamedTuple):
    """The newest mail about a task: its step, how it stands, and when it left or was made."""

    task: str
    step: str
    state: MessageState
    at: int
    message: int


class Rung(NamedTuple):
    """A step of a round's ladder over its tasks: first and last day, and how many went out or still wait.

    `first_sent` and `last_sent` are moments of its mails.
    """

    name: str
    position: int
    first: str | None
    last: str | None
    to: tuple[str, ...]
    tasks: int
    sent: int
    waiting: int
    first_sent: int | None
    last_sent: int | None


class Detail(NamedTuple):
    """What a round's page tells of one task: its text, who reads along, and how its dates came about."""

    party: str
    kind: str
    title: str
    explanation: str
    asked: str
    together: tuple[str, ...]
    peildatum: str | None
    opens: str
    due: str
    reasons: tuple[Reason, ...]


def party_lines(
    connection: Connection,
    *,
    bestuur: str = "",
    places: Collection[str] | None = None,
    scope: Collection[str] | None = None,
) -> list[PartyLine]:
    """Schools and besturen by name: those of a bestuur with itself, or with a place of their own among `places`.

    `scope`: no others than these, whatever else is asked.
    """
    own = parties.alias()
    query = (
        select(
            parties.c.id,
            parties.c.kind,
            parties.c.name,
            parties.c.bestuur,
            func.coalesce(own.c.name, ""),
            parties.c.place,
            parties.c.gemeente,
        )
        .outerjoin(own, own.c.id == parties.c.bestuur)
        .order_by(parties.c.name, parties.c.id)
    )
    if bestuur:
        query = query.where(or_(parties.c.bestuur == bestuur, parties.c.id == bestuur))
    if places is not None:
        at = list(places)
        of_gemeente = [place.removeprefix("gemeente:") for place in at if place.startswith("gemeente:")]
        query = query.where(or_(parties.c.id.in_(at), parties.c.bestuur.in_(at), parties.c.gemeente.in_(of_gemeente)))
    found = map(PartyLine._make, connection.execute(query))
    return [one for one in found if scope is None or one.id in scope]


def besturen(connection: Connection, most: int) -> list[Option]:
    """The active besturen by name, at most so many."""
    query = (
        select(parties.c.id, parties.c.name)
        .where(parties.c.kind == "bestuur", parties.c.active)
        .order_by(parties.c.name)
        .limit(most)
    )
    return [Option(*row) for row in connection.execute(query)]


def consulenten(connection: Connection, most: int) -> list[Option]:
    """Who has the role of consulent anywhere, by name, at most so many; the value is the contact's number."""
    some = select(roles.c.contact).where(roles.c.role == CONSULENT).distinct().limit(most).subquery()
    query = select(contacts.c.id, contacts.c.name).where(contacts.c.id.in_(select(some.c.contact)))
    return [Option(str(number), name) for number, name in connection.execute(query.order_by(contacts.c.name))]


def places_of_consulent(connection: Connection, contact: int, today: date) -> list[str]:
    """The parties at which the contact is consulent on that day, as they stand in the register."""
    day = today.isoformat()
    query = select(roles.c.party).where(
        roles.c.contact == contact,
        roles.c.role == CONSULENT,
        or_(roles.c.first.is_(None), roles.c.first <= day),
        or_(roles.c.last.is_(None), roles.c.last >= day),
    )
    return list(connection.execute(query).scalars())


def tasks_of_year(
    connection: Connection,
    schooljaar: str,
    *,
    of: Collection[str] | None,
    opened_by: date | None = None,
    expired_by: date | None = None,
) -> list[TaskLine]:
    """The tasks of a schooljaar that were not cancelled; with the days, also what is to be done for documents.

    That is: of another schooljaar, not finished, opened or expired by then. `of`: of these parties only.
    """
    this_year = _lines().where(tasks.c.schooljaar == schooljaar, tasks.c.state != "cancelled", *_named(of))
    if opened_by is None or expired_by is None:
        return _task_lines(connection.execute(this_year), of)
    documents = _lines().where(
        tasks.c.kind == "document",
        UNFINISHED,
        tasks.c.schooljaar != schooljaar,
        or_(tasks.c.opens <= opened_by.isoformat(), tasks.c.expires <= expired_by.isoformat()),
        *_named(of),
    )
    return _task_lines(connection.execute(union_all(this_year, documents)), of)


def tasks_of_round(
    connection: Connection, rule: str, schooljaar: str, round_: str, *, of: Collection[str] | None
) -> list[TaskLine]:
    """Every task of a round, also the cancelled ones."""
    query = _lines().where(tasks.c.schooljaar == schooljaar, tasks.c.rule == rule, *_named(of))
    query = query.where(tasks.c.round == round_) if round_ else query.where(tasks.c.round.is_(None))
    return _task_lines(connection.execute(query), of)


def unfinished(connection: Connection, opened_by: date, *, of: Collection[str] | None) -> list[TaskLine]:
    """The tasks of all schooljaren that opened by that day and are not finished; `of`: of these parties only."""
    query = _lines().where(UNFINISHED, tasks.c.opens <= opened_by.isoformat(), *_named(of))
    return _task_lines(connection.execute(query), of)


def tasks_since(connection: Connection, schooljaar: str, *, of: Collection[str]) -> list[TaskLine]:
    """The tasks of these parties of a schooljaar and later, and what is not finished from before; none cancelled."""
    query = _lines().where(or_(tasks.c.schooljaar >= schooljaar, UNFINISHED), tasks.c.state != "cancelled", *_named(of))
    return _task_lines(connection.execute(query), of)


def document_tasks(connection: Connection, *, of: Collection[str] | None) -> list[TaskLine]:
    """The tasks about documents that were not cancelled; `of`: of these parties only."""
    query = _lines().where(tasks.c.kind == "document", tasks.c.state != "cancelled", *_named(of))
    return _task_lines(connection.execute(query), of)


def asked_of(connection: Connection, party: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """(title, the role that is asked, the roles of its steps) of the tasks of a party that are not finished."""
    query = (
        select(tasks.c.title, tasks.c.asked, steps.c.to)
        .join(steps, steps.c.task == tasks.c.key)
        .where(tasks.c.party == party, UNFINISHED)
        .order_by(tasks.c.due, tasks.c.key, steps.c.position)
    )
    found: dict[tuple[str, str], dict[str, None]] = {}
    for title, role, to in connection.execute(query):
        found.setdefault((title, role), {}).update(dict.fromkeys(to))
    return [(title, role, tuple(others)) for (title, role), others in found.items()]


def left_open(connection: Connection, before: str, *, of: Collection[str] | None) -> list[tuple[str, int]]:
    """How many tasks of earlier schooljaren are not finished, documents aside; the newest schooljaar first."""
    query = (
        select(tasks.c.schooljaar, tasks.c.party, func.count())
        .where(tasks.c.schooljaar < before, UNFINISHED, tasks.c.kind != "document", *_named(of))
        .group_by(tasks.c.schooljaar, tasks.c.party)
    )
    counts: dict[str, int] = {}
    for schooljaar, party, count in connection.execute(query):
        if of is None or party in of:
            counts[schooljaar] = counts.get(schooljaar, 0) + count
    return sorted(counts.items(), reverse=True)


def schooljaren_with_tasks(connection: Connection) -> list[str]:
    """The schooljaren of which tasks are stored, the newest first."""
    return sorted(connection.execute(select(tasks.c.schooljaar).distinct()).scalars(), reverse=True)


def steps_on(connection: Connection, day: date, schooljaar: str, *, of: Collection[str] | None) -> list[StepToday]:
    """The steps of that day of tasks that are not finished, of that schooljaar or a document's, with how many."""
    # The concatenation keeps a planner from reading all tasks' steps of that day where a few parties are asked for.
    on_day = (steps.c.date + "") == day.isoformat()
    columns = (
        tasks.c.rule,
        tasks.c.schooljaar,
        func.coalesce(tasks.c.round, ""),
        steps.c.name,
        steps.c.state,
        tasks.c.party,
        tasks.c.title,
    )
    join = tasks.join(steps, steps.c.task == tasks.c.key)
    runs = or_(tasks.c.suspended.is_(None), tasks.c.suspended <= day.isoformat())
    query = select(*columns).select_from(join).where(UNFINISHED, on_day, runs, *_named(of))
    query = query.where(or_(tasks.c.schooljaar == schooljaar, tasks.c.kind == "document"))
    found: dict[tuple[str, str, str, str], list[Any]] = {}
    for rule, year, round_, name, state, party, title in connection.execute(query):
        if (of is not None and party not in of) or state not in ("pending", "due", "noticed"):
            continue
        counts = found.setdefault((rule, year, round_, name), [title, 0, 0])
        counts[1] += 1
        counts[2] += state != "noticed"
    return [StepToday(*id_[:3], title, id_[3], count, left) for id_, (title, count, left) in sorted(found.items())]


def people_at(connection: Connection, places: Iterable[str]) -> list[Person]:
    """Who has a role at these places: parties, `gemeente:NAME`, the SWV."""
    asked = sorted(set(places))
    query = (
        select(
            contacts.c.id,
            contacts.c.name,
            contacts.c.email,
            contacts.c.phone,
            roles.c.role,
            roles.c.party,
            roles.c.first,
            roles.c.last,
        )
        .join(contacts, contacts.c.id == roles.c.contact)
        .order_by(roles.c.id)
    )
    if len(asked) <= MOST_NAMED:
        query = query.where(roles.c.party.in_(asked))
    wanted = frozenset(asked)
    return [one for one in map(Person._make, connection.execute(query)) if one.party in wanted]


def newest_mails(connection: Connection, keys: Collection[str]) -> dict[str, Mail]:
    """By task, the newest mail about it that left or is still to leave."""
    moment = func.coalesce(messages.c.sent_at, messages.c.created_at)
    query = (
        select(notices.c.task, notices.c.step, messages.c.state, moment, messages.c.id)
        .join(messages, messages.c.id == notices.c.message)
        .where(notices.c.task.in_(list(keys)), messages.c.state != "dropped")
        .order_by(moment, messages.c.id)
    )
    return {row[0]: Mail(*row) for row in connection.execute(query)}


def ladder(
    connection: Connection, rule: str, schooljaar: str, round_: str, *, of: Collection[str] | None
) -> list[Rung]:
    """The steps of a round over its tasks, in their order."""
    waits = steps.c.state.in_(("pending", "due"))
    query = (
        select(
            steps.c.name,
            func.min(steps.c.position),
            func.min(steps.c.date),
            func.max(steps.c.date),
            func.max(cast(steps.c.to, Text)),
            func.count(),
            func.count(steps.c.sent),
            func.count().filter(waits),
            func.min(steps.c.sent),
            func.max(steps.c.sent),
        )
        .join(tasks, tasks.c.key == steps.c.task)
        .where(tasks.c.schooljaar == schooljaar, tasks.c.rule == rule, tasks.c.state != "cancelled", *_named(of))
        .where(tasks.c.round == round_ if round_ else tasks.c.round.is_(None))
        .group_by(steps.c.name)
        .order_by(func.min(steps.c.position))
    )
    return [Rung._make((*row[:4], from_text(row[4]), *row[5:])) for row in connection.execute(query)]


def details(
    connection: Connection, rule: str, schooljaar: str, round_: str, *, keys: Collection[str] | None
) -> list[Detail]:
    """The details of a round's tasks by party, of these keys or of all."""
    query = (
        select(
            tasks.c.party,
            tasks.c.kind,
            tasks.c.title,
            tasks.c.explanation,
            tasks.c.asked,
            cast(tasks.c.together, Text),
            tasks.c.peildatum,
            tasks.c.opens,
            tasks.c.due,
            cast(tasks.c.reasons, Text),
            tasks.c.key,
        )
        .where(tasks.c.schooljaar == schooljaar, tasks.c.rule == rule)
        .where(tasks.c.round == round_ if round_ else tasks.c.round.is_(None))
        .order_by(tasks.c.party, tasks.c.key)
    )
    wanted = None if keys is None else frozenset(keys)
    return [
        Detail._make((*row[:5], from_text(row[5]), *row[6:9], _reasons(row[9])))
        for row in connection.execute(query)
        if wanted is None or row[10] in wanted
    ]


def _lines() -> Select[Any]:
    newest = select(func.max(transitions.c.at)).where(transitions.c.task == tasks.c.key).scalar_subquery()
    ended = case((tasks.c.state.in_(ENDED), func.coalesce(tasks.c.submitted_at, newest)))
    return select(
        tasks.c.key,
        tasks.c.rule,
        tasks.c.schooljaar,
        func.coalesce(tasks.c.round, ""),
        tasks.c.party,
        tasks.c.kind,
        tasks.c.title,
        tasks.c.state,
        tasks.c.opens,
        tasks.c.due,
        tasks.c.expires,
        tasks.c.asked,
        tasks.c.suspended,
        ended,
    )


def _task_lines(rows: Iterable[Sequence[Any]], of: Collection[str] | None) -> list[TaskLine]:
    return [
        TaskLine._make((*row[:-1], None if row[-1] is None else _day_of(row[-1])))
        for row in rows
        if of is None or row[4] in of
    ]


def _named(of: Collection[str] | None) -> tuple[ColumnElement[bool], ...]:
    return () if of is None or len(of) > MOST_NAMED else (tasks.c.party.in_(list(of)),)


@lru_cache(maxsize=1024)
def _reasons(told: str) -> tuple[Reason, ...]:
    return tuple(Reason(field, text) for field, text in from_text(told))


@lru_cache(maxsize=16_384)
def _day_of(milliseconds: int) -> str:
    return local_date(from_ms(milliseconds)).isoformat()
