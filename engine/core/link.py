"""Personal links: where one leads, and how long it opens anything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from engine.core.localtime import local_date, start_of_day

PATH = "/mijn"
# Stands where a mail that is only shown would have its token; it opens nothing.
EXAMPLE = "voorbeeld"
DAYS_AFTER_DUE = 30
# A mail that leaves long after the last day still has a link that works for a while.
LEAST_DAYS = 7


def address_of(site: str, token: str) -> str:
    """The address that a mail shows; `site` is that of the pages, without a slash at its end."""
    return f"{site}{PATH}/{token}"


def end_of(due: Iterable[date], leaves: datetime) -> datetime:
    """The first moment at which a link opens nothing more: 30 days after the latest of these last days."""
    day = max([*due, local_date(leaves) - timedelta(days=DAYS_AFTER_DUE - LEAST_DAYS)])
    return start_of_day(day + timedelta(days=DAYS_AFTER_DUE + 1))
