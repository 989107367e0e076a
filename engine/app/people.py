"""What a page changes in the register: contacts, their roles, who is away. Each change can be put back as a whole.

Every function works inside the caller's transaction, in which the caller records what was done.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from engine.app.desk import Desk
from engine.app.invitations import bring_in_line
from engine.app.letters import write_messages
from engine.app.means import Means
from engine.app.remind import remind_again
from engine.app.reroute import reminders_taken_out, reroute, take_back_successions, take_question_back
from engine.core.by_hand import BY_HAND, listed_after
from engine.core.dutch import long_date
from engine.core.guest_news import GuestNews, and_going_out
from engine.core.handover import begun, by_hand, ended, has_now
from engine.core.localtime import local_date
from engine.core.party import Absence
from engine.core.problem import Refused
from engine.core.roles import role_word
from engine.core.sheets import RoleEntry
from engine.store.absences import absences_of, load_absences, replace_absences
from engine.store.facts import register_changed
from engine.store.links import restore_links
from engine.store.mail_days import foresee_from
from engine.store.people import Rows, add_contact, contact_by_email, put_rows, rows_of_people, still_so
from engine.store.register import roles_of_contact, save_roles_of
from engine.store.successions import take_successions
from engine.store.tasks import wake_all

ONE_DAY = timedelta(days=1)
# The longest that a text about a person may be.
MOST_SIGNS = 200


@dataclass(frozen=True, slots=True)
class Person:
    """What a page says of a contact; `weekly` is a weekday 0 to 4 or None."""

    email: str
    name: str
    salutation: str = ""
    phone: str = ""
    weekly: int | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """What was changed: the contact it is about, Dutch sentences, and what puts it back (JSON).

    `news` is what guests of gesprekken hear because of it.
    """

    contact: int
    text: str
    undo: Any
    news: tuple[GuestNews, ...] = ()


def stamp(connection: Connection, contact: int) -> str:
    """Another text after each change of the contact, its roles or its absences: what a page was shown."""
    return hashlib.sha256(json.dumps(rows_of_people(connection, [contact])).encode()).hexdigest()[:16]


def change_person(connection: Connection, means: Means, contact: int, to: Person, now: datetime) -> Changed:
    """Changes name, address, phone, aanhef or weekbericht; mail that waits is put into words afresh.

    Raises Refused when the address is another contact's, and when nothing changes.
    """
    _check(to)
    before = rows_of_people(connection, [contact])
    row = before["contacts"][0]
    owner = contact_by_email(connection, to.email)
    if owner not in (None, contact):
        raise Refused(
            f"{to.email} is al het adres van een andere contactpersoon.",
            "Bedoelt u die persoon? Draag het werk dan aan die persoon over.",
        )
    wanted: Mapping[str, str | int | None] = {
        "email": to.email,
        "name": to.name or to.email,
        "salutation": to.salutation,
        "phone": to.phone,
        "weekly": to.weekly,
    }
    changes = [(name, row[name], value) for name, value in wanted.items() if row[name] != value]
    if not changes:
        raise Refused("Er is niets gewijzigd.", "Vul in wat anders moet worden.")
    listed = listed_after(tuple(sorted((row["listed"] or {}).items())), changes)
    put_rows(connection, [contact], {**before, "contacts": [{**row, **wanted, "listed": dict(listed) or None}]})
    text = f"De gegevens van {row['name']} zijn gewijzigd: {_told(changes)}."
    return _changed(connection, means, contact, [contact], before, text, now)


def add_person(
    connection: Connection,
    means: Means,
    who: Person,
    now: datetime,
    *,
    role: str = "",
    party: str = "",
    first: date | None = None,
) -> Changed:
    """Adds a contact, with a role at a party where one is named; raises Refused when the address is known."""
    _check(who)
    if contact_by_email(connection, who.email) is not None:
        raise Refused(f"{who.email} is al een contactpersoon.", "Zoek die persoon op, en geef daar een rol.")
    number = new_contact(connection, who)
    text = f"{who.name or who.email} is toegevoegd als contactpersoon."
    if role:
        save_roles_of(connection, number, [RoleEntry(who.email, role, party, first, None, BY_HAND)])
        where = _place(means, connection, party)
        text = f"{who.name or who.email} is toegevoegd als {role_word(role)} bij {where}."
    return _changed(connection, means, number, [number], _nobody(), text, now)


def new_contact(connection: Connection, who: Person) -> int:
    """Stores a contact whose address is not known yet; returns its number."""
    values = {
        "email": who.email,
        "name": who.name or who.email,
        "salutation": who.salutation,
        "phone": who.phone,
        "weekly": who.weekly,
    }
    return add_contact(connection, values)


def give_role(
    connection: Connection,
    means: Means,
    contact: int,
    role: str,
    party: str,
    first: date | None,
    last: date | None,
    now: datetime,
) -> Changed:
    """Gives a contact a role from and to these days, inclusive; None is open. Raises Refused."""
    before = rows_of_people(connection, [contact])
    row = before["contacts"][0]
    if last is not None and (last < local_date(now) or (first is not None and last < first)):
        raise Refused("De laatste dag ligt voor de eerste dag, of is al voorbij.", "Controleer de twee datums.")
    theirs = list(roles_of_contact(connection, contact).values())
    new = RoleEntry(row["email"], role, party, first, last, BY_HAND)
    where = _place(means, connection, party)
    if has_now(theirs, new):
        raise Refused(f"{row['name']} heeft de rol {role_word(role)} bij {where} al.")
    save_roles_of(connection, contact, begun(theirs, new))
    until = f" tot en met {long_date(last)}" if last is not None else ""
    since = f" vanaf {long_date(first)}" if first is not None and first > local_date(now) else ""
    text = f"{row['name']} heeft de rol {role_word(role)} bij {where}{since}{until}."
    return _changed(connection, means, contact, [contact], before, text, now)


def end_role(
    connection: Connection, means: Means, contact: int, number: int, last: date | None, now: datetime
) -> Changed:
    """Sets the last day of one of the contact's roles, by its number in the store; None is open. Raises Refused."""
    before = rows_of_people(connection, [contact])
    name = before["contacts"][0]["name"]
    theirs = roles_of_contact(connection, contact)
    if number not in theirs:
        raise Refused("Deze rol is er niet meer.", "Bekijk de contactpersoon opnieuw.")
    row = theirs[number]
    if row.last == last:
        raise Refused("Er is niets gewijzigd.", "Kies een andere laatste dag.")
    yesterday = local_date(now) - ONE_DAY
    if last is not None and last < yesterday:
        raise Refused("Deze dag is al voorbij.", f"Kies op zijn vroegst {long_date(yesterday)}: dan stopt de rol nu.")
    changed = by_hand(row, row.first, last) if last is None else ended(row, last)
    save_roles_of(connection, contact, [changed if key == number else one for key, one in theirs.items()])
    what = f"{role_word(row.role)} bij {_place(means, connection, row.party)}"
    text = f"{name} is {what} zonder einddatum."
    if last is not None:
        text = f"{name} is {what} tot en met {long_date(last)}."
        if last <= yesterday:
            text = f"{name} is niet meer {what}."
    return _changed(connection, means, contact, [contact], before, text, now)


