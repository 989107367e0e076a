"""Moments as a rule writes them: `1 oktober`, `peildatum`, `8 schooldagen na peildatum`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from engine.core.dutch import MONTH_NUMBERS, MONTHS
from engine.core.problem import suggestion

Unit = Literal["dagen", "weken", "maanden", "jaar", "werkdagen", "schooldagen"]
AnchorName = Literal["peildatum", "opent", "uiterlijk", "begin schooljaar", "eind schooljaar"]

ANCHORS: tuple[AnchorName, ...] = ("peildatum", "opent", "uiterlijk", "begin schooljaar", "eind schooljaar")
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
}
ONE: dict[Unit, str] = {
    "dagen": "dag",
    "weken": "week",
    "maanden": "maand",
    "jaar": "jaar",
    "werkdagen": "werkdag",
    "schooldagen": "schooldag",
}
DAYS_IN_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# A year and a half of schooldagen; more is a typing error.
LARGEST_OFFSET = 400
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
# What the rule language knows and this program does not do yet: another message than for a typing error.
LATER_ANCHORS = (
    "van",
    "tot",
    "afspraak",
    "vervalt",
    "compleet",
    "herfstvakantie",
    "kerstvakantie",
    "voorjaarsvakantie",
    "meivakantie",
    "zomervakantie",
)


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """A day and month in the schooljaar at hand."""

    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.day} {MONTHS[self.month - 1]}"


@dataclass(frozen=True, slots=True)
class Anchor:
    """Another date of the same rule, or an end of the schooljaar."""

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
        count = abs(self.amount)
        unit = ONE[self.unit] if count == 1 else self.unit
        return f"{count} {unit} {'voor' if self.amount < 0 else 'na'} {self.anchor}"


Moment = DayOfYear | Anchor | Offset


class MomentError(ValueError):
    """A text that is no moment: a Dutch message and a hint."""

    def __init__(self, message: str, hint: str) -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)


def parse_moment(text: str) -> Moment:
    """The moment a rule's text means, without regard to case; raises MomentError."""
    words = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    if words in ANCHORS:
        return Anchor(words)
    if match := re.fullmatch(r"([0-9]+) (\S+) (voor|vóór|na) (.+)", words):
        return _offset(*match.groups())
    if match := re.fullmatch(r"([0-9]+) (\S+)", words):
        return _day_of_year(match[1], match[2])
    raise MomentError(f"'{_cut(text)}' is geen moment dat ik ken", _hint(words))


def anchor_of(moment: Moment) -> AnchorName | None:
    """The anchor the moment hangs on, if any."""
    match moment:
        case Anchor(name):
            return name
        case Offset(_, _, anchor):
            return anchor
        case DayOfYear():
            return None


def _offset(amount: str, unit: str, direction: str, anchor: str) -> Offset:
    if unit not in UNITS:
        raise MomentError(
            f"'{_cut(unit)}' is geen eenheid die ik ken",
            _suggest(unit, UNITS) or "Kies uit dagen, weken, maanden, jaar, werkdagen of schooldagen.",
        )
    if anchor in LATER_ANCHORS:
        raise MomentError(f"tellen vanaf '{anchor}' kan dit programma nog niet", f"Kies uit {', '.join(ANCHORS)}.")
    if anchor not in ANCHORS:
        raise MomentError(
            f"'{_cut(anchor)}' is geen datum waar ik vanaf kan tellen",
            _suggest(anchor, ANCHORS) or f"Kies uit {', '.join(ANCHORS)}.",
        )
    if len(amount) > 4 or int(amount) > LARGEST_OFFSET:
        raise MomentError(f"{amount[:10]} {unit} is te ver weg", f"Gebruik ten hoogste {LARGEST_OFFSET}.")
    count = -int(amount) if direction != "na" else int(amount)
    return Offset(count, UNITS[unit], anchor)


def _day_of_year(day_text: str, month_text: str) -> DayOfYear:
    if month_text not in MONTH_NUMBERS:
        raise MomentError(
            f"'{_cut(month_text)}' is geen maand",
            _suggest(month_text, MONTH_NUMBERS) or "Schrijf een dag en een maand, bijvoorbeeld '1 oktober'.",
        )
    month = MONTH_NUMBERS[month_text]
    day = int(day_text) if len(day_text) < 4 else 99
    if month == 2 and day == 29:
        raise MomentError("29 februari bestaat niet elk jaar", "Schrijf 'laatste dag van februari'.")
    if not 1 <= day <= DAYS_IN_MONTH[month - 1]:
        raise MomentError(
            f"{day_text[:10]} {MONTHS[month - 1]} bestaat niet",
            f"{MONTHS[month - 1].capitalize()} heeft {DAYS_IN_MONTH[month - 1]} dagen.",
        )
    return DayOfYear(month, day)


def _hint(words: str) -> str:
    if match := re.fullmatch(r"([0-9]+ \S+),? [0-9]{4}", words):
        return f"Laat het jaartal weg: '{match[1]}'. Een regel geldt elk schooljaar."
    if re.fullmatch(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[-/][0-9]{1,2}([-/][0-9]{2,4})?", words):
        return "Schrijf een dag en een maand, bijvoorbeeld '1 oktober'."
    first, _, rest = words.partition(" ")
    if first in NUMBER_WORDS and rest:
        return f"Schrijf het getal in cijfers: '{NUMBER_WORDS[first]} {_cut(rest)}'."
    if words in LATER_ANCHORS or first in ("eerste", "laatste"):
        return "Dit moment kan dit programma nog niet. Schrijf bijvoorbeeld '1 oktober'."
    return _suggest(words, ANCHORS) or "Schrijf bijvoorbeeld '1 oktober' of '8 schooldagen na peildatum'."


def _cut(text: str) -> str:
    """The text on one line, cut when long."""
    line = " ".join(text.split())
    return f"{line[:40]}…" if len(line) > 40 else line


def _suggest(word: str, known: Iterable[str]) -> str:
    close = suggestion(word, known)
    return f"Bedoelde u '{close}'?" if close else ""
