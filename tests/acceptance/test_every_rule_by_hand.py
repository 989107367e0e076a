"""`plan --json` of schooljaar 2026-2027 against the tables by hand: each rule of both sectors, in region noord."""

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.by_hand import TABLES
from tests.acceptance.by_hand.documents import DOCUMENTEN
from tests.acceptance.by_hand.table import Days, Table
from tests.workspaces import ROOT, an_imported_office

# The second bestuur has no scholen; it still gets what is asked per bestuur.
BESTUREN = """\
nummer;naam;bestuurder;administratie
70001;Stichting Noord;bestuurder@noord.example;administratie@noord.example
70002;Stichting Nieuw;bestuurder@nieuw.example;administratie@nieuw.example
"""
SCHOOLS = ("10AA00", "11BB00", "12CC00", "13DD00", "14EE00", "15FF00", "16GG00", "17HH00", "18II00", "19JJ00")
SCHOOLS += ("20KK00", "21LL00")
SCHOLEN = "code;naam;bestuur;gemeente;directeur;{role}\n" + "".join(
    f"{code};School {code};70001;Alkmaar;directeur@s{code}.example;zorg@s{code}.example\n" for code in SCHOOLS
)
PARTIES = {"school": SCHOOLS, "bestuur": ("70001", "70002"), "swv": ("swv",)}
SECTORS = {"vo": "ondersteuningscoordinator", "po": "intern-begeleider"}

Plans = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Plans:
    """The rows of `plan --json` by sector."""
    return {sector: _planned(tmp_path_factory.mktemp(sector), sector) for sector in SECTORS}


@pytest.mark.parametrize(("sector", "rule"), [(sector, rule) for sector in TABLES for rule in TABLES[sector]])
def test_each_task_of_a_rule_has_the_days_worked_out_by_hand(plans: Plans, sector: str, rule: str) -> None:
    """Key, days, expiry and receivers of every task are those of the table; a doorlopende rule has no task."""
    table = TABLES[sector][rule]
    expected = _expected(rule, table)
    planned = {row["key"]: row for row in plans[sector] if row["rule"] == rule}
    assert set(planned) == set(expected)
    for key, days in expected.items():
        assert _shown(planned[key]) == _by_hand(table, days), key + days.why


@pytest.mark.parametrize("sector", SECTORS)
def test_no_task_and_no_rule_is_without_a_table(plans: Plans, sector: str) -> None:
    """The tables cover each rule file of the sector, and the plan holds nothing beside them."""
    assert {path.stem for path in (ROOT / "rules" / sector).iterdir()} == set(TABLES[sector])
    expected = {key for rule, table in TABLES[sector].items() for key in _expected(rule, table)}
    assert sorted(row["key"] for row in plans[sector]) == sorted(expected)


def _planned(folder: Path, sector: str) -> list[dict[str, Any]]:
    rules = sorted(path.stem for path in (ROOT / "rules" / sector).glob("*.yaml"))
    scholen = SCHOLEN.format(role=SECTORS[sector])
    register = {"besturen": BESTUREN, "scholen": scholen, "documenten": DOCUMENTEN}
    office = an_imported_office(folder, sector=sector, rules=rules, register=register)
    rows: list[dict[str, Any]] = office.must("plan", "--schooljaar", "2026-2027", "--json").json
    return rows


def _expected(rule: str, table: Table) -> dict[str, Days]:
    """The days by key of task, keys as the contract spells them."""
    if table.per == "document":
        return {f"{rule}.{version_and_party}": days for version_and_party, days in table.rounds.items()}
    return {
        ".".join(filter(None, (rule, "2026-2027", name, party))): days
        for name, days in table.rounds.items()
        for party in PARTIES[table.per]
    }


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    fields = ("kind", "schooljaar", "state", "change", "peildatum", "opens", "due", "expires")
    # The steps of a document's stages: tests/app/test_documents.py and the golden plans.
    own = [step for step in row["steps"] if not step["step"].startswith("fase-")]
    steps = [(step["step"], step["date"], step["to"]) for step in own]
    return {field: row[field] for field in fields} | {"steps": steps}


def _by_hand(table: Table, days: Days) -> dict[str, Any]:
    return {
        "kind": table.kind,
        "schooljaar": days.schooljaar,
        "state": "planned",
        "change": "new",
        "peildatum": days.peildatum,
        "opens": days.opens,
        "due": days.due,
        "expires": days.expires,
        "steps": [(step, day, [table.others.get(step, table.asked)]) for step, day in days.steps],
    }
