"""How a handed-in register differs from the stored one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Generic

from engine.core.dutch import WEEKDAYS
from engine.core.sheets import (
    CLOSING_KEYS,
    COLUMNS,
    DOCUMENT_KEYS,
    SHEET_OF,
    ClosingRow,
    ContactRow,
    DocumentRow,
    PartyRow,
    RegisterSheets,
    RoleEntry,
    Row,
    period,
)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A value that differs: the column's Dutch name, and both values as a sheet shows them."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Changed(Generic[Row]):
    """A stored row that is handed in with other values."""

    old: Row
    new: Row
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class SheetDifference(Generic[Row]):
    """What is new, changed and gone in one kind of row; false when nothing is."""

    new: tuple[Row, ...] = ()
    changed: tuple[Changed[Row], ...] = ()
    gone: tuple[Row, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.new or self.changed or self.gone)


@dataclass(frozen=True, slots=True)
class AddressQuestion:
    """Ander adres? `old` has no role left and an unknown `new` came in its place, in these roles."""

    old: str
    new: str
    roles: tuple[RoleEntry, ...]


@dataclass(frozen=True, slots=True)
class RegisterDifference:
    """What an import would do; false when that is nothing. Gone parties become inactive, gone roles end."""

    parties: SheetDifference[PartyRow]
    contacts: SheetDifference[ContactRow]
    roles: SheetDifference[RoleEntry]
    documents: SheetDifference[DocumentRow]
    closings: SheetDifference[ClosingRow]
    questions: tuple[AddressQuestion, ...]

    def __bool__(self) -> bool:
        return any((self.parties, self.contacts, self.roles, self.documents, self.closings))


def completed(incoming: RegisterSheets, stored: RegisterSheets) -> RegisterSheets:
    """What the register becomes: the incoming sheets, and for each that is not handed in the stored rows.

    Codes get the spelling they have in store; a derived contact gives way to the stored one. Roles from a column
    replace the stored ones of that role at that kind of party; a handed-in `rollen` replaces all of them.
    """
    handed_in = incoming.handed_in
    spelling = {party.id.casefold(): party.id for party in (*incoming.parties, *stored.parties)}
    kinds = {party.id: party.kind for party in (*incoming.parties, *stored.parties)}

    def spelled(party: str) -> str:
        return spelling.get(party.casefold(), party)

    parties = [
        *(replace(row, id=spelled(row.id), bestuur=spelled(row.bestuur)) for row in incoming.parties),
        *(row for row in stored.parties if SHEET_OF[row.kind] not in handed_in),
    ]
    known = {row.email: row for row in stored.contacts}
    contacts = [known.get(row.email, row) if row.derived else row for row in incoming.contacts]
    if "contacten" not in handed_in:
        listed = {row.email for row in contacts}
        contacts += [row for row in stored.contacts if row.email not in listed]
    roles = [replace(row, party=spelled(row.party)) for row in incoming.roles]
    if "rollen" not in handed_in:
        emails = {row.email for row in contacts}
        roles += [
            row
            for row in stored.roles
            if row.email in emails and (kinds.get(row.party, ""), row.role) not in incoming.role_columns
        ]
    documents = incoming.documents if "documenten" in handed_in else stored.documents
    closings = incoming.closings if "vrije_dagen" in handed_in else stored.closings
    return RegisterSheets(
        parties=tuple(parties),
        contacts=tuple(contacts),
        roles=tuple(roles),
        documents=tuple(replace(row, party=spelled(row.party)) for row in documents),
        closings=tuple(replace(row, party=spelled(row.party)) for row in closings),
        incomplete=incoming.incomplete,
    )


def difference(stored: RegisterSheets, incoming: RegisterSheets, today: date) -> RegisterDifference:
    """What importing `incoming` changes; after it is applied there is none.

    A role that ended before `today`, an inactive party and a contact without a running role are never gone. A
    column that is not handed in keeps the stored values, but for `actief`.
    """
    future = completed(incoming, stored)
    alike = {period(row) for row in future.roles}
    running = [row for row in stored.roles if row.last is None or row.last >= today]
    ended = [row for row in stored.roles if row.last is not None and row.last < today]
    history = [row for row in ended if period(row) in alike]
    busy = {row.email for row in running}
    parties = _compare(stored.parties, future.parties, lambda row: row.id.casefold())
    contacts = _compare(stored.contacts, future.contacts, lambda row: row.email)
    roles = _compare((*running, *history), future.roles, period, lambda row: period(row)[:3])
    return RegisterDifference(
        parties=replace(parties, gone=tuple(row for row in parties.gone if row.active)),
        contacts=replace(contacts, gone=tuple(row for row in contacts.gone if row.email in busy)),
        roles=roles,
        documents=_compare(stored.documents, future.documents, *DOCUMENT_KEYS),
        closings=_compare(stored.closings, future.closings, *CLOSING_KEYS),
        questions=_questions(roles, stored, future),
    )


def _compare(stored: Iterable[Row], future: Iterable[Row], *keys: Callable[[Row], Hashable]) -> SheetDifference[Row]:
    """Pairs rows by the first key, what is left by the next, and so on."""
    old, new = dict(enumerate(stored)), dict(enumerate(future))
    changed: list[Changed[Row]] = []
    for key in keys:
        waiting: dict[Hashable, list[int]] = {}
        for number in reversed(old):
            waiting.setdefault(key(old[number]), []).append(number)
        for number, row in list(new.items()):
            if alike := waiting.get(key(row)):
                before = old.pop(alike.pop())
                after = _kept(before, new.pop(number))
                if fields := _field_changes(before, after):
                    changed.append(Changed(before, after, fields))
    return SheetDifference(tuple(new.values()), tuple(changed), tuple(old.values()))


def _kept(old: Row, new: Row) -> Row:
    """The new row with the stored values of columns that were not handed in, and with the number it has."""
    if old == new:
        return new
    keep = {
        name: getattr(old, name)
        for name, column in COLUMNS.items()
        if hasattr(old, name) and new.at is not None and column not in new.at.columns and name != "active"
    }
    if isinstance(old, DocumentRow) and not new.version:
        keep["version"] = old.version
    return replace(new, **keep)


def _field_changes(old: Row, new: Row) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(column, _shown(getattr(old, name)), _shown(getattr(new, name)))
        for name, column in COLUMNS.items()
        if hasattr(old, name) and getattr(old, name) != getattr(new, name)
    )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, int):
        return WEEKDAYS[value]
    if isinstance(value, tuple):
        return ", ".join(value)
    return "" if value is None else str(value)


def _questions(
    roles: SheetDifference[RoleEntry], stored: RegisterSheets, future: RegisterSheets
) -> tuple[AddressQuestion, ...]:
    staying = {row.email for row in future.roles}
    known = {row.email for row in stored.contacts}
    came: dict[tuple[str, str], list[RoleEntry]] = {}
    for row in roles.new:
        if row.email not in known:
            came.setdefault((row.role, row.party.casefold()), []).append(row)
    asked: dict[tuple[str, str], list[RoleEntry]] = {}
    for row in roles.gone:
        if row.email not in staying:
            for new in came.get((row.role, row.party.casefold()), ()):
                asked.setdefault((row.email, new.email), []).append(new)
    return tuple(AddressQuestion(old, new, tuple(entries)) for (old, new), entries in asked.items())
