"""Where mail does not arrive: addresses that bounce, messages in doubt, and what the bureau heard of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, func, select

from engine.core.localtime import from_ms, to_ms
from engine.core.unreached import Doubtful, Unreached
from engine.store.facts import fact, set_fact
from engine.store.tables import contacts, messages

TOLD = "unreached_told"
_TRIED = func.coalesce(messages.c.tried_at, messages.c.created_at)
_later = messages.alias("later")
_ARRIVED = select(_later.c.id).where(
    _later.c.contact == messages.c.contact,
    _later.c.email == messages.c.email,
    _later.c.state == "sent",
    _later.c.sent_at > _TRIED,
)
_BOUNCED = (
    select(messages.c.id, messages.c.contact, messages.c.email, messages.c.reason, _TRIED.label("tried"))
    .join(contacts, (contacts.c.id == messages.c.contact) & (contacts.c.email == messages.c.email))
    .where(messages.c.state == "bounced", ~_ARRIVED.exists())
    .order_by("tried", messages.c.id)
)
_DOUBTFUL = (
    select(messages.c.id, messages.c.contact, messages.c.email, messages.c.subject, _TRIED.label("tried"))
    .where(messages.c.state == "uncertain")
    .order_by("tried", messages.c.id)
)


def unreached(connection: Connection) -> list[Unreached]:
    """The contacts whose mail bounced at their present address and to whom none arrived since, the longest first."""
    found: dict[int, Unreached] = {}
    for number, contact, email, reason, tried in connection.execute(_BOUNCED):
        before = found.get(contact)
        since, numbers = (from_ms(tried), ()) if before is None else (before.since, before.messages)
        found[contact] = Unreached(contact, email, since, reason, (*numbers, number))
    return list(found.values())


def doubtful(connection: Connection) -> list[Doubtful]:
    """The messages that may have arrived and wait for a person, the longest first."""
    return [
        Doubtful(number, contact, email, subject, from_ms(tried))
        for number, contact, email, subject, tried in connection.execute(_DOUBTFUL)
    ]


def marks(addresses: Iterable[Unreached], mails: Iterable[Doubtful]) -> set[str]:
    """What names each: another text when an address that worked again fails again, or a message was tried again."""
    return {f"contact {one.contact} {to_ms(one.since)}" for one in addresses} | {
        f"message {one.message} {to_ms(one.since)}" for one in mails
    }


def told(connection: Connection) -> tuple[date | None, set[str]]:
    """The day on which the bureau last heard, and the marks of all that it heard of."""
    value = fact(connection, TOLD)
    if value is None:
        return None, set()
    day, heard = json.loads(value)
    return date.fromisoformat(day), set(heard)


def remember_told(connection: Connection, today: date, heard: Iterable[str]) -> None:
    """Keeps that the bureau heard of these, in place of what was kept before."""
    set_fact(connection, TOLD, json.dumps([today.isoformat(), sorted(heard)]))
