"""Roles that go over, begin, end and begin again, and what the lists say of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from engine.core.by_hand import BY_HAND
from engine.core.handover import begun, ended, handed_over, has_now
from engine.core.sheets import RoleEntry

TODAY = date(2026, 10, 1)
YESTERDAY = TODAY - timedelta(days=1)
OLD, NEW = "anna@linde.example", "jan@linde.example"
LISTED = RoleEntry(OLD, "directeur", "10AA00", None, None, "kolom")


def given(first: date | None = TODAY, last: date | None = None) -> RoleEntry:
    return RoleEntry(NEW, "directeur", "10AA00", first, last, BY_HAND)


def test_all_roles_that_still_hold_go_over_with_their_last_day() -> None:
    past = replace(LISTED, party="11BB00", last=YESTERDAY)
    until = replace(LISTED, party="12CC00", last=date(2026, 12, 31))
    later = replace(LISTED, party="13DD00", first=date(2027, 1, 1))
    handed = handed_over([LISTED, past, until, later], [], NEW, TODAY)
    assert [(row.party, row.first, row.last) for row in handed.new] == [
        ("10AA00", TODAY, None),
        ("12CC00", TODAY, date(2026, 12, 31)),
        ("13DD00", date(2027, 1, 1), None),
    ]
    assert [row.last for row in handed.old] == [YESTERDAY, YESTERDAY, YESTERDAY, YESTERDAY]
    assert handed.moved == (LISTED, until, later)


def test_what_the_lists_say_is_kept_and_only_once() -> None:
    once = ended(LISTED, YESTERDAY)
    assert once.listed == (None, None)
    assert ended(once, date(2026, 9, 1)).listed == (None, None)
    assert ended(given(), YESTERDAY).listed is None


def test_a_role_that_the_other_has_already_is_not_given_twice() -> None:
    theirs = replace(LISTED, email=NEW)
    handed = handed_over([LISTED], [theirs], NEW, TODAY)
    assert handed.new == (theirs,)
    assert handed.new[0].listed is None


def test_a_role_that_comes_back_is_the_one_the_lists_name() -> None:
    """So that an old list, which still names it, neither ends nor doubles it."""
    (back,) = begun([ended(LISTED, YESTERDAY)], replace(given(), email=OLD))
    assert (back.first, back.last, back.source, back.listed) == (None, None, "kolom", None)
    (later,) = begun([ended(LISTED, date(2026, 8, 1))], replace(given(), email=OLD))
    assert (later.first, later.last, later.listed) == (TODAY, None, (None, None))


def test_a_role_of_before_that_no_list_names_stays_history() -> None:
    past = replace(given(date(2025, 1, 1), date(2025, 12, 31)))
    assert begun([past], given()) == [past, given()]


def test_a_role_that_begins_later_is_not_stretched_over_the_time_between() -> None:
    later = replace(given(date(2027, 1, 1)))
    now = given(TODAY, date(2026, 10, 31))
    assert begun([later], now) == [later, now]


def test_who_has_the_role_for_all_of_the_time_has_it() -> None:
    assert has_now([given(None, None)], given())
    assert not has_now([given(None, date(2026, 10, 31))], given())
    assert not has_now([given(date(2026, 11, 1))], given())
