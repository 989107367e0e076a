"""A real SWV's 95 primary schools, with made-up contacts, through a simulated schooljaar of thuiszitters."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from tests.acceptance.duo import duo_register, needs_shared_data
from tests.acceptance.promises import Event, is_workday, keeps_its_promises, school_is_open
from tests.workspaces import an_office

pytestmark = [needs_shared_data, pytest.mark.slow]


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """Everything that happens in 2026-2027 with schools of mixed habits."""
    folder = tmp_path_factory.mktemp("duo")
    office = an_office(folder / "w", rules=("thuiszitters",))
    duo_register(folder / "register")
    office.must("import", str(folder / "register"), "--apply")
    return office.must("simulate", "--schooljaar", "2026-2027", "--answers", "mixed", "--json").lines


def test_every_school_meets_every_round(events: list[Event]) -> None:
    opened = Counter(event["task"].split(".")[2] for event in events if event["event"] == "opened")
    assert opened == {"september": 95, "december": 95, "maart": 95, "juni": 95}


def test_every_school_is_asked_in_every_round(events: list[Event]) -> None:
    told = {notice["task"] for event in events if event["event"] == "message" for notice in event["notices"]}
    assert len(told) == 4 * 95


def test_every_consulent_hears_of_every_school(events: list[Event]) -> None:
    heard = {
        notice["task"]
        for event in events
        if event["event"] == "message" and event["to"].startswith("consulent")
        for notice in event["notices"]
        if notice["step"] == "uitvraag"
    }
    assert len(heard) == 4 * 95


def test_the_year_keeps_its_promises(events: list[Event]) -> None:
    keeps_its_promises(events, reads_on)


def test_some_answer_in_time_and_some_are_late(events: list[Event]) -> None:
    kinds = Counter(event["event"] for event in events)
    assert kinds["overdue"] > 20
    assert kinds["done"] > 200


def reads_on(address: str, day: date) -> bool:
    """The schools lie in regio noord; everyone outside a school or bestuur reads on werkdagen."""
    domain: Any = address.rpartition("@")[2]
    at_school = domain.startswith(("school", "bestuur")) or domain.split(".")[0][:2].isdigit()
    return school_is_open("Noord", day) if at_school else is_workday(day)
