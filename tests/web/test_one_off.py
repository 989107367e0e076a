"""Nieuwe eenmalige uitvraag: seen first, written as a rule of one schooljaar, taken back while nothing has begun."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from engine.store.tasks import load_tasks
from tests.web.desk import Desk, a_desk, failing
from tests.workspaces import a_running_office

pytestmark = pytest.mark.slow

HERE = "/beheer/regels/nieuw"
ASKED = {
    "titel": "Enquête: hoe gaat het?",
    "uitleg": "Wij vragen u dit één keer.",
    "per": "school",
    "vraag_aan": "directeur",
    "opent": "2026-10-05",
    "uiterlijk": "2026-10-30",
    "ladder": "hoger",
    "wie": "",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One office for this module."""
    folder: Path = tmp_path_factory.mktemp("eenmalig") / "w"
    office = a_running_office(folder, rules=("thuiszitters",))
    office.must("plan", "--apply", "--now", "2026-08-01T00:00")
    desk = a_desk(folder, "2026-09-01T10:00")
    yield desk
    desk.means.database.close()


def tasks(desk: Desk, rule: str) -> dict[str, str]:
    """The stored tasks of a rule, by party, with their state."""
    with desk.means.database.read() as connection:
        return {task.plan.party: task.state for task in load_tasks(connection, rule=rule)}


