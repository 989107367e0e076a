"""Inloggen, uitloggen, wachtwoord vergeten, and the links that let a user in once."""

from __future__ import annotations

import structlog
from starlette.responses import RedirectResponse, Response

from engine.app import accounts
from engine.app.demo import made_up_user
from engine.core.passwords import SHORTEST
from engine.core.problem import Refused
from engine.core.token import digest_of
from engine.core.user import USER_ROLE_WORDS, User
from engine.store.acts import Act, record_act
from engine.store.users import end_session
from engine.web import sessions
from engine.web.routes import EVERYONE, action, page
from engine.web.throttle import ANYWHERE, HERE, MAILS, MISSES, PLACE, TooOften
from engine.web.visit import NotFound, Visit, here

WRONG = Refused("Dit e-mailadres en wachtwoord horen niet bij elkaar.", "Controleer ze en probeer het opnieuw.")
log = structlog.get_logger()


def show(visit: Visit) -> Response:
    """Asks for address and password; who is logged in already goes on."""
    target = visit.query.get("naar", "/")
    return visit.go(target) if visit.user is not None else _form(visit, target)


def log_in(visit: Visit) -> Response:
    """Opens a session."""
    email, password, target = visit.form.text("adres"), visit.form.raw("wachtwoord"), visit.form.text("naar") or "/"
    address, place = email.casefold()[:200], place_of(visit)
    throttle = visit.site.throttle
    for limit, key in ((HERE, (address, place)), (ANYWHERE, (address,)), (PLACE, (place,))):
        throttle.check(limit, *key)
        throttle.count(limit, *key)
    user = accounts.log_in(visit.means, visit.site.passwords, email, password)
    if user is None:
        log.warning("inloggen mislukt", vanaf=place)
        return _form(visit, target, email=email, fault=WRONG)
    throttle.forget(HERE, address, place)
    return enter(visit, user, target)


def look_around(visit: Visit) -> Response:
    """Logs in to a demo as the made-up user of a role; elsewhere there is no such page."""
    role = next((role for role in USER_ROLE_WORDS if role == visit.form.text("rol")), None)
    if not visit.site.demo or role is None:
        raise NotFound
    with visit.means.database.write() as connection:
        user = made_up_user(connection, role, visit.now)
    return enter(visit, user, "/")


def log_out(visit: Visit) -> Response:
    """Ends this session."""
    if token := sessions.token_of(visit.request, visit.site):
        with visit.means.database.write() as connection:
            end_session(connection, digest_of(token))
    answer = sessions.drop(RedirectResponse("/uitgelogd", 303), visit.site)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def logged_out(visit: Visit) -> Response:
    """Says so."""
    return visit.go("/") if visit.user is not None else visit.render("logged_out.html")


def forgotten(visit: Visit) -> Response:
    """Asks for the address to send a link to."""
    return visit.render("forgotten.html", sent=False)


def send_link(visit: Visit) -> Response:
    """Says the same, as fast, whether the address is known or not: the mail is made once the answer is gone."""
    email = visit.form.text("adres")
    visit.site.throttle.check(MISSES, place_of(visit), "mail")
    visit.site.throttle.count(MISSES, place_of(visit), "mail")
    answer = visit.render("forgotten.html", sent=True)
    try:
        visit.site.throttle.check(MAILS, email.casefold()[:200])
    except TooOften:  # who asks too often hears nothing else
        return answer
    visit.site.throttle.count(MAILS, email.casefold()[:200])
    visit.site.later.submit(_send, visit, email)
    return answer


def show_pass(visit: Visit) -> Response:
    """Where a password is chosen. Looking uses nothing up: mail scanners open every link."""
    return _password_form(visit)


