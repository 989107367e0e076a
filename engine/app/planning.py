"""plan: compare what should exist with what is stored, and store the difference; adopt a schooljaar."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from engine.app.day_moved import Pair, tell_days_of_plan
from engine.app.inheritance import inheriting
from engine.app.means import Means
from engine.core.dutch import long_date
from engine.core.ladder import decide, ends_itself, rungs_of
from engine.core.lapse import why_lapsed
from engine.core.localtime import at_local, local_date, start_of_day
from engine.core.party import Register
from engine.core.planning import Change, difference, expand, kept_keys, key_by_rule, runs
from engine.core.problem import Refused
from engine.core.rule import Rule, Rulebook
from engine.core.schooljaar import Schooljaar
from engine.core.states import after
from engine.core.task import PlannedTask, StoredStep, StoredTask
from engine.core.telling import PHASE_REACHED
from engine.store.appointments import follow_again
from engine.store.chains import planned_again
from engine.store.facts import (
    Proposal,
    adopted,
    applied_number,
    closed,
    moves_seen,
    save_proposal,
    save_rulebook,
    set_fact,
    start_day,
)
from engine.store.facts import adopt as adopt_schooljaar
from engine.store.imports import sweep
from engine.store.mail_days import foresee_from
from engine.store.notices import forget_unsent
from engine.store.renaming import rename_rule
from engine.store.tasks import (
    insert_tasks,
    load_tasks,
    place_tasks,
    replace_plans,
    schooljaren_in_use,
)
from engine.store.transitions import Transition, cancelled_by_hand, lapsed, record

PROGRAM = "programma"
# Why a task was never asked: it had to be in before the SWV began.
BEFORE_START = "van vóór de start"
# Why a step does not go out: there is an appointment.
ARRANGED = "afgesproken"
# The hour of the nightly plan: between 01:00 and 04:00 a clock change can skip or repeat a moment.
PLAN_HOUR = 5
NO_MAIL_WITHIN = timedelta(days=14)
# So many changes are stored at a time: rows on their way to the database take more memory than the plan itself.
PORTION = 500


@dataclass(frozen=True, slots=True)
class Placing:
    """What decides how a planned task is stored: adopted schooljaren, the SWV's start, the rulebook, the moment."""

    live: Collection[str]
    start: date | None
    rulebook: int
    now: datetime


def propose(
    connection: Connection, means: Means, rulebook: Rulebook, schooljaren: Sequence[Schooljaar]
) -> tuple[Change, ...]:
    """The difference between what the rulebook asks and what is stored, by key; changes nothing.

    To a schooljaar that was closed nothing is added, but for documents.
    """
    register, calendars = means.people(connection)
    found = load_tasks(connection, schooljaren=[str(schooljaar) for schooljaar in schooljaren])
    for rule in rulebook.rules:
        if rule.kind == "document":  # one that expired before these schooljaren is planned along
            for name in filter(None, (rule.id, rule.formerly)):
                found += load_tasks(connection, rule=name)
    formerly = {rule.formerly: rule.id for rule in rulebook.rules if rule.formerly}
    stored = {task.plan.key: _now_of(task, formerly) for task in found}
    kept = kept_keys(stored.values())
    by_rule = {key: task for key, task in (stored | kept).items() if key == key_by_rule(task.plan.rule, task.plan.key)}
    lives = {key: task for key, task in by_rule.items() if task.state != "cancelled"}
    extended = {key: task.extended for key, task in lives.items() if task.extended}
    begun = {key: task.plan.schooljaar for key, task in lives.items() if task.plan.kind == "document"}
    arranged, complete = arranged_days(by_rule.values()), complete_days(by_rule.values())
    expanded = expand(rulebook.rules, register, calendars, schooljaren, extended, arranged, complete, begun=begun)
    wanted = [replace(task, key=kept[task.key].plan.key) if task.key in kept else task for task in expanded]
    changes = difference(wanted, stored, schooljaren, cancelled_by_hand(connection))
    changes = inheriting(connection, register, changes)
    ended = closed(connection)
    return tuple(
        _explained(one, rulebook.rules, register, schooljaren)
        for one in changes
        if one.kind != "new" or one.task.kind == "document" or one.task.schooljaar not in ended
    )


def _explained(
    change: Change, rules: Sequence[Rule], register: Register, schooljaren: Collection[Schooljaar]
) -> Change:
    """A lapse with its reason; a document of an earlier schooljaar in which its rule held is left to end by itself."""
    if change.kind != "lapse":
        return change
    plan = change.task
    why = why_lapsed(plan, rules, register)
    passed = plan.kind == "document" and plan.schooljaar < str(min(schooljaren))
    if passed and not why and any(one.id == plan.rule for one in rules):
        return replace(change, kind="same")
    return replace(change, why=why)


