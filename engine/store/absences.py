"""Who is away, and who hears meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, delete, insert, select

from engine.core.party import Absence, Contact
from engine.store.many import write_many
from engine.store.tables import absences, contacts

_ADD = insert(absences)


def load_absences(connection: Connection) -> tuple[Absence, ...]:
    """Every absence that is known, past ones too, in the order in which they were entered."""
    rows = connection.execute(select(absences).order_by(absences.c.id))
    return tuple(
        Absence(row.contact, row.stand_in, date.fromisoformat(row.first), date.fromisoformat(row.last)) for row in rows
    )


def stand_ins_of_absent(connection: Connection) -> list[tuple[Absence, Contact]]:
    """Every absence with who hears meanwhile, by one statement."""
    query = select(absences, contacts.c.email, contacts.c.name, contacts.c.phone)
    rows = connection.execute(query.join(contacts, contacts.c.id == absences.c.stand_in).order_by(absences.c.id))
    return [
        (
            Absence(row.contact, row.stand_in, date.fromisoformat(row.first), date.fromisoformat(row.last)),
            Contact(row.stand_in, row.email, row.name, phone=row.phone),
        )
        for row in rows
    ]


def absences_of(connection: Connection, contact: int) -> tuple[Absence, ...]:
    """The absences of one contact, past ones too."""
    return tuple(away for away in load_absences(connection) if away.contact == contact)


def replace_absences(connection: Connection, contact: int, rows: Iterable[Absence]) -> None:
    """Stores these absences of a contact and no others."""
    connection.execute(delete(absences).where(absences.c.contact == contact))
    _add(connection, [row for row in rows if row.contact == contact])


def copy_absences(source: Connection, target: Connection) -> None:
    """Gives the contacts of another store, by address, the absences they have in this one."""
    known = {row.email: row.id for row in target.execute(select(contacts))}
    there = {row.id: known.get(row.email) for row in source.execute(select(contacts))}
    found = []
    for away in load_absences(source):
        contact, stand_in = there[away.contact], there[away.stand_in]
        if contact is not None and stand_in is not None:
            found.append(Absence(contact, stand_in, away.first, away.last))
    _add(target, found)


def _add(connection: Connection, rows: Iterable[Absence]) -> None:
    values = [
        {
            "contact": away.contact,
            "stand_in": away.stand_in,
            "first": away.first.isoformat(),
            "last": away.last.isoformat(),
        }
        for away in rows
    ]
    write_many(connection, _ADD, values)
