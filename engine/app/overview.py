"""The overview: how many are late, what happens today, and each school against each round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from engine.app.document_ends import DocumentCounts, document_counts, ends_of
from engine.app.means import Means
from engine.app.rounds import Named, asked_for
from engine.app.sifting import Offer, Sifted, offer, sift
from engine.app.today import Today, today_of
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
from engine.store.facts import Proposal, signed_and_waiting
from engine.store.task_lines import left_open, tasks_of_year
from engine.store.today import mail_of

# Documents that end within so many days are counted.
DOCUMENT_DAYS = 90
SOON = timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Tiles:
    """How many tasks are late, must be done today, and before the week is over; and how documents stand."""

    late: int
    today: int
    week: int
    documents: DocumentCounts


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the page; `tasks` are those that are left with their status, for a list of one status.

    `proposal` is the change of the plan that waits for the bureau.

    `own` are the rounds of the SWV itself; `requests` is what people asked of the bureau, the oldest first; `earlier`
    are unfinished tasks by earlier schooljaar, `ended` the schooljaren that were closed.
    """

    schooljaar: str
    is_adopted: bool
    is_closed: bool
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
    ended: frozenset[str]
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
    live, ended, proposal = signed_and_waiting(connection)
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
    register, calendars, rules = means.people_and_rules(connection)
    ends = ends_of(means.database, register, rules, today)
    # A list of one status stands alone.
    still, made = ([], []) if choice.status else mail_of(connection, today, schooljaar, of=sifted.of, runs=runs)
    requests = _requests(connection, all_tasks, sifted)
    return Overview(
        schooljaar,
        schooljaar in live,
        schooljaar in ended,
        sifted,
        offer(connection, scope),
        _tiles(named, today, document_counts(ends, sifted.parties, today, DOCUMENT_DAYS)),
        today_of(
            [one for one in still if not choice.round or str(one.id) == choice.round],
            [one for one in made if not choice.round or str(one.id) == choice.round],
            named,
            [(answer, task) for answer, task, _ in requests if not choice.round or str(task.round_id) == choice.round],
            (register, calendars),
            means.hours,
            now,
        ),
        rounds,
        tuple(_matrix(kind, named, sifted, choice, today) for kind in ("school", "bestuur")),
        _own(named, choice, today),
        tuple(asked_for(named, choice, today)) if choice.status else (),
        requests,
        tuple(left_open(connection, running, of=sifted.of)) if runs else (),
        ended,
        tuple(told),
        proposal,
    )


def _schooljaar(choice: Choice, running: str) -> str:
    try:
        return str(Schooljaar.parse(choice.schooljaar)) if choice.schooljaar else running
    except ValueError:
        return running


def _tiles(named: Sequence[Named], today: date, documents: DocumentCounts) -> Tiles:
    late = due_today = week = 0
    for task, name in named:
        late += name == "late"
        due_today += name == "today"
        week += is_this_week(task, name, today)
    return Tiles(late, due_today, week, documents)


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
