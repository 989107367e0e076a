"""Raw sheets become the typed rows of a register; everything that cannot be read is a problem at its cell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from engine.adapters.register import cells
from engine.adapters.register.sheets import COLUMNS, REQUIRED, WITH_ROLES, RawCell, RawRow, RawSheet, is_example
from engine.core.problem import Problem, suggestion
from engine.core.roles import ROLES
from engine.core.sheets import ClosingRow, ContactRow, DocumentRow, PartyRow, Place, RegisterSheets, RoleEntry

T = TypeVar("T")
NAMELESS = "wie nog geen naam heeft, krijgt het adres als naam"
MOST_NAMELESS = 1  # addresses without a name that are shown one by one
LONGEST_CLOSING = 366  # days in one row; more is a mistyped year
MISSPELLED = 0.7  # how alike a heading must be to the one that was probably meant
FEWEST_NAMES = 3  # cells without an address that together make a column one of names


def typed_rows(
    sheets: Sequence[RawSheet], extra_roles: tuple[str, ...], incomplete: Collection[str] = ()
) -> tuple[RegisterSheets, tuple[Problem, ...]]:
    """The register in these sheets, and all problems and notes; `incomplete` names sheets that could not be read.

    A value that cannot be read leaves its row in place where that keeps other rows from seeming wrong.
    """
    found = _Found(incomplete=set(incomplete))
    roles = frozenset((*ROLES, *extra_roles))
    for sheet in sheets:
        header = _without_names(_Header.of(sheet, roles), sheet)
        found.problems += header.problems
        if not sheet.whole:
            found.incomplete.add(sheet.name)
        for row in _rows(sheet, header, found):
            if not _READERS[sheet.name](row, found):
                found.incomplete.add(sheet.name)
        if sheet.name in WITH_ROLES:
            kind = "school" if sheet.name == "scholen" else "bestuur"
            found.role_columns.update((kind, role) for role in header.roles)
    handed_in = frozenset(sheet.name for sheet in sheets)
    _derive_contacts(found, "contacten" in handed_in)
    return found.register(handed_in), tuple(sorted(found.problems))


@dataclass
class _Found:
    incomplete: set[str]
    problems: list[Problem] = field(default_factory=list)
    parties: list[PartyRow] = field(default_factory=list)
    contacts: list[ContactRow] = field(default_factory=list)
    contacts_seen: set[ContactRow] = field(default_factory=set)
    roles: list[RoleEntry] = field(default_factory=list)
    from_columns: list[RoleEntry] = field(default_factory=list)
    documents: list[DocumentRow] = field(default_factory=list)
    closings: list[ClosingRow] = field(default_factory=list)
    role_columns: set[tuple[str, str]] = field(default_factory=set)

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
        )


@dataclass(frozen=True)
class _Header:
    """The columns of a sheet in order, unknown ones as an empty name, and what is wrong with them."""

    columns: tuple[str, ...]
    roles: tuple[str, ...]
    required: tuple[str, ...]
    problems: list[Problem]
    unread: frozenset[str] = frozenset()

    @classmethod
    def of(cls, sheet: RawSheet, roles: Collection[str]) -> _Header:
        known = dict.fromkeys((*COLUMNS[sheet.name], *(roles if sheet.name in WITH_ROLES else ())))
        columns: list[str] = []
        problems: list[Problem] = []
        place = Place(sheet.file, sheet.header.line, sheet=sheet.sheet)
        unknown: list[tuple[int, str]] = []
        for number, cell in enumerate(sheet.header.cells, start=1):
            name = cell.strip().casefold() if isinstance(cell, str) else ""
            columns.append(name if name in known and name not in columns else "")
            if columns[-1]:
                continue
            if name in known:
                hint = "Haal een van de twee weg."
                if name not in COLUMNS[sheet.name]:
                    hint = f"Staan er in een van de twee namen? Noem die 'naam {name}'. Haal er anders een weg."
                twice = place.problem(name, f"kolom '{name}' staat er twee keer", hint)
                problems.append(replace(twice, column=number))
            elif name:
                unknown.append((number, " ".join(name.split())))
        problems += _of_unknown(unknown, known, columns, place, sheet.name)
        for name in REQUIRED[sheet.name]:
            if name not in columns:
                message = f"kolom '{name}' ontbreekt"
                row = f"{'rij' if sheet.sheet else 'regel'} {sheet.header.line}"
                hint = f"Zet op {row}, bij de koppen, in elk geval: {', '.join(REQUIRED[sheet.name])}."
                problems.append(place.problem(name, message, hint))
        return cls(
            columns=tuple(columns),
            roles=tuple(name for name in columns if name and name not in COLUMNS[sheet.name]),
            required=tuple(name for name in REQUIRED[sheet.name] if name in columns),
            problems=problems,
        )


def _of_unknown(
    unknown: Sequence[tuple[int, str]], known: Collection[str], used: Collection[str], place: Place, sheet: str
) -> Iterator[Problem]:
    """A note on each column that is probably misspelled, and one on all others."""
    rest = []
    for number, name in unknown:
        near = suggestion(name, known, cutoff=MISSPELLED)
        if near and near not in used:
            note = place.problem(name, f"kolom '{name}' is onbekend en telt niet mee", f"Bedoelt u '{near}'?", "note")
            yield replace(note, column=number)
        else:
            rest.append((number, name))
    if not rest:
        return
    number, name = rest[0]
    message = f"kolom '{name}' is onbekend en telt niet mee"
    if len(rest) > 1:
        message = f"deze kolommen tellen niet mee: {', '.join(name for _, name in rest)}"
    hint = f"Dat mag. Bekende kolommen: {', '.join(COLUMNS[sheet])}."
    yield replace(place.problem(name, message, hint, "note"), column=number)


def _without_names(header: _Header, sheet: RawSheet) -> _Header:
    """The same header; a role column that holds names instead of addresses is one problem, and stays unread."""
    place = Place(sheet.file, sheet.header.line, header.columns, sheet.sheet)
    rows = [row for row in sheet.rows if not is_example(row, sheet.header, sheet.name)]
    unread = []
    for role in header.roles:
        number = header.columns.index(role)
        there = [row.cells[number] for row in rows if number < len(row.cells)]
        filled = [cell for cell in there if isinstance(cell, str) and cell.strip() and not cells.is_nobody(cell)]
        names = [cell for cell in filled if "@" not in cell]
        if len(names) >= FEWEST_NAMES and 2 * len(names) > len(filled):
            shown = sheet.header.cells[number]
            message = f"in kolom {shown.strip() if isinstance(shown, str) else role} staan namen, geen e-mailadressen"
            hint = f"Noem haar 'naam {role}', en zet '{role}' boven de kolom met de adressen."
            header.problems.append(place.problem(role, message, hint))
            unread.append(role)
    return replace(header, unread=frozenset(unread))


@dataclass(frozen=True)
class _Row:
    """One row with its cells by column name."""

    sheet: str
    place: Place
    header: _Header
    values: dict[str, RawCell]
    problems: list[Problem]

    def read(self, column: str, parse: Callable[[str], T], otherwise: T) -> T:
        """The cell's value; `otherwise` where it cannot be read or is empty though required (a problem)."""
        try:
            cell = cells.text(self._given(column))
            if not cell and column in self.header.required:
                self.problems.append(self.place.problem(column, f"{column} is leeg", "Vul deze cel in."))
                return otherwise
            return parse(cell)
        except cells.WrongCell as wrong:
            self.problems.append(self.place.problem(column, wrong.message, wrong.hint))
            return otherwise

    def text(self, column: str) -> str:
        return self.read(column, str, "")

    def addresses(self, column: str) -> Iterator[str]:
        """The e-mail addresses in the cell, each once; one that is wrong is a problem and left out."""
        if column in self.header.unread:
            return
        try:
            pieces = cells.addresses(self._given(column))
        except cells.WrongCell as wrong:
            self.problems.append(self.place.problem(column, wrong.message, wrong.hint))
            return
        for address in dict.fromkeys(pieces):
            try:
                yield cells.email(address)
            except cells.WrongCell as wrong:
                self.problems.append(self.place.problem(column, wrong.message, wrong.hint))

    def plain(self, column: str) -> str:
        """The cell as it stands, right or wrong, with single blanks."""
        cell = self.values.get(column, "")
        return "" if isinstance(cell, cells.WrongCell) else " ".join(cell.split())

    def _given(self, column: str) -> str:
        cell = self.values.get(column, "")
        if isinstance(cell, cells.WrongCell):
            raise cell
        return cell


