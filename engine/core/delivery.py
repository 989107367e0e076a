"""What becomes of a message after an attempt to send it, and when the relay is left alone for a while."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.core.ports import Verdict
from engine.core.states import MessageState

# RFC 5321 4.5.4.1: retry after at least 30 minutes, give up after 4 to 5 days.
FIRST_RETRY = timedelta(minutes=30)
LONGEST_RETRY = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=5)
# Longer than the 600 s that the answer to the final dot may take (RFC 5321 4.5.3.2.6), and counted anew from the data.
LEASE = timedelta(seconds=900)
SHORTEST_REST = timedelta(minutes=5)
LONGEST_REST = timedelta(hours=1)
# How often it may remain unknown whether a message arrived: one byte-identical retry, so at most two copies.
MOST_DOUBTS = 2
# So many refusals in a row say more about the relay than about the addresses: a relay that no longer forwards for us
# refuses everyone. Fewer would take two typing errors for a fault; more would bounce a small office's whole morning.
REFUSALS_IN_A_ROW = 3
# So long the bureau can still hold a mail that became ready, where the program runs by itself.
READY_BEFORE = timedelta(minutes=10)
# How long the bytes of a message are kept after its end.
KEEP_BYTES = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Fate:
    """The message's next state; `again` is when it may be tried again; `stops` ends the whole delivery run."""

    state: MessageState
    again: datetime | None
    counts: bool = True
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Rest:
    """The relay is left alone until then, because of `reason` (Dutch). `since` is when it began to fail.

    `mark` stands for the settings it failed with: with other settings it is tried at once.
    """

    since: datetime
    until: datetime
    length: timedelta
    reason: str
    mark: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """The relay refused for good, at that moment, a message to that address."""

    message: int
    address: str
    at: datetime


def fate(verdict: Verdict, tries: int, first: datetime, now: datetime, *, doubts: int) -> Fate:
    """Decides after a failed attempt.

    `tries` counts the attempts before this one and `first` is the moment of the first; `doubts` counts the times
    that it remained unknown whether the message arrived, this one included.
    """
    if verdict in ("relay", "config"):
        return Fate("deferred" if tries else "queued", now, counts=False, stops=True)
    if verdict == "never":
        return Fate("bounced", None)
    if verdict == "unknown":
        return Fate("uncertain", None) if doubts >= MOST_DOUBTS else Fate("deferred", now + FIRST_RETRY)
    if now - first >= GIVE_UP_AFTER:
        return Fate("bounced", None)
    return Fate("deferred", now + min(FIRST_RETRY * 2**tries, LONGEST_RETRY))


def rest_after(earlier: Rest | None, reason: str, mark: str, now: datetime) -> Rest:
    """How long the relay is left alone after it failed: 5 minutes, doubling to an hour while it goes on failing.

    A rest that is not over stays as it is: several workers that meet one failure count once.
    """
    if earlier is None or earlier.mark != mark:
        return Rest(now, now + SHORTEST_REST, SHORTEST_REST, reason, mark)
    if earlier.until > now:
        return earlier
    length = min(earlier.length * 2, LONGEST_REST)
    return Rest(earlier.since, now + length, length, reason, mark)


def refuses_everyone(refusals: Sequence[Refusal]) -> bool:
    """True when refusals that nothing accepted came between are the relay's fault and not that of the addresses."""
    return len({refusal.address.casefold() for refusal in refusals}) >= REFUSALS_IN_A_ROW


def shows_forwarding(address: str, refusals: Sequence[Refusal], mailbox: str) -> bool:
    """Whether a mail taken for `address` shows that the relay forwards for us to addresses like the refused ones.

    A relay that refuses to forward still takes mail for its own domain.
    """
    own = _domain(mailbox)
    return _domain(address) != own or any(_domain(refusal.address) == own for refusal in refusals)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()
