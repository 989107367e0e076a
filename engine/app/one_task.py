"""One task as its page shows it: how it stands, who is asked, what was told and will be, and what people did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.actions import marks_of
from engine.app.desk import Desk
from engine.app.fates import STEP_WORDS, fate
from engine.app.hearing import hearers
from engine.app.means import Means
from engine.app.planning import PROGRAM
from engine.app.player import PLAYED, PLAYER
from engine.app.postpone import dates_with
from engine.app.respond import ENDS
from engine.app.stages import stages_waiting
from engine.app.talk_page import TalkForm, talk_form
from engine.app.talks import GESPREK
from engine.app.used_shown import UsedPart, used_parts
from engine.core.action import ACTIONS, Action, possible
from engine.core.answer import ANSWER_WORDS, Answer, requests_open
from engine.core.dutch import capitalised, long_date
from engine.core.localtime import local_date
from engine.core.outlook import NEXT_MAIL, is_concept, left_told, waiting_steps
from engine.core.party import SWV, Contact, Party, Register
from engine.core.problem import Refused
from engine.core.recipients import Recipient, places, told_to_others
from engine.core.states import MOVE_TOLD, MessageState
from engine.core.status import StatusName, status_of
from engine.core.task import PlannedTask, Reason, StoredStep, StoredTask
from engine.core.telling import is_by_hand, is_day_moved, is_news, is_past, step_of, told
from engine.core.who_hears import Hearing as WhoHears
from engine.core.who_hears import who_hears
from engine.store.answers import answers_of
from engine.store.documents import reached_stages
from engine.store.facts import adopted, start_day
from engine.store.messages import Message, messages_by_number
from engine.store.notes import Note, notes_of
from engine.store.notices import Notice, notices_of_tasks
from engine.store.post import READY
from engine.store.tasks import load_task
from engine.store.transitions import Transition, history
from engine.store.unreached import unreached

# Why nothing goes out any more of a gesprek that is over.
HELD = "gehouden"


@dataclass(frozen=True, slots=True)
class Hearing:
    """What became of a step for one person; `mail` is the number of the message. `warning`: mail does not arrive there,
    or the bureau hears because nobody has the role.
    """

    name: str
    told: str
    mail: int | None = None
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A rung of the ladder, or a reminder by hand, with who heard and who will."""

    name: str
    day: date | None
    roles: tuple[str, ...]
    hearings: tuple[Hearing, ...]
    waits: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of a task's history."""

    at: datetime
    by: str
    what: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class OneTask:
    """Everything on the page of a task.

    `asked` are those who must answer, empty where nobody has the role; `earlier` is what was told before it was asked
    anew; `left` says how many steps still go out; `mark` is its newest transition. `uses` is what it uses of other
    rules. `reasons` explain the dates. `first_due` is the last day before another was given, `waived` why it is n.v.t.
    `movers` are who hears of each phase of a document.
    """

    task: StoredTask
    party: Party | None
    status: StatusName
    day: date
    concept: bool
    asked: tuple[Contact, ...]
    steps: tuple[Told, ...]
    earlier: tuple[Told, ...]
    left: str
    requests: tuple[tuple[Answer, str], ...]
    notes: tuple[Note, ...]
    history: tuple[Happened, ...]
    actions: tuple[Action, ...]
    mark: int
    uses: tuple[UsedPart, ...] = ()
    talk: TalkForm | None = None
    reasons: tuple[Reason, ...] = ()
    movers: Mapping[str, WhoHears] = field(default_factory=dict)
    first_due: date | None = None
    waived: str = ""

    @property
    def name(self) -> str:
        """The party's name, else its code."""
        return self.party.name if self.party is not None else self.task.plan.party


