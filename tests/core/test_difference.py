"""Wanted tasks against stored ones: new, move, text, lapse, same."""

from dataclasses import replace
from datetime import date

import pytest

from engine.core.moment import parse_moment
from engine.core.planning import difference, kept_keys
from tests.core.yearplan import STEPS, YEAR, a_round, a_rule, a_step, a_store, stored, tasks, the_change


def test_what_is_not_stored_is_new():
    change = the_change(tasks(a_rule()), [])
    assert (change.kind, change.stored) == ("new", None)


def test_what_was_cancelled_is_new_again():
    (task,) = tasks(a_rule())
    assert the_change([task], [stored(task, "cancelled")]).kind == "new"


@pytest.mark.parametrize("state", ["planned", "open", "submitted", "done", "waived"])
def test_what_did_not_change_is_the_same(state):
    (task,) = tasks(a_rule())
    assert the_change([task], [stored(task, state)]).kind == "same"


@pytest.mark.parametrize("state", ["planned", "open", "submitted"])
@pytest.mark.parametrize(
    "rule",
    [
        a_rule(rounds=(a_round(due="2 oktober"),)),
        a_rule(rounds=(a_round(opens="2 september"),)),
        a_rule(rounds=(replace(a_round(), peildatum=parse_moment("2 oktober")),)),
        a_rule(steps=(STEPS[0], a_step("te-laat", "2 schooldagen na uiterlijk"))),
        a_rule(steps=STEPS[:1]),
        a_rule(steps=(*STEPS, a_step("bellen", "3 schooldagen na uiterlijk"))),
    ],
    ids=["due", "opens", "peildatum", "step date", "step gone", "step new"],
)
def test_other_dates_or_steps_are_a_move(rule, state):
    (before,) = tasks(a_rule())
    (after,) = tasks(rule)
    change = the_change([after], [stored(before, state)])
    assert (change.kind, change.task) == ("move", after)


@pytest.mark.parametrize(
    "rule",
    [
        a_rule(title="Aantallen leerlingen"),
        a_rule(explanation="Waarom wij dit vragen."),
        a_rule(asked="directeur"),
        a_rule(together=("consulent",)),
        a_rule(done_when="goedgekeurd"),
        a_rule(steps=(replace(STEPS[0], template="eerste-vraag"), STEPS[1])),
        a_rule(steps=(replace(STEPS[0], to=("directeur",)), STEPS[1])),
        a_rule(steps=(STEPS[1], STEPS[0])),
        a_rule(rounds=(a_round(opens="30 dagen voor peildatum"),)),
    ],
    ids=["title", "explanation", "asked", "together", "accept", "template", "to", "order", "reason"],
)
def test_the_same_dates_in_other_words_are_text(rule):
    (before,) = tasks(a_rule())
    (after,) = tasks(rule)
    change = the_change([after], [stored(before)])
    assert (change.kind, change.task) == ("text", after)


@pytest.mark.parametrize("state", ["planned", "open", "submitted"])
def test_what_is_no_longer_wanted_lapses(state):
    (task,) = tasks(a_rule())
    change = the_change([], [stored(task, state)])
    assert (change.kind, change.task) == ("lapse", task)


@pytest.mark.parametrize("state", ["done", "waived"])
def test_what_is_closed_never_lapses(state):
    (task,) = tasks(a_rule())
    assert the_change([], [stored(task, state)]).kind == "same"


@pytest.mark.parametrize("state", ["done", "waived"])
def test_what_is_closed_keeps_its_dates(state):
    (before,) = tasks(a_rule())
    change = the_change(tasks(a_rule(rounds=(a_round(due="2 oktober"),))), [stored(before, state)])
    assert (change.kind, change.task) == ("same", before)


def test_what_was_cancelled_and_is_not_wanted_is_no_change():
    (task,) = tasks(a_rule())
    assert difference([], a_store(stored(task, "cancelled")), (YEAR,)) == ()


def test_tasks_of_a_schooljaar_that_is_not_planned_are_left_alone():
    (task,) = tasks(a_rule(), schooljaren=(YEAR.previous,))
    assert difference([], a_store(stored(task, "open")), (YEAR, YEAR.next)) == ()


def test_a_schooljaar_without_any_rule_left_still_lapses():
    (task,) = tasks(a_rule(), schooljaren=(YEAR.next,))
    wanted = tasks(a_rule("andere"), schooljaren=(YEAR,))
    kinds = [change.kind for change in difference(wanted, a_store(stored(task)), (YEAR, YEAR.next))]
    assert kinds == ["new", "lapse"]


def test_changes_come_by_key():
    wanted = tasks(a_rule("b"), a_rule("d"))
    gone = [stored(task) for task in tasks(a_rule("a"), a_rule("c"))]
    changes = difference(wanted, a_store(*gone), (YEAR,))
    assert [(change.task.rule, change.kind) for change in changes] == [
        ("a", "lapse"),
        ("b", "new"),
        ("c", "lapse"),
        ("d", "new"),
    ]


def test_an_extended_task_of_an_unchanged_rule_is_the_same():
    extended = {"leerlingaantallen.2026-2027.16SW03": date(2026, 10, 8)}
    (task,) = tasks(a_rule(), extended=extended)
    row = stored(task, "open", extended=date(2026, 10, 8))
    assert the_change(tasks(a_rule(), extended=extended), [row]).kind == "same"


def test_an_extended_task_keeps_its_last_day_when_the_rule_moves():
    extended = {"leerlingaantallen.2026-2027.16SW03": date(2026, 10, 8)}
    (task,) = tasks(a_rule(), extended=extended)
    moved = tasks(a_rule(rounds=(a_round(opens="2 september", due="5 oktober"),)), extended=extended)
    change = the_change(moved, [stored(task, "open", extended=date(2026, 10, 8))])
    assert (change.kind, change.task.opens, change.task.due) == ("move", date(2026, 9, 2), date(2026, 10, 8))


def test_an_extension_that_was_forgotten_in_expand_is_refused():
    (task,) = tasks(a_rule())
    row = stored(task, "open", extended=date(2026, 10, 8))
    with pytest.raises(ValueError, match="without its extension"):
        difference([task], a_store(row), (YEAR,))


def test_what_was_applied_once_is_the_same_the_second_time():
    wanted = tasks(a_rule(), a_rule("thuiszitters", rounds=(a_round("september"),)))
    first = difference(wanted, {}, (YEAR,))
    second = difference(wanted, a_store(*(stored(change.task) for change in first)), (YEAR,))
    assert {change.kind for change in second} == {"same"}


def renamed(task, state="planned"):
    """A stored task whose rule has another id by now."""
    return stored(replace(task, key=f"oud.{task.key.partition('.')[2]}"), state)


def test_a_task_is_known_by_the_key_that_its_rule_gives_now():
    (task,) = tasks(a_rule())
    old = renamed(task)
    assert kept_keys([old]) == {task.key: old}
    assert kept_keys([stored(task)]) == {}


@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [
        ("open", "planned", "old"),
        ("done", "cancelled", "old"),
        ("planned", "cancelled", "old"),
        ("planned", "planned", "new"),
        ("cancelled", "planned", "new"),
        ("open", "open", "new"),
        ("planned", "open", "new"),
    ],
)
def test_of_two_that_would_have_one_key_what_has_begun_counts(old, new, counts):
    (task,) = tasks(a_rule())
    before, after = renamed(task, old), stored(task, new)
    for both in ([before, after], [after, before]):
        assert kept_keys(both) == ({task.key: before} if counts == "old" else {})
