"""The lanes of the jaarplanning: which there are, in what order, and what stands in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from engine.core.schooljaar import Schooljaar
from engine.core.sheets import ClosingRow, DocumentRow
from engine.core.span import Span
from engine.core.yearplan import Entry, Lane, YearPlan
from tests.core.year_lanes import YEAR, a_plan, a_register, real_rules, tasks_of

PROFIEL = "schoolondersteuningsprofiel"


def lane(plan: YearPlan, rule: str) -> Lane:
    return next(one for one in plan.lanes if one.rule == rule)


def entry(plan: YearPlan, rule: str, round_: str = "") -> Entry:
    return next(one for one in lane(plan, rule).entries if one.round == round_)


@pytest.mark.parametrize("sector", ["vo", "po"])
@pytest.mark.parametrize("first", [2026, 2029, 2031])
def test_every_rule_has_a_lane_also_where_its_vakantie_is_not_published(sector: str, first: int) -> None:
    rules = real_rules(sector)
    plan = a_plan(rules, year=Schooljaar(first))
    assert sorted(one.rule for one in plan.lanes) == sorted({rule.id for rule in rules})
    for one in plan.lanes:
        assert one.entries or one.ends or one.remark, one.rule


def test_lanes_stand_by_soort_and_then_by_their_first_day() -> None:
    plan = a_plan(real_rules())
    kinds = [one.kind for one in plan.lanes]
    assert list(dict.fromkeys(kinds)) == ["uitvraag", "gesprek", "document", "taak", "doorlopend"]
    assert [one.rule for one in plan.lanes if one.kind == "gesprek"] == [
        "startgesprek",
        "bestuursgesprek",
        "voortgangsgesprek",
    ]


def test_days_that_differ_between_regions_are_told_as_they_are() -> None:
    """After the summer each region begins at another day; on 1 October all are open."""
    plan = a_plan(real_rules())
    asked = entry(plan, "contactgegevens")
    assert asked.opens == Span(date(2026, 8, 19), date(2026, 9, 2))
    assert entry(plan, "leerlingaantallen").due == Span(date(2026, 10, 1), date(2026, 10, 1))


def test_a_talk_has_its_period_and_from_when_it_is_planned() -> None:
    found = entry(a_plan(real_rules()), "voortgangsgesprek")
    assert found.first == Span(date(2027, 2, 1), date(2027, 2, 1))
    assert found.opens == Span(date(2026, 12, 1), date(2026, 12, 1))


def test_uitstel_of_one_school_does_not_stretch_the_round_but_that_of_all_moves_it() -> None:
    rules = [rule for rule in real_rules() if rule.id == "thuiszitters"]
    tasks = [task for task in tasks_of(rules, a_register()) if task.round == "december"]
    late = date(2027, 1, 29)
    one = [replace(tasks[0], due=late, extended=True), *tasks[1:]]
    assert entry(a_plan(rules, tasks=one), "thuiszitters", "december").due.last == date(2026, 12, 11)
    all_ = [replace(task, due=late, extended=True) for task in tasks]
    assert entry(a_plan(rules, tasks=all_), "thuiszitters", "december").due == Span(late, late)


def test_what_a_person_cancelled_is_not_in_it() -> None:
    rules = [rule for rule in real_rules() if rule.id == "leerlingaantallen"]
    tasks = [replace(task, state="cancelled") for task in tasks_of(rules, a_register())]
    assert lane(a_plan(rules, tasks=tasks), "leerlingaantallen").remark == "nog niets gepland"


def test_a_stored_task_of_a_rule_that_is_gone_keeps_its_lane() -> None:
    rules = [rule for rule in real_rules() if rule.id == "leerlingaantallen"]
    plan = a_plan([], tasks=tasks_of(rules, a_register()))
    assert [one.title for one in plan.lanes] == ["Leerlingaantallen doorgeven"]


def test_documents_stand_on_the_day_they_end_and_what_lacks_is_said() -> None:
    documents = [
        DocumentRow(PROFIEL, "10AA00", date(2022, 10, 3)),
        DocumentRow(PROFIEL, "11AA00", date(2022, 10, 3)),
        DocumentRow(PROFIEL, "12AA00", date(2021, 3, 1)),
    ]
    rules = [rule for rule in real_rules() if rule.kind == "document"]
    found = lane(a_plan(rules, a_register(documents)), PROFIEL)
    assert found.ends == ((date(2026, 10, 3), 2),)
    assert found.remark == "1 al vóór 1 augustus 2026 vervallen; van 3 scholen staat er geen in het register"


def test_a_consulent_sees_what_is_meant_for_the_own_schools() -> None:
    plan = a_plan(real_rules(), scope={"10AA00"})
    assert "leerlingaantallen" not in {one.rule for one in plan.lanes}
    assert entry(plan, "contactgegevens").opens == Span(date(2026, 8, 19), date(2026, 8, 19))
    assert [one.region for one in plan.regions] == ["noord"]
    assert "doorlopende-reflectie" in {one.rule for one in plan.lanes}


def test_each_region_has_its_vakanties_and_shows_where_a_school_has_its_own() -> None:
    own = ClosingRow("70000", date(2027, 4, 24), date(2027, 5, 9), "", "meivakantie")
    plan = a_plan(real_rules(), a_register(closings=[own]))
    assert [one.region for one in plan.regions] == ["noord", "midden", "zuid"]
    names = [one.name for one in plan.regions[0].vakanties]
    assert names[0] == names[-1] == "zomervakantie"
    (mei,) = [one for one in plan.regions[0].vakanties if one.name == "meivakantie"]
    assert mei.sure == mei.widest == (date(2027, 4, 24), date(2027, 5, 9))
    alone = ClosingRow("10AA00", date(2027, 4, 26), date(2027, 5, 7), "", "meivakantie")
    plan = a_plan(real_rules(), a_register(closings=[own, alone]))
    (mei,) = [one for one in plan.regions[0].vakanties if one.name == "meivakantie"]
    assert mei.sure == (date(2027, 4, 26), date(2027, 5, 7))
    assert mei.widest == (date(2027, 4, 24), date(2027, 5, 9))


def test_a_rule_that_is_not_valid_in_the_schooljaar_has_no_lane() -> None:
    rules = [replace(rule, valid_from=YEAR.next) for rule in real_rules() if rule.id == "schoolkaart"]
    assert a_plan(rules).lanes == ()
