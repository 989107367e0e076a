"""Files and folders that together are a register: each is recognised, read, and every sheet may come once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from engine.adapters.register.csv import raw_sheet
from engine.adapters.register.duo import DuoFilter, duo_parties, is_duo, postcodes
from engine.adapters.register.rows import typed_rows
from engine.adapters.register.sheets import MOST_BYTES, REQUIRED, RawSheet
from engine.adapters.register.xlsx import raw_workbook
from engine.core.problem import Problem, stops, suggestion
from engine.core.sheets import SHEETS, DuoScope, PartyRow, RegisterSheets

_CSV = ".csv"
_WORKBOOKS = (".xlsx", ".xlsm")
# Read as a workbook too, so that the user learns why it cannot be.
_OTHER_WORKBOOKS = (".xls", ".xlsb", ".ods")
_NOT_OURS = (".", "~")  # hidden, and what Excel leaves beside an open file


def read_register(
    path: Path, shown_as: str, extra_roles: tuple[str, ...]
) -> tuple[RegisterSheets, tuple[Problem, ...]]:
    """The register in a folder, or in one file, and all problems and notes; see `read_sources`."""
    return read_sources([(path, shown_as)], extra_roles)


def read_sources(
    paths: Sequence[tuple[Path, str]], extra_roles: tuple[str, ...], wanted: DuoFilter | None = None
) -> tuple[RegisterSheets, tuple[Problem, ...]]:
    """The sheets in these files and folders, and all problems and notes.

    Each path comes with how people know it. A file is a workbook, a csv file named after its sheet, or a csv list
    of DUO, of which `wanted` tells the schools that are meant. What can be read is returned also when there are
    problems. How rows fit together is for `check_register`.
    """
    found = _Found()
    for path, shown in paths:
        _look(path, shown, found)
    return _register(found, extra_roles, wanted)


def read_uploads(
    files: Sequence[tuple[str, bytes]], extra_roles: tuple[str, ...], wanted: DuoFilter | None = None
) -> tuple[RegisterSheets, tuple[Problem, ...]]:
    """The same of files that came by their name, as people know it, and their bytes; no disk is touched."""
    found = _Found()
    for name, data in files:
        kind = PurePosixPath(name).suffix.casefold()
        stem = PurePosixPath(name).stem.casefold()
        if kind in (*_WORKBOOKS, *_OTHER_WORKBOOKS):
            found.used += 1
            _take_workbook(data, stem, name, found)
        elif kind == _CSV:
            raw, problems = raw_sheet(stem, name, data)
            _take_csv(raw, problems, stem, name, found, named=True)
        else:
            found.problems.append(_unusable(name, "dit is geen csv-bestand en geen Excel-werkmap (.xlsx)"))
    return _register(found, extra_roles, wanted)


def read_postcodes(path: Path, shown_as: str) -> tuple[frozenset[str], tuple[Problem, ...]]:
    """The postcodes (four digits) in the column `pc4` of a csv file, and what is wrong with it."""
    data, problems = _bytes(path, shown_as)
    if data is None:
        return frozenset(), tuple(problems)
    return postcodes_in(data, shown_as)


def postcodes_in(data: bytes, shown_as: str) -> tuple[frozenset[str], tuple[Problem, ...]]:
    """The same of a file's bytes."""
    raw, problems = raw_sheet("postcodes", shown_as, data)
    if raw is None:
        return frozenset(), tuple(problems)
    codes, wrong = postcodes(raw)
    return codes, tuple(sorted((*problems, *wrong)))


def _register(
    found: _Found, extra_roles: tuple[str, ...], wanted: DuoFilter | None
) -> tuple[RegisterSheets, tuple[Problem, ...]]:
    parties, scope = _of_duo(found, wanted or DuoFilter())
    sheets = sorted(found.sheets, key=lambda raw: SHEETS.index(raw.name))
    register, wrong = typed_rows(sheets, extra_roles, found.unread)
    register = replace(register, parties=(*register.parties, *parties), duo=scope, empty=frozenset(found.empty))
    return register, tuple(sorted((*found.problems, *wrong)))


@dataclass
class _Found:
    sheets: list[RawSheet] = field(default_factory=list)
    lists: list[RawSheet] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    empty: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)
    used: int = 0  # files that are of a register, readable or not

    def add(self, raw: RawSheet) -> None:
        """Takes a sheet; the second of its name is a problem."""
        for other in self.sheets:
            if other.name == raw.name:
                where = other.file if other.file != raw.file else f"het blad {other.sheet}"
                message = f"{raw.name} staat ook in {where}"
                hint = "Lever elk blad één keer aan: haal een van de twee weg."
                self.problems.append(Problem(raw.file, 1, 1, "", message, hint, sheet=raw.sheet))
                return
        self.sheets.append(raw)


def _look(path: Path, shown: str, found: _Found) -> None:
    if path.is_dir():
        _look_in_folder(path, shown, found)
    elif not path.exists():
        found.problems.append(_unusable(shown, "deze map of dit bestand is er niet"))
    elif path.suffix.casefold() in (*_WORKBOOKS, *_OTHER_WORKBOOKS):
        _read_workbook(path, shown, found)
    elif path.suffix.casefold() == _CSV:
        _read_csv(path, shown, found, named=True)
    else:
        found.problems.append(_unusable(shown, "dit is geen csv-bestand en geen Excel-werkmap (.xlsx)"))


