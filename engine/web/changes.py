"""What an import changes, or changed, as a page shows it: in groups, each line leading to whom it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import Connection

from engine.core.intake_told import GONE_TOLD, SHEETS_TOLD, WORDS, Told
from engine.store.register import contact_numbers, load_sheets

MOST_SHOWN = 60  # lines of one kind of change


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one kind that change alike: what they are called, the lines, and how many there are beside those."""

    sheet: str
    change: str
    meaning: str
    lines: Sequence[tuple[str, str, str]]
    more: int


def groups(lines: Sequence[Told], links: Mapping[str, str] | None = None) -> list[tuple[str, list[Group]]]:
    """The lines of a difference by kind of row and of change, in a fixed order.

    `links` lead to the page of whom a line is about, by address or id.
    """
    lead = links or {}
    found = []
    for name, sheet in SHEETS_TOLD.items():
        parts = []
        for change, word in WORDS.items():
            rows = [
                (row, fields, lead.get(about, ""))
                for kind, how, row, fields, about in lines
                if (kind, how) == (name, change)
            ]
            if rows:
                meaning = GONE_TOLD[name] if change == "gone" else ""
                shown = [(row, "" if change == "gone" else fields, to) for row, fields, to in rows[:MOST_SHOWN]]
                parts.append(Group(sheet, f"{len(rows)} {word}", meaning, shown, len(rows) - len(shown)))
        if parts:
            found.append((sheet, parts))
    return found


def links_of(connection: Connection, lines: Sequence[Told]) -> dict[str, str]:
    """The pages of the people, schools and besturen that lines are about, by address or id."""
    people, kinds = contact_numbers(connection), {row.id: row.kind for row in load_sheets(connection).parties}
    found = {}
    for *_, about in lines:
        if about in people:
            found[about] = f"/contacten/{people[about]}"
        elif about in kinds:
            found[about] = f"/{'scholen' if kinds[about] == 'school' else 'besturen'}/{quote(about)}"
    return found
