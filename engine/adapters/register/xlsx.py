"""The register as a workbook: its sheets become raw sheets, each cell as the text that a csv file would have."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING, Any

from engine.adapters.register.cells import WrongCell
from engine.adapters.register.sheets import (
    COLUMNS,
    EXPLANATION,
    HEADER_WITHIN,
    RawCell,
    RawRow,
    RawSheet,
    header_row,
    is_example,
    sheet_name,
)
from engine.adapters.register.zip_guard import Unreadable, sheet_size, sound_workbook
from engine.core.problem import Problem, suggestion
from engine.core.roles import ROLES
from engine.core.sheets import SHEETS

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

MOST_SHEET_ROWS = 20_000
MOST_COLUMNS = 100
LAST_ROW = 1_048_576  # of a sheet in Excel
_MOST_MERGED = 20  # shown of a sheet


@dataclass
class _Reading:
    """What has been found so far in one file."""

    shown: str
    sheets: list[RawSheet] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    recognised: tuple[str, ...] = ()
    recognised_on: str = ""

    def say(self, sheet: str, line: int, column: int, message: str, hint: str, *, note: bool = False) -> None:
        """Adds a problem, or a note, at a place in a sheet."""
        severity = "note" if note else "problem"
        self.problems.append(Problem(self.shown, line, column, "", message, hint, severity, sheet))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class RawBook:
    """The sheets of a workbook; the names of those that could not be read, and of those without rows; all problems."""

    sheets: tuple[RawSheet, ...] = ()
    unread: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


def raw_workbook(data: bytes, shown: str, alone: str = "") -> RawBook:
    """The register in an .xlsx file, `shown` as people know it.

    `alone` is the name of a workbook's only sheet where it is called otherwise. A sheet without rows, the example
    aside, says nothing and is left out.
    """
    found = _Reading(shown)
    try:
        package = sound_workbook(data)
        book = _opened(data)
        try:
            _read_book(book, package, alone, found)
        finally:
            book.close()
    except Unreadable as wrong:
        return RawBook(unread=frozenset(SHEETS), problems=(Problem(shown, 1, 1, "", wrong.message, wrong.hint),))
    if not found.sheets and not found.unread and not found.empty:
        hint = "Is dit een lijst met één rij per school? Noem het blad dan scholen. "
        hint += "Zie ook 'Uw lijst in Excel' in de handleiding. "
        if found.recognised:
            hint += f"Op blad {found.recognised_on} herken ik: {', '.join(found.recognised)}."
        else:
            hint += f"De bladen van een register heten {', '.join(SHEETS)}."
        message = "dit Excel-bestand is nog geen register: geen blad heet zoals een blad van het register"
        found.problems.append(Problem(shown, 1, 1, "", message, hint))
    empty = frozenset(sheet_name(title) for title in found.empty)
    return RawBook(tuple(found.sheets), frozenset(found.unread), empty, tuple(found.problems))


def _opened(data: bytes) -> Workbook:
    # Imported here: it takes 0.3 s, which a command that reads no workbook does not have to spend.
    from openpyxl import load_workbook  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # the library raises whatever a strange file brings about
        raise Unreadable("deze werkmap is niet te lezen; het bestand is waarschijnlijk beschadigd") from error


def _read_book(book: Workbook, package: zipfile.ZipFile, alone: str, found: _Reading) -> None:
    titles = [sheet.title for sheet in book.worksheets]
    only = len(titles) == 1 and alone in SHEETS
    for sheet in book.worksheets:
        name = sheet_name(sheet.title)
        if only and name not in SHEETS:
            name = alone
        if name == EXPLANATION:
            continue
        if name not in SHEETS:
            near = suggestion(name, SHEETS)
            hint = f"Bedoelt u {near}?" if near else f"Bladen van het register: {', '.join(SHEETS)}."
            found.say(sheet.title, 1, 1, "dit blad is onbekend en telt niet mee", hint, note=True)
            _recognise(sheet, package, found)
        elif name in {one.name for one in found.sheets} | found.unread:
            found.say(sheet.title, 1, 1, f"het blad {name} is er twee keer", "Haal een van de twee weg.")
        else:
            _read_sheet(sheet, name, package, found)


def _read_sheet(sheet: Any, name: str, package: zipfile.ZipFile, found: _Reading) -> None:
    title = sheet.title
    size = sheet_size(package, sheet._worksheet_path)
    if size.rows > MOST_SHEET_ROWS:
        found.unread.add(name)
        hint = f"Een blad heeft hooguit {MOST_SHEET_ROWS} rijen. Verwijder lege rijen onder de tabel."
        found.say(title, MOST_SHEET_ROWS + 1, 1, f"dit blad heeft te veel rijen ({size.rows})", hint)
        return
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows = list(_filled_rows(sheet))
    except _TooFar as far:
        found.unread.add(name)
        found.say(title, far.line, 1, "dit blad gaat verder dan een blad van Excel kan", "Begin een nieuwe werkmap.")
        return
    except Exception:  # the library raises whatever a strange file brings about
        found.unread.add(name)
        found.say(title, 1, 1, "dit blad is niet te lezen", "Kopieer de rijen naar een lege werkmap en bewaar die.")
        return
    if not rows:
        found.empty.append(title)
        return
    at = header_row(rows, name)
    header, body = rows[at], rows[at + 1 :]
    wrong = _check_header(header, title, found) + _check_merged(size.merged, header.line, title, found)
    body = [row for row in body if not is_example(row, header, name)]
    if not body and not wrong:
        found.empty.append(title)
        return
    width = max(len(row.cells) for row in (header, *body))
    filled = [_padded(row, width) for row in body]
    names = tuple("" if isinstance(cell, WrongCell) else cell for cell in _padded(header, width).cells)
    raw = RawSheet(name, found.shown, RawRow(header.line, names), tuple(filled), whole=not wrong, sheet=title)
    found.sheets.append(raw)


def _recognise(sheet: Any, package: zipfile.ZipFile, found: _Reading) -> None:
    """Remembers the headings of an unknown sheet that scholen would have, to help with a list that is no register."""
    try:
        if found.recognised or sheet_size(package, sheet._worksheet_path).rows > MOST_SHEET_ROWS:
            return
        rows = sheet.iter_rows(max_row=HEADER_WITHIN, max_col=MOST_COLUMNS, values_only=True)
        words = {str(cell).strip().casefold() for row in rows for cell in row if cell is not None}
    except Exception:  # the library raises whatever a strange file brings about; nothing depends on this sheet
        return
    found.recognised = tuple(name for name in dict.fromkeys((*COLUMNS["scholen"], *ROLES)) if name in words)
    found.recognised_on = sheet.title


class _TooFar(Exception):
    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"row {line}")


def _filled_rows(sheet: Any) -> Iterator[RawRow]:
    """The rows that hold anything, without the empty cells at their end."""
    sheet.reset_dimensions()
    before = None
    for line, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), start=1):
        if line > LAST_ROW:
            raise _TooFar(line)
        # Rows that the file leaves out come as one and the same tuple.
        if row is before:
            continue
        before = row
        cells: list[RawCell] = [_cell(cell) for cell in row]
        while cells and not isinstance(cells[-1], WrongCell) and not cells[-1].strip():
            cells.pop()
        if cells:
            yield RawRow(line, tuple(cells))


def _cell(cell: Any) -> RawCell:
    """The cell as the text that a csv file would have, or what is wrong with it."""
    value = cell.value
    if value is None:
        return ""
    kind = cell.data_type
    if kind == "f":
        return WrongCell(
            "hier staat een formule",
            "Kopieer de cel en plak haar als waarde (Plakken speciaal, Waarden).",
        )
    if kind == "e":
        return WrongCell(f"hier staat een fout van Excel ({value})", "Typ de waarde opnieuw, of maak de cel leeg.")
    return _written(value, cell)


def _written(value: object, cell: Any) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int) and value >= 0:
        # A format of zeros alone, as in 000000, shows that many digits.
        shown = str(cell.number_format or "")
        return str(value).zfill(len(shown) if shown and set(shown) == {"0"} else 0)
    return str(value)


def _check_header(header: RawRow, title: str, found: _Reading) -> bool:
    """True when a heading cannot be read."""
    wrong = [(number, cell) for number, cell in enumerate(header.cells, start=1) if isinstance(cell, WrongCell)]
    for number, cell in wrong:
        found.say(title, header.line, number, cell.message, "Typ de naam van de kolom.")
    return bool(wrong)


def _check_merged(merged: Iterable[str], header: int, title: str, found: _Reading) -> bool:
    """True when cells from the header down are merged, which hides whose value it is."""
    from openpyxl.utils import range_boundaries  # noqa: PLC0415  # see _opened

    hidden = []
    for ref in merged:
        try:
            column, line, _, last = range_boundaries(ref)
        except ValueError:
            continue
        if column and line and (last or line) >= header:
            hidden.append((line, column, ref))
    for line, column, ref in sorted(hidden)[:_MOST_MERGED]:
        found.say(
            title,
            line,
            column,
            f"de cellen {ref} zijn samengevoegd",
            "Splits ze (Samenvoegen en centreren uitzetten) en vul elke cel in.",
        )
    return bool(hidden)


def _padded(row: RawRow, width: int) -> RawRow:
    return RawRow(row.line, (*row.cells, *("",) * (width - len(row.cells))))
