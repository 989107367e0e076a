"""What gives a task another last day: uitstel, a pause, and asking it once more. The ladder moves along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from engine.app.day_moved import tell_days
from engine.app.desk import Desk, Moved, changed_meanwhile, state_after
from engine.app.invitations import withdraw
from engine.app.placing import next_look, re_laddered
from engine.app.planning import arranged_days, complete_days
from engine.core.calendar import Calendar
from engine.core.dutch import capitalised, long_date
from engine.core.event import Event
from engine.core.ladder import request_of
from engine.core.planning import expand, key_by_rule
from engine.core.problem import Refused
from engine.core.schooljaar import Schooljaar
from engine.core.states import TaskMove
from engine.core.task import PlannedStep, PlannedTask, StoredStep, StoredTask
from engine.core.telling import PHASE_REACHED, lap_of
from engine.store.answers import handle_requests
from engine.store.mail_days import foresee_from
from engine.store.notices import forget_unsent, notices_of_tasks, shelve_notices
from engine.store.pauses import pauses_on
from engine.store.tasks import replace_plans

# Who is asked again has so many open days, unless another day is named.
DAYS_AGAIN = 5
LONGEST_PAUSE = timedelta(days=366)
WHY = "Schrijf kort waarom."
PASSED = "van voor het opnieuw vragen"


def extend_task(desk: Desk, task: StoredTask, until: date, reason: str, *, roll: bool = False) -> Moved:
    """Moves the last day of one task; the ladder that was not sent yet moves along.

    `roll`: a closed day becomes the party's next open day. Raises Refused when a reason is owed, when the state does
    not allow it, and when the day is past, is no open day of the party, or lies before the task opens.
    """
    if not reason:
        raise Refused("Geef een reden op voor het uitstel.", WHY, option='--reason "school is verhuisd"')
    state_after(task.state, "extend")
    until = open_day(desk, task, until, roll=roll)
    if roll and until <= task.plan.due:
        kept = "Er is al uitstel tot en met" if task.extended is not None else "De laatste dag is al"
        raise Refused(f"{kept} {long_date(task.plan.due)}.")
    return _relaid(desk, task, "extend", until, reason)


def suspend_task(desk: Desk, task: StoredTask, until: date, reason: str) -> Moved:
    """Stops the clock of a task until a day: nothing goes out before it, and as many open days later it is due.

    Of a task that pauses already it changes the day. Raises Refused.
    """
    state_after(task.state, "suspend")
    if not desk.today < until <= desk.today + LONGEST_PAUSE:
        raise Refused("Een pauze duurt tot een latere dag, en niet langer dan een jaar.", "Kies een andere dag.")
    if task.suspended == until:
        raise Refused(f"Deze taak is al gepauzeerd tot {long_date(until)}.")
    if until <= task.plan.opens:
        raise Refused(f"Deze taak opent pas op {long_date(task.plan.opens)}. Dan is de pauze al voorbij.")
    return _relaid(desk, task, "suspend", _due_after(desk, task, until), reason, suspended=until)


def resume_task(desk: Desk, task: StoredTask, reason: str = "") -> Moved:
    """Lets the clock of a task go on before its day; its last day comes as much sooner. Raises Refused."""
    state_after(task.state, "resume")
    if task.suspended is None:
        raise Refused("Deze taak is niet gepauzeerd.")
    until = _due_after(desk, task, desk.today)
    if until is not None and until == dates_with(desk, task, None).due:
        until = None
    return _relaid(desk, task, "resume", until, reason)


def suspend_ripe(desk: Desk, tasks: Sequence[StoredTask]) -> set[str]:
    """Of tasks whose moment has come, suspends those whose party pauses; returns their keys."""
    paused = pauses_on(desk.connection, desk.today)
    found = set()
    for task in tasks:
        pause = paused.get(task.plan.party)
        if pause is None or task.suspended is not None or task.plan.opens >= pause.until:
            continue
        try:
            suspend_task(desk, task, pause.until, pause.reason)
        except Refused:  # its rule is gone, so its dates stay
            _stored(desk, task, replace(task, suspended=pause.until), "suspend", pause.reason, [])
        found.add(task.plan.key)
    return found


def ask_again(
    desk: Desk, task: StoredTask, move: TaskMove, until: date | None, reason: str, *, roll: bool = False
) -> Moved:
    """Gives an answer back, or opens again what was closed: the request goes out anew, and with it a new ladder.

    What was told before is behind us; an escalation waits until the new request was sent. Raises Refused.
    """
    reached = state_after(task.state, move)
    if until is None:
        until = desk.calendar(task.plan.party).open_days_on(max(desk.today, task.plan.opens), DAYS_AGAIN)
    else:
        until = open_day(desk, task, until, roll=roll)
    task = withdraw(desk.connection, desk.means, task, desk.now)
    plan = dates_with(desk, task, until)
    key = task.plan.key
    back = desk.take_back(task, "moved")
    forget_unsent(desk.connection, key)
    laps = [lap_of(notice.step) for notice in notices_of_tasks(desk.connection, [key])]
    lap = 1 + max(laps, default=0)
    shelve_notices(desk.connection, key, lap)
    request = request_of(plan.asked, plan.steps)
    reached_stages = {step.plan.name for step in task.steps if step.note == PHASE_REACHED}
    again = replace(
        task,
        plan=plan,
        state=reached,
        extended=until,
        suspended=None,
        submitted_at=None,
        again=f"De reden: {reason.rstrip('.')}." if reason else "Hebt u vragen? Bel ons gerust.",
        steps=tuple(_anew(step, step is request, step.name in reached_stages, desk.today) for step in plan.steps),
    )
    return replace(_stored(desk, task, again, move, reason, back), lap=lap)


def planned_anew(desk: Desk, task: StoredTask, reason: str) -> Moved:
    """Gives a task that is still to open the dates that its rule and the register give it now. Raises Refused."""
    plan = dates_with(desk, task, task.extended)
    moved = replace(task, plan=plan, steps=re_laddered(task, plan))
    return _stored(desk, task, moved, "move", reason, [])


def open_day(desk: Desk, task: StoredTask, until: date, *, roll: bool) -> date:
    """The day on which a task may end: not past, not before it opens, and open; raises Refused."""
    if until < max(desk.today, task.plan.opens):
        raise Refused(
            f"{capitalised(long_date(until))} is al voorbij, of ligt voor de dag waarop de taak opent.",
            "Kies een latere dag.",
        )
    calendar = desk.calendar(task.plan.party)
    if calendar.is_open(until) or roll:
        return calendar.first_open(until)
    raise Refused(
        f"{capitalised(long_date(until))} {calendar.falls(until)}.",
        f"Kies bijvoorbeeld {long_date(calendar.first_open(until))}.",
    )


def dates_with(desk: Desk, task: StoredTask, until: date | None) -> PlannedTask:
    """The task as its rule plans it with that last day; None: with the rule's own. Raises Refused."""
    schooljaar = Schooljaar.parse(task.plan.schooljaar)
    rule = desk.means.rule(desk.connection, task.plan.rule, schooljaar)
    if rule is None:
        raise Refused(
            f"De regel {task.plan.rule} bestaat niet meer. Daarom kan ik de stappen niet verplaatsen.",
            "Zet de taak op klaar of op n.v.t., of zet de regel terug.",
        )
    if task.plan.kind != "document":
        rounds = tuple(one for one in rule.rounds_in(schooljaar) if one.name == task.plan.round)
        rule = replace(rule, rounds=rounds, deviations=())
    key = key_by_rule(rule.id, task.plan.key)
    extended = {} if until is None else {key: until}
    register, calendars = desk.means.people(desk.connection)
    arranged, complete = arranged_days([task]), complete_days([task])
    wanted = expand([rule], register, calendars, [schooljaar], extended, arranged, complete, only=task.plan.party)
    plan = next((one for one in wanted if one.key == key), None)
    if plan is None:
        raise Refused(f"De regel {rule.id} kent deze taak niet meer.", "Maak eerst een nieuw plan.")
    return replace(plan, key=task.plan.key)


