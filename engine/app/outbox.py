"""outbox: what waits, what left, and what the bureau does with mail before it leaves."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from engine.app.letters import preview, write_message, write_messages
from engine.app.means import Means
from engine.app.tick import hearers
from engine.core.delivery import KEEP_BYTES, MOST_DOUBTS
from engine.core.letter import REPLIES
from engine.core.localtime import local_date, start_of_day
from engine.core.ports import RenderError
from engine.core.problem import Refused
from engine.core.states import MESSAGE_WORDS, MessageState
from engine.core.task import StoredTask
from engine.core.window import days_of, next_opening, opening_after
from engine.store.messages import (
    Message,
    change_message,
    is_served,
    message,
    move_notices,
    notices_of_message,
    take_out,
    untried,
)
from engine.store.tasks import load_tasks, mark_sent, release_tasks, set_step_states

# What a message that ended, and that does not go once more, counts as.
TAKEN_AS: dict[MessageState, str] = {"uncertain": "telt als aangekomen", "bounced": "telt als nooit aangekomen"}


def release(connection: Connection, number: int, means: Means, now: datetime) -> str:
    """Lets a held message go: composed afresh, queued for the contact's next open window.

    A digest that was waiting for the same contact joins this one; what somebody else must hear by now goes to
    that person. One that bounced, or may have arrived, goes once more. Returns why the message is held after all,
    in Dutch, when it cannot be put into words; else nothing. Raises Refused.
    """
    found = _found(connection, number)
    if found.state in ("uncertain", "bounced"):
        return _send_again(connection, found, means, now)
    if found.state != "held":
        raise Refused(f"Bericht {number} wacht niet op vrijgave. Het is {MESSAGE_WORDS[found.state]}.")
    release_tasks(connection, {notice.task for notice in notices_of_message(connection, number)})
    known = _hand_over(connection, number, means, now)
    waiting = untried(connection, found.contact, "queued", found.kind)
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
        _merge(connection, number)
        _drop(connection, waiting, f"opgegaan in bericht {number}")
    write_messages(connection, [number], means, means.register(connection), now, known)
    written = _found(connection, number)
    return written.reason if written.state == "held" else ""


def read_ahead(connection: Connection, found: Message, means: Means, now: datetime) -> str:
    """The text of a held message as it would leave when it were released now; stores nothing.

    Where it cannot be told, why, in Dutch.
    """
    leaves = _when(connection, found, means, now)
    try:
        return preview(connection, found, means, means.register(connection), leaves).text
    except RenderError as error:
        return f"De tekst kan niet worden gemaakt ({error.template}.md): {error.message}"
    except Refused as refused:
        return refused.message


def hold(connection: Connection, number: int, reason: str) -> None:
    """Keeps a message back that nobody tried to send yet; raises Refused."""
    found = _found(connection, number)
    if found.state != "queued" or found.attempts:
        raise Refused(f"Bericht {number} kunt u niet meer tegenhouden. Het is {MESSAGE_WORDS[found.state]}.")
    if found.kind in REPLIES:
        raise Refused(f"Bericht {number} is het antwoord op wat de ontvanger zelf deed. Dat wacht nooit.")
    if not notices_of_message(connection, number):
        raise Refused(f"Bericht {number} is een bericht van het programma aan het bureau. Dat wacht nooit.")
    change_message(
        connection,
        number,
        ["queued"],
        state="held",
        reason=reason or "tegengehouden door het bureau",
        raw=None,
        message_id=None,
        composed_at=None,
        next_attempt=None,
    )


def drop(connection: Connection, number: int, reason: str, now: datetime) -> None:
    """Takes a message back for good, its notices with it; raises Refused.

    One that may have arrived is taken to have arrived: it does not go again, and what it asked counts as asked. One
    that bounced is taken to have told nobody.
    """
    found = _found(connection, number)
    if found.state in ("uncertain", "bounced"):
        if found.state == "uncertain":
            told = notices_of_message(connection, number)
            asked = [(notice.task, notice.step) for notice in told if notice.audience == "aan"]
            mark_sent(connection, asked, found.tried_at or now)
        why = f"{TAKEN_AS[found.state]}{f': {reason}' if reason else ''}"
        change_message(connection, number, [found.state], state="dropped", reason=why, wipe_at=now + KEEP_BYTES)
        return
    if found.state not in ("held", "queued") or found.attempts:
        raise Refused(f"Bericht {number} kunt u niet meer laten vervallen. Het is {MESSAGE_WORDS[found.state]}.")
    _drop(connection, found, reason or "het bureau heeft dit bericht laten vervallen")


def _send_again(connection: Connection, found: Message, means: Means, now: datetime) -> str:
    """The same bytes once more; afresh where nothing arrived and the contact has another address by now."""
    address = means.register(connection).contacts[found.contact].email
    moment = _when(connection, found, means, now)
    afresh = found.state == "bounced" and found.kind == "digest" and address != found.email
    if afresh:
        values = {"state": "queued", "attempts": 0, "doubts": 0, "raw": None}
    elif found.raw is None:
        raise Refused(
            f"Bericht {found.id} kan niet nog eens worden verstuurd: de tekst is al gewist.",
            "Zeven dagen na het einde wist het programma de tekst van een bericht. Mail de ontvanger zelf.",
        )
    else:
        # One try: when it is unknown again whether it arrived, the bureau is asked again.
        values = {"state": "deferred", "attempts": max(found.attempts, 1), "doubts": MOST_DOUBTS - 1}
    change_message(
        connection, found.id, [found.state], reason="", next_attempt=moment, tried_at=None, wipe_at=None, **values
    )
    if not afresh:
        return ""
    write_message(connection, found.id, means, means.register(connection), now)
    written = _found(connection, found.id)
    return written.reason if written.state == "held" else ""


def _merge(connection: Connection, number: int) -> None:
    """Of two steps of one task in the message only that later in the file is told."""
    notices = notices_of_message(connection, number)
    tasks = load_tasks(connection, keys={notice.task for notice in notices})
    places = {(task.plan.key, step.name): step.position for task in tasks for step in task.plan.steps}
    for notice in notices:
        later = (other for other in notices if other.task == notice.task and other.contact == notice.contact)
        mine = places.get((notice.task, notice.step), -1)
        if any(places.get((other.task, other.step), -1) > mine for other in later):
            take_out(connection, notice, "merged")


def _hand_over(connection: Connection, number: int, means: Means, now: datetime) -> Collection[StoredTask]:
    """Takes out what its reader need not hear any more, because somebody else has the role now: that one hears.

    Returns the tasks that the message spoke of.
    """
    register, today = means.register(connection), local_date(now)
    notices = notices_of_message(connection, number)
    tasks = {task.plan.key: task for task in load_tasks(connection, keys={notice.task for notice in notices})}
    for notice in notices:
        task = tasks[notice.task]
        step = next((step for step in task.steps if step.plan.name == notice.step), None)
        if step is None or task.state != "open":
            continue
        if notice.contact not in {one.contact for one in hearers(task, step, register, today)}:
            take_out(connection, notice, "rol overgedragen")
            set_step_states(connection, [(notice.task, notice.step, "due", "", now)])
    return tasks.values()


def _drop(connection: Connection, found: Message, reason: str) -> None:
    change_message(
        connection, found.id, ["held", "queued"], state="dropped", reason=reason, raw=None, next_attempt=None
    )


def _when(connection: Connection, found: Message, means: Means, now: datetime) -> datetime:
    today = local_date(now)
    days = days_of(found.contact, *means.people(connection), today)
    if found.kind == "digest" and is_served(connection, found.contact, start_of_day(today)):
        return opening_after(today, means.hours, days)
    return next_opening(now, means.hours, days)


def _found(connection: Connection, number: int) -> Message:
    found = message(connection, number)
    if found is None:
        raise Refused(f"Er is geen bericht {number}.", "Kijk welke berichten er zijn.", ("outbox", "list"))
    return found
