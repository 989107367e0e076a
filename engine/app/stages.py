"""The stages of a document: which were reached, when and by whom; and documents whose task ends by itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from engine.app.desk import Desk, Moved, changed_meanwhile, state_after
from engine.app.hearing import dropped
from engine.app.means import Means
from engine.app.placing import next_look
from engine.app.planning import PROGRAM
from engine.app.respond import end_task
from engine.core.bsn import holds_bsn
from engine.core.dutch import listed, long_date
from engine.core.event import Event
from engine.core.lapse import why_closed
from engine.core.localtime import to_ms
from engine.core.problem import Refused
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.sharing import shared_later
from engine.core.sheets import DocumentRow
from engine.core.states import OPEN_STATES, TaskMove
from engine.core.task import StoredStep, StoredTask
from engine.core.telling import PHASE_REACHED, after_adoption, phase_of, phase_word, until_adoption
from engine.store.documents import (
    REACHED,
    Stage,
    add_stages,
    forget_reached,
    reached_stages,
    remove_stages,
    set_stage,
    stages_of,
)
from engine.store.mail_days import foresee_from
from engine.store.messages import messages_of_task
from engine.store.notices import notices_of_message, take_out
from engine.store.tasks import change, load_tasks, replace_plans, set_step_states
from engine.store.transitions import lapsed

REGISTER = "het register"
LONGEST_NOTE = 1000


@dataclass(frozen=True, slots=True)
class Reached:
    """The stages that an action reached or took back, in order, and what came of it."""

    phases: tuple[str, ...]
    events: tuple[Event, ...] = ()


def reach_stage(desk: Desk, task: StoredTask, phase: str, day: date, note: str = "") -> Reached:
    """Writes down that a stage, and all before it, was reached on a day: nothing more is asked of them.

    Raises Refused where the document has no such stage, where it was reached already, or where the day is to come.
    """
    names = [one.name for one in task.plan.phases]
    if phase not in names:
        raise Refused(
            f"Deze taak heeft geen fase {phase_word(phase)}.",
            f"Kies uit {listed(names, 'of')}." if names else "De regel van dit document heeft geen fasen.",
        )
    if day > desk.today:
        raise Refused(f"{long_date(day)} moet nog komen.".capitalize(), "Vul in wanneer de fase is bereikt.")
    if len(note) > LONGEST_NOTE:
        raise Refused(f"Deze tekst is te lang. Er passen {LONGEST_NOTE} tekens in.", "Maak de tekst korter.")
    if holds_bsn(note):
        raise Refused("In deze tekst staat een getal dat een burgerservicenummer (BSN) kan zijn.", "Haal dat weg.")
    known = reached_stages(desk.connection, task.plan.key)
    new = [name for name in names[: names.index(phase) + 1] if name not in known]
    if not new:
        raise Refused(f"De fase {phase_word(phase)} is al bereikt.", "Neem de fase eerst terug als dat niet klopt.")
    if day < (first := _first_day(desk, task, new[0])):
        raise Refused(
            f"Op {long_date(day)} kan deze fase nog niet zijn bereikt.",
            f"Wat eraan voorafging, was pas op {long_date(first)}. Kies die dag, of een latere.",
        )
    state_after(task.state, "stage")
    add_stages(desk.connection, [Stage(task.plan.key, name, day, desk.now, desk.by, note) for name in new])
    ended = [step for step in _steps(task, new) if step.state in ("pending", "due")]
    set_step_states(desk.connection, [(task.plan.key, one.plan.name, "dropped", PHASE_REACHED, None) for one in ended])
    events = [*dropped(desk.connection, task, ended, desk.register, desk.now, "reached"), *_taken_out(desk, task, new)]
    reached = {one.plan.name for one in ended}
    after = replace(
        task,
        steps=tuple(
            replace(one, state="dropped", note=PHASE_REACHED) if one.plan.name in reached else one for one in task.steps
        ),
    )
    told = f"{phase_word(phase)}, op {long_date(day)}{f': {note}' if note else ''}"
    _looked_at(desk, after, "stage", told)
    _write_stage(desk, task, phase)
    return Reached(tuple(new), tuple(events))


def _first_day(desk: Desk, task: StoredTask, phase: str) -> date:
    """The first day on which a stage can be reached: that of the stage before it, or of the version that it renews."""
    names = [one.name for one in task.plan.phases]
    before = names[: names.index(phase)]
    known = stages_of(desk.connection, [task.plan.key]).get(task.plan.key, ())
    days = [one.day for one in known if one.phase in before]
    days += [row.adopted_on for row in _versions(desk, task)]
    return max(days, default=date.min)


def take_stage_back(desk: Desk, task: StoredTask, phases: Sequence[str]) -> Reached:
    """Takes back that stages were reached: what was still to be asked of them is asked again. Raises Refused."""
    state_after(task.state, "unstage")
    if task.state == "done" and not set(phases) <= set(after_adoption([one.name for one in task.plan.phases])):
        raise Refused("Deze taak is klaar.", "Heropen de taak eerst, als het document nog niet is vastgesteld.")
    if not phases or remove_stages(desk.connection, task.plan.key, phases) != len(phases):
        raise Refused("Deze fase staat niet meer op bereikt.", "Bekijk de taak.")
    again = {one.plan.name for one in _steps(task, phases) if one.note == PHASE_REACHED}
    again |= forget_reached(desk.connection, task.plan.key, [one.plan.name for one in _steps(task, phases)])
    set_step_states(desk.connection, [(task.plan.key, name, "pending", "", None) for name in again])
    after = replace(
        task,
        steps=tuple(replace(one, state="pending", note="") if one.plan.name in again else one for one in task.steps),
    )
    _looked_at(desk, after, "unstage", listed([phase_word(one) for one in phases]))
    left = reached_stages(desk.connection, task.plan.key)
    _write_stage(desk, task, next((one.name for one in reversed(task.plan.phases) if one.name in left), ""))
    return Reached(tuple(phases))


def stages_waiting(task: StoredTask, reached: Collection[str]) -> list[str]:
    """The stages that are still to be reached: of a task that is done those after the adoption alone."""
    names = [one.name for one in task.plan.phases]
    if task.state == "done":
        names = list(after_adoption(names))
    elif task.state not in OPEN_STATES:
        return []
    return [name for name in names if name not in reached]


def stages_from(task: StoredTask, phase: str, reached: Collection[str]) -> list[str]:
    """The stages that go when one is taken back: that one and those after it that were reached."""
    names = [one.name for one in task.plan.phases]
    return [name for name in names[names.index(phase) :] if name in reached] if phase in names else []


def change_stage(
    means: Means, key: str, phase: str, now: datetime, *, by: str, day: date | None, note: str, back: bool
) -> Reached:
    """Writes down that a stage was reached, on a day or today; `back`: takes it back, and those after it."""
    with means.database.write() as connection:
        desk = Desk(connection, means, now, by)
        task = desk.task(key)
        if back:
            known = reached_stages(connection, task.plan.key)
            done = take_stage_back(desk, task, stages_from(task, phase, known))
        else:
            done = reach_stage(desk, task, phase, day or desk.today, note)
        desk.finish()
    return done


def settle_tonight(means: Means, now: datetime) -> None:
    """The same in a transaction of its own, by the program itself."""
    with means.database.write() as connection:
        settle_documents(Desk(connection, means, now, PROGRAM), means.rules(connection))


def settle_documents(desk: Desk, rules: Sequence[Rule], *, planned: bool = False, why_renewed: str = "") -> list[Moved]:
    """Ends the tasks of documents that have a newer version or whose rule holds no more, and takes over the stages
    that the register names; repeated it changes nothing.

    A task that was open is done where a newer version is there, and else cancelled with its reason. One that was not
    open yet is left to the plan, unless `planned`. `why_renewed` is told instead of that there is a newer version.
    """
    asked = sorted({rule.id for rule in rules if rule.kind == "document"})
    loaded = (task for rule in asked for task in load_tasks(desk.connection, rule=rule))
    tasks = [task for task in loaded if task.plan.kind == "document" and task.state in OPEN_STATES]
    if not tasks:
        desk.finish()
        return []
    register = desk.register
    running = Schooljaar.of(desk.today)
    ended = []
    named = {(row.party, row.version): row.stage for row in register.documents if row.stage}
    for task in tasks:
        renewed, why = why_closed(task.plan, rules, register, running)
        if why and (planned or task.state != "planned"):
            ended.append(_ended(desk, task, renewed, why_renewed if renewed and why_renewed else why))
        elif not why and (stage := named.get((task.plan.party, task.plan.key.split(".")[1]))):
            _take_over(desk, task, stage)
    desk.finish()
    return ended


def _ended(desk: Desk, task: StoredTask, renewed: bool, why: str) -> Moved:
    if renewed and task.state != "planned":
        return reach_adoption(desk, end_task(desk, task, "accept", why, renewed=True))
    return end_task(desk, task, "cancel", lapsed(why))


def reach_adoption(desk: Desk, moved: Moved) -> Moved:
    """With a new version the stages up to its adoption were reached, and it is shared on a day that still comes."""
    task = moved.after
    rule = desk.means.rule(desk.connection, task.plan.rule, Schooljaar.parse(task.plan.schooljaar))
    names = until_adoption([one.name for one in task.plan.phases])
    if rule is None or not names:
        return moved
    newest = desk.register.newest(rule.document)[task.plan.party.casefold()]
    day = min(newest.adopted_on, desk.today)
    known = reached_stages(desk.connection, task.plan.key)
    new = tuple(name for name in names if name not in known)
    add_stages(desk.connection, [Stage(task.plan.key, name, day, desk.now, desk.by) for name in new])
    later = shared_later(task, day, desk.calendar(task.plan.party), desk.today)
    if later is not task:
        look = next_look(later, desk.today) if later.state == "done" and desk.runs(later) else None
        if not replace_plans(desk.connection, [replace(later, next_at=look)]):
            raise changed_meanwhile()
        foresee_from(desk.connection, desk.today)
    return replace(moved, after=desk.task(task.plan.key), stages=new)


def _take_over(desk: Desk, task: StoredTask, stage: str) -> None:
    """What a list says of how far a document is, in its own words: `MR-advies` for `mr-advies`."""
    name = "-".join(stage.casefold().replace("-", " ").split())
    names = [one.name for one in task.plan.phases]
    known = reached_stages(desk.connection, task.plan.key)
    if name in names and name not in known:
        reach_stage(replace(desk, by=REGISTER), task, name, desk.today)


def _steps(task: StoredTask, phases: Collection[str]) -> list[StoredStep]:
    return [step for step in task.steps if phase_of(step.plan.name) in phases]


def _taken_out(desk: Desk, task: StoredTask, phases: Collection[str]) -> list[Event]:
    """Takes notices of these stages out of mail that nobody tried to send."""
    events = []
    for message in messages_of_task(desk.connection, task.plan.key, ["held", "queued"]):
        if message.attempts:
            continue
        for notice in notices_of_message(desk.connection, message.id):
            if notice.task == task.plan.key and phase_of(notice.step) in phases:
                take_out(desk.connection, notice, REACHED)
                events.append(
                    Event(desk.now, "dropped", notice.task, notice.step, notice.contact, message.id, "reached")
                )
                desk.touch(message.id)
    return events


def _looked_at(desk: Desk, task: StoredTask, move: TaskMove, told: str) -> None:
    look = next_look(task, desk.today) if desk.runs(task) else None
    if not change(desk.connection, task.plan.key, task.version, {"next_at": None if look is None else to_ms(look)}):
        raise changed_meanwhile()
    desk.record(task, move, task.state, told)
    foresee_from(desk.connection, desk.today)


def _write_stage(desk: Desk, task: StoredTask, stage: str) -> None:
    for row in _versions(desk, task):
        set_stage(desk.connection, row.kind, row.party, row.version, stage)


def _versions(desk: Desk, task: StoredTask) -> list[DocumentRow]:
    """The version that the task renews, as the register has it; none of a first document."""
    version = task.plan.key.split(".")[1]
    rule = desk.means.rule(desk.connection, task.plan.rule, Schooljaar.parse(task.plan.schooljaar))
    return [
        row
        for row in desk.register.documents
        if row.party == task.plan.party
        and row.version == version
        and rule is not None
        and row.kind.casefold() == rule.document.casefold()
    ]
