"""How the store itself is: its integrity and settings, and the mail that waits or did not arrive."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, delete, exists, false, func, not_, or_, select, text

from engine.core.localtime import from_ms, to_ms
from engine.core.schooljaar import Schooljaar
from engine.core.states import MessageState
from engine.core.vitals import Vitals
from engine.core.year_end import CLOSED_BY_HAND, REMINDED_AFTER
from engine.store.clock import NEWEST
from engine.store.facts import fact, set_fact
from engine.store.held import LAST_TICK
from engine.store.replies import UNREAD
from engine.store.tables import ahead, contacts, facts, messages, notices, roles, schooljaren, steps, tasks
from engine.store.task_lines import UNFINISHED

FAILING = "failing"


@dataclass(frozen=True, slots=True)
class Pile:
    """How many messages there are in one state, and since when the oldest is."""

    count: int
    since: datetime


# The newest message of each contact that bounced at the present address.
_BOUNCED = (
    select(
        messages.c.contact,
        messages.c.email,
        func.max(func.coalesce(messages.c.tried_at, messages.c.created_at)).label("tried"),
    )
    .join(contacts, (contacts.c.id == messages.c.contact) & (contacts.c.email == messages.c.email))
    .where(messages.c.state == "bounced")
    .group_by(messages.c.contact, messages.c.email)
    .subquery()
)
# Only the contact finds these: as a plain comparison SQLite would go through all that was ever sent.
_ARRIVED_SINCE = exists().where(
    messages.c.contact == _BOUNCED.c.contact,
    messages.c.email == _BOUNCED.c.email,
    func.coalesce(messages.c.state, "") == "sent",
    messages.c.sent_at > _BOUNCED.c.tried,
)
_STILL_EXPECTED = exists().where(
    roles.c.contact == _BOUNCED.c.contact, or_(roles.c.last.is_(None), roles.c.last >= bindparam("today"))
)
_UNREACHED = select(func.count()).select_from(_BOUNCED).where(not_(_ARRIVED_SINCE), _STILL_EXPECTED)
# The first adopted schooljaar that ended by then, was not closed, and has tasks that do not end by themselves.
_LEFT_OPEN = exists().where(
    tasks.c.schooljaar == schooljaren.c.schooljaar,
    tasks.c.kind.in_(CLOSED_BY_HAND),
    UNFINISHED,
)
_UNCLOSED = select(func.min(schooljaren.c.schooljaar)).where(
    schooljaren.c.adopted_at.is_not(None),
    schooljaren.c.closed_at.is_(None),
    schooljaren.c.schooljaar < bindparam("before"),
    _LEFT_OPEN,
)
# One mail tells a contact all of a day.
_HELD_AHEAD = (
    select(ahead.c.contact, steps.c.date)
    .distinct()
    .join(steps, (steps.c.task == ahead.c.task) & (steps.c.name == ahead.c.step))
    .join(tasks, tasks.c.key == ahead.c.task)
    .where(ahead.c.verdict == "hold", steps.c.state.in_(("pending", "due")), tasks.c.state.in_(("planned", "open")))
)
_VITALS = select(
    select(func.count()).where(schooljaren.c.adopted_at.is_not(None)).scalar_subquery().label("live"),
    select(func.count()).where(messages.c.state == "held").scalar_subquery().label("held"),
    select(func.count()).select_from(_HELD_AHEAD.subquery()).scalar_subquery().label("held_ahead"),
    select(func.count()).where(messages.c.state == "uncertain").scalar_subquery().label("doubtful"),
    _UNREACHED.scalar_subquery().label("unreached"),
    _UNCLOSED.scalar_subquery().label("unclosed"),
)
_FACTS = select(facts.c.name, facts.c.value).where(facts.c.name.in_(("proef", LAST_TICK, NEWEST, FAILING, UNREAD)))


def vitals(connection: Connection, today: date) -> Vitals:
    """How the store is, for the line on every page: two statements, however much is stored."""
    said = {row.name: row.value for row in connection.execute(_FACTS)}
    unread_since = json.loads(said[UNREAD])[0] if UNREAD in said else None
    before = str(Schooljaar.of(today - REMINDED_AFTER))
    row = connection.execute(_VITALS, {"today": today.isoformat(), "before": before}).one()
    looked = [int(said[name]) for name in (LAST_TICK, NEWEST) if name in said]
    failing_since = json.loads(said[FAILING])[0] if FAILING in said else None
    return Vitals(
        trial="proef" in said,
        live=row.live > 0,
        last_look=from_ms(max(looked)) if looked else None,
        failing_since=None if failing_since is None else from_ms(failing_since),
        held=row.held,
        held_ahead=row.held_ahead,
        unreached=row.unreached,
        doubtful=row.doubtful,
        unread_since=None if unread_since is None else from_ms(unread_since),
        unclosed=row.unclosed or "",
    )


def failing(connection: Connection) -> tuple[datetime, str] | None:
    """Since when every round of the worker fails, and why the first one did; None when the last one went well."""
    value = fact(connection, FAILING)
    if value is None:
        return None
    since, reason = json.loads(value)
    return from_ms(since), reason


def note_failure(connection: Connection, reason: str, now: datetime) -> None:
    """Says that a round failed; what was said of an earlier one stays until a round goes well."""
    if fact(connection, FAILING) is None:
        set_fact(connection, FAILING, json.dumps([to_ms(now), reason], ensure_ascii=False))


def note_success(connection: Connection) -> None:
    """Says that a round went well."""
    connection.execute(delete(facts).where(facts.c.name == FAILING))


def damage(connection: Connection) -> str:
    """What SQLite's quick check finds wrong, its first line; empty when the file is whole, and on a server."""
    if connection.dialect.name != "sqlite":
        return ""
    found = str(connection.execute(text("PRAGMA quick_check(1)")).scalar())
    return "" if found == "ok" else found.splitlines()[0]


