"""deliver: claim a message, send it, record what came of it; one at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from engine.app.means import Means
from engine.core.delivery import LEASE, fate
from engine.core.event import Event
from engine.core.localtime import local_date, start_of_day
from engine.core.party import Register
from engine.core.ports import Calendars, Channel, DeliveryError
from engine.core.window import days_of, is_open, next_opening, opening_after
from engine.store.messages import (
    Message,
    change_message,
    claim,
    is_served,
    notices_of_message,
)
from engine.store.tasks import mark_sent


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a run did. `stopped` says in Dutch why it ended early, empty when it did not."""

    events: tuple[Event, ...]
    stopped: str = ""

    @property
    def sent(self) -> int:
        """How many messages left."""
        return len(self.events)


def deliver(means: Means, channel: Channel, now: datetime) -> Delivered:
    """Sends every message whose moment has come and whose reader's window is open.

    Safe to repeat and to kill: a message that was not yet handed over goes back to the queue, one whose data
    was under way is tried once more with the same bytes.
    """
    events: list[Event] = []
    while True:
        with means.database.write() as connection:
            taken = claim(connection, now, now + LEASE)
            if taken is None:
                return Delivered(tuple(events))
            ready = _ready(connection, taken, means, *means.people(connection), now)
        if ready is None:
            continue
        try:
            _send(ready, means, channel)
        except DeliveryError as error:
            stopped = _failed(ready, error, means, now)
            if stopped:
                return Delivered(tuple(events), error.message)
        else:
            events += _record_sent(ready, means, now)


def _ready(
    connection: Connection, taken: Message, means: Means, register: Register, calendars: Calendars, now: datetime
) -> Message | None:
    """The message when it may leave now; else it is put back for a later moment, and None."""
    if taken.phase == "data" and taken.attempts >= 2:
        change_message(
            connection,
            taken.id,
            ["sending"],
            state="uncertain",
            reason="twee keer brak de verbinding",
            next_attempt=None,
        )
        return None
    if taken.raw is None:
        change_message(connection, taken.id, ["sending"], state="held", reason="de mail is nog niet gemaakt")
        return None
    today = local_date(now)
    days = days_of(taken.contact, register, calendars, today)
    if taken.kind == "digest" and is_served(connection, taken.contact, start_of_day(today)):
        later = opening_after(today, means.hours, days)
    elif not is_open(now, means.hours, days):
        later = next_opening(now, means.hours, days)
    else:
        change_message(connection, taken.id, ["sending"], attempts=taken.attempts + 1)
        return replace(taken, attempts=taken.attempts + 1)
    state = "deferred" if taken.attempts else "queued"
    change_message(connection, taken.id, ["sending"], state=state, next_attempt=later, claimed_until=None)
    return None


def _send(ready: Message, means: Means, channel: Channel) -> None:
    def on_data() -> None:
        with means.database.write() as connection:
            change_message(connection, ready.id, ["sending"], phase="data")

    assert ready.raw is not None  # noqa: S101  # _ready lets nothing else through
    channel.deliver(ready.raw, means.settings.mailbox, means.settings.redirect or ready.email, on_data)


def _record_sent(ready: Message, means: Means, now: datetime) -> list[Event]:
    with means.database.write() as connection:
        change_message(
            connection,
            ready.id,
            ["sending"],
            state="sent",
            sent_at=now,
            next_attempt=None,
            claimed_until=None,
            reason="",
        )
        notices = notices_of_message(connection, ready.id)
        mark_sent(connection, [(notice.task, notice.step) for notice in notices], now)
    return [Event(now, "message", contact=ready.contact, message=ready.id)]


def _failed(ready: Message, error: DeliveryError, means: Means, now: datetime) -> bool:
    before = ready.attempts - 1
    result = fate(error.verdict, before, ready.created_at, now, retried=ready.phase == "data")
    with means.database.write() as connection:
        change_message(
            connection,
            ready.id,
            ["sending"],
            state=result.state,
            reason=error.message,
            attempts=ready.attempts if result.counts else before,
            next_attempt=result.again,
            claimed_until=None,
            phase="data" if error.verdict == "unknown" else "",
        )
    return result.stops
