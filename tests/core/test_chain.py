"""What a task uses: which round, of whom, since when all is in, and what counts as a change. All worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from engine.core.chain import Happened, Input, Rounds, Used, change_told, complete_on, concerned, is_change
from engine.core.chain import used_told as lines_of
from engine.core.party import Party, Register
from engine.core.states import TaskMove, TaskState

TODAY = date(2026, 12, 10)
UNTIL = date(2027, 1, 29)
REGISTER = Register(
    {
        one.id: one
        for one in (
            Party("swv", "swv", "SWV"),
            Party("B1", "bestuur", "Noord"),
            Party("B2", "bestuur", "Zuid"),
            Party("S1", "school", "De Linde", bestuur="B1"),
            Party("S2", "school", "Het Baken", bestuur="B1", active=False),
            Party("S3", "school", "De Eik", bestuur="B2"),
        )
    },
    {},
    (),
)


def an_input(
    party: str, round_: str | None, opens: date, state: TaskState = "open", closed: date | None = None
) -> Input:
    return Input(f"r.2026-2027.{round_}.{party}", "r", round_, party, "Vraag", state, opens, date(2026, 12, 31), closed)


SEPTEMBER, DECEMBER, MARCH = date(2026, 8, 25), date(2026, 11, 24), date(2027, 2, 22)


def rounds(*parties: str) -> list[Input]:
    days = {"september": SEPTEMBER, "december": DECEMBER, "maart": MARCH}
    return [an_input(party, name, day) for party in parties for name, day in days.items()]


def the_round(tasks: list[Input], today: date = TODAY, until: date = UNTIL, party: str = "swv") -> Used | None:
    return Rounds.of("r", "2026-2027", tasks).newest(concerned(party, REGISTER), until, today)


def test_the_newest_round_that_has_opened_counts() -> None:
    found = the_round(rounds("S1", "S3"))
    assert found is not None
    assert (found.round, found.opened, [one.party for one in found.inputs]) == ("december", True, ["S1", "S3"])
    assert found.path == "uitvragen/r/2026-2027/december"


def test_a_round_counts_from_the_day_it_opens_at_the_first_party() -> None:
    later = [*rounds("S1"), replace(an_input("S3", "maart", MARCH), opens=date(2027, 3, 1))]
    found = the_round(later, today=MARCH, until=date(2027, 6, 1))
    assert found is not None
    assert (found.round, len(found.inputs)) == ("maart", 2)


def test_a_round_that_opens_after_the_task_ended_counts_only_where_there_is_no_earlier() -> None:
    found = the_round(rounds("S1"), today=date(2027, 3, 1), until=date(2026, 11, 2))
    assert found is not None
    assert found.round == "september"
    alone = the_round([an_input("S1", "maart", MARCH)], today=date(2027, 3, 1), until=date(2026, 11, 2))
    assert alone is not None
    assert alone.round == "maart"


def test_before_any_round_opens_the_first_to_come_is_told_and_nothing_is_complete() -> None:
    found = the_round([replace(one, state="waived") for one in rounds("S1")], today=date(2026, 8, 1))
    assert found is not None
    assert (found.round, found.opened, found.complete) == ("september", False, None)
    waiting = the_round(rounds("S1"), today=date(2026, 8, 1))
    assert waiting is not None
    assert waiting.told == "opent op dinsdag 25 augustus 2026"


def test_what_was_cancelled_is_not_waited_for() -> None:
    gone = [replace(one, state="cancelled") if one.round == "december" else one for one in rounds("S1")]
    found = the_round(gone)
    assert found is not None
    assert found.round == "september"


@pytest.mark.parametrize(
    ("party", "wanted"),
    [
        ("swv", None),
        ("B1", {"B1", "S1", "S2", "swv"}),
        ("S1", {"S1", "B1", "swv"}),
        ("S3", {"S3", "B2", "swv"}),
    ],
)
def test_whose_answers_a_task_uses(party: str, wanted: set[str] | None) -> None:
    assert concerned(party, REGISTER) == wanted


def test_nothing_is_used_of_a_rule_that_asks_this_party_nothing() -> None:
    assert the_round(rounds("S3"), party="B1") is None
    assert the_round([]) is None


def used(*inputs: Input) -> Used:
    return Used("r", "Vraag", "2026-2027", None, SEPTEMBER, True, inputs)


DONE = an_input("S1", None, SEPTEMBER, "done", date(2026, 9, 3))
WAIVED = an_input("S2", None, SEPTEMBER, "waived", date(2026, 9, 9))
OPEN = an_input("S3", None, SEPTEMBER)
HANDED_IN = an_input("S3", None, SEPTEMBER, "submitted")


def test_it_is_complete_on_the_day_the_last_was_done_or_waived() -> None:
    assert complete_on([used(DONE, WAIVED)]) == date(2026, 9, 9)
    assert complete_on([used(DONE), used(WAIVED)]) == date(2026, 9, 9)


@pytest.mark.parametrize("last", [OPEN, HANDED_IN], ids=lambda one: one.state)
def test_it_is_not_complete_while_one_is_open_or_still_to_be_checked(last: Input) -> None:
    assert complete_on([used(DONE, last)]) is None
    assert complete_on([used(DONE), used(last)]) is None


def test_a_task_that_uses_nothing_is_never_complete() -> None:
    assert complete_on([]) is None


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (used(DONE, DONE), "alle 2 zijn binnen"),
        (used(DONE, WAIVED), "1 van de 2 is binnen, 1 komt niet"),
        (used(DONE, OPEN), "1 van de 2 is binnen"),
        (used(DONE, WAIVED, OPEN), "1 van de 3 is binnen, 1 komt niet"),
        (used(WAIVED), "n.v.t. sinds woensdag 9 september 2026"),
        (used(DONE), "binnen sinds donderdag 3 september 2026"),
        (used(OPEN), "nog niet binnen"),
        (used(HANDED_IN), "binnen, nog niet nagekeken"),
    ],
)
def test_how_far_it_is(found: Used, told: str) -> None:
    assert found.told == told


def test_who_is_missing_is_named_where_there_are_more() -> None:
    assert list(lines_of([used(DONE, OPEN), used(OPEN)], REGISTER)) == [
        "Vraag: 1 van de 2 is binnen. Nog niet binnen: De Eik.",
        "Vraag: nog niet binnen.",
    ]


def happened(move: TaskMove, before: TaskState, after: TaskState, day: int = 7) -> Happened:
    return Happened("k", move, before, after, datetime(2026, 10, day, 8, tzinfo=UTC), "bureau", "s1")


@pytest.mark.parametrize(
    ("move", "before", "after", "counts"),
    [
        ("revise", "done", "done", True),
        ("reopen", "done", "open", True),
        ("return", "submitted", "open", True),
        ("undo", "done", "open", True),
        ("submit", "open", "submitted", True),
        ("waive", "open", "waived", True),
        ("accept", "submitted", "done", False),
        ("extend", "open", "open", False),
        ("open", "planned", "open", False),
        ("appoint", "done", "done", False),
    ],
)
def test_what_counts_as_a_change(move: TaskMove, before: TaskState, after: TaskState, counts: bool) -> None:
    assert is_change(happened(move, before, after)) is counts


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        ([happened("revise", "done", "done")], "gewijzigd op woensdag 7 oktober 2026"),
        ([happened("reopen", "done", "open")], "de vraag staat weer open, sinds woensdag 7 oktober 2026"),
        (
            [happened("reopen", "done", "open"), happened("submit", "open", "submitted", 8)],
            "gewijzigd op donderdag 8 oktober 2026, nog niet nagekeken",
        ),
        (
            [
                happened("reopen", "done", "open"),
                happened("submit", "open", "submitted", 8),
                happened("accept", "submitted", "done", 9),
            ],
            "gewijzigd op donderdag 8 oktober 2026",
        ),
        ([happened("submit", "open", "submitted"), happened("accept", "submitted", "done")], "nieuw antwoord op"),
        ([happened("reopen", "done", "open"), happened("waive", "open", "waived")], "n.v.t. sinds woensdag 7"),
        ([happened("reopen", "done", "open"), happened("undo", "open", "done")], ""),
        ([happened("submit", "open", "done"), happened("undo", "done", "open")], ""),
        ([happened("extend", "open", "open")], ""),
        ([], ""),
    ],
)
def test_what_became_of_an_answer(moves: list[Happened], told: str) -> None:
    assert change_told(moves).startswith(told) if told else change_told(moves) == ""
