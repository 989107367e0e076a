"""Tasks and their steps. Every change of a task is guarded by its version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from sys import intern
from typing import Any

from sqlalchemy import JSON, Connection, Row, Text, bindparam, cast, delete, func, insert, select, update
from sqlalchemy.sql import ColumnElement

from engine.core.localtime import from_ms, to_ms
from engine.core.states import StepState, TaskState
from engine.core.task import PlannedStep, PlannedTask, Reason, StoredStep, StoredTask
from engine.store.jsontext import KEPT, from_text
from engine.store.tables import appointments, attendees, steps, tasks

Values = dict[str, Any]
# SQLite takes 32,766 variables in one statement; keys are asked for in portions far below that.
PORTION = 500
# The note of a step that is told once more on the day on which somebody takes over, and not before.
FOR_ITS_DAY = "wacht op de dag van de overdracht"
# (task, step, its state, a note, when to look again)
StepChange = tuple[str, str, StepState, str, datetime | None]


# Statements that every tick needs are built once: building one costs more than running it.
# Lists come as their text: thousands of rows hold the same few.
_TASK_ROW, _STEP_ROW = (
    [cast(column, Text).label(column.name) if isinstance(column.type, JSON) else column for column in table.c]
    for table in (tasks, steps)
)
_TASKS = select(*_TASK_ROW).where(tasks.c.key.in_(bindparam("keys", expanding=True))).order_by(tasks.c.key)
_TASK = select(*_TASK_ROW).where(tasks.c.key == bindparam("key"))
_STEPS = select(*_STEP_ROW).where(steps.c.task.in_(bindparam("keys", expanding=True))).order_by(steps.c.position)
_RIPE = (
    select(*_TASK_ROW)
    .where(tasks.c.next_at <= bindparam("now"))
    .order_by(tasks.c.next_at, tasks.c.key)
    .limit(bindparam("most"))
)
_NEXT_TASK = select(func.min(tasks.c.next_at)).where(tasks.c.next_at.is_not(None))
_NEXT_STEP = select(func.min(steps.c.wake_at)).where(steps.c.wake_at.is_not(None))
_DUE = (
    select(steps.c.task, steps.c.name)
    .where(steps.c.wake_at <= bindparam("now"))
    .order_by(steps.c.task, steps.c.position)
)
_STATES = select(tasks.c.key, tasks.c.state, tasks.c.version).where(tasks.c.key.in_(bindparam("keys", expanding=True)))
_REPLACE = update(tasks).where(tasks.c.key == bindparam("b_key"), tasks.c.version == bindparam("b_version"))
_FORGET_STEPS = delete(steps).where(steps.c.task == bindparam("b_task"))
_SET_STEP = (
    update(steps)
    .where(steps.c.task == bindparam("b_task"), steps.c.name == bindparam("b_name"))
    .values(state=bindparam("b_state"), note=bindparam("b_note"), wake_at=bindparam("b_wake"))
)
_SET_DUE_STEP = _SET_STEP.where(steps.c.state == "due")
_MARK_SENT = (
    update(steps)
    .where(steps.c.task == bindparam("b_task"), steps.c.name == bindparam("b_name"), steps.c.sent.is_(None))
    .values(sent=bindparam("b_sent"))
)
_COMES = (attendees.c.task == appointments.c.task) & ~attendees.c.left
_TALKS = (
    select(appointments.c.task, appointments.c.starts, attendees.c.contact, attendees.c.role)
    .join(attendees, _COMES, isouter=True)
    .where(appointments.c.task.in_(bindparam("keys", expanding=True)), appointments.c.state != "off")
    .order_by(appointments.c.task, attendees.c.contact)
)
_INSERT_TASK, _INSERT_STEP = insert(tasks), insert(steps)


def load_tasks(
    connection: Connection,
    *,
    schooljaren: Iterable[str] | None = None,
    rule: str | None = None,
    party: str | None = None,
    keys: Iterable[str] | None = None,
) -> list[StoredTask]:
    """Stored tasks with their steps, by key."""
    wanted: list[ColumnElement[bool]] = []
    if schooljaren is not None:
        wanted.append(tasks.c.schooljaar.in_(list(schooljaren)))
    if rule is not None:
        wanted.append(tasks.c.rule == rule)
    if party is not None:
        wanted.append(func.lower(tasks.c.party) == party.lower())
    if keys is None:
        found = connection.execute(select(*_TASK_ROW).where(*wanted).order_by(tasks.c.key))
        return [task for rows in found.partitions(PORTION) for task in _with_steps(connection, rows)]
    query = _TASKS.where(*wanted) if wanted else _TASKS
    return [
        task
        for portion in _portions(sorted(set(keys)))
        for task in _with_steps(connection, connection.execute(query, {"keys": portion}).all())
    ]


def load_task(connection: Connection, key: str) -> StoredTask | None:
    """One task by its key, without regard to case; None when there is none."""
    rows = connection.execute(_TASK, {"key": key}).all()
    if not rows:  # no index helps here, but only a person writes a key in another case
        rows = connection.execute(select(*_TASK_ROW).where(func.lower(tasks.c.key) == key.lower())).all()
    found = _with_steps(connection, rows)
    return found[0] if found else None


def ripe_tasks(connection: Connection, now: datetime, limit: int) -> list[StoredTask]:
    """Up to `limit` tasks that must be looked at: `next_at` has come."""
    return _with_steps(connection, connection.execute(_RIPE, {"now": to_ms(now), "most": limit}).all())


def states_of(connection: Connection, keys: Iterable[str]) -> dict[str, tuple[TaskState, int]]:
    """State and version of these tasks as they are now, by key."""
    return {
        key: (state, version)
        for portion in _portions(sorted(set(keys)))
        for key, state, version in connection.execute(_STATES, {"keys": portion})
    }


def schooljaren_in_use(connection: Connection) -> set[str]:
    """The schooljaren of which any task is stored."""
    return set(connection.execute(select(tasks.c.schooljaar).distinct()).scalars())


def begun_rules(connection: Connection, rules: Iterable[str]) -> set[str]:
    """Those of these rules of which a task is more than planned or cancelled."""
    wanted = tasks.c.rule.in_(set(rules)) & tasks.c.state.not_in(("planned", "cancelled"))
    return set(connection.execute(select(tasks.c.rule).where(wanted).distinct()).scalars())


def names_in_use(connection: Connection) -> tuple[set[str], set[str]]:
    """The rules and the parties that any stored task has."""
    columns = (tasks.c.rule, tasks.c.party)
    rules, parties = (set(connection.execute(select(column).distinct()).scalars()) for column in columns)
    return rules, parties


def next_look(connection: Connection) -> datetime | None:
    """The earliest moment at which a task or a due step must be looked at; None when nothing waits."""
    moments = [connection.execute(query).scalar() for query in (_NEXT_TASK, _NEXT_STEP)]
    found = [value for value in moments if value is not None]
    return from_ms(min(found)) if found else None


def next_step(connection: Connection) -> datetime | None:
    """The earliest moment at which a reader of a due step can be reached; None when no step waits."""
    found = connection.execute(_NEXT_STEP).scalar()
    return None if found is None else from_ms(found)


def insert_tasks(connection: Connection, new: Sequence[StoredTask]) -> None:
    """Stores new tasks with their steps."""
    if not new:
        return
    connection.execute(_INSERT_TASK, [_task_values(task) for task in new])
    _insert_steps(connection, new)


def replace_plans(connection: Connection, changed: Sequence[StoredTask]) -> bool:
    """Writes tasks whose plan changed, steps and all; False when someone else changed one of them meanwhile."""
    if not changed:
        return True
    if not _replaced(connection, [_plan_values(task) | _guard(task) for task in changed]):
        return False
    connection.execute(_FORGET_STEPS, [{"b_task": task.plan.key} for task in changed])
    _insert_steps(connection, changed)
    return True


def place_tasks(connection: Connection, placed: Sequence[StoredTask]) -> bool:
    """Writes the state of tasks, when they opened, what holds or suspends them, and when to look next.

    False when someone else changed one of them meanwhile.
    """
    return not placed or _replaced(
        connection,
        [
            _guard(task)
            | {
                "state": task.state,
                "held": task.held,
                "next_at": _ms(task.next_at),
                "opened_at": _ms(task.opened_at),
                "suspended": _iso(task.suspended),
            }
            for task in placed
        ],
    )


def change(connection: Connection, key: str, version: int, values: Mapping[str, Any]) -> bool:
    """Compare-and-swap on the task's version; False when someone else changed it meanwhile."""
    return _replaced(
        connection, [{"b_key": key, "b_version": version, "version": version + 1, "agenda_lags": True, **values}]
    )