def seal(page: str) -> str:
    """The seal that the page's form sends along."""
    found = re.search(r'name="zegel" value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]


def test_it_is_seen_first_then_made_then_taken_back(desk: Desk) -> None:
    client, file = desk.client(), desk.site.place.folder / "rules/vo/enquete-hoe-gaat-het.yaml"
    seen = client.post(HERE, data=ASKED | {"stap": "bekijk"})
    assert seen.status_code == 200
    for told in ("De vraag gaat naar: directeur.", "maandag 5 oktober 2026", "vrijdag 30 oktober 2026", "3 nieuw"):
        assert told in seen.text, told
    for told in ("Wie krijgt de eerste mail?", "Zo leest", "Uiterlijk 30 oktober: enquête: hoe gaat het?", "Te laat, "):
        assert told in seen.text, told
    summary = seen.text.partition("Het bestand rules/vo")[0]
    assert "en nog" not in summary and "Te-laat" not in summary and "rules/vo" not in summary
    assert summary.index("Wij vragen u dit één keer.") < summary.index("Beantwoord deze vraag:")
    assert "versie" not in summary.partition("Dit gaat er gebeuren")[2].casefold()
    address = re.search(r'<iframe [^>]* src="([^"]+)"', summary)
    assert address is not None
    framed = client.get(unescape(address[1]))
    assert (framed.status_code, "Wij vragen u dit één keer." in framed.text) == (200, True)
    assert client.get(f"{HERE}/opmaak").status_code == 404
    assert not file.exists()
    stale = client.post(HERE, data=ASKED | {"stap": "door", "zegel": "0" * 64})
    assert (stale.status_code, file.exists(), tasks(desk, "enquete-hoe-gaat-het")) == (409, False, {})
    made = client.post(HERE, data=ASKED | {"stap": "door", "zegel": seal(seen.text)})
    assert made.status_code == 303, made.text
    assert set(tasks(desk, "enquete-hoe-gaat-het").values()) == {"planned"}
    assert "geldig_tot: 2026-2027" in file.read_text(encoding="utf-8")
    assert made.headers["location"].startswith("/uitvragen/enquete-hoe-gaat-het/2026-2027?gedaan=")
    done = client.get(made.headers["location"]).text
    assert "Eenmalige uitvraag gemaakt: ‘Enquête: hoe gaat het?’. Taken: 3 taken nieuw." in done
    again = client.post(HERE, data=ASKED | {"stap": "bekijk"}).text
    assert "enquete-hoe-gaat-het-2.yaml" in again
    undo = re.search(r'action="(/herstel/\d+)"', done)
    assert undo is not None
    assert failing(desk, 1).client().post(undo[1]).status_code == 500
    assert file.exists()
    assert set(tasks(desk, "enquete-hoe-gaat-het").values()) == {"planned"}
    assert client.post(undo[1], data={"terug": "/beheer/regels"}).status_code == 303
    assert not file.exists()
    assert set(tasks(desk, "enquete-hoe-gaat-het").values()) == {"cancelled"}


@pytest.mark.slow
def test_ticks_of_several_kinds_all_count(desk: Desk) -> None:
    """A bestuur and a school of another one: both are asked, though fields of one filter narrow each other."""
    more = {"titel": "Alleen deze", "stap": "bekijk", "wie": "alleen", "bestuur": "70001", "school": "12CC00"}
    page = desk.client().post(HERE, data=ASKED | more).text
    assert "partij: [&#34;12CC00&#34;, &#34;10AA00&#34;]" in page or "partij: [&#34;10AA00&#34;" in page
    assert "2 nieuw" in page
    page = desk.client().post(HERE, data=ASKED | more | {"school": ""}).text
    assert "Alleen voor: bestuur Stichting Noord (70001)." in page
    one = desk.client().post(HERE, data=ASKED | more | {"school": "", "wie": "behalve"}).text
    assert "behalve:" in one and "bestuur: [&#34;70001&#34;]" in one and "2 nieuw" in one


@pytest.mark.slow
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_lost(desk: Desk) -> None:
    client = desk.client()
    before = sorted((desk.site.place.folder / "rules/vo").iterdir())
    for wrong, told in (
        ({"titel": "???"}, "in elk geval een letter"),
        ({"opent": "gisteren"}, "Kies een dag."),
        ({"opent": "2026-08-31"}, "Kies vandaag of een latere dag"),
        ({"uiterlijk": "2026-10-01"}, "De laatste dag ligt voor de dag van de uitvraag"),
        ({"vraag_aan": "opperhoofd"}, "Kies aan wie u het vraagt"),
        ({"wie": "alleen", "school": "99ZZ99"}, "Vink aan om wie het gaat"),
        ({"wie": "alleen", "gemeente": "<script>"}, "Vink aan om wie het gaat"),
    ):
        for step in ("bekijk", "door"):
            answer = client.post(HERE, data=ASKED | wrong | {"stap": step, "zegel": "0" * 64})
            assert (answer.status_code, told in answer.text) == (422, True), wrong
            assert "Wij vragen u dit één keer." in answer.text
            assert "<script>" not in answer.text
    assert sorted((desk.site.place.folder / "rules/vo").iterdir()) == before


def test_ticks_beside_everybody_are_asked_about(desk: Desk) -> None:
    """The choice Allemaal with something ticked is never taken as everybody."""
    for step in ("bekijk", "door"):
        page = desk.client().post(HERE, data=ASKED | {"school": "12CC00", "stap": step, "zegel": "0" * 64})
        assert page.status_code == 422
        found = re.search(r'id="fout-wie">(.*?)</small>', page.text)
        assert found and "maar koos Allemaal" in found[1] and "(12CC00)" in found[1]


def test_it_is_the_bureau_s_alone(desk: Desk) -> None:
    for role in ("consulent", "lezer"):
        client = desk.client(role)  # type: ignore[arg-type]
        assert client.get(HERE).status_code == client.post(HERE, data=ASKED).status_code == 404


def test_a_box_that_was_forgotten_gives_the_form_back_as_it_was(tmp_path: Path) -> None:
    """Above 25 mails: a request that is asked once, a rule that is edited, a round that is moved."""
    scholen = "code;naam;bestuur;gemeente;directeur;ondersteuningscoordinator\n" + "".join(
        f"1{number:02}A00;School {number};70001;Alkmaar;d{number}@s.example;oc{number}@s.example\n"
        for number in range(30)
    )
    a_running_office(tmp_path / "w", rules=("thuiszitters",), register={"scholen": scholen})
    desk = a_desk(tmp_path / "w", "2026-09-01T10:00")
    client, rule = desk.client(), desk.site.place.folder / "rules/vo/thuiszitters.yaml"
    before = rule.read_text(encoding="utf-8")
    sooner = before.replace("1 week voor peildatum", "11 weken voor peildatum")
    edit = "/beheer/regels/thuiszitters.yaml/bewerk"
    basis = re.search(r'name="basis" value="([^"]*)"', client.get(edit).text)
    assert basis is not None
    for page, typed, look, kept in (
        (HERE, ASKED | {"opent": "2026-09-14"}, "bekijk", "Wij vragen u dit één keer."),
        (edit, {"tekst": sooner, "basis": basis[1]}, "verandert", "opent: 11 weken voor peildatum"),
        ("/verzet/thuiszitters/2026-2027/december", {"opent": "2026-09-07"}, "bekijk", 'value="2026-09-07"'),
    ):
        seen = client.post(page, data=typed | {"stap": look}).text
        assert re.search(r'<input type="checkbox" id="gezien" [^>]*required', seen), page
        for button in re.findall(r'<button name="stap"[^>]*>', seen):
            assert ('value="door"' in button) != ("formnovalidate" in button), button
        back = client.post(page, data=typed | {"stap": "door", "zegel": seal(seen)})
        assert back.status_code == 422
        assert 'aria-invalid="true" aria-describedby="fout-gezien"' in back.text
        assert "Zet hier eerst een vinkje. Er is nog niets opgeslagen." in back.text
        assert kept in back.text
        assert rule.read_text(encoding="utf-8") == before
    assert tasks(desk, "enquete-hoe-gaat-het") == {}
    soon = ASKED | {"opent": "2026-09-14"}
    seen = client.post(HERE, data=soon | {"stap": "bekijk"}).text
    assert client.post(HERE, data=soon | {"stap": "door", "zegel": seal(seen), "gezien": "ja"}).status_code == 303
    desk.means.database.close()


@pytest.mark.parametrize(
    ("chosen", "above"),
    [({}, "bestuurder"), ({"vraag_aan": "teamleider"}, "directeur"), ({"per": "bestuur"}, "bestuurder")],
    ids=["the director is asked", "a school is asked", "a bestuur is asked"],
)
def test_who_is_asked_for_help_is_as_the_choice_says(desk: Desk, chosen: dict[str, str], above: str) -> None:
    page = desk.client().post(HERE, data=ASKED | chosen | {"stap": "bekijk"}).text
    assert re.search(rf"aan: {above}", page)
    choice = page.partition('id="ladder-hoger"')[2].partition("</label>")[0]
    assert (
        "naar de directeur. Vraagt u het de directeur zelf, of een bestuur? Dan gaat zij naar de bestuurder." in choice
    )
