"""Tasks as lists and tables show them: narrow rows, by as many statements for 1,000 schools as for 10."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, or_, select, text, union_all
from sqlalchemy.sql import ColumnElement

from engine.core.localtime import from_ms, local_date
from engine.core.matrix import TaskLine
from engine.core.states import TaskState
from engine.store.tables import appointments, steps, tasks, transitions

# Above so many parties they are sifted in memory: SQLite takes 32,766 variables in one statement.
MOST_NAMED = 1000
# As the partial index has it; a bound parameter would not find that index.
UNFINISHED = text("tasks.state IN ('planned', 'open', 'submitted')")
_ARRANGED = (
    select(appointments.c.starts)
    .where(appointments.c.task == tasks.c.key, appointments.c.state != "off")
    .scalar_subquery()
)
ENDED: tuple[TaskState, ...] = ("submitted", "done", "waived", "cancelled")


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
    this_year = _lines().where(tasks.c.schooljaar == schooljaar, tasks.c.state != "cancelled", *named_in(of))
    if opened_by is None or expired_by is None:
        return _task_lines(connection.execute(this_year), of)
    documents = _lines().where(
        tasks.c.kind == "document",
        UNFINISHED,
        tasks.c.schooljaar != schooljaar,
        or_(tasks.c.opens <= opened_by.isoformat(), tasks.c.expires <= expired_by.isoformat()),
        *named_in(of),
    )
    return _task_lines(connection.execute(union_all(this_year, documents)), of)


def tasks_of_round(
    connection: Connection, rule: str, schooljaar: str, round_: str, *, of: Collection[str] | None
) -> list[TaskLine]:
    """Every task of a round, also the cancelled ones."""
    query = _lines().where(tasks.c.schooljaar == schooljaar, tasks.c.rule == rule, *named_in(of))
    query = query.where(tasks.c.round == round_) if round_ else query.where(tasks.c.round.is_(None))
    return _task_lines(connection.execute(query), of)


def unfinished(
    connection: Connection, opened_by: date, *, of: Collection[str] | None, arranged: bool = False
) -> list[TaskLine]:
    """The tasks of all schooljaren that opened by that day and are not finished; `of`: of these parties only.

    `arranged`: also the gesprekken with an appointment that open later.
    """
    runs = tasks.c.opens <= opened_by.isoformat()
    if arranged:
        runs = or_(runs, and_(tasks.c.kind == "gesprek", _ARRANGED.is_not(None)))
    query = _lines().where(UNFINISHED, runs, *named_in(of))
    return _task_lines(connection.execute(query), of)


def tasks_since(connection: Connection, schooljaar: str, *, of: Collection[str]) -> list[TaskLine]:
    """The tasks of these parties of a schooljaar and later, and what is not finished from before; none cancelled."""
    query = _lines().where(
        or_(tasks.c.schooljaar >= schooljaar, UNFINISHED), tasks.c.state != "cancelled", *named_in(of)
    )
    return _task_lines(connection.execute(query), of)


def document_tasks(connection: Connection, *, of: Collection[str] | None) -> list[TaskLine]:
    """The tasks about documents that were not cancelled; `of`: of these parties only."""
    query = _lines().where(tasks.c.kind == "document", tasks.c.state != "cancelled", *named_in(of))
    return _task_lines(connection.execute(query), of)


def left_open(connection: Connection, before: str, *, of: Collection[str] | None) -> list[tuple[str, int]]:
    """How many tasks of earlier schooljaren are not finished, documents aside; the newest schooljaar first."""
    query = (
        select(tasks.c.schooljaar, tasks.c.party, func.count())
        .where(tasks.c.schooljaar < before, UNFINISHED, tasks.c.kind != "document", *named_in(of))
        .group_by(tasks.c.schooljaar, tasks.c.party)
    )
    counts: dict[str, int] = {}
    for schooljaar, party, count in connection.execute(query):
        if of is None or party in of:
            counts[schooljaar] = counts.get(schooljaar, 0) + count
    return sorted(counts.items(), reverse=True)


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


def schooljaren_with_tasks(connection: Connection) -> list[str]:
    """The schooljaren of which tasks are stored, the newest first."""
    return sorted(connection.execute(select(tasks.c.schooljaar).distinct()).scalars(), reverse=True)


def named_in(of: Collection[str] | None) -> tuple[ColumnElement[bool], ...]:
    """The condition that a task is of one of these parties; none where all are meant, or too many to name."""
    return () if of is None or len(of) > MOST_NAMED else (tasks.c.party.in_(list(of)),)


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
        # Other kinds have no appointment, so it is not looked for.
        case((tasks.c.kind == "gesprek", _ARRANGED)),
    )


def _task_lines(rows: Iterable[Sequence[Any]], of: Collection[str] | None) -> list[TaskLine]:
    return [
        TaskLine._make((*row[:-2], *(None if moment is None else _day_of(moment) for moment in row[-2:])))
        for row in rows
        if of is None or row[4] in of
    ]


@lru_cache(maxsize=16_384)
def _day_of(milliseconds: int) -> str:
    return local_date(from_ms(milliseconds)).isoformat()
