"""A machine that was off, and a clock that is wrong: nothing lost, nothing twice, no flood."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from engine.core.schooljaar import Schooljaar
from engine.store.messages import all_messages
from engine.store.tables import steps, tasks
from tests.faulty.opened import AMSTERDAM, wall
from tests.faulty.outside import CALM, Sent
from tests.faulty.promises import broken_promises
from tests.faulty.world import A_FEW, a_world
from tests.faulty.year import FaultyYear

# (how long, the earliest day on which it begins)
OUTAGES = {
    "three days": (3, date(2026, 11, 16)),
    "three weeks": (21, date(2026, 11, 9)),
    "summer": (62, date(2027, 7, 1)),
}
# (task, step) -> what the ladder looks like: state and day.
Ladder = dict[tuple[str, str], tuple[str, str | None]]


def an_office(seed: int) -> FaultyYear:
    """A small SWV at the beginning of a schooljaar, where nothing breaks and nobody answers."""
    world = replace(a_world(seed, 3, A_FEW), first_day=date(2026, 8, 3))
    office = FaultyYear(world, CALM, 1, people=False)
    office.begin()
    return office


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """That time on the clock of the office."""
    return datetime.combine(day, time(hour, minute), AMSTERDAM).astimezone(UTC)


def live(office: FaultyYear, moments: Iterable[datetime]) -> None:
    """A tick at each of these moments."""
    for moment in moments:
        office.weather.now = moment
        office.step()


def mornings(first: date, last: date) -> list[datetime]:
    """09:00 and 15:00 of each day, both days inclusive."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [at(day, hour) for day in days for hour in (9, 15)]


def ladder(office: FaultyYear) -> Ladder:
    """Each step with its state and day."""
    with office.means.database.read() as connection:
        return {(row.task, row.name): (row.state, row.date) for row in connection.execute(select(steps))}


def told(office: FaultyYear) -> list[tuple[str, str, str, date]]:
    """Who heard of which step of which task, and on what day."""
    sent = [entry for entry in office.log if isinstance(entry, Sent)]
    return sorted((task, step, one.to, wall(one.at).date()) for one in sent for task, step, _ in one.notices)


def comes_back(seed: int, outage: str) -> tuple[FaultyYear, Ladder, date]:
    """An office that was off for so long and has had its first tick: with its ladders as they were before."""
    length, earliest = OUTAGES[outage]
    dice = random.Random(f"{seed} {outage}")
    off = earliest + timedelta(days=dice.randrange(14))
    office = an_office(seed)
    year = Schooljaar.of(off)
    if outage == "summer":
        office.adopt(year.next)
    live(office, mornings(off - timedelta(days=10), off))
    before = ladder(office)
    back = off + timedelta(days=length)
    while not office.opened.is_open("swv", back):
        back += timedelta(days=1)
    live(office, [at(back, 10)])
    return office, before, back


def only_the_newest_counts(office: FaultyYear, before: Ladder, today: date) -> int:
    """Fails when an older step than the newest is due; returns how many were overtaken."""
    rules = {rule.id: rule for rule in office.rulebook.rules}
    after = ladder(office)
    overtaken = 0
    with office.means.database.read() as connection:
        opened = list(connection.execute(select(tasks.c.key).where(tasks.c.state == "open")).scalars())
    for key in opened:
        rule = rules[key.partition(".")[0]]
        due = {
            step.name: day
            for step in rule.steps
            for state, day in [before.get((key, step.name), ("pending", after[key, step.name][1]))]
            if state == "pending" and day is not None and day <= today.isoformat()
        }
        asking = [step.name for step in rule.steps if rule.asked in step.to]
        for name, day in due.items():
            counts = day == max(due.values())
            if asking[0] in due and name in asking:
                counts = name == asking[0]
            assert (after[key, name][0] != "overtaken") == counts, (key, name, due, after[key, name])
            overtaken += not counts
    return overtaken


def test_after_downtime_the_newest_step_counts_and_the_request_goes_first() -> None:
    office, before, back = comes_back(1, "three weeks")
    only_the_newest_counts(office, before, back)
    release_and_go_on(office, back)


