"""What is done to ticked tasks: first what it asks and what it changes, then it is done, with the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection
from starlette.responses import Response

from engine.app.actions import MOST, Outcome, carry_out, foretell, marks_of, take_all_back
from engine.app.mail_ahead import MailAhead
from engine.app.undoable import tasks_fixed
from engine.core.action import ACTIONS, Action, Wish
from engine.core.answer import REQUESTS, Answer, requests_open
from engine.core.dutch import capitalised, counted, listed, some, weekday_date
from engine.core.localtime import local, local_date
from engine.core.outlook import is_concept
from engine.core.party import Register
from engine.core.problem import Refused
from engine.core.round_names import in_round
from engine.core.schooljaar import Schooljaar
from engine.core.status import status_of
from engine.core.task import StoredTask
from engine.store.acts import Act, record_act
from engine.store.answers import answers_of, handle_requests
from engine.store.facts import adopted
from engine.store.pauses import Pause, pauses_on
from engine.store.tasks import load_tasks
from engine.web.new_day import new_day_told
from engine.web.routes import ACTORS, action
from engine.web.visit import NotFound, TakingBack, Visit

KIND = "taken"
DO = "doe"
# What gives a task another last day, while it goes on as it was.
DATED = ("uitstel", "pauzeer", "hervat")
# Above so many mails it is said once more how many there are.
MANY_MAILS = 25
MOST_NAMED = 3
DAYS_MORE = 5
PAUSE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The tasks that were ticked, all within the user's reach, and the register they are read with."""

    tasks: Sequence[StoredTask]
    register: Register
    live: frozenset[str]
    marks: Mapping[str, int]
    requests: tuple[Answer, ...]
    pauses: Mapping[str, Pause]

    @property
    def keys(self) -> list[str]:
        return [task.plan.key for task in self.tasks]

    def name(self, key: str) -> str:
        """The name of the task's party."""
        found = (task.plan.party for task in self.tasks if task.plan.key == key)
        return self.names(next(found, self.party))

    def names(self, party: str) -> str:
        """The name of a party."""
        known = self.register.parties.get(party)
        return known.name if known is not None else party

    @property
    def party(self) -> str:
        """The party of all tasks, empty where there are several."""
        parties = {task.plan.party for task in self.tasks}
        return parties.pop() if len(parties) == 1 else ""

    @property
    def title(self) -> str:
        """What the tasks are about, where they are all about one thing."""
        titles = {in_round(task.plan.title, task.plan.round) for task in self.tasks}
        return titles.pop() if len(titles) == 1 else ""

    def about(self, keys: Sequence[str], running: str) -> str:
        """What these tasks are about: the names of their rounds, with the schooljaar where that is another one."""
        wanted = set(keys)
        names = [_round_of(task, running) for task in self.tasks if task.plan.key in wanted]
        return listed(some(list(dict.fromkeys(names)), MOST_NAMED))


def _round_of(task: StoredTask, running: str) -> str:
    plan = task.plan
    other = plan.schooljaar if plan.kind != "document" and plan.schooljaar != running else ""
    return in_round(plan.title, plan.round, other)


def act(visit: Visit) -> Response:
    """Shows what the action asks and changes; once filled in, does it and goes back."""
    asked = ACTIONS.get(visit.form.text("actie"))
    if asked is None:
        raise Refused("Kies wat u wilt doen.", "Ga terug en klik op een van de knoppen.")
    chosen = _chosen(visit)
    wish = _wish(visit, asked, chosen)
    if visit.form.text("stap") != DO:
        return _preview(visit, wish, chosen)
    if wish.until is not None and visit.form.text("dag_gezien") not in ("", wish.until.isoformat()):
        return _preview(visit, wish, chosen, another_day=True)
    try:
        return _done(visit, wish, chosen)
    except Refused as refused:
        return _preview(visit, wish, chosen, fault=refused)


def settle(visit: Visit) -> Response:
    """The bureau dealt with what somebody asked on their own page."""
    chosen = _chosen(visit)
    with visit.means.database.write() as connection:
        if not handle_requests(connection, chosen.keys, visit.now, visit.who.name, REQUESTS):
            raise Refused("Dit verzoek is al afgehandeld.")
        names = listed(list(dict.fromkeys(chosen.name(key) for key in chosen.keys)))
        about = chosen.about(chosen.keys, str(Schooljaar.of(visit.today)))
        text = f"Verzoek afgehandeld van {names}. Het ging om: {about}."
        number = record_act(connection, Act(visit.now, visit.who.name, KIND, text, tuple(chosen.keys)))
    return visit.done(number, visit.form.text("terug"))


def undo(visit: Visit, taking: TakingBack) -> str | None:
    """Takes an action back; what of it cannot be any more is told."""
    connection, done = taking.connection, taking.act
    tasks = load_tasks(connection, keys=done.subjects)
    register = visit.means.register(connection)
    for task in tasks:
        visit.must_see(task.plan.party)
    refused = take_all_back(connection, visit.means, done.undo, visit.now, by=visit.who.name)
    if not refused:
        return None
    parties = {task.plan.key: task.plan.party for task in tasks}
    names = {key: register.parties[party].name for key, party in parties.items() if party in register.parties}
    return f"Niet bij {_refusals([(names.get(key, key), why) for key, why in refused])}"


