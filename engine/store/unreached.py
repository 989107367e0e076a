"""Where mail does not arrive: addresses that bounce, messages in doubt, and what the bureau heard of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, bindparam, func, select

from engine.core.localtime import from_ms, to_ms
from engine.core.unreached import Doubtful, Unreached
from engine.store.facts import fact, set_fact
from engine.store.tables import contacts, messages

TOLD = "unreached_told"
_TRIED = func.coalesce(messages.c.tried_at, messages.c.created_at)
_BOUNCED = (
    select(messages.c.id, messages.c.contact, messages.c.email, messages.c.reason, _TRIED.label("tried"))
    .join(contacts, (contacts.c.id == messages.c.contact) & (contacts.c.email == messages.c.email))
    .where(messages.c.state == "bounced")
    .order_by("tried", messages.c.id)
)
# Apart from the query above: as part of it SQLite goes through all that left since, for each message that bounced.
_ARRIVED = (
    select(messages.c.contact, messages.c.email, func.max(messages.c.sent_at))
    .where(messages.c.contact.in_(bindparam("contacts", expanding=True)), messages.c.state == "sent")
    .group_by(messages.c.contact, messages.c.email)
)
_DOUBTFUL = (
    select(messages.c.id, messages.c.contact, messages.c.email, messages.c.subject, _TRIED.label("tried"))
    .where(messages.c.state == "uncertain")
    .order_by("tried", messages.c.id)
)


def unreached(connection: Connection) -> list[Unreached]:
    """The contacts whose mail bounced at their present address and to whom none arrived since, the longest first."""
    found: dict[int, Unreached] = {}
    rows = connection.execute(_BOUNCED).all()
    asked = sorted({row.contact for row in rows})
    arrived = {
        (contact, email): sent_at
        for start in range(0, len(asked), 500)
        for contact, email, sent_at in connection.execute(_ARRIVED, {"contacts": asked[start : start + 500]})
    }
    for number, contact, email, reason, tried in rows:
        if arrived.get((contact, email), tried) > tried:
            continue
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
