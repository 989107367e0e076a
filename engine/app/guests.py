"""Who is asked to the gesprek of a task, and what each answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.app.means import Means
from engine.core.appointment import ReplyKind, reply_word
from engine.core.incoming import TO_READ
from engine.store.replies import asked, received_of_task


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest as a page shows it: `word` is the answer in Dutch, `at` when it was given.

    `earlier`: it answers a time that no longer holds.
    """

    contact: int
    name: str
    email: str
    role: str
    reply: ReplyKind
    word: str
    at: datetime | None
    earlier: bool


@dataclass(frozen=True, slots=True)
class Guests:
    """Those who are asked, by name, and who are no longer; `to_read` is what came in that a person must read."""

    asked: tuple[Guest, ...] = ()
    left: tuple[Guest, ...] = ()
    to_read: tuple[tuple[datetime, str], ...] = ()


def guests_of(connection: Connection, means: Means, task: str) -> Guests:
    """The guests of a task's gesprek; none where it has no appointment."""
    found = asked(connection, task)
    if found is None:
        return Guests()
    contacts = means.register(connection).contacts
    known: dict[bool, list[Guest]] = {False: [], True: []}
    for one in found.attendees.values():
        who = contacts.get(one.contact)
        name, email = (who.name or who.email, who.email) if who is not None else ("", "")
        earlier = one.reply != "none" and one.reply_sequence != found.appointment.sequence
        word = reply_word(one, found.appointment)
        guest = Guest(one.contact, name, email, one.role, one.reply, word, one.replied_at, earlier)
        known[one.left].append(guest)
    in_order = {left: tuple(sorted(each, key=lambda one: one.name.casefold())) for left, each in known.items()}
    notes = tuple((at, told) for at, kind, told in received_of_task(connection, task) if kind in TO_READ)
    return Guests(in_order[False], in_order[True], notes)
