"""What is changed of contact persons: their details, their roles, who is away, and work that goes over."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.responses import Response

from engine.app.contacts import ContactPage, contact_page, contacts_seen
from engine.app.handing_over import hand_over
from engine.app.means import Means
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
from engine.app.people_ahead import ahead_of, not_asked_yet, questions_back
from engine.app.undoable import people_fixed
from engine.core.guest_news import going_out
from engine.core.party import Register
from engine.core.problem import Refused
from engine.store.acts import Act, record_act
from engine.web.asking import ask_first, is_sure
from engine.web.fields import a_contact, a_day, a_person, a_place, a_text, an_email
from engine.web.pages.contacts import TYPED, one_contact
from engine.web.routes import ACTORS, action
from engine.web.visit import NotFound, Stale, TakingBack, Visit

KIND = "contact"
# What is done to a contact of that number, with the register as it is.
Change = Callable[[Connection, Means, Register, int], Changed]


@dataclass(frozen=True, slots=True)
class Asks:
    """What is asked first where mail goes out or a role is left empty, with {} for the name; what the button says."""

    question: str
    yes: str


def change(visit: Visit) -> Response:
    """Name, address, phone, aanhef, weekbericht."""
    to = _person(visit)
    asks = Asks("Wilt u de gegevens van {} wijzigen?", "Ja, bewaar")
    return _do(visit, lambda connection, means, _, one: change_person(connection, means, one, to, visit.now), asks)


def add(visit: Visit) -> Response:
    """A new contact person, with a role."""
    who = _person(visit)
    role = _role(visit)

    def give(connection: Connection, means: Means) -> Changed:
        party = _place(visit, means.register(connection))
        return add_person(connection, means, who, visit.now, role=role, party=party, first=visit.today)

    if not is_sure(visit):
        ahead = ahead_of(visit.means, lambda connection, mute: (give(connection, mute).contact,), visit.now)
        if ahead:
            asks = Asks("Wilt u deze contactpersoon toevoegen?", "Ja, voeg toe")
            return ask_first(visit, asks.question, "", asks.yes, _filled_in(visit), ahead.news, kept=True)
    with visit.means.database.write() as connection:
        changed = give(connection, visit.means)
        act = _record(connection, visit, changed)
    return visit.done(act, f"/contacten/{changed.contact}")


def add_role(visit: Visit) -> Response:
    """One role more."""
    role = _role(visit)
    first, last = a_day(visit.form.text("vanaf"), "De eerste dag"), a_day(visit.form.text("tot"), "De laatste dag")

    def give(connection: Connection, means: Means, register: Register, contact: int) -> Changed:
        party = _place(visit, register)
        return give_role(connection, means, contact, role, party, first or visit.today, last, visit.now)

    return _do(visit, give, Asks("Wilt u {} deze rol geven?", "Ja, geef deze rol"))


def end(visit: Visit) -> Response:
    """Another last day for a role; the button says whether that is yesterday."""
    number = int(visit.path["role"])
    last = a_day(visit.form.text("tot"), "De laatste dag")
    asks = Asks("Wilt u deze laatste dag voor {} bewaren?", "Ja, bewaar")
    return _do(visit, lambda connection, means, _, one: end_role(connection, means, one, number, last, visit.now), asks)


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
    asks = Asks("Is {} er weer?", "Ja, weer aanwezig")
    return _do(visit, lambda connection, means, _, one: set_back(connection, means, one, visit.now), asks)


def pass_on(visit: Visit) -> Response:
    """All work goes to another, who is known or new."""
    day = a_day(visit.form.text("vanaf"), "De eerste dag") or visit.today

    def give(connection: Connection, means: Means, register: Register, contact: int) -> Changed:
        known, form = contacts_seen(register, visit.scope), visit.form
        to = a_person(known, form.text("naar"), form.text("naam"), form.text("telefoon"))
        return hand_over(connection, means, contact, to, day, visit.now)

    return _do(visit, give)


def undo(visit: Visit, taking: TakingBack) -> str:
    """Puts the contact persons back as they were; says which questions go back, and what guests of gesprekken hear."""
    connection, contacts = taking.connection, taking.act.undo["contacts"]
    before = visit.means.apart().register(connection)
    waiting = not_asked_yet(connection, taking.act.undo, before)
    news = put_back(connection, visit.means, taking.act.undo, visit.now)
    after = visit.means.apart().register(connection)
    back = questions_back(connection, before, after, contacts, visit.now)
    return " ".join(filter(None, (going_out(one.kind for one in news), *back, waiting)))


def _away(visit: Visit) -> Response:
    first = a_day(visit.form.text("vanaf"), "De eerste dag") or visit.today
    last = a_day(visit.form.text("tot"), "De laatste dag")
    if last is None:
        raise Refused("De laatste dag ontbreekt.", "Kies tot en met welke dag deze persoon afwezig is.")

    def leave(connection: Connection, means: Means, register: Register, contact: int) -> Changed:
        stand_in = a_contact(contacts_seen(register, visit.scope), visit.form.text("vervanger"))
        return set_away(connection, means, contact, stand_in.id, first, last, visit.now)

    return _do(visit, leave, Asks("Wilt u {} afwezig melden?", "Ja, meld afwezig"))


def _do(visit: Visit, change: Change, asks: Asks | None = None) -> Response:
    number = int(visit.path["contact"])
    if asks is not None and not is_sure(visit):

        def look(connection: Connection, mute: Means) -> Collection[int]:
            contacts: list[int] = _changed(visit, connection, mute, change)[0].undo["contacts"]
            return contacts

        ahead = ahead_of(visit.means, look, visit.now)
        if ahead:
            said = " ".join(ahead.emptied)
            question = asks.question.format(_name(visit, number))
            return ask_first(visit, question, said, asks.yes, f"/contacten/{number}", ahead.news)
    with visit.means.database.write() as connection:
        act = _record(connection, visit, *_changed(visit, connection, visit.means, change))
    return visit.done(act, f"/contacten/{number}")


def _name(visit: Visit, number: int) -> str:
    with visit.means.database.read() as connection:
        return visit.means.register(connection).contacts[number].name


def _changed(visit: Visit, connection: Connection, means: Means, change: Change) -> tuple[Changed, ContactPage]:
    number, register = int(visit.path["contact"]), means.register(connection)
    found = contact_page(connection, register, number, visit.today, visit.scope)
    if found is None or not found.whole:
        raise NotFound
    if visit.form.text("stand") != stamp(connection, number):
        raise Stale(
            "Deze contactpersoon is intussen gewijzigd. Er is nu niets veranderd.",
            "Ga terug, bekijk de gegevens en doe het opnieuw.",
        )
    return change(connection, means, register, number), found


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


def _filled_in(visit: Visit) -> str:
    """The form for a new contact person with what was typed."""
    typed = {name: visit.form.text(name) for name in TYPED}
    return f"/contacten/nieuw?{urlencode({name: text for name, text in typed.items() if text})}"


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
