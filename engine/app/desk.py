"""One transaction in which somebody acts on tasks: what each action needs, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.letters import NOTHING_LEFT, write_messages
from engine.app.means import Means
from engine.core.calendar import Calendar
from engine.core.event import DropReason, Event
from engine.core.localtime import local_date
from engine.core.party import Register
from engine.core.planning import runs
from engine.core.problem import Refused
from engine.core.states import IllegalMove, TaskMove, TaskState, after
from engine.core.task import StoredTask
from engine.store.facts import adopted
from engine.store.messages import messages_of_task
from engine.store.notices import detach_notices
from engine.store.tasks import load_task
from engine.store.transitions import Transition, record


@dataclass(frozen=True, slots=True)
class Moved:
    """What an action made of one task. `back` are the steps whose mail was taken back before it left.

    `moves` led from `before` to `after`; `mails` are the messages that a reminder by hand is in, `told` is its
    name; else those that tell who was asked of the new last day.
    `lap`: the round of asking that came before, where the task is asked anew. `stages`: those that a new version
    reached.
    """

    before: StoredTask
    after: StoredTask
    moves: tuple[TaskMove, ...]
    events: tuple[Event, ...] = ()
    back: tuple[str, ...] = ()
    mails: tuple[int, ...] = ()
    told: str = ""
    lap: int = 0
    stages: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The task's key."""
        return self.before.plan.key


@dataclass(slots=True)
class Desk:
    """Who acts, when, and on what store. `finish` comes last: it puts the mail that was touched into words again."""

    connection: Connection
    means: Means
    now: datetime
    by: str
    _touched: dict[int, None] = field(init=False, default_factory=dict)
    _adopted: Collection[str] | None = field(init=False, default=None)

    @property
    def today(self) -> date:
        """The date on the office's calendar."""
        return local_date(self.now)

    @property
    def register(self) -> Register:
        """The register as stored."""
        return self.means.register(self.connection)

    def calendar(self, party: str) -> Calendar:
        """The open days of a party."""
        return self.means.people(self.connection)[1].of(party)

    def name(self, party: str) -> str:
        """A party's name, else its code."""
        known = self.register.parties.get(party)
        return known.name if known is not None else party

    def task(self, key: str) -> StoredTask:
        """The task as it is now; raises Refused when there is none."""
        task = load_task(self.connection, key)
        if task is None:
            raise Refused(f"Er is geen taak {key}.", "Kijk welke taken er zijn.", ("tasks",))
        return task

    def runs(self, task: StoredTask) -> bool:
        """True when the bureau adopted the schooljaar that brings the task."""
        if self._adopted is None:
            self._adopted = adopted(self.connection)
        return runs(task.plan, self._adopted)

    def take_back(self, task: StoredTask, reason: DropReason) -> list[Event]:
        """Takes the task's notices out of messages that nobody tried to send; what is left is composed afresh."""
        events = []
        for message in messages_of_task(self.connection, task.plan.key, ["held", "queued"]):
            if message.attempts:
                continue
            for step in detach_notices(self.connection, message.id, task.plan.key, reason):
                events.append(Event(self.now, "dropped", task.plan.key, step, message.contact, message.id, reason))
            self.touch(message.id)
        return events

    def touch(self, message: int) -> None:
        """Says that a message must be put into words again."""
        self._touched[message] = None

    def record(self, task: StoredTask, move: TaskMove, reached: TaskState, reason: str = "") -> None:
        """Adds what happened to the task's history."""
        record(self.connection, [Transition(task.plan.key, move, task.state, reached, self.now, self.by, reason)])

    def finish(self, why_gone: str = NOTHING_LEFT) -> None:
        """Puts every message that was touched into words again; `why_gone` is told of one with nothing left to say."""
        if not self._touched:
            return
        numbers = list(self._touched)
        write_messages(self.connection, numbers, self.means, self.register, self.now, why_gone=why_gone)
        self._touched.clear()


def state_after(state: TaskState, move: TaskMove) -> TaskState:
    """The state after a move; raises Refused."""
    try:
        return after(state, move)
    except IllegalMove as error:
        raise Refused(str(error), "Bekijk de taak.", ("tasks",)) from error


def changed_meanwhile() -> Refused:
    """Somebody else was first."""
    return Refused("Iemand anders heeft deze taak net gewijzigd.", "Bekijk de taak en probeer het opnieuw.")
