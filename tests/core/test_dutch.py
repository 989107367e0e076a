"""Lists of names and spans of days as a reader meets them."""

from datetime import date

import pytest

from engine.core.dutch import capitalised, from_to, some


@pytest.mark.parametrize(
    ("words", "shown"),
    [("ab", ["a", "b"]), ("abc", ["a", "b", "c"]), ("abcd", ["a", "b", "nog 2"])],
)
def test_just_one_more_is_never_hidden(words, shown):
    """Its name is no longer than the words that would hide it."""
    assert some(list(words), 2) == shown


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 8, 25), date(2026, 8, 25), "dinsdag 25 augustus 2026"),
        (date(2026, 8, 25), date(2026, 8, 31), "25 t/m 31 augustus 2026"),
        (date(2026, 8, 31), date(2026, 9, 2), "31 augustus t/m 2 september 2026"),
        (date(2026, 11, 6), date(2027, 7, 9), "6 november 2026 t/m 9 juli 2027"),
    ],
)
def test_a_span_says_no_more_than_it_must(first, last, words):
    """Month and year stand once where they are the same."""
    assert from_to(first, last) == words


def test_an_address_at_the_head_of_a_sentence_keeps_its_small_letter():
    assert capitalised("consulent.zuid@swv.example is afwezig") == "consulent.zuid@swv.example is afwezig"
    assert capitalised("mail aan consulent@swv.example") == "Mail aan consulent@swv.example"
    assert capitalised("") == ""
