"""Beheer, Gebruikers: who may come in, as what."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from engine.app import accounts
from engine.app.undoable import roles_fixed, switches_fixed
from engine.core.dutch import counted
from engine.core.party import Register
from engine.core.problem import Refused
from engine.core.user import CONSULENT, USER_ROLE_WORDS, User, UserRole, scope_of
from engine.store.acts import Act, record_act
from engine.store.users import Account, end_sessions
from engine.store.users import accounts as all_accounts
from engine.web.routes import BUREAU, action, page
from engine.web.visit import TakingBack, Visit

MEANING: dict[UserRole, str] = {
    "bureau": "ziet en doet alles, ook beheer",
    "consulent": "ziet en doet alles voor de eigen scholen",
    "lezer": "ziet alles en verandert niets",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A user as the list shows it; `schools` says of a consulent for how many scholen that is."""

    account: Account
    role: str
    schools: str
    alone: bool


def show(visit: Visit) -> Response:
    """Everyone who may come in, and who may no more."""
    return _page(visit)


def invite(visit: Visit) -> Response:
    """Adds a user and mails the link to choose a password."""
    form = visit.form
    try:
        role = _role(visit)
        user = accounts.invite(visit.means, form.text("adres"), form.text("naam"), role, visit.who.name, visit.now)
    except Refused as refused:
        return _page(visit, fault=refused)
    text = f"{user.name} ({user.email}) is uitgenodigd als {USER_ROLE_WORDS[role]}. De mail gaat binnen een minuut weg."
    return _recorded(visit, Act(visit.now, visit.who.name, "user", text))


def send_again(visit: Visit) -> Response:
    """Mails a new link; the earlier ones work no more."""
    user = accounts.send_pass_again(visit.means, _number(visit), visit.who.name, visit.now)
    text = f"{user.name} krijgt een mail met een nieuwe link om een wachtwoord te kiezen. Oude links werken niet meer."
    return _recorded(visit, Act(visit.now, visit.who.name, "user", text))


def change_role(visit: Visit) -> Response:
    """Gives a user another role."""
    role = _role(visit)
    with visit.means.database.write() as connection:
        user = accounts.change_role(connection, _number(visit), role)
        text = f"{user.name} is nu {USER_ROLE_WORDS[role]} (was {USER_ROLE_WORDS[user.role]}) en logt opnieuw in."
        undo = {"user": user.id, "was": user.role, "is": role}
        number = record_act(connection, Act(visit.now, visit.who.name, "user-role", text, undo=undo))
    return visit.done(number, "/beheer/gebruikers")


def switch_off(visit: Visit) -> Response:
    """Lets a user in no more."""
    return _switch(visit, on=False)


def switch_on(visit: Visit) -> Response:
    """Lets a user in again."""
    return _switch(visit, on=True)


def log_out(visit: Visit) -> Response:
    """Ends all sessions of a user."""
    with visit.means.database.write() as connection:
        user = accounts.must_find(connection, _number(visit))
        ended = end_sessions(connection, user.id)
        text = f"{user.name} is uitgelogd op {counted(ended, 'apparaat', 'apparaten')}."
        number = record_act(connection, Act(visit.now, visit.who.name, "user", text))
    return visit.done(number, "/beheer/gebruikers")


def undo_role(_visit: Visit, taking: TakingBack) -> None:
    """Gives the role back, unless it was changed again meanwhile."""
    was = taking.act.undo
    if accounts.must_find(taking.connection, was["user"]).role != was["is"]:
        raise Refused("De rol is intussen weer veranderd.", "Kies de rol in de lijst met gebruikers.")
    accounts.change_role(taking.connection, was["user"], was["was"])


def undo_switch(_visit: Visit, taking: TakingBack) -> None:
    """Lets the user in again, or no more."""
    was = taking.act.undo
    accounts.switch(taking.connection, was["user"], on=was["was"])


def _switch(visit: Visit, *, on: bool) -> Response:
    with visit.means.database.write() as connection:
        user = accounts.switch(connection, _number(visit), on=on)
        text = f"{user.name} mag weer inloggen." if on else f"{user.name} mag niet meer inloggen en is uitgelogd."
        undo = {"user": user.id, "was": not on}
        number = record_act(connection, Act(visit.now, visit.who.name, "user-active", text, undo=undo))
    return visit.done(number, "/beheer/gebruikers")


def _recorded(visit: Visit, act: Act) -> Response:
    with visit.means.database.write() as connection:
        number = record_act(connection, act)
    return visit.done(number, "/beheer/gebruikers")


def _page(visit: Visit, *, fault: Refused | None = None) -> Response:
    with visit.means.database.read() as connection:
        found = all_accounts(connection, visit.now)
        register = visit.means.register(connection)
    desk = sum(one.user.active and one.user.role == "bureau" for one in found)
    rows = [
        Row(
            one,
            USER_ROLE_WORDS[one.user.role],
            _schools(one.user, register, visit) if one.user.role == CONSULENT else "",
            one.user.active and one.user.role == "bureau" and desk == 1,
        )
        for one in found
    ]
    return visit.render(
        "users.html",
        status=200 if fault is None else 422,
        rows=rows,
        roles=USER_ROLE_WORDS,
        meaning=MEANING,
        fault=fault,
        form=visit.form,
    )


def _schools(user: User, register: Register, visit: Visit) -> str:
    scope = scope_of(user, register, visit.today) or frozenset()
    schools = sum(party in scope for party in (school.id for school in register.active("school")))
    return counted(schools, "school", "scholen") if schools else "nog geen scholen in het register"


def _role(visit: Visit) -> UserRole:
    asked = visit.form.text("rol")
    found = next((role for role in USER_ROLE_WORDS if role == asked), None)
    if found is None:
        raise Refused("Kies een rol.", "Een gebruiker is bureau, consulent of lezer.")
    return found


def _number(visit: Visit) -> int:
    return int(visit.path["user"])


ROUTES = (
    page("/beheer/gebruikers", show, BUREAU),
    action("/beheer/gebruikers/uitnodigen", invite, BUREAU),
    action("/beheer/gebruikers/{user:int}/rol", change_role, BUREAU),
    action("/beheer/gebruikers/{user:int}/link", send_again, BUREAU),
    action("/beheer/gebruikers/{user:int}/uit", switch_off, BUREAU),
    action("/beheer/gebruikers/{user:int}/aan", switch_on, BUREAU),
    action("/beheer/gebruikers/{user:int}/uitloggen", log_out, BUREAU),
)
UNDO = {"user-role": undo_role, "user-active": undo_switch}
FIXED = {"user-role": roles_fixed, "user-active": switches_fixed}
