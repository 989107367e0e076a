"""deliver: claim a message, send it, record what came of it; one at a time.

What is committed when, for one message:

    claim            `sending`, under a lease and a number
    354 from relay   phase `data` committed, then the first byte leaves
    final dot        its answer, then a line in the verzendlog, then `sent` committed

A run that dies before phase `data` sent nothing, so the message goes back as it was. In phase `data` nobody knows,
unless the verzendlog does: the same bytes go once more, and after a second such end a person decides.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.app.letters import retold
from engine.app.means import Means
from engine.app.relay import note_refusal, note_rest, pause
from engine.core.delivery import KEEP_BYTES, LEASE, MOST_DOUBTS, fate
from engine.core.event import Event
from engine.core.letter import AT_ONCE
from engine.core.localtime import local_date, start_of_day
from engine.core.party import Register
from engine.core.ports import Calendars, Channel, DeliveryError, Sink, Unreadable
from engine.core.problem import Refused
from engine.core.unreached import bare_reason
from engine.core.window import days_of, is_open, next_opening, opening_after
from engine.store.claims import (
    CLAIMED_AT_ONCE,
    change_held,
    claim,
    free_claims,
    hand_over,
    in_doubt,
    is_due,
    is_wipeable,
    record_all_sent,
    record_sent,
    served,
    taken_by_another,
    wipe_bytes,
)
from engine.store.facts import is_trial
from engine.store.messages import Message
from engine.store.relay import relay_rest, save_rest

GAVE_UP = "Het programma probeerde het vijf dagen en is daarna gestopt."
# Mail under a key that this machine lacks waits until this run is past it, and no longer: another may have the key.
KEY_RETRY = timedelta(seconds=15)
# Mail that nobody reads is over at once, so it waits for nobody else's claim.
TAKEN_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a run did. `stopped` says in Dutch why it ended early or left mail behind, empty when all went well."""

    events: tuple[Event, ...]
    stopped: str = ""

    @property
    def sent(self) -> int:
        """How many messages left."""
        return len(self.events)


class _ClaimLost(Exception):
    """Another worker took the message meanwhile: this one changes nothing and sends nothing."""


@dataclass(slots=True)
class _Run:
    """What one call works with, and what it did."""

    means: Means
    channel: Channel
    clock: Callable[[], datetime]
    register: Register
    calendars: Calendars
    rested: bool
    write: Callable[..., AbstractContextManager[Connection]]
    kinds: Collection[str] = ()
    worker: str = ""
    events: list[Event] = field(default_factory=list)
    # Why messages were left behind, when something is wrong that a person must mend.
    trouble: str = ""


def deliver(
    means: Means,
    channel: Channel,
    now: datetime,
    clock: Callable[[], datetime] | None = None,
    kinds: Collection[str] = (),
) -> Delivered:
    """Sends every message whose moment has come and whose reader's window is open; `kinds`: of these alone.

    Safe to repeat, to kill, and to run several times at once. `clock` tells the time while a long run goes on;
    without it the time stands still at `now`. Raises Refused when the database is not to be had.
    """
    _take_up(means, now)
    with means.database.read() as connection:
        wipeable, due = is_wipeable(connection, now), is_due(connection, now)
        rest = relay_rest(connection) if due else None
        register, calendars = means.people(connection) if due else (None, None)
    if wipeable:
        _wipe(means, now)
    if register is None or calendars is None:
        return Delivered(())
    if resting := pause(rest, means, now):
        return Delivered((), resting)
    tells = clock or (lambda: now)
    run = _Run(means, channel, tells, register, calendars, rest is not None, means.database.write, kinds)
    try:
        # A run that does not leave this block, in whatever way, counts as dead: the next one takes up what it held.
        with means.workers.at_work() as run.worker, means.database.writes() as run.write:
            _send_all(run)
    except Refused as refused:
        if not run.events:
            raise
        return Delivered(tuple(run.events), refused.message)
    return Delivered(tuple(run.events), run.trouble)


def _take_up(means: Means, now: datetime) -> None:
    """Takes up what runs that died were sending."""
    with means.workers.dead() as names:
        if names:
            with means.database.write() as connection:
                free_claims(connection, names, now)


def _wipe(means: Means, now: datetime) -> None:
    """Wipes bytes that were kept long enough."""
    more = True
    while more:
        with means.database.write() as connection:
            more = wipe_bytes(connection, now)


