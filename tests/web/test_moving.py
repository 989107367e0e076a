"""Verzet deze ronde: other dates for a round in one schooljaar, seen first, written into the rule file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.app.tick import decide_all
from engine.store.file_versions import versions_of
from engine.store.tasks import load_tasks
from tests.web.desk import Desk, a_desk
from tests.workspaces import ROOT, a_running_office

pytestmark = pytest.mark.slow

HERE = "/verzet/thuiszitters/2026-2027/december"
RULE = "rules/vo/thuiszitters.yaml"
SHIPPED = (ROOT / RULE).read_text(encoding="utf-8")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Both schooljaren are planned; no round of this one has begun."""
    office = a_running_office(tmp_path / "w")
    office.must("plan", "--apply", "--now", "2026-08-01T00:00")
    desk = a_desk(tmp_path / "w", "2026-09-01T10:00")
    yield desk
    desk.means.database.close()


def due(desk: Desk, schooljaar: str, round_: str) -> set[str]:
    with desk.means.database.read() as connection:
        found = load_tasks(connection, rule="thuiszitters", schooljaren=[schooljaar])
    return {one.plan.due.isoformat() for one in found if one.plan.round == round_}


def rule_text(desk: Desk) -> str:
    return (desk.site.place.folder / RULE).read_text(encoding="utf-8")


def seal(page: str) -> str:
    found = re.search(r'name="zegel" value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]


def test_a_round_is_seen_moved_then_moved_in_that_schooljaar_alone(desk: Desk) -> None:
    """8 schooldagen after Tuesday 8 December is Friday 18: the last schooldag before the kerstvakantie."""
    client = desk.client()
    form = client.get(HERE).text
    assert "Nu vrijdag 11 december 2026 (8 schooldagen na peildatum)." in form
    seen = client.post(HERE, data={"peildatum": "2026-12-08", "stap": "bekijk"})
    assert seen.status_code == 200
    assert "3 verplaatst" in seen.text
    assert "vrijdag 18 december 2026" in seen.text
    assert (rule_text(desk), due(desk, "2026-2027", "december")) == (SHIPPED, {"2026-12-11"})
    stale = client.post(HERE, data={"peildatum": "2026-12-08", "stap": "door", "zegel": "0" * 64})
    assert (stale.status_code, rule_text(desk)) == (409, SHIPPED)
    done = client.post(HERE, data={"peildatum": "2026-12-08", "stap": "door", "zegel": seal(seen.text)})
    assert (done.status_code, done.headers["location"].partition("?")[0]) == (303, HERE.replace("verzet", "uitvragen"))
    assert due(desk, "2026-2027", "december") == {"2026-12-18"}
    assert due(desk, "2027-2028", "december") == {"2027-12-13"}
    assert rule_text(desk) == (
        SHIPPED + "\nafwijkingen:\n  2026-2027:\n    rondes:\n      december: {peildatum: 8 december}\n"
    )
    page = client.get(done.headers["location"]).text
    assert "Ronde verzet:" in page
    assert "In 2026-2027 wijkt deze ronde af." in page
    assert "andere datums in 2026-2027" in client.get("/beheer/regels").text
    assert "Het gaat om ronde december." in client.get("/beheer/regels/thuiszitters.yaml").text
    with desk.means.database.read() as connection:
        assert SHIPPED in {one.text for one in versions_of(connection, RULE)}


def moved(desk: Desk) -> str:
    """The address of the round after it was moved to Tuesday 8 December."""
    client = desk.client()
    seen = client.post(HERE, data={"peildatum": "2026-12-08", "stap": "bekijk"})
    done = client.post(HERE, data={"peildatum": "2026-12-08", "stap": "door", "zegel": seal(seen.text)})
    return str(done.headers["location"])


def test_a_move_is_taken_back_on_the_page_and_in_the_logboek(desk: Desk) -> None:
    client = desk.client()
    act = moved(desk).partition("gedaan=")[2]
    for page in (f"{HERE.replace('verzet', 'uitvragen')}?gedaan={act}", "/beheer/logboek"):
        assert f'action="/herstel/{act}"' in client.get(page).text
    back = client.post(f"/herstel/{act}", data={"terug": "/beheer/logboek"})
    assert "Ongedaan gemaakt: ronde verzet:" in client.get(back.headers["location"]).text
    assert (rule_text(desk), due(desk, "2026-2027", "december")) == (SHIPPED, {"2026-12-11"})
    assert client.post(f"/herstel/{act}").status_code == 422


def test_a_move_is_not_taken_back_over_a_later_change_or_once_the_round_went_on(desk: Desk) -> None:
    client = desk.client()
    act = moved(desk).partition("gedaan=")[2]
    path, text = desk.site.place.folder / RULE, rule_text(desk)
    path.write_text(f"{text}\n# van mij\n", encoding="utf-8")
    refused = client.post(f"/herstel/{act}")
    assert (refused.status_code, "De regel is daarna nog gewijzigd." in refused.text) == (422, True)
    path.write_text(text, encoding="utf-8")
    desk.now.set("2026-12-08T10:00")
    decide_all(desk.means, desk.now())
    client = desk.client()
    late = client.post(f"/herstel/{act}")
    assert (late.status_code, "Oudere versies" in late.text) == (422, True)
    assert "Kan niet meer ongedaan: deze ronde is daarna al verder gegaan." in client.get("/beheer/logboek").text
    assert (rule_text(desk), due(desk, "2026-2027", "december")) == (text, {"2026-12-18"})


def test_what_is_not_filled_in_well_is_told_at_its_field(desk: Desk) -> None:
    client = desk.client()
    empty = client.post(HERE, data={"stap": "bekijk"})
    assert (empty.status_code, "Kies een andere dag bij ten minste" in empty.text) == (422, True)
    other = client.post(HERE, data={"uiterlijk": "2027-09-01", "stap": "door"})
    assert (other.status_code, "Kies een dag in schooljaar 2026-2027" in other.text) == (422, True)
    turned = client.post(HERE, data={"opent": "2027-01-05", "uiterlijk": "2026-12-08", "stap": "door"})
    assert (turned.status_code, "Deze dag ligt voor die bij Opent." in turned.text) == (422, True)
    wrong = client.post(HERE, data={"peildatum": "2027-06-01", "uiterlijk": "2026-12-08", "stap": "door"})
    assert (wrong.status_code, "ligt in het schooljaar voor <code>opent</code>" in wrong.text) == (422, True)
    assert rule_text(desk) == SHIPPED


def test_a_round_without_a_name_moves_too_and_others_have_no_such_page(desk: Desk) -> None:
    client = desk.client()
    form = client.get("/verzet/leerlingaantallen/2026-2027").text
    assert "Verzet deze ronde" in form
    assert client.get("/verzet/leerlingaantallen/2031-2032").status_code == 404
    assert client.get("/verzet/leerlingaantallen/2026-2027/december").status_code == 404
    assert desk.client("lezer").get(HERE).status_code == 404


def test_a_file_that_somebody_changed_meanwhile_is_left_alone(desk: Desk) -> None:
    """What is in it now is looked at anew: its other change goes along only after it was seen."""
    client = desk.client()
    seen = client.post(HERE, data={"peildatum": "2026-12-08", "stap": "bekijk"})
    path = desk.site.place.folder / RULE
    path.write_text(SHIPPED.replace("8 schooldagen na peildatum", "9 schooldagen na peildatum"), encoding="utf-8")
    answer = client.post(HERE, data={"peildatum": "2026-12-08", "stap": "door", "zegel": seal(seen.text)})
    assert answer.status_code == 409
    assert "afwijkingen" not in rule_text(desk)
