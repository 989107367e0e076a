"""Finds citizen service numbers (BSN) in text, which never belong in a note."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

# Nine or eight digits in a row, or nine in groups that one sign separates.
_NUMBER = re.compile(r"(?<![\d.,-])(?:\d{8,9}|\d{4}([ .-])\d{2}\1\d{3}|\d{3}([ .-])\d{3}\2\d{3})(?!\d|[.,-]\d)")


def holds_bsn(text: str) -> bool:
    """True when the text holds a number that passes the elfproef of a BSN; eight digits that are a date do not count.

    The test is that of the Logisch ontwerp BSN: 9a + 8b + … + 2h - i is divisible by 11.
    """
    return any(_passes(digits) for digits in _candidates(text))


def _candidates(text: str) -> Iterator[str]:
    for found in _NUMBER.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if len(digits) == 9 or not _is_date(digits):
            yield digits.zfill(9)


def _passes(digits: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits, strict=True))
    return int(digits) > 0 and total % 11 == 0


def _is_date(digits: str) -> bool:
    for year, month, day in ((digits[:4], digits[4:6], digits[6:]), (digits[4:], digits[2:4], digits[:2])):
        try:
            found = date(int(year), int(month), int(day))
        except ValueError:
            continue
        if 1900 <= found.year <= 2100:
            return True
    return False
