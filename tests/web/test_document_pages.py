"""Documenten: stages, new versions with a file or link, and what waits since the start, on their pages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete
from starlette.testclient import TestClient

from engine.store.facts import register_changed
from engine.store.tables import roles
from tests.app.test_documents import HEAD, LADDER, LINDE, SCHOLEN, SOP
from tests.web.desk import Desk, a_desk
from tests.workspaces import Office, a_running_office

pytestmark = pytest.mark.slow

NOW = "2027-04-20T10:00"
EXPIRED = "schoolondersteuningsprofiel;11BB00;2021-03-01;;;\n"
RUNNING = "schoolondersteuningsprofiel;12CC00;2022-10-30;;;\n"
PDF = b"%PDF-1.7\nprofiel"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """De Linde's profile is asked for; those of Het Baken and De Eik were late before the SWV began."""
    office = a_running_office(
        tmp_path / "w",
        at="2026-08-01T00:00",
        rules=("schoolondersteuningsprofiel",),
        register={"scholen": SCHOLEN, "documenten": HEAD + LINDE + EXPIRED + RUNNING},
    )
    office.must("plan", "--apply", "--now", "2026-08-10T09:00")
    for verb in ("tick", "deliver"):
        office.must(verb, "--now", "2027-04-20T09:00")
    desk = a_desk(tmp_path / "w", NOW)
    yield desk
    desk.means.database.close()


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def undone(client: TestClient, location: str) -> None:
    number = re.search(r"gedaan=(\d+)", location)
    assert number is not None
    assert client.post(f"/herstel/{number[1]}", data={"terug": "/documenten"}).status_code == 303


def test_a_stage_is_ticked_seen_and_taken_back(desk: Desk) -> None:
    client = desk.client()
    page = words(client.get("/documenten").text)
    assert "eerst concept, uiterlijk vrijdag 11 juni oc@linde.example" in page
    early = client.post("/documenten/fase", data={"taak": SOP, "fase": "mr-advies", "dag": "2020-01-01"})
    assert early.status_code == 422
    assert "Wat eraan voorafging, was pas op" in early.text
    done = client.post("/documenten/fase", data={"taak": SOP, "fase": "concept", "dag": "2027-04-19", "notitie": "ok"})
    assert done.status_code == 303
    page = words(client.get("/documenten").text)
    assert "Concept daarna MR-advies, uiterlijk vrijdag 3 september mr@linde.example" in page
    assert "✔ bereikt op maandag 19 april" in words(client.get(f"/taken/{SOP}").text)
    sooner = {"taak": SOP, "fase": "mr-advies", "dag": "2027-04-18"}
    assert client.post("/documenten/fase", data=sooner).status_code == 422
    undone(client, done.headers["location"])
    assert "eerst concept" in words(client.get("/documenten").text)
    client.post("/documenten/fase", data={"taak": SOP, "fase": "mr-advies", "dag": "2027-04-19"})
    client.post("/documenten/fase/terug", data={"taak": SOP, "fase": "mr-advies"})
    assert "Concept daarna MR-advies" in words(client.get("/documenten").text)
    assert (
        client.post("/documenten/fase", data={"taak": SOP, "fase": "concept", "dag": "2027-04-21"}).status_code == 422
    )


def test_a_new_version_with_a_file_closes_the_task_and_can_be_undone(desk: Desk) -> None:
    """The file comes back as it was, as an attachment, and only to who is logged in and may see the school."""
    client = desk.client()
    form = {"soort": "schoolondersteuningsprofiel", "partij": "10AA00", "dag": "2027-04-20"}
    assert client.get("/documenten/nieuw/10AA00/schoolondersteuningsprofiel").status_code == 200
    done = client.post("/documenten/nieuw", data=form, files={"bestand": ('pro"fiel één.pdf', PDF)})
    assert done.status_code == 303
    page = client.get("/documenten").text
    assert "versie 2, vastgesteld 20 april 2027" in words(page)
    assert "20 april 2031" in words(page)
    address = re.search(r'href="(/documenten/bestand/\d+)"', page)
    assert address is not None
    answer = client.get(address[1])
    assert (answer.content, answer.headers["content-type"]) == (PDF, "application/octet-stream")
    assert answer.headers["content-disposition"].startswith('attachment; filename="pro_22fiel __n.pdf"')
    assert desk.client(None).get(address[1]).status_code in (303, 401, 404)
    assert desk.client("lezer").get(address[1]).content == PDF
    assert "klaar" in words(client.get(f"/taken/{SOP}").text)
    assert "Vastgesteld daarna gedeeld , uiterlijk vrijdag 15 oktober adm@linde.example" in words(page)
    task = client.get(f"/taken/{SOP}").text
    assert re.findall(r'<option value="([^"]+)">', task[task.index('action="/documenten/fase"') :]) == ["gedeeld"]
    with desk.means.database.read() as connection:
        row = connection.exec_driver_sql("select sha256, size from document_files").one()
    assert tuple(row) == (hashlib.sha256(PDF).hexdigest(), len(PDF))
    undone(client, done.headers["location"])
    assert "versie 1, vastgesteld 18 oktober 2023" in words(client.get("/documenten").text)
    assert "Uiterlijk" in words(client.get(f"/taken/{SOP}").text)
    assert client.get(address[1]).status_code == 404


