"""Messages and the notices in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, bindparam, delete, func, insert, select, update

from engine.core.letter import Audience
from engine.core.localtime import from_ms, to_ms
from engine.core.states import MessageState
from engine.store.tables import messages, notices

# States in which a digest stands in the way of another one to the same contact.
UNDER_WAY: tuple[MessageState, ...] = ("sending", "deferred")


@dataclass(frozen=True, slots=True)
class Notice:
    """This contact hears of this step of this task; `outcome` says why it will not be sent, when it won't."""

    task: str
    step: str
    contact: int
    audience: Audience
    role: str
    fallback: str
    at: datetime
    message: int | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One e-mail to one contact. `raw` are its bytes, fixed while it is queued; None while held."""

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
    created_at: datetime
    next_attempt: datetime | None
    claimed_until: datetime | None
    sent_at: datetime | None


# Statements that every message needs are built once: building one costs more than running it.
_MESSAGE = select(messages).where(messages.c.id == bindparam("number"))
_NOTICES = select(notices).where(notices.c.message == bindparam("number")).order_by(notices.c.id)
_NOTICES_OF_TASKS = select(notices).where(notices.c.task.in_(bindparam("keys", expanding=True))).order_by(notices.c.id)
_MESSAGES_OF_TASK = select(notices.c.message).where(notices.c.task == bindparam("task"), notices.c.message.is_not(None))
_TOLD = select(notices.c.task, notices.c.step, notices.c.contact).where(
    notices.c.task.in_(bindparam("keys", expanding=True))
)
_ADD_NOTICE = insert(notices)
_ADD_MESSAGE = insert(messages).returning(messages.c.id)
_DETACH = (
    update(notices)
    .where(notices.c.message == bindparam("b_message"), notices.c.task == bindparam("b_task"))
    .values(message=None, outcome=bindparam("b_outcome"))
    .returning(notices.c.step)
)
_UNTRIED = (
    select(messages)
    .where(
        messages.c.contact == bindparam("contact"),
        messages.c.kind == "digest",
        messages.c.state == bindparam("state"),
        messages.c.attempts == 0,
    )
    .order_by(messages.c.id.desc())
    .limit(1)
)
_BUSY = messages.c.state.in_(UNDER_WAY) | ((messages.c.state == "queued") & (messages.c.attempts > 0))
_SERVED = messages.c.state.in_(("sent", "uncertain", "bounced")) & (messages.c.sent_at >= bindparam("since"))
_DIGEST_TO = select(messages.c.contact).where(messages.c.kind == "digest")
_ONE_CONTACT = messages.c.contact == bindparam("contact")
_PROVIDED = _DIGEST_TO.where(_BUSY | _SERVED)
_IS_PROVIDED = _PROVIDED.where(_ONE_CONTACT).limit(1)
_IS_SERVED = _DIGEST_TO.where(_SERVED, _ONE_CONTACT).limit(1)
_THREAD = (
    select(messages.c.message_id)
    .join(notices, notices.c.message == messages.c.id)
    .where(
        notices.c.task == bindparam("task"), notices.c.contact == bindparam("contact"), messages.c.sent_at.is_not(None)
    )
    .order_by(messages.c.sent_at, messages.c.id)
    .limit(1)
)
_WAITS = messages.c.state.in_(("queued", "deferred"))
_LAPSED = (messages.c.state == "sending") & (messages.c.claimed_until <= bindparam("now"))
# Who is sent to keeps the moment for which it was queued, so that the index on it finds a lapsed one too.
_CHOSEN = (
    select(messages.c.id)
    .where(messages.c.next_attempt <= bindparam("now"), _WAITS | _LAPSED)
    .order_by(messages.c.next_attempt, messages.c.id)
    .limit(1)
    .scalar_subquery()
)
_CLAIM = (
    update(messages)
    .where(messages.c.id == _CHOSEN)
    .values(state="sending", claimed_until=bindparam("until"))
    .returning(messages)
)
_NEXT_DELIVERY = select(func.min(messages.c.next_attempt)).where(messages.c.next_attempt.is_not(None), _WAITS)


def add_notices(connection: Connection, new: Sequence[Notice]) -> None:
    """Stores notices; (task, step, contact) is unique."""
    if new:
        connection.execute(_ADD_NOTICE, [_notice_values(row) for row in new])


def told(connection: Connection, keys: Iterable[str]) -> set[tuple[str, str, int]]:
    """(task, step, contact) of all notices of these tasks."""
    asked = sorted(set(keys))
    return {
        (task, step, contact)
        for start in range(0, len(asked), 500)
        for task, step, contact in connection.execute(_TOLD, {"keys": asked[start : start + 500]})
    }


def notices_of_tasks(connection: Connection, keys: Iterable[str]) -> list[Notice]:
    """All notices of these tasks, oldest first."""
    asked = sorted(set(keys))
    return [
        notice
        for start in range(0, len(asked), 500)
        for notice in _notices(connection, _NOTICES_OF_TASKS, {"keys": asked[start : start + 500]})
    ]


def notices_of_message(connection: Connection, message: int) -> list[Notice]:
    """The notices that a message carries."""
    return _notices(connection, _NOTICES, {"number": message})


def notices_of_messages(connection: Connection) -> dict[int, list[Notice]]:
    """The notices of every message, by message."""
    found: dict[int, list[Notice]] = {}
    for notice in _notices(connection, select(notices).where(notices.c.message.is_not(None)).order_by(notices.c.id)):
        found.setdefault(notice.message or 0, []).append(notice)
    return found


def detach_notices(connection: Connection, message: int, task: str, outcome: str) -> list[str]:
    """Takes a task's notices out of a message that will not carry them; returns the steps."""
    return list(connection.execute(_DETACH, {"b_message": message, "b_task": task, "b_outcome": outcome}).scalars())


