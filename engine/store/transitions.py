"""What happened to tasks: rows that are added and never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select

from engine.core.localtime import from_ms, to_ms
from engine.core.states import TaskMove, TaskState
from engine.store.many import rows_of, write_many
from engine.store.tables import transitions

# How the reason of a cancel by planning begins; such a task comes back when its rule does, a person's does not.
LAPSED = "niet meer in de planning"
_DATED = select(transitions.c.task, transitions.c.at, transitions.c.reason).where(
    transitions.c.task.in_(bindparam("keys", expanding=True)),
    transitions.c.move.in_(("extend", "suspend", "resume")),
)
_INSERT_TRANSITION = insert(transitions)
_NEWEST = (
    select(transitions.c.task, func.max(transitions.c.id))
    .where(transitions.c.task.in_(bindparam("keys", expanding=True)))
    .group_by(transitions.c.task)
)
_WAIVED = (
    select(transitions.c.task, transitions.c.reason)
    .where(transitions.c.task.in_(bindparam("keys", expanding=True)), transitions.c.move == "waive")
    .order_by(transitions.c.id)
)


@dataclass(frozen=True, slots=True)
class Transition:
    """What happened to a task."""

    task: str
    move: TaskMove
    before: TaskState
    after: TaskState
    at: datetime
    by: str
    reason: str = ""


def record(connection: Connection, happened: Sequence[Transition]) -> None:
    """Adds transitions; they are never changed afterwards."""
    write_many(connection, _INSERT_TRANSITION, [_transition_values(row) for row in happened])


def lapsed(why: str) -> str:
    """The reason of a cancel by planning; `why` may be empty."""
    return f"{LAPSED}: {why}" if why else LAPSED


def cancelled_by_hand(connection: Connection) -> set[str]:
    """The tasks whose newest cancel was a person's, not planning's."""
    cancels = select(transitions.c.task, transitions.c.reason).where(transitions.c.move == "cancel")
    newest = {row.task: row.reason for row in connection.execute(cancels.order_by(transitions.c.id))}
    return {task for task, reason in newest.items() if reason != LAPSED and not reason.startswith(f"{LAPSED}: ")}


def newest_transitions(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    """The number of the newest transition of each of these tasks, by task; what never changed is left out."""
    return {row[0]: row[1] for row in rows_of(connection, _NEWEST, keys)}


def waived_because(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """The reason of the newest n.v.t. of each of these tasks that a person gave one for."""
    return {task: reason for task, reason in rows_of(connection, _WAIVED, keys) if reason}


def reasons_of_dates(connection: Connection, keys: Iterable[str]) -> dict[tuple[str, datetime], str]:
    """(task, moment) -> why somebody gave one of these tasks another last day then."""
    return {(task, from_ms(at)): reason for task, at, reason in rows_of(connection, _DATED, keys)}


def history(connection: Connection, key: str) -> list[Transition]:
    """What happened to a task, oldest first."""
    rows = connection.execute(select(transitions).where(transitions.c.task == key).order_by(transitions.c.id))
    return [Transition(row.task, row.move, row.before, row.after, from_ms(row.at), row.by, row.reason) for row in rows]


def waived_for(connection: Connection, reason: str) -> set[str]:
    """The tasks that were waived with exactly that reason."""
    waives = (transitions.c.move == "waive") & (transitions.c.reason == reason)
    return set(connection.scalars(select(transitions.c.task).where(waives)))


def _transition_values(row: Transition) -> dict[str, Any]:
    return {
        "task": row.task,
        "move": row.move,
        "before": row.before,
        "after": row.after,
        "at": to_ms(row.at),
        "by": row.by,
        "reason": row.reason,
    }
