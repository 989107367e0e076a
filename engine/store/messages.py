"""Messages: one e-mail to one contact each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Update, bindparam, func, insert, select, update

from engine.core.delivery import MOST_DOUBTS
from engine.core.lean import lean
from engine.core.localtime import from_ms, to_ms
from engine.core.states import MessageState
from engine.store.many import ask, ask_one, rows_of, write_many
from engine.store.tables import messages, notices

# States in which a digest stands in the way of another one to the same contact.
UNDER_WAY: tuple[MessageState, ...] = ("sending", "deferred")


@lean
@dataclass(frozen=True, slots=True)
class Message:
    """One e-mail to one contact. `raw` are its sealed bytes, fixed while it is queued; None while held and once wiped.

    `next_attempt` of one that is being sent is when its claim runs out; `claim` numbers the claims, so that who lost
    one changes nothing; `doubts` counts the times it remained unknown whether it arrived. `again_of` is the message
    that this one repeats, None for all others.
    """

    id: int
    contact: int
    email: str
    subject: str
    kind: str
    state: MessageState
    reason: str
    message_id: str | None
    raw: bytes | None
    attempts: int
    phase: str
    doubts: int
    created_at: datetime
    tried_at: datetime | None
    next_attempt: datetime | None
    claim: int
    sent_at: datetime | None
    again_of: int | None = None


# Statements that every message needs are built once: building one costs more than running it.
_MESSAGE = select(messages).where(messages.c.id == bindparam("number"))
_MESSAGES = select(messages).where(messages.c.id.in_(bindparam("keys", expanding=True)))
_MESSAGES_OF_TASK = select(notices.c.message).where(notices.c.task == bindparam("task"), notices.c.message.is_not(None))
# And the messages that repeat one of those.
_ABOUT_TASK = messages.c.id.in_(_MESSAGES_OF_TASK) | messages.c.again_of.in_(_MESSAGES_OF_TASK)
_ADD_MESSAGE = insert(messages).returning(messages.c.id)
_CHANGE = update(messages).where(messages.c.id == bindparam("b_id"), messages.c.state == bindparam("b_state"))
CARRIES_NOTICES = messages.c.id.in_(select(notices.c.message).where(notices.c.message == messages.c.id))
_UNTRIED = (
    select(messages)
    .where(
        messages.c.contact == bindparam("contact"),
        messages.c.kind == bindparam("kind"),
        messages.c.state == bindparam("state"),
        messages.c.attempts == 0,
        CARRIES_NOTICES,
    )
    .order_by(messages.c.id.desc())
    .limit(1)
)
_UNTRIED_OF = (
    select(messages)
    .where(
        messages.c.contact.in_(bindparam("keys", expanding=True)),
        messages.c.state.in_(("held", "queued")),
        messages.c.attempts == 0,
        CARRIES_NOTICES,
    )
    .order_by(messages.c.id)
)
_OF_KIND = (messages.c.contact == bindparam("contact")) & (messages.c.kind == bindparam("kind"))
_WAITING_OF = (
    select(messages.c.id)
    .where(_OF_KIND, messages.c.state == "queued", messages.c.attempts == 0)
    .order_by(messages.c.id.desc())
    .limit(1)
)
_NEWEST_OF = select(func.max(messages.c.created_at)).where(_OF_KIND)
_NUMBERS_IN = select(messages.c.id).where(messages.c.state == bindparam("state"))
_BUSY = messages.c.state.in_(UNDER_WAY) | ((messages.c.state == "queued") & (messages.c.attempts > 0))
WAS_SERVED = messages.c.state.in_(("sent", "uncertain", "bounced")) & (messages.c.sent_at >= bindparam("since"))
_DIGEST_TO = select(messages.c.contact).where(messages.c.kind == "digest")
_PROVIDED = _DIGEST_TO.where(_BUSY | WAS_SERVED)
_PROVIDED_AMONG = _PROVIDED.where(messages.c.contact.in_(bindparam("keys", expanding=True)))
_IS_SERVED = _DIGEST_TO.where(WAS_SERVED, messages.c.contact == bindparam("contact")).limit(1)
_WAITS = messages.c.state.in_(("queued", "deferred"))
_NEXT_DELIVERY = select(func.min(messages.c.next_attempt)).where(messages.c.next_attempt.is_not(None), _WAITS)
# The bureau dropped it after it may have arrived: it counts as arrived.
_TAKEN_AS_ARRIVED = (messages.c.state == "dropped") & (messages.c.doubts >= MOST_DOUBTS)
NOT_IN_VAIN = messages.c.state.not_in(("dropped", "bounced")) | _TAKEN_AS_ARRIVED
_OUTDATED = select(messages.c.id).where(
    messages.c.next_attempt <= bindparam("now"),
    messages.c.state == "queued",
    messages.c.attempts == 0,
    func.coalesce(messages.c.composed_at, messages.c.created_at) < bindparam("since"),
    CARRIES_NOTICES | messages.c.again_of.is_not(None),
)


def outdated(connection: Connection, now: datetime, since: datetime) -> list[int]:
    """Messages with notices that are to leave now, were put into words before `since`, and were never tried."""
    return [number for (number,) in ask(connection, _OUTDATED, now=to_ms(now), since=to_ms(since))]


def untried_of(connection: Connection, contacts: Iterable[int]) -> list[Message]:
    """The messages to these contacts with notices that are held or queued and that nobody tried to send yet."""
    return [message_of(row) for row in rows_of(connection, _UNTRIED_OF, contacts)]


def add_message(
    connection: Connection,
    *,
    contact: int,
    email: str,
    kind: str,
    state: MessageState,
    now: datetime,
    reason: str = "",
    next_attempt: datetime | None = None,
    again_of: int | None = None,
) -> int:
    """A new message without bytes yet; returns its number."""
    values = {
        "contact": contact,
        "email": email,
        "subject": "",
        "kind": kind,
        "state": state,
        "reason": reason,
        "created_at": to_ms(now),
        "next_attempt": None if next_attempt is None else to_ms(next_attempt),
        "again_of": again_of,
    }
    return int(connection.execute(_ADD_MESSAGE, values).scalar_one())


def change_message(connection: Connection, number: int, states: Sequence[MessageState], **values: object) -> bool:
    """Changes a message that is in one of these states; False when it is in another by now."""
    return connection.execute(_change_from(tuple(states)), {"b_id": number, **stored(values)}).rowcount == 1


def change_messages(connection: Connection, changes: Iterable[tuple[int, MessageState, Mapping[str, object]]]) -> None:
    """Changes each of these messages that is in the state named; those that change in the same columns at once."""
    alike: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for number, state, values in changes:
        alike.setdefault(tuple(values), []).append({"b_id": number, "b_state": state, **stored(values)})
    for rows in alike.values():
        write_many(connection, _CHANGE, rows)


def message(connection: Connection, number: int) -> Message | None:
    """One message, None when there is none."""
    row = connection.execute(_MESSAGE, {"number": number}).first()
    return None if row is None else message_of(row)


def messages_by_number(connection: Connection, numbers: Iterable[int]) -> dict[int, Message]:
    """These messages, by number; one that is not there is left out."""
    return {row[0]: message_of(row) for row in rows_of(connection, _MESSAGES, numbers)}


def all_messages(connection: Connection, states: Iterable[MessageState] | None = None) -> list[Message]:
    """Messages in all states, or in these, oldest first."""
    query = select(messages).order_by(messages.c.id) if states is None else _in_states(tuple(states))
    return [message_of(row) for row in ask(connection, query)]


def numbers_in(connection: Connection, state: MessageState) -> list[int]:
    """The numbers of the messages in a state."""
    return [number for (number,) in ask(connection, _NUMBERS_IN, state=state)]


def messages_of_task(connection: Connection, task: str, states: Sequence[MessageState]) -> list[Message]:
    """The messages in these states that carry a notice of the task, or repeat one that did."""
    return [message_of(row) for row in connection.execute(_of_task_in(tuple(states)), {"task": task})]


def untried(connection: Connection, contact: int, state: MessageState, kind: str = "digest") -> Message | None:
    """The contact's newest message of that kind in `held` or `queued` that carries notices and was not tried yet."""
    row = connection.execute(_UNTRIED, {"contact": contact, "state": state, "kind": kind}).first()
    return None if row is None else message_of(row)


