"""tick, second half: one digest per contact out of the steps that are due and whose reader's window is open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.app.foresight import foresee
from engine.app.letters import write_message
from engine.app.means import Means
from engine.app.tick import hearers, rungs_of
from engine.core.calendar import Calendar
from engine.core.digest import Candidate, Standstill, latest, must_wait
from engine.core.dutch import long_date
from engine.core.event import Event
from engine.core.ladder import may_tell_others
from engine.core.localtime import local_date, start_of_day
from engine.core.party import Register
from engine.core.ports import Calendars
from engine.core.states import MessageState
from engine.core.task import StoredTask
from engine.core.window import days_of, is_open, next_opening, opening_after
from engine.store.held import BRAKED, set_day, standstill
from engine.store.mail_days import must_foresee, spend
from engine.store.messages import (
    Message,
    Notice,
    add_message,
    add_notices,
    change_message,
    heard_of,
    held_tasks,
    is_provided,
    merge_notice,
    notices_of_message,
    outdated,
    provided_contacts,
    untried,
)
from engine.store.tasks import StepChange, load_tasks, set_step_states, states_of, steps_to_compose


@dataclass(slots=True)
class _Round:
    """What one call works with, and what it found."""

    means: Means
    now: datetime
    register: Register
    calendars: Calendars
    # Contacts that had their digest today, or whose earlier one is still under way.
    provided: set[int]
    standstill: Standstill | None
    events: list[Event] = field(default_factory=list)
    # (task, step) -> the moment its last waiting reader can be reached; absent when nobody waits.
    waits: dict[tuple[str, str], datetime] = field(default_factory=dict)


def compose(means: Means, now: datetime) -> list[Event]:
    """Writes notices and messages for due steps; repeated at the same moment it writes nothing."""
    with means.database.read() as connection:
        stale = must_foresee(connection, local_date(now)) is not None
        numbers = outdated(connection, now, start_of_day(local_date(now)))
        pairs = steps_to_compose(connection, now)
    _prepare(means, now, stale, numbers)
    if not pairs:
        return []
    with means.database.read() as connection:
        register, calendars = means.people(connection)
        tasks = {task.plan.key: task for task in load_tasks(connection, keys=(task for task, _ in pairs))}
        provided = provided_contacts(connection, start_of_day(local_date(now)))
        heard = heard_of(connection, tasks)
        work = _Round(means, now, register, calendars, provided, standstill(connection))
    by_contact: dict[int, list[Candidate]] = {}
    finished: list[StepChange] = []
    for key, name in pairs:
        task = tasks[key]
        candidates = _candidates(task, name, work)
        if candidates is None:
            continue
        if not candidates:
            finished.append((key, name, "dropped", "niemand heeft deze rol", None))
        for one in candidates:
            if (key, name, one.recipient.contact) not in heard:
                by_contact.setdefault(one.recipient.contact, []).append(one)
    for contact in sorted(by_contact):
        _tell(contact, by_contact[contact], work)
    _close_steps(pairs, finished, work)
    return work.events


def _prepare(means: Means, now: datetime, stale: bool, numbers: Sequence[int]) -> None:
    """Makes a stale forecast anew, and puts messages that were made ready on an earlier day into words of today."""
    if stale:
        with means.database.write() as connection:
            foresee(connection, means, now)
    for number in numbers:
        with means.database.write() as connection:
            write_message(connection, number, means, means.register(connection), now)


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
    today, hours = local_date(work.now), work.means.hours
    days = days_of(contact, work.register, work.calendars, today)
    weekly = days.weekly is not None and not any(one.urgent for one in candidates)
    later = opening_after(today, hours, days, weekly=weekly)
    if contact in work.provided:
        _wait(candidates, later, work)
    elif not is_open(work.now, hours, days) or (weekly and not days.is_weekly_day(today)):
        _wait(candidates, next_opening(work.now, hours, days, weekly=weekly), work)
    else:
        with work.means.database.write() as connection:
            # What was looked up holds only now that the write lock is ours: another tick may have been first.
            if is_provided(connection, contact, start_of_day(today)):
                _wait(candidates, later, work)
            else:
                _write(connection, contact, _still_to_tell(connection, contact, candidates), work)


def _wait(candidates: Iterable[Candidate], until: datetime, work: _Round) -> None:
    for one in candidates:
        pair = (one.task.plan.key, one.step.name)
        work.waits[pair] = min(until, work.waits.get(pair, until))


def _write(connection: Connection, contact: int, candidates: Sequence[Candidate], work: _Round) -> None:
    kept, merged = latest(candidates)
    add_notices(connection, [_notice(one, None, "merged", work.now) for one in merged])
    work.events += [_dropped(one.task.plan.key, one.step.name, contact, work.now) for one in merged]
    waiting = held_tasks(connection, contact)
    queued: list[tuple[Candidate, str]] = []
    held: list[tuple[Candidate, str]] = []
    for one in kept:
        reason = must_wait(one, work.means.settings, work.standstill) or waiting.get(one.task.plan.key, "")
        (held if reason else queued).append((one, reason))
    found = untried(connection, contact, "queued") if queued else None
    if queued and found is None and not spend(connection, local_date(work.now)):
        day = local_date(work.now)
        set_day(connection, BRAKED, day)
        held += [(one, f"op {long_date(day)} kwam er veel meer mail dan het plan voorzag") for one, _ in queued]
        queued = []
    if held:
        _fill(connection, contact, "held", untried(connection, contact, "held"), held, work)
    if queued:
        _fill(connection, contact, "queued", found, queued, work)


def _fill(
    connection: Connection,
    contact: int,
    state: MessageState,
    found: Message | None,
    group: Sequence[tuple[Candidate, str]],
    work: _Round,
) -> None:
    """Puts notices into the contact's message in that state, or into a new one, each with why it waits."""
    number = _open_message(connection, contact, found, state, work)
    if found is not None:
        _merge_older(connection, found, [one for one, _ in group], work)
    add_notices(connection, [_notice(one, number, "", work.now) for one, _ in group])
    if state == "held":
        change_message(connection, number, ["held"], reason=group[0][1])
        work.events += [Event(work.now, "held", one.task.plan.key, one.step.name, contact, number) for one, _ in group]
    write_message(connection, number, work.means, work.register, work.now, [one.task for one, _ in group])


