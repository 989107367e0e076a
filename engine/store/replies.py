"""What comes in by mail: answers to invitations, mail that bounced, and how far the mailbox was read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select, update

from engine.core.appointing import Heard
from engine.core.appointment import Appointment, Attendee
from engine.core.incoming import TO_READ, Handled, Kind
from engine.core.localtime import from_ms, to_ms
from engine.store.appointments import appointment_of, attendees_of, heard_by
from engine.store.facts import fact, set_fact
from engine.store.messages import Message, message_of
from engine.store.tables import (
    attendees,
    contacts,
    facts,
    invitations,
    messages,
    notices,
    received,
    steps,
    tasks,
)

PLACE, UNREAD = "inbox", "inbox_failing"
_REMEMBERED = select(received.c.kind).where(received.c.digest == bindparam("digest"))
_BY_ID = select(messages).where(messages.c.message_id.in_(bindparam("ids", expanding=True))).order_by(messages.c.id)
_SENT_TO = (
    select(messages)
    .where(
        messages.c.state.in_(("sent", "bounced", "uncertain")),
        messages.c.sent_at >= bindparam("since"),
        func.lower(messages.c.email) == bindparam("email"),
    )
    .order_by(messages.c.sent_at.desc())
    .limit(2)
)


@dataclass(frozen=True, slots=True)
class Place:
    """How far the folder was read: up to this number, under this validity. `again`: understood and still to be moved.

    `left`: what was not understood and still lies there, by number, of the kinds worth telling; `others` counts the
    rest of what lies there, written to people.
    """

    validity: int = 0
    number: int = 0
    again: tuple[int, ...] = ()
    left: Mapping[int, Kind] = field(default_factory=dict)
    others: int = 0


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A mailbox that could not be read from a moment on: why, and what to do about it, in Dutch."""

    since: datetime
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class Asked:
    """An appointment as a reply meets it: the title of its task, and its guests with every address they were asked at.

    `addresses` are in lower case, `heard` is what each guest was told, oldest first; both by contact.
    """

    appointment: Appointment
    title: str
    party: str
    attendees: Mapping[int, Attendee]
    addresses: Mapping[int, frozenset[str]]
    heard: Mapping[int, Sequence[Heard]] = field(default_factory=dict)


def remembered(connection: Connection, digest: str) -> Kind | None:
    """As what kind these bytes were understood before; None when they were not."""
    found: Kind | None = connection.execute(_REMEMBERED, {"digest": digest}).scalar()
    return found


def remember(connection: Connection, digest: str, handled: Handled, now: datetime) -> None:
    """Keeps what was made of a mail, once."""
    connection.execute(
        insert(received).values(
            digest=digest,
            at=to_ms(now),
            kind=handled.kind,
            sender=handled.sender,
            task=handled.task,
            contact=handled.contact,
            message=handled.message,
            told=handled.told,
        )
    )


def to_read_of(connection: Connection, task: str) -> Sequence[tuple[datetime, str]]:
    """What guests wrote of the gesprek of a task that a person must read, the newest first: when, and what it is."""
    query = select(received.c.at, received.c.told).where(received.c.task == task, received.c.kind.in_(TO_READ))
    return [(from_ms(at), told) for at, told in connection.execute(query.order_by(received.c.at.desc()))]


def asked(connection: Connection, task: str) -> Asked | None:
    """The appointment of a task with its guests; None when it has none."""
    appointment = appointment_of(connection, task)
    if appointment is None:
        return None
    title, party = connection.execute(select(tasks.c.title, tasks.c.party).where(tasks.c.key == task)).one()
    present = select(contacts.c.id, func.lower(contacts.c.email)).join(attendees, attendees.c.contact == contacts.c.id)
    earlier = select(invitations.c.contact, func.lower(messages.c.email)).join(
        messages, messages.c.id == invitations.c.message
    )
    addresses: dict[int, set[str]] = {}
    for where in (present.where(attendees.c.task == task), earlier.where(invitations.c.task == task)):
        for contact, email in connection.execute(where):
            addresses.setdefault(contact, set()).add(email)
    return Asked(
        appointment,
        title,
        party,
        {guest.contact: guest for guest in attendees_of(connection, [task]).get(task, ())},
        {contact: frozenset(emails) for contact, emails in addresses.items()},
        heard_by(connection, task),
    )


def save_reply(connection: Connection, attendee: Attendee) -> None:
    """Keeps a guest's answer."""
    mine = (attendees.c.task == attendee.task) & (attendees.c.contact == attendee.contact)
    at = None if attendee.replied_at is None else to_ms(attendee.replied_at)
    values = {"reply": attendee.reply, "reply_sequence": attendee.reply_sequence, "replied_at": at}
    connection.execute(update(attendees).where(mine).values(values))


def messages_with(connection: Connection, ids: Sequence[str]) -> list[Message]:
    """The messages with one of these Message-IDs."""
    return [message_of(row) for row in connection.execute(_BY_ID, {"ids": list(ids)})] if ids else []


def only_sent_to(connection: Connection, email: str, since: datetime) -> Message | None:
    """The one message that left for an address since that moment; None when there are more, or none."""
    rows = connection.execute(_SENT_TO, {"email": email.casefold(), "since": to_ms(since)}).all()
    return message_of(rows[0]) if len(rows) == 1 else None


def record_bounce(connection: Connection, number: int, reason: str) -> bool:
    """Says of a message that left that it did not arrive; False, and no change, when it is in another state by now.

    A step that reached nobody else by mail then counts as not sent, so that no escalation rests on it.
    """
    left = messages.c.state.in_(("sent", "uncertain"))
    change = update(messages).where(messages.c.id == number, left).values(state="bounced", reason=reason)
    if connection.execute(change).rowcount != 1:
        return False
    other, notice = messages.alias(), notices.alias()
    arrived = exists().where(
        notice.c.task == steps.c.task,
        notice.c.step == steps.c.name,
        notice.c.audience == "aan",
        other.c.id == notice.c.message,
        other.c.state == "sent",
    )
    told = exists().where(notices.c.task == steps.c.task, notices.c.step == steps.c.name, notices.c.message == number)
    connection.execute(update(steps).where(steps.c.sent.is_not(None), told, ~arrived).values(sent=None))
    return True


def reading_place(connection: Connection) -> Place:
    """How far the mailbox was read."""
    value = fact(connection, PLACE)
    if value is None:
        return Place()
    told = json.loads(value)
    left = {int(number): kind for number, kind in told["left"].items()}
    return Place(told["validity"], told["number"], tuple(told["again"]), left, told["others"])


def save_place(connection: Connection, place: Place) -> None:
    """Keeps how far the mailbox was read."""
    set_fact(connection, PLACE, json.dumps(asdict(place) | {"left": dict(place.left)}))


def unreadable_since(connection: Connection) -> Unreadable | None:
    """Since when the mailbox cannot be read, and why; None when it could, the last time."""
    value = fact(connection, UNREAD)
    if value is None:
        return None
    since, reason, hint = json.loads(value)
    return Unreadable(from_ms(since), reason, hint)


def note_unreadable(connection: Connection, reason: str, hint: str, now: datetime) -> None:
    """Says that the mailbox could not be read; since when stays as it was said first."""
    known = unreadable_since(connection)
    since = now if known is None else known.since
    set_fact(connection, UNREAD, json.dumps([to_ms(since), reason, hint], ensure_ascii=False))


def note_readable(connection: Connection) -> None:
    """Says that the mailbox could be read."""
    connection.execute(delete(facts).where(facts.c.name == UNREAD))
