"""The newest moment at which the program was at work, and what a clock that was ahead left behind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, Table, select, update

from engine.core.delivery import KEEP_BYTES
from engine.core.localtime import from_ms, to_ms
from engine.store.facts import fact, newest_sent, set_fact
from engine.store.relay import save_rest
from engine.store.tables import messages, steps, tasks

NEWEST = "newest_moment"
# Moments that decide later on; transitions and notices say what happened and stay as they are.
_DECIDING: tuple[tuple[Table, Column[int]], ...] = (
    (messages, messages.c.created_at),
    (messages, messages.c.sent_at),
    (messages, messages.c.tried_at),
    (steps, steps.c.sent),
    (steps, steps.c.wake_at),
    (tasks, tasks.c.opened_at),
    (tasks, tasks.c.submitted_at),
)


def newest_moment(connection: Connection) -> datetime | None:
    """The newest moment at which a tick or a delivery began, or mail left; None when neither ever did."""
    value = fact(connection, NEWEST)
    return newest_sent(connection) if value is None else from_ms(int(value))


def set_newest_moment(connection: Connection, now: datetime) -> None:
    """Says that the program was at work at that moment."""
    set_fact(connection, NEWEST, str(to_ms(now)))


def queued_after(connection: Connection, now: datetime) -> Sequence[int]:
    """The messages that nobody tried to send yet and that were made after that moment: by a clock that was ahead."""
    query = select(messages.c.id).where(
        messages.c.state == "queued", messages.c.attempts == 0, messages.c.created_at > to_ms(now)
    )
    return connection.execute(query.order_by(messages.c.id)).scalars().all()


def bring_back(connection: Connection, now: datetime) -> None:
    """Sets moments that lie after this one to this one: what was sent "next year" counts as sent now.

    Else a contact would be served, and a step would sleep, until that day comes.
    """
    for table, column in _DECIDING:
        connection.execute(update(table).where(column > to_ms(now)).values({column: to_ms(now)}))
    put_off = (messages.c.state == "deferred") & (messages.c.next_attempt > to_ms(now))
    connection.execute(update(messages).where(put_off).values(next_attempt=to_ms(now)))
    wiped_by = to_ms(now + KEEP_BYTES)
    connection.execute(update(messages).where(messages.c.wipe_at > wiped_by).values(wipe_at=wiped_by))
    save_rest(connection, None)
