"""Who really hears for a role at a party: its holders, stand-ins for who is away, another role, or the bureau."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.core.party import SWV, Absence, Contact, Register
from engine.core.roles import BUREAU
from engine.core.rule import AT_SCHOOLS


@dataclass(frozen=True, slots=True)
class Hearer:
    """Who has the role; `away` and `instead` say until when it is away, and who hears meanwhile."""

    contact: Contact
    away: Absence | None = None
    instead: Contact | None = None

    @property
    def hears(self) -> Contact:
        """Who gets the mail."""
        return self.instead or self.contact


@dataclass(frozen=True, slots=True)
class Hearing:
    """A role at a party, and who hears for it.

    `via`: `role`, `stand-in` (the role `through` has it), `bureau` or `nobody`. `place` is the party along the chain at
    which the role, or the one it came through, was found; the party itself as a rule.
    """

    role: str
    party: str
    via: Literal["role", "stand-in", "bureau", "nobody"]
    people: tuple[Hearer, ...]
    place: str
    through: str = ""

    @property
    def is_vacant(self) -> bool:
        """True when nobody has the role, nor a role that stands in for it."""
        return self.via in ("bureau", "nobody")


def who_hears(role: str, party: str, register: Register, day: date) -> Hearing:
    """Who hears for a role that is asked at a party."""
    for name in (role, *register.stand_ins.get(role, ())):
        place, contacts = register.held_at(name, party, day)
        if contacts:
            through = "" if name == role else name
            people = _hearers(contacts, register, day)
            return Hearing(role, party, "stand-in" if through else "role", people, place, through)
    place, contacts = register.held_at(BUREAU, SWV, day)
    return Hearing(role, party, "bureau" if contacts else "nobody", _hearers(contacts, register, day), place)


def hearings(asked: str, party: str, register: Register, day: date) -> list[Hearing]:
    """The same for what a rule says: `ROLE van de scholen` is that role at each active school."""
    if asked.endswith(AT_SCHOOLS):
        role = asked.removesuffix(AT_SCHOOLS)
        return [who_hears(role, school.id, register, day) for school in register.schools_of(party)]
    return [who_hears(asked, party, register, day)] if asked else []


def names_of(found: Iterable[Hearing]) -> tuple[str, ...]:
    """The names of all who hear, each once; not the bureau for want of anyone."""
    people = [one.hears for hearing in found if not hearing.is_vacant for one in hearing.people]
    return tuple(dict.fromkeys(person.name for person in people))


def _hearers(contacts: tuple[int, ...], register: Register, day: date) -> tuple[Hearer, ...]:
    found = []
    for contact in contacts:
        instead = register.present(contact, day)
        away = register.absence(contact, day)
        other = register.contacts[instead] if instead != contact else None
        found.append(Hearer(register.contacts[contact], away if other is not None else None, other))
    return tuple(found)
