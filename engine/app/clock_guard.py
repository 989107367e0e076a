"""A clock that runs behind what is stored: sending stops until the clock, or a person, puts it right."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.app import outbox
from engine.core.dutch import long_moment
from engine.core.localtime import local_date
from engine.core.problem import Refused
from engine.store.clock import bring_back, newest_moment, queued_after, rearm, set_newest_moment
from engine.store.database import Database
from engine.store.facts import is_trial
from engine.store.messages import change_message, message
from engine.store.notices import notices_of_message

SLACK = timedelta(minutes=5)
REMEMBERED_EVERY = timedelta(minutes=1)
ACCEPT = ("doctor", "--accept-clock")
HELD = "gemaakt toen de klok van de computer verkeerd stond"


def watch_clock(database: Database, now: datetime) -> None:
    """Remembers that it was `now`; raises Refused when that is more than 5 minutes before what was remembered.

    In a trial people jump to and fro in time, and nothing is sent for real: there it does nothing.
    """
    with database.read() as connection:
        newest = None if is_trial(connection) else newest_moment(connection)
        if is_trial(connection) or (newest is not None and newest - SLACK <= now < newest + REMEMBERED_EVERY):
            return
    if newest is not None and is_behind(newest, now):
        message, hint = clock_trouble(newest, now)
        raise Refused(message, f"{hint} Keur hem dan goed.", ACCEPT)
    with database.write() as connection:
        before = newest_moment(connection)
        if before is None or before < now:
            set_newest_moment(connection, now)


def is_behind(newest: datetime, now: datetime) -> bool:
    """True when the clock lies too far behind the newest stored moment to go on."""
    return now < newest - SLACK


def clock_trouble(newest: datetime, now: datetime) -> tuple[str, str]:
    """What is wrong with such a clock, and what to do, in Dutch."""
    return (
        f"De klok van deze computer loopt achter: hier is het {long_moment(now)}, maar het programma was al bij "
        f"{long_moment(newest)}. Daarom gaat er geen mail uit.",
        "Zet de klok van de computer goed. Klopt hij nu, en stond hij eerder te ver vooruit?",
    )


def accept_clock(database: Database, now: datetime) -> int | None:
    """Takes the clock as right from now on; None when it is not behind, else how many messages were held for it.

    Mail that a clock ahead made ready, and that nobody tried to send, waits for the bureau; but what it says of steps
    whose day is still to come is forgotten, and told on that day. What that clock wrote in the future counts as written
    now.
    """
    with database.write() as connection:
        newest = newest_moment(connection)
        if newest is None or not is_behind(newest, now):
            return None
        found = {*queued_after(connection, now), *rearm(connection, local_date(now))}
        held = [number for number in sorted(found) if _holds(connection, number)]
        bring_back(connection, now)
        set_newest_moment(connection, now)
    return len(held)


def _holds(connection: Connection, number: int) -> bool:
    """Holds a message that still says something; one that does not, or tells the bureau of another day, is dropped."""
    if not notices_of_message(connection, number):
        change_message(
            connection, number, ["held", "queued"], state="dropped", reason=HELD, raw=None, next_attempt=None
        )
        return False
    found = message(connection, number)
    if found is not None and found.state == "queued":
        outbox.hold(connection, number, HELD)
    return True
