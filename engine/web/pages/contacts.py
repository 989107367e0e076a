"""Contactpersonen: the list, and the page of one with its roles, what is open, mails, and who stands in."""

from __future__ import annotations

from starlette.responses import Response

from engine.app.contacts import STATES, ContactLine, ContactPage, ContactWish, contact_list, contact_page, contacts_seen
from engine.app.handing_over import Outlook, guests_after_handing_over, preview
from engine.app.people import Person, stamp
from engine.core.dutch import WEEKDAYS, told_apart
from engine.core.guest_news import GuestNews
from engine.core.handover import ONE_DAY
from engine.core.localtime import from_ms, local_date
from engine.core.party import Contact, Register
from engine.core.problem import Refused
from engine.core.roles import role_word
from engine.core.schooljaar import Schooljaar
from engine.core.sheet import Sheet
from engine.core.states import MESSAGE_WORDS
from engine.store.users import user_by_email
from engine.web.fields import a_day, a_person, an_email, page_number, text_of
from engine.web.finding import as_file, wants_file
from engine.web.routes import ACTORS, READERS, page
from engine.web.visit import NotFound, Visit

ROWS = 100
# What is done to a list of people at once is not taken back on the page of one of them.
WHOLE_LISTS = ("import",)
# So many suggestions stand under a field.
MOST_SUGGESTED = 60
# Of more parties a list to choose from is no help.
MOST_TO_CHOOSE = 400
# What the form for a new contact person may be filled in with by its address.
TYPED = ("naam", "email", "telefoon", "aanhef", "weekbericht", "rol", "partij")


def show_all(visit: Visit) -> Response:
    """The contact persons with their roles, what is open for them, and what is wrong."""
    state = text_of(visit, "wat")
    wish = ContactWish(
        text_of(visit, "zoek"),
        text_of(visit, "rol"),
        text_of(visit, "bestuur"),
        state if state in STATES else "",
        text_of(visit, "sorteer"),
    )
    with visit.means.database.read() as connection:
        found = contact_list(connection, visit.means.register(connection), wish, visit.today, visit.scope)
    if wants_file(visit):
        return as_file(visit, "contactpersonen", [_sheet(found.lines)])
    number = page_number(visit)
    start = (number - 1) * ROWS
    return visit.render(
        "contacts.html",
        found=found,
        lines=found.lines[start : start + ROWS],
        wish=wish,
        narrows=any((wish.text, wish.role, wish.bestuur, wish.state)),
        roles=[(role, role_word(role)) for role in found.roles],
        states=list(STATES.items()),
        number=number,
        more=len(found.lines) > start + ROWS,
    )


def show_one(visit: Visit) -> Response:
    """One contact person."""
    return one_contact(visit)


def one_contact(visit: Visit, fault: Refused | None = None) -> Response:
    """The page of a contact person; with `fault` why an absence was not taken, beside what was filled in."""
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
        found = contact_page(connection, register, int(visit.path["contact"]), visit.today, visit.scope)
        if found is None:
            raise NotFound
        shown = stamp(connection, found.contact.id)
        colleagues = colleagues_of(found, register)
    return visit.render(
        "contact.html",
        status=200 if fault is None else 422,
        fault=fault,
        form_away=None if fault is None else visit.form,
        found=found,
        contact=found.contact,
        stamp=shown,
        colleagues=colleagues,
        parties=parties_to_choose(visit, register),
        roles=roles_to_choose(visit),
        weekdays=list(enumerate(WEEKDAYS[:5])),
        mails=[(local_date(from_ms(one.at)), one, MESSAGE_WORDS[one.state]) for one in found.mails],
        changes=found.changes,
        fixed=visit.fixed(found.changes),
        whole_lists=WHOLE_LISTS,
        may_change=found.whole and visit.who.role != "lezer",
        running=str(Schooljaar.of(visit.today)),
    )


def show_new(visit: Visit) -> Response:
    """The form for a new contact person."""
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
    party = text_of(visit, "partij")
    if party and party in register.parties:
        visit.must_see(party)
    return visit.render(
        "contact_new.html",
        parties=parties_to_choose(visit, register),
        roles=roles_to_choose(visit),
        weekdays=list(enumerate(WEEKDAYS[:5])),
        party=party if party in register.parties else "",
        role=text_of(visit, "rol"),
        who=_typed(visit),
    )


def _typed(visit: Visit) -> Person:
    """What was filled in before somebody chose not to add the contact person yet."""
    name, email, phone, salutation = (text_of(visit, one) for one in ("naam", "email", "telefoon", "aanhef"))
    weekly = text_of(visit, "weekbericht")
    return Person(email, name, salutation, phone, int(weekly) if weekly in ("0", "1", "2", "3", "4") else None)


