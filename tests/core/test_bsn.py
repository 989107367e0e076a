"""Which texts hold a burgerservicenummer."""

from __future__ import annotations

import pytest

from engine.core.bsn import holds_bsn


@pytest.mark.parametrize(
    "text",
    [
        "111222333",
        "Het gaat om 123456782.",
        "BSN:123456782",
        "123.456.782",
        "1234.56.782",
        "1234 56 782",
        "123 456 782",
        "123-456-782",
        "12 34 56 78 2",
        "groep 3, 123456782",
        "op 1 oktober 123456782",
        "123456782 111222333",
        "Twee regels\n123456782\nen nog een",
    ],
)
def test_a_number_that_passes_the_elfproef_is_found(text: str) -> None:
    """However it is written, and whatever stands beside it."""
    assert holds_bsn(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Wij sturen het morgen.",
        "123456783",
        "000000000",
        "Bel 072 123 4567 of 06-12345678.",
        "+31 6 12345678 en +31 612345678, 0031 72 1234567, +31 (0)72 123 45 67",
        "Op 01-10-2026 waren het er 1234, op 01-12-2026 nog 1112",
        "1234567820",
        "leerlingaantallen.2026-2027.77494",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    """Phone numbers, dates, counts and keys."""
    assert not holds_bsn(text)


def test_a_phone_number_that_would_pass_is_left_alone() -> None:
    """The nine digits behind +31 are a phone number, the same nine alone may be a BSN."""
    assert holds_bsn("123456782")
    assert not holds_bsn("Bel +31 123456782")
