"""plan: compare what should exist with what is stored, and store the difference; adopt a schooljaar."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.day_moved import Pair, tell_days_of_plan
from engine.app.inheritance import inheriting
from engine.app.means import Means
from engine.app.placing import Placing, after_change, place
from engine.core.lapse import why_lapsed
from engine.core.localtime import local_date
from engine.core.party import Register
from engine.core.planning import Change, difference, expand, kept_keys, key_by_rule, runs
from engine.core.problem import Refused
from engine.core.rule import Rule, Rulebook
from engine.core.schooljaar import Schooljaar
from engine.core.states import after
from engine.core.task import StoredTask
from engine.store.appointments import follow_again
from engine.store.chains import planned_again
from engine.store.facts import adopt as adopt_schooljaar
from engine.store.facts import (
    adopted,
    closed,
    moves_seen,
    save_proposal,
    save_rulebook,
    set_fact,
    start_day,
)
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
# So many changes are stored at a time: rows on their way to the database take more memory than the plan itself.
PORTION = 500


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
        place(task, True, start, now)
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


def _outdated() -> Refused:
    return Refused("Het plan is verouderd: de taken zijn intussen gewijzigd.", "Maak het plan opnieuw.")


def _waived(task: StoredTask, now: datetime, reason: str = BEFORE_START) -> Transition:
    return Transition(task.plan.key, "waive", "planned", "waived", now, PROGRAM, reason)
