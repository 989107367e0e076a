"""Sluit schooljaar af: what is still open is waived as not delivered, or taken along with a new last day."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.actions import Outcome, outcome_of, take_all_back, tried
from engine.app.desk import Desk, Moved
from engine.app.means import Means
from engine.app.postpone import extend_task
from engine.app.respond import end_task
from engine.app.undoable import tasks_fixed
from engine.core.dutch import weekday_date
from engine.core.localtime import local_date
from engine.core.problem import Refused
from engine.core.schooljaar import Schooljaar
from engine.core.task import StoredTask
from engine.core.year_end import NOT_DELIVERED, TAKEN_ALONG, Fate, OpenRound, closable_from, open_rounds
from engine.store.acts import Act
from engine.store.facts import adopted, close_year, closed, reopen_year
from engine.store.tasks import load_tasks
from engine.store.yearplan import Adoption, closure

# So many open days of a school are proposed for what is taken along.
DAYS_MORE = 10


@dataclass(frozen=True, slots=True)
class YearEnd:
    """A schooljaar that may be closed, or was. `seal` tells it apart from any other state of its open tasks."""

    schooljaar: Schooljaar
    closed: Adoption | None
    rounds: tuple[OpenRound, ...]
    next_adopted: bool
    day: date
    seal: str

    @property
    def undecided(self) -> tuple[OpenRound, ...]:
        """The rounds on which somebody must decide."""
        return tuple(one for one in self.rounds if one.tasks)

    @property
    def answered(self) -> int:
        """The answers that the bureau still has to look at."""
        return sum(one.answered for one in self.rounds)

    @property
    def arranged(self) -> int:
        """The gesprekken that are still to come."""
        return sum(one.arranged for one in self.rounds)

    @property
    def been(self) -> int:
        """The gesprekken whose day has been, and of which nobody said that they were held."""
        return sum(one.been for one in self.rounds)


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose: by round, as its address has it, and the new last day of what is taken along."""

    fates: Mapping[str, Fate]
    until: date | None

    def of(self, round_: OpenRound, today: date) -> Fate:
        """What becomes of a round; where nothing was chosen, what is proposed."""
        return self.fates.get(round_.id.path, round_.fate(today))


@dataclass(frozen=True, slots=True)
class Ending:
    """What closing does, or did: to what was not delivered, and to what gets another day; `stays` keeps its own."""

    waived: Outcome
    extended: Outcome
    stays: int


def to_close(connection: Connection, today: date) -> Schooljaar | None:
    """The first schooljaar that may be closed by now and was not."""
    years = sorted(map(Schooljaar.parse, adopted(connection) - closed(connection)))
    return next((one for one in years if closable_from(one) <= today), None)


def year_end(connection: Connection, means: Means, schooljaar: Schooljaar, now: datetime) -> YearEnd:
    """What closing that schooljaar is about; raises Refused where it was never adopted, or runs for long yet."""
    live, today = adopted(connection), local_date(now)
    if str(schooljaar) not in live:
        raise Refused(
            f"Schooljaar {schooljaar} is niet vastgesteld. Dan valt er niets af te sluiten.",
            "Kies een ander schooljaar.",
        )
    if today < closable_from(schooljaar):
        raise Refused(
            f"Schooljaar {schooljaar} loopt nog. Afsluiten kan vanaf {weekday_date(closable_from(schooljaar))}.",
            "Wacht tot de laatste zes weken van het schooljaar.",
        )
    rounds = open_rounds(load_tasks(connection, schooljaren=[str(schooljaar)]), now)
    facts = [(task.plan.key, task.version) for one in rounds for task in one.tasks]
    counts = [(one.id.path, one.answered, one.arranged) for one in rounds]
    seal = hashlib.sha256(repr((facts, counts, today)).encode()).hexdigest()
    done = closure(connection, str(schooljaar))
    day = _proposed(means, connection, rounds, today)
    return YearEnd(schooljaar, done, rounds, str(schooljaar.next) in live, day, seal)