@pytest.fixture
def late(desk: Desk) -> Desk:
    """The same after the whole ladder of De Linde: its bestuurder was told that the profile was missing."""
    office = Office(desk.site.place.folder)
    for moment in LADDER:
        office.must("tick", "--now", moment)
        office.run("outbox", "release", "--all", "--now", moment)
        office.must("deliver", "--now", moment)
    desk.now.set("2027-11-15T10:00")
    return desk


def test_a_stage_of_which_nobody_has_the_role_says_that_the_bureau_hears(desk: Desk) -> None:
    client = desk.client()
    assert "niemand heeft deze rol" not in words(client.get(f"/taken/{SOP}").text)
    with desk.means.database.write() as connection:
        connection.execute(delete(roles).where(roles.c.role == "mr-secretaris"))
        register_changed(connection)
    page = words(client.get(f"/taken/{SOP}").text)
    assert "Secretaris van de MR niemand heeft deze rol: het bureau hoort het" in page
    assert "Niemand heeft de rol secretaris van de MR bij De Linde. Daarom krijgt het bureau de mail." in page


def test_who_heard_that_it_was_missing_hears_of_the_new_version_and_the_page_says_so(late: Desk) -> None:
    """Before it is saved and after; not where nobody was told, nor once it is undone."""
    client = late.client()
    unasked = client.get("/documenten/nieuw/11BB00/schoolondersteuningsprofiel").text
    assert "toch binnen" not in unasked
    assert "Om een nieuwe versie is nog niet gevraagd. Over de fase gedeeld gaat daarom ook geen mail uit." in unasked
    said = "De bestuurder hoort per mail dat het toch binnen is."
    asked = client.get("/documenten/nieuw/10AA00/schoolondersteuningsprofiel").text
    assert said in asked
    assert "nog niet gevraagd" not in asked
    form = {"soort": "schoolondersteuningsprofiel", "partij": "10AA00", "dag": "2027-11-15"}
    done = client.post("/documenten/nieuw", data=form, files={"leeg": ("", b"")})
    assert said in client.get(done.headers["location"]).text
    rows = Office(late.site.place.folder).must("outbox", "list", "--json").json
    waiting = [
        row for row in rows if row["state"] == "queued" for one in row["notices"] if one["step"] == "toch-binnen"
    ]
    assert [row["to"] for row in waiting] == ["bestuurder@noord.example"]
    number = re.search(r"gedaan=(\d+)", done.headers["location"])
    assert number is not None
    taken = client.post(f"/herstel/{number[1]}", data={"terug": "/documenten"})
    assert said not in client.get(taken.headers["location"]).text


def test_after_a_new_version_both_pages_say_the_same_and_an_undo_takes_it_all_back(late: Desk) -> None:
    """What leads up to the adoption is reached on its day; the document is shared on a day that still comes."""
    client, office = late.client(), Office(late.site.place.folder)
    before = client.get(f"/taken/{SOP}").text
    form = {"soort": "schoolondersteuningsprofiel", "partij": "10AA00", "dag": "2027-11-10"}
    done = client.post("/documenten/nieuw", data=form, files={"leeg": ("", b"")})
    # Ten schooldagen after its adoption, as was planned; both mails about it had gone.
    assert "Vastgesteld daarna gedeeld , uiterlijk woensdag 24 november" in words(client.get("/documenten").text)
    page = words(client.get(f"/taken/{SOP}").text)
    assert page.count("✔ bereikt op woensdag 10 november") == 3
    assert "Gedeeld woensdag 24 november 2027 Administratie nog niet" in page
    assert "De taak is klaar. Ook over de fase gedeeld gaat geen mail meer uit: dat moet nog wel gebeuren." in page
    assert "Fase gedeeld De nieuwe versie is vastgesteld op woensdag 10 november 2027. 10 open dagen later is" in page
    office.must("tick", "--now", "2027-11-15T10:01")
    rows = office.must("outbox", "list", "--json").json
    assert {one["step"] for row in rows if row["state"] == "queued" for one in row["notices"]} == {"toch-binnen"}
    undone(client, done.headers["location"])
    again = client.get(f"/taken/{SOP}").text
    part = slice(before.index('id="fasen"'), before.index('id="notities"'))
    assert before[part] in again


