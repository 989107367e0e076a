"""What a task uses, as its page shows it: each round with how far it is, and the answers of its own party."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from engine.app.means import Means
from engine.app.used import Chains
from engine.core.answer import ANSWER_WORDS, Answer, standing
from engine.core.chain import CLOSED, Input, Used, name_of, used_told
from engine.core.dutch import long_date
from engine.core.party import SWV, Register
from engine.core.status import StatusName, status_of
from engine.core.task import StoredTask
from engine.store.answers import answers_of
from engine.store.chains import changed_last


@dataclass(frozen=True, slots=True)
class UsedAnswer:
    """An answer that a task uses. `said` is what was answered and `by` whom, empty where the bureau closed it.

    `changed` is set where it changed after all was in.
    """

    key: str
    party: str
    status: StatusName
    day: date
    said: str = ""
    by: str = ""
    remark: str = ""
    changed: bool = False


@dataclass(frozen=True, slots=True)
class UsedPart:
    """A round that a task uses: its line, its address, and the answers, late first; none in a task of the SWV."""

    told: str
    path: str
    answers: tuple[UsedAnswer, ...]


def used_parts(connection: Connection, means: Means, task: StoredTask, today: date) -> tuple[UsedPart, ...]:
    """What the task uses, in the order of its rule."""
    used = Chains(connection, means, today).of(task.plan)
    if not used:
        return ()
    register = means.register(connection)
    own = task.plan.party != SWV
    keys = [one.key for round_ in used for one in round_.inputs] if own else []
    given = answers_of(connection, keys)
    last = changed_last(connection, keys)
    return tuple(
        UsedPart(
            told,
            f"/{round_.path}",
            tuple(_answer(one, given.get(one.key, ()), last.get(one.key), register, today) for one in round_.inputs)
            if own
            else (),
        )
        for round_, told in zip(used, used_told(used, register), strict=True)
    )


def not_in_yet(
    connection: Connection, means: Means, task: StoredTask, today: date, day: date | None
) -> tuple[str, ...]:
    """What a task uses that will not be in on a day, in Dutch; without a day all that is not in."""
    return tuple(
        line
        for round_ in Chains(connection, means, today).of(task.plan)
        if round_.missing and (line := _not_in(round_, today, day))
    )


def _not_in(round_: Used, today: date, day: date | None) -> str:
    due = max(one.due for one in round_.missing)
    if due < today:
        return f"{round_.title}: nog niet binnen. Dat moest uiterlijk {long_date(due)}."
    return f"{round_.title}: uiterlijk {long_date(due)} binnen." if day is None or due >= day else ""


def _answer(one: Input, given: Sequence[Answer], last: date | None, register: Register, today: date) -> UsedAnswer:
    status = status_of(one.state, one.due, today)
    found = standing(given, one.state)
    day = one.closed if one.state in CLOSED and one.closed is not None else one.due
    if status == "planned":
        day = one.opens
    changed = one.state in CLOSED and last is not None and one.closed is not None and last > one.closed
    return UsedAnswer(
        one.key,
        name_of(one.party, register),
        status,
        last if changed and last is not None else day,
        ANSWER_WORDS[found.kind] if found is not None else "",
        register.contacts[found.contact].name if found is not None and found.contact in register.contacts else "",
        found.remark if found is not None else "",
        changed=changed,
    )
