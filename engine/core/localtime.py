"""The one place where moments (aware UTC) meet the wall clock of the office, Europe/Amsterdam."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

OFFICE = ZoneInfo("Europe/Amsterdam")
_EPOCH, _MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)


def local(moment: datetime) -> datetime:
    """The moment on the office's clock, aware."""
    return moment.astimezone(OFFICE)


@lru_cache(maxsize=1024)
def local_date(moment: datetime) -> date:
    """The date on the office's calendar at that moment."""
    return moment.astimezone(OFFICE).date()


def local_time(moment: datetime) -> time:
    """The time on the office's clock at that moment, naive."""
    return moment.astimezone(OFFICE).time()


def at_local(day: date, clock: time) -> datetime:
    """The moment, in UTC, at which the office's clock shows that time on that day (first of two in October)."""
    return datetime.combine(day, clock, tzinfo=OFFICE).astimezone(UTC)


def later(moment: datetime, step: timedelta) -> datetime:
    """The moment, in UTC, at which the office's clock shows so much more: a day later is at the same time of day."""
    return (local(moment) + step).astimezone(UTC)


@lru_cache(maxsize=1024)
def start_of_day(day: date) -> datetime:
    """00:00 local of the day, in UTC."""
    return at_local(day, time(0))


def parse_moment(text: str) -> datetime:
    """Reads an ISO moment; one without offset is the office's clock. Raises ValueError with a Dutch message."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is geen datum met tijd. Schrijf bijvoorbeeld 2026-10-01T08:30.") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=OFFICE)
    return moment.astimezone(UTC)


@lru_cache(maxsize=4096)
def to_ms(moment: datetime) -> int:
    """Integer UTC milliseconds since 1970, as the store keeps moments."""
    return (moment - _EPOCH) // _MILLISECOND


@lru_cache(maxsize=4096)
def from_ms(milliseconds: int) -> datetime:
    """The aware UTC moment of stored milliseconds."""
    return _EPOCH + milliseconds * _MILLISECOND


def iso_local(moment: datetime) -> str:
    """`2026-11-24T08:30:00+01:00`: the moment as JSON output shows it."""
    return local(moment).isoformat(timespec="seconds")
