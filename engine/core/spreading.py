"""A proposal to spread an overfull month: which documents to renew in an earlier month, never later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from engine.core.calendar import Calendar
from engine.core.dates import NotPlanned, planned_dates
from engine.core.dating import months_on
from engine.core.document_load import Renewal, days_of, first_of, months_ahead
from engine.core.dutch import counted
from engine.core.ports import Calendars
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar

# No document is renewed more months before its day, nor more than half of what it holds.
MOST_EARLIER = 12
# So long before its first mail a task's dates still change.
NOTICE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Shift:
    """A document that is to be renewed by an earlier day; `opens` is then the day of its first mail."""

    renewal: Renewal
    day: date
    opens: date


@dataclass(frozen=True, slots=True)
class Left:
    """A month that stays overfull: so many too many, and why, in Dutch."""

    month: date
    over: int
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spreading:
    """What is proposed: `shifts` by the month that is too full and the new day, and what stays."""

    most: int
    shifts: tuple[Shift, ...]
    left: tuple[Left, ...]


def spread(
    found: Sequence[Renewal],
    rules: Sequence[Rule],
    calendars: Calendars,
    today: date,
    most: int,
    fixed: Collection[str] = (),
) -> Spreading:
    """Proposes for each month with more than `most` documents which of them to renew earlier, and when.

    Each goes to the nearest earlier month with room, on a day on which its party is open and of which the vakanties are
    known; its first mail then leaves two weeks from now or later. `fixed` are the keys of tasks whose dates stand. The
    latest month is spread first. The same arguments give the same proposal.
    """
    spreader = _Spreader(found, rules, calendars, today, most, frozenset(fixed))
    for month in reversed(months_ahead(today)):
        spreader.spread(month)
    order = sorted(spreader.shifts, key=lambda one: (first_of(one.renewal.day), one.day, one.renewal.key))
    return Spreading(most, tuple(order), tuple(spreader.left()))


def shifted(found: Sequence[Renewal], shifts: Sequence[Shift]) -> list[Renewal]:
    """The documents with the days of a proposal."""
    days = {one.renewal.key: one.day for one in shifts}
    return [replace(one, day=days[one.key]) if one.key in days else one for one in found]


@dataclass(slots=True)
class _Spreader:
    found: Sequence[Renewal]
    rules: Sequence[Rule]
    calendars: Calendars
    today: date
    most: int
    fixed: frozenset[str]
    shifts: list[Shift] = field(default_factory=list)
    _load: Counter[date] = field(default_factory=Counter)
    _of: dict[date, list[Renewal]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for one in self.found:
            self._count(one, one.day, 1)
            self._of.setdefault(first_of(max(one.day, self.today)), []).append(one)

    def spread(self, month: date) -> None:
        """Moves what is too much in a month to the months before it, what ends first the farthest."""
        able = sorted(filter(self._may_move, self._of.get(month, ())), key=lambda each: (each.day, each.key))
        many = max(self._load[month] - self.most, 0)
        for one in [*reversed(able[:many]), *able[many:]]:
            if self._load[month] <= self.most:
                return
            shift = self._earlier(one, month)
            if shift is not None:
                self._count(one, one.day, -1)
                self._count(one, shift.day, 1)
                self.shifts.append(shift)

    def left(self) -> Iterator[Left]:
        """The months that stay too full."""
        for month in months_ahead(self.today):
            over = self._load[month] - self.most
            if over > 0:
                yield Left(month, over, tuple(self._why(month)))

    def _why(self, month: date) -> Iterator[str]:
        moved = {one.renewal.key for one in self.shifts}
        own = [one for one in self._of.get(month, ()) if one.key not in moved]
        late = sum(one.day < self.today for one in own)
        first = sum(not one.version and one.day >= self.today for one in own)
        still = [one for one in own if one.version and one.day >= self.today]
        asked = sum(one.key in self.fixed or self._opens(one, one.day) < self.today + NOTICE for one in still)
        again = self._load[month] - len(own)
        if late:
            yield f"{counted(late, 'is', 'zijn')} al verlopen"
        if asked:
            yield f"{counted(asked, 'wordt', 'worden')} al gevraagd, of binnen twee weken"
        if first:
            yield f"{counted(first, 'is een eerste versie', 'zijn eerste versies')}"
        if len(still) > asked:
            yield f"voor {counted(len(still) - asked, 'is', 'zijn')} er geen maand met plek"
        if again > 0:
            yield f"{counted(again, 'is een volgende versie', 'zijn volgende versies')}: die spreidt u later"

    def _may_move(self, one: Renewal) -> bool:
        return bool(one.version) and one.day >= self.today and one.key not in self.fixed

    def _count(self, one: Renewal, day: date, by: int) -> None:
        for each in days_of(one, day, self.rules, self.today):
            self._load[first_of(each)] += by

    def _earlier(self, one: Renewal, month: date) -> Shift | None:
        """The nearest earlier month with room, and the day in it."""
        calendar = self.calendars.of(one.party)
        for back in range(1, min(MOST_EARLIER, 6 * (one.validity or 2)) + 1):
            earlier = months_on(month, -back)
            if earlier < first_of(self.today):
                return None
            if self._load[earlier] >= self.most:
                continue
            day = _day_in(earlier, one.day.day, calendar)
            if day is None or day > calendar.published_until:
                continue
            opens = self._opens(one, day)
            if opens < self.today + NOTICE:
                return None
            return Shift(one, day, opens)
        return None

    def _opens(self, one: Renewal, day: date) -> date:
        year = Schooljaar.of(day)
        dates = planned_dates(one.rule, one.rule.rounds_in(year)[0], year, self.calendars.of(one.party), expires=day)
        return date.min if isinstance(dates, NotPlanned) else dates.opens


def _day_in(month: date, number: int, calendar: Calendar) -> date | None:
    """The open day of a month with that number, else the one before it, else the first after it; None without any."""
    last = months_on(month, 1) - timedelta(days=1)
    wanted = min(month + timedelta(days=number - 1), last)
    before = calendar.last_open(wanted)
    if before >= month:
        return before
    after = calendar.first_open(wanted)
    return after if after <= last else None
