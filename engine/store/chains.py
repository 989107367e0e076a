"""What tasks use of each other: the tasks of a rule with the day they closed, what moved since, who was told."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Text, bindparam, cast, func, literal, select, union_all

from engine.core.chain import CLOSED, Happened, Input
from engine.core.letter import Audience
from engine.core.localtime import from_ms, local_date, to_ms
from engine.store.facts import REGISTER, RULEBOOK, fact, set_fact
from engine.store.many import ask, rows_of
from engine.store.messages import NOT_IN_VAIN
from engine.store.tables import facts, messages, notices, tasks, transitions

# Up to where was looked what moved.
SEEN = "chains"
# Of a copy that is played on, nothing is looked up: it lacks what happened before.
OFF = "off"
# Another text each time that planning stored something.
PLANNED = "planned"
# Not the name of a fact.
_NEWEST = "newest transition"
_MARKS = union_all(
    select(facts.c.name, facts.c.value).where(facts.c.name.in_((SEEN, PLANNED, RULEBOOK, REGISTER))),
    select(literal(_NEWEST), cast(func.coalesce(func.max(transitions.c.id), 0), Text)),
)
_INPUTS = (
    select(
        tasks.c.key,
        tasks.c.rule,
        tasks.c.round,
        tasks.c.party,
        tasks.c.title,
        tasks.c.state,
        tasks.c.opens,
        tasks.c.due,
    )
    .where(tasks.c.schooljaar == bindparam("schooljaar"), tasks.c.rule == bindparam("rule"))
    .order_by(tasks.c.key)
)
_INPUTS_OF_SOME = _INPUTS.where(tasks.c.party.in_(bindparam("keys", expanding=True)))
_ROUND_DAYS = (
    select(tasks.c.round, func.min(tasks.c.opens))
    .where(
        tasks.c.schooljaar == bindparam("schooljaar"), tasks.c.rule == bindparam("rule"), tasks.c.state != "cancelled"
    )
    .group_by(tasks.c.round)
)
_OPENING = (
    select(tasks.c.rule, tasks.c.schooljaar)
    .where(
        tasks.c.schooljaar.in_(bindparam("schooljaren", expanding=True)),
        tasks.c.rule.in_(bindparam("rules", expanding=True)),
        tasks.c.opens > bindparam("first"),
        tasks.c.opens <= bindparam("last"),
    )
    .distinct()
)
_CLOSED = (
    select(transitions.c.task, func.max(transitions.c.at))
    .where(
        transitions.c.task.in_(bindparam("keys", expanding=True)),
        transitions.c.after.in_(CLOSED),
        transitions.c.before.not_in(CLOSED),
    )
    .group_by(transitions.c.task)
)
_REVISED = (
    select(transitions.c.task, func.max(transitions.c.at))
    .where(transitions.c.task.in_(bindparam("keys", expanding=True)), transitions.c.move == "revise")
    .group_by(transitions.c.task)
)
_MOVED = select(transitions.c.task, tasks.c.rule, tasks.c.schooljaar, *list(transitions.c)[2:7], tasks.c.party).join(
    tasks, tasks.c.key == transitions.c.task
)
_MOVED_AFTER = _MOVED.where(transitions.c.id > bindparam("number")).order_by(transitions.c.id)
_MOVED_OF = _MOVED.where(
    transitions.c.task.in_(bindparam("keys", expanding=True)), transitions.c.at > bindparam("since")
).order_by(transitions.c.id)
_ARRIVED = messages.c.state.in_(("sending", "sent", "deferred", "uncertain")) | (messages.c.attempts > 0)
_TELLINGS = (
    select(
        notices.c.step,
        notices.c.contact,
        notices.c.audience,
        notices.c.role,
        notices.c.fallback,
        notices.c.message,
        func.coalesce(messages.c.sent_at, messages.c.tried_at, notices.c.at),
        _ARRIVED,
    )
    .join(messages, notices.c.message == messages.c.id)
    .where(notices.c.task == bindparam("task"), NOT_IN_VAIN)
    .order_by(notices.c.id)
)


@dataclass(frozen=True, slots=True)
class Telling:
    """A notice of a task in a message that is not in vain. `at` (UTC) is when it left, `arrived`: it left at all."""

    step: str
    contact: int
    audience: Audience
    role: str
    fallback: str
    message: int
    at: datetime
    arrived: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to where was looked: the newest transition, another text for each plan, rulebook and register, and a day."""

    newest: int
    stored: tuple[str, str, str]
    day: date

    def __str__(self) -> str:
        return " ".join((str(self.newest), *self.stored, self.day.isoformat()))

    @classmethod
    def parse(cls, text: str) -> Mark:
        """Reads what `str` wrote."""
        newest, planned, book, register, day = text.split(" ")
        return cls(int(newest), (planned, book, register), date.fromisoformat(day))