def _rows(sheet: RawSheet, header: _Header, found: _Found) -> Iterator[_Row]:
    for raw in sheet.rows:
        if raw.is_empty() or is_example(raw, sheet.header, sheet.name):
            continue
        place = Place(sheet.file, raw.line, header.columns, sheet.sheet)
        if len(raw.cells) == len(header.columns):
            values = {name: cell for name, cell in zip(header.columns, raw.cells, strict=True) if name}
            yield _Row(sheet.name, place, header, values, found.problems)
            continue
        found.incomplete.add(sheet.name)
        found.problems.append(_uneven(sheet, raw, place))


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
        at=row.place,
    )
    for role in row.header.roles:
        for address in row.addresses(role):
            found.from_columns.append(RoleEntry(address, role, party.id, source="kolom", at=row.place))
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
        role=row.read("rol", str.casefold, ""),
        party=row.read("partij", cells.party, ""),
        first=row.read("vanaf", cells.day, None),
        last=row.read("tot", cells.day, None),
        source="rollen",
        at=row.place,
    )
    if not (entry.email and entry.role and entry.party):
        return False
    found.roles.append(entry)
    return True


def _document(row: _Row, found: _Found) -> bool:
    kind, party = row.text("soort"), row.read("partij", cells.party, "")
    adopted_on = row.read("vastgesteld_op", cells.day, None)
    version = row.read("versie", cells.version, "")
    valid_until, stage = row.read("geldig_tot", cells.day, None), row.text("fase")
    if not (kind and party and adopted_on):
        return False
    found.documents.append(DocumentRow(kind, party, adopted_on, version, valid_until, stage, at=row.place))
    return True


