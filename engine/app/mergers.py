"""What happens to tasks of schools that go on under another code, or close: at the import, and at the next plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from engine.app.appoint import memo_of_talk
from engine.app.desk import Desk, Moved
from engine.app.means import Means
from engine.app.respond import end_task, stop_task
from engine.app.unact import Memo, memo_of, take_back
from engine.core.appointment import Appointment, Attendee
from engine.core.intake import RegisterDifference
from engine.core.intake_told import party_told
from engine.core.lapse import goes_on, why_ended
from engine.core.localtime import start_of_day
from engine.core.problem import Refused
from engine.core.round_names import names_apart
from engine.core.task import StoredTask
from engine.store.appointments import appointments_of, attendees_of
from engine.store.notices import forget_unsent
from engine.store.tasks import StepChange, load_tasks, set_step_states
from engine.store.transitions import lapsed, newest_transitions

ALIVE = ("planned", "open")


def touches_tasks(found: RegisterDifference) -> bool:
    """True when an import ends a school or lets it go on under another code."""
    return bool(found.mergers or _closing(found))


def lapsing(connection: Connection, found: RegisterDifference) -> int:
    """How many open tasks lapse with an import, because their schools go on under another code."""
    return sum(len(_alive(connection, old)) for old, _ in found.mergers)


def stoppable(connection: Connection, found: RegisterDifference) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each school or bestuur that closes with an import, as `De Eik (12CC00)`, with the tasks that are open there."""
    heirs = dict(found.mergers)
    names = {row.id: row.name for row in (*found.parties.gone, *(one.new for one in found.parties.changed))}
    open_ = [(party, _alive(connection, party)) for party in _closing(found) if party not in heirs]
    return tuple((party_told(party, names), _told(tasks)) for party, tasks in open_ if tasks)


def _told(tasks: Sequence[StoredTask]) -> tuple[str, ...]:
    in_order = sorted((one.plan for one in tasks), key=lambda plan: (plan.due, plan.title))
    rounds = [(plan.title, plan.round or "", str(plan.schooljaar)) for plan in in_order]
    names = names_apart(rounds)
    return tuple(names[one] for one in rounds)


def talks_off(connection: Connection, found: RegisterDifference, now: datetime) -> int:
    """How many gesprekken that are still to come end with the tasks of schools that close or go on elsewhere."""
    ending = {*(old for old, _ in found.mergers), *_closing(found)}
    tasks = [task for party in ending for task in _alive(connection, party)]
    return sum(task.arranged is not None and task.arranged > now for task in tasks)


def settle_tasks(
    connection: Connection, means: Means, found: RegisterDifference, now: datetime, by: str, *, stop: bool = False
) -> tuple[Moved, ...]:
    """After an import: tasks of what goes on elsewhere lapse; mail that waits about what closed is taken back.

    `stop`: what was asked of a school that closed lapses too. Else it stays open until a person decides, and nothing
    of it goes out. Returns what lapsed.
    """
    desk = Desk(connection, means, now, by)
    heirs = dict(found.mergers)
    register = means.register(connection)
    ended: list[Moved] = []
    for party, heir in heirs.items():
        for task in _alive(connection, party):
            ended.append(end_task(desk, task, "cancel", lapsed(goes_on(register.parties[heir]))))
    for party in _closing(found):
        if party not in heirs:
            for task in _alive(connection, party):
                if stop:
                    ended.append(stop_task(desk, task, why_ended(register.parties.get(party), register)))
                else:
                    _silence(desk, task)
    desk.finish()
    return tuple(ended)


def memos_of(connection: Connection, ended: Iterable[Moved], now: datetime) -> list[Memo]:
    """What `bring_back` takes, as JSON."""
    ended = tuple(ended)
    marks = newest_transitions(connection, [one.key for one in ended])
    talks, guests = appointments_of(connection, marks), attendees_of(connection, marks)
    return [memo_of(one, marks[one.key], now, **_talk(talks.get(one.key), guests.get(one.key, ()))) for one in ended]


def _talk(found: Appointment | None, guests: Sequence[Attendee]) -> Mapping[str, Any]:
    """That of a gesprek that goes off with its task, and comes back with it."""
    if found is None or found.state != "planned":
        return {}
    return {"talk": memo_of_talk(found, guests)}


def bring_back(connection: Connection, means: Means, memos: Iterable[Memo], now: datetime, by: str) -> tuple[str, ...]:
    """After an import was undone: the tasks that ended with it are as they were; returns those that are not."""
    desk = Desk(connection, means, now, by)
    left = []
    for memo in memos:
        try:
            take_back(desk, memo)
        except Refused:
            left.append(memo["task"])
    desk.finish()
    return tuple(left)


def _closing(found: RegisterDifference) -> tuple[str, ...]:
    closed = (one.new.id for one in found.parties.changed if one.old.active and not one.new.active)
    return (*(row.id for row in found.parties.gone), *closed)


def _alive(connection: Connection, party: str) -> list[StoredTask]:
    return [task for task in load_tasks(connection, party=party) if task.state in ALIVE]


def _silence(desk: Desk, task: StoredTask) -> None:
    """Takes the task out of mail that waits; its steps are due once more, should the school come back."""
    taken = {event.step for event in desk.take_back(task, "cancelled") if event.step is not None}
    forget_unsent(desk.connection, task.plan.key)
    again = start_of_day(desk.today + timedelta(days=1))
    rows: list[StepChange] = [(task.plan.key, step, "due", "", again) for step in sorted(taken)]
    set_step_states(desk.connection, rows)