def set_step_states(
    connection: Connection,
    rows: Iterable[StepChange],
    *,
    only_due: bool = False,
) -> None:
    """Sets (task, step) to a state with a note and the moment to look again; `only_due`: where it is still due."""
    values = [
        {
            "b_task": task,
            "b_name": name,
            "b_state": state,
            "b_note": note,
            "b_wake": _ms(wake),
        }
        for task, name, state, note, wake in rows
    ]
    if values:
        connection.execute(_SET_DUE_STEP if only_due else _SET_STEP, values)


def wake_all(connection: Connection, now: datetime) -> None:
    """Looks at every due step again, because who hears may have changed; but not at one that waits for its day."""
    awake = steps.c.wake_at.is_not(None) & (steps.c.note != FOR_ITS_DAY)
    connection.execute(update(steps).where(awake).values(wake_at=to_ms(now)))


def release_tasks(connection: Connection, keys: Iterable[str]) -> None:
    """The bureau let mail of these tasks go: they hold back nothing more."""
    connection.execute(update(tasks).where(tasks.c.key.in_(list(keys)), tasks.c.held != "").values(held=""))


def steps_to_compose(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    """(task, step) of the due steps that must be looked at now."""
    return [(task, name) for task, name in connection.execute(_DUE, {"now": to_ms(now)})]


def put_off(connection: Connection, now: datetime, until: datetime) -> None:
    """Looks at the due steps of this moment no sooner than `until`."""
    connection.execute(update(steps).where(steps.c.wake_at <= to_ms(now)).values(wake_at=to_ms(until)))


def mark_sent(connection: Connection, pairs: Iterable[tuple[str, str]], at: datetime) -> None:
    """Records when the first mail of a step really left."""
    rows = [{"b_task": task, "b_name": name, "b_sent": to_ms(at)} for task, name in pairs]
    if rows:
        connection.execute(_MARK_SENT, rows)


def _guard(task: StoredTask) -> Values:
    return {"b_key": task.plan.key, "b_version": task.version, "version": task.version + 1, "agenda_lags": True}


def _replaced(connection: Connection, rows: Sequence[Values]) -> bool:
    return connection.execute(_REPLACE, rows if len(rows) > 1 else rows[0]).rowcount == len(rows)


def _portions(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), PORTION):
        yield keys[start : start + PORTION]


