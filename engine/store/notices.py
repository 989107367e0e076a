"""Notices: that a contact hears of a step of a task, and the message that carries it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.sql import ColumnElement

from engine.core.lean import lean
from engine.core.letter import CAME_IN, CHANGED, Audience
from engine.core.localtime import from_ms, to_ms
from engine.core.telling import is_changed, is_past, lap_of, past, without_lap
from engine.store.many import rows_of, write_many
from engine.store.messages import NOT_IN_VAIN
from engine.store.tables import messages, notices


@lean
@dataclass(frozen=True, slots=True)
class Notice:
    """This contact hears of this step of this task; `outcome` says why it will not be sent, when it won't."""

    task: str
    step: str
    contact: int
    audience: Audience
    role: str
    fallback: str
    at: datetime
    message: int | None = None
    outcome: str = ""


_NOTICES = select(notices).where(notices.c.message == bindparam("number")).order_by(notices.c.id)
_ALL_NOTICES = select(notices).where(notices.c.message.is_not(None)).order_by(notices.c.id)
_NOTICES_OF = select(notices).where(notices.c.message.in_(bindparam("keys", expanding=True))).order_by(notices.c.id)
_NOTICES_OF_TASKS = select(notices).where(notices.c.task.in_(bindparam("keys", expanding=True))).order_by(notices.c.id)
_HEARD = select(notices.c.task, notices.c.step, notices.c.contact).where(
    notices.c.task.in_(bindparam("keys", expanding=True)), notices.c.step.in_(bindparam("steps", expanding=True))
)
# What changed of all that a task uses is news whatever becomes of the task itself.
_OF_LADDER = notices.c.step.not_like(f"{CHANGED}=%")
_ADD_NOTICE = insert(notices)
_DETACH = (
    update(notices)
    .where(notices.c.message == bindparam("b_message"), notices.c.task == bindparam("b_task"), _OF_LADDER)
    .values(message=None, outcome=bindparam("b_outcome"))
    .returning(notices.c.step)
)


def add_notices(connection: Connection, new: Sequence[Notice]) -> None:
    """Stores notices; (task, step, contact) is unique."""
    write_many(connection, _ADD_NOTICE, [_notice_values(row) for row in new])


def heard_of(connection: Connection, keys: Iterable[str], names: Iterable[str]) -> set[tuple[str, str, int]]:
    """(task, step, contact) of all notices of the steps of these names of these tasks."""
    wanted = sorted(set(names))
    return {(task, step, contact) for task, step, contact in rows_of(connection, _HEARD, keys, steps=wanted)}


def notices_of_tasks(connection: Connection, keys: Iterable[str]) -> list[Notice]:
    """All notices of these tasks, oldest first."""
    return [_notice(row) for row in rows_of(connection, _NOTICES_OF_TASKS, keys)]


def notices_of_message(connection: Connection, message: int) -> list[Notice]:
    """The notices that a message carries."""
    return [_notice(row) for row in connection.execute(_NOTICES, {"number": message})]


def notices_of_messages(connection: Connection, numbers: Iterable[int] | None = None) -> dict[int, list[Notice]]:
    """The notices of every message, or of these, by message."""
    found: dict[int, list[Notice]] = {}
    rows: Iterable[Any]
    rows = connection.execute(_ALL_NOTICES) if numbers is None else rows_of(connection, _NOTICES_OF, numbers)
    for notice in map(_notice, rows):
        found.setdefault(notice.message or 0, []).append(notice)
    return found


def detach_notices(connection: Connection, message: int, task: str, outcome: str) -> list[str]:
    """Takes a task's notices out of a message that will not carry them; returns the steps."""
    return list(connection.execute(_DETACH, {"b_message": message, "b_task": task, "b_outcome": outcome}).scalars())


def merge_notice(connection: Connection, notice: Notice) -> None:
    """Takes one notice out of its message, because a later step of the task takes its place there."""
    take_out(connection, notice, "merged")


def take_out(connection: Connection, notice: Notice, outcome: str) -> None:
    """Takes one notice out of its message; `outcome` says why it will not be sent."""
    connection.execute(update(notices).where(*_is(notice)).values(message=None, outcome=outcome))


def taken_from(connection: Connection, contacts: Iterable[int], outcome: str) -> list[Notice]:
    """The notices of these contacts that were taken out of their message with that outcome, oldest first."""
    gone = notices.c.message.is_(None) & (notices.c.outcome == outcome)
    query = select(notices).where(notices.c.contact.in_(list(contacts)), gone).order_by(notices.c.id)
    return [_notice(row) for row in connection.execute(query)]


