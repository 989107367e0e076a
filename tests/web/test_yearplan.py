"""Jaarplanning: the picture, the table, vakanties; vaststellen and voorstel: what is shown is what happens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from engine import wiring
from engine.app.nightly import nightly
from engine.store.acts import newest_acts
from engine.store.facts import adopted, waiting_proposal
from engine.store.tasks import load_task
from tests.web.desk import Desk, a_desk
from tests.workspaces import ROOT, SCHOLEN, Office, a_running_office, an_imported_office, an_office, copied

pytestmark = pytest.mark.slow

NOW = "2026-11-24T10:00"
ADOPT = "/jaarplanning/2027-2028/vaststellen"
PROPOSAL = "/jaarplanning/voorstel"

RULES = ("thuiszitters", "leerlingaantallen", "voortgangsgesprek", "doorlopende-reflectie", "begroting")
# De Eik has another consulent, and the schools of Noord a meivakantie of their own.
REGISTER = {
    "scholen": SCHOLEN.replace("oc@eik.example;consulent@swv.example", "oc@eik.example;anders@swv.example"),
    "vrije_dagen": "partij;van;tot;omschrijving;vervangt\n"
    "70001;2027-04-24;2027-05-09;;meivakantie\n12CC00;2026-12-11;2026-12-11;studiedag;\n",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """2026-2027 runs, 2027-2028 is stored as a concept."""
    folder: Path = tmp_path_factory.mktemp("yearplan") / "w"
    office = a_running_office(folder, rules=RULES, register=REGISTER)
    office.must("plan", "--apply", "--now", NOW)
    office.must("tick", "--now", NOW)
    return office


@pytest.fixture(scope="module")
def desk(running: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """To look at alone."""
    desk = a_desk(copied(running, tmp_path_factory.mktemp("desk") / "w").folder, NOW)
    yield desk
    desk.means.database.close()


@pytest.fixture
def office(running: Office, tmp_path: Path) -> Office:
    """To change."""
    return copied(running, tmp_path / "w")


def test_the_picture_shows_a_lane_for_every_rule_and_today(desk: Desk) -> None:
    text = desk.client("lezer").get("/jaarplanning").text
    picture = text[text.index('<svg class="chart') : text.index("</svg>")]
    for title in ("Voortgangsgesprek", "Leerlingaantallen doorgeven", "Doorlopende reflectie", "het hele schooljaar"):
        assert title in picture
    assert "december · peildatum 1 dec" in picture
    assert "vandaag, dinsdag 24 nov" in picture
    assert "afgedrukt op dinsdag 24 november 2026" in text


def test_the_table_tells_who_when_how_far_and_why(desk: Desk) -> None:
    text = desk.client().get("/jaarplanning/2026-2027").text
    table = text[text.index("<table") :]
    assert "do 17 sep" in table
    assert "3 besturen" in table
    assert "3 te laat" in table
    assert "De peildatum is donderdag 1 oktober 2026." in table
    assert "/uitvragen/thuiszitters/2026-2027/december" in table
    assert "Het weekend en een vrije dag (studiedag) tellen niet mee." in table


def test_the_filter_stands_in_the_address_and_what_is_typed_is_text(desk: Desk) -> None:
    client = desk.client()
    text = client.get("/jaarplanning/2026-2027?soort=gesprek&vorm=tabel").text
    assert "Voortgangsgesprek" in text
    assert "Leerlingaantallen" not in text
    assert "1 van 11 regels" in text
    text = client.get("/jaarplanning/2026-2027?zoek=%3Cscript%3Ealert(1)%3C/script%3E&vorm=tabel").text
    assert "<script" not in text
    assert "Er is niets dat hieraan voldoet." in text


def test_the_table_goes_to_excel_as_it_is_filtered(desk: Desk) -> None:
    answer = desk.client().get("/jaarplanning/2026-2027?soort=taak&als=csv")
    assert 'filename="jaarplanning-2026-2027-2026-11-24.csv"' in answer.headers["content-disposition"]
    heads, row = answer.text.lstrip("\ufeff").splitlines()
    assert heads.split(";")[:4] == ["Begint", "Uiterlijk", "Peildatum", "Wat"]
    assert row.endswith(";Begroting en meerjarenbegroting maken;taak;;controller;SWV De Proef;1 te laat")
    book = load_workbook(BytesIO(desk.client().get("/jaarplanning/2026-2027?als=xlsx").content))
    assert book.active is not None
    assert book.active.max_row == 12


def test_without_a_register_the_dates_of_a_school_in_the_region_are_shown(tmp_path: Path) -> None:
    office = an_office(tmp_path / "w", rules=RULES)
    wiring.database_of(wiring.open_workspace(office.folder), create=True).close()
    desk = a_desk(office.folder, NOW)
    text = desk.client().get("/jaarplanning").text
    assert "Het register is nog leeg." in text
    assert "peildatum 1 dec" in text
    answer = desk.client().get("/jaarplanning/2026-2027/vaststellen")
    assert answer.status_code == 422
    assert "Het register is nog leeg." in answer.text


def test_a_consulent_sees_the_plan_of_the_own_schools(desk: Desk) -> None:
    text = desk.client("consulent").get("/jaarplanning?vorm=tabel").text
    assert "2 scholen" in text
    assert "De Eik" not in text
    assert "Leerlingaantallen" not in text
    assert "Stel jaarplanning" not in text


@pytest.mark.parametrize("year", ["2026", "2026-2028", "1999-2000", "2031-2032", "2026-2027'"])
def test_a_schooljaar_that_is_not_there_is_not_found(desk: Desk, year: str) -> None:
    assert desk.client().get(f"/jaarplanning/{year}").status_code == 404


def test_the_next_schooljaar_is_marked_as_concept_and_only_the_bureau_may_adopt_it(desk: Desk) -> None:
    for role in ("bureau", "consulent"):
        client = desk.client(role)  # type: ignore[arg-type]
        text = client.get("/jaarplanning/2027-2028").text
        assert re.search(r"Jaarplanning <span[^>]*>2027-2028</span>\s+<span[^>]*>Concept", text)
        assert "te laat" not in text
        assert ("Bekijk en stel vast" in text) == (role == "bureau")
        status = client.get("/jaarplanning/2027-2028/vaststellen").status_code
        assert status == (200 if role == "bureau" else 404)
        assert client.get("/jaarplanning/voorstel").status_code == status


def test_the_reason_of_a_date_has_the_width_of_its_row_and_notes_begin_with_the_rule(desk: Desk) -> None:
    client = desk.client()
    assert '<tr class="more"><td colspan="6"><details class="why">' in client.get("/jaarplanning").text.replace(
        "\n", ""
    )
    text = client.get(ADOPT).text
    assert "leest u elke mail voordat" not in text
    for note in re.findall(
        r"<li>((?:(?!</li>).)*)<small>rules/", text.partition("<h2>Aandachtspunten</h2>")[2], re.DOTALL
    ):
        assert note.startswith("<strong>")


def test_vakanties_by_region_with_the_own_days_and_how_far_they_are_known(desk: Desk) -> None:
    text = desk.client("lezer").get("/jaarplanning/vakanties").text
    assert "Regio noord" in text and "Regio zuid" in text
    assert "za 24 apr t/m zo 9 mei" in text
    assert "studiedag" in text
    assert "bekend tot en met zondag" in text
    assert "nog maar bekend" not in text
    own = desk.client("consulent").get("/jaarplanning/vakanties").text
    assert "studiedag" not in own
    assert "Stichting Noord" in own


def test_how_far_vakanties_are_known_is_the_same_on_every_page_for_everyone(desk: Desk) -> None:
    pages = [("bureau", "/beheer/gezondheid"), ("consulent", "/jaarplanning/vakanties")]
    pages += [("lezer", "/jaarplanning/vakanties"), ("bureau", "/jaarplanning/2030-2031")]
    desk.now.set("2029-10-01T10:00")
    try:
        texts = [desk.client(role).get(path).text for role, path in pages]  # type: ignore[arg-type]
    finally:
        desk.now.set(NOW)
    told = [set(re.findall(r"bekend tot en met (?:zondag )?(\d+ \w+ \d{4})", text)) for text in texts]
    assert told == [told[0]] * len(pages) and len(told[0]) == 1


def test_within_a_year_of_the_end_of_what_is_published_that_is_told(desk: Desk) -> None:
    desk.now.set("2029-10-01T10:00")
    try:
        assert "nog maar bekend tot en met" in desk.client().get("/jaarplanning/vakanties").text
        assert "Datums daarna kunnen anders uitvallen" in desk.client().get("/jaarplanning/2030-2031").text
    finally:
        desk.now.set(NOW)


def code(client: TestClient, path: str) -> str:
    found = re.search(r'name="code" value="([0-9a-f]{64})"', client.get(path).text)
    assert found is not None
    return found[1]


def years(desk: Desk) -> set[str]:
    with desk.means.database.read() as connection:
        return adopted(connection)


def test_vacant_roles_and_who_did_not_confirm_contact_details_come_first(office: Office) -> None:
    name = "rules/vo/contactgegevens.yaml"
    office.write(name, (ROOT / name).read_text(encoding="utf-8"))
    office.must("plan", "--apply", "--now", NOW)
    office.must("tick", "--now", NOW)
    office.must("task", "contactgegevens.2026-2027.10AA00", "accept", "--now", NOW)
    office.write("register/scholen.csv", REGISTER["scholen"].replace("oc@eik.example", ""))
    office.must("import", str(office.folder / "register"), "--apply", "--now", NOW)
    desk = a_desk(office.folder, NOW)
    text = desk.client().get(ADOPT).text
    own = text[text.index("Eerst de contactgegevens") : text.index("Wat er dan gebeurt")]
    assert "Van 3 scholen bevestigden er 2 de contactgegevens in 2026-2027 niet" in own
    assert "1 school heeft geen ondersteuningscoördinator: De Eik" in own
    assert "vragen wij scholen vanaf" in own
    assert text.count("heeft geen ondersteuningscoördinator") == 1
    assert own.count("<li>") == 1
    assert "1 rol krijgt vragen, maar is ergens vacant." in own
    assert 'Dat staat bij <a href="#let-op">Aandachtspunten</a>' in own
    assert "Zet op het blad vrije_dagen van het register de hele vakantie" in text
    assert not re.search(r"regel \d+, bij [a-z]", text)
    desk.means.database.close()


def test_adopting_is_told_before_and_after_and_is_an_act(office: Office) -> None:
    desk = a_desk(office.folder, NOW)
    client = desk.client(name="Bureau De Proef")
    shown = client.get(ADOPT).text
    assert "19 taken gaan lopen" in shown
    assert "Vaststellen kunt u niet ongedaan maken" in shown
    assert "Week van" in shown
    assert "Verschil met 2026-2027" in shown
    answer = client.post(ADOPT, data={"code": code(client, ADOPT), "gezien": "ja"})
    assert answer.status_code == 303
    assert "2027-2028" in years(desk)
    after = client.get(answer.headers["location"]).text
    assert "Jaarplanning 2027-2028 vastgesteld: 19 taken lopen nu." in after
    assert "Vastgesteld op dinsdag 24 november 2026, door Bureau De Proef." in after
    assert "Maak ongedaan" not in after
    with desk.means.database.read() as connection:
        (act,) = newest_acts(connection, 5)
    assert (act.by, act.kind, act.undo) == ("Bureau De Proef", "adopt", None)


def test_a_second_click_and_another_person_are_told_who_was_first(office: Office) -> None:
    desk = a_desk(office.folder, NOW)
    client = desk.client(name="Bureau De Proef")
    seal = code(client, ADOPT)
    assert client.post(ADOPT, data={"code": seal, "gezien": "ja"}).status_code == 303
    again = desk.client(email="ander@swv.example").post(ADOPT, data={"code": seal, "gezien": "ja"})
    assert again.status_code == 409
    assert "Dat deed Bureau De Proef, op dinsdag 24 november 2026 10:00" in again.text
    with desk.means.database.read() as connection:
        assert len(newest_acts(connection, 5)) == 1


@pytest.mark.parametrize(
    "what", ["register", pytest.param("day", marks=pytest.mark.slow), pytest.param("code", marks=pytest.mark.slow)]
)
def test_what_is_no_longer_as_it_was_shown_is_not_adopted(office: Office, what: str) -> None:
    desk = a_desk(office.folder, NOW)
    client = desk.client()
    seal = code(client, ADOPT)
    if what == "register":
        office.write("register/vrije_dagen.csv", f"{REGISTER['vrije_dagen']}10AA00;2026-12-11;2026-12-11;studiedag;\n")
        office.must("import", str(office.folder / "register"), "--apply", "--now", NOW)
    elif what == "day":
        desk.now.set("2026-11-25T00:30")
        client = desk.client()
    else:
        seal = "0" * 64
    answer = client.post(ADOPT, data={"code": seal, "gezien": "ja"})
    assert answer.status_code == 409
    assert "Het plan is verouderd." in answer.text
    assert "2027-2028" not in years(desk)


def test_who_may_not_adopt_cannot(office: Office) -> None:
    desk = a_desk(office.folder, NOW)
    seal = code(desk.client(), ADOPT)
    for role in ("consulent", "lezer"):
        answer = desk.client(role).post(ADOPT, data={"code": seal, "gezien": "ja"})  # type: ignore[arg-type]
        assert answer.status_code == 404
    assert "2027-2028" not in years(desk)


@pytest.mark.slow
def test_more_than_25_mails_must_have_been_seen(tmp_path: Path) -> None:
    """Adopted late, so that what is held and waived is told too."""
    scholen = "code;naam;bestuur;gemeente;directeur;ondersteuningscoordinator\n" + "".join(
        f"1{number:02}A00;School {number};70001;Alkmaar;d{number}@s.example;oc{number}@s.example\n"
        for number in range(30)
    )
    office = an_imported_office(tmp_path / "w", rules=["thuiszitters"], register={"scholen": scholen})
    desk = a_desk(office.folder, NOW)
    client = desk.client()
    path = "/jaarplanning/2026-2027/vaststellen"
    shown = client.get(path).text
    assert "Er is nog geen plan opgeslagen." in shown
    assert "30 taken zijn al te laat en worden n.v.t." in shown
    assert "Verschil met" not in shown
    assert "Voor deze 30 taken gaat niets uit (n.v.t.)." in shown
    assert 'name="gezien"' in shown
    seal = code(client, path)
    refused = client.post(path, data={"code": seal})
    assert refused.status_code == 422
    assert "Zet op de vorige pagina een vinkje" in refused.text
    assert years(desk) == set()
    assert client.post(path, data={"code": seal, "gezien": "ja"}).status_code == 303
    assert years(desk) == {"2026-2027"}


def a_proposal(office: Office) -> Desk:
    """A studiedag on the last day of a round that is open: the night leaves that to a person."""
    office.write("register/vrije_dagen.csv", f"{REGISTER['vrije_dagen']}10AA00;2026-12-11;2026-12-11;studiedag;\n")
    office.must("import", str(office.folder / "register"), "--apply", "--now", NOW)
    desk = a_desk(office.folder, NOW)
    rulebook = wiring.applied_book(desk.site.place, desk.means.database)
    assert rulebook is not None
    nightly(desk.means, rulebook, desk.now())
    return desk


def due(desk: Desk) -> str:
    with desk.means.database.read() as connection:
        task = load_task(connection, "thuiszitters.2026-2027.december.10AA00")
    assert task is not None
    return task.plan.due.isoformat()


def test_a_proposal_shows_old_and_new_dates_and_is_carried_out_by_its_code(office: Office) -> None:
    desk = a_proposal(office)
    client = desk.client()
    assert "wacht een voorstel van het programma op u" in client.get("/jaarplanning").text
    shown = client.get(PROPOSAL).text
    assert "vrijdag 11 december 2026" in shown
    assert "maandag 14 december 2026" in shown
    assert "Dit wacht op u sinds dinsdag 24 november 2026 10:00." in shown
    answer = client.post(PROPOSAL, data={"code": code(client, PROPOSAL)})
    assert answer.status_code == 303
    assert due(desk) == "2026-12-14"
    after = client.get(answer.headers["location"]).text
    assert "Voorstel doorgevoerd: 1 taak verplaatst." in after
    assert "Er wacht niets op u." in after
    with desk.means.database.read() as connection:
        assert waiting_proposal(connection) is None


@pytest.mark.slow
def test_a_proposal_that_changed_meanwhile_is_not_carried_out(office: Office) -> None:
    desk = a_proposal(office)
    client = desk.client()
    seal = code(client, PROPOSAL)
    office.must("task", "thuiszitters.2026-2027.december.10AA00", "accept", "--now", NOW)
    answer = client.post(PROPOSAL, data={"code": seal})
    assert answer.status_code == 409
    assert due(desk) == "2026-12-11"


@pytest.mark.slow
def test_rules_in_the_folder_that_do_not_apply_yet_are_told(office: Office) -> None:
    rule = office.folder / "rules/vo/thuiszitters.yaml"
    office.write(
        "rules/vo/thuiszitters.yaml", rule.read_text(encoding="utf-8").replace("8 schooldagen", "9 schooldagen")
    )
    client = a_desk(office.folder, NOW).client()
    for path in (PROPOSAL, ADOPT):
        assert "andere regels" in client.get(path).text
