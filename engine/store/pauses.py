"""Parties whose clock stands still until a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from engine.core.localtime import from_ms, to_ms
from engine.store.many import ask_named
from engine.store.tables import pauses


@dataclass(frozen=True, slots=True)
class Pause:
    """A party pauses until a day, itself not included."""

    party: str
    until: date
    reason: str
    at: datetime
    by: str


_LASTING = select(pauses).where(pauses.c.until > bindparam("day"))


def pauses_on(connection: Connection, day: date) -> dict[str, Pause]:
    """The pauses that are not over on that day, by party."""
    rows = ask_named(connection, _LASTING, day=day.isoformat())
    return {
        row.party: Pause(row.party, date.fromisoformat(row.until), row.reason, from_ms(row.at), row.by) for row in rows
    }


def set_pause(connection: Connection, pause: Pause) -> None:
    """Keeps a pause, in place of an earlier one of that party."""
    end_pause(connection, pause.party)
    values = {"party": pause.party, "until": pause.until.isoformat(), "reason": pause.reason}
    connection.execute(insert(pauses).values(values | {"at": to_ms(pause.at), "by": pause.by}))


def end_pause(connection: Connection, party: str) -> bool:
    """Forgets the pause of a party; False when there is none."""
    return connection.execute(delete(pauses).where(pauses.c.party == party)).rowcount == 1