def _look_in_folder(folder: Path, shown: str, found: _Found) -> None:
    prefix = "" if shown in {"", "."} else f"{shown.rstrip('/')}/"
    try:
        listing = sorted(folder.iterdir())
    except OSError:
        hint = "Controleer of u deze map mag lezen."
        found.problems.append(Problem(shown or ".", 1, 1, "", "deze map kan niet worden gelezen", hint))
        return
    before = found.used
    for file in listing:
        kind = file.suffix.casefold()
        if file.name.startswith(_NOT_OURS):
            continue
        if kind == _CSV:
            _read_csv(file, f"{prefix}{file.name}", found, named=False)
        elif kind in (*_WORKBOOKS, *_OTHER_WORKBOOKS):
            _read_workbook(file, f"{prefix}{file.name}", found)
    if found.used == before:
        found.problems.append(_unusable(shown or ".", "in deze map staat geen register"))


def _unusable(shown: str, message: str) -> Problem:
    return Problem(shown, 1, 1, "", message, _expected())


def _expected() -> str:
    return f"Een register is een werkmap (register.xlsx) met {', '.join(SHEETS)}, of csv-bestanden met die namen."


def _bytes(file: Path, shown: str) -> tuple[bytes | None, list[Problem]]:
    try:
        with file.open("rb") as stream:
            return stream.read(MOST_BYTES + 1), []
    except OSError:
        hint = "Sluit het bestand in Excel en controleer of u het mag lezen."
        return None, [Problem(shown, 1, 1, "", "dit bestand kan niet worden gelezen", hint)]


def _is_new(file: Path, found: _Found) -> bool:
    """False for a file that was handed in already, by itself or with its folder."""
    whole = file.resolve()
    new = whole not in found.seen
    found.seen.add(whole)
    return new


def _read_workbook(file: Path, shown: str, found: _Found) -> None:
    found.used += 1
    if not _is_new(file, found):
        return
    data, problems = _bytes(file, shown)
    found.problems += problems
    if data is None:
        found.unread |= set(SHEETS)
        return
    _take_workbook(data, file.stem.casefold(), shown, found)


def _take_workbook(data: bytes, stem: str, shown: str, found: _Found) -> None:
    book = raw_workbook(data, shown, stem)
    found.unread |= book.unread
    found.empty |= book.empty
    found.problems += book.problems
    for raw in book.sheets:
        found.add(raw)


def _read_csv(file: Path, shown: str, found: _Found, *, named: bool) -> None:
    """Reads a csv file; one of unknown name is a problem when it was `named`, and else a note."""
    if not _is_new(file, found):
        found.used += 1
        return
    name = file.stem.casefold()
    data, problems = _bytes(file, shown)
    raw = None
    if data is not None:
        raw, problems = raw_sheet(name, shown, data)
    _take_csv(raw, problems, name, shown, found, named=named)


def _take_csv(
    raw: RawSheet | None, problems: list[Problem], name: str, shown: str, found: _Found, *, named: bool
) -> None:
    if raw is not None and is_duo(raw.header):
        found.used += 1
        found.lists.append(raw)
        found.problems += problems
    elif name in SHEETS:
        found.used += 1
        found.problems += problems
        if raw is None:
            found.unread.add(name)
        else:
            found.add(raw)
    else:
        near = _by_headings(raw) or suggestion(name, SHEETS)
        hint = f"Is dit het blad {near}? Noem het bestand dan {near}.csv." if near else _expected()
        message = "dit bestand is onbekend en telt niet mee"
        found.problems.append(Problem(shown, 1, 1, "", message, hint, "problem" if named else "note"))


def _by_headings(raw: RawSheet | None) -> str:
    """The sheet of which a list has every heading that is asked for; empty where that is not one."""
    heads = raw.header.cells if raw is not None else ()
    words = {cell.strip().casefold() for cell in heads if isinstance(cell, str)}
    names = [name for name in SHEETS if set(REQUIRED[name]) <= words]
    return names[0] if len(names) == 1 else ""


def _of_duo(found: _Found, wanted: DuoFilter) -> tuple[tuple[PartyRow, ...], DuoScope | None]:
    if not found.lists:
        if wanted:
            message = "een gemeente of postcode kiest u alleen uit een lijst van DUO, en die is er niet bij"
            place = next((raw.file for raw in found.sheets), "register")
            hint = "Geef het csv-bestand van DUO erbij, of kies geen gemeente en geen postcodes."
            found.problems.append(Problem(place, 1, 1, "", message, hint))
        return (), None
    for raw in found.sheets:
        if raw.name == "scholen":
            message = f"de scholen staan ook in {found.lists[0].file}, een lijst van DUO"
            hint = "Importeer eerst de lijst van DUO, bewaar dat, en importeer daarna dit blad."
            found.problems.append(Problem(raw.file, 1, 1, "", message, hint, sheet=raw.sheet))
    parties, scope, problems = duo_parties(found.lists, wanted)
    found.problems += problems
    if stops(problems):
        found.unread |= {"scholen", "besturen"}
    return parties, scope