def set_away(
    connection: Connection, means: Means, contact: int, stand_in: int, first: date, last: date, now: datetime
) -> Changed:
    """Says that a contact is away from `first` to `last`, and who hears meanwhile; replaces what overlaps.

    Mail that waits for the contact goes to the stand-in when the absence has begun. Raises Refused.
    """
    people = {row["id"]: row["name"] for row in rows_of_people(connection, [contact, stand_in])["contacts"]}
    today = local_date(now)
    if stand_in == contact or stand_in not in people:
        raise Refused("Kies iemand anders als vervanger.", "Een vervanger is een andere contactpersoon.")
    if last < max(first, today):
        raise Refused("De laatste dag ligt voor de eerste dag, of is al voorbij.", "Controleer de twee datums.")
    for other in load_absences(connection):
        both = other.first <= last and first <= other.last
        if other.contact == stand_in and both:
            raise Refused(
                f"{people[stand_in]} is zelf afwezig tot en met {long_date(other.last)}.", "Kies een andere vervanger."
            )
    touched = _touched(connection, contact, stand_in)
    before = rows_of_people(connection, touched)
    kept = [_before(away, first) for away in absences_of(connection, contact)]
    rows = [away for away in kept if away is not None]
    replace_absences(connection, contact, [*rows, Absence(contact, stand_in, first, last)])
    since = f" vanaf {long_date(first)}" if first > today else ""
    text = f"{people[contact]} is afwezig{since} tot en met {long_date(last)}. {people[stand_in]} vervangt."
    return _changed(connection, means, contact, touched, before, text, now)


