"""A person's own page: what the personal link opens, what is asked of its reader, and what comes of an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from engine.app.desk import Desk, state_after
from engine.app.means import Means
from engine.app.receipts import confirm, send_link
from engine.app.respond import end_task
from engine.app.unact import Memo, memo_of, take_back
from engine.core.answer import (
    ANSWER_WORDS,
    REQUESTS,
    Answer,
    AnswerKind,
    last_day_to_change,
    moves_to,
    remark_of,
    requests_open,
    standing,
)
from engine.core.localtime import local_date
from engine.core.party import SWV, Contact, Register
from engine.core.problem import Refused
from engine.core.recipients import Recipient, askable, stood_in_for, within_reach
from engine.core.roles import BUREAU
from engine.core.settings import Settings
from engine.core.states import TaskState
from engine.core.status import StatusName, status_of
from engine.core.task import StoredTask
from engine.core.token import digest_of
from engine.store.acts import Act, record_act
from engine.store.answers import add_answer, answer_by_number, answers_of, memo_of_answer, tasks_at
from engine.store.links import find_link
from engine.store.tasks import change, load_tasks
from engine.store.transitions import history, newest_transitions

# What was answered stays to be seen for so long.
SHOWN_FOR = timedelta(days=60)
LARGEST = 2**31 - 1


class NotAsked(Exception):
    """The task is not asked of this person, or there is none: to them it is the same."""


class AnsweredMeanwhile(Exception):
    """The task is not as the person saw it any more: somebody else answered, or the bureau changed it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A task as a person of whom it is asked meets it.

    `own`: they must answer; else they work along with `asked`, the names of who must. `answer` is what stands,
    `answered_by` who gave it (a name, or "het bureau"), `requests` what waits for the bureau; `until` is the last day
    on which the answer can be changed. `seen` names this state of affairs. `instead_of`: the colleagues who are away
    and in whose place this person is asked, with their last day away.
    """

    task: StoredTask
    party: str
    own: bool
    asked: tuple[str, ...]
    status: StatusName
    answer: Answer | None
    answered_by: str
    answered_at: datetime | None
    requests: tuple[Answer, ...]
    until: date
    seen: str
    changeable: bool
    instead_of: tuple[tuple[str, date], ...] = ()

    @property
    def is_open(self) -> bool:
        """True while an answer is awaited."""
        return self.task.state == "open"


def reader_of(connection: Connection, token: str, register: Register, now: datetime) -> Contact | None:
    """Whom a personal link belongs to; None for a wrong, ended or revoked one, and when its contact has no role left.

    A link that went to another address than the contact's present one is no longer theirs alone, so it opens nothing.
    """
    found = find_link(connection, digest_of(token))
    if found is None or found.revoked or found.ends <= now:
        return None
    who = register.contacts.get(found.contact)
    if who is None or who.email.casefold() != found.email.casefold():
        return None
    return who if register.roles_of(who.id, local_date(now)) else None


def questions(connection: Connection, register: Register, contact: int, now: datetime) -> list[Question]:
    """What is asked of a contact now: what is open, late first, then by last day; below it what was answered.

    Those of `vraag_aan` and `samen_met` are asked, by the very same choice of people as for a mail.
    """
    parties = within_reach(contact, register, local_date(now))
    keys = tasks_at(connection, parties, now - SHOWN_FOR)
    tasks = load_tasks(connection, keys=keys)
    people = {task.plan.key: _people(task, register, now) for task in tasks}
    mine = [task for task in tasks if contact in people[task.plan.key]]
    answers = answers_of(connection, [task.plan.key for task in mine])
    found = [
        _question(connection, task, people[task.plan.key], answers.get(task.plan.key, ()), register, contact, now)
        for task in mine
    ]
    waiting = sorted((one for one in found if one.is_open), key=_urgency)
    closed = [one for one in found if not one.is_open and one.answered_at is not None]
    return waiting + sorted(closed, key=lambda one: (one.answered_at, one.task.plan.key), reverse=True)


def question(connection: Connection, key: str, register: Register, contact: int, now: datetime) -> Question:
    """One of them; raises NotAsked."""
    for task in load_tasks(connection, keys=[key]):
        if contact in (people := _people(task, register, now)):
            answers = answers_of(connection, [key]).get(key, ())
            return _question(connection, task, people, answers, register, contact, now)
    raise NotAsked(key)


def given(
    connection: Connection, number: int, register: Register, contact: int, now: datetime
) -> tuple[Answer, Question]:
    """An answer by its number, with its question; raises NotAsked where that is not asked of the contact."""
    found = answer_by_number(connection, number) if number <= LARGEST else None
    if found is None:
        raise NotAsked(str(number))
    return found, question(connection, found.task, register, contact, now)


def asker_of(register: Register, settings: Settings, day: date) -> tuple[str, str]:
    """Who at the bureau is to be called, else the SWV's name; and the number, empty where none is known."""
    desk = [register.contacts[number] for number in register.along_chain(BUREAU, SWV, day)]
    return desk[0].name if desk else settings.name, settings.phone or (desk[0].phone if desk else "")


