"""The gesprekken of a schooljaar: who has no date yet, what is late, what comes, what was held."""

from __future__ import annotations

from collections.abc import Iterable
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
from engine.store.overview import tasks_of_year

GESPREK = "gesprek"
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
    """The gesprekken of a choice, what is late first; `rounds` are those of the schooljaar with how far they are."""

    schooljaar: str
    tasks: tuple[Entry, ...]
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
) -> Talks:
    """The gesprekken of the schooljaar that is chosen, else of the running one, for who may see `scope` (None: all)."""
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
    found = entries(connection, shown, sifted.parties, settings, today)
    found.sort(key=lambda one: (rank(one.name), one.task.due, one.party.name.casefold()))
    return Talks(schooljaar, tuple(found), tuple(columns_of(named)), offer(connection, scope), (*told, *sifted.told))
