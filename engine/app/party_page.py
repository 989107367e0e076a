"""Everything on the page of a school or a bestuur."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from engine.app.document_list import DocumentLine, document_list
from engine.app.schools import CONSULENT, SchoolLine, lines_of
from engine.core.matrix import TaskLine, name_of, status_day
from engine.core.party import Contact, Party, Register
from engine.core.rule import AT_SCHOOLS, ATTENDEES, Rule
from engine.core.schooljaar import Schooljaar
from engine.core.status import StatusName, rank
from engine.core.unreached import Unreached
from engine.core.who_hears import Hearing, hearings, names_of
from engine.store.facts import adopted
from engine.store.history import Done, Mailed, Moved, Noted, done_about, mails_about, moves_of, notes_about
from engine.store.pauses import Pause, pauses_on
from engine.store.rounds import Mail, newest_mails
from engine.store.task_lines import asked_of, tasks_since
from engine.store.unreached import unreached

# What begins within so many days is coming; what begins later stands below.
SOON = timedelta(days=90)
MOST_HISTORY = 40


_NOW: tuple[StatusName, ...] = ("late", "today", "submitted", "open", "arranged", "paused")
_LATER: tuple[StatusName, ...] = ("planned", "concept")


@dataclass(frozen=True, slots=True)
class TaskOf:
    """A task of the party: its status and day, who is asked, whether nobody has that role, and the newest mail."""

    task: TaskLine
    name: StatusName
    day: date | None
    asked: tuple[str, ...]
    vacant: bool
    mail: Mail | None


@dataclass(frozen=True, slots=True)
class RoleAsked:
    """A role that tasks of the party ask or tell, who hears for it, and the titles of what asks it.

    `told_only`: it asks nothing of that role, which hears only when something is late.
    """

    role: str
    found: tuple[Hearing, ...]
    titles: tuple[str, ...]
    told_only: bool


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the history; `at` in milliseconds."""

    at: int
    kind: str
    row: Moved | Mailed | Noted | Done


@dataclass(frozen=True, slots=True)
class PartyPage:
    """A school or bestuur: what is needed now, what comes, what was, its documents, who hears, and what happened."""

    party: Party
    bestuur: Party | None
    consulenten: tuple[Contact, ...]
    now: tuple[TaskOf, ...]
    soon: tuple[TaskOf, ...]
    later: tuple[TaskOf, ...]
    ended: tuple[TaskOf, ...]
    documents: tuple[DocumentLine, ...]
    roles: tuple[RoleAsked, ...]
    others: tuple[tuple[str, Contact], ...]
    lost: dict[int, Unreached]
    schools: tuple[SchoolLine, ...]
    pause: Pause | None
    history: tuple[Event, ...]


def party_page(
    connection: Connection,
    party: Party,
    register: Register,
    rules: Iterable[Rule],
    today: date,
    scope: frozenset[str] | None,
) -> PartyPage:
    """The page of a party; of a bestuur that is outside `scope` itself only its schools in it are told."""
    whole = scope is None or party.id in scope
    running = str(Schooljaar.of(today))
    live = frozenset(adopted(connection))
    found = tasks_since(connection, running, of=frozenset([party.id])) if whole else []
    named = [(task, name_of(task, today, live)) for task in found]
    mails = newest_mails(connection, [task.key for task, name in named if name in _NOW])
    tasks = [_task(task, name, register, today, mails) for task, name in named]
    asked = asked_of(connection, party.id) if whole else []
    roles = _roles(asked, party, register, today)
    schools = [one for one in register.schools_of(party.id) if scope is None or one.id in scope]
    soon = (today + SOON).isoformat()
    coming = sorted((one for one in tasks if one.name in _LATER), key=lambda one: (one.task.opens, one.task.title))
    return PartyPage(
        party,
        register.parties.get(party.bestuur),
        tuple(register.contacts[one] for one in register.holders(CONSULENT, party.id, today)),
        tuple(sorted((one for one in tasks if one.name in _NOW), key=lambda one: (rank(one.name), one.task.due))),
        tuple(one for one in coming if one.task.opens <= soon),
        tuple(one for one in coming if one.task.opens > soon),
        tuple(
            sorted(
                (one for one in tasks if one.name not in (*_NOW, *_LATER)),
                key=lambda one: one.task.ended or one.task.due,
                reverse=True,
            )
        ),
        tuple(document_list(connection, register, rules, today, scope, party=party.id)) if whole else (),
        tuple(roles),
        tuple(_others(party, register, roles, today)) if whole else (),
        {one.contact: one for one in unreached(connection)},
        tuple(lines_of(connection, schools, register, today, scope)) if schools else (),
        pauses_on(connection, today).get(party.id),
        tuple(_history(connection, party)) if whole else (),
    )


def _task(task: TaskLine, name: StatusName, register: Register, today: date, mails: dict[str, Mail]) -> TaskOf:
    found = hearings(task.asked, task.party, register, today)
    day = status_day(name, task.opens, task.due, task.suspended, task.ended, task.arranged)
    vacant = any(one.is_vacant for one in found)
    return TaskOf(
        task, name, None if day is None else date.fromisoformat(day), names_of(found), vacant, mails.get(task.key)
    )


def _roles(
    asked: Sequence[tuple[str, str, tuple[str, ...]]], party: Party, register: Register, today: date
) -> list[RoleAsked]:
    """(title, asked role, roles of the steps) of each task that is not finished, by role."""
    titles: dict[str, dict[str, None]] = {}
    told: dict[str, None] = {}
    for title, role, others in asked:
        if role:
            titles.setdefault(role, {})[title] = None
        told |= dict.fromkeys(others)
    every = [*titles, *(role for role in told if role not in titles and role != ATTENDEES)]
    return [
        RoleAsked(
            role.removesuffix(AT_SCHOOLS),
            tuple(hearings(role, party.id, register, today)),
            tuple(titles.get(role, ())),
            role not in titles,
        )
        for role in every
    ]


def _others(party: Party, register: Register, roles: Sequence[RoleAsked], today: date) -> Iterable[tuple[str, Contact]]:
    """Who has another role at the party itself."""
    asked = {one.role for one in roles}
    for row in register.roles:
        if row.party.casefold() == party.id.casefold() and row.role not in asked and row.holds_on(today):
            yield row.role, register.contacts[row.contact]


def _history(connection: Connection, party: Party) -> list[Event]:
    events = [
        *(Event(one.at, "moved", one) for one in moves_of(connection, [party.id], MOST_HISTORY)),
        *(Event(one.at, "mailed", one) for one in mails_about(connection, [party.id], MOST_HISTORY)),
        *(Event(one.at, "noted", one) for one in notes_about(connection, [party.id], MOST_HISTORY)),
        *(Event(one.at, "done", one) for one in done_about(connection, party.id, MOST_HISTORY)),
    ]
    return sorted(events, key=lambda one: one.at, reverse=True)[:MOST_HISTORY]
