"""tick, first half: for every task whose moment has come, open it and make its steps due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.means import Means
from engine.core.event import DropReason, Event
from engine.core.ladder import Rung, decide
from engine.core.localtime import local_date, start_of_day, to_ms
from engine.core.party import Register
from engine.core.recipients import Recipient, recipients
from engine.core.states import after
from engine.core.task import StoredStep, StoredTask
from engine.store.messages import notices_of_tasks
from engine.store.tasks import StepChange, Transition, change, record, ripe_tasks, set_step_states

BATCH = 500


def decide_all(means: Means, now: datetime) -> list[Event]:
    """Decides for every ripe task, a batch per transaction; a second run at the same moment changes nothing."""
    events: list[Event] = []
    while True:
        with means.database.write() as connection:
            batch = ripe_tasks(connection, now, BATCH)
            if not batch:  # an idle tick does not read the register
                return events
            register = means.register(connection)
            for task in batch:
                events += _decide_one(connection, task, register, now)
        if len(batch) < BATCH:
            return events


def rungs_of(task: StoredTask) -> tuple[Rung, ...]:
    """The task's steps as the core decides on them."""
    return tuple(
        Rung(step.plan, step.state, None if step.sent is None else local_date(step.sent)) for step in task.steps
    )


def hearers(task: StoredTask, step: StoredStep, register: Register, day: date) -> tuple[Recipient, ...]:
    """Who hears of this step of this task on that day."""
    return recipients(
        step.plan,
        task.plan.together,
        first=step.plan.position == 0,
        party=task.plan.party,
        register=register,
        day=day,
    )


def dropped(
    connection: Connection,
    task: StoredTask,
    steps: Sequence[StoredStep],
    register: Register,
    now: datetime,
    reason: DropReason,
) -> list[Event]:
    """An event for each contact that a step will not reach any more; who heard of it already is left out."""
    if not steps:
        return []
    told = {(notice.step, notice.contact) for notice in notices_of_tasks(connection, [task.plan.key])}
    return [
        Event(now, "dropped", task.plan.key, step.plan.name, hearer.contact, reason=reason)
        for step in steps
        for hearer in hearers(task, step, register, local_date(now))
        if (step.plan.name, hearer.contact) not in told
    ]


def _decide_one(connection: Connection, task: StoredTask, register: Register, now: datetime) -> list[Event]:
    plan = task.plan
    decision = decide(task.state, plan.opens, plan.asked, rungs_of(task), local_date(now))
    values: dict[str, object] = {
        "next_at": None if decision.next_on is None else to_ms(start_of_day(decision.next_on)),
    }
    events = []
    if decision.opens:
        state = after(task.state, "open")
        values |= {"state": state, "opened_at": to_ms(now)}
        record(connection, [Transition(plan.key, "open", task.state, state, now, "programma")])
        events.append(Event(now, "opened", plan.key))
    if not change(connection, plan.key, task.version, values):
        return []
    rows: list[StepChange] = [(plan.key, name, "due", "", now) for name in decision.due]
    rows += [(plan.key, name, "overtaken", "ingehaald door een latere stap", None) for name in decision.overtaken]
    set_step_states(connection, rows)
    passed = [step for step in task.steps if step.plan.name in decision.overtaken]
    return events + dropped(connection, task, passed, register, now, "overtaken")
