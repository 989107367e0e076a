"""From a letter to one contact to what it makes of a message: its words, its bytes, the link that it holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from engine.app.means import Means
from engine.core.agenda import Mailbox
from engine.core.appointment import Invite
from engine.core.letter import Item, Letter
from engine.core.link import EXAMPLE, address_of, end_of
from engine.core.localtime import local_date
from engine.core.party import SWV, Contact, Register
from engine.core.ports import RenderError
from engine.core.roles import BUREAU
from engine.core.token import digest_of
from engine.store.links import Link
from engine.store.messages import Message


def letter_for(
    contact: int, means: Means, register: Register, now: datetime, items: tuple[Item, ...] = (), link: str = ""
) -> Letter:
    """The letter to a contact of the register, with these items and the reader's own link in it, if any."""
    return letter_to(register.contacts[contact], means, register, now, items, link)


def letter_to(
    who: Contact, means: Means, register: Register, now: datetime, items: tuple[Item, ...] = (), link: str = ""
) -> Letter:
    """The same to a person who need not be in the register."""
    settings = means.settings
    desk = [register.contacts[number] for number in register.along_chain(BUREAU, SWV, local_date(now))]
    return Letter(
        to_name=who.name,
        to_email=who.email,
        salutation=who.salutation,
        items=items,
        swv=settings.name,
        mailbox=settings.mailbox,
        asker=desk[0].name if desk else settings.name,
        phone=settings.phone or (desk[0].phone if desk else ""),
        today=local_date(now),
        redirected=who.email if settings.redirect else "",
        link=link,
    )


def in_words(
    found: Message, letter: Letter, thread: str, means: Means, templates: Mapping[str, str], now: datetime
) -> Mapping[str, object]:
    """What the letter makes of a message that is held or queued: columns with their values."""
    leaves = max(now, found.next_attempt or now)
    try:
        rendered = means.renderer.render(letter, templates)
        if found.state == "held":
            return {"subject": rendered.subject, "email": letter.to_email}
        message_id = new_message_id(means)
        raw = means.writer.write(rendered, letter, message_id, leaves, thread, _invite(letter, means))
    except RenderError as error:
        return {
            "state": "held",
            "reason": why_broken(error),
            "subject": found.subject or "(geen onderwerp)",
            "raw": None,
            "next_attempt": None,
            "composed_at": None,
        }
    return {
        "email": letter.to_email,
        "next_attempt": found.next_attempt or now,
        **fixed(found.id, rendered.subject, message_id, raw, means, leaves),
    }


def fixed(number: int, subject: str, message_id: str, raw: bytes, means: Means, at: datetime) -> dict[str, object]:
    """The columns of a queued message whose bytes were made at that moment: they are kept sealed."""
    return {
        "subject": subject,
        "message_id": message_id,
        "raw": means.vault.seal(number, raw),
        "digest": hashlib.sha256(raw).hexdigest(),
        "composed_at": at,
    }


def why_broken(error: RenderError) -> str:
    """Why a message is held that cannot be put into words, in Dutch."""
    return f"de mail kan niet worden gemaakt ({error.template}.md): {error.message}"


def new_message_id(means: Means) -> str:
    """A new Message-ID (RFC 5322 3.6.4)."""
    return f"<{means.tokens.token()}@{means.settings.mailbox.rpartition('@')[2]}>"


def has_link(items: Iterable[Item], means: Means) -> bool:
    """True where one of the items can be answered on the reader's own page."""
    return bool(means.settings.link_address) and any(item.answerable for item in items)


def example_link(items: Iterable[Item], means: Means) -> str:
    """A link that opens nothing, where such items have one; empty where they have none."""
    return address_of(means.settings.link_address, EXAMPLE) if has_link(items, means) else ""


def new_link(number: int, contact: int, token: str, due: Iterable[date], leaves: datetime) -> Link:
    """The link that a message to the contact holds; `due` are the last days that the message speaks of."""
    return Link(number, digest_of(token), contact, leaves, end_of(due, leaves))


def _invite(letter: Letter, means: Means) -> Invite | None:
    """What the letter asks of its reader's agenda; raises RenderError where no agenda could read it."""
    found = letter.invited
    if found is None:
        return None
    organizer, guest = Mailbox(letter.swv, letter.mailbox), Mailbox(letter.to_name, letter.to_email)
    try:
        return Invite(means.ical.invitation(found.item, found.method, organizer, guest), found.method)
    except ValueError as error:
        raise RenderError(found.template, "Van deze afspraak kan geen uitnodiging worden gemaakt.") from error
