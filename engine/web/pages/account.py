"""Mijn account: my password, and where I am logged in."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from engine.app import accounts
from engine.core.passwords import SHORTEST
from engine.core.problem import Refused
from engine.core.token import digest_of
from engine.core.user import USER_ROLE_WORDS
from engine.store.acts import Act, record_act
from engine.store.users import end_sessions, password_of, sessions_of
from engine.web import sessions
from engine.web.routes import READERS, action, page
from engine.web.throttle import HERE
from engine.web.visit import Visit


def show(visit: Visit) -> Response:
    """Who I am here, and where I am logged in."""
    return _page(visit)


def change_password(visit: Visit) -> Response:
    """Keeps another password; wherever else I am logged in, I am no more."""
    form, user = visit.form, visit.who
    visit.site.throttle.check(HERE, "account", user.email)
    try:
        accounts.change_password(
            visit.means,
            visit.site.passwords,
            user,
            form.raw("huidig"),
            form.raw("wachtwoord"),
            form.raw("nogmaals"),
            session=_digest(visit),
        )
    except Refused as refused:
        visit.site.throttle.count(HERE, "account", user.email)
        return _page(visit, fault=refused)
    with visit.means.database.write() as connection:
        record_act(connection, Act(visit.now, user.name, "account", f"{user.name} koos een nieuw wachtwoord."))
        token = sessions.log_in(connection, visit.site, user, visit.request, visit.now)
    return sessions.carry(RedirectResponse("/account?gelukt=wachtwoord", 303), visit.site, token, visit.now)


def end_others(visit: Visit) -> Response:
    """Logs me out everywhere but here."""
    with visit.means.database.write() as connection:
        end_sessions(connection, visit.who.id, but=_digest(visit))
    return visit.go("/account?gelukt=sessies")


def _page(visit: Visit, *, fault: Refused | None = None) -> Response:
    with visit.means.database.read() as connection:
        found = sessions_of(connection, visit.who.id, visit.now)
        has_password = bool(password_of(connection, visit.who.id))
    return visit.render(
        "account.html",
        status=200 if fault is None else 422,
        role=USER_ROLE_WORDS[visit.who.role],
        sessions=found,
        here=_digest(visit),
        has_password=has_password,
        shortest=SHORTEST,
        fault=fault,
        succeeded=visit.query.get("gelukt", ""),
    )


def _digest(visit: Visit) -> str:
    return digest_of(sessions.token_of(visit.request, visit.site))


ROUTES = (
    page("/account", show, READERS),
    action("/account/wachtwoord", change_password, READERS),
    action("/account/sessies", end_others, READERS),
)