def marks(connection: Connection, today: date) -> tuple[Mark, str]:
    """How far one could look now, and how far was looked: a mark as text, empty before the first time, or OFF."""
    found = {name: value for name, value in ask(connection, _MARKS)}  # noqa: C416  # a row is no pair to mypy
    stored = (found.get(PLANNED, ""), found.get(RULEBOOK, "0"), found.get(REGISTER, ""))
    return Mark(int(found[_NEWEST]), stored, today), found.get(SEEN, "")


def seen_mark(connection: Connection) -> str:
    """The mark up to which was looked; empty before the first time."""
    return fact(connection, SEEN) or ""


def remember_mark(connection: Connection, mark: Mark | str) -> None:
    """Says up to where was looked; OFF for never again."""
    set_fact(connection, SEEN, str(mark))


def planned_again(connection: Connection, now: datetime) -> None:
    """Says that planning stored something."""
    set_fact(connection, PLANNED, str(to_ms(now)))


def inputs_of(
    connection: Connection, rule: str, schooljaar: str, parties: Collection[str] | None = None
) -> list[Input]:
    """All tasks of a rule in a schooljaar, or those of some parties."""
    if parties is None:
        rows = ask(connection, _INPUTS, rule=rule, schooljaar=schooljaar)
    else:
        rows = list(rows_of(connection, _INPUTS_OF_SOME, parties, rule=rule, schooljaar=schooljaar))
    ended = [key for key, _, _, _, _, state, _, _ in rows if state in CLOSED]
    closed = {task: local_date(from_ms(at)) for task, at in rows_of(connection, _CLOSED, ended)}
    return [
        Input(
            key, name, round_, party, title, state, date.fromisoformat(opens), date.fromisoformat(due), closed.get(key)
        )
        for key, name, round_, party, title, state, opens, due in rows
    ]


def round_days(connection: Connection, rule: str, schooljaar: str) -> dict[str | None, date]:
    """The day on which each round of a rule opens in a schooljaar; None for a rule without rounds."""
    rows = ask(connection, _ROUND_DAYS, rule=rule, schooljaar=schooljaar)
    return {name: date.fromisoformat(opens) for name, opens in rows}


def opening_between(
    connection: Connection, rules: Iterable[str], schooljaren: Iterable[str], first: date, last: date
) -> set[tuple[str, str]]:
    """Of these rules and schooljaren those of which a task opens after the first day, and no later than the last."""
    days = {"first": first.isoformat(), "last": last.isoformat()}
    found = ask(connection, _OPENING, rules=list(rules), schooljaren=list(schooljaren), **days)
    return {(rule, schooljaar) for rule, schooljaar in found}


def moved_after(connection: Connection, number: int) -> dict[tuple[str, str], list[Happened]]:
    """What happened to tasks after that transition, oldest first, by rule and schooljaar."""
    found: dict[tuple[str, str], list[Happened]] = {}
    for task, rule, schooljaar, move, before, after, at, by, party in ask(connection, _MOVED_AFTER, number=number):
        found.setdefault((rule, schooljaar), []).append(Happened(task, move, before, after, from_ms(at), by, party))
    return found


def moved_of(connection: Connection, keys: Iterable[str], since: datetime) -> dict[str, list[Happened]]:
    """What happened to these tasks after that moment, oldest first, by task."""
    found: dict[str, list[Happened]] = {}
    for task, _, _, move, before, after, at, by, party in rows_of(connection, _MOVED_OF, keys, since=to_ms(since)):
        found.setdefault(task, []).append(Happened(task, move, before, after, from_ms(at), by, party))
    return found


def changed_last(connection: Connection, keys: Iterable[str]) -> dict[str, date]:
    """The day on which an answer was last changed, by task; one that never was is left out."""
    return {task: local_date(from_ms(at)) for task, at in rows_of(connection, _REVISED, keys)}


def tellings_of(connection: Connection, task: str) -> list[Telling]:
    """What was told of a task and to whom, oldest first: what left, and what is about to."""
    return [
        Telling(step, contact, audience, role, fallback, message, from_ms(at), bool(arrived))
        for step, contact, audience, role, fallback, message, at, arrived in connection.execute(
            _TELLINGS, {"task": task}
        )
    ]
