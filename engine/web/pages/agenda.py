"""An agenda as a calendar program fetches it: kept bytes, and nothing is made or looked up for it."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime

import structlog
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles

from engine.core.token import digest_of
from engine.store.subscriptions import FETCHED_WITHIN, Served, note_fetched, served
from engine.web.routes import served as route
from engine.web.throttle import MISSES, TooOften
from engine.web.visit import Site, Visit

CALENDAR = "text/calendar; charset=utf-8"
KEPT = "private, max-age=900"
# Seconds after which a client may come again.
LATER = 300
METHODS = "GET, HEAD, OPTIONS"
log = structlog.get_logger()
_not_modified = StaticFiles(check_dir=False).is_not_modified


def show(visit: Visit) -> Response:
    """The agenda of the address; not sent again to who has it."""
    if visit.request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": METHODS})
    with visit.means.database.read() as connection:
        found = served(connection, digest_of(str(visit.path["token"])))
    if found is None:
        return _missed(visit)
    if found.revoked:
        return PlainTextResponse(
            "Deze agenda is ingetrokken. Vraag het samenwerkingsverband om een nieuw adres.\n", 410
        )
    if found.raw is None or found.changed_at is None:
        return _unavailable()
    if visit.request.method == "GET" and _long_ago(found, visit.now):
        visit.site.later.submit(_note, visit.site, found.id, visit.now)
    headers = {
        "ETag": found.etag,
        "Last-Modified": format_datetime(found.changed_at.replace(microsecond=0), usegmt=True),
        "Cache-Control": KEPT,
        "Content-Type": CALENDAR,
    }
    if _not_modified(Headers(headers), visit.request.headers):
        return NotModifiedResponse(Headers(headers))
    return Response(found.raw, headers=headers)


def broken(error: Exception) -> Response:
    """Never an agenda without items: a client would throw away what it has."""
    if isinstance(error, TooOften):
        return PlainTextResponse(f"{error.message} {error.hint}\n", 429, {"Retry-After": str(LATER)})
    log.error("agenda niet te geven", exc_info=error)
    return _unavailable()


def _missed(visit: Visit) -> Response:
    """Who tries addresses is stopped."""
    client = visit.request.client
    place = client.host if client is not None else ""
    visit.site.throttle.check(MISSES, "agenda", place)
    visit.site.throttle.count(MISSES, "agenda", place)
    return PlainTextResponse("Er is geen agenda op dit adres. Kijk of u het hele adres heeft geplakt.\n", 404)


def _unavailable() -> Response:
    return PlainTextResponse("De agenda is er nu even niet.\n", 503, {"Retry-After": str(LATER)})


def _long_ago(found: Served, now: datetime) -> bool:
    return found.fetched_at is None or now - found.fetched_at >= FETCHED_WITHIN


def _note(site: Site, number: int, now: datetime) -> None:
    try:
        with site.means.database.write() as connection:
            note_fetched(connection, number, now)
    except Exception as error:  # the agenda is with its reader by now; the next time it is noted
        log.warning("laatst opgehaald is niet genoteerd", exc_info=error)


ROUTES = (route("/agenda/{token}.ics", show, broken),)
