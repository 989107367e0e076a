"""What a stored task still brings: its status in a word, and for each step that waits what will become of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from engine.core.dutch import counted, listed, long_date, long_moment
from engine.core.ladder import decide, follows_adoption, rungs_of
from engine.core.localtime import local_date
from engine.core.planning import runs
from engine.core.states import TASK_WORDS, TaskState, is_late
from engine.core.task import StoredTask
from engine.core.telling import phase_of, phase_word

CONCEPT = "concept"
# Why no step goes out any more.
ENDED: dict[TaskState, str] = {
    "submitted": "Er gaat geen mail meer uit: het antwoord is binnen. Het bureau kijkt het nog na.",
    "done": "Er gaat geen mail meer uit: de taak is klaar.",
    "waived": "Er gaat geen mail meer uit: de taak is n.v.t.",
    "cancelled": "Er gaat geen mail meer uit: de taak is vervallen.",
}
NEVER = "gaat er niet meer uit"
NEXT_MAIL = "komt bij de volgende mail"


def is_concept(task: StoredTask, adopted: Collection[str]) -> bool:
    """True while nobody adopted the schooljaar that brings the task: nothing of it leaves."""
    return task.state == "planned" and not runs(task.plan, adopted)


def late(task: StoredTask, adopted: Collection[str], today: date) -> bool:
    """True from the day after the last day; never for a question that no schooljaar has asked yet.

    A gesprek is late once the day of its appointment is over as well.
    """
    if task.arranged is not None and today <= local_date(task.arranged):
        return False
    return is_late(task.state, task.plan.due, today) and not is_concept(task, adopted)


def status_word(task: StoredTask, adopted: Collection[str], today: date) -> str:
    """The task's status as people read it."""
    if is_concept(task, adopted):
        return CONCEPT
    if task.arranged is not None and task.state in ("planned", "open") and not late(task, adopted, today):
        return f"afgesproken op {long_moment(task.arranged)}"
    return "te laat" if late(task, adopted, today) else TASK_WORDS[task.state]


def waiting_steps(task: StoredTask, adopted: Collection[str], start: date, today: date) -> Mapping[str, str]:
    """For each step that was not decided yet and will not simply come, what becomes of it instead, in Dutch.

    `start` is the day on which the SWV begins to work with the program.
    """
    waiting = [step.plan.name for step in task.steps if step.state in ("pending", "due")]
    if task.state in ENDED:
        return dict.fromkeys((name for name in waiting if not follows_adoption(task, name)), NEVER)
    decision = decide(task.state, task.plan.opens, task.plan.asked, rungs_of(task), today, task.suspended)
    if not is_concept(task, adopted):
        # Its day has been, and its mail is still to be made.
        passed = {step.plan.name for step in task.steps if step.plan.date is not None and step.plan.date < today}
        late_steps = {*decision.due, *(step.plan.name for step in task.steps if step.state == "due")} & passed
        return {name: NEXT_MAIL for name in waiting if name in late_steps}
    if task.plan.due < start:
        return dict.fromkeys(waiting, "gaat er niet uit")
    held = task.plan.opens < today
    return (
        dict.fromkeys(waiting, "komt nog, na het vaststellen")
        | dict.fromkeys(decision.due, f"komt na het vaststellen{', als het bureau de post vrijgeeft' if held else ''}")
        | dict.fromkeys(decision.overtaken, "gaat er niet meer uit: een latere stap of de vraag zelf gaat voor")
    )


def concept_told(task: StoredTask, start: date, today: date) -> list[str]:
    """What it means for the task that its schooljaar is a concept, and what adopting that would do."""
    told = [f"Schooljaar {task.plan.schooljaar} is nog concept. Er gaat niets uit tot u het vaststelt."]
    if task.plan.due < start:
        told.append("Stelt u het nu vast, dan wordt deze taak n.v.t., zonder mail. Zij is van vóór de start.")
    elif task.plan.opens < today:
        told.append(
            f"De taak had al open moeten gaan op {long_date(task.plan.opens)}. Stelt u het schooljaar nu vast, "
            "dan wacht de post van deze taak tot u die vrijgeeft. Gemiste herinneringen gaan niet alsnog uit."
        )
    return told


def left_told(
    task: StoredTask, adopted: Collection[str], sharing: Sequence[str] = (), *, ready: int = 0, held: int = 0
) -> str:
    """How many times mail still goes out, or why none does; `sharing` are stages that must still be reached.

    `ready` mails were made and leave by themselves, `held` ones when the bureau lets them go.
    """
    if task.state in ENDED:
        waiting = [step.plan.name for step in task.steps if step.state in ("pending", "due")]
        stages = dict.fromkeys(phase_word(phase_of(name)) for name in waiting if follows_adoption(task, name))
        if stages and task.state == "done":
            return f"De taak is klaar. Alleen over de fase {listed(list(stages))} gaat nog mail uit."
        if sharing and task.state == "done":
            what = "fase" if len(sharing) == 1 else "fasen"
            names = listed([phase_word(name) for name in sharing])
            return f"De taak is klaar. Ook over de {what} {names} gaat geen mail meer uit: dat moet nog wel gebeuren."
        return ENDED[task.state]
    left = sum(step.state in ("pending", "due") for step in task.steps)
    if is_concept(task, adopted):
        return "Er gaat nu niets uit: het schooljaar is nog concept."
    return _still_told(left, ready, held)


def _still_told(left: int, ready: int, held: int) -> str:
    made = []
    if ready:
        made.append(f"{counted(ready, 'mail staat', 'mails staan')} klaar om te versturen")
    if held:
        made.append(f"{counted(held, 'mail wacht', 'mails wachten')} op vrijgave")
    if made:
        return f"{listed(made)}." + (f" Daarna gaat er nog {left} keer mail uit." if left else "")
    if not left:
        return "Er gaat niets meer uit: alle stappen zijn geweest."
    return f"Er gaat nog {left} keer mail uit."
