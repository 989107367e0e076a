"""What a stored task still brings: nothing once it has ended, nothing yet while its schooljaar is a concept."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from engine.core.outlook import concept_told, late, left_told, status_word, waiting_steps
from engine.core.task import StoredStep
from tests.core.yearplan import YEAR, a_rule, stored, tasks

START, PAST = date(2026, 8, 1), date(2026, 12, 31)
ADOPTED = {str(YEAR)}


def a_task(state="planned"):
    """Of Leerlingaantallen; opens in September, due on 1 October, its steps still waiting."""
    (task,) = tasks(a_rule())
    return stored(task, state)


@pytest.mark.parametrize("state", ["submitted", "done", "waived", "cancelled"])
def test_no_step_of_an_ended_task_is_still_to_come(state):
    """Also where a lapse left its steps waiting."""
    task = a_task(state)
    assert set(waiting_steps(task, ADOPTED, START, START).values()) == {"gaat er niet meer uit"}
    assert left_told(task, ADOPTED).startswith("Er gaat geen mail meer uit: ")


def test_the_steps_of_a_running_task_come_as_they_are_planned():
    assert waiting_steps(a_task(), ADOPTED, START, START) == {}
    assert left_told(a_task(), ADOPTED) == "Er gaat nog 2 keer mail uit."


def test_a_concept_is_never_late():
    task = a_task()
    assert (late(task, ADOPTED, PAST), late(task, (), PAST)) == (True, False)
    assert (status_word(task, ADOPTED, PAST), status_word(task, (), PAST)) == ("te laat", "concept")


def test_a_concept_whose_day_has_passed_waits_for_the_bureau_once_it_is_adopted():
    """The request goes when it is released; the missed reminders do not."""
    task = a_task()
    told = " ".join(concept_told(task, START, PAST))
    assert "Er gaat niets uit tot u het vaststelt." in told
    assert "wacht de post van deze taak tot u die vrijgeeft" in told
    first, *others = waiting_steps(task, (), START, PAST).values()
    assert first == "komt na het vaststellen, als het bureau de post vrijgeeft"
    assert all(one.startswith("gaat er niet meer uit") for one in others)


def test_a_concept_that_is_over_before_the_start_will_never_send():
    task = a_task()
    assert "wordt deze taak n.v.t., zonder mail" in " ".join(concept_told(task, PAST, PAST))
    assert set(waiting_steps(task, (), PAST, PAST).values()) == {"gaat er niet uit"}


def test_a_step_that_is_gone_is_not_told_again():
    task = a_task("cancelled")
    dropped = replace(task, steps=tuple(replace(step, state="dropped") for step in task.steps))
    assert waiting_steps(dropped, ADOPTED, START, START) == {}


def test_mail_that_was_made_still_goes_out():
    told = [StoredStep(step.plan, "noticed") for step in a_task().steps]
    over = replace(a_task(), steps=tuple(told))
    assert left_told(over, ADOPTED) == "Er gaat niets meer uit: alle stappen zijn geweest."
    assert left_told(over, ADOPTED, ready=1).startswith("1 mail staat klaar om te versturen.")
    assert left_told(over, ADOPTED, held=2).startswith("2 mails wachten op vrijgave.")


def test_a_step_whose_day_has_been_comes_with_the_next_mail():
    task = a_task("open")
    first = task.steps[0].plan
    assert first.date is not None
    later = first.date + timedelta(days=1)
    assert waiting_steps(task, ADOPTED, START, first.date) == {}
    assert waiting_steps(task, ADOPTED, START, later) == {first.name: "komt bij de volgende mail"}
