"""From the notices of a message to its bytes: composed afresh each time, until the first attempt to send."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from engine.app.means import Means
from engine.core.digest import Told, grouped, in_order, item_of
from engine.core.letter import Item, Letter
from engine.core.localtime import local_date
from engine.core.party import SWV, Register
from engine.core.ports import RenderError
from engine.core.recipients import Recipient
from engine.core.roles import BUREAU
from engine.core.task import StoredTask
from engine.store.messages import (
    Notice,
    change_message,
    last_thread,
    message,
    notices_of_message,
    notices_of_tasks,
)
from engine.store.tasks import load_tasks


def write_message(
    connection: Connection,
    number: int,
    means: Means,
    register: Register,
    now: datetime,
    known: Iterable[StoredTask] = (),
) -> None:
    """Fills a held or queued message from its notices.

    A queued one gets its bytes, Message-ID and Date; a held one only its subject. A message that cannot be
    put into words is held with the reason, and stops no other. `known` are tasks that need not be read again.
    """
    found = message(connection, number)
    if found is None or found.state not in ("held", "queued") or found.attempts:
        return
    notices = notices_of_message(connection, number)
    if not notices:
        change_message(connection, number, [found.state], state="dropped", next_attempt=None, raw=None)
        return
    contact = register.contacts[found.contact]
    letter = _letter(connection, found.contact, notices, means, register, now, known)
    try:
        rendered = means.renderer.render(letter, means.templates(connection))
        if found.state == "held":
            change_message(connection, number, ["held"], subject=rendered.subject, email=contact.email)
            return
        message_id = f"<{means.tokens.token()}@{means.settings.mailbox.rpartition('@')[2]}>"
        thread = last_thread(connection, notices[0].task, found.contact) if len(notices) == 1 else ""
        raw = means.writer.write(rendered, letter, message_id, now, thread)
    except RenderError as error:
        change_message(
            connection,
            number,
            [found.state],
            state="held",
            reason=f"de mail kan niet worden gemaakt ({error.template}.md): {error.message}",
            subject=found.subject or "(geen onderwerp)",
            raw=None,
            next_attempt=None,
        )
        return
    change_message(
        connection,
        number,
        ["queued"],
        subject=rendered.subject,
        email=contact.email,
        message_id=message_id,
        raw=raw,
        next_attempt=found.next_attempt or now,
    )


def _letter(
    connection: Connection,
    contact: int,
    notices: Sequence[Notice],
    means: Means,
    register: Register,
    now: datetime,
    known: Iterable[StoredTask],
) -> Letter:
    who = register.contacts[contact]
    settings = means.settings
    desk = [register.contacts[number] for number in register.along_chain(BUREAU, SWV, local_date(now))]
    return Letter(
        to_name=who.name,
        to_email=who.email,
        salutation=who.salutation,
        items=_items(connection, notices, register, now, known),
        swv=settings.name,
        mailbox=settings.mailbox,
        asker=desk[0].name if desk else settings.name,
        phone=settings.phone or (desk[0].phone if desk else ""),
        today=local_date(now),
    )


def _items(
    connection: Connection,
    notices: Sequence[Notice],
    register: Register,
    now: datetime,
    known: Iterable[StoredTask],
) -> tuple[Item, ...]:
    keys = {notice.task for notice in notices}
    tasks = {task.plan.key: task for task in known}
    tasks |= {task.plan.key: task for task in load_tasks(connection, keys=keys - tasks.keys())}
    told: dict[str, list[Told]] = {}
    for notice in notices_of_tasks(connection, keys):
        if notice.message is not None:
            told.setdefault(notice.task, []).append(Told(notice.step, notice.contact, notice.audience))
    items = []
    for notice in notices:
        task = tasks[notice.task]
        step = next(step for step in task.plan.steps if step.name == notice.step)
        reader = Recipient(notice.contact, notice.audience, notice.role, notice.fallback)
        items.append(item_of(task, step, reader, told.get(notice.task, []), register, local_date(now)))
    return in_order(grouped(items, register))
