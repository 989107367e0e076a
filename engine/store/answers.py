"""What people answered or asked on their own page: rows that are added, newest last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, null, or_, select, update

from engine.core.answer import REQUESTS, Answer, AnswerKind
from engine.core.localtime import from_ms, to_ms
from engine.store.many import named_rows_of, rows_of
from engine.store.tables import answers, tasks

_OF_TASKS = select(answers).where(answers.c.task.in_(bindparam("keys", expanding=True))).order_by(answers.c.version)
_OF_MESSAGE = select(answers).where(answers.c.message == bindparam("number")).order_by(answers.c.id)
_WAITING = (
    select(answers)
    .join(tasks, answers.c.task == tasks.c.key)
    .where(answers.c.kind.in_(REQUESTS), answers.c.handled_at.is_(None), tasks.c.state.in_(("planned", "open")))
    .order_by(answers.c.id)
)
_LIVE = select(tasks.c.key).where(tasks.c.state.in_(("open", "submitted")))
_ANSWERED = select(tasks.c.key).where(
    tasks.c.state.in_(("done", "waived")),
    or_(
        tasks.c.submitted_at >= bindparam("since"),
        tasks.c.key.in_(select(answers.c.task).where(answers.c.at >= bindparam("since"))),
    ),
)
_AT_PARTIES = tasks.c.party.in_(bindparam("keys", expanding=True))
_LIVE_AT, _ANSWERED_AT = _LIVE.where(_AT_PARTIES), _ANSWERED.where(_AT_PARTIES)


def add_answer(connection: Connection, new: Answer, memo: Any = None) -> Answer:
    """Stores an answer, with what is needed to withdraw it (JSON), None where that cannot be.

    Returns it with its number. Two with one version of one task are an IntegrityError.
    """
    values = {
        "task": new.task,
        "version": new.version,
        "kind": new.kind,
        "contact": new.contact,
        "at": to_ms(new.at),
        "remark": new.remark,
        "until": None if new.until is None else new.until.isoformat(),
        "memo": null() if memo is None else memo,
    }
    number = connection.execute(insert(answers).values(values).returning(answers.c.id)).scalar_one()
    return replace(new, id=int(number))


def answer_by_number(connection: Connection, number: int) -> Answer | None:
    """One answer or request, None when there is none."""
    row = connection.execute(select(answers).where(answers.c.id == number)).one_or_none()
    return None if row is None else _answer(row)


def answers_of(connection: Connection, keys: Iterable[str]) -> dict[str, list[Answer]]:
    """The answers and requests of these tasks, by task, oldest first; a task without any is left out."""
    found: dict[str, list[Answer]] = {}
    for row in named_rows_of(connection, _OF_TASKS, keys):
        found.setdefault(row.task, []).append(_answer(row))
    return found


def memo_of_answer(connection: Connection, number: int) -> Any:
    """What is needed to withdraw an answer, None where that cannot be."""
    return connection.execute(select(answers.c.memo).where(answers.c.id == number)).scalar()


def confirm_by(connection: Connection, number: int, message: int) -> None:
    """Records which message confirms an answer."""
    connection.execute(update(answers).where(answers.c.id == number).values(message=message))


def confirmed_by(connection: Connection, message: int) -> list[Answer]:
    """The answers that a message confirms, oldest first."""
    return [_answer(row) for row in connection.execute(_OF_MESSAGE, {"number": message})]


def requests_waiting(connection: Connection) -> list[Answer]:
    """What people asked of the bureau of tasks that are open, and nobody dealt with; oldest first.

    Who asked the same twice is named once, with what was asked last.
    """
    found: dict[tuple[str, AnswerKind, int], Answer] = {}
    for row in connection.execute(_WAITING):
        one = _answer(row)
        found.pop((one.task, one.kind, one.contact), None)
        found[one.task, one.kind, one.contact] = one
    return list(found.values())


def handle_requests(
    connection: Connection, keys: Iterable[str], now: datetime, by: str, kinds: Iterable[AnswerKind] = REQUESTS
) -> int:
    """The bureau dealt with what was asked of these tasks; returns how many requests waited."""
    waiting = update(answers).where(
        answers.c.task.in_(list(keys)), answers.c.kind.in_(list(kinds)), answers.c.handled_at.is_(None)
    )
    return connection.execute(waiting.values(handled_at=to_ms(now), handled_by=by)).rowcount


def unhandle_requests(connection: Connection, task: str, at: datetime) -> None:
    """What was dealt with at that moment waits for the bureau again."""
    dealt = (answers.c.task == task) & (answers.c.handled_at == to_ms(at))
    connection.execute(update(answers).where(dealt).values(handled_at=None, handled_by=""))


def tasks_at(connection: Connection, parties: Iterable[str] | None, since: datetime) -> set[str]:
    """The tasks of these parties, or of all, that are open or to be checked, or were answered since that moment."""
    moment = {"since": to_ms(since)}
    if parties is None:
        return {*connection.execute(_LIVE).scalars(), *connection.execute(_ANSWERED, moment).scalars()}
    places = list(parties)
    live, answered = rows_of(connection, _LIVE_AT, places), rows_of(connection, _ANSWERED_AT, places, **moment)
    return {key for (key,) in (*live, *answered)}


def _answer(row: Row[Any]) -> Answer:
    return Answer(
        row.id,
        row.task,
        row.version,
        row.kind,
        row.contact,
        from_ms(row.at),
        row.remark,
        None if row.until is None else date.fromisoformat(row.until),
        None if row.handled_at is None else from_ms(row.handled_at),
    )
