"""The register: parties, contacts and roles as stored, read for deciding and written by an import."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from engine.core.by_hand import Listed
from engine.core.documents import numbered
from engine.core.party import SWV, Contact, Party, Register, RoleRow
from engine.core.settings import Settings
from engine.core.sheets import ClosingRow, ContactRow, DocumentRow, PartyRow, RegisterSheets, RoleEntry
from engine.store.absences import copy_absences, load_absences
from engine.store.facts import register_changed
from engine.store.many import write_many
from engine.store.tables import closings, contacts, documents, parties, roles

_ADD_ROLE, _ADD_DOCUMENT, _ADD_CLOSING = insert(roles), insert(documents), insert(closings)


def load_register(connection: Connection, settings: Settings) -> Register:
    """The register for deciding; the SWV itself is a party by its settings."""
    own = Party(SWV, "swv", settings.name, region=settings.region)
    found = {
        row.id: Party(
            row.id,
            row.kind,
            row.name,
            row.bestuur,
            row.place,
            row.gemeente,
            row.region,
            tuple(row.tags),
            row.active,
            tuple(row.formerly),
        )
        for row in connection.execute(select(parties))
    }
    people = {
        row.id: Contact(row.id, row.email, row.name, row.salutation, row.phone, row.language, row.weekly)
        for row in connection.execute(select(contacts))
    }
    rows = tuple(
        RoleRow(row.contact, row.role, row.party, _day(row.first), _day(row.last), _day(row.came))
        for row in connection.execute(select(roles).order_by(roles.c.id))
    )
    return Register(
        {SWV: own, **found},
        people,
        rows,
        settings.stand_ins,
        tuple(row for row in _closings(connection) if row.active),
        tuple(row for row in _documents(connection) if row.active),
        load_absences(connection),
    )


def is_empty(connection: Connection) -> bool:
    """True before the first import."""
    return connection.execute(select(func.count()).select_from(parties)).scalar() == 0


def load_sheets(connection: Connection) -> RegisterSheets:
    """The register as rows, as an import compares them."""
    emails = {row.id: row.email for row in connection.execute(select(contacts))}
    return RegisterSheets(
        parties=tuple(
            PartyRow(
                row.id,
                row.kind,
                row.name,
                row.bestuur,
                row.place,
                row.gemeente,
                row.region,
                tuple(row.tags),
                row.active,
                row.source,
                formerly=tuple(row.formerly),
            )
            for row in connection.execute(select(parties).order_by(parties.c.id))
        ),
        contacts=tuple(
            ContactRow(
                row.email,
                row.name,
                row.salutation,
                row.phone,
                row.language,
                row.weekly,
                listed=tuple(sorted((row.listed or {}).items())),
            )
            for row in connection.execute(select(contacts).order_by(contacts.c.email))
        ),
        roles=tuple(
            _role_entry(emails[row.contact], row) for row in connection.execute(select(roles).order_by(roles.c.id))
        ),
        documents=_documents(connection),
        closings=_closings(connection),
    )


def copy_register(source: Connection, target: Connection) -> None:
    """Fills an empty store with the register of another."""
    fill_register(target, load_sheets(source))
    copy_absences(source, target)


def fill_register(connection: Connection, sheets: RegisterSheets) -> None:
    """Fills an empty store with these rows; a document without a version gets its number here, for good."""
    save_parties(connection, sheets.parties)
    save_contacts(connection, sheets.contacts)
    replace_roles(connection, sheets.roles)
    replace_documents(connection, numbered(sheets.documents))
    replace_closings(connection, sheets.closings)
    register_changed(connection)


def save_parties(connection: Connection, rows: Iterable[PartyRow]) -> None:
    """Adds or overwrites parties by id."""
    known = set(connection.scalars(select(parties.c.id)))
    added: list[dict[str, object]] = []
    changed: list[dict[str, object]] = []
    for row in rows:
        values = {
            "id": row.id,
            "kind": row.kind,
            "name": row.name,
            "bestuur": row.bestuur,
            "place": row.place,
            "gemeente": row.gemeente,
            "region": row.region,
            "tags": list(row.tags),
            "active": row.active,
            "source": row.source,
            "formerly": list(row.formerly),
        }
        if row.id in known:
            changed.append({"at": row.id, **values})
        else:
            known.add(row.id)
            added.append(values)
    if added:
        connection.execute(insert(parties), added)
    if changed:
        connection.execute(update(parties).where(parties.c.id == bindparam("at")), changed)


def save_contacts(connection: Connection, rows: Iterable[ContactRow]) -> None:
    """Adds or overwrites contacts by address; a known contact keeps its number."""
    known = set(connection.scalars(select(contacts.c.email)))
    added: dict[str, dict[str, object]] = {}
    changed: list[dict[str, object]] = []
    for row in rows:
        values = {
            "name": row.name,
            "salutation": row.salutation,
            "phone": row.phone,
            "language": row.language,
            "weekly": row.weekly,
            "listed": dict(row.listed) or None,
        }
        if row.email in known:
            changed.append({"at": row.email, **values})
        else:
            added[row.email] = {"email": row.email, **values}
    if added:
        connection.execute(insert(contacts), list(added.values()))
    if changed:
        connection.execute(update(contacts).where(contacts.c.email == bindparam("at")), changed)


def contact_number(connection: Connection, email: str) -> int | None:
    """The contact with that address, however it is written."""
    query = select(contacts.c.id).where(func.lower(contacts.c.email) == email.casefold())
    return connection.execute(query.limit(1)).scalar()


def contact_numbers(connection: Connection) -> dict[str, int]:
    """The number of each contact, by address."""
    return {row.email: row.id for row in connection.execute(select(contacts.c.email, contacts.c.id))}


def readdress(connection: Connection, pairs: Iterable[tuple[str, str]]) -> None:
    """Gives contacts, by old address, a new one; they keep their number. A name that was the address follows."""
    for old, new in pairs:
        by_hand = connection.execute(select(contacts.c.listed).where(contacts.c.email == old)).scalar() or {}
        settle_contacts(connection, [(old, tuple(pair for pair in by_hand.items() if pair[0] != "email"))])
        one = update(contacts).where(contacts.c.email == old)
        connection.execute(one.where(contacts.c.name == old).values(name=new))
        connection.execute(one.values(email=new))


def delete_parties(connection: Connection, ids: Sequence[str]) -> None:
    """Removes parties that nothing refers to."""
    connection.execute(delete(parties).where(parties.c.id.in_(ids)))


def delete_contacts(connection: Connection, emails: Sequence[str]) -> None:
    """Removes contacts that nothing refers to."""
    connection.execute(delete(contacts).where(contacts.c.email.in_(emails)))


def settle_contacts(connection: Connection, rows: Iterable[tuple[str, Listed]]) -> None:
    """Keeps, for contacts by address, what the lists still say of what was changed by hand."""
    for email, listed in rows:
        statement = update(contacts).where(contacts.c.email == email)
        connection.execute(statement.values(listed=dict(listed) or None))


def replace_roles(connection: Connection, rows: Iterable[RoleEntry]) -> None:
    """Stores these roles and no others; every address must be a stored contact's."""
    numbers = contact_numbers(connection)
    connection.execute(delete(roles))
    values = [_role_values(numbers[row.email], row) for row in rows]
    write_many(connection, _ADD_ROLE, values)


