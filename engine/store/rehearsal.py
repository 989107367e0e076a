"""A copy in memory of what the coming weeks can move, to play those weeks on; on SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, insert, or_, select, update

from engine.core.localtime import local_date, start_of_day, to_ms
from engine.store.chains import OFF, remember_mark
from engine.store.facts import applied_number
from engine.store.held import BRAKED, STANDSTILL
from engine.store.mail_days import FORESEE
from engine.store.relay import REFUSALS, REST
from engine.store.tables import (
    absences,
    acts,
    ahead,
    answers,
    appointments,
    attendees,
    closings,
    contacts,
    document_files,
    documents,
    events,
    facts,
    feeds,
    file_versions,
    imports,
    invitations,
    links,
    mail_days,
    messages,
    notes,
    notices,
    parties,
    passes,
    pauses,
    received,
    roles,
    rulebooks,
    schooljaren,
    sessions,
    stages,
    steps,
    subscriptions,
    successions,
    tasks,
    transitions,
    uploads,
    users,
)

# What decides on mail and is copied whole.
WHOLE = (facts, schooljaren, parties, contacts, roles, absences, successions, pauses, closings, documents, mail_days)
# What is copied for the tasks that move, and the messages that matter for them.
PARTLY = (rulebooks, tasks, steps, messages, notices, ahead, appointments, attendees, invitations)
# What decides on no mail: who may come in, what was done and noted, sent in and handed in, what moved before, and what
# agendas show and were told.
LEFT = (
    *(uploads, imports, file_versions, transitions, notes, users, passes, sessions, acts, links, answers),
    *(stages, document_files),
    *(events, feeds, subscriptions, received),
)
# A rehearsal has no relay.
NOT_COPIED = (REST, REFUSALS)
# The facts that decide on mail.
DECIDING = ("register", "rulebook", "start", FORESEE, STANDSTILL, BRAKED)
WAITING = ("queued", "sending", "deferred")
# Stands for bytes that no one reads.
BYTES = b"-"
_PORTION = 500


def moving_tasks(connection: Connection, until: datetime) -> int:
    """How many tasks may bring mail before that moment."""
    return int(connection.execute(select(func.count()).select_from(_moving(until).subquery())).scalar_one())


def version(connection: Connection, until: datetime) -> tuple[object, ...]:
    """Another value after each change of the store that may change the mail until then."""
    moving = connection.execute(
        select(func.count(), func.sum(tasks.c.version)).where(tasks.c.key.in_(_moving(until)))
    ).one()
    stepped = connection.execute(
        select(func.count(), func.sum(steps.c.wake_at)).where(steps.c.wake_at.is_not(None))
    ).one()
    waits = messages.c.state.in_(("held", *WAITING, "uncertain"))
    waiting = connection.execute(
        select(func.count(), func.max(messages.c.id), func.sum(messages.c.claim), func.sum(messages.c.next_attempt))
        .select_from(messages)
        .where(waits)
    ).one()
    said = connection.execute(select(func.max(notices.c.id))).one()
    decided = connection.execute(select(ahead).order_by(ahead.c.task, ahead.c.step, ahead.c.contact)).all()
    known = connection.execute(select(facts).where(facts.c.name.in_(DECIDING)).order_by(facts.c.name)).all()
    return (*moving, *stepped, *waiting, *said, *map(tuple, decided), *map(tuple, known))


def copy_moving(source: Connection, target: Connection, now: datetime, until: datetime) -> None:
    """Fills an empty store with all that decides on mail until that moment, and nothing else.

    Of messages only what they tell is copied, never their bytes.
    """
    for table in WHOLE:
        query = select(table).where(facts.c.name.not_in(NOT_COPIED)) if table is facts else select(table)
        _copy(source, target, table, query)
    remember_mark(target, OFF)
    number = applied_number(source)
    for row in source.execute(select(rulebooks.c.id, rulebooks.c.hash, rulebooks.c.applied_at)).all():
        target.execute(insert(rulebooks).values(**row._mapping, files={}))
    files = source.execute(select(rulebooks.c.files).where(rulebooks.c.id == number)).scalar()
    target.execute(update(rulebooks).where(rulebooks.c.id == number).values(files=files or {}))
    waiting = messages.c.state.in_(WAITING)
    told = select(notices.c.task).join(messages, notices.c.message == messages.c.id).where(waiting | _held())
    asked = select(invitations.c.task).join(messages, invitations.c.message == messages.c.id).where(waiting | _held())
    moving = or_(tasks.c.key.in_(_moving(until)), tasks.c.key.in_(told), tasks.c.key.in_(asked))
    keys = select(tasks.c.key).where(moving)
    _copy(source, target, tasks, select(tasks).where(moving))
    _copy(source, target, steps, select(steps).where(steps.c.task.in_(keys)))
    carried = select(notices.c.message).where(notices.c.task.in_(keys), notices.c.message.is_not(None))
    today = to_ms(start_of_day(local_date(now)))
    served = (messages.c.kind == "digest") & (messages.c.sent_at >= today)
    invited = select(invitations.c.message).where(invitations.c.task.in_(keys))
    wanted = or_(messages.c.id.in_(carried), messages.c.id.in_(invited), waiting, _held(), served)
    rows = source.execute(select(messages).where(wanted).order_by(messages.c.id))
    for portion in rows.partitions(_PORTION):
        # A message that is being sent now counts as still waiting: the rehearsal has no line that can break.
        target.execute(
            insert(messages),
            [
                dict(row._mapping)
                | {"raw": BYTES if row.state in WAITING else None}
                | ({"state": "queued", "phase": "", "attempts": 0, "doubts": 0} if row.state in WAITING else {})
                for row in portion
            ],
        )
    _copy(source, target, notices, select(notices).where(notices.c.task.in_(keys)))
    for table in (ahead, appointments, attendees, invitations):
        _copy(source, target, table, select(table).where(table.c.task.in_(keys)))


def _held() -> ColumnElement[bool]:
    return messages.c.state == "held"


def _moving(until: datetime) -> Select[tuple[str]]:
    moment = to_ms(until)
    ripe = tasks.c.next_at.is_not(None) & (tasks.c.next_at < moment)
    due = select(steps.c.task).where(steps.c.wake_at.is_not(None), steps.c.wake_at < moment)
    # Who takes over is asked all that is open then.
    taken_over = select(successions.c.id).where(successions.c.next_at.is_not(None), successions.c.next_at < moment)
    asked = (tasks.c.state == "open") & taken_over.exists()
    return select(tasks.c.key).where(ripe | tasks.c.key.in_(due) | asked)


def _copy(source: Connection, target: Connection, table: Table, query: Select[Any]) -> None:
    for portion in source.execute(query).partitions(_PORTION):
        target.execute(insert(table), [dict(row._mapping) for row in portion])
