"""The newest moment at which the program was at work, and what a clock that was ahead left behind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Column, Connection, Table, delete, select, tuple_, update

from engine.core.delivery import KEEP_BYTES, LEASE
from engine.core.localtime import from_ms, local_date, to_ms
from engine.store.facts import fact, newest_sent, set_fact
from engine.store.held import ASKED_TO_ADOPT, BRAKED, STANDSTILL, day_of, forget, standstill
from engine.store.mail_days import foresee_from, nothing_brought_after
from engine.store.relay import save_refusals, save_rest
from engine.store.tables import messages, notices, steps, tasks

NEWEST = "newest_moment"
_AT_ONCE = 500
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
    # What may not leave yet is put off again when deliver looks at it; a claim holds no longer than a lease.
    put_off = messages.c.state.in_(("queued", "deferred")) & (messages.c.next_attempt > to_ms(now))
    claimed = (messages.c.state == "sending") & (messages.c.next_attempt > to_ms(now + LEASE))
    connection.execute(update(messages).where(put_off | claimed).values(next_attempt=to_ms(now)))
    wiped_by = to_ms(now + KEEP_BYTES)
    connection.execute(update(messages).where(messages.c.wipe_at > wiped_by).values(wipe_at=wiped_by))
    save_rest(connection, None)
    save_refusals(connection, [])
    _forget_days_to_come(connection, now)


def rearm(connection: Connection, today: date) -> Sequence[int]:
    """Takes back what was decided and told of steps whose day is still to come, but not what left.

    Returns the messages, held or queued, that lost notices by it.
    """
    to_come = select(steps.c.task, steps.c.name).where(
        steps.c.date > today.isoformat(), steps.c.state.in_(("due", "overtaken", "noticed")), steps.c.sent.is_(None)
    )
    found = [tuple(row) for row in connection.execute(to_come)]
    touched: set[int] = set()
    for start in range(0, len(found), _AT_ONCE):
        part = found[start : start + _AT_ONCE]
        unsent = select(messages.c.id).where(messages.c.state.in_(("held", "queued")), messages.c.attempts == 0)
        forgotten = delete(notices).where(
            tuple_(notices.c.task, notices.c.step).in_(part),
            notices.c.message.is_(None) | notices.c.message.in_(unsent),
        )
        numbers = connection.execute(forgotten.returning(notices.c.message)).scalars()
        touched |= {number for number in numbers if number is not None}
        again = update(steps).where(tuple_(steps.c.task, steps.c.name).in_(part))
        connection.execute(again.values(state="pending", note="", wake_at=None))
        running = tasks.c.key.in_({task for task, _ in part}) & tasks.c.state.in_(("planned", "open"))
        connection.execute(update(tasks).where(running).values(next_at=0))
    return sorted(touched)


def _forget_days_to_come(connection: Connection, now: datetime) -> None:
    """A standstill that ended, and mail that was counted, on a day that has not come."""
    today = local_date(now)
    stood = standstill(connection)
    if stood is not None and stood.until > now:
        forget(connection, STANDSTILL)
    for name in (BRAKED, ASKED_TO_ADOPT):
        day = day_of(connection, name)
        if day is not None and day > today:
            forget(connection, name)
    nothing_brought_after(connection, today)
    foresee_from(connection, today)