def arranged_days(tasks: Iterable[StoredTask]) -> dict[str, date]:
    """The day of each appointment, by the key that its rule gives the task now: what `expand` takes."""
    arranged = ((task.plan, local_date(task.arranged)) for task in tasks if task.arranged is not None)
    return {key_by_rule(plan.rule, plan.key): day for plan, day in arranged}


def complete_days(tasks: Iterable[StoredTask]) -> dict[str, date]:
    """The day on which all that a task uses was in, by the key that its rule gives it now: what `expand` takes."""
    complete = ((task.plan, task.complete) for task in tasks if task.complete is not None)
    return {key_by_rule(plan.rule, plan.key): day for plan, day in complete}


def apply(
    connection: Connection, means: Means, changes: Sequence[Change], rulebook: Rulebook, now: datetime, by: str
) -> None:
    """Stores the difference together with the rulebook it came from; applying it twice stores nothing more.

    A lapsed task that is already open stays: the bureau cancels it by hand. Who was asked for what moves within two
    days hears so.
    """
    for rule in rulebook.rules:
        if rule.formerly:
            rename_rule(connection, rule.formerly, rule.id)
    number = save_rulebook(connection, rulebook.hash, rulebook.files, now)
    placing = Placing(frozenset(adopted(connection)), start_day(connection), number, now)
    moved: list[Pair] = []
    for begin in range(0, len(changes), PORTION):
        moved += _apply_some(connection, changes[begin : begin + PORTION], placing, by)
    tell_days_of_plan(connection, means, moved, now)
    save_proposal(connection, None)
    if by != PROGRAM:
        moves_seen(connection)
    if any(change.kind != "same" for change in changes):
        foresee_from(connection, local_date(now))
        planned_again(connection, now)


def _apply_some(connection: Connection, changes: Sequence[Change], placing: Placing, by: str) -> list[Pair]:
    """Returns the tasks that moved, before and after."""
    now = placing.now
    moved: list[Pair] = []
    new: list[StoredTask] = []
    replaced: list[StoredTask] = []
    happened: list[Transition] = []
    for change in changes:
        plan, stored = change.task, change.stored
        task = after_change(change, placing)
        if task is stored:
            continue
        if stored is None:
            new.append(task)
            if task.state == "waived":
                happened.append(_waived(task, now, change.answered or BEFORE_START))
            continue
        if change.kind == "new":
            forget_unsent(connection, plan.key)
            happened.append(Transition(plan.key, "plan", stored.state, after(stored.state, "plan"), now, by))
        elif change.kind == "move":
            happened.append(Transition(plan.key, "move", stored.state, stored.state, now, by))
            moved.append((stored, task))
        elif change.kind == "lapse":
            happened.append(Transition(plan.key, "cancel", "planned", "cancelled", now, by, lapsed(change.why)))
            if stored.arranged is not None:
                follow_again(connection)
        replaced.append(task)
    if not replace_plans(connection, replaced):
        raise _outdated()
    insert_tasks(connection, new)
    record(connection, happened)
    return moved


def after_change(change: Change, placing: Placing) -> StoredTask:
    """The task as it is once the change is stored; what changes nothing gives the stored task itself."""
    plan, stored = change.task, change.stored
    live = runs(plan, placing.live)
    if stored is None:
        task = _placed(_fresh(plan, placing.rulebook), live, placing.start, placing.now)
        return _inheriting(task, change)
    if change.kind == "new":
        task = replace(_fresh(plan, placing.rulebook), version=stored.version, steps=re_laddered(stored, plan))
        return _placed(task, live, placing.start, placing.now)
    if change.kind in ("move", "text"):
        return _replanned(stored, plan, placing.rulebook, live, placing.now)
    if change.kind == "lapse" and stored.state == "planned":
        return replace(stored, state="cancelled", next_at=None)
    return stored


@dataclass(frozen=True, slots=True)
class Settled:
    """A task as it is asked, as it is, and as it is once the difference is stored and schooljaren are adopted.

    `before` is None where it does not run yet; `begins` when it begins to run with this, which what was answered
    before does not. Of some that begin no mail
    goes out by itself: waived are those from before the SWV's start, held those that open late.
    """

    asked: PlannedTask
    before: StoredTask | None
    after: StoredTask
    begins: bool


