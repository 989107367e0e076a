"""The site: every page behind one door, which knows who may come in and what a page may not leave out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from urllib.parse import quote, urlencode

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.core.problem import ProblemsFound, Refused, Unavailable
from engine.web import pages as rooms
from engine.web import sessions
from engine.web.guard import TooLarge, comes_from_here, headers_of
from engine.web.pages.trial import deliver_now
from engine.web.paper import PAPER
from engine.web.routes import FORM_BYTES, Page
from engine.web.throttle import TooOften
from engine.web.visit import DONE, Fixed, Form, NotFound, Site, Stale, Undo, Upload, Visit, here

# Every module in pages/ that has routes.
PAGES: tuple[ModuleType, ...] = tuple(
    module
    for found in sorted(iter_modules(rooms.__path__), key=lambda found: found.name)
    if hasattr(module := import_module(f"{rooms.__name__}.{found.name}"), "ROUTES")
)
STATIC = Path(__file__).parent / "static"
LOGIN = "/inloggen"
ASK_LINK = "/nieuwe-link"
AGAIN = "Open de pagina opnieuw en probeer het nog eens."
MOST_FIELDS = 5000
# Seconds until somebody who could not be served may try again.
UNTIL_AGAIN = 60
# Addresses that hold a secret.
PERSONAL = ("/mijn/", "/uitnodiging/", "/inloggen/", "/agenda/")
log = structlog.get_logger()


def pages() -> Iterable[Page]:
    """Every route of the site."""
    for module in PAGES:
        yield from module.ROUTES


def build(site: Site) -> Starlette:
    """The site as an ASGI application."""
    undo: dict[str, Undo] = {}
    fixed: dict[str, Fixed] = {}
    for module in PAGES:
        undo |= getattr(module, "UNDO", {})
        fixed |= getattr(module, "FIXED", {})
    whole = replace(site, undo=undo, fixed=fixed)
    routes: list[BaseRoute] = [Route(one.path, _Door(whole, one), methods=_methods(one)) for one in pages()]
    routes.append(Mount("/static", StaticFiles(directory=STATIC), name="static"))
    app = Starlette(routes=routes, exception_handlers={HTTPException: _plain_fault, 500: _plain_fault})
    app.add_middleware(_Headers, site=whole)
    return app


class _Headers:
    """Puts the headers that every answer has on every answer, also on faults and files."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self.app = app
        self.site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        personal = str(scope["path"]).startswith(PERSONAL)
        static = str(scope["path"]).startswith("/static/")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                bare = b"content-security-policy" in present
                wanted = headers_of(secure=self.site.secure, personal=personal, bare=bare)
                if static:
                    wanted["Cache-Control"] = "max-age=3600"
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.lower().encode(), value.encode())
                        for name, value in wanted.items()
                        if name.lower().encode() not in present
                    ),
                ]
            await send(message)

        await self.app(scope, receive, with_headers)


class _Door:
    """One route as an ASGI application: reads the form within its limit, then runs the page in a thread."""

    def __init__(self, site: Site, page: Page) -> None:
        self.site = site
        self.page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, _limited(receive, self.page.limit), send)
        try:
            response = await self._answer(request)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if self.page.method == "POST":
            if not comes_from_here(request, self.site.means.settings.web_address):
                told = "Dit formulier komt niet van deze site. Er is niets veranderd."
                return fault(403, told, AGAIN, path=request.url.path, above=_above(self.page, request.url.path))
            try:
                form = await _read_form(request, self.page.limit)
            except TooLarge:
                return _too_large(self.page, request.url.path)
            except (MultiPartException, HTTPException, ValueError):
                told = "Dit formulier is niet te lezen. Er is niets veranderd."
                return fault(400, told, AGAIN, path=request.url.path, above=_above(self.page, request.url.path))
        else:
            form = Form()
        return await run_in_threadpool(self._handle, request, form)

    def _handle(self, request: Request, form: Form) -> Response:
        now = self.site.clock()
        visit = None
        try:
            # Who fetches with a program is nobody in particular.
            user = None if self.page.broken else sessions.visitor(request, self.site, now)
            if self.page.audience is not None and user is None:
                return _to_login(request, self.page)
            visit = Visit(request, self.site, self.page, user, now, form)
            if self.page.audience is not None and (user is None or user.role not in self.page.audience):
                raise NotFound
            response = self.page.show(visit)
            if self.site.demo and self.page.method == "POST":
                self.site.later.submit(_deliver, self.site, now)
            if user is not None and "set-cookie" not in response.headers:
                sessions.renew(response, request, self.site, now)
            return response
        except Exception as error:
            if self.page.broken is not None:
                return self.page.broken(error)
            return _told(error, visit, self.page, request.url.path)


def _methods(page: Page) -> list[str]:
    if page.method == "POST":
        return ["POST"]
    return ["GET", "HEAD"] if page.broken is None else ["GET", "HEAD", "OPTIONS"]


def _deliver(site: Site, now: datetime) -> None:
    try:
        deliver_now(site, now)
    except Exception as error:  # the page is shown by now; the mail goes with the next act
        log.error("mail van de demo bleef liggen", exc_info=error)


def _too_large(page: Page, path: str) -> Response:
    if _own_page(path):
        return fault(413, "Deze tekst is te lang. Er is niets veranderd.", "Schrijf het korter.", path=path)
    told = f"Dit is te groot. Er past hier hooguit {page.limit // 1_000_000} MB. Er is niets veranderd."
    hint = "Kies een kleiner bestand." if page.limit > FORM_BYTES else "Schrijf het korter, of kies er minder tegelijk."
    return fault(413, told, hint, path=path, above=_above(page, path))


