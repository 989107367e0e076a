"""What holds in every simulated year, whoever answers when: windows, one digest a day, silence after an answer."""

import sqlite3
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import holidays
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.workspaces import CONTACTEN, Office, an_imported_office

SCHOOLJAAR = "2026-2027"
WEEKLY = CONTACTEN.replace("\n", ";\n").replace("naam;", "naam;weekbericht") + (
    "oc@linde.example;Ondersteuning De Linde;woensdag\nconsulent@swv.example;Consulent;maandag\n"
)
# Who reads on the days of which region; everyone else reads on werkdagen.
REGION_OF = {"linde": "Noord", "noord": "Noord", "baken": "Midden", "midden": "Midden", "eik": "Zuid", "zuid": "Zuid"}
REMINDERS = {"herinnering", "herinnering-1", "herinnering-2", "te-laat", "bellen", "escalatie-1", "escalatie-2"}
PUBLIC = holidays.country_holidays("NL", years=(2026, 2027), language="nl", categories=("public", "optional"))
Event = dict[str, Any]


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Office]:
    """An office for each way of letting mail go; in one of them people have a weekly day."""
    base = tmp_path_factory.mktemp("offices")
    return {
        "regel": an_imported_office(base / "regel"),
        "altijd": an_imported_office(base / "altijd", release="altijd"),
        "nooit": an_imported_office(base / "nooit", release="nooit", register={"contacten": WEEKLY}),
    }


def year(office: Office, answers: str, seed: int) -> list[Event]:
    """The events of a simulated year."""
    ran = office.must("simulate", "--schooljaar", SCHOOLJAAR, "--answers", answers, "--seed", str(seed), "--json")
    return ran.lines


def reads_on(address: str, day: date) -> bool:
    """True when that person's party is open on the day, by a calendar of this test's own."""
    if day.weekday() >= 5 or day in PUBLIC:
        return False
    name = address.rpartition("@")[2].removesuffix(".example")
    if name not in REGION_OF:
        return True
    school = holidays.country_holidays("NL", subdiv=REGION_OF[name], years=day.year, categories=("school",))
    return day not in school


years = given(
    which=st.sampled_from(["regel", "altijd", "nooit"]),
    answers=st.sampled_from(["none", "prompt", "late", "mixed"]),
    seed=st.integers(0, 10_000),
)
few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@few
@years
def test_a_year_keeps_its_promises(offices: dict[str, Office], which: str, answers: str, seed: int) -> None:
    events = year(offices[which], answers, seed)
    assert any(event["event"] == "message" for event in events)
    in_time_order(events)
    nothing_leaves_outside_a_window(events)
    one_digest_a_day(events)
    no_reminder_after_an_answer(events)
    the_request_comes_first(events)
    every_step_is_told_or_dropped(events)


@settings(few, max_examples=2)
@years
def test_the_same_seed_gives_the_same_bytes(
    offices: dict[str, Office], tmp_path_factory: pytest.TempPathFactory, which: str, answers: str, seed: int
) -> None:
    told = []
    for _ in range(2):
        out = tmp_path_factory.mktemp("mails")
        ran = offices[which].must(
            "simulate",
            "--schooljaar",
            SCHOOLJAAR,
            "--answers",
            answers,
            "--seed",
            str(seed),
            "--json",
            "--out",
            str(out),
        )
        told.append((ran.out, {path.name: path.read_bytes() for path in out.iterdir()}))
    assert told[0] == told[1]
    assert told[0][1]


def in_time_order(events: list[Event]) -> None:
    moments = [datetime.fromisoformat(event["at"]) for event in events]
    assert moments == sorted(moments)


def nothing_leaves_outside_a_window(events: list[Event]) -> None:
    for event in sent(events):
        at = datetime.fromisoformat(event["at"])
        assert "08:30" <= f"{at:%H:%M}" < "17:00", event
        assert reads_on(event["to"], at.date()), event


def one_digest_a_day(events: list[Event]) -> None:
    counts = Counter((event["contact"], event["at"][:10]) for event in sent(events) if event["kind"] == "digest")
    assert set(counts.values()) == {1}


def no_reminder_after_an_answer(events: list[Event]) -> None:
    answered: set[str] = set()
    for event in events:
        if event["event"] == "answered":
            answered.add(event["task"])
        if event["event"] == "message":
            for notice in event["notices"]:
                assert notice["task"] not in answered, event


def the_request_comes_first(events: list[Event]) -> None:
    asked: set[str] = set()
    for event in sent(events):
        for notice in event["notices"]:
            if notice["step"] == "uitvraag":
                asked.add(notice["task"])
            else:
                assert notice["task"] in asked, event


def every_step_is_told_or_dropped(events: list[Event]) -> None:
    opened = {event["task"] for event in events if event["event"] == "opened"}
    told = {(notice["task"], notice["step"]) for event in sent(events) for notice in event["notices"]}
    dropped = {(event["task"], event["step"]) for event in events if event["event"] == "dropped"}
    for task in opened:
        steps = REMINDERS - (
            {"herinnering", "escalatie-1", "escalatie-2"}
            if task.startswith("leerling")
            else {"herinnering-1", "herinnering-2"}
        )
        for step in steps | {"uitvraag"} | ({"escalatie"} if task.startswith("leerling") else set()):
            assert (task, step) in told | dropped, (task, step)


def sent(events: list[Event]) -> list[Event]:
    """The messages among the events."""
    return [event for event in events if event["event"] == "message"]


def test_planning_twice_is_planning_once(tmp_path: Path) -> None:
    office = an_imported_office(tmp_path / "w")
    plan = ("plan", "--schooljaar", SCHOOLJAAR, "--apply", "--adopt", "--now", "2026-08-01T09:00")
    office.must(*plan)
    before = dump(office)
    office.must(*plan)
    assert dump(office) == before
    rows = office.must("plan", "--schooljaar", SCHOOLJAAR, "--json").json
    assert {row["change"] for row in rows} == {"same"}


@pytest.mark.parametrize("release", ["regel", "altijd"])
def test_ticking_twice_is_ticking_once(tmp_path: Path, release: str) -> None:
    office = an_imported_office(tmp_path / "w", release=release)
    office.must("plan", "--schooljaar", SCHOOLJAAR, "--apply", "--adopt", "--now", "2026-08-01T09:00")
    for moment in ("2026-08-25T00:00", "2026-08-25T08:30", "2026-09-14T08:30", "2026-10-09T08:30"):
        office.must("tick", "--now", moment)
        before = dump(office)
        office.must("tick", "--now", moment)
        assert dump(office) == before


def dump(office: Office) -> str:
    """Everything in the store, as SQL."""
    with sqlite3.connect(office.folder / "jaarplanning.sqlite") as connection:
        return "\n".join(connection.iterdump())
