"""Overzicht, Uitvragen and a round: what one sees, finds, and takes along to Excel."""

import io
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import event
from starlette.testclient import TestClient

from engine.app.leaving import first_day
from engine.core.answer import Answer
from engine.core.matrix import RoundId
from engine.store.answers import add_answer
from engine.store.facts import Proposal, save_proposal
from engine.store.notes import add_note
from engine.store.today import Still
from tests.web.desk import Desk, a_desk
from tests.workspaces import a_running_office

# De Eik has a consulent of its own; one contact has a name that Excel would take for a formula.
SCHOLEN = """\
code;naam;bestuur;plaats;gemeente;directeur;ondersteuningscoordinator;consulent
0756;De Linde;70001;Alkmaar;Alkmaar;directeur@linde.example;oc@linde.example;consulent@swv.example
11BB00;Het Baken;70002;Alkmaar;Alkmaar;directeur@baken.example;oc@baken.example;consulent@swv.example
12CC00;De Eik;70003;Heiloo;Heiloo;directeur@eik.example;oc@eik.example;ander@swv.example
"""
CONTACTEN = """\
email;naam;telefoon
bureau@swv.example;Het bureau;
oc@linde.example;=1+1;06 1234 5678
"""
DECEMBER = "/uitvragen/thuiszitters/2026-2027/december"
TASK = "thuiszitters.2026-2027.december."
# De Linde is late with september and has handed in december; Het Baken must answer december today.
PLAYED = (
    "UPDATE tasks SET state = 'open', opened_at = 0 WHERE opens <= '2026-12-11'",
    "UPDATE tasks SET state = 'done', submitted_at = 1789000000000 WHERE round = 'september' AND party <> '0756'",
    f"UPDATE tasks SET state = 'submitted', submitted_at = 1796630400000 WHERE key = '{TASK}0756'",
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An office on the last day of the round of december."""
    folder: Path = tmp_path_factory.mktemp("overview") / "w"
    a_running_office(folder, register={"scholen": SCHOLEN, "contacten": CONTACTEN})
    with closing(sqlite3.connect(folder / "jaarplanning.sqlite")) as connection, connection:
        for statement in PLAYED:
            assert connection.execute(statement).rowcount > 0, statement
    desk = a_desk(folder, "2026-12-11T10:00")
    yield desk
    desk.means.database.close()


@pytest.fixture(scope="module")
def client(desk: Desk) -> TestClient:
    """Someone of the bureau."""
    return desk.client()


def text_of(client: TestClient, address: str) -> str:
    """The page's words, one blank between them."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def order_of(client: TestClient, address: str) -> list[str]:
    """The schools of the page in the order in which their rows stand."""
    page = client.get(address).text.partition('id="stappen"')[0]
    return re.findall(r'<th scope="row">(?:<a [^>]*>)?([^<]+)', page)


def sheet_of(client: TestClient, address: str, number: int = 0) -> list[list[object]]:
    """The rows of a sheet of the page as a workbook, its heads first."""
    answer = client.get(address)
    assert answer.status_code == 200
    assert ".xlsx" in answer.headers["content-disposition"]
    book = load_workbook(io.BytesIO(answer.content))
    return [[cell.value for cell in row] for row in book.worksheets[number].iter_rows()]


def test_tiles_count_what_is_late_today_and_this_week_and_lead_to_those_tasks(client: TestClient) -> None:
    page = text_of(client, "/")
    assert "4 taken te laat 2 uiterlijk vandaag 2 uiterlijk deze week 0 documenten verlopen binnen 90 dagen" in page
    assert 'href="/?status=te-laat#gekozen"' in client.get("/").text
    assert "2 taken: ● vandaag" in text_of(client, "/?status=vandaag")
    assert order_of(client, "/?status=vandaag") == ["De Eik", "Het Baken"]


def test_a_cell_says_mark_word_and_day_and_leads_to_the_task(client: TestClient) -> None:
    page = client.get("/").text
    cell = (
        '<td class="late"><a data-label="Thuiszitters september" href="/taken/thuiszitters.2026-2027.september.0756">'
    )
    assert cell in page
    words = text_of(client, "/")
    assert "De Linde 0 van 2 klaar ▲ te laat 11 sep ◇ te controleren 7 dec" in words
    assert "Thuiszitters september 2 van 3 klaar" in words


def test_what_is_late_comes_first_or_schools_by_name(client: TestClient) -> None:
    assert order_of(client, "/")[:3] == ["De Linde", "De Eik", "Het Baken"]
    assert order_of(client, "/?sorteer=naam")[:3] == ["De Eik", "De Linde", "Het Baken"]


def test_the_day_tells_what_must_be_in_and_what_goes_out(client: TestClient) -> None:
    assert "Vandaag uiterlijk: Thuiszitters december , nog 2 open" in text_of(client, "/")


def test_what_goes_out_after_the_window_closed_names_the_day_on_which_it_leaves(desk: Desk) -> None:
    before = desk.now.at
    said = "Mail “te laat” van Thuiszitters december , 3 taken: "
    try:
        desk.now.set("2026-12-14T09:00")
        client = desk.client()
        assert f"{said}gaat vandaag uit" in text_of(client, "/")
        desk.now.set("2026-12-14T18:51")
        assert f"{said}gaat uit op dinsdag 15 december" in text_of(desk.client(), "/")
        desk.now.set("2026-12-18T18:51")
        with desk.means.database.read() as connection:
            people = desk.means.people(connection)
        id_ = RoundId("r", "2026-2027", "")
        step = Still(id_, "s", "r.2026-2027.11BB00", "11BB00", '["ondersteuningscoordinator"]', None, anew=False)
        # The kerstvakantie has begun.
        assert first_day([step], *people, desk.means.hours, desk.now()) == date(2027, 1, 4)
    finally:
        desk.now.at = before


def test_what_is_left_of_an_earlier_schooljaar_is_told_apart(desk: Desk) -> None:
    before = desk.now.at
    try:
        desk.now.set("2027-09-06T10:00")
        client = desk.client()
        assert "Dit is zonder schooljaar 2026-2027. Daaruit staan nog" in text_of(client, "/")
        row = text_of(client, "/contacten?zoek=oc@linde.example")
        assert re.search(r"waarvan (\d) te laat alle uit een vorig schooljaar", row)
        number = re.search(r'href="(/contacten/\d+)"', client.get("/contacten?zoek=oc@linde.example").text)
        assert number is not None
        assert "ronde september 2026-2027" in text_of(client, number[1])
    finally:
        desk.now.at = before


def test_a_plan_that_waits_asks_for_an_answer_of_the_bureau_alone(desk: Desk, client: TestClient) -> None:
    said = "Vraagt om uw antwoord 1 Voorstel voor de jaarplanning : 3 taken veranderen"
    with desk.means.database.write() as connection:
        save_proposal(connection, Proposal("seal", desk.now(), 3))
    assert said in text_of(client, "/")
    assert "Voorstel" not in text_of(desk.client("lezer"), "/")
    with desk.means.database.write() as connection:
        save_proposal(connection, None)
    assert "Vraagt om uw antwoord" not in text_of(client, "/")


def test_rounds_that_are_not_near_stand_behind_a_link(client: TestClient) -> None:
    assert "Thuiszitters juni" not in client.get("/").text.split("<table")[1]
    assert "Thuiszitters juni" in client.get("/?rondes=alle").text.split("<table")[1]


def test_a_filter_stays_in_the_page_and_limits_tiles_rows_and_columns(client: TestClient) -> None:
    page = client.get("/?bestuur=70002").text
    assert '<option value="70002" selected>' in page
    assert order_of(client, "/?bestuur=70002") == ["Het Baken", "Stichting Midden"]
    assert "1 taak te laat 1 uiterlijk vandaag" in text_of(client, "/?bestuur=70002")
    assert 'href="/uitvragen/thuiszitters/2026-2027/december?bestuur=70002"' in page
    assert order_of(client, "/?zoek=heiloo") == ["De Eik"]
    only = client.get("/?ronde=thuiszitters.2026-2027.maart").text
    assert re.findall(r'data-label="([^"]+)"', only) == ["Thuiszitters maart"] * 3


def test_a_filter_on_consulent_leaves_her_schools(desk: Desk, client: TestClient) -> None:
    with desk.means.database.read() as connection:
        numbers = {one.email: one.id for one in desk.means.register(connection).contacts.values()}
    assert order_of(client, f"/?consulent={numbers['ander@swv.example']}") == ["De Eik"]


def test_what_a_school_asks_and_what_was_noted_stands_where_one_looks(desk: Desk, client: TestClient) -> None:
    with desk.means.database.write() as connection:
        someone = next(iter(desk.means.register(connection).contacts))
        asked = Answer(0, f"{TASK}11BB00", 1, "more_time", someone, desk.now(), until=date(2026, 12, 18))
        add_answer(connection, asked)
        add_note(connection, f"{TASK}11BB00", desk.now(), "Het bureau", "gebeld, komt morgen")
    page = text_of(client, "/")
    assert "Vraagt om uw antwoord 1 Het Baken, Thuiszitters december : meer tijd nodig, tot en met 18 december" in page
    assert "meer tijd nodig, tot en met 18 december" in text_of(client, DECEMBER)
    calls = text_of(client, f"{DECEMBER}?toon=bellijst")
    assert "gebeld, komt morgen (11 december, Het bureau)" in calls
    assert "Vraagt om uw antwoord" not in text_of(desk.client("consulent", email="ander@swv.example"), "/")


def test_unknown_and_hostile_values_are_told_in_plain_lines(client: TestClient) -> None:
    names = ("bestuur", "consulent", "status", "ronde", "zoek", "schooljaar", "sorteer", "rondes", "pagina")
    asked = [dict.fromkeys(names, value) for value in ("<script>alert(1)</script>", "' OR 1=1 --", "x" * 3000, "\0")]
    asked += [{name: "<script>"} for name in names if name not in ("rondes", "pagina")]
    for path, others in (("/", {}), ("/uitvragen", {}), (DECEMBER, {}), (DECEMBER, {"toon": "bellijst"})):
        for query in asked if path == "/" else asked[:1]:
            answer = client.get(path, params=query | others)
            assert answer.status_code == 200, (path, query)
            assert "<script" not in answer.text
    page = text_of(client, "/?bestuur=<b>9</b>&status=boos&sorteer=kleur&ronde=x")
    assert "Er is hier geen bestuur met het nummer &#39;&lt;b&gt;9&lt;/b&gt;&#39;." in page
    assert "De status &#39;boos&#39; bestaat niet." in page
    assert "Sorteren op &#39;kleur&#39; kan niet." in page


def test_excel_gives_the_rows_that_one_sees_in_their_order(client: TestClient) -> None:
    for address in (DECEMBER, f"{DECEMBER}?sorteer=-naam", f"{DECEMBER}?bestuur=70001", f"{DECEMBER}?status=vandaag"):
        mark = "&" if "?" in address else "?"
        rows = sheet_of(client, f"{address}{mark}als=xlsx")
        assert [row[1] for row in rows[1:]] == order_of(client, address), address
    rows = sheet_of(client, f"{DECEMBER}?als=xlsx")
    assert rows[0][:3] == ["Code", "Naam", "Bestuur"]
    linde = next(row for row in rows if row[1] == "De Linde")
    assert linde[0] == "0756"
    assert linde[6:11] == [None, "consulent@swv.example", "=1+1", "oc@linde.example", "06 1234 5678"]
    answer = client.get(f"{DECEMBER}?als=csv")
    assert answer.content.startswith(b"\xef\xbb\xbfCode;Naam;Bestuur;")
    assert (
        "0756;De Linde;Stichting Noord;te controleren;07-12-2026;11-12-2026;;consulent@swv.example;'=1+1;"
        in answer.text
    )


def test_excel_of_the_matrix_has_its_schools_and_its_columns(client: TestClient) -> None:
    rows = sheet_of(client, "/?als=xlsx")
    assert rows[0][:4] == ["Code", "Naam", "Bestuur", "Thuiszitters september (2 van 3 klaar)"]
    assert rows[1][:5] == ["0756", "De Linde", "Stichting Noord", "te laat 11 sep", "te controleren 7 dec"]
    assert [row[1] for row in sheet_of(client, "/?als=xlsx", 1)][1:] == [
        "Stichting Midden",
        "Stichting Noord",
        "Stichting Zuid",
    ]
    assert len(sheet_of(client, "/?als=xlsx&bestuur=70009")) == 1


def test_a_consulent_sees_own_schools_only_also_in_counts_and_excel(desk: Desk) -> None:
    client = desk.client("consulent", email="ander@swv.example", name="Ander")
    page = text_of(client, "/")
    assert "0 taken te laat 1 uiterlijk vandaag 1 uiterlijk deze week" in page
    for address in (
        "/",
        "/?rondes=alle",
        "/?bestuur=70001",
        "/uitvragen",
        DECEMBER,
        "/?status=te-laat",
        "/?zoek=linde",
    ):
        assert "De Linde" not in client.get(address).text, address
        assert "Stichting Noord" not in client.get(address).text, address
    assert order_of(client, DECEMBER) == ["De Eik"]
    assert "0 van 1 klaar" in text_of(client, DECEMBER)
    assert [row[0] for row in sheet_of(client, "/?als=xlsx")] == ["Code", "12CC00"]
    assert [row[0] for row in sheet_of(client, f"{DECEMBER}?als=xlsx&zoek=linde")] == ["Code"]
    assert client.get("/uitvragen/leerlingaantallen/2026-2027").status_code == 404


def test_who_only_reads_finds_no_buttons(desk: Desk, client: TestClient) -> None:
    reader = desk.client("lezer")
    for address in (DECEMBER, f"{DECEMBER}?toon=bellijst", "/?status=te-laat"):
        assert "/taken/doe" not in reader.get(address).text, address
        assert "/taken/doe" in client.get(address).text, address


def test_a_round_tells_its_days_how_far_it_is_and_why(client: TestClient) -> None:
    page = text_of(client, DECEMBER)
    assert "Peildatum dinsdag 1 december 2026" in page
    assert "Uiterlijk vrijdag 11 december 2026" in page
    assert "0 van 3 klaar ● 2 vandaag ◇ 1 te controleren" in page
    assert "Te laat maandag 14 december 2026 ondersteuningscoördinator 3 komt nog" in page
    assert "8 schooldagen na peildatum (dinsdag 1 december 2026)" in page
    assert order_of(client, DECEMBER)[:3] == ["De Eik", "Het Baken", "De Linde"]


def test_ticked_rows_and_the_whole_round_go_to_the_page_that_acts(client: TestClient) -> None:
    page = client.get(f"{DECEMBER}?sorteer=naam").text
    assert f'<input type="checkbox" name="taak" value="{TASK}11BB00" aria-label="Het Baken">' in page
    assert f'<input type="hidden" name="terug" value="{DECEMBER}?sorteer=naam">' in page
    whole = page[page.index("Geef deze ronde uitstel") - 900 : page.index("Geef deze ronde uitstel")]
    assert re.findall(r'name="taak" value="([^"]+)"', whole) == [f"{TASK}11BB00", f"{TASK}12CC00"]
    assert 'href="/verzet/thuiszitters/2026-2027/december">Verzet deze ronde' in page
    actions = set(re.findall(r'name="actie" value="([a-z]+)"', page))
    assert actions >= {"herinnering", "uitstel", "klaar", "nvt", "invullen", "teruggeven", "heropen", "pauzeer"}


def test_all_rows_of_a_page_can_be_ticked_at_once(client: TestClient) -> None:
    assert "checked" not in client.get(DECEMBER).text
    page = client.get(f"{DECEMBER}?status=vandaag&vink=alles").text
    assert page.count(" checked ") == 2
    assert f'<input type="hidden" name="terug" value="{DECEMBER}?status=vandaag">' in page


def test_the_call_list_names_who_has_not_answered_with_a_number_to_call(client: TestClient) -> None:
    assert order_of(client, f"{DECEMBER}?toon=bellijst") == ["De Eik", "Het Baken"]
    september = "/uitvragen/thuiszitters/2026-2027/september?toon=bellijst"
    assert order_of(client, september) == ["De Linde"]
    assert '<a href="tel:0612345678">06 1234 5678</a>' in client.get(september).text
    assert re.search(r'<a href="/contacten/\d+">geen telefoonnummer', client.get(f"{DECEMBER}?toon=bellijst").text)


def test_the_file_says_what_its_days_are(client: TestClient) -> None:
    heads = sheet_of(client, f"{DECEMBER}?als=xlsx")[0]
    assert heads[heads.index("Status") + 1] == "Datum bij status"
    assert "Datum" not in heads


def test_uitvragen_lists_each_round_with_its_progress(client: TestClient) -> None:
    page = text_of(client, "/uitvragen")
    assert "Loopt nu" in page
    assert "2 van 3 klaar ▲ 1 te laat" in page
    rows = sheet_of(client, "/uitvragen?als=xlsx")
    assert [row[0] for row in rows[1:]] == order_of(client, "/uitvragen")
    assert rows[1][5:10] == [0, None, 3, 2, 1]


def test_a_round_that_is_not_there_is_not_found(client: TestClient) -> None:
    for address in (
        "/uitvragen/niets/2026-2027",
        f"{DECEMBER}x",
        "/uitvragen/thuiszitters/2026-2027",
        "/uitvragen/a/b/c",
    ):
        assert client.get(address).status_code == 404, address


def test_the_pages_ask_few_statements_of_the_store(desk: Desk, client: TestClient) -> None:
    asked: list[str] = []
    engine = desk.means.database._engine
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_rest: asked.append(statement))
    for address in ("/", "/?rondes=alle", "/?status=te-laat", "/uitvragen", DECEMBER, f"{DECEMBER}?toon=bellijst"):
        asked.clear()
        client.get(address)
        assert len(asked) <= 16, (address, asked)
    asked.clear()
    client.get("/?rondes=alle")
    assert len(asked) <= 12, asked
    before = desk.now.at
    desk.now.set("2026-12-14T18:51")
    client = desk.client()
    client.get("/?rondes=alle")
    asked.clear()
    assert client.get("/?rondes=alle").status_code == 200
    desk.now.at = before
    assert len(asked) == 12, asked
