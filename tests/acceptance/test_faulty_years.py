"""Simulated years in which everything goes wrong that can, and what is promised all the same.

One seed is one year of one made-up SWV. The slow group lives at least 100,000 recipient-days (contacts times days);
FAULTY_RECIPIENT_DAYS=1000000 asks for more.
"""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.faulty.loose_ends import loose_ends
from tests.faulty.outside import CALM, Faults, Sent
from tests.faulty.promises import broken_promises
from tests.faulty.world import A_FEW, a_world
from tests.faulty.year import FaultyYear

WANTED = int(os.environ.get("FAULTY_RECIPIENT_DAYS", "100000"))
STORMY = Faults(0.15, 0.01, 0.05, 0.05, 0.03, 0.01, 40, 0.05)


def lived(seed: int, *, schools: int = 10, days: int = 365, rules: tuple[str, ...] = ()) -> FaultyYear:
    """A year; every other seed is a stormy one."""
    year = FaultyYear(a_world(seed, schools, rules), STORMY if seed % 2 else Faults(), days)
    year.run()
    return year


def faults_of(year: FaultyYear) -> list[str]:
    """Promises that were not kept, and what was forgotten."""
    return broken_promises(year.log) + loose_ends(year.means.database, year.now)


@pytest.mark.slow
def test_weeks_with_faults_keep_every_promise() -> None:
    year = lived(3, schools=3, days=14, rules=A_FEW)
    assert faults_of(year) == []
    assert any(isinstance(entry, Sent) for entry in year.log)


@pytest.mark.slow
def test_years_with_faults_keep_every_promise() -> None:
    days, seed = 0, 0
    while days < WANTED:
        year = lived(seed)
        assert faults_of(year) == [], f"seed {seed}"
        days += year.recipient_days
        seed += 1


@pytest.mark.slow
def test_one_seed_is_one_year() -> None:
    first, second = lived(1, days=90), lived(1, days=90)
    assert repr(first.log) == repr(second.log)
    assert len(first.log) > 100


@pytest.fixture(scope="module")
def calm_log() -> tuple[object, ...]:
    """What some weeks without any fault brought."""
    year = FaultyYear(a_world(2, 3, A_FEW), CALM, 1, people=False)
    year.begin()
    for _ in range(20):
        year.weather.now += timedelta(days=1)
        year.step()
    assert broken_promises(year.log) == []
    return tuple(year.log)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("at night", "outside the window"),
        ("again", "second digest"),
        ("again", "again"),
        ("a third copy", "left 3 times"),
        ("by a reminder", "first tells"),
        ("in concept", "of a concept"),
    ],
)
def test_a_broken_promise_is_seen(calm_log: tuple[object, ...], what: str, said: str) -> None:
    log = list(calm_log)
    place, sent = next((n, one) for n, one in enumerate(log) if isinstance(one, Sent) and one.texts)
    changed: dict[str, list[object]] = {
        "at night": [replace(sent, at=sent.at.replace(hour=1))],
        "again": [sent, replace(sent, message_id="<andere>")],
        "a third copy": [replace(sent, sure=False), replace(sent, sure=False), sent],
        "by a reminder": [],
        "in concept": [replace(sent, notices=tuple((_later(task), *rest) for task, *rest in sent.notices))],
    }
    if what == "by a reminder":
        log[place - 1] = replace(log[place - 1], texts=dict.fromkeys(sent.texts, "te-laat"))  # type: ignore[type-var]
    else:
        log[place : place + 1] = changed[what]
    assert any(said in line for line in broken_promises(log)), broken_promises(log)


def _later(task: str) -> str:
    return task.replace("2026-2027", "2031-2032")
