"""A year with faults: a clock that stumbles, a relay that fails, people who act, a process that is killed."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from engine.adapters.calendars import SchoolCalendars
from engine.adapters.ical import IcalWriter
from engine.adapters.journal import NoJournal
from engine.adapters.tokens import SeededTokens
from engine.adapters.vault import OpenVault
from engine.adapters.workers import LoneWorker
from engine.app import intake, nightly, outbox, planning, respond
from engine.app.alarms import tell_bureau
from engine.app.compose import compose
from engine.app.deliver import deliver
from engine.app.holding import hold_after_standstill
from engine.app.means import Means
from engine.app.tick import decide_all
from engine.core.event import Event
from engine.core.problem import Refused
from engine.core.roles import ROLES
from engine.core.rule import Rulebook
from engine.core.schooljaar import Schooljaar
from engine.core.sheets import ClosingRow, ContactRow, RegisterSheets, RoleEntry
from engine.core.states import TaskMove, TaskState
from engine.store.database import scratch_database
from engine.store.messages import all_messages
from engine.store.register import fill_register
from engine.store.tasks import load_task
from tests.faulty.opened import Opened, wall
from tests.faulty.outside import Faults, FaultyChannel, Killed, PlainRenderer, PlainWriter, Weather
from tests.faulty.world import World, a_new_school, read, with_rows

# What the keeper of the rules may change in the course of the year; one side becomes the other and back.
EDITS = (
    ("8 schooldagen na peildatum", "10 schooldagen na peildatum"),
    ("3 schooldagen voor uiterlijk", "2 schooldagen voor uiterlijk"),
    ("5 schooldagen voor uiterlijk", "6 schooldagen voor uiterlijk"),
    ("uiterlijk: 1 februari", "uiterlijk: 8 februari"),
    ("leerlingen in beeld", "jongeren in beeld"),
    ("  te-laat: ", "  # te-laat: "),
    ("  herinnering: ", "  # herinnering: "),
    ("    maart: ", "    # maart: "),
    ("tot: 31 maart", "tot: 20 maart"),
)


@dataclass(frozen=True)
class Acted:
    """Somebody moved a task, which is now in that state; in `done_by` messages that were on their way."""

    at: datetime
    key: str
    move: str
    state: TaskState
    under_way: frozenset[str]


@dataclass(frozen=True)
class Adopted:
    """The bureau adopted a schooljaar."""

    at: datetime
    schooljaar: str


@dataclass(frozen=True)
class Imported:
    """The register is now this one."""

    at: datetime
    sheets: RegisterSheets


@dataclass(frozen=True)
class Planned:
    """The rulebook that was applied is now this one."""

    at: datetime
    rulebook: Rulebook


@dataclass
class FaultyYear:
    """One seed, one year; `log` holds what happened, in order."""

    world: World
    faults: Faults
    days: int
    # False: nobody answers, and the bureau looks at nothing.
    people: bool = True
    means: Means = field(init=False)
    weather: Weather = field(init=False)
    log: list[object] = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(f"jaar {self.world.seed}")
        begin = datetime.combine(self.world.first_day, datetime.min.time(), UTC) + timedelta(hours=7)
        self.weather = Weather(self.faults, random.Random(f"weer {self.world.seed}"), begin)
        self.end = begin + timedelta(days=self.days)
        self.weather.plan_outages(begin, self.end)
        self.log = self.weather.log
        settings = self.world.settings
        self.means = Means(
            database=scratch_database(),
            settings=settings,
            calendars_for=lambda register: SchoolCalendars(settings, register.parties, register.closings),
            renderer=PlainRenderer(self.weather),
            writer=PlainWriter(),
            ical=IcalWriter(settings.code),
            tokens=SeededTokens(self.world.seed),
            vault=OpenVault(),
            journal=NoJournal(),
            workers=LoneWorker(),
            shipped_templates={},
            rules_in=lambda files: read(tuple(sorted(files.items()))).rules,
        )
        self.channel = FaultyChannel(self.weather, self.means.database)
        self.sheets = self.world.sheets
        self.opened = Opened(self.sheets)
        self.files = dict(self.world.files)
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._count = 0
        self.patience = random.Random(f"bureau {self.world.seed}")
        self._zeal = self.patience.choice((0.5, 0.2, 0.03))

    @property
    def now(self) -> datetime:
        """The virtual clock."""
        return self.weather.now

    @property
    def recipient_days(self) -> int:
        """Contacts times days."""
        return len(self.sheets.contacts) * self.days

    def run(self) -> None:
        """Lives the year, and calm days after it: a fortnight after a whole year."""
        self.begin()
        self._disturb()
        while self.now < self.end:
            self.step()
            self.weather.now = self._next()
        self.weather.calm_down()
        for _ in range(min(14, self.days // 4) * 8):
            self.weather.now += timedelta(hours=3)
            self.step()

    def step(self) -> None:
        """What people do now, then a tick that may be killed at any of its parts."""
        while self._agenda and self._agenda[0][0] <= self.now:
            with self._killable():
                heapq.heappop(self._agenda)[2]()
        self._bureau()
        with self._killable():
            hold_after_standstill(self.means, self.now)
            for event in decide_all(self.means, self.now):
                self._foresee(event)
            self._maybe_killed()
            compose(self.means, self.now)
            tell_bureau(self.means, self.now)
            self._maybe_killed()
            deliver(self.means, self.channel, self.now)

    def later(self, what: Callable[[], None], at: datetime) -> None:
        """Does that at the first step on or after the moment."""
        self._count += 1
        heapq.heappush(self._agenda, (at, self._count, what))

    def plan(self, *, everything: bool = True) -> None:
        """`plan --apply` with the present files, or what the nightly run does."""
        rulebook = self.rulebook
        if not everything:
            nightly.nightly(self.means, rulebook, self.now)
            return
        running = Schooljaar.of(wall(self.now).date())
        with self.means.database.write() as connection:
            changes = planning.propose(connection, self.means, rulebook, [running, running.next])
            planning.apply(connection, self.means, changes, rulebook, self.now, "bureau")
        self.log.append(Planned(self.now, rulebook))

    def adopt(self, schooljaar: Schooljaar) -> None:
        """The bureau adopts a schooljaar."""
        with self.means.database.write() as connection:
            planning.adopt(connection, self.means, schooljaar, self.now, "bureau")
        self.log.append(Adopted(self.now, str(schooljaar)))

    def import_(self, sheets: RegisterSheets) -> None:
        """A new register comes in, and the night plans with it."""
        with self.means.database.write() as connection:
            found, problems = intake.compare(connection, sheets, ROLES, wall(self.now).date())
            assert not [problem for problem in problems if problem.severity == "problem"], problems
            intake.apply(connection, found, self.now)
        with self.means.database.read() as connection:
            self.sheets = intake.load_sheets(connection)
        self.opened = Opened(self.sheets)
        self.log.append(Imported(self.now, self.sheets))
        self.plan(everything=self.dice.random() < 0.3)

    @property
    def rulebook(self) -> Rulebook:
        """What the present files say."""
        return read(tuple(sorted(self.files.items())))

    def release_all(self) -> None:
        """The bureau lets go what is held."""
        with self.means.database.write() as connection:
            for one in all_messages(connection, ["held"]):
                outbox.release(connection, one.id, self.means, self.now)

    def act(self, key: str, move: TaskMove) -> None:
        """Somebody does that to a task; what is refused changes nothing."""
        with self.means.database.read() as connection:
            busy = [
                one for one in all_messages(connection, ["sending", "deferred"]) if one.phase == "data" or one.doubts
            ]
        try:
            if move == "extend":
                self._extend(key)
            else:
                respond.act(self.means, key, move, self.now, by="iemand", reason="daarom")
        except Refused:
            return
        with self.means.database.read() as connection:
            task = load_task(connection, key)
        assert task is not None
        under_way = frozenset(one.message_id or "" for one in busy)
        self.log.append(Acted(self.now, key, move, task.state, under_way))
        if task.state == "submitted":
            self.later(lambda: self.act(key, "accept"), self.now + timedelta(days=2))

    def begin(self) -> None:
        """The register is in, and the running schooljaar is planned and adopted."""
        with self.means.database.write() as connection:
            fill_register(connection, self.sheets)
        self.log.append(Imported(self.now, self.sheets))
        self.weather.bouncing = {
            row.email for row in self.sheets.contacts if self.weather.strikes(self.faults.bouncing)
        }
        self.plan()
        self.adopt(Schooljaar.of(wall(self.now).date()))

    def _disturb(self) -> None:
        """What people change in the course of the year."""
        running = Schooljaar.of(wall(self.now).date())
        if self.dice.random() < 0.7:
            turn = date(running.first_year + 1, 6, 1) + timedelta(days=self.dice.randrange(80))
            self.later(lambda: self.adopt(running.next), datetime.combine(turn, datetime.min.time(), UTC))
        for change in (*_CHANGES, *(_edited for _ in range(3))):
            self.later(lambda change=change: change(self), self.now + self._within_the_year())
        for days in (3, 120, 240, 330):
            self.later(lambda: self.plan(everything=False), self.now + timedelta(days=days))

    def _within_the_year(self) -> timedelta:
        return timedelta(hours=self.dice.randrange(24, 24 * self.days))

    def _next(self) -> datetime:
        chance = self.dice.random()
        if chance < 0.03:
            return self.now
        if chance < 0.036:
            return self.now - timedelta(minutes=self.dice.choice((2, 20, 90, 400, 1500)))
        if chance < 0.04:
            return self.now + timedelta(days=self.dice.choice((1, 2, 4, 9, 20)))
        if wall(self.now).hour >= 15 and chance < 0.7:
            return self.now + timedelta(minutes=self.dice.randrange(900, 1100))
        return self.now + timedelta(minutes=self.dice.randrange(20, 540))

    def _foresee(self, event: Event) -> None:
        """People answer, ask for more time, or say that it does not concern them."""
        if event.kind != "opened" or event.task is None or not self.people:
            return
        key, dice = event.task, random.Random(f"{self.world.seed} {event.task}")
        moves: tuple[TaskMove, ...] = ("submit", "accept", "waive", "cancel")
        for move, share in zip(moves, (0.65, 0.08, 0.05, 0.04), strict=True):
            if dice.random() < share:
                at = self.now + timedelta(minutes=dice.randrange(60, 60 * 24 * 40))
                self.later(lambda move=move: self.act(key, move), at)
        if dice.random() < 0.15:
            self.later(lambda: self.act(key, "extend"), self.now + timedelta(hours=dice.randrange(10, 500)))

    def _extend(self, key: str) -> None:
        with self.means.database.read() as connection:
            task = load_task(connection, key)
        assert task is not None
        until = max(task.plan.due, wall(self.now).date()) + timedelta(days=self.patience.randrange(1, 15))
        while not self.opened.is_open(task.plan.party, until):
            until += timedelta(days=1)
        respond.put_off(self.means, key, "extend", self.now, by="bureau", until=until, reason="uitstel")

    def _bureau(self) -> None:
        """Held mail is released after a while, some of it late, some of it dropped, some of it held by hand."""
        if not self.people or self.patience.random() < 0.5:
            return
        with self.means.database.read() as connection:
            waiting = all_messages(connection, ["held", "queued"])
        for one in waiting:
            with self._killable(), self.means.database.write() as connection:
                if one.state == "queued":
                    if self.patience.random() < 0.01 and one.kind == "digest" and not one.attempts:
                        outbox.hold(connection, one.id, "")
                    continue
                chance = self.patience.random()
                if chance < self._zeal:
                    outbox.release(connection, one.id, self.means, self.now)
                elif chance < self._zeal * 1.1:
                    outbox.drop(connection, one.id, "", self.now)

    def _maybe_killed(self) -> None:
        if self.weather.strikes(self.weather.faults.killed * 5):
            raise Killed

    @contextmanager
    def _killable(self) -> Iterator[None]:
        with suppress(Killed):
            yield


def _replaced(year: FaultyYear) -> None:
    """Somebody leaves, and another comes in all the same roles."""
    sheets, dice = year.sheets, year.dice
    leaving = dice.choice([row for row in sheets.contacts if ".example" in row.email and "@swv" not in row.email])
    arriving = ContactRow(f"nieuw-{leaving.email}", "Nieuw")
    roles = tuple(replace(row, email=arriving.email) if row.email == leaving.email else row for row in sheets.roles)
    people = (*(row for row in sheets.contacts if row != leaving), arriving)
    year.import_(replace(sheets, contacts=people, roles=_distinct(roles)))


def _ended(year: FaultyYear) -> None:
    """A few roles are nobody's any more."""
    gone = set(year.dice.sample([row for row in year.sheets.roles if row.party != "swv"], 3))
    year.import_(replace(year.sheets, roles=tuple(row for row in year.sheets.roles if row not in gone)))


