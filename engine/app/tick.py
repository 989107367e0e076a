"""tick, first half: for every task whose moment has come, open it and make its steps due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.chains import follow_chains, lag
from engine.app.desk import Desk
from engine.app.hearing import unheard
from engine.app.invitations import follow
from engine.app.means import Means
from engine.app.planning import PROGRAM
from engine.app.postpone import suspend_ripe
from engine.app.respond import end_task
from engine.core.event import Event
from engine.core.ladder import Decision, decide, ends_itself, rungs_of
from engine.core.localtime import local_date, start_of_day
from engine.core.party import Register
from engine.core.problem import Refused
from engine.core.states import after
from engine.core.task import StoredTask
from engine.store.appointments import must_follow
from engine.store.notices import heard_of
from engine.store.tasks import StepChange, place_tasks, ripe_tasks, set_step_states
from engine.store.transitions import Transition, record

BATCH = 500


def decide_all(means: Means, now: datetime) -> list[Event]:
    """Decides for every ripe task, a batch per transaction; a second run at the same moment changes nothing."""
    events: list[Event] = []
    with means.database.read() as connection:
        guests_lag, chains_lag = must_follow(connection), lag(connection, means, now)
    if guests_lag:
        follow(means, now)
    if guests_lag or chains_lag:
        follow_chains(means, now)
    while True:
        with means.database.write() as connection:
            batch = ripe_tasks(connection, now, BATCH)
            if not batch:  # an idle tick does not read the register
                return events
            desk = Desk(connection, means, now, PROGRAM)
            still = suspend_ripe(desk, batch)
            if still:
                desk.finish()
            running = [task for task in batch if task.plan.key not in still]
            events += _decide_some(connection, running, means.register(connection), now)
            events += _end_some(desk, running)
        if len(batch) < BATCH:
            return events


def _decide_some(connection: Connection, batch: Sequence[StoredTask], register: Register, now: datetime) -> list[Event]:
    """Each statement once for the whole batch; what someone else changed meanwhile is left to the next tick."""
    today = local_date(now)
    decided = list(zip(batch, _decisions(batch, today), strict=True))
    opened = [task for task, decision in decided if decision.opens]
    going_on = [task for task in batch if task.suspended is not None and task.suspended <= today]
    if not place_tasks(connection, [_decided(task, decision, now) for task, decision in decided]):
        raise Refused("Iemand anders heeft intussen taken gewijzigd.", "Een volgende tick gaat verder.")
    record(
        connection,
        [Transition(one.plan.key, "resume", one.state, one.state, now, PROGRAM) for one in going_on]
        + [Transition(one.plan.key, "open", one.state, after(one.state, "open"), now, PROGRAM) for one in opened],
    )
    set_step_states(connection, [row for task, decision in decided for row in _ripe(task, decision, now)])
    passed = {
        task.plan.key: [step for step in task.steps if step.plan.name in decision.overtaken]
        for task, decision in decided
        if decision.overtaken
    }
    heard = heard_of(connection, passed, (step.plan.name for steps in passed.values() for step in steps))
    events: list[Event] = []
    for task, decision in decided:
        if decision.opens:
            events.append(Event(now, "opened", task.plan.key))
        events += unheard(task, passed.get(task.plan.key, ()), heard, register, now, "overtaken")
    return events


def _end_some(desk: Desk, batch: Sequence[StoredTask]) -> list[Event]:
    """Ends what is done by itself after its last day; what of it was never told is not told any more."""
    events: list[Event] = []
    for task in batch:
        ends = ends_itself(task.plan)
        if ends is not None and ends < desk.today:
            events += end_task(desk, desk.task(task.plan.key), "accept", "").events
    if events:
        desk.finish()
    return events


def _decisions(batch: Sequence[StoredTask], today: date) -> list[Decision]:
    """What a tick does to each of these tasks; of tasks that are alike, as of one round, it is decided once."""
    known: dict[object, Decision] = {}
    found = []
    for task in batch:
        # Tasks that were planned alike, and are as far, share their steps.
        ends = ends_itself(task.plan)
        alike = id(task.steps), task.state, task.plan.opens, task.plan.asked, task.suspended, ends
        decision = known.get(alike)
        if decision is None:
            rungs = rungs_of(task)
            decision = decide(task.state, task.plan.opens, task.plan.asked, rungs, today, task.suspended, ends)
            known[alike] = decision
        found.append(decision)
    return found


def _decided(task: StoredTask, decision: Decision, now: datetime) -> StoredTask:
    next_at = None if decision.next_on is None else start_of_day(decision.next_on)
    if task.suspended is not None and task.suspended <= local_date(now):
        task = replace(task, suspended=None)
    if not decision.opens:
        return replace(task, next_at=next_at)
    return replace(task, state=after(task.state, "open"), opened_at=now, next_at=next_at)


def _ripe(task: StoredTask, decision: Decision, now: datetime) -> Iterator[StepChange]:
    key = task.plan.key
    yield from ((key, name, "due", "", now) for name in decision.due)
    yield from ((key, name, "overtaken", "ingehaald door een latere stap", None) for name in decision.overtaken)
