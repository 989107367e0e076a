"""Schools that go on under another code: what follows in the register, and what cannot be right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from engine.core.bestuur_names import plain_name
from engine.core.by_hand import BY_HAND
from engine.core.close_codes import as_seen
from engine.core.party import Party
from engine.core.problem import Problem
from engine.core.sheets import DocumentRow, PartyRow, RegisterSheets, RoleEntry

Merger = tuple[str, str]


def heirs_of(parties: Iterable[PartyRow | Party]) -> dict[str, str]:
    """The party that goes on, by each old code casefolded; of a code that went on twice the last one."""
    direct = {old.casefold(): row.id for row in parties for old in row.formerly}
    found = {}
    for old, next_one in direct.items():
        heir, seen = next_one, {old}
        while heir.casefold() in direct and heir.casefold() not in seen:
            seen.add(heir.casefold())
            heir = direct[heir.casefold()]
        found[old] = heir
    return found


def relabelled(future: RegisterSheets) -> RegisterSheets:
    """The future register with what the lists still say of an old code said of the party that goes on.

    Documents of an old code go along, also stored ones. A version that is taken there gets the next free number.
    """
    heirs = heirs_of(future.parties)
    if not heirs:
        return future
    roles = dict.fromkeys(
        replace(row, party=heirs[row.party.casefold()]) if row.party.casefold() in heirs and _is_listed(row) else row
        for row in future.roles
    )
    return replace(future, roles=tuple(roles), documents=tuple(_documents(future.documents, heirs)))


def following(stored: RegisterSheets, future: RegisterSheets, today: date) -> tuple[RegisterSheets, tuple[Merger, ...]]:
    """The future register with the people of each party that goes on by now, and the old codes with their heirs.

    A role goes along where nobody has it at the party that goes on; it is then as if given by hand, so that the next
    list does not end it.
    """
    before = {row.id.casefold(): {old.casefold() for old in row.formerly} for row in stored.parties}
    heirs = heirs_of(future.parties)
    known = {row.id.casefold(): row.id for row in stored.parties}
    fresh = {
        known[old.casefold()]: heirs[old.casefold()]
        for row in future.parties
        for old in row.formerly
        if old.casefold() not in before.get(row.id.casefold(), set()) and old.casefold() in known
    }
    if not fresh:
        return future, ()
    filled = {(row.role, row.party.casefold()) for row in future.roles if _runs(row, today)}
    moved = [
        replace(row, party=fresh[row.party], source=BY_HAND, listed=None, at=None)
        for row in stored.roles
        if row.party in fresh and _runs(row, today) and (row.role, fresh[row.party].casefold()) not in filled
    ]
    gone = {old.casefold() for old in fresh}
    staying = [row for row in future.roles if row.party.casefold() not in gone or row.at is not None]
    roles = tuple(dict.fromkeys([*staying, *moved]))
    there = {row.email for row in future.contacts}
    busy = {row.email for row in moved} - there
    contacts = (*future.contacts, *(row for row in stored.contacts if row.email in busy))
    return replace(future, roles=roles, contacts=contacts), tuple(sorted(fresh.items()))


def check_mergers(future: RegisterSheets, stored: RegisterSheets) -> tuple[Problem, ...]:
    """What is wrong with the old codes in these lists; `future` is what the register becomes."""
    known = {row.id.casefold() for row in (*stored.parties, *future.parties) if row.kind == "school"}
    active = {row.id.casefold() for row in future.parties if row.active}
    return tuple(sorted(_wrong(future.parties, known, active)))


def recoded(new: Sequence[PartyRow], gone: Iterable[PartyRow]) -> tuple[tuple[PartyRow, PartyRow], ...]:
    """Schools that are gone, each with the new one that is probably the same: a mistyped code, or a forgotten old one.

    Such a pair has the same name under the same bestuur, or codes that differ in signs that look alike.
    """
    left: dict[tuple[str, ...], list[PartyRow]] = {}
    for row in gone:
        for likeness in _likenesses(row) if row.kind == "school" else ():
            left.setdefault(likeness, []).append(row)
    old_codes = {old.casefold() for row in new for old in row.formerly}
    found: dict[str, tuple[PartyRow, PartyRow]] = {}
    for row in new if left else ():
        same = {old.id: old for likeness in _likenesses(row) for old in left.get(likeness, ())}
        for old in same.values() if row.kind == "school" and len(same) == 1 else ():
            if old.id.casefold() not in old_codes:
                found.setdefault(old.id, (old, row))
    return tuple(found.values())


def notes_of_recoded(new: Sequence[PartyRow], gone: Iterable[PartyRow]) -> Iterator[Problem]:
    """Asks of each of those which of the two it is; stops nothing."""
    for old, row in recoded(new, gone):
        if row.at is not None:
            message = f"school {row.id} ({row.name}) is nieuw, en {old.id} ({old.name}) staat niet meer in de lijst"
            yield row.at.problem("code", message, same_school_hint(old), "note")


def same_school_hint(old: PartyRow) -> str:
    """What to do with a new code that is probably that of a school that is gone."""
    return (
        f"Is dit dezelfde school? Verbeter de code dan in {old.id}. "
        f"Kreeg de school een nieuwe code? Zet {old.id} dan in de kolom voorheen."
    )


def _likenesses(row: PartyRow) -> tuple[tuple[str, ...], ...]:
    """What two rows of one school have in common whatever its code is."""
    return (as_seen(row.id),), (plain_name(row.name), row.bestuur.casefold())


def _wrong(parties: Sequence[PartyRow], known: set[str], active: set[str]) -> Iterator[Problem]:
    first: dict[str, PartyRow] = {row_old.casefold(): row for row in reversed(parties) for row_old in row.formerly}
    direct = {old: row.id.casefold() for old, row in first.items()}
    for row in parties:
        if row.at is None:
            continue
        for old in row.formerly:
            code, at = old.casefold(), row.at
            if _is_round(code, direct):
                hint = "Zet bij voorheen alleen de code die de school eerder had."
                yield at.problem("voorheen", f"'{old}' gaat zo verder onder zichzelf: een kring", hint)
            elif code not in known:
                hint = "Controleer de code. Was de school er nooit? Laat voorheen dan leeg."
                yield at.problem("voorheen", f"school '{old}' is niet bekend", hint)
            elif code in active:
                hint = f"Zet bij {old} in de kolom actief nee, of haal die rij weg."
                yield at.problem("voorheen", f"school '{old}' is in deze lijst nog actief", hint)
            elif first[code].id != row.id:
                hint = "Een school gaat verder onder één code. Haal de code bij een van de twee weg."
                yield at.problem("voorheen", f"'{old}' staat ook bij school '{first[code].id}'", hint)


def _is_round(code: str, direct: Mapping[str, str]) -> bool:
    here, seen = direct.get(code, ""), set[str]()
    while here and here not in seen:
        if here == code:
            return True
        seen.add(here)
        here = direct.get(here, "")
    return False


def _documents(rows: Iterable[DocumentRow], heirs: Mapping[str, str]) -> Iterator[DocumentRow]:
    rows = tuple(rows)
    own = [row for row in rows if row.party.casefold() not in heirs or not row.active]
    taken = {(row.kind.casefold(), row.party.casefold(), row.version) for row in own}
    days = {(row.kind.casefold(), row.party.casefold(), row.adopted_on) for row in own if row.active}
    yield from own
    for row in rows:
        if row.party.casefold() not in heirs or not row.active:
            continue
        moved = replace(row, party=heirs[row.party.casefold()])
        whose = moved.kind.casefold(), moved.party.casefold()
        if (*whose, row.adopted_on) in days:
            continue  # it is in the list of the party that goes on as well
        if (*whose, row.version) in taken:
            moved = replace(moved, version="")
        taken.add((*whose, moved.version))
        yield moved


def _is_listed(row: RoleEntry) -> bool:
    """True for a row of `rollen` that was handed in."""
    return row.at is not None and row.source != "kolom"


def _runs(row: RoleEntry, today: date) -> bool:
    return row.last is None or row.last >= today
