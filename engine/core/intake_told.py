"""What an import would do, in the words in which people are told of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from engine.core.by_hand import Stays
from engine.core.dutch import WEEKDAYS, counted, day_month, listed
from engine.core.intake import AddressQuestion, Changed, RegisterDifference, SheetDifference
from engine.core.party import SWV
from engine.core.problem import Problem
from engine.core.roles import role_word
from engine.core.sheets import ClosingRow, ContactRow, DocumentRow, PartyRow, RegisterSheets, RoleEntry

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

FOLLOWS = "documenten, antwoorden en contactpersonen gaan mee"
MOVES = "taken, documenten en geschiedenis blijven bij de school"
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# How a column is called in a sentence, and what a list says there that says nothing.
_FIELDS = {
    "tot": ("de laatste dag", "geen laatste dag"),
    "vanaf": ("de eerste dag", "geen eerste dag"),
    "email": ("het e-mailadres", "niets"),
    "naam": ("de naam", "geen naam"),
    "aanhef": ("de aanhef", "geen aanhef"),
    "telefoon": ("het telefoonnummer", "geen telefoonnummer"),
    "taal": ("de taal", "geen taal"),
    "weekbericht": ("de dag van het weekbericht", "geen dag"),
}

# Kind of row, what happened to it (a key of WORDS), which row, what became of its fields, and whom it is about: an
# address or the id of a party.
Told = tuple[str, str, str, str, str]


def told(found: RegisterDifference, names: Mapping[str, str] | None = None) -> tuple[Told, ...]:
    """What a difference changes, a line for each row; `names` are those of parties by id and of people by address."""
    known = {row.id: row.name for row in found.parties.new} | {row.email: row.name for row in found.contacts.new}
    known |= dict(names or {})
    for old, new in found.readdressed:
        if known.get(new, new) == new and known.get(old, old) != old:
            known[new] = known[old]
    heirs = dict(found.mergers)
    lines: list[Told] = [
        ("contacts", "readdressed", person_told(new, known), f"was {old}", new) for old, new in found.readdressed
    ]
    for name, sheet in sheets_of(found):
        lines += [(name, "new", title(row, known), formerly_told(row, known), _whom(row)) for row in sheet.new]
        for one in sheet.changed:
            fields = ", ".join(f"{field.field}: {_as_read(field.old)} → {_as_read(field.new)}" for field in one.fields)
            lines.append((name, "changed", title(one.new, known), fields + beside_told(one, heirs), _whom(one.new)))
        lines += [(name, "gone", title(row, known), gone_told(name, row, heirs), _whom(row)) for row in sheet.gone]
    return tuple(lines)


def formerly_told(row: object, names: Mapping[str, str]) -> str:
    """What a new school takes over; `names` are those of parties by their id."""
    if not isinstance(row, PartyRow) or not row.formerly:
        return ""
    return f"voorheen {listed([party_told(one, names) for one in row.formerly])}; {FOLLOWS}"


def beside_told(changed: Changed[PartyRow], heirs: Mapping[str, str]) -> str:
    """What a change of a school does beside the field itself."""
    old, new = changed.old, changed.new
    if not isinstance(new, PartyRow) or new.kind != "school":
        return ""
    if new.id in heirs:
        return f"; gaat verder onder {heirs[new.id]}"
    if set(new.formerly) - set(old.formerly):
        return f"; {FOLLOWS}"
    return f"; {MOVES}" if old.bestuur != new.bestuur else ""


def gone_told(name: str, row: object, heirs: Mapping[str, str]) -> str:
    """What becomes of a row that is gone; `heirs` are the old codes with those in which they go on."""
    heir = heirs.get(row.id) if isinstance(row, PartyRow) else None
    return f"gaat verder onder {heir}" if heir else GONE_TOLD[name]


def names_in(*registers: RegisterSheets) -> dict[str, str]:
    """What parties are called by their id, and people by their address; an earlier register wins."""
    found: dict[str, str] = {}
    for sheets in reversed(registers):
        found |= {row.id: row.name for row in sheets.parties}
        found |= {row.email: row.name for row in sheets.contacts if row.name != row.email or row.email not in found}
    return found


def summary(lines: Iterable[Told]) -> str:
    """`contacten: 2 nieuw, 1 weg; rollen: 3 gewijzigd`; empty when nothing changes."""
    counts: dict[str, dict[str, int]] = {}
    for name, change, *_ in lines:
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
    """One line that tells which row this is; with `names`, by id or address, in the words of people."""
    if isinstance(row, PartyRow):
        return " ".join(part for part in (row.id, row.name) if part)
    if names is not None:
        return _title_in_words(row, names)
    if isinstance(row, ContactRow):
        parts = [row.email, row.name if row.name != row.email else ""]
    elif isinstance(row, RoleEntry):
        since = f"vanaf {row.first:%d-%m-%Y}" if row.first else ""
        parts = [row.email, row.role, row.party, since, f"tot {row.last:%d-%m-%Y}" if row.last else ""]
    elif isinstance(row, DocumentRow):
        parts = [row.kind, row.party, row.version, f"van {row.adopted_on:%d-%m-%Y}"]
    else:
        parts = [row.party, *_days_of(row)]
    return " ".join(part for part in parts if part)


def _title_in_words(row: ContactRow | RoleEntry | DocumentRow | ClosingRow, names: Mapping[str, str]) -> str:
    if isinstance(row, ContactRow):
        return person_told(row.email, {row.email: row.name})
    party = party_told(row.party, names)
    if isinstance(row, RoleEntry):
        parts = [person_told(row.email, names), f"{role_word(row.role)} bij {party}"]
        parts += [f"vanaf {_day(row.first)}"] if row.first else []
        parts += [f"tot en met {_day(row.last)}"] if row.last else []
    elif isinstance(row, DocumentRow):
        parts = [f"{row.kind} van {party}", *([f"versie {row.version.removeprefix('v')}"] if row.version else [])]
        parts.append(f"vastgesteld op {_day(row.adopted_on)}")
    else:
        parts = [party, " ".join(part for part in _days_of(row, _day) if part)]
    return ", ".join(parts)


def _days_of(row: ClosingRow, told: Callable[[date], str] = "{:%d-%m-%Y}".format) -> list[str]:
    days = told(row.first)
    if row.last != row.first:
        days += f" tot en met {told(row.last)}"
    return [days, row.description, f"(in plaats van de {row.replaces})" if row.replaces else ""]


def _day(day: date) -> str:
    return f"{day_month(day)} {day.year}"


def _as_read(value: str) -> str:
    """A value of a sheet as people read it: a day in words."""
    try:
        return _day(date.fromisoformat(value)) if _ISO_DAY.fullmatch(value) else value or "-"
    except ValueError:
        return value


def _whom(row: PartyRow | ContactRow | RoleEntry | DocumentRow | ClosingRow) -> str:
    if isinstance(row, PartyRow):
        return row.id
    return row.email if isinstance(row, ContactRow | RoleEntry) else row.party


def person_told(email: str, names: Mapping[str, str]) -> str:
    """`Noor Oud (oc@linde.example)`; the address alone where there is no name."""
    name = names.get(email, email)
    return email if name == email else f"{name} ({email})"


def party_told(party: str, names: Mapping[str, str]) -> str:
    """`De Linde (10AA00)`, `gemeente Alkmaar`, `het samenwerkingsverband`; `names` are those of parties by their id."""
    if party in names:
        return f"{names[party]} ({party})"
    return "het samenwerkingsverband" if party == SWV else party.replace("gemeente:", "gemeente ")


def stays_told(one: Stays) -> str:
    """What was changed on a page and is still old in the list."""
    still = f"in de lijst staat {written(one.listed) or 'niets'}"
    who = one.row.email
    if isinstance(one.row, RoleEntry):
        who += f" {one.row.role} {one.row.party}"
    return f"= {who}: {one.field} blijft {written(one.stays) or 'leeg'} ({still})"


def all_staying(stays: Iterable[Stays], names: Mapping[str, str]) -> list[str]:
    """The same of all in the words of people: one sentence for a person's roles that stay alike."""
    found: dict[tuple[str, ...], list[str]] = {}
    for one in stays:
        who, words = person_told(one.row.email, names), _FIELDS.get(one.field, (f"de kolom {one.field}", "niets"))
        stays_so, listed_so = (
            _day(value) if isinstance(value, date) else written(value) for value in (one.stays, one.listed)
        )
        what = f"{words[0]} blijft {stays_so}." if stays_so else f"{words[0]} blijft leeg."
        still = f"In de lijst staat {f'nog {listed_so}' if listed_so else words[1]}."
        role = role_word(one.row.role) if isinstance(one.row, RoleEntry) else ""
        where = [party_told(one.row.party, names)] if isinstance(one.row, RoleEntry) else []
        found.setdefault((who, role, what, still), []).extend(where)
    return [
        f"{who}{f', {role} bij {listed(where)}' if role else ''}: {what} {still}"
        for (who, role, what, still), where in found.items()
    ]