def test_who_must_act_is_said_where_a_task_is_done_without_a_new_version(desk: Desk) -> None:
    office = Office(desk.site.place.folder)
    said = "het bureau zet de nieuwe versie erin"
    assert said not in words(desk.client().get("/documenten").text)
    office.must("task", SOP, "accept", "--now", "2027-04-20T09:30")
    assert words(desk.client().get("/documenten").text).count(said) == 1
    # Its end passes, the task is done, and no newer version is there.
    assert _expired(desk, "2027-11-01T10:00") == _expired(desk, "2027-04-20T10:00") + 1
    form = {"soort": "schoolondersteuningsprofiel", "partij": "10AA00", "dag": "2027-04-20"}
    before = desk.client().get(f"/taken/{SOP}").text
    done = desk.client().post("/documenten/nieuw", data=form, files={"leeg": ("", b"")})
    assert said not in words(desk.client().get("/documenten").text)
    # The task was done already: its stages are reached all the same, and go with the version.
    assert words(desk.client().get(f"/taken/{SOP}").text).count("✔ bereikt op dinsdag 20 april") == 3
    undone(desk.client(), done.headers["location"])
    after = desk.client().get(f"/taken/{SOP}").text
    part = slice(before.index('id="fasen"'), before.index('id="notities"'))
    assert before[part] in after


def _expired(desk: Desk, moment: str) -> int:
    """How many have expired without a newer version; Overzicht and Documenten say the same of that."""
    desk.now.set(moment)
    client = desk.client()
    tiles = dict(re.findall(r'href="/documenten\?termijn=(\w+)"><strong>(\d+)', client.get("/").text))
    own = dict(re.findall(r'href="/documenten\?termijn=(\w+)"><strong>(\d+)', client.get("/documenten").text))
    assert tiles["90"] == own["90"]
    assert tiles.get("verlopen", "0") == own["verlopen"]
    return int(own["verlopen"])


@pytest.mark.parametrize(
    ("more", "file", "said"),
    [
        ({"dag": "2027-04-21"}, None, "moet nog komen"),
        ({"dag": "2023-10-18"}, None, "Er is al een versie"),
        ({"link": "http://school.example/x"}, None, "begint met https"),
        ({"link": "javascript:alert(1)"}, None, "begint met https"),
        ({"link": "https://user@school.example/x"}, None, "begint met https"),
        ({}, ("profiel.html", b"<script>"), "Dit soort bestand"),
        ({}, ("profiel.pdf", b"<script>"), "geen echt .pdf"),
        ({}, ("profiel.docx", b"PK\x03\x04rest"), "geen echt .docx"),
        ({}, ("profiel.pdf", b"%PDF-" + b"x" * 10_000_001), "te groot"),
    ],
)
def test_what_is_no_version_is_refused_and_nothing_is_kept(
    desk: Desk, more: dict[str, str], file: tuple[str, bytes] | None, said: str
) -> None:
    form = {"soort": "schoolondersteuningsprofiel", "partij": "10AA00", "dag": "2027-04-20"} | more
    answer = desk.client().post(
        "/documenten/nieuw", data=form, files={"bestand": file} if file else {"leeg": ("", b"")}
    )
    assert answer.status_code == 422
    assert said in words(answer.text)
    with desk.means.database.read() as connection:
        assert connection.exec_driver_sql("select count(*) from document_files").scalar() == 0
        assert connection.exec_driver_sql("select count(*) from documents").scalar() == 3


def test_an_older_list_does_not_take_a_version_of_the_page_back(desk: Desk) -> None:
    form = {"soort": "schoolondersteuningsprofiel", "partij": "10AA00", "dag": "2027-04-20"}
    desk.client().post("/documenten/nieuw", data=form, files={"leeg": ("", b"")})
    office = Office(desk.site.place.folder)
    office.must("import", str(office.folder / "register"), "--apply", "--now", "2027-04-20T10:30")
    assert "versie 2, vastgesteld 20 april 2027" in words(desk.client().get("/documenten").text)


