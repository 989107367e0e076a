"""Any order of changing rules, applying, answering and ticking: nothing is lost, told twice, or dropped in silence."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from engine.app import planning
from engine.core.schooljaar import Schooljaar
from engine.core.states import TASK_MOVES
from engine.core.task import StoredTask
from engine.store.database import Database
from engine.store.notices import heard_of
from engine.store.tasks import load_tasks
from engine.store.transitions import history
from tests.app.test_acting import LATER, a_new_office
from tests.faulty.loose_ends import loose_ends
from tests.faulty.opened import wall
from tests.faulty.promises import broken_promises
from tests.faulty.year import EDITS, FaultyYear

HOURS = (1, 24, 24, 72, 24 * 8, 24 * 25)


@cache
def an_office() -> tuple[FaultyYear, Database, tuple[object, ...]]:
    """The office, a copy of its store, and what it has lived through."""
    office, kept = a_new_office()
    return office, kept, tuple(office.log)


class Editing(RuleBasedStateMachine):
    """The keeper of the rules, the night, the schools and the clock, in any order."""

    @initialize()
    def begin(self) -> None:
        self.office, kept, lived = an_office()
        kept.copy_to(self.office.means.database)
        self.office.weather.now = LATER
        self.office.files = dict(self.office.world.files)
        self.office.log[:] = lived
        self.sent: dict[tuple[str, str], object] = {}
        self.heard: set[tuple[str, str, int]] = set()
        self.keys: set[str] = set()

    @rule(edit=st.sampled_from(EDITS), files=st.sets(st.integers(0, 3), min_size=1))
    def a_rule_is_changed(self, edit: tuple[str, str], files: set[int]) -> None:
        before, after = edit
        names = sorted(name for name in self.office.files if name.startswith("rules/"))
        for number in files:
            name = names[number % len(names)]
            text = self.office.files[name]
            self.office.files[name] = text.replace(after, before) if after in text else text.replace(before, after)

    @rule()
    def it_is_applied(self) -> None:
        open_before = {task.plan.key for task in self.tasks() if task.state != "planned"}
        self.office.plan()
        rulebook, running = self.office.rulebook, Schooljaar.of(wall(self.office.now).date())
        with self.office.means.database.read() as connection:
            again = planning.propose(connection, self.office.means, rulebook, [running, running.next])
        left = {(change.kind, change.task.key) for change in again if change.kind != "same"}
        # What is open already and lapses waits for the bureau; all else is as the rules want it.
        assert {key for kind, key in left if kind == "lapse"} <= open_before, left
        assert {kind for kind, _ in left} <= {"lapse"}, left

    @rule()
    def the_night_plans(self) -> None:
        before = {task.plan.key: task for task in self.tasks()}
        self.office.plan(everything=False)
        for task in self.tasks():
            was = before.get(task.plan.key)
            if was is not None and was.state not in ("planned", "cancelled"):
                assert task.plan == was.plan and task.state == was.state, task.plan.key

    @rule(number=st.integers(0, 30))
    def a_school_answers(self, number: int) -> None:
        asked = [task.plan.key for task in self.tasks() if task.state == "open"]
        if asked:
            self.office.act(asked[number % len(asked)], "submit")

    @rule(hours=st.sampled_from(HOURS))
    def time_passes(self, hours: int) -> None:
        end = self.office.now + timedelta(hours=hours)
        while self.office.now < end:
            self.office.weather.now = min(end, self.office.now + timedelta(hours=8))
            self.office.step()

    @rule()
    def the_bureau_releases(self) -> None:
        self.office.release_all()

    @invariant()
    def no_task_is_lost(self) -> None:
        keys = [task.plan.key for task in self.tasks()]
        assert len(keys) == len(set(keys))
        assert self.keys <= set(keys)
        self.keys = set(keys)

    @invariant()
    def only_what_was_not_open_lapses_by_itself(self) -> None:
        with self.office.means.database.read() as connection:
            rows = [row for key in self.keys for row in history(connection, key)]
        for row in rows:
            assert TASK_MOVES[row.before, row.move] == row.after, row
            assert row.move != "cancel" or row.before == "planned", row

    @invariant()
    def what_was_sent_stays_told(self) -> None:
        steps = {(task.plan.key, step.plan.name): step.sent for task in self.tasks() for step in task.steps}
        for step, moment in self.sent.items():
            # A step that the rule lost goes; who heard of it is known for ever.
            assert steps.get(step, moment) == moment, (step, moment)
        with self.office.means.database.read() as connection:
            names = {name for _, name in {*steps, *((key, name) for key, name, _ in self.heard)}}
            heard = heard_of(connection, sorted(self.keys), names)
        assert self.heard <= heard
        self.sent = {step: moment for step, moment in steps.items() if moment is not None}
        self.heard = heard

    @invariant()
    def promises_are_kept(self) -> None:
        assert broken_promises(self.office.log) == []

    def teardown(self) -> None:
        """After calm days nothing waits for what is past."""
        if not hasattr(self, "office"):
            return
        self.office.release_all()
        for _ in range(8):
            self.office.weather.now += timedelta(hours=12)
            self.office.step()
        assert loose_ends(self.office.means.database, self.office.now) == []
        assert broken_promises(self.office.log) == []

    def tasks(self) -> list[StoredTask]:
        with self.office.means.database.read() as connection:
            return load_tasks(connection)


@pytest.mark.slow
def test_changing_rules_keeps_its_word() -> None:
    run_state_machine_as_test(Editing, settings=settings(max_examples=15, stateful_step_count=25))
