"""A register as people hand it in: its rows, what is wrong with them, and how it differs from the stored one."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Generic, Literal, TypeVar

from engine.core.dutch import WEEKDAYS
from engine.core.party import SWV
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
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: the file as shown, its line from 1, and the names of the file's columns in order."""

    file: str
    line: int
    columns: tuple[str, ...] = field(default=(), repr=False)

    def problem(self, column: str, message: str, hint: str = "", severity: Severity = "problem") -> Problem:
        """A problem with the value in that column of this row; at column 1 when there is no such column."""
        number = self.columns.index(column) + 1 if column in self.columns else 1
        return Problem(self.file, self.line, number, column, message, hint, severity)


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A row. `at` is where it was read, None for a stored one; it plays no part in comparing."""

    at: Place | None = field(default=None, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class PartyRow(HandedIn):
    """A school by its code or a bestuur by its number. `region` is its own or empty; `tags` are sorted."""

    id: str
    kind: Literal["school", "bestuur"]
    name: str
    bestuur: str = ""
    place: str = ""
    gemeente: str = ""
    region: str = ""
    tags: tuple[str, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True)
class ContactRow(HandedIn):
    """A person by casefolded address; `weekly` is 0-6. A `derived` one was made from an address elsewhere."""

    email: str
    name: str
    salutation: str = ""
    phone: str = ""
    language: str = "nl"
    weekly: int | None = None
    derived: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class RoleEntry(HandedIn):
    """An address has a role at a party, from and to inclusive; None is open."""

    email: str
    role: str
    party: str
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class ClosingRow(HandedIn):
    """Days on which a party is closed, inclusive; `replaces` is a vakantie or empty."""

    party: str
    first: date
    last: date
    description: str = ""
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRow(HandedIn):
    """A version of a party's document. `version` as in `v3`, empty when the store is to number it."""

    kind: str
    party: str
    adopted_on: date
    version: str = ""
    valid_until: date | None = None
    stage: str = ""


@dataclass(frozen=True, slots=True)
class RegisterSheets:
    """The rows of a register. A sheet that is not `handed_in` says nothing; an empty one says there are none.

    `role_columns`: the (kind of party, role) that came as a column of besturen or scholen. `incomplete`: sheets
    with rows that could not be read, so that a reference to them proves nothing.
    """

    parties: tuple[PartyRow, ...] = ()
    contacts: tuple[ContactRow, ...] = ()
    roles: tuple[RoleEntry, ...] = ()
    documents: tuple[DocumentRow, ...] = ()
    closings: tuple[ClosingRow, ...] = ()
    handed_in: frozenset[str] = frozenset(SHEETS)
    role_columns: frozenset[tuple[str, str]] = frozenset()
    incomplete: frozenset[str] = frozenset()


Row = TypeVar("Row", PartyRow, ContactRow, RoleEntry, DocumentRow, ClosingRow)


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
    alike = {_period(row) for row in future.roles}
    running = [row for row in stored.roles if row.last is None or row.last >= today]
    ended = [row for row in stored.roles if row.last is not None and row.last < today]
    history = [row for row in ended if _period(row) in alike]
    busy = {row.email for row in running}
    parties = _compare(stored.parties, future.parties, lambda row: row.id.casefold())
    contacts = _compare(stored.contacts, future.contacts, lambda row: row.email)
    roles = _compare((*running, *history), future.roles, _period, lambda row: _period(row)[:3])
    return RegisterDifference(
        parties=replace(parties, gone=tuple(row for row in parties.gone if row.active)),
        contacts=replace(contacts, gone=tuple(row for row in contacts.gone if row.email in busy)),
        roles=roles,
        documents=_compare(stored.documents, future.documents, *_DOCUMENT_KEYS),
        closings=_compare(stored.closings, future.closings, *_CLOSING_KEYS),
        questions=_questions(roles, stored, future),
    )


def check_register(sheets: RegisterSheets, known_roles: Collection[str]) -> tuple[Problem, ...]:
    """All problems and notes of rows that do not fit together, in order of place; stored rows are taken as right.

    For sheets that are to be imported: first make them `completed`, so that they may refer to stored rows.
    """
    found = [
        *_repeated(sheets.parties, lambda row: row.id.casefold(), ("code", "nummer"), "'{0.id}'"),
        *_repeated(sheets.contacts, lambda row: row.email, ("email",), "'{0.email}'"),
        *_repeated(sheets.roles, _period, ("email",)),
        *_repeated(sheets.documents, _DOCUMENT_KEYS[0], ("soort",), "dit document"),
        *_repeated(sheets.closings, _CLOSING_KEYS[0], ("partij",)),
        *_unknown_besturen(sheets),
        *_unknown_parties(sheets),
        *_unknown_roles(sheets.roles, known_roles),
        *_turned_around(sheets),
    ]
    return tuple(sorted(found))


