"""Overzicht: the first page."""

from __future__ import annotations

from starlette.responses import Response

from engine.web.routes import READERS, page
from engine.web.visit import Visit


def show(visit: Visit) -> Response:
    """What is late and what happens today."""
    return visit.render("overview.html")


ROUTES = (page("/", show, READERS),)
