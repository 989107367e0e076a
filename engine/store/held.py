"""What is remembered about holding: the last tick, a standstill, the brake, and what the bureau was told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, func, select, update

from engine.core.digest import Standstill
from engine.core.localtime import from_ms, to_ms
from engine.store.facts import fact, set_fact
from engine.store.tables import facts, messages, notices

# Names of facts: moments are UTC milliseconds, days ISO text.
# Not the newest moment of the clock: a delivery moves that one too, and looks at no task.
LAST_TICK = "last_tick"
STANDSTILL = "standstill"
BRAKED = "braked"
REMINDED = "reminded"
ASKED_TO_ADOPT = "asked_to_adopt"


@dataclass(frozen=True, slots=True)
class HeldFor:
    """How many messages wait for one reason, and since when the oldest does."""

    reason: str
    count: int
    since: datetime


def last_tick(connection: Connection) -> datetime | None:
    """When the program last looked, by the real clock; None before the first time."""
    value = fact(connection, LAST_TICK)
    return None if value is None else from_ms(int(value))


def remember_tick(connection: Connection, now: datetime) -> None:
    """Says that the program looked."""
    set_fact(connection, LAST_TICK, str(to_ms(now)))


def standstill(connection: Connection) -> Standstill | None:
    """The last time that the program stood still for more than one sending window."""
    value = fact(connection, STANDSTILL)
    if value is None:
        return None
    first, last = json.loads(value)
    return Standstill(from_ms(first), from_ms(last))


def remember_standstill(connection: Connection, found: Standstill) -> None:
    """Keeps it, in place of an earlier one."""
    set_fact(connection, STANDSTILL, json.dumps([to_ms(found.since), to_ms(found.until)]))


def hold_waiting(connection: Connection, reason: str, now: datetime) -> int:
    """Holds all mail of the ladder that waits and cannot have arrived; returns how many.

    That the relay put off as well, and what a run that died had claimed; when let go, each is composed afresh. What
    may have arrived still goes once more as it was, and what the program tells the bureau (a message without notices)
    still leaves.
    """
    told = select(notices.c.message).where(notices.c.message.is_not(None))
    left_behind = (messages.c.state == "sending") & (messages.c.next_attempt <= to_ms(now))
    statement = (
        update(messages)
        .where(messages.c.state.in_(("queued", "deferred")) | left_behind, messages.c.id.in_(told))
        .where(messages.c.phase == "", messages.c.doubts == 0)
        .values(state="held", reason=reason, raw=None, message_id=None, composed_at=None, next_attempt=None)
        .values(attempts=0, tried_at=None, claim=messages.c.claim + 1)
    )
    return connection.execute(statement).rowcount


def held_by_reason(connection: Connection) -> Sequence[HeldFor]:
    """What waits for the bureau, the oldest first."""
    query = (
        select(messages.c.reason, func.count(), func.min(messages.c.created_at).label("since"))
        .where(messages.c.state == "held")
        .group_by(messages.c.reason)
        .order_by("since", messages.c.reason)
    )
    return [HeldFor(reason, count, from_ms(since)) for reason, count, since in connection.execute(query)]


def day_of(connection: Connection, name: str) -> date | None:
    """A day kept as a fact."""
    value = fact(connection, name)
    return None if value is None else date.fromisoformat(value)


def set_day(connection: Connection, name: str, day: date) -> None:
    """Keeps a day as a fact."""
    set_fact(connection, name, day.isoformat())


def forget(connection: Connection, name: str) -> None:
    """Forgets a fact."""
    connection.execute(delete(facts).where(facts.c.name == name))
