"""What is changed of contact persons: their details, their roles, who is away, and work that goes over."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection
from starlette.responses import Response

from engine.app.contacts import ContactPage, contact_page, contacts_seen
from engine.app.handing_over import hand_over
from engine.app.people import (
    Changed,
    Person,
    add_person,
    change_person,
    end_role,
    give_role,
    put_back,
    set_away,
    set_back,
    stamp,
)
from engine.app.undoable import people_fixed
from engine.core.guest_news import going_out
from engine.core.party import Register
from engine.core.problem import Refused
from engine.store.acts import Act, record_act
from engine.web.fields import a_contact, a_day, a_person, a_place, a_text, an_email
from engine.web.pages.contacts import one_contact
from engine.web.routes import ACTORS, action
from engine.web.visit import NotFound, Stale, TakingBack, Visit

KIND = "contact"


def change(visit: Visit) -> Response:
    """Name, address, phone, aanhef, weekbericht."""
    to = _person(visit)
    return _do(visit, lambda connection, _, one: change_person(connection, visit.means, one, to, visit.now))


def add(visit: Visit) -> Response:
    """A new contact person, with a role."""
    who = _person(visit)
    role = _role(visit)
    with visit.means.database.write() as connection:
        party = _place(visit, visit.means.register(connection))
        changed = add_person(connection, visit.means, who, visit.now, role=role, party=party, first=visit.today)
        act = _record(connection, visit, changed)
    return visit.done(act, f"/contacten/{changed.contact}")


def add_role(visit: Visit) -> Response:
    """One role more."""
    role = _role(visit)
    first, last = a_day(visit.form.text("vanaf"), "De eerste dag"), a_day(visit.form.text("tot"), "De laatste dag")

    def give(connection: Connection, register: Register, contact: int) -> Changed:
        party = _place(visit, register)
        return give_role(connection, visit.means, contact, role, party, first or visit.today, last, visit.now)

    return _do(visit, give)


def end(visit: Visit) -> Response:
    """Another last day for a role; the button says whether that is yesterday."""
    number = int(visit.path["role"])
    last = a_day(visit.form.text("tot"), "De laatste dag")
    return _do(visit, lambda connection, _, one: end_role(connection, visit.means, one, number, last, visit.now))


def away(visit: Visit) -> Response:
    """Away until a day, with who hears meanwhile; what cannot be is told beside what was filled in."""
    try:
        return _away(visit)
    except Stale:
        raise
    except Refused as refused:
        return one_contact(visit, refused)


def back(visit: Visit) -> Response:
    """Back earlier."""
    return _do(visit, lambda connection, _, one: set_back(connection, visit.means, one, visit.now))


def pass_on(visit: Visit) -> Response:
    """All work goes to another, who is known or new."""
    day = a_day(visit.form.text("vanaf"), "De eerste dag") or visit.today

    def give(connection: Connection, register: Register, contact: int) -> Changed:
        known, form = contacts_seen(register, visit.scope), visit.form
        to = a_person(known, form.text("naar"), form.text("naam"), form.text("telefoon"))
        return hand_over(connection, visit.means, contact, to, day, visit.now)

    return _do(visit, give)


def undo(visit: Visit, taking: TakingBack) -> str:
    """Puts the contact persons back as they were; says what guests of gesprekken hear because of that."""
    news = put_back(taking.connection, visit.means, taking.act.undo, visit.now)
    return going_out(one.kind for one in news)


def _away(visit: Visit) -> Response:
    first = a_day(visit.form.text("vanaf"), "De eerste dag") or visit.today
    last = a_day(visit.form.text("tot"), "De laatste dag")
    if last is None:
        raise Refused("De laatste dag ontbreekt.", "Kies tot en met welke dag deze persoon afwezig is.")

    def leave(connection: Connection, register: Register, contact: int) -> Changed:
        stand_in = a_contact(contacts_seen(register, visit.scope), visit.form.text("vervanger"))
        return set_away(connection, visit.means, contact, stand_in.id, first, last, visit.now)

    return _do(visit, leave)


def _do(visit: Visit, change: Callable[[Connection, Register, int], Changed]) -> Response:
    number = int(visit.path["contact"])
    with visit.means.database.write() as connection:
        register = visit.means.register(connection)
        found = contact_page(connection, register, number, visit.today, visit.scope)
        if found is None or not found.whole:
            raise NotFound
        if visit.form.text("stand") != stamp(connection, number):
            raise Stale(
                "Deze contactpersoon is intussen gewijzigd. Er is nu niets veranderd.",
                "Ga terug, bekijk de gegevens en doe het opnieuw.",
            )
        act = _record(connection, visit, change(connection, register, number), found)
    return visit.done(act, f"/contacten/{number}")


def _record(connection: Connection, visit: Visit, changed: Changed, found: ContactPage | None = None) -> int:
    rows = [*changed.undo["before"]["roles"], *changed.undo["after"]["roles"]]
    people = [f"contact:{number}" for number in changed.undo["contacts"]]
    parties = [row["party"] for row in rows] + [one.party for one in (found.roles if found is not None else ())]
    subjects = tuple(dict.fromkeys((*people, *parties)))
    return record_act(connection, Act(visit.now, visit.who.name, KIND, changed.text, subjects, changed.undo))


def _person(visit: Visit) -> Person:
    form = visit.form
    weekly = form.text("weekbericht")
    if weekly and weekly not in ("0", "1", "2", "3", "4"):
        raise Refused("Dit is geen dag voor het weekbericht.", "Kies een dag van maandag tot en met vrijdag.")
    return Person(
        an_email(form.text("email")),
        a_text(form.text("naam"), "De naam"),
        a_text(form.text("aanhef"), "De aanhef"),
        a_text(form.text("telefoon"), "Het telefoonnummer"),
        int(weekly) if weekly else None,
    )


def _role(visit: Visit) -> str:
    role = visit.form.text("rol")
    if role not in visit.site.place.roles:
        raise Refused("Kies een rol.", "De rol moet in de lijst staan.")
    return role


def _place(visit: Visit, register: Register) -> str:
    party = a_place(register, visit.form.text("partij"))
    if visit.scope is not None and party not in visit.scope:
        raise NotFound
    return party


UNDO = {KIND: undo}
FIXED = {KIND: people_fixed}
ROUTES = (
    action("/contacten/nieuw", add, ACTORS),
    action("/contacten/{contact:int}/gegevens", change, ACTORS),
    action("/contacten/{contact:int}/rol", add_role, ACTORS),
    action("/contacten/{contact:int}/rol/{role:int}", end, ACTORS),
    action("/contacten/{contact:int}/afwezig", away, ACTORS),
    action("/contacten/{contact:int}/terug", back, ACTORS),
    action("/contacten/{contact:int}/overdragen", pass_on, ACTORS),
)
