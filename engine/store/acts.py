"""What people did on the pages, and how it is undone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Text, cast, insert, null, select, update

from engine.core.localtime import from_ms, to_ms
from engine.store.tables import acts

# The kinds of what nobody did on a page: a guest's answer, another time that is proposed, mail that bounced.
BY_MAIL = ("reply", "counter", "bounce")
_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\%_"})


@dataclass(frozen=True, slots=True)
class Act:
    """Something a person did. `text` is a Dutch sentence; `subjects` are keys of tasks, ids of parties, contacts.

    `undo` is what the page that did it needs to take it back (JSON), None where that cannot be; `id` is the store's,
    0 before it is recorded.
    """

    at: datetime
    by: str
    kind: str
    text: str
    subjects: tuple[str, ...] = ()
    undo: Any = None
    id: int = 0
    undone_at: datetime | None = None
    undone_by: str = ""


def record_act(connection: Connection, act: Act) -> int:
    """Adds an act; returns its number."""
    row = connection.execute(
        insert(acts).values(
            at=to_ms(act.at),
            by=act.by,
            kind=act.kind,
            text=act.text,
            subjects=list(act.subjects),
            undo=null() if act.undo is None else act.undo,
        )
    )
    return int(row.inserted_primary_key[0])  # type: ignore[index]


def load_act(connection: Connection, number: int) -> Act | None:
    """The act of that number."""
    row = connection.execute(select(acts).where(acts.c.id == number)).one_or_none()
    return None if row is None else _act(row)


def load_acts(connection: Connection, numbers: Iterable[int]) -> dict[int, Act]:
    """These acts, by number; not more than fit on a page."""
    return {row.id: _act(row) for row in connection.execute(select(acts).where(acts.c.id.in_(set(numbers))))}


def newest_acts(connection: Connection, limit: int) -> Sequence[Act]:
    """The newest acts, newest first."""
    return [_act(row) for row in connection.execute(select(acts).order_by(acts.c.id.desc()).limit(limit))]


def acts_on(connection: Connection, subject: str, most: int) -> list[Act]:
    """The newest acts with this subject of theirs, newest first, at most so many; that one was taken back is told
    with the act itself, and none apart.
    """
    query = select(acts).where(_is_about(subject), acts.c.kind != "undo")
    return [_act(row) for row in connection.execute(query.order_by(acts.c.id.desc()).limit(most))]


def newest_act_on(connection: Connection, subject: str) -> Act | None:
    """The newest act about this task that stands and that a page can take back; what came in by mail is none."""
    query = select(acts).where(acts.c.undone_at.is_(None), acts.c.kind.not_in(BY_MAIL), _is_about(subject))
    row = connection.execute(query.order_by(acts.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _act(row)


def mark_undone(connection: Connection, number: int, at: datetime, by: str) -> bool:
    """Says that an act was taken back; False when somebody did so before."""
    fresh = (acts.c.id == number) & acts.c.undone_at.is_(None)
    return connection.execute(update(acts).where(fresh).values(undone_at=to_ms(at), undone_by=by)).rowcount == 1


def _is_about(subject: str) -> ColumnElement[bool]:
    return cast(acts.c.subjects, Text).like(f'%"{subject.translate(_SPECIAL)}"%', escape="\\")


def _act(row: Row[Any]) -> Act:
    return Act(
        at=from_ms(row.at),
        by=row.by,
        kind=row.kind,
        text=row.text,
        subjects=tuple(row.subjects),
        undo=row.undo,
        id=row.id,
        undone_at=None if row.undone_at is None else from_ms(row.undone_at),
        undone_by=row.undone_by,
    )
