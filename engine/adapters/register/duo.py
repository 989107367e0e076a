"""DUO's lists of vestigingen, as published (open onderwijsdata): which schools lie where, under which bestuur."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.adapters.register import cells
from engine.adapters.register.place_names import alike, written
from engine.adapters.register.sheets import RawRow, RawSheet
from engine.core.problem import Problem, suggestion
from engine.core.sheets import DuoScope, PartyRow, Place

# Ours, and what DUO has called it over the years, in letters alone.
_NAMES = {
    "code": ("VESTIGINGSNUMMER", "VESTIGINGSCODE"),
    "naam": ("VESTIGINGSNAAM",),
    "bestuur": ("BEVOEGDGEZAGNUMMER", "BEVOEGDGEZAGCODE"),
    "plaats": ("PLAATSNAAM",),
    "gemeente": ("GEMEENTENAAM",),
    "postcode": ("POSTCODE",),
    "brin": ("INSTELLINGSCODE", "BRINNUMMER"),
}
_MAY_LACK = ("brin",)
_KNOWN_BY = 3  # columns
_ONLY_VO = "ONDERWIJSSTRUCTUUR"
_PC4 = re.compile(r"\s*([1-9][0-9]{3})(?![0-9])")
_MOST_MEANT = 3  # gemeenten in a hint
_BARE = 2  # a vestiging within its instelling: 00


@dataclass(frozen=True, slots=True)
class DuoFilter:
    """Which schools are meant: those in one of these gemeenten or postcodes (four digits), all when there are none."""

    gemeenten: tuple[str, ...] = ()
    postcodes: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.gemeenten or self.postcodes)


@dataclass(frozen=True, slots=True)
class _Line:
    """A vestiging as it stands in the list."""

    at: Place
    code: str
    name: str
    bestuur: str
    place: str
    gemeente: str
    pc4: str


def is_duo(header: RawRow) -> bool:
    """True when the first row names some columns as DUO does."""
    there = {_letters(cell) for cell in header.cells if isinstance(cell, str)}
    return sum(not there.isdisjoint(names) for names in _NAMES.values()) >= _KNOWN_BY


def duo_parties(lists: Sequence[RawSheet], wanted: DuoFilter) -> tuple[tuple[PartyRow, ...], DuoScope, list[Problem]]:
    """The schools that are meant and their besturen (by number alone), what the lists speak of, and all problems."""
    problems: list[Problem] = []
    read = [(_source(raw), list(_lines(raw, problems))) for raw in lists]
    every = [line for _, lines in read for line in lines]
    problems += _unknown_gemeenten(every, wanted, lists[0].file)
    gemeenten = {alike(name) for name in wanted.gemeenten}
    schools: list[PartyRow] = []
    for source, lines in read:
        for line in lines:
            if not wanted or alike(line.gemeente) in gemeenten or line.pc4 in wanted.postcodes:
                schools.append(_school(line, source, problems))
    if every and not schools and not any(problem.severity == "problem" for problem in problems):
        message = "na het filter blijft er geen school over"
        hint = "Controleer de gemeenten en de postcodes die u opgeeft."
        problems.append(Problem(lists[0].file, 1, 1, "", message, hint))
    besturen = {row.bestuur.casefold(): row for row in reversed(schools) if row.bestuur}
    problems += [_nameless(row) for row in schools if row.bestuur][:1]
    scope = DuoScope(
        sources=frozenset(source for source, _ in read),
        codes=frozenset(line.code.casefold() for line in every),
        gemeenten=frozenset(row.gemeente.casefold() for row in schools),
    )
    named = (
        PartyRow(row.bestuur, "bestuur", f"Bestuur {row.bestuur}", derived=True, at=row.at)
        for row in sorted(besturen.values(), key=lambda row: row.bestuur)
    )
    return (*named, *schools), scope, problems


def postcodes(raw: RawSheet) -> tuple[frozenset[str], list[Problem]]:
    """The four digits in the column `pc4`, and what is wrong with it."""
    names = [cell.strip().casefold() if isinstance(cell, str) else "" for cell in raw.header.cells]
    if "pc4" not in names:
        hint = "Zet boven de kolom met postcodes: pc4."
        return frozenset(), [Problem(raw.file, raw.header.line, 1, "pc4", "kolom 'pc4' ontbreekt", hint)]
    column = names.index("pc4")
    found: set[str] = set()
    problems = []
    for row in raw.rows:
        cell = row.cells[column] if column < len(row.cells) else ""
        digits = _PC4.match(cell) if isinstance(cell, str) else None
        if digits:
            found.add(digits[1])
        else:
            message, hint = f"'{cell}' is geen postcode", "Schrijf vier cijfers, zoals 1811."
            problems.append(Problem(raw.file, row.line, column + 1, "pc4", message, hint))
    if not found and not problems:
        problems.append(Problem(raw.file, 1, 1, "pc4", "er staat geen postcode in", "Zet onder pc4 de postcodes."))
    return frozenset(found), problems


def _letters(cell: str) -> str:
    return "".join(sign for sign in cell.upper() if sign.isalnum())


def _source(raw: RawSheet) -> str:
    """Which list this is: its sort and its file's name, in which an edition may differ by digits."""
    sort = "vo" if any(_letters(str(cell)) == _ONLY_VO for cell in raw.header.cells) else "po"
    stem = raw.file.rpartition("/")[2].rpartition(".")[0].casefold()
    return f"duo-{sort}:{''.join(sign for sign in stem if sign.isalpha())}"


