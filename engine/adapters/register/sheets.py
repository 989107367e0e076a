"""A sheet as any reader hands it over, and the columns that each sheet may have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.adapters.register.called import CALLED
from engine.adapters.register.cells import WrongCell
from engine.adapters.register.place_names import alike
from engine.core.sheets import SHEETS

MOST_ROWS = 200_000
MOST_BYTES = 20_000_000
HEADER_WITHIN = 10  # filled rows
FEWEST_CALLED = 2  # words for columns that together make a row one of headings

# Per sheet the columns in the order in which people expect them; a `*` marks those that must be there.
_COLUMNS = {
    "besturen": "nummer* naam* regio kenmerken",
    "scholen": "code* naam* bestuur* plaats gemeente regio kenmerken actief voorheen",
    "contacten": "email* naam* aanhef telefoon taal weekbericht",
    "rollen": "email* rol* partij* vanaf tot",
    "documenten": "soort* partij* vastgesteld_op* versie geldig_tot fase",
    "vrije_dagen": "partij* van* tot* omschrijving vervangt",
}
COLUMNS = {sheet: tuple(_COLUMNS[sheet].replace("*", "").split()) for sheet in SHEETS}
REQUIRED = {
    sheet: tuple(name.rstrip("*") for name in _COLUMNS[sheet].split() if name.endswith("*")) for sheet in SHEETS
}
WITH_ROLES = ("besturen", "scholen")
# The sheet of a workbook that tells how to fill in the others.
EXPLANATION = "uitleg"
# In the first column: this row shows how, and is never read.
EXAMPLE = "voorbeeld"

# A cell as text, or what is wrong with it where its text cannot be known.
RawCell = str | WrongCell


@dataclass(frozen=True, slots=True)
class RawRow:
    """The cells of one row, and the line on which it begins."""

    line: int
    cells: tuple[RawCell, ...]

    def is_empty(self) -> bool:
        """True when nothing stands in it."""
        return not any(isinstance(cell, WrongCell) or cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A sheet before anything is known of its values. `header` holds the first row's cells, `file` as shown.

    `whole` is false when the reader had to stop halfway. `sheet` is the title of a workbook's sheet, else empty.
    """

    name: str
    file: str
    header: RawRow
    rows: tuple[RawRow, ...]
    whole: bool = True
    sheet: str = ""


def sheet_name(title: str) -> str:
    """`vrije_dagen` for `Vrije dagen`."""
    return title.strip().casefold().replace(" ", "_").replace("-", "_")


def header_row(rows: Sequence[RawRow], name: str) -> int:
    """Where the headings stand: the first of the rows that name most columns; a title may stand above it.

    Where none names all that is asked for, words that people use for them count too.
    """
    named = set(COLUMNS[name])
    found, most = _most_named(rows, lambda cell: cell.strip().casefold() if cell.strip().casefold() in named else "")
    if most >= len(REQUIRED[name]):
        return found
    called = {word: column for column, words in CALLED[name].items() for word in words.split()}
    called |= {alike(column): column for column in COLUMNS[name]}
    found, most = _most_named(rows, lambda cell: alike(cell) if alike(cell) in called else "")
    return found if most >= FEWEST_CALLED else 0


def _most_named(rows: Sequence[RawRow], meant: Callable[[str], str]) -> tuple[int, int]:
    """The first row with most cells that mean a column, and how many those are."""
    counts = [len({meant(cell) for cell in row.cells if isinstance(cell, str)} - {""}) for row in rows[:HEADER_WITHIN]]
    most = max(counts)
    return counts.index(most), most


def is_example(row: RawRow, header: RawRow, name: str) -> bool:
    """True for the row that shows how to fill in a sheet: `voorbeeld` stands where the sheet's first column is."""
    first = COLUMNS[name][0]
    for heading, cell in zip(header.cells, row.cells, strict=False):
        if isinstance(heading, str) and heading.strip().casefold() == first:
            return isinstance(cell, str) and cell.strip().casefold() == EXAMPLE
    return False
