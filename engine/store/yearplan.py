"""What the jaarplanning shows of the stored tasks, and who adopted which schooljaar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import Connection, Text, and_, bindparam, cast, or_, select

from engine.core.localtime import from_ms, local_date
from engine.core.states import OPEN_STATES
from engine.core.task import Reason
from engine.core.yearplan import YearTask
from engine.store.jsontext import KEPT, from_text
from engine.store.tables import schooljaren, tasks
from engine.store.task_lines import ARRANGED


@dataclass(frozen=True, slots=True)
class Adoption:
    """When a schooljaar was adopted or closed, and by whom."""

    at: datetime
    by: str


# A document that expired before the schooljaar, and is still to be renewed, is shown in it too.
_YEAR = (
    select(
        tasks.c.key,
        tasks.c.rule,
        tasks.c.round,
        tasks.c.party,
        tasks.c.kind,
        tasks.c.title,
        tasks.c.asked,
        tasks.c.schooljaar,
        tasks.c.peildatum,
        tasks.c.opens,
        tasks.c.due,
        tasks.c.expires,
        tasks.c.state,
        tasks.c.extended,
        tasks.c.suspended,
        ARRANGED.label("arranged"),
        cast(tasks.c.reasons, Text).label("reasons"),
    )
    .where(
        or_(
            tasks.c.schooljaar == bindparam("schooljaar"),
            and_(
                tasks.c.kind == "document",
                tasks.c.schooljaar < bindparam("schooljaar"),
                tasks.c.state.in_(OPEN_STATES),
            ),
        )
    )
    .order_by(tasks.c.key)
)


def year_tasks(connection: Connection, schooljaar: str) -> list[YearTask]:
    """The stored tasks of a schooljaar without their steps, by key; and documents overdue since before it."""
    return [
        YearTask(
            row.key,
            row.rule,
            row.round,
            row.party,
            row.kind,
            row.title,
            row.asked,
            row.schooljaar,
            _day(row.peildatum),
            date.fromisoformat(row.opens),
            date.fromisoformat(row.due),
            _day(row.expires),
            row.state,
            row.extended is not None,
            _reasons(row.reasons),
            _day(row.suspended),
            None if row.arranged is None else local_date(from_ms(row.arranged)),
        )
        for row in connection.execute(_YEAR, {"schooljaar": schooljaar})
    ]


def adoption(connection: Connection, schooljaar: str) -> Adoption | None:
    """When and by whom a schooljaar was adopted; None while it is a concept."""
    found = select(schooljaren.c.adopted_at, schooljaren.c.adopted_by).where(schooljaren.c.schooljaar == schooljaar)
    row = connection.execute(found).first()
    return None if row is None or row.adopted_at is None else Adoption(from_ms(row.adopted_at), row.adopted_by)


def closure(connection: Connection, schooljaar: str) -> Adoption | None:
    """When and by whom a schooljaar was closed; None while it is not."""
    found = select(schooljaren.c.closed_at, schooljaren.c.closed_by).where(schooljaren.c.schooljaar == schooljaar)
    row = connection.execute(found).first()
    return None if row is None or row.closed_at is None else Adoption(from_ms(row.closed_at), row.closed_by)


@lru_cache(maxsize=KEPT)
def _reasons(told: str) -> tuple[Reason, ...]:
    return tuple(Reason(field, text) for field, text in from_text(told))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
