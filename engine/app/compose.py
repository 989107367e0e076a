"""tick, second half: one digest per contact out of the steps that are due and whose reader's window is open.

Contacts are told in batches, a transaction each: what is read before writing is read once for all of them, under the
write lock, and a run that is killed has told each contact wholly or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from engine.app.foresight import foresee
from engine.app.handing_over import follow_successions
from engine.app.hearing import hearers
from engine.app.letters import write_messages
from engine.app.means import Means
from engine.app.reroute import reroute_messages
from engine.core.calendar import Calendar
from engine.core.digest import Ahead, Candidate, Standstill, latest, must_wait
from engine.core.dutch import long_date
from engine.core.event import Event
from engine.core.ladder import Rung, follows_adoption, may_tell_others, rungs_of
from engine.core.localtime import local_date, start_of_day
from engine.core.party import Register
from engine.core.ports import Calendars
from engine.core.states import MessageState
from engine.core.task import StoredTask
from engine.core.window import Days, closed_until, days_of, is_open, next_opening, opening_after
from engine.store.ahead import Telling, decided_ahead, forget_ahead
from engine.store.correspondence import held_tasks, untried_digests
from engine.store.drafts import Draft, a_digest, new_numbers
from engine.store.held import BRAKED, set_day, standstill
from engine.store.mail_days import must_foresee, room, spend
from engine.store.messages import Message, change_message, outdated, provided_contacts
from engine.store.notices import Notice, add_notices, heard_of, merge_notice, notices_of_message
from engine.store.tasks import StepChange, load_tasks, next_step, put_off, set_step_states, states_of, steps_to_compose

# Each batch is a transaction, in which nobody else writes.
TOLD_AT_ONCE = 50


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
    # Of tasks that share their steps: how deciding sees those.
    rungs: dict[int, tuple[Rung, ...]] = field(default_factory=dict)
    # The days on which each contact reads.
    days: dict[int, Days] = field(default_factory=dict)

    def rungs_of(self, task: StoredTask) -> tuple[Rung, ...]:
        """The task's steps as deciding sees them; the task stays as long as this does."""
        found = self.rungs.get(id(task.steps))
        if found is None:
            found = self.rungs[id(task.steps)] = rungs_of(task)
        return found


@dataclass(slots=True)
class _Known:
    """What is known of a batch of contacts under the write lock, and what comes of it."""

    tasks: Mapping[str, StoredTask]
    heard: set[tuple[str, str, int]]
    # (contact, task) -> why mail of it waits for the bureau.
    waiting: Mapping[tuple[int, str], str]
    untried: Mapping[tuple[int, MessageState], Message]
    ahead: Mapping[Telling, Ahead]
    # How many new digests today may still bring, and how many this batch brings.
    room: int
    spent: int = 0
    notices: list[Notice] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    new_numbers: Iterator[int] = field(default_factory=lambda: iter(()))
    drafts: dict[int, Draft] = field(default_factory=dict)

    @classmethod
    def read(cls, connection: Connection, batch: Mapping[int, Sequence[Candidate]], today: date) -> _Known:
        tasks = {one.task.plan.key: one.task for candidates in batch.values() for one in candidates}
        states = states_of(connection, tasks)
        changed = [key for key, task in tasks.items() if states[key][1] != task.version]
        tasks |= {task.plan.key: task for task in load_tasks(connection, keys=changed)} if changed else {}
        return cls(
            tasks,
            heard_of(connection, tasks, (one.step.name for candidates in batch.values() for one in candidates)),
            held_tasks(connection, batch),
            untried_digests(connection, batch),
            decided_ahead(connection, tasks),
            room(connection, today),
            new_numbers=new_numbers(connection),
        )


