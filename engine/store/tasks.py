"""Tasks and their steps. Every change of a task is guarded by its version."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.sql import ColumnElement

from engine.core.localtime import from_ms, to_ms
from engine.core.states import StepState, TaskState
from engine.core.task import PlannedTask, StoredTask
from engine.store.many import ask, ask_one, write_many
from engine.store.successions import next_succession
from engine.store.tables import steps, tasks
from engine.store.task_rows import Values, iso, ms, plan_values, step_values, task_values
from engine.store.whole_tasks import NOW, PORTION, TASK_ROW, plans_of, portions, whole, with_plans

# The note of a step that is told once more at the moment it says, and not before.
FOR_ITS_DAY = "wacht op de dag van de overdracht"
# (task, step, its state, a note, when to look again)
StepChange = tuple[str, str, StepState, str, datetime | None]

# Statements that every tick needs are built once: building one costs more than running it.
_TASKS_NOW = select(*NOW).where(tasks.c.key.in_(bindparam("keys", expanding=True))).order_by(tasks.c.key)
_TASK = select(*TASK_ROW).where(tasks.c.key == bindparam("key"))
_MARKS = (
    select(tasks.c.key, tasks.c.plan_mark)
    .where(tasks.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(tasks.c.key)
)
_RIPE = (
    select(*NOW)
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
_PUT_OFF = update(steps).where(steps.c.wake_at <= bindparam("b_now")).values(wake_at=bindparam("b_until"))
_LET_GO = update(tasks).where(tasks.c.key == bindparam("b_key"), tasks.c.held != "").values(held="")
_SET_DUE_STEP = _SET_STEP.where(steps.c.state == "due")
_MARK_SENT = (
    update(steps)
    .where(steps.c.task == bindparam("b_task"), steps.c.name == bindparam("b_name"), steps.c.sent.is_(None))
    .values(sent=bindparam("b_sent"))
)
_INSERT_TASK, _INSERT_STEP = insert(tasks), insert(steps)


def load_tasks(
    connection: Connection,
    *,
    schooljaren: Iterable[str] | None = None,
    rule: str | None = None,
    party: str | None = None,
    parties: Collection[str] | None = None,
    keys: Iterable[str] | None = None,
) -> list[StoredTask]:
    """Stored tasks with their steps, by key; `parties`, few enough for one statement, are spelled as stored."""
    wanted: list[ColumnElement[bool]] = []
    if schooljaren is not None:
        wanted.append(tasks.c.schooljaar.in_(list(schooljaren)))
    if rule is not None:
        wanted.append(tasks.c.rule == rule)
    if party is not None:
        wanted.append(func.lower(tasks.c.party) == party.lower())
    if parties is not None:
        wanted.append(tasks.c.party.in_(sorted(parties)))
    if rule is not None and keys is None:
        return with_plans(connection, connection.execute(select(*NOW).where(*wanted).order_by(tasks.c.key)).all())
    if keys is None:
        found = connection.execute(select(*TASK_ROW).where(*wanted).order_by(tasks.c.key))
        return [task for rows in found.partitions(PORTION) for task in whole(connection, rows)]
    query = _TASKS_NOW.where(*wanted) if wanted else _TASKS_NOW
    return [
        task
        for portion in portions(sorted(set(keys)))
        for task in with_plans(connection, ask(connection, query, keys=portion))
    ]


def load_plans(connection: Connection, keys: Iterable[str]) -> list[PlannedTask]:
    """What was planned of these tasks, by key."""
    return [
        plan
        for portion in portions(sorted(set(keys)))
        for plan, _ in plans_of(connection, ask(connection, _MARKS, keys=portion)).values()
    ]


def load_task(connection: Connection, key: str) -> StoredTask | None:
    """One task by its key, without regard to case, or by the one its rule would give it now; None where none is."""
    rows = connection.execute(_TASK, {"key": key}).all()
    if not rows:  # no index helps here, but only a person writes a key in another case
        rows = connection.execute(select(*TASK_ROW).where(func.lower(tasks.c.key) == key.lower())).all()
    if not rows and "." in key:  # nor for one under the id that its rule has now
        rule, _, rest = key.lower().partition(".")
        of_rule = func.lower(tasks.c.rule) == rule
        ends = func.lower(tasks.c.key).endswith(f".{rest}", autoescape=True)
        named = connection.execute(select(*TASK_ROW).where(of_rule, ends)).all()
        rows = [row for row in named if row.key.lower().partition(".")[2] == rest]
    found = whole(connection, rows)
    return found[0] if found else None


def ripe_tasks(connection: Connection, now: datetime, limit: int) -> list[StoredTask]:
    """Up to `limit` tasks that must be looked at: `next_at` has come."""
    return with_plans(connection, ask(connection, _RIPE, now=to_ms(now), most=limit))


def states_of(connection: Connection, keys: Iterable[str]) -> dict[str, tuple[TaskState, int]]:
    """State and version of these tasks as they are now, by key."""
    return {
        key: (state, version)
        for portion in portions(sorted(set(keys)))
        for key, state, version in ask(connection, _STATES, keys=portion)
    }


def schooljaren_in_use(connection: Connection) -> set[str]:
    """The schooljaren of which any task is stored."""
    return set(connection.execute(select(tasks.c.schooljaar).distinct()).scalars())


def begun_rules(connection: Connection, rules: Iterable[str]) -> set[str]:
    """Those of these rules of which a task is more than planned or cancelled."""
    wanted = tasks.c.rule.in_(set(rules)) & tasks.c.state.not_in(("planned", "cancelled"))
    return set(connection.execute(select(tasks.c.rule).where(wanted).distinct()).scalars())


def open_tasks(connection: Connection) -> list[str]:
    """The keys of all tasks that are open."""
    return list(connection.scalars(select(tasks.c.key).where(tasks.c.state == "open").order_by(tasks.c.key)))


def any_open(connection: Connection) -> bool:
    """True when a task waits for an answer, or for the bureau to accept one."""
    found = select(tasks.c.key).where(tasks.c.state.in_(("open", "submitted"))).limit(1)
    return connection.execute(found).first() is not None


def names_in_use(connection: Connection) -> tuple[set[str], set[str]]:
    """The rules and the parties that any stored task has."""
    columns = (tasks.c.rule, tasks.c.party)
    rules, parties = (set(connection.execute(select(column).distinct()).scalars()) for column in columns)
    return rules, parties


def next_look(connection: Connection) -> datetime | None:
    """The earliest moment at which a task, a due step or who takes over must be looked at; None when nothing waits."""
    moments = [
        None if value is None else from_ms(value)
        for value in (ask_one(connection, query) for query in (_NEXT_TASK, _NEXT_STEP))
    ]
    found = [moment for moment in (*moments, next_succession(connection)) if moment is not None]
    return min(found, default=None)


def next_step(connection: Connection) -> datetime | None:
    """The earliest moment at which a reader of a due step can be reached; None when no step waits."""
    found = ask_one(connection, _NEXT_STEP)
    return None if found is None else from_ms(found)


def insert_tasks(connection: Connection, new: Sequence[StoredTask]) -> None:
    """Stores new tasks with their steps."""
    if not new:
        return
    write_many(connection, _INSERT_TASK, [task_values(task) for task in new])
    _insert_steps(connection, new)


def replace_plans(connection: Connection, changed: Sequence[StoredTask]) -> bool:
    """Writes tasks whose plan changed, steps and all; False when someone else changed one of them meanwhile."""
    if not changed:
        return True
    if not _replaced(connection, [plan_values(task) | _guard(task) for task in changed]):
        return False
    write_many(connection, _FORGET_STEPS, [{"b_task": task.plan.key} for task in changed])
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
                "next_at": ms(task.next_at),
                "opened_at": ms(task.opened_at),
                "suspended": iso(task.suspended),
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
            "b_wake": ms(wake),
        }
        for task, name, state, note, wake in rows
    ]
    write_many(connection, _SET_DUE_STEP if only_due else _SET_STEP, values)


def wake_all(connection: Connection, now: datetime) -> None:
    """Looks at every due step again, because who hears may have changed; but not at one that waits for its day."""
    awake = steps.c.wake_at.is_not(None) & (steps.c.note != FOR_ITS_DAY)
    connection.execute(update(steps).where(awake).values(wake_at=to_ms(now)))


def release_tasks(connection: Connection, keys: Iterable[str]) -> None:
    """The bureau let mail of these tasks go: they hold back nothing more."""
    write_many(connection, _LET_GO, [{"b_key": key} for key in sorted(keys)])


def steps_to_compose(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    """(task, step) of the due steps that must be looked at now."""
    return [(task, name) for task, name in ask(connection, _DUE, now=to_ms(now))]


def put_off(connection: Connection, now: datetime, until: datetime) -> None:
    """Looks at the due steps of this moment no sooner than `until`."""
    write_many(connection, _PUT_OFF, [{"b_now": to_ms(now), "b_until": to_ms(until)}])


def mark_sent(connection: Connection, pairs: Iterable[tuple[str, str]], at: datetime) -> None:
    """Records when the first mail of a step really left."""
    rows = [{"b_task": task, "b_name": name, "b_sent": to_ms(at)} for task, name in pairs]
    write_many(connection, _MARK_SENT, rows)


def _guard(task: StoredTask) -> Values:
    return {"b_key": task.plan.key, "b_version": task.version, "version": task.version + 1, "agenda_lags": True}


def _replaced(connection: Connection, rows: Sequence[Values]) -> bool:
    return write_many(connection, _REPLACE, rows) == len(rows)


def _insert_steps(connection: Connection, of: Sequence[StoredTask]) -> None:
    # Tasks that were planned alike share their steps.
    alike: dict[int, Values] = {}
    rows = []
    for task in of:
        for step in task.steps:
            known = alike.get(id(step))
            if known is None:
                known = alike[id(step)] = step_values(step)
            rows.append({"task": task.plan.key, **known})
    write_many(connection, _INSERT_STEP, rows)
