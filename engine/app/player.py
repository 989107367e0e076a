"""Plays time: jumps from one moment that matters to the next, with schools that answer by a seeded habit."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal

from engine.app.alarms import tell_bureau
from engine.app.appoint import GESPREK, TalkWish, appoint, filled_in, took_place
from engine.app.compose import compose
from engine.app.deliver import deliver
from engine.app.desk import Desk
from engine.app.means import Means
from engine.app.outbox import release_all
from engine.app.respond import act
from engine.app.tick import decide_all
from engine.core.calendar import Calendar
from engine.core.event import Event
from engine.core.ladder import ends_itself
from engine.core.localtime import at_local, local_date, start_of_day
from engine.core.party import SWV
from engine.core.ports import Channel
from engine.core.problem import Refused
from engine.core.recipients import askable
from engine.core.roles import BUREAU, CONSULENT, SWV_ROLES
from engine.core.states import OPEN_STATES
from engine.core.task import PlannedTask, StoredTask
from engine.store.messages import all_messages, next_delivery, numbers_in
from engine.store.tasks import load_plans, load_task, load_tasks, next_look, states_of

Answers = Literal["none", "prompt", "late", "mixed"]
ANSWERS: tuple[Answers, ...] = ("none", "prompt", "late", "mixed")
Action = Literal["submit", "accept", "overdue", "hold"]
ONE_TICK = timedelta(minutes=1)
ACCEPTED_AFTER = timedelta(days=2)
# A gesprek is planned so long ahead, and noted as held so long after it began.
TALK_AHEAD, HELD_AFTER = timedelta(days=14), timedelta(hours=3)
PLAYER = "naspeler"
# How people read that name.
PLAYED = "een school of bestuur (nagespeeld)"
# (weight, habit): how the parties of a mixed SWV behave.
MIXED = ((50, "prompt"), (25, "slow"), (15, "late"), (10, "none"))


@dataclass(slots=True)
class Player:
    """Drives tick and deliver over a stretch of time; same seed, same events.

    `releases`: mail that waits for the bureau is let go at the next tick; else it waits for a person. `tells`: the
    program tells the bureau what it tells where it runs by itself.
    """

    means: Means
    channel: Channel
    answers: Answers
    seed: int
    releases: bool = True
    tells: bool = False
    _agenda: list[tuple[datetime, str, Action]] = field(default_factory=list)
    # Messages that cannot be put into words: they stay held, as they would in the office.
    _broken: set[int] = field(default_factory=set)
    # Whether any other may be held.
    _held: bool = True

    def play(self, begin: datetime, end: datetime) -> Iterator[Event]:
        """Every event from `begin` up to `end`, in time order; raises Refused when mail cannot leave."""
        for events in self.ticks(begin, end):
            yield from events

    def ticks(self, begin: datetime, end: datetime) -> Iterator[Sequence[Event]]:
        """The same, what happened at one moment together."""
        now = begin
        while now < end:
            with self.means.database.near():
                events = list(self._tick(now))
            yield events
            now = self._next(now)

    def take_up(self, now: datetime) -> None:
        """Takes up the habits of answering of what is open by now, as one who played until this moment has them."""
        with self.means.database.read() as connection:
            tasks = load_tasks(connection)
        for task in tasks:
            key = task.plan.key
            if task.state == "submitted" and task.submitted_at is not None:
                heapq.heappush(self._agenda, (max(task.submitted_at + ACCEPTED_AFTER, now), key, "accept"))
            if task.state != "open" or task.opened_at is None or ends_itself(task.plan) is not None:
                continue
            late = start_of_day(task.plan.due + timedelta(days=1))
            if late > now:
                heapq.heappush(self._agenda, (late, key, "overdue"))
            if task.arranged is not None:
                heapq.heappush(self._agenda, (max(task.arranged + HELD_AFTER, now + ONE_TICK), key, "hold"))
                continue
            answer = answer_moment(task.plan, self.answers, self.seed, task.opened_at)
            if answer is not None and answer <= now:  # it was opened again, or got more time
                answer = answer_moment(task.plan, self.answers, self.seed, now)
            if answer is not None:
                heapq.heappush(self._agenda, (answer, key, "submit"))

    def _tick(self, now: datetime) -> Iterator[Event]:
        acting = bool(self._agenda) and self._agenda[0][0] <= now
        yield from self._acts(now)
        if self.releases and (self._held or acting):
            self._release(now)
        decided = decide_all(self.means, now)
        self._foresee([event.task for event in decided if event.kind == "opened" and event.task is not None], now)
        yield from decided
        yield from compose(self.means, now)
        if self.tells:
            tell_bureau(self.means, now)
        done = deliver(self.means, self.channel, now)
        yield from done.events
        if done.stopped:
            raise Refused(done.stopped)

    def _next(self, now: datetime) -> datetime:
        with self.means.database.read() as connection:
            moments = [next_look(connection), next_delivery(connection)]
            self._held = self.releases and not self._broken.issuperset(numbers_in(connection, "held"))
        found = [moment for moment in moments if moment is not None]
        if self._agenda:
            found.append(self._agenda[0][0])
        if self._held:
            found.append(now + ONE_TICK)
        return max(min(found, default=datetime.max.replace(tzinfo=now.tzinfo)), now + ONE_TICK)

    def _release(self, now: datetime) -> None:
        with self.means.database.write() as connection:
            held = [one for one in all_messages(connection, ["held"]) if one.id not in self._broken]
            self._broken |= release_all(connection, held, self.means, now).keys()

    def _acts(self, now: datetime) -> Iterator[Event]:
        """What people do at this moment, and who is late by now."""
        ready: list[tuple[str, Action]] = []
        while self._agenda and self._agenda[0][0] <= now:
            _, key, action = heapq.heappop(self._agenda)
            ready.append((key, action))
        if not ready:
            return
        with self.means.database.read() as connection:
            states = states_of(connection, (key for key, _ in ready))
        for key, action in ready:
            if action != "overdue":
                states.pop(key, None)
                yield from self._act(key, action, now)
            elif key in states and states[key][0] == "open":
                yield Event(now, "overdue", key)

    def _act(self, key: str, action: Literal["submit", "accept", "hold"], now: datetime) -> list[Event]:
        with self.means.database.read() as connection:
            task = load_task(connection, key)
        if task is None or task.state not in OPEN_STATES:
            return []
        try:
            if task.plan.kind == GESPREK and action == "submit":
                return self._arrange(task, now)
            if action == "hold":
                return self._hold(task, now)
            events = act(self.means, key, action, now, by=self._who(task, now, accepts=action == "accept"))
        except Refused:
            return []
        if action == "submit" and task.plan.accept_needed:
            heapq.heappush(self._agenda, (now + ACCEPTED_AFTER, key, "accept"))
        return events

    def _arrange(self, task: StoredTask, now: datetime) -> list[Event]:
        """Who plans a gesprek finds a day for it, and holds it on that day."""
        if task.arranged is not None:
            return []
        by = self._who(task, now)
        with self.means.database.write() as connection:
            desk = Desk(connection, self.means, now, by)
            starts = talk_moment(task, desk.calendar(task.plan.party), self.seed, now)
            plan, guests = filled_in(desk, task, TalkWish(starts=starts, place=desk.name(task.plan.party)))
            done = appoint(desk, task, plan, guests)
            desk.finish()
        heapq.heappush(self._agenda, (starts + HELD_AFTER, task.plan.key, "hold"))
        return list(done.moved.events)

    def _hold(self, task: StoredTask, now: datetime) -> list[Event]:
        by = self._who(task, now)
        with self.means.database.write() as connection:
            desk = Desk(connection, self.means, now, by)
            done = took_place(desk, desk.task(task.plan.key), "")
            desk.finish()
        return list(done.moved.events)

    def _who(self, task: StoredTask, now: datetime, *, accepts: bool = False) -> str:
        """Who does it, by name: the consulent or whoever else works at the SWV; a school is not named."""
        asked = BUREAU if accepts else task.plan.asked
        if asked not in (CONSULENT, *SWV_ROLES):
            return PLAYER
        with self.means.database.read() as connection:
            register = self.means.register(connection)
        party = SWV if accepts else task.plan.party
        found = next(iter(askable(asked, (), party, register, local_date(now))), None)
        return PLAYER if found is None else register.contacts[found.contact].name

    def _foresee(self, opened: Sequence[str], now: datetime) -> None:
        if not opened:
            return
        with self.means.database.read() as connection:
            plans = load_plans(connection, opened)
        for plan in plans:
            key = plan.key
            if ends_itself(plan) is not None:
                continue
            heapq.heappush(self._agenda, (start_of_day(plan.due + timedelta(days=1)), key, "overdue"))
            answer = answer_moment(plan, self.answers, self.seed, now)
            if answer is not None:
                heapq.heappush(self._agenda, (answer, key, "submit"))


def habit_of(party: str, answers: Answers, seed: int) -> str:
    """How a party behaves all year: prompt, slow, late or none."""
    if answers != "mixed":
        return answers
    own = random.Random(f"{seed}:{party}")  # noqa: S311  # a habit, not a secret
    return own.choices([name for _, name in MIXED], [weight for weight, _ in MIXED])[0]


def talk_moment(task: StoredTask, calendar: Calendar, seed: int, now: datetime) -> datetime:
    """When this party and who plans it meet: an open day in the period, some time ahead, on a whole hour."""
    dice = random.Random(f"{seed}:{task.plan.key}:gesprek")  # noqa: S311
    first = max(task.plan.begins or task.plan.opens, local_date(now) + TALK_AHEAD)
    last = max(task.plan.due, first + TALK_AHEAD)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    free = [day for day in days if calendar.is_open(day)] or [calendar.first_open(first)]
    return at_local(dice.choice(free), time(dice.choice((9, 10, 11, 13, 14, 15))))


def answer_moment(plan: PlannedTask, answers: Answers, seed: int, now: datetime) -> datetime | None:
    """When this party answers this task, by its habit; None when it never does.

    In a mixed SWV a party keeps its habit all year: the same ones are always late.
    """
    habit = habit_of(plan.party, answers, seed)
    if habit == "none":
        return None
    dice = random.Random(f"{seed}:{plan.key}")  # noqa: S311
    clock = time(9 + dice.randrange(7), dice.randrange(60))
    days = max((plan.due - local_date(now)).days, 1)
    offsets = {
        "prompt": 1 + dice.randrange(min(days, 4)),
        "slow": max(days - dice.randrange(4), 1),
        "late": days + 1 + dice.randrange(12),
    }
    if habit not in offsets:
        return None
    return at_local(local_date(now) + timedelta(days=offsets[habit]), clock)
