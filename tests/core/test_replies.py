"""Which answer of a guest counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.appointment import Appointment, AppointmentState, Attendee, reply_word
from engine.core.localtime import parse_moment
from engine.core.replies import weigh
from engine.core.reply import Reply

NOW = parse_moment("2026-11-27T10:00")
TALK = Appointment("t", parse_moment("2026-12-03T14:00"), 60, "", (), "planned", 2, NOW - timedelta(days=9))
GUEST = Attendee("t", 1, "directeur")
YES = Reply("REPLY", "t@vo0001.jaarplanning", "a@b.example", "accepted", 2, NOW - timedelta(hours=1))
kinds = st.sampled_from(["accepted", "tentative", "declined"])
moments = st.integers(-100, 100).map(lambda minutes: NOW + timedelta(minutes=minutes))
replies = st.builds(replace, st.just(YES), kind=kinds, sequence=st.integers(0, 9), stamped_at=moments)


@settings(max_examples=20)
@given(st.lists(replies, max_size=6), st.randoms(use_true_random=False))
def test_the_order_in_which_answers_come_in_makes_no_difference(found: list[Reply], chance: object) -> None:
    # Two answers of one moment cannot both be the newest.
    found = list({(min(one.sequence, 2), min(one.stamped_at, NOW)): one for one in found}.values())
    shuffled = sorted(found, key=lambda _: chance.random())  # type: ignore[attr-defined]
    ends = []
    for order in (found, shuffled):
        guest = GUEST
        for one in order:
            guest = weigh(one, TALK, guest, NOW).attendee or guest
        ends.append(guest)
    assert ends[0] == ends[1]


@settings(max_examples=20)
@given(replies, replies)
def test_no_answer_keeps_one_that_is_given_later_out(first: Reply, second: Reply) -> None:
    guest = weigh(first, TALK, GUEST, NOW).attendee
    assert guest is not None
    later = NOW + timedelta(minutes=1)
    moved = replace(TALK, sequence=3)
    after = weigh(replace(second, sequence=3, stamped_at=later), moved, guest, later).attendee
    assert after is not None
    assert (after.reply, after.reply_sequence) == (second.kind, 3)


@pytest.mark.parametrize(
    ("appointment", "guest", "words"),
    [
        (replace(TALK, state="off"), GUEST, "dat gaat niet door"),
        (replace(TALK, state="held"), GUEST, "dat is al geweest"),
        (replace(TALK, starts=NOW - timedelta(minutes=60)), GUEST, "dat is al geweest"),
        (TALK, replace(GUEST, left=True), "was daar niet meer voor gevraagd"),
    ],
)
def test_an_answer_too_late_changes_nothing_and_says_why(appointment: Appointment, guest: Attendee, words: str) -> None:
    weighed = weigh(YES, appointment, guest, NOW)
    assert weighed.attendee is None
    assert words in weighed.told


def test_an_answer_counts_until_the_gesprek_is_over() -> None:
    assert weigh(YES, replace(TALK, starts=NOW - timedelta(minutes=59)), GUEST, NOW).attendee is not None


@pytest.mark.parametrize("state", ["planned", "off"])
def test_an_answer_to_an_earlier_time_says_so_in_the_list(state: AppointmentState) -> None:
    guest = weigh(replace(YES, sequence=1), TALK, GUEST, NOW).attendee
    assert guest is not None
    assert reply_word(guest, replace(TALK, state=state)) == "ja, op vorige versie"
    assert reply_word(replace(guest, reply_sequence=2), TALK) == "ja"
    assert reply_word(GUEST, TALK) == "nog geen antwoord"