def survives_power_cut(connection: Connection) -> bool:
    """True when what was committed stays: SQLite with WAL and FULL, PostgreSQL with fsync and synchronous commits."""
    if connection.dialect.name == "sqlite":
        mode = connection.execute(text("PRAGMA journal_mode")).scalar()
        return mode == "wal" and int(connection.execute(text("PRAGMA synchronous")).scalar_one()) >= 2
    settings = [connection.execute(text(f"SHOW {name}")).scalar() for name in ("fsync", "synchronous_commit")]
    return "off" not in settings


def try_to_write(connection: Connection) -> None:
    """Asks for the right to write and changes nothing; the database's refusal comes as its error."""
    connection.execute(delete(facts).where(false()))


def piles(connection: Connection) -> Mapping[MessageState, Pile]:
    """The messages by state."""
    query = select(messages.c.state, func.count(), func.min(messages.c.created_at)).group_by(messages.c.state)
    return {state: Pile(count, from_ms(since)) for state, count, since in connection.execute(query)}


def kept_back(connection: Connection) -> tuple[Pile, str] | None:
    """The messages that an attempt did not get away, with the newest reason; None when there are none."""
    failing = messages.c.state.in_(("queued", "deferred")) & (messages.c.reason != "")
    count, since = connection.execute(select(func.count(), func.min(messages.c.created_at)).where(failing)).one()
    if not count:
        return None
    newest = select(messages.c.reason).where(failing).order_by(messages.c.next_attempt.desc(), messages.c.id.desc())
    return Pile(count, from_ms(since)), str(connection.execute(newest.limit(1)).scalar_one())


def overdue_post(connection: Connection, since: datetime) -> int:
    """The messages that could have left before that moment and that nobody tried to send."""
    ready = (messages.c.state == "queued") & (messages.c.reason == "") & (messages.c.next_attempt < to_ms(since))
    return int(connection.execute(select(func.count()).where(ready)).scalar_one())


def fallbacks(connection: Connection) -> list[tuple[str, str, str]]:
    """(task, role, reason) of what the bureau heard of tasks under way, because nobody had the role."""
    under_way = select(tasks.c.key).where(tasks.c.state.in_(("open", "submitted")))
    query = select(notices.c.task, notices.c.role, notices.c.fallback).distinct()
    rows = connection.execute(query.where(notices.c.fallback != "", notices.c.task.in_(under_way)))
    return sorted((row.task, row.role, row.fallback) for row in rows)
