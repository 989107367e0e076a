"""Tasks, their steps and transitions. Every change of a task is guarded by its version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update
from sqlalchemy.sql import ColumnElement

from engine.core.localtime import from_ms, to_ms
from engine.core.states import StepState, TaskMove, TaskState
from engine.core.task import PlannedStep, PlannedTask, Reason, StoredStep, StoredTask
from engine.store.tables import steps, tasks, transitions

Values = dict[str, Any]
# SQLite takes 32,766 variables in one statement; keys are asked for in portions far below that.
PORTION = 500
# How the reason of a cancel by planning begins; such a task comes back when its rule does, a person's does not.
LAPSED = "niet meer in de planning"
# (task, step, its state, a note, when to look again)
StepChange = tuple[str, str, StepState, str, datetime | None]


@dataclass(frozen=True, slots=True)
class Transition:
    """What happened to a task."""

    task: str
    move: TaskMove
    before: TaskState
    after: TaskState
    at: datetime
    by: str
    reason: str = ""


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
        rows = list(connection.execute(select(tasks).where(*wanted).order_by(tasks.c.key)))
    else:
        asked = sorted(set(keys))
        rows = [
            row
            for start in range(0, len(asked), PORTION)
            for row in connection.execute(
                select(tasks).where(*wanted, tasks.c.key.in_(asked[start : start + PORTION])).order_by(tasks.c.key)
            )
        ]
    return _with_steps(connection, rows)


def load_task(connection: Connection, key: str) -> StoredTask | None:
    """One task by its key, without regard to case; None when there is none."""
    rows = connection.execute(select(tasks).where(func.lower(tasks.c.key) == key.lower())).all()
    found = _with_steps(connection, rows)
    return found[0] if found else None


def ripe_tasks(connection: Connection, now: datetime, limit: int) -> list[StoredTask]:
    """Up to `limit` tasks that must be looked at: `next_at` has come."""
    query = select(tasks).where(tasks.c.next_at <= to_ms(now)).order_by(tasks.c.next_at, tasks.c.key).limit(limit)
    return _with_steps(connection, connection.execute(query).all())


def schooljaren_in_use(connection: Connection) -> set[str]:
    """The schooljaren of which any task is stored."""
    return set(connection.execute(select(tasks.c.schooljaar).distinct()).scalars())


def names_in_use(connection: Connection) -> tuple[set[str], set[str]]:
    """The rules and the parties that any stored task has."""
    columns = (tasks.c.rule, tasks.c.party)
    rules, parties = (set(connection.execute(select(column).distinct()).scalars()) for column in columns)
    return rules, parties


def next_look(connection: Connection) -> datetime | None:
    """The earliest moment at which a task or a due step must be looked at; None when nothing waits."""
    first = connection.execute(select(func.min(tasks.c.next_at))).scalar()
    second = connection.execute(select(func.min(steps.c.wake_at))).scalar()
    found = [value for value in (first, second) if value is not None]
    return from_ms(min(found)) if found else None


def insert_tasks(connection: Connection, new: Sequence[StoredTask]) -> None:
    """Stores new tasks with their steps."""
    if not new:
        return
    connection.execute(insert(tasks), [_task_values(task) for task in new])
    rows = [_step_values(task.plan.key, step) for task in new for step in task.steps]
    if rows:
        connection.execute(insert(steps), rows)


def replace_plan(connection: Connection, task: StoredTask) -> bool:
    """Writes a task whose plan changed, steps and all; False when someone else changed it meanwhile."""
    if not change(connection, task.plan.key, task.version, _plan_values(task)):
        return False
    connection.execute(steps.delete().where(steps.c.task == task.plan.key))
    rows = [_step_values(task.plan.key, step) for step in task.steps]
    if rows:
        connection.execute(insert(steps), rows)
    return True


def change(connection: Connection, key: str, version: int, values: Mapping[str, Any]) -> bool:
    """Compare-and-swap on the task's version; False when someone else changed it meanwhile."""
    statement = update(tasks).where(tasks.c.key == key, tasks.c.version == version)
    return connection.execute(statement.values(**values, version=version + 1)).rowcount == 1


def record(connection: Connection, happened: Sequence[Transition]) -> None:
    """Adds transitions; they are never changed afterwards."""
    if happened:
        connection.execute(insert(transitions), [asdict(row) | {"at": to_ms(row.at)} for row in happened])


def lapsed(why: str) -> str:
    """The reason of a cancel by planning; `why` may be empty."""
    return f"{LAPSED}: {why}" if why else LAPSED


def cancelled_by_hand(connection: Connection) -> set[str]:
    """The tasks whose newest cancel was a person's, not planning's."""
    cancels = select(transitions.c.task, transitions.c.reason).where(transitions.c.move == "cancel")
    newest = {row.task: row.reason for row in connection.execute(cancels.order_by(transitions.c.id))}
    return {task for task, reason in newest.items() if reason != LAPSED and not reason.startswith(f"{LAPSED}: ")}


def history(connection: Connection, key: str) -> list[Transition]:
    """What happened to a task, oldest first."""
    rows = connection.execute(select(transitions).where(transitions.c.task == key).order_by(transitions.c.id))
    return [Transition(row.task, row.move, row.before, row.after, from_ms(row.at), row.by, row.reason) for row in rows]


