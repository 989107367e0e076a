"""The rows of a register as people hand them in, and what makes two rows the same."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeVar

from engine.core.problem import Problem, Severity

SHEETS = ("besturen", "scholen", "contacten", "rollen", "documenten", "vrije_dagen")
SHEET_OF = {"bestuur": "besturen", "school": "scholen"}
GEMEENTE = "gemeente:"

# fmt: off
# The columns whose values may differ between two rows of one key, by attribute.
COLUMNS = {
    "name": "naam", "bestuur": "bestuur", "place": "plaats", "gemeente": "gemeente", "region": "regio",
    "tags": "kenmerken", "active": "actief", "salutation": "aanhef", "phone": "telefoon", "language": "taal",
    "weekly": "weekbericht", "adopted_on": "vastgesteld_op", "version": "versie", "valid_until": "geldig_tot",
    "stage": "fase", "first": "vanaf", "last": "tot", "description": "omschrijving", "replaces": "vervangt",
    "formerly": "voorheen",
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: the file as shown, its line from 1, and the names of the file's columns in order.

    `sheet` is the one in a workbook, else empty.
    """

    file: str
    line: int
    columns: tuple[str, ...] = field(default=(), repr=False)
    sheet: str = ""

    def problem(self, column: str, message: str, hint: str = "", severity: Severity = "problem") -> Problem:
        """A problem with the value in that column of this row; at column 1 when there is no such column."""
        number = self.columns.index(column) + 1 if column in self.columns else 1
        return Problem(self.file, self.line, number, column, message, hint, severity, self.sheet)

    def called(self, sheet: str) -> str:
        """How another sheet of this register is called: a file, or a sheet of the workbook."""
        return f"het blad {sheet}" if self.sheet else f"{sheet}.csv"

    def seen_from(self, other: Place) -> str:
        """`op regel 3`, with the file or sheet when `other` stands elsewhere."""
        line = f"op {'rij' if self.sheet else 'regel'} {self.line}"
        if self.file != other.file:
            return f"{line} van {self.file}"
        return line if self.sheet == other.sheet else f"{line} van het blad {self.sheet}"


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A row. `at` is where it was read, None for a stored one; it plays no part in comparing."""

    at: Place | None = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class PartyRow(HandedIn):
    """A school by its code or a bestuur by its number. `region` is its own or empty; `tags` are sorted.

    `formerly` are the codes of schools that go on in it. `source` names the list of DUO that brought a school first,
    else empty. A `derived` bestuur was made from a number at a school, so that its name says nothing.
    """

    id: str
    kind: Literal["school", "bestuur"]
    name: str
    bestuur: str = ""
    place: str = ""
    gemeente: str = ""
    region: str = ""
    tags: tuple[str, ...] = ()
    active: bool = True
    source: str = field(default="", compare=False)
    derived: bool = field(default=False, compare=False)
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContactRow(HandedIn):
    """A person by casefolded address; `weekly` is 0-6. A `derived` one was made from an address elsewhere.

    `listed`: what the lists still say, by attribute, of what was changed on a page.
    """

    email: str
    name: str
    salutation: str = ""
    phone: str = ""
    language: str = "nl"
    weekly: int | None = None
    derived: bool = field(default=False, compare=False)
    listed: tuple[tuple[str, str | int | None], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class RoleEntry(HandedIn):
    """An address has a role at a party, from and to inclusive; None is open.

    `source` is where it was handed in: `rollen`, `kolom` (a role column), `pagina` (by hand, and no list names it
    yet), or empty when that is not known. `listed`: the period that the lists still give it, when a page changed it.
    `came` is the day of the import that brought it, where the party had somebody in that role before.
    """

    email: str
    role: str
    party: str
    first: date | None = None
    last: date | None = None
    source: str = field(default="", compare=False)
    listed: tuple[date | None, date | None] | None = field(default=None, compare=False)
    came: date | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class ClosingRow(HandedIn):
    """Days on which a party is closed, inclusive; `replaces` is a vakantie or empty.

    One not `active` was taken back.
    """

    party: str
    first: date
    last: date
    description: str = ""
    replaces: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class DocumentRow(HandedIn):
    """A version of a party's document. `version` as in `v3`, empty when the store is to number it.

    One not `active` was taken back; its number stays taken. `source` is `pagina` where it came by a page: a list that
    does not name it yet does not take it back. `renew_by`: the day before its end by which the bureau wants it renewed;
    lists do not hold it.
    """

    kind: str
    party: str
    adopted_on: date
    version: str = ""
    valid_until: date | None = None
    stage: str = ""
    active: bool = True
    source: str = field(default="", compare=False)
    renew_by: date | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class DuoScope:
    """What lists of DUO speak of: which lists, every code in them, and the gemeenten that were asked for.

    All casefolded. A school that a list brought and that it no longer has, in one of these gemeenten, is gone; of
    other parties the lists say nothing.
    """

    sources: frozenset[str]
    codes: frozenset[str]
    gemeenten: frozenset[str]

    def lacks(self, row: PartyRow) -> bool:
        """True for a school that is gone by these lists."""
        named = row.id.casefold() in self.codes or row.gemeente.casefold() not in self.gemeenten
        return row.kind == "school" and row.source in self.sources and not named


@dataclass(frozen=True, slots=True)
class RegisterSheets:
    """The rows of a register. A sheet that is not `handed_in` says nothing; an empty one says there are none.

    `role_columns`: the (kind of party, role) that came as a column of besturen or scholen. `incomplete`: sheets
    with rows that could not be read, so that a reference to them proves nothing. `duo`: schools and besturen came
    from lists of DUO, which are not `handed_in` as sheets: they speak of these rows alone. `empty`: sheets of a
    workbook that are there without rows, and say nothing. `half_read`: rows with a cell that cannot be read, which are
    looked at for what else is wrong with them: such a cell is empty, or a date at the end of time.
    """

    parties: tuple[PartyRow, ...] = ()
    contacts: tuple[ContactRow, ...] = ()
    roles: tuple[RoleEntry, ...] = ()
    documents: tuple[DocumentRow, ...] = ()
    closings: tuple[ClosingRow, ...] = ()
    handed_in: frozenset[str] = frozenset(SHEETS)
    role_columns: frozenset[tuple[str, str]] = frozenset()
    incomplete: frozenset[str] = frozenset()
    duo: DuoScope | None = None
    empty: frozenset[str] = frozenset()
    half_read: tuple[RoleEntry | DocumentRow | ClosingRow, ...] = ()


Row = TypeVar("Row", PartyRow, ContactRow, RoleEntry, DocumentRow, ClosingRow)


def period(row: RoleEntry) -> tuple[str, str, str, date | None, date | None]:
    """What makes two role rows the same: who, which role, where, and from when to when."""
    return row.email, row.role, row.party.casefold(), row.first, row.last


DOCUMENT_KEYS: tuple[Callable[[DocumentRow], Hashable], ...] = (
    lambda row: (row.kind.casefold(), row.party.casefold(), row.version or row.adopted_on),
    lambda row: (row.kind.casefold(), row.party.casefold(), row.adopted_on),
)
CLOSING_KEYS: tuple[Callable[[ClosingRow], Hashable], ...] = (
    lambda row: (row.party.casefold(), row.first, row.last, row.replaces),
    lambda row: (row.party.casefold(), row.first),
)