def _with_steps(connection: Connection, rows: Sequence[Row[Any]]) -> list[StoredTask]:
    found: dict[str, list[StoredStep]] = {row.key: [] for row in rows}
    for portion in _portions(list(found)):
        for task, *step in connection.execute(_STEPS, {"keys": portion}).all():
            found[task].append(_stored_step(*step))
    stored = [_stored_task(row, tuple(found[row.key])) for row in rows]
    return _with_talks(connection, stored)


def _with_talks(connection: Connection, found: list[StoredTask]) -> list[StoredTask]:
    """The same tasks; those for which there is an appointment know when it is, and who comes."""
    talks = [task.plan.key for task in found if task.plan.kind == "gesprek"]
    begins: dict[str, datetime] = {}
    guests: dict[str, list[tuple[int, str]]] = {}
    for portion in _portions(talks):
        for key, starts, contact, role in connection.execute(_TALKS, {"keys": portion}):
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


# What many tasks share is one object: it is made once, and a whole plan takes little memory.
@lru_cache(maxsize=KEPT)
def _stored_step(
    name: str,
    position: int,
    day: str | None,
    to: str,
    copy: str,
    template: str,
    hold: bool,
    escalation: bool,
    state: StepState,
    sent: int | None,
    note: str,
    _wake_at: int | None,
    on_talk: bool,
) -> StoredStep:
    plan = PlannedStep(name, position, _day(day), from_text(to), from_text(copy), template, hold, escalation, on_talk)
    return StoredStep(plan, state, _moment(sent), note)


