"""Schools, besturen, contact persons, documents and gesprekken on their pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from engine.store.people import contact_by_email
from engine.store.register import load_sheets
from engine.store.users import add_user
from tests.web.desk import Desk, a_desk
from tests.workspaces import ROLLEN, SCHOLEN, a_running_office

TODAY = "2026-12-15T10:00"
DOCUMENTEN = """\
soort;partij;vastgesteld_op
schoolondersteuningsprofiel;10AA00;2022-12-31
schoolondersteuningsprofiel;11BB00;2022-11-01
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An office in December: thuiszitters are late at two schools, documents end; nobody is directeur of De Eik."""
    folder: Path = tmp_path_factory.mktemp("people") / "w"
    register = {
        "scholen": SCHOLEN.replace("directeur@eik.example", "").replace(
            "12CC00;De Eik;70003;Heiloo;Heiloo;;oc@eik.example;consulent@swv.example",
            "12CC00;De Eik;70003;Heiloo;Heiloo;;oc@eik.example;ander@swv.example",
        ),
        "rollen": ROLLEN,
        "documenten": DOCUMENTEN,
    }
    rules = ("thuiszitters", "startgesprek", "schoolondersteuningsprofiel")
    office = a_running_office(folder, at="2026-11-02T09:00", rules=rules, register=register)
    office.must("tick", "--now", "2026-11-24T08:30")
    office.must("task", "thuiszitters.2026-2027.december.11BB00", "submit", "--now", "2026-11-30T09:00")
    office.must("tick", "--now", TODAY)
    found = a_desk(folder, TODAY)
    yield found
    found.means.database.close()


@pytest.fixture(scope="module")
def client(desk: Desk) -> TestClient:
    return desk.client("bureau")


def undone(client: TestClient, page: str) -> bool:
    """Presses the first *Maak ongedaan* of a page; False where it has none."""
    button = re.search(r'action="(/herstel/\d+)"', page)
    return button is not None and client.post(button[1]).status_code == 303


def words(page: str) -> str:
    """A page as people read it, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def number_of(desk: Desk, email: str) -> int:
    with desk.means.database.read() as connection:
        found = contact_by_email(connection, email)
    assert found is not None
    return found


def stand(page: str) -> str:
    """What a form says that it was shown."""
    found = re.search(r'name="stand" value="(\w+)"', page)
    assert found is not None
    return found[1]


def test_the_schools_say_how_much_is_late(client: TestClient) -> None:
    page = words(client.get("/scholen").text)
    assert "3 scholen" in page
    assert re.search(r"De Linde 10AA00 · Alkmaar Stichting Noord Alkmaar \S+ ▲ 1 te laat sinds vr 11 dec", page)


def test_the_schools_are_filtered_and_sorted_by_the_address(client: TestClient) -> None:
    page = client.get("/scholen?gemeente=Alkmaar&zoek=stichting+midden").text
    assert "Het Baken" in page
    assert "De Linde" not in page
    names = re.findall(r'href="/scholen/(\w+)"', client.get("/scholen?sorteer=-naam").text)
    assert names == ["11BB00", "10AA00", "12CC00"]


def test_the_file_has_the_same_rows(client: TestClient) -> None:
    answer = client.get("/scholen?gemeente=Alkmaar&als=xlsx")
    rows = list(openpyxl.load_workbook(BytesIO(answer.content)).active.values)  # type: ignore[union-attr]
    assert [row[:2] for row in rows] == [("Code", "Naam"), ("10AA00", "De Linde"), ("11BB00", "Het Baken")]


def test_a_school_says_what_is_needed_and_who_hears(client: TestClient) -> None:
    page = words(client.get("/scholen/10AA00").text)
    assert "(Dreigend) thuiszittende leerlingen in beeld ronde december ▲ te laat vrijdag 11 december" in page
    assert "Schoolondersteuningsprofiel versie 1" in page
    assert "· regio noord ·" in page
    assert "Mail aan oc@linde.example: " in page


