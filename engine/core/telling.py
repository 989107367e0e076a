"""How a notice names what it tells: a step of the ladder, once more by hand, or what was told before a reopening."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from engine.core.letter import CAME_IN, CHANGED, DAY_MOVED

# No step's own name holds these.
_HAND, _PAST, _WAS = "+", "~", "@"
# How the steps of a stage begin, and the text that they have; what the later one ends with.
PHASE = "fase"
PHASE_LATE = "te-laat"
# The note of a step that goes out no more, because its stage was reached.
PHASE_REACHED = "de fase is bereikt"
# The stage with which a new version is there.
ADOPTED = "vastgesteld"
_MARKS = re.compile(r"[+~@]")


def by_hand(step: str, number: int) -> str:
    """`herinnering+2`: the second time that a person sent the text of that step."""
    return f"{step}{_HAND}{number}"


def is_by_hand(name: str) -> bool:
    """True for what a person sent, in the present round of asking."""
    return _HAND in name and _PAST not in name


def number_by_hand(name: str) -> int:
    """The how manieth time it was sent by hand, from 1; 0 for what the ladder told."""
    return int(without_lap(name).rpartition(_HAND)[2]) if _HAND in name else 0


def day_moved(was: date, number: int) -> str:
    """`datum-verzet@2026-10-14.2`: the last day is not that one any more; `number` counts what was told of a task."""
    return f"{DAY_MOVED}{_WAS}{was}.{number}"


@lru_cache(maxsize=4096)
def is_day_moved(name: str) -> bool:
    """True for the news that the last day moved, in the present round of asking."""
    return step_of(name) == DAY_MOVED and _PAST not in name


def day_before(name: str) -> date:
    """The last day from which it moved, by such a name."""
    return date.fromisoformat(_parts_of_day(name)[0])


def number_of_day(name: str) -> int:
    """The how manieth time that is told of a task, from 1; 0 for anything else."""
    return int(_parts_of_day(name)[1]) if step_of(name) == DAY_MOVED else 0


def past(name: str, lap: int) -> str:
    """`uitvraag~1`: what was told before the task was asked anew for the first time."""
    return f"{name}{_PAST}{lap}"


def is_past(name: str) -> bool:
    """True for what was told before the task was asked anew."""
    return _PAST in name


def lap_of(name: str) -> int:
    """The round of asking that a name from before belongs to, from 1; 0 for the present one."""
    return int(name.rpartition(_PAST)[2]) if _PAST in name else 0


def without_lap(name: str) -> str:
    """The name as it was in its own round of asking."""
    return name.partition(_PAST)[0]


@lru_cache(maxsize=4096)
def step_of(name: str) -> str:
    """The step whose text it is."""
    return _MARKS.split(name)[0]


def step_word(name: str) -> str:
    """A step's name in words, within a sentence: `te laat`, `escalatie 1`, `fase MR-advies`."""
    if phase := phase_of(name):
        return f"{PHASE} {phase_word(phase)}{' te laat' if step_of(name).endswith(f'-{PHASE_LATE}') else ''}"
    return step_of(name).replace("-", " ")


def step_label(name: str) -> str:
    """A step among other dates of a task: `stap te laat`, but `fase MR-advies`."""
    return step_word(name) if phase_of(name) else f"stap {step_word(name)}"


@lru_cache(maxsize=4096)
def phase_of(step: str) -> str:
    """The stage that a step, or a reminder of it by hand, reminds of, as the rule names it; empty for another step."""
    own = step_of(step)
    return own.removeprefix(f"{PHASE}-").removesuffix(f"-{PHASE_LATE}") if own.startswith(f"{PHASE}-") else ""


def after_adoption(phases: Sequence[str]) -> Sequence[str]:
    """Of a document's stages in order those that come after its adoption: they are asked once its task is done too."""
    return phases[phases.index(ADOPTED) + 1 :] if ADOPTED in phases else ()


def until_adoption(phases: Sequence[str]) -> Sequence[str]:
    """Those up to and including its adoption; none where it has no such stage."""
    return phases[: phases.index(ADOPTED) + 1] if ADOPTED in phases else ()


def phase_word(name: str) -> str:
    """A stage as people write it: `MR-advies` for `mr-advies`."""
    return f"MR-{name.removeprefix('mr-')}" if name.startswith("mr-") else name.replace("-", " ")


def told(name: str) -> str:
    """The name for people, within a sentence: `escalatie 1`, `herinnering, met de hand gestuurd`."""
    if step_of(name) == DAY_MOVED:
        return "nieuwe uiterste dag"
    if is_changed(name):
        return "gewijzigde gegevens"
    return step_word(name) + (", met de hand gestuurd" if _HAND in name else "")


def changed(number: int) -> str:
    """`gegevens-gewijzigd=2`: the second time that somebody hears that what a task uses has changed."""
    return f"{CHANGED}={number}"


def is_changed(name: str) -> bool:
    """True for the news that what a task uses has changed."""
    return name.startswith(f"{CHANGED}=")


def is_news(name: str) -> bool:
    """True for what is told beside the ladder: no rule has such a step."""
    return name == CAME_IN or is_changed(name)


def _parts_of_day(name: str) -> list[str]:
    return without_lap(name).partition(_WAS)[2].split(".")