@pytest.mark.slow
@pytest.mark.parametrize("outage", OUTAGES)
def test_after_downtime_at_other_moments(outage: str) -> None:
    overtaken = 0
    for seed in range(10, 16):
        office, before, back = comes_back(seed, outage)
        overtaken += only_the_newest_counts(office, before, back)
        release_and_go_on(office, back)
    assert overtaken or outage == "three days"


def release_and_go_on(office: FaultyYear, back: date) -> None:
    """The bureau releases what is held; every promise is kept in the week after it."""
    office.release_all()
    live(office, mornings(back, back + timedelta(days=7)))
    assert broken_promises(office.log) == []
    assert told(office)


@pytest.mark.parametrize("outage", ["three days", pytest.param("summer", marks=pytest.mark.slow)])
def test_what_is_due_after_downtime_waits_for_the_bureau(outage: str) -> None:
    office, _, back = comes_back(1, outage)
    live(office, [at(back, 11), at(back, 12)])
    assert [row for row in told(office) if row[3] == back] == []
    with office.means.database.read() as connection:
        held = all_messages(connection, ["held"])
        waiting = [one for one in all_messages(connection, ["queued"]) if one.kind == "digest"]
    assert held
    assert waiting == []
    assert any("stond stil" in one.reason for one in held)


@pytest.mark.slow
def test_a_summer_of_downtime_opens_the_tasks_of_the_new_schooljaar() -> None:
    office, _, back = comes_back(1, "summer")
    with office.means.database.read() as connection:
        rows = connection.execute(select(tasks.c.key, tasks.c.schooljaar, tasks.c.opens, tasks.c.state)).all()
    new = [row for row in rows if row.schooljaar == "2027-2028" and row.opens <= back.isoformat()]
    assert new
    assert {row.state for row in new} == {"open"}


@pytest.mark.slow
def test_a_machine_that_is_off_over_the_weekend_misses_nothing() -> None:
    first = date(2026, 11, 20)  # a Friday; the thuiszitters of december open on the Tuesday after it
    always, weekdays = an_office(1), an_office(1)
    live(always, mornings(first, first + timedelta(days=6)))
    live(weekdays, [one for one in mornings(first, first + timedelta(days=6)) if wall(one).weekday() < 5])
    assert told(weekdays) == told(always)
    with weekdays.means.database.read() as connection:
        assert [one.reason for one in all_messages(connection, ["held"]) if "stil" in one.reason] == []


@pytest.mark.slow
def test_a_clock_set_back_by_hours_tells_nothing_twice_and_reopens_nothing() -> None:
    first = date(2026, 11, 20)
    steady, back = an_office(1), an_office(1)
    moments = mornings(first, first + timedelta(days=6))
    live(steady, moments)
    for number, moment in enumerate(moments):
        live(back, [moment])
        if number % 3 == 0:
            live(back, [moment - timedelta(hours=hours) for hours in (1, 14)])
    assert broken_promises(back.log) == []
    assert [row[:3] for row in told(back)] == [row[:3] for row in told(steady)]


@pytest.mark.slow
def test_a_clock_a_year_ahead_for_one_tick_sends_nothing() -> None:
    first = date(2026, 11, 20)
    office = an_office(1)
    office.adopt(Schooljaar.of(first).next)
    live(office, mornings(first, date(2026, 11, 25)))
    before = told(office)
    live(office, [at(date(2027, 11, 25), 10), at(date(2026, 11, 25), 16)])
    live(office, mornings(date(2026, 11, 26), date(2026, 11, 27)))
    with office.means.database.read() as connection:
        assert len(all_messages(connection, ["held"])) > 10
    assert told(office) == before


@pytest.mark.slow
@pytest.mark.parametrize("sunday", [date(2026, 10, 25), date(2027, 3, 28)])
def test_the_night_in_which_the_clock_changes_doubles_nothing_and_skips_nothing(sunday: date) -> None:
    """In October 02:30 comes twice, in March not at all; the moments run on by ten minutes."""
    first = sunday - timedelta(days=3)
    plain, busy = an_office(1), an_office(1)
    days = mornings(first, sunday + timedelta(days=4))
    night = [at(sunday, 1) + timedelta(minutes=10 * n) for n in range(25)]
    assert wall(night[-1]).hour >= 4
    live(plain, days)
    live(busy, sorted([*days, *night]))
    assert told(busy) == told(plain) != []