def one_task(connection: Connection, means: Means, key: str, now: datetime) -> OneTask | None:
    """The task of that key, None where there is none."""
    task = load_task(connection, key)
    if task is None:
        return None
    plan, today, key = task.plan, local_date(now), task.plan.key
    register, live = means.register(connection), adopted(connection)
    running = not is_concept(task, live)
    arranged = None if task.arranged is None else local_date(task.arranged)
    status = status_of(task.state, plan.due, today, running=running, paused_until=task.suspended, arranged=arranged)
    answers = answers_of(connection, [key]).get(key, [])
    start = start_day(connection) or means.settings.start or today
    tellings = _Tellings.read(connection, task, register, today, waiting_steps(task, live, start, today))
    events = history(connection, key)
    reached = reached_stages(connection, key)
    return OneTask(
        task=task,
        party=register.parties.get(plan.party),
        status=status,
        day=_status_day(task, status, events),
        concept=not running,
        asked=_asked(task, register, today),
        steps=tuple(sorted(tellings.present(), key=lambda one: one.day or date.max)),
        earlier=tuple(tellings.past()),
        left=left_told(
            task,
            live,
            stages_waiting(task, reached) if task.state == "done" else (),
            ready=tellings.on_their_way(*READY),
            held=tellings.on_their_way("held"),
        ),
        requests=tuple((one, _name(register, one.contact)) for one in requests_open(answers, task.state)),
        notes=tuple(notes_of(connection, [key]).get(key, ())),
        history=tuple(_history(events, answers, register, task.extended)),
        actions=tuple(one for one in ACTIONS.values() if _offered(one, plan, register) and possible(task, one, today)),
        mark=marks_of(connection, [key])[key],
        uses=used_parts(connection, means, task, today),
        talk=talk_form(connection, means, task, now) if plan.kind == GESPREK else None,
        reasons=tuple(_reasons(tellings.reasons(), task, events)),
        movers={phase.name: who_hears(phase.by, plan.party, register, today) for phase in plan.phases if phase.by},
        first_due=_first_due(connection, means, task, now),
        waived=next((one.reason for one in reversed(events) if one.move == "waive"), "") if status == "waived" else "",
    )


@dataclass(frozen=True, slots=True)
class _Tellings:
    """The notices of a task with their messages, by step."""

    task: StoredTask
    register: Register
    today: date
    notices: Mapping[str, Sequence[Notice]]
    mails: Mapping[int, Message]
    lost: frozenset[int]
    instead: Mapping[str, str]

    @classmethod
    def read(
        cls, connection: Connection, task: StoredTask, register: Register, today: date, instead: Mapping[str, str]
    ) -> _Tellings:
        found: dict[str, list[Notice]] = {}
        for notice in notices_of_tasks(connection, [task.plan.key]):
            found.setdefault(notice.step, []).append(notice)
        numbers = {one.message for notices in found.values() for one in notices if one.message is not None}
        lost = frozenset(one.contact for one in unreached(connection))
        return cls(task, register, today, found, messages_by_number(connection, numbers), lost, instead)

    def present(self) -> Iterator[Told]:
        """The rungs of the ladder, and what people sent with their text."""
        for step in self.task.steps:
            yield self._rung(step)
            for name, notices in self.notices.items():
                if is_by_hand(name) and step_of(name) == step.plan.name:
                    yield self._sent(name, notices)
        for name, notices in self.notices.items():
            if is_day_moved(name):
                yield self._sent(name, notices)
        for name, notices in self.notices.items():
            if is_news(name):
                yield self._sent(name, notices)

    def on_their_way(self, *states: MessageState) -> int:
        """How many mails in these states tell of the task."""
        return sum(mail.state in states for mail in self.mails.values())

    def past(self) -> Iterator[Told]:
        """What was told before the task was asked anew."""
        for name, notices in self.notices.items():
            if is_past(name):
                yield self._sent(name, notices)

    def _rung(self, step: StoredStep) -> Told:
        notices = self.notices.get(step.plan.name, ())
        heard = {notice.contact for notice in notices}
        what = self.instead.get(step.plan.name, STEP_WORDS[step.state])
        note = HELD if self.task.plan.kind == GESPREK and step.note == ENDS["done"][1] else step.note
        if note and note != what:
            what += f" ({note})"
        hearings = [self._hearing(notice) for notice in notices]
        if step.state != "noticed":
            readers = hearers(self.task, step, self.register, self.today)
            hearings += [self._to_hear(one, what) for one in readers if one.contact not in heard]
            if not hearings:
                hearings.append(Hearing("", what))
        waits = step.state in ("pending", "due")
        return Told(step.plan.name, self._day(step), step.plan.to, tuple(hearings), waits)

    def _day(self, step: StoredStep) -> date | None:
        """The day on which it was told, else the one on which it is to be."""
        if step.state in ("pending", "due"):
            return self.today if self.instead.get(step.plan.name) == NEXT_MAIL else step.plan.date
        if step.sent is not None:
            return local_date(step.sent)
        made = [local_date(notice.at) for notice in self.notices.get(step.plan.name, ())]
        return min(made, default=step.plan.date)

    def reasons(self) -> Iterator[Reason]:
        """Why the dates are as they are, but for days that a step never had, because it was told before."""
        unused = set()
        for step in self.task.steps:
            day = self._day(step)
            if step.plan.date is not None and day is not None and day < step.plan.date:
                unused.add(f"step:{step.plan.name}")
        yield from (one for one in self.task.plan.reasons if one.field not in unused)

    def _sent(self, name: str, notices: Sequence[Notice]) -> Told:
        made = local_date(notices[0].at)
        return Told(told(name), made, (), tuple(self._hearing(notice) for notice in notices), False)

    def _hearing(self, notice: Notice) -> Hearing:
        mail = self.mails.get(notice.message) if notice.message is not None else None
        warning = told_to_others(notice.fallback) or self._warning(notice.contact)
        return Hearing(
            _name(self.register, notice.contact), fate(notice, mail), None if mail is None else mail.id, warning
        )

    def _to_hear(self, reader: Recipient, what: str) -> Hearing:
        warning = told_to_others(reader.fallback) or self._warning(reader.contact)
        return Hearing(_name(self.register, reader.contact), what, None, warning)

    def _warning(self, contact: int) -> str:
        return "Mail aan dit adres komt niet aan." if contact in self.lost else ""


