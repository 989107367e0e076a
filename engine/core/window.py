"""When mail may leave for a contact: the sending window, on days that are open for that person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from engine.core.calendar import Calendar
from engine.core.lean import lean
from engine.core.localtime import at_local, local_date, local_time
from engine.core.party import SWV, Register
from engine.core.ports import Calendars
from engine.core.roles import BUREAU

# No calendar is closed longer; a contact whose days are closed for so long is looked at again after it.
FARTHEST = 120


@lean
@dataclass(frozen=True, slots=True)
class Hours:
    """Local times between which mail leaves; the last one is no longer inside."""

    first: time
    last: time


@lean
@dataclass(frozen=True, slots=True)
class Days:
    """The days on which a contact reads: those of any of the calendars, or every werkdag.

    `weekly` (0 Monday to 4 Friday) is the day of the one mail a week, None for who hears daily.
    """

    calendars: Sequence[Calendar]
    workdays: bool
    weekly: int | None = None

    def has(self, day: date) -> bool:
        """True when mail may leave for this contact on that day."""
        if self.workdays:
            return any(calendar.is_workday(day) for calendar in self.calendars)
        return any(calendar.is_open(day) for calendar in self.calendars)

    def is_weekly_day(self, day: date) -> bool:
        """True on the contact's weekday, or on the first open day after it when that day is closed."""
        if self.weekly is None:
            return self.has(day)
        back = (day.weekday() - self.weekly) % 7
        return self.has(day) and not any(self.has(day - timedelta(days=n)) for n in range(1, back + 1))


def days_of(contact: int, register: Register, calendars: Calendars, day: date) -> Days:
    """The days of a contact by the roles that hold on `day`.

    A contact with a role bureau or consulent, or with roles at the SWV or a gemeente only, has werkdagen.
    """
    rows = register.roles_of(contact, day)
    weekly = register.contacts[contact].weekly if contact in register.contacts else None
    desk = any(row.role in (BUREAU, "consulent") for row in rows)
    schools = [row.party for row in rows if row.party != SWV and not row.party.startswith("gemeente:")]
    if desk or not schools:
        return Days((calendars.of(SWV),), workdays=True, weekly=weekly)
    unique = {id(calendar): calendar for calendar in map(calendars.of, schools)}
    return Days(tuple(unique.values()), workdays=False, weekly=weekly)


def is_open(now: datetime, hours: Hours, days: Days) -> bool:
    """True when mail may leave for the contact at this moment."""
    return _in_hours(now, hours) and days.has(local_date(now))


def closed_until(now: datetime, hours: Hours) -> datetime | None:
    """The next moment at which a window may be open, where at this one nobody's is; else None."""
    if _in_hours(now, hours):
        return None
    today = local_date(now)
    return at_local(today if local_time(now) < hours.first else today + timedelta(days=1), hours.first)


def windows_between(last: datetime, now: datetime, hours: Hours, calendar: Calendar) -> int:
    """How many sending windows of werkdagen passed as a whole between two moments: begun after `last`, over by `now`.

    Counting stops at a hundred.
    """
    day, count = local_date(last), 0
    while day <= local_date(now) and count < 100:
        if calendar.is_workday(day) and at_local(day, hours.first) > last and at_local(day, hours.last) <= now:
            count += 1
        day += timedelta(days=1)
    return count


def next_opening(now: datetime, hours: Hours, days: Days, *, weekly: bool = False) -> datetime:
    """The first moment from now on at which the window is open (on the weekly day, when `weekly`)."""
    fits = days.is_weekly_day if weekly else days.has
    today = local_date(now)
    if fits(today) and local_time(now) < hours.last:
        return max(now, at_local(today, hours.first))
    return opening_after(today, hours, days, weekly=weekly)


def opening_after(day: date, hours: Hours, days: Days, *, weekly: bool = False) -> datetime:
    """The first opening on a later day than `day`."""
    fits = days.is_weekly_day if weekly else days.has
    for ahead in range(1, FARTHEST):
        if fits(day + timedelta(days=ahead)):
            return at_local(day + timedelta(days=ahead), hours.first)
    return at_local(day + timedelta(days=FARTHEST), hours.first)


def _in_hours(now: datetime, hours: Hours) -> bool:
    return hours.first <= local_time(now) < hours.last