def _send_all(run: _Run) -> None:
    more = True
    while more:
        batch, more = _claim(run)
        if isinstance(run.channel, Sink):
            if batch:
                _send_at_once(batch, run.channel, run)
            continue
        for held in batch:
            run.means.reached("claimed")
            ready = _ready(held, run)
            if ready is not None and not _attempt(*ready, run):
                with run.write() as connection:
                    free_claims(connection, [run.worker], run.clock())
                return


def _send_at_once(batch: Sequence[Message], sink: Sink, run: _Run) -> None:
    """The whole batch in one transaction; what becomes of a message is the same as one by one."""
    now, means = run.clock(), run.means
    found = [ready for held in batch if (ready := _ready(held, run)) is not None]
    sink.deliver_all((raw, means.settings.redirect or held.email) for held, raw in found)
    for held, _ in found:
        means.journal.write(now, held.message_id or "", "sent")
    with run.write() as connection:
        record_all_sent(connection, [held for held, _ in found], now, now + KEEP_BYTES)
    run.events += [Event(now, "message", contact=held.contact, message=held.id) for held, _ in found]


def _claim(run: _Run) -> tuple[list[Message], bool]:
    """The next messages that may leave today, and whether more may be due.

    Those whose reader has a digest today wait for another day.
    """
    now = run.clock()
    today = local_date(now)
    # Not beside others: of two that each took a digest for one contact, neither would see the other's.
    with run.write() as connection:
        if is_trial(connection) and not run.channel.for_trials:
            raise Refused(
                "Deze database is een proef geworden, door een opdracht met een eigen datum. Er gaat niets uit.",
                "Start het programma opnieuw. Dan gaat de mail naar de map proefmail.",
            )
        most = TAKEN_AT_ONCE if isinstance(run.channel, Sink) else CLAIMED_AT_ONCE
        batch = claim(connection, run.worker, now, now + LEASE, most, run.kinds)
        digests = [held.contact for held in batch if held.kind == "digest"]
        had_one = served(connection, digests, start_of_day(today)) if digests else set()
        had_one |= taken_by_another(connection, digests, [held.id for held in batch]) if digests else set()
        doubtful = in_doubt(connection, digests) if digests else set()
        ready, anew = [], False
        for held in batch:
            if held.claim > 1 and retold(connection, held, run.means, run.register, now):
                anew = True
                continue
            # A message that was under way is settled first.
            if (
                held.kind == "digest"
                and held.phase != "data"
                and (held.contact in had_one or (held.contact in doubtful and not held.doubts))
            ):
                days = days_of(held.contact, run.register, run.calendars, today)
                _wait(connection, held, opening_after(today, run.means.hours, days))
            else:
                ready.append(held)
            if held.kind == "digest":
                had_one.add(held.contact)
    # Nobody reads this mail, so no time passes in which more may become due.
    is_last = isinstance(run.channel, Sink) and len(batch) < most and not anew
    return ready, bool(batch) and not is_last


def _attempt(held: Message, raw: bytes, run: _Run) -> bool:
    """One attempt to send; False when the run must end."""
    try:
        _send(held, raw, run)
    except DeliveryError as error:
        return _failed(held, error, run)
    except _ClaimLost:
        return True
    return _record_sent(held, run)


def _ready(held: Message, run: _Run) -> tuple[Message, bytes] | None:
    """The message and its bytes when it may leave now; else it waits, or has ended, and None."""
    now, means = run.clock(), run.means
    if held.phase == "data":
        with run.write() as connection:
            if _settled(connection, held, run, now):
                return None
            change_held(connection, held, phase="", doubts=held.doubts + 1)
        held = replace(held, phase="", doubts=held.doubts + 1)
    today = local_date(now)
    days = days_of(held.contact, run.register, run.calendars, today)
    # Who waits for a link to come in by, or for an answer to their own act, waits for no window.
    if held.kind not in AT_ONCE and not is_open(now, means.hours, days):
        with run.write() as connection:
            _wait(connection, held, next_opening(now, means.hours, days))
        return None
    if held.raw is None:
        with run.write() as connection:
            change_held(
                connection, held, state="held", reason="de mail is nog niet gemaakt", attempts=0, next_attempt=None
            )
        return None
    try:
        return held, means.vault.open(held.id, held.raw)
    except Unreadable as error:
        with run.write() as connection:
            _set_apart(connection, held, error, run)
        return None


