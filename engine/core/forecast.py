"""Which contacts a mail will reach on which day, when nobody answers and nothing else happens."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from engine.core.ladder import REST_BEFORE_ESCALATION, Rung, decide, rests, waits_for
from engine.core.party import Register
from engine.core.ports import Calendars
from engine.core.recipients import readers
from engine.core.rule import ATTENDEES
from engine.core.task import StoredStep, StoredTask
from engine.core.window import FARTHEST, Days, days_of


class Coming(NamedTuple):
    """A step that will be told, to whom, and from which day its mail may leave.

    `together` is empty but for the first step; `weekly`: it waits for the weekly day of who has one. `guests` are who
    attends a talk, where the step goes to them.
    """

    party: str
    to: tuple[str, ...]
    copy: tuple[str, ...]
    together: tuple[str, ...]
    day: date
    weekly: bool
    guests: tuple[tuple[int, str], ...] = ()


def foreseen(
    tasks: Iterable[StoredTask], register: Register, calendars: Calendars, first: date, last: date
) -> Mapping[date, frozenset[int]]:
    """The contacts with a digest on each day from `first` to `last`, both inclusive; days without mail are absent.

    One digest a day per contact, on the contact's own open days. An answer brings less, downtime moves it.
    """
    coming = (
        _coming(task, step, _rested(task, step, day, first, calendars))
        for task in tasks
        for step, day in _to_go(task, first, last)
    )
    return {day: who for day, who in digests(coming, register, calendars, first).items() if day <= last}


def digests(
    coming: Iterable[Coming], register: Register, calendars: Calendars, first: date
) -> Mapping[date, frozenset[int]]:
    """The contacts with a digest on each day from `first` on; what should have left before leaves on `first`."""
    look = _Lookup(register, calendars, first)
    found: dict[date, set[int]] = {}
    for one in coming:
        day = max(one.day, first)
        for contact in look.hearers(one, day):
            reached = look.reached(contact, day, weekly=one.weekly)
            if reached is not None:
                found.setdefault(reached, set()).add(contact)
    return {day: frozenset(contacts) for day, contacts in sorted(found.items())}


@dataclass(slots=True)
class _Lookup:
    """Answers that come back for thousands of steps, each worked out once."""

    register: Register
    calendars: Calendars
    first: date
    _changes: list[date] = field(init=False)
    _hearers: dict[tuple[object, ...], tuple[int, ...]] = field(init=False, default_factory=dict)
    # When each contact is reached, and whether it hears weekly.
    _days: dict[int, tuple[_Reached, bool]] = field(init=False, default_factory=dict)
    _alike: dict[tuple[object, ...], _Reached] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        begins = {row.first for row in self.register.roles if row.first is not None}
        ends = {row.last + timedelta(days=1) for row in self.register.roles if row.last is not None}
        away = {one.first for one in self.register.absences}
        away |= {one.last + timedelta(days=1) for one in self.register.absences}
        self._changes = sorted(begins | ends | away)

    def hearers(self, one: Coming, day: date) -> tuple[int, ...]:
        # The same number for days on which everyone has the same roles and the same people are away.
        epoch = bisect_right(self._changes, day) if self._changes else 0
        who = (one.party, one.to, one.copy, one.together, one.guests, epoch)
        known = self._hearers.get(who)
        if known is None:
            found = readers(
                one.to, one.together, one.copy, party=one.party, register=self.register, day=day, guests=one.guests
            )
            known = self._hearers[who] = tuple(reader.contact for reader in found)
        return known

    def reached(self, contact: int, day: date, *, weekly: bool) -> date | None:
        known = self._days.get(contact)
        if known is None:
            known = self._days[contact] = self._days_of(contact)
        reached, has_weekly = known
        return reached.from_day(day, weekly=weekly and has_weekly)

    def _days_of(self, contact: int) -> tuple[_Reached, bool]:
        days = days_of(contact, self.register, self.calendars, self.first)
        key = (*map(id, days.calendars), days.workdays, days.weekly)
        return self._alike.setdefault(key, _Reached(days)), days.weekly is not None


@dataclass(slots=True)
class _Reached:
    """The first day from a day on, found once for all contacts who read on the same days."""

    days: Days
    _known: dict[tuple[date, bool], date | None] = field(init=False, default_factory=dict)

    def from_day(self, day: date, *, weekly: bool) -> date | None:
        key = day, weekly
        if key not in self._known:
            fits = self.days.is_weekly_day if weekly else self.days.has
            ahead = (day + timedelta(days=n) for n in range(FARTHEST))
            self._known[key] = next((one for one in ahead if fits(one)), None)
        return self._known[key]


def _coming(task: StoredTask, step: StoredStep, day: date) -> Coming:
    plan = step.plan
    together = task.plan.together if plan.position == 0 else ()
    weekly = plan.date is not None and plan.date < task.plan.due
    guests = task.guests if ATTENDEES in (*plan.to, *plan.copy) else ()
    return Coming(task.plan.party, plan.to, plan.copy, together, day, weekly, guests)


def _to_go(task: StoredTask, first: date, last: date) -> Iterator[tuple[StoredStep, date]]:
    """The steps that will still be told, each with the day from which its mail may leave."""
    if task.state not in ("planned", "open"):
        return
    rungs = [Rung(step.plan, step.state) for step in task.steps]
    due = decide(task.state, task.plan.opens, task.plan.asked, rungs, first, task.suspended).due
    for step in task.steps:
        day = step.plan.date
        if day is not None and task.suspended is not None:
            day = max(day, task.suspended)
        if step.state == "due" or step.plan.name in due:
            yield step, first
        elif step.state == "pending" and day is not None and first < day <= last:
            yield step, day


def _rested(task: StoredTask, step: StoredStep, day: date, first: date, calendars: Calendars) -> date:
    """The day on which a step to others than the party asked may go: the party must have been asked before it."""
    before = waits_for(step.plan, task.plan.asked, (one.plan for one in task.steps))
    if any(one.sent is not None and one.plan in before for one in task.steps):
        return day
    due = [one.date for one in before if one.date is not None]
    if not due:
        return day
    calendar = calendars.of(task.plan.party)
    if not rests(step.plan, before, calendar):
        return max(day, max(min(due), first) + timedelta(days=1))
    ahead = (max(min(due), first) + timedelta(days=n) for n in range(FARTHEST))
    rested = [one for one in ahead if calendar.is_open(one)][: REST_BEFORE_ESCALATION + 1]
    return max(day, rested[-1]) if rested else day
