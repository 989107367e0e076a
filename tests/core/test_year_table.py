"""The jaarplanning as a table, and how it differs from the schooljaar before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from engine.core.schooljaar import Schooljaar
from engine.core.sheets import DocumentRow
from engine.core.year_shift import shifts
from engine.core.year_table import YearRow
from tests.core.year_lanes import a_plan, a_register, real_rules, rows_of, tasks_of


def rows(rule: str, **how: object) -> list[YearRow]:
    return [row for row in rows_of(real_rules(), **how) if row.rule == rule]  # type: ignore[arg-type]


def test_every_rule_has_a_row() -> None:
    assert {row.rule for row in rows_of(real_rules())} == {rule.id for rule in real_rules()}


def test_parties_with_other_days_have_a_row_of_their_own_and_are_named_by_region() -> None:
    found = rows("contactgegevens")
    assert [(row.for_whom, row.begins.first) for row in found if row.begins] == [
        ("2 scholen in regio noord", date(2026, 8, 19)),
        ("2 scholen in regio zuid", date(2026, 8, 26)),
        ("2 scholen in regio midden", date(2026, 9, 2)),
    ]


def test_parties_that_differ_within_a_region_are_named() -> None:
    rules = [rule for rule in real_rules() if rule.id == "schoolkaart"]
    tasks = tasks_of(rules, a_register())
    tasks[0] = replace(tasks[0], due=date(2027, 4, 9))
    assert [row.for_whom for row in rows_of(rules, tasks=tasks)] == [
        "School noord 0",
        "5 scholen: School noord 1, School midden 0, School midden 1 en nog 2",
    ]


def test_parties_with_the_same_days_share_a_row() -> None:
    (row,) = rows("leerlingaantallen")
    assert (row.for_whom, row.who) == ("3 besturen", "administratie")


def test_the_reasons_of_every_date_are_told_each_text_once() -> None:
    (row,) = rows("leerlingaantallen")
    labels = [why.label for why in row.reasons]
    assert labels[:3] == ["Peildatum", "Opent", "Uiterlijk"]
    assert "Te laat" in labels
    assert row.reasons[0].texts == ("De peildatum is donderdag 1 oktober 2026.",)


def test_who_has_uitstel_stands_apart() -> None:
    rules = [rule for rule in real_rules() if rule.id == "leerlingaantallen"]
    tasks = tasks_of(rules, a_register())
    tasks[0] = replace(tasks[0], due=date(2026, 10, 15), extended=True)
    found = rows_of(rules, tasks=tasks)
    assert [(row.for_whom, row.extended) for row in found] == [
        ("Stichting noord", True),
        ("2 besturen in regio midden en zuid", False),
    ]


def test_how_far_it_is_is_told_only_where_it_runs_what_is_late_first() -> None:
    rules = [rule for rule in real_rules() if rule.id == "leerlingaantallen"]
    tasks = tasks_of(rules, a_register())
    tasks[0] = replace(tasks[0], state="done")
    tasks[1] = replace(tasks[1], state="open")
    (row,) = rows_of(rules, tasks=tasks, today=date(2026, 10, 2))
    assert row.statuses == (("late", 2), ("done", 1))
    assert rows_of(rules, tasks=tasks)[0].statuses == ()


def test_documents_are_together_by_month_with_each_its_day() -> None:
    documents = [
        DocumentRow("schoolondersteuningsprofiel", "10AA00", date(2022, 10, 20)),
        DocumentRow("schoolondersteuningsprofiel", "11AA00", date(2022, 10, 3)),
        DocumentRow("schoolondersteuningsprofiel", "12AA00", date(2022, 12, 3)),
        DocumentRow("schoolondersteuningsprofiel", "12AA01", date(2020, 12, 3)),
    ]
    rules = [rule for rule in real_rules() if rule.kind == "document"]
    found = rows_of(rules, a_register(documents))
    assert [row.heading for row in found] == ["eerder vervallen", "oktober 2026", "december 2026"]
    assert found[1].each == (("School midden 0", date(2026, 10, 3)), ("School noord 0", date(2026, 10, 20)))


def test_what_goes_on_all_year_stands_last() -> None:
    headings = list(dict.fromkeys(row.heading for row in rows_of(real_rules())))
    assert headings[0] == "augustus 2026"
    assert headings[-2:] == ["doorlopend", "nog zonder datum"]


def test_how_the_next_schooljaar_differs_is_told_by_round() -> None:
    rules = [rule for rule in real_rules() if rule.id in ("begroting", "leerlingaantallen", "schoolkaart")]
    before, after = a_plan(rules[:2]), a_plan(rules[1:], year=Schooljaar(2027))
    found = {one.title: one for one in shifts(before, after)}
    same = found["Leerlingaantallen doorgeven"]
    assert (same.same, same.said) == (True, "zelfde dagen")
    assert same.was == same.becomes == "peildatum 1 okt; 17 sep t/m 1 okt"
    assert (found["Schoolkaart bijwerken"].said, found["Schoolkaart bijwerken"].was) == ("is nieuw", "")
    assert found["Begroting en meerjarenbegroting maken"].said == "vervalt"


def test_a_date_that_falls_otherwise_is_told_in_days() -> None:
    rules = [rule for rule in real_rules() if rule.id == "begroting"]
    (found,) = shifts(a_plan(rules), a_plan(rules, year=Schooljaar(2027)))
    assert found.said == "eindigt 1 dag eerder"
