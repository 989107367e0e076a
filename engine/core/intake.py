"""How a handed-in register differs from the stored one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Generic, TypeVar

from engine.core.by_hand import BY_HAND, CaughtUp, Stays
from engine.core.dutch import WEEKDAYS
from engine.core.mergers import Merger, following, relabelled
from engine.core.problem import Refused
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

Kept = TypeVar("Kept", DocumentRow, ClosingRow)


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
    """What an import would do; false when that is nothing. What is gone becomes inactive, gone roles end.

    `readdressed`: the contacts, by old address, that go on under the new one. `stays`: what an older list does not
    undo, because it was changed by hand; `caught_up`: the changes by hand that the list knows. `mergers`: old codes,
    each with that of the school in which it goes on.
    """

    parties: SheetDifference[PartyRow]
    contacts: SheetDifference[ContactRow]
    roles: SheetDifference[RoleEntry]
    documents: SheetDifference[DocumentRow]
    closings: SheetDifference[ClosingRow]
    questions: tuple[AddressQuestion, ...]
    readdressed: tuple[tuple[str, str], ...] = ()
    stays: tuple[Stays, ...] = ()
    caught_up: CaughtUp = field(default_factory=CaughtUp)
    mergers: tuple[Merger, ...] = ()

    def __bool__(self) -> bool:
        return any((self.parties, self.contacts, self.roles, self.documents, self.closings, self.readdressed))


def emptied(incoming: RegisterSheets, stored: RegisterSheets, today: date) -> tuple[str, ...]:
    """The sheets that came without rows although rows that came by them hold: perhaps all of these were to go."""
    there = {
        "scholen": any(row.kind == "school" and row.active and not row.source for row in stored.parties),
        "rollen": any(row.source == "rollen" and (row.last is None or row.last >= today) for row in stored.roles),
        "documenten": any(row.active for row in stored.documents),
        "vrije_dagen": any(row.active for row in stored.closings),
    }
    return tuple(sheet for sheet, some in there.items() if some and sheet in incoming.empty - incoming.handed_in)


def completed(incoming: RegisterSheets, stored: RegisterSheets) -> RegisterSheets:
    """What the register becomes: the incoming sheets, and for each that is not handed in the stored rows.

    Codes get the spelling they have in store; a derived contact or bestuur gives way to the stored one. A role
    column replaces the stored roles of that name at that kind of party that came by a column; a handed-in `rollen`
    replaces those that came by `rollen`. A role of which it is not known where it came from gives way to both; one
    that was given by hand to a row of the same person, role and party only. A handed-in `contacten` gives names and
    ends no roles: whoever has one stays.
    """
    handed_in = incoming.handed_in
    spelling = {party.id.casefold(): party.id for party in (*incoming.parties, *stored.parties)}
    kinds = {party.id: party.kind for party in (*incoming.parties, *stored.parties)}

    def spelled(party: str) -> str:
        return spelling.get(party.casefold(), party)

    parties = [
        row
        if (spelled(row.id), spelled(row.bestuur)) == (row.id, row.bestuur) and not row.formerly
        else replace(
            row, id=spelled(row.id), bestuur=spelled(row.bestuur), formerly=tuple(spelled(one) for one in row.formerly)
        )
        for row in _parties(incoming, stored)
    ]
    known = {row.email: row for row in stored.contacts}
    contacts = [known.get(row.email, row) if row.derived else row for row in incoming.contacts]
    roles = [replace(row, party=spelled(row.party)) for row in incoming.roles]
    named_roles = {period(row)[:3] for row in incoming.roles}
    said = {period(row)[:3] for row in incoming.roles if row.source != "kolom"} if "rollen" in handed_in else set()

    def stays(row: RoleEntry) -> bool:
        if row.source == BY_HAND:
            return period(row)[:3] not in named_roles
        listed = "rollen" in handed_in and (row.source != "kolom" or period(row)[:3] in said)
        in_column = (kinds.get(row.party, ""), row.role) in incoming.role_columns and row.source != "rollen"
        return not listed and not in_column

    alike = {period(row) for row in roles}
    roles += [row for row in stored.roles if period(row) not in alike and stays(row)]
    named, busy = {row.email for row in contacts}, {row.email for row in roles}
    contacts += [
        row for row in stored.contacts if row.email not in named and ("contacten" not in handed_in or row.email in busy)
    ]
    documents = stored.documents
    if "documenten" in handed_in:
        in_list = set(map(DOCUMENT_KEYS[1], incoming.documents))
        by_page = (row for row in stored.documents if row.source == BY_HAND and row.active)
        documents = (*incoming.documents, *(row for row in by_page if DOCUMENT_KEYS[1](row) not in in_list))
    closings = incoming.closings if "vrije_dagen" in handed_in else stored.closings
    future = RegisterSheets(
        parties=tuple(parties),
        contacts=tuple(contacts),
        roles=tuple(roles),
        documents=tuple(replace(row, party=spelled(row.party)) for row in documents),
        closings=tuple(replace(row, party=spelled(row.party)) for row in closings),
        incomplete=incoming.incomplete,
        half_read=incoming.half_read,
    )
    return relabelled(future)


def _parties(incoming: RegisterSheets, stored: RegisterSheets) -> list[PartyRow]:
    """What is handed in, and what it says nothing of as it is stored."""
    known = {row.id.casefold(): row for row in stored.parties}
    found = [row for row in incoming.parties if not row.derived]
    there = {row.id.casefold() for row in found}
    for row in incoming.parties:
        if row.derived and row.id.casefold() not in there:
            there.add(row.id.casefold())
            found.append(known.get(row.id.casefold(), row))
    for row in stored.parties:
        gone = SHEET_OF[row.kind] in incoming.handed_in or (incoming.duo is not None and incoming.duo.lacks(row))
        if not gone and row.id.casefold() not in there:
            found.append(row)
    return found


def readdressed(
    stored: RegisterSheets, incoming: RegisterSheets, asked: Iterable[AddressQuestion], answers: Mapping[str, str]
) -> RegisterSheets:
    """The stored register as if each contact that is answered for had had its new address all along.

    Where `contacten` of the incoming lists still has the old one, that is remembered as what the lists say.

    Raises Refused when an answer, old address to new, is to nothing that was asked.
    """
    pairs = [(question.old, question.new) for question in asked]
    for old, new in answers.items():
        if (old, new) not in pairs:
            known = ", ".join(f"{before}={after}" for before, after in pairs)
            raise Refused(
                f"{old}={new} is geen antwoord op een vraag van deze import.",
                f"Gevraagd is: {known}." if known else "Deze import vraagt niet naar een ander adres.",
            )
    if len(set(answers.values())) < len(answers):
        raise Refused("Twee oude adressen krijgen hetzelfde nieuwe adres.", "Een adres is van één contact.")
    still = {row.email for row in incoming.contacts if not row.derived}
    return replace(
        stored,
        contacts=tuple(_moved(row, answers, still) for row in stored.contacts),
        roles=tuple(replace(row, email=answers.get(row.email, row.email)) for row in stored.roles),
    )


def _moved(row: ContactRow, answers: Mapping[str, str], still: Collection[str]) -> ContactRow:
    if row.email not in answers:
        return row
    email, listed = answers[row.email], {name: value for name, value in row.listed if name != "email"}
    if row.email in still:
        listed["email"] = row.email
    return replace(
        row,
        email=email,
        name=email if row.name == row.email else row.name,
        listed=tuple(sorted(listed.items())),
    )


def difference(stored: RegisterSheets, incoming: RegisterSheets, today: date) -> RegisterDifference:
    """What importing `incoming` changes; after it is applied there is none.

    A role that ended before `today`, what is inactive and a contact without a running role are never gone. A
    column that is not handed in keeps the stored values, but for `actief`.
    """
    future, mergers = following(stored, completed(incoming, stored), today)
    alike = {period(row) for row in future.roles}
    running = [row for row in stored.roles if row.last is None or row.last >= today]
    ended = [row for row in stored.roles if row.last is not None and row.last < today]
    history = [row for row in ended if period(row) in alike]
    busy = {row.email for row in running}
    parties = _compare(stored.parties, future.parties, lambda row: row.id.casefold())
    contacts = _compare(stored.contacts, future.contacts, lambda row: row.email)
    roles = _compare((*running, *history), future.roles, period, lambda row: period(row)[:3])
    documents = _compare(_active_first(stored.documents), future.documents, *DOCUMENT_KEYS)
    closings = _compare(_active_first(stored.closings), future.closings, *CLOSING_KEYS)
    return RegisterDifference(
        parties=replace(parties, gone=tuple(row for row in parties.gone if row.active)),
        contacts=replace(contacts, gone=tuple(row for row in contacts.gone if row.email in busy)),
        roles=roles,
        documents=replace(documents, gone=tuple(row for row in documents.gone if row.active)),
        closings=replace(closings, gone=tuple(row for row in closings.gone if row.active)),
        questions=_questions(roles, stored, future),
        mergers=mergers,
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


def _active_first(rows: Iterable[Kept]) -> list[Kept]:
    return sorted(rows, key=lambda row: not row.active)


def _kept(old: Row, new: Row) -> Row:
    """The new row with the stored values of columns that were not handed in, with the number and source it has."""
    if old == new:
        return new
    keep = {
        name: getattr(old, name)
        for name, column in COLUMNS.items()
        if hasattr(old, name) and new.at is not None and column not in new.at.columns and name != "active"
    }
    if isinstance(old, DocumentRow) and not new.version:
        keep["version"] = old.version
    if isinstance(old, PartyRow):
        keep["source"] = old.source
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