def show_hand_over(visit: Visit) -> Response:
    """To whom and from when; once that is filled in also what it will change, with the button that does it."""
    problem: Refused | None = None
    outlook: Outlook | None = None
    to: Person | None = None
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
        found = contact_page(connection, register, int(visit.path["contact"]), visit.today, visit.scope)
        if found is None or not found.whole:
            raise NotFound
        shown = stamp(connection, found.contact.id)
        day = visit.today
        new = any(text_of(visit, name) for name in ("naam", "email", "telefoon"))
        fresh = text_of(visit, "soort") == "nieuw" or (new and not text_of(visit, "naar"))
        login = user_by_email(connection, found.contact.email)
        if fresh or text_of(visit, "soort") or text_of(visit, "naar"):
            try:
                if not fresh and not text_of(visit, "naar"):
                    raise Refused("Aan wie draagt u het werk over?", "Vul een naam in, of kies Iemand nieuw.")
                wanted = an_email(text_of(visit, "email")) if fresh else text_of(visit, "naar")
                to = a_person(
                    contacts_seen(register, visit.scope), wanted, text_of(visit, "naam"), text_of(visit, "telefoon")
                )
                day = a_day(text_of(visit, "vanaf"), "De eerste dag") or visit.today
                outlook = preview(connection, visit.means, found.contact.id, to, day, visit.now)
            except Refused as refused:
                problem = refused
        colleagues = colleagues_of(found, register)
        names = {one.id: one.name for one in register.parties.values()}
    news: tuple[GuestNews, ...] = ()
    if outlook is not None and to is not None:
        news = guests_after_handing_over(visit.means, found.contact.id, to, day, visit.now)
    return visit.render(
        "hand_over.html",
        found=found,
        contact=found.contact,
        to=to,
        fresh=fresh,
        login=login is not None and login.active,
        day=day,
        eve=day - ONE_DAY,
        outlook=outlook,
        news=news,
        problem=problem,
        stamp=shown,
        colleagues=colleagues,
        names=names,
    )


def colleagues_of(found: ContactPage, register: Register) -> list[Contact]:
    """Who else has a role at the same parties, their bestuur, or the other schools of it; a few dozen at most."""
    places = {one.party for one in found.roles}
    for place in tuple(places):
        party = register.parties.get(place)
        if party is not None and party.bestuur:
            places |= {party.bestuur, *(school.id for school in register.schools_of(party.bestuur))}
    own = [row.contact for row in register.roles if row.party in {one.party for one in found.roles}]
    near = [row.contact for row in register.roles if row.party in places]
    numbers = [number for number in dict.fromkeys((*own, *near)) if number != found.contact.id]
    return [register.contacts[number] for number in numbers[:MOST_SUGGESTED]]


def parties_to_choose(visit: Visit, register: Register) -> list[tuple[str, str]]:
    """(id, name) of the parties at which this user may give a role; none where there are too many to choose from."""
    if visit.scope is None:
        gemeenten = sorted({one.gemeente for one in register.active("school") if one.gemeente})
        found = [
            ("swv", register.parties["swv"].name),
            *((one.id, one.name) for one in register.active("bestuur")),
            *sorted(((one.id, one.name) for one in register.active("school")), key=lambda one: one[1].casefold()),
            *((f"gemeente:{one}", f"gemeente {one}") for one in gemeenten),
        ]
    else:
        schools = [one for one in register.active("school") if one.id in visit.scope]
        found = sorted(((one.id, one.name) for one in schools), key=lambda one: one[1].casefold())
    if len(found) > MOST_TO_CHOOSE:
        return []
    names = told_apart((name, "" if ":" in id_ else id_) for id_, name in found)
    return [(id_, name) for (id_, _), name in zip(found, names, strict=True)]


def roles_to_choose(visit: Visit) -> list[tuple[str, str]]:
    """(role, its word) of every role, by word."""
    return sorted(((role, role_word(role)) for role in visit.site.place.roles), key=lambda one: one[1])


def _sheet(lines: tuple[ContactLine, ...]) -> Sheet:
    heads = ("Naam", "E-mail", "Telefoon", "Rol", "Bij", "Code", "Vanaf", "Tot en met", "Open", "Te laat", "Let op")
    rows = []
    for line in lines:
        contact = line.contact
        who = (contact.name, contact.email, contact.phone)
        counts = (line.open, line.late, "; ".join(_remarks(line)))
        for role in line.roles:
            rows.append((*who, role_word(role.role), role.where, role.party, role.first, role.last, *counts))
        if not line.roles:
            rows.append((*who, "", "", "", None, None, *counts))
    return Sheet("Contactpersonen", heads, tuple(rows))


def _remarks(line: ContactLine) -> list[str]:
    found = []
    if line.lost is not None:
        found.append("mail komt niet aan")
    if line.away is not None:
        found.append(f"afwezig t/m {line.away.absence.last:%d-%m-%Y}, vervanger {line.away.instead}")
    return found


ROUTES = (
    page("/contacten", show_all, READERS),
    page("/contacten/nieuw", show_new, ACTORS),
    page("/contacten/{contact:int}", show_one, READERS),
    page("/contacten/{contact:int}/overdragen", show_hand_over, ACTORS),
)
