"""Schools, besturen and who has a role there, for lists and filters: as many statements for 1,000 schools as for 10."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, func, or_, select

from engine.core.matrix import PartyLine
from engine.store.tables import contacts, parties, roles
from engine.store.task_lines import MOST_NAMED

CONSULENT = "consulent"


class Option(NamedTuple):
    """A value that a filter may have, with its name."""

    value: str
    name: str


class Person(NamedTuple):
    """Who may be asked: a contact with a role at a place, from and to inclusive."""

    contact: int
    name: str
    email: str
    phone: str
    role: str
    party: str
    first: str | None
    last: str | None


def party_lines(
    connection: Connection,
    *,
    bestuur: str = "",
    places: Collection[str] | None = None,
    scope: Collection[str] | None = None,
) -> list[PartyLine]:
    """Schools and besturen by name: those of a bestuur with itself, or with a place of their own among `places`.

    `scope`: no others than these, whatever else is asked.
    """
    own = parties.alias()
    query = (
        select(
            parties.c.id,
            parties.c.kind,
            parties.c.name,
            parties.c.bestuur,
            func.coalesce(own.c.name, ""),
            parties.c.place,
            parties.c.gemeente,
        )
        .outerjoin(own, own.c.id == parties.c.bestuur)
        .order_by(parties.c.name, parties.c.id)
    )
    if bestuur:
        query = query.where(or_(parties.c.bestuur == bestuur, parties.c.id == bestuur))
    if places is not None:
        at = list(places)
        of_gemeente = [place.removeprefix("gemeente:") for place in at if place.startswith("gemeente:")]
        query = query.where(or_(parties.c.id.in_(at), parties.c.bestuur.in_(at), parties.c.gemeente.in_(of_gemeente)))
    found = map(PartyLine._make, connection.execute(query))
    return [one for one in found if scope is None or one.id in scope]


def besturen(connection: Connection, most: int) -> list[Option]:
    """The active besturen by name, at most so many."""
    query = (
        select(parties.c.id, parties.c.name)
        .where(parties.c.kind == "bestuur", parties.c.active)
        .order_by(parties.c.name)
        .limit(most)
    )
    return [Option(*row) for row in connection.execute(query)]


def consulenten(connection: Connection, most: int) -> list[Option]:
    """Who has the role of consulent anywhere, by name, at most so many; the value is the contact's number."""
    some = select(roles.c.contact).where(roles.c.role == CONSULENT).distinct().limit(most).subquery()
    query = select(contacts.c.id, contacts.c.name).where(contacts.c.id.in_(select(some.c.contact)))
    return [Option(str(number), name) for number, name in connection.execute(query.order_by(contacts.c.name))]


def places_of_consulent(connection: Connection, contact: int, today: date) -> list[str]:
    """The parties at which the contact is consulent on that day, as they stand in the register."""
    day = today.isoformat()
    query = select(roles.c.party).where(
        roles.c.contact == contact,
        roles.c.role == CONSULENT,
        or_(roles.c.first.is_(None), roles.c.first <= day),
        or_(roles.c.last.is_(None), roles.c.last >= day),
    )
    return list(connection.execute(query).scalars())


def people_at(connection: Connection, places: Iterable[str]) -> list[Person]:
    """Who has a role at these places: parties, `gemeente:NAME`, the SWV."""
    asked = sorted(set(places))
    query = (
        select(
            contacts.c.id,
            contacts.c.name,
            contacts.c.email,
            contacts.c.phone,
            roles.c.role,
            roles.c.party,
            roles.c.first,
            roles.c.last,
        )
        .join(contacts, contacts.c.id == roles.c.contact)
        .order_by(roles.c.id)
    )
    if len(asked) <= MOST_NAMED:
        query = query.where(roles.c.party.in_(asked))
    wanted = frozenset(asked)
    return [one for one in map(Person._make, connection.execute(query)) if one.party in wanted]
