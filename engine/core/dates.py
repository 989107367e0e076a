"""The dates of a rule's round for everyone who shares a calendar, each with its reason in Dutch."""

from __future__ import annotations

import calendar as month_lengths
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import assert_never

from engine.core.calendar import ONE_DAY, Calendar
from engine.core.dutch import capitalised, listed, long_date
from engine.core.moment import Anchor, AnchorName, DayOfYear, Moment, Offset, Unit
from engine.core.rule import Round, Rule
from engine.core.schooljaar import Schooljaar
from engine.core.task import Reason

ON_ANCHOR: dict[AnchorName, str] = {
    "peildatum": "Op de peildatum",
    "opent": "Op de dag dat de taak opent",
    "uiterlijk": "Op de uiterste dag",
    "begin schooljaar": "Op de eerste dag van het schooljaar",
    "eind schooljaar": "Op de laatste dag van het schooljaar",
}


@dataclass(frozen=True, slots=True)
class DateNote:
    """What a reader should know of a date although it stops nothing; `field` as in a Reason, the text Dutch."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class PlannedDates:
    """The dates of one round on one calendar. `steps` are (name, date) in the order of the file."""

    peildatum: date | None
    opens: date
    due: date
    steps: tuple[tuple[str, date], ...]
    reasons: tuple[Reason, ...]
    notes: tuple[DateNote, ...]


def planned_dates(
    rule: Rule, round_: Round, schooljaar: Schooljaar, calendar: Calendar, extended: date | None = None
) -> PlannedDates:
    """Computes every date of the round, rolled to open days as contract.md section 2 says.

    `extended` is the last day that was granted instead of the rule's; it stands as granted, and the ladder
    follows it. Anchors that refer to each other in a circle are refused when the rule is read.
    """
    place = _Place(round_, schooljaar, calendar, extended)
    peildatum = place.day(round_.peildatum) if round_.peildatum is not None else None
    opens, due = place.anchor("opent"), place.anchor("uiterlijk")
    steps = tuple((step.name, _step_day(place, step.at)) for step in rule.steps)

    reasons = []
    if round_.peildatum is not None:
        reasons.append(Reason("peildatum", _peildatum_reason(place, round_.peildatum)))
    reasons.append(Reason("opens", _reason(place, round_.opens, opens)))
    if extended is None:
        reasons.append(Reason("due", _reason(place, round_.due, due)))
    else:
        reasons.append(Reason("due", f"Uitstel tot en met {long_date(extended)}."))
    for step, (name, day) in zip(rule.steps, steps, strict=True):
        reasons.append(Reason(f"step:{name}", _reason(place, step.at, day, is_step=True)))
    return PlannedDates(peildatum, opens, due, steps, tuple(reasons), _notes(place, rule, opens, due, steps))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a moment gets its date: the round it belongs to, in a schooljaar, on a calendar."""

    round: Round
    schooljaar: Schooljaar
    calendar: Calendar
    extended: date | None
    _anchors: dict[AnchorName, date] = field(init=False, repr=False, default_factory=dict)

    def day(self, moment: Moment) -> date:
        """The date the moment says, before rolling."""
        match moment:
            case DayOfYear(month, day):
                return self.schooljaar.day(month, day)
            case Anchor(name):
                return self.anchor(name)
            case Offset(amount, unit, name):
                return _counted_on(self.anchor(name), amount, unit, self.calendar)
        assert_never(moment)

    def anchor(self, name: AnchorName) -> date:
        """What offsets count from: opent and uiterlijk as rolled, the others as they stand."""
        if name not in self._anchors:
            self._anchors[name] = self._anchor(name)
        return self._anchors[name]

    def _anchor(self, name: AnchorName) -> date:
        match name:
            case "peildatum":
                if self.round.peildatum is None:
                    raise ValueError(f"round {self.round.name} has no peildatum to count from")
                return self.day(self.round.peildatum)
            case "opent":
                return self.calendar.first_open(self.day(self.round.opens))
            case "uiterlijk":
                return self.extended or self.calendar.first_open(self.day(self.round.due))
            case "begin schooljaar":
                return self.schooljaar.begin
            case "eind schooljaar":
                return self.schooljaar.end
        assert_never(name)


def _step_day(place: _Place, moment: Moment) -> date:
    """Before uiterlijk a step rolls back, from uiterlijk on it rolls forward; it never comes before opent."""
    day = place.day(moment)
    rolls_back = day < place.anchor("uiterlijk")
    rolled = place.calendar.last_open(day) if rolls_back else place.calendar.first_open(day)
    return max(rolled, place.anchor("opent"))


def _counted_on(day: date, amount: int, unit: Unit, calendar: Calendar) -> date:
    match unit:
        case "dagen":
            return day + timedelta(days=amount)
        case "weken":
            return day + timedelta(weeks=amount)
        case "maanden":
            return _months_on(day, amount)
        case "jaar":
            return _months_on(day, 12 * amount)
        case "werkdagen":
            return calendar.workdays_on(day, amount)
        case "schooldagen":
            return calendar.open_days_on(day, amount)
    assert_never(unit)


