"""explain: a rule or a task told in Dutch: how each date came about, who hears what, what will still be sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from engine import wiring
from engine.app.tick import hearers
from engine.core.dutch import capitalised, counted, listed, long_date
from engine.core.localtime import local, local_date
from engine.core.party import Register
from engine.core.planning import expand, is_valid
from engine.core.problem import Refused
from engine.core.roles import role_word
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.states import TASK_WORDS, is_late
from engine.core.task import PlannedTask, StoredStep, StoredTask
from engine.store.tasks import history, load_task

WHO_GETS_A_TASK = {
    "school": "Elke actieve school krijgt een taak.",
    "bestuur": "Elk actief bestuur krijgt een taak.",
    "swv": "Het samenwerkingsverband zelf krijgt een taak.",
}
NO_TASKS = "In dit schooljaar zijn er geen taken van deze regel."
STEP_WORDS = {
    "pending": "komt nog",
    "due": "wacht op het verzendvenster",
    "noticed": "gaat eruit",
    "overtaken": "ingehaald door een latere stap",
    "merged": "samengevoegd met een latere stap",
    "dropped": "gaat er niet meer uit",
}
MOVE_TOLD = {
    "open": "geopend",
    "submit": "antwoord ontvangen",
    "accept": "op klaar gezet",
    "waive": "op n.v.t. gezet",
    "cancel": "vervallen",
    "plan": "weer gepland",
    "extend": "uitstel gegeven",
    "move": "verplaatst",
}


def explain(place: wiring.Workspace, name: str, schooljaar: Schooljaar, now: datetime) -> Iterator[str]:
    """The lines that explain a rule or a task; raises Refused when there is neither."""
    rulebook = wiring.sound_rulebook_of(place)
    named = [rule for rule in rulebook.rules if rule.id == name.casefold()]
    rule = next((rule for rule in named if is_valid(rule, schooljaar)), named[0] if named else None)
    database = wiring.database_of(place)
    means = wiring.means_of(place, database)
    with database.read() as connection:
        register, calendars = means.people(connection)
        if rule is not None:
            tasks = expand([rule], register, calendars, [schooljaar], {})
            yield from _rule(rule, schooljaar, tasks, register)
            return
        task = load_task(connection, name)
        if task is None:
            raise Refused(
                f"Er is geen regel en geen taak {name}.", f"Regels: {listed([r.id for r in rulebook.rules])}."
            )
        yield from _task(task, register, local_date(now))
        yield ""
        yield "Wat er gebeurde:"
        found = history(connection, task.plan.key)
        for row in found:
            at = local(row.at)
            reason = f" ({row.reason})" if row.reason else ""
            yield f"  {long_date(at.date())} {at:%H:%M}  {MOVE_TOLD.get(row.move, row.move)} door {row.by}{reason}"
        if not found:
            yield "  nog niets"


def _rule(rule: Rule, schooljaar: Schooljaar, tasks: tuple[PlannedTask, ...], register: Register) -> Iterator[str]:
    yield f"{rule.title} ({rule.id}), schooljaar {schooljaar}"
    yield WHO_GETS_A_TASK[rule.per] if tasks else NO_TASKS
    if rule.asked:
        yield f"De vraag gaat naar de rol {role_word(rule.asked)}."
    if rule.together:
        yield f"Ook op de hoogte: {listed([role_word(role) for role in rule.together])}."
    for round_ in rule.rounds:
        groups: dict[tuple[date, ...], list[PlannedTask]] = {}
        for task in (task for task in tasks if task.round == round_.name):
            days = tuple(step.date or task.due for step in task.steps)
            groups.setdefault((task.opens, task.due, *days), []).append(task)
        for group in groups.values():
            yield ""
            names = [_name(task.party, register) for task in group]
            shown = listed(names) if len(names) <= 3 else f"{', '.join(names[:3])} en nog {len(names) - 3}"
            yield f"{capitalised(round_.name or 'deze ronde')}, voor {shown}:"
            yield from _dates(group[0])


def _task(task: StoredTask, register: Register, today: date) -> Iterator[str]:
    plan = task.plan
    word = "te laat" if is_late(task.state, plan.due, today) else TASK_WORDS[task.state]
    yield f"{plan.title}: {_name(plan.party, register)} ({plan.key})"
    yield f"Status: {word}. Uiterlijk {long_date(plan.due)}."
    if task.held:
        yield f"Deze taak {task.held}. De post wacht op vrijgave."
    if task.extended is not None:
        yield f"Er is uitstel gegeven tot en met {long_date(task.extended)}."
    yield "Zo kwamen de datums tot stand:"
    yield from _dates(plan)
    yield ""
    yield "Wie wat hoort:"
    for step in task.steps:
        yield _step(task, step, register, today)
    left = sum(step.state in ("pending", "due") for step in task.steps)
    yield f"Er {'gaat' if left == 1 else 'gaan'} nog {counted(left, 'stap', 'stappen')} uit."


def _dates(plan: PlannedTask) -> Iterator[str]:
    labels = {"peildatum": "peildatum", "opens": "opent", "due": "uiterlijk"}
    for reason in plan.reasons:
        label = labels.get(reason.field) or f"stap {reason.field.removeprefix('step:')}"
        yield f"  {label}: {reason.text}"


def _step(task: StoredTask, step: StoredStep, register: Register, today: date) -> str:
    day = long_date(step.plan.date) if step.plan.date is not None else "nog geen datum"
    if step.sent is not None:
        what = f"verstuurd op {long_date(local_date(step.sent))}"
    else:
        what = STEP_WORDS[step.state] + (f": {step.note}" if step.note else "")
    people = [register.contacts[one.contact].name for one in hearers(task, step, register, today)]
    return f"  {step.plan.name}, {day}: {what}. Naar {listed(people) or 'niemand'}."


def _name(party: str, register: Register) -> str:
    found = register.parties.get(party)
    return found.name if found is not None else party
