"""What stands before every page."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.store.database import scratch_database
from tests.web.desk import ADDRESS, Desk, a_desk, failing
from tests.workspaces import a_running_office


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The desk of an office whose schooljaar runs."""
    folder: Path = tmp_path_factory.mktemp("site") / "w"
    a_running_office(folder, rules=("thuiszitters",))
    desk = a_desk(folder, "2026-11-24T10:00")
    yield desk
    desk.means.database.close()


def test_who_is_not_logged_in_goes_to_the_login_page_and_back(desk: Desk) -> None:
    answer = desk.client(None).get("/?ronde=december")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/inloggen?naar=/%3Fronde%3Ddecember"


def test_who_is_logged_in_sees_the_overview_of_the_day(desk: Desk) -> None:
    answer = desk.client("lezer").get("/")
    assert answer.status_code == 200
    assert "24 november 2026" in answer.text
    assert "afgedrukt op dinsdag 24 november 2026" in answer.text


def test_a_form_from_elsewhere_is_refused(desk: Desk) -> None:
    client = desk.client()
    for headers in ({"Origin": "https://kwaad.example"}, {"Origin": "null"}, {"Origin": ADDRESS + "0"}):
        assert client.post("/herstel/1", headers=headers).status_code == 403, headers
    same = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/herstel/1", headers=same).status_code == 404


def test_a_fault_of_a_form_leads_on_from_the_page_that_the_form_was_on(desk: Desk) -> None:
    """Also the buttons of the demo above it, and never to an address elsewhere."""
    demo = replace(desk, site=replace(desk.site, demo=True))
    for sent, back in (("/beheer/logboek?wie=Jet&gedaan=3", "/beheer/logboek?wie=Jet"), ("https://kwaad.example", "/")):
        page = demo.client().post("/herstel/1", data={"terug": sent}).text
        assert re.findall(r'name="terug" value="([^"]*)"', page) == [back]
        assert "kwaad" not in page


@pytest.mark.parametrize(
    ("form", "back"),
    [
        ("/beheer/register/controleer", "/beheer/register"),
        ("/contacten/1/rol", "/contacten/1"),
        ("/contacten/nieuw", "/contacten/nieuw"),
        ("/post/houd-tegen", "/post"),
    ],
)
def test_a_fault_of_a_form_leads_back_to_its_own_page_or_the_one_above_it(desk: Desk, form: str, back: str) -> None:
    page = desk.client().post(form)
    assert page.status_code in (409, 422)
    assert f'class="button" href="{back}">Terug</a>' in page.text


def test_a_form_that_brings_too_much_is_refused_unread(desk: Desk) -> None:
    answer = desk.client().post("/herstel/1", content=b"x" * 1_000_001)
    assert answer.status_code == 413
    assert "hooguit 1 MB" in answer.text


def test_every_answer_has_the_headers_that_keep_others_out(desk: Desk) -> None:
    client = desk.client()
    for path in ("/", "/bestaat-niet", "/static/site.css"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "unsafe-inline" not in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "same-origin", path


def test_a_fault_on_a_persons_own_page_leads_back_there_and_never_to_the_login_page(desk: Desk) -> None:
    client, own = desk.client(None), f"/mijn/{'x' * 43}"
    elsewhere = {"Origin": "https://kwaad.example"}
    faults = {
        own: client.post(own, headers=elsewhere),
        f"{own}/ontvangen/1/2": client.get(f"{own}/ontvangen/1/2"),
        f"{own} ": client.post(own, content=b"x" * 100_001),
        "/nieuwe-link": client.post("/nieuwe-link", headers=elsewhere),
    }
    for path, answer in faults.items():
        assert answer.status_code in (403, 404, 413)
        back = re.findall(r'href="(/[^"]*)"', answer.text.partition("<main")[2])
        assert back == ["/nieuwe-link" if path == "/nieuwe-link" else own], path
        assert "overzicht" not in answer.text and "0 MB" not in answer.text


def test_who_was_logged_out_meanwhile_logs_in_and_comes_back_to_the_page(desk: Desk) -> None:
    answer = desk.client(None).post("/post/houd-tegen", data={"mail": "1"})
    assert answer.status_code == 401
    assert 'class="button" href="/inloggen?naar=/post">Inloggen</a>' in answer.text


def test_a_fault_before_the_form_was_read_leads_back_to_its_page_too(desk: Desk) -> None:
    client = desk.client()
    for answer, status, back in (
        (client.post("/post/houd-tegen", headers={"Origin": "https://kwaad.example"}), 403, "/post"),
        (client.post("/beheer/register/controleer", content=b"x" * 21_000_000), 413, "/beheer/register"),
    ):
        assert answer.status_code == status
        assert "Er is niets veranderd." in answer.text
        assert f'class="button" href="{back}">Terug</a>' in answer.text


def test_a_fault_of_ours_names_whom_to_call_and_the_way_back(desk: Desk) -> None:
    answer = failing(desk, 1).client().post("/agendas/nieuw", data={"agenda": "swv", "voor": "Jet"})
    assert answer.status_code == 500
    assert "Bel uw beheerder." in answer.text
    assert 'class="button" href="/agendas">Terug</a>' in answer.text


def test_a_database_that_cannot_be_reached_is_told_without_asking_it_anything(desk: Desk) -> None:
    """The bureau hears what to pass on; a school whom to call."""
    gone = scratch_database()
    desk.means.database.copy_to(gone)
    away = Desk(replace(desk.site, means=replace(desk.means, database=gone)), desk.now)
    bureau, school, own = away.client(), away.client(None), f"/mijn/{'x' * 43}"
    with gone.write() as connection:
        for table in ("tasks", "links"):
            connection.execute(text(f"ALTER TABLE {table} RENAME TO weg_{table}"))
    for answer, whom in (
        (bureau.get("/"), "Geef dan dit door aan uw beheerder: De database"),
        (school.get(own), "Bel"),
    ):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "60"
        assert "De gegevens zijn nu even niet te bereiken. Er is niets veranderd." in answer.text
        assert whom in answer.text
    assert f'href="{own}">Terug naar uw pagina</a>' in answer.text
    assert "beheerder" not in answer.text and "config" not in answer.text