def _school_stops(year: FaultyYear) -> None:
    schools = [row for row in year.sheets.parties if row.kind == "school" and row.active]
    stops = year.dice.choice(schools)
    parties = tuple(replace(row, active=False) if row == stops else row for row in year.sheets.parties)
    year.import_(replace(year.sheets, parties=parties))


def _school_begins(year: FaultyYear) -> None:
    bestuur = next(row for row in year.sheets.parties if row.kind == "bestuur")
    year.import_(with_rows(year.sheets, a_new_school(year.dice, 90, bestuur, wall(year.now).date())))


def _closes(year: FaultyYear) -> None:
    """Some schools take days off, and some people one mail a week."""
    sheets, dice = year.sheets, year.dice
    first = wall(year.now).date() + timedelta(days=dice.randrange(1, 60))
    schools = [row.id for row in sheets.parties if row.kind == "school"]
    rows = tuple(ClosingRow(code, first, first + timedelta(days=4), "week vrij") for code in dice.sample(schools, 3))
    weekly = dice.sample(sorted(row.email for row in sheets.contacts), 5)
    people = tuple(
        replace(row, weekly=dice.choice((None, 0, 2, 4))) if row.email in weekly else row for row in sheets.contacts
    )
    year.import_(replace(sheets, contacts=people, closings=(*sheets.closings, *rows)))


def _edited(year: FaultyYear) -> None:
    """The keeper of the rules changes a few of them and applies the plan."""
    for before, after in year.dice.sample(EDITS, 2):
        for name, text in year.files.items():
            if name.startswith("rules/") and year.dice.random() < 0.6:
                year.files[name] = text.replace(after, before) if after in text else text.replace(before, after)
    year.plan()


def _distinct(rows: tuple[RoleEntry, ...]) -> tuple[RoleEntry, ...]:
    return tuple(dict.fromkeys(rows))


_CHANGES: tuple[Callable[[FaultyYear], None], ...] = (
    _replaced,
    _replaced,
    _ended,
    _school_stops,
    _school_begins,
    _closes,
    _closes,
)
