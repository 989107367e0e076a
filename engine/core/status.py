"""The status of a task as people see it: a mark, a word and a date, computed from stored facts and one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.core.states import TaskState

StatusName = Literal[
    "late", "today", "submitted", "open", "arranged", "planned", "concept", "paused", "done", "waived", "cancelled"
]


@dataclass(frozen=True, slots=True)
class Look:
    """How a status is shown: never by colour alone."""

    mark: str
    word: str


# In the order in which people read them everywhere: what asks for attention comes first.
LOOKS: Mapping[StatusName, Look] = {
    "late": Look("▲", "te laat"),
    "today": Look("●", "vandaag"),
    "submitted": Look("◇", "te controleren"),
    "open": Look("◐", "open"),
    "arranged": Look("▣", "afgesproken"),
    "planned": Look("○", "komt nog"),
    "concept": Look("○", "concept"),
    "paused": Look("‖", "gepauzeerd"),
    "done": Look("✔", "klaar"),
    "waived": Look("–", "n.v.t."),
    "cancelled": Look("–", "vervallen"),
}
ORDER: Mapping[StatusName, int] = {name: place for place, name in enumerate(LOOKS)}
_ENDS: Mapping[TaskState, StatusName] = {
    "submitted": "submitted",
    "done": "done",
    "waived": "waived",
    "cancelled": "cancelled",
}


def status_of(
    state: TaskState,
    due: date,
    today: date,
    *,
    running: bool = True,
    paused_until: date | None = None,
    arranged: date | None = None,
) -> StatusName:
    """The status on a day; `running`: its schooljaar is adopted, so that it may be asked. Late begins the day after
    `due`; a pause ends on its day. A gesprek is `arranged` until the day of its appointment and its last day are over.
    """
    if state in _ENDS:
        return _ENDS[state]
    if state == "planned" and not running:
        return "concept"
    if paused_until is not None and today < paused_until:
        return "paused"
    if arranged is not None and today <= max(arranged, due):
        return "arranged"
    return _by_days(state, due, today)


def _by_days(state: TaskState, due: date, today: date) -> StatusName:
    if today >= due:
        return "late" if today > due else "today"
    return "open" if state == "open" else "planned"


def rank(name: StatusName) -> int:
    """The place of a status in a list: what is late first."""
    return ORDER[name]
