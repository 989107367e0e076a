"""The end of a schooljaar: when it may be closed, and what is still open in it, round by round."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from engine.core.matrix import RoundId
from engine.core.schooljaar import Schooljaar
from engine.core.states import OPEN_STATES
from engine.core.task import StoredTask

# What is closed with the schooljaar: a document goes on with its version, a mijlpaal and what is doorlopend end alone.
CLOSED_BY_HAND = ("uitvraag", "gesprek", "taak")
# Not before the last so many weeks, and so long after its end the bureau is reminded.
LAST_WEEKS = timedelta(weeks=6)
REMINDED_AFTER = timedelta(weeks=6)
NOT_DELIVERED = "niet geleverd"
TAKEN_ALONG = "meegenomen bij het afsluiten van schooljaar {}"

Fate = Literal["niet", "mee"]


@dataclass(frozen=True, slots=True)
class OpenRound:
    """A round in which something is open.

    `tasks` are those to decide on, none of them answered; `answered` wait for the bureau, `arranged` are gesprekken
    whose appointment is still to come: both stay as they are. Of `been` of the tasks the appointment has been.
    """

    id: RoundId
    title: str
    tasks: tuple[StoredTask, ...]
    answered: int
    arranged: int
    been: int

    @property
    def first_due(self) -> date:
        """The first last day of the tasks to decide on."""
        return min(task.plan.due for task in self.tasks)

    @property
    def due(self) -> date:
        """The last one."""
        return max(task.plan.due for task in self.tasks)

    def fate(self, today: date) -> Fate:
        """What is proposed: what is still to be answered goes along, what is too late was not delivered."""
        return "mee" if self.due >= today else "niet"


def closable_from(schooljaar: Schooljaar) -> date:
    """The first day on which the schooljaar may be closed."""
    return schooljaar.end - LAST_WEEKS + timedelta(days=1)


def open_rounds(tasks: Iterable[StoredTask], now: datetime) -> tuple[OpenRound, ...]:
    """The rounds in which something is open, those that had to be in first above; of kinds that a person closes."""
    found: dict[RoundId, list[StoredTask]] = {}
    for task in tasks:
        if task.plan.kind in CLOSED_BY_HAND and task.state in OPEN_STATES:
            plan = task.plan
            found.setdefault(RoundId(plan.rule, plan.schooljaar, plan.round or ""), []).append(task)
    ordered = sorted(found.items(), key=lambda item: (max(task.plan.due for task in item[1]), item[0]))
    return tuple(_round(id_, own, now) for id_, own in ordered)


def _round(id_: RoundId, tasks: list[StoredTask], now: datetime) -> OpenRound:
    answered = [task for task in tasks if task.state == "submitted"]
    arranged = [task for task in tasks if task not in answered and task.arranged is not None and task.arranged > now]
    left = tuple(task for task in tasks if task not in answered and task not in arranged)
    been = sum(task.arranged is not None for task in left)
    return OpenRound(id_, tasks[0].plan.title, left, len(answered), len(arranged), been)
