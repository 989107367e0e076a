"""Whoever got an escalation hears, once, that the answer came in after all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.letters import write_message
from engine.app.means import Means
from engine.core.digest import ALL_WAITS
from engine.core.dutch import capitalised, listed
from engine.core.letter import CAME_IN
from engine.core.localtime import local_date, start_of_day
from engine.core.party import Register
from engine.core.roles import the_role
from engine.core.task import StoredTask
from engine.core.window import days_of, next_opening, opening_after
from engine.store.messages import add_message, untried
from engine.store.notices import Notice, add_notices, arrived_notices, left_since
from engine.store.tasks import load_tasks

KIND = "other"


def tell_came_in(connection: Connection, key: str, means: Means, now: datetime, by: str) -> None:
    """Makes the news ready for who got an escalation of the task, but not for who answered or was asked.

    It leaves in the reader's next window, at most one such mail a day: what comes in meanwhile joins it.
    """
    (task,) = load_tasks(connection, keys=[key])
    register = means.register(connection)
    for notice in to_hear(connection, task, register, local_date(now), by):
        email = register.contacts[notice.contact].email
        number = _message_to(connection, notice.contact, email, means, now)
        news = Notice(key, CAME_IN, notice.contact, notice.audience, notice.role, notice.fallback, now, number)
        add_notices(connection, [news])
        write_message(connection, number, means, register, now)


def to_hear(connection: Connection, task: StoredTask, register: Register, today: date, by: str) -> tuple[Notice, ...]:
    """The escalations of those who are to hear it, one each, were the answer to come in by that person."""
    escalations = {step.plan.name for step in task.steps if step.plan.escalation}
    party_steps = {step.plan.name for step in task.steps if task.plan.asked in step.plan.to}
    arrived = arrived_notices(connection, task.plan.key)
    asked = {notice.contact for notice in arrived if notice.step in party_steps and notice.audience == "aan"}
    told = asked | {notice.contact for notice in arrived if notice.step == CAME_IN}
    found: dict[int, Notice] = {}
    for notice in arrived:
        who = register.contacts[notice.contact]
        if notice.step not in escalations or notice.contact in told or who.email.casefold() == by.casefold():
            continue
        if register.roles_of(notice.contact, today):
            found.setdefault(notice.contact, notice)
    return tuple(found.values())


def hear_told(found: Iterable[Notice]) -> str:
    """Who hears that it came in after all, as a Dutch sentence; empty where nobody does."""
    roles = list(dict.fromkeys(the_role(notice.role) for notice in found))
    if not roles:
        return ""
    return f"{capitalised(listed(roles))} {'hoort' if len(roles) == 1 else 'horen'} per mail dat het toch binnen is."


def _message_to(connection: Connection, contact: int, email: str, means: Means, now: datetime) -> int:
    """The number of a message of this kind that waits for the contact, else of a new one."""
    held = means.settings.release == "altijd"
    waiting = untried(connection, contact, "held" if held else "queued", kind=KIND)
    if waiting is not None:
        return waiting.id
    if held:
        return add_message(connection, contact=contact, email=email, kind=KIND, state="held", now=now, reason=ALL_WAITS)
    today = local_date(now)
    days = days_of(contact, *means.people(connection), today)
    had_one = left_since(connection, contact, start_of_day(today), CAME_IN)
    leaves = opening_after(today, means.hours, days) if had_one else next_opening(now + means.wait, means.hours, days)
    return add_message(
        connection, contact=contact, email=email, kind=KIND, state="queued", now=now, next_attempt=leaves
    )
