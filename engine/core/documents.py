"""Documents that expire: which version of a party's document is the newest, and until when it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from engine.core.dating import months_on
from engine.core.sheets import DocumentRow


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
    for row in sorted(numbered(rows), key=lambda row: (row.adopted_on, row.version)):
        if row.kind.casefold() == kind.casefold():
            found[row.party.casefold()] = Document(
                row.party, row.version, row.adopted_on, row.valid_until, row.renew_by
            )
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
    return tuple(replace(row, version=versions.get(place, row.version)) for place, row in enumerate(given))


def _whose(row: DocumentRow) -> tuple[str, str]:
    return row.kind.casefold(), row.party.casefold()
