"""Contacts with their roles and absences as rows that can be put back: what a page changes in the register."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, exists, insert, or_, select, update

from engine.store.tables import absences, contacts, metadata, notices, roles, tasks

Rows = dict[str, list[dict[str, Any]]]


def rows_of_people(connection: Connection, numbers: Collection[int]) -> Rows:
    """The rows of these contacts, as they come back from JSON: `contacts`, `roles`, `absences`."""
    found = {
        "contacts": _rows(connection, contacts, numbers, contacts.c.id),
        "roles": [_without_id(row) for row in _rows(connection, roles, numbers, roles.c.contact)],
        "absences": [_without_id(row) for row in _rows(connection, absences, numbers, absences.c.contact)],
    }
    rows: Rows = json.loads(json.dumps(found))
    return rows


def still_so(now: Rows, then: Rows) -> bool:
    """True when the rows are as they were; a column that came to the store since does not count."""
    return all(
        len(now[name]) == len(rows) and all(one == {**one, **other} for one, other in zip(now[name], rows, strict=True))
        for name, rows in then.items()
    )


def put_rows(connection: Connection, numbers: Collection[int], rows: Rows) -> None:
    """Makes these contacts, with their roles and absences, as the rows say.

    A contact without a row goes; one that mail was made for, or that stands in for another, stays without roles.
    """
    connection.execute(delete(roles).where(roles.c.contact.in_(numbers)))
    connection.execute(delete(absences).where(absences.c.contact.in_(numbers)))
    for row in rows["contacts"]:
        connection.execute(update(contacts).where(contacts.c.id == row["id"]).values(row))
    gone = set(numbers) - {row["id"] for row in rows["contacts"]}
    if gone:
        used = [exists().where(column == contacts.c.id) for column in _referring()]
        connection.execute(delete(contacts).where(contacts.c.id.in_(gone), ~or_(*used)))
    for table, name in ((roles, "roles"), (absences, "absences")):
        if rows[name]:
            connection.execute(insert(table), rows[name])


def add_contact(connection: Connection, values: Mapping[str, object]) -> int:
    """A new contact; returns its number."""
    return int(connection.execute(insert(contacts).values(values).returning(contacts.c.id)).scalar_one())


def contact_by_email(connection: Connection, email: str) -> int | None:
    """The number of the contact with that casefolded address."""
    return connection.execute(select(contacts.c.id).where(contacts.c.email == email)).scalar()


def open_tasks_told(connection: Connection, contact: int) -> list[str]:
    """The open tasks of which the contact was told as the one who must do something."""
    query = (
        select(notices.c.task)
        .distinct()
        .join(tasks, tasks.c.key == notices.c.task)
        .where(notices.c.contact == contact, notices.c.audience == "aan", tasks.c.state == "open")
        .order_by(notices.c.task)
    )
    return list(connection.execute(query).scalars())


def _referring() -> list[Column[Any]]:
    """Every column in which a contact may be named, beside its own roles and absences."""
    return [
        column
        for table in metadata.tables.values()
        for column in table.c
        if column not in (roles.c.contact, absences.c.contact)
        and any(key.target_fullname == "contacts.id" for key in column.foreign_keys)
    ]


def _rows(connection: Connection, table: Table, numbers: Collection[int], column: Any) -> list[dict[str, Any]]:
    rows = connection.execute(select(table).where(column.in_(numbers)).order_by(table.c.id))
    return [dict(row._mapping) for row in rows]


def _without_id(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}