def settled(
    connection: Connection, means: Means, changes: Sequence[Change], live: Collection[str], now: datetime
) -> tuple[Settled, ...]:
    """The tasks that run once the difference is stored and the `live` schooljaren are adopted.

    How a task ends up does not depend on what else is adopted.
    """
    start = start_day(connection) or means.settings.start or local_date(now)
    already = adopted(connection)
    placing = Placing(live, start, applied_number(connection), now)
    found = []
    for change in (one for one in changes if runs(one.task, live)):
        task, stored = after_change(change, placing), change.stored
        ran = stored if stored is not None and runs(stored.plan, already) else None
        if change.kind != "new" and task.state == "planned" and not runs(task.plan, already):
            found.append(Settled(change.task, ran, _placed(task, True, start, now), True))
        else:
            found.append(Settled(change.task, ran, task, change.kind == "new" and not change.answered))
    return tuple(found)


def adopt(connection: Connection, means: Means, schooljaar: Schooljaar, now: datetime, by: str) -> bool:
    """Adopts a schooljaar, so that its tasks begin to run; False when it was adopted already.

    The first adoption fixes the day on which the SWV starts. What had to be in before that day is waived
    without mail; what should have opened before today waits for the bureau.
    """
    before = adopted(connection)
    if not adopt_schooljaar(connection, str(schooljaar), now, by):
        return False
    start = start_day(connection)
    if start is None:
        start = means.settings.start or local_date(now)
        set_fact(connection, "start", start.isoformat())
    placed = [
        _placed(task, True, start, now)
        for task in load_tasks(connection, schooljaren=[*_passed(connection, schooljaar), *_to_come(schooljaar)])
        if task.state == "planned" and runs(task.plan, {str(schooljaar)}) and not runs(task.plan, before)
    ]
    for begin in range(0, len(placed), PORTION):
        if not place_tasks(connection, placed[begin : begin + PORTION]):
            raise _outdated()
    record(connection, [_waived(task, now) for task in placed if task.state == "waived"])
    foresee_from(connection, local_date(now))
    return True


def _to_come(schooljaar: Schooljaar) -> list[str]:
    """The schooljaren in which documents end that may be asked for in this one already."""
    return [str(schooljaar.next), str(schooljaar.next.next)]


def _passed(connection: Connection, schooljaar: Schooljaar) -> list[str]:
    """The schooljaar and those before it of which tasks are stored: a document may have ended in one of them."""
    return sorted({str(schooljaar), *(year for year in schooljaren_in_use(connection) if year < str(schooljaar))})


def _now_of(task: StoredTask, formerly: Mapping[str, str]) -> StoredTask:
    """The task under the id that its rule has now."""
    rule = formerly.get(task.plan.rule)
    return task if rule is None else replace(task, plan=replace(task.plan, rule=rule))


def re_laddered(stored: StoredTask, plan: PlannedTask, taken_back: Collection[str] = ()) -> tuple[StoredStep, ...]:
    """The steps of a new plan, where what was told stays told and the rest is armed again.

    `taken_back` are steps whose mail was pulled out of the queue. A step that reached some of its readers is armed
    again for the others: who heard of it has a notice, and hears no second time. With an appointment there is nothing
    left to ask: what does not hang on it, or on what the task uses, is dropped.
    """
    known = {step.plan.name: step for step in stored.steps}
    steps = []
    for wanted in plan.steps:
        old = known.get(wanted.name)
        if old is None or (old.state == "overtaken" and old.plan.date != wanted.date):
            steps.append(StoredStep(wanted, "pending"))
        elif old.note == PHASE_REACHED or (
            old.state in ("noticed", "merged", "overtaken") and wanted.name not in taken_back
        ):
            steps.append(replace(old, plan=wanted))
        else:
            steps.append(StoredStep(wanted, "pending", old.sent))
    if stored.arranged is None:
        return tuple(steps)
    return tuple(
        replace(step, state="dropped", note=ARRANGED) if step.state == "pending" and not _outlives_talk(step) else step
        for step in steps
    )


def _outlives_talk(step: StoredStep) -> bool:
    return step.plan.on_talk or step.plan.on_uses


def next_look(task: StoredTask, today: date) -> datetime | None:
    """When tick must look at the task: at once for what is past, else 00:00 of its next date."""
    plan, ends = task.plan, ends_itself(task.plan)
    decision = decide(task.state, plan.opens, plan.asked, rungs_of(task), today, task.suspended, ends)
    if decision.opens or decision.due or decision.overtaken:
        return start_of_day(today)
    return None if decision.next_on is None else start_of_day(decision.next_on)


def _fresh(plan: PlannedTask, rulebook: int) -> StoredTask:
    steps = tuple(StoredStep(step, "pending") for step in plan.steps)
    return StoredTask(plan, "planned", 1, rulebook, steps, None)


