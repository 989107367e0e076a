"""A year of answers, cancels, uitstel, new rules, people who come and go: every agenda is what the tasks say.

What an agenda should hold is worked out here anew, from the stored tasks alone.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from icalendar import Calendar
from sqlalchemy import Connection, select

from engine.app import respond
from engine.app.agendas import look, refresh
from engine.core.agenda import local_of
from engine.core.agenda_history import LAPSED_STAYS
from engine.core.localtime import local_date
from engine.core.party import SWV, Register
from engine.core.planning import runs
from engine.core.problem import Refused
from engine.core.recipients import may_answer
from engine.core.schooljaar import Schooljaar
from engine.core.states import TaskMove
from engine.core.task import StoredTask
from engine.core.user import User, scope_of
from engine.store.facts import adopted
from engine.store.feeds import add_feed, feed_names
from engine.store.tables import feeds
from engine.store.tasks import load_tasks
from tests.faulty.outside import Faults
from tests.faulty.world import a_world
from tests.faulty.year import FaultyYear

pytestmark = pytest.mark.slow

ONE_DAY = timedelta(days=1)
GONE = ("waived", "cancelled")
# Checked at each so many steps; agendas are made again at most of them.
EVERY = 15
Days = tuple[date | datetime, date | datetime]


@dataclass(frozen=True)
class Item:
    """An event as a reader sees it."""

    starts: date | datetime
    ends: date | datetime
    sequence: int
    changed_at: datetime
    off: bool
    title: str
    text: str


@dataclass
class Year(FaultyYear):
    """The same year, with subscribers who look now and then."""

    # What people do to a task beside what the year brings; more may be added.
    moves: list[Callable[[StoredTask], None]] = field(default_factory=list)
    seen: dict[str, Item] = field(default_factory=dict)
    shown: dict[str, dict[str, tuple[Item, datetime]]] = field(default_factory=lambda: defaultdict(dict))
    raw: dict[str, bytes] = field(default_factory=dict)
    newest: datetime | None = None
    steps: int = 0
    checks: int = 0
    lapses: int = 0
    moved: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.chance = random.Random(f"agenda {self.world.seed}")
        ends: tuple[TaskMove, ...] = ("submit", "waive", "cancel")
        dates: tuple[TaskMove, ...] = ("reopen", "return", "extend", "suspend", "resume")
        self.moves += [partial(self._end, move) for move in ends]
        self.moves += [partial(self._date, move) for move in dates]

    def step(self) -> None:
        """A step of the year; then agendas follow, and are looked at."""
        super().step()
        self.steps += 1
        if self.chance.random() < 0.3:
            self._somebody_acts()
        if self.steps % 250 == 1:
            self.subscribe()
        if self.chance.random() < 0.8:
            refresh(self.means, self.now)
            self.look_at_what_changed()
            if self.steps % EVERY == 0 and (self.newest is None or self.now >= self.newest):
                self.look_at_all()
        self.newest = max(self.now, self.newest or self.now)

    def subscribe(self) -> None:
        """A few more agendas are asked for: of the SWV, of parties, of people."""
        with self.means.database.write() as connection:
            register = self.means.register(connection)
            parties = [one.id for one in register.parties.values() if one.kind in ("school", "bestuur")]
            people = sorted({row.contact for row in register.roles})
            names = [SWV, *self.chance.sample(parties, 2)]
            names += [f"contact:{number}" for number in self.chance.sample(people, 2)]
            consulenten = sorted({row.contact for row in register.roles if row.role == "consulent"})
            names += [f"contact:{self.chance.choice(consulenten)}"] if consulenten else []
            for name in names:
                add_feed(connection, name + ("+vakanties" if self.chance.random() < 0.1 else ""))

    def look_at_what_changed(self) -> None:
        """What a subscriber sees who fetches whatever is new: nothing ran back, nothing was lost."""
        with self.means.database.read() as connection:
            kept = {row.name: row.raw for row in connection.execute(select(feeds.c.name, feeds.c.raw))}
            tasks = {task.plan.key: task for task in self._tasks(connection)}
            register = self.means.register(connection)
        for name, raw in kept.items():
            if self.raw.get(name) != raw:
                self.raw[name] = raw
                self._fetched(name, dict(_items(raw, self.means.settings.code)), tasks, register)

    def look_at_all(self) -> None:
        """Every agenda is what the tasks say, and what it would be if it were made anew."""
        with self.means.database.read() as connection:
            tasks, register = self._tasks(connection), self.means.register(connection)
            assert set(self.raw) == set(feed_names(connection))
            for name, raw in self.raw.items():
                assert raw == look(connection, self.means, name, self.now), (name, self.now)
        for name, raw in self.raw.items():
            items = {uid: item for uid, item in _items(raw, self.means.settings.code) if not self._is_line(uid)}
            wanted = expected(name.removesuffix("+vakanties"), tasks, register, local_date(self.now))
            alive = {uid: (item.starts, item.ends) for uid, item in items.items() if not item.off}
            assert alive == {uid: days for uid, (days, _) in wanted.items()}, (name, self.now)
            for uid, (_, words) in wanted.items():
                assert words in items[uid].text, (name, uid, items[uid].text)
        self.checks += 1

    def _fetched(self, name: str, items: dict[str, Item], tasks: dict[str, StoredTask], register: Register) -> None:
        had = self.shown[name]
        for uid, (item, since) in list(had.items()):
            if uid in items:
                continue
            key = uid.removesuffix(".periode").removesuffix(".vervalt")
            if key in tasks and tasks[key].state in GONE and _belongs(name, tasks[key], register, self._today):
                assert item.off, (name, uid, "gone, and not shown as lapsed")
                assert self.now - since > LAPSED_STAYS - ONE_DAY, (name, uid, "not shown as lapsed for 14 days")
            del had[uid]
        for uid, item in items.items():
            self._runs_on(uid, item)
            before = had.get(uid)
            if item.off:
                assert before is not None, (name, uid, "lapsed, and was never shown")
                self.lapses += not before[0].off
            if before is None or before[0].off != item.off:
                had[uid] = (item, self.now)

    def _runs_on(self, uid: str, item: Item) -> None:
        """Of one uid, in whatever agenda."""
        before = self.seen.get(uid)
        if before is not None:
            assert item.sequence >= before.sequence, uid
            assert item.changed_at >= before.changed_at, uid
            if (item.starts, item.ends, item.off) != (before.starts, before.ends, before.off):
                assert item.sequence > before.sequence, uid
                self.moved += 1
            if (item.text, item.starts, item.off) != (before.text, before.starts, before.off):
                assert item.changed_at > before.changed_at, uid
        self.seen[uid] = item

    def _somebody_acts(self) -> None:
        with self.means.database.read() as connection:
            tasks = load_tasks(connection, schooljaren=self._range())
        if tasks:
            self.chance.choice(self.moves)(self.chance.choice(tasks))

    def _end(self, move: TaskMove, task: StoredTask) -> None:
        with suppress(Refused):
            respond.act(self.means, task.plan.key, move, self.now, by="bureau", reason="daarom")

    def _date(self, move: TaskMove, task: StoredTask) -> None:
        until = max(task.plan.due, local_date(self.now)) + timedelta(days=self.chance.randrange(1, 20))
        with suppress(Refused):
            respond.put_off(self.means, task.plan.key, move, self.now, by="bureau", until=until, reason="daarom")

    @property
    def _today(self) -> date:
        return local_date(self.now)

    def _tasks(self, connection: Connection) -> list[StoredTask]:
        live = adopted(connection)
        return [task for task in load_tasks(connection, schooljaren=self._range()) if runs(task.plan, live)]

    def _is_line(self, uid: str) -> bool:
        """What no task tells."""
        lines = {rule.id for rule in self.rulebook.rules if rule.kind == "doorlopend"}
        return uid.partition(".")[0] in {"vakantie", "leeg", *lines}

    def _range(self) -> list[str]:
        this = Schooljaar.of(local_date(self.now))
        return [str(this.previous), str(this), str(this.next)]


def expected(name: str, tasks: list[StoredTask], register: Register, day: date) -> dict[str, tuple[Days, str]]:
    """By uid: its days, and words that must stand in the text."""
    mine = [task for task in tasks if _belongs(name, task, register, day)]
    own = _own(name, register, day)
    found: dict[str, tuple[Days, str]] = {}
    rounds: dict[tuple[str, str, str | None], list[StoredTask]] = {}
    whose = name.replace(":", "-")
    for task in mine:
        plan = task.plan
        once = plan.party in own if own is not None else plan.party != name
        if own is not None and plan.kind == "gesprek":
            once = False
        if once and plan.kind != "document":
            rounds.setdefault((plan.rule, plan.schooljaar, plan.round), []).append(task)
        elif task.state not in GONE:
            found |= _singly(task)
    for (rule, schooljaar, round_), group in rounds.items():
        alive = [task for task in group if task.state not in GONE]
        if not alive:
            continue
        usual = [task for task in alive if task.extended is None] or alive
        counts = Counter(task.plan.due for task in usual)
        due = min(day for day in counts if counts[day] == max(counts.values()))
        firsts = Counter(task.plan.begins or due for task in usual if task.plan.due == due)
        first = min(day for day in firsts if firsts[day] == max(firsts.values()))
        uid = ".".join([rule, schooljaar, *([round_] if round_ else []), whose])
        done = sum(task.state == "done" for task in alive)
        found[uid] = ((min(first, due), due + ONE_DAY), f"{done} van {len(alive)} klaar.")
        for task in alive:
            if task.extended is not None and task.plan.due != due:
                found |= _singly(task)
    return found


def _singly(task: StoredTask) -> dict[str, tuple[Days, str]]:
    plan = task.plan
    words = {"planned": "Komt nog", "open": "Open", "submitted": "Ingediend op", "done": " op "}[task.state]
    if task.suspended is not None and task.state in ("planned", "open"):
        words = "Gepauzeerd"
    uid = f"{plan.key}.periode" if plan.kind == "gesprek" else plan.key
    found: dict[str, tuple[Days, str]] = {uid: ((min(plan.begins or plan.due, plan.due), plan.due + ONE_DAY), words)}
    if plan.kind == "document" and plan.expires is not None and plan.expires != plan.due:
        found[f"{plan.key}.vervalt"] = ((plan.expires, plan.expires + ONE_DAY), words)
    return found


def _own(name: str, register: Register, day: date) -> frozenset[str] | None:
    """The parties of which a person is consulent; None for what is no person's agenda."""
    if not name.startswith("contact:"):
        return None
    contact = register.contacts[int(name.partition(":")[2])]
    return (scope_of(User(0, contact.email, "", "consulent"), register, day) or frozenset()) - {SWV}


