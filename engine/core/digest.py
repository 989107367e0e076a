"""One digest per contact: which notices join, which are merged or held, and what each item says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from engine.core.dutch import listed, long_date
from engine.core.ladder import request_of
from engine.core.lean import lean
from engine.core.letter import CAME_IN, CHANGED, DAY_MOVED, INFORMATION, Announced, Item
from engine.core.localtime import local_date
from engine.core.party import Contact, Register
from engine.core.recipients import Recipient, may_answer, places, stands_in, took_over
from engine.core.rule import AT_SCHOOLS
from engine.core.schooljaar import Schooljaar
from engine.core.settings import Settings
from engine.core.states import is_late
from engine.core.task import PlannedStep, PlannedTask, StoredTask
from engine.core.telling import PHASE, after_adoption, day_before, is_past, phase_of, phase_word, step_of, step_word

ALL_WAITS = "alle post wacht op vrijgave"
HELD_BY_BUREAU = "tegengehouden door het bureau"
# What the bureau decided of a mail before it was made ready.
Ahead = Literal["hold", "release"]


@lean
@dataclass(frozen=True, slots=True)
class Candidate:
    """A step of a task that one contact should hear of."""

    task: StoredTask
    step: PlannedStep
    recipient: Recipient

    @property
    def urgent(self) -> bool:
        """True for a step on or after `uiterlijk`: it does not wait for the weekly day."""
        return self.step.date is not None and self.step.date >= self.task.plan.due


@dataclass(frozen=True, slots=True)
class Standstill:
    """More than one sending window passed without a tick: from the last tick before it to the first one after it."""

    since: datetime
    until: datetime

    @property
    def reason(self) -> str:
        """Why mail is held, in Dutch."""
        first, last = long_date(local_date(self.since)), long_date(local_date(self.until))
        return f"het programma stond stil van {first} tot {last}"

    def covers(self, step: PlannedStep) -> bool:
        """True for a step that was due when the program came back."""
        return step.date is not None and step.date <= local_date(self.until)


@lean
@dataclass(frozen=True, slots=True)
class Told:
    """A notice that a contact got, or is about to get, of a task."""

    step: str
    contact: int
    audience: str


def latest(candidates: Iterable[Candidate]) -> tuple[list[Candidate], list[Candidate]]:
    """Of several steps of one task the one later in the file counts: (kept, merged)."""
    kept: dict[str, Candidate] = {}
    merged: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda one: (one.task.plan.key, one.step.position)):
        key = candidate.task.plan.key
        if key in kept:
            merged.append(kept[key])
        kept[key] = candidate
    return list(kept.values()), merged


def must_wait(
    candidate: Candidate, settings: Settings, standstill: Standstill | None = None, ahead: Ahead | None = None
) -> str:
    """Why the bureau must release this notice by hand, in Dutch; empty when it may leave.

    What was released ahead does not wait for the same reason again, but for a standstill that came after it does.
    """
    if ahead == "hold":
        return HELD_BY_BUREAU
    if ahead != "release" and (reason := _asks_release(candidate, settings)):
        return reason
    if standstill is not None and standstill.covers(candidate.step):
        return standstill.reason
    return ""


def _asks_release(candidate: Candidate, settings: Settings) -> str:
    if settings.release == "altijd":
        return ALL_WAITS
    if candidate.task.held:
        return candidate.task.held
    if candidate.step.hold and settings.release == "regel":
        return f"de stap {step_word(candidate.step.name)} wacht op vrijgave"
    return ""


def item_of(
    task: StoredTask, step: PlannedStep, recipient: Recipient, told: Sequence[Told], register: Register, today: date
) -> Item:
    """What one notice says to its reader, given what was told before about the task."""
    plan = task.plan
    party = register.parties.get(plan.party)
    people = _people(plan.asked, plan.party, register, today) if plan.asked else []
    before = _heard_before(step, recipient, told)
    template = _text(task, step, recipient, before)
    stage = phase_of(step.name) if template == PHASE else ""
    phase = next((one for one in plan.phases if one.name == stage), None) if stage else None
    asked_before = any(notice.audience == "aan" for notice in before)
    new = recipient.audience == "aan" and not asked_before
    reminders = [other.name for other in plan.steps if other.template == "herinnering"]
    return Item(
        task=plan.key,
        step=step.name,
        template=template,
        audience=recipient.audience,
        title=plan.title,
        explanation=plan.explanation.strip(),
        party=party.name if party is not None else plan.party,
        due=plan.due,
        peildatum=plan.peildatum,
        late=is_late(task.state, plan.due, today) and not step.on_talk,
        reminder=1 + reminders.index(step.name) if step.name in reminders else 0,
        reminders=len(reminders),
        because_of=recipient.role,
        rule=plan.rule,
        due_reason="" if step.on_talk else _reason_of(plan, "due" if phase is None else f"phase:{phase.name}"),
        asked_role=plan.asked,
        asked_names=tuple(who.name for who in people),
        asked_phones=tuple(who.phone for who in people),
        together=plan.together,
        announced=_announced(task, step, recipient.contact, register, today),
        fallback=recipient.fallback,
        remark=_asked_again(task, recipient, told, before) if plan.asked in step.to else "",
        stands_in=stands_in(recipient, plan.party, register, today),
        took_over=took_over(recipient, plan.party, plan.opens, register, today) if new else "",
        earlier=_earlier(plan, today),
        answerable=phase is None and _is_answerable(task, recipient, register, today),
        arranged=task.arranged,
        phase=phase_word(phase.name) if phase is not None else "",
        phase_due=phase.date if phase is not None else None,
        phase_late=phase is not None and today > phase.date,
        phase_adopted=phase is not None and phase.name in after_adoption([one.name for one in plan.phases]),
    )


def came_in(task: StoredTask, recipient: Recipient, register: Register, today: date) -> Item:
    """The news, to who got an escalation, that the answer came in after all: whatever the way they heard before."""
    last = task.plan.steps[-1]
    item = item_of(task, last, replace(recipient, audience="aan"), [], register, today)
    return replace(item, step=CAME_IN, template=CAME_IN, reminder=0, announced=None, due_reason="")


def day_moved(task: StoredTask, step: str, reason: str, recipient: Recipient, register: Register, today: date) -> Item:
    """The news to who was asked that the last day moved; `step` names the notice, `reason` is a person's or empty."""
    request = request_of(task.plan.asked, task.plan.steps) or task.plan.steps[0]
    item = item_of(task, request, recipient, [], register, today)
    told = replace(item, step=step, template=DAY_MOVED, reminder=0, remark="")
    return replace(told, was=day_before(step), moved_why=reason)