def _repeated(
    rows: Iterable[Row], key: Callable[[Row], Hashable], columns: tuple[str, ...], what: str = "deze rij"
) -> Iterator[Problem]:
    first: dict[Hashable, Place] = {}
    for row in rows:
        if row.at is None or first.setdefault(key(row), row.at) is row.at:
            continue
        earlier = first[key(row)]
        column = next((name for name in columns if name in row.at.columns), columns[0])
        where = "" if earlier.file == row.at.file else f" van {earlier.file}"
        message = f"{what.format(row)} staat al op regel {earlier.line}{where}"
        yield row.at.problem(column, message, "Haal een van de twee rijen weg.")


def _unknown_besturen(sheets: RegisterSheets) -> Iterator[Problem]:
    besturen = {row.id.casefold(): row.id for row in sheets.parties if row.kind == "bestuur"}
    stripped = _without_zeros(besturen)
    for row in sheets.parties:
        known = not row.bestuur or row.bestuur.casefold() in besturen
        if row.at is None or known or "besturen" in sheets.incomplete:
            continue
        message = f"bestuur '{row.bestuur}' staat niet in besturen.csv"
        hint = _remedy(row.bestuur, stripped) or "Zet het bestuur in besturen.csv, of verbeter het nummer."
        yield row.at.problem("bestuur", message, hint)


def _unknown_parties(sheets: RegisterSheets) -> Iterator[Problem]:
    if not sheets.incomplete.isdisjoint(SHEET_OF.values()):
        return
    known = {SWV: SWV} | {row.id.casefold(): row.id for row in sheets.parties}
    stripped = _without_zeros(known)
    gemeenten = {f"{GEMEENTE}{row.gemeente}".casefold() for row in sheets.parties if row.gemeente}
    rows: list[RoleEntry | DocumentRow | ClosingRow] = [*sheets.roles, *sheets.documents, *sheets.closings]
    for row in rows:
        party = row.party.casefold()
        if row.at is None or party in known or (isinstance(row, RoleEntry) and party in gemeenten):
            continue
        if not party.startswith(GEMEENTE):
            message = f"partij '{row.party}' staat niet in scholen.csv of besturen.csv"
            hint = _remedy(row.party, stripped) or "Gebruik een schoolcode, een bestuursnummer, gemeente:NAAM of swv."
        elif isinstance(row, RoleEntry):
            message = f"geen school in scholen.csv ligt in '{row.party}'"
            hint = "Schrijf de gemeente zoals in de kolom gemeente van scholen.csv."
        else:
            message = f"'{row.party}' kan hier niet: alleen een school, een bestuur of swv"
            hint = "Gebruik een schoolcode, een bestuursnummer of swv."
        yield row.at.problem("partij", message, hint)


def _without_zeros(known: dict[str, str]) -> dict[str, str]:
    return {key.lstrip("0"): shown for key, shown in known.items()}


def _remedy(code: str, stripped: dict[str, str]) -> str:
    meant = stripped.get(code.casefold().lstrip("0"))
    return f"Bedoelt u '{meant}'? Excel laat nullen vooraan weg." if meant else ""


def _unknown_roles(roles: Iterable[RoleEntry], known: Collection[str]) -> Iterator[Problem]:
    for row in roles:
        if row.at is None or row.role in known:
            continue
        near = difflib.get_close_matches(row.role, known, n=1)
        hint = f"Bedoelt u '{near[0]}'?" if near else f"Kies uit: {', '.join(known)}."
        yield row.at.problem("rol", f"'{row.role}' is geen bekende rol", hint)


def _turned_around(sheets: RegisterSheets) -> Iterator[Problem]:
    periods: list[tuple[RoleEntry | ClosingRow | DocumentRow, date | None, date | None, str, str]] = [
        *((row, row.first, row.last, "vanaf", "tot") for row in sheets.roles),
        *((row, row.first, row.last, "van", "tot") for row in sheets.closings),
        *((row, row.adopted_on, row.valid_until, "vastgesteld_op", "geldig_tot") for row in sheets.documents),
    ]
    for row, first, last, began, ended in periods:
        if row.at is not None and first is not None and last is not None and last < first:
            message = f"{ended} ({last:%d-%m-%Y}) ligt voor {began} ({first:%d-%m-%Y})"
            yield row.at.problem(ended, message, "Controleer de twee datums.")


def _period(row: RoleEntry) -> tuple[str, str, str, date | None, date | None]:
    return row.email, row.role, row.party.casefold(), row.first, row.last


_DOCUMENT_KEYS: tuple[Callable[[DocumentRow], Hashable], ...] = (
    lambda row: (row.kind.casefold(), row.party.casefold(), row.version or row.adopted_on),
    lambda row: (row.kind.casefold(), row.party.casefold(), row.adopted_on),
)
_CLOSING_KEYS: tuple[Callable[[ClosingRow], Hashable], ...] = (
    lambda row: (row.party.casefold(), row.first, row.last, row.replaces),
    lambda row: (row.party.casefold(), row.first),
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