def test_letting_much_mail_go_is_asked_about_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    client = desk.client()
    before = client.get("/documenten/wacht").text
    keys = re.findall(r'name="taak" value="([^"]+)"', before)
    with monkeypatch.context() as patch:
        patch.setattr("engine.web.asking.ASKED_ABOVE", 1)
        asked = client.post("/documenten/wacht", data={"taak": keys, "tot": "2027-06-04"})
    assert asked.status_code == 200
    assert "Wilt u 2 documenten vrijgeven?" in asked.text
    assert all(f'name="taak" value="{key}"' in asked.text for key in keys)
    assert re.findall(r'name="taak" value="([^"]+)"', client.get("/documenten/wacht").text) == keys


def test_what_waits_is_let_go_school_by_school(desk: Desk) -> None:
    """Nothing was sent of it; who is let go is asked as for the first time, with time to answer."""
    client = desk.client()
    page = words(client.get("/documenten").text)
    assert "2 documenten wachten op vrijgave. Daarover is nog geen mail gegaan." in page
    page = client.get("/documenten/wacht").text
    keys = re.findall(r'name="taak" value="([^"]+)"', page)
    assert keys == ["schoolondersteuningsprofiel.v1.11BB00", "schoolondersteuningsprofiel.v1.12CC00"]
    assert client.post("/documenten/wacht", data={"taak": keys[:1], "tot": "2027-06-04"}).status_code == 303
    office = Office(desk.site.place.folder)

    def mailed() -> set[str]:
        moment = f"2027-04-20T11:{mailed_at.pop()}"
        for verb in ("tick", "deliver"):
            office.must(verb, "--now", moment)
        rows = office.must("outbox", "list", "--json").json
        return {row["to"] for row in rows if row["state"] == "sent" and row["notices"]}

    mailed_at = ["40", "20", "00"]
    assert "directeur@baken.example" in mailed()
    assert "directeur@eik.example" not in mailed()
    client.post("/documenten/wacht", data={"taak": keys[1:]})
    assert "directeur@eik.example" in mailed()
    assert client.post("/documenten/wacht", data={"taak": keys}).status_code == 422
    task = next(row for row in office.must("tasks", "--json").json if row["key"] == keys[0])
    assert (task["state"], task["due"]) == ("open", "2027-06-04")


def test_what_was_let_go_waits_again_until_its_mail_has_left(desk: Desk) -> None:
    """Undone before the mail is made, and while it waits to leave; what has left is told, and the rest still waits."""
    client, office = desk.client(), Office(desk.site.place.folder)
    keys = re.findall(r'name="taak" value="([^"]+)"', client.get("/documenten/wacht").text)
    before = {row["key"]: row for row in office.must("tasks", "--json").json}

    def let_go(*chosen: str) -> str:
        done = client.post("/documenten/wacht", data={"taak": list(chosen), "tot": "2027-06-04"})
        assert done.status_code == 303
        return str(done.headers["location"])

    def waits() -> list[str]:
        return re.findall(r'name="taak" value="([^"]+)"', client.get("/documenten/wacht").text)

    def mailed() -> set[str]:
        rows = office.must("outbox", "list", "--json").json
        return {row["to"] for row in rows if row["state"] == "sent"} & both

    both = {"directeur@baken.example", "directeur@eik.example"}

    undone(client, let_go(*keys))
    assert waits() == keys
    assert {row["key"]: row for row in office.must("tasks", "--json").json} == before
    place = let_go(*keys)
    office.must("tick", "--now", "2027-04-20T10:10")
    undone(client, place)
    for verb in ("tick", "deliver"):
        office.must(verb, "--now", "2027-04-20T10:20")
    assert waits() == keys
    assert mailed() == set()
    place = let_go(*keys)
    for verb in ("tick", "deliver"):
        office.must(verb, "--now", "2027-04-20T10:40")
    assert mailed() == both
    desk.now.set("2027-04-20T11:00")
    client = desk.client()
    assert "Kan niet meer ongedaan: de mail is al weg" in words(client.get(place).text)
    number = re.search(r"gedaan=(\d+)", place)
    assert number is not None
    assert client.post(f"/herstel/{number[1]}").status_code == 422
    assert waits() == []


def test_one_school_is_let_go_by_its_own_button(desk: Desk) -> None:
    """Whatever else is ticked; and all ticks can be taken away at once."""
    client = desk.client()
    page = client.get("/documenten/wacht").text
    keys = re.findall(r'name="taak" value="([^"]+)"', page)
    assert page.count(" checked") == len(keys) == 2
    assert client.get("/documenten/wacht?kies=geen").text.count(" checked") == 0
    done = client.post("/documenten/wacht", data={"taak": keys, "alleen": keys[1], "tot": "2027-06-04"})
    assert done.status_code == 303
    assert re.findall(r'name="taak" value="([^"]+)"', client.get("/documenten/wacht").text) == keys[:1]
