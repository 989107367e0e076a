"""Who hears of a step, and the event for who will not hear of it any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from engine.core.event import DropReason, Event
from engine.core.localtime import local_date
from engine.core.party import Register
from engine.core.recipients import Recipient, recipients
from engine.core.task import StoredStep, StoredTask
from engine.store.notices import heard_of


def hearers(task: StoredTask, step: StoredStep, register: Register, day: date) -> tuple[Recipient, ...]:
    """Who hears of this step of this task on that day."""
    return recipients(
        step.plan,
        task.plan.together,
        first=step.plan.position == 0,
        party=task.plan.party,
        register=register,
        day=day,
        guests=task.guests,
    )


def dropped(
    connection: Connection,
    task: StoredTask,
    steps: Sequence[StoredStep],
    register: Register,
    now: datetime,
    reason: DropReason,
) -> list[Event]:
    """An event for each contact that a step will not reach any more; who heard of it already is left out."""
    if not steps:
        return []
    heard = heard_of(connection, [task.plan.key], (step.plan.name for step in steps))
    return unheard(task, steps, heard, register, now, reason)


def unheard(
    task: StoredTask,
    steps: Iterable[StoredStep],
    heard: Collection[tuple[str, str, int]],
    register: Register,
    now: datetime,
    reason: DropReason,
) -> list[Event]:
    """The same for several tasks at once: `heard` holds who heard of which step of which task."""
    return [
        Event(now, "dropped", task.plan.key, step.plan.name, hearer.contact, reason=reason)
        for step in steps
        for hearer in hearers(task, step, register, local_date(now))
        if (task.plan.key, step.plan.name, hearer.contact) not in heard
    ]
