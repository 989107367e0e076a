"""The gesprekken of a schooljaar: who has no date yet, what is late, what comes, what was held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from engine.app.rounds import Entry, entries
from engine.app.sifting import Offer, offer, sift
from engine.core.choice import Choice
from engine.core.matrix import Column, columns_of, name_of
from engine.core.schooljaar import Schooljaar
from engine.core.settings import Settings
from engine.core.status import StatusName, rank
from engine.store.facts import adopted
from engine.store.task_lines import schooljaren_with_tasks, tasks_of_year

GESPREK = "gesprek"
ALL = slice(None)
# Under which head a status stands.
HEADS: tuple[tuple[str, tuple[StatusName, ...]], ...] = (
    ("Nog geen datum", ("late", "today", "open", "paused")),
    ("Afgesproken", ("arranged",)),
    ("Te controleren", ("submitted",)),
    ("Komt nog", ("planned", "concept")),
    ("Gehouden of n.v.t.", ("done", "waived")),
)


@dataclass(frozen=True, slots=True)
class Talks:
    """The gesprekken of a choice, what is late first; `rounds` are those of the schooljaar with how far they are.

    `tasks` are those of one page, `counts` how many there are under each head in all;
    `years` the schooljaren to choose from.
    """

    schooljaar: str
    tasks: tuple[Entry, ...]
    counts: Mapping[str, int]
    years: tuple[str, ...]
    rounds: tuple[Column, ...]
    offer: Offer
    told: tuple[str, ...]

    def under(self, names: Iterable[StatusName]) -> list[Entry]:
        """Those with one of these statuses."""
        wanted = set(names)
        return [one for one in self.tasks if one.name in wanted]


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
    counts = {head: sum(name in names for _, name in shown) for head, names in HEADS}
    return Talks(
        schooljaar,
        tuple(found),
        counts,
        tuple(schooljaren_with_tasks(connection)),
        tuple(columns_of(named)),
        offer(connection, scope),
        (*told, *sifted.told),
    )
