"""Rows of tasks and steps as records, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b
from sys import intern
from typing import Any

from sqlalchemy import Row

from engine.core.localtime import from_ms, to_ms
from engine.core.states import StepState, TaskState
from engine.core.task import PlannedPhase, PlannedStep, PlannedTask, Reason, StoredStep, StoredTask
from engine.store.jsontext import KEPT, from_text

Values = dict[str, Any]

# More than the rules of one office bring; what is left out is only made again.
SHARED_KEPT = 1_024
# Ladders by their steps, and the end of the text of a mark by what it tells. Both are found by the identity of what
# they are made of, and hold it, so that nothing else can have that identity.
_LADDERS: dict[tuple[int, ...], tuple[tuple[PlannedStep, ...], tuple[StoredStep, ...]]] = {}
_ENDS: dict[tuple[int, int, int], tuple[str, PlannedTask]] = {}
# Of equal texts one; for values that may be some texts only.
_shared: Callable[[str], Any] = intern


# What many tasks share is one object: it is made once, and a whole plan takes little memory.
@lru_cache(maxsize=KEPT)
def stored_step(
    name: str,
    position: int,
    day: str | None,
    to: str,
    copy: str,
    template: str,
    hold: bool,
    escalation: bool,
    state: StepState,
    sent: int | None,
    note: str,
    _wake_at: int | None,
    on_talk: bool,
    on_uses: bool,
) -> StoredStep:
    """The row of a step, without its task, as a record."""
    who, copies = from_text(to), from_text(copy)
    plan = PlannedStep(name, position, day_of(day), who, copies, template, hold, escalation, on_talk, on_uses)
    return StoredStep(plan, state, moment_of(sent), note)


@lru_cache(maxsize=KEPT)
def _reasons(told: str) -> tuple[Reason, ...]:
    return tuple(Reason(field, text) for field, text in from_text(told))


@lru_cache(maxsize=KEPT)
def _phases(told: tuple[tuple[str, str, str], ...]) -> tuple[PlannedPhase, ...]:
    return tuple(PlannedPhase(name, date.fromisoformat(day), by) for name, day, by in told)


def phases_in(told: tuple[tuple[str, str, str], ...] | None) -> tuple[PlannedPhase, ...]:
    """The stages as a row of a task holds them."""
    return _phases(told) if told else ()


def stored_task(row: Row[Any], found: Sequence[StoredStep]) -> StoredTask:
    """The whole row of a task, with its steps, as a record."""
    cells: tuple[Any, ...] = tuple(row)
    key, rule, year, round_, party, kind, title, explanation, asked, together, accept, *rest = cells
    peildatum, opens, due, expires, reasons, state, version, rulebook, next_at, held, extended, *moments = rest
    opened_at, submitted_at, suspended, again, _mark, begins, _lags, complete, phases = moments
    planned, steps = _ladder(found)
    plan = PlannedTask(
        key,
        intern(rule),
        intern(year),
        None if round_ is None else intern(round_),
        intern(party),
        _shared(kind),
        intern(title),
        intern(explanation),
        intern(asked),
        from_text(together),
        day_of(peildatum),
        _day(opens),
        day_of(begins),
        _day(due),
        day_of(expires),
        accept,
        planned,
        _reasons(reasons),
        () if phases is None else phases_in(from_text(phases)),
    )
    of_now = (version, rulebook, next_at, held, extended, opened_at, submitted_at, suspended, again, complete)
    return task_of(plan, steps, _shared(state), *of_now)


def task_of(
    plan: PlannedTask,
    steps: tuple[StoredStep, ...],
    state: TaskState,
    version: int,
    rulebook: int,
    next_at: int | None,
    held: str,
    extended: str | None,
    opened_at: int | None,
    submitted_at: int | None,
    suspended: str | None,
    again: str,
    complete: str | None,
) -> StoredTask:
    """A task of its plan, its steps, and the cells of its row that change while the plan stays as it is."""
    return StoredTask(
        plan,
        state,
        version,
        rulebook,
        steps,
        moment_of(next_at),
        held,
        day_of(extended),
        moment_of(opened_at),
        moment_of(submitted_at),
        day_of(suspended),
        again,
        complete=day_of(complete),
    )


def _ladder(found: Sequence[StoredStep]) -> tuple[tuple[PlannedStep, ...], tuple[StoredStep, ...]]:
    """The steps of a task as they were planned and as they are: one pair for all tasks with the same."""
    known = _LADDERS.get(which := tuple(map(id, found)))
    if known is None:
        if len(_LADDERS) >= SHARED_KEPT:
            _LADDERS.clear()
        known = _LADDERS[which] = tuple([step.plan for step in found]), tuple(found)
    return known


def plan_values(task: StoredTask) -> Values:
    """The columns of a task that another plan, or an act, changes."""
    plan = task.plan
    return {
        "title": plan.title,
        "explanation": plan.explanation,
        "asked": plan.asked,
        "together": plan.together,
        "accept_needed": plan.accept_needed,
        "peildatum": iso(plan.peildatum),
        "opens": iso(plan.opens),
        "due": iso(plan.due),
        "expires": iso(plan.expires),
        "reasons": tuple((reason.field, reason.text) for reason in plan.reasons),
        "state": task.state,
        "rulebook": task.rulebook,
        "next_at": ms(task.next_at),
        "held": task.held,
        "extended": iso(task.extended),
        "opened_at": ms(task.opened_at),
        "submitted_at": ms(task.submitted_at),
        "suspended": iso(task.suspended),
        "again": task.again,
        "begins": iso(plan.begins),
        "phases": _told_phases(plan) or None,
        "complete": iso(task.complete),
        "agenda_lags": True,
        "plan_mark": mark_of(plan),
    }


def task_values(task: StoredTask) -> Values:
    """The row of a task."""
    plan = task.plan
    return plan_values(task) | {
        "key": plan.key,
        "rule": plan.rule,
        "schooljaar": plan.schooljaar,
        "round": plan.round,
        "party": plan.party,
        "kind": plan.kind,
        "version": task.version,
    }


def step_values(step: StoredStep) -> Values:
    """The row of a step, but for its task."""
    plan = step.plan
    return {
        "name": plan.name,
        "position": plan.position,
        "date": iso(plan.date),
        "to": plan.to,
        "copy": plan.copy,
        "template": plan.template,
        "hold": plan.hold,
        "escalation": plan.escalation,
        "state": step.state,
        "sent": ms(step.sent),
        "note": step.note,
        "wake_at": None,
        "on_talk": plan.on_talk,
        "on_uses": plan.on_uses,
    }


def mark_of(plan: PlannedTask) -> str:
    """A digest of all that was planned of a task: two plans with one mark are the same plan."""
    told = (
        *(plan.key, plan.rule, plan.schooljaar, plan.round, plan.party, plan.kind, plan.title, plan.explanation),
        *(plan.asked, plan.together, plan.accept_needed, iso(plan.peildatum), iso(plan.opens), iso(plan.due)),
        *(iso(plan.expires), iso(plan.begins)),
    )
    text = f"{json.dumps(told)[:-1]}, {_end_of_mark(plan)[1:]}"
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _end_of_mark(plan: PlannedTask) -> str:
    """The reasons, steps and stages as text, once for all plans that share them."""
    which = (id(plan.reasons), id(plan.steps), id(plan.phases))
    known = _ENDS.get(which)
    if known is None:
        if len(_ENDS) >= SHARED_KEPT:
            _ENDS.clear()
        told = (
            [(reason.field, reason.text) for reason in plan.reasons],
            [
                (
                    one.name,
                    one.position,
                    iso(one.date),
                    one.to,
                    one.copy,
                    one.template,
                    one.hold,
                    one.escalation,
                    one.on_talk,
                    one.on_uses,
                )
                for one in plan.steps
            ],
            _told_phases(plan),
        )
        known = _ENDS[which] = json.dumps(told), plan
    return known[0]


def _told_phases(plan: PlannedTask) -> tuple[tuple[str, str, str], ...]:
    return tuple((one.name, one.date.isoformat(), one.by) for one in plan.phases)


def iso(day: date | None) -> str | None:
    """A day as the store keeps it."""
    return None if day is None else day.isoformat()


@lru_cache(maxsize=4096)
def day_of(text: str | None) -> date | None:
    """A stored day."""
    return None if text is None else _day(text)


@lru_cache(maxsize=4096)
def _day(text: str) -> date:
    return date.fromisoformat(text)


def ms(moment: datetime | None) -> int | None:
    """A moment as the store keeps it."""
    return None if moment is None else to_ms(moment)


def moment_of(value: int | None) -> datetime | None:
    """A stored moment."""
    return None if value is None else from_ms(value)
