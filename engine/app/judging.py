"""What one mail that came in is, and what follows from it; nothing is ever sent in answer."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

from sqlalchemy import Connection

from engine.app.means import Means
from engine.app.planning import PROGRAM
from engine.core.agenda import local_of
from engine.core.delivery import GIVE_UP_AFTER
from engine.core.dutch import capitalised, long_moment
from engine.core.incoming import (
    Fared,
    Handled,
    Incoming,
    Kind,
    Report,
    bounce_reason,
    fate_of,
    quoted,
)
from engine.core.party import Register
from engine.core.problem import Refused
from engine.core.replies import weigh
from engine.core.reply import Reply
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
COUNTER: Kind = "counter"
ANSWERS = re.compile(rb"^METHOD:(REPLY|COUNTER)\s*$", re.IGNORECASE | re.MULTILINE)
MORE = "Er zit meer dan één antwoord in."


def judge(
    connection: Connection, means: Means, mail: Incoming, answers: Collection[Reply], fault: str, now: datetime
) -> Judged:
    """What the mail is, with what follows from it stored, and the act for the Logboek where there is one.

    `answers` are those in its calendar files; without any, `fault` says why.
    """
    if mail.report is not None:
        return _of_report(connection, means, mail, mail.report, now)
    if mail.calendars and (answers or any(ANSWERS.search(one) for one in mail.calendars)):
        if len(answers) == 1:
            return _of_answer(connection, means, mail, next(iter(answers)), now)
        return _stays(
            mail, "unread", f"Een antwoord op een uitnodiging waar het programma niets mee kan. {fault or MORE}"
        )
    if mail.automatic:
        # Also what says that somebody is away: a person decides what that means for a question.
        return _stays(mail, "automatic", "Een automatische mail, bijvoorbeeld van wie afwezig is")
    return _stays(mail, "other", "Een gewone mail")


def _stays(mail: Incoming, kind: Kind, told: str) -> Judged:
    return Handled(kind, understood=False, told=told.removesuffix("."), sender=mail.sender), None


def _of_answer(connection: Connection, means: Means, mail: Incoming, answer: Reply, now: datetime) -> Judged:
    """Only what the guest sent who answers counts (RFC 5546 6.1.2: anybody can write an answer)."""
    task = local_of(answer.uid, means.settings.code)
    if task is None:
        return _stays(mail, "other", "Een antwoord op een uitnodiging die niet van dit programma is")
    found = asked(connection, task)
    contact = None if found is None else _guest(found, answer.attendee)
    if found is None or contact is None or _guest(found, mail.sender) != contact or not _is_clear(answer):
        return _stays(mail, "unread", _why_not(found, contact, answer))
    if answer.method == "COUNTER":
        return _of_counter(means.register(connection), mail, answer, found, contact, now)
    weighed = weigh(answer, found.appointment, found.attendees[contact], now, found.heard.get(contact, ()))
    if weighed.attendee is not None:
        save_reply(connection, weighed.attendee)
    register = means.register(connection)
    who = _named(register, contact, mail.sender)
    told = weighed.told.format(who=who, what=_what(found, register))
    if answer.comment:
        told = f"{told}. Bij het antwoord staat een opmerking: lees de mail"
    kind: Kind = "remark" if answer.comment else "reply"
    changed = weighed.attendee is not None
    handled = Handled(kind, kind == "reply", told, changed, False, mail.sender, task, contact)
    return handled, None if weighed.known else Act(now, who, "reply", f"{told}.", (task,))


def _is_clear(answer: Reply) -> bool:
    return answer.method == "COUNTER" or answer.kind != "none"


def _why_not(found: Asked | None, contact: int | None, answer: Reply) -> str:
    if found is None:
        return "Een antwoord op een uitnodiging die het programma niet kent"
    if contact is None:
        return "Een antwoord van iemand die niet is uitgenodigd"
    if not _is_clear(answer):
        return "Een antwoord op een uitnodiging dat geen ja, misschien of nee is"
    return "Een antwoord dat iemand anders stuurde dan wie is uitgenodigd"


def _of_counter(register: Register, mail: Incoming, answer: Reply, found: Asked, contact: int, now: datetime) -> Judged:
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
