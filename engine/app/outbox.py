"""outbox: what waits, what left, and what the bureau does with mail before it leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from engine.app.invitations import preview_invitation, write_invitation
from engine.app.letters import preview, write_message, write_messages
from engine.app.means import Means
from engine.app.reroute import hand_over_notices
from engine.core.delivery import KEEP_BYTES, MOST_DOUBTS
from engine.core.digest import HELD_BY_BUREAU
from engine.core.letter import DAY_MOVED, INVITE, REPLIES, Rendered
from engine.core.localtime import local_date, start_of_day
from engine.core.ports import RenderError
from engine.core.problem import Refused
from engine.core.states import MESSAGE_WORDS, MessageState
from engine.core.telling import is_news
from engine.core.window import Days, days_of, next_opening, opening_after
from engine.store.claims import served
from engine.store.messages import (
    Message,
    add_message,
    change_message,
    change_messages,
    is_served,
    message,
    messages_by_number,
    untried_of,
)
from engine.store.notices import detach_notices, move_notices, notices_of_message, notices_of_messages, take_out
from engine.store.tasks import load_tasks, mark_sent, release_tasks

# What a message that ended, and that does not go once more, counts as.
TAKEN_AS: dict[MessageState, str] = {"uncertain": "telt als aangekomen", "bounced": "telt als nooit aangekomen"}

# Why a message was dropped of which all goes in another; the other's number follows.
JOINED = "opgegaan in bericht "


def settled_as(message: Message) -> str:
    """What a person said of a message that may not have arrived: `telt als aangekomen`; empty for another."""
    return message.reason if message.state == "dropped" and message.reason in TAKEN_AS.values() else ""


def joined(connection: Connection, found: Sequence[Message]) -> dict[int, Message]:
    """Of the messages that were dropped because all of it goes in another: that other, by number."""
    into = {one.id: int(one.reason.removeprefix(JOINED)) for one in found if _has_joined(one)}
    others = messages_by_number(connection, into.values())
    # The other may have joined a third since.
    further = joined(connection, [one for one in others.values() if _has_joined(one)]) if others else {}
    return {number: further.get(other, others[other]) for number, other in into.items() if other in others}


def _has_joined(one: Message) -> bool:
    return one.state == "dropped" and one.reason.startswith(JOINED)


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
        raise Refused(f"Bericht {number} wacht niet op vrijgave. De status is: {MESSAGE_WORDS[found.state]}.")
    if found.kind == INVITE:
        return _let_invitation_go(connection, found, means, now)
    return _let_go(connection, [found], means, now).get(number, "")


def release_all(connection: Connection, held: Sequence[Message], means: Means, now: datetime) -> dict[int, str]:
    """Lets these held messages go, one after the other as `release` does, but what is read for one is read for many.

    Returns by number, in Dutch, why those are held after all that cannot be put into words.
    """
    broken: dict[int, str] = {}
    # Of two messages to one contact the second takes up the first.
    group: dict[int, Message] = {}
    for one in held:
        if one.kind == INVITE:
            if why := _let_invitation_go(connection, one, means, now):
                broken[one.id] = why
            continue
        if one.contact in group:
            broken |= _let_go(connection, tuple(group.values()), means, now)
            group = {}
        group[one.contact] = one
    return broken | _let_go(connection, tuple(group.values()), means, now)


def repeat(connection: Connection, number: int, means: Means, now: datetime) -> int:
    """Tells once more what a message told that left, to the contact's address of today; returns the new message.

    It is composed afresh of what still waits for an answer, and counts as no digest. Raises Refused.
    """
    found = _found(connection, number)
    if found.state != "sent":
        raise Refused(f"Bericht {number} kunt u niet opnieuw sturen. De status is: {MESSAGE_WORDS[found.state]}.")
    source = found.again_of or found.id
    if not notices_of_message(connection, source):
        raise Refused("Dit bericht stelt geen vraag. U kunt het niet opnieuw sturen.")
    who = means.register(connection).contacts[found.contact]
    if not means.register(connection).roles_of(found.contact, local_date(now)):
        raise Refused(
            f"{who.name} heeft geen rol meer. Daarom gaat er geen mail meer heen.",
            "Kijk bij de school wie de vraag nu krijgt, en stuur die een herinnering.",
        )
    days = days_of(found.contact, *means.people(connection), local_date(now))
    again = add_message(
        connection,
        contact=found.contact,
        email=who.email,
        kind="other",
        state="queued",
        now=now,
        next_attempt=next_opening(now + means.wait, means.hours, days),
        again_of=source,
    )
    write_message(connection, again, means, means.register(connection), now)
    written = _found(connection, again)
    if written.state == "dropped":
        raise Refused("Er is niets meer te vragen: alles uit dit bericht is beantwoord of vervallen.")
    if written.state == "held":
        raise Refused(f"Het bericht kan niet worden gemaakt: {written.reason}")
    return again


def put_back(connection: Connection, number: int, reason: str, means: Means, now: datetime) -> None:
    """Holds a message again that was dropped before anyone tried to send it, for its old reason; raises Refused.

    What was answered meanwhile is left out.
    """
    found = _found(connection, number)
    if found.state != "dropped" or found.attempts:
        raise Refused(f"Bericht {number} is niet meer terug te halen. De status is: {MESSAGE_WORDS[found.state]}.")
    change_message(connection, number, ["dropped"], state="held", reason=reason)
    told = {notice.task for notice in notices_of_message(connection, number) if not is_news(notice.step)}
    for task in load_tasks(connection, keys=told):
        if task.state != "open":
            detach_notices(connection, number, task.plan.key, "answered")
    _write(connection, found, means, now)
    if _found(connection, number).state != "held":
        raise Refused("Er is niets meer te melden: wat in dit bericht stond, is beantwoord of vervallen.")


def read_ahead(connection: Connection, found: Message, means: Means, now: datetime) -> str:
    """The text of a held message as it would leave when it were released now; stores nothing.

    Where it cannot be told, why, in Dutch.
    """
    leaves = _when(connection, found, means, now)
    try:
        return as_it_leaves(connection, found, means, leaves).text
    except RenderError as error:
        return f"De tekst kan niet worden gemaakt ({error.template}.md): {error.message}"
    except Refused as refused:
        return refused.message


def as_it_leaves(connection: Connection, found: Message, means: Means, moment: datetime) -> Rendered:
    """A held message in words as it would leave at that moment; stores nothing. Raises RenderError and Refused."""
    if found.kind == INVITE:
        return preview_invitation(connection, found.id, means, moment)
    return preview(connection, found, means, means.register(connection), moment)


def hold(connection: Connection, number: int, reason: str) -> None:
    """Keeps a message back that nobody tried to send yet; raises Refused."""
    found = _found(connection, number)
    if found.state != "queued" or found.attempts:
        raise Refused(f"Bericht {number} kunt u niet meer tegenhouden. De status is: {MESSAGE_WORDS[found.state]}.")
    if found.kind in REPLIES:
        raise Refused(f"Bericht {number} is het antwoord op wat de ontvanger zelf deed. Dat wacht nooit.")
    if found.kind != INVITE and not found.again_of and not notices_of_message(connection, number):
        raise Refused(f"Bericht {number} is een bericht van het programma aan het bureau. Dat wacht nooit.")
    change_message(
        connection,
        number,
        ["queued"],
        state="held",
        reason=reason or HELD_BY_BUREAU,
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
        raise Refused(f"Bericht {number} kunt u niet meer laten vervallen. De status is: {MESSAGE_WORDS[found.state]}.")
    _drop(connection, found, reason or "het bureau heeft dit bericht laten vervallen")


def _let_go(connection: Connection, held: Sequence[Message], means: Means, now: datetime) -> dict[int, str]:
    """The same for messages to different contacts, at once."""
    if not held:
        return {}
    register, calendars = means.people(connection)
    numbers, contacts, today = [one.id for one in held], [one.contact for one in held], local_date(now)
    carried = [notice for told in notices_of_messages(connection, numbers).values() for notice in told]
    release_tasks(connection, {notice.task for notice in carried})
    known = hand_over_notices(connection, carried, register, now)
    waiting = {(one.contact, one.kind): one for one in untried_of(connection, contacts) if one.state == "queued"}
    had_one = served(connection, contacts, start_of_day(today))
    changes: list[tuple[int, MessageState, Mapping[str, object]]] = []
    for one in held:
        days = days_of(one.contact, register, calendars, today)
        leaves = _moment(one, days, one.contact in had_one, means, now)
        changes.append((one.id, "held", {"state": "queued", "reason": "", "next_attempt": leaves}))
    change_messages(connection, changes)
    for one in held:
        if (earlier := waiting.get((one.contact, one.kind))) is not None:
            move_notices(connection, earlier.id, one.id)
            _merge(connection, one.id)
            _drop(connection, earlier, f"{JOINED}{one.id}")
    return write_messages(connection, numbers, means, register, now, known)


def _let_invitation_go(connection: Connection, found: Message, means: Means, now: datetime) -> str:
    """The same for an invitation, which stands by itself."""
    leaves = _when(connection, found, means, now)
    change_message(connection, found.id, ["held"], state="queued", reason="", next_attempt=leaves)
    write_invitation(connection, found.id, means, now)
    written = _found(connection, found.id)
    return written.reason if written.state == "held" else ""


def _send_again(connection: Connection, found: Message, means: Means, now: datetime) -> str:
    """The same bytes once more; afresh where nothing arrived and the contact has another address by now."""
    address = means.register(connection).contacts[found.contact].email
    moment = _when(connection, found, means, now)
    afresh = found.state == "bounced" and found.kind in ("digest", INVITE, DAY_MOVED) and address != found.email
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
    _write(connection, found, means, now)
    written = _found(connection, found.id)
    return written.reason if written.state == "held" else ""


def _write(connection: Connection, found: Message, means: Means, now: datetime) -> None:
    """Puts a held or queued message into words."""
    if found.kind == INVITE:
        write_invitation(connection, found.id, means, now)
    else:
        write_message(connection, found.id, means, means.register(connection), now)


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


def _drop(connection: Connection, found: Message, reason: str) -> None:
    change_message(
        connection, found.id, ["held", "queued"], state="dropped", reason=reason, raw=None, next_attempt=None
    )


def _when(connection: Connection, found: Message, means: Means, now: datetime) -> datetime:
    today = local_date(now)
    days = days_of(found.contact, *means.people(connection), today)
    return _moment(found, days, is_served(connection, found.contact, start_of_day(today)), means, now)


def _moment(found: Message, days: Days, had_one: bool, means: Means, now: datetime) -> datetime:
    """When it may leave; `had_one`: a digest left for the contact today."""
    if found.kind == "digest" and had_one:
        return opening_after(local_date(now), means.hours, days)
    return next_opening(now + means.wait, means.hours, days)


def _found(connection: Connection, number: int) -> Message:
    found = message(connection, number)
    if found is None:
        raise Refused(f"Er is geen bericht {number}.", "Kijk welke berichten er zijn.", ("outbox", "list"))
    return found
