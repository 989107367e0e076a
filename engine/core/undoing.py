"""How a register goes back to what it was before an import, with what happened to it since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from engine.core.intake_told import title
from engine.core.sheets import ContactRow, DocumentRow, PartyRow, RegisterSheets, RoleEntry, Row

Marked = TypeVar("Marked", ContactRow, RoleEntry)


@dataclass(frozen=True, slots=True)
class InUse:
    """What the rest of the store refers to: party ids, addresses of contacts, keys of tasks about documents."""

    parties: Collection[str] = ()
    contacts: Collection[str] = ()
    documents: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Undoing:
    """What undoing an import would do.

    `after` is the register as it becomes, still with the new addresses of contacts who moved. `clashes` are rows of
    the import that are no longer as it left them, as people know them: then it cannot be undone. `gone_parties` and
    `gone_contacts` leave the store. `kept_parties` and `kept_contacts` are rows that stay without effect because
    something refers to them.
    """

    after: RegisterSheets
    clashes: tuple[str, ...]
    gone_parties: tuple[str, ...]
    gone_contacts: tuple[str, ...]
    kept_parties: tuple[PartyRow, ...]
    kept_contacts: tuple[ContactRow, ...]


def changed_rows(before: RegisterSheets, after: RegisterSheets) -> tuple[RegisterSheets, RegisterSheets]:
    """The rows that only `before` has, and those that only `after` has.

    Among them rows that differ in nothing but what the lists say of them: what a page changed and a list knows by now.
    """
    taken, brought = _less(before, after), _less(after, before)
    contacts = _caught_up(before.contacts, after.contacts)
    roles = _caught_up(before.roles, after.roles)
    return (
        replace(
            taken,
            contacts=(*taken.contacts, *(old for old, _ in contacts)),
            roles=(*taken.roles, *(old for old, _ in roles)),
        ),
        replace(
            brought,
            contacts=(*brought.contacts, *(new for _, new in contacts)),
            roles=(*brought.roles, *(new for _, new in roles)),
        ),
    )


def undoing(
    present: RegisterSheets,
    taken: RegisterSheets,
    brought: RegisterSheets,
    readdressed: Sequence[tuple[str, str]],
    used: InUse,
) -> Undoing:
    """Takes back what an import brought and gives back what it took; rows that came or went since stay as they are.

    `readdressed` are old addresses of contacts with the new ones that the import gave.
    """
    old_parties = {row.id for row in taken.parties}
    old_contacts = {row.email for row in taken.contacts}
    old_documents = {_version(row) for row in taken.documents}
    roles = _restored(present.roles, taken.roles, brought.roles)
    closings = _restored(present.closings, taken.closings, brought.closings)
    documents = list(_restored(present.documents, taken.documents, brought.documents))
    documents += [
        replace(row, active=False)
        for row in brought.documents
        if _version(row) not in old_documents and _is_used(row, used.documents)
    ]
    parties = _restored(present.parties, taken.parties, brought.parties)
    named = {*used.parties, *(row.bestuur for row in parties), *(row.party for row in roles)}
    named |= {row.party for row in closings} | {row.party for row in documents}
    new_parties = [row for row in brought.parties if row.id not in old_parties]
    # A bestuur that stays for the sake of its school stays too.
    named |= {row.bestuur for row in new_parties if row.id in named}
    kept_parties = [replace(row, active=False) for row in new_parties if row.id in named]
    busy = {row.email for row in roles} | {*used.contacts}
    new_contacts = [row for row in brought.contacts if row.email not in old_contacts]
    kept_contacts = [row for row in new_contacts if row.email in busy]
    after = RegisterSheets(
        parties=(*parties, *kept_parties),
        contacts=(*_restored(present.contacts, taken.contacts, brought.contacts), *kept_contacts),
        roles=roles,
        documents=tuple(documents),
        closings=closings,
    )
    return Undoing(
        after,
        tuple(clashes(present, brought, readdressed)),
        tuple(row.id for row in new_parties if row.id not in named),
        tuple(row.email for row in new_contacts if row.email not in busy),
        tuple(kept_parties),
        tuple(kept_contacts),
    )


def clashes(present: RegisterSheets, brought: RegisterSheets, readdressed: Sequence[tuple[str, str]]) -> Iterable[str]:
    """Rows of an import that are no longer as it left them, as people know them."""
    lost = _less(brought, present)
    for rows in (lost.parties, lost.contacts, lost.roles, lost.documents, lost.closings):
        yield from map(title, rows)
    there = {row.email for row in present.contacts}
    for old, new in readdressed:
        if old in there or new not in there:
            yield f"{old} → {new}"


def _caught_up(before: Sequence[Marked], after: Sequence[Marked]) -> list[tuple[Marked, Marked]]:
    """Rows that are equal but for what the lists say of them, as they were and as they are."""
    known = {row: row for row in before}
    return [(known[row], row) for row in after if row in known and _marks(known[row]) != _marks(row)]


def _marks(row: ContactRow | RoleEntry) -> tuple[object, ...]:
    return (row.listed, row.source) if isinstance(row, RoleEntry) else (row.listed,)


def _less(one: RegisterSheets, other: RegisterSheets) -> RegisterSheets:
    return RegisterSheets(
        parties=_without(one.parties, other.parties),
        contacts=_without(one.contacts, other.contacts),
        roles=_without(one.roles, other.roles),
        documents=_without(one.documents, other.documents),
        closings=_without(one.closings, other.closings),
    )


def _without(rows: Sequence[Row], others: Iterable[Row]) -> tuple[Row, ...]:
    """The rows without those of `others`, each of which takes away one that is equal to it."""
    left: Counter[Row] = Counter(others)
    kept = []
    for row in rows:
        if left[row]:
            left[row] -= 1
        else:
            kept.append(row)
    return tuple(kept)


def _restored(present: Sequence[Row], taken: Sequence[Row], brought: Sequence[Row]) -> tuple[Row, ...]:
    rest: tuple[Row, ...] = _without(present, brought)
    return rest + _without(taken, rest)


def _version(row: DocumentRow) -> tuple[str, str, str]:
    return row.kind.casefold(), row.party.casefold(), row.version


def _is_used(row: DocumentRow, keys: Collection[str]) -> bool:
    """True when a task is about this version: a key is rule, version and party."""
    return any(key.endswith(f".{row.version}.{row.party}") for key in keys)
