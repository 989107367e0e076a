"""The relay at fault: it is left alone for a while, which all that deliver know, and no message suffers for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from engine.app.means import Means
from engine.core.delivery import (
    FIRST_RETRY,
    GIVE_UP_AFTER,
    Refusal,
    Rest,
    refuses_everyone,
    rest_after,
    shows_forwarding,
)
from engine.core.localtime import local
from engine.store.claims import accepted_since, take_back_bounces
from engine.store.messages import Message
from engine.store.relay import refusals, relay_rest, save_refusals, save_rest


def pause(rest: Rest | None, means: Means, now: datetime) -> str:
    """Why no mail leaves now, in Dutch; empty when the relay may be tried.

    With other settings than those it failed with, a relay is tried at once.
    """
    if rest is None or now >= rest.until or rest.mark != _mark(means):
        return ""
    return told(rest)


def told(rest: Rest) -> str:
    """The rest as the bureau reads it."""
    return f"{rest.reason} Het versturen wacht tot {local(rest.until):%H:%M}; alle mail blijft klaarstaan."


def note_rest(connection: Connection, reason: str, means: Means, now: datetime) -> str:
    """Lets the relay rest because of this; returns what to tell the bureau."""
    rest = rest_after(relay_rest(connection), reason, _mark(means), now)
    save_rest(connection, rest)
    return told(rest)


def note_refusal(connection: Connection, refused: Message, reason: str, means: Means, now: datetime) -> str:
    """Keeps account of refusals in a row; when they show that the relay refuses everyone, it is the relay's fault.

    Then the messages are queued again, behind what waits, so that one mail that is taken clears the suspicion. Returns
    what to tell the bureau in that case, else nothing.
    """
    found = refusals(connection)
    if found and any(
        shows_forwarding(address, found, means.settings.mailbox) for address in accepted_since(connection, found[0].at)
    ):
        found = []
    found = [one for one in found if one.message != refused.id]
    found.append(Refusal(refused.id, refused.email, now))
    if not refuses_everyone(found):
        save_refusals(connection, found)
        return ""
    save_refusals(connection, [])
    take_back_bounces(connection, [one.message for one in found], now - GIVE_UP_AFTER, now + FIRST_RETRY)
    reason = f"De mailserver weigert {len(found)} ontvangers achter elkaar. Het ligt dus aan de mailserver. {reason}"
    return note_rest(connection, reason, means, now)


def _mark(means: Means) -> str:
    settings = means.settings
    relay = settings.relay
    secret = (relay.host, relay.port, relay.tls, relay.user, relay.password) if relay is not None else ()
    return means.vault.mark(repr((secret, settings.mailbox, settings.redirect, settings.mail_folder)))
