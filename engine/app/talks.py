"""The gesprekken of a schooljaar: who has no date yet, what is late, what comes, what was held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from engine.app.rounds import Entry, entries
from engine.app.sifting import Offer, offer, sift
from engine.app.talk_page import TalkLine, talk_lines
from engine.core.choice import Choice
from engine.core.matrix import Column, TaskLine, columns_of, name_of
from engine.core.schooljaar import Schooljaar
from engine.core.settings import Settings
from engine.core.status import StatusName, rank
from engine.store.facts import adopted
from engine.store.task_lines import schooljaren_with_tasks, tasks_of_year

GESPREK = "gesprek"
ALL = slice(None)
# Under which head a status stands, in the order of the page; what was arranged and is past has one of its own.
NO_DATE, PAST, ARRANGED = "Nog geen datum", "Is dit gesprek geweest?", "Afgesproken"
HEADS: Mapping[str, tuple[StatusName, ...]] = {
    NO_DATE: ("late", "today", "open", "paused"),
    PAST: (),
    ARRANGED: ("arranged",),
    "Te controleren": ("submitted",),
    "Komt nog": ("planned", "concept"),
    "Gehouden of n.v.t.": ("done", "waived"),
}
_HEAD_OF: Mapping[StatusName, str] = {name: head for head, names in HEADS.items() for name in names}


@dataclass(frozen=True, slots=True)
class Talks:
    """The gesprekken of a choice, what is late first; `rounds` are those of the schooljaar with how far they are.

    `tasks` are those of one page, `counts` how many there are under each head in all; `arranged` are the appointments
    of these tasks, by key; `years` the schooljaren to choose from.
    """

    schooljaar: str
    tasks: tuple[Entry, ...]
    counts: Mapping[str, int]
    years: tuple[str, ...]
    rounds: tuple[Column, ...]
    offer: Offer
    told: tuple[str, ...]
    arranged: Mapping[str, TalkLine]
    today: date

    def under(self, head: str) -> list[Entry]:
        """Those that stand under a head; what is arranged in order of its day."""
        found = [one for one in self.tasks if _head(one.task, one.name, self.today) == head]
        if head in (PAST, ARRANGED):
            found.sort(key=lambda one: (one.task.arranged or "", self.arranged[one.task.key].starts))
        return found


def talks(
    connection: Connection,
    choice: Choice,
    today: date,
    *,
    scope: frozenset[str] | None,
    settings: Settings,
    rows: slice = ALL,
) -> Talks:
    """The gesprekken of the schooljaar that is chosen, else of the running one, for who may see `scope` (None: all).

    `rows`: of all that are found only these are read with their people.
    """
    schooljaar, told = str(Schooljaar.of(today)), []
    if choice.schooljaar:
        try:
            schooljaar = str(Schooljaar.parse(choice.schooljaar))
        except ValueError:
            told.append(f"'{choice.schooljaar}' is geen schooljaar. U ziet {schooljaar}.")
    sifted = sift(connection, choice, scope, settings.name, today)
    live = frozenset(adopted(connection))
    named = [
        (task, name_of(task, today, live))
        for task in tasks_of_year(connection, schooljaar, of=sifted.of)
        if task.kind == GESPREK and task.party in sifted.parties
    ]
    wanted = choice.wanted_status
    shown = [
        (task, name)
        for task, name in named
        if (not choice.round or str(task.round_id) == choice.round) and wanted in (None, name)
    ]
    shown.sort(key=lambda one: (rank(one[1]), one[0].due, sifted.parties[one[0].party].name.casefold()))
    found = entries(connection, shown[rows], sifted.parties, settings, today)
    counts = Counter(_head(task, name, today) for task, name in shown)
    return Talks(
        schooljaar,
        tuple(found),
        {head: counts[head] for head in HEADS},
        tuple(schooljaren_with_tasks(connection)),
        tuple(columns_of(named)),
        offer(connection, scope),
        (*told, *sifted.told),
        talk_lines(connection, [one.task.key for one in found]),
        today,
    )


def _head(task: TaskLine, name: StatusName, today: date) -> str:
    if task.arranged is not None and name in ("late", "today", "open", "arranged"):
        return PAST if task.arranged < today.isoformat() else ARRANGED
    return _HEAD_OF.get(name, NO_DATE)
