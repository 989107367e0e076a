"""The fingerprint of a difference."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

from engine.core.fingerprint import fingerprint
from engine.core.planning import Change
from engine.core.rule import Rulebook
from engine.core.task import PlannedPhase, PlannedStep, PlannedTask, Reason

BOOK = Rulebook((), {}, {}, "abc")
DAY = date(2026, 10, 1)
STEP = PlannedStep("uitvraag", 0, DAY, ("directeur",), (), "uitvraag", False, False)
TASK = PlannedTask(
    *("tellen.2026-2027.16SW03", "tellen", "2026-2027", None, "16SW03", "uitvraag", "Tellen", "", "directeur"),
    *((), None, DAY, None, DAY, None, False),
    steps=(STEP,),
    reasons=(Reason("due", "Vaste datum."),),
)


def test_it_is_made_of_all_that_is_planned_of_each_task() -> None:
    """Each field of a task counts, also those that tasks share: the text is that of `repr`."""
    other = replace(TASK, key="tellen.2026-2027.16SW04", phases=(PlannedPhase("concept", DAY, "directeur"),))
    changes = [
        Change("new", TASK, None),
        Change("new", replace(TASK, title="Anders"), None),
        Change("new", other, None),
    ]

    text = "abc" + "".join(f"new 0 {change.task!r}\n" for change in changes)

    assert fingerprint(changes, BOOK) == hashlib.sha256(text.encode()).hexdigest()


def test_another_day_of_one_step_is_another_fingerprint() -> None:
    """Two tasks that differ in one step do not share their text."""
    later = replace(TASK, steps=(replace(STEP, date=date(2026, 10, 2)),))

    assert fingerprint([Change("new", later, None)], BOOK) != fingerprint([Change("new", TASK, None)], BOOK)