def _chosen(visit: Visit) -> _Chosen:
    keys = visit.form.many("taak")
    if not keys:
        raise Refused("U hebt niets aangevinkt.", "Vink eerst een of meer taken aan.")
    if len(keys) > MOST:
        raise Refused(f"Dit zijn er te veel tegelijk. Er kunnen {MOST} taken in één keer.", "Kies er minder.")
    with visit.means.database.read() as connection:
        tasks = load_tasks(connection, keys=keys)
        if len(tasks) != len(keys):
            raise NotFound
        for task in tasks:
            visit.must_see(task.plan.party)
        answers = answers_of(connection, keys)
        waiting = [one for task in tasks for one in requests_open(answers.get(task.plan.key, ()), task.state)]
        return _Chosen(
            sorted(tasks, key=lambda task: list(keys).index(task.plan.key)) if len(keys) < 100 else tasks,
            visit.means.register(connection),
            frozenset(adopted(connection)),
            marks_of(connection, keys),
            tuple(waiting),
            pauses_on(connection, visit.today),
        )


def _wish(visit: Visit, asked: Action, chosen: _Chosen) -> Wish:
    until = None
    if asked.day != "never":
        filled = visit.form.text("dag")
        until = visit.form.day("dag", asked.day_label) if filled else _first_day(visit, asked, chosen)
    return Wish(asked, until, visit.form.raw("tekst").strip())


def _first_day(visit: Visit, asked: Action, chosen: _Chosen) -> date:
    """The day that the field begins with."""
    wanted = [one.until for one in chosen.requests if one.until is not None]
    if asked.name == "uitstel" and wanted and min(wanted) > visit.today:
        return max(wanted)
    with visit.means.database.read() as connection:
        calendar = visit.means.people(connection)[1].of(chosen.tasks[0].plan.party)
    if asked.name == "pauzeer":
        return calendar.first_open(visit.today + PAUSE)
    last = max(task.plan.due for task in chosen.tasks)
    if asked.name == "uitstel":
        return calendar.open_days_on(max(last, visit.today), DAYS_MORE)
    return max(last, calendar.open_days_on(visit.today, DAYS_MORE))


def _whole(visit: Visit, wish: Wish, chosen: _Chosen) -> str:
    """The party of which everything pauses or goes on, where that was ticked; else empty."""
    asked = wish.action.name in ("pauzeer", "hervat") and visit.form.text("alles") == "ja"
    return chosen.party if asked else ""


def _preview(
    visit: Visit,
    wish: Wish,
    chosen: _Chosen,
    *,
    fault: Refused | None = None,
    lost: Outcome | None = None,
    another_day: bool = False,
) -> Response:
    try:
        coming = foretell(
            visit.means, wish, chosen.keys, visit.now, by=visit.who.name, party=_whole(visit, wish, chosen)
        )
    except Refused as refused:
        coming, fault = Outcome((), (), (), (), (), None), fault or refused
    refused_now = lost.refused if lost is not None else coming.refused
    after = {moved.key: moved.after for moved in coming.moved}
    before = [moved.before for moved in coming.moved] if _whole(visit, wish, chosen) else chosen.tasks
    rows = [(task, chosen.names(task.plan.party), after.get(task.plan.key)) for task in before]
    return visit.render(
        "act.html",
        status=422 if fault is not None else 409 if lost is not None else 200,
        wish=wish,
        action=wish.action,
        chosen=chosen,
        coming=coming,
        count=len(coming.keys),
        button=wish.action.button if len(coming.keys) < 2 else wish.action.many.format(len(coming.keys)),
        rows=[row for row in rows if row[2] is not None or row[0].plan.key in coming.noted],
        refused=_by_reason([(chosen.name(key), why) for key, why in refused_now]),
        refused_count=len(refused_now),
        lost=lost is not None,
        fault=fault,
        whole=_whole(visit, wish, chosen) != "",
        may_whole=chosen.party if wish.action.name == "pauzeer" or chosen.party in chosen.pauses else "",
        another_day=another_day,
        rolled=_rolled(visit, wish, coming, chosen) if wish.action.name != "pauzeer" else [],
        new_day=new_day_told(coming, wish.action.name) if wish.action.name in DATED else "",
        many_mails=len(coming.mails) > MANY_MAILS,
        status_name=lambda task: _status(task, visit.today, chosen.live),
        back=visit.form.text("terug") or "/",
        seen=[f"{key}={mark}" for key, mark in chosen.marks.items()],
    )


def _rolled(visit: Visit, wish: Wish, coming: Outcome, chosen: _Chosen) -> list[str]:
    """Why a task ends on another day than was asked."""
    until = wish.until
    if until is None:
        return []
    told: dict[tuple[str, date], dict[str, None]] = {}
    with visit.means.database.read() as connection:
        calendars = visit.means.people(connection)[1]
    for moved in coming.moved:
        plan = moved.after.plan
        if plan.due > until:
            told.setdefault((calendars.of(plan.party).falls(until), plan.due), {})[chosen.names(plan.party)] = None
    return [
        f"{capitalised(weekday_date(until))} {why}. Voor {listed(some(list(names), MOST_NAMED))} wordt het daarom "
        f"{weekday_date(due)}."
        for (why, due), names in told.items()
    ]


