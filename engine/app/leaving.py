"""On which day the steps of today really leave: after the window has closed, or where a reader is told later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from engine.app.means import Means
from engine.core.localtime import from_ms, local_date, local_time, start_of_day
from engine.core.party import Register
from engine.core.recipients import places
from engine.core.window import days_of, next_opening
from engine.store.jsontext import from_text
from engine.store.rounds import StepToday


@dataclass(frozen=True, slots=True)
class Leaving:
    """A step of today; `day` is when what is left of it leaves, None where that is today or nothing is left."""

    step: StepToday
    day: date | None


def leaving(connection: Connection, means: Means, found: Iterable[StepToday], now: datetime) -> tuple[Leaving, ...]:
    """The steps of today with the day on which the first of what is left leaves."""
    steps = list(found)
    later = {one for one in steps if one.left and not _may_leave_now(one.waiting, means, now)}
    if not later:
        return tuple(Leaving(one, None) for one in steps)
    register, calendars = means.people(connection)
    today = local_date(now)
    known: dict[tuple[str, str], tuple[int, ...]] = {}
    openings: dict[tuple[int, datetime], date] = {}

    def first(one: StepToday) -> date | None:
        days = []
        for party, to, wake in one.waiting:
            if (party, to) not in known:
                known[party, to] = _readers(from_text(to), party, register, today)
            begin = now if wake is None else max(now, from_ms(wake))
            for contact in known[party, to]:
                if (contact, begin) not in openings:
                    open_days = days_of(contact, register, calendars, local_date(begin))
                    openings[contact, begin] = local_date(next_opening(begin, means.hours, open_days))
                days.append(openings[contact, begin])
        day = min(days, default=today)
        return day if day > today else None

    return tuple(Leaving(one, first(one) if one in later else None) for one in steps)


def _may_leave_now(waiting: Sequence[tuple[str, str, int | None]], means: Means, now: datetime) -> bool:
    """True while today's window is open or still to open, for a step that does not wait for a later day."""
    tomorrow = start_of_day(local_date(now) + timedelta(days=1))
    soon = any(wake is None or from_ms(wake) < tomorrow for _, _, wake in waiting)
    return soon and local_time(now) < means.hours.last


def _readers(roles: tuple[str, ...], party: str, register: Register, day: date) -> tuple[int, ...]:
    where = places(roles, party, register)
    return tuple({contact for role, place in where for contact in register.who(role, place, day).contacts})
