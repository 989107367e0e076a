"""When each document ends, for counts: of every party at once, kept until register, rules or schooljaar change."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from weakref import WeakKeyDictionary

from engine.core.documents import Document
from engine.core.party import Party, Register
from engine.core.planning import is_valid, meant_for
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.store.database import Database

Ends = Mapping[str, Sequence[date]]
# The newest of each store, with what it was made of.
_KEPT: WeakKeyDictionary[Database, tuple[Register, Sequence[Rule], Schooljaar, Ends]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class DocumentCounts:
    """How many documents have expired without a newer version, and how many end soon; as Documenten counts them."""

    expired: int
    soon: int


def document_counts(ends: Ends, parties: Iterable[str], today: date, days: int) -> DocumentCounts:
    """The documents of these parties that have expired, and those that end within so many days."""
    found = [day for party in parties for day in ends.get(party, ())]
    until = today + timedelta(days=days)
    return DocumentCounts(sum(day < today for day in found), sum(today <= day <= until for day in found))


def ends_of(database: Database, register: Register, rules: Sequence[Rule], today: date) -> Ends:
    """The last day of the newest version of each document that Documenten lists, by party."""
    year = Schooljaar.of(today)
    kept = _KEPT.get(database)
    if kept is not None and kept[0] is register and kept[1] is rules and kept[2] == year:
        return kept[3]
    found: dict[str, list[date]] = {}
    asked = [rule for rule in rules if rule.kind == "document" and is_valid(rule, year)]
    for rule in asked:
        newest = register.newest(rule.document)
        for party in meant_for(rule, register):
            if (document := newest.get(party.id.casefold())) is not None:
                found.setdefault(party.id, []).append(document.expires(rule.validity_years))
    for party, _, _, day in without_rule(register, {rule.document.casefold() for rule in asked}):
        found.setdefault(party.id, []).append(day)
    _KEPT[database] = (register, rules, year, found)
    return found


def without_rule(register: Register, with_rule: Container[str]) -> Iterable[tuple[Party, str, Document, date]]:
    """Of kinds that no rule asks for: (party, kind, newest version, its end), where the register says when it ends."""
    kinds = {row.kind for row in register.documents if row.kind.casefold() not in with_rule}
    for kind in sorted(kinds):
        for document in register.newest(kind).values():
            party = register.parties.get(document.party)
            if party is not None and party.active and document.valid_until is not None:
                yield party, kind, document, document.valid_until
