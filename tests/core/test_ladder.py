"""Which steps of a task are due, which are overtaken, and what waits for the request."""

from datetime import date

import pytest

from engine.core.calendar import Calendar
from engine.core.ladder import Rung, decide, may_tell_others
from engine.core.states import StepState, TaskState
from engine.core.task import PlannedStep

ASKED = "ondersteuningscoordinator"
OPENS = date(2026, 11, 24)
DAYS = {
    "uitvraag": date(2026, 11, 24),
    "herinnering": date(2026, 12, 8),
    "te-laat": date(2026, 12, 14),
    "bellen": date(2026, 12, 16),
    "escalatie": date(2027, 1, 5),
}
OTHERS = {"bellen": "consulent", "escalatie": "directeur"}
CALENDAR = Calendar("kalender", {})


def rungs(sent: dict[str, date] | None = None, **states: StepState) -> list[Rung]:
    """The ladder, pending but for the steps named (`te_laat` for te-laat)."""
    found = []
    for position, (name, day) in enumerate(DAYS.items()):
        step = PlannedStep(name, position, day, (OTHERS.get(name, ASKED),), (), name, False, name == "escalatie")
        found.append(Rung(step, states.get(name.replace("-", "_"), "pending"), (sent or {}).get(name)))
    return found


def test_a_task_before_its_day_sleeps_until_then() -> None:
    decision = decide("planned", OPENS, ASKED, rungs(), date(2026, 11, 23))
    assert (decision.opens, decision.due, decision.next_on) == (False, (), OPENS)


def test_on_its_day_it_opens_and_its_request_is_due() -> None:
    decision = decide("planned", OPENS, ASKED, rungs(), OPENS)
    assert (decision.opens, decision.due, decision.next_on) == (True, ("uitvraag",), DAYS["herinnering"])


def test_due_is_on_or_before_today_never_only_today() -> None:
    decision = decide("open", OPENS, ASKED, rungs(uitvraag="noticed"), date(2026, 12, 10))
    assert decision.due == ("herinnering",)


def test_of_several_due_steps_the_newest_counts() -> None:
    decision = decide("open", OPENS, ASKED, rungs(uitvraag="noticed"), date(2026, 12, 15))
    assert (decision.due, decision.overtaken) == (("te-laat",), ("herinnering",))


def test_a_request_that_never_went_goes_before_any_reminder() -> None:
    decision = decide("planned", OPENS, ASKED, rungs(), date(2026, 12, 15))
    assert (decision.due, decision.overtaken) == (("uitvraag",), ("herinnering", "te-laat"))


def test_a_step_to_others_stays_due_beside_a_late_request() -> None:
    decision = decide("planned", OPENS, ASKED, rungs(), date(2027, 1, 6))
    assert decision.due == ("uitvraag", "escalatie")
    assert decision.overtaken == ("herinnering", "te-laat", "bellen")


@pytest.mark.parametrize("state", ["submitted", "done", "waived", "cancelled"])
def test_an_ended_task_is_never_looked_at_again(state: TaskState) -> None:
    decision = decide(state, OPENS, ASKED, rungs(), date(2026, 12, 15))
    assert (decision.opens, decision.due, decision.overtaken, decision.next_on) == (False, (), (), None)


def test_deciding_twice_on_one_day_decides_nothing_more() -> None:
    decision = decide("open", OPENS, ASKED, rungs(uitvraag="due"), OPENS)
    assert (decision.opens, decision.due, decision.overtaken) == (False, (), ())


@pytest.mark.parametrize(
    ("sent", "today", "may"),
    [
        ({}, date(2027, 1, 5), False),
        ({"uitvraag": date(2027, 1, 4)}, date(2027, 1, 5), False),
        ({"uitvraag": date(2027, 1, 1)}, date(2027, 1, 4), False),
        ({"uitvraag": date(2027, 1, 1)}, date(2027, 1, 5), True),
        ({"te-laat": date(2026, 12, 14)}, date(2027, 1, 5), True),
    ],
)
def test_others_are_told_two_open_days_after_the_party_was_asked(sent: dict[str, date], today: date, may: bool) -> None:
    ladder = rungs(sent)
    assert may_tell_others(ladder[4].step, ASKED, ladder, CALENDAR, today) is may


def others_step(name: str, day: date, *, escalation: bool = False, to: str = "consulent") -> Rung:
    return Rung(PlannedStep(name, 9, day, (to,), (), name, False, escalation), "due")


@pytest.mark.parametrize(
    ("planned", "sent", "may"),
    [
        (date(2026, 11, 25), None, False),
        (date(2026, 11, 25), date(2026, 12, 15), True),
        (date(2026, 11, 26), date(2026, 12, 15), False),
        (date(2026, 11, 26), date(2026, 12, 14), True),
    ],
    ids=["never asked", "planned a day after", "planned two days after", "asked two days ago"],
)
def test_a_step_that_is_no_escalation_rests_after_the_request_as_its_ladder_does(
    planned: date, sent: date | None, may: bool
) -> None:
    bellen = others_step("bellen", planned)
    ladder = [*rungs({"uitvraag": sent} if sent else {}), bellen]
    assert may_tell_others(bellen.step, ASKED, ladder, CALENDAR, date(2026, 12, 16)) is may


@pytest.mark.parametrize("ladder", [[], rungs()], ids=["alone", "on the day of the request"])
def test_a_step_to_others_waits_for_nothing_where_nobody_is_to_be_asked_before_it(ladder: list[Rung]) -> None:
    bellen = others_step("bellen", OPENS)
    assert may_tell_others(bellen.step, ASKED, [*ladder, bellen], CALENDAR, OPENS)


@pytest.mark.parametrize(("sent", "may"), [(None, False), (date(2027, 1, 4), False), (date(2027, 1, 1), True)])
def test_an_escalation_rests_on_a_request_to_others_where_the_ladder_has_no_other(sent: date, may: bool) -> None:
    request = others_step("uitvraag", OPENS, to="administratie")
    ladder = [Rung(request.step, "noticed", sent), others_step("escalatie", date(2027, 1, 5), escalation=True)]
    assert may_tell_others(ladder[1].step, ASKED, ladder, CALENDAR, date(2027, 1, 5)) is may


def test_what_ends_by_itself_is_looked_at_on_the_day_after_and_then_makes_nothing_due() -> None:
    ends = date(2026, 11, 25)
    before = decide("planned", OPENS, ASKED, rungs(), OPENS, ends=ends)
    assert (before.opens, before.due, before.next_on) == (True, ("uitvraag",), date(2026, 11, 26))
    after = decide("planned", OPENS, ASKED, rungs(), date(2026, 12, 15), ends=ends)
    assert (after.opens, after.due, after.overtaken, after.next_on) == (True, (), (), date(2026, 11, 26))


def test_the_party_itself_is_always_told() -> None:
    ladder = rungs()
    assert may_tell_others(ladder[2].step, ASKED, ladder, CALENDAR, date(2026, 12, 14))


def test_of_a_task_that_pauses_nothing_happens_before_its_day() -> None:
    until = date(2026, 12, 15)
    asleep = decide("open", OPENS, ASKED, rungs(uitvraag="noticed"), date(2026, 12, 14), until)
    assert (asleep.opens, asleep.due, asleep.overtaken, asleep.next_on) == (False, (), (), until)
    awake = decide("open", OPENS, ASKED, rungs(uitvraag="noticed"), until, until)
    assert awake.due == ("te-laat",)
