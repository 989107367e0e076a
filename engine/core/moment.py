"""Moments as a rule writes them: `1 oktober`, `laatste dag van februari`, `8 schooldagen na peildatum`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from engine.core.dutch import MONTH_NUMBERS, MONTHS
from engine.core.problem import suggestion

Unit = Literal["dagen", "weken", "maanden", "jaar", "werkdagen", "schooldagen", "schoolweken"]
AnchorName = Literal[
    "peildatum",
    "opent",
    "uiterlijk",
    "van",
    "tot",
    "afspraak",
    "vervalt",
    "compleet",
    "begin schooljaar",
    "eind schooljaar",
]
VakantieName = Literal["herfstvakantie", "kerstvakantie", "voorjaarsvakantie", "meivakantie", "zomervakantie"]
Side = Literal["voor", "na"]
Which = Literal["eerste", "tweede", "derde", "vierde", "laatste"]
Weekday = Literal["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"]
DayKind = Literal[
    "dag",
    "werkdag",
    "schooldag",
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
    "zondag",
]

ANCHORS: tuple[AnchorName, ...] = get_args(AnchorName)
VAKANTIES: tuple[VakantieName, ...] = get_args(VakantieName)
DAY_KINDS: tuple[DayKind, ...] = get_args(DayKind)
WHICH: tuple[Which, ...] = get_args(Which)
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
UNITS: dict[str, Unit] = {
    "dag": "dagen",
    "dagen": "dagen",
    "week": "weken",
    "weken": "weken",
    "maand": "maanden",
    "maanden": "maanden",
    "jaar": "jaar",
    "jaren": "jaar",
    "werkdag": "werkdagen",
    "werkdagen": "werkdagen",
    "schooldag": "schooldagen",
    "schooldagen": "schooldagen",
    "schoolweek": "schoolweken",
    "schoolweken": "schoolweken",
}
ONE: dict[Unit, str] = {
    "dagen": "dag",
    "weken": "week",
    "maanden": "maand",
    "jaar": "jaar",
    "werkdagen": "werkdag",
    "schooldagen": "schooldag",
    "schoolweken": "schoolweek",
}
DAYS_IN_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# The longest moment takes some 40 signs. A text of a page is not even looked at.
LONGEST_MOMENT = 200
# A year and a half of schooldagen; more is a typing error.
LARGEST_OFFSET = 400
# A schoolweek is so many schooldagen.
SCHOOLWEEK = 5
NUMBER_WORDS = {
    "een": 1,
    "één": 1,
    "twee": 2,
    "drie": 3,
    "vier": 4,
    "vijf": 5,
    "zes": 6,
    "zeven": 7,
    "acht": 8,
    "negen": 9,
    "tien": 10,
}
EXAMPLE = "Schrijf bijvoorbeeld '1 oktober' of '8 schooldagen na peildatum'."
# Every year has so many weeks; some have one more.
LAST_WEEK = 52
# From this week on a week lies in the first year of a schooljaar: it always ends in August, the one before never does
# but for its Sunday in some years.
FIRST_WEEK = 31


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """A day and month in the schooljaar at hand."""

    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.day} {MONTHS[self.month - 1]}"


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day of some kind by its place in a month of the schooljaar at hand: `tweede schooldag van december`."""

    which: Which
    kind: DayKind
    month: int

    def __str__(self) -> str:
        return f"{self.which} {self.kind} van {MONTHS[self.month - 1]}"


@dataclass(frozen=True, slots=True)
class WeekDay:
    """A day of an ISO week of the schooljaar at hand: `maandag van week 40`; `week` is 1 to 52.

    Weeks from 31 on lie in its first year, earlier ones in its second.
    """

    day: Weekday
    week: int

    def __str__(self) -> str:
        return f"{self.day} van week {self.week}"


@dataclass(frozen=True, slots=True)
class Anchor:
    """Another date of the same rule or task, or an end of the schooljaar."""

    name: AnchorName

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Offset:
    """So many units before (negative) or after an anchor."""

    amount: int
    unit: Unit
    anchor: AnchorName

    def __str__(self) -> str:
        return f"{_units(abs(self.amount), self.unit)} {'voor' if self.amount < 0 else 'na'} {self.anchor}"


@dataclass(frozen=True, slots=True)
class VakantieOffset:
    """So many units (0 or more) before the first day of a vakantie, or after its last."""

    amount: int
    unit: Unit
    side: Side
    vakantie: VakantieName

    def __str__(self) -> str:
        return f"{_units(self.amount, self.unit)} {self.side} {self.vakantie}"


Moment = DayOfYear | MonthDay | WeekDay | Anchor | Offset | VakantieOffset


class MomentError(ValueError):
    """A text that is no moment: a Dutch message and a hint."""

    def __init__(self, message: str, hint: str) -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)


@lru_cache(maxsize=1024)
def parse_moment(text: str) -> Moment:
    """The moment a rule's text means, without regard to case; raises MomentError."""
    if len(text) > LONGEST_MOMENT:
        raise MomentError(f"'{_cut(text)}' is geen moment dat ik ken", EXAMPLE)
    words = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    if words in ANCHORS:
        return Anchor(words)
    if match := re.fullmatch(r"([0-9]+) (\S+) (voor|vóór|na) (.+)", words):
        return _offset(*match.groups())
    if match := re.fullmatch(r"([0-9]+) (\S+)", words):
        return _day_of_year(match[1], match[2])
    if match := re.fullmatch(rf"({'|'.join(WHICH)}) (\S+) van (\S+)", words):
        return _month_day(*match.groups())
    if match := re.fullmatch(r"(\S+) van week ([0-9]+)", words):
        return _week_day(*match.groups())
    raise MomentError(f"'{_cut(text)}' is geen moment dat ik ken", _hint(words))


