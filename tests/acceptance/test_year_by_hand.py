"""`plan --json` of schooljaar 2026-2027 against the year worked out by hand, in three regions."""

from typing import Any

import pytest

from tests.acceptance.year_by_hand import YEAR
from tests.workspaces import an_imported_office

PARTIES = {
    "thuiszitters": {"noord": "10AA00", "midden": "11BB00", "zuid": "12CC00"},
    "leerlingaantallen": {"noord": "70001", "midden": "70002", "zuid": "70003"},
}


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The rows of `plan --json` by key: a school and a bestuur in each region."""
    office = an_imported_office(tmp_path_factory.mktemp("office"))
    rows = office.must("plan", "--schooljaar", "2026-2027", "--json").json
    return {row["key"]: row for row in rows}


@pytest.mark.parametrize(("rule", "round_name", "region"), YEAR)
def test_plan_gives_the_dates_worked_out_by_hand(
    planned: dict[str, dict[str, Any]], rule: str, round_name: str | None, region: str
) -> None:
    by_hand = YEAR[rule, round_name, region]
    key = ".".join([rule, "2026-2027", *([round_name] if round_name else []), PARTIES[rule][region]])
    row = planned[key]
    assert {
        "peildatum": row["peildatum"],
        "opens": row["opens"],
        "due": row["due"],
        # The steps of a document's stages: tests/app/test_documents.py and the golden plans.
        "steps": [(step["step"], step["date"]) for step in row["steps"] if not step["step"].startswith("fase-")],
    } == {field: by_hand[field] for field in ("peildatum", "opens", "due", "steps")}, by_hand["why"]


def test_every_task_of_the_year_was_worked_out_by_hand(planned: dict[str, dict[str, Any]]) -> None:
    assert len(planned) == len(YEAR)


def test_a_row_has_every_field_that_others_rely_on(planned: dict[str, dict[str, Any]]) -> None:
    row = planned["thuiszitters.2026-2027.december.10AA00"]
    assert row == {
        "key": "thuiszitters.2026-2027.december.10AA00",
        "rule": "thuiszitters",
        "schooljaar": "2026-2027",
        "round": "december",
        "party": "10AA00",
        "kind": "uitvraag",
        "title": "(Dreigend) thuiszittende leerlingen in beeld",
        "state": "planned",
        "peildatum": "2026-12-01",
        "opens": "2026-11-24",
        "due": "2026-12-11",
        "expires": None,
        "steps": [
            {"step": "uitvraag", "date": "2026-11-24", "to": ["ondersteuningscoordinator"], "sent": None},
            {"step": "herinnering", "date": "2026-12-08", "to": ["ondersteuningscoordinator"], "sent": None},
            {"step": "te-laat", "date": "2026-12-14", "to": ["ondersteuningscoordinator"], "sent": None},
            {"step": "bellen", "date": "2026-12-16", "to": ["consulent"], "sent": None},
            {"step": "escalatie-1", "date": "2027-01-05", "to": ["directeur"], "sent": None},
            {"step": "escalatie-2", "date": "2027-01-15", "to": ["bestuurder"], "sent": None},
        ],
        "reasons": row["reasons"],
        "change": "new",
    }
    assert {"field": "due", "text": row["reasons"][2]["text"]} in row["reasons"]
    assert "vrijdag 11 december 2026" in row["reasons"][2]["text"]
