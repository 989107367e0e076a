"""The days that several tasks have: the first and the last of them, and how one reads them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from engine.core.dutch import long_date, short_date


@dataclass(frozen=True, slots=True)
class Span:
    """The first of the days that several tasks have, and the last."""

    first: date
    last: date

    @classmethod
    def of(cls, days: Iterable[date]) -> Span:
        """From the earliest of the days to the latest; there must be one."""
        found = set(days)
        return cls(min(found), max(found))

    @property
    def one(self) -> bool:
        """True when all have the same day."""
        return self.first == self.last

    @property
    def short(self) -> str:
        """`11 sep`, `11–18 sep`, `31 aug – 7 sep`."""
        if self.one:
            return short_date(self.first)
        if (self.first.year, self.first.month) == (self.last.year, self.last.month):
            return f"{self.first.day}–{short_date(self.last)}"
        return f"{short_date(self.first)} – {short_date(self.last)}"

    def __str__(self) -> str:
        """`vrijdag 11 september 2026`, with `of later` where not all have that day."""
        return long_date(self.first) + ("" if self.one else " of later")
