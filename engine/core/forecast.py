"""Which contacts a mail will reach on which day, when nobody answers and nothing else happens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from engine.core.ladder import Rung, decide
from engine.core.party import Register
from engine.core.ports import Calendars
from engine.core.recipients import recipients
from engine.core.task import StoredStep, StoredTask
from engine.core.window import Days, days_of


def foreseen(
    tasks: Iterable[StoredTask], register: Register, calendars: Calendars, first: date, last: date
) -> Mapping[date, frozenset[int]]:
    """The contacts with a digest on each day from `first` to `last`, both inclusive; days without mail are absent.

    One digest a day per contact, on the contact's own open days. An answer brings less, downtime moves it.
    """
    found: dict[date, set[int]] = {}
    known: dict[int, Days] = {}
    for task in tasks:
        for step, day in _to_go(task, first, last):
            heard = recipients(
                step.plan,
                task.plan.together,
                first=step.plan.position == 0,
                party=task.plan.party,
                register=register,
                day=day,
            )
            for one in heard:
                if one.contact not in known:
                    known[one.contact] = days_of(one.contact, register, calendars, first)
                weekly = step.plan.date is not None and step.plan.date < task.plan.due
                reached = _reached(day, last, known[one.contact], weekly=weekly)
                if reached is not None:
                    found.setdefault(reached, set()).add(one.contact)
    return {day: frozenset(contacts) for day, contacts in sorted(found.items())}


def _to_go(task: StoredTask, first: date, last: date) -> Iterator[tuple[StoredStep, date]]:
    """The steps that will still be told, each with the day from which its mail may leave."""
    if task.state not in ("planned", "open"):
        return
    rungs = [Rung(step.plan, step.state) for step in task.steps]
    due = decide(task.state, task.plan.opens, task.plan.asked, rungs, first).due
    for step in task.steps:
        day = step.plan.date
        if step.state == "due" or step.plan.name in due:
            yield step, first
        elif step.state == "pending" and day is not None and first < day <= last:
            yield step, day


def _reached(day: date, last: date, days: Days, *, weekly: bool) -> date | None:
    fits = days.is_weekly_day if weekly else days.has
    while day <= last:
        if fits(day):
            return day
        day += timedelta(days=1)
    return None
