"""The open days of a party: weekdays without public holiday, schoolvakantie or closing day of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from engine.core.dutch import weekday
from engine.core.schooljaar import Schooljaar

ONE_DAY = timedelta(days=1)
# Far more than any real row of closed days; a calendar closed for longer is a fault in the register.
LONGEST_CLOSURE = 400


@dataclass(frozen=True, slots=True)
class Vakantie:
    """A schoolvakantie, first and last day inclusive; `name` as in `kerstvakantie`.

    `pieces` are the closed spans of one that a party takes in parts: the days between them are open.
    """

    name: str
    first: date
    last: date
    pieces: tuple[tuple[date, date], ...] = ()

    @property
    def year(self) -> Schooljaar:
        """The schooljaar it belongs to: the one in which it begins; a zomervakantie to the one that it closes."""
        return vakantie_year(self.name, self.first)


@dataclass(frozen=True, slots=True)
class Closure:
    """Closing days of a party's own, inclusive."""

    first: date
    last: date
    description: str


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The open days of everyone who shares `key` (`noord`, `swv`, or a region with a party's own closing days).

    `public` names the public holidays that close. The `vakanties` close too, but not at the SWV
    (`closed_in_vakanties` false), where one may only count from them. `published_until` is the last day for
    which schoolvakanties are known.
    """

    key: str
    public: Mapping[date, str]
    vakanties: tuple[Vakantie, ...] = ()
    closures: tuple[Closure, ...] = ()
    published_until: date = date(2030, 9, 1)
    closed_in_vakanties: bool = True
    _closed: dict[date, str] = field(init=False, repr=False, default_factory=dict)
    _in_vakantie: set[date] = field(init=False, repr=False, default_factory=set)
    _by_year: dict[tuple[str, Schooljaar], Vakantie] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        for closure in self.closures:
            name = f"een vrije dag ({closure.description})" if closure.description else "een vrije dag"
            for day in _days(closure.first, closure.last):
                self._closed.setdefault(day, name)
        for vakantie in self.vakanties:
            self._by_year[vakantie.name, vakantie.year] = vakantie
            if not self.closed_in_vakanties:
                continue
            for first, last in vakantie.pieces or ((vakantie.first, vakantie.last),):
                for day in _days(first, last):
                    self._closed[day] = f"de {vakantie.name}"
                    self._in_vakantie.add(day)

    def vakantie(self, name: str, year: Schooljaar) -> Vakantie | None:
        """The vakantie of that name that belongs to the schooljaar; None where it is not published."""
        return self._by_year.get((name, year))

    def is_open(self, day: date) -> bool:
        """True on an open day."""
        return day.weekday() < 5 and day not in self.public and day not in self._closed

    def is_workday(self, day: date) -> bool:
        """True on a werkdag: Monday to Friday, no public holiday."""
        return day.weekday() < 5 and day not in self.public

    def why_closed(self, day: date) -> str:
        """Dutch words after "valt in" or "is": `de kerstvakantie`, `Goede vrijdag`, `een zaterdag`; empty when open."""
        if day in self._closed:
            return self._closed[day]
        if day in self.public:
            return self.public[day]
        return f"een {weekday(day)}" if day.weekday() >= 5 else ""

    def falls(self, day: date) -> str:
        """Dutch words after a closed day: `valt in de kerstvakantie`, `valt in het weekend`, `is Goede vrijdag`."""
        if day in self._in_vakantie:
            return f"valt in {self.why_closed(day)}"
        if day.weekday() >= 5 and day not in self.public:
            return "valt in het weekend"
        return f"is {self.why_closed(day)}"

    def first_open(self, day: date) -> date:
        """The day itself when open, else the first open day after it."""
        return self._walk(day, ONE_DAY)

    def last_open(self, day: date) -> date:
        """The day itself when open, else the last open day before it."""
        return self._walk(day, -ONE_DAY)

    def open_days_on(self, day: date, count: int) -> date:
        """`count` open days after the day (before it when negative); the day itself is not counted."""
        return self._count(day, count, self.is_open)

    def workdays_on(self, day: date, count: int) -> date:
        """`count` werkdagen after the day (before it when negative); the day itself is not counted."""
        return self._count(day, count, self.is_workday)

    def open_days_between(self, first: date, last: date) -> int:
        """How many open days lie after `first`, up to and including `last`; 0 when `last` is not later."""
        return sum(self.is_open(day) for day in _days(first + ONE_DAY, last))

    def _walk(self, day: date, step: timedelta) -> date:
        for _ in range(LONGEST_CLOSURE):
            if self.is_open(day):
                return day
            day += step
        raise ValueError(f"de kalender {self.key} heeft rond {day.isoformat()} meer dan een jaar geen open dag")

    def _count(self, day: date, count: int, counts: Callable[[date], bool]) -> date:
        step = ONE_DAY if count > 0 else -ONE_DAY
        left, idle = abs(count), 0
        while left:
            day += step
            if counts(day):
                left, idle = left - 1, 0
            else:
                idle += 1
            if idle > LONGEST_CLOSURE:
                raise ValueError(f"de kalender {self.key} heeft meer dan een jaar geen open dag")
        return day


def vakantie_year(name: str, first: date) -> Schooljaar:
    """The schooljaar that a vakantie beginning on that day belongs to; a zomervakantie counts by calendar year."""
    return Schooljaar(first.year - 1) if name == "zomervakantie" else Schooljaar.of(first)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
