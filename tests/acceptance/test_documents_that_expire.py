"""A year in which documents end on awkward days, played by the engine itself: who hears what, and when."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.workspaces import Office, an_imported_office

pytestmark = pytest.mark.slow

RULE = "schoolondersteuningsprofiel"
LINDE, BAKEN, EIK = (f"{RULE}.v1.{code}" for code in ("10AA00", "11BB00", "12CC00"))
# Monday 18 October 2027, in the herfstvakantie; 29 February 2028, in the voorjaarsvakantie; Saturday 15 January 2028.
DOCUMENTEN = f"""\
soort;partij;vastgesteld_op
{RULE};10AA00;2023-10-18
{RULE};11BB00;2024-02-29
{RULE};12CC00;2024-01-15
"""
# What the rule writes, and the two mails of each stage.
STEPS = {
    *("uitvraag", "herinnering-1", "herinnering-2", "herinnering-3", "te-laat", "bellen", "escalatie"),
    *(
        f"fase-{phase}{late}"
        for phase in ("concept", "mr-advies", "vastgesteld", "gedeeld")
        for late in ("", "-te-laat")
    ),
}
Told = dict[str, dict[str, list[date]]]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return an_imported_office(
        tmp_path_factory.mktemp("expire") / "w", rules=(RULE,), register={"documenten": DOCUMENTEN}
    )


@pytest.fixture(scope="module")
def year(office: Office) -> list[dict[str, Any]]:
    """Nobody answers."""
    return office.must("simulate", "--schooljaar", "2027-2028", "--answers", "none", "--json").lines


def told(events: list[dict[str, Any]]) -> Told:
    """The days on which each step of each task was told."""
    found: Told = {}
    for event in events:
        for notice in event["notices"] if event["event"] == "message" else ():
            days = found.setdefault(notice["task"], {}).setdefault(notice["step"], [])
            days.append(date.fromisoformat(event["at"][:10]))
    return found


def dropped(events: list[dict[str, Any]], task: str) -> dict[str, str]:
    return {one["step"]: one["reason"] for one in events if one["event"] == "dropped" and one["task"] == task}


@pytest.mark.parametrize("task", [LINDE, BAKEN, EIK])
def test_the_whole_ladder_is_told_or_says_why_not(year: list[dict[str, Any]], task: str) -> None:
    left = dropped(year, task)
    assert {*told(year)[task]} | {*left} == STEPS
    assert {*left.values()} <= {"merged", "overtaken"}


@pytest.mark.parametrize(
    ("task", "due", "late"),
    [
        (LINDE, date(2027, 10, 15), date(2027, 10, 25)),
        (BAKEN, date(2028, 2, 25), date(2028, 3, 6)),
        (EIK, date(2028, 1, 14), date(2028, 1, 17)),
    ],
    ids=["in a vakantie", "on 29 February, in a vakantie", "on a Saturday"],
)
def test_the_last_day_comes_before_and_too_late_after_the_closed_days(
    office: Office, year: list[dict[str, Any]], task: str, due: date, late: date
) -> None:
    """`uiterlijk` rolls back to an open day, the mail that it is too late leaves on the first one after."""
    assert told(year)[task]["te-laat"] == [late, late]  # who was asked, and the consulent as a copy
    overdue = [one["at"][:10] for one in year if one["event"] == "overdue" and one["task"] == task]
    assert overdue == [(date.fromordinal(due.toordinal() + 1)).isoformat()]


def test_a_version_of_29_february_ends_on_the_28th_where_that_year_has_none(office: Office, tmp_path: Path) -> None:
    """After three years that is Sunday 28 February 2027, behind the voorjaarsvakantie of region midden."""
    place = an_imported_office(tmp_path / "w", rules=(RULE,), register={"documenten": DOCUMENTEN})
    rule = place.folder / f"rules/vo/{RULE}.yaml"
    rule.write_text(rule.read_text("utf-8").replace("geldigheid: 4 jaar", "geldigheid: 3 jaar"), "utf-8")
    events = place.must("simulate", "--schooljaar", "2026-2027", "--answers", "none", "--json").lines
    overdue = [one["at"][:10] for one in events if one["event"] == "overdue" and one["task"] == BAKEN]
    assert overdue == ["2027-02-20"]
    assert told(events)[BAKEN]["te-laat"][0] == date(2027, 3, 1)
