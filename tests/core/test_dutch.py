"""Lists of names as a reader meets them."""

import pytest

from engine.core.dutch import some


@pytest.mark.parametrize(
    ("words", "shown"),
    [("ab", ["a", "b"]), ("abc", ["a", "b", "c"]), ("abcd", ["a", "b", "nog 2"])],
)
def test_just_one_more_is_never_hidden(words, shown):
    """Its name is no longer than the words that would hide it."""
    assert some(list(words), 2) == shown
