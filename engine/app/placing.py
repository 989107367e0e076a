"""What a plan makes of one task as it is stored: new, planned anew, asleep, waived, or held."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.means import Means
from engine.core.dutch import long_date
from engine.core.ladder import decide, ends_itself, quiet_until, rungs_of
from engine.core.localtime import local_date, start_of_day
from engine.core.planning import Change, runs
from engine.core.states import after
from engine.core.task import PlannedStep, PlannedTask, StoredStep, StoredTask
from engine.core.telling import PHASE_REACHED
from engine.store.facts import adopted, applied_number, start_day

# Why a step does not go out: there is an appointment.
ARRANGED = "afgesproken"


@dataclass(frozen=True, slots=True)
class Placing:
    """What decides how a planned task is stored: adopted schooljaren, the SWV's start, the rulebook, the moment."""

    live: Collection[str]
    start: date | None
    rulebook: int
    now: datetime
    # The steps of tasks that are planned alike, by the identity of what was planned, which lies beside them.
    _steps: dict[int, tuple[tuple[PlannedStep, ...], tuple[StoredStep, ...]]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def fresh(self, plan: PlannedTask) -> StoredTask:
        """The task as nothing has happened to it yet, not placed."""
        known = self._steps.get(id(plan.steps))
        if known is None:
            made = tuple(StoredStep(step, "pending") for step in plan.steps)
            known = self._steps[id(plan.steps)] = plan.steps, made
        return StoredTask(plan, "planned", 1, self.rulebook, known[1], None)


def after_change(change: Change, placing: Placing) -> StoredTask:
    """The task as it is once the change is stored; what changes nothing gives the stored task itself."""
    plan, stored = change.task, change.stored
    live = runs(plan, placing.live)
    if stored is None:
        task = place(placing.fresh(plan), live, placing.start, placing.now)
        return _inheriting(task, change)
    if change.kind == "new":
        task = replace(placing.fresh(plan), version=stored.version, steps=re_laddered(stored, plan))
        return place(task, live, placing.start, placing.now)
    if change.kind in ("move", "text"):
        return _replanned(stored, plan, placing.rulebook, live, placing.now)
    if change.kind == "lapse" and stored.state == "planned":
        return replace(stored, state="cancelled", next_at=None)
    return stored


@dataclass(frozen=True, slots=True)
class Settled:
    """A task as it is asked, as it is, and as it is once the difference is stored and schooljaren are adopted.

    `before` is None where it does not run yet; `begins` when it begins to run with this, which what was answered
    before does not. Of some that begin no mail
    goes out by itself: waived are those from before the SWV's start, held those that open late.
    """

    asked: PlannedTask
    before: StoredTask | None
    after: StoredTask
    begins: bool


def settled(
    connection: Connection, means: Means, changes: Sequence[Change], live: Collection[str], now: datetime
) -> tuple[Settled, ...]:
    """The tasks that run once the difference is stored and the `live` schooljaren are adopted.

    How a task ends up does not depend on what else is adopted.
    """
    start = start_day(connection) or means.settings.start or local_date(now)
    already = adopted(connection)
    placing = Placing(live, start, applied_number(connection), now)
    found = []
    for change in (one for one in changes if runs(one.task, live)):
        task, stored = after_change(change, placing), change.stored
        ran = stored if stored is not None and runs(stored.plan, already) else None
        if change.kind != "new" and task.state == "planned" and not runs(task.plan, already):
            found.append(Settled(change.task, ran, place(task, True, start, now), True))
        else:
            found.append(Settled(change.task, ran, task, change.kind == "new" and not change.answered))
    return tuple(found)


def re_laddered(stored: StoredTask, plan: PlannedTask, taken_back: Collection[str] = ()) -> tuple[StoredStep, ...]:
    """The steps of a new plan, where what was told stays told and the rest is armed again.

    `taken_back` are steps whose mail was pulled out of the queue. A step that reached some of its readers is armed
    again for the others: who heard of it has a notice, and hears no second time. With an appointment there is nothing
    left to ask: what does not hang on it, or on what the task uses, is dropped.
    """
    known = {step.plan.name: step for step in stored.steps}
    steps = []
    for wanted in plan.steps:
        old = known.get(wanted.name)
        if old is None or (old.state == "overtaken" and old.plan.date != wanted.date):
            steps.append(StoredStep(wanted, "pending"))
        elif old.note == PHASE_REACHED or (
            old.state in ("noticed", "merged", "overtaken") and wanted.name not in taken_back
        ):
            steps.append(replace(old, plan=wanted))
        else:
            steps.append(StoredStep(wanted, "pending", old.sent))
    if stored.arranged is None:
        return tuple(steps)
    return tuple(
        replace(step, state="dropped", note=ARRANGED) if step.state == "pending" and not _outlives_talk(step) else step
        for step in steps
    )


def next_look(task: StoredTask, today: date) -> datetime | None:
    """When tick must look at the task: at once for what is past, else 00:00 of its next date."""
    if task.state in ("planned", "open"):
        # Of most tasks of a schooljaar nothing more need be looked at.
        quiet = quiet_until(task.plan.opens, today, task.suspended)
        if quiet is not None:
            return start_of_day(quiet)
    plan, ends = task.plan, ends_itself(task.plan)
    decision = decide(task.state, plan.opens, plan.asked, rungs_of(task), today, task.suspended, ends)
    if decision.opens or decision.due or decision.overtaken:
        return start_of_day(today)
    return None if decision.next_on is None else start_of_day(decision.next_on)


def place(task: StoredTask, live: bool, start: date | None, now: datetime) -> StoredTask:
    """A planned task with what its schooljaar's state makes of it: asleep, waived, held, or awake."""
    today = local_date(now)
    if not live:
        return replace(task, next_at=None)
    if start is not None and task.plan.due < start:
        return replace(task, state=after(task.state, "waive"), next_at=None)
    return replace(task, held=_why_held(task.plan, start, today), next_at=next_look(task, today))


def _outlives_talk(step: StoredStep) -> bool:
    return step.plan.on_talk or step.plan.on_uses


def _why_held(plan: PlannedTask, start: date | None, today: date) -> str:
    """Why mail of a task that begins late waits for the bureau; empty where it begins in time."""
    if plan.opens < today:
        return f"had al open moeten gaan op {long_date(plan.opens)}"
    if start is not None and plan.opens < start:
        return f"gaat open op {long_date(plan.opens)}, voor uw start op {long_date(start)}"
    return ""


def _replanned(stored: StoredTask, plan: PlannedTask, rulebook: int, live: bool, now: datetime) -> StoredTask:
    task = replace(stored, plan=plan, rulebook=rulebook, steps=re_laddered(stored, plan))
    today = local_date(now)
    if live and stored.state == "planned" and plan.opens < today <= stored.plan.opens:
        task = replace(task, held=_why_held(plan, None, today))
    return replace(task, next_at=next_look(task, local_date(now)) if live else None)


def _inheriting(task: StoredTask, change: Change) -> StoredTask:
    """A new task of a school in which others go on: not asked where they answered, else asked as a move."""
    if task.state != "planned":
        return task
    if change.answered:
        return replace(task, state=after(task.state, "waive"), held="", next_at=None)
    return replace(task, again=change.asked_before) if change.asked_before else task