def merge_notice(connection: Connection, notice: Notice) -> None:
    """Takes one notice out of its message, because a later step of the task takes its place there."""
    statement = update(notices).where(
        notices.c.task == notice.task, notices.c.step == notice.step, notices.c.contact == notice.contact
    )
    connection.execute(statement.values(message=None, outcome="merged"))


def forget_unsent(connection: Connection, task: str) -> None:
    """Forgets notices of a task that were taken back, because its steps are armed again."""
    taken_back = notices.c.outcome.in_(("moved", "cancelled", "waived", "answered"))
    connection.execute(delete(notices).where(notices.c.task == task, notices.c.message.is_(None), taken_back))


def move_notices(connection: Connection, source: int, target: int) -> None:
    """Hands the notices of one message to another."""
    connection.execute(update(notices).where(notices.c.message == source).values(message=target))


def add_message(
    connection: Connection, *, contact: int, email: str, kind: str, state: MessageState, now: datetime
) -> int:
    """A new message without bytes yet; returns its number."""
    values = {"contact": contact, "email": email, "subject": "", "kind": kind, "state": state, "created_at": to_ms(now)}
    return int(connection.execute(_ADD_MESSAGE, values).scalar_one())


def change_message(connection: Connection, number: int, states: Sequence[MessageState], **values: object) -> bool:
    """Changes a message that is in one of these states; False when it is in another by now."""
    stored = {name: to_ms(value) if isinstance(value, datetime) else value for name, value in values.items()}
    return connection.execute(_change_from(tuple(states)), {"b_id": number, **stored}).rowcount == 1


def message(connection: Connection, number: int) -> Message | None:
    """One message, None when there is none."""
    row = connection.execute(_MESSAGE, {"number": number}).first()
    return None if row is None else _message(row)


def all_messages(connection: Connection, states: Iterable[MessageState] | None = None) -> list[Message]:
    """Messages in all states, or in these, oldest first."""
    query = select(messages).order_by(messages.c.id) if states is None else _in_states(tuple(states))
    return [_message(row) for row in connection.execute(query)]