def compose(means: Means, now: datetime) -> list[Event]:
    """Writes notices and messages for due steps; repeated at the same moment it writes nothing.

    Before that, who takes over by now is asked what is open.
    """
    follow_successions(means, now)
    with means.database.read() as connection:
        stale = must_foresee(connection, local_date(now)) is not None
        numbers = outdated(connection, now, start_of_day(local_date(now)))
        closed = closed_until(now, means.hours)
        waits = next_step(connection) if closed is not None else None
        pairs = steps_to_compose(connection, now) if closed is None else []
    _reword(means, now, numbers)
    if closed is not None and waits is not None and waits <= now:
        with means.database.write() as connection:
            put_off(connection, now, closed)
    if not pairs:
        return []
    with means.database.read() as connection:
        register, calendars = means.people(connection)
        tasks = {task.plan.key: task for task in load_tasks(connection, keys=(task for task, _ in pairs))}
        provided = provided_contacts(connection, start_of_day(local_date(now)))
        heard = heard_of(connection, tasks, (name for _, name in pairs))
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
    reached = [contact for contact in sorted(by_contact) if _is_reached(contact, by_contact[contact], work)]
    if stale and reached:
        # A forecast counts only where mail is made: most of what changes it comes between two mornings.
        with means.database.write() as connection:
            foresee(connection, means, now)
    # Where nobody can be reached there are still steps to close.
    for start in range(0, len(reached) or 1, TOLD_AT_ONCE):
        batch = {contact: by_contact[contact] for contact in reached[start : start + TOLD_AT_ONCE]}
        with means.database.write() as connection:
            if batch:
                _tell(connection, batch, work)
            if start + TOLD_AT_ONCE >= len(reached):
                _close_steps(connection, pairs, finished, work)
    return work.events


def _reword(means: Means, now: datetime, numbers: Sequence[int]) -> None:
    """Puts messages that were made ready on an earlier day into words of today.

    Who has the role by now, or stands in for who is away, hears instead.
    """
    for start in range(0, len(numbers), TOLD_AT_ONCE):
        with means.database.write() as connection:
            batch = numbers[start : start + TOLD_AT_ONCE]
            reroute_messages(connection, batch, means, now)


def _candidates(task: StoredTask, name: str, work: _Round) -> list[Candidate] | None:
    """The readers of a due step; None when the step must wait: for an earlier request to sink in, or for the school.

    Of a school that closed nothing goes out, as long as nobody decided on its task.
    """
    step = next(step for step in task.steps if step.plan.name == name)
    today = local_date(work.now)
    party = work.register.parties.get(task.plan.party)
    if party is not None and not party.active:
        work.waits[task.plan.key, name] = start_of_day(today + timedelta(days=1))
        return None
    calendar: Calendar = work.calendars.of(task.plan.party)
    asks = task.plan.asked in step.plan.to
    if not asks and not may_tell_others(step.plan, task.plan.asked, work.rungs_of(task), calendar, today):
        work.waits[task.plan.key, name] = start_of_day(today + timedelta(days=1))
        return None
    return [Candidate(task, step.plan, who) for who in hearers(task, step, work.register, today)]


def _is_reached(contact: int, candidates: Sequence[Candidate], work: _Round) -> bool:
    """True when the contact may be told now; else notes when."""
    today, hours = local_date(work.now), work.means.hours
    days = work.days.get(contact)
    if days is None:
        days = work.days[contact] = days_of(contact, work.register, work.calendars, today)
    weekly = days.weekly is not None and not any(one.urgent for one in candidates)
    if contact in work.provided:
        _wait(candidates, opening_after(today, hours, days, weekly=weekly), work)
    elif not is_open(work.now, hours, days) or (weekly and not days.is_weekly_day(today)):
        _wait(candidates, next_opening(work.now, hours, days, weekly=weekly), work)
    else:
        return True
    return False


def _tell(connection: Connection, batch: Mapping[int, Sequence[Candidate]], work: _Round) -> None:
    """Makes or extends the digests of these contacts.

    What was looked up before holds only now that the write lock is ours: another tick may have been first.
    """
    today = local_date(work.now)
    work.provided = provided_contacts(connection, start_of_day(today), batch)
    known = _Known.read(connection, batch, today)
    for contact, candidates in batch.items():
        if _is_reached(contact, candidates, work):
            _write(connection, contact, _still_to_tell(contact, candidates, known), known, work)
    write_messages(
        connection,
        known.numbers,
        work.means,
        work.register,
        work.now,
        known.tasks.values(),
        known.drafts,
        known.notices,
    )
    add_notices(connection, known.notices)
    forget_ahead(connection, known.ahead.keys() & {(one.task, one.step, one.contact) for one in known.notices})
    spend(connection, today, known.spent)


