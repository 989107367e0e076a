"""Raw sheets become the typed rows of a register; everything that cannot be read is a problem at its cell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from engine.adapters.register import cells
from engine.adapters.register.headings import NAME_OF, Header, header_of
from engine.adapters.register.place_names import alike
from engine.adapters.register.sheets import COLUMNS, WITH_ROLES, RawCell, RawRow, RawSheet, is_example
from engine.core.dutch import counted
from engine.core.problem import Problem
from engine.core.roles import ROLES, role_word
from engine.core.sheets import ClosingRow, ContactRow, DocumentRow, PartyRow, Place, RegisterSheets, RoleEntry

T = TypeVar("T")
# What stands on a row of each sheet.
_ONE = {
    "besturen": "bestuur",
    "scholen": "school",
    "contacten": "contactpersoon",
    "rollen": "rol",
    "documenten": "document",
    "vrije_dagen": "vrije dag",
}
# Columns of which no cell has a blank inside, and those that do not count.
_NO_TEXT = ("", "code", "nummer", "email", "partij")
LONGEST_CLOSING = 366  # days in one row; more is a mistyped year


def typed_rows(
    sheets: Sequence[RawSheet], extra_roles: tuple[str, ...], incomplete: Collection[str] = ()
) -> tuple[RegisterSheets, tuple[Problem, ...]]:
    """The register in these sheets, and all problems and notes; `incomplete` names sheets that could not be read.

    A value that cannot be read leaves its row in place where that keeps other rows from seeming wrong.
    """
    roles = frozenset((*ROLES, *extra_roles))
    spelled = {alike(word): role for role in sorted(roles) for word in (role_word(role), role)}
    found = _Found(incomplete=set(incomplete), spelled=spelled)
    for sheet in sheets:
        header = header_of(sheet, roles)
        found.problems += header.problems
        if header.missing or not sheet.whole:
            found.incomplete.add(sheet.name)
        if header.missing:
            continue
        for row in _rows(sheet, header, found):
            if not _READERS[sheet.name](row, found):
                found.incomplete.add(sheet.name)
        if sheet.name in WITH_ROLES:
            kind = "school" if sheet.name == "scholen" else "bestuur"
            found.role_columns.update((kind, role) for role in header.roles)
    _derive_contacts(found)
    return found.register(frozenset(sheet.name for sheet in sheets)), tuple(sorted(found.problems))


@dataclass
class _Found:
    incomplete: set[str]
    problems: list[Problem] = field(default_factory=list)
    parties: list[PartyRow] = field(default_factory=list)
    contacts: list[ContactRow] = field(default_factory=list)
    contacts_seen: set[ContactRow] = field(default_factory=set)
    roles: list[RoleEntry] = field(default_factory=list)
    from_columns: list[RoleEntry] = field(default_factory=list)
    half_read: list[RoleEntry | DocumentRow | ClosingRow] = field(default_factory=list)
    documents: list[DocumentRow] = field(default_factory=list)
    closings: list[ClosingRow] = field(default_factory=list)
    role_columns: set[tuple[str, str]] = field(default_factory=set)
    spelled: dict[str, str] = field(default_factory=dict)  # roles by their letters
    names: dict[str, str] = field(default_factory=dict)  # by address, from columns beside those of roles

    def role(self, cell: str) -> str:
        """The role that a cell names, however it is spelled; a word that is none as it stands."""
        return self.spelled.get(alike(cell), cell.casefold())

    def all_roles(self) -> list[RoleEntry]:
        """The rows of rollen, and those from columns that say something else."""
        listed = set(self.roles)
        return [*self.roles, *(row for row in dict.fromkeys(self.from_columns) if row not in listed)]

    def register(self, handed_in: frozenset[str]) -> RegisterSheets:
        return RegisterSheets(
            parties=tuple(self.parties),
            contacts=tuple(self.contacts),
            roles=tuple(self.all_roles()),
            documents=tuple(self.documents),
            closings=tuple(self.closings),
            handed_in=handed_in,
            role_columns=frozenset(self.role_columns),
            incomplete=frozenset(self.incomplete),
            half_read=tuple(self.half_read),
        )


@dataclass(frozen=True)
class _Row:
    """One row with its cells by column name."""

    sheet: str
    place: Place
    header: Header
    values: dict[str, RawCell]
    problems: list[Problem]

    def read(self, column: str, parse: Callable[[str], T], otherwise: T) -> T:
        """The cell's value; `otherwise` where it cannot be read or is empty though required (a problem)."""
        try:
            cell = cells.text(self._given(column))
            if not cell and column in self.header.required:
                hint = "Vul deze cel in."
                if column == COLUMNS[self.sheet][0]:
                    hint = "Vul deze cel in, of haal de hele rij weg."
                self.problems.append(self.place.problem(column, f"{column} is leeg", hint))
                return otherwise
            return parse(cell)
        except cells.WrongCell as wrong:
            self.problems.append(self.place.problem(column, wrong.message, wrong.hint))
            return otherwise

    def text(self, column: str) -> str:
        return self.read(column, str, "")

    def addresses(self, column: str) -> tuple[str, ...]:
        """The e-mail addresses in the cell, each once; those that are wrong are one problem and left out."""
        if column in self.header.unread:
            return ()
        right: list[str] = []
        wrong: dict[str, cells.WrongCell] = {}
        try:
            pieces = cells.addresses(self._given(column))
        except cells.WrongCell as no_text:
            pieces, wrong[""] = (), no_text
        for address in dict.fromkeys(pieces):
            try:
                right.append(cells.email(address))
            except cells.WrongCell as no_address:
                wrong[address] = no_address
        if wrong:
            found = next(iter(wrong.values()))
            if len(wrong) > 1:
                found = cells.no_addresses(self.plain(column), list(wrong))
            self.problems.append(self.place.problem(column, found.message, found.hint))
        return tuple(right)

    def names_of(self, role: str, addresses: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Each address with the name beside it in its cell, then those that the column beside it gives; a note where
        they are not as many.
        """
        cell = self.values.get(role, "")
        for address, name in cells.persons(cell) if isinstance(cell, str) and len(addresses) else ():
            if name and address.casefold() in addresses:
                yield address.casefold(), name
        column = f"{NAME_OF}{role}"
        if role not in self.header.names or not addresses or cells.is_nobody(self.plain(column)):
            return
        cell = self.values.get(column, "")
        names = (self.plain(column),) if len(addresses) == 1 else cells.names(cell if isinstance(cell, str) else "")
        if len(names) == len(addresses):
            yield from zip(addresses, names, strict=True)
        elif names:
            message = f"hier staan {counted(len(names), 'naam', 'namen')}, en {len(addresses)} adressen"
            hint = "Zet er evenveel namen als adressen, met een komma ertussen. Nu telt deze cel niet mee."
            self.problems.append(self.place.problem(column, message, hint, "note"))

    def plain(self, column: str) -> str:
        """The cell as it stands, right or wrong, with single blanks."""
        cell = self.values.get(column, "")
        return "" if isinstance(cell, cells.WrongCell) else " ".join(cell.split())

    def _given(self, column: str) -> str:
        cell = self.values.get(column, "")
        if isinstance(cell, cells.WrongCell):
            raise cell
        return cell


def _rows(sheet: RawSheet, header: Header, found: _Found) -> Iterator[_Row]:
    for raw in sheet.rows:
        if raw.is_empty() or is_example(raw, sheet.header, sheet.name):
            continue
        place = Place(sheet.file, raw.line, header.columns, sheet.sheet)
        if alone := _alone(raw, header):
            found.problems.append(_no_row(sheet, alone, raw, place))
            continue
        if len(raw.cells) == len(header.columns):
            values = {name: cell for name, cell in zip(header.columns, raw.cells, strict=True) if name}
            yield _Row(sheet.name, place, header, values, found.problems)
            continue
        found.incomplete.add(sheet.name)
        found.problems.append(_uneven(sheet, raw, place))


def _alone(raw: RawRow, header: Header) -> str:
    """The only text of a row, where that cannot be meant as the first cell of one: a heading, or a word below."""
    filled = [(at, cell) for at, cell in enumerate(raw.cells) if isinstance(cell, cells.WrongCell) or cell.strip()]
    if len(filled) != 1 or len(raw.cells) != len(header.columns):
        return ""
    (at, cell), *_ = filled
    if isinstance(cell, cells.WrongCell) or header.columns[at] not in _NO_TEXT:
        return ""
    text = " ".join(cell.split())
    return text if " " in text else ""


def _no_row(sheet: RawSheet, alone: str, raw: RawRow, place: Place) -> Problem:
    number = next(at for at, cell in enumerate(raw.cells, start=1) if isinstance(cell, str) and cell.strip())
    message = f"op deze {'rij' if sheet.sheet else 'regel'} staat alleen '{alone}'"
    row = "rij" if sheet.sheet else "regel"
    hint = f"Haal deze {row} weg: op elke {row} onder de koppen staat een {_ONE[sheet.name]}."
    return replace(place.problem("", message, hint), column=number)


def _uneven(sheet: RawSheet, raw: RawRow, place: Place) -> Problem:
    few = len(raw.cells) < len(sheet.header.cells)
    message = f"deze rij heeft {len(raw.cells)} cellen; de eerste regel heeft er {len(sheet.header.cells)}"
    hint = "Vul de rij aan met lege cellen." if few else "Zet tekst met een scheidingsteken tussen aanhalingstekens."
    column = min(len(raw.cells), len(sheet.header.cells)) + (0 if few else 1)
    return replace(place.problem("", message, hint), column=column)


def _party(row: _Row, found: _Found) -> bool:
    is_school = "code" in COLUMNS[row.sheet]
    column = "code" if is_school else "nummer"
    party = PartyRow(
        id=row.read(column, cells.code, row.plain(column)),
        kind="school" if is_school else "bestuur",
        name=row.text("naam"),
        bestuur=row.text("bestuur"),
        place=row.text("plaats"),
        gemeente=row.text("gemeente") if is_school else "",
        region=row.read("regio", cells.region, ""),
        tags=row.read("kenmerken", cells.tags, ()),
        active=row.read("actief", cells.yes, True),
        formerly=row.read("voorheen", cells.codes, ()),
        at=row.place,
    )
    for role in row.header.roles:
        addresses = row.addresses(role)
        for address in addresses:
            found.from_columns.append(RoleEntry(address, role, party.id, source="kolom", at=row.place))
        for address, name in row.names_of(role, addresses):
            if name:
                found.names.setdefault(address, name)
    if not party.id:
        return False
    found.parties.append(party)
    return True


def _contact(row: _Row, found: _Found) -> bool:
    contact = ContactRow(
        email=row.read("email", cells.email, ""),
        name=row.text("naam"),
        salutation=row.text("aanhef"),
        phone=row.text("telefoon"),
        language=row.read("taal", cells.language, "nl"),
        weekly=row.read("weekbericht", cells.weekday, None),
        at=row.place,
    )
    if not contact.email:
        return False
    # A list by school has a person on each of their schools.
    if contact not in found.contacts_seen:
        found.contacts_seen.add(contact)
        found.contacts.append(contact)
    return True


def _role(row: _Row, found: _Found) -> bool:
    entry = RoleEntry(
        email=row.read("email", cells.email, ""),
        role=row.read("rol", found.role, ""),
        party=row.read("partij", cells.party, ""),
        first=row.read("vanaf", cells.day, None),
        last=row.read("tot", cells.day, None),
        source="rollen",
        at=row.place,
    )
    if not (entry.email and entry.role and entry.party):
        found.half_read.append(entry)
        return False
    found.roles.append(entry)
    return True


def _document(row: _Row, found: _Found) -> bool:
    kind, party = row.text("soort"), row.read("partij", cells.party, "")
    adopted_on = row.read("vastgesteld_op", cells.day, None)
    version = row.read("versie", cells.version, "")
    valid_until, stage = row.read("geldig_tot", cells.day, None), row.text("fase")
    if not (kind and party and adopted_on):
        begun = adopted_on or date.min
        found.half_read.append(DocumentRow(kind, party, begun, version, valid_until, stage, at=row.place))
        return False
    found.documents.append(DocumentRow(kind, party, adopted_on, version, valid_until, stage, at=row.place))
    return True


def _closing(row: _Row, found: _Found) -> bool:
    party = row.read("partij", cells.party, "")
    first, last = row.read("van", cells.day, None), row.read("tot", cells.day, None)
    description, replaces = row.text("omschrijving"), row.read("vervangt", cells.vakantie, "")
    if not (party and first and last):
        begun, ended = first or date.min, last or date.max
        found.half_read.append(ClosingRow(party, begun, ended, description, replaces, at=row.place))
        return False
    if (last - first).days > LONGEST_CLOSING:
        message = f"van {first:%d-%m-%Y} tot {last:%d-%m-%Y} is meer dan een jaar"
        row.problems.append(row.place.problem("tot", message, "Controleer de jaartallen."))
    found.closings.append(ClosingRow(party, first, last, description, replaces, at=row.place))
    return True


_READERS: dict[str, Callable[[_Row, _Found], bool]] = {
    "besturen": _party,
    "scholen": _party,
    "contacten": _contact,
    "rollen": _role,
    "documenten": _document,
    "vrije_dagen": _closing,
}


def _derive_contacts(found: _Found) -> None:
    """A contact for each address that has a role but no row in contacten, with the name beside it if there is one."""
    known = {row.email for row in found.contacts}
    for row in found.all_roles():
        if row.email in known or row.at is None:
            continue
        known.add(row.email)
        name = found.names.get(row.email, "")
        at = row.at if not name else replace(row.at, columns=("naam",))
        found.contacts.append(ContactRow(row.email, name or row.email, derived=not name, at=at))