def messages_of_task(connection: Connection, task: str, states: Sequence[MessageState]) -> list[Message]:
    """The messages in these states that carry a notice of the task."""
    return [_message(row) for row in connection.execute(_of_task_in(tuple(states)), {"task": task})]


def untried(connection: Connection, contact: int, state: MessageState) -> Message | None:
    """The contact's newest digest in `held` or `queued` that no attempt was made to send."""
    row = connection.execute(_UNTRIED, {"contact": contact, "state": state}).first()
    return None if row is None else _message(row)


def provided_contacts(connection: Connection, since: datetime) -> set[int]:
    """The contacts for whom a digest left since that moment, or to whom an earlier one was tried that has not ended."""
    return set(connection.execute(_PROVIDED, {"since": to_ms(since)}).scalars())


def is_provided(connection: Connection, contact: int, since: datetime) -> bool:
    """The same for one contact."""
    return connection.execute(_IS_PROVIDED, {"since": to_ms(since), "contact": contact}).first() is not None


def is_served(connection: Connection, contact: int, since: datetime) -> bool:
    """True when a digest left for the contact since that moment."""
    return connection.execute(_IS_SERVED, {"since": to_ms(since), "contact": contact}).first() is not None


def claim(connection: Connection, now: datetime, until: datetime) -> Message | None:
    """Takes the next message to send, so that nobody else does before `until`; None when there is none.

    A message whose earlier claim ran out is taken again.
    """
    row = connection.execute(_CLAIM, {"now": to_ms(now), "until": to_ms(until)}).first()
    return None if row is None else _message(row)


def next_delivery(connection: Connection) -> datetime | None:
    """The earliest moment at which a message may be tried; None when none waits."""
    value = connection.execute(_NEXT_DELIVERY).scalar()
    return None if value is None else from_ms(value)


def last_thread(connection: Connection, task: str, contact: int) -> str:
    """The Message-ID of the first message in which the contact met the task; empty when there was none."""
    return connection.execute(_THREAD, {"task": task, "contact": contact}).scalar() or ""


@cache
def _change_from(states: tuple[MessageState, ...]) -> Update:
    return update(messages).where(messages.c.id == bindparam("b_id"), messages.c.state.in_(states))


@cache
def _of_task_in(states: tuple[MessageState, ...]) -> Select[Any]:
    return _in_states(states).where(messages.c.id.in_(_MESSAGES_OF_TASK))


@cache
def _in_states(states: tuple[MessageState, ...]) -> Select[Any]:
    return select(messages).where(messages.c.state.in_(states)).order_by(messages.c.id)


def _notices(connection: Connection, query: Select[Any], values: Mapping[str, object] | None = None) -> list[Notice]:
    return [_notice(row) for row in connection.execute(query, values or {})]


def _notice(row: Row[Any]) -> Notice:
    cells: tuple[Any, ...] = tuple(row)
    _, task, step, contact, audience, role, fallback, message, outcome, at = cells
    return Notice(task, step, contact, audience, role, fallback, from_ms(at), message, outcome)


def _notice_values(row: Notice) -> dict[str, object]:
    return {
        "task": row.task,
        "step": row.step,
        "contact": row.contact,
        "audience": row.audience,
        "role": row.role,
        "fallback": row.fallback,
        "message": row.message,
        "outcome": row.outcome,
        "at": to_ms(row.at),
    }


def _message(row: Row[Any]) -> Message:
    return Message(
        id=row.id,
        contact=row.contact,
        email=row.email,
        subject=row.subject,
        kind=row.kind,
        state=row.state,
        reason=row.reason,
        message_id=row.message_id,
        raw=row.raw,
        attempts=row.attempts,
        phase=row.phase,
        created_at=from_ms(row.created_at),
        next_attempt=None if row.next_attempt is None else from_ms(row.next_attempt),
        claimed_until=None if row.claimed_until is None else from_ms(row.claimed_until),
        sent_at=None if row.sent_at is None else from_ms(row.sent_at),
    )
