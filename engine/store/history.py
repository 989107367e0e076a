"""What happened to a party or a contact, newest first: moves of tasks, mails, and what people changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Text, cast, func, select

from engine.core.states import MessageState, TaskMove
from engine.store.tables import acts, contacts, messages, notes, notices, tasks, transitions

# Signs that mean something in a pattern.
_SPECIAL = str.maketrans({"\\": "\\\\", "%": "\\%", "_": "\\_"})


class Moved(NamedTuple):
    """A move of a task; `at` in milliseconds."""

    at: int
    task: str
    title: str
    round: str
    party: str
    move: TaskMove
    by: str
    reason: str


class Noted(NamedTuple):
    """What somebody wrote down of a task; `at` in milliseconds."""

    at: int
    task: str
    title: str
    round: str
    by: str
    text: str


class Mailed(NamedTuple):
    """A mail to a contact; `at` is when it left, else when it was made, in milliseconds."""

    at: int
    message: int
    contact: int
    name: str
    email: str
    subject: str
    state: MessageState
    reason: str


class Done(NamedTuple):
    """What a person changed in the register; `at` in milliseconds."""

    at: int
    by: str
    text: str
    undone: bool


def moves_of(connection: Connection, parties: Sequence[str], most: int) -> list[Moved]:
    """The newest moves of the tasks of these parties, at most so many."""
    query = (
        select(
            transitions.c.at,
            tasks.c.key,
            tasks.c.title,
            func.coalesce(tasks.c.round, ""),
            tasks.c.party,
            transitions.c.move,
            transitions.c.by,
            transitions.c.reason,
        )
        .join(tasks, tasks.c.key == transitions.c.task)
        .where(tasks.c.party.in_(parties))
        .order_by(transitions.c.at.desc(), transitions.c.id.desc())
        .limit(most)
    )
    return [Moved(*row) for row in connection.execute(query)]


def notes_about(connection: Connection, parties: Sequence[str], most: int) -> list[Noted]:
    """The newest notes on the tasks of these parties, at most so many."""
    query = (
        select(notes.c.at, tasks.c.key, tasks.c.title, func.coalesce(tasks.c.round, ""), notes.c.by, notes.c.text)
        .join(tasks, tasks.c.key == notes.c.task)
        .where(tasks.c.party.in_(parties))
        .order_by(notes.c.id.desc())
        .limit(most)
    )
    return [Noted(*row) for row in connection.execute(query)]


def mails_about(connection: Connection, parties: Sequence[str], most: int) -> list[Mailed]:
    """The newest mails that carry a task of one of these parties, at most so many; what was dropped is left out."""
    about = (
        select(notices.c.message)
        .join(tasks, tasks.c.key == notices.c.task)
        .where(tasks.c.party.in_(parties), notices.c.message.is_not(None))
    )
    return _mails(connection, messages.c.id.in_(about) & (messages.c.state != "dropped"), most)


def mails_to(connection: Connection, contact: int, most: int) -> list[Mailed]:
    """The newest mails to a contact, at most so many; what was dropped is left out."""
    return _mails(connection, (messages.c.contact == contact) & (messages.c.state != "dropped"), most)


def done_about(connection: Connection, subject: str, most: int) -> list[Done]:
    """What people did with a party: the newest, at most so many."""
    pattern = f'%"{subject.translate(_SPECIAL)}"%'
    query = (
        select(acts.c.at, acts.c.by, acts.c.text, acts.c.undone_at.is_not(None))
        .where(cast(acts.c.subjects, Text).like(pattern, escape="\\"))
        .order_by(acts.c.id.desc())
        .limit(most)
    )
    return [Done(*row) for row in connection.execute(query)]


def _mails(connection: Connection, which: ColumnElement[bool], most: int) -> list[Mailed]:
    at: Any = func.coalesce(messages.c.sent_at, messages.c.created_at)
    query = (
        select(
            at,
            messages.c.id,
            contacts.c.id,
            contacts.c.name,
            messages.c.email,
            messages.c.subject,
            messages.c.state,
            messages.c.reason,
        )
        .join(contacts, contacts.c.id == messages.c.contact)
        .where(which)
        .order_by(at.desc(), messages.c.id.desc())
        .limit(most)
    )
    return [Mailed(*row) for row in connection.execute(query)]
