"""Which steps of a task are due, which are overtaken, and when to look again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.core.calendar import Calendar
from engine.core.lean import lean
from engine.core.localtime import local_date
from engine.core.states import StepState, TaskState
from engine.core.task import PlannedStep, StoredTask, TaskFacts
from engine.core.telling import after_adoption, phase_of

# An escalation needs a request or reminder that was really sent so many open days of the party before.
REST_BEFORE_ESCALATION = 2


@lean
@dataclass(frozen=True, slots=True)
class Rung:
    """A step of one task as deciding sees it."""

    step: PlannedStep
    state: StepState
    sent_on: date | None = None


@lean
@dataclass(frozen=True, slots=True)
class Decision:
    """What a tick does to one task: open it, make steps due, record steps as overtaken, and look again on a day."""

    opens: bool
    due: tuple[str, ...]
    overtaken: tuple[str, ...]
    next_on: date | None


def rungs_of(task: StoredTask) -> tuple[Rung, ...]:
    """The task's steps as deciding sees them."""
    return tuple(
        Rung(step.plan, step.state, None if step.sent is None else local_date(step.sent)) for step in task.steps
    )


def decide(
    state: TaskState,
    opens: date,
    asked: str,
    rungs: Sequence[Rung],
    today: date,
    suspended: date | None = None,
    ends: date | None = None,
) -> Decision:
    """Decides for one task on one day. Due means on or before today, so that downtime loses nothing.

    Of several steps that became due at once only those of the newest day count, but the first request
    always goes out before any reminder, and that all is in is told whatever else is. Of a task that is `suspended`
    nothing happens before that day. Of a document's task that is done only stages that still wait are told. A task
    that `ends` is done by itself after that day: then it is only looked at.
    """
    if state == "done":
        rungs = [rung for rung in rungs if phase_of(rung.step.name)]
    elif state not in ("planned", "open"):
        return Decision(False, (), (), None)
    if (quiet := quiet_until(opens, today, suspended)) is not None:
        return Decision(False, (), (), quiet)
    end = None if ends is None else ends + timedelta(days=1)
    if end is not None and end <= today:
        return Decision(state == "planned", (), (), end)
    waiting = [rung for rung in rungs if rung.state == "pending" and rung.step.date is not None]
    ripe = [rung for rung in waiting if _day(rung) <= today]
    later = [_day(rung) for rung in waiting if _day(rung) > today] + ([] if end is None else [end])
    kept = _kept(ripe, request_of(asked, [rung.step for rung in rungs]), asked)
    return Decision(
        opens=state == "planned",
        due=tuple(rung.step.name for rung in ripe if rung in kept),
        overtaken=tuple(rung.step.name for rung in ripe if rung not in kept),
        next_on=min(later, default=None),
    )


def quiet_until(opens: date, today: date, suspended: date | None) -> date | None:
    """The day before which nothing happens to a task that runs; None where that day has come."""
    if suspended is not None and suspended > today:
        return suspended
    return opens if opens > today else None


def ends_itself(plan: TaskFacts) -> date | None:
    """The last day of a task that is done by itself after it, as a mijlpaal is; None for any other."""
    return plan.due if plan.kind == "mijlpaal" else None


def follows_adoption(task: StoredTask, step: str) -> bool:
    """True for a step of a stage after a document's adoption: a new version ends the task, yet it is told."""
    return phase_of(step) in after_adoption([phase.name for phase in task.plan.phases])


def request_of(asked: str, steps: Iterable[PlannedStep]) -> PlannedStep | None:
    """The first request: the first step in the file that goes to who must answer."""
    return next((step for step in steps if asked in step.to), None)


def waits_for(step: PlannedStep, asked: str, steps: Iterable[PlannedStep]) -> tuple[PlannedStep, ...]:
    """The steps of which one must have been sent before this one goes; none where it waits for nothing.

    An escalation waits for all that asks who must answer or, where no step goes there, for all that is no escalation.
    Any other step to somebody else waits for what asks on an earlier day. What hangs on an appointment waits for
    nothing: by then the question is answered. Nor does the news that all is in.
    """
    if asked in step.to or step.on_talk or step.on_uses:
        return ()
    ladder = tuple(steps)
    asking = tuple(one for one in ladder if asked in one.to)
    if step.escalation:
        return asking or tuple(one for one in ladder if not one.escalation) or (step,)
    earlier = any(one.date < step.date for one in asking if one.date is not None and step.date is not None)
    return asking if earlier else ()


def rests(step: PlannedStep, before: Iterable[PlannedStep], calendar: Calendar) -> bool:
    """True where it goes only some open days after what it waits for was sent, False where that it was sent is enough.

    An escalation always rests; any other step where its ladder puts as many days between them.
    """
    first = min((one.date for one in before if one.date is not None), default=None)
    if step.escalation or first is None or step.date is None:
        return step.escalation
    return calendar.open_days_on(first, REST_BEFORE_ESCALATION) <= step.date


def may_tell_others(step: PlannedStep, asked: str, rungs: Sequence[Rung], calendar: Calendar, today: date) -> bool:
    """False while a step to somebody else must wait, because the party itself was not asked long enough ago."""
    before = waits_for(step, asked, (rung.step for rung in rungs))
    sent = [rung.sent_on for rung in rungs if rung.step in before and rung.sent_on is not None]
    if not before or not sent:
        return not before
    return not rests(step, before, calendar) or calendar.open_days_on(min(sent), REST_BEFORE_ESCALATION) <= today


def _kept(ripe: Sequence[Rung], request: PlannedStep | None, asked: str) -> list[Rung]:
    if not ripe:
        return []
    newest = max(_day(rung) for rung in ripe)
    kept = [rung for rung in ripe if _day(rung) == newest]
    first = next((rung for rung in ripe if request is not None and rung.step.name == request.name), None)
    if first is not None and first not in kept:
        kept = [first, *(rung for rung in kept if asked not in rung.step.to)]
    return [rung for rung in ripe if rung in kept or rung.step.on_uses]


def _day(rung: Rung) -> date:
    assert rung.step.date is not None  # noqa: S101  # callers keep only dated steps
    return rung.step.date
