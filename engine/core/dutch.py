"""Dutch as a reader meets it: names of days and months, dates with their weekday, lists and plurals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from engine.core.localtime import local

MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
SHORT_MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")

MONTH_NUMBERS = {name: number for number, name in enumerate(MONTHS, start=1)} | {
    "jan": 1,
    "feb": 2,
    "febr": 2,
    "mrt": 3,
    "apr": 4,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "sept": 9,
    "okt": 10,
    "nov": 11,
    "dec": 12,
}


def weekday(day: date) -> str:
    """`donderdag` for 1 October 2026."""
    return WEEKDAYS[day.weekday()]


def day_month(day: date) -> str:
    """`1 oktober`."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def month_year(day: date) -> str:
    """`oktober 2026`."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def short_date(day: date) -> str:
    """`1 okt`."""
    return f"{day.day} {SHORT_MONTHS[day.month - 1]}"


def long_date(day: date) -> str:
    """`donderdag 1 oktober 2026`; the weekday is always computed."""
    return f"{weekday(day)} {day_month(day)} {day.year}"


def long_moment(moment: datetime) -> str:
    """`donderdag 1 oktober 2026 08:30`, on the office's clock."""
    return f"{long_date(local(moment).date())} {local(moment):%H:%M}"


def from_to(first: date, last: date) -> str:
    """`25 t/m 31 augustus 2026`, `31 augustus t/m 2 september 2026`; one day as `long_date` has it."""
    if first == last:
        return long_date(first)
    if first.year != last.year:
        return f"{day_month(first)} {first.year} t/m {day_month(last)} {last.year}"
    begin = str(first.day) if first.month == last.month else day_month(first)
    return f"{begin} t/m {day_month(last)} {last.year}"


def weekday_date(day: date) -> str:
    """`donderdag 1 oktober`."""
    return f"{weekday(day)} {day_month(day)}"


def day_and_time(moment: datetime) -> str:
    """`donderdag 1 oktober om 08:30`, of a moment near by."""
    return f"{weekday_date(local(moment).date())} om {local(moment):%H:%M}"


def listed(words: Sequence[str], last: str = "en") -> str:
    """`a, b en c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def some(words: Sequence[str], most: int) -> list[str]:
    """Up to `most` of the words, and how many more there are; just one more is shown itself."""
    if len(words) <= most + 1:
        return list(words)
    return [*words[:most], f"nog {len(words) - most}"]


def told_apart(names: Iterable[tuple[str, str]]) -> list[str]:
    """Each name; where others have the same, with what it comes with: `De Regenboog (12AB00)`."""
    pairs = list(names)
    many = Counter(name for name, _ in pairs)
    return [f"{name} ({more})" if many[name] > 1 and more else name for name, more in pairs]


def counted(number: int, one: str, many: str) -> str:
    """`1 taak`, `3 taken`."""
    return f"{number} {one if number == 1 else many}"


def capitalised(text: str) -> str:
    """The same text with a capital first letter, the rest untouched; an address that it begins with stays as it is."""
    return text if "@" in text.partition(" ")[0] else text[:1].upper() + text[1:]