def test_a_role_that_nobody_has_is_told(client: TestClient) -> None:
    page = words(client.get("/scholen/12CC00").text)
    assert "Directeur Niemand heeft deze rol. Het bureau krijgt die mail." in page


def test_a_bestuur_shows_its_schools(client: TestClient) -> None:
    page = client.get("/besturen/70001").text
    assert 'href="/scholen/10AA00"' in page
    assert "De Eik" not in page


def test_the_documents_stand_by_how_soon_they_end(client: TestClient) -> None:
    page = words(client.get("/documenten").text)
    assert "1 verlopen" in page
    assert "1 binnen 30 dagen" in page
    assert "1 ontbreekt" in page
    assert page.index("Het Baken 11BB00") < page.index("De Eik 12CC00") < page.index("De Linde 10AA00")
    assert "De Linde" not in words(client.get("/documenten?termijn=verlopen").text)


def test_the_gesprekken_stand_by_where_they_are(client: TestClient) -> None:
    page = words(client.get("/gesprekken?schooljaar=2026-2027").text)
    assert "Gehouden of n.v.t. 3" in page
    answer = client.get("/gesprekken?als=csv")
    assert answer.text.count("\n") >= 4


def test_more_rows_ask_no_more_statements_of_the_store(desk: Desk, client: TestClient) -> None:
    asked: list[str] = []
    engine = desk.means.database._engine
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_rest: asked.append(statement))

    def count(address: str) -> int:
        client.get(address)
        asked.clear()
        client.get(address)
        return len(asked)

    for path in ("/scholen", "/besturen", "/contacten", "/documenten", "/gesprekken?schooljaar=2026-2027"):
        sign = "&" if "?" in path else "?"
        assert count(path) <= count(f"{path}{sign}zoek=linde") <= 19, path
    assert count("/scholen/10AA00") == count("/scholen/12CC00") <= 24


def test_a_consulent_sees_own_schools_alone(desk: Desk) -> None:
    own = desk.client("consulent")
    assert "De Eik" not in own.get("/scholen").text
    assert own.get("/scholen/10AA00").status_code == 200
    assert own.get("/scholen/12CC00").status_code == 404
    assert own.get("/besturen/70003").status_code == 404
    assert "Nu nodig" not in own.get("/besturen/70001").text
    assert own.get(f"/contacten/{number_of(desk, 'oc@eik.example')}").status_code == 404
    assert "oc@eik.example" not in own.get("/contacten").text
    assert "De Eik" not in own.get("/documenten").text


def test_a_consulent_changes_no_one_whose_roles_reach_further(desk: Desk) -> None:
    own = desk.client("consulent")
    bureau = number_of(desk, "bureau@swv.example")
    assert own.post(f"/contacten/{bureau}/gegevens", data={"naam": "X", "email": "x@x.example"}).status_code == 404
    new = {"naam": "Jan", "email": "jan@eik.example", "rol": "directeur", "partij": "12CC00"}
    assert own.post("/contacten/nieuw", data=new).status_code == 404


def test_a_lezer_reads_only(desk: Desk) -> None:
    reader = desk.client("lezer")
    one = number_of(desk, "oc@linde.example")
    page = reader.get(f"/contacten/{one}")
    assert page.status_code == 200
    assert '<form method="post" action="/contacten' not in page.text
    assert reader.post(f"/contacten/{one}/terug").status_code == 404


def test_a_contact_is_changed_and_that_is_undone(desk: Desk, client: TestClient) -> None:
    one = number_of(desk, "oc@baken.example")
    form = {"naam": "Els Vink", "email": "els@baken.example", "telefoon": "010 1", "stand": ""}
    form["stand"] = stand(client.get(f"/contacten/{one}").text)
    done = client.post(f"/contacten/{one}/gegevens", data=form)
    assert done.status_code == 303
    after = client.get(done.headers["location"]).text
    assert "De gegevens van oc@baken.example zijn gewijzigd: e-mailadres, naam, telefoon." in after
    assert undone(client, after)
    assert number_of(desk, "oc@baken.example") == one