def foretell_end(means: Means, schooljaar: Schooljaar, choice: Choice, now: datetime, by: str) -> Ending:
    """What `close` would do; nothing of it is kept. Raises Refused as it does."""
    return tried(means, lambda connection, mute: _end(Desk(connection, mute, now, by), schooljaar, choice))


def close(
    means: Means,
    schooljaar: Schooljaar,
    choice: Choice,
    seal: str,
    now: datetime,
    by: str,
    then: Callable[[Connection, Ending], None],
) -> bool:
    """Closes the schooljaar in one transaction, with `then` in it; False, and nothing is done, at another seal.

    No mail goes out because of it. Raises Refused when it was closed already or a last day is missing or too early.
    """
    with means.database.write() as connection:
        if year_end(connection, means, schooljaar, now).seal != seal:
            return False
        then(connection, _end(Desk(connection, means, now, by), schooljaar, choice))
    return True


def undo_of(ending: Ending, schooljaar: Schooljaar) -> dict[str, object]:
    """JSON that `open_again` takes."""
    tasks = [memo for one in (ending.waived, ending.extended) if one.undo is not None for memo in one.undo["tasks"]]
    return {"tasks": tasks, "notes": [], "schooljaar": str(schooljaar)}


def open_again(connection: Connection, means: Means, act: Act, now: datetime, by: str) -> tuple[tuple[str, str], ...]:
    """Opens a closed schooljaar again, its tasks as they were; returns those for which that cannot be, with why."""
    reopen_year(connection, act.undo["schooljaar"])
    tasks = act.undo["tasks"]
    if not tasks:
        return ()
    if why := tasks_fixed(connection, [act]).get(act.id):
        return tuple((memo["task"], why) for memo in tasks)
    return take_all_back(connection, means, act.undo, now, by=by)


def _end(desk: Desk, schooljaar: Schooljaar, choice: Choice) -> Ending:
    if not close_year(desk.connection, str(schooljaar), desk.now, desk.by):
        raise Refused(f"Schooljaar {schooljaar} is al afgesloten.", "U hoeft niets meer te doen.")
    rounds = open_rounds(load_tasks(desk.connection, schooljaren=[str(schooljaar)]), desk.now)
    fates = {one: choice.of(one, desk.today) for one in rounds}
    late = [task for one, fate in fates.items() if fate == "niet" for task in one.tasks]
    along = [task for one, fate in fates.items() if fate == "mee" for task in one.tasks]
    until = choice.until
    if until is None and any(task.plan.due < desk.today for task in along):
        raise Refused("Vul in: de nieuwe laatste dag.", "Kies een dag die nog komt.")
    if until is not None and until <= desk.today:
        raise Refused("De nieuwe laatste dag is vandaag, of al voorbij.", "Kies een dag die nog komt.")
    ended = [end_task(desk, task, "waive", NOT_DELIVERED) for task in late]
    waived = outcome_of(desk, ended, [], f"schooljaar {schooljaar} is afgesloten")
    moved, refused = _extended(
        desk, [task for task in along if until is not None and task.plan.due < until], choice, schooljaar
    )
    return Ending(waived, outcome_of(desk, moved, refused), len(along) - len(moved))


def _extended(
    desk: Desk, tasks: list[StoredTask], choice: Choice, schooljaar: Schooljaar
) -> tuple[list[Moved], list[tuple[str, str]]]:
    moved, refused = [], []
    for task in tasks:
        assert choice.until is not None  # noqa: S101  # only those that are to move come here
        try:
            moved.append(extend_task(desk, task, choice.until, TAKEN_ALONG.format(schooljaar), roll=True))
        except Refused as error:
            refused.append((task.plan.key, error.message))
    return moved, refused


def _proposed(means: Means, connection: Connection, rounds: tuple[OpenRound, ...], today: date) -> date:
    """A last day for what is taken along: on the calendar of one who still has to answer."""
    party = next((task.plan.party for one in rounds for task in one.tasks), "swv")
    return means.people(connection)[1].of(party).open_days_on(today, DAYS_MORE)
