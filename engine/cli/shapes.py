"""Records as the JSON that others rely on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from engine.app.simulate import Told
from engine.core.incoming import Handled
from engine.core.localtime import iso_local
from engine.core.planning import Change
from engine.core.states import TaskState
from engine.core.task import PlannedTask, StoredTask
from engine.core.telling import is_day_moved, is_news, step_of
from engine.store.messages import Message
from engine.store.notices import Notice

Row = dict[str, object]


def task_row(task: StoredTask) -> Row:
    """A stored task."""
    return _task(task.plan, task.state, {step.plan.name: step.sent for step in task.steps})


def change_row(change: Change) -> Row:
    """A task as planning would have it, and what that changes."""
    stored = change.stored
    sent = {step.plan.name: step.sent for step in stored.steps} if stored is not None else {}
    kept = stored is not None and change.kind != "new"
    state: TaskState = stored.state if stored is not None and kept else "planned"
    return {**_task(change.task, state, sent), "change": change.kind}


def handled_row(number: int, handled: Handled) -> Row:
    """A mail that came in, by its number in the folder, and what was made of it."""
    return {
        "mail": number,
        "from": handled.sender,
        "kind": handled.kind,
        "understood": handled.understood,
        "changed": handled.changed,
        "task": handled.task,
        "contact": handled.contact,
        "message": handled.message,
        "told": handled.told,
    }


def message_row(message: Message, notices: Sequence[Notice], contact: str) -> Row:
    """A message of the outbox."""
    return {
        "id": message.id,
        "message_id": message.message_id,
        "contact": contact,
        "to": message.email,
        "subject": message.subject,
        "kind": message.kind,
        "state": message.state,
        "reason": message.reason,
        "attempts": message.attempts,
        "next_attempt": _moment(message.next_attempt),
        "sent_at": _moment(message.sent_at),
        "notices": [{"task": notice.task, "step": step_of(notice.step)} for notice in notices],
    }


def event_row(told: Told, contacts: Mapping[int, str]) -> Row:
    """A line of a simulation."""
    event = told.event
    row: Row = {"at": iso_local(event.at), "event": event.kind, "task": event.task}
    if told.message is not None:
        message = told.message
        return row | {
            "id": message.id,
            "contact": contacts.get(message.contact, ""),
            "to": message.email,
            "subject": message.subject,
            "kind": message.kind if message.kind in ("digest", "invite") else "other",
            # News, that an answer came in after all or that the last day moved, is no step of the ladder.
            "notices": [
                {"task": one.task, "step": one.step}
                for one in told.notices
                if not is_news(one.step) and not is_day_moved(one.step)
            ],
        }
    if event.step is not None:
        row["step"] = event.step
    if event.contact is not None:
        row["contact"] = contacts.get(event.contact, "")
    if event.reason:
        row["reason"] = event.reason
    return row


def _task(plan: PlannedTask, state: TaskState, sent: Mapping[str, datetime | None]) -> Row:
    return {
        "key": plan.key,
        "rule": plan.rule,
        "schooljaar": plan.schooljaar,
        "round": plan.round,
        "party": plan.party,
        "kind": plan.kind,
        "title": plan.title,
        "state": state,
        "peildatum": _day(plan.peildatum),
        "opens": _day(plan.opens),
        "due": _day(plan.due),
        "expires": _day(plan.expires),
        "steps": [
            {"step": step.name, "date": _day(step.date), "to": list(step.to), "sent": _moment(sent.get(step.name))}
            for step in plan.steps
        ],
        "reasons": [{"field": reason.field, "text": reason.text} for reason in plan.reasons],
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else iso_local(moment)
