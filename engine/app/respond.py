"""What ends a task: hand in, accept, waive, cancel. Each a transition with who and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from engine.app.came_in import tell_came_in
from engine.app.desk import Desk, Moved, changed_meanwhile, state_after
from engine.app.hearing import dropped
from engine.app.invitations import talk_ended
from engine.app.means import Means
from engine.app.placing import next_look
from engine.app.postpone import WHY, ask_again, extend_task, resume_task, suspend_task
from engine.core.event import DropReason, Event
from engine.core.ladder import ends_itself, follows_adoption
from engine.core.localtime import to_ms
from engine.core.problem import Refused
from engine.core.states import TaskMove, TaskState, after
from engine.core.task import StoredTask
from engine.store.documents import forget_reached
from engine.store.tasks import change, set_step_states
from engine.store.transitions import lapsed

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
    with means.database.write() as connection:
        desk = Desk(connection, means, now, by)
        task = desk.task(key)
        moved = stop_task(desk, task, reason) if move == "cancel" else end_task(desk, task, move, reason)
        desk.finish()
    return list(moved.events)


def put_off(
    means: Means, key: str, move: TaskMove, now: datetime, *, by: str, until: date | None = None, reason: str = ""
) -> StoredTask:
    """Extends, suspends, resumes, returns or reopens one task.

    `until` is the new last day, or the day until which it pauses; without one a task that is asked again gets five
    open days. Raises Refused as `act` does, and when the day does not fit.
    """
    with means.database.write() as connection:
        desk = Desk(connection, means, now, by)
        task = desk.task(key)
        if move == "resume":
            moved = resume_task(desk, task, reason)
        elif move in ("return", "reopen"):
            moved = ask_again(desk, task, move, until, reason)
        elif until is None:
            raise Refused("Geef een dag op.", "Kies een dag die nog komt.", option="--until 2026-12-18")
        elif move == "suspend":
            moved = suspend_task(desk, task, until, reason)
        else:
            moved = extend_task(desk, task, until, reason)
        desk.finish()
    return moved.after


def end_task(desk: Desk, task: StoredTask, move: TaskMove, reason: str, *, renewed: bool = False) -> Moved:
    """The same as `act` within a transaction that goes on.

    `renewed`: a new version of the document is why, so that the stages after its adoption are still asked.
    """
    if move in ("waive", "cancel") and not reason:
        raise Refused("Geef een reden op.", WHY, option='--reason "niet van toepassing"')
    connection, key = desk.connection, task.plan.key
    moves = _moves(task, move)
    state = moves[-1][1]
    values: dict[str, object] = {"state": state, "next_at": None, "suspended": None}
    if move == "submit":
        values["submitted_at"] = to_ms(desk.now)
    if not change(connection, key, task.version, values):
        raise changed_meanwhile()
    before = task
    for one, reached in moves:
        desk.record(before, one, reached, reason)
        before = replace(before, state=reached)
    cause, word = ENDS[state]
    kept = _kept(task, state) if renewed else set()
    waiting = [step for step in task.steps if step.state in ("pending", "due") and step.plan.name not in kept]
    set_step_states(connection, [(key, step.plan.name, "dropped", word, None) for step in waiting])
    taken = desk.take_back(task, cause)
    events = [*dropped(connection, task, waiting, desk.register, desk.now, cause), *taken]
    if state == "done":
        events.insert(0, Event(desk.now, "done", key))
    if move == "submit":
        events.insert(0, Event(desk.now, "answered", key))
    talk_ended(connection, task, state, desk.now)
    if move in ("submit", "accept") and ends_itself(task.plan) is None:
        tell_came_in(connection, key, desk.means, desk.now, desk.by)
    back = tuple(dict.fromkeys(event.step for event in taken if event.step is not None))
    if kept:
        _go_on(desk, desk.task(key), kept, cause)
    return Moved(task, desk.task(key), tuple(one for one, _ in moves), tuple(events), back)


def stop_task(desk: Desk, task: StoredTask, reason: str) -> Moved:
    """Cancels the task. One of a party that ended comes back by itself with its party; any other does not."""
    party = desk.register.parties.get(task.plan.party)
    ended = party is None or not party.active
    return end_task(desk, task, "cancel", lapsed(reason) if ended and reason else reason)


def _kept(task: StoredTask, state: TaskState) -> set[str]:
    """The steps that go on although the task is done: those of the stages after a document's adoption.

    Of what was never asked nothing does.
    """
    if state not in ANSWERED or not any(step.sent for step in task.steps):
        return set()
    return {step.plan.name for step in task.steps if follows_adoption(task, step.plan.name)}


def _go_on(desk: Desk, task: StoredTask, kept: set[str], cause: DropReason) -> None:
    """Tells again what was taken out of mail that waits, and says when to look next."""
    again = forget_reached(desk.connection, task.plan.key, kept, cause)
    set_step_states(desk.connection, [(task.plan.key, name, "due", "", desk.now) for name in sorted(again)])
    look = next_look(task, desk.today) if task.state == "done" and desk.runs(task) else None
    if not change(desk.connection, task.plan.key, task.version, {"next_at": None if look is None else to_ms(look)}):
        raise changed_meanwhile()


def _moves(task: StoredTask, move: TaskMove) -> list[tuple[TaskMove, TaskState]]:
    """The move, and after handing in the acceptance too where the rule asks no more than that."""
    reached = state_after(task.state, move)
    if move == "submit" and not task.plan.accept_needed:
        return [(move, reached), ("accept", after(reached, "accept"))]
    return [(move, reached)]
