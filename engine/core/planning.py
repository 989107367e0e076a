"""What should exist, and how it differs from what is stored: rules × parties × schooljaren become tasks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from engine.core.calendar import Calendar
from engine.core.dates import PlannedDates, planned_dates
from engine.core.party import Register
from engine.core.ports import Calendars
from engine.core.rule import Round, Rule
from engine.core.schooljaar import Schooljaar
from engine.core.states import OPEN_STATES
from engine.core.task import PlannedStep, PlannedTask, StoredTask

ChangeKind = Literal["new", "move", "text", "lapse", "same"]


@dataclass(frozen=True, slots=True)
class Change:
    """What planning does to one task. `task` is the task as it should be stored, for a lapse as it is."""

    kind: ChangeKind
    task: PlannedTask
    stored: StoredTask | None


def expand(
    rules: Iterable[Rule],
    register: Register,
    calendars: Calendars,
    schooljaren: Collection[Schooljaar],
    extended: Mapping[str, date],
) -> tuple[PlannedTask, ...]:
    """Every task that should exist in the schooljaren, by key: one for each active party of the rule's kind.

    `extended` gives, by task key, the last day that was granted instead of the rule's (the stored tasks'
    `extended`): such a task is planned with that day, so that uitstel is never planned away.
    """
    tasks: list[PlannedTask] = []
    for rule in rules:
        parties = [(party.id, calendars.of(party.id)) for party in register.active(rule.per)]
        for schooljaar in schooljaren:
            for round_ in rule.rounds:
                tasks.extend(_occurrence(rule, round_, schooljaar, parties, extended))
    return tuple(sorted(tasks, key=lambda task: task.key))


def task_key(rule: str, schooljaar: Schooljaar, round_name: str | None, party: str) -> str:
    """`thuiszitters.2026-2027.december.16SW03`: a task's identity for as long as it lives."""
    return ".".join([rule, str(schooljaar), *([round_name] if round_name else []), party])


def difference(
    wanted: Sequence[PlannedTask], stored: Mapping[str, StoredTask], schooljaren: Collection[Schooljaar]
) -> tuple[Change, ...]:
    """What must happen to the stored tasks of the planned schooljaren to become the wanted ones, by key.

    `wanted` is what expand gave for these schooljaren and these stored tasks' extensions; stored tasks of
    other schooljaren are left alone. What is done or waived stays as it is; what is cancelled counts as absent.
    """
    by_key = {task.key: task for task in wanted}
    changes = [_change(task, stored.get(task.key)) for task in wanted]
    years = {str(schooljaar) for schooljaar in schooljaren}
    for key, task in stored.items():
        if key not in by_key and task.plan.schooljaar in years and task.state != "cancelled":
            changes.append(Change("lapse" if task.state in OPEN_STATES else "same", task.plan, task))
    return tuple(sorted(changes, key=lambda change: change.task.key))


def _occurrence(
    rule: Rule,
    round_: Round,
    schooljaar: Schooljaar,
    parties: Sequence[tuple[str, Calendar]],
    extended: Mapping[str, date],
) -> Iterable[PlannedTask]:
    """The tasks of one round in one schooljaar; dates are computed once for all who share a calendar."""
    by_calendar: dict[Calendar, PlannedTask] = {}
    for party, calendar in parties:
        key = task_key(rule.id, schooljaar, round_.name, party)
        if key in extended:
            dates = planned_dates(rule, round_, schooljaar, calendar, extended[key])
            yield _task(rule, round_, schooljaar, party, dates)
        elif calendar in by_calendar:
            yield replace(by_calendar[calendar], key=key, party=party)
        else:
            dates = planned_dates(rule, round_, schooljaar, calendar)
            by_calendar[calendar] = _task(rule, round_, schooljaar, party, dates)
            yield by_calendar[calendar]


def _task(rule: Rule, round_: Round, schooljaar: Schooljaar, party: str, dates: PlannedDates) -> PlannedTask:
    return PlannedTask(
        key=task_key(rule.id, schooljaar, round_.name, party),
        rule=rule.id,
        schooljaar=str(schooljaar),
        round=round_.name,
        party=party,
        kind=rule.kind,
        title=rule.title,
        explanation=rule.explanation,
        asked=rule.asked,
        together=rule.together,
        accept_needed=rule.accept_needed,
        peildatum=dates.peildatum,
        opens=dates.opens,
        due=dates.due,
        expires=None,
        steps=tuple(
            PlannedStep(
                name=step.name,
                position=position,
                date=day,
                to=step.to,
                copy=step.copy,
                template=step.template,
                hold=step.hold,
                escalation=step.escalation,
            )
            for position, (step, (_, day)) in enumerate(zip(rule.steps, dates.steps, strict=True))
        ),
        reasons=dates.reasons,
    )


def _change(task: PlannedTask, stored: StoredTask | None) -> Change:
    if stored is None or stored.state == "cancelled":
        return Change("new", task, stored)
    if stored.state not in OPEN_STATES:
        return Change("same", stored.plan, stored)
    if stored.extended is not None and stored.extended != task.due:
        raise ValueError(f"{task.key} was expanded without its extension to {stored.extended}")
    if _calendar_of(task) != _calendar_of(stored.plan):
        return Change("move", task, stored)
    return Change("same" if task == stored.plan else "text", task, stored)


def _calendar_of(task: PlannedTask) -> tuple[object, ...]:
    """What makes a change a move: the task's dates, and which steps it has on which day."""
    steps = frozenset((step.name, step.date) for step in task.steps)
    return task.peildatum, task.opens, task.due, task.expires, steps
