"""Contact persons: who has which role, what is open for each, where mail does not arrive, and who is away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from engine.app.schools import name_in
from engine.core.matrix import TaskLine, is_left_of_earlier, name_of, status_day
from engine.core.party import Absence, Contact, Register, RoleRow
from engine.core.roles import role_word
from engine.core.schooljaar import Schooljaar
from engine.core.status import StatusName, rank
from engine.core.unreached import Unreached
from engine.core.who_hears import hearings
from engine.store.acts import Act, acts_on
from engine.store.facts import adopted
from engine.store.history import Mailed, mails_to
from engine.store.register import roles_of_contact
from engine.store.task_lines import unfinished
from engine.store.unreached import unreached

MOST_MAILS = 40
# What one may ask for beside a role and a text.
STATES: Mapping[str, str] = {
    "fout": "adres gaf fout",
    "afwezig": "nu afwezig",
    "open": "met open taken",
    "geen-rol": "zonder rol",
}
_NOW: tuple[StatusName, ...] = ("late", "today", "submitted", "open", "arranged", "paused")
_DATED: tuple[StatusName, ...] = ("submitted", "arranged", "paused")


@dataclass(frozen=True, slots=True)
class ContactWish:
    """Which contacts are wanted; empty where nothing was chosen. `state` is one of STATES."""

    text: str = ""
    role: str = ""
    bestuur: str = ""
    state: str = ""
    sort: str = "naam"


@dataclass(frozen=True, slots=True)
class RoleAt:
    """A role at a party, by name; `kind` is the party's, empty where it is none; `number` is the store's."""

    role: str
    party: str
    where: str
    first: date | None
    last: date | None
    kind: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Away:
    """An absence with the names of who is away and of who hears meanwhile."""

    absence: Absence
    who: str
    instead: str


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A contact with the roles that hold now or later, how many tasks are open and late, and what is wrong.

    `earlier` of those that are late are left of a past schooljaar.
    """

    contact: Contact
    roles: tuple[RoleAt, ...]
    open: int
    late: int
    earlier: int
    lost: Unreached | None
    away: Away | None


@dataclass(frozen=True, slots=True)
class ContactList:
    """The contacts that are left, and the roles one can choose from.

    `lost` and `away`: at how many of all addresses mail does not arrive, and how many contacts are away.
    """

    lines: tuple[ContactLine, ...]
    lost: int
    away: int
    roles: tuple[str, ...]
    besturen: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ContactPage:
    """Everything of one contact. `whole`: all its roles may be seen, so that it may be changed.

    `tasks` are what is asked of it, and after that its gesprekken that are arranged: with their status, the name of
    their party, and the day of an appointment, an answer or the end of a pause.
    """

    contact: Contact
    roles: tuple[RoleAt, ...]
    past: tuple[RoleAt, ...]
    tasks: tuple[tuple[TaskLine, StatusName, str, date | None], ...]
    mails: tuple[Mailed, ...]
    changes: tuple[Act, ...]
    lost: Unreached | None
    absences: tuple[Away, ...]
    stands_in: tuple[Away, ...]
    whole: bool


def places_seen(register: Register, scope: frozenset[str] | None) -> frozenset[str] | None:
    """The places whose contacts may be seen: the schools of `scope` with their besturen and gemeenten; None for all."""
    if scope is None:
        return None
    schools = [register.parties[one] for one in scope if one in register.parties]
    places = {*scope, *(one.bestuur for one in schools), *(f"gemeente:{one.gemeente}" for one in schools)}
    return frozenset(place.casefold() for place in places if place)


def contacts_seen(register: Register, scope: frozenset[str] | None) -> tuple[Contact, ...]:
    """The contacts that may be chosen: all, or those that had a role at a place that may be seen."""
    seen = places_seen(register, scope)
    if seen is None:
        return tuple(register.contacts.values())
    numbers = dict.fromkeys(row.contact for row in register.roles if row.party.casefold() in seen)
    return tuple(register.contacts[number] for number in numbers)


def contact_list(
    connection: Connection, register: Register, wish: ContactWish, today: date, scope: frozenset[str] | None
) -> ContactList:
    """The contacts of a wish, for someone who may see the parties of `scope` (None: all)."""
    seen = places_seen(register, scope)
    held = _held(register, today, seen)
    open_, late, earlier = _asked_of(connection, register, today, scope)
    lost = {one.contact: one for one in unreached(connection)}
    every = [one for one in register.contacts.values() if seen is None or one.id in held]
    lines = [
        ContactLine(
            one,
            tuple(held.get(one.id, ())),
            open_.get(one.id, 0),
            late.get(one.id, 0),
            earlier.get(one.id, 0),
            lost.get(one.id),
            _away(one.id, register, today),
        )
        for one in every
    ]
    roles = {role.role for found in held.values() for role in found}
    besturen = [one for one in register.active("bestuur") if seen is None or one.id.casefold() in seen]
    return ContactList(
        tuple(_sorted([one for one in lines if _is_wanted(one, wish, register)], wish.sort)),
        sum(one.lost is not None for one in lines),
        sum(one.away is not None for one in lines),
        tuple(sorted(roles, key=role_word)),
        tuple(sorted(((one.id, one.name) for one in besturen), key=lambda one: one[1].casefold())),
    )


