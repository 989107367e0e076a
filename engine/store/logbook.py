"""The Logboek: what people did on the pages, and what happened to tasks, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, literal, not_, null, or_, select, union_all

from engine.core.localtime import from_ms, start_of_day, to_ms
from engine.store.tables import acts, parties, tasks, transitions

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: of this person, from and to these days inclusive, with this text; what is empty asks nothing."""

    by: str = ""
    first: date | None = None
    last: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a person did, as `store/acts.py` keeps it."""

    act: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Tasks that made one move together: how many of which title and round; of one alone its key and party."""

    move: str
    reason: str
    parts: tuple[tuple[str, str, int], ...]
    task: str = ""
    party: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the Logboek."""

    at: datetime
    by: str
    what: Deed | Moved


def lines(connection: Connection, wanted: Wanted, limit: int, offset: int) -> list[Line]:
    """The lines, newest first. Moves of tasks that a person's act made are told by that act alone."""
    together = union_all(_acts(wanted), _moves(wanted)).subquery()
    query = select(together).order_by(together.c.at.desc(), together.c.number.desc(), together.c.move)
    rows = connection.execute(query.limit(limit).offset(offset)).all()
    told = _parts(connection, [row for row in rows if row.number is None])
    return [
        Line(
            from_ms(row.at),
            row.by,
            Deed(row.number) if row.number is not None else _moved(row, told[row.at, row.by, row.move]),
        )
        for row in rows
    ]


def people(connection: Connection) -> Sequence[str]:
    """Everyone of whom the Logboek tells, by name."""
    found = union_all(select(acts.c.by), select(transitions.c.by)).subquery()
    return connection.execute(select(found.c.by).distinct().order_by(found.c.by)).scalars().all()


def _acts(wanted: Wanted) -> Any:
    query = select(acts.c.at, acts.c.by, acts.c.id.label("number"), literal("").label("move"), literal("").label("why"))
    query = query.where(*_when(acts.c.at, acts.c.by, wanted))
    return query.where(acts.c.text.icontains(wanted.text, autoescape=True)) if wanted.text else query


def _moves(wanted: Wanted) -> Any:
    by_an_act = exists().where(acts.c.at == transitions.c.at, acts.c.by == transitions.c.by)
    query = select(
        transitions.c.at,
        transitions.c.by,
        null().label("number"),
        transitions.c.move,
        func.min(transitions.c.reason).label("why"),
    ).where(*_when(transitions.c.at, transitions.c.by, wanted), not_(by_an_act))
    if wanted.text:
        query = query.join(tasks, tasks.c.key == transitions.c.task).outerjoin(parties, parties.c.id == tasks.c.party)
        said = (tasks.c.title, tasks.c.key, parties.c.name, transitions.c.reason)
        query = query.where(or_(*(column.icontains(wanted.text, autoescape=True) for column in said)))
    return query.group_by(transitions.c.at, transitions.c.by, transitions.c.move)


def _when(at: ColumnElement[int], by: ColumnElement[str], wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.by:
        found.append(by == wanted.by)
    if wanted.first is not None:
        found.append(at >= to_ms(start_of_day(wanted.first)))
    if wanted.last is not None:
        found.append(at < to_ms(start_of_day(wanted.last + DAY)))
    return found


_Parts = dict[tuple[int, str, str], list[tuple[str, str, int, str, str]]]


def _parts(connection: Connection, rows: Sequence[Any]) -> _Parts:
    found: _Parts = {(row.at, row.by, row.move): [] for row in rows}
    if not rows:
        return found
    query = (
        select(
            transitions.c.at,
            transitions.c.by,
            transitions.c.move,
            tasks.c.title,
            tasks.c.round,
            func.count().label("many"),
            func.min(tasks.c.key).label("key"),
            func.min(tasks.c.party).label("party"),
        )
        .join(tasks, tasks.c.key == transitions.c.task)
        .where(transitions.c.at.in_({row.at for row in rows}))
        .group_by(transitions.c.at, transitions.c.by, transitions.c.move, tasks.c.title, tasks.c.round)
        .order_by(tasks.c.title, tasks.c.round)
    )
    for at, by, move, title, round_, many, key, party in connection.execute(query):
        if (at, by, move) in found:
            found[at, by, move].append((title, round_ or "", many, key, party))
    return found


def _moved(row: Any, parts: Sequence[tuple[str, str, int, str, str]]) -> Moved:
    alone = len(parts) == 1 and parts[0][2] == 1
    return Moved(
        row.move,
        row.why,
        tuple((title, round_, many) for title, round_, many, _, _ in parts),
        parts[0][3] if alone else "",
        parts[0][4] if alone else "",
    )
