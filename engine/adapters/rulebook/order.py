"""Which of two moments comes first, as far as the rule alone says it; no calendar is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from engine.core.moment import (
    DAYS_IN_MONTH,
    FIRST_WEEK,
    WEEKDAYS,
    WHICH,
    Anchor,
    DayOfYear,
    Moment,
    MonthDay,
    Offset,
    VakantieOffset,
    WeekDay,
)

# Days in each unit, at least and at most; of open days nobody knows how many days they take.
UNIT_DAYS = {
    "dagen": (1.0, 1.0),
    "weken": (7.0, 7.0),
    "maanden": (28.0, 31.0),
    "jaar": (365.0, 366.0),
    "werkdagen": (1.0, inf),
    "schooldagen": (1.0, inf),
}
YEAR = "schooljaar"
EDGES = {"begin schooljaar": 0.0, "eind schooljaar": 364.0}
# Days from 1 August to the first of each month.
MONTHS = (*range(8, 13), *range(1, 8))
BEFORE = {month: float(sum(DAYS_IN_MONTH[each - 1] for each in MONTHS[:place])) for place, month in enumerate(MONTHS)}


@dataclass(frozen=True, slots=True)
class Span:
    """Between which days (inclusive) a moment lies, counted from `root`: the schooljaar or an unknown date."""

    root: str
    first: float
    last: float

    def after(self, other: Span) -> bool:
        """True when this certainly comes on a later day."""
        return self.root == other.root and self.first > other.last

    @property
    def is_one_day(self) -> bool:
        """True when it is known to the day; two such spans that are equal are one day."""
        return self.first == self.last


def span(moment: Moment, dates: Mapping[str, Moment]) -> Span | None:
    """When a moment lies, given the dates of its round by name; None where those go round in a circle."""
    return _span(moment, dates, frozenset())


def stand_in(name: str, dates: Mapping[str, object]) -> str:
    """The date that stands for another: `van` for opent, `tot` for uiterlijk, a peildatum alone for both."""
    if name in dates or name not in ("opent", "uiterlijk"):
        return name
    period = "van" if name == "opent" else "tot"
    return period if period in dates or set(dates) != {"peildatum"} else "peildatum"


def _span(moment: Moment, dates: Mapping[str, Moment], walked: frozenset[str]) -> Span | None:
    match moment:
        case DayOfYear(month, day):
            return Span(YEAR, at := _day(month, day), at)
        case MonthDay():
            return _in_month(moment)
        case WeekDay():
            return _in_week(moment)
        case Anchor(name):
            return _of_anchor(name, dates, walked)
        case Offset(amount, unit, anchor):
            base = _of_anchor(anchor, dates, walked)
            return base and _moved(base, amount, *UNIT_DAYS[unit])
        case VakantieOffset(amount, unit, side, vakantie):
            base = Span(f"{side} {vakantie}", 0.0, 0.0)
            return _moved(base, amount if side == "na" else -amount, *UNIT_DAYS[unit])


def _of_anchor(name: str, dates: Mapping[str, Moment], walked: frozenset[str]) -> Span | None:
    if name in EDGES:
        return Span(YEAR, EDGES[name], EDGES[name])
    name = stand_in(name, dates)
    if name in walked:
        return None
    if name not in dates:
        return Span(name, 0.0, 0.0)
    return _span(dates[name], dates, walked | {name})


def _moved(base: Span, amount: int, least: float, most: float) -> Span:
    if amount == 0:
        return base
    low, high = sorted((amount * least, amount * most))
    return Span(base.root, base.first + low, base.last + high)


def _in_month(moment: MonthDay) -> Span:
    begin, length = _day(moment.month, 1), DAYS_IN_MONTH[moment.month - 1]
    end = begin + length - 1
    if moment.which == "laatste":
        # A schooldag may lie in another month where the party has none in this.
        early = {"dag": end, "schooldag": -inf}.get(moment.kind, end - 10)
        return Span(YEAR, early, end)
    place = WHICH.index(moment.which)
    if moment.kind in WEEKDAYS:
        return Span(YEAR, begin + 7 * place, begin + 7 * place + 6)
    first = begin + place
    # Between two werkdagen lie four closed days at most; more only after the one at the month's begin.
    late = {"dag": first, "schooldag": inf}.get(moment.kind, begin + 10 + 5 * place)
    return Span(YEAR, first, late)


def _in_week(moment: WeekDay) -> Span:
    """Week 1 begins from 29 December to 4 January; a leap year shifts what comes after February by a day."""
    days = 7 * (moment.week - 1) + WEEKDAYS.index(moment.day)
    new_year = _day(1, 1) - (365 if moment.week >= FIRST_WEEK else 0)
    return Span(YEAR, new_year + days - 4, new_year + days + 3)


def _day(month: int, day: int) -> float:
    """Days from 1 August."""
    return BEFORE[month] + day - 1
