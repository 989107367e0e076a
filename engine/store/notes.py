"""What people wrote down of tasks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from engine.core.localtime import from_ms, to_ms
from engine.store.many import named_rows_of
from engine.store.tables import notes

_OF_TASKS = select(notes).where(notes.c.task.in_(bindparam("keys", expanding=True))).order_by(notes.c.id)


@dataclass(frozen=True, slots=True)
class Note:
    """A note on a task. `id` is the store's."""

    id: int
    task: str
    at: datetime
    by: str
    text: str


def add_note(connection: Connection, task: str, at: datetime, by: str, text: str) -> int:
    """Stores a note; returns its number."""
    values = {"task": task, "at": to_ms(at), "by": by, "text": text}
    return int(connection.execute(insert(notes).values(values).returning(notes.c.id)).scalar_one())


def notes_of(connection: Connection, keys: Iterable[str]) -> dict[str, list[Note]]:
    """The notes of these tasks, by task, oldest first."""
    found: dict[str, list[Note]] = {}
    for row in named_rows_of(connection, _OF_TASKS, keys):
        found.setdefault(row.task, []).append(Note(row.id, row.task, from_ms(row.at), row.by, row.text))
    return found


def remove_note(connection: Connection, number: int) -> bool:
    """Takes a note away for good, text and all; False when it is gone already."""
    return connection.execute(delete(notes).where(notes.c.id == number)).rowcount == 1
