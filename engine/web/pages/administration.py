"""Beheer: the way to the register, the rules, the users and what the program did."""

from __future__ import annotations

from starlette.responses import Response

from engine import wiring
from engine.core.problem import ProblemsFound
from engine.store.imports import imports_made
from engine.store.register import is_empty
from engine.web.routes import BUREAU, page
from engine.web.visit import Visit


def show(visit: Visit) -> Response:
    """The index of what only the bureau does."""
    try:
        problems = wiring.rulebook_of(visit.site.place)[1]
    except ProblemsFound as found:
        problems = found.problems
    with visit.means.database.read() as connection:
        newest = next(iter(imports_made(connection, 1)), None)
        empty = is_empty(connection)
    wrong = sum(problem.severity == "problem" for problem in problems)
    return visit.render("administration.html", wrong=wrong, newest=newest, empty=empty)


ROUTES = (page("/beheer", show, BUREAU),)
