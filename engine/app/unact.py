"""Takes back what somebody did to tasks, as far as nothing happened since and no mail has left because of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from engine.app.appoint import put_talk_back
from engine.app.day_moved import is_news_of, tell_days
from engine.app.desk import Desk, Moved, changed_meanwhile
from engine.app.placing import ARRANGED, next_look
from engine.app.postpone import dates_with
from engine.app.remind import take_reminder_back
from engine.core.event import Event
from engine.core.localtime import from_ms, to_ms
from engine.core.problem import Refused
from engine.core.states import IllegalMove, undone
from engine.core.task import PlannedStep, StoredStep, StoredTask
from engine.core.telling import is_past
from engine.store.answers import unhandle_requests
from engine.store.documents import remove_stages
from engine.store.mail_days import foresee_from
from engine.store.messages import messages_by_number
from engine.store.notices import forget_merged, forget_unsent, notices_of_tasks, unshelve_notices
from engine.store.tasks import replace_plans
from engine.store.transitions import newest_transitions

Memo = Mapping[str, Any]
TOLD = ("noticed", "merged")


def memo_of(moved: Moved, mark: int, at: datetime, **more: Any) -> Memo:
    """What is needed to take an action of that moment on one task back, as JSON; `mark` is its newest transition.

    `talk`: the appointment as it was, where the action changed that.
    """
    before = moved.before
    return more | {
        "task": moved.key,
        "mark": mark,
        "at": to_ms(at),
        "moves": list(moved.moves),
        "state": before.state,
        "extended": before.extended.isoformat() if before.extended else None,
        "suspended": before.suspended.isoformat() if before.suspended else None,
        "again": before.again,
        "submitted": None if before.submitted_at is None else to_ms(before.submitted_at),
        "steps": [
            [step.plan.name, step.state, None if step.sent is None else to_ms(step.sent), step.note]
            for step in before.steps
        ],
        "back": list(moved.back),
        "told": moved.told,
        "lap": moved.lap,
        "day_told": bool(moved.mails) and not moved.told,
        "stages": list(moved.stages),
    }


def take_back(desk: Desk, memo: Memo) -> None:
    """Puts one task back as it was: mail that was taken back comes again if its day is still due; raises Refused."""
    task = desk.task(memo["task"])
    if newest_transitions(desk.connection, [task.plan.key]).get(task.plan.key) != memo["mark"]:
        raise Refused("Hier is daarna al iets anders mee gebeurd.")
    try:
        undone(task.state, memo["moves"], memo["state"])
    except IllegalMove as error:
        raise Refused(str(error)) from error
    if memo["told"]:
        take_reminder_back(desk, task, memo["told"])
        _store(desk, task, task)
        return
    if memo["lap"]:
        _must_not_have_left(desk, task)
    if memo.get("day_told"):
        _must_not_be_told(desk, task, from_ms(memo["at"]))
    unhandle_requests(desk.connection, task.plan.key, from_ms(memo["at"]))
    back = desk.take_back(task, "moved")
    taken = {event.step for event in back}
    forget_unsent(desk.connection, task.plan.key)
    taken.update(forget_merged(desk.connection, task.plan.key))
    if memo["lap"]:
        unshelve_notices(desk.connection, task.plan.key, memo["lap"])
    extended = date.fromisoformat(memo["extended"]) if memo["extended"] else None
    if "talk" in memo:
        task = put_talk_back(desk, task, memo["talk"])
    shared = bool(memo.get("stages")) and remove_stages(desk.connection, task.plan.key, memo["stages"]) > 0
    other = extended != task.extended or "talk" in memo or shared
    plan = dates_with(desk, task, extended) if other else task.plan
    before = {name: StoredStep(_BARE, state, _moment(sent), note) for name, state, sent, note in memo["steps"]}
    now = {step.plan.name: step for step in task.steps}
    # What was taken back now asked for another date; what had asked for the first one had left.
    untold = {*memo["back"]} if memo.get("talk", {}).get("anew") else {*taken, *memo["back"]}
    steps = tuple(
        _restored(wanted, before.get(wanted.name), None if memo["lap"] else now.get(wanted.name), untold)
        for wanted in plan.steps
    )
    again = replace(
        task,
        plan=plan,
        state=memo["state"],
        extended=extended,
        suspended=date.fromisoformat(memo["suspended"]) if memo["suspended"] else None,
        again=memo["again"],
        submitted_at=_moment(memo["submitted"]),
        steps=steps,
    )
    if again.arranged is None:  # what an appointment dropped is asked again where there is none
        steps = tuple(
            StoredStep(one.plan, "pending", one.sent) if (one.state, one.note) == ("dropped", ARRANGED) else one
            for one in steps
        )
        again = replace(again, steps=steps)
    _store(desk, task, again, back)


def _store(desk: Desk, task: StoredTask, again: StoredTask, back: Sequence[Event] = ()) -> None:
    again = replace(again, next_at=next_look(again, desk.today) if desk.runs(again) else None)
    if not replace_plans(desk.connection, [again]):
        raise changed_meanwhile()
    desk.record(task, "undo", again.state)
    foresee_from(desk.connection, desk.today)
    for numbers in tell_days(desk.connection, desk.means, [(task, again)], desk.now, back).values():
        for number in numbers:
            desk.touch(number)


def _must_not_have_left(desk: Desk, task: StoredTask) -> None:
    told = [one for one in notices_of_tasks(desk.connection, [task.plan.key]) if not is_past(one.step)]
    mails = messages_by_number(desk.connection, [one.message for one in told if one.message is not None])
    if any(mail.state not in ("held", "queued", "dropped") or mail.attempts for mail in mails.values()):
        raise Refused(
            "De vraag is al opnieuw verstuurd. Zet de taak op klaar als er geen antwoord meer hoeft te komen."
        )


def _must_not_be_told(desk: Desk, task: StoredTask, at: datetime) -> None:
    """The new last day was told by mail: who reads it must not be told otherwise by an undo."""
    told = [one for one in notices_of_tasks(desk.connection, [task.plan.key]) if is_news_of(one, at)]
    mails = messages_by_number(desk.connection, [one.message for one in told if one.message is not None])
    if any(mail.state not in ("held", "queued", "dropped") or mail.attempts for mail in mails.values()):
        raise Refused("De mail met de nieuwe dag is al weg. Geef zo nodig nog een andere dag.")


_BARE = PlannedStep("", 0, None, (), (), "", False, False)


def _restored(
    wanted: PlannedStep, before: StoredStep | None, now: StoredStep | None, untold: set[str | None]
) -> StoredStep:
    """What was told meanwhile stays told; what was to be told, or was taken back, is armed again."""
    sent = now.sent if now is not None else before.sent if before is not None else None
    if now is not None and now.state in TOLD and wanted.name not in untold:
        return StoredStep(wanted, now.state, sent, now.note)
    if before is None or before.state in ("pending", "due") or wanted.name in untold:
        return StoredStep(wanted, "pending", sent)
    return StoredStep(wanted, before.state, sent, before.note)


def _moment(value: int | None) -> Any:
    return None if value is None else from_ms(value)
