"""explain TASK: how its dates came about, what became of each step for each reader, and what will still be sent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.fates import STEP_WORDS, fate
from engine.app.hearing import hearers
from engine.app.stages import stages_waiting
from engine.core.chain import Used, used_told
from engine.core.dutch import listed, long_date
from engine.core.explain_rule import dates_told
from engine.core.letter import CAME_IN
from engine.core.localtime import local, local_date
from engine.core.outlook import concept_told, is_concept, left_told, status_word, waiting_steps
from engine.core.party import Register
from engine.core.states import MOVE_TOLD
from engine.core.task import StoredStep, StoredTask
from engine.core.telling import after_adoption, is_by_hand, is_day_moved, is_news, is_past, phase_of, phase_word
from engine.core.telling import told as told_name
from engine.store.documents import reached_stages
from engine.store.messages import Message, message
from engine.store.notices import Notice, notices_of_tasks
from engine.store.transitions import history
from engine.store.unreached import unreached


def explain_task(
    connection: Connection,
    task: StoredTask,
    register: Register,
    adopted: Collection[str],
    start: date,
    now: datetime,
    used: Sequence[Used] = (),
) -> Iterator[str]:
    """The lines about a stored task; `start` is the day on which the SWV begins, if it adopted now.

    `used` is what the task uses of other rules.
    """
    plan, today = task.plan, local_date(now)
    party = register.parties.get(plan.party)
    yield f"{plan.title}: {party.name if party else plan.party} ({plan.key})"
    yield f"Status: {status_word(task, adopted, today).removesuffix('.')}. Uiterlijk {long_date(plan.due)}."
    if is_concept(task, adopted):
        yield from concept_told(task, start, today)
    if task.held:
        yield f"Deze taak {task.held}. De post wacht op vrijgave."
    if task.suspended is not None and task.suspended > today:
        yield f"De taak is gepauzeerd tot {long_date(task.suspended)}. Tot dan gaat er niets uit."
    if task.extended is not None:
        yield f"Er is uitstel gegeven tot en met {long_date(task.extended)}."
    yield "Zo kwamen de datums tot stand:"
    yield from dates_told(plan)
    yield ""
    if used:
        yield "Deze taak gebruikt:"
        yield from (f"  {line}" for line in used_told(used, register))
        yield ""
    yield "Wie wat hoort:"
    notices: dict[str, list[Notice]] = {}
    for notice in notices_of_tasks(connection, [plan.key]):
        notices.setdefault(notice.step, []).append(notice)
    lost = {one.contact: one.since for one in unreached(connection)}

    def name(contact: int) -> str:
        known = register.contacts.get(contact)
        called = known.name if known is not None else f"contact {contact}"
        if contact not in lost:
            return called
        return f"{called} (mail aan dit adres komt sinds {long_date(local_date(lost[contact]))} niet aan)"

    instead = waiting_steps(task, adopted, start, today)
    for step in task.steps:
        what = instead.get(step.plan.name, STEP_WORDS[step.state])
        day = long_date(step.plan.date) if step.plan.date is not None else "nog geen datum"
        yield f"  {step.plan.name}, {day}:"
        readers = [one.contact for one in hearers(task, step, register, today)]
        for line in _step(connection, step, notices.get(step.plan.name, []), readers, name, what):
            yield f"    {line}"
    for notice in (
        one
        for told in notices.values()
        for one in told
        if is_by_hand(one.step) or is_past(one.step) or is_day_moved(one.step)
    ):
        found_in = message(connection, notice.message) if notice.message is not None else None
        earlier = ", voor het opnieuw vragen" if is_past(notice.step) else ""
        yield f"  {told_name(notice.step)}{earlier}: {name(notice.contact)}: {_fate(notice, found_in)}"
    for notice in (one for told in notices.values() for one in told if is_news(one.step)):
        found_in = message(connection, notice.message) if notice.message is not None else None
        what = "dat het toch binnen is" if notice.step == CAME_IN else "dat er iets is gewijzigd"
        yield f"  {what}: {name(notice.contact)}: {_fate(notice, found_in)}"
    yield from _left(connection, task, adopted, register, name, today)
    yield ""
    yield "Wat er gebeurde:"
    found = history(connection, plan.key)
    for row in found:
        at = local(row.at)
        reason = f" ({row.reason})" if row.reason else ""
        yield f"  {long_date(at.date())} {at:%H:%M}  {MOVE_TOLD[row.move]} door {row.by}{reason}"
    if not found:
        yield "  nog niets"


def _left(
    connection: Connection,
    task: StoredTask,
    adopted: Collection[str],
    register: Register,
    name: Callable[[int], str],
    today: date,
) -> Iterator[str]:
    """What still goes out; also of the stages after a document's adoption, of whom they are asked and by when."""
    waiting = stages_waiting(task, reached_stages(connection, task.plan.key))
    yield left_told(task, adopted, waiting if task.state == "done" else ())
    if task.state not in ("open", "done"):
        return
    later = after_adoption([one.name for one in task.plan.phases])
    for phase in (one for one in task.plan.phases if one.name in later and one.name in waiting):
        steps = [one for one in task.steps if phase_of(one.plan.name) == phase.name and one.state in ("pending", "due")]
        who = listed([name(contact) for contact in dict.fromkeys(_readers(task, steps, register, today))])
        if steps and who:
            told = f"gevraagd aan {who}: uiterlijk {long_date(phase.date)}."
            if task.state == "open":
                yield "Komt er een nieuwe versie, dan is de taak klaar."
                yield f"De fase {phase_word(phase.name)} wordt dan nog wel {told}"
            else:
                yield f"De fase {phase_word(phase.name)} wordt nog {told}"


def _readers(task: StoredTask, steps: Iterable[StoredStep], register: Register, today: date) -> Iterator[int]:
    for step in steps:
        yield from (one.contact for one in hearers(task, step, register, today))


def _step(
    connection: Connection,
    step: StoredStep,
    notices: list[Notice],
    readers: Iterable[int],
    name: Callable[[int], str],
    what: str,
) -> Iterator[str]:
    """What became of the step for each who heard, and for each of its readers who is still to hear."""
    for notice in notices:
        found = message(connection, notice.message) if notice.message is not None else None
        yield f"{name(notice.contact)}: {_fate(notice, found)}"
        if notice.fallback:
            yield f"  Let op: {notice.fallback}"
    told = {notice.contact for notice in notices}
    left = [contact for contact in readers if contact not in told]
    if step.note and step.note != what:
        what += f" ({step.note})"
    if step.state != "noticed":
        yield from (f"{name(contact)}: {what}" for contact in left)
        if not told and not left:
            yield f"{what}, naar niemand"


def _fate(notice: Notice, found: Message | None) -> str:
    return fate(notice, found) + (f" (mail {found.id})" if found is not None else "")
