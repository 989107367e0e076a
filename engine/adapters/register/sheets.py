"""A sheet as any reader hands it over, and the columns that each sheet may have."""

from __future__ import annotations

from dataclasses import dataclass

from engine.core.sheets import SHEETS

MOST_ROWS = 200_000
MOST_BYTES = 20_000_000

# Per sheet the columns in the order in which people expect them; a `*` marks those that must be there.
_COLUMNS = {
    "besturen": "nummer* naam* regio kenmerken",
    "scholen": "code* naam* bestuur* plaats gemeente regio kenmerken actief",
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


@dataclass(frozen=True, slots=True)
class RawRow:
    """The cells of one row as text, and the line on which it begins."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A sheet before anything is known of its values. `header` holds the first row's cells, `file` as shown.

    `whole` is false when the reader had to stop halfway.
    """

    name: str
    file: str
    header: RawRow
    rows: tuple[RawRow, ...]
    whole: bool = True