def _asked(task: StoredTask, register: Register, today: date) -> tuple[Contact, ...]:
    roles = (task.plan.asked,) if task.plan.asked else ()
    found = [register.who(*place, today) for place in places(roles, task.plan.party, register)]
    numbers = dict.fromkeys(number for one in found if one.via in ("role", "stand-in") for number in one.contacts)
    return tuple(register.contacts[number] for number in numbers)


def _offered(action: Action, plan: PlannedTask, register: Register) -> bool:
    """Nobody answers for a school where none is asked: a gesprek is held, and the SWV's own task is done.

    Of who is not active any more nothing goes out.
    """
    party = register.parties.get(plan.party)
    if action.name == "herinnering" and party is not None and not party.active:
        return False
    return action.offered and not (action.name == "invullen" and (plan.kind == GESPREK or plan.party == SWV))


def _first_due(connection: Connection, means: Means, task: StoredTask, now: datetime) -> date | None:
    """The last day of a task that was given another one, as its rule has it; None where that is not to be known."""
    if task.extended is None:
        return None
    try:
        due = dates_with(Desk(connection, means, now, PROGRAM), task, None).due
    except Refused:
        return None
    return due if due != task.plan.due else None


def _reasons(reasons: Iterable[Reason], task: StoredTask, events: Sequence[Transition]) -> Iterator[Reason]:
    """The reasons, where a last day that came with asking anew is told as such."""
    dated = next((one for one in reversed(events) if one.move in _DATED), None)
    for one in reasons:
        if one.field == "due" and task.extended and dated and dated.move in ("return", "reopen"):
            done = f"{capitalised(MOVE_TOLD[dated.move])} op {long_date(local_date(dated.at))}"
            yield Reason("due", f"{done}, met {long_date(task.extended)} als uiterste dag.")
        else:
            yield one


def _status_day(task: StoredTask, status: StatusName, events: Sequence[Transition]) -> date:
    if status == "paused" and task.suspended is not None:
        return task.suspended
    if status == "arranged" and task.arranged is not None:
        return local_date(task.arranged)
    if status in ("planned", "concept"):
        return task.plan.opens
    if status in ("submitted", "done", "waived", "cancelled"):
        ended = task.submitted_at or (events[-1].at if events else None)
        return task.plan.due if ended is None else local_date(ended)
    return task.plan.due


def _history(
    events: Sequence[Transition], answers: Sequence[Answer], register: Register, extended: date | None
) -> Iterator[Happened]:
    """What happened, the newest first; `extended` is the last day that was given last, if one was."""
    names = {who.email: who.name for who in register.contacts.values()} | _OWN_NAMES
    dated = next((one for one in reversed(events) if one.move in _DATED), None)
    lines = [
        Happened(
            one.at,
            names.get(one.by, one.by),
            MOVE_TOLD[one.move]
            + (f", tot en met {long_date(extended)}" if one is dated and extended and one.move in _GIVEN else ""),
            one.reason,
        )
        for one in events
    ]
    for one in answers:
        by = _name(register, one.contact)
        lines.append(Happened(one.at, by, f"antwoord: {ANSWER_WORDS[one.kind]}", one.remark))
    lines.sort(key=lambda one: one.at)
    yield from reversed(lines)


# What may give a task another last day, and what a person gave it by.
_GIVEN = ("extend", "return", "reopen")
_DATED = (*_GIVEN, "suspend", "resume", "move", "undo")
# Who acts without a name of their own.
_OWN_NAMES = {PROGRAM: "het programma", "bureau": "het bureau", PLAYER: PLAYED}


def _name(register: Register, contact: int) -> str:
    known = register.contacts.get(contact)
    return known.name if known is not None else f"contact {contact}"