def set_back(connection: Connection, means: Means, contact: int, now: datetime) -> Changed:
    """Says that a contact is back today, or will not be away after all; raises Refused when it was not away."""
    before = rows_of_people(connection, [contact])
    today = local_date(now)
    found = absences_of(connection, contact)
    rows = [away for away in (_before(one, today) for one in found) if away is not None]
    if tuple(rows) == found:
        raise Refused(f"{before['contacts'][0]['name']} is niet afwezig gemeld.")
    touched = _touched(connection, contact)
    before = rows_of_people(connection, touched)
    replace_absences(connection, contact, rows)
    text = f"{next(row['name'] for row in before['contacts'] if row['id'] == contact)} is er weer."
    return _changed(connection, means, contact, touched, before, text, now)


def put_back(connection: Connection, means: Means, undo: Any, now: datetime) -> tuple[GuestNews, ...]:
    """Makes the contacts as they were before a change; returns what guests of gesprekken hear because of that.

    Raises Refused when they were changed after it.
    """
    numbers: list[int] = undo["contacts"]
    if not still_so(rows_of_people(connection, numbers), undo["after"]):
        raise Refused(
            "Deze contactpersoon is daarna nog gewijzigd. Daarom kan dit niet meer ongedaan worden gemaakt.",
            "Maak eerst de latere wijziging ongedaan, of wijzig de gegevens zelf.",
        )
    taken = take_successions(connection, undo.get("successions", ()))
    put_rows(connection, numbers, undo["before"])
    if links := undo.get("links"):
        restore_links(connection, links["contact"], datetime.fromisoformat(links["at"]))
    asked = undo.get("asked") or {"contact": 0, "steps": []}
    emptied = take_question_back(connection, asked["contact"], [(task, step) for task, step in asked["steps"]])
    emptied += take_back_successions(connection, taken)
    news = settle(connection, means, numbers, now)
    reminders = {(task, step, contact) for task, step, contact in undo.get("reminders", ())}
    reminders |= {one for each in taken for one in each.reminders}
    emptied += remind_again(Desk(connection, means.apart(), now, ""), reminders)
    write_messages(connection, emptied, means.apart(), means.apart().register(connection), now)
    return news


def settle(connection: Connection, means: Means, contacts: Collection[int], now: datetime) -> tuple[GuestNews, ...]:
    """What follows from other people, roles or absences: who hears, how much mail comes, and mail that waits.

    Also who comes to gesprekken: returns what guests hear because of it.
    """
    register_changed(connection)
    news = bring_in_line(connection, means.apart(), now)
    reroute(connection, contacts, means.apart(), now)
    wake_all(connection, now)
    foresee_from(connection, local_date(now))
    return news


def undo_of(connection: Connection, contacts: Sequence[int], before: Rows, told: str) -> Any:
    """What `put_back` needs, once the change is made; `told` is what was done, in a Dutch sentence."""
    after = rows_of_people(connection, contacts)
    return {"contacts": list(contacts), "before": before, "after": after, "told": told}


def _changed(
    connection: Connection,
    means: Means,
    contact: int,
    touched: Sequence[int],
    before: Rows,
    text: str,
    now: datetime,
) -> Changed:
    waited = reminders_taken_out(connection, touched)
    news = settle(connection, means, touched, now)
    undo = undo_of(connection, touched, before, text)
    memo = {**undo, "reminders": sorted(reminders_taken_out(connection, touched) - waited)}
    return Changed(contact, and_going_out(text, news), memo, news)


def _touched(connection: Connection, contact: int, *more: int) -> list[int]:
    """The contact, and everyone who stands in for it: mail that waits for them may be meant for the contact."""
    stand_ins = {away.stand_in for away in absences_of(connection, contact)}
    return sorted({contact, *more, *stand_ins})


def _before(away: Absence, day: date) -> Absence | None:
    """The part of an absence before that day."""
    if away.last < day:
        return away
    return replace(away, last=day - ONE_DAY) if away.first < day else None


def _nobody() -> Rows:
    return {"contacts": [], "roles": [], "absences": []}


def _place(means: Means, connection: Connection, party: str) -> str:
    known = means.register(connection).parties.get(party)
    return known.name if known is not None else party.removeprefix("gemeente:")


def _check(who: Person) -> None:
    for text in (who.name, who.salutation, who.phone):
        if len(text) > MOST_SIGNS:
            raise Refused("Deze tekst is te lang.", f"Gebruik hooguit {MOST_SIGNS} tekens.")


_FIELDS = {"email": "e-mailadres", "name": "naam", "salutation": "aanhef", "phone": "telefoon", "weekly": "weekbericht"}


def _told(changes: Sequence[tuple[str, object, object]]) -> str:
    return ", ".join(_FIELDS[name] for name, _, _ in changes)
