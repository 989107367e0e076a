"""A task: an occurrence of a rule for one party, as planned and as stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from engine.core.lean import lean
from engine.core.rule import Kind
from engine.core.states import StepState, TaskState


@lean
@dataclass(frozen=True, slots=True)
class Reason:
    """How a date came about, in Dutch. `field`: peildatum, opens, due, `step:NAME` or `phase:NAME`."""

    field: str
    text: str


@lean
@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step with its day after rolling; `position` is its place in the file, from 0.

    `on_talk`: its day hangs on the appointment of a gesprek, and is None until there is one. `on_uses`: it hangs on
    the day on which all that the task uses is in, and is None until then.
    """

    name: str
    position: int
    date: date | None
    to: tuple[str, ...]
    copy: tuple[str, ...]
    template: str
    hold: bool
    escalation: bool
    on_talk: bool = False
    on_uses: bool = False


@dataclass(frozen=True, slots=True)
class PlannedPhase:
    """A stage of a document, the last day for it, and the role that must act."""

    name: str
    date: date
    by: str


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What a task is, whoever looks at it: of which rule and party, what it asks of whom, its days.

    `begins` is the first day of a period, which ends on `due`; None where the task is only a last day.
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


@lean
@dataclass(frozen=True, slots=True)
class PlannedTask(TaskFacts):
    """What should exist: everything that plan computes of a task."""

    accept_needed: bool
    steps: tuple[PlannedStep, ...]
    reasons: tuple[Reason, ...]
    phases: tuple[PlannedPhase, ...] = ()


@lean
@dataclass(frozen=True, slots=True)
class StoredStep:
    """A step as the store holds it. `sent` is when its first mail really left; `note` says what became of it."""

    plan: PlannedStep
    state: StepState
    sent: datetime | None = None
    note: str = ""


@lean
@dataclass(frozen=True, slots=True)
class StoredTask:
    """A task as the store holds it. `version` guards every write; `rulebook` is the one it was planned with.

    `suspended`: its clock stands still until that day. `again`: why the question is asked once more, as its reader
    meets it, empty where it is not. `arranged` is when the gesprek begins for which there is an appointment, held or
    still to come; `guests` are who is asked to come to it, each with the role because of which, empty for no role.
    `complete` is the day on which all that the task uses was in.
    """

    plan: PlannedTask
    state: TaskState
    version: int
    rulebook: int
    steps: tuple[StoredStep, ...]
    next_at: datetime | None
    held: str = ""
    extended: date | None = None
    opened_at: datetime | None = None
    submitted_at: datetime | None = None
    suspended: date | None = None
    again: str = ""
    arranged: datetime | None = None
    guests: tuple[tuple[int, str], ...] = ()
    complete: date | None = None
