"""A plan of rules with days of weeks, a schooljaar that deviates and another rule's ladder; dates by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workspaces import Office, an_imported_office

pytestmark = pytest.mark.slow

LENT = """\
titel: Wensen
soort: uitvraag
per: school
vraag_aan: directeur
wanneer:
  opent: maandag van week 40
  uiterlijk: tweede vrijdag van oktober
stappen:
  uitvraag: {op: opent}
  herinnering-1: {op: 2 schooldagen voor uiterlijk}
  te-laat: {op: vierde schooldag van november, aan: consulent}
afwijkingen:
  2027-2028: {uiterlijk: 1 november}
"""
BORROWED = """\
titel = "Plannen"
soort = "uitvraag"
per = "bestuur"
vraag_aan = "bestuurder"
stappen = "zoals wensen"
wanneer = {opent = "1 oktober", uiterlijk = "29 oktober"}
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = an_imported_office(tmp_path_factory.mktemp("taal") / "w", rules=())
    office.write("rules/vo/wensen.yaml", LENT)
    office.write("rules/vo/plannen.toml", BORROWED)
    return office


def planned(office: Office, key: str, schooljaar: str = "2026-2027") -> dict[str, Any]:
    """A task as plan gives it, its steps by name with their day."""
    rows = office.must("plan", "--schooljaar", schooljaar, "--json", "--now", "2026-08-01T00:00").json
    (row,) = [row for row in rows if row["key"] == key]
    return {**row, "days": {step["step"]: step["date"] for step in row["steps"]}}


def test_days_of_weeks_and_months_become_dates(office: Office) -> None:
    """The reminder counts back from Friday the 9th; 2 November is a Monday, so the fourth schooldag is the 5th."""
    task = planned(office, "wensen.2026-2027.10AA00")
    assert (task["opens"], task["due"]) == ("2026-09-28", "2026-10-09")
    assert task["days"] == {"uitvraag": "2026-09-28", "herinnering-1": "2026-10-07", "te-laat": "2026-11-05"}


def test_a_schooljaar_that_deviates_has_its_own_dates_and_says_so(office: Office) -> None:
    """1 November 2027 is a Monday; week 40 begins on 4 October."""
    task = planned(office, "wensen.2027-2028.10AA00", "2027-2028")
    assert (task["opens"], task["due"]) == ("2027-10-04", "2027-11-01")
    reasons = {one["field"]: one["text"] for one in task["reasons"]}
    assert reasons["due"] == "Vaste datum: maandag 1 november 2027. In 2027-2028 wijkt deze regel af."
    assert "wijkt" not in reasons["opens"]
    told = office.must("explain", "wensen", "--schooljaar", "2027-2028").out
    assert "In 2027-2028 wijken de datums af van andere jaren." in told
    assert "In 2027-2028 zijn de datums anders." in office.must("explain", "wensen", "--schooljaar", "2026-2027").out


def test_a_ladder_of_another_rule_goes_by_the_dates_of_this_one(office: Office) -> None:
    """Two schooldagen before Thursday 29 October is Tuesday the 27th."""
    task = planned(office, "plannen.2026-2027.70001")
    assert task["days"] == {"uitvraag": "2026-10-01", "herinnering-1": "2026-10-27", "te-laat": "2026-11-05"}
    assert [step["to"] for step in task["steps"]] == [["bestuurder"], ["bestuurder"], ["consulent"]]
    assert "De stappen zijn die van de regel wensen." in office.must("explain", "plannen").out