def changed(
    task: StoredTask, step: str, recipient: Recipient, lines: Sequence[str], register: Register, today: date
) -> Item:
    """The news, to who heard that all is in, of what changed since: a line for each answer."""
    last = task.plan.steps[-1]
    item = item_of(task, last, replace(recipient, audience="aan"), [], register, today)
    bare = replace(item, late=False, reminder=0, announced=None, due_reason="", remark="", answerable=False)
    return replace(bare, step=step, template=CHANGED, members=tuple(lines))


def in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """Late first, then by last day, then by title and party; what is left of a past schooljaar last."""
    return tuple(sorted(items, key=lambda item: (item.earlier != "", not item.past, item.day, item.title, item.party)))


def grouped(items: Iterable[Item], register: Register) -> list[Item]:
    """Joins what is only for information and differs in nothing but its party: one item with a list of parties."""
    groups: dict[object, list[Item]] = {}
    for item in items:
        alone = item.task if item.audience == "aan" else ""
        what = item.rule, _occurrence(item), item.step, item.due, item.late, item.remark, item.moved_why
        shared = what, item.audience, item.because_of
        groups.setdefault((shared, alone), []).append(item)
    return [_joined(group, register) if len(group) > 1 else group[0] for group in groups.values()]


def _joined(group: Sequence[Item], register: Register) -> Item:
    parties = [register.parties.get(item.task.rpartition(".")[2]) for item in group]
    besturen = all(party is not None and party.kind == "bestuur" for party in parties)
    members = [f"{item.party}: {listed(item.asked_names)}" if item.asked_names else item.party for item in group]
    return replace(
        group[0],
        task=_occurrence(group[0]),
        party=f"{len(group)} {'besturen' if besturen else 'scholen'}",
        asked_names=(),
        asked_phones=(),
        members=tuple(sorted(members)),
    )


