"""What contacts were told, and what waits for them: of many contacts and tasks at once."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select

from engine.core.digest import Told
from engine.core.states import MessageState
from engine.store.many import rows_of
from engine.store.messages import CARRIES_NOTICES, NOT_IN_VAIN, Message, message_of
from engine.store.tables import messages, notices

_UNTRIED_DIGESTS = (
    select(messages)
    .where(
        messages.c.contact.in_(bindparam("keys", expanding=True)),
        messages.c.kind == "digest",
        messages.c.state.in_(("held", "queued")),
        messages.c.attempts == 0,
        CARRIES_NOTICES,
    )
    .order_by(messages.c.id)
)
_HELD_TASKS = (
    select(messages.c.contact, notices.c.task, messages.c.reason)
    .join(messages, notices.c.message == messages.c.id)
    .where(
        messages.c.contact.in_(bindparam("keys", expanding=True)),
        messages.c.state == "held",
        messages.c.kind == "digest",
    )
)
_TOLD = (
    select(notices.c.task, notices.c.contact, notices.c.step, notices.c.audience)
    .join(messages, notices.c.message == messages.c.id)
    .where(
        notices.c.task.in_(bindparam("keys", expanding=True)),
        notices.c.contact.in_(bindparam("contacts", expanding=True)),
        NOT_IN_VAIN,
    )
    .order_by(notices.c.id)
)
_THREADS = (
    select(notices.c.task, notices.c.contact, messages.c.message_id)
    .join(messages, notices.c.message == messages.c.id)
    .where(notices.c.task.in_(bindparam("keys", expanding=True)), messages.c.sent_at.is_not(None))
    .order_by(messages.c.sent_at, messages.c.id)
)


def held_tasks(connection: Connection, contacts: Iterable[int]) -> dict[tuple[int, str], str]:
    """(contact, task) -> why mail of that task to the contact waits for the bureau, where it does."""
    return {(contact, task): reason for contact, task, reason in rows_of(connection, _HELD_TASKS, contacts)}


def told_of(connection: Connection, keys: Iterable[str], contacts: Iterable[int]) -> dict[tuple[str, int], list[Told]]:
    """(task, contact) -> what reached that reader of the task or still may: not what was dropped in time."""
    found: dict[tuple[str, int], list[Told]] = {}
    for task, contact, step, audience in rows_of(connection, _TOLD, keys, contacts=sorted(set(contacts))):
        found.setdefault((task, contact), []).append(Told(step, contact, audience))
    return found


def untried_digests(connection: Connection, contacts: Iterable[int]) -> dict[tuple[int, MessageState], Message]:
    """(contact, `held` or `queued`) -> the newest such digest that carries notices and was not tried yet."""
    found = map(message_of, rows_of(connection, _UNTRIED_DIGESTS, contacts))
    return {(one.contact, one.state): one for one in found}


def threads(connection: Connection, keys: Iterable[str]) -> dict[tuple[str, int], str]:
    """(task, contact) -> the Message-ID of the first message in which the contact met the task, where there was one."""
    found: dict[tuple[str, int], str] = {}
    for task, contact, message_id in rows_of(connection, _THREADS, keys):
        found.setdefault((task, contact), message_id or "")
    return found
