"""Agendas handed out: an address for each subscriber, which can be revoked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.app.agendas import make, title_of
from engine.app.means import Means
from engine.core.agenda_choice import Whose
from engine.core.party import Register
from engine.core.problem import Refused
from engine.core.token import digest_of
from engine.store.acts import Act, record_act
from engine.store.subscriptions import Subscription, add_subscription, all_subscriptions, set_revoked, subscription

PATH = "/agenda"
LONGEST_LABEL = 100


@dataclass(frozen=True, slots=True)
class Handed:
    """An agenda that was handed out: its token is shown once and not kept; `act` is what the Logboek holds of it."""

    token: str
    title: str
    act: int


def hand_out(means: Means, whose: Whose, label: str, by: str, now: datetime) -> Handed:
    """Makes an address for an agenda, and the agenda where nobody asked for it before; raises Refused."""
    called = " ".join(label.split())
    if not called:
        raise Refused("Voor wie is dit adres?", "Vul een naam in. Dan weet u later wie het heeft.")
    if len(called) > LONGEST_LABEL or not called.isprintable():
        raise Refused("Deze naam past niet.", f"Gebruik hooguit {LONGEST_LABEL} letters, op één regel.")
    token = means.tokens.secret()
    with means.database.write() as connection:
        title = title_of(whose, means.register(connection))
        make(connection, means, str(whose), now)
        number = add_subscription(connection, str(whose), called, digest_of(token), by, now)
        text = f"Agenda {title} is gemaakt voor {called}."
        act = record_act(connection, Act(now, by, "agenda-made", text, _subjects(whose), {"subscription": number}))
    return Handed(token, title, act)


def revoke(connection: Connection, one: Subscription, register: Register, by: str, now: datetime) -> int:
    """Lets an address work no more; returns the act. Raises Refused."""
    if not set_revoked(connection, one.id, now):
        raise Refused("Dit adres is al ingetrokken.")
    whose = Whose.parse(one.feed)
    text = f"Agenda {title_of(whose, register)} voor {one.label} is ingetrokken."
    return record_act(connection, Act(now, by, "agenda-revoked", text, _subjects(whose), {"subscription": one.id}))


def _subjects(whose: Whose) -> tuple[str, ...]:
    return (f"contact:{whose.contact}" if whose.contact else whose.party,)


def seen_by(connection: Connection, contacts: Collection[int] | None) -> list[Subscription]:
    """The addresses that a user sees: all (None), or those of the agendas of these contacts."""
    found = all_subscriptions(connection)
    if contacts is None:
        return found
    return [one for one in found if Whose.parse(one.feed).contact in contacts]


def one_seen_by(connection: Connection, number: int, contacts: Collection[int] | None) -> Subscription | None:
    """The address of that number, where the user may see it."""
    one = subscription(connection, number)
    if one is None or contacts is None or Whose.parse(one.feed).contact in contacts:
        return one
    return None
