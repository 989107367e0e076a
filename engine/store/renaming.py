"""A rule that has another id: its tasks and what agendas showed of it follow.

The keys of tasks stay as they are. Links, mails that were sent, appointments and notices go by them.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, select, update

from engine.store.tables import events, feeds, tasks
from engine.store.task_rows import mark_of
from engine.store.tasks import load_tasks

_SET_MARK = update(tasks).where(tasks.c.key == bindparam("b_key")).values(plan_mark=bindparam("b_mark"))


def rename_rule(connection: Connection, old: str, new: str) -> None:
    """Gives every task of the rule `old` the rule `new`; doing it again changes nothing.

    What an agenda showed of a whole round goes by the rule's id, not by a task's key, and gets the new one.
    """
    moved = set(connection.scalars(select(tasks.c.key).where(tasks.c.rule == old)))
    if moved:
        renamed = update(tasks).where(tasks.c.rule == old).values(rule=new, agenda_lags=True, plan_mark="")
        connection.execute(renamed)
        # Who kept a plan by its mark must not find the old id under it.
        plans = [task.plan for task in load_tasks(connection, rule=new) if task.plan.key in moved]
        connection.execute(_SET_MARK, [{"b_key": plan.key, "b_mark": mark_of(plan)} for plan in plans])
    shown = set(connection.scalars(select(events.c.uid).where(events.c.uid.startswith(f"{old}.", autoescape=True))))
    if not shown:
        return
    keys = set(connection.scalars(select(tasks.c.key).where(tasks.c.key.startswith(f"{old}.", autoescape=True))))
    followed: dict[str, str] = {}
    for uid in sorted(shown):
        # What is shown of one task goes by its key, or by that with a word behind it.
        if uid in keys or uid.rpartition(".")[0] in keys:
            continue
        there = f"{new}.{uid.partition('.')[2]}"
        if not connection.scalar(select(func.count()).where(events.c.uid == there)):
            connection.execute(update(events).where(events.c.uid == uid).values(uid=there))
            followed[uid] = there
    for name, holds in connection.execute(select(feeds.c.name, feeds.c.holds)).all():
        if followed.keys() & set(holds):
            now = [followed.get(uid, uid) for uid in holds]
            connection.execute(update(feeds).where(feeds.c.name == name).values(holds=now, stale=True))


def tasks_under(connection: Connection, rule: str) -> int:
    """How many tasks are stored under that id of a rule."""
    return connection.scalar(select(func.count()).select_from(tasks).where(tasks.c.rule == rule)) or 0