def answer(
    means: Means,
    who: Contact,
    key: str,
    kind: AnswerKind,
    now: datetime,
    *,
    seen: str,
    remark: str = "",
    until: date | None = None,
) -> Answer:
    """Stores an answer or a request, with what follows from it, and makes its confirmation ready.

    The same answer sent twice is stored once. Raises NotAsked, AnsweredMeanwhile when `seen` is no longer how things
    stand, and Refused when the text may not stand there or the answer comes too late.
    """
    text = remark_of(remark)
    with means.database.write() as connection:
        register = means.register(connection)
        asked = question(connection, key, register, who.id, now)
        given = answers_of(connection, [key]).get(key, [])
        new = Answer(0, key, len(given) + 1, kind, who.id, now, text, until)
        if asked.seen != seen:
            if given and _is_same(given[-1], new):
                return given[-1]
            raise AnsweredMeanwhile(key)
        memo = None
        if kind in REQUESTS:
            _must_ask(asked, text, kind)
        else:
            _must_be_in_time(asked)
            memo = _carry_out(Desk(connection, means, now, who.email), asked, kind)
        stored = add_answer(connection, new, memo)
        told = f"{asked.task.plan.title}, {asked.party}: {ANSWER_WORDS[kind]}. Doorgegeven op de eigen pagina."
        record_act(connection, Act(now, who.name, "answer", told, (key, asked.task.plan.party)))
        confirm(connection, who, stored, means, register, now)
    return stored


def _people(task: StoredTask, register: Register, now: datetime) -> dict[int, Recipient]:
    """Of whom a task is asked today, by contact."""
    plan = task.plan
    found = askable(plan.asked, plan.together, plan.party, register, local_date(now))
    return {who.contact: who for who in found}


def _question(
    connection: Connection,
    task: StoredTask,
    people: Mapping[int, Recipient],
    given: Sequence[Answer],
    register: Register,
    contact: int,
    now: datetime,
) -> Question:
    today = local_date(now)
    stands = standing(given, task.state)
    until = last_day_to_change(given, task.plan.due)
    by, at = _by_whom(connection, task, stands, register)
    party = register.parties.get(task.plan.party)
    return Question(
        task=task,
        party=party.name if party is not None else task.plan.party,
        own=people[contact].audience == "aan",
        asked=tuple(register.contacts[one].name for one, who in people.items() if who.audience == "aan"),
        status=status_of(
            task.state,
            task.plan.due,
            today,
            paused_until=task.suspended,
            arranged=None if task.arranged is None else local_date(task.arranged),
        ),
        answer=stands,
        answered_by=by,
        answered_at=at,
        requests=requests_open(given, task.state),
        until=until,
        seen=f"{task.state}-{len(given)}",
        changeable=stands is not None and today <= until,
        instead_of=stood_in_for(people[contact], task.plan.party, register, today),
    )


def _by_whom(
    connection: Connection, task: StoredTask, stands: Answer | None, register: Register
) -> tuple[str, datetime | None]:
    """Who closed a task, and when."""
    if stands is not None:
        return register.contacts[stands.contact].name, stands.at
    closing: tuple[TaskState, ...] = ("submitted", "done", "waived")
    if task.state not in closing:
        return "", None
    last = next((one for one in reversed(history(connection, task.plan.key)) if one.after == task.state), None)
    if last is None:
        return "", task.submitted_at
    names = (who.name for who in register.contacts.values() if who.email.casefold() == last.by.casefold())
    return next(names, "het bureau"), last.at


def _urgency(one: Question) -> tuple[bool, date, str, str]:
    return (one.status != "late", one.task.plan.due, one.task.plan.title, one.party)


def _is_same(stored: Answer, new: Answer) -> bool:
    return (stored.contact, stored.kind, stored.remark, stored.until) == (new.contact, new.kind, new.remark, new.until)


def _must_ask(asked: Question, text: str, kind: AnswerKind) -> None:
    if not asked.is_open:
        raise Refused("Op deze vraag is al geantwoord. Daarom hoeft dit niet meer.", "Klopt dat niet? Bel ons.")
    if kind == "someone_else" and not text:
        raise Refused("Wie is wel de juiste persoon?", "Vul een naam in, of een e-mailadres. Dan vragen wij het daar.")


def _must_be_in_time(asked: Question) -> None:
    if not asked.is_open and not asked.changeable:
        raise Refused(
            "Dit antwoord kunt u niet meer wijzigen.", "Klopt het niet meer? Bel ons, dan passen wij het aan."
        )


def _carry_out(desk: Desk, asked: Question, kind: AnswerKind) -> Memo | None:
    """Moves the task; returns what takes it back to before its first answer, None where that cannot be."""
    task, key = asked.task, asked.task.plan.key
    before = None if asked.answer is None else memo_of_answer(desk.connection, asked.answer.id)
    if kind == "withdrawn":
        if before is None:
            raise Refused("Dit antwoord kunt u hier niet intrekken.", "Bel ons, dan zetten wij de vraag weer open.")
        take_back(desk, before)
        desk.finish()
        return None
    moves = moves_to(kind, task.state)
    moved = None
    for move in moves:
        if move in ("revise", "reopen"):
            # Opened again by its own sender, who answers in the same breath: nobody is asked once more.
            reached = state_after(task.state, move)
            if not change(desk.connection, key, task.version, {"state": reached}):
                raise AnsweredMeanwhile(key)
            desk.record(task, move, reached)
            task = desk.task(key)
        else:
            moved = end_task(desk, task, move, "niet van toepassing" if move == "waive" else "")
    desk.finish()
    mark = newest_transitions(desk.connection, [key])[key]
    if asked.is_open and moved is not None:
        return memo_of(moved, mark, desk.now)
    if before is None:
        return None
    made = moves if moved is None else (*moves[:-1], *moved.moves)
    return {**before, "mark": mark, "moves": [*before["moves"], *made]}


def renew(means: Means, email: str, now: datetime) -> bool:
    """Mails a new link to who has this address and a role; False for anybody else, and so soon after another."""
    with means.database.read() as connection:
        register = means.register(connection)
        who = next((one for one in register.contacts.values() if one.email.casefold() == email.casefold()), None)
        if who is None or not register.roles_of(who.id, local_date(now)):
            return False
        due = [one.task.plan.due for one in questions(connection, register, who.id, now) if one.is_open]
    with means.database.write() as connection:
        return send_link(connection, who, due, means, register, now)