def _occurrence(item: Item) -> str:
    """The task's key without its party."""
    return item.task.rpartition(".")[0]


def _reason_of(plan: PlannedTask, field: str) -> str:
    return next((one.text for one in plan.reasons if one.field == field), "")


def _text(task: StoredTask, step: PlannedStep, recipient: Recipient, before: Sequence[Told]) -> str:
    """The template that counts for this reader, who was told this `before`.

    Who must answer meets a task by the request's text, whatever step is due; who was asked already and is
    also told of the escalation gets the text of `te-laat`; copies and company are for information. What hangs on the
    appointment of a talk has its own text always.
    """
    if recipient.audience != "aan":
        return INFORMATION
    if step.on_talk:
        return step.template
    asked = task.plan.asked
    # Who heard of it for information only was not asked.
    asks = [step_of(notice.step) for notice in before if notice.audience == "aan"]
    asked_before = any(asked in other.to for other in task.plan.steps if other.name in asks) if asks else False
    if asked in step.to and not asked_before:
        request = request_of(asked, task.plan.steps)
        return request.template if request is not None else step.template
    if step.escalation and asked_before:
        return "te-laat"
    return step.template


def _heard_before(step: PlannedStep, recipient: Recipient, told: Sequence[Told]) -> list[Told]:
    return [
        notice
        for notice in told
        if notice.contact == recipient.contact and notice.step != step.name and not is_past(notice.step)
    ]


def _earlier(plan: PlannedTask, today: date) -> str:
    """The schooljaar of what is still asked of a past one; a document that expired is of today."""
    past = plan.kind != "document" and Schooljaar.parse(plan.schooljaar) < Schooljaar.of(today)
    return plan.schooljaar if past else ""


def _asked_again(task: StoredTask, recipient: Recipient, told: Sequence[Told], before: Sequence[Told]) -> str:
    """Why this is asked once more, above the question itself: in the first mail of that to a reader, not in later ones.

    `before` is what the reader was told since it is asked once more, `told` also what came before that.
    """
    own = {step.name for step in task.plan.steps}
    if not task.again or any(step_of(notice.step) in own for notice in before):
        return ""
    knows = any(notice.contact == recipient.contact and notice.audience == "aan" for notice in told)
    who = "Wij vragen u dit nog een keer" if recipient.audience == "aan" and knows else "Deze vraag is opnieuw gesteld"
    return f"{who}: {task.plan.title}. {task.again}"


def _is_answerable(task: StoredTask, recipient: Recipient, register: Register, today: date) -> bool:
    """A talk is answered with a date, by mail; who gets a copy or hears as a chief answers by mail as well."""
    plan = task.plan
    if recipient.audience == "kopie" or plan.kind == "gesprek":
        return False
    if recipient.role in (plan.asked.removesuffix(AT_SCHOOLS), *plan.together):
        return True
    return may_answer(recipient.contact, plan.asked, plan.together, plan.party, register, today)


def _announced(task: StoredTask, step: PlannedStep, reader: int, register: Register, today: date) -> Announced | None:
    """The next escalation after this step to somebody else, which the mail before it announces.

    Where nobody has the role the bureau would hear: such a step is passed over.
    """
    if step.escalation or (step.date is not None and step.date < task.plan.due):
        return None
    later = [other for other in task.plan.steps if other.escalation and other.position > step.position]
    for coming in sorted(later, key=lambda other: other.position):
        if coming.date is None or coming.date <= today:
            continue
        for role in coming.to:
            people = {who.id for who in _people(role, task.plan.party, register, coming.date)}
            if people - {reader}:
                return Announced(coming.date, role.removesuffix(AT_SCHOOLS))
    return None


def _people(role: str, party: str, register: Register, day: date) -> list[Contact]:
    """Who has the role, or stands in for it; not the bureau for want of anyone."""
    numbers: dict[int, None] = {}
    for name, place in places((role,), party, register):
        who = register.who(name, place, day)
        if who.via != "bureau":
            numbers.update(dict.fromkeys(who.contacts))
    return [register.contacts[number] for number in numbers]
