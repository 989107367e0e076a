"""What the bureau decided of mail that is not made ready yet: this step to this contact is held, or may leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, bindparam, delete, insert, select

from engine.core.digest import Ahead
from engine.store.many import named_rows_of
from engine.store.tables import ahead

# (task, step, contact)
Telling = tuple[str, str, int]

_OF_TASKS = select(ahead).where(ahead.c.task.in_(bindparam("keys", expanding=True)))
_FORGET = delete(ahead).where(
    ahead.c.task == bindparam("b_task"), ahead.c.step == bindparam("b_step"), ahead.c.contact == bindparam("b_contact")
)


def decided_ahead(connection: Connection, tasks: Iterable[str]) -> dict[Telling, Ahead]:
    """What was decided of mail about these tasks."""
    return {(row.task, row.step, row.contact): row.verdict for row in named_rows_of(connection, _OF_TASKS, tasks)}


def decide_ahead(connection: Connection, verdicts: Mapping[Telling, Ahead | None]) -> None:
    """Keeps what was decided of each, in place of what was decided before; None forgets it."""
    forget_ahead(connection, verdicts)
    rows = [
        {"task": task, "step": step, "contact": contact, "verdict": verdict}
        for (task, step, contact), verdict in verdicts.items()
        if verdict is not None
    ]
    if rows:
        connection.execute(insert(ahead), rows)


def forget_ahead(connection: Connection, tellings: Iterable[Telling]) -> None:
    """Forgets what was decided of these, which are ready by now."""
    rows = [{"b_task": task, "b_step": step, "b_contact": contact} for task, step, contact in tellings]
    if rows:
        connection.execute(_FORGET, rows)
