"""Messages and the notices in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, bindparam, delete, func, insert, select, update
from sqlalchemy.sql import ColumnElement

from engine.core.delivery import MOST_DOUBTS
from engine.core.lean import lean
from engine.core.letter import CAME_IN, CHANGED, Audience
from engine.core.localtime import from_ms, to_ms
from engine.core.states import MessageState
from engine.core.telling import is_changed, is_past, lap_of, past, without_lap
from engine.store.many import ask, ask_named, ask_one, write_many
from engine.store.tables import messages, notices

# States in which a digest stands in the way of another one to the same contact.
UNDER_WAY: tuple[MessageState, ...] = ("sending", "deferred")


@lean
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
_NOTICES = select(notices).where(notices.c.message == bindparam("number")).order_by(notices.c.id)
_ALL_NOTICES = select(notices).where(notices.c.message.is_not(None)).order_by(notices.c.id)
_NOTICES_OF = select(notices).where(notices.c.message.in_(bindparam("keys", expanding=True))).order_by(notices.c.id)
_NOTICES_OF_TASKS = select(notices).where(notices.c.task.in_(bindparam("keys", expanding=True))).order_by(notices.c.id)
_MESSAGES_OF_TASK = select(notices.c.message).where(notices.c.task == bindparam("task"), notices.c.message.is_not(None))
# And the messages that repeat one of those.
_ABOUT_TASK = messages.c.id.in_(_MESSAGES_OF_TASK) | messages.c.again_of.in_(_MESSAGES_OF_TASK)
_HEARD = select(notices.c.task, notices.c.step, notices.c.contact).where(
    notices.c.task.in_(bindparam("keys", expanding=True)), notices.c.step.in_(bindparam("steps", expanding=True))
)
# What changed of all that a task uses is news whatever becomes of the task itself.
_OF_LADDER = notices.c.step.not_like(f"{CHANGED}=%")
_ADD_NOTICE = insert(notices)
_ADD_MESSAGE = insert(messages).returning(messages.c.id)
_DETACH = (
    update(notices)
    .where(notices.c.message == bindparam("b_message"), notices.c.task == bindparam("b_task"), _OF_LADDER)
    .values(message=None, outcome=bindparam("b_outcome"))
    .returning(notices.c.step)
)
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
# SQLite takes 32,766 variables in one statement; keys are asked for in portions far below that.
_PORTION = 500


def add_notices(connection: Connection, new: Sequence[Notice]) -> None:
    """Stores notices; (task, step, contact) is unique."""
    write_many(connection, _ADD_NOTICE, [_notice_values(row) for row in new])


def heard_of(connection: Connection, keys: Iterable[str], names: Iterable[str]) -> set[tuple[str, str, int]]:
    """(task, step, contact) of all notices of the steps of these names of these tasks."""
    wanted = sorted(set(names))
    return {(task, step, contact) for task, step, contact in rows_of(connection, _HEARD, keys, steps=wanted)}


def notices_of_tasks(connection: Connection, keys: Iterable[str]) -> list[Notice]:
    """All notices of these tasks, oldest first."""
    return [_notice(row) for row in rows_of(connection, _NOTICES_OF_TASKS, keys)]


def notices_of_message(connection: Connection, message: int) -> list[Notice]:
    """The notices that a message carries."""
    return [_notice(row) for row in connection.execute(_NOTICES, {"number": message})]


def notices_of_messages(connection: Connection, numbers: Iterable[int] | None = None) -> dict[int, list[Notice]]:
    """The notices of every message, or of these, by message."""
    found: dict[int, list[Notice]] = {}
    rows: Iterable[Any]
    rows = connection.execute(_ALL_NOTICES) if numbers is None else rows_of(connection, _NOTICES_OF, numbers)
    for notice in map(_notice, rows):
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
    connection.execute(update(notices).where(*_is(notice)).values(message=None, outcome=outcome))


def taken_from(connection: Connection, contacts: Iterable[int], outcome: str) -> list[Notice]:
    """The notices of these contacts that were taken out of their message with that outcome, oldest first."""
    gone = notices.c.message.is_(None) & (notices.c.outcome == outcome)
    query = select(notices).where(notices.c.contact.in_(list(contacts)), gone).order_by(notices.c.id)
    return [_notice(row) for row in connection.execute(query)]


def put_into(connection: Connection, notice: Notice, message: int) -> None:
    """Puts a notice that was taken out of a message into that one."""
    connection.execute(update(notices).where(*_is(notice)).values(message=message, outcome=""))


def arrived_notices(connection: Connection, task: str) -> list[Notice]:
    """The notices of a task that reached their reader or are on their way, and the news that it came in after all."""
    query = (
        select(notices)
        .join(messages, notices.c.message == messages.c.id)
        .where(notices.c.task == task, NOT_IN_VAIN)
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
    return [number for (number,) in ask(connection, _OUTDATED, now=to_ms(now), since=to_ms(since))]


def forget_unsent(connection: Connection, task: str) -> None:
    """Forgets notices of a task that were taken back, because its steps are armed again."""
    taken_back = notices.c.outcome.in_(("moved", "cancelled", "waived", "answered"))
    connection.execute(delete(notices).where(notices.c.task == task, notices.c.message.is_(None), taken_back))


def forget_merged(connection: Connection, task: str) -> list[str]:
    """Forgets notices in whose place a later step of the task came that was not told either; returns the steps."""
    other = notices.alias()
    told = select(other.c.contact).where(other.c.task == task, other.c.message.is_not(None))
    merged = (notices.c.task == task) & notices.c.message.is_(None) & (notices.c.outcome == "merged")
    gone = delete(notices).where(merged, notices.c.contact.not_in(told)).returning(notices.c.step)
    return list(connection.execute(gone).scalars())


def shelve_notices(connection: Connection, task: str, lap: int) -> None:
    """Marks what was told of a task so far as of an earlier round of asking, because it is asked anew."""
    for notice in notices_of_tasks(connection, [task]):
        if not is_past(notice.step) and not is_changed(notice.step):
            _rename(connection, notice, past(notice.step, lap))


def unshelve_notices(connection: Connection, task: str, lap: int) -> None:
    """Takes up a round of asking again: what was told since is forgotten."""
    connection.execute(delete(notices).where(notices.c.task == task, notices.c.step.not_like("%~%"), _OF_LADDER))
    for notice in notices_of_tasks(connection, [task]):
        if lap_of(notice.step) == lap:
            _rename(connection, notice, without_lap(notice.step))


def forget_notice(connection: Connection, notice: Notice) -> None:
    """Forgets that somebody was to hear."""
    connection.execute(delete(notices).where(*_is(notice)))


def forget_handed_over(connection: Connection, task: str, step: str, readers: Iterable[int], outcome: str) -> None:
    """Forgets that a step was taken from these readers with that outcome, because they are to hear of it again."""
    mine = (notices.c.task == task) & (notices.c.step == step) & notices.c.contact.in_(list(readers))
    connection.execute(delete(notices).where(mine, notices.c.message.is_(None), notices.c.outcome == outcome))


def untried_of(connection: Connection, contacts: Iterable[int]) -> list[Message]:
    """The messages to these contacts with notices that are held or queued and that nobody tried to send yet."""
    return [message_of(row) for row in rows_of(connection, _UNTRIED_OF, contacts)]


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


def _is(notice: Notice) -> tuple[ColumnElement[bool], ...]:
    return notices.c.task == notice.task, notices.c.step == notice.step, notices.c.contact == notice.contact


def _rename(connection: Connection, notice: Notice, name: str) -> None:
    connection.execute(update(notices).where(*_is(notice)).values(step=name))


def _notice(row: Sequence[Any]) -> Notice:
    _, task, step, contact, audience, role, fallback, message, outcome, at = row
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


def rows_of(connection: Connection, query: Select[Any], keys: Iterable[Any], **values: object) -> Iterator[Any]:
    """The rows of a query that takes `keys`, which may be many, and these values."""
    asked = sorted(set(keys))
    for start in range(0, len(asked), _PORTION):
        yield from ask(connection, query, keys=asked[start : start + _PORTION], **values)


def named_rows_of(connection: Connection, query: Select[Any], keys: Iterable[Any]) -> Iterator[Row[Any]]:
    """The same, rows that know the names of their columns."""
    asked = sorted(set(keys))
    for start in range(0, len(asked), _PORTION):
        yield from ask_named(connection, query, keys=asked[start : start + _PORTION])
