"""A reminder that a person sends, for one task or many: one mail per contact, beside the one digest a day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.app.desk import Desk, Moved, changed_meanwhile, state_after
from engine.app.hearing import hearers
from engine.core.delivery import READY_BEFORE
from engine.core.digest import Candidate, must_wait
from engine.core.localtime import local_date
from engine.core.problem import Refused
from engine.core.reminder import reminder_step, why_none
from engine.core.roles import role_word
from engine.core.states import MessageState
from engine.core.task import PlannedStep, StoredTask
from engine.core.telling import by_hand, is_by_hand, is_past, number_by_hand, step_of, step_word
from engine.core.window import days_of, next_opening
from engine.store.messages import Message, add_message, messages_by_number, untried
from engine.store.notices import Notice, add_notices, forget_notice, notices_of_message, notices_of_tasks, put_into
from engine.store.tasks import change, load_tasks

KIND = "other"
ON_THE_WAY: tuple[MessageState, ...] = ("held", "queued", "sending", "deferred")


@dataclass(frozen=True, slots=True)
class Reminder:
    """Who hears of a task by hand, with the text of which step; `name` is what its notices tell."""

    task: StoredTask
    step: PlannedStep
    name: str
    readers: tuple[Candidate, ...]


def remind(desk: Desk, tasks: Sequence[StoredTask]) -> tuple[list[Moved], list[tuple[str, str]]]:
    """Makes a reminder ready for who must answer each task: (done, refused with the reason).

    It leaves in the reader's next open window, not sooner than some minutes from now. Who answered gets none, nor
    does who has a mail about the task on its way, or got a reminder by hand today.
    """
    told: dict[str, list[Notice]] = {}
    for notice in notices_of_tasks(desk.connection, [task.plan.key for task in tasks]):
        told.setdefault(notice.task, []).append(notice)
    carriers = {notice.message for notices in told.values() for notice in notices if notice.message is not None}
    mails = messages_by_number(desk.connection, carriers)
    found, refused = [], []
    for task in tasks:
        try:
            found.append(_reminder(desk, task, told.get(task.plan.key, []), mails))
        except Refused as error:
            refused.append((task.plan.key, error.message))
    numbers = _put_into_mails(desk, found)
    return [_moved(desk, one, numbers) for one in found], refused


def take_reminder_back(desk: Desk, task: StoredTask, name: str) -> None:
    """Takes a reminder by hand out of mail that nobody tried to send; raises Refused where it has left."""
    notices = [one for one in notices_of_tasks(desk.connection, [task.plan.key]) if one.step == name]
    mails = messages_by_number(desk.connection, [one.message for one in notices if one.message is not None])
    if any(mail.state not in ("held", "queued", "dropped") or mail.attempts for mail in mails.values()):
        raise Refused("Deze herinnering is al verstuurd.")
    for notice in notices:
        forget_notice(desk.connection, notice)
        if notice.message is not None:
            desk.touch(notice.message)


def remind_again(desk: Desk, taken: Collection[tuple[str, str, int]]) -> list[int]:
    """Puts reminders by hand, (task, step, contact), back into mail, where their reader is to answer by now.

    They were taken out because another was to hear, and that was undone. Returns the messages.
    """
    tasks = {task.plan.key: task for task in load_tasks(desk.connection, keys={task for task, *_ in taken})}
    numbers = []
    for notice in notices_of_tasks(desk.connection, tasks):
        task = tasks[notice.task]
        if (notice.task, notice.step, notice.contact) not in taken or notice.message is not None:
            continue
        step = next((one for one in task.steps if one.plan.name == step_of(notice.step)), None)
        if step is None or task.state != "open":
            continue
        readers = [one for one in hearers(task, step, desk.register, desk.today) if one.contact == notice.contact]
        for reader in readers:
            reason = must_wait(Candidate(task, step.plan, reader), desk.means.settings)
            urgent = desk.today >= task.plan.due
            number = _mail_to(desk, reader.contact, "held" if reason else "queued", reason, urgent=urgent)
            put_into(desk.connection, notice, number)
            numbers.append(number)
    return sorted(set(numbers))


def _reminder(desk: Desk, task: StoredTask, told: Sequence[Notice], mails: Mapping[int, Message]) -> Reminder:
    if why := why_none(task, desk.today):
        raise Refused(why)
    state_after(task.state, "remind")
    step = reminder_step(task, desk.today)
    if step is None:
        raise Refused("Deze taak kent geen stap met een tekst voor een herinnering.")
    stored = next(one for one in task.steps if one.plan.name == step.name)
    people = [one for one in hearers(task, stored, desk.register, desk.today) if one.audience == "aan"]
    readers = [Candidate(task, step, one) for one in people if not one.fallback]
    if not readers:
        role, party = role_word(task.plan.asked), desk.name(task.plan.party)
        raise Refused(f"Niemand heeft de rol {role} bij {party}. Er is dus niemand om te herinneren.")
    now_telling = [one for one in told if not is_past(one.step)]
    today = [one for one in now_telling if is_by_hand(one.step) and local_date(one.at) == desk.today]
    if any(one.message is not None and mails[one.message].state != "dropped" for one in today):
        raise Refused("Vandaag is hier al een herinnering voor gestuurd.")
    busy = {
        one.contact: mails[one.message]
        for one in now_telling
        if one.message is not None and mails[one.message].state in ON_THE_WAY and one.audience == "aan"
    }
    left = [one for one in readers if one.recipient.contact not in busy]
    if not left:
        held = any(one.state == "held" for one in busy.values())
        raise Refused(
            "Er wacht al een mail hierover op vrijgave. Geef die vrij bij Post."
            if held
            else "Er staat al een mail hierover klaar."
        )
    number = max((number_by_hand(one.step) for one in now_telling), default=0)
    return Reminder(task, step, by_hand(step.name, 1 + number), tuple(left))


def _put_into_mails(desk: Desk, found: Sequence[Reminder]) -> dict[tuple[str, int], int]:
    """(task, contact) -> the message that tells it; what must wait for the bureau is in one of its own."""
    numbers: dict[tuple[str, int], int] = {}
    mails: dict[tuple[int, MessageState], int] = {}
    notices = []
    for one in found:
        for reader in one.readers:
            who = reader.recipient
            reason = must_wait(reader, desk.means.settings)
            state: MessageState = "held" if reason else "queued"
            if (who.contact, state) not in mails:
                urgent = desk.today >= one.task.plan.due
                mails[who.contact, state] = _mail_to(desk, who.contact, state, reason, urgent=urgent)
            number = numbers[one.task.plan.key, who.contact] = mails[who.contact, state]
            notices.append(
                Notice(one.task.plan.key, one.name, who.contact, "aan", who.role, who.fallback, desk.now, number)
            )
    add_notices(desk.connection, notices)
    for number in mails.values():
        desk.touch(number)
    return numbers


def _mail_to(desk: Desk, contact: int, state: MessageState, reason: str, *, urgent: bool) -> int:
    """The number of a message with reminders by hand that waits for the contact, else of a new one."""
    waiting = untried(desk.connection, contact, state, kind=KIND)
    if waiting is not None and all(is_by_hand(one.step) for one in notices_of_message(desk.connection, waiting.id)):
        return waiting.id
    return add_message(
        desk.connection,
        contact=contact,
        email=desk.register.contacts[contact].email,
        kind=KIND,
        state=state,
        now=desk.now,
        reason=reason,
        next_attempt=None if reason else _leaves(desk, contact, urgent=urgent),
    )


def _leaves(desk: Desk, contact: int, *, urgent: bool) -> datetime:
    days = days_of(contact, *desk.means.people(desk.connection), desk.today)
    weekly = days.weekly is not None and not urgent
    return next_opening(desk.now + READY_BEFORE, desk.means.hours, days, weekly=weekly)


def _moved(desk: Desk, one: Reminder, numbers: Mapping[tuple[str, int], int]) -> Moved:
    task = one.task
    if not change(desk.connection, task.plan.key, task.version, {"held": task.held}):
        raise changed_meanwhile()
    desk.record(task, "remind", task.state, f"met de tekst van {step_word(one.step.name)}")
    mails = tuple(numbers[task.plan.key, reader.recipient.contact] for reader in one.readers)
    return Moved(task, desk.task(task.plan.key), ("remind",), mails=mails, told=one.name)