@lru_cache(maxsize=KEPT)
def _reasons(told: str) -> tuple[Reason, ...]:
    return tuple(Reason(field, text) for field, text in from_text(told))


def _stored_task(row: Row[Any], found: tuple[StoredStep, ...]) -> StoredTask:
    cells: tuple[Any, ...] = tuple(row)
    key, rule, year, round_, party, kind, title, explanation, asked, together, accept, *rest = cells
    peildatum, opens, due, expires, reasons, state, version, rulebook, next_at, held, extended, *moments = rest
    opened_at, submitted_at, suspended, again, begins, _lags = moments
    plan = PlannedTask(
        key,
        intern(rule),
        intern(year),
        None if round_ is None else intern(round_),
        intern(party),
        kind,
        intern(title),
        intern(explanation),
        intern(asked),
        from_text(together),
        accept,
        _day(peildatum),
        date.fromisoformat(opens),
        date.fromisoformat(due),
        _day(expires),
        tuple([step.plan for step in found]),
        _reasons(reasons),
        _day(begins),
    )
    return StoredTask(
        plan,
        state,
        version,
        rulebook,
        found,
        _moment(next_at),
        held,
        _day(extended),
        _moment(opened_at),
        _moment(submitted_at),
        _day(suspended),
        again,
    )


def _plan_values(task: StoredTask) -> Values:
    plan = task.plan
    return {
        "title": plan.title,
        "explanation": plan.explanation,
        "asked": plan.asked,
        "together": plan.together,
        "accept_needed": plan.accept_needed,
        "peildatum": _iso(plan.peildatum),
        "opens": _iso(plan.opens),
        "due": _iso(plan.due),
        "expires": _iso(plan.expires),
        "reasons": tuple((reason.field, reason.text) for reason in plan.reasons),
        "state": task.state,
        "rulebook": task.rulebook,
        "next_at": _ms(task.next_at),
        "held": task.held,
        "extended": _iso(task.extended),
        "opened_at": _ms(task.opened_at),
        "submitted_at": _ms(task.submitted_at),
        "suspended": _iso(task.suspended),
        "again": task.again,
        "begins": _iso(plan.begins),
        "agenda_lags": True,
    }


def _task_values(task: StoredTask) -> Values:
    plan = task.plan
    return _plan_values(task) | {
        "key": plan.key,
        "rule": plan.rule,
        "schooljaar": plan.schooljaar,
        "round": plan.round,
        "party": plan.party,
        "kind": plan.kind,
        "version": task.version,
    }


def _insert_steps(connection: Connection, of: Iterable[StoredTask]) -> None:
    rows = [_step_values(task.plan.key, step) for task in of for step in task.steps]
    if rows:
        connection.execute(_INSERT_STEP, rows)


def _step_values(task: str, step: StoredStep) -> Values:
    plan = step.plan
    return {
        "task": task,
        "name": plan.name,
        "position": plan.position,
        "date": _iso(plan.date),
        "to": plan.to,
        "copy": plan.copy,
        "template": plan.template,
        "hold": plan.hold,
        "escalation": plan.escalation,
        "state": step.state,
        "sent": _ms(step.sent),
        "note": step.note,
        "wake_at": None,
        "on_talk": plan.on_talk,
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)


def _moment(value: int | None) -> datetime | None:
    return None if value is None else from_ms(value)
