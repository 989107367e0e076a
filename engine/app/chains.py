"""One rule feeds the next: a step on `compleet` gets its day when all is in, and a later change is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.desk import Desk, changed_meanwhile
from engine.app.means import Means
from engine.app.placing import next_look
from engine.app.planning import PROGRAM
from engine.app.postpone import dates_with
from engine.app.used import Chains, told_complete
from engine.core.chain import Happened, Used, complete_on, concerned, is_change
from engine.core.digest import ALL_WAITS
from engine.core.localtime import local_date, start_of_day
from engine.core.party import Register
from engine.core.planning import is_valid
from engine.core.problem import Refused
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.states import OPEN_STATES
from engine.core.task import StoredStep, StoredTask
from engine.core.telling import changed, is_changed
from engine.core.window import days_of, next_opening, opening_after
from engine.store.chains import (
    OFF,
    Mark,
    Telling,
    marks,
    moved_after,
    opening_between,
    remember_mark,
    tellings_of,
)
from engine.store.mail_days import foresee_from
from engine.store.messages import add_message, is_served, messages_of_task, untried
from engine.store.notices import Notice, add_notices, forget_unsent, notices_of_message, notices_of_tasks, take_out
from engine.store.tasks import change, load_tasks, replace_plans

# Of more parties than these all tasks are read.
MOST_PARTIES = 400

Moved = Mapping[tuple[str, str], Sequence[Happened]]


def lag(connection: Connection, means: Means, now: datetime) -> bool:
    """True when something moved since the last time, and there are rules that use others."""
    return _lag(connection, means, *marks(connection, local_date(now)))


def _lag(connection: Connection, means: Means, mark: Mark, seen: str | None) -> bool:
    return seen not in (OFF, str(mark)) and any(rule.uses for rule in means.rules(connection))


def follow_chains(means: Means, now: datetime) -> None:
    """Looks what moved since the last time, and lets the tasks that use it follow; a second time it does nothing.

    Raises Refused when somebody else changed one of them meanwhile: the next tick goes on.
    """
    with means.database.write() as connection:
        mark, seen = marks(connection, local_date(now))
        if _lag(connection, means, mark, seen):
            _follow(Desk(connection, means, now, PROGRAM), mark, Mark.parse(seen) if seen else None)
            remember_mark(connection, mark)


def _follow(desk: Desk, mark: Mark, seen: Mark | None) -> None:
    moved = moved_after(desk.connection, seen.newest) if seen is not None else {}
    using = [rule for rule in desk.means.rules(desk.connection) if rule.uses]
    opening, anew = _opening(desk, using, mark, seen), _is_new(mark, seen)
    whole = Chains(desk.connection, desk.means, desk.today)
    for rule in using:
        for schooljaar in _years(rule, moved.keys() | opening, desk.today, everything=anew):
            feeds = [(name, schooljaar) for name in (rule.id, *rule.uses)]
            happened = [one for feed in feeds for one in moved.get(feed, ())]
            parties = None if anew or not opening.isdisjoint(feeds) else _users(happened, desk.register)
            found = load_tasks(desk.connection, schooljaren=[schooljaar], rule=rule.id, parties=parties)
            chains = whole if parties is None else _chains_of(found, desk) or whole
            for task in found:
                if task.state not in ("waived", "cancelled"):
                    used = chains.of(task.plan)
                    _tell_changes(desk, task, used, moved)
                    _settle(desk, task, complete_on(used))
    desk.finish()


def _users(happened: Sequence[Happened], register: Register) -> set[str] | None:
    """The parties whose tasks may use what moved; None for all: also where a round may have another first day now."""
    found: set[str] = set()
    for one in happened:
        places = concerned(one.party, register)
        if places is None or "cancelled" in (one.before, one.after):
            return None
        found |= places
    return found if len(found) <= MOST_PARTIES else None


def _chains_of(tasks: Sequence[StoredTask], desk: Desk) -> Chains | None:
    """What these tasks use, without what only others use; None where one of them uses everything."""
    found: set[str] = set()
    for task in tasks:
        places = concerned(task.plan.party, desk.register)
        if places is None:
            return None
        found |= places
    return Chains(desk.connection, desk.means, desk.today, found)


def _is_new(mark: Mark, seen: Mark | None) -> bool:
    """True where another plan, rulebook or register may have changed what any task waits for, or a year is new."""
    return seen is None or mark.stored != seen.stored or Schooljaar.of(mark.day) != Schooljaar.of(seen.day)


def _opening(desk: Desk, using: Sequence[Rule], mark: Mark, seen: Mark | None) -> set[tuple[str, str]]:
    """The rules and schooljaren of which a round opened by the day alone, whatever its tasks did."""
    if seen is None or mark.day == seen.day:
        return set()
    names = {name for rule in using for name in rule.uses}
    days = sorted((seen.day, mark.day))  # a clock that was set back closes what had opened
    return opening_between(desk.connection, names, _around(desk.today), *days)


def _around(today: date) -> list[str]:
    running = Schooljaar.of(today)
    return [str(one) for one in (running.previous, running, running.next)]


def _years(rule: Rule, concerned: Collection[tuple[str, str]], today: date, *, everything: bool) -> list[str]:
    """The schooljaren in which a task of the rule may have something new."""
    years = set(_around(today)) if everything else set()
    years |= {schooljaar for name, schooljaar in concerned if name in (rule.id, *rule.uses)}
    return sorted(year for year in years if is_valid(rule, Schooljaar.parse(year)))


def _settle(desk: Desk, task: StoredTask, day: date | None) -> None:
    """Stores since when all is in; the steps that hang on it get their days, or wait again."""
    key = task.plan.key
    if day == task.complete:
        return
    if task.state not in OPEN_STATES:
        if not change(
            desk.connection, key, task.version, {"complete": None if day is None else day.isoformat()}
        ):  # pragma: no cover
            raise changed_meanwhile()
        return
    names = {step.name for step in task.plan.steps if step.on_uses}
    if names and day is None:
        _take_back(desk, key, names)
    becomes = _with_days(desk, replace(task, complete=day))
    becomes = replace(becomes, next_at=next_look(becomes, desk.today) if desk.runs(task) else None)
    if not replace_plans(desk.connection, [becomes]):
        raise changed_meanwhile()
    if names:
        foresee_from(desk.connection, desk.today)


def _take_back(desk: Desk, key: str, names: Collection[str]) -> None:
    """Takes the news that all is in out of mail that nobody tried to send."""
    for waiting in messages_of_task(desk.connection, key, ["held", "queued"]):
        for notice in notices_of_message(desk.connection, waiting.id) if not waiting.attempts else ():
            if notice.task == key and notice.step in names:
                take_out(desk.connection, notice, "moved")
                desk.touch(waiting.id)
    forget_unsent(desk.connection, key)


def _with_days(desk: Desk, task: StoredTask) -> StoredTask:
    """The task with the days that its rule gives the steps on `compleet`; nothing else of it changes."""
    try:
        wanted = dates_with(desk, task, task.extended)
    except Refused:  # the rule is gone, or does not know the task any more: planning tells that
        return task
    days = {step.name: step.date for step in wanted.steps if step.on_uses}
    fields = {f"step:{name}" for name in days}
    reasons = {one.field: one for one in wanted.reasons if one.field in fields}
    told = {one.step for one in notices_of_tasks(desk.connection, [task.plan.key]) if one.message is not None}
    steps = tuple(_redated(step, days, told) if step.plan.on_uses else step for step in task.steps)
    plan = replace(
        task.plan,
        steps=tuple(step.plan for step in steps),
        reasons=tuple(reasons.get(one.field, one) for one in task.plan.reasons),
    )
    return replace(task, plan=plan, steps=steps)


def _redated(step: StoredStep, days: Mapping[str, date | None], told: Collection[str]) -> StoredStep:
    """What was told stays told; the rest is armed again."""
    plan = replace(step.plan, date=days.get(step.plan.name))
    if step.state in ("merged", "dropped") or (step.state == "noticed" and step.plan.name in told):
        return replace(step, plan=plan)
    return StoredStep(plan, "pending", step.sent)


def _tell_changes(desk: Desk, task: StoredTask, used: Sequence[Used], moved: Moved) -> None:
    """Makes ready, for who heard that all is in, that something of it changed: once for all of a day."""
    keys = {one.key for round_ in used for one in round_.inputs}
    happened = [
        one
        for round_ in used
        for one in moved.get((round_.rule, round_.schooljaar), ())
        if one.task in keys and is_change(one)
    ]
    if not happened:
        return
    before = tellings_of(desk.connection, task.plan.key)
    readers = {one.contact: one for one in told_complete(desk.connection, task)}
    # Who heard of an earlier change is told of the next one too.
    readers |= {one.contact: one for one in before if is_changed(one.step) and one.arrived}
    count = sum(is_changed(one.step) for one in notices_of_tasks(desk.connection, [task.plan.key]))
    for contact, reader in readers.items():
        who = desk.register.contacts[contact]
        news = [one for one in happened if one.at > reader.at and one.by.casefold() != who.email.casefold()]
        if not news or not desk.register.roles_of(contact, desk.today):
            continue
        waiting = next(
            (one for one in before if one.contact == contact and is_changed(one.step) and not one.arrived), None
        )
        if waiting is not None:
            desk.touch(waiting.message)
            continue
        count += 1
        _add(desk, task, reader, count)


def _add(desk: Desk, task: StoredTask, reader: Telling, number: int) -> None:
    message = _message_to(desk, reader.contact)
    notice = Notice(
        task.plan.key,
        changed(number),
        reader.contact,
        reader.audience,
        reader.role,
        reader.fallback,
        desk.now,
        message,
    )
    add_notices(desk.connection, [notice])
    desk.touch(message)


def _message_to(desk: Desk, contact: int) -> int:
    """The number of the contact's digest that waits, else of a new one: one a day, in the contact's own window."""
    held = desk.means.settings.release == "altijd"
    waiting = untried(desk.connection, contact, "held" if held else "queued")
    if waiting is not None:
        return waiting.id
    email = desk.register.contacts[contact].email
    leaves = None
    if not held:
        days = days_of(contact, *desk.means.people(desk.connection), desk.today)
        weekly = days.weekly is not None
        if is_served(desk.connection, contact, start_of_day(desk.today)):
            leaves = opening_after(desk.today, desk.means.hours, days, weekly=weekly)
        else:
            leaves = next_opening(desk.now + desk.means.wait, desk.means.hours, days, weekly=weekly)
    return add_message(
        desk.connection,
        contact=contact,
        email=email,
        kind="digest",
        state="held" if held else "queued",
        now=desk.now,
        reason=ALL_WAITS if held else "",
        next_attempt=leaves,
    )
