"""Overzicht: the first page."""

from __future__ import annotations

from starlette.responses import Response

from engine.app.overview import DOCUMENT_DAYS, Overview, overview
from engine.app.rounds import entries, in_order
from engine.core.choice import Choice, status_options
from engine.core.matrix import Column, Line, Matrix, end_of_week, label
from engine.core.sheet import Sheet, Value
from engine.web.finding import as_file, chosen, wants_file
from engine.web.lists import WORDS, list_sheet, paged, request_words
from engine.web.routes import READERS, page
from engine.web.visit import Visit

TITLES = {"school": "Scholen", "bestuur": "Besturen"}
# So many lines of the matrix on one page.
LINES = 100


def show(visit: Visit) -> Response:
    """What is late, what happens today, and each school against each round; for one status the tasks themselves."""
    choice, told = chosen(visit)
    settings = visit.means.settings
    scope = visit.scope
    with visit.means.database.read() as connection:
        found = overview(connection, visit.means, choice, visit.now, scope=scope)
        listed = entries(connection, found.tasks, found.sifted.parties, settings, visit.today) if choice.status else []
    rows = in_order(listed, choice)
    if wants_file(visit):
        sheets = [list_sheet(rows, "Taken", with_round=True)] if choice.status else _sheets(found)
        return as_file(visit, f"overzicht {found.schooljaar}", sheets)
    shown, more = paged(rows, choice.page)
    return visit.render(
        "overview.html",
        found=found,
        choice=choice,
        told=(*told, *found.told),
        statuses=status_options(),
        parts=_parts(found, choice),
        titles=TITLES,
        rows=shown,
        total=len(rows),
        more=more,
        sunday=end_of_week(visit.today),
        document_days=DOCUMENT_DAYS,
        words=WORDS,
        round_names={one.id: one.name for one in found.rounds},
        proposal=found.proposal if visit.who.role == "bureau" else None,
        request_words=request_words,
    )


def _parts(found: Overview, choice: Choice) -> list[tuple[Matrix, tuple[Line, ...], bool]]:
    """Each matrix with the lines of this page, and whether there are more."""
    start = (choice.page - 1) * LINES
    parts = [(one, one.lines[start : start + LINES], len(one.lines) > start + LINES) for one in found.matrices]
    return [part for part in parts if part[1]]


def _sheets(found: Overview) -> list[Sheet]:
    sheets = [_sheet(one) for one in found.matrices if one.lines]
    if found.own:
        rows = tuple((_own_title(column), label(cell)) for column, cell in found.own)
        sheets.append(Sheet("Samenwerkingsverband", ("Wat", "Status"), rows))
    return sheets or [Sheet("Overzicht", ("Code", "Naam"), ())]


def _own_title(column: Column) -> str:
    return f"{column.title}, ronde {column.id.round}" if column.id.round else column.title


def _sheet(of: Matrix) -> Sheet:
    heads = ("Code", "Naam", *(("Bestuur",) if of.kind == "school" else ()))
    rounds = tuple(f"{one.name} ({one.done} van {one.total} klaar)" for one in of.columns)
    return Sheet(TITLES[of.kind], (*heads, *rounds), tuple(_row(line, of) for line in of.lines))


def _row(line: Line, of: Matrix) -> tuple[Value, ...]:
    party = line.party
    who = (party.id, party.name, *((party.bestuur_name,) if of.kind == "school" else ()))
    return (*who, *(None if cell is None else label(cell) for cell in line.cells))


ROUTES = (page("/", show, READERS),)
