"""tick, second half: one digest per contact out of the steps that are due and whose reader's window is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.app.letters import write_message
from engine.app.means import Means
from engine.app.tick import hearers, rungs_of
from engine.core.calendar import Calendar
from engine.core.digest import Candidate, latest, must_wait
from engine.core.event import Event
from engine.core.ladder import may_tell_others
from engine.core.localtime import local_date, start_of_day
from engine.core.party import Register
from engine.core.ports import Calendars
from engine.core.states import StepState
from engine.core.task import StoredTask
from engine.core.window import days_of, is_open, next_opening, opening_after
from engine.store.messages import (
    Message,
    Notice,
    add_message,
    add_notices,
    busy_contacts,
    change_message,
    merge_notice,
    notices_of_message,
    notices_of_tasks,
    served_contacts,
    untried,
)
from engine.store.tasks import load_tasks, set_step_states, steps_to_compose


@dataclass(slots=True)
class _Round:
    """What one call works with, and what it found."""

    means: Means
    now: datetime
    register: Register
    calendars: Calendars
    # Contacts that had their digest today, or whose earlier one is still under way.
    provided: set[int]
    events: list[Event] = field(default_factory=list)
    # (task, step) -> the moment its last waiting reader can be reached; absent when nobody waits.
    waits: dict[tuple[str, str], datetime] = field(default_factory=dict)


def compose(means: Means, now: datetime) -> list[Event]:
    """Writes notices and messages for due steps; repeated at the same moment it writes nothing."""
    with means.database.read() as connection:
        pairs = steps_to_compose(connection, now)
        if not pairs:
            return []
        register, calendars = means.people(connection)
        tasks = {task.plan.key: task for task in load_tasks(connection, keys=(task for task, _ in pairs))}
        busy, served = busy_contacts(connection), served_contacts(connection, start_of_day(local_date(now)))
        told = {(n.task, n.step, n.contact) for n in notices_of_tasks(connection, tasks)}
    work = _Round(means, now, register, calendars, busy | served)
    by_contact: dict[int, list[Candidate]] = {}
    finished: list[tuple[str, str, StepState, str]] = []
    for key, name in pairs:
        task = tasks[key]
        candidates = _candidates(task, name, work)
        if candidates is None:
            continue
        if not candidates:
            finished.append((key, name, "dropped", "niemand heeft deze rol"))
        for one in candidates:
            if (key, name, one.recipient.contact) not in told:
                by_contact.setdefault(one.recipient.contact, []).append(one)
    for contact in sorted(by_contact):
        _tell(contact, by_contact[contact], work)
    _close_steps(pairs, finished, work)
    return work.events


def _candidates(task: StoredTask, name: str, work: _Round) -> list[Candidate] | None:
    """The readers of a due step; None when the step must wait for an earlier request to sink in."""
    step = next(step for step in task.steps if step.plan.name == name)
    today = local_date(work.now)
    calendar: Calendar = work.calendars.of(task.plan.party)
    if not may_tell_others(step.plan, task.plan.asked, rungs_of(task), calendar, today):
        work.waits[task.plan.key, name] = start_of_day(today + timedelta(days=1))
        return None
    return [Candidate(task, step.plan, who) for who in hearers(task, step, work.register, today)]


def _tell(contact: int, candidates: Sequence[Candidate], work: _Round) -> None:
    """Makes or extends the contact's digest, or notes when this contact can be reached."""
    today = local_date(work.now)
    days = days_of(contact, work.register, work.calendars, today)
    weekly = days.weekly is not None and not any(one.urgent for one in candidates)
    if contact in work.provided:
        _wait(candidates, opening_after(today, work.means.hours, days, weekly=weekly), work)
    elif not is_open(work.now, work.means.hours, days) or (weekly and not days.is_weekly_day(today)):
        _wait(candidates, next_opening(work.now, work.means.hours, days, weekly=weekly), work)
    else:
        with work.means.database.write() as connection:
            _write(connection, contact, candidates, work)


