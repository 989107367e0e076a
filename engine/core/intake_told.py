"""What an import would do, in the words in which people are told of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from engine.core.by_hand import Stays
from engine.core.dutch import WEEKDAYS, counted, listed
from engine.core.intake import AddressQuestion, RegisterDifference, SheetDifference
from engine.core.party import SWV
from engine.core.problem import Problem
from engine.core.roles import role_word
from engine.core.sheets import ClosingRow, ContactRow, DocumentRow, PartyRow, RoleEntry

SHEETS_TOLD = {
    "parties": "scholen en besturen",
    "contacts": "contacten",
    "roles": "rollen",
    "documents": "documenten",
    "closings": "vrije dagen",
}
GONE_TOLD = {
    "parties": "wordt inactief",
    "contacts": "heeft geen rol meer",
    "roles": "eindigt",
    "documents": "telt niet meer mee",
    "closings": "telt niet meer mee",
}

WORDS = {"new": "nieuw", "changed": "gewijzigd", "gone": "weg", "readdressed": "met een ander adres"}

# Kind of row, what happened to it (a key of WORDS), which row, and what became of its fields.
Told = tuple[str, str, str, str]


def told(found: RegisterDifference, names: Mapping[str, str] | None = None) -> tuple[Told, ...]:
    """What a difference changes, a line for each row; `names` are those of parties by their id."""
    known = {row.id: row.name for row in found.parties.new} | dict(names or {})
    lines: list[Told] = [("contacts", "readdressed", new, f"was {old}") for old, new in found.readdressed]
    for name, sheet in sheets_of(found):
        lines += [(name, "new", title(row, known), "") for row in sheet.new]
        for one in sheet.changed:
            fields = ", ".join(f"{field.field}: {field.old or '-'} → {field.new or '-'}" for field in one.fields)
            lines.append((name, "changed", title(one.new, known), fields))
        lines += [(name, "gone", title(row, known), GONE_TOLD[name]) for row in sheet.gone]
    return tuple(lines)


def summary(lines: Iterable[Told]) -> str:
    """`contacten: 2 nieuw, 1 weg; rollen: 3 gewijzigd`; empty when nothing changes."""
    counts: dict[str, dict[str, int]] = {}
    for name, change, _, _ in lines:
        kind = counts.setdefault(name, {})
        kind[change] = kind.get(change, 0) + 1
    parts = []
    for name, word in SHEETS_TOLD.items():
        if found := counts.get(name):
            parts.append(f"{word}: {', '.join(f'{found[key]} {how}' for key, how in WORDS.items() if key in found)}")
    return "; ".join(parts)


def place_told(problem: Problem) -> str:
    """Where in a register a problem stands: `register.xlsx, blad scholen, rij 7, kolom bestuur`."""
    parts = [problem.file]
    if problem.sheet:
        parts.append(f"blad {problem.sheet}")
    if (problem.line, problem.column, problem.field) != (1, 1, ""):
        parts.append(f"{'rij' if problem.sheet else 'regel'} {problem.line}")
        parts.append(f"kolom {problem.field or column_letter(problem.column)}")
    return ", ".join(parts)


def column_letter(number: int) -> str:
    """How a spreadsheet calls its column: `A` for 1, `AA` for 27."""
    letters = ""
    while number > 0:
        number, left = divmod(number - 1, 26)
        letters = chr(ord("A") + left) + letters
    return letters


def nothing_stored(problems: Iterable[Problem]) -> str:
    """How many problems keep an import back."""
    wrong = sum(problem.severity == "problem" for problem in problems)
    return f"{counted(wrong, 'fout', 'fouten')}. Er is niets opgeslagen. Verbeter dit, en importeer opnieuw."


def sheets_of(found: RegisterDifference) -> list[tuple[str, SheetDifference]]:  # type: ignore[type-arg]  # any row
    """The kinds of row of a difference by the name of its field, in the order of `SHEETS_TOLD`."""
    return [(name, getattr(found, name)) for name in SHEETS_TOLD]


def title(
    row: PartyRow | ContactRow | RoleEntry | DocumentRow | ClosingRow, names: Mapping[str, str] | None = None
) -> str:
    """One line that tells which row this is; with `names`, by party id, in the words of people."""
    if names is not None and isinstance(row, RoleEntry | DocumentRow | ClosingRow):
        row = replace(row, party=party_told(row.party, names))
    if names is not None and isinstance(row, RoleEntry):
        row = replace(row, role=role_word(row.role))
    if isinstance(row, PartyRow):
        parts = [row.id, row.name]
    elif isinstance(row, ContactRow):
        parts = [row.email, row.name if row.name != row.email else ""]
    elif isinstance(row, RoleEntry):
        since = f"vanaf {row.first:%d-%m-%Y}" if row.first else ""
        parts = [row.email, row.role, row.party, since, f"tot {row.last:%d-%m-%Y}" if row.last else ""]
    elif isinstance(row, DocumentRow):
        parts = [row.kind, row.party, row.version, f"van {row.adopted_on:%d-%m-%Y}"]
    else:
        days = f"{row.first:%d-%m-%Y}"
        if row.last != row.first:
            days += f" tot en met {row.last:%d-%m-%Y}"
        parts = [row.party, days, row.description, f"(in plaats van de {row.replaces})" if row.replaces else ""]
    return " ".join(part for part in parts if part)


def party_told(party: str, names: Mapping[str, str]) -> str:
    """`De Linde (10AA00)`, `gemeente Alkmaar`, `het samenwerkingsverband`; `names` are those of parties by their id."""
    if party in names:
        return f"{names[party]} ({party})"
    return "het samenwerkingsverband" if party == SWV else party.replace("gemeente:", "gemeente ")


def stays_told(one: Stays, names: Mapping[str, str] | None = None) -> str:
    """What was changed on a page and is still old in the list; with `names` in the words of people."""
    still = f"in de lijst staat {written(one.listed) or 'niets'}"
    who = one.row.email
    if isinstance(one.row, RoleEntry):
        role, party = one.row.role, one.row.party
        who += f" {role} {party}" if names is None else f", {role_word(role)} bij {party_told(party, names)}"
    return f"= {who}: {one.field} blijft {written(one.stays) or 'leeg'} ({still})"


def written(value: str | int | date | None) -> str:
    """A value of the register as a list has it: a weekday by its name, a date as dd-mm-jjjj."""
    if isinstance(value, int):
        return WEEKDAYS[value]
    return f"{value:%d-%m-%Y}" if isinstance(value, date) else value or ""


def roles_told(question: AddressQuestion, names: Mapping[str, str]) -> str:
    """In which roles the new address came: `directeur bij De Linde (10AA00)`."""
    return listed(sorted({f"{role_word(one.role)} bij {party_told(one.party, names)}" for one in question.roles}))


def question_told(question: AddressQuestion) -> str:
    """`Ander adres?`, and between which two."""
    where = sorted({f"{entry.role} bij {entry.party}" for entry in question.roles})
    more = f" en nog {len(where) - 1}" if len(where) > 1 else ""
    return f"Ander adres? {question.old} is weg en {question.new} is nieuw als {where[0]}{more}."


def one_to_one(questions: Iterable[AddressQuestion]) -> dict[str, str]:
    """The questions that may all be answered with yes at once, as old addresses with their new ones."""
    pairs: dict[str, str] = {}
    for question in questions:
        if question.old not in pairs and question.new not in pairs.values():
            pairs[question.old] = question.new
    return pairs