def _closing(row: _Row, found: _Found) -> bool:
    party = row.read("partij", cells.party, "")
    first, last = row.read("van", cells.day, None), row.read("tot", cells.day, None)
    description, replaces = row.text("omschrijving"), row.read("vervangt", cells.vakantie, "")
    if not (party and first and last):
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


def _derive_contacts(found: _Found, handed_in: bool) -> None:
    """A contact for each address that has a role but no row in contacten, and a note that says so."""
    known = {row.email for row in found.contacts}
    notes: list[Problem] = []
    for row in found.all_roles():
        if row.email in known or row.at is None:
            continue
        known.add(row.email)
        found.contacts.append(ContactRow(row.email, row.email, derived=True, at=row.at))
        column = row.role if row.role in row.at.columns else "email"
        contacten = row.at.called("contacten")
        message = f"{row.email} staat niet in {contacten}; {NAMELESS}"
        notes.append(row.at.problem(column, message, f"Zet het adres met een naam in {contacten}.", "note"))
    if not notes or "contacten" in found.incomplete:
        return
    if handed_in and len(notes) > MOST_NAMELESS:
        found.problems.append(_many_nameless(notes))
    elif not handed_in:
        contacten = "het blad contacten" if notes[0].sheet else "contacten.csv"
        message = f"{contacten} is er niet; {NAMELESS}"
        found.problems.append(replace(notes[0], message=message, hint=f"Lever ook {contacten} aan."))
    else:
        found.problems += notes


def _many_nameless(notes: list[Problem]) -> Problem:
    """One note for all of them, at the first."""
    contacten = "het blad contacten" if notes[0].sheet else "contacten.csv"
    message = f"{len(notes)} adressen staan niet in {contacten}; {NAMELESS}. Dit is het eerste"
    return replace(notes[0], message=message, hint=f"Zet ze met een naam in {contacten}. Dat mag ook later.")
