"""Who works with the pages: a user with a role, and which parties that user may see."""

from __future__ import annotations

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
    """The parties that the user may see: None for all; a consulent sees the schools where it has that role."""
    if user.role != CONSULENT:
        return None
    return frozenset(
        row.party
        for contact in register.contacts.values()
        if contact.email.casefold() == user.email
        for row in register.roles_of(contact.id, day)
        if row.role == CONSULENT
    )