def test_what_was_changed_meanwhile_is_refused(desk: Desk, client: TestClient) -> None:
    one = number_of(desk, "directeur@baken.example")
    form = {"naam": "D", "email": "directeur@baken.example", "stand": stand(client.get(f"/contacten/{one}").text)}
    assert client.post(f"/contacten/{one}/gegevens", data=form).status_code == 303
    again = client.post(f"/contacten/{one}/gegevens", data=form)
    assert again.status_code == 409
    assert "intussen gewijzigd" in again.text


def test_who_is_away_and_who_hears_stands_on_the_page_of_the_school(desk: Desk, client: TestClient) -> None:
    one = number_of(desk, "oc@linde.example")
    shown = stand(client.get(f"/contacten/{one}").text)
    form = {"tot": "2026-12-31", "vervanger": "directeur@linde.example", "stand": shown}
    assert client.post(f"/contacten/{one}/afwezig", data=form).status_code == 303
    page = words(client.get("/scholen/10AA00").text)
    assert "oc@linde.example ‖ afwezig tot en met do 31 dec: nu hoort directeur@linde.example" in page
    assert "nu afwezig" in client.get("/contacten").text
    assert undone(client, client.get("/beheer/logboek").text)
    assert "nu hoort" not in client.get("/scholen/10AA00").text
    form["stand"] = stand(client.get(f"/contacten/{one}").text)
    assert client.post(f"/contacten/{one}/afwezig", data=form).status_code == 303
    back = {"stand": stand(client.get(f"/contacten/{one}").text)}
    assert client.post(f"/contacten/{one}/terug", data=back).status_code == 303
    assert "nu hoort" not in client.get("/scholen/10AA00").text


def test_a_name_that_begins_what_is_undone_keeps_its_capital(desk: Desk, client: TestClient) -> None:
    one = number_of(desk, "directeur@linde.example")
    form = {"naam": "Team zuid", "email": "directeur@linde.example"}
    form["stand"] = stand(client.get(f"/contacten/{one}").text)
    named = client.post(f"/contacten/{one}/gegevens", data=form).headers["location"]
    away = {"tot": "2026-12-31", "vervanger": "oc@linde.example", "stand": stand(client.get(f"/contacten/{one}").text)}
    act = client.post(f"/contacten/{one}/afwezig", data=away).headers["location"].partition("gedaan=")[2]
    back = client.post(f"/herstel/{act}", data={"terug": "/contacten"})
    assert "Ongedaan gemaakt: Team zuid is afwezig" in client.get(back.headers["location"]).text
    back = client.post(f"/herstel/{named.partition('gedaan=')[2]}", data={"terug": "/contacten"})
    assert "Ongedaan gemaakt: de gegevens van" in client.get(back.headers["location"]).text


def test_an_absence_that_cannot_be_is_told_beside_what_was_filled_in(desk: Desk, client: TestClient) -> None:
    one = number_of(desk, "oc@linde.example")
    form = {"vanaf": "2026-12-14", "tot": "2026-12-31", "vervanger": "Niemand Zo"}
    form["stand"] = stand(client.get(f"/contacten/{one}").text)
    answer = client.post(f"/contacten/{one}/afwezig", data=form)
    assert answer.status_code == 422
    part = answer.text[answer.text.index('id="afwezig"') :].partition("</section>")[0]
    assert "Er is geen contactpersoon &#39;Niemand Zo&#39;" in part
    for value in ("2026-12-14", "2026-12-31", "Niemand Zo"):
        assert f'value="{value}"' in part, value
    assert stand(answer.text) == form["stand"]