def _lines(raw: RawSheet, problems: list[Problem]) -> Iterator[_Line]:
    headings = [_letters(cell) if isinstance(cell, str) else "" for cell in raw.header.cells]
    at = {
        ours: next((headings.index(name) for name in names if name in headings), -1) for ours, names in _NAMES.items()
    }
    missing = [ours for ours, place in at.items() if place < 0 and ours not in _MAY_LACK]
    for ours in missing:
        message = f"kolom '{_NAMES[ours][0]}' ontbreekt"
        hint = "Neem bij DUO de lijst met alle vestigingen (csv) en laat de kolommen zoals ze zijn."
        problems.append(Problem(raw.file, raw.header.line, 1, ours, message, hint))
    if missing:
        return
    columns = [""] * len(headings)
    for ours, place in at.items():
        if place >= 0:
            columns[place] = ours
    width, named = len(headings), tuple(columns)
    for row in raw.rows:
        if len(row.cells) != width:
            message = f"deze rij heeft {len(row.cells)} cellen; de eerste regel heeft er {width}"
            hint = "Haal het bestand opnieuw op bij DUO; er is iets weggevallen."
            problems.append(Problem(raw.file, row.line, 1, "", message, hint))
            continue
        texts = [str(cell).strip() for cell in row.cells]
        code = texts[at["code"]]
        if 0 < len(code) <= _BARE and at["brin"] >= 0:
            code = f"{texts[at['brin']]}{code.zfill(_BARE)}"
        digits = _PC4.match(texts[at["postcode"]])
        yield _Line(
            Place(raw.file, row.line, named),
            code,
            texts[at["naam"]],
            texts[at["bestuur"]],
            texts[at["plaats"]],
            texts[at["gemeente"]],
            digits[1] if digits else "",
        )


def _school(line: _Line, source: str, problems: list[Problem]) -> PartyRow:
    for column, value in (("code", line.code), ("naam", line.name), ("bestuur", line.bestuur)):
        try:
            if not cells.text(value):
                problems.append(line.at.problem(column, f"{column} is leeg", "Vul deze cel in, of haal de rij weg."))
            elif column != "naam":
                cells.code(value)
        except cells.WrongCell as wrong:
            problems.append(line.at.problem(column, wrong.message, wrong.hint))
    return PartyRow(
        id=line.code,
        kind="school",
        name=" ".join(line.name.split()),
        bestuur=line.bestuur,
        place=written(line.place),
        gemeente=written(line.gemeente),
        source=source,
        at=line.at,
    )


def _unknown_gemeenten(every: Iterable[_Line], wanted: DuoFilter, file: str) -> Iterator[Problem]:
    if not wanted.gemeenten:
        return
    known = {line.gemeente for line in every}
    there = {alike(name): written(name) for name in known}
    for name in wanted.gemeenten:
        if alike(name) not in there:
            begins = sorted(full for plain, full in there.items() if alike(name) and plain.startswith(alike(name)))
            close = suggestion(alike(name), there)
            near = begins[:_MOST_MEANT] or ([there[close]] if close else [])
            hint = f"Bedoelt u {' of '.join(near)}?" if near else "Schrijf de naam zoals DUO die geeft."
            message = f"geen school in deze lijst ligt in de gemeente '{name}'"
            yield Problem(file, 1, 1, "gemeente", message, hint)


def _nameless(row: PartyRow) -> Problem:
    message = f"DUO geeft geen namen van besturen; een bestuur dat nog geen naam heeft, heet 'Bestuur {row.bestuur}'"
    hint = "Zet de namen in besturen (blad of csv) en importeer dat ook; een naam die er al is, blijft."
    if row.at is None:
        raise ValueError("a row of a list has a place")
    return row.at.problem("bestuur", message, hint, "note")
