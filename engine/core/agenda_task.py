"""What agendas need of a task, in narrow rows: an agenda may tell of thousands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.core.rule import Kind
from engine.core.states import TaskState

LAPSED: tuple[TaskState, ...] = ("waived", "cancelled")


@dataclass(frozen=True, slots=True)
class AgendaTask:
    """What agendas need of a task. `ended` is the day on which it was sent in, closed, waived or cancelled.

    `sent_in`: somebody handed it in; else the bureau closed it. `reason`: why it is n.v.t.
    """

    key: str
    rule: str
    schooljaar: str
    round: str | None
    party: str
    kind: Kind
    title: str
    explanation: str
    asked: str
    together: tuple[str, ...]
    peildatum: date | None
    opens: date
    begins: date | None
    due: date
    expires: date | None
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
