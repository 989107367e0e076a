"""A table as it goes to Excel: what kind of thing each cell is stays what it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

# A text stays text, whatever it looks like; None is an empty cell.
Value = str | int | date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: the heads of its columns and its rows."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
