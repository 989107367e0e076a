"""What happens to tasks of schools that go on under another code, or close: at the import, and at the next plan."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.app.desk import Desk
from engine.app.means import Means
from engine.app.respond import end_task
from engine.core.intake import RegisterDifference
from engine.core.lapse import goes_on
from engine.core.localtime import start_of_day
from engine.core.task import StoredTask
from engine.store.messages import forget_unsent
from engine.store.tasks import StepChange, load_tasks, set_step_states
from engine.store.transitions import lapsed

ALIVE = ("planned", "open")


def touches_tasks(found: RegisterDifference) -> bool:
    """True when an import ends a school or lets it go on under another code."""
    return bool(found.mergers or _closing(found))


def lapsing(connection: Connection, found: RegisterDifference) -> int:
    """How many open tasks lapse with an import, because their schools go on under another code."""
    return sum(len(_alive(connection, old)) for old, _ in found.mergers)


def settle_tasks(connection: Connection, means: Means, found: RegisterDifference, now: datetime, by: str) -> None:
    """After an import: tasks of what goes on elsewhere lapse; mail that waits about what closed is taken back.

    What was asked of a school that closed stays open until a person decides: nothing of it goes out.
    """
    desk = Desk(connection, means, now, by)
    heirs = dict(found.mergers)
    register = means.register(connection)
    for party, heir in heirs.items():
        for task in _alive(connection, party):
            end_task(desk, task, "cancel", lapsed(goes_on(register.parties[heir])))
    for party in _closing(found):
        if party not in heirs:
            for task in _alive(connection, party):
                _silence(desk, task)
    desk.finish()


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
