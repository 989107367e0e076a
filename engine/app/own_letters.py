"""Messages that carry no notices: news to the bureau, what lets somebody in, and what answers a person's own act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.means import Means
from engine.app.wording import fixed, letter_for, letter_to, new_link, new_message_id, why_broken
from engine.core.letter import ACCESS, Access, Bulletin, Letter, Reply
from engine.core.link import address_of
from engine.core.party import Contact, Register
from engine.core.ports import RenderError
from engine.store.links import save_links
from engine.store.messages import add_message, change_message


def write_bulletin(
    connection: Connection, contact: int, bulletin: Bulletin, means: Means, register: Register, now: datetime
) -> None:
    """Makes a message ready that the program itself sends to the bureau; it waits for nobody's release.

    One that cannot be put into words stays behind as held with the reason, and stops nothing else.
    """
    letter = replace(letter_for(contact, means, register, now), bulletin=bulletin)
    _write_own(connection, contact, "other", letter, means, now)


def write_access(
    connection: Connection,
    contact: Contact,
    access: Access,
    means: Means,
    register: Register,
    now: datetime,
) -> None:
    """Makes a message ready that lets its reader in; it waits for nobody's release and for no window."""
    letter = replace(letter_to(contact, means, register, now), access=access)
    _write_own(connection, contact.id, ACCESS, letter, means, now)


def write_reply(
    connection: Connection,
    number: int,
    contact: int,
    reply: Reply,
    due: Sequence[date],
    means: Means,
    register: Register,
    now: datetime,
) -> None:
    """Puts a message into words that answers a person's own act, with a link to their page where there are pages.

    `due` are the last days it speaks of. One that cannot be put into words is held with the reason.
    """
    letter = replace(letter_for(contact, means, register, now), reply=reply)
    links = []
    if means.settings.link_address:
        token = means.tokens.secret()
        letter = replace(letter, link=address_of(means.settings.link_address, token))
        links.append(new_link(number, contact, token, due, now))
    message_id = new_message_id(means)
    try:
        rendered = means.renderer.render(letter, means.templates(connection))
        raw = means.writer.write(rendered, letter, message_id, now, "")
    except RenderError as error:
        change_message(connection, number, ["queued"], state="held", reason=why_broken(error), next_attempt=None)
        return
    change_message(connection, number, ["queued"], **fixed(number, rendered.subject, message_id, raw, means, now))
    save_links(connection, links)


def _write_own(connection: Connection, contact: int, kind: str, letter: Letter, means: Means, now: datetime) -> None:
    """A message that carries no notices, queued with its bytes; held with the reason where words fail."""
    message_id = new_message_id(means)
    try:
        rendered = means.renderer.render(letter, means.templates(connection))
        raw = means.writer.write(rendered, letter, message_id, now, "")
    except RenderError as error:
        reason = why_broken(error)
        add_message(connection, contact=contact, email=letter.to_email, kind=kind, state="held", now=now, reason=reason)
        return
    number = add_message(connection, contact=contact, email=letter.to_email, kind=kind, state="queued", now=now)
    words = fixed(number, rendered.subject, message_id, raw, means, now)
    change_message(connection, number, ["queued"], next_attempt=now, **words)