def _placed(task: StoredTask, live: bool, start: date | None, now: datetime) -> StoredTask:
    """A planned task with what its schooljaar's state makes of it: asleep, waived, held, or awake."""
    today = local_date(now)
    if not live:
        return replace(task, next_at=None)
    if start is not None and task.plan.due < start:
        return replace(task, state=after(task.state, "waive"), next_at=None)
    return replace(task, held=_why_held(task.plan, start, today), next_at=next_look(task, today))


def _why_held(plan: PlannedTask, start: date | None, today: date) -> str:
    """Why mail of a task that begins late waits for the bureau; empty where it begins in time."""
    if plan.opens < today:
        return f"had al open moeten gaan op {long_date(plan.opens)}"
    if start is not None and plan.opens < start:
        return f"gaat open op {long_date(plan.opens)}, voor uw start op {long_date(start)}"
    return ""


def _replanned(stored: StoredTask, plan: PlannedTask, rulebook: int, live: bool, now: datetime) -> StoredTask:
    task = replace(stored, plan=plan, rulebook=rulebook, steps=re_laddered(stored, plan))
    today = local_date(now)
    if live and stored.state == "planned" and plan.opens < today <= stored.plan.opens:
        task = replace(task, held=_why_held(plan, None, today))
    return replace(task, next_at=next_look(task, local_date(now)) if live else None)


def _outdated() -> Refused:
    return Refused("Het plan is verouderd: de taken zijn intussen gewijzigd.", "Maak het plan opnieuw.")


def _waived(task: StoredTask, now: datetime, reason: str = BEFORE_START) -> Transition:
    return Transition(task.plan.key, "waive", "planned", "waived", now, PROGRAM, reason)


def _inheriting(task: StoredTask, change: Change) -> StoredTask:
    """A new task of a school in which others go on: not asked where they answered, else asked as a move."""
    if task.state != "planned":
        return task
    if change.answered:
        return replace(task, state=after(task.state, "waive"), held="", next_at=None)
    return replace(task, again=change.asked_before)


def fingerprint(changes: Sequence[Change], rulebook: Rulebook) -> str:
    """SHA-256 (hex) of a difference: another one as soon as rules, register or stored tasks changed."""
    digest = hashlib.sha256(rulebook.hash.encode())
    for change in changes:
        version = change.stored.version if change.stored is not None else 0
        digest.update(f"{change.kind} {version} {change.task!r}\n".encode())
    return digest.hexdigest()


def night_passed(begin: datetime, end: datetime) -> bool:
    """True when the hour of the nightly plan came after `begin` and not after `end`."""
    night = at_local(local_date(end), time(PLAN_HOUR))
    return begin < (night if night <= end else at_local(local_date(end) - timedelta(days=1), time(PLAN_HOUR)))


def nightly(means: Means, rulebook: Rulebook, now: datetime) -> tuple[int, int]:
    """Plans with the applied rulebook and stores the safe part; returns how many were stored and how many wait.

    Safe is what touches no open task and brings no mail within two weeks. What waits is kept as a proposal. Files
    that were handed in and left there go.
    """
    today = local_date(now)
    running = Schooljaar.of(today)
    years = (running, running.next)
    with means.database.write() as connection:
        sweep(connection, now)
        safe, _ = _parted(propose(connection, means, rulebook, years), today)
        apply(connection, means, safe, rulebook, now, PROGRAM)
        left = propose(connection, means, rulebook, years)
        waiting = sum(change.kind != "same" for change in left)
        seal = fingerprint(left, rulebook)
        save_proposal(connection, Proposal(seal, now, waiting) if waiting else None)
        if not waiting:
            moves_seen(connection)
    return len(safe), waiting


def outdated(connection: Connection, means: Means, rulebook: Rulebook, today: date) -> tuple[int, int]:
    """How many changes the running schooljaar and the next lack: those that `nightly` stores, those that will wait."""
    running = Schooljaar.of(today)
    safe, other = _parted(propose(connection, means, rulebook, (running, running.next)), today)
    return len(safe), len(other)


def _parted(changes: Sequence[Change], today: date) -> tuple[list[Change], list[Change]]:
    """What is to change: what is safe, and the rest."""
    found = [one for one in changes if one.kind != "same"]
    return [one for one in found if _is_safe(one, today)], [one for one in found if not _is_safe(one, today)]


def _is_safe(change: Change, today: date) -> bool:
    if change.stored is not None and change.stored.state not in ("planned", "cancelled"):
        return False
    if change.kind == "lapse" and change.stored is not None and change.stored.arranged is not None:
        return False
    first = min(change.task.opens, change.stored.plan.opens if change.stored is not None else change.task.opens)
    return first > today + NO_MAIL_WITHIN
