"""What people do to tasks, one or many at once: what can be done is done, and each that could not is told why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection

from engine.app.desk import Desk, Moved
from engine.app.letters import NOTHING_LEFT
from engine.app.mail_ahead import MailAhead, anew_told, in_words, mails_anew, mails_made
from engine.app.means import Means
from engine.app.planning import PROGRAM
from engine.app.postpone import ask_again, extend_task, resume_task, suspend_task
from engine.app.remind import remind
from engine.app.respond import end_task, stop_task
from engine.app.unact import memo_of, take_back
from engine.core.action import Wish, check
from engine.core.appointment import Invite
from engine.core.dutch import weekday_date
from engine.core.effects import Effect, effects_told
from engine.core.letter import Letter, Rendered
from engine.core.localtime import local
from engine.core.problem import Refused
from engine.core.states import MOVE_TOLD
from engine.core.task import StoredTask
from engine.store.notes import add_note, notes_of, remove_note
from engine.store.pauses import Pause, end_pause, pauses_on, set_pause
from engine.store.tasks import load_tasks
from engine.store.transitions import history, newest_transitions

T = TypeVar("T")
MOST = 2000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action did, or would do. `refused` are keys with the Dutch reason; `told` says what changes.

    `noted` are the tasks that got a note; `anew` are mails that will ask a question once more.
    `undo` is JSON for `take_all_back`, None where nothing was done.
    """

    moved: tuple[Moved, ...]
    noted: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    told: tuple[str, ...]
    mails: tuple[MailAhead, ...]
    undo: Mapping[str, Any] | None
    anew: tuple[MailAhead, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The tasks to which something was done."""
        return (*(one.key for one in self.moved), *self.noted)


def carry_out(
    means: Means,
    wish: Wish,
    keys: Sequence[str],
    now: datetime,
    *,
    by: str,
    seen: Mapping[str, int] | None = None,
    party: str = "",
    then: Callable[[Connection, Outcome], None] | None = None,
) -> Outcome:
    """Does it to each of these tasks, in one transaction. `party`: pauses, or goes on with, everything of that party.

    `seen` gives the newest transition of each task as the person saw it: to a task that has another one by now
    nothing is done. `then` is called in the same transaction when something was done. Raises Refused where a field
    is missing.
    """
    check(wish)
    with means.database.write() as connection:
        outcome = _carried_out(Desk(connection, means, now, by), wish, keys, seen, party)
        if then is not None and outcome.undo is not None:
            then(connection, outcome)
    return outcome


def foretell(means: Means, wish: Wish, keys: Sequence[str], now: datetime, *, by: str, party: str = "") -> Outcome:
    """What `carry_out` would do now, with its mails as they will be read; nothing of it is kept.

    A text that is still missing does not matter.
    """
    wish = wish if wish.text else replace(wish, text="…")

    def look(connection: Connection, mute: Means) -> Outcome:
        outcome = _carried_out(Desk(connection, mute, now, by), wish, keys, None, party)
        return replace(outcome, mails=in_words(Desk(connection, means, now, by), outcome.mails))

    return tried(means, look)


def tried(means: Means, do: Callable[[Connection, Means], T]) -> T:
    """What `do` gives in a transaction of which nothing is kept, with means that put no mail into words."""
    mute = muted(means)
    found: list[T] = []
    try:
        with means.database.write() as connection:
            found.append(do(connection, mute))
            raise _NotReally
    except _NotReally:
        return found[0]


def muted(means: Means) -> Means:
    """The same means for a preview: mail is made, but nobody puts it into words."""
    return replace(means, renderer=_Mute(), writer=_Mute(), vault=_Mute())


def take_all_back(
    connection: Connection, means: Means, undo: Mapping[str, Any], now: datetime, *, by: str
) -> tuple[tuple[str, str], ...]:
    """Takes back what an outcome's `undo` names; returns the tasks for which that cannot be any more, with the reason.

    Raises Refused where nothing could be taken back; the transaction must end with that.
    """
    refused = []
    desk = Desk(connection, means, now, by)
    for memo in undo["tasks"]:
        try:
            take_back(desk, memo)
        except Refused as error:
            refused.append((memo["task"], error.message))
    gone = [number for number in undo["notes"] if remove_note(connection, number)]
    pause = undo.get("pause")
    if pause is not None:
        end_pause(connection, pause)
    if not gone and pause is None and len(refused) == len(undo["tasks"]):
        raise Refused(
            "Dit kan niet meer ongedaan worden gemaakt.", refused[0][1] if refused else "Het is er al niet meer."
        )
    desk.finish(f"{by} heeft ongedaan gemaakt waarvoor deze mail klaarstond")
    return tuple(refused)


def marks_of(connection: Connection, keys: Sequence[str]) -> dict[str, int]:
    """The newest transition of each task, 0 where there is none: what `seen` takes."""
    newest = newest_transitions(connection, keys)
    return {key: newest.get(key, 0) for key in keys}


def _carried_out(desk: Desk, wish: Wish, keys: Sequence[str], seen: Mapping[str, int] | None, party: str) -> Outcome:
    if len(keys) > MOST:
        raise Refused(f"Dit zijn er te veel tegelijk. Er kunnen {MOST} taken in één keer.", "Kies er minder.")
    if party:
        return _resumed(desk, party, wish) if wish.action.name == "hervat" else _paused(desk, party, wish)
    tasks = {task.plan.key: task for task in load_tasks(desk.connection, keys=keys)}
    refused = [(key, "Deze taak is er niet.") for key in keys if key not in tasks]
    if seen is not None and wish.action.move is not None:
        newest = newest_transitions(desk.connection, tasks)
        for key in [key for key in tasks if newest.get(key, 0) != seen.get(key, 0)]:
            refused.append((key, _what_came_between(desk, key)))
            del tasks[key]
    if wish.action.name == "notitie":
        return _noted(desk, wish, list(tasks.values()), refused)
    if wish.action.name == "herinnering":
        moved, found = remind(desk, list(tasks.values()))
        return outcome_of(desk, moved, [*refused, *found])
    return _each(desk, wish, list(tasks.values()), refused)


def _one(desk: Desk, wish: Wish, task: StoredTask) -> Moved:
    match wish.action.name, wish.until:
        case "uitstel", day if day is not None:
            return extend_task(desk, task, day, wish.text, roll=True, answer=wish.answer)
        case "pauzeer", day if day is not None:
            return suspend_task(desk, task, day, wish.text)
        case "hervat", _:
            return resume_task(desk, task, wish.text)
        case (("teruggeven" | "heropen"), day):
            move = wish.action.move or "reopen"
            return ask_again(desk, task, move, day, wish.text, roll=True)
    return _ended(desk, wish, task)


def _ended(desk: Desk, wish: Wish, task: StoredTask) -> Moved:
    if wish.action.name == "stop":
        return stop_task(desk, task, wish.text)
    assert wish.action.move is not None  # noqa: S101  # a note is written elsewhere
    on_behalf = "namens de school: " if wish.action.name == "invullen" else ""
    return end_task(desk, task, wish.action.move, on_behalf + wish.text)


def _noted(desk: Desk, wish: Wish, tasks: Sequence[StoredTask], refused: list[tuple[str, str]]) -> Outcome:
    """Writes the note on each task; the same words by the same person on the same day are there once."""
    known = notes_of(desk.connection, [task.plan.key for task in tasks])
    numbers, done = [], []
    for task in tasks:
        key = task.plan.key
        own = [note for note in known.get(key, ()) if note.by == desk.by and note.text == wish.text]
        if any(local(note.at).date() == desk.today for note in own):
            refused.append((key, "Deze notitie staat er al."))
            continue
        numbers.append(add_note(desk.connection, key, desk.now, desk.by, wish.text))
        done.append(key)
    undo = {"tasks": [], "notes": numbers} if numbers else None
    return Outcome((), tuple(done), tuple(refused), (), (), undo)


def _paused(desk: Desk, party: str, wish: Wish) -> Outcome:
    """Stops the clock of all that is asked of a party until a day, also of what opens meanwhile."""
    if wish.until is None or wish.until <= desk.today:
        raise Refused("Een pauze duurt tot een latere dag.", "Kies een andere dag.")
    earlier = pauses_on(desk.connection, desk.today).get(party)
    if earlier is not None and earlier.until == wish.until:
        raise Refused("Hier geldt deze pauze al.")
    found = [one for one in load_tasks(desk.connection, party=party) if one.state in ("planned", "open")]
    outcome = _each(desk, wish, [one for one in found if one.plan.opens < wish.until])
    set_pause(desk.connection, Pause(party, wish.until, wish.text, desk.now, desk.by))
    return _with_pause(outcome, party)


def _resumed(desk: Desk, party: str, wish: Wish) -> Outcome:
    """Lets the clock of a party go on before its day."""
    if not end_pause(desk.connection, party):
        raise Refused("Hier geldt geen pauze.")
    found = [one for one in load_tasks(desk.connection, party=party) if one.suspended is not None]
    return _each(desk, wish, found)


def _with_pause(outcome: Outcome, party: str) -> Outcome:
    return replace(outcome, undo={**(outcome.undo or {"tasks": [], "notes": []}), "pause": party})


def _each(desk: Desk, wish: Wish, tasks: Sequence[StoredTask], refused: Sequence[tuple[str, str]] = ()) -> Outcome:
    moved, left = [], list(refused)
    for task in tasks:
        try:
            moved.append(_one(desk, wish, task))
        except Refused as error:
            left.append((task.plan.key, error.message))
    return outcome_of(desk, moved, left)


def outcome_of(
    desk: Desk, moved: Sequence[Moved], refused: Sequence[tuple[str, str]], why_gone: str = NOTHING_LEFT
) -> Outcome:
    """What these moves came to; ends the desk. `why_gone` is told of mail with nothing left to say."""
    desk.finish(why_gone)
    marks = newest_transitions(desk.connection, [one.key for one in moved])
    undo = {"tasks": [memo_of(one, marks[one.key], desk.now) for one in moved], "notes": []} if moved else None
    effects = [Effect(one.before, one.after, _taken_from(one)) for one in moved if not one.told]
    anew = mails_anew(desk, moved)
    told = (*effects_told(effects), *_called_off(moved, desk.now), *anew_told(anew))
    return Outcome(tuple(moved), (), tuple(refused), told, mails_made(desk, moved), undo, anew)


def _called_off(moved: Sequence[Moved], now: datetime) -> tuple[str, ...]:
    """What becomes of gesprekken that were still to come and whose task ended."""
    ended = (one.before.arranged for one in moved if one.after.state in ("waived", "cancelled"))
    days = sorted(day for day in ended if day is not None and day > now)
    if not days:
        return ()
    which = f"Het gesprek van {weekday_date(local(days[0]).date())} gaat"
    if len(days) > 1:
        which = f"{len(days)} gesprekken gaan"
    return (f"{which} dan niet door. Wie een uitnodiging kreeg, krijgt een afzegging.",)


def _taken_from(moved: Moved) -> tuple[int, ...]:
    return tuple({event.message: None for event in moved.events if event.message is not None})


def _what_came_between(desk: Desk, key: str) -> str:
    last = history(desk.connection, key)[-1]
    done = f"{MOVE_TOLD[last.move]} om {local(last.at):%H:%M}."
    if last.by == desk.by:
        return f"U deed zelf al iets met deze taak: {done}"
    return f"{'Het programma' if last.by == PROGRAM else last.by} was u voor: {done}"


class _NotReally(Exception):
    """Ends the transaction of a preview without a trace."""


class _Mute:
    """Renderer, writer and vault of a preview: what it makes is thrown away."""

    def render(self, _letter: Letter, _templates: Mapping[str, str]) -> Rendered:
        """Any words will do."""
        return Rendered("…", "", "")

    def write(
        self,
        _rendered: Rendered,
        _letter: Letter,
        _message_id: str,
        _at: datetime,
        _thread: str,
        invite: Invite | None = None,  # noqa: ARG002
    ) -> bytes:
        """No bytes."""
        return b""

    def seal(self, _number: int, raw: bytes) -> bytes:
        """The same."""
        return raw

    def open(self, _number: int, sealed: bytes) -> bytes:
        """The same."""
        return sealed

    def mark(self, text: str) -> str:
        """The same."""
        return text