def anchor_of(moment: Moment) -> AnchorName | None:
    """The anchor the moment hangs on, if any; a vakantie is none."""
    match moment:
        case Anchor(name):
            return name
        case Offset(_, _, anchor):
            return anchor
        case DayOfYear() | MonthDay() | WeekDay() | VakantieOffset():
            return None


def _units(amount: int, unit: Unit) -> str:
    return f"{amount} {ONE[unit] if amount == 1 else unit}"


def _offset(amount: str, unit: str, direction: str, anchor: str) -> Offset | VakantieOffset:
    if unit not in UNITS:
        raise MomentError(
            f"'{_cut(unit)}' is geen eenheid die ik ken",
            _suggest(unit, UNITS) or "Kies uit dagen, weken, maanden, jaar, werkdagen, schooldagen of schoolweken.",
        )
    if len(amount) > 4 or int(amount) > LARGEST_OFFSET:
        raise MomentError(f"{amount[:10]} {unit} is te ver weg", f"Gebruik ten hoogste {LARGEST_OFFSET}.")
    side: Side = "na" if direction == "na" else "voor"
    if anchor in VAKANTIES:
        return VakantieOffset(int(amount), UNITS[unit], side, anchor)
    if anchor in ANCHORS:
        return Offset(-int(amount) if side == "voor" else int(amount), UNITS[unit], anchor)
    known = (*ANCHORS, *VAKANTIES)
    raise MomentError(
        f"'{_cut(anchor)}' is geen datum waar ik vanaf kan tellen",
        _suggest(anchor, known) or f"Kies uit {', '.join(known)}.",
    )


def _month_day(which: str, kind: str, month_text: str) -> MonthDay:
    if kind not in DAY_KINDS:
        raise MomentError(
            f"'{_cut(kind)}' is geen soort dag die ik ken",
            _suggest(kind, DAY_KINDS) or "Kies uit dag, werkdag, schooldag of een dag van de week.",
        )
    return MonthDay(next(one for one in WHICH if one == which), kind, _month(month_text))


def _week_day(day: str, number: str) -> WeekDay:
    if day not in WEEKDAYS:
        raise MomentError(
            f"'{_cut(day)}' is geen dag van de week",
            _suggest(day, WEEKDAYS) or "Kies een dag van maandag tot en met zondag.",
        )
    week = int(number) if len(number) < 4 else 99
    if week == LAST_WEEK + 1:
        raise MomentError(
            f"week {week} bestaat niet elk jaar", f"Schrijf bijvoorbeeld 'laatste {day} van december' of '28 december'."
        )
    if not 1 <= week <= LAST_WEEK:
        raise MomentError(f"week {number[:10]} bestaat niet", f"Kies een week van 1 tot en met {LAST_WEEK}.")
    return WeekDay(day, week)


def _day_of_year(day_text: str, month_text: str) -> DayOfYear:
    month = _month(month_text)
    day = int(day_text) if len(day_text) < 4 else 99
    if month == 2 and day == 29:
        raise MomentError("29 februari bestaat niet elk jaar", "Schrijf 'laatste dag van februari'.")
    if not 1 <= day <= DAYS_IN_MONTH[month - 1]:
        raise MomentError(
            f"{day_text[:10]} {MONTHS[month - 1]} bestaat niet",
            f"{MONTHS[month - 1].capitalize()} heeft {DAYS_IN_MONTH[month - 1]} dagen.",
        )
    return DayOfYear(month, day)


def _month(text: str) -> int:
    if text not in MONTH_NUMBERS:
        raise MomentError(
            f"'{_cut(text)}' is geen maand",
            _suggest(text, MONTH_NUMBERS) or "Schrijf een dag en een maand, bijvoorbeeld '1 oktober'.",
        )
    return MONTH_NUMBERS[text]


def _hint(words: str) -> str:
    if match := re.fullmatch(r"([0-9]+ \S+),? [0-9]{4}", words):
        return f"Laat het jaartal weg: '{match[1]}'. Een regel geldt elk schooljaar."
    if re.fullmatch(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[-/][0-9]{1,2}([-/][0-9]{2,4})?", words):
        return "Schrijf een dag en een maand, bijvoorbeeld '1 oktober'."
    first, _, rest = words.partition(" ")
    if first in NUMBER_WORDS and rest:
        return f"Schrijf het getal in cijfers: '{NUMBER_WORDS[first]} {_cut(rest)}'."
    if match := re.fullmatch(r"(?:.* )?week ([0-9]{1,2})", words):
        return f"Schrijf de dag en de week, bijvoorbeeld 'maandag van week {int(match[1])}'."
    return _hint_by_word(words, first)


def _hint_by_word(words: str, first: str) -> str:
    if words in VAKANTIES:
        return f"Tel vanaf de vakantie, bijvoorbeeld '1 schooldag na {words}' of '1 week voor {words}'."
    if first in WHICH:
        return f"Schrijf bijvoorbeeld '{first} schooldag van december' of '{first} maandag van oktober'."
    return _suggest(words, ANCHORS) or EXAMPLE


def _cut(text: str) -> str:
    """The text on one line, cut when long."""
    line = " ".join(text.split())
    return f"{line[:40]}…" if len(line) > 40 else line


def _suggest(word: str, known: Iterable[str]) -> str:
    close = suggestion(word, known)
    return f"Bedoelde u '{close}'?" if close else ""
