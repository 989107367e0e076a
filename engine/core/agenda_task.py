"""What agendas need of a task, in narrow rows: an agenda may tell of thousands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.core.states import TaskState
from engine.core.task import TaskFacts

LAPSED: tuple[TaskState, ...] = ("waived", "cancelled")


@dataclass(frozen=True, slots=True)
class AgendaTask(TaskFacts):
    """A task and how it stands, without its ladder.

    `ended` is the day on which it was sent in, closed, waived or cancelled. `sent_in`: somebody handed it in; else the
    bureau closed it. `reason`: why it is n.v.t.
    """

    state: TaskState
    suspended: date | None
    extended: date | None
    ended: date | None
    sent_in: bool
    reason: str

    @property
    def lapsed(self) -> bool:
        """True when nothing is asked any more, though nobody did it."""
        return self.state in LAPSED