def _wait(candidates: Iterable[Candidate], until: datetime, work: _Round) -> None:
    for one in candidates:
        pair = (one.task.plan.key, one.step.name)
        work.waits[pair] = min(until, work.waits.get(pair, until))


def _write(connection: Connection, contact: int, candidates: Sequence[Candidate], known: _Known, work: _Round) -> None:
    kept, merged = latest(candidates)
    known.notices += [_notice(one, None, "merged", work.now) for one in merged]
    work.events += [_dropped(one.task.plan.key, one.step.name, contact, work.now) for one in merged]
    queued: list[Candidate] = []
    held: list[tuple[Candidate, str]] = []
    for one in kept:
        reason = must_wait(one, work.means.settings, work.standstill, known.ahead.get(_telling(one)))
        reason = reason or known.waiting.get((contact, one.task.plan.key), "")
        if reason:
            held.append((one, reason))
        else:
            queued.append(one)
    if queued and (contact, "queued") not in known.untried:
        if known.spent < known.room:
            known.spent += 1
        else:
            day = local_date(work.now)
            set_day(connection, BRAKED, day)
            held += [(one, f"op {long_date(day)} kwam er veel meer mail dan het plan voorzag") for one in queued]
            queued = []
    if held:
        group, why = [one for one, _ in held], held[0][1]
        number = _fill(connection, contact, "held", group, known, work, why)
        work.events += [Event(work.now, "held", one.task.plan.key, one.step.name, contact, number) for one in group]
    if queued:
        _fill(connection, contact, "queued", queued, known, work)


def _fill(
    connection: Connection,
    contact: int,
    state: MessageState,
    group: Sequence[Candidate],
    known: _Known,
    work: _Round,
    reason: str = "",
) -> int:
    """Puts notices into the contact's message in that state, or into a new one; returns its number.

    What is new in a message that was ready waits as long as a new message does.
    """
    found = known.untried.get((contact, state))
    leaves = work.now + work.means.wait if state == "queued" else None
    if found is None:
        email = work.register.contacts[contact].email
        number = next(known.new_numbers)
        known.drafts[number] = Draft(a_digest(number, contact, email, state, reason, work.now, leaves))
    else:
        number = found.id
        _merge_older(connection, found, group, work)
        change_message(connection, number, [state], reason=reason)
        if work.means.wait and leaves is not None and found.next_attempt is not None and found.next_attempt < leaves:
            change_message(connection, number, [state], next_attempt=leaves)
    known.notices += [_notice(one, number, "", work.now) for one in group]
    known.numbers.append(number)
    return number


def _still_to_tell(contact: int, candidates: Sequence[Candidate], known: _Known) -> list[Candidate]:
    """Without what another tick told meanwhile, what a school answered, and what a person put off."""
    found = [Candidate(known.tasks[one.task.plan.key], one.step, one.recipient) for one in candidates]
    return [
        one
        for one in found
        if (one.task.state == "open" or (one.task.state == "done" and follows_adoption(one.task, one.step.name)))
        and (one.task.plan.key, one.step.name, contact) not in known.heard
        and any(step.plan.name == one.step.name and step.state == "due" for step in one.task.steps)
    ]


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


def _telling(one: Candidate) -> Telling:
    return one.task.plan.key, one.step.name, one.recipient.contact


def _dropped(task: str, step: str, contact: int, now: datetime) -> Event:
    return Event(now, "dropped", task, step, contact, reason="merged")


def _close_steps(
    connection: Connection, pairs: Sequence[tuple[str, str]], finished: Sequence[StepChange], work: _Round
) -> None:
    """A step whose readers all have a notice is noticed; another is looked at when its next reader can be reached."""
    ended = {(task, name) for task, name, *_ in finished}
    rows = list(finished)
    for pair in pairs:
        if pair in ended:
            continue
        until = work.waits.get(pair)
        rows.append((*pair, "noticed" if until is None else "due", "", until))
    set_step_states(connection, rows, only_due=True)