def roles_of_contact(connection: Connection, contact: int) -> dict[int, RoleEntry]:
    """Every role of one contact, past ones too, by its number in the store."""
    query = select(roles, contacts.c.email).join(contacts).where(roles.c.contact == contact).order_by(roles.c.id)
    return {row.id: _role_entry(row.email, row) for row in connection.execute(query)}


def save_roles_of(connection: Connection, contact: int, rows: Iterable[RoleEntry]) -> None:
    """Stores these roles of one contact and no others."""
    connection.execute(delete(roles).where(roles.c.contact == contact))
    values = [_role_values(contact, row) for row in rows]
    write_many(connection, _ADD_ROLE, values)


def replace_documents(connection: Connection, rows: Iterable[DocumentRow]) -> None:
    """Stores these documents, each with its version, and no others.

    Until when the bureau wants a version that stays to be renewed is kept.
    """
    agreed = {_version_of(row): row.renew_by for row in _documents(connection)}
    connection.execute(delete(documents))
    values = [
        {
            "kind": row.kind,
            "party": row.party,
            "adopted_on": row.adopted_on.isoformat(),
            "version": row.version,
            "valid_until": _iso(row.valid_until),
            "stage": row.stage,
            "active": row.active,
            "source": row.source,
            "renew_by": _iso(agreed.get(_version_of(row), row.renew_by)),
        }
        for row in rows
    ]
    write_many(connection, _ADD_DOCUMENT, values)


def replace_closings(connection: Connection, rows: Iterable[ClosingRow]) -> None:
    """Stores these closing days and no others."""
    connection.execute(delete(closings))
    values = [
        {
            "party": row.party,
            "first": row.first.isoformat(),
            "last": row.last.isoformat(),
            "description": row.description,
            "replaces": row.replaces,
            "active": row.active,
        }
        for row in rows
    ]
    write_many(connection, _ADD_CLOSING, values)


def _version_of(row: DocumentRow) -> tuple[str, str, str, date]:
    return row.kind.casefold(), row.party, row.version, row.adopted_on


def _documents(connection: Connection) -> tuple[DocumentRow, ...]:
    return tuple(
        DocumentRow(
            row.kind,
            row.party,
            date.fromisoformat(row.adopted_on),
            row.version,
            _day(row.valid_until),
            row.stage,
            row.active,
            row.source,
            _day(row.renew_by),
        )
        for row in connection.execute(select(documents).order_by(documents.c.id))
    )


def _closings(connection: Connection) -> tuple[ClosingRow, ...]:
    return tuple(
        ClosingRow(
            row.party,
            date.fromisoformat(row.first),
            date.fromisoformat(row.last),
            row.description,
            row.replaces,
            row.active,
        )
        for row in connection.execute(select(closings).order_by(closings.c.id))
    )


def _role_entry(email: str, row: Row[Any]) -> RoleEntry:
    listed = None if row.listed is None else (_day(row.listed[0]), _day(row.listed[1]))
    first, last, came = _day(row.first), _day(row.last), _day(row.came)
    return RoleEntry(email, row.role, row.party, first, last, row.source, listed, came)


def _role_values(contact: int, row: RoleEntry) -> dict[str, object]:
    return {
        "contact": contact,
        "role": row.role,
        "party": row.party,
        "first": _iso(row.first),
        "last": _iso(row.last),
        "source": row.source,
        "listed": None if row.listed is None else [_iso(day) for day in row.listed],
        "came": _iso(row.came),
    }


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