def contact_page(
    connection: Connection, register: Register, number: int, today: date, scope: frozenset[str] | None
) -> ContactPage | None:
    """The page of a contact; None where there is none, or none that this user may see."""
    contact = register.contacts.get(number)
    seen = places_seen(register, scope)
    if contact is None:
        return None
    entries = roles_of_contact(connection, number)
    every = [
        RoleAt(row.role, row.party, name_in(register, row.party), row.first, row.last, _kind(row.party, register), key)
        for key, row in entries.items()
    ]
    running = [one for one in every if one.last is None or one.last >= today]
    visible = [one for one in running if seen is None or one.party.casefold() in seen]
    if seen is not None and not visible:
        return None
    whole = len(visible) == len(running)
    live = frozenset(adopted(connection))
    tasks = [
        (task, name, name_in(register, task.party), _day(name, task))
        for task in unfinished(connection, today, of=scope, arranged=True)
        if (name := name_of(task, today, live)) in _NOW and _concerns(number, task, register, today)
    ]
    lost = {one.contact: one for one in unreached(connection)}
    named = [_named(one, register) for one in register.absences if one.last >= today]
    return ContactPage(
        contact,
        tuple(sorted(visible, key=_role_order)),
        tuple(one for one in every if one not in running and (seen is None or one.party.casefold() in seen)),
        tuple(sorted(tasks, key=lambda one: (rank(one[1]), one[3] or date.fromisoformat(one[0].due), one[2]))),
        tuple(mails_to(connection, number, MOST_MAILS)) if whole else (),
        tuple(acts_on(connection, f"contact:{number}", MOST_MAILS)) if whole else (),
        lost.get(number),
        tuple(one for one in named if one.absence.contact == number),
        tuple(one for one in named if one.absence.stand_in == number),
        whole,
    )


def _day(name: StatusName, task: TaskLine) -> date | None:
    """The day that stands beside a status."""
    day = status_day(name, task.opens, task.due, task.suspended, task.ended, task.arranged)
    return date.fromisoformat(day) if day is not None and name in _DATED else None


def _held(register: Register, today: date, seen: frozenset[str] | None) -> dict[int, list[RoleAt]]:
    """The roles that hold now or later, at the places that may be seen, by contact."""
    found: dict[int, list[RoleAt]] = {}
    for row in register.roles:
        if _holds(row, today) and (seen is None or row.party.casefold() in seen):
            role = RoleAt(row.role, row.party, name_in(register, row.party), row.first, row.last)
            found.setdefault(row.contact, []).append(role)
    for rows in found.values():
        rows.sort(key=_role_order)
    return found


def _kind(party: str, register: Register) -> str:
    known = register.parties.get(party)
    return "" if known is None else known.kind


def _holds(row: RoleRow, today: date) -> bool:
    return row.last is None or row.last >= today


def _asked_of(
    connection: Connection, register: Register, today: date, scope: frozenset[str] | None
) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
    """How many tasks are open for each contact that is asked; how many of those are late; and of a past schooljaar."""
    live = frozenset(adopted(connection))
    open_: dict[int, int] = {}
    late: dict[int, int] = {}
    earlier: dict[int, int] = {}
    running = str(Schooljaar.of(today))
    readers: dict[tuple[str, str], set[int]] = {}
    for task in unfinished(connection, today, of=scope):
        name = name_of(task, today, live)
        if name not in _NOW:
            continue
        place = (task.asked, task.party)
        if place not in readers:
            readers[place] = _readers(task, register, today)
        for contact in readers[place]:
            open_[contact] = open_.get(contact, 0) + 1
            late[contact] = late.get(contact, 0) + (name == "late")
            earlier[contact] = earlier.get(contact, 0) + (name == "late" and is_left_of_earlier(task, running))
    return open_, late, earlier


def _readers(task: TaskLine, register: Register, today: date) -> set[int]:
    found = hearings(task.asked, task.party, register, today)
    return {person.hears.id for one in found for person in one.people}


def _concerns(contact: int, task: TaskLine, register: Register, today: date) -> bool:
    """True for who has the role that is asked, also while it is away, and for who hears in its place."""
    found = hearings(task.asked, task.party, register, today)
    return any(contact in (person.contact.id, person.hears.id) for one in found for person in one.people)


def _away(contact: int, register: Register, today: date) -> Away | None:
    absence = register.absence(contact, today)
    return None if absence is None else _named(absence, register)


def _named(absence: Absence, register: Register) -> Away:
    return Away(absence, register.contacts[absence.contact].name, register.contacts[absence.stand_in].name)


def _is_wanted(line: ContactLine, wish: ContactWish, register: Register) -> bool:
    if wish.role and wish.role not in {one.role for one in line.roles}:
        return False
    if wish.bestuur and not any(_is_of(one.party, wish.bestuur, register) for one in line.roles):
        return False
    states = {
        "fout": line.lost is not None,
        "afwezig": line.away is not None,
        "open": line.open > 0,
        "geen-rol": not line.roles,
    }
    if wish.state and not states.get(wish.state, True):
        return False
    places = " ".join(f"{one.where} {role_word(one.role)} {one.party}" for one in line.roles)
    text = f"{line.contact.name} {line.contact.email} {line.contact.phone} {places}".casefold()
    return all(word in text for word in wish.text.casefold().split())


def _is_of(party: str, bestuur: str, register: Register) -> bool:
    known = register.parties.get(party)
    return party == bestuur or (known is not None and known.bestuur == bestuur)


def _role_order(one: RoleAt) -> tuple[str, str]:
    return one.where.casefold(), role_word(one.role)


def _sorted(lines: Iterable[ContactLine], sort: str) -> list[ContactLine]:
    found = sorted(lines, key=lambda one: (one.contact.name.casefold(), one.contact.email))
    name = sort.removeprefix("-")
    if name == "open":
        found.sort(key=lambda one: (-one.late, -one.open))
    elif name == "waar":
        found.sort(key=lambda one: one.roles[0].where.casefold() if one.roles else "\uffff")
    return found[::-1] if sort.startswith("-") else found
