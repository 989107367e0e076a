"""The mail of one day: the steps that are still to be told, and the messages that left or leave; by one statement."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from engine.core.appointment import NewsKind
from engine.core.letter import INVITE
from engine.core.localtime import start_of_day, to_ms
from engine.core.matrix import RoundId
from engine.core.states import MessageState
from engine.store.post import READY
from engine.store.tables import appointments, invitations, messages, notices, steps, tasks
from engine.store.task_lines import UNFINISHED, named_in

# For a step: that a gesprek does not take place, or that somebody need not come.
OFF: NewsKind = "off"
SPARED: NewsKind = "spared"


class Still(NamedTuple):
    """A step of a task that is still to be told that day, or from then on: to which roles; `wake` when (ms, or None).

    `anew`: it is told on that day for another reason than that the plan has it then.
    """

    id: RoundId
    step: str
    task: str
    party: str
    to: str
    wake: int | None
    anew: bool


class Made(NamedTuple):
    """A message that left that day, or will, and a step that it tells; `moment` is when (ms).

    An invitation has INVITE for a step, or OFF or SPARED; one that tells of no task has no round, step or party. A
    held one was made that day.
    """

    message: int
    state: MessageState
    moment: int
    id: RoundId | None
    step: str
    task: str
    party: str


def mail_of(
    connection: Connection, day: date, schooljaar: str, *, of: Collection[str] | None, runs: bool
) -> tuple[list[Still], list[Made]]:
    """The mail of that day; `of`: about these parties only. `runs`: that is the schooljaar of the day.

    Of another schooljaar only the mail about its own tasks is meant; of the one that runs all that is there.
    """
    still, made = [], []
    query = union_all(_still(day, schooljaar, of), _made(day))
    for kind, rule, year, round_, step, task, party, to, moment, message, state in connection.execute(query):
        if (of is not None and party not in of) or not (runs or year == schooljaar):
            continue
        if kind:
            id_ = None if rule is None else RoundId(rule, year, round_)
            made.append(Made(message, state, moment, id_, step or "", task or "", party or ""))
        else:
            still.append(Still(RoundId(rule, year, round_), step, task, party, to, moment, state != day.isoformat()))
    return still, made


def _still(day: date, schooljaar: str, of: Collection[str] | None) -> Select[Any]:
    tomorrow = to_ms(start_of_day(day + timedelta(days=1)))
    # The concatenation keeps a planner from reading all tasks' steps of that day where a few parties are asked for.
    on_day = (steps.c.date + "") == day.isoformat()
    # What is told anew, as to who takes over somebody's work, is long past its own day.
    anew = and_(steps.c.state == "due", steps.c.wake_at < tomorrow)
    runs = or_(tasks.c.suspended.is_(None), tasks.c.suspended <= day.isoformat())
    return (
        select(
            literal(0, Integer),
            tasks.c.rule,
            tasks.c.schooljaar,
            func.coalesce(tasks.c.round, ""),
            steps.c.name,
            tasks.c.key,
            tasks.c.party,
            cast(steps.c.to, Text),
            steps.c.wake_at,
            literal(None, Integer),
            steps.c.date,
        )
        .select_from(tasks.join(steps, steps.c.task == tasks.c.key))
        .where(UNFINISHED, steps.c.state.in_(("pending", "due")), or_(on_day, anew), runs, *named_in(of))
        .where(or_(tasks.c.schooljaar <= schooljaar, tasks.c.kind == "document"))
        # Of a schooljaar that is still a concept neither is set.
        .where(tasks.c.next_at.is_not(None) | steps.c.wake_at.is_not(None))
    )


def _made(day: date) -> Select[Any]:
    first, last = (to_ms(start_of_day(day + timedelta(days=one))) for one in (0, 1))
    left = and_(messages.c.state == "sent", messages.c.sent_at >= first, messages.c.sent_at < last)
    tried = and_(
        messages.c.state.in_(("uncertain", "bounced")), messages.c.tried_at >= first, messages.c.tried_at < last
    )
    leaves = and_(messages.c.state.in_(READY), messages.c.next_attempt < last)
    waits = and_(messages.c.state == "held", messages.c.created_at >= first, messages.c.created_at < last)
    moment = func.coalesce(messages.c.sent_at, messages.c.next_attempt, messages.c.tried_at, messages.c.created_at)
    told = messages.outerjoin(notices, notices.c.message == func.coalesce(messages.c.again_of, messages.c.id))
    told = told.outerjoin(invitations, invitations.c.message == messages.c.id)
    told = told.outerjoin(appointments, appointments.c.task == invitations.c.task)
    about = func.coalesce(notices.c.task, invitations.c.task)
    cancels = invitations.c.method == "CANCEL"
    invites = case((cancels & (appointments.c.state == "off"), OFF), (cancels, SPARED), else_=INVITE)
    return (
        select(
            literal(1, Integer),
            tasks.c.rule,
            tasks.c.schooljaar,
            func.coalesce(tasks.c.round, ""),
            func.coalesce(notices.c.step, invites),
            tasks.c.key,
            tasks.c.party,
            literal(None, Text),
            cast(moment, BigInteger),
            messages.c.id,
            messages.c.state,
        )
        .select_from(told.outerjoin(tasks, tasks.c.key == about))
        .where(or_(left, tried, leaves, waits))
    )
