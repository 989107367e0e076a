"""Who takes over from whom on a later day, until what is open then was asked; and what undoes that."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from engine.core.localtime import from_ms, start_of_day, to_ms
from engine.store.many import ask_one
from engine.store.tables import successions


@dataclass(frozen=True, slots=True)
class Succession:
    """Contact `new` takes over from `old` on `day`; `ends_links`: the personal links of the old one end then.

    `done_at` is when that was done, None before. Because of it `asked`, each a (task, step), were asked once more, and
    `reminders` by hand, each a (task, step, contact), were taken out of mail that waited.
    """

    id: int
    old: int
    new: int
    day: date
    ends_links: bool
    done_at: datetime | None
    asked: tuple[tuple[str, str], ...]
    reminders: tuple[tuple[str, str, int], ...]


# Every tick asks this.
_NEXT = select(func.min(successions.c.next_at)).where(successions.c.next_at.is_not(None))
_RIPE = (
    select(successions)
    .where(successions.c.next_at.is_not(None), successions.c.next_at <= bindparam("now"))
    .order_by(successions.c.next_at, successions.c.id)
)


def add_succession(
    connection: Connection, old: int, new: int, day: date, *, ends_links: bool, imported: int | None = None
) -> int:
    """Remembers that a contact takes over on a later day; returns its number. `imported` is the import it is of."""
    values = {
        "old": old,
        "new": new,
        "day": day.isoformat(),
        "ends_links": ends_links,
        "imported": imported,
        "next_at": to_ms(start_of_day(day)),
        "asked": [],
        "reminders": [],
    }
    return int(connection.execute(insert(successions).values(values).returning(successions.c.id)).scalar_one())


def next_succession(connection: Connection) -> datetime | None:
    """When the next one is to be done; None when none waits."""
    found = ask_one(connection, _NEXT)
    return None if found is None else from_ms(found)


def ripe_successions(connection: Connection, now: datetime) -> list[Succession]:
    """Those of which the day has come and that were not done yet, in order."""
    return [_succession(row) for row in connection.execute(_RIPE, {"now": to_ms(now)})]


def coming_to(connection: Connection, contact: int, day: date) -> list[Succession]:
    """Those by which that contact takes over on that day or later, and that were not done yet."""
    to = (successions.c.new == contact) & (successions.c.day >= day.isoformat())
    return [
        _succession(row)
        for row in connection.execute(select(successions).where(to, successions.c.next_at.is_not(None)))
    ]


def claim_succession(connection: Connection, number: int, now: datetime) -> bool:
    """Marks it as done; False where another run did."""
    mine = (successions.c.id == number) & successions.c.next_at.is_not(None)
    return connection.execute(update(successions).where(mine).values(next_at=None, done_at=to_ms(now))).rowcount == 1


def keep_what_was_done(
    connection: Connection, number: int, asked: Sequence[tuple[str, str]], reminders: Sequence[tuple[str, str, int]]
) -> None:
    """Remembers what was asked once more because of it, and which reminders by hand that took out of mail."""
    rows = {"asked": [list(one) for one in asked], "reminders": [list(one) for one in reminders]}
    connection.execute(update(successions).where(successions.c.id == number).values(rows))


def take_successions(connection: Connection, numbers: Iterable[int]) -> list[Succession]:
    """Forgets these; returns them as they were."""
    wanted = successions.c.id.in_(list(numbers))
    found = [_succession(row) for row in connection.execute(select(successions).where(wanted))]
    connection.execute(delete(successions).where(wanted))
    return found


def successions_by(connection: Connection, numbers: Iterable[int]) -> list[Succession]:
    """These, as far as they are there."""
    return [
        _succession(row) for row in connection.execute(select(successions).where(successions.c.id.in_(list(numbers))))
    ]


def brought_by(connection: Connection, imported: int) -> list[int]:
    """The numbers of those that an import brought."""
    return list(connection.scalars(select(successions.c.id).where(successions.c.imported == imported)))


def _succession(row: Row[Any]) -> Succession:
    return Succession(
        row.id,
        row.old,
        row.new,
        date.fromisoformat(row.day),
        row.ends_links,
        None if row.done_at is None else from_ms(row.done_at),
        tuple((task, step) for task, step in row.asked),
        tuple((task, step, contact) for task, step, contact in row.reminders),
    )
