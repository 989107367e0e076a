"""Rows of tasks made whole: with what was planned of them, their steps, and their appointment.

Whoever reads tasks again and again, as a worker does, reads only what changed of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce
from typing import Any

from sqlalchemy import JSON, Connection, Row, Text, bindparam, cast, func, select

from engine.core.localtime import from_ms
from engine.core.task import PlannedStep, PlannedTask, StoredStep, StoredTask
from engine.store.many import ask
from engine.store.tables import appointments, attendees, steps, tasks
from engine.store.task_rows import mark_of, moment_of, stored_step, stored_task, task_of

# SQLite takes 32,766 variables in one statement; keys are asked for in portions far below that.
PORTION = 500
PLANS_KEPT, LADDERS_KEPT = 16_384, 1_024
# The steps of tasks that were planned alike, by the text of what changes of them.
Ladder = dict[str, tuple[StoredStep, ...]]
# Between the steps in that text, and in one of them between its name, its state, when its first mail left, and a note.
_BETWEEN, _WITHIN = "\x1e", "\x1f"

# Plans by their mark, each with its ladder.
_PLANS: dict[str, tuple[PlannedTask, Ladder]] = {}
_LADDERS: dict[tuple[PlannedStep, ...], Ladder] = {}

# Lists come as their text: thousands of rows hold the same few.
TASK_ROW, _STEP_ROW = (
    [cast(column, Text).label(column.name) if isinstance(column.type, JSON) else column for column in table.c]
    for table in (tasks, steps)
)
_TASKS = select(*TASK_ROW).where(tasks.c.key.in_(bindparam("keys", expanding=True)))
# What changes of a task while its plan stays as it is.
NOW = [
    *(tasks.c.key, tasks.c.plan_mark, tasks.c.state, tasks.c.version, tasks.c.rulebook, tasks.c.next_at, tasks.c.held),
    *(tasks.c.extended, tasks.c.opened_at, tasks.c.submitted_at, tasks.c.suspended, tasks.c.again, tasks.c.complete),
]
_STEPS = select(*_STEP_ROW).where(steps.c.task.in_(bindparam("keys", expanding=True))).order_by(steps.c.position)
_STEP_NOW = [steps.c.name, steps.c.state, func.coalesce(cast(steps.c.sent, Text), ""), steps.c.note]
_STEPS_NOW = (
    select(steps.c.task, func.aggregate_strings(reduce(lambda text, cell: text + _WITHIN + cell, _STEP_NOW), _BETWEEN))
    .where(
        steps.c.task.in_(bindparam("keys", expanding=True)),
        # What is as it was planned is not told.
        (steps.c.state != "pending") | steps.c.sent.is_not(None) | (steps.c.note != ""),
    )
    .group_by(steps.c.task)
)
_COMES = (attendees.c.task == appointments.c.task) & ~attendees.c.left
_TALKS = (
    select(appointments.c.task, appointments.c.starts, attendees.c.contact, attendees.c.role)
    .join(attendees, _COMES, isouter=True)
    .where(appointments.c.task.in_(bindparam("keys", expanding=True)), appointments.c.state != "off")
    .order_by(appointments.c.task, attendees.c.contact)
)


def portions(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """The keys, so many at a time as one statement takes."""
    for start in range(0, len(keys), PORTION):
        yield keys[start : start + PORTION]


def whole(connection: Connection, rows: Sequence[Row[Any]]) -> list[StoredTask]:
    """Whole rows of tasks, with their steps."""
    found: dict[str, list[StoredStep]] = {row[0]: [] for row in rows}
    for portion in portions(list(found)):
        for task, *step in connection.execute(_STEPS, {"keys": portion}).all():
            found[task].append(stored_step(*step))
    return _with_talks(connection, [stored_task(row, found[row[0]]) for row in rows])


def with_plans(connection: Connection, rows: Sequence[Sequence[Any]]) -> list[StoredTask]:
    """Rows of what changes of tasks, with what was planned of them: of a plan that is known only its mark is read."""
    plans = plans_of(connection, rows)
    told: dict[str, str] = {}
    for portion in portions([row[0] for row in rows]):
        told.update(ask(connection, _STEPS_NOW, keys=portion))
    return _with_talks(connection, [_task_now(row, *plans[row[0]], told.get(row[0], "")) for row in rows])


def plans_of(connection: Connection, rows: Sequence[Sequence[Any]]) -> dict[str, tuple[PlannedTask, Ladder]]:
    """What was planned of the tasks of these rows, which begin with the key and the mark of the plan."""
    plans = {key: _PLANS.get(mark) for key, mark, *_ in rows}
    for portion in portions([key for key, found in plans.items() if found is None]):
        for task in whole(connection, connection.execute(_TASKS, {"keys": portion}).all()):
            plans[task.plan.key] = _keep(task.plan)
    return {key: found for key, found in plans.items() if found is not None}


def _with_talks(connection: Connection, found: list[StoredTask]) -> list[StoredTask]:
    """The same tasks; those for which there is an appointment know when it is, and who comes."""
    talks = [task.plan.key for task in found if task.plan.kind == "gesprek"]
    begins: dict[str, datetime] = {}
    guests: dict[str, list[tuple[int, str]]] = {}
    for portion in portions(talks):
        for key, starts, contact, role in ask(connection, _TALKS, keys=portion):
            begins[key] = from_ms(starts)
            if contact is not None:
                guests.setdefault(key, []).append((contact, role))
    if not begins:
        return found
    return [
        replace(task, arranged=begins[task.plan.key], guests=tuple(guests.get(task.plan.key, ())))
        if task.plan.key in begins
        else task
        for task in found
    ]


def _task_now(row: Sequence[Any], plan: PlannedTask, ladder: Ladder, told: str) -> StoredTask:
    made = ladder.get(told)
    if made is None:
        if len(ladder) >= LADDERS_KEPT:
            ladder.clear()
        made = ladder[told] = _steps_now(plan.steps, told)
    return task_of(plan, made, *row[2:])


def _steps_now(planned: Sequence[PlannedStep], told: str) -> tuple[StoredStep, ...]:
    found: dict[str, list[Any]] = {step.name: ["pending", "", ""] for step in planned}
    for one in told.split(_BETWEEN) if told else ():
        name, *rest = one.split(_WITHIN)
        found[name] = rest
    made = []
    for step in planned:
        state, sent, note = found[step.name]
        made.append(StoredStep(step, state, moment_of(int(sent)) if sent else None, note))
    return tuple(made)


def _keep(plan: PlannedTask) -> tuple[PlannedTask, Ladder]:
    if len(_PLANS) >= PLANS_KEPT:
        _PLANS.clear()
    if len(_LADDERS) >= LADDERS_KEPT:
        _LADDERS.clear()
    found = _PLANS[mark_of(plan)] = plan, _LADDERS.setdefault(plan.steps, {})
    return found
