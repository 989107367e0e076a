"""Messages on their way out: claiming one, changing what one holds, and wiping bytes that nobody needs any more.

A claim is a lease with a number. Every change names the number it was claimed under, so that a worker that was
frozen until its lease ran out, and whose message another one took, changes no row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from engine.core.localtime import to_ms
from engine.store.messages import Message, message_of
from engine.store.tables import messages

WIPED_AT_ONCE = 500

_LOOKED_AT = messages.c.next_attempt <= bindparam("now")
_TO_SEND = messages.c.state.in_(("queued", "deferred", "sending"))
_FIRST = (
    select(messages.c.id)
    .where(_LOOKED_AT, _TO_SEND)
    .order_by(messages.c.next_attempt, messages.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
    .scalar_subquery()
)
_CLAIM = (
    update(messages)
    .where(messages.c.id == _FIRST)
    .values(state="sending", next_attempt=bindparam("until"), claim=messages.c.claim + 1, worker=bindparam("run"))
    .returning(messages)
)
_IS_DUE = select(messages.c.id).where(_LOOKED_AT, _TO_SEND).limit(1)
_MINE = (
    messages.c.id == bindparam("number"),
    messages.c.claim == bindparam("held_claim"),
    messages.c.state == "sending",
)
_HAND_OVER = (
    update(messages)
    .where(*_MINE)
    .values(
        phase="data",
        next_attempt=bindparam("until"),
        attempts=messages.c.attempts + 1,
        tried_at=func.coalesce(messages.c.tried_at, bindparam("now")),
    )
)
_SENT = (
    update(messages)
    .where(*_MINE)
    .values(state="sent", phase="", reason="", sent_at=bindparam("now"), wipe_at=bindparam("until"), next_attempt=None)
)
_WIPEABLE = select(messages.c.id).where(messages.c.wipe_at <= bindparam("now")).limit(WIPED_AT_ONCE)
_WIPE = update(messages).where(messages.c.id.in_(_WIPEABLE.scalar_subquery())).values(raw=None, wipe_at=None)


def claim(connection: Connection, worker: str, now: datetime, until: datetime) -> Message | None:
    """Takes the next message to send, so that nobody else does before `until`; None when there is none.

    A message whose earlier claim ran out is taken again, in the phase in which that left it.
    """
    row = connection.execute(_CLAIM, {"now": to_ms(now), "until": to_ms(until), "run": worker}).first()
    return None if row is None else message_of(row)


def is_due(connection: Connection, now: datetime) -> bool:
    """True when there is a message to claim."""
    return connection.execute(_IS_DUE, {"now": to_ms(now)}).first() is not None


def hand_over(connection: Connection, held: Message, now: datetime, until: datetime) -> bool:
    """Notes that the bytes go over the line now; False, and no change, when the claim is lost."""
    values = {"number": held.id, "held_claim": held.claim, "now": to_ms(now), "until": to_ms(until)}
    return connection.execute(_HAND_OVER, values).rowcount == 1


def record_sent(connection: Connection, held: Message, now: datetime, wipe_at: datetime) -> bool:
    """Notes that the message was taken; False, and no change, when the claim is lost."""
    values = {"number": held.id, "held_claim": held.claim, "now": to_ms(now), "until": to_ms(wipe_at)}
    return connection.execute(_SENT, values).rowcount == 1


def change_held(connection: Connection, held: Message, **values: object) -> bool:
    """Changes a message one has claimed; False, and no change, when the claim is lost."""
    stored = {name: to_ms(value) if isinstance(value, datetime) else value for name, value in values.items()}
    statement = update(messages).where(*_MINE).values(**stored)
    return connection.execute(statement, {"number": held.id, "held_claim": held.claim}).rowcount == 1


def free_claims(connection: Connection, workers: Sequence[str], now: datetime) -> None:
    """Lets others take at once what these runs, which are dead, were sending."""
    theirs = messages.c.next_attempt.is_not(None) & (messages.c.state == "sending") & messages.c.worker.in_(workers)
    connection.execute(update(messages).where(theirs).values(next_attempt=to_ms(now)))


def is_wipeable(connection: Connection, now: datetime) -> bool:
    """True when there are bytes that nobody needs any more."""
    return connection.execute(_WIPEABLE, {"now": to_ms(now)}).first() is not None


def wipe_bytes(connection: Connection, now: datetime) -> bool:
    """Wipes a portion of them, of which only the digest remains; True when there may be more."""
    return connection.execute(_WIPE, {"now": to_ms(now)}).rowcount == WIPED_AT_ONCE


def accepted_since(connection: Connection, since: datetime) -> list[str]:
    """The addresses to which mail left from that moment on."""
    found = select(messages.c.email).where(messages.c.state == "sent", messages.c.sent_at >= to_ms(since)).distinct()
    return list(connection.execute(found).scalars())


def take_back_bounces(connection: Connection, numbers: Sequence[int], tried_after: datetime, again: datetime) -> None:
    """Queues messages again that were not refused for themselves, unless the first attempt was before `tried_after`."""
    theirs = messages.c.id.in_(numbers) & (messages.c.state == "bounced") & (messages.c.tried_at > to_ms(tried_after))
    values = {"state": "queued", "next_attempt": to_ms(again), "wipe_at": None, "attempts": messages.c.attempts - 1}
    connection.execute(update(messages).where(theirs).values(values))