def set_step_states(
    connection: Connection,
    rows: Iterable[StepChange],
    *,
    only_from: StepState | None = None,
) -> None:
    """Sets (task, step) to a state with a note and the moment to look again; `only_from`: unless it left that state."""
    values = [
        {
            "b_task": task,
            "b_name": name,
            "b_state": state,
            "b_note": note,
            "b_wake": None if wake is None else to_ms(wake),
        }
        for task, name, state, note, wake in rows
    ]
    if values:
        statement = update(steps).where(steps.c.task == bindparam("b_task"), steps.c.name == bindparam("b_name"))
        if only_from is not None:
            statement = statement.where(steps.c.state == only_from)
        connection.execute(
            statement.values(state=bindparam("b_state"), note=bindparam("b_note"), wake_at=bindparam("b_wake")),
            values,
        )


def wake_all(connection: Connection, now: datetime) -> None:
    """Looks at every due step again, because who hears may have changed."""
    connection.execute(update(steps).where(steps.c.wake_at.is_not(None)).values(wake_at=to_ms(now)))


def release_tasks(connection: Connection, keys: Iterable[str]) -> None:
    """The bureau let mail of these tasks go: they hold back nothing more."""
    connection.execute(update(tasks).where(tasks.c.key.in_(list(keys)), tasks.c.held != "").values(held=""))


def steps_to_compose(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    """(task, step) of the due steps that must be looked at now."""
    query = select(steps.c.task, steps.c.name).where(steps.c.wake_at <= to_ms(now))
    return [(row.task, row.name) for row in connection.execute(query.order_by(steps.c.task, steps.c.position))]


def mark_sent(connection: Connection, pairs: Iterable[tuple[str, str]], at: datetime) -> None:
    """Records when the first mail of a step really left."""
    for task, name in sorted(pairs):  # in one order, so that two deliverers never wait for each other
        statement = update(steps).where(steps.c.task == task, steps.c.name == name, steps.c.sent.is_(None))
        connection.execute(statement.values(sent=to_ms(at)))


def _with_steps(connection: Connection, rows: Sequence[Row[Any]]) -> list[StoredTask]:
    found: dict[str, list[StoredStep]] = {row.key: [] for row in rows}
    keys = list(found)
    for start in range(0, len(keys), PORTION):
        portion = keys[start : start + PORTION]
        for row in connection.execute(select(steps).where(steps.c.task.in_(portion)).order_by(steps.c.position)):
            found[row.task].append(_stored_step(row))
    return [_stored_task(row, tuple(found[row.key])) for row in rows]


def _stored_step(row: Row[Any]) -> StoredStep:
    plan = PlannedStep(
        row.name,
        row.position,
        date.fromisoformat(row.date) if row.date else None,
        tuple(row.to),
        tuple(row.copy),
        row.template,
        row.hold,
        row.escalation,
    )
    return StoredStep(plan, row.state, _moment(row.sent), row.note)


def _stored_task(row: Row[Any], found: tuple[StoredStep, ...]) -> StoredTask:
    plan = PlannedTask(
        key=row.key,
        rule=row.rule,
        schooljaar=row.schooljaar,
        round=row.round,
        party=row.party,
        kind=row.kind,
        title=row.title,
        explanation=row.explanation,
        asked=row.asked,
        together=tuple(row.together),
        accept_needed=row.accept_needed,
        peildatum=_day(row.peildatum),
        opens=date.fromisoformat(row.opens),
        due=date.fromisoformat(row.due),
        expires=_day(row.expires),
        steps=tuple(step.plan for step in found),
        reasons=tuple(Reason(field, text) for field, text in row.reasons),
    )
    return StoredTask(
        plan=plan,
        state=row.state,
        version=row.version,
        rulebook=row.rulebook,
        steps=found,
        next_at=_moment(row.next_at),
        held=row.held,
        extended=_day(row.extended),
        opened_at=_moment(row.opened_at),
        submitted_at=_moment(row.submitted_at),
    )


def _plan_values(task: StoredTask) -> Values:
    plan = task.plan
    return {
        "title": plan.title,
        "explanation": plan.explanation,
        "asked": plan.asked,
        "together": list(plan.together),
        "accept_needed": plan.accept_needed,
        "peildatum": _iso(plan.peildatum),
        "opens": _iso(plan.opens),
        "due": _iso(plan.due),
        "expires": _iso(plan.expires),
        "reasons": [[reason.field, reason.text] for reason in plan.reasons],
        "state": task.state,
        "rulebook": task.rulebook,
        "next_at": None if task.next_at is None else to_ms(task.next_at),
        "held": task.held,
        "extended": _iso(task.extended),
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
        "opened_at": None,
        "submitted_at": None,
    }


def _step_values(task: str, step: StoredStep) -> Values:
    plan = step.plan
    return {
        "task": task,
        "name": plan.name,
        "position": plan.position,
        "date": _iso(plan.date),
        "to": list(plan.to),
        "copy": list(plan.copy),
        "template": plan.template,
        "hold": plan.hold,
        "escalation": plan.escalation,
        "state": step.state,
        "sent": None if step.sent is None else to_ms(step.sent),
        "note": step.note,
        "wake_at": None,
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _moment(value: int | None) -> datetime | None:
    return None if value is None else from_ms(value)
