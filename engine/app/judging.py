"""What one mail that came in is, and what follows from it; nothing is ever sent in answer."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import Connection

from engine.app.means import Means
from engine.app.planning import PROGRAM
from engine.core.agenda import local_of
from engine.core.delivery import GIVE_UP_AFTER
from engine.core.dutch import capitalised, long_moment
from engine.core.incoming import (
    CalendarReply,
    Fared,
    Handled,
    Incoming,
    Report,
    bounce_reason,
    fate_of,
    quoted,
    the_one,
)
from engine.core.party import Register
from engine.core.problem import Refused
from engine.core.replies import weigh
from engine.store.acts import Act
from engine.store.messages import Message
from engine.store.replies import (
    Asked,
    asked,
    messages_with,
    only_sent_to,
    record_bounce,
    save_reply,
)

Judged = tuple[Handled, Act | None]
# Of a message in these states it is not yet known what became of it.
UNDER_WAY = ("queued", "sending", "deferred")
COUNTER = "counter"


def judge(
    connection: Connection, means: Means, mail: Incoming, answers: Sequence[CalendarReply], now: datetime
) -> Judged:
    """What the mail is, with what follows from it stored, and the act for the Logboek where there is one."""
    if mail.report is not None:
        return _of_report(connection, means, mail, mail.report, now)
    if mail.calendars and (answers or any(b"METHOD:REPLY" in one.upper() for one in mail.calendars)):
        return _of_answers(connection, means, mail, answers, now)
    if mail.automatic:
        # Also what says that somebody is away: a person decides what that means for a question.
        return _stays(mail, "automatic", "Een automatisch antwoord")
    return _stays(mail, "other", "Een gewone mail")


def _stays(mail: Incoming, kind: str, told: str) -> Judged:
    return Handled(kind, understood=False, told=told, sender=mail.sender), None  # type: ignore[arg-type]


def _of_answers(
    connection: Connection, means: Means, mail: Incoming, answers: Sequence[CalendarReply], now: datetime
) -> Judged:
    """Only the one answer of the guest who sent the mail counts (RFC 5546 6.1.2: anybody can write one)."""
    answer = the_one(answers)
    if answer is None:
        return _stays(mail, "unread", "Een antwoord op een uitnodiging dat niet te lezen is")
    task = local_of(answer.uid, means.settings.code)
    if task is None:
        return _stays(mail, "other", "Een antwoord op een uitnodiging die niet van dit programma is")
    found = asked(connection, task)
    if found is None:
        return _stays(mail, "unread", "Een antwoord op een uitnodiging die het programma niet kent")
    contact = _guest(found, answer.attendee)
    if contact is None:
        return _stays(mail, "unread", "Een antwoord van iemand die niet is uitgenodigd")
    if _guest(found, mail.sender) != contact:
        return _stays(mail, "unread", "Een antwoord dat iemand anders stuurde dan wie is uitgenodigd")
    if answer.counter:
        return _of_counter(means.register(connection), mail, answer, found, contact, now)
    if answer.reply is None:
        return _stays(mail, "unread", "Een antwoord op een uitnodiging dat geen ja, misschien of nee is")
    weighed = weigh(answer, found.appointment, found.attendees[contact], now)
    if weighed.attendee is not None:
        save_reply(connection, weighed.attendee)
    register = means.register(connection)
    who = _named(register, contact, mail.sender)
    told = weighed.told.format(who=who, what=_what(found, register))
    handled = Handled("reply", True, told, weighed.attendee is not None, False, mail.sender, task, contact)
    return handled, None if weighed.known else Act(now, who, "reply", f"{told}.", (task,))


def _of_counter(
    register: Register, mail: Incoming, answer: CalendarReply, found: Asked, contact: int, now: datetime
) -> Judged:
    """Another time is proposed: the bureau decides, so the mail stays where it is read."""
    who = _named(register, contact, mail.sender)
    when = f": {long_moment(answer.proposed)}" if answer.proposed is not None else ""
    told = f"{who} stelt een andere tijd voor bij {_what(found, register)}{when}"
    task = found.appointment.task
    handled = Handled(COUNTER, False, told, False, False, mail.sender, task, contact)
    return handled, Act(now, who, COUNTER, f"{told}.", (task,))


def _guest(found: Asked, address: str) -> int | None:
    """Who of the guests, also of who is no longer asked, has the address or was asked at it."""
    return next((contact for contact in found.attendees if address in found.addresses.get(contact, ())), None)


def _of_report(connection: Connection, means: Means, mail: Incoming, report: Report, now: datetime) -> Judged:
    message, fared = _meant(connection, report, now)
    if message is None or fared is None:
        return _stays(mail, "unread", "Een melding over mail die niet van het programma is, of niet te herkennen")
    where = f"Mail aan {message.email}"
    told = f"{where} is vertraagd, zegt een mailserver; die probeert het zelf opnieuw"
    changed = False
    if fared.fate == "delivered":
        told = f"{where} is aangenomen, zegt een mailserver"
    elif fared.fate == "failed":
        said = quoted(fared.said or fared.status)
        told = f"{where} is niet bezorgd" + (f": {said}" if said else "")
        if message.state in UNDER_WAY:
            return Handled("bounce", False, told, False, True, mail.sender, None, message.contact, message.id), None
        changed = record_bounce(connection, message.id, bounce_reason(fared))
        if changed:
            # The log only adds to what the database knows.
            with suppress(Refused):
                means.journal.write(now, message.message_id or "", "bounced")
        else:
            told = f"{told}. Dat was al bekend"
    handled = Handled("bounce", True, told, changed, False, mail.sender, None, message.contact, message.id)
    return handled, Act(now, PROGRAM, "bounce", f"{capitalised(told)}.") if changed else None


def _meant(connection: Connection, report: Report, now: datetime) -> tuple[Message | None, Fared | None]:
    """The message a notice speaks of and how it fared; a notice must name the address that the message went to.

    One that sends nothing back is taken to speak of the only mail that left for that address of late. One that names
    a Message-ID that no message has is forged, or about mail of another program.
    """
    for message in messages_with(connection, report.message_ids):
        if (fared := fate_of(report, message.email)) is not None:
            return message, fared
    if report.formal and not report.message_ids:
        for fared in report.fared:
            for address in sorted(fared.addresses):
                if (only := only_sent_to(connection, address, now - GIVE_UP_AFTER)) is not None:
                    return only, fared
    return None, None


def _named(register: Register, contact: int, sender: str) -> str:
    known = register.contacts.get(contact)
    return (known.name or known.email) if known is not None else sender


def _what(found: Asked, register: Register) -> str:
    party = register.parties.get(found.party)
    return f"{found.title}, {party.name}" if party is not None and party.kind != "swv" else found.title
