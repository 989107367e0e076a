"""What people do to a task: hand in, accept, waive, cancel, give more time. Each a transition with who and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.came_in import tell_came_in
from engine.app.letters import write_message
from engine.app.means import Means
from engine.app.planning import next_look, re_laddered
from engine.app.tick import dropped
from engine.core.dutch import capitalised, long_date
from engine.core.event import DropReason, Event
from engine.core.localtime import local_date, to_ms
from engine.core.party import Register
from engine.core.planning import expand, runs
from engine.core.problem import Refused
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.states import IllegalMove, TaskMove, TaskState, after
from engine.core.task import StoredTask
from engine.store.answers import handle_requests
from engine.store.facts import adopted
from engine.store.mail_days import foresee_from
from engine.store.messages import detach_notices, forget_unsent, messages_of_task
from engine.store.tasks import change, load_task, replace_plans, set_step_states
from engine.store.transitions import Transition, record

ENDS: dict[TaskState, tuple[DropReason, str]] = {
    "submitted": ("answered", "beantwoord"),
    "done": ("answered", "beantwoord"),
    "waived": ("waived", "niet van toepassing"),
    "cancelled": ("cancelled", "vervallen"),
}
ANSWERED: tuple[TaskState, ...] = ("submitted", "done")


def act(means: Means, key: str, move: TaskMove, now: datetime, *, by: str, reason: str = "") -> list[Event]:
    """Submits, accepts, waives or cancels a task: its ladder ends, and mail about it that waits is taken back.

    Raises Refused when there is no such task, when its state does not allow the move, or when a reason is owed.
    """
    if move in ("waive", "cancel") and not reason:
        raise Refused("Geef een reden op.", 'Bijvoorbeeld: --reason "niet van toepassing"')
    with means.database.write() as connection:
        task = _task(connection, key)
        return close(connection, task, [one for one, _ in _moves(task, move)], means, now, by=by, reason=reason)


def close(
    connection: Connection,
    task: StoredTask,
    moves: Sequence[TaskMove],
    means: Means,
    now: datetime,
    *,
    by: str,
    reason: str = "",
) -> list[Event]:
    """Takes a task through these moves, of which the last ends its ladder; raises Refused as `act` does."""
    path: list[Transition] = []
    state = task.state
    for move in moves:
        path.append(Transition(task.plan.key, move, state, _after(state, move), now, by, reason))
        state = path[-1].after
    values: dict[str, object] = {"state": state, "next_at": None}
    if "submit" in moves:
        values["submitted_at"] = to_ms(now)
    if not change(connection, task.plan.key, task.version, values):
        raise _changed_meanwhile()
    record(connection, path)
    events = _end_ladder(connection, task, state, means, means.register(connection), now)
    if state == "done":
        events.insert(0, Event(now, "done", task.plan.key))
    if "submit" in moves:
        events.insert(0, Event(now, "answered", task.plan.key))
    if "submit" in moves or "accept" in moves:
        tell_came_in(connection, task.plan.key, means, now, by)
    return events


def extend(
    means: Means,
    rule_of: Callable[[str, Schooljaar], Rule | None],
    key: str,
    until: date,
    now: datetime,
    *,
    by: str,
    reason: str,
) -> StoredTask:
    """Moves the last day of one task; the ladder that was not sent yet moves along.

    `rule_of` finds a rule of the applied rulebook by its id and schooljaar. Raises Refused as `act` does, and
    when the day is past, is no open day of the party, or lies before the task opens.
    """
    if not reason:
        raise Refused("Geef een reden op voor het uitstel.", 'Bijvoorbeeld: --reason "school is verhuisd"')
    with means.database.write() as connection:
        task = _task(connection, key)
        _after(task.state, "extend")
        handle_requests(connection, [task.plan.key], now, by, ["more_time"])
        register, calendars = means.people(connection)
        calendar = calendars.of(task.plan.party)
        if until < max(local_date(now), task.plan.opens):
            raise Refused(
                f"{capitalised(long_date(until))} is al voorbij, of ligt voor de dag waarop de taak opent.",
                "Kies een latere dag.",
            )
        if not calendar.is_open(until):
            raise Refused(
                f"{capitalised(long_date(until))} {calendar.falls(until)}.",
                f"Kies bijvoorbeeld {long_date(calendar.first_open(until))} ({calendar.first_open(until)}).",
            )
        schooljaar = Schooljaar.parse(task.plan.schooljaar)
        rule = rule_of(task.plan.rule, schooljaar)
        if rule is None:
            raise Refused(
                f"De regel {task.plan.rule} bestaat niet meer. Daarom kan ik de stappen niet verplaatsen.",
                "Zet de taak op klaar of op n.v.t., of zet de regel terug.",
            )
        wanted = expand([rule], register, calendars, [schooljaar], {task.plan.key: until})
        plan = next((one for one in wanted if one.key == task.plan.key), None)
        if plan is None:
            raise Refused(f"De regel {rule.id} kent deze taak niet meer.", "Maak eerst een nieuw plan.")
        pulled = _take_back(connection, task, means, register, now, "moved")
        forget_unsent(connection, task.plan.key)
        steps = re_laddered(task, plan, {event.step for event in pulled if event.step is not None})
        moved = replace(task, plan=plan, extended=until, steps=steps)
        moved = replace(moved, next_at=next_look(moved, local_date(now)) if _runs(connection, task) else None)
        if not replace_plans(connection, [moved]):
            raise _changed_meanwhile()
        record(connection, [Transition(task.plan.key, "extend", task.state, task.state, now, by, reason)])
        foresee_from(connection, local_date(now))
    return moved


def _task(connection: Connection, key: str) -> StoredTask:
    task = load_task(connection, key)
    if task is None:
        raise Refused(f"Er is geen taak {key}.", "Kijk welke taken er zijn.", ("tasks",))
    return task


def _changed_meanwhile() -> Refused:
    return Refused("Iemand anders heeft deze taak net gewijzigd.", "Bekijk de taak en probeer het opnieuw.")


def _after(state: TaskState, move: TaskMove) -> TaskState:
    try:
        return after(state, move)
    except IllegalMove as error:
        raise Refused(str(error), "Bekijk de taak.", ("tasks",)) from error


def _moves(task: StoredTask, move: TaskMove) -> list[tuple[TaskMove, TaskState]]:
    """The move, and after handing in the acceptance too where the rule asks no more than that."""
    reached = _after(task.state, move)
    if move == "submit" and not task.plan.accept_needed:
        return [(move, reached), ("accept", after(reached, "accept"))]
    return [(move, reached)]


def _runs(connection: Connection, task: StoredTask) -> bool:
    return runs(task.plan, adopted(connection))


def _end_ladder(
    connection: Connection, task: StoredTask, state: TaskState, means: Means, register: Register, now: datetime
) -> list[Event]:
    """No step goes out any more, and none that is waiting in a message."""
    reason, word = ENDS[state]
    waiting = [step for step in task.steps if step.state in ("pending", "due")]
    set_step_states(connection, [(task.plan.key, step.plan.name, "dropped", word, None) for step in waiting])
    events = dropped(connection, task, waiting, register, now, reason)
    return events + _take_back(connection, task, means, register, now, reason)


def _take_back(
    connection: Connection, task: StoredTask, means: Means, register: Register, now: datetime, reason: DropReason
) -> list[Event]:
    """Takes the task's notices out of messages that nobody tried to send; what is left is composed afresh."""
    events = []
    for message in messages_of_task(connection, task.plan.key, ["held", "queued"]):
        if message.attempts:
            continue
        for step in detach_notices(connection, message.id, task.plan.key, reason):
            events.append(Event(now, "dropped", task.plan.key, step, message.contact, reason=reason))
        write_message(connection, message.id, means, register, now)
    return events
