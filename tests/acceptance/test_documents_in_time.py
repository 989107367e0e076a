"""A document that ends soon after the summer is asked for in the schooljaar before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workspaces import Office, a_running_office

SOP = "schoolondersteuningsprofiel.v1.10AA00"
# Four years on is Monday 18 October 2027; six months before that is Sunday 18 April, so it opens on Monday 19 April.
DOCUMENTEN = "soort;partij;vastgesteld_op\nschoolondersteuningsprofiel;10AA00;2023-10-18\n"


def an_office_with_a_document(folder: Path) -> Office:
    """Schooljaar 2026-2027 is adopted; both schooljaren are planned."""
    office = a_running_office(
        folder, rules=("schoolondersteuningsprofiel", "thuiszitters"), register={"documenten": DOCUMENTEN}
    )
    office.must("plan", "--apply", "--now", "2026-08-10T09:00")
    return office


def states(office: Office) -> dict[str, str]:
    return {row["key"]: row["state"] for row in office.must("tasks", "--json").json}


@pytest.mark.slow
def test_the_request_goes_out_although_the_schooljaar_in_which_it_ends_is_a_concept(tmp_path: Path) -> None:
    """On the day it opens, to the directeur, and nothing of it is held."""
    office = an_office_with_a_document(tmp_path / "w")
    assert states(office)[SOP] == "planned"
    for verb in ("tick", "deliver"):
        office.must(verb, "--now", "2027-04-19T09:00")
    assert states(office)[SOP] == "open"
    sent = [row for row in office.must("outbox", "list", "--json").json if row["state"] == "sent"]
    assert [row["to"] for row in sent if {"task": SOP, "step": "uitvraag"} in row["notices"]] == [
        "directeur@linde.example"
    ]


@pytest.mark.slow
def test_adopting_the_next_schooljaar_leaves_it_as_it_runs(tmp_path: Path) -> None:
    """It is not held or asked for again, and the rounds of that schooljaar begin to run."""
    office = an_office_with_a_document(tmp_path / "w")
    office.must("tick", "--now", "2027-04-19T09:00")
    office.must("plan", "--schooljaar", "2027-2028", "--apply", "--adopt", "--now", "2027-07-05T09:00")
    assert states(office)[SOP] == "open"
    office.must("tick", "--now", "2027-08-25T09:00")
    assert states(office)["thuiszitters.2027-2028.september.10AA00"] == "open"


@pytest.mark.slow
def test_a_round_of_a_concept_stays_asleep(tmp_path: Path) -> None:
    """Only a document runs before its schooljaar is adopted."""
    office = an_office_with_a_document(tmp_path / "w")
    office.must("tick", "--now", "2027-09-20T09:00")
    assert states(office)["thuiszitters.2027-2028.september.10AA00"] == "planned"