def _months_on(day: date, amount: int) -> date:
    """So many months on, clamped to the month's end: a month after 31 January is the last of February."""
    year, month = divmod(day.year * 12 + day.month - 1 + amount, 12)
    return date(year, month + 1, min(day.day, month_lengths.monthrange(year, month + 1)[1]))


def _peildatum_reason(place: _Place, moment: Moment) -> str:
    day = place.day(moment)
    fixed = isinstance(moment, DayOfYear)
    text = f"De peildatum is {long_date(day)}." if fixed else _derivation(place, moment, day, ":")
    if not place.calendar.is_open(day):
        text += f" Dat {place.calendar.falls(day)}, maar een peildatum schuift niet."
    return text


def _reason(place: _Place, moment: Moment, day: date, is_step: bool = False) -> str:
    """How the moment came to be that day, in a few short sentences."""
    said = place.day(moment)
    if said == day:
        if isinstance(moment, DayOfYear):
            text = f"Vaste datum: {long_date(day)}."
        else:
            text = _derivation(place, moment, said, ":")
    elif is_step and said < day == place.anchor("opent"):
        text = f"{_opening(place, moment, said)} is voor de dag dat de taak opent, dus {long_date(day)}."
    else:
        cause = place.calendar.falls(said) + _passed(place.calendar, said, day)
        text = f"{_opening(place, moment, said)} {cause}, dus {long_date(day)}."
    text += _not_counted(place, moment, said)
    return f"{text} {_unpublished(place.calendar)}" if day > place.calendar.published_until else text


def _opening(place: _Place, moment: Moment, said: date) -> str:
    """What a sentence about the day that was said begins with: the day itself, or how it was found and `Dat`."""
    if isinstance(moment, DayOfYear):
        return capitalised(long_date(said))
    return f"{_derivation(place, moment, said, ' is')} Dat"


def _derivation(place: _Place, moment: Moment, said: date, verb: str) -> str:
    match moment:
        case DayOfYear():
            return f"Vaste datum: {long_date(said)}."
        case Anchor(name):
            return f"{ON_ANCHOR[name]}: {long_date(said)}."
        case Offset(_, _, name):
            return f"{moment} ({long_date(place.anchor(name))}){verb} {long_date(said)}."
    assert_never(moment)


def _passed(calendar: Calendar, said: date, day: date) -> str:
    """What else lay on the way from the day that was said to the open day, in reading order."""
    names = _closed_between(calendar, min(said, day), max(said, day))
    others = [name for name in names if name != calendar.why_closed(said)]
    if not others:
        return ""
    return f" en {'daarna komt' if said < day else 'daarvoor ligt'} {listed(others)}"


def _not_counted(place: _Place, moment: Moment, said: date) -> str:
    """The closed weekdays that a count of schooldagen or werkdagen left out, as a sentence, or nothing."""
    if not isinstance(moment, Offset) or moment.unit not in ("schooldagen", "werkdagen"):
        return ""
    start = place.anchor(moment.anchor)
    names = _closed_between(place.calendar, min(start, said), max(start, said), only_public=moment.unit == "werkdagen")
    if not names:
        return ""
    return f" {capitalised(listed(names))} {'telt' if len(names) == 1 else 'tellen'} niet mee."


def _closed_between(calendar: Calendar, first: date, last: date, only_public: bool = False) -> list[str]:
    """The names of what closes weekdays strictly between two days, each once, in order; weekends have none."""
    names: dict[str, None] = {}
    day = first + ONE_DAY
    while day < last:
        if day.weekday() < 5:
            name = calendar.public.get(day, "") if only_public else calendar.why_closed(day)
            if name:
                names[name] = None
        day += ONE_DAY
    return list(names)


def _unpublished(calendar: Calendar) -> str:
    return f"Na zomer {calendar.published_until.year} zijn de schoolvakanties nog niet bekend."


def _notes(
    place: _Place, rule: Rule, opens: date, due: date, steps: tuple[tuple[str, date], ...]
) -> tuple[DateNote, ...]:
    notes = []
    if due < opens:
        notes.append(DateNote("due", f"{capitalised(long_date(due))} is voor de dag dat de taak opent."))
    for step, (name, day) in zip(rule.steps, steps, strict=True):
        if day == opens and place.day(step.at) < opens:
            notes.append(DateNote(f"step:{name}", _reason(place, step.at, day, is_step=True)))
    dated = [("opens", opens), ("due", due), *((f"step:{name}", day) for name, day in steps)]
    for name, day in dated:
        if day > place.calendar.published_until:
            text = f"{_unpublished(place.calendar)} {capitalised(long_date(day))} kan daardoor anders uitvallen."
            notes.append(DateNote(name, text))
    return tuple(notes)
