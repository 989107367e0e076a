"""Mail that waits goes to who is to hear by now: another has the role, or stands in for somebody who is away."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.hearing import hearers
from engine.app.letters import write_messages
from engine.app.means import Means
from engine.core.localtime import local_date
from engine.core.party import Register
from engine.core.recipients import may_answer
from engine.core.task import StoredTask
from engine.core.telling import is_by_hand, is_day_moved, is_news, step_of
from engine.store.links import restore_links
from engine.store.messages import untried_of
from engine.store.notices import (
    Notice,
    forget_handed_over,
    forget_notice,
    notices_of_messages,
    notices_of_tasks,
    take_out,
    taken_from,
)
from engine.store.successions import Succession
from engine.store.tasks import load_tasks, set_step_states

HANDED_OVER = "rol overgedragen"


def hand_over_notices(
    connection: Connection, notices: Sequence[Notice], register: Register, now: datetime
) -> Collection[StoredTask]:
    """Takes notices out of their messages whose reader need not hear any more: who has the role now hears instead.

    Returns the tasks that the notices spoke of.
    """
    today = local_date(now)
    tasks = {task.plan.key: task for task in load_tasks(connection, keys={notice.task for notice in notices})}
    again: dict[tuple[str, str], set[int]] = {}
    for notice in notices:
        task = tasks[notice.task]
        if is_day_moved(notice.step) and not _is_asked(notice.contact, task, register, today):
            take_out(connection, notice, HANDED_OVER)
        step = next((step for step in task.steps if step.plan.name == step_of(notice.step)), None)
        if step is None or task.state != "open":
            continue
        readers = {one.contact for one in hearers(task, step, register, today)}
        if notice.contact not in readers:
            take_out(connection, notice, HANDED_OVER)
            # A reminder by hand is no step: who is asked now gets the newest step that was told.
            name = newest_told(task) if is_by_hand(notice.step) else step.plan.name
            if name:
                again.setdefault((notice.task, name), set()).update(readers)
    for (task_key, name), readers in again.items():
        forget_handed_over(connection, task_key, name, readers, HANDED_OVER)
    set_step_states(connection, [(key, name, "due", "", now) for key, name in again])
    return tasks.values()


def taken_out(connection: Connection, tasks: Collection[str]) -> set[tuple[str, str, int]]:
    """(task, step, contact) of what was taken out of mail that waited, because another was to hear."""
    found = notices_of_tasks(connection, tasks)
    return {(one.task, one.step, one.contact) for one in found if one.message is None and one.outcome == HANDED_OVER}


def reminders_taken_out(connection: Connection, contacts: Iterable[int]) -> set[tuple[str, str, int]]:
    """(task, step, contact) of reminders by hand that were taken from these contacts, because another was to hear."""
    found = taken_from(connection, contacts, HANDED_OVER)
    return {(one.task, one.step, one.contact) for one in found if is_by_hand(one.step)}


def take_question_back(connection: Connection, contact: int, asked: Collection[tuple[str, str]]) -> list[int]:
    """Takes back that steps of tasks were made due once more for a contact: nobody else is asked them instead.

    Returns the messages out of which something was taken.
    """
    known = notices_of_tasks(connection, {task for task, _ in asked})
    waiting = {one.id for one in untried_of(connection, [contact])}
    taken = [one for one in known if (one.task, one.step) in asked and one.message in waiting]
    for notice in taken:
        forget_notice(connection, notice)
    set_step_states(connection, [(task, step, "noticed", "", None) for task, step in asked], only_due=True)
    return sorted({one.message for one in taken if one.message is not None})


def take_back_successions(connection: Connection, taken: Iterable[Succession]) -> list[int]:
    """Takes back what was done on the day of these, which are forgotten already; returns messages as above."""
    emptied: list[int] = []
    for one in taken:
        if one.done_at is not None:
            restore_links(connection, one.old, one.done_at)
        emptied += take_question_back(connection, one.new, one.asked)
    return emptied


def _is_asked(contact: int, task: StoredTask, register: Register, today: date) -> bool:
    plan = task.plan
    return may_answer(contact, plan.asked, plan.together, plan.party, register, today)


def newest_told(task: StoredTask) -> str:
    """The newest step that who must answer was told of; empty where none was."""
    told = [step.plan for step in task.steps if task.plan.asked in step.plan.to and step.state == "noticed"]
    return max(told, key=lambda step: step.position).name if told else ""


def reroute(connection: Connection, contacts: Iterable[int], means: Means, now: datetime) -> None:
    """Brings all mail to these contacts that nobody tried to send yet in line with the register as it is now.

    What another is to hear goes to that one at the next tick. The rest is put into words afresh: name and address may
    have changed. News for who has no role any more is dropped.
    """
    reroute_messages(connection, [one.id for one in untried_of(connection, contacts)], means, now)


def reroute_messages(connection: Connection, numbers: Sequence[int], means: Means, now: datetime) -> None:
    """The same for these messages."""
    register, today = means.register(connection), local_date(now)
    carried = [notice for notices in notices_of_messages(connection, numbers).values() for notice in notices]
    for notice in carried:
        if is_news(notice.step) and not register.roles_of(notice.contact, today):
            take_out(connection, notice, HANDED_OVER)
    known = hand_over_notices(connection, carried, register, now)
    carrying = [number for number in numbers if number in {notice.message for notice in carried}]
    write_messages(connection, carrying, means, register, now, known)
