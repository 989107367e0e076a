"""Besturen that a list calls by their name instead of by their number."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.core.dutch import counted, listed, some
from engine.core.problem import Problem
from engine.core.sheets import PartyRow, RegisterSheets

MOST_ROWS = 5  # named of one bestuur
_CLOSE = 0.7  # how alike a name must be to the one that was probably meant
_SAYS_NOTHING = {"stichting", "st", "st."}


def besturen_by_name(sheets: RegisterSheets, stored: RegisterSheets) -> tuple[RegisterSheets, tuple[Problem, ...]]:
    """The same sheets with numbers, where a school gives the very name of one bestuur; a note for each of these.

    Capitals, blanks and the word Stichting do not count. A name that two besturen have is left as it stands.
    """
    besturen = [row for row in (*sheets.parties, *stored.parties) if row.kind == "bestuur" and row.active]
    numbers = {row.id.casefold(): row.id for row in besturen}
    known = numbers_by_name(besturen)
    meant: dict[str, str] = {}
    taken: dict[str, list[PartyRow]] = {}
    for row in sheets.parties:
        if row.bestuur and row.bestuur not in meant and row.bestuur.casefold() not in numbers:
            found = known.get(plain_name(row.bestuur), ())
            number, name = _apart(row.bestuur, numbers)
            if len(found) == 1:
                meant[row.bestuur] = found[0]
            elif number in known.get(plain_name(name), ()):
                meant[row.bestuur] = number
        if row.bestuur in meant:
            taken.setdefault(meant[row.bestuur], []).append(row)
    if not meant:
        return sheets, ()
    parties = tuple(replace(row, bestuur=meant.get(row.bestuur, row.bestuur)) for row in sheets.parties)
    names = {row.id: row.name for row in reversed(besturen)}
    notes = (_taken(rows, number, names[number]) for number, rows in taken.items())
    return replace(sheets, parties=parties), tuple(one for one in notes if one is not None)


def numbers_by_name(besturen: Iterable[PartyRow]) -> dict[str, tuple[str, ...]]:
    """The numbers of the besturen that have a name, by what counts of it."""
    found: dict[str, dict[str, str]] = {}
    for row in besturen:
        if not row.derived and (name := plain_name(row.name)):
            found.setdefault(name, {}).setdefault(row.id.casefold(), row.id)
    return {name: tuple(numbers.values()) for name, numbers in found.items()}


def plain_name(name: str) -> str:
    """What counts of a name: without capitals, extra blanks, and the word Stichting."""
    return " ".join(word for word in name.casefold().replace(",", " ").split() if word not in _SAYS_NOTHING)


def is_name(text: str) -> bool:
    """True for what cannot be meant as a number: it has no digit, or more than one word."""
    return not any(sign.isdigit() for sign in text) or len(text.split()) > 1


def close_numbers(name: str, known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The numbers of the besturen that are probably meant by a name; none where it is like no other."""
    plain = plain_name(name)
    if plain in known:
        return known[plain]
    words = set(plain.split())
    within = [one for one in known if words and (words <= set(one.split()) or set(one.split()) <= words)]
    if len(within) == 1:
        return known[within[0]]
    close = difflib.get_close_matches(plain[:100], sorted(known), n=1, cutoff=_CLOSE)
    return known[close[0]] if close else ()


def _apart(text: str, numbers: Mapping[str, str]) -> tuple[str, str]:
    """The known number in `70001 De Waterlinie` or `De Waterlinie (70001)`, else empty, and what is left as a name."""
    words = text.split()
    for word in words:
        if number := numbers.get(word.strip("()[]-–:,").casefold()):
            return number, " ".join(one for one in words if one not in (word, "-", "–"))
    return "", text


def rows_told(rows: Iterable[PartyRow]) -> str:
    """`rij 4`, `24 rijen: 2, 3, 4, 5, 6 en nog 19`; of a csv file `regel`, `regels`."""
    places = [row.at for row in rows if row.at is not None]
    one, many = ("rij", "rijen") if places[0].sheet else ("regel", "regels")
    lines = [str(place.line) for place in places]
    if len(lines) == 1:
        return f"{one} {lines[0]}"
    return f"{counted(len(lines), one, many)}: {listed(some(lines, MOST_ROWS))}"


def _taken(rows: list[PartyRow], number: str, name: str) -> Problem | None:
    at = rows[0].at
    if at is None:
        return None
    where = f", op {rows_told(rows)}" if len(rows) > 1 else ""
    message = f"'{rows[0].bestuur}' is gelezen als bestuur {number} ({name}){where}"
    return at.problem("bestuur", message, "Klopt dat niet? Zet daar het nummer van het bestuur.", "note")
