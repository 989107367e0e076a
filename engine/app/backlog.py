"""Documents whose task waits since the start: nothing of them was sent, until the bureau lets a school's go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from engine.app.desk import Desk, Moved, changed_meanwhile
from engine.app.planning import BEFORE_START
from engine.app.postpone import ask_again
from engine.app.unact import memo_of, take_back
from engine.app.undoable import LATER, LEFT, untouched
from engine.core.dutch import listed, some
from engine.core.lapse import why_closed
from engine.core.party import Register
from engine.core.problem import Refused
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.states import OPEN_STATES
from engine.core.task import StoredTask
from engine.core.telling import is_past
from engine.store.ahead import Telling, decide_ahead, decided_ahead, forget_ahead
from engine.store.mail_days import foresee_from
from engine.store.messages import messages_by_number, messages_of_task, numbers_in
from engine.store.notices import forget_notice, forget_unsent, notices_of_message, notices_of_messages, notices_of_tasks
from engine.store.task_lines import document_tasks
from engine.store.tasks import change, load_tasks, release_tasks, set_step_states
from engine.store.transitions import newest_transitions, waived_for

# Who is asked for a document that has expired has so many open days, unless another day is chosen.
DAYS_FOR_EXPIRED = 30
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task of the backlog with its party's name. `expired`: its last day is past, so that it needs a new one."""

    task: StoredTask
    party: str
    expired: bool


def backlog(connection: Connection, register: Register, rules: Sequence[Rule], today: date) -> list[Waiting]:
    """The tasks of documents that wait to be let go, what ended first at the head."""
    found = []
    waived = waived_for(connection, BEFORE_START)
    running = Schooljaar.of(today)
    lines = document_tasks(connection, of=None)
    keys = [one.key for one in lines if one.state in OPEN_STATES or (one.state == "waived" and one.key in waived)]
    for task in load_tasks(connection, keys=keys):
        before_start = task.state == "waived"
        if before_start or task.held:
            party = register.parties.get(task.plan.party)
            _, ended = why_closed(task.plan, rules, register, running)
            if party is not None and party.active and not ended:
                found.append(Waiting(task, party.name, before_start))
    return sorted(found, key=lambda one: (one.task.plan.expires or one.task.plan.due, one.party))


def with_held_mail(connection: Connection, keys: Iterable[str]) -> int:
    """How many of these tasks stand in a mail that is made, and waits for the bureau."""
    wanted = set(keys)
    held = notices_of_messages(connection, numbers_in(connection, "held")) if wanted else {}
    return len(wanted.intersection(notice.task for notices in held.values() for notice in notices))


def release_documents(desk: Desk, waiting: Sequence[Waiting], until: date | None) -> dict[str, Any]:
    """Lets these tasks go; what has expired is asked until that day. Returns what is needed to undo it, as JSON.

    A mail that waited with them is made anew from what is let go: what else was in it waits on. Raises Refused.
    """
    asked: list[Moved] = []
    held: list[tuple[str, str]] = []
    if not waiting:
        raise Refused("U hebt niets aangevinkt.", "Vink eerst een of meer scholen aan.")
    for one in waiting:
        if one.expired:
            last = until or desk.calendar(one.task.plan.party).open_days_on(desk.today, DAYS_FOR_EXPIRED)
            moved = ask_again(desk, one.task, "reopen", last, "", roll=True)
            # It was never asked before, so nothing is said of once more.
            change(desk.connection, one.task.plan.key, moved.after.version, {"again": "", "held": ""})
            asked.append(moved)
        else:
            _let_go(desk, one.task)
            held.append((one.task.plan.key, one.task.held))
    foresee_from(desk.connection, desk.today)
    desk.finish()
    marks = newest_transitions(desk.connection, [one.key for one in asked])
    return {"tasks": [memo_of(one, marks[one.key], desk.now) for one in asked], "held": [list(one) for one in held]}


def hold_documents(desk: Desk, undo: Mapping[str, Any]) -> str | None:
    """Lets what was let go wait again, but for what cannot any more; says in Dutch what that is. Raises Refused."""
    gone = let_go_for_good(desk.connection, undo)
    if len(gone) == len(undo["tasks"]) + len(undo["held"]):
        raise Refused("Dit kunt u niet meer ongedaan maken.", f"De reden: {next(iter(gone.values()))}.")
    for memo in undo["tasks"]:
        if memo["task"] not in gone:
            take_back(desk, memo)
    for key, reason in undo["held"]:
        if key not in gone:
            _hold(desk, desk.task(key), reason)
    foresee_from(desk.connection, desk.today)
    desk.finish()
    if not gone:
        return None
    names = sorted(desk.name(desk.task(key).plan.party) for key in gone)
    return f"Niet van {listed(some(names, MOST_NAMED))}: {next(iter(gone.values()))}."


def let_go_for_good(connection: Connection, undo: Mapping[str, Any]) -> dict[str, str]:
    """Of what was let go, what cannot wait any more, by task, with the reason in Dutch."""
    marks = {memo["task"]: memo["mark"] for memo in undo["tasks"]}
    keys = [*marks, *(key for key, _ in undo["held"])]
    newest = newest_transitions(connection, list(marks))
    told = [one for one in notices_of_tasks(connection, keys) if not is_past(one.step)]
    mails = messages_by_number(connection, [one.message for one in told if one.message is not None])
    left = {one.task for one in told if one.message in mails and not untouched(mails[one.message])}
    stored = {task.plan.key: task for task in load_tasks(connection, keys=keys)}
    found = {}
    for key in keys:
        task = stored.get(key)
        if key in left:
            found[key] = LEFT
        elif task is None or task.state not in ("planned", "open") or task.held or newest.get(key) != marks.get(key):
            found[key] = LATER
    return found


def _hold(desk: Desk, task: StoredTask, reason: str) -> None:
    connection, key = desk.connection, task.plan.key
    steps = {event.step for event in desk.take_back(task, "moved") if event.step is not None}
    forget_unsent(connection, key)
    set_step_states(connection, [(key, step, "due", "", desk.now) for step in sorted(steps)])
    forget_ahead(connection, [one for one, verdict in decided_ahead(connection, [key]).items() if verdict == "release"])
    if not change(connection, key, task.version, {"held": reason}):
        raise changed_meanwhile()


def _let_go(desk: Desk, task: StoredTask) -> None:
    connection, key = desk.connection, task.plan.key
    release_tasks(connection, [key])
    again: dict[str, datetime] = {}
    tellings: list[Telling] = []
    for message in messages_of_task(connection, key, ["held"]):
        if message.attempts:
            continue
        for notice in notices_of_message(connection, message.id):
            if notice.task == key:
                forget_notice(connection, notice)
                again[notice.step] = desk.now
                tellings.append((key, notice.step, notice.contact))
        desk.touch(message.id)
    set_step_states(connection, [(key, step, "due", "", moment) for step, moment in again.items()])
    decide_ahead(connection, dict.fromkeys(tellings, "release"))