def _set_apart(connection: Connection, held: Message, error: Unreadable, run: _Run) -> None:
    """Bytes that cannot be read stop no other message."""
    if error.key_missing:
        run.trouble = error.message
        _wait(connection, held, run.clock() + KEY_RETRY, reason=error.message)
        return
    # Nobody can send these bytes again; on release the message is composed afresh.
    change_held(connection, held, state="held", reason=error.message, raw=None, attempts=0, doubts=0, next_attempt=None)


def _settled(connection: Connection, taken: Message, run: _Run, now: datetime) -> bool:
    """Ends a message that a run left in phase `data`, when the log knows that it went or there is no other try left."""
    message_id = taken.message_id or ""
    if run.means.journal.was_sent(message_id):
        _end_as_sent(connection, taken, run, now)
        return True
    run.means.journal.write(now, message_id, "unknown")
    if taken.doubts + 1 < MOST_DOUBTS:
        return False
    reason = "twee keer is het versturen afgebroken terwijl de mail onderweg was"
    change_held(
        connection, taken, state="uncertain", phase="", doubts=taken.doubts + 1, reason=reason, next_attempt=None
    )
    return True


def _wait(connection: Connection, held: Message, until: datetime, **values: object) -> None:
    state = "deferred" if held.attempts else "queued"
    change_held(connection, held, state=state, next_attempt=until, **values)


def _send(held: Message, raw: bytes, run: _Run) -> None:
    means = run.means

    def on_data() -> None:
        means.journal.make_room()
        now = run.clock()
        with run.write(alongside=True) as connection:
            if not hand_over(connection, held, now, now + LEASE):
                raise _ClaimLost
        means.reached("data-committed")

    try:
        run.channel.deliver(raw, means.settings.mailbox, means.settings.redirect or held.email, on_data)
    except DeliveryError as error:
        if means.settings.redirect and error.refused:
            # All mail goes to one address: that it is refused says nothing about the readers.
            raise DeliveryError("config", f"{error.message} Controleer [mail] omleiden in config.toml.") from error
        raise
    means.reached("answered")


def _record_sent(held: Message, run: _Run) -> bool:
    """Writes the log, then the database. A log that fails does not keep the database from knowing."""
    now, means = run.clock(), run.means
    logged = True
    try:
        means.journal.write(now, held.message_id or "", "sent")
    except Refused as refused:
        run.trouble, logged = refused.message, False
    means.reached("logged")
    with run.write() as connection:
        _end_as_sent(connection, held, run, now)
        if run.rested:
            save_rest(connection, None)
    run.rested = False
    means.reached("sent-committed")
    return logged


def _end_as_sent(connection: Connection, held: Message, run: _Run, now: datetime) -> None:
    if record_sent(connection, held, now, now + KEEP_BYTES):
        run.events.append(Event(now, "message", contact=held.contact, message=held.id))


def _failed(held: Message, error: DeliveryError, run: _Run) -> bool:
    """Records what becomes of the message, and of the relay; False when the run must end."""
    now, means = run.clock(), run.means
    doubts = held.doubts + (error.verdict == "unknown")
    result = fate(error.verdict, held.attempts, held.tried_at or now, now, doubts=doubts)
    gave_up = result.state == "bounced" and error.verdict == "later"
    if result.state == "bounced" or error.verdict == "unknown":
        with suppress(Refused):
            means.journal.write(now, held.message_id or "", "unknown" if error.verdict == "unknown" else "bounced")
    with run.write() as connection:
        changed = change_held(
            connection,
            held,
            state=result.state,
            reason=f"{bare_reason(error.message)} {GAVE_UP}" if gave_up else error.message,
            attempts=held.attempts + result.counts,
            tried_at=held.tried_at or (now if result.counts else None),
            doubts=doubts,
            next_attempt=result.again,
            wipe_at=now + KEEP_BYTES if result.state == "bounced" else None,
            phase="",
        )
        rests = ""
        if result.stops:
            rests = note_rest(connection, error.message, means, now)
        elif changed and error.refused:
            rests = note_refusal(connection, held, error.message, means, now)
    run.trouble = rests or run.trouble
    return not rests