def _still_to_tell(connection: Connection, contact: int, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Without what another tick told meanwhile, and what a school answered."""
    keys = {one.task.plan.key for one in candidates}
    heard = heard_of(connection, keys)
    states = states_of(connection, keys)
    changed = [one.task.plan.key for one in candidates if states[one.task.plan.key][1] != one.task.version]
    fresh = {task.plan.key: task for task in load_tasks(connection, keys=changed)}
    return [
        replace(one, task=fresh.get(one.task.plan.key, one.task))
        for one in candidates
        if states[one.task.plan.key][0] == "open" and (one.task.plan.key, one.step.name, contact) not in heard
    ]


def _open_message(
    connection: Connection, contact: int, found: Message | None, state: MessageState, work: _Round
) -> int:
    if found is not None:
        return found.id
    return add_message(
        connection,
        contact=contact,
        email=work.register.contacts[contact].email,
        kind="digest",
        state=state,
        now=work.now,
    )


def _merge_older(connection: Connection, found: Message, group: Sequence[Candidate], work: _Round) -> None:
    """A newer step of a task takes the place of an older one in the digest that both would be in."""
    newer = {one.task.plan.key for one in group}
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


def _close_steps(pairs: Sequence[tuple[str, str]], finished: Sequence[StepChange], work: _Round) -> None:
    """A step whose readers all have a notice is noticed; another is looked at when its next reader can be reached."""
    ended = {(task, name) for task, name, *_ in finished}
    rows = list(finished)
    for pair in pairs:
        if pair in ended:
            continue
        until = work.waits.get(pair)
        rows.append((*pair, "noticed" if until is None else "due", "", until))
    with work.means.database.write() as connection:
        set_step_states(connection, rows, only_due=True)
