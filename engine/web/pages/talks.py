"""Gesprekken: who has no date yet, what is late, what comes, and what was held."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from engine.app.talks import ALL, HEADS, talks
from engine.app.yearplan import clashes_told
from engine.core.choice import status_options
from engine.core.schooljaar import Schooljaar
from engine.web.finding import as_file, chosen, wants_file
from engine.web.lists import list_sheet
from engine.web.routes import READERS, page
from engine.web.visit import Visit

ROWS = 150


def show(visit: Visit) -> Response:
    """The gesprekken of a schooljaar, under a head each for where they stand."""
    choice, told = chosen(visit)
    start = (choice.page - 1) * ROWS
    rows = ALL if wants_file(visit) else slice(start, start + ROWS)
    with visit.means.database.read() as connection:
        found = talks(connection, choice, visit.today, scope=visit.scope, settings=visit.means.settings, rows=rows)
        clashing = _clashes(connection, visit, Schooljaar.parse(found.schooljaar))
    if wants_file(visit):
        return as_file(
            visit, f"gesprekken {found.schooljaar}", [list_sheet(found.tasks, "Gesprekken", with_round=True)]
        )
    return visit.render(
        "talks.html",
        found=found,
        parts=[(head, found.counts[head], found.under(head)) for head in HEADS],
        more=sum(found.counts.values()) > start + ROWS,
        choice=choice,
        clashes=clashing,
        told=(*told, *found.told),
        statuses=status_options(),
    )


def _clashes(connection: Connection, visit: Visit, schooljaar: Schooljaar) -> tuple[str, ...]:
    """Which gesprek begins before what it uses is in."""
    people = visit.means.people(connection)
    rules = visit.means.rules(connection)
    return clashes_told(rules, *people, schooljaar, visit.scope, of="gesprek")


ROUTES = (page("/gesprekken", show, READERS),)