def _due_after(desk: Desk, task: StoredTask, until: date) -> date | None:
    """The last day after a pause until that day; None where it is the rule's own, as before."""
    calendar, begin = desk.calendar(task.plan.party), max(desk.today, task.plan.opens)
    stood_still = 0 if task.suspended is None else _open_days(calendar, begin, task.suspended)
    shift = _open_days(calendar, begin, until) - stood_still
    return calendar.open_days_on(task.plan.due, shift) if shift else task.extended


def _open_days(calendar: Calendar, first: date, until: date) -> int:
    """How many open days from `first` on come before `until`."""
    day = timedelta(days=1)
    return calendar.open_days_between(first - day, until - day)


def _relaid(
    desk: Desk, task: StoredTask, move: TaskMove, until: date | None, reason: str, *, suspended: date | None = None
) -> Moved:
    """The task with another last day: what was told stays told, what waits in a message is taken back."""
    plan = dates_with(desk, task, until) if until != task.extended else task.plan
    if move in ("extend", "suspend"):
        handle_requests(desk.connection, [task.plan.key], desk.now, desk.by, ["more_time"])
    back = desk.take_back(task, "moved")
    forget_unsent(desk.connection, task.plan.key)
    names = {event.step for event in back if event.step is not None}
    kept = suspended if move != "extend" else task.suspended
    moved = replace(task, plan=plan, extended=until, suspended=kept, steps=re_laddered(task, plan, names))
    return _stored(desk, task, moved, move, reason, back)


def _stored(desk: Desk, task: StoredTask, moved: StoredTask, move: TaskMove, reason: str, back: list[Event]) -> Moved:
    moved = replace(moved, next_at=next_look(moved, desk.today) if desk.runs(task) else None)
    if not replace_plans(desk.connection, [moved]):
        raise changed_meanwhile()
    desk.record(task, move, moved.state, reason)
    foresee_from(desk.connection, desk.today)
    mails = tell_days(desk.connection, desk.means, [(task, moved)], desk.now, back).get(task.plan.key, ())
    for number in mails:
        desk.touch(number)
    names = tuple(dict.fromkeys(event.step for event in back if event.step is not None))
    return Moved(task, replace(moved, version=task.version + 1), (move,), tuple(back), names, mails)


def _anew(step: PlannedStep, is_request: bool, is_reached: bool, today: date) -> StoredStep:
    if is_reached:
        return StoredStep(step, "dropped", note=PHASE_REACHED)
    if is_request or step.date is None or step.date > today:
        return StoredStep(step, "pending")
    return StoredStep(step, "overtaken", note=PASSED)
