"""Messages and the notices in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, bindparam, delete, func, insert, select, update

from engine.core.delivery import MOST_DOUBTS
from engine.core.letter import CAME_IN, Audience
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
    """One e-mail to one contact. `raw` are its sealed bytes, fixed while it is queued; None while held and once wiped.

    `next_attempt` of one that is being sent is when its claim runs out; `claim` numbers the claims, so that who lost
    one changes nothing; `doubts` counts the times it remained unknown whether it arrived.
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


# Statements that every message needs are built once: building one costs more than running it.
_MESSAGE = select(messages).where(messages.c.id == bindparam("number"))
_NOTICES = select(notices).where(notices.c.message == bindparam("number")).order_by(notices.c.id)
_NOTICES_OF_TASKS = select(notices).where(notices.c.task.in_(bindparam("keys", expanding=True))).order_by(notices.c.id)
_MESSAGES_OF_TASK = select(notices.c.message).where(notices.c.task == bindparam("task"), notices.c.message.is_not(None))
_HEARD = select(notices.c.task, notices.c.step, notices.c.contact).where(
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
        messages.c.kind == bindparam("kind"),
        messages.c.state == bindparam("state"),
        messages.c.attempts == 0,
        messages.c.id.in_(select(notices.c.message).where(notices.c.message == messages.c.id)),
    )
    .order_by(messages.c.id.desc())
    .limit(1)
)
_BUSY = messages.c.state.in_(UNDER_WAY) | ((messages.c.state == "queued") & (messages.c.attempts > 0))
WAS_SERVED = messages.c.state.in_(("sent", "uncertain", "bounced")) & (messages.c.sent_at >= bindparam("since"))
_DIGEST_TO = select(messages.c.contact).where(messages.c.kind == "digest")
_ONE_CONTACT = messages.c.contact == bindparam("contact")
_PROVIDED = _DIGEST_TO.where(_BUSY | WAS_SERVED)
_IS_PROVIDED = _PROVIDED.where(_ONE_CONTACT).limit(1)
_IS_SERVED = _DIGEST_TO.where(WAS_SERVED, _ONE_CONTACT).limit(1)
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
_NEXT_DELIVERY = select(func.min(messages.c.next_attempt)).where(messages.c.next_attempt.is_not(None), _WAITS)

_HELD_TASKS = (
    select(notices.c.task, messages.c.reason)
    .join(messages, notices.c.message == messages.c.id)
    .where(messages.c.contact == bindparam("contact"), messages.c.state == "held", messages.c.kind == "digest")
)
# The bureau dropped it after it may have arrived: it counts as arrived.
_TAKEN_AS_ARRIVED = (messages.c.state == "dropped") & (messages.c.doubts >= MOST_DOUBTS)
_NOT_IN_VAIN = messages.c.state.not_in(("dropped", "bounced")) | _TAKEN_AS_ARRIVED
_TOLD = (
    select(notices)
    .join(messages, notices.c.message == messages.c.id)
    .where(notices.c.task.in_(bindparam("tasks", expanding=True)), _NOT_IN_VAIN)
    .order_by(notices.c.id)
)
_OUTDATED = select(messages.c.id).where(
    messages.c.next_attempt <= bindparam("now"),
    messages.c.state == "queued",
    messages.c.attempts == 0,
    func.coalesce(messages.c.composed_at, messages.c.created_at) < bindparam("since"),
    messages.c.id.in_(select(notices.c.message).where(notices.c.message == messages.c.id)),
)


def add_notices(connection: Connection, new: Sequence[Notice]) -> None:
    """Stores notices; (task, step, contact) is unique."""
    if new:
        connection.execute(_ADD_NOTICE, [_notice_values(row) for row in new])


