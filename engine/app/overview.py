"""The overview: how many are late, what happens today, and each school against each round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from engine.app.leaving import Leaving, leaving
from engine.app.means import Means
from engine.app.rounds import Named, asked_for
from engine.app.sifting import Offer, Sifted, offer, sift
from engine.core.answer import Answer
from engine.core.choice import Choice
from engine.core.localtime import local_date
from engine.core.matrix import (
    Cell,
    Column,
    Matrix,
    PartyLine,
    TaskLine,
    cell_of,
    columns_of,
    is_this_week,
    matrix,
    matter_now,
    name_of,
)
from engine.core.party import SWV
from engine.core.schooljaar import Schooljaar
from engine.store.answers import requests_waiting
from engine.store.facts import Proposal, adopted_and_waiting
from engine.store.rounds import steps_on
from engine.store.task_lines import left_open, tasks_of_year

# Documents that end within so many days are counted.
DOCUMENT_DAYS = 90
SOON = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Tiles:
    """How many tasks are late, must be done today, before the week is over, and how many documents end soon."""

    late: int
    today: int
    week: int
    documents: int


@dataclass(frozen=True, slots=True)
class Today:
    """What the day brings: steps that go out, rounds that open, rounds that must be in, answers that came."""

    steps: tuple[Leaving, ...]
    opening: tuple[tuple[Column, int], ...]
    due: tuple[tuple[Column, int], ...]
    answered: tuple[tuple[Column, int], ...]

    @property
    def is_quiet(self) -> bool:
        """True when nothing happens."""
        return not (self.steps or self.opening or self.due or self.answered)


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the page; `tasks` are those that are left with their status, for a list of one status.

    `proposal` is the change of the plan that waits for the bureau.

    `own` are the rounds of the SWV itself; `requests` is what people asked of the bureau, the oldest first; `earlier`
    are unfinished tasks by earlier schooljaar.
    """

    schooljaar: str
    is_adopted: bool
    sifted: Sifted
    offer: Offer
    tiles: Tiles
    today: Today
    rounds: tuple[Column, ...]
    matrices: tuple[Matrix, ...]
    own: tuple[tuple[Column, Cell], ...]
    tasks: tuple[Named, ...]
    requests: tuple[tuple[Answer, TaskLine, PartyLine], ...]
    earlier: tuple[tuple[str, int], ...]
    told: tuple[str, ...]
    proposal: Proposal | None


def overview(
    connection: Connection, means: Means, choice: Choice, now: datetime, *, scope: frozenset[str] | None
) -> Overview:
    """The overview of a moment for someone who may see the parties of `scope` (None: all)."""
    today = local_date(now)
    running = str(Schooljaar.of(today))
    schooljaar = _schooljaar(choice, running)
    sifted = sift(connection, choice, scope, means.settings.name, today)
    years, proposal = adopted_and_waiting(connection)
    live = frozenset(years)
    runs = schooljaar == running
    found = tasks_of_year(
        connection,
        schooljaar,
        of=sifted.of,
        opened_by=today + SOON if runs else None,
        expired_by=today + timedelta(days=DOCUMENT_DAYS) if runs else None,
    )
    all_tasks = [(task, name_of(task, today, live)) for task in found if task.party in sifted.parties]
    rounds = tuple(columns_of(all_tasks))
    told = list(sifted.told)
    if choice.round and not any(str(one.id) == choice.round for one in rounds):
        told.append(f"De ronde '{choice.round}' is er niet in schooljaar {schooljaar}.")
    if choice.schooljaar and choice.schooljaar != schooljaar:
        told.append(f"'{choice.schooljaar}' is geen schooljaar. U ziet {schooljaar}.")
    named = [one for one in all_tasks if not choice.round or str(one[0].round_id) == choice.round]
    return Overview(
        schooljaar,
        schooljaar in live,
        sifted,
        offer(connection, scope),
        _tiles(named, today),
        _today(connection, means, named, schooljaar, sifted, now),
        rounds,
        tuple(_matrix(kind, named, sifted, choice, today) for kind in ("school", "bestuur")),
        _own(named, choice, today),
        tuple(asked_for(named, choice, today)) if choice.status else (),
        _requests(connection, all_tasks, sifted),
        tuple(left_open(connection, running, of=sifted.of)) if runs else (),
        tuple(told),
        proposal,
    )


def _schooljaar(choice: Choice, running: str) -> str:
    try:
        return str(Schooljaar.parse(choice.schooljaar)) if choice.schooljaar else running
    except ValueError:
        return running


def _tiles(named: Sequence[Named], today: date) -> Tiles:
    late = due_today = week = documents = 0
    first = today.isoformat()
    ends = (today + timedelta(days=DOCUMENT_DAYS)).isoformat()
    for task, name in named:
        late += name == "late"
        due_today += name == "today"
        week += is_this_week(task, name, today)
        documents += task.expires is not None and first <= task.expires <= ends and name != "waived"
    return Tiles(late, due_today, week, documents)


def _today(
    connection: Connection, means: Means, named: Sequence[Named], schooljaar: str, sifted: Sifted, now: datetime
) -> Today:
    today = local_date(now)
    day = today.isoformat()
    steps = steps_on(connection, today, schooljaar, of=sifted.of)
    shown = {task.round_id for task, _ in named}
    live = [one for one in named if one[1] != "concept"]
    return Today(
        leaving(connection, means, (one for one in steps if (one.rule, one.schooljaar, one.round) in shown), now),
        _counted(one for one in live if one[0].opens == day and one[1] not in ("done", "waived")),
        _counted(one for one in live if one[1] == "today"),
        _counted(one for one in live if one[0].ended == day and one[1] in ("submitted", "done")),
    )


def _counted(of: object) -> tuple[tuple[Column, int], ...]:
    columns = columns_of(of)  # type: ignore[arg-type]
    return tuple((one, sum(one.counts.values())) for one in columns)


def _matrix(kind: str, named: Sequence[Named], sifted: Sifted, choice: Choice, today: date) -> Matrix:
    parties = [one for one in sifted.parties.values() if one.kind == kind]
    known = {one.id for one in parties}
    return matrix(
        kind,
        parties,
        [one for one in named if one[0].party in known],
        today,
        everything=choice.everything,
        only=choice.round,
        by_name=choice.sort.removeprefix("-") == "naam",
    )


def _requests(
    connection: Connection, named: Sequence[Named], sifted: Sifted
) -> tuple[tuple[Answer, TaskLine, PartyLine], ...]:
    waiting = requests_waiting(connection)
    tasks = {task.key: task for task, _ in named} if waiting else {}
    return tuple((one, tasks[one.task], sifted.parties[tasks[one.task].party]) for one in waiting if one.task in tasks)


def _own(named: Sequence[Named], choice: Choice, today: date) -> tuple[tuple[Column, Cell], ...]:
    tasks = [one for one in named if one[0].party == SWV]
    cells = {task.round_id: cell_of(task, name) for task, name in tasks}
    columns = columns_of(tasks)
    shown = columns if choice.everything or choice.round else matter_now(columns, today)
    return tuple((one, cells[one.id]) for one in shown)
