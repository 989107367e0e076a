"""Who the SWV deals with: parties, contacts with roles, and how a role at a party becomes people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from engine.core.documents import Document, newest_documents
from engine.core.roles import BUREAU
from engine.core.sheets import ClosingRow, DocumentRow

PartyKind = Literal["school", "bestuur", "gemeente", "swv"]

SWV = "swv"
FOUND_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Party:
    """A school (vestiging), a bestuur, a gemeente or the SWV. `region` is its own, empty when it has none.

    `formerly` are the codes of schools that go on in it.
    """

    id: str
    kind: PartyKind
    name: str
    bestuur: str = ""
    place: str = ""
    gemeente: str = ""
    region: str = ""
    tags: tuple[str, ...] = ()
    active: bool = True
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """A person. `id` is the store's; the e-mail address is an attribute. `weekly` is a weekday 0-6 or None."""

    id: int
    email: str
    name: str
    salutation: str = ""
    phone: str = ""
    language: str = "nl"
    weekly: int | None = None


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A contact has a role at a party, from and to inclusive; None is open.

    `came` is the day of the import that brought it, where the party had somebody in that role before.
    """

    contact: int
    role: str
    party: str
    first: date | None = None
    last: date | None = None
    came: date | None = None

    @property
    def begun(self) -> date | None:
        """Since when it counts; None where that is not known."""
        return max((day for day in (self.first, self.came) if day is not None), default=None)

    def holds_on(self, day: date) -> bool:
        """True when the row holds on that day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Absence:
    """A contact is away from `first` to `last`, both inclusive; meanwhile `stand_in` hears in its place."""

    contact: int
    stand_in: int
    first: date
    last: date

    def holds_on(self, day: date) -> bool:
        """True when the contact is away on that day."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Found:
    """The people a role came to. `via`: the role itself, a stand-in role, or the bureau for want of anyone."""

    contacts: tuple[int, ...]
    via: Literal["role", "stand-in", "bureau", "nobody"]


@dataclass(frozen=True, slots=True, eq=False)
class Register:
    """The register of one moment, with the look-ups that deciding needs: who there is, with what roles.

    `closings` are closing days and replaced vakanties, `documents` every version that is known.
    """

    parties: Mapping[str, Party]
    contacts: Mapping[int, Contact]
    roles: tuple[RoleRow, ...]
    stand_ins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    closings: tuple[ClosingRow, ...] = ()
    documents: tuple[DocumentRow, ...] = ()
    absences: tuple[Absence, ...] = ()
    _at: dict[tuple[str, str], list[RoleRow]] = field(init=False, repr=False, default_factory=dict)
    _of: dict[int, list[RoleRow]] = field(init=False, repr=False, default_factory=dict)
    _away: dict[int, list[Absence]] = field(init=False, repr=False, default_factory=dict)
    _active: dict[PartyKind, list[Party]] = field(init=False, repr=False, default_factory=dict)
    _schools: dict[str, list[Party]] = field(init=False, repr=False, default_factory=dict)
    _ever: dict[str, list[str]] = field(init=False, repr=False, default_factory=dict)
    _heirs: dict[str, Party] = field(init=False, repr=False, default_factory=dict)
    # What holds on any day, found once: who has a role at a place whose rows have no days, and where to look for it.
    _always: dict[tuple[str, str], tuple[int, ...]] = field(init=False, repr=False, default_factory=dict)
    _chains: dict[str, tuple[tuple[str, str], ...]] = field(init=False, repr=False, default_factory=dict)
    # Who was found to act for a role at a party on a day.
    _found: dict[tuple[str, str, date], Found] = field(init=False, repr=False, default_factory=dict)
    _newest: dict[str, Mapping[str, Document]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        for party in sorted(self.parties.values(), key=lambda party: party.id):
            for before in party.formerly:
                self._heirs.setdefault(before, party)
            if party.active:
                self._active.setdefault(party.kind, []).append(party)
            if party.kind == "school":
                self._ever.setdefault(party.bestuur, []).append(party.id)
                if party.active:
                    self._schools.setdefault(party.bestuur, []).append(party)
        for row in self.roles:
            self._at.setdefault((row.role, row.party.casefold()), []).append(row)
            self._of.setdefault(row.contact, []).append(row)
        for key, rows in self._at.items():
            if all(row.first is None and row.last is None for row in rows):
                self._always[key] = _unique(row.contact for row in rows)
        for away in self.absences:
            self._away.setdefault(away.contact, []).append(away)

    def active(self, kind: PartyKind) -> list[Party]:
        """The active parties of a kind, by id."""
        return list(self._active.get(kind, ()))

    def schools_of(self, bestuur: str) -> list[Party]:
        """The active schools of a bestuur, by id."""
        return list(self._schools.get(bestuur, ()))

    def ever_of(self, bestuur: str) -> list[str]:
        """The ids of the schools of a bestuur, also of those that closed."""
        return list(self._ever.get(bestuur, ()))

    def heir_of(self, party: str) -> Party | None:
        """The party in which another one, by its id, goes on; None where there is none."""
        return self._heirs.get(party)

    def roles_of(self, contact: int, day: date) -> list[RoleRow]:
        """The roles a contact has on that day: its own, and those of whom it stands in for."""
        others = [away for away in self._away if away != contact and self.present(away, day) == contact]
        return [row for one in (contact, *others) for row in self._of.get(one, ()) if row.holds_on(day)]

    def newest(self, document: str) -> Mapping[str, Document]:
        """The newest version of each party's document of that kind, by casefolded party."""
        kind = document.casefold()
        if kind not in self._newest:
            self._newest[kind] = newest_documents(self.documents, kind)
        return self._newest[kind]

    def has_role(self, role: str) -> bool:
        """True when anyone has the role anywhere, at any time."""
        return any(row.role == role for row in self.roles)

    def along_chain(self, role: str, party: str, day: date) -> tuple[int, ...]:
        """Who hears for the role: its holders, but for who is away that day the stand-in."""
        holders = self.holders(role, party, day)
        return _unique(self.present(contact, day) for contact in holders) if self._away else holders

    def holders(self, role: str, party: str, day: date) -> tuple[int, ...]:
        """Who has the role at the party, else at its bestuur, else at its gemeente, else at the SWV; away or not."""
        return self.held_at(role, party, day)[1]

    def held_at(self, role: str, party: str, day: date) -> tuple[str, tuple[int, ...]]:
        """The place along the chain where somebody has the role, and who; an empty place where nobody has."""
        places = self._chains.get(party)
        if places is None:
            places = self._chains[party] = tuple((place, place.casefold()) for place in self.chain(party))
        for place, folded in places:
            contacts = self._always.get((role, folded))
            if contacts is None:
                rows = self._at.get((role, folded), ())
                contacts = _unique(row.contact for row in rows if row.holds_on(day))
            if contacts:
                return place, contacts
        return "", ()

    def rows_at(self, role: str, party: str) -> Sequence[RoleRow]:
        """Every row of the role at the party itself, past ones too."""
        return self._at.get((role, party.casefold()), ())

    def absence(self, contact: int, day: date) -> Absence | None:
        """The absence of a contact that holds on that day, if any."""
        return next((away for away in self._away.get(contact, ()) if away.holds_on(day)), None)

    def present(self, contact: int, day: date) -> int:
        """Who hears in a contact's place on that day: itself, or while it is away its stand-in, or that one's.

        Where all of them are away for each other the contact hears itself.
        """
        seen = {contact}
        here = contact
        while (away := self.absence(here, day)) is not None:
            here = away.stand_in
            if here in seen:
                return contact
            seen.add(here)
        return here

    def chain(self, party_id: str) -> list[str]:
        """The places where a role is looked for, nearest first."""
        party = self.parties.get(party_id)
        places = [party_id]
        if party is not None and party.bestuur:
            places.append(party.bestuur)
        if party is not None and party.gemeente:
            places.append(f"gemeente:{party.gemeente}")
        return [*places, SWV] if party_id != SWV else places

    def who(self, role: str, party: str, day: date) -> Found:
        """Who is to act: the role along the chain, else its stand-ins in turn, else the bureau at the SWV."""
        known = self._found.get((role, party, day))
        if known is None:
            if len(self._found) >= FOUND_KEPT:
                self._found.clear()
            known = self._found[role, party, day] = self._who(role, party, day)
        return known

    def _who(self, role: str, party: str, day: date) -> Found:
        if contacts := self.along_chain(role, party, day):
            return Found(contacts, "role")
        for other in self.stand_ins.get(role, ()):
            if contacts := self.along_chain(other, party, day):
                return Found(contacts, "stand-in")
        contacts = self.along_chain(BUREAU, SWV, day)
        return Found(contacts, "bureau" if contacts else "nobody")


def region_of(party: Party | None, parties: Mapping[str, Party], fallback: str) -> str:
    """The region of a party: its own, else its bestuur's, else the SWV's, which is the fallback; in lower case."""
    bestuur = parties.get(party.bestuur) if party is not None else None
    own = party.region if party is not None else ""
    return (own or (bestuur.region if bestuur is not None else "") or fallback).casefold()


def _unique(contacts: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(contacts)))