def _wait(candidates: Iterable[Candidate], until: datetime, work: _Round) -> None:
    for one in candidates:
        pair = (one.task.plan.key, one.step.name)
        work.waits[pair] = min(until, work.waits.get(pair, until))


def _write(connection: Connection, contact: int, candidates: Sequence[Candidate], work: _Round) -> None:
    today = local_date(work.now)
    if contact in busy_contacts(connection) | served_contacts(connection, start_of_day(today)):
        days = days_of(contact, work.register, work.calendars, today)
        _wait(candidates, opening_after(today, work.means.hours, days), work)
        return
    candidates = _still_to_tell(connection, contact, candidates)
    kept, merged = latest(candidates)
    add_notices(connection, [_notice(one, None, "merged", work.now) for one in merged])
    work.events += [_dropped(one.task.plan.key, one.step.name, contact, work.now) for one in merged]
    held = [one for one in kept if must_wait(one, work.means.settings)]
    free = [one for one in kept if one not in held]
    for state, group in (("held", held), ("queued", free)):
        if not group:
            continue
        found = untried(connection, contact, "held" if state == "held" else "queued")
        number = _open_message(connection, contact, found, state == "held", work)
        if found is not None:
            _merge_older(connection, found, group, work)
        add_notices(connection, [_notice(one, number, "", work.now) for one in group])
        if state == "held":
            change_message(connection, number, ["held"], reason=must_wait(group[0], work.means.settings))
            work.events += [Event(work.now, "held", one.task.plan.key, one.step.name, contact, number) for one in group]
        write_message(connection, number, work.means, work.register, work.now)


def _still_to_tell(connection: Connection, contact: int, candidates: Sequence[Candidate]) -> list[Candidate]:
    """What holds now that the write lock is ours: another tick may have told it, or a school may have answered."""
    keys = {one.task.plan.key for one in candidates}
    told = {(n.task, n.step) for n in notices_of_tasks(connection, keys) if n.contact == contact}
    alive = {task.plan.key for task in load_tasks(connection, keys=keys) if task.state == "open"}
    return [one for one in candidates if one.task.plan.key in alive and (one.task.plan.key, one.step.name) not in told]


def _open_message(connection: Connection, contact: int, found: Message | None, held: bool, work: _Round) -> int:
    if found is not None:
        return found.id
    return add_message(
        connection,
        contact=contact,
        email=work.register.contacts[contact].email,
        kind="digest",
        state="held" if held else "queued",
        now=work.now,
    )


def _merge_older(connection: Connection, found: Message, group: Sequence[Candidate], work: _Round) -> None:
    """A newer step of a task takes the place of an older one in the digest that both would be in."""
    newer = {one.task.plan.key: one for one in group}
    for notice in notices_of_message(connection, found.id):
        if notice.task in newer:
            merge_notice(connection, notice)
            work.events.append(_dropped(notice.task, notice.step, notice.contact, work.now))


def _notice(one: Candidate, message: int | None, outcome: str, now: datetime) -> Notice:
    who = one.recipient
    return Notice(
        one.task.plan.key, one.step.name, who.contact, who.audience, who.role, who.fallback, now, message, outcome
    )


def _dropped(task: str, step: str, contact: int, now: datetime) -> Event:
    return Event(now, "dropped", task, step, contact, reason="merged")


def _close_steps(
    pairs: Sequence[tuple[str, str]], finished: Sequence[tuple[str, str, StepState, str]], work: _Round
) -> None:
    """A step whose readers all have a notice is noticed; another is looked at when its next reader can be reached."""
    ended = {(task, name) for task, name, _, _ in finished}
    rows: list[tuple[str, str, StepState, str, datetime | None]] = [(*row, None) for row in finished]
    for pair in pairs:
        if pair in ended:
            continue
        until = work.waits.get(pair)
        rows.append((*pair, "noticed" if until is None else "due", "", until))
    with work.means.database.write() as connection:
        set_step_states(connection, rows, only_from="due")
