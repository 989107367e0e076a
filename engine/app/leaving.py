"""On which day what is still to be told today really leaves: later once the window closed, or for a later reader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from engine.core.localtime import from_ms, local_date, local_time, start_of_day
from engine.core.party import SWV, Register
from engine.core.ports import Calendars
from engine.core.recipients import places
from engine.core.window import Hours, days_of, next_opening
from engine.store.jsontext import from_text
from engine.store.today import Still


def first_day(
    found: Sequence[Still], register: Register, calendars: Calendars, hours: Hours, now: datetime
) -> date | None:
    """The day on which the first of these leaves, None where that is today."""
    today = local_date(now)
    if _leave_today(found, calendars, hours, now):
        return None
    days = []
    for party, to, wake in {(one.party, one.to, one.wake) for one in found}:
        begin = now if wake is None else max(now, from_ms(wake))
        for contact in _readers(from_text(to), party, register, today):
            open_days = days_of(contact, register, calendars, local_date(begin))
            days.append(local_date(next_opening(begin, hours, open_days)))
    day = min(days, default=today)
    return day if day > today else None


def _leave_today(found: Sequence[Still], calendars: Calendars, hours: Hours, now: datetime) -> bool:
    """True without a look at each reader: the plan has it today, and today's window is open or still to open."""
    today = local_date(now)
    tomorrow = start_of_day(today + timedelta(days=1))
    planned = [one for one in found if not one.anew]
    soon = any(one.wake is None or from_ms(one.wake) < tomorrow for one in planned)
    return soon and local_time(now) < hours.last and calendars.of(SWV).is_workday(today)


def _readers(roles: tuple[str, ...], party: str, register: Register, day: date) -> tuple[int, ...]:
    where = places(roles, party, register)
    return tuple({contact for role, place in where for contact in register.who(role, place, day).contacts})
