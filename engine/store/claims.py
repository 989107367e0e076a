"""Messages on their way out: claiming one, changing what one holds, and wiping bytes that nobody needs any more.

A claim is a lease with a number. Every change names the number it was claimed under, so that a worker that was
frozen until its lease ran out, and whose message another one took, changes no row.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Integer, bindparam, case, func, select, tuple_, update

from engine.core.localtime import to_ms
from engine.store.many import ask, ask_one, write_many
from engine.store.messages import WAS_SERVED, Message, message_of
from engine.store.tables import messages, notices, steps

WIPED_AT_ONCE = 500
# Each claim is a transaction; a batch costs as much as one. What is left of it when a run ends goes back.
CLAIMED_AT_ONCE = 20

# What is not to be sent, so that no index on the state seems of use: the one on the moment gives the order too.
_AT_REST = ("held", "sent", "bounced", "uncertain", "dropped")
_DUE = (messages.c.next_attempt <= bindparam("now")) & messages.c.state.not_in(_AT_REST)
_IS_DUE = select(messages.c.id).where(_DUE).limit(1)
_FIRST = (
    select(messages.c.id)
    .where(_DUE)
    .order_by(messages.c.next_attempt, messages.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)
_FIRST_OF_KINDS = _FIRST.where(messages.c.kind.in_(bindparam("kinds", expanding=True)))
_CLAIM = (
    update(messages)
    .where(messages.c.id.in_(bindparam("numbers", expanding=True)))
    .values(state="sending", next_attempt=bindparam("until"), claim=messages.c.claim + 1, worker=bindparam("run"))
    .returning(messages)
)
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
# Who only reads along was not asked.
_ASKED = select(notices.c.task, notices.c.step).where(notices.c.audience == "aan")
_STEPS_SENT = (
    update(steps)
    .where(
        steps.c.sent.is_(None),
        tuple_(steps.c.task, steps.c.name).in_(_ASKED.where(notices.c.message == bindparam("number"))),
    )
    .values(sent=bindparam("now"))
)
_ALL_SENT = _SENT.values(
    attempts=messages.c.attempts + 1, tried_at=func.coalesce(messages.c.tried_at, bindparam("now"))
)
_SERVED = select(messages.c.contact).where(
    messages.c.contact.in_(bindparam("contacts", expanding=True)), WAS_SERVED, messages.c.kind == "digest"
)
_IN_DOUBT = select(messages.c.contact).where(
    messages.c.contact.in_(bindparam("contacts", expanding=True)),
    messages.c.kind == "digest",
    messages.c.state.in_(("sending", "deferred")),
    (messages.c.phase == "data") | (messages.c.doubts > 0),
)
_TAKEN_BY_ANOTHER = select(messages.c.contact).where(
    messages.c.contact.in_(bindparam("contacts", expanding=True)),
    messages.c.kind == "digest",
    messages.c.state == "sending",
    messages.c.id.not_in(bindparam("mine", expanding=True)),
)
_WIPEABLE = select(messages.c.id).where(messages.c.wipe_at <= bindparam("now")).limit(WIPED_AT_ONCE)
_WIPE = update(messages).where(messages.c.id.in_(_WIPEABLE.scalar_subquery())).values(raw=None, wipe_at=None)


def claim(
    connection: Connection,
    worker: str,
    now: datetime,
    until: datetime,
    most: int = CLAIMED_AT_ONCE,
    kinds: Collection[str] = (),
) -> list[Message]:
    """Takes the next messages to send, the longest waiting first, so that nobody else does before `until`.

    A message whose earlier claim ran out is taken again, in the phase in which that left it. `kinds`: of these alone.
    """
    due = {"now": to_ms(now), "most": most}
    first = ask(connection, _FIRST_OF_KINDS, **due, kinds=list(kinds)) if kinds else ask(connection, _FIRST, **due)
    numbers = [number for (number,) in first]
    if not numbers:
        return []
    rows = ask(connection, _CLAIM, numbers=numbers, until=to_ms(until), run=worker)
    found = {row[0]: message_of(row) for row in rows}
    return [found[number] for number in numbers]


def is_due(connection: Connection, now: datetime) -> bool:
    """True when there is a message to claim."""
    return ask_one(connection, _IS_DUE, now=to_ms(now)) is not None


def hand_over(connection: Connection, held: Message, now: datetime, until: datetime) -> bool:
    """Notes that the bytes go over the line now; False, and no change, when the claim is lost."""
    values = {"number": held.id, "held_claim": held.claim, "now": to_ms(now), "until": to_ms(until)}
    return write_many(connection, _HAND_OVER, [values]) == 1


def record_sent(connection: Connection, held: Message, now: datetime, wipe_at: datetime) -> bool:
    """Notes that the message was taken, and the steps in it were sent; False, and no change, when the claim is lost."""
    values = {"number": held.id, "held_claim": held.claim, "now": to_ms(now), "until": to_ms(wipe_at)}
    if write_many(connection, _SENT, [values]) != 1:
        return False
    write_many(connection, _STEPS_SENT, [{"number": held.id, "now": to_ms(now)}])
    return True


def record_all_sent(connection: Connection, held: Sequence[Message], now: datetime, wipe_at: datetime) -> None:
    """Notes that these were handed over and taken, and the steps in them were sent; a lost claim changes nothing."""
    values = {"now": to_ms(now), "until": to_ms(wipe_at)}
    write_many(connection, _ALL_SENT, [{"number": one.id, "held_claim": one.claim, **values} for one in held])
    write_many(connection, _STEPS_SENT, [{"number": one.id, "now": to_ms(now)} for one in held])


def change_held(connection: Connection, held: Message, **values: object) -> bool:
    """Changes a message one has claimed; False, and no change, when the claim is lost."""
    stored = {name: to_ms(value) if isinstance(value, datetime) else value for name, value in values.items()}
    statement = update(messages).where(*_MINE).values(**stored)
    return connection.execute(statement, {"number": held.id, "held_claim": held.claim}).rowcount == 1


def free_claims(connection: Connection, workers: Sequence[str], now: datetime) -> None:
    """Gives back what these runs, which have ended, held: nothing of it was sent, or that is unknown."""
    theirs = messages.c.next_attempt.is_not(None) & (messages.c.state == "sending") & messages.c.worker.in_(workers)
    back = case((messages.c.attempts > 0, "deferred"), else_="queued")
    change = update(messages).where(theirs)
    connection.execute(change.where(messages.c.phase == "data").values(next_attempt=to_ms(now)))
    connection.execute(change.where(messages.c.phase == "").values(state=back, next_attempt=to_ms(now)))


def served(connection: Connection, contacts: Sequence[int], since: datetime) -> set[int]:
    """Those of the contacts for whom a digest left since that moment."""
    return {contact for (contact,) in ask(connection, _SERVED, contacts=list(contacts), since=to_ms(since))}


def in_doubt(connection: Connection, contacts: Sequence[int]) -> set[int]:
    """Those of the contacts to whom a digest is under way that may have arrived already."""
    return {contact for (contact,) in ask(connection, _IN_DOUBT, contacts=list(contacts))}


def taken_by_another(connection: Connection, contacts: Sequence[int], mine: Sequence[int]) -> set[int]:
    """Those of the contacts of whom a digest is claimed that is not among these messages: it may be leaving now."""
    found = ask(connection, _TAKEN_BY_ANOTHER, contacts=list(contacts), mine=list(mine))
    return {contact for (contact,) in found}


def is_wipeable(connection: Connection, now: datetime) -> bool:
    """True when there are bytes that nobody needs any more."""
    return ask_one(connection, _WIPEABLE, now=to_ms(now)) is not None


def wipe_bytes(connection: Connection, now: datetime) -> bool:
    """Wipes a portion of them, of which only the digest remains; True when there may be more."""
    return write_many(connection, _WIPE, [{"now": to_ms(now)}]) == WIPED_AT_ONCE


def accepted_since(connection: Connection, since: datetime) -> list[str]:
    """The addresses to which mail left from that moment on."""
    found = select(messages.c.email).where(messages.c.state == "sent", messages.c.sent_at >= to_ms(since)).distinct()
    return list(connection.execute(found).scalars())


def take_back_bounces(connection: Connection, numbers: Sequence[int], tried_after: datetime, again: datetime) -> None:
    """Queues messages again that were not refused for themselves, unless the first attempt was before `tried_after`."""
    theirs = messages.c.id.in_(numbers) & (messages.c.state == "bounced") & (messages.c.tried_at > to_ms(tried_after))
    values = {"state": "queued", "next_attempt": to_ms(again), "wipe_at": None, "attempts": messages.c.attempts - 1}
    connection.execute(update(messages).where(theirs).values(values))
