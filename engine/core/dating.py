"""How a moment of a rule gets its date: in a round, a schooljaar and a calendar; and how dates roll to open days."""

from __future__ import annotations

import calendar as month_lengths
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import assert_never

from engine.core.calendar import ONE_DAY, Calendar, Vakantie
from engine.core.dutch import weekday
from engine.core.moment import (
    FIRST_WEEK,
    SCHOOLWEEK,
    WEEKDAYS,
    WHICH,
    Anchor,
    AnchorName,
    DayOfYear,
    Moment,
    MonthDay,
    Offset,
    Unit,
    VakantieOffset,
    WeekDay,
    anchor_of,
)
from engine.core.rule import Roll, Round, Rule
from engine.core.schooljaar import Schooljaar


class UnknownVakantie(Exception):
    """A moment hangs on a vakantie that is not published yet; `text` says which, in Dutch."""

    def __init__(self, moment: VakantieOffset, year: Schooljaar) -> None:
        when = str(year.end.year) if moment.vakantie == "zomervakantie" else f"schooljaar {year}"
        self.text = f"De {moment.vakantie} van {when} is nog niet bekend, dus deze taak staat nog niet in de planning."
        super().__init__(self.text)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a moment gets its date: a round of a rule, in a schooljaar, on a calendar.

    `extended` is the last day that was granted instead of the rule's, `expires` the day a document ends, `arranged` the
    day of a gesprek's appointment, `complete` the day on which all that the rule uses was in. Of a document that is to
    be renewed before its end, `expires` is the day by which, and `ends` its end.
    """

    rule: Rule
    round: Round
    schooljaar: Schooljaar
    calendar: Calendar
    extended: date | None = None
    expires: date | None = None
    arranged: date | None = None
    complete: date | None = None
    ends: date | None = None
    _anchors: dict[AnchorName, date | None] = field(init=False, repr=False, default_factory=dict)

    @property
    def opens_at(self) -> Moment:
        """What the rule says of opent; without `wanneer` the whole schooljaar."""
        return self.round.opens or Anchor("begin schooljaar")

    @property
    def due_at(self) -> Moment:
        """What the rule says of uiterlijk; without `wanneer` the whole schooljaar."""
        return self.round.due or Anchor("eind schooljaar")

    @property
    def opens(self) -> date:
        """The rolled opent."""
        return self._known(Anchor("opent"))

    @property
    def due(self) -> date:
        """The rolled uiterlijk, or the day that was granted."""
        return self._known(Anchor("uiterlijk"))

    @property
    def due_rolls(self) -> Roll:
        """Which way uiterlijk rolls, before it is held against opent."""
        if self.stands:
            return "niet"
        if self.rule.shift.due is not None:
            return self.rule.shift.due
        on_end = self.rule.kind == "document" and self.expires == self.day(self.due_at)
        return "vorige" if self.round.last is not None or on_end else "volgende"

    def day(self, moment: Moment) -> date | None:
        """The date the moment says, before rolling; None on an appointment, or on what is used, that is not there yet.

        Raises UnknownVakantie.
        """
        match moment:
            case DayOfYear(month, day):
                return self.schooljaar.day(month, day)
            case MonthDay():
                return self._month_day(moment)
            case WeekDay(weekday_, week):
                year = self.schooljaar.begin.year if week >= FIRST_WEEK else self.schooljaar.end.year
                return date.fromisocalendar(year, week, WEEKDAYS.index(weekday_) + 1)
            case Anchor(name):
                return self.anchor(name)
            case Offset(amount, unit, name):
                start = self.anchor(name)
                return None if start is None else _counted_on(start, amount, unit, self.calendar)
            case VakantieOffset(amount, unit, side, _):
                signed = -amount if side == "voor" else amount
                return _counted_on(self.vakantie_edge(moment), signed, unit, self.calendar)
        assert_never(moment)

    def start_of(self, moment: Moment) -> date | None:
        """The day that a count begins from; None where nothing is counted."""
        match moment:
            case Offset(_, _, name):
                return self.anchor(name)
            case VakantieOffset():
                return self.vakantie_edge(moment)
        return None

    def anchor(self, name: AnchorName) -> date | None:
        """What offsets count from: opent and uiterlijk as rolled, the others as they stand."""
        if name not in self._anchors:
            self._anchors[name] = self._anchor(name)
        return self._anchors[name]

    def vakantie_edge(self, moment: VakantieOffset) -> date:
        """The first day of the vakantie for `voor`, the last for `na`; raises UnknownVakantie."""
        vakantie = self._vakantie(moment)
        return vakantie.first if moment.side == "voor" else vakantie.last

    def step_day(self, moment: Moment) -> date | None:
        """Before uiterlijk a step rolls back, from uiterlijk on it rolls forward; it never comes before opent."""
        day = self.day(moment)
        if day is None:
            return None
        how = self.rule.shift.steps or ("vorige" if day < self.due else "volgende")
        return max(_rolled(day, how, self.calendar), self.opens)

    def phase_day(self, moment: Moment) -> date:
        """The last day of a stage: on a closed day the open day before it; never before opent."""
        return max(_rolled(self._known(moment), self.rule.shift.steps or "vorige", self.calendar), self.opens)

    def lagged_day(self, phase: date, lag: int) -> date:
        """So many schooldagen after (or before) the last day of a stage; never before opent."""
        return max(self.calendar.open_days_on(phase, lag), self.opens)

    @property
    def stands(self) -> bool:
        """True where opent and uiterlijk never roll: a mijlpaal with a peildatum alone, a whole schooljaar."""
        round_ = self.round
        if round_.opens is None or round_.due is None:
            return True
        alone = round_.peildatum is not None and round_.peildatum == round_.opens == round_.due
        return self.rule.kind == "mijlpaal" and alone

    def _anchor(self, name: AnchorName) -> date | None:
        day: date | None
        match name:
            case "peildatum" | "van" | "tot":
                day = self._written(name)
            case "opent":
                how = "niet" if self.stands else self.rule.shift.opens or "volgende"
                day = _rolled(self._known(self.opens_at), how, self.calendar)
            case "uiterlijk":
                day = self.extended or self._due()
            case "vervalt":
                if self.expires is None:
                    raise ValueError(f"rule {self.rule.id} counts from vervalt without a document")
                day = self.expires
            case "afspraak":
                day = self.arranged
            case "compleet":
                day = self.complete
            case "begin schooljaar":
                day = self.schooljaar.begin
            case "eind schooljaar":
                day = self.schooljaar.end
            case _:
                assert_never(name)
        return day

    def _due(self) -> date:
        said, how = self._known(self.due_at), self.due_rolls
        day = _rolled(said, how, self.calendar)
        if how == "vorige" and self.rule.shift.due is None and not self._opens_hangs_on_due() and day < self.opens:
            return _rolled(said, "volgende", self.calendar)
        return day

    def _opens_hangs_on_due(self) -> bool:
        """True where opent counts from uiterlijk, so that uiterlijk cannot look at it."""
        moment: Moment | None = self.opens_at
        while moment is not None:
            name = anchor_of(moment)
            if name == "uiterlijk":
                return True
            moment = self._moments.get(name) if name is not None else None
        return False

    @property
    def _moments(self) -> dict[AnchorName, Moment | None]:
        return {"peildatum": self.round.peildatum, "van": self.round.first, "tot": self.round.last}

    def _written(self, name: AnchorName) -> date:
        moment = self._moments[name]
        if moment is None:
            raise ValueError(f"rule {self.rule.id}, round {self.round.name}, has no {name} to count from")
        return self._known(moment)

    def _known(self, moment: Moment) -> date:
        day = self.day(moment)
        if day is None:
            raise ValueError(f"rule {self.rule.id} hangs {moment} on an appointment")
        return day

    def _month_day(self, moment: MonthDay) -> date:
        first = self.schooljaar.day(moment.month, 1)
        last = first.replace(day=month_lengths.monthrange(first.year, first.month)[1])
        days = [first + timedelta(days=number) for number in range(last.day)]
        found = [day for day in days if self._is_kind(day, moment)]
        if moment.which == "laatste":
            return found[-1] if found else self.calendar.last_open(first - ONE_DAY)
        place = WHICH.index(moment.which)
        return found[place] if place < len(found) else self.calendar.first_open(last + ONE_DAY)

    def _is_kind(self, day: date, moment: MonthDay) -> bool:
        match moment.kind:
            case "dag":
                return True
            case "werkdag":
                return self.calendar.is_workday(day)
            case "schooldag":
                return self.calendar.is_open(day)
        return weekday(day) == moment.kind

    def _vakantie(self, moment: VakantieOffset) -> Vakantie:
        begins_year = moment.vakantie == "zomervakantie" and moment.side == "na"
        year = self.schooljaar.previous if begins_year else self.schooljaar
        vakantie = self.calendar.vakantie(moment.vakantie, year)
        if vakantie is None:
            raise UnknownVakantie(moment, year)
        return vakantie


def first_and_last(
    rule: Rule, round_: Round, schooljaar: Schooljaar, calendars: Iterable[Calendar]
) -> list[tuple[date, date]]:
    """The first and the last day of a round, on each of these calendars that knows the vakanties it hangs on."""
    found = []
    for calendar in calendars:
        place = Place(rule, round_, schooljaar, calendar)
        try:
            found.append((place.opens, place.due))
        except UnknownVakantie:
            continue
    return found


def _rolled(day: date, how: Roll, calendar: Calendar) -> date:
    match how:
        case "volgende":
            return calendar.first_open(day)
        case "vorige":
            return calendar.last_open(day)
        case "niet":
            return day
    assert_never(how)


def _counted_on(day: date, amount: int, unit: Unit, calendar: Calendar) -> date:
    match unit:
        case "dagen":
            return day + timedelta(days=amount)
        case "weken":
            return day + timedelta(weeks=amount)
        case "maanden":
            return months_on(day, amount)
        case "jaar":
            return months_on(day, 12 * amount)
        case "werkdagen":
            return calendar.workdays_on(day, amount)
        case "schooldagen" | "schoolweken":
            return calendar.open_days_on(day, amount * (SCHOOLWEEK if unit == "schoolweken" else 1))
    assert_never(unit)


def months_on(day: date, amount: int) -> date:
    """So many months on, clamped to the month's end: a month after 31 January is the last of February."""
    year, month = divmod(day.year * 12 + day.month - 1 + amount, 12)
    return date(year, month + 1, min(day.day, month_lengths.monthrange(year, month + 1)[1]))
