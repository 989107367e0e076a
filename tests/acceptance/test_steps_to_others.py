"""Steps that go to somebody else than who must answer, and a mijlpaal that ends by itself: by the days of a week."""

from collections.abc import Iterator

import pytest

from engine.store.tasks import load_task
from tests.at_work import AtWork, at_work
from tests.workspaces import an_imported_office

REQUEST = """titel: {name}
soort: uitvraag
per: school
alleen: {{partij: 10AA00}}
vraag_aan: directeur
wanneer: {{opent: 24 november, uiterlijk: 4 december}}
stappen:
"""
RULES = {
    "alleen-een-ander": REQUEST + "  uitvraag: {{op: opent, aan: ondersteuningscoordinator}}\n",
    "zelfde-dag": REQUEST + "  bellen: {{op: opent, aan: bureau}}\n  uitvraag: {{op: opent}}\n",
    "mijlpaal": """titel: Mijlpaal
soort: mijlpaal
per: swv
wanneer: {{peildatum: 24 november}}
stappen:
  taak: {{op: peildatum, aan: bureau}}
  taak-2: {{op: 1 dag na peildatum, aan: bureau}}
""",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtWork]:
    """An office with these rules, after the ticks of three days."""
    office = an_imported_office(tmp_path_factory.mktemp("others") / "w", rules=(), more='map = "uit"')
    for name, text in RULES.items():
        office.write(f"rules/vo/{name}.yaml", text.format(name=name))
    with at_work(office.folder) as working:
        working.plan("2026-10-05T09:00")
        working.tick("2026-11-24T08:30", "2026-11-25T08:30", "2026-11-26T08:30")
        yield working


def test_a_request_to_another_role_goes_on_its_day(desk: AtWork) -> None:
    assert desk.told("oc@linde.example") == [("2026-11-24", "uitvraag")]


def test_a_step_to_others_goes_on_the_day_of_the_request_and_no_step_of_a_mijlpaal_after_its_day(desk: AtWork) -> None:
    assert desk.told("bureau@swv.example") == [("2026-11-24", "taak"), ("2026-11-24", "bellen")]


def test_a_mijlpaal_is_done_after_its_day(desk: AtWork) -> None:
    with desk.means.database.read() as connection:
        task = load_task(connection, "mijlpaal.2026-2027.swv")
    assert task is not None
    assert (task.state, [step.state for step in task.steps]) == ("done", ["noticed", "dropped"])
