"""A reminder that a person sends: which step's text it has, and why a task gets none."""

from __future__ import annotations

from datetime import date

from engine.core.dutch import long_date
from engine.core.ladder import request_of
from engine.core.localtime import local_date
from engine.core.states import TaskState, is_late
from engine.core.task import PlannedStep, StoredTask

REMINDER, LATE = "herinnering", "te-laat"
_ENDED: dict[TaskState, str] = {
    "submitted": "Er is al geantwoord.",
    "done": "Er is al geantwoord.",
    "waived": "Deze taak is n.v.t.",
    "cancelled": "Deze taak is vervallen.",
}


def reminder_step(task: StoredTask, today: date) -> PlannedStep | None:
    """The step whose text a reminder by hand has; None where nobody is asked.

    The newest step to who must answer whose day has come; while that is still the request, the first reminder.
    """
    plan = task.plan
    own = [step for step in plan.steps if plan.asked in step.to and not step.escalation]
    late = is_late(task.state, plan.due, today)
    fitting = [step for step in own if step.template == (LATE if late else REMINDER)]
    passed = [step for step in own if step.date is not None and step.date <= today and step in fitting]
    if passed:
        return passed[-1]
    if fitting:
        return fitting[0]
    return own[-1] if late and own else request_of(plan.asked, plan.steps)


def why_none(task: StoredTask, today: date) -> str:
    """Why this task gets no reminder, in Dutch; empty where it may."""
    if task.state in _ENDED:
        return _ENDED[task.state]
    if task.state == "planned":
        return f"Deze taak opent pas op {long_date(task.plan.opens)}."
    if task.suspended is not None and task.suspended > today:
        return f"Deze taak is gepauzeerd tot {long_date(task.suspended)}."
    if task.arranged is not None:
        return f"Er is al een afspraak: {long_date(local_date(task.arranged))}."
    return "" if task.plan.asked else "Van niemand wordt hier een antwoord gevraagd."