def test_handing_over_to_who_is_known_or_new_is_one_choice_and_names_the_login(desk: Desk, client: TestClient) -> None:
    one = number_of(desk, "oc@linde.example")
    page = client.get(f"/contacten/{one}/overdragen?soort=bekend&naar=Jan+Nieuw").text
    assert "Er is geen contactpersoon" in page
    new = f"/contacten/{one}/overdragen?soort=nieuw&email=jan@linde.example&naam=Jan"
    page = words(client.get(new).text)
    assert "Jan hoort vandaag wat er openstaat" in page
    assert "kan nog inloggen" not in page
    with desk.means.database.write() as connection:
        add_user(connection, "oc@linde.example", "OC", "lezer", desk.now())
    page = client.get(new).text
    assert "kan nog inloggen" in page and 'href="/beheer/gebruikers">Gebruikers' in page
    assert "Aan wie draagt u het werk over?" in client.get(f"/contacten/{one}/overdragen?soort=bekend&naar=").text
    assert "Het e-mailadres ontbreekt" in client.get(f"/contacten/{one}/overdragen?soort=nieuw&naam=Jan").text


def test_who_fills_in_somebody_new_has_chosen_that(desk: Desk, client: TestClient) -> None:
    one = number_of(desk, "oc@linde.example")
    filled = "soort=bekend&naar=&naam=Jan&email=jan@linde.example&telefoon=010+22"
    page = client.get(f"/contacten/{one}/overdragen?{filled}").text
    assert 'value="nieuw" checked' in page
    assert "Jan hoort vandaag wat er openstaat" in words(page)
    form = {"naar": "jan@linde.example", "naam": "Jan", "telefoon": "010 22", "vanaf": "2026-12-15"}
    form["stand"] = stand(page)
    done = client.post(f"/contacten/{one}/overdragen", data=form)
    assert "tel:01022" in client.get(f"/contacten/{number_of(desk, 'jan@linde.example')}").text
    assert undone(client, client.get(done.headers["location"]).text)


def test_handing_over_says_first_what_it_changes(desk: Desk, client: TestClient) -> None:
    one = number_of(desk, "oc@linde.example")
    page = words(client.get(f"/contacten/{one}/overdragen?naar=jan@linde.example&naam=Jan").text)
    assert "1 rol, 1 open taak. Jan hoort vandaag wat er openstaat" in page
    form = {"naar": "jan@linde.example", "naam": "Jan", "vanaf": "2026-12-15"}
    form["stand"] = stand(client.get(f"/contacten/{one}").text)
    done = client.post(f"/contacten/{one}/overdragen", data=form)
    assert done.status_code == 303
    after = client.get(done.headers["location"]).text
    assert "overgedragen aan Jan: 1 rol en 1 open taak." in after
    button = re.search(r'action="(/herstel/\d+)"', after)
    assert button is not None
    told = words(client.get(client.post(button[1]).headers["location"]).text)
    assert "1 open vraag gaat terug naar oc@linde.example: (Dreigend) thuiszittende leerlingen in beeld" in told
    assert "Daarover gaat geen mail uit, want oc@linde.example is dat eerder gevraagd." in told
    with desk.means.database.read() as connection:
        assert contact_by_email(connection, "jan@linde.example") is None


def test_handing_over_from_a_later_day_says_what_is_asked_of_whom_until_then(desk: Desk, client: TestClient) -> None:
    one = number_of(desk, "oc@linde.example")
    page = words(client.get(f"/contacten/{one}/overdragen?naar=jan@linde.example&naam=Jan&vanaf=2026-12-17").text)
    assert "Dit verandert er op donderdag 17 december 2026" in page
    assert "1 rol. Jan hoort donderdag 17 december 2026 wat er dan openstaat, ook wat er tot die tijd bij komt." in page
    assert "Tot en met woensdag 16 december vragen wij alles nog aan" in page
    assert "Dit staat nu open" in page
    assert re.search("werken de links in de mails aan .* vanaf die dag niet meer", page)
    form = {"naar": "jan@linde.example", "naam": "Jan", "vanaf": "2026-12-17"}
    form["stand"] = stand(client.get(f"/contacten/{one}").text)
    after = client.get(client.post(f"/contacten/{one}/overdragen", data=form).headers["location"]).text
    assert "vanaf donderdag 17 december 2026: 1 rol. Op die dag hoort Jan wat er dan openstaat." in after
    button = re.search(r'action="(/herstel/\d+)"', after)
    assert button is not None
    told = words(client.get(client.post(button[1]).headers["location"]).text)
    assert "Jan is nog niets gevraagd: wat openstaat, blijft bij oc@linde.example." in told


