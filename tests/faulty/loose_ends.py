"""What a store must not hold after a calm fortnight: anything that waits for a moment that is past, or for none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from engine.core.localtime import from_ms, start_of_day
from engine.store.database import Database
from engine.store.tables import messages, notices, schooljaren, steps, tasks
from tests.faulty.opened import wall

# The summer, with room on both sides: nobody waits longer for an open day.
LONGEST_WAIT = timedelta(days=70)


def loose_ends(database: Database, now: datetime) -> list[str]:
    """What was forgotten, in words; `now` is the moment of the last tick."""
    with database.read() as connection:
        return [*_sleepers(connection, now), *_stuck_messages(connection, now), *_silent_steps(connection)]


def _sleepers(connection: Connection, now: datetime) -> Iterator[str]:
    """Tasks and steps whose day has come without a word, or that nothing will wake."""
    today = wall(now).date()
    live = set(connection.execute(select(schooljaren.c.schooljaar)).scalars())
    alive = tasks.c.state.in_(("planned", "open")) & tasks.c.schooljaar.in_(live)
    for task in connection.execute(select(tasks).where(alive)):
        if task.state == "planned" and task.opens <= today.isoformat():
            yield f"{task.key} should have opened on {task.opens}"
        if task.next_at is not None and from_ms(task.next_at) <= now:
            yield f"{task.key} was to be looked at on {wall(from_ms(task.next_at))}"
        for step in connection.execute(select(steps).where(steps.c.task == task.key)):
            yield from _forgotten(task, step, now)


def _forgotten(task: Row[Any], step: Row[Any], now: datetime) -> Iterator[str]:
    today = wall(now).date()
    name = f"{task.key} {step.name}"
    if step.state == "pending" and step.date is not None:
        if task.state == "open" and step.date <= today.isoformat():
            yield f"{name} of {step.date} is still pending"
        elif task.next_at is None:
            yield f"{name} of {step.date} will never be looked at"
        elif task.state == "open":
            at = start_of_day(type(today).fromisoformat(step.date))
            if from_ms(task.next_at) > at:
                yield f"{name} of {step.date} will be looked at too late, on {wall(from_ms(task.next_at))}"
    if step.state == "due":
        if step.wake_at is None:
            yield f"{name} is due and nothing looks at it"
        elif from_ms(step.wake_at) <= now:
            yield f"{name} was to be looked at on {wall(from_ms(step.wake_at))}"
        elif from_ms(step.wake_at) > now + LONGEST_WAIT:
            yield f"{name} waits until {wall(from_ms(step.wake_at))}"


def _stuck_messages(connection: Connection, now: datetime) -> Iterator[str]:
    for one in connection.execute(select(messages).where(messages.c.state.in_(("queued", "sending", "deferred")))):
        if one.state == "sending":
            yield f"message {one.id} is still being sent"
        elif one.next_attempt is None:
            yield f"message {one.id} is {one.state} and nothing tries it"
        elif not now < from_ms(one.next_attempt) <= now + LONGEST_WAIT:
            yield f"message {one.id} is {one.state} until {wall(from_ms(one.next_attempt))}"


def _silent_steps(connection: Connection) -> Iterator[str]:
    """A notice without message says why; one in a message that lapsed went nowhere without a word."""
    silent = select(notices).where(notices.c.message.is_(None), notices.c.outcome == "")
    for notice in connection.execute(silent):
        yield f"notice {notice.task} {notice.step} {notice.contact} is in no message and has no outcome"
