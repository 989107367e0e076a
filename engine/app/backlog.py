"""Documents whose task waits since the start: nothing of them was sent, until the bureau lets a school's go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.desk import Desk
from engine.app.planning import BEFORE_START
from engine.app.postpone import ask_again
from engine.core.lapse import why_closed
from engine.core.party import Register
from engine.core.problem import Refused
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.states import OPEN_STATES
from engine.core.task import StoredTask
from engine.store.ahead import Telling, decide_ahead
from engine.store.mail_days import foresee_from
from engine.store.messages import forget_notice, messages_of_task, notices_of_message
from engine.store.task_lines import document_tasks
from engine.store.tasks import change, load_tasks, release_tasks, set_step_states
from engine.store.transitions import waived_for

# Who is asked for a document that has expired has so many open days, unless another day is chosen.
DAYS_FOR_EXPIRED = 30


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


def release_documents(desk: Desk, waiting: Sequence[Waiting], until: date | None) -> int:
    """Lets these tasks go; what has expired is asked until that day. Returns how many there were; raises Refused.

    A mail that waited with them is made anew from what is let go: what else was in it waits on.
    """
    if not waiting:
        raise Refused("U hebt niets aangevinkt.", "Vink eerst een of meer scholen aan.")
    for one in waiting:
        if one.expired:
            last = until or desk.calendar(one.task.plan.party).open_days_on(desk.today, DAYS_FOR_EXPIRED)
            moved = ask_again(desk, one.task, "reopen", last, "", roll=True)
            # It was never asked before, so nothing is said of once more.
            change(desk.connection, one.task.plan.key, moved.after.version, {"again": "", "held": ""})
        else:
            _let_go(desk, one.task)
    foresee_from(desk.connection, desk.today)
    desk.finish()
    return len(waiting)


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
