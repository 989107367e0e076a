"""What becomes of a message after an attempt to send it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.core.ports import Verdict
from engine.core.states import MessageState

# RFC 5321 4.5.4.1: retry after at least 30 minutes, give up after 4 to 5 days.
FIRST_RETRY = timedelta(minutes=30)
LONGEST_RETRY = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=5)
LEASE = timedelta(seconds=900)
RELAY_REST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Fate:
    """The message's next state; `again` is when it may be tried again; `stops` ends the whole delivery run."""

    state: MessageState
    again: datetime | None
    counts: bool
    stops: bool


def fate(verdict: Verdict, attempts: int, created: datetime, now: datetime, *, retried: bool) -> Fate:
    """Decides after a failed attempt. `attempts` counts those before; `retried`: this was the second after the data."""
    if verdict in ("relay", "config"):
        return Fate("deferred" if attempts else "queued", now + RELAY_REST, counts=False, stops=True)
    if verdict == "never":
        return Fate("bounced", None, counts=True, stops=False)
    if verdict == "unknown":
        if retried:
            return Fate("uncertain", None, counts=True, stops=False)
        return Fate("deferred", now + FIRST_RETRY, counts=True, stops=False)
    if attempts and now - created >= GIVE_UP_AFTER:
        return Fate("bounced", None, counts=True, stops=False)
    return Fate("deferred", now + min(FIRST_RETRY * 2**attempts, LONGEST_RETRY), counts=True, stops=False)
