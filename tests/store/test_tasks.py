"""Stored tasks: what one statement does for many, and what no tick may cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, datetime

import pytest
from sqlalchemy import Connection, event, update

from engine.core.localtime import start_of_day
from engine.core.task import PlannedPhase, PlannedStep, PlannedTask, Reason, StoredStep, StoredTask
from engine.store.database import Database, scratch_database
from engine.store.facts import save_rulebook
from engine.store.feeds import lag
from engine.store.messages import all_messages, next_delivery, provided_contacts
from engine.store.tables import tasks
from engine.store.task_rows import mark_of
from engine.store.tasks import (
    insert_tasks,
    load_task,
    load_tasks,
    next_look,
    place_tasks,
    replace_plans,
    ripe_tasks,
    states_of,
    steps_to_compose,
)
from engine.store.unreached import doubtful, unreached

NOW: datetime = start_of_day(date(2026, 8, 1))


def a_task(key: str, rulebook: int) -> StoredTask:
    step = PlannedStep("uitvraag", 0, date(2026, 9, 1), ("directeur",), (), "uitvraag", False, False)
    plan = PlannedTask(
        key=key,
        rule="regel",
        schooljaar="2026-2027",
        round=None,
        party=key.rpartition(".")[2],
        kind="uitvraag",
        title="Titel",
        explanation="",
        asked="directeur",
        together=("consulent",),
        accept_needed=False,
        peildatum=None,
        opens=date(2026, 9, 1),
        begins=None,
        due=date(2026, 10, 1),
        expires=None,
        steps=(step,),
        reasons=(Reason("due", "zomaar"),),
    )
    return StoredTask(plan, "planned", 1, rulebook, (StoredStep(step, "pending"),), NOW)


@pytest.fixture(scope="module")
def database() -> Database:
    return scratch_database()


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """One transaction, taken back after the test."""
    with database.write() as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def two(connection: Connection) -> list[StoredTask]:
    number = save_rulebook(connection, "hash", {"a": "b"}, NOW)
    new = [a_task(f"regel.2026-2027.1{letter}", number) for letter in "AB"]
    insert_tasks(connection, new)
    return new


def test_what_is_stored_comes_back_the_same(connection: Connection, two: list[StoredTask]) -> None:
    assert load_tasks(connection) == two


def test_a_key_in_another_case_is_found(connection: Connection, two: list[StoredTask]) -> None:
    assert load_task(connection, "REGEL.2026-2027.1b") == two[1]


def test_many_plans_are_replaced_at_once(connection: Connection, two: list[StoredTask]) -> None:
    changed = [replace(task, plan=replace(task.plan, title="Anders")) for task in two]
    assert replace_plans(connection, changed)
    assert [(task.plan.title, task.version) for task in load_tasks(connection)] == [("Anders", 2), ("Anders", 2)]


def asked_of(connection: Connection) -> list[str]:
    """The statements from now on."""
    asked: list[str] = []

    @event.listens_for(connection, "before_cursor_execute")
    def _listen(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    return asked


def by_key(connection: Connection, of: list[StoredTask]) -> list[StoredTask]:
    return load_tasks(connection, keys=[task.plan.key for task in of])


def test_a_plan_that_was_read_is_not_read_again(connection: Connection, two: list[StoredTask]) -> None:
    assert by_key(connection, two) == two
    asked = asked_of(connection)
    assert by_key(connection, two) == two
    assert asked
    assert not any("explanation" in statement or "template" in statement for statement in asked)


def test_a_plan_that_was_read_and_then_replaced_is_read_anew(connection: Connection, two: list[StoredTask]) -> None:
    by_key(connection, two)
    step = replace(two[0].plan.steps[0], template="anders")
    plan = replace(two[0].plan, steps=(step,))
    moved = replace(two[0], plan=plan, steps=(StoredStep(step, "due", note="nu"),))
    assert replace_plans(connection, [moved])
    assert by_key(connection, two[:1]) == [replace(moved, version=2)]


def test_a_plan_without_a_mark_is_read_each_time(connection: Connection, two: list[StoredTask]) -> None:
    by_key(connection, two)
    connection.execute(update(tasks).values(plan_mark="", title="Met de hand"))
    assert {task.plan.title for task in by_key(connection, two)} == {"Met de hand"}


def test_two_plans_that_differ_in_anything_have_different_marks() -> None:
    plan = a_task("regel.2026-2027.1A", 1).plan
    step = plan.steps[0]
    others = [
        replace(plan, **{name: value})
        for name, value in {
            "key": "regel.2026-2027.1B",
            "rule": "andere",
            "schooljaar": "2027-2028",
            "round": "najaar",
            "party": "1B",
            "kind": "document",
            "title": "Anders",
            "explanation": "Anders",
            "asked": "bestuurder",
            "together": (),
            "accept_needed": True,
            "peildatum": date(2026, 9, 2),
            "opens": date(2026, 9, 2),
            "due": date(2026, 10, 2),
            "expires": date(2026, 10, 3),
            "reasons": (),
            "steps": (),
            "begins": date(2026, 9, 1),
            "phases": (PlannedPhase("concept", date(2026, 9, 10), "consulent"),),
        }.items()
    ] + [
        replace(plan, steps=(replace(step, **{name: value}),))
        for name, value in {
            "name": "anders",
            "position": 1,
            "date": None,
            "to": ("bestuurder",),
            "copy": ("directeur",),
            "template": "anders",
            "hold": True,
            "escalation": True,
            "on_talk": True,
            "on_uses": True,
        }.items()
    ]
    assert len(others) == len(fields(plan)) + len(fields(step))
    assert len({mark_of(one) for one in (plan, *others)}) == len(others) + 1


def test_one_that_was_changed_meanwhile_stops_them_all(connection: Connection, two: list[StoredTask]) -> None:
    assert place_tasks(connection, two[:1])
    assert not replace_plans(connection, two)
    assert not place_tasks(connection, two)


def test_placing_writes_the_state_and_leaves_the_plan(connection: Connection, two: list[StoredTask]) -> None:
    assert place_tasks(connection, [replace(two[0], state="open", opened_at=NOW, next_at=None)])
    found = load_task(connection, two[0].plan.key)
    assert found == replace(two[0], state="open", opened_at=NOW, next_at=None, version=2)
    assert states_of(connection, [one.plan.key for one in two]) == {
        two[0].plan.key: ("open", 2),
        two[1].plan.key: ("planned", 1),
    }


def test_no_question_of_an_idle_tick_reads_a_whole_table(connection: Connection) -> None:
    asked: list[tuple[str, object]] = []
    event.listen(
        connection.engine,
        "before_cursor_execute",
        lambda _a, _b, statement, values, _c, _d: asked.append((statement, values)),
    )
    ripe_tasks(connection, NOW, 500)
    steps_to_compose(connection, NOW)
    next_look(connection)
    next_delivery(connection)
    all_messages(connection, ["held"])
    provided_contacts(connection, NOW)
    unreached(connection)
    doubtful(connection)
    load_tasks(connection, keys=["regel.2026-2027.1A"])
    lag(connection, NOW)
    questions = list(asked)
    assert len(questions) >= 10
    for statement, values in questions:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
        scans = [
            row[3] for row in plan if row[3].startswith("SCAN") and " USING " not in row[3] and "CONSTANT" not in row[3]
        ]
        assert not scans, statement