def waiting_of(connection: Connection, contact: int, kind: str) -> int | None:
    """The contact's newest message of that kind that is queued and was not tried yet."""
    return connection.execute(_WAITING_OF, {"contact": contact, "kind": kind}).scalar()


def newest_of(connection: Connection, contact: int, kind: str) -> datetime | None:
    """When the contact's newest message of that kind was made, None when there is none."""
    found = connection.execute(_NEWEST_OF, {"contact": contact, "kind": kind}).scalar()
    return None if found is None else from_ms(found)


def provided_contacts(connection: Connection, since: datetime, among: Iterable[int] | None = None) -> set[int]:
    """The contacts for whom a digest left since that moment, or to whom an earlier one was tried that has not ended.

    Of all contacts, or only those `among` these.
    """
    if among is None:
        return {contact for (contact,) in ask(connection, _PROVIDED, since=to_ms(since))}
    return {contact for (contact,) in rows_of(connection, _PROVIDED_AMONG, among, since=to_ms(since))}


def is_served(connection: Connection, contact: int, since: datetime) -> bool:
    """True when a digest left for the contact since that moment."""
    return connection.execute(_IS_SERVED, {"since": to_ms(since), "contact": contact}).first() is not None


def next_delivery(connection: Connection) -> datetime | None:
    """The earliest moment at which a message may be tried; None when none waits."""
    value = ask_one(connection, _NEXT_DELIVERY)
    return None if value is None else from_ms(value)


@cache
def _change_from(states: tuple[MessageState, ...]) -> Update:
    return update(messages).where(messages.c.id == bindparam("b_id"), messages.c.state.in_(states))


@cache
def _of_task_in(states: tuple[MessageState, ...]) -> Select[Any]:
    return _in_states(states).where(_ABOUT_TASK)


@cache
def _in_states(states: tuple[MessageState, ...]) -> Select[Any]:
    return select(messages).where(messages.c.state.in_(states)).order_by(messages.c.id)


def stored(values: Mapping[str, object]) -> dict[str, object]:
    """Columns with their values as the store keeps them."""
    return {name: to_ms(value) if isinstance(value, datetime) else value for name, value in values.items()}


def message_of(row: Sequence[Any]) -> Message:
    """A row of the table as a record."""
    number, contact, email, subject, kind, state, reason, message_id, raw, _digest, attempts, phase, *rest = row
    doubts, created_at, tried_at, next_attempt, claim, _worker, sent_at, _wipe_at, _composed_at, again_of, *_ = rest
    return Message(
        number,
        contact,
        email,
        subject,
        kind,
        state,
        reason,
        message_id,
        raw,
        attempts,
        phase,
        doubts,
        from_ms(created_at),
        None if tried_at is None else from_ms(tried_at),
        None if next_attempt is None else from_ms(next_attempt),
        claim,
        None if sent_at is None else from_ms(sent_at),
        again_of,
    )
