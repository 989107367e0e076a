"""How long a personal link opens anything, and what is kept of its token."""

from __future__ import annotations

from datetime import date

from engine.adapters.tokens import RandomTokens, SeededTokens
from engine.core.link import address_of, end_of
from engine.core.localtime import parse_moment
from engine.core.token import digest_of


def test_a_link_ends_30_days_after_the_latest_deadline_it_speaks_of() -> None:
    due = [date(2026, 10, 1), date(2026, 12, 11)]
    assert end_of(due, parse_moment("2026-09-17T09:00")) == parse_moment("2027-01-11T00:00")


def test_a_mail_that_leaves_long_after_the_deadline_has_a_link_that_works_a_week() -> None:
    assert end_of([date(2026, 10, 1)], parse_moment("2026-12-01T09:00")) == parse_moment("2026-12-09T00:00")


def test_a_token_is_256_random_bits_of_which_a_digest_is_kept() -> None:
    tokens = {RandomTokens().secret() for _ in range(3)}
    assert len(tokens) == 3
    assert {len(token) for token in tokens} == {43}
    token = tokens.pop()
    assert len(digest_of(token)) == 64
    assert token not in digest_of(token)
    assert address_of("https://planning.swv.example", token) == f"https://planning.swv.example/mijn/{token}"


def test_the_same_seed_gives_the_same_links() -> None:
    assert SeededTokens(1).secret() == SeededTokens(1).secret() != SeededTokens(2).secret()
