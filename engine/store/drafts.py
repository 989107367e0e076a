"""New messages that are put into words before they are stored: each is one row that nobody changes at once again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from sqlalchemy import Connection, func, insert, select

from engine.core.states import MessageState
from engine.store.many import ask_one, write_many
from engine.store.messages import Message, stored
from engine.store.tables import messages

_ADD = insert(messages)
_NEWEST = select(func.max(messages.c.id))
_NEXT = select(func.nextval(func.pg_get_serial_sequence("messages", "id")))
# What words may set, as long as there are none.
_WITHOUT_WORDS = {"message_id": None, "raw": None, "digest": "", "composed_at": None}


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that is not stored yet, and what putting it into words sets of it."""

    message: Message
    words: dict[str, object] = field(default_factory=dict)


def a_digest(
    number: int,
    contact: int,
    email: str,
    state: MessageState,
    reason: str,
    now: datetime,
    next_attempt: datetime | None,
) -> Message:
    """A digest as it is before it is put into words."""
    return Message(
        number, contact, email, "", "digest", state, reason, None, None, 0, "", 0, now, None, next_attempt, 0, None
    )


def new_numbers(connection: Connection) -> Iterator[int]:
    """Numbers for new messages. They hold while this transaction writes alone and adds messages in no other way."""
    if connection.dialect.name == "postgresql":
        while True:
            yield int(connection.execute(_NEXT).scalar_one())
    yield from count(1 + (ask_one(connection, _NEWEST) or 0))


def add_drafts(connection: Connection, drafts: Mapping[int, Draft]) -> None:
    """Stores the messages, in the order of their numbers; not their notices."""
    write_many(connection, _ADD, [_row(drafts[number]) for number in sorted(drafts)])


def _row(draft: Draft) -> dict[str, object]:
    one = draft.message
    row = {
        "id": one.id,
        "contact": one.contact,
        "email": one.email,
        "subject": one.subject,
        "kind": one.kind,
        "state": one.state,
        "reason": one.reason,
        "created_at": one.created_at,
        "next_attempt": one.next_attempt,
        "again_of": one.again_of,
    }
    return stored(row | _WITHOUT_WORDS | draft.words)
