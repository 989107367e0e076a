"""Addresses at which mail does not arrive and mail that may have arrived, in words; what nobody at the bureau hears."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from engine.core.dutch import listed, long_date, some
from engine.core.localtime import local_date
from engine.core.party import SWV, Register
from engine.core.plan_notes import PlanNote
from engine.core.roles import BUREAU

# Of more parties, and of more addresses in one mail, the first say enough.
MOST_PARTIES, MOST_LINES = 3, 25
# Where in the register the note on the bureau belongs.
ROLES = "rollen"
# Where in a reason the remedy begins; what the bureau is to do here stands elsewhere.
REMEDIES = (" Controleer ", " Het programma probeert het later opnieuw")


@dataclass(frozen=True, slots=True)
class Unreached:
    """A contact whose mail bounced at the present address and to whom none arrived since, with all those messages.

    `since` is when the first of them was tried, `reason` (Dutch) what became of the newest.
    """

    contact: int
    email: str
    since: datetime
    reason: str
    messages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A message that may have arrived; `since` is when it was first tried."""

    message: int
    contact: int
    email: str
    subject: str
    since: datetime


def still_there(found: Iterable[Unreached], register: Register, today: date) -> list[Unreached]:
    """Those of whom mail is still expected: without a role, now or later, nobody gets any."""
    return [one for one in found if _parties(one.contact, register, today)]


def unreached_lines(found: Iterable[Unreached], register: Register, today: date) -> tuple[str, ...]:
    """A line for each: name, address, school, since when, the messages, and what the relay said."""
    lines = []
    for one in found:
        word = "bericht" if len(one.messages) == 1 else "berichten"
        numbers = listed([str(number) for number in one.messages])
        since = f"sinds {long_date(local_date(one.since))}, {word} {numbers}"
        lines.append(f"{unreached_who(one, register, today)}: {since}. De reden: {bare_reason(one.reason)}")
    return _not_too_many(lines)


def doubtful_lines(found: Iterable[Doubtful], register: Register) -> tuple[str, ...]:
    """A line for each: number, name, address, subject, since when."""
    return _not_too_many(
        [
            f"bericht {one.message} aan {_person(one.contact, one.email, register)}: {one.subject} "
            f"(sinds {long_date(local_date(one.since))})"
            for one in found
        ]
    )


def unreached_who(one: Unreached, register: Register, today: date) -> str:
    """`Zorgteam, zorg@school.example (De Linde)`."""
    person = _person(one.contact, one.email, register)
    return f"{person} ({listed(some(_parties(one.contact, register, today), MOST_PARTIES))})"


def unreached_notes(found: Iterable[Unreached], register: Register, today: date) -> Iterator[PlanNote]:
    """A note at the register for each."""
    hint = "Bel de school en verbeter het adres: bij Contactpersonen, of in het register. "
    hint += "Het programma blijft nieuwe mail naar dit adres proberen."
    for one in found:
        since = f"komt sinds {long_date(local_date(one.since))} niet aan"
        text = f"mail aan {unreached_who(one, register, today)} {since}: {bare_reason(one.reason).removesuffix('.')}"
        yield PlanNote("", "email", None, text, hint)


def bureau_notes(register: Register, today: date) -> Iterator[PlanNote]:
    """A note when nobody is the bureau: what the program has to tell then reaches nobody."""
    if register.along_chain(BUREAU, SWV, today):
        return
    text = "niemand heeft vandaag de rol bureau bij partij swv. Niemand hoort dan van mail die wacht op vrijgave, "
    text += "van mail die niet aankomt, en van rollen die niemand heeft"
    hint = "Geef iemand de rol bureau bij swv: bij Contactpersonen, of op het blad rollen van het register."
    yield PlanNote("", ROLES, None, text, hint)


def bare_reason(reason: str) -> str:
    """What went wrong, without what to do about it."""
    cut = min((at for at in map(reason.find, REMEDIES) if at >= 0), default=len(reason))
    return reason[:cut]


def _person(contact: int, email: str, register: Register) -> str:
    known = register.contacts.get(contact)
    return email if known is None or known.name in ("", email) else f"{known.name}, {email}"


def _parties(contact: int, register: Register, today: date) -> list[str]:
    """The names of the parties at which the contact has a role, now or later."""
    theirs = [row.party for row in register.roles if row.contact == contact and (row.last is None or row.last >= today)]
    known = {each.id.casefold(): each.name for each in register.parties.values()}
    return list(dict.fromkeys(known.get(party.casefold(), party.removeprefix("gemeente:")) for party in theirs))


def _not_too_many(lines: list[str]) -> tuple[str, ...]:
    if len(lines) <= MOST_LINES + 1:
        return tuple(lines)
    return (*lines[:MOST_LINES], f"en nog {len(lines) - MOST_LINES}: u vindt ze met outbox list")
