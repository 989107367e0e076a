"""What a change of contacts, or the undoing of one, would bring: seen before it is done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from engine.app.actions import tried
from engine.app.handing_over import asked_of
from engine.app.hearing import hearers
from engine.app.invitations import news_since
from engine.app.means import Means
from engine.core.dutch import counted, listed, some
from engine.core.guest_news import GuestNews
from engine.core.localtime import local_date
from engine.core.party import Register
from engine.core.round_names import in_round
from engine.core.task import StoredTask
from engine.core.vacancies import emptied_told
from engine.store.appointments import waiting_numbers
from engine.store.notices import heard_of
from engine.store.successions import successions_by
from engine.store.tasks import load_tasks, open_tasks

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a change of contacts would bring: mail to guests of gesprekken, and Dutch sentences on roles left empty.

    `back` are sentences on open questions that others are to answer then.
    """

    news: tuple[GuestNews, ...] = ()
    emptied: tuple[str, ...] = ()
    back: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.news or self.emptied)


def ahead_of(means: Means, change: Callable[[Connection, Means], Collection[int]], now: datetime) -> Ahead:
    """What `change` would bring, of which nothing is kept; it returns the contacts that it changes. Raises as it does.

    It gets means that put no mail into words.
    """

    def look(connection: Connection, mute: Means) -> Ahead:
        before, waiting = mute.apart().register(connection), waiting_numbers(connection)
        contacts = change(connection, mute)
        after = mute.apart()
        emptied = emptied_told(before, after.register(connection), contacts, local_date(now))
        back = questions_back(connection, before, after.register(connection), contacts, now)
        return Ahead(news_since(connection, after, waiting), emptied, back)

    return tried(means, look)


def questions_back(
    connection: Connection, before: Register, after: Register, contacts: Collection[int], now: datetime
) -> tuple[str, ...]:
    """Once it was made: which open questions these contacts are to answer that they were not, and what mail comes."""
    today = local_date(now)
    found: dict[int, list[StoredTask]] = {}
    open_now = load_tasks(connection, keys=open_tasks(connection))
    for task in open_now:
        if task.arranged is None:
            gets = asked_of(task, after, today) - asked_of(task, before, today)
            for contact in gets & set(contacts):
                found.setdefault(contact, []).append(task)
    names = {step.plan.name for task in open_now for step in task.steps}
    heard = heard_of(connection, [task.plan.key for tasks in found.values() for task in tasks], names)
    return tuple(
        _told(contact, tasks, heard, after, today)
        for contact, tasks in sorted(found.items(), key=lambda one: after.contacts[one[0]].name)
    )


def not_asked_yet(connection: Connection, undo: Mapping[str, Any], register: Register) -> str:
    """That the successor of a handing over was asked nothing yet, because its day has not come; empty where it was."""
    waiting = [one for one in successions_by(connection, undo.get("successions", ())) if one.done_at is None]
    if not waiting:
        return ""
    old, new = (register.contacts[one].name for one in (waiting[0].old, waiting[0].new))
    return f"{new} is nog niets gevraagd: wat openstaat, blijft bij {old}."


def _told(
    contact: int, tasks: Sequence[StoredTask], heard: Collection[tuple[str, str, int]], register: Register, day: date
) -> str:
    name = register.contacts[contact].name
    told = {task for task, _, one in heard if one == contact}
    mailed = [task for task in tasks if _is_told(contact, task, heard, register, day)]
    quiet = [task for task in tasks if task not in mailed and task.plan.key not in told]
    goes = "gaat" if len(tasks) == 1 else "gaan"
    text = f"{counted(len(tasks), 'open vraag', 'open vragen')} {goes} terug naar {name}: {_named(tasks, register)}."
    if mailed:
        which = "" if len(mailed) == len(tasks) else f" over {_named(mailed, register)}"
        text += f" {name} krijgt daarvan een mail{which}."
    if quiet:
        which = "Deze vraag" if len(quiet) == len(tasks) == 1 else "Deze vragen"
        which = which if len(quiet) == len(tasks) else _named(quiet, register)
        text += f" {which}: {name} hoort daarvan pas bij de volgende mail."
    if len(mailed) + len(quiet) < len(tasks):
        rest = "Over de andere" if mailed or quiet else "Daarover"
        text += f" {rest} gaat geen mail uit, want {name} is dat eerder gevraagd."
    return text


def _is_told(
    contact: int, task: StoredTask, heard: Collection[tuple[str, str, int]], register: Register, day: date
) -> bool:
    """True where a step of the task is still to reach that contact at once."""
    due = (step for step in task.steps if step.state == "due" and (task.plan.key, step.plan.name, contact) not in heard)
    return any(one.contact == contact for step in due for one in hearers(task, step, register, day))


def _named(tasks: Sequence[StoredTask], register: Register) -> str:
    """`Startgesprek (De Linde) en Startgesprek (Het Anker)`."""
    parties = ((task, register.parties.get(task.plan.party)) for task in tasks)
    names = [
        f"{in_round(task.plan.title, task.plan.round)} ({party.name if party is not None else task.plan.party})"
        for task, party in parties
    ]
    return listed(some(names, MOST_NAMED))
