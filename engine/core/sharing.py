"""The stages after a document's adoption: their last day where the planned one passed before the new version came."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from engine.core.calendar import Calendar
from engine.core.dutch import capitalised, counted, long_date
from engine.core.effects import WAITING
from engine.core.task import PlannedPhase, PlannedStep, Reason, StoredTask
from engine.core.telling import ADOPTED, after_adoption, phase_of


def shared_later(task: StoredTask, adopted: date, calendar: Calendar, today: date) -> StoredTask:
    """The task with a last day that still comes for each stage after the adoption whose day is past.

    It comes as many open days after the adoption as was planned; were that past too, as many from today. Steps that
    wait move along; those that were told keep their day.
    """
    later = after_adoption([one.name for one in task.plan.phases])
    planned = next((one.date for one in task.plan.phases if one.name == ADOPTED), None)
    moved: dict[str, tuple[PlannedPhase, str]] = {}
    for phase in task.plan.phases:
        if planned is None or phase.name not in later or phase.date >= today:
            continue
        days = max(1, calendar.open_days_between(planned, phase.date))
        begin = adopted if calendar.open_days_on(adopted, days) >= today else today
        day = calendar.open_days_on(begin, days)
        since = f"De nieuwe versie is vastgesteld op {long_date(adopted)}." if begin == adopted else ""
        since = since or f"De nieuwe versie staat sinds {long_date(today)} in het register."
        why = f"{since} {capitalised(counted(days, 'open dag', 'open dagen'))} later is {long_date(day)}."
        moved[phase.name] = (replace(phase, date=day), why)
    if not moved:
        return task
    steps = tuple(
        replace(step, plan=_moved(step.plan, task, moved, calendar, today))
        if step.state in WAITING and phase_of(step.plan.name) in moved
        else step
        for step in task.steps
    )
    phases = tuple(moved[one.name][0] if one.name in moved else one for one in task.plan.phases)
    new = {f"phase:{name}": text for name, (_, text) in moved.items()}
    reasons = tuple(Reason(one.field, new.get(one.field, one.text)) for one in _kept(task, moved))
    plan = replace(task.plan, phases=phases, reasons=reasons, steps=tuple(step.plan for step in steps))
    return replace(task, plan=plan, steps=steps)


def _moved(
    step: PlannedStep,
    task: StoredTask,
    moved: dict[str, tuple[PlannedPhase, str]],
    calendar: Calendar,
    today: date,
) -> PlannedStep:
    name = phase_of(step.name)
    was = next(one.date for one in task.plan.phases if one.name == name)
    if step.date is None:
        return step
    lag = calendar.open_days_between(was, step.date) - calendar.open_days_between(step.date, was)
    return replace(step, date=max(today, calendar.open_days_on(moved[name][0].date, lag)))


def _kept(task: StoredTask, moved: dict[str, tuple[PlannedPhase, str]]) -> list[Reason]:
    """Without why the steps of those stages had the day that they have no more."""
    gone = {f"step:{step.plan.name}" for step in task.steps if phase_of(step.plan.name) in moved}
    return [one for one in task.plan.reasons if one.field not in gone]
