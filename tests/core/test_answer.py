"""What a person's answer does to a task, how long it can be changed, and what a remark may hold."""

from __future__ import annotations

from datetime import date

import pytest

from engine.core.answer import Answer, AnswerKind, last_day_to_change, moves_to, remark_of, requests_open, standing
from engine.core.localtime import parse_moment
from engine.core.problem import Refused
from engine.core.states import TASK_MOVES, TaskState, after

DUE = date(2026, 10, 1)


def given(*kinds: AnswerKind, at: str = "2026-09-20T09:00", contact: int = 1) -> list[Answer]:
    return [Answer(n, "t", n, kind, contact, parse_moment(at)) for n, kind in enumerate(kinds, start=1)]


@pytest.mark.parametrize("state", ["open", "submitted", "done", "waived"])
@pytest.mark.parametrize("kind", ["done", "not_applicable"])
def test_every_change_of_an_answer_is_a_row_of_legal_moves(state: TaskState, kind: AnswerKind) -> None:
    reached = state
    for move in moves_to(kind, state):
        assert (reached, move) in TASK_MOVES
        reached = after(reached, move)
    assert reached in (("submitted", "done") if kind == "done" else ("waived",))


@pytest.mark.parametrize("state", ["planned", "cancelled"])
def test_what_is_not_open_cannot_be_answered(state: TaskState) -> None:
    with pytest.raises(Refused):
        moves_to("done", state)


def test_an_answer_can_be_changed_until_the_last_day_or_14_days_after_it_first_came() -> None:
    assert last_day_to_change(given("done", at="2026-09-10T09:00"), DUE) == DUE
    assert last_day_to_change(given("more_time", "done", at="2026-09-30T09:00"), DUE) == date(2026, 10, 14)
    late = [*given("done", at="2026-10-05T09:00"), *given("done", at="2026-10-18T09:00")]
    assert last_day_to_change(late, DUE) == date(2026, 10, 19)


def test_what_stands_is_the_newest_answer_that_fits_the_state() -> None:
    answers = given("done", "not_applicable", "done")
    stands = standing(answers, "done")
    assert stands is not None
    assert stands.version == 3
    assert standing(answers, "waived") is None
    assert standing(answers, "open") is None


def test_a_request_waits_until_somebody_answers() -> None:
    asked = given("more_time", "more_time", "someone_else")
    assert [one.version for one in requests_open(asked, "open")] == [2, 3]
    assert requests_open(asked, "done") == ()
    assert requests_open(given("more_time", "done"), "open") == ()


def test_a_remark_keeps_its_lines_and_loses_what_nobody_sees() -> None:
    assert remark_of(" een\r\ntwee\x00\u202e\n ") == "een\ntwee"


@pytest.mark.parametrize("text", ["x" * 2001, "leerling 123456782"])
def test_a_remark_that_is_too_long_or_holds_a_bsn_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        remark_of(text)