def _told(error: Exception, visit: Visit | None, page: Page, path: str) -> Response:
    """A fault as a page: what the user can mend by name, anything else as ours."""
    match error:
        case NotFound():
            return _further_up(visit, page, path) or _not_there(404, path, visit)
        case Unavailable():
            return _unavailable(error, page, path)
        case Stale() | TooOften() | Refused():
            status = 409 if isinstance(error, Stale) else 429 if isinstance(error, TooOften) else 422
            return fault(status, error.message, error.hint, visit, path, _above(page, path))
        case ProblemsFound():
            lines = [f"{one.file}, regel {one.line}: {one.message} {one.hint}" for one in error.problems]
            return fault(422, "Er is iets mis met de instellingen of de regels.", " ".join(lines[:5]), visit, path)
    log.error("pagina mislukt", pad=page.path, exc_info=error)
    whom = "wie u de mail stuurde" if _own_page(path) else "uw beheerder"
    hint = f"Probeer het nog eens. Blijft het zo? Bel {whom}."
    return fault(500, "Er ging iets mis. Er is niets veranderd.", hint, path=path, above=_above(page, path))


def _unavailable(error: Unavailable, page: Page, path: str) -> Response:
    """The store is not to be had: nothing can be read for the page that says so either."""
    log.error("database niet te bereiken", pad=page.path, exc_info=error)
    told = "De gegevens zijn nu even niet te bereiken. Er is niets veranderd."
    hint = "Wacht een paar minuten en probeer het dan opnieuw. Blijft het zo? "
    if _own_page(path):
        hint += "Bel wie u de mail stuurde."
    else:
        hint += f"Geef dan dit door aan uw beheerder: {error.message} {error.hint}"
    response = fault(503, told, hint, path=path, above=_above(page, path))
    response.headers["Retry-After"] = str(UNTIL_AGAIN)
    return response


def fault(
    status: int, message: str, hint: str = "", visit: Visit | None = None, path: str = "", above: str = ""
) -> Response:
    """A plain page that says what did not happen and what to do; nothing was changed.

    `path`: where it happened. On a person's own page the way back leads there, and never to where one logs in.
    `above`: where the way back leads when the form does not say where it stood.
    """
    own = _own_page(path)
    back = own or above
    if visit is not None and not own:
        back = here_before(visit) if visit.form.text("terug") else above
    text = PAPER.get_template("fault.html").render(
        message=message, hint=hint, back=back, own=bool(own), visit=None if own else visit, done=None
    )
    return HTMLResponse(text, status)


def _above(page: Page, path: str) -> str:
    """The page that a form of this route stands on, else the nearest above it; empty where there is none."""
    shown = {one.path for one in pages() if one.method == "GET" and one.path != "/"}
    parts = page.path.split("/")
    if page.method == "GET":
        parts.pop()
    while parts and "/".join(parts) not in shown:
        parts.pop()
    return quote("/".join(path.split("/")[: len(parts)]))


def _further_up(visit: Visit | None, page: Page, path: str) -> Response | None:
    """On to the nearest page above one that went away by what was just done on it; None for any other."""
    if visit is None or visit.user is None or page.method != "GET" or path == "/" or DONE not in visit.query:
        return None
    return RedirectResponse(f"{_above(page, path) or '/'}?{urlencode({DONE: visit.query[DONE]})}", 303)


def _own_page(path: str) -> str:
    """The page of a person without a login that this path belongs to, else empty."""
    if path == ASK_LINK:
        return ASK_LINK
    parts = path.split("/")
    return f"/mijn/{quote(parts[2])}" if parts[1:2] == ["mijn"] and parts[2:] else ""


def _not_there(status: int, path: str, visit: Visit | None = None) -> Response:
    hint = "Kijk of het adres klopt." if _own_page(path) else "Kijk of het adres klopt, of begin bij het overzicht."
    return fault(status, "Deze pagina is er niet.", hint, visit, path)


def here_before(visit: Visit) -> str:
    """The page that a form was on, else the first page."""
    return here(visit.form.text("terug"))


def _to_login(request: Request, page: Page) -> Response:
    if request.method == "POST":
        again = f"{LOGIN}?naar={_above(page, request.url.path) or '/'}"
        told = "U bent niet meer ingelogd. Er is niets veranderd."
        return fault(401, told, "Log in en probeer het opnieuw.", above=again)
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{LOGIN}?naar={quote(target, safe='/')}", 303)


def _plain_fault(request: Request, error: Exception) -> Response:
    status, path = error.status_code if isinstance(error, HTTPException) else 500, request.url.path
    if status in (404, 405):
        return _not_there(status, path)
    return fault(status, "Er ging iets mis. Er is niets veranderd.", "Probeer het nog eens.", path=path)


def _limited(receive: Receive, most: int) -> Receive:
    """Refuses a body that grows over the limit while it comes in."""
    count = 0

    async def counted() -> Message:
        nonlocal count
        message = await receive()
        count += len(message.get("body", b""))
        if count > most:
            raise TooLarge
        return message

    return counted


async def _read_form(request: Request, limit: int) -> Form:
    length = request.headers.get("content-length", "0")
    if length.isdecimal() and int(length) > limit:
        raise TooLarge
    fields, uploads = [], []
    async with request.form(max_fields=MOST_FIELDS, max_part_size=FIELD_BYTES) as data:
        for name, value in data.multi_items():
            if isinstance(value, UploadFile):
                uploads.append((name, Upload(value.filename or "", await value.read())))
            else:
                fields.append((name, value))
    return Form(fields, uploads)


FIELD_BYTES = 512 * 1024
