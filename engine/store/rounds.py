"""What the pages of rounds and of today read: the steps, details and mails of many tasks at once."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Text, and_, case, cast, func, or_, select

from engine.core.localtime import from_ms, local_date
from engine.core.states import MessageState
from engine.core.task import Reason
from engine.store.jsontext import from_text
from engine.store.post import READY
from engine.store.tables import messages, notices, steps, tasks
from engine.store.task_lines import named_in

HELD: tuple[MessageState, ...] = ("held",)


class Mail(NamedTuple):
    """The newest mail about a task: its step, how it stands, and when it left or was made.

    `leaves`: the moment at which a mail that is ready leaves, None for any other.
    """

    task: str
    step: str
    state: MessageState
    at: int
    message: int
    leaves: int | None = None


class Rung(NamedTuple):
    """A step of a round's ladder over its tasks: first and last day, and how many went out or still wait.

    `first_sent` and `last_sent` are moments of its mails; `undated` of those that wait have no day yet. `ready` and
    `held` are how many of what was not sent stand in a mail that is ready, or that waits for the bureau.
    """

    name: str
    position: int
    first: str | None
    last: str | None
    to: tuple[str, ...]
    tasks: int
    sent: int
    waiting: int
    first_sent: int | None
    last_sent: int | None
    undated: int
    ready: int = 0
    held: int = 0


class Detail(NamedTuple):
    """What a round's page tells of one task: its text, who reads along, and how its dates came about."""

    party: str
    kind: str
    title: str
    explanation: str
    asked: str
    together: tuple[str, ...]
    peildatum: str | None
    opens: str
    due: str
    reasons: tuple[Reason, ...]


def newest_mails(connection: Connection, keys: Collection[str]) -> dict[str, Mail]:
    """By task, the newest mail about it that left or is still to leave."""
    moment = func.coalesce(messages.c.sent_at, messages.c.created_at)
    query = (
        select(
            notices.c.task,
            notices.c.step,
            messages.c.state,
            moment,
            messages.c.id,
            case((messages.c.state == "queued", messages.c.next_attempt)),
        )
        .join(messages, messages.c.id == notices.c.message)
        .where(notices.c.task.in_(list(keys)), messages.c.state != "dropped")
        .order_by(moment, messages.c.id)
    )
    return {row[0]: Mail(*row) for row in connection.execute(query)}


def ladder(
    connection: Connection, rule: str, schooljaar: str, round_: str, *, of: Collection[str] | None
) -> list[Rung]:
    """The steps of a round over its tasks, in their order."""
    waits = steps.c.state.in_(("pending", "due"))
    # What was told before its task got another last day never had the day that counts from there.
    unsent = and_(~waits, steps.c.sent.is_(None))
    as_planned = or_(waits, tasks.c.extended.is_(None))
    query = (
        select(
            steps.c.name,
            func.min(steps.c.position),
            func.coalesce(func.min(steps.c.date).filter(as_planned), func.min(steps.c.date)),
            func.coalesce(func.max(steps.c.date).filter(as_planned), func.max(steps.c.date)),
            func.max(cast(steps.c.to, Text)),
            func.count(),
            func.count(steps.c.sent),
            func.count().filter(waits),
            func.min(steps.c.sent),
            func.max(steps.c.sent),
            func.count().filter(waits, steps.c.date.is_(None)),
            func.count().filter(unsent, _stands(READY)),
            func.count().filter(unsent, ~_stands(READY), _stands(HELD)),
        )
        .join(tasks, tasks.c.key == steps.c.task)
        .where(tasks.c.schooljaar == schooljaar, tasks.c.rule == rule, tasks.c.state != "cancelled", *named_in(of))
        .where(tasks.c.round == round_ if round_ else tasks.c.round.is_(None))
        .group_by(steps.c.name)
        .order_by(func.min(steps.c.position))
    )
    return [Rung._make((*row[:4], from_text(row[4]), *row[5:])) for row in connection.execute(query)]


def _stands(states: Collection[MessageState]) -> ColumnElement[bool]:
    """True for a step that a message in one of these states tells."""
    told = select(notices.c.id).join(messages, messages.c.id == notices.c.message)
    mine = (notices.c.task == steps.c.task) & (notices.c.step == steps.c.name)
    return told.where(mine, messages.c.state.in_(states)).correlate(steps).exists()


def details(
    connection: Connection, rule: str, schooljaar: str, round_: str, *, keys: Collection[str] | None
) -> list[Detail]:
    """The details of a round's tasks by party, of these keys or of all."""
    query = (
        select(
            tasks.c.party,
            tasks.c.kind,
            tasks.c.title,
            tasks.c.explanation,
            tasks.c.asked,
            cast(tasks.c.together, Text),
            tasks.c.peildatum,
            tasks.c.opens,
            tasks.c.due,
            cast(tasks.c.reasons, Text),
            tasks.c.key,
        )
        .where(tasks.c.schooljaar == schooljaar, tasks.c.rule == rule)
        .where(tasks.c.round == round_ if round_ else tasks.c.round.is_(None))
        .order_by(tasks.c.party, tasks.c.key)
    )
    wanted = None if keys is None else frozenset(keys)
    early = _told_early(connection, rule, schooljaar, round_)
    return [
        Detail._make((*row[:5], from_text(row[5]), *row[6:9], _but_for(_reasons(row[9]), early.get(row[10], ()))))
        for row in connection.execute(query)
        if wanted is None or row[10] in wanted
    ]


def _told_early(connection: Connection, rule: str, schooljaar: str, round_: str) -> dict[str, set[str]]:
    """By key of a task that got another last day, the reasons of steps that had gone out before: theirs never was."""
    query = (
        select(steps.c.task, steps.c.name, steps.c.date, steps.c.sent)
        .join(tasks, tasks.c.key == steps.c.task)
        .where(tasks.c.schooljaar == schooljaar, tasks.c.rule == rule, tasks.c.extended.is_not(None))
        .where(tasks.c.round == round_ if round_ else tasks.c.round.is_(None))
        .where(steps.c.sent.is_not(None), steps.c.date.is_not(None))
    )
    found: dict[str, set[str]] = {}
    for task, name, day, sent in connection.execute(query):
        if local_date(from_ms(sent)).isoformat() < day:
            found.setdefault(task, set()).add(f"step:{name}")
    return found


def _but_for(reasons: tuple[Reason, ...], fields: Collection[str]) -> tuple[Reason, ...]:
    return tuple(one for one in reasons if one.field not in fields) if fields else reasons


@lru_cache(maxsize=1024)
def _reasons(told: str) -> tuple[Reason, ...]:
    return tuple(Reason(field, text) for field, text in from_text(told))
