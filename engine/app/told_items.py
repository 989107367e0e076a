"""What the notices of a message have to say to its reader: which are still to be told, and an item for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from engine.app.used import Chains
from engine.core.digest import Told, came_in, changed, day_moved, grouped, in_order, item_of
from engine.core.letter import CAME_IN, Item, UsedLine
from engine.core.localtime import local_date
from engine.core.party import Register
from engine.core.recipients import Recipient
from engine.core.roles import CONSULENT, SWV_ROLES
from engine.core.task import StoredTask
from engine.core.telling import is_changed, is_day_moved, is_past, step_of
from engine.store.notices import Notice, take_out
from engine.store.transitions import reasons_of_dates


def still_planned(connection: Connection, found: Sequence[Notice], tasks: Mapping[str, StoredTask]) -> list[Notice]:
    """The notices whose step the task still has; one of a step that planning took out goes nowhere."""
    planned = []
    for notice in found:
        if is_planned(notice, tasks):
            planned.append(notice)
        else:
            take_out(connection, notice, "moved")
    return planned


def still_open(found: Sequence[Notice], tasks: Mapping[str, StoredTask]) -> list[Notice]:
    """What is told once more: of tasks that still wait for an answer."""
    return [notice for notice in found if is_planned(notice, tasks) and tasks[notice.task].state == "open"]


def is_planned(notice: Notice, tasks: Mapping[str, StoredTask]) -> bool:
    """True for a notice of which its task, as it is now, still has something to say."""
    if notice.step == CAME_IN:
        return True
    task = tasks.get(notice.task)
    if is_changed(notice.step):
        return task is not None and task.state not in ("waived", "cancelled")
    if task is None or is_past(notice.step):
        return False
    if is_day_moved(notice.step):
        return task.state == "open"
    return any(step.name == step_of(notice.step) for step in task.plan.steps)


def changes_of(
    chains: Chains, found: Iterable[Notice], tasks: Mapping[str, StoredTask]
) -> dict[Notice, tuple[str, ...]]:
    """What each notice that tells of changes has to say."""
    return {
        one: chains.changes(tasks[one.task], one.contact, one.message or 0) for one in found if is_changed(one.step)
    }


def reasons_of(connection: Connection, notices: Iterable[Notice]) -> Mapping[tuple[str, datetime], str]:
    """(task, moment) -> why a person moved its last day then: of what tells that it moved."""
    keys = {notice.task for notice in notices if is_day_moved(notice.step)}
    return reasons_of_dates(connection, keys) if keys else {}


def items_of(
    notices: Sequence[Notice],
    tasks: Mapping[str, StoredTask],
    told: Mapping[tuple[str, int], Sequence[Told]],
    reasons: Mapping[tuple[str, datetime], str],
    register: Register,
    now: datetime,
    chains: Chains,
    news: Mapping[Notice, Sequence[str]],
) -> tuple[Item, ...]:
    """What a message says that leaves at that moment, in reading order.

    `told` is what its reader was told before of a task, `reasons` as of `reasons_of`, `news` as of `changes_of`.
    """
    today = local_date(now)
    items = []
    for notice in notices:
        task = tasks[notice.task]
        reader = Recipient(notice.contact, notice.audience, notice.role, notice.fallback)
        if notice.step == CAME_IN:
            items.append(came_in(task, reader, register, today))
            continue
        if is_day_moved(notice.step):
            reason = reasons.get((notice.task, notice.at), "")
            items.append(day_moved(task, notice.step, reason, reader, register, today))
            continue
        uses = _used_lines(chains, task, reader)
        if is_changed(notice.step):
            told_news = changed(task, notice.step, reader, news.get(notice, ()), register, today)
            items.append(replace(told_news, uses=uses))
            continue
        step = next(step for step in task.plan.steps if step.name == step_of(notice.step))
        if step.name != notice.step:
            step = replace(step, name=notice.step)
        before = told.get((notice.task, notice.contact), ())
        item = item_of(task, step, reader, before, register, today)
        items.append(replace(item, uses=uses) if uses else item)
    return in_order(grouped(items, register))


def _used_lines(chains: Chains, task: StoredTask, reader: Recipient) -> tuple[UsedLine, ...]:
    """What the task uses; who works at the SWV gets the pages where it stands."""
    site = chains.means.settings.link_address if reader.role in (CONSULENT, *SWV_ROLES) else ""
    return tuple(
        UsedLine(one.title, one.told, f"{site.rstrip('/')}/{one.path}" if site else "") for one in chains.of(task.plan)
    )