@pytest.mark.parametrize(
    ("path", "form", "told"),
    [
        ("nieuw", {"naam": "X", "email": "geen adres", "rol": "directeur", "partij": "10AA00"}, "e-mailadres"),
        ("nieuw", {"naam": "X", "email": "x@x.example", "rol": "koning", "partij": "10AA00"}, "Kies een rol"),
        ("nieuw", {"naam": "X", "email": "x@x.example", "rol": "directeur", "partij": "99ZZ99"}, "geen school"),
        ("nieuw", {"naam": "X\nY", "email": "x@x.example", "rol": "directeur", "partij": "10AA00"}, "regeleinde"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    client: TestClient, path: str, form: dict[str, str], told: str
) -> None:
    answer = client.post(f"/contacten/{path}", data=form)
    assert answer.status_code == 422
    assert told in answer.text
    assert "x@x.example" not in client.get("/contacten").text


def test_another_school_or_contact_that_is_not_there_is_not_found(client: TestClient) -> None:
    for path in ("/scholen/70001", "/besturen/10AA00", "/scholen/x", "/contacten/9999", "/contacten/9999/overdragen"):
        assert client.get(path).status_code == 404, path


def test_a_list_that_has_caught_up_rules_again(desk: Desk, client: TestClient) -> None:
    """Without any other difference it is stored too: from then on the list may take the role away."""
    one = number_of(desk, "controller@swv.example")
    form = {"naam": "Cor Peters", "email": "controller@swv.example"}
    form["stand"] = stand(client.get(f"/contacten/{one}").text)
    client.post(f"/contacten/{one}/gegevens", data=form)
    files = {"bestand": ("contacten.csv", b"email;naam\ncontroller@swv.example;Cor Peters\n")}
    batch = client.post("/beheer/register/controleer", files=files).headers["location"]
    page = client.get(batch).text
    assert "Er verandert niets" in page
    seal = re.search(r'name="zegel" value="(\w+)"', page)
    assert seal is not None
    assert client.post(batch, data={"zegel": seal[1]}).status_code == 303
    with desk.means.database.read() as connection:
        (row,) = [one for one in load_sheets(connection).contacts if one.email == "controller@swv.example"]
    assert row.listed == ()


def test_what_was_changed_of_a_person_stands_on_the_page_with_its_way_back(desk: Desk, client: TestClient) -> None:
    one = number_of(desk, "oc@eik.example")
    page = client.get(f"/contacten/{one}").text
    form = {"naam": "Nieuwe Naam", "email": "oc@eik.example", "stand": stand(page)}
    assert client.post(f"/contacten/{one}/gegevens", data=form).status_code == 303
    page = client.get(f"/contacten/{one}").text
    assert 'href="#wijzigingen"' in page
    changed = page[page.index('id="wijzigingen"') :].partition("</ol>")[0]
    assert "De gegevens van oc@eik.example zijn gewijzigd: naam." in changed
    assert "Maak ongedaan" in changed
    assert "Maak ongedaan" not in desk.client("lezer").get(f"/contacten/{one}").text
    assert undone(client, changed)
    page = client.get(f"/contacten/{one}").text
    changed = page[page.index('id="wijzigingen"') :].partition("</ol>")[0]
    assert "Ongedaan gemaakt door bureau" in changed
    assert "<button" not in changed
    assert "<h1>Nieuwe Naam</h1>" not in page


def test_a_consulent_without_schools_reads_what_to_ask_for(desk: Desk) -> None:
    """Nothing that only the bureau can do."""
    nobody = desk.client("consulent", email="nieuw@swv.example", name="Nieuw")
    for path in ("/scholen", "/contacten"):
        page = nobody.get(path).text
        assert "U bent nog bij geen school consulent. Vraag het bureau" in page
        assert "Haal eerst" not in page
