"""outbox: what waits, what left, and what the bureau does with mail before it leaves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from engine.app.letters import write_message
from engine.app.means import Means
from engine.core.localtime import local_date, start_of_day
from engine.core.problem import Refused
from engine.core.states import MESSAGE_WORDS
from engine.core.window import days_of, next_opening, opening_after
from engine.store.messages import (
    Message,
    change_message,
    is_served,
    message,
    move_notices,
    notices_of_message,
    untried,
)
from engine.store.tasks import release_tasks


def release(connection: Connection, number: int, means: Means, now: datetime) -> str:
    """Lets a held message go: composed afresh, queued for the contact's next open window.

    A digest that was waiting for the same contact joins this one. Returns why the message is held after all,
    in Dutch, when it cannot be put into words; else nothing. Raises Refused.
    """
    found = _found(connection, number)
    if found.state != "held":
        raise Refused(f"Bericht {number} wacht niet op vrijgave. Het is {MESSAGE_WORDS[found.state]}.")
    tasks = {notice.task for notice in notices_of_message(connection, number)}
    release_tasks(connection, tasks)
    waiting = untried(connection, found.contact, "queued")
    change_message(
        connection,
        number,
        ["held"],
        state="queued",
        reason="",
        next_attempt=_when(connection, found, means, now),
    )
    if waiting is not None:
        move_notices(connection, waiting.id, number)
        _drop(connection, waiting, f"opgegaan in bericht {number}")
    write_message(connection, number, means, means.register(connection), now)
    written = _found(connection, number)
    return written.reason if written.state == "held" else ""


def hold(connection: Connection, number: int, reason: str) -> None:
    """Keeps a message back that nobody tried to send yet; raises Refused."""
    found = _found(connection, number)
    if found.state != "queued" or found.attempts:
        raise Refused(f"Bericht {number} kunt u niet meer tegenhouden. Het is {MESSAGE_WORDS[found.state]}.")
    change_message(
        connection,
        number,
        ["queued"],
        state="held",
        reason=reason or "tegengehouden door het bureau",
        raw=None,
        message_id=None,
        next_attempt=None,
    )


def drop(connection: Connection, number: int, reason: str) -> None:
    """Takes a message back for good, its notices with it; raises Refused."""
    found = _found(connection, number)
    if found.state not in ("held", "queued") or found.attempts:
        raise Refused(f"Bericht {number} kunt u niet meer laten vervallen. Het is {MESSAGE_WORDS[found.state]}.")
    _drop(connection, found, reason or "het bureau heeft dit bericht laten vervallen")


def _drop(connection: Connection, found: Message, reason: str) -> None:
    change_message(
        connection, found.id, ["held", "queued"], state="dropped", reason=reason, raw=None, next_attempt=None
    )


def _when(connection: Connection, found: Message, means: Means, now: datetime) -> datetime:
    today = local_date(now)
    days = days_of(found.contact, *means.people(connection), today)
    if is_served(connection, found.contact, start_of_day(today)):
        return opening_after(today, means.hours, days)
    return next_opening(now, means.hours, days)


def _found(connection: Connection, number: int) -> Message:
    found = message(connection, number)
    if found is None:
        raise Refused(f"Er is geen bericht {number}.", "Kijk welke berichten er zijn.", ("outbox", "list"))
    return found
