"""Who is logged in: a session in the database, and in the browser when it was last used.

A session ends 12 hours after logging in, and after 2 hours in which no page was asked for. A GET changes nothing in the
database, so when a page was last asked for stands in a cookie of its own, under a mark that only the server can make:
who copies an old one comes in no later than the moment it tells of allows.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from engine.core.localtime import from_ms, to_ms
from engine.core.token import digest_of
from engine.core.user import User
from engine.store.users import end_session, open_session, user_of_session
from engine.web.visit import Site

LASTS = timedelta(hours=12)
IDLE = timedelta(hours=2)
# A demo's clock jumps weeks ahead: that is no reason to log in again.
FOREVER = timedelta(days=36500)
# How old what the browser tells may be before it is told anew.
RENEWED_AFTER = timedelta(minutes=5)
SEEN = "gezien"


def cookie_name(site: Site, name: str = "sessie") -> str:
    """A cookie's name; a browser keeps the first form to this host, over https alone."""
    return f"__Host-{name}" if site.secure else name


def token_of(request: Request, site: Site) -> str:
    """The token of the session that the browser tells, empty where it tells none."""
    return request.cookies.get(cookie_name(site), "")


def visitor(request: Request, site: Site, now: datetime) -> User | None:
    """Who is logged in."""
    token = token_of(request, site)
    if not token:
        return None
    digest = digest_of(token)
    seen = _last_seen(request, site, digest, now)
    idle = FOREVER if site.demo else IDLE
    if seen is not None and now - seen < idle:
        idle = FOREVER
    with site.means.database.read() as connection:
        return user_of_session(connection, digest, now, idle)


def renew(response: Response, request: Request, site: Site, now: datetime) -> None:
    """Tells the browser that a page was asked for now, unless it was told so lately."""
    digest = digest_of(token_of(request, site))
    seen = _last_seen(request, site, digest, now)
    if seen is None or now - seen >= RENEWED_AFTER:
        set_cookie(response, site, SEEN, _told(site, digest, to_ms(now)))


def log_in(connection: Connection, site: Site, user: User, request: Request, now: datetime) -> str:
    """Opens a session in place of the browser's earlier one; returns its token."""
    token = site.means.tokens.secret()
    if before := token_of(request, site):
        end_session(connection, digest_of(before))
    lasts = FOREVER if site.demo else LASTS
    open_session(connection, digest_of(token), user.id, now, now + lasts, _browser(request))
    return token


def carry(response: Response, site: Site, token: str, now: datetime) -> Response:
    """The response with the session's cookies."""
    set_cookie(response, site, "sessie", token)
    set_cookie(response, site, SEEN, _told(site, digest_of(token), to_ms(now)))
    return response


def drop(response: Response, site: Site) -> Response:
    """The response that takes the cookies away."""
    for name in ("sessie", SEEN):
        response.delete_cookie(cookie_name(site, name), path="/", secure=site.secure, httponly=True, samesite="lax")
    return response


def set_cookie(response: Response, site: Site, name: str, value: str) -> None:
    """A cookie that ends with the browser, that no script reads, and that no other site sends along with a form."""
    response.set_cookie(cookie_name(site, name), value, path="/", secure=site.secure, httponly=True, samesite="lax")


def _told(site: Site, digest: str, ms: int) -> str:
    return f"{ms}.{site.means.vault.mark(f'gezien {digest} {ms}')}"


def _last_seen(request: Request, site: Site, digest: str, now: datetime) -> datetime | None:
    """When the browser was last given a page of this session; None where it cannot say, or lies."""
    told = request.cookies.get(cookie_name(site, SEEN), "")
    ms, _, _ = told.partition(".")
    if not (ms.isascii() and ms.isdecimal()) or len(ms) > 15:
        return None
    if not hmac.compare_digest(told.encode(), _told(site, digest, int(ms)).encode()):
        return None
    seen = from_ms(int(ms))
    return seen if seen <= now else None


_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_MACHINES = (("Android", "Android"), ("iPhone", "een iPhone"), ("iPad", "een iPad"), ("Windows", "Windows"))
_DESKTOPS = (("Mac OS", "een Mac"), ("Linux", "Linux"))


def _browser(request: Request) -> str:
    """`Firefox op Windows`, for who looks at the own sessions; nothing is decided by it."""
    told = request.headers.get("user-agent", "")
    program = next((name for sign, name in _BROWSERS if sign in told), "")
    machine = next((name for sign, name in (*_MACHINES, *_DESKTOPS) if sign in told), "")
    return " op ".join(part for part in (program or "een browser", machine) if part)
