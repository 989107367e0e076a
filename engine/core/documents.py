"""Documents that expire: which version of a party's document is the newest, and until when it holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from engine.core.dating import months_on
from engine.core.dutch import long_date
from engine.core.problem import Problem
from engine.core.sheets import DocumentRow

# A day that moves on by less than this is a correction; by more, and the document was made anew.
MADE_ANEW = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Document:
    """The newest version of a party's document; `version` as in `v3`."""

    party: str
    version: str
    adopted_on: date
    valid_until: date | None
    renew_by: date | None = None

    def expires(self, years: int | None) -> date:
        """The last day: the one in the register, else so many years after it was adopted, the same day."""
        if self.valid_until is not None:
            return self.valid_until
        if years is None:
            raise ValueError(f"document {self.version} of {self.party} has no end, and its rule no geldigheid")
        return months_on(self.adopted_on, 12 * years)

    def renewal(self, years: int | None) -> date:
        """The day by which it is to be renewed: its last day, or one before that on which the bureau agreed."""
        last = self.expires(years)
        return last if self.renew_by is None else min(self.renew_by, last)


def newest_documents(rows: Iterable[DocumentRow], kind: str) -> dict[str, Document]:
    """The newest version of each party's document of that kind, by casefolded party."""
    found: dict[str, Document] = {}
    of_kind = [row for row in rows if row.kind.casefold() == kind.casefold()]
    for row in sorted(numbered(of_kind), key=lambda row: (row.adopted_on, row.version)):
        found[row.party.casefold()] = Document(row.party, row.version, row.adopted_on, row.valid_until, row.renew_by)
    return found


def numbered(rows: Iterable[DocumentRow]) -> tuple[DocumentRow, ...]:
    """The rows with a version each, as in `v3`: without one the next free number, in order of the day of adoption."""
    given = tuple(rows)
    last: dict[tuple[str, str], int] = {}
    for row in given:
        number = row.version.removeprefix("v")
        if number.isdecimal():
            last[_whose(row)] = max(last.get(_whose(row), 0), int(number))
    versions: dict[int, str] = {}
    for place, row in sorted(enumerate(given), key=lambda each: each[1].adopted_on):
        if not row.version:
            last[_whose(row)] = last.get(_whose(row), 0) + 1
            versions[place] = f"v{last[_whose(row)]}"
    return tuple(replace(row, version=versions[place]) if place in versions else row for place, row in enumerate(given))


def renewed_in_place(
    incoming: Iterable[DocumentRow], stored: Sequence[DocumentRow], asked: Collection[str]
) -> tuple[tuple[DocumentRow, ...], tuple[Problem, ...]]:
    """The rows of a list in which somebody wrote the day of a new version over that of the old one; a note for each.

    `asked` holds `v3.10aa00` for each version about which a question was put. Such a version keeps its number: what
    comes in its place gets the next, also when the list still calls it by the old one later on.
    """
    active = {(*_whose(row), row.version): row for row in stored if row.active}
    by_day = {(*_whose(row), row.adopted_on): row for row in stored if row.active}
    known = {(*_whose(row), row.version): row for row in stored} | active
    rows, notes = [], []
    for row in incoming:
        old, own = known.get((*_whose(row), row.version)), active.get((*_whose(row), row.version))
        there = by_day.get((*_whose(row), row.adopted_on))
        anew = own is not None and row.adopted_on - own.adopted_on >= MADE_ANEW
        if old is None or (own is None and there is None) or (own is not None and not anew):
            rows.append(row)
        elif there is not None:
            rows.append(_in_place_of(old, row, there.version, there))
        elif f"{row.version}.{row.party}".casefold() in asked:
            rows.append(_in_place_of(old, row, "", None))
            notes += _made_anew(old, row)
        else:
            rows.append(row)
    return tuple(rows), tuple(notes)


def _in_place_of(old: DocumentRow, row: DocumentRow, version: str, there: DocumentRow | None) -> DocumentRow:
    """The row as the version that it is; what was left of the old one says nothing of it."""
    stage = row.stage if row.stage != old.stage else there.stage if there is not None else ""
    until = row.valid_until
    if until == old.valid_until:
        until = there.valid_until if there is not None else None
    return replace(row, version=version, stage=stage, valid_until=until)


def _made_anew(old: DocumentRow, row: DocumentRow) -> list[Problem]:
    if row.at is None:
        return []
    number = row.version.removeprefix("v")
    message = f"de datum van versie {number} was {long_date(old.adopted_on)}: gelezen als een nieuwe versie van "
    message += row.kind
    hint = "De vraag om een nieuwe versie sluit daarmee. Een nieuwe versie mag ook op een eigen rij, zonder nummer."
    return [row.at.problem("vastgesteld_op", message, hint, "note")]


def _whose(row: DocumentRow) -> tuple[str, str]:
    return row.kind.casefold(), row.party.casefold()
