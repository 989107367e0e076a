"""How each date of a task explains itself: one or two short Dutch sentences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import assert_never

from engine.core.calendar import ONE_DAY, Calendar
from engine.core.dating import Place
from engine.core.dutch import capitalised, listed, long_date
from engine.core.moment import (
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

# Units that count open days alone.
OPEN_DAYS: tuple[Unit, ...] = ("schooldagen", "schoolweken", "werkdagen")
# What a month lacks where a party has too few schooldagen in it.
LACKS = {
    "eerste": "is er geen schooldag",
    "laatste": "is er geen schooldag",
    "tweede": "zijn er geen twee schooldagen",
    "derde": "zijn er geen drie schooldagen",
    "vierde": "zijn er geen vier schooldagen",
}
ON_ANCHOR: dict[AnchorName, str] = {
    "peildatum": "Op de peildatum",
    "opent": "Op de dag dat de taak opent",
    "uiterlijk": "Op de uiterste dag",
    "van": "Op de eerste dag van de periode",
    "tot": "Op de laatste dag van de periode",
    "afspraak": "Op de dag van de afspraak",
    "vervalt": "Op de dag dat het document vervalt",
    "compleet": "Op de dag dat alles binnen is",
    "begin schooljaar": "Op de eerste dag van het schooljaar",
    "eind schooljaar": "Op de laatste dag van het schooljaar",
}

# The same within a sentence, where the word of a rule file is none that one says.
FROM_ANCHOR: dict[AnchorName, str] = {
    "opent": "de dag van openen",
    "uiterlijk": "de uiterste dag",
    "van": "de eerste dag",
    "tot": "de laatste dag",
    "afspraak": "de afspraak",
    "vervalt": "de dag dat het document vervalt",
    "compleet": "de dag dat alles binnen is",
    "begin schooljaar": "het begin van het schooljaar",
    "eind schooljaar": "het eind van het schooljaar",
}
RENEWED_BY = "Op de dag dat het document vernieuwd moet zijn"


def peildatum_reason(place: Place, moment: Moment, day: date) -> str:
    """Where the peildatum comes from; on a closed day that it stays."""
    fixed = isinstance(moment, DayOfYear)
    text = f"De peildatum is {long_date(day)}." if fixed else _derivation(place, moment, day, ":")
    if not place.calendar.is_open(day):
        text += f" Dat {place.calendar.falls(day)}, maar een peildatum schuift niet."
    return text


def extended_reason(day: date) -> str:
    """Why uiterlijk is another day than the rule says."""
    return f"Uitstel tot en met {long_date(day)}."


def earlier_reason(ends: date) -> str:
    """Why a document is to be renewed before its end."""
    return f"Zo is het afgesproken, om het werk te spreiden. Het document vervalt pas op {long_date(ends)}."


def date_reason(place: Place, moment: Moment, day: date) -> str:
    """How the moment became the day on which a task opens or ends."""
    return _reason(place, moment, day, is_step=False)


def step_reason(place: Place, moment: Moment, day: date | None) -> str:
    """How the moment became the day of a step; None is one that waits for an appointment, or for what is used."""
    if day is not None:
        return _reason(place, moment, day, is_step=True)
    if anchor_of(moment) == "compleet":
        what = ON_ANCHOR["compleet"] if isinstance(moment, Anchor) else _in_words(moment)
        return f"{what}: de datum volgt als alle antwoorden binnen zijn die deze taak gebruikt."
    what = ON_ANCHOR["afspraak"] if isinstance(moment, Anchor) else _in_words(moment)
    return f"{what}: de datum volgt als er een afspraak is."


def lagged_reason(place: Place, phase: date, when: str, day: date) -> str:
    """How a step got its day from the last day of a stage."""
    said = f"{capitalised(when)} ({long_date(phase)}): {long_date(day)}."
    return f"{said} Dat is de dag dat de taak opent." if day == place.opens else said


def unpublished(calendar: Calendar) -> str:
    """That vakanties are not known so far ahead."""
    return f"Na zomer {calendar.published_until.year} zijn de schoolvakanties nog niet bekend."


def _reason(place: Place, moment: Moment, day: date, is_step: bool) -> str:
    """How the moment came to be that day, in a few short sentences."""
    said = place.day(moment)
    if said is None or said == day:
        text = _derivation(place, moment, day, ":")
        if not place.calendar.is_open(day):
            text += f" Dat {place.calendar.falls(day)}, maar deze datum schuift niet."
    elif is_step and said < day == place.opens:
        text = f"{_opening(place, moment, said)} is voor de dag dat de taak opent, dus {long_date(day)}."
    else:
        cause = place.calendar.falls(said) + _passed(place.calendar, said, day)
        text = f"{_opening(place, moment, said)} {cause}, dus {long_date(day)}."
    text += _not_counted(place, moment, said)
    return f"{text} {unpublished(place.calendar)}" if day > place.calendar.published_until else text


def _in_words(moment: Moment) -> str:
    """`4 weken voor de laatste dag` for `4 weken voor tot`."""
    if not isinstance(moment, Offset):
        return str(moment)
    name = moment.anchor
    return str(moment).removesuffix(name) + FROM_ANCHOR.get(name, name)


def _opening(place: Place, moment: Moment, said: date) -> str:
    """What a sentence about the day that was said begins with: the day itself, or how it was found and `Dat`."""
    if isinstance(moment, DayOfYear):
        return capitalised(long_date(said))
    return f"{_derivation(place, moment, said, ' is')} Dat"


def _derivation(place: Place, moment: Moment, said: date, verb: str) -> str:
    match moment:
        case DayOfYear():
            return f"Vaste datum: {long_date(said)}."
        case MonthDay(which, _, month) if said.month != month:
            beside = "laatste daarvoor" if which == "laatste" else "eerste daarna"
            _, _, month_name = str(moment).rpartition(" ")
            return f"In {month_name} {LACKS[which]}, en de {beside} is {long_date(said)}."
        case MonthDay() | WeekDay():
            return f"De {moment} is {long_date(said)}."
        case Anchor(name):
            early = name == "vervalt" and place.ends is not None
            return f"{RENEWED_BY if early else ON_ANCHOR[name]}: {long_date(said)}."
        case Offset(_, _, name):
            start = place.anchor(name)
            note = "hier de dag om te vernieuwen, " if name == "vervalt" and place.ends is not None else ""
            return f"{_in_words(moment)} ({note}{long_date(start) if start else name}){verb} {long_date(said)}."
        case VakantieOffset(_, _, side, name):
            count, _, _ = str(moment).rpartition(" ")
            edge = f"{'eerste' if side == 'voor' else 'laatste'} dag {long_date(place.vakantie_edge(moment))}"
            return f"{count} de {name} ({edge}){verb} {long_date(said)}."
    assert_never(moment)


def _passed(calendar: Calendar, said: date, day: date) -> str:
    """What else lay on the way from the day that was said to the open day, in reading order."""
    names = _closed_between(calendar, min(said, day), max(said, day))
    others = [name for name in names if name != calendar.why_closed(said)]
    if not others:
        return ""
    return f" en {'daarna komt' if said < day else 'daarvoor ligt'} {listed(others)}"


def _not_counted(place: Place, moment: Moment, said: date | None) -> str:
    """The closed days that a count of schooldagen or werkdagen left out, as a sentence, or nothing."""
    if not isinstance(moment, Offset | VakantieOffset) or moment.unit not in OPEN_DAYS:
        return ""
    start = place.start_of(moment)
    if start is None or said is None:
        return ""
    first, last = min(start, said), max(start, said)
    weekend = ["het weekend"] if any(one.weekday() >= 5 for one in _between(first, last)) else []
    names = [*weekend, *_closed_between(place.calendar, first, last, only_public=moment.unit == "werkdagen")]
    if not names:
        return ""
    return f" {capitalised(listed(names))} {'telt' if len(names) == 1 else 'tellen'} niet mee."


def _closed_between(calendar: Calendar, first: date, last: date, only_public: bool = False) -> list[str]:
    """The names of what closes weekdays strictly between two days, each once, in order; weekends have none."""
    names: dict[str, None] = {}
    for day in _between(first, last):
        if day.weekday() < 5:
            name = calendar.public.get(day, "") if only_public else calendar.why_closed(day)
            if name:
                names[name] = None
    return list(names)


def _between(first: date, last: date) -> Iterator[date]:
    day = first + ONE_DAY
    while day < last:
        yield day
        day += ONE_DAY