def heard_of(connection: Connection, keys: Iterable[str]) -> set[tuple[str, str, int]]:
    """(task, step, contact) of all notices of these tasks."""
    asked = sorted(set(keys))
    return {
        (task, step, contact)
        for start in range(0, len(asked), 500)
        for task, step, contact in connection.execute(_HEARD, {"keys": asked[start : start + 500]})
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
    take_out(connection, notice, "merged")


def take_out(connection: Connection, notice: Notice, outcome: str) -> None:
    """Takes one notice out of its message; `outcome` says why it will not be sent."""
    statement = update(notices).where(
        notices.c.task == notice.task, notices.c.step == notice.step, notices.c.contact == notice.contact
    )
    connection.execute(statement.values(message=None, outcome=outcome))


def held_tasks(connection: Connection, contact: int) -> dict[str, str]:
    """The tasks of which mail to the contact waits for the bureau, each with why it waits."""
    return {row.task: row.reason for row in connection.execute(_HELD_TASKS, {"contact": contact})}


def told_notices(connection: Connection, keys: Iterable[str]) -> list[Notice]:
    """The notices of these tasks that reached their reader or still may: not those of mail dropped before it left."""
    asked = sorted(set(keys))
    return [
        _notice(row)
        for start in range(0, len(asked), 500)
        for row in connection.execute(_TOLD, {"tasks": asked[start : start + 500]})
    ]


def arrived_notices(connection: Connection, task: str) -> list[Notice]:
    """The notices of a task that reached their reader or are on their way, and the news that it came in after all."""
    query = (
        select(notices)
        .join(messages, notices.c.message == messages.c.id)
        .where(notices.c.task == task, _NOT_IN_VAIN)
        .order_by(notices.c.id)
    )
    on_the_way = messages.c.state.in_(("sending", "sent", "deferred", "uncertain")) | (messages.c.attempts > 0)
    return [_notice(row) for row in connection.execute(query.where(on_the_way | (notices.c.step == CAME_IN)))]


def left_since(connection: Connection, contact: int, since: datetime, step: str) -> bool:
    """True when a message with a notice of that step left for the contact since that moment."""
    query = (
        select(messages.c.id)
        .join(notices, notices.c.message == messages.c.id)
        .where(messages.c.contact == contact, messages.c.sent_at >= to_ms(since), notices.c.step == step)
    )
    return connection.execute(query.limit(1)).first() is not None


def outdated(connection: Connection, now: datetime, since: datetime) -> list[int]:
    """Messages with notices that are to leave now, were put into words before `since`, and were never tried."""
    return list(connection.execute(_OUTDATED, {"now": to_ms(now), "since": to_ms(since)}).scalars())


def forget_unsent(connection: Connection, task: str) -> None:
    """Forgets notices of a task that were taken back, because its steps are armed again."""
    taken_back = notices.c.outcome.in_(("moved", "cancelled", "waived", "answered"))
    connection.execute(delete(notices).where(notices.c.task == task, notices.c.message.is_(None), taken_back))


def move_notices(connection: Connection, source: int, target: int) -> None:
    """Hands the notices of one message to another."""
    connection.execute(update(notices).where(notices.c.message == source).values(message=target))


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
    }
    return int(connection.execute(_ADD_MESSAGE, values).scalar_one())


def change_message(connection: Connection, number: int, states: Sequence[MessageState], **values: object) -> bool:
    """Changes a message that is in one of these states; False when it is in another by now."""
    stored = {name: to_ms(value) if isinstance(value, datetime) else value for name, value in values.items()}
    return connection.execute(_change_from(tuple(states)), {"b_id": number, **stored}).rowcount == 1


def message(connection: Connection, number: int) -> Message | None:
    """One message, None when there is none."""
    row = connection.execute(_MESSAGE, {"number": number}).first()
    return None if row is None else message_of(row)


def all_messages(connection: Connection, states: Iterable[MessageState] | None = None) -> list[Message]:
    """Messages in all states, or in these, oldest first."""
    query = select(messages).order_by(messages.c.id) if states is None else _in_states(tuple(states))
    return [message_of(row) for row in connection.execute(query)]


def messages_of_task(connection: Connection, task: str, states: Sequence[MessageState]) -> list[Message]:
    """The messages in these states that carry a notice of the task."""
    return [message_of(row) for row in connection.execute(_of_task_in(tuple(states)), {"task": task})]


def untried(connection: Connection, contact: int, state: MessageState, kind: str = "digest") -> Message | None:
    """The contact's newest message of that kind in `held` or `queued` that carries notices and was not tried yet."""
    row = connection.execute(_UNTRIED, {"contact": contact, "state": state, "kind": kind}).first()
    return None if row is None else message_of(row)


def provided_contacts(connection: Connection, since: datetime) -> set[int]:
    """The contacts for whom a digest left since that moment, or to whom an earlier one was tried that has not ended."""
    return set(connection.execute(_PROVIDED, {"since": to_ms(since)}).scalars())


def is_provided(connection: Connection, contact: int, since: datetime) -> bool:
    """The same for one contact."""
    return connection.execute(_IS_PROVIDED, {"since": to_ms(since), "contact": contact}).first() is not None


def is_served(connection: Connection, contact: int, since: datetime) -> bool:
    """True when a digest left for the contact since that moment."""
    return connection.execute(_IS_SERVED, {"since": to_ms(since), "contact": contact}).first() is not None


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


def message_of(row: Row[Any]) -> Message:
    """A row of the table as a record."""
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
        doubts=row.doubts,
        created_at=from_ms(row.created_at),
        tried_at=None if row.tried_at is None else from_ms(row.tried_at),
        next_attempt=None if row.next_attempt is None else from_ms(row.next_attempt),
        claim=row.claim,
        sent_at=None if row.sent_at is None else from_ms(row.sent_at),
    )
