"""Mail that answers what a person did on their own page: the confirmation of an answer, and a new link.

It counts as nobody's digest of the day, waits for nobody's release, and leaves at any hour.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from engine.app.means import Means
from engine.app.own_letters import write_reply
from engine.core.answer import Answer, last_day_to_change
from engine.core.letter import CONFIRMATION, NEW_LINK, Confirmed, Reply
from engine.core.localtime import local_date
from engine.core.party import Contact, Register
from engine.store.answers import answers_of, confirm_by, confirmed_by
from engine.store.messages import add_message, newest_of, waiting_of
from engine.store.tasks import load_tasks

# Who asks for a link again within this time gets no second mail.
LINK_AGAIN = timedelta(minutes=15)


def confirm(
    connection: Connection, who: Contact, given: Answer, means: Means, register: Register, now: datetime
) -> None:
    """Confirms an answer by mail; several that come before the mail leaves are one mail."""
    number = waiting_of(connection, who.id, CONFIRMATION)
    if number is None:
        number = _new(connection, who, CONFIRMATION, now)
    confirm_by(connection, given.id, number)
    answers = confirmed_by(connection, number)
    tasks = {task.plan.key: task for task in load_tasks(connection, keys={one.task for one in answers})}
    all_given = answers_of(connection, tasks)
    told = []
    for one in {answer.task: answer for answer in answers}.values():
        task = tasks[one.task]
        party = register.parties.get(task.plan.party)
        told.append(
            Confirmed(
                title=task.plan.title,
                party=party.name if party is not None else task.plan.party,
                kind=one.kind,
                remark=one.remark,
                until=one.until,
                checked=task.state == "submitted",
                last_day=last_day_to_change(all_given[one.task], task.plan.due),
            )
        )
    reply = Reply(CONFIRMATION, tuple(told))
    write_reply(connection, number, who.id, reply, [one.last_day for one in told], means, register, now)


def send_link(
    connection: Connection, who: Contact, due: Sequence[date], means: Means, register: Register, now: datetime
) -> bool:
    """Makes a mail with a new link ready; `due` are the last days of what is open. False so soon after another."""
    before = newest_of(connection, who.id, NEW_LINK)
    if before is not None and now - before < LINK_AGAIN:
        return False
    number = _new(connection, who, NEW_LINK, now)
    reply = Reply(NEW_LINK, count=len(due))
    write_reply(connection, number, who.id, reply, due or [local_date(now)], means, register, now)
    return True


def _new(connection: Connection, who: Contact, kind: str, now: datetime) -> int:
    return add_message(
        connection, contact=who.id, email=who.email, kind=kind, state="queued", now=now, next_attempt=now
    )