def written(value: str | int | date | None) -> str:
    """A value of the register as a list has it: a weekday by its name, a date as dd-mm-jjjj."""
    if isinstance(value, int):
        return WEEKDAYS[value]
    return f"{value:%d-%m-%Y}" if isinstance(value, date) else value or ""


def roles_told(question: AddressQuestion, names: Mapping[str, str]) -> str:
    """In which roles the new address came: `directeur bij De Linde (10AA00)`."""
    return listed(sorted({f"{role_word(one.role)} bij {party_told(one.party, names)}" for one in question.roles}))


def question_told(question: AddressQuestion, names: Mapping[str, str]) -> str:
    """`Ander adres?`, and between which two; `names` are those of people by address and of parties by id."""
    where = sorted({f"{role_word(entry.role)} bij {party_told(entry.party, names)}" for entry in question.roles})
    more = f" en nog {len(where) - 1}" if len(where) > 1 else ""
    old, new = person_told(question.old, names), person_told(question.new, names)
    return f"Ander adres? {old} is weg en {new} is nieuw als {where[0]}{more}."


def one_to_one(questions: Iterable[AddressQuestion]) -> dict[str, str]:
    """The questions that may all be answered with yes at once, as old addresses with their new ones."""
    pairs: dict[str, str] = {}
    for question in questions:
        if question.old not in pairs and question.new not in pairs.values():
            pairs[question.old] = question.new
    return pairs
