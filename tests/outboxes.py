"""Workspaces whose outbox holds made-up messages, ready to be delivered to a server on loopback."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from engine import wiring
from engine.app.means import Means
from engine.core.localtime import parse_moment
from engine.store.messages import Message, add_message, change_message, message
from tests.workspaces import an_imported_office

# A Tuesday on which every school is open.
OPEN = parse_moment("2026-11-24T10:00")
READER = "oc@linde.example"


@dataclass
class Clock:
    """A clock that a test turns; it also moves on a millisecond each time it is read."""

    now: datetime = OPEN

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


def an_outbox(folder: Path, **settings: Any) -> Means:
    """An imported office, with the means to deliver from it, and no message yet."""
    an_imported_office(folder, rules=("thuiszitters",))
    return reopened(folder, **settings)


def reopened(folder: Path, **settings: Any) -> Means:
    """The same outbox as another process would open it."""
    place = wiring.open_workspace(folder)
    means = wiring.means_of(place, wiring.database_of(place))
    return replace(means, settings=replace(means.settings, **settings))


def a_mail(number: int, to: str = READER, body: bytes = b"Beste lezer,\r\n.\r\nTot ziens\r\n") -> bytes:
    """The bytes of a message, with lines that begin with a dot."""
    return (
        b"From: planning@swv.example\r\nTo: %s\r\nSubject: Bericht %d\r\nMessage-ID: <%d@swv.example>\r\n"
        b"Date: Tue, 24 Nov 2026 10:00:00 +0100\r\n\r\n" % (to.encode(), number, number)
    ) + body


def queue(
    means: Means,
    to: str = READER,
    at: datetime = OPEN,
    raw: Callable[[int, str], bytes] = a_mail,
    kind: str = "other",
) -> int:
    """A message in the queue, by itself no digest; its number."""
    with means.database.write() as connection:
        return _queue(connection, means, to, at, raw, kind)


def queue_some(means: Means, count: int) -> None:
    """So many at once."""
    with means.database.write() as connection:
        for _ in range(count):
            _queue(connection, means, READER, OPEN, a_mail, "other")


def queue_digests(means: Means, readers: Iterable[str]) -> None:
    """A digest for each of these contacts."""
    with means.database.write() as connection:
        for reader in readers:
            _queue(connection, means, reader, OPEN, a_mail, "digest")


def _queue(
    connection: Connection, means: Means, to: str, at: datetime, raw: Callable[[int, str], bytes], kind: str
) -> int:
    contacts = means.register(connection).contacts
    known = {one.email: number for number, one in contacts.items()}
    contact = known.get(to, known[READER])
    number = add_message(connection, contact=contact, email=to, kind=kind, state="queued", now=at)
    plain = raw(number, to)
    change_message(
        connection,
        number,
        ["queued"],
        message_id=f"<{number}@swv.example>",
        raw=means.vault.seal(number, plain),
        digest=hashlib.sha256(plain).hexdigest(),
        next_attempt=at,
    )
    return number


def stored(means: Means, number: int) -> Message:
    """The message as it is now."""
    with means.database.read() as connection:
        found = message(connection, number)
    assert found is not None
    return found
