"""Any order of acting, taking back, answering and ticking loses no task, and escalates only after asking anew."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from engine.app.actions import Outcome, carry_out, foretell, marks_of, take_all_back
from engine.core.action import ACTIONS, Wish
from engine.core.letter import CAME_IN
from engine.core.localtime import start_of_day
from engine.core.problem import Refused
from engine.core.states import TASK_MOVES
from engine.core.task import StoredTask
from engine.core.telling import day_before, is_by_hand, is_day_moved, is_past, step_of
from engine.store.messages import all_messages
from engine.store.notices import notices_of_messages
from engine.store.tasks import load_tasks
from engine.store.transitions import Transition, history
from tests.app.test_acting import LATER, an_office
from tests.faulty.outside import Sent

RULE = "thuiszitters"
HOURS = (0, 1, 20, 24, 24, 72, 24 * 8, 24 * 20)


class Acting(RuleBasedStateMachine):
    """The bureau, the schools and the clock, in any order."""

    @initialize()
    def begin(self) -> None:
        self.office, kept = an_office()
        kept.copy_to(self.office.means.database)
        self.office.weather.now = LATER
        self.office.log.clear()
        self.done: list[Outcome] = []
        with self.office.means.database.read() as connection:
            self.log_before = {
                task.plan.key: [step.sent for step in task.steps if step.sent] for task in load_tasks(connection)
            }
        self.keys = [task.plan.key for task in self.tasks()]
        self.round = [key for key in self.keys if key.startswith(f"{RULE}.2026-2027.december")][:4]

    @rule(
        action=st.sampled_from(sorted(ACTIONS)),
        which=st.sets(st.integers(0, 3), min_size=1, max_size=3),
        days=st.integers(1, 40),
        stale=st.booleans(),
    )
    def somebody_acts(self, action: str, which: set[int], days: int, stale: bool) -> None:
        keys = [self.round[number % len(self.round)] for number in sorted(which)]
        keys = list(dict.fromkeys(keys))
        wish = Wish(ACTIONS[action], self.office.now.date() + timedelta(days=days), f"om reden {days}")
        with self.office.means.database.read() as connection:
            seen = marks_of(connection, keys)
        said = foretell(self.office.means, wish, keys, self.office.now, by="Bea")
        done = carry_out(self.office.means, wish, keys, self.office.now, by="Bea", seen=seen)
        assert (said.keys, said.refused, said.told) == (done.keys, done.refused, done.told)
        assert {*done.keys} | {key for key, _ in done.refused} == {*keys}
        if done.undo is not None:
            self.done.append(done)
        if stale and action != "notitie":
            before = self.tasks()
            again = carry_out(self.office.means, wish, list(done.keys), self.office.now, by="Cor", seen=seen)
            assert again.keys == ()
            assert self.tasks() == before

    @rule(number=st.integers(0, 3))
    def it_is_taken_back(self, number: int) -> None:
        if not self.done:
            return
        outcome = self.done.pop(-1 - number % len(self.done))
        assert outcome.undo is not None
        before = self.tasks()
        try:
            with self.office.means.database.write() as connection:
                take_all_back(connection, self.office.means, outcome.undo, self.office.now, by="Bea")
        except Refused:
            assert self.tasks() == before

    @rule(number=st.integers(0, 3))
    def a_school_answers(self, number: int) -> None:
        self.office.act(self.round[number % len(self.round)], "submit")

    @rule(hours=st.sampled_from(HOURS))
    def time_passes(self, hours: int) -> None:
        end = self.office.now + timedelta(hours=hours)
        while self.office.now < end:
            self.office.weather.now = min(end, self.office.now + timedelta(hours=24))
            self.office.step()
        self.office.step()

    @rule()
    def the_bureau_releases(self) -> None:
        self.office.release_all()

    @invariant()
    def no_task_is_lost_and_each_move_is_legal(self) -> None:
        assert [task.plan.key for task in self.tasks()] == self.keys
        for task in self.chosen():
            rows = self.history(task)
            for row in rows:
                assert row.move == "undo" or TASK_MOVES[row.before, row.move] == row.after, row
            for one, other in pairwise(rows):
                assert one.after == other.before, (one, other)
            if rows:
                assert rows[-1].after == task.state, task

    @invariant()
    def a_task_that_has_steps_to_come_is_looked_at(self) -> None:
        for task in self.chosen():
            if task.state not in ("planned", "open"):
                assert task.next_at is None, task
                assert all(step.state not in ("pending", "due") for step in task.steps), task
            elif task.suspended is not None and task.suspended > self.office.now.date():
                assert task.next_at == start_of_day(task.suspended), task
            elif any(step.state == "pending" and step.plan.date is not None for step in task.steps):
                assert task.next_at is not None, task

    @invariant()
    def mail_that_waits_speaks_of_what_is_open_alone(self) -> None:
        tasks = {task.plan.key: task for task in self.tasks()}
        with self.office.means.database.read() as connection:
            waiting = {one.id for one in all_messages(connection, ["held", "queued"]) if not one.attempts}
            for notices in notices_of_messages(connection, waiting).values():
                for one in notices:
                    task = tasks[one.task]
                    if one.step == CAME_IN:
                        continue
                    assert task.state == "open", one
                    assert not is_past(one.step), one
                    if is_day_moved(one.step):
                        assert day_before(one.step) != task.plan.due, one
                        continue
                    assert task.suspended is None or task.suspended <= self.office.now.date(), one

    @invariant()
    def an_escalation_follows_a_newly_sent_request(self) -> None:
        sent = [one for one in self.office.log if isinstance(one, Sent)]
        for task in self.chosen():
            plan, rows = task.plan, self.history(task)
            own = {step.name for step in plan.steps if plan.asked in step.to}
            escalations = {step.name for step in plan.steps if step.escalation}
            told = [
                (mail.at, step) for mail in sent for key, step, how in mail.notices if key == plan.key and how == "aan"
            ]
            told += [(at, "uitvraag") for at in self.log_before[plan.key]]
            for at, _ in ((at, step) for at, step in told if step in escalations):
                anew = max((row.at for row in rows if row.move in ("return", "reopen") and row.at < at), default=None)
                asked = [when for when, step in told if step in own and (anew is None or when >= anew) and when < at]
                rested = [self.office.opened.open_days_after(plan.party, when.date(), at.date()) for when in asked]
                assert max(rested, default=0) >= 2, (plan.key, at, anew, told)

    @invariant()
    def a_reminder_by_hand_reaches_nobody_who_answered(self) -> None:
        for mail in (one for one in self.office.log if isinstance(one, Sent)):
            for key, step, _ in mail.notices:
                if not is_by_hand(step):
                    continue
                assert step_of(step) in ("herinnering", "te-laat", "uitvraag")
                with self.office.means.database.read() as connection:
                    before = [row for row in history(connection, key) if row.at <= mail.at]
                assert before[-1].after == "open" or before[-1].at == mail.at, (key, mail.at)

    def tasks(self) -> list[StoredTask]:
        with self.office.means.database.read() as connection:
            return load_tasks(connection)

    def chosen(self) -> list[StoredTask]:
        """Those that people act on."""
        with self.office.means.database.read() as connection:
            return load_tasks(connection, keys=self.round)

    def history(self, task: StoredTask) -> list[Transition]:
        with self.office.means.database.read() as connection:
            return history(connection, task.plan.key)


@pytest.mark.slow
def test_acting_keeps_its_word() -> None:
    run_state_machine_as_test(Acting, settings=settings(max_examples=80, stateful_step_count=40))
