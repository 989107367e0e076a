"""The schooljaar: 1 August to 31 July, written `2026-2027`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from engine.core.lean import lean


@lean
@dataclass(frozen=True, slots=True, order=True)
class Schooljaar:
    """A schooljaar by the calendar year of its first day."""

    first_year: int

    @classmethod
    def parse(cls, text: str) -> Schooljaar:
        """Reads `2026-2027`; raises ValueError with a Dutch message for anything else."""
        return _of_first_year(_first_year(text))

    @classmethod
    def of(cls, day: date) -> Schooljaar:
        """The schooljaar in which the day lies."""
        return _of_first_year(day.year if day.month >= 8 else day.year - 1)

    @property
    def begin(self) -> date:
        """1 August."""
        return date(self.first_year, 8, 1)

    @property
    def end(self) -> date:
        """31 July, inclusive."""
        return date(self.first_year + 1, 7, 31)

    @property
    def next(self) -> Schooljaar:
        """The schooljaar after this one."""
        return Schooljaar(self.first_year + 1)

    @property
    def previous(self) -> Schooljaar:
        """The schooljaar before this one."""
        return Schooljaar(self.first_year - 1)

    def day(self, month: int, day: int) -> date:
        """That day of the schooljaar: August to December in its first year, January to July in its second."""
        return date(self.first_year if month >= 8 else self.first_year + 1, month, day)

    def __str__(self) -> str:
        return f"{self.first_year}-{self.first_year + 1}"


@lru_cache(maxsize=256)
def _of_first_year(year: int) -> Schooljaar:
    return Schooljaar(year)


@lru_cache(maxsize=256)
def _first_year(text: str) -> int:
    match = re.fullmatch(r"(\d{4})-(\d{4})", text.strip())
    if match is None or int(match[2]) != int(match[1]) + 1 or not 2000 <= int(match[1]) <= 2199:
        raise ValueError(f"'{text}' is geen schooljaar. Schrijf het als 2026-2027.")
    return int(match[1])