def put_into(connection: Connection, notice: Notice, message: int) -> None:
    """Puts a notice that was taken out of a message into that one."""
    connection.execute(update(notices).where(*_is(notice)).values(message=message, outcome=""))


def arrived_notices(connection: Connection, task: str) -> list[Notice]:
    """The notices of a task that reached their reader or are on their way, and the news that it came in after all."""
    query = (
        select(notices)
        .join(messages, notices.c.message == messages.c.id)
        .where(notices.c.task == task, NOT_IN_VAIN)
        .order_by(notices.c.id)
    )
    on_the_way = messages.c.state.in_(("sending", "sent", "deferred", "uncertain")) | (messages.c.attempts > 0)
    return [_notice(row) for row in connection.execute(query.where(on_the_way | (notices.c.step == CAME_IN)))]


def left_since(connection: Connection, contact: int, since: datetime, step: str) -> bool:
    """True when a message with a notice of that step left for the contact since that moment."""
    query = (
        select(messages.c.id)
        .join(notices, notices.c.message == messages.c.id)
        .where(messages.c.contact == contact, messages.c.sent_at >= to_ms(since), notices.c.step == step)
    )
    return connection.execute(query.limit(1)).first() is not None


def forget_unsent(connection: Connection, task: str) -> None:
    """Forgets notices of a task that were taken back, because its steps are armed again."""
    taken_back = notices.c.outcome.in_(("moved", "cancelled", "waived", "answered"))
    connection.execute(delete(notices).where(notices.c.task == task, notices.c.message.is_(None), taken_back))


def forget_merged(connection: Connection, task: str) -> list[str]:
    """Forgets notices in whose place a later step of the task came that was not told either; returns the steps."""
    other = notices.alias()
    told = select(other.c.contact).where(other.c.task == task, other.c.message.is_not(None))
    merged = (notices.c.task == task) & notices.c.message.is_(None) & (notices.c.outcome == "merged")
    gone = delete(notices).where(merged, notices.c.contact.not_in(told)).returning(notices.c.step)
    return list(connection.execute(gone).scalars())


def shelve_notices(connection: Connection, task: str, lap: int) -> None:
    """Marks what was told of a task so far as of an earlier round of asking, because it is asked anew."""
    for notice in notices_of_tasks(connection, [task]):
        if not is_past(notice.step) and not is_changed(notice.step):
            _rename(connection, notice, past(notice.step, lap))


def unshelve_notices(connection: Connection, task: str, lap: int) -> None:
    """Takes up a round of asking again: what was told since is forgotten."""
    connection.execute(delete(notices).where(notices.c.task == task, notices.c.step.not_like("%~%"), _OF_LADDER))
    for notice in notices_of_tasks(connection, [task]):
        if lap_of(notice.step) == lap:
            _rename(connection, notice, without_lap(notice.step))


def forget_notice(connection: Connection, notice: Notice) -> None:
    """Forgets that somebody was to hear."""
    connection.execute(delete(notices).where(*_is(notice)))


def forget_handed_over(connection: Connection, task: str, step: str, readers: Iterable[int], outcome: str) -> None:
    """Forgets that a step was taken from these readers with that outcome, because they are to hear of it again."""
    mine = (notices.c.task == task) & (notices.c.step == step) & notices.c.contact.in_(list(readers))
    connection.execute(delete(notices).where(mine, notices.c.message.is_(None), notices.c.outcome == outcome))


def move_notices(connection: Connection, source: int, target: int) -> None:
    """Hands the notices of one message to another."""
    connection.execute(update(notices).where(notices.c.message == source).values(message=target))


def _is(notice: Notice) -> tuple[ColumnElement[bool], ...]:
    return notices.c.task == notice.task, notices.c.step == notice.step, notices.c.contact == notice.contact


def _rename(connection: Connection, notice: Notice, name: str) -> None:
    connection.execute(update(notices).where(*_is(notice)).values(step=name))


def _notice(row: Sequence[Any]) -> Notice:
    _, task, step, contact, audience, role, fallback, message, outcome, at = row
    return Notice(task, step, contact, audience, role, fallback, from_ms(at), message, outcome)


def _notice_values(row: Notice) -> dict[str, object]:
    return {
        "task": row.task,
        "step": row.step,
        "contact": row.contact,
        "audience": row.audience,
        "role": row.role,
        "fallback": row.fallback,
        "message": row.message,
        "outcome": row.outcome,
        "at": to_ms(row.at),
    }
