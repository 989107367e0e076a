"""Who works with the pages: a user with a role, and which parties that user may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.core.party import Register

UserRole = Literal["bureau", "consulent", "lezer"]
CONSULENT: UserRole = "consulent"
USER_ROLE_WORDS: dict[UserRole, str] = {
    "bureau": "bureau",
    "consulent": "consulent",
    "lezer": "lezer",
}


@dataclass(frozen=True, slots=True)
class User:
    """Someone who may log in. `email` is casefolded; one that is not `active` comes in no more."""

    id: int
    email: str
    name: str
    role: UserRole
    active: bool = True


def scope_of(user: User, register: Register, day: date) -> frozenset[str] | None:
    """The parties that the user may see: None for all. A consulent sees those whose consulent it is that day.

    Which those are is looked up along the chain, as for mail: a consulent of a bestuur has its schools too, but for
    those that have a consulent of their own.
    """
    if user.role != CONSULENT:
        return None
    mine = {contact.id for contact in register.contacts.values() if contact.email.casefold() == user.email}
    return parties_of_consulent(mine, register, day)


def parties_of_consulent(contacts: Collection[int], register: Register, day: date) -> frozenset[str]:
    """The parties of which one of these contacts is consulent on that day, as `scope_of` has it."""
    direct = {row.party for one in contacts for row in register.roles_of(one, day) if row.role == CONSULENT}
    if not direct:  # also who stands in for a consulent has the role
        return frozenset()
    mine = set(contacts)
    along = {party for party in register.parties if mine.intersection(register.along_chain(CONSULENT, party, day))}
    return frozenset(direct | along)
