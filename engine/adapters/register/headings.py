"""The first row of a sheet: which column is what, and what to put above one that says it in other words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from engine.adapters.register import cells
from engine.adapters.register.called import CALLED
from engine.adapters.register.place_names import alike
from engine.adapters.register.sheets import COLUMNS, REQUIRED, WITH_ROLES, RawCell, RawSheet, is_example
from engine.core.dutch import listed
from engine.core.problem import Problem, suggestion
from engine.core.roles import role_word
from engine.core.sheets import Place

MISSPELLED = 0.7  # how alike a heading must be to the one that was probably meant
FEWEST_NAMES = 3  # cells without an address that together make a column one of names
NAME_OF = "naam "  # before a role: the names that belong to the addresses of that role

_MAIL = ("emailadres", "mailadres", "email", "mail")


@dataclass(frozen=True)
class Header:
    """The columns of a sheet in order, unknown ones as an empty name, and what is wrong with them.

    `names`: the roles of which a column has the names. `unread`: role columns that hold something else. Without
    one of its `missing` columns no row of the sheet can be read.
    """

    columns: tuple[str, ...]
    roles: tuple[str, ...]
    names: tuple[str, ...]
    required: tuple[str, ...]
    missing: tuple[str, ...]
    problems: tuple[Problem, ...]
    unread: frozenset[str] = frozenset()


def header_of(sheet: RawSheet, roles: Collection[str]) -> Header:
    """The header of a sheet, in which a column may have the name of one of these roles."""
    of_roles = tuple(roles) if sheet.name in WITH_ROLES else ()
    known = dict.fromkeys((*COLUMNS[sheet.name], *of_roles, *(f"{NAME_OF}{role}" for role in of_roles)))
    spelled = {alike(name): name for name in reversed(known)}
    spelled |= {alike(role_word(role)): role for role in of_roles if role not in COLUMNS[sheet.name]}
    columns: list[str] = []
    problems: list[Problem] = []
    place = Place(sheet.file, sheet.header.line, sheet=sheet.sheet)
    unknown: list[_Unknown] = []
    for number, cell in enumerate(sheet.header.cells, start=1):
        shown = " ".join(cell.split()) if isinstance(cell, str) else ""
        name = spelled.get(alike(shown), "") if shown else ""
        columns.append(name if name not in columns else "")
        if columns[-1]:
            continue
        if name:
            hint = "Haal een van de twee weg."
            if name in of_roles and name not in COLUMNS[sheet.name]:
                hint = f"Staan er in een van de twee namen? Noem die 'naam {name}'. Haal er anders een weg."
            problems.append(_at(place, number, name, f"kolom '{name}' staat er twee keer", hint))
        elif shown:
            unknown.append(_Unknown(number, shown, _holds_addresses(sheet, number)))
    if swapped := _numbers_beside_names(columns, unknown, sheet):
        columns[columns.index("bestuur")], columns[swapped.number - 1] = "", "bestuur"
        unknown = [one for one in unknown if one is not swapped]
    there = tuple(name for name in columns if name and name not in COLUMNS[sheet.name])
    header = Header(
        columns=tuple(columns),
        roles=tuple(name for name in there if name in of_roles),
        names=tuple(role for role in of_roles if {role, f"{NAME_OF}{role}"} <= set(there)),
        required=tuple(name for name in REQUIRED[sheet.name] if name in columns),
        missing=tuple(name for name in REQUIRED[sheet.name] if name not in columns),
        problems=(),
    )
    for role in of_roles:
        if (name := f"{NAME_OF}{role}") in columns and role not in columns:
            unknown.append(_Unknown(columns.index(name) + 1, name, addresses=False))
    unread, wrong = _columns_of_names(header, sheet, unknown)
    problems += [*wrong, *_of_missing(header, unknown, place, sheet)]
    told = {*unread, *header.missing}
    problems += _of_unknown(unknown, known, {*columns} - told, told, place, sheet.name)
    return replace(header, problems=tuple(problems), unread=frozenset(unread))


@dataclass(frozen=True)
class _Unknown:
    """A column of which the heading says nothing to us: its number from 1, how it is called, what it holds."""

    number: int
    shown: str
    addresses: bool

    def means(self, sheet: str, known: Collection[str]) -> str:
        """The column that was probably meant by its heading, else empty."""
        letters = alike(self.shown)
        for column, words in CALLED[sheet].items():
            if letters in words.split():
                return column
        for word in _MAIL if self.addresses else ():
            plain = letters.removeprefix(word).removesuffix(word)
            for role in known:
                if plain != letters and plain in {alike(role), alike(role_word(role))}:
                    return role
        return suggestion(self.shown, known, cutoff=MISSPELLED)


def _numbers_beside_names(columns: Sequence[str], unknown: Iterable[_Unknown], sheet: RawSheet) -> _Unknown | None:
    """The column with the numbers of besturen, where the one that is called bestuur holds their names."""
    if sheet.name != "scholen" or "bestuur" not in columns:
        return None
    names = _filled(sheet, columns.index("bestuur") + 1)
    if not names or any(sign.isdigit() for cell in names for sign in cell):
        return None
    for one in unknown:
        numbers = _filled(sheet, one.number)
        if one.means(sheet.name, ()) == "bestuur" and numbers and all(cell.strip().isdigit() for cell in numbers):
            return one
    return None


def _at(place: Place, number: int, field: str, message: str, hint: str, *, note: bool = False) -> Problem:
    return replace(place.problem(field, message, hint, "note" if note else "problem"), column=number)


def _of_missing(header: Header, unknown: Sequence[_Unknown], place: Place, sheet: RawSheet) -> Iterator[Problem]:
    """What is asked for and is not there, with the column that it probably is; all one has to do in the first."""
    meant = {name: one for one in reversed(unknown) if (name := one.means(sheet.name, header.missing))}
    row = f"{'rij' if sheet.sheet else 'regel'} {sheet.header.line}"
    for name in header.missing:
        if name in meant:
            hint = f"Bedoelt u de kolom '{meant[name].shown}'? Zet daar '{name}' boven."
        else:
            hint = f"Zet op {row}, bij de koppen, in elk geval: {', '.join(REQUIRED[sheet.name])}."
        number = meant[name].number if name in meant else 1
        field = meant[name].shown if name in meant else name
        yield _at(place, number, field, f"kolom '{name}' ontbreekt", hint)


def _of_unknown(
    unknown: Sequence[_Unknown],
    known: Collection[str],
    used: Collection[str],
    told: Collection[str],
    place: Place,
    sheet: str,
) -> Iterator[Problem]:
    """A note on each column that is probably another, one on those that hold addresses, and one on all others.

    Columns that were meant to be one of `told` are told of elsewhere.
    """
    rest: list[_Unknown] = []
    roleless: list[_Unknown] = []
    for one in unknown:
        near = one.means(sheet, known)
        if near in told:
            continue
        if near and near not in used:
            message = f"kolom '{one.shown}' is onbekend en telt niet mee"
            yield _at(place, one.number, one.shown, message, f"Bedoelt u '{near}'? Zet dat erboven.", note=True)
        elif one.addresses and sheet in WITH_ROLES:
            roleless.append(one)
        else:
            rest.append(one)
    if roleless:
        count = "zij telt" if len(roleless) == 1 else "die tellen"
        message = f"in {_kolommen(roleless)} staan e-mailadressen, maar {count} niet mee"
        hint = "Zet erboven welke rol dat is, bijvoorbeeld directeur. De rollen staan in de handleiding, hoofdstuk 3."
        yield _at(place, roleless[0].number, roleless[0].shown, message, hint, note=True)
    if rest:
        telt = "telt" if len(rest) == 1 else "tellen"
        hint = f"Dat mag. Wel bekend: {', '.join(COLUMNS[sheet])}"
        if sheet in WITH_ROLES:
            hint += ", en de naam van een rol, zoals directeur of naam directeur"
        yield _at(place, rest[0].number, rest[0].shown, f"{_kolommen(rest)} {telt} niet mee", f"{hint}.", note=True)


def _kolommen(columns: Sequence[_Unknown]) -> str:
    shown = [f"'{one.shown}'" for one in columns]
    return f"{'kolom' if len(columns) == 1 else 'de kolommen'} {listed(shown)}"


def _columns_of_names(header: Header, sheet: RawSheet, unknown: Iterable[_Unknown]) -> tuple[list[str], list[Problem]]:
    """The role columns that hold names instead of addresses, and one problem for each."""
    place = Place(sheet.file, sheet.header.line, header.columns, sheet.sheet)
    unread, problems = [], []
    for role in header.roles:
        number = header.columns.index(role) + 1
        filled = _filled(sheet, number)
        names = [cell for cell in filled if "@" not in cell]
        if len(names) >= FEWEST_NAMES and 2 * len(names) > len(filled):
            shown = str(sheet.header.cells[number - 1]).strip()
            where = next((f"'{one.shown}'" for one in unknown if one.means(sheet.name, [role]) == role), "")
            hint = f"Noem haar 'naam {role}', en zet '{role}' boven {where or 'de kolom met de adressen'}."
            problems.append(place.problem(role, f"in kolom {shown} staan namen, geen e-mailadressen", hint))
            unread.append(role)
    return unread, problems


def _holds_addresses(sheet: RawSheet, number: int) -> bool:
    filled = _filled(sheet, number)
    return 2 * sum("@" in cell for cell in filled) > len(filled)


def _filled(sheet: RawSheet, number: int) -> list[str]:
    """What stands in a column, without the words that say that there is nobody."""
    rows: Iterable[Sequence[RawCell]] = (
        row.cells for row in sheet.rows if not is_example(row, sheet.header, sheet.name)
    )
    found = [row[number - 1] for row in rows if number <= len(row)]
    return [cell for cell in found if isinstance(cell, str) and cell.strip() and not cells.is_nobody(cell)]