def _belongs(name: str, task: StoredTask, register: Register, day: date) -> bool:
    plan, name = task.plan, name.removesuffix("+vakanties")
    own = _own(name, register, day)
    if own is not None:
        contact = int(name.partition(":")[2])
        return plan.party in own or may_answer(contact, plan.asked, plan.together, plan.party, register, day)
    party = register.parties.get(plan.party)
    return name in (SWV, plan.party) or (party is not None and party.bestuur == name)


def _items(raw: bytes, code: str) -> Iterator[tuple[str, Item]]:
    for one in Calendar.from_ical(raw).walk("VEVENT"):
        uid = local_of(str(one["UID"]), code)
        assert uid is not None
        off = str(one["STATUS"]) == "CANCELLED"
        assert str(one["SUMMARY"]).startswith("VERVALLEN: ") == off
        yield (
            uid,
            Item(
                one.decoded("DTSTART"),
                one.decoded("DTEND"),
                int(one["SEQUENCE"]),
                one.decoded("DTSTAMP"),
                off,
                str(one["SUMMARY"]),
                str(one.get("DESCRIPTION", "")),
            ),
        )


@pytest.mark.parametrize("seed", [1, 4])
def test_every_agenda_equals_the_tasks_all_year(seed: int) -> None:
    year = Year(a_world(seed, 3), Faults(killed=0), 365)
    year.run()
    assert year.checks > 50
    assert len(year.shown) > 12
    assert year.lapses > 10
    assert year.moved > 20