def use_pass(visit: Visit) -> Response:
    """Keeps the password, uses the link up, and comes in."""
    form = visit.form
    who = form.text("adres"), form.text("naam")
    try:
        user = accounts.choose_password(
            visit.means,
            visit.site.passwords,
            str(visit.path["token"]),
            visit.now,
            form.raw("wachtwoord"),
            form.raw("nogmaals"),
            who,
        )
    except Refused as refused:
        return _password_form(visit, fault=refused, who=who)
    if user is None:
        return _gone(visit)
    with visit.means.database.write() as connection:
        record_act(connection, Act(visit.now, user.name, "account", f"{user.name} koos een wachtwoord."))
    return enter(visit, user, "/")


def show_login_pass(visit: Visit) -> Response:
    """One button that logs in."""
    with visit.means.database.read() as connection:
        found = accounts.holder(connection, str(visit.path["token"]), visit.now)
    if found is None or found[0].kind != "login":
        return _gone(visit)
    return visit.render("login_pass.html", owner=found[1], role=_role(found[1]))


def use_login_pass(visit: Visit) -> Response:
    """Uses the link up and comes in."""
    with visit.means.database.write() as connection:
        user = accounts.use(connection, str(visit.path["token"]), visit.now)
    return _gone(visit) if user is None else enter(visit, user, "/")


def enter(visit: Visit, user: User, target: str) -> Response:
    """Opens a session for the user and goes on."""
    with visit.means.database.write() as connection:
        token = sessions.log_in(connection, visit.site, user, visit.request, visit.now)
    log.info("ingelogd", gebruiker=user.id)
    return sessions.carry(RedirectResponse(here(target), 303), visit.site, token, visit.now)


def place_of(visit: Visit) -> str:
    """Where a request comes from, as far as tries are counted."""
    return visit.request.client.host if visit.request.client is not None else ""


def _form(visit: Visit, target: str, *, email: str = "", fault: Refused | None = None) -> Response:
    status = 200 if fault is None else 422
    return visit.render(
        "login.html", status=status, target=here(target), email=email, fault=fault, roles=USER_ROLE_WORDS
    )


def _password_form(visit: Visit, *, fault: Refused | None = None, who: tuple[str, str] = ("", "")) -> Response:
    with visit.means.database.read() as connection:
        found = accounts.holder(connection, str(visit.path["token"]), visit.now)
    if found is None or found[0].kind == "login":
        return _gone(visit)
    held, owner = found
    return visit.render(
        "choose_password.html",
        status=200 if fault is None else 422,
        owner=owner,
        role=_role(owner),
        again=held.kind == "reset",
        until=held.ends_at,
        shortest=SHORTEST,
        fault=fault,
        email=who[0],
        name=who[1],
    )


def _gone(visit: Visit) -> Response:
    """The same for a link that is wrong, ended, used or somebody else's."""
    visit.site.throttle.count(MISSES, place_of(visit))
    visit.site.throttle.check(MISSES, place_of(visit))
    return visit.render("pass_gone.html", status=404)


def _send(visit: Visit, email: str) -> None:
    try:
        accounts.forgot(visit.means, email, visit.now)
    except Exception as error:  # the answer is gone already
        log.error("link voor een nieuw wachtwoord mislukt", exc_info=error)


def _role(user: User | None) -> str:
    return "" if user is None else USER_ROLE_WORDS[user.role]


ROUTES = (
    page("/inloggen", show, EVERYONE),
    action("/inloggen", log_in, EVERYONE),
    action("/demo/inloggen", look_around, EVERYONE),
    action("/uitloggen", log_out, EVERYONE),
    page("/uitgelogd", logged_out, EVERYONE),
    page("/wachtwoord-vergeten", forgotten, EVERYONE),
    action("/wachtwoord-vergeten", send_link, EVERYONE),
    page("/inloggen/{token}", show_login_pass, EVERYONE),
    action("/inloggen/{token}", use_login_pass, EVERYONE),
    page("/uitnodiging/{token}", show_pass, EVERYONE),
    action("/uitnodiging/{token}", use_pass, EVERYONE),
)
