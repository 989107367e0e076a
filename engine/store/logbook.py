"""The Logboek: what people did on the pages, and what happened to tasks, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    union_all,
)

from engine.core.localtime import from_ms, start_of_day, to_ms
from engine.core.states import TaskMove
from engine.store.tables import acts, parties, tasks, transitions

DAY = timedelta(days=1)
# Of so many moves of tasks it is told who made them.
LATELY = 5000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: of this person, from and to these days inclusive, with this text; what is empty asks nothing.

    A person is the same with and without capitals: at the command line the bureau has no name of its own.
    """

    by: str = ""
    first: date | None = None
    last: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a person did, as `store/acts.py` keeps it."""

    act: int


@dataclass(frozen=True, slots=True)
class Part:
    """Tasks of one title and round that made one move; of one task alone its key and party.

    `schooljaar` is empty for documents, whose schooljaar is that of their end.
    """

    move: TaskMove
    title: str
    round: str
    many: int
    task: str
    party: str
    schooljaar: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Tasks that somebody, or the program, moved at one moment; `reason` where all have the same."""

    reason: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the Logboek."""

    at: datetime
    by: str
    what: Deed | Moved


def lines(connection: Connection, wanted: Wanted, limit: int, offset: int) -> list[Line]:
    """The lines, newest first. Moves of tasks that a person's act or answer made are told by that alone."""
    newest = offset + limit
    # Each kind by its own index, and no further than is shown: together the database would sort all of them first.
    rows = [*connection.execute(_acts(wanted).limit(newest)), *connection.execute(_moves(wanted).limit(newest))]
    rows.sort(key=lambda row: row.by, reverse=True)
    rows.sort(key=lambda row: (-row.at, row.number is None, -(row.number or 0)))
    rows = rows[offset:newest]
    parts = _parts(connection, [row.at for row in rows if row.number is None])
    return [
        Line(
            from_ms(row.at),
            row.by,
            Deed(row.number) if row.number is not None else Moved(row.reason, tuple(parts.get((row.at, row.by), ()))),
        )
        for row in rows
    ]


def people(connection: Connection) -> Sequence[str]:
    """Everyone who did something on the pages, and of late to tasks, by name."""
    late = (
        select(transitions.c.by)
        .where(not_(_told_by_an_act()))
        .order_by(transitions.c.at.desc())
        .limit(LATELY)
        .subquery()
    )
    found = union_all(select(acts.c.by).distinct(), select(late.c.by).distinct()).subquery()
    return connection.execute(select(found.c.by).distinct().order_by(found.c.by)).scalars().all()


def _acts(wanted: Wanted) -> Any:
    query = select(acts.c.at, acts.c.by, acts.c.id.label("number"), literal("").label("reason"))
    query = query.where(*_when(acts.c.at, acts.c.by, wanted)).order_by(acts.c.at.desc(), acts.c.id.desc())
    return query.where(acts.c.text.icontains(wanted.text, autoescape=True)) if wanted.text else query


def _moves(wanted: Wanted) -> Any:
    least, most = func.min(transitions.c.reason), func.max(transitions.c.reason)
    query = select(
        transitions.c.at,
        transitions.c.by,
        null().label("number"),
        case((least == most, least), else_="").label("reason"),
    ).where(*_when(transitions.c.at, transitions.c.by, wanted), not_(_told_by_an_act()))
    if wanted.text:
        query = query.join(tasks, tasks.c.key == transitions.c.task).outerjoin(parties, parties.c.id == tasks.c.party)
        said = (tasks.c.title, tasks.c.key, parties.c.name, transitions.c.reason)
        query = query.where(or_(*(column.icontains(wanted.text, autoescape=True) for column in said)))
    order = (transitions.c.at.desc(), transitions.c.by.desc())
    return query.group_by(transitions.c.at, transitions.c.by).order_by(*order)


def _told_by_an_act() -> ColumnElement[bool]:
    """An answer is an act by a name; the move that it made is by an address."""
    answered = (acts.c.kind == "answer") & cast(acts.c.subjects, Text).contains(transitions.c.task)
    return exists().where(acts.c.at == transitions.c.at, (acts.c.by == transitions.c.by) | answered)


def _when(at: ColumnElement[int], by: ColumnElement[str], wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.by:
        found.append(func.lower(by) == func.lower(literal(wanted.by)))
    if wanted.first is not None:
        found.append(at >= to_ms(start_of_day(wanted.first)))
    if wanted.last is not None:
        found.append(at < to_ms(start_of_day(wanted.last + DAY)))
    return found


def _parts(connection: Connection, moments: Sequence[int]) -> dict[tuple[int, str], list[Part]]:
    """What was moved at these moments, by moment and by whom, in the order in which it happened."""
    found: dict[tuple[int, str], list[Part]] = {}
    first = func.min(transitions.c.id)
    year = case((tasks.c.kind == "document", ""), else_=tasks.c.schooljaar)
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
            year.label("schooljaar"),
        )
        .join(tasks, tasks.c.key == transitions.c.task)
        .where(transitions.c.at.in_(set(moments)))
        .group_by(transitions.c.at, transitions.c.by, transitions.c.move, tasks.c.title, tasks.c.round, year)
        .order_by(first)
    )
    for at, by, move, title, round_, many, key, party, schooljaar in connection.execute(query) if moments else ():
        found.setdefault((at, by), []).append(Part(move, title, round_ or "", many, key, party, schooljaar))
    return found
