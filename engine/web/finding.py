"""Finding on a page: the filter as it stands in the address, and the same rows as a file for Excel."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from starlette.responses import Response

from engine.adapters.spreadsheet import csv_text, xlsx
from engine.core.choice import (
    BESTUUR,
    COLUMNS,
    CONSULENT,
    PAGE,
    ROUND,
    SCHOOLJAAR,
    SORT,
    STATUS,
    TEXT,
    Choice,
    read_choice,
)
from engine.core.sheet import Sheet
from engine.web.visit import Visit

# In the address: as what file the page is wanted.
FORM = "als"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILES: dict[str, tuple[Callable[[Sequence[Sheet]], bytes], str]] = {
    "xlsx": (xlsx, XLSX),
    "csv": (csv_text, "text/csv; charset=utf-8"),
}


def chosen(visit: Visit) -> tuple[Choice, tuple[str, ...]]:
    """The filter in the address, and a line for each value in it that cannot be."""
    names = (BESTUUR, CONSULENT, STATUS, ROUND, TEXT, SCHOOLJAAR, COLUMNS, SORT, PAGE)
    return read_choice({name: visit.query.get(name, "") for name in names})


def wants_file(visit: Visit) -> bool:
    """True when the page is asked for as a file."""
    return visit.query.get(FORM, "") in _FILES


def as_file(visit: Visit, name: str, sheets: Sequence[Sheet]) -> Response:
    """The tables as the file that is asked for; `name` becomes its name, with the day."""
    form = visit.query[FORM]
    make, kind = _FILES[form]
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    headers = {"Content-Disposition": f'attachment; filename="{plain}-{visit.today.isoformat()}.{form}"'}
    return Response(make(sheets), media_type=kind, headers=headers)
