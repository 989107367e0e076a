"""What people type in a filter or a form becomes a value; raises Refused where it cannot."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from engine.adapters.register.cells import WrongCell
from engine.adapters.register.cells import email as read_email
from engine.adapters.register.cells import text as read_text
from engine.app.people import Person
from engine.core.party import Contact, Register
from engine.core.problem import Refused
from engine.web.visit import Visit

LONGEST = 100


def text_of(visit: Visit, name: str) -> str:
    """A filter's value in the address, within bounds."""
    return " ".join(visit.query.get(name, "").replace("\0", "").split())[:LONGEST]


def page_number(visit: Visit) -> int:
    """The page that is asked for, from 1."""
    number = visit.query.get("pagina", "")
    return max(int(number), 1) if number.isascii() and number.isdecimal() and len(number) < 6 else 1


def a_day(text: str, what: str) -> date | None:
    """A date as a date field gives it; None where it is left empty."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(f"{what} is geen datum.", "Kies een dag in de kalender.") from None


def a_text(text: str, what: str) -> str:
    """A text on one line, without blanks around it."""
    try:
        return read_text(text)
    except WrongCell as wrong:
        raise Refused(f"{what}: {wrong.message}.", wrong.hint) from None


def an_email(text: str) -> str:
    """An e-mail address, casefolded."""
    if not text:
        raise Refused("Het e-mailadres ontbreekt.", "Vul een adres in, als naam@school.nl.")
    try:
        return read_email(text)
    except WrongCell as wrong:
        raise Refused(f"Het e-mailadres klopt niet: {wrong.message}.", wrong.hint) from None


def a_contact(known: Collection[Contact], text: str) -> Contact:
    """One of these contacts, by address or by its whole name."""
    wanted = text.strip().casefold()
    found = [one for one in known if wanted in (one.email, one.name.casefold())]
    if len(found) == 1:
        return found[0]
    if found:
        raise Refused(f"Er zijn {len(found)} contactpersonen die '{text}' heten.", "Vul het e-mailadres in.")
    raise Refused(f"Er is geen contactpersoon '{text}'.", "Vul het e-mailadres in, of voeg deze persoon eerst toe.")


def a_person(known: Collection[Contact], text: str, name: str, phone: str) -> Person:
    """Somebody who takes over: one of these contacts by address or name, else a new one by address with a name.

    The phone number is that of a new one, empty where it is unknown.
    """
    if "@" not in text:
        return _as_person(a_contact(known, text))
    email = an_email(text)
    there = next((one for one in known if one.email == email), None)
    if there is not None:
        return _as_person(there)
    if not name:
        raise Refused(f"{email} is nog geen contactpersoon.", "Kies Iemand nieuw, en vul ook de naam in.")
    return Person(email, a_text(name, "De naam"), phone=a_text(phone, "Het telefoonnummer"))


def a_place(register: Register, text: str) -> str:
    """A party by its code, number, `gemeente:NAME`, `swv`, or its whole name."""
    wanted = text.strip().casefold()
    by_id = {one.id.casefold(): one.id for one in register.parties.values()}
    gemeenten = {f"gemeente:{one.gemeente}".casefold(): f"gemeente:{one.gemeente}" for one in register.active("school")}
    if wanted in by_id or wanted in gemeenten:
        return (by_id | gemeenten)[wanted]
    named = [one.id for one in register.parties.values() if one.name.casefold() == wanted]
    if len(named) == 1:
        return named[0]
    raise Refused(
        f"'{text}' is geen school of bestuur." if not named else f"'{text}' is meer dan één school of bestuur.",
        "Vul de code van de school in, of het nummer van het bestuur.",
    )


def _as_person(contact: Contact) -> Person:
    return Person(contact.email, contact.name, contact.salutation, contact.phone, contact.weekly)
