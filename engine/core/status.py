"""The status of a task as people see it: a mark, a word and a date, computed from stored facts and one today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from engine.core.states import TaskState

StatusName = Literal[
    "late",
    "today",
    "submitted",
    "open",
    "paused",
    "appointed",
    "planned",
    "concept",
    "done",
    "waived",
    "cancelled",
]


@dataclass(frozen=True, slots=True)
class Status:
    """One status. `slug` is its name in addresses; `before` goes between the word and the date, may be empty."""

    name: StatusName
    mark: str
    word: str
    slug: str
    before: str = ""


# In the order in which people meet them everywhere: what is late first, what nobody has to do last.
STATUSES: Mapping[StatusName, Status] = {
    one.name: one
    for one in (
        Status("late", "▲", "te laat", "te-laat", "sinds"),
        Status("today", "●", "vandaag", "vandaag"),
        Status("submitted", "◇", "te controleren", "te-controleren"),
        Status("open", "◐", "open", "open", "tot en met"),
        Status("paused", "‖", "gepauzeerd", "gepauzeerd", "tot"),
        Status("appointed", "▣", "afgesproken", "afgesproken", "op"),
        Status("planned", "○", "komt nog", "komt-nog", "op"),
        Status("concept", "◌", "concept", "concept"),
        Status("done", "✔", "klaar", "klaar"),
        Status("waived", "–", "n.v.t.", "nvt"),
        Status("cancelled", "×", "vervallen", "vervallen"),
    )
}
BY_SLUG: Mapping[str, Status] = {one.slug: one for one in STATUSES.values()}
_ORDER: Mapping[StatusName, int] = {name: place for place, name in enumerate(STATUSES)}
# What still asks something of someone, now or later.
UNFINISHED: frozenset[StatusName] = frozenset(
    ("late", "today", "submitted", "open", "paused", "appointed", "planned", "concept")
)


def order(name: StatusName) -> int:
    """Where the status comes among the others, from 0."""
    return _ORDER[name]


def status_name(
    state: TaskState,
    due: date,
    today: date,
    *,
    adopted: bool = True,
    suspended: date | None = None,
    appointment: date | None = None,
) -> StatusName:
    """The status of a task on a day.

    `due` is its last day, with uitstel the one that was granted. `adopted`: the schooljaar that brings it was
    adopted. `suspended`: the clock stands still until that day. `appointment`: the day of the talk, where there is one.
    """
    if state in ("submitted", "done", "waived", "cancelled"):
        return state
    if state == "planned" and not adopted:
        return "concept"
    if suspended is not None and today < suspended:
        return "paused"
    if appointment is not None:
        return "appointed"
    if due <= today:
        return "late" if due < today else "today"
    return "planned" if state == "planned" else "open"


def status_day(
    name: StatusName,
    opens: date,
    due: date,
    *,
    suspended: date | None = None,
    appointment: date | None = None,
    ended: date | None = None,
) -> date | None:
    """The date that belongs beside the word: `ended` is the day on which the answer came or the task was closed."""
    if name in ("submitted", "done", "waived", "cancelled"):
        return ended
    return {"paused": suspended, "appointed": appointment, "planned": opens, "concept": opens}.get(name, due)
