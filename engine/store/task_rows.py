"""Rows of tasks and steps as records, and back."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b
from sys import intern
from typing import Any

from sqlalchemy import Row

from engine.core.localtime import from_ms, to_ms
from engine.core.states import StepState
from engine.core.task import PlannedPhase, PlannedStep, PlannedTask, Reason, StoredStep, StoredTask
from engine.store.jsontext import KEPT, from_text

Values = dict[str, Any]


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


def stored_task(row: Row[Any], found: tuple[StoredStep, ...]) -> StoredTask:
    """The whole row of a task, with its steps, as a record."""
    cells: tuple[Any, ...] = tuple(row)
    key, rule, year, round_, party, kind, title, explanation, asked, together, accept, *rest = cells
    peildatum, opens, due, expires, reasons, state, version, rulebook, next_at, held, extended, *moments = rest
    opened_at, submitted_at, suspended, again, _mark, begins, _lags, complete, phases = moments
    plan = PlannedTask(
        key,
        intern(rule),
        intern(year),
        None if round_ is None else intern(round_),
        intern(party),
        kind,
        intern(title),
        intern(explanation),
        intern(asked),
        from_text(together),
        day_of(peildatum),
        date.fromisoformat(opens),
        day_of(begins),
        date.fromisoformat(due),
        day_of(expires),
        accept,
        tuple([step.plan for step in found]),
        _reasons(reasons),
        () if phases is None else phases_in(from_text(phases)),
    )
    return StoredTask(
        plan,
        state,
        version,
        rulebook,
        found,
        moment_of(next_at),
        held,
        day_of(extended),
        moment_of(opened_at),
        moment_of(submitted_at),
        day_of(suspended),
        again,
        complete=day_of(complete),
    )


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


def step_values(task: str, step: StoredStep) -> Values:
    """The row of a step of that task."""
    plan = step.plan
    return {
        "task": task,
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
        *(iso(plan.expires), iso(plan.begins), [(reason.field, reason.text) for reason in plan.reasons]),
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
    return blake2b(json.dumps(told).encode(), digest_size=16).hexdigest()


def _told_phases(plan: PlannedTask) -> tuple[tuple[str, str, str], ...]:
    return tuple((one.name, one.date.isoformat(), one.by) for one in plan.phases)


def iso(day: date | None) -> str | None:
    """A day as the store keeps it."""
    return None if day is None else day.isoformat()


@lru_cache(maxsize=4096)
def day_of(text: str | None) -> date | None:
    """A stored day."""
    return None if text is None else date.fromisoformat(text)


def ms(moment: datetime | None) -> int | None:
    """A moment as the store keeps it."""
    return None if moment is None else to_ms(moment)


def moment_of(value: int | None) -> datetime | None:
    """A stored moment."""
    return None if value is None else from_ms(value)
