"""The last look before a mail leaves: each weekday that stands beside a date must be its weekday."""

from __future__ import annotations

import re
from datetime import date

from engine.core.dutch import MONTHS, WEEKDAYS, weekday

_DATE = re.compile(rf"\b({'|'.join(WEEKDAYS)})\s+(\d{{1,2}})\s+({'|'.join(MONTHS)})\b(?:\s+(\d{{4}}))?", re.IGNORECASE)


def wrong_weekday(text: str, today: date | None = None) -> str | None:
    """A Dutch sentence about the first weekday that does not fit its date, or None.

    A date without a year is wrong when it fits neither last year, nor this one, nor the next; without `today` it is
    not looked at.
    """
    for found in _DATE.finditer(text):
        day, number, month, year = found.groups()
        if not year and today is None:
            continue
        years = [int(year)] if year else [today.year + step for step in (-1, 0, 1)] if today else []
        days = [_weekday(one, MONTHS.index(month.lower()) + 1, int(number)) for one in years]
        if day.lower() not in days:
            written = " ".join(found[0].split())
            return f"'{written}' klopt niet: " + (
                f"dat is een {days[0]}." if year and days[0] else "die dag en datum passen niet bij elkaar."
            )
    return None


def _weekday(year: int, month: int, number: int) -> str:
    try:
        return weekday(date(year, month, number))
    except ValueError:
        return ""