def _done(visit: Visit, wish: Wish, chosen: _Chosen) -> Response:
    seen = _seen(visit.form.many("gezien"))
    if any(key not in seen for key in chosen.keys):
        return _preview(visit, wish, chosen)
    numbers: list[int] = []
    party = _whole(visit, wish, chosen)

    def record(connection: Connection, outcome: Outcome) -> None:
        running = str(Schooljaar.of(visit.today))
        text = _told(wish, outcome, chosen, running, whole=party != "")
        undo = outcome.undo
        if (outcome.mails or outcome.anew) and undo is not None:
            undo = {**undo, "told": _told(wish, outcome, chosen, running, whole=party != "", undone=True)}
        numbers.append(record_act(connection, Act(visit.now, visit.who.name, KIND, text, tuple(outcome.keys), undo)))

    outcome = carry_out(
        visit.means, wish, chosen.keys, visit.now, by=visit.who.name, seen=seen, party=party, then=record
    )
    if not numbers:
        return _preview(visit, wish, chosen, lost=outcome)
    return visit.done(numbers[0], visit.form.text("terug"))


def _seen(values: Sequence[str]) -> dict[str, int]:
    """The newest transition of each task as it was when the page was shown."""
    found = {}
    for value in values:
        key, _, mark = value.rpartition("=")
        if mark.isdecimal() and len(mark) < 10:
            found[key] = int(mark)
    return found


def _told(wish: Wish, outcome: Outcome, chosen: _Chosen, running: str, *, whole: bool, undone: bool = False) -> str:
    """A sentence of what was done, and of what could not be; `undone`: as it is told when it is taken back."""
    keys = outcome.keys or chosen.keys
    names = list(dict.fromkeys(chosen.name(key) for key in keys))
    text = f"{wish.action.done} {listed(some(names, MOST_NAMED))}"
    if len(keys) > len(names) and not whole:
        text += f" ({len(keys)} taken)"
    days = {moved.after.plan.due for moved in outcome.moved}
    if wish.action.name == "pauzeer" and wish.until is not None:
        text += f", tot {weekday_date(wish.until)}"
    elif wish.action.name in ("uitstel", "teruggeven", "heropen") and len(days) == 1:
        text += f", tot en met {weekday_date(days.pop())}"
    parts = [f"{text}."]
    if wish.text and wish.action.name != "notitie":
        label = "Toelichting" if "?" in wish.action.text_label else wish.action.text_label
        parts.append(f"{label}: {wish.text.rstrip('.')}.")
    if not whole:
        parts.append(f"Het gaat om: {chosen.about(keys, running)}.")
    if mails := outcome.mails or outcome.anew:
        stays = "De mail gaat" if len(mails) == 1 else f"De {len(mails)} mails gaan"
        parts.append(f"{stays} niet weg." if undone else _leaving(mails, since=not outcome.mails))
    if outcome.refused:
        parts.append(f"Niet gedaan bij {_refusals([(chosen.name(key), why) for key, why in outcome.refused])}")
    return " ".join(parts)


def _leaving(mails: Sequence[MailAhead], *, since: bool) -> str:
    """When the mails leave; `since`: they are still to be made, and leave from then on."""
    moments = sorted(mail.leaves for mail in mails if mail.leaves is not None)
    if not moments:
        return f"{counted(len(mails), 'mail wacht', 'mails wachten')} op vrijgave bij Post."
    first = f"{weekday_date(local_date(moments[0]))} {'vanaf' if since else 'om'} {local(moments[0]):%H:%M}"
    if len(mails) == 1:
        return f"De mail vertrekt {first}."
    return f"{len(mails)} mails vertrekken, de eerste {first}."


def _by_reason(found: Sequence[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Each reason with the names to which it applies."""
    names: dict[str, dict[str, None]] = {}
    for name, why in found:
        names.setdefault(why, {})[name] = None
    return [(why, some(list(who), 12)) for why, who in names.items()]


def _refusals(found: Sequence[tuple[str, str]]) -> str:
    """`De Linde en De Eik (er is al geantwoord).`, so many of them as one reads."""
    told = [f"{listed(names)} ({why[:1].lower()}{why[1:].rstrip('.')})" for why, names in _by_reason(found)]
    return f"{'; '.join(some(told, 4))}."


def _status(task: StoredTask, today: date, live: frozenset[str]) -> str:
    running = not is_concept(task, live)
    arranged = None if task.arranged is None else local_date(task.arranged)
    return status_of(task.state, task.plan.due, today, running=running, paused_until=task.suspended, arranged=arranged)


UNDO = {KIND: undo}
FIXED = {KIND: tasks_fixed}
ROUTES = (action("/taken/doe", act, ACTORS), action("/taken/verzoek", settle, ACTORS))
