"""Mail to look at: what waits, what left, and what became of it; by page and filter."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select

from engine.core.letter import INVITE
from engine.core.localtime import from_ms, start_of_day, to_ms
from engine.core.states import MessageState
from engine.store.appointments import parties_invited
from engine.store.many import rows_of
from engine.store.messages import Message, message_of
from engine.store.tables import contacts, invitations, messages, notices, steps, tasks

READY: tuple[MessageState, ...] = ("queued", "sending", "deferred")
ENDED: tuple[MessageState, ...] = ("sent", "deferred", "uncertain", "bounced", "dropped")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which mail is asked for: an empty field asks for all.

    `text` stands in a name, an address or a subject; `parties` are those it is about; `since` and `before` bound the
    moment at which it was last tried. `kinds` that are left out are never shown: their text is for their reader alone.
    """

    states: Sequence[MessageState] = ENDED
    text: str = ""
    parties: Collection[str] | None = None
    contact: int | None = None
    since: datetime | None = None
    before: datetime | None = None
    without: Sequence[str] = ()


def post_page(connection: Connection, wanted: Wanted, first: int, most: int) -> list[Message]:
    """So many messages from the `first` one on, counted from 0; the newest first."""
    moment = func.coalesce(messages.c.sent_at, messages.c.tried_at, messages.c.created_at)
    query = _filtered(select(messages), wanted).order_by(moment.desc(), messages.c.id.desc())
    return [message_of(row) for row in connection.execute(query.offset(first).limit(most))]


def count_post(connection: Connection, wanted: Wanted) -> int:
    """How many there are."""
    return int(connection.execute(_filtered(select(func.count(messages.c.id)), wanted)).scalar_one())


def waiting_post(connection: Connection, wanted: Wanted) -> list[Message]:
    """Messages that did not leave yet, the first to leave first; a held one where it would have been."""
    moment = func.coalesce(messages.c.next_attempt, messages.c.created_at)
    query = _filtered(select(messages), wanted).order_by(moment, messages.c.id)
    return [message_of(row) for row in connection.execute(query)]


def parties_of(connection: Connection, numbers: Sequence[int]) -> dict[int, set[str]]:
    """The parties that each of these messages is about, by message; one about none is left out."""
    source = func.coalesce(messages.c.again_of, messages.c.id)
    found: dict[int, set[str]] = {}
    for start in range(0, len(numbers), 500):
        query = (
            select(messages.c.id, tasks.c.party)
            .join(notices, notices.c.message == source)
            .join(tasks, tasks.c.key == notices.c.task)
            .where(messages.c.id.in_(numbers[start : start + 500]))
            .distinct()
        )
        for number, party in connection.execute(query):
            found.setdefault(number, set()).add(party)
    for number, party in parties_invited(connection, numbers).items():
        found.setdefault(number, set()).add(party)
    return found


def made_on(connection: Connection, contact: int, day: date, turn: int) -> Message | None:
    """The contact's mail about tasks that left, or else was made, on that day, the `turn`-th from 1; else the last."""
    moment = func.coalesce(messages.c.sent_at, messages.c.created_at)
    query = select(messages).where(
        messages.c.contact == contact,
        messages.c.kind.in_(("digest", INVITE)),
        messages.c.again_of.is_(None),
        moment >= to_ms(start_of_day(day)),
        moment < to_ms(start_of_day(day + timedelta(days=1))),
    )
    found = [message_of(row) for row in connection.execute(query.order_by(messages.c.id))]
    return found[min(turn, len(found)) - 1] if found else None


@dataclass(frozen=True, slots=True)
class Inbox:
    """A receiver of mail that left: how many, and when the newest did."""

    email: str
    name: str
    count: int
    newest: datetime


def inboxes(connection: Connection) -> list[Inbox]:
    """Everyone to whom mail left, who heard last first."""
    newest = func.max(messages.c.sent_at)
    query = (
        select(messages.c.email, func.min(contacts.c.name), func.count(), newest)
        .join(contacts, contacts.c.id == messages.c.contact, isouter=True)
        .where(messages.c.sent_at.is_not(None))
        .group_by(messages.c.email)
        .order_by(newest.desc(), messages.c.email)
    )
    rows = connection.execute(query)
    return [Inbox(email, name or email, count, from_ms(moment)) for email, name, count, moment in rows]


def mails_to(connection: Connection, email: str, most: int) -> list[Message]:
    """The newest mails that left to an address, newest first."""
    query = select(messages).where(messages.c.email == email, messages.c.sent_at.is_not(None))
    rows = connection.execute(query.order_by(messages.c.sent_at.desc(), messages.c.id.desc()).limit(most))
    return [message_of(row) for row in rows]


@dataclass(frozen=True, slots=True)
class StepDay:
    """A step of a task: the party, the task's title with its round, and the day on which the plan has it."""

    party: str
    title: str
    day: date | None


def step_days(connection: Connection, keys: Collection[str]) -> dict[tuple[str, str], StepDay]:
    """Every step of these tasks, by task and name."""
    query = select(steps.c.task, steps.c.name, tasks.c.party, tasks.c.title, tasks.c.round, steps.c.date).join(
        tasks, tasks.c.key == steps.c.task
    )
    wanted = query.where(steps.c.task.in_(bindparam("keys", expanding=True)))
    return {
        (task, name): StepDay(
            party, f"{title}, ronde {round_}" if round_ else title, None if day is None else date.fromisoformat(day)
        )
        for task, name, party, title, round_, day in rows_of(connection, wanted, keys)
    }


def _filtered(query: Select[Any], wanted: Wanted) -> Select[Any]:
    asked: list[ColumnElement[bool]] = [messages.c.state.in_(wanted.states)]
    moment = func.coalesce(messages.c.sent_at, messages.c.tried_at, messages.c.created_at)
    if wanted.text:
        query = query.join(contacts, contacts.c.id == messages.c.contact)
        columns = (contacts.c.name, messages.c.email, messages.c.subject)
        asked.append(or_(*(func.lower(column).contains(wanted.text.lower(), autoescape=True) for column in columns)))
    if wanted.parties is not None:
        told = select(notices.c.message).join(tasks, tasks.c.key == notices.c.task)
        about = told.where(tasks.c.party.in_(wanted.parties), notices.c.message.is_not(None))
        talks = select(invitations.c.message).join(tasks, tasks.c.key == invitations.c.task)
        invites = messages.c.id.in_(talks.where(tasks.c.party.in_(wanted.parties)))
        asked.append(func.coalesce(messages.c.again_of, messages.c.id).in_(about) | invites)
    if wanted.contact is not None:
        asked.append(messages.c.contact == wanted.contact)
    if wanted.without:
        asked.append(messages.c.kind.not_in(wanted.without))
    if wanted.since is not None:
        asked.append(moment >= to_ms(wanted.since))
    if wanted.before is not None:
        asked.append(moment < to_ms(wanted.before))
    return query.where(and_(*asked))
