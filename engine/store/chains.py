"""What tasks use of each other: the tasks of a rule with the day they closed, what moved since, who was told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, func, select

from engine.core.chain import CLOSED, Happened, Input
from engine.core.letter import Audience
from engine.core.localtime import from_ms, local_date, to_ms
from engine.store.facts import applied_number, fact, register_version, set_fact
from engine.store.messages import NOT_IN_VAIN, rows_of
from engine.store.tables import messages, notices, tasks, transitions

# Up to where was looked what moved: the newest transition, the plan, the rulebook, the register and the day.
SEEN = "chains"
# Of a copy that is played on, nothing is looked up: it lacks what happened before.
OFF = "off"
# Another text each time that planning stored something.
PLANNED = "planned"
_NEWEST = select(func.coalesce(func.max(transitions.c.id), 0))
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
_MOVED = select(transitions.c.task, tasks.c.rule, tasks.c.schooljaar, *list(transitions.c)[2:7]).join(
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


def newest_mark(connection: Connection, today: date) -> str:
    """Another text as soon as anything happened that can change what tasks wait for."""
    newest = connection.execute(_NEWEST).scalar()
    planned, book = fact(connection, PLANNED) or "", applied_number(connection)
    return f"{newest} {planned} {book} {register_version(connection)} {today}"


def seen_mark(connection: Connection) -> str:
    """The mark up to which was looked; empty before the first time."""
    return fact(connection, SEEN) or ""


def remember_mark(connection: Connection, mark: str) -> None:
    """Says up to where was looked; OFF for never again."""
    set_fact(connection, SEEN, mark)


def planned_again(connection: Connection, now: datetime) -> None:
    """Says that planning stored something."""
    set_fact(connection, PLANNED, str(to_ms(now)))


def inputs_of(connection: Connection, rule: str, schooljaar: str) -> list[Input]:
    """All tasks of a rule in a schooljaar, by key."""
    rows = connection.execute(_INPUTS, {"rule": rule, "schooljaar": schooljaar}).all()
    ended = [row.key for row in rows if row.state in CLOSED]
    closed = {task: local_date(from_ms(at)) for task, at in rows_of(connection, _CLOSED, ended)}
    return [
        Input(*row[:6], date.fromisoformat(row.opens), date.fromisoformat(row.due), closed.get(row.key)) for row in rows
    ]


def moved_after(connection: Connection, number: int) -> dict[tuple[str, str], list[Happened]]:
    """What happened to tasks after that transition, oldest first, by rule and schooljaar."""
    found: dict[tuple[str, str], list[Happened]] = {}
    for task, rule, schooljaar, move, before, after, at, by in connection.execute(_MOVED_AFTER, {"number": number}):
        found.setdefault((rule, schooljaar), []).append(Happened(task, move, before, after, from_ms(at), by))
    return found


def moved_of(connection: Connection, keys: Iterable[str], since: datetime) -> dict[str, list[Happened]]:
    """What happened to these tasks after that moment, oldest first, by task."""
    found: dict[str, list[Happened]] = {}
    for task, _, _, move, before, after, at, by in rows_of(connection, _MOVED_OF, keys, since=to_ms(since)):
        found.setdefault(task, []).append(Happened(task, move, before, after, from_ms(at), by))
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
