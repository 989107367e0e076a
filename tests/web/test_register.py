"""Beheer, register: from file to register and back, by the bureau alone, and never by accident."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from engine import wiring
from engine.app.nightly import nightly
from engine.core.sheets import RegisterSheets
from engine.store.register import load_sheets
from tests.web.desk import Desk, a_desk
from tests.workspaces import SCHOLEN, a_running_office

HERE = "/beheer/register"
NEW = SCHOLEN.replace("De Linde", "De Lindeboom").replace("12CC00;De Eik", "12CC00;De Eik\n").split("12CC00")[0]
MOVED = SCHOLEN.replace("oc@linde.example", "ib@linde.example")


@pytest.fixture
def desk(made: Desk, tmp_path: Path) -> Iterator[Desk]:
    """The desk, whose register is put back afterwards by undoing what a test imported, the newest first."""
    yield made
    client = made.client()
    *newer, _ = re.findall(rf'href="{HERE}/import/(\d+)"', client.get(HERE).text)
    for number in newer:
        client.post(f"{HERE}/import/{number}/ongedaan")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One office for this module."""
    folder: Path = tmp_path_factory.mktemp("register") / "w"
    a_running_office(folder, rules=("thuiszitters",))
    desk = a_desk(folder, "2026-09-01T10:00")
    yield desk
    desk.means.database.close()


def register(desk: Desk) -> RegisterSheets:
    """What is stored."""
    with desk.means.database.read() as connection:
        return load_sheets(connection)


def handed_in(client: TestClient, **files: str | bytes) -> str:
    """Hands files in and gives the page that shows what they change."""
    answer = client.post(f"{HERE}/controleer", files=uploads(files))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def uploads(files: dict[str, str | bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    """Files as a form sends them; `scholen_csv` is called scholen.csv."""
    pairs = ((name.replace("_csv", ".csv"), text) for name, text in files.items())
    return [("bestand", (name, text.encode() if isinstance(text, str) else text)) for name, text in pairs]


def seal_on(page: str) -> str:
    """The seal that the page's form sends along."""
    found = re.search(r'name="zegel" value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]


def test_a_file_is_looked_at_then_stored_then_undone(desk: Desk) -> None:
    client, before = desk.client(), register(desk)
    address = handed_in(client, scholen_csv=NEW)
    page = client.get(address).text
    assert "naam: De Linde → De Lindeboom" in page
    assert "1 weg" in page and "12CC00 De Eik" in page and "wordt inactief" in page
    assert register(desk) == before
    stored = client.post(address, data={"zegel": seal_on(page)})
    assert stored.status_code == 303
    done = client.get(stored.headers["location"]).text
    assert "Register geïmporteerd uit scholen.csv. Scholen en besturen: 1 gewijzigd, 1 weg;" in done
    assert [row.name for row in register(desk).parties if row.id == "10AA00"] == ["De Lindeboom"]
    act = re.search(r'action="(/herstel/\d+)"', done)
    assert act is not None
    assert client.post(act[1]).status_code == 303
    assert register(desk).parties == before.parties
    assert "ongedaan gemaakt op" in client.get(HERE).text


def test_a_mistyped_code_is_asked_about_and_stops_no_tasks_by_itself(desk: Desk) -> None:
    """A file without the school proposes to stop its tasks; one with it under a code that looks alike does not."""
    client = desk.client()
    page = client.get(handed_in(client, scholen_csv=NEW)).text
    assert re.search(r'name="stop" value="ja" checked', page) and "Is dit dezelfde school?" not in page
    page = client.get(handed_in(client, scholen_csv=SCHOLEN.replace("12CC00", "12CCO0"))).text
    assert "12CCO0 (De Eik) is nieuw, en 12CC00 (De Eik) staat niet meer in dit bestand." in page
    assert re.search(r'name="stop" value="ja">', page) and page.count("Is dit dezelfde school?") == 1


def test_a_double_click_stores_once(desk: Desk) -> None:
    client = desk.client()
    address = handed_in(client, scholen_csv=NEW)
    form = {"zegel": seal_on(client.get(address).text)}
    assert client.post(address, data=form).status_code == 303
    again = client.post(address, data=form)
    assert again.status_code == 409
    assert "al geïmporteerd" in again.text
    assert client.get(address).status_code == 409


def test_what_changed_meanwhile_is_not_stored_over(desk: Desk) -> None:
    """Two people at once: the second sees that the register is another one."""
    mine, theirs = desk.client(), desk.client()
    address = handed_in(mine, scholen_csv=NEW)
    form = {"zegel": seal_on(mine.get(address).text)}
    other = handed_in(theirs, scholen_csv=SCHOLEN.replace("De Linde", "De Beuk"))
    theirs.post(other, data={"zegel": seal_on(theirs.get(other).text)})
    before = register(desk)
    late = mine.post(address, data=form)
    assert (late.status_code, "intussen veranderd" in late.text) == (409, True)
    assert register(desk) == before
    assert mine.post(address, data={"zegel": "0" * 64}).status_code == 409


def test_another_address_is_asked_and_both_answers_count(desk: Desk) -> None:
    client = desk.client()
    for answer, people in (("zelfde", 0), ("ander", 1)):
        before = len(register(desk).contacts)
        address = handed_in(client, scholen_csv=MOVED)
        page = client.get(address).text
        assert "Is dit een ander adres van dezelfde persoon?" in page
        assert "is nieuw als ondersteuningscoördinator bij De " in page
        assert "(10AA00)" in page and "Voer door" not in page
        form = {"zegel": seal_on(client.get(f"{address}?vraag-0={answer}").text)}
        open_question = client.post(address, data=form)
        assert (open_question.status_code, "Kies bij elke vraag" in open_question.text) == (422, True)
        other = "ander" if answer == "zelfde" else "zelfde"
        assert client.post(address, data=form | {"vraag-0": other}).status_code == 409
        stored = client.post(address, data=form | {"vraag-0": answer})
        assert stored.status_code == 303, stored.text
        assert len(register(desk).contacts) == before + people
        assert "ib@linde.example" in {row.email for row in register(desk).contacts}
        client.post(stored.headers["location"].partition("?")[0] + "/ongedaan")
        assert "ib@linde.example" not in {row.email for row in register(desk).contacts}


def test_one_person_with_two_new_addresses_is_told_at_the_questions(desk: Desk) -> None:
    client = desk.client()
    two = SCHOLEN.replace("oc@linde.example", "een@linde.example, twee@linde.example")
    address = handed_in(client, scholen_csv=two)
    page = client.get(f"{address}?vraag-0=zelfde&vraag-1=zelfde")
    assert page.status_code == 422
    assert "oc@linde.example kan maar één nieuw adres krijgen" in page.text
    assert page.text.count('value="zelfde" checked') == 2


@pytest.mark.slow
def test_who_will_be_missed_is_told_before_it_is_carried_out_and_each_name_leads_to_a_page(desk: Desk) -> None:
    client = desk.client()
    names = ("naam ondersteuningscoordinator", "Noor Smit", "", "")
    rows = [f"{row};{name}" for row, name in zip(SCHOLEN.splitlines(), names, strict=True)]
    address = handed_in(client, **{"scholen.csv": "\n".join(rows).replace("oc@eik.example", "")})
    page = client.get(address).text
    assert "na deze import is er niemand voor een rol" in page and "De Eik; daarom krijgt" in page
    stored = client.post(address, data={"zegel": seal_on(page)})
    done = client.get(stored.headers["location"]).text
    assert "Noor Smit (oc@linde.example)" in done
    link = re.search(r'href="(/contacten/\d+)">Noor Smit', done)
    assert link is not None
    contact = client.get(link[1]).text
    assert "Wijzigingen" in contact and "Register geïmporteerd uit scholen.csv" in contact


@pytest.mark.slow
def test_whether_the_plan_must_change_is_told_after_an_import(desk: Desk) -> None:
    book = wiring.applied_book(desk.site.place, desk.means.database)
    assert book is not None
    nightly(desk.means, book, desk.now())
    client = desk.client()
    later = SCHOLEN.replace("12CC00", "99CC00")
    for file, told in (
        (SCHOLEN.replace("De Linde", "De Beuk"), "Aan de taken hoeft niets te veranderen"),
        (later, "Er moeten nu ook taken veranderen"),
    ):
        address = handed_in(client, scholen_csv=file)
        stored = client.post(address, data={"zegel": seal_on(client.get(address).text)})
        page = client.get(stored.headers["location"]).text
        assert told in page
        assert ("/jaarplanning/voorstel" in page) == (file is later)
        client.post(stored.headers["location"].partition("?")[0] + "/ongedaan")


def test_an_old_address_left_on_one_sheet_makes_no_second_person(desk: Desk) -> None:
    """What is shown after the answer is what is stored; it is undone to the letter; the same files change nothing."""
    client = desk.client()
    people = "email;naam\noc@linde.example;Noor Oud\n"
    client.post(  # the bureau knew her name already
        address := handed_in(client, contacten_csv=people), data={"zegel": seal_on(client.get(address).text)}
    )
    before = register(desk)
    files: dict[str, str | bytes] = {"scholen_csv": MOVED, "contacten_csv": people}
    address = handed_in(client, **files)
    seen = client.get(f"{address}?vraag-0=zelfde").text
    assert "contacten.csv, regel 2, kolom email" in seen
    assert "Hier staat nog het oude adres oc@linde.example; het nieuwe staat op regel 2 van scholen.csv" in seen
    assert "1 met een ander adres" in seen and "nieuw</summary>" not in seen and "weg <" not in seen
    stored = client.post(address, data={"zegel": seal_on(seen), "vraag-0": "zelfde"})
    assert stored.status_code == 303, stored.text
    now = {row.email: row.name for row in register(desk).contacts}
    assert (now["ib@linde.example"], "oc@linde.example" in now) == ("Noor Oud", False)
    again = client.get(handed_in(client, **files)).text
    assert "Er verandert niets" in again and "Hier staat nog het oude adres" in again
    undone = client.post(stored.headers["location"].partition("?")[0] + "/ongedaan")
    assert undone.status_code == 303, undone.text
    after = register(desk)
    for kind in ("parties", "contacts", "roles", "documents", "closings"):
        assert set(getattr(after, kind)) == set(getattr(before, kind)), kind
    assert "Is dit een ander adres" in client.get(handed_in(client, **files)).text


@pytest.mark.slow
def test_all_errors_are_shown_at_once_by_sheet_row_and_column(desk: Desk) -> None:
    client = desk.client()
    data = client.get(f"{HERE}/download").content
    book = load_workbook(io.BytesIO(data))
    book["scholen"]["C2"].value = "99999"
    book["rollen"]["A2"].value = "geen adres"
    book["scholen"].merge_cells("D3:D4")
    book["besturen"]["B2"].value = "=1+1"
    file = io.BytesIO()
    book.save(file)
    before = register(desk)
    answer = client.post(f"{HERE}/controleer", files=uploads({"register.xlsx": file.getvalue()}))
    assert answer.status_code == 422
    for told in (
        "register.xlsx, blad besturen, rij 2, kolom naam",
        "Hier staat een formule",
        "register.xlsx, blad scholen, rij 3, kolom D",
        "De cellen D3:D4 zijn samengevoegd",
        "register.xlsx, blad rollen, rij 2, kolom email",
        "Er is niets opgeslagen",
    ):
        assert told in answer.text, told
    assert register(desk) == before


def a_bomb() -> bytes:
    """A small file that unpacks to 4 MB."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/worksheets/sheet1.xml", b" " * 4_000_000)
    return file.getvalue()


def test_what_is_no_register_is_refused_in_dutch(desk: Desk) -> None:
    client = desk.client()
    for name, data, told in (
        ("foto.png", b"\x89PNG", "Dit is geen csv-bestand en geen Excel-werkmap"),
        ("register.xlsx", b"geen zip", "Dit is geen Excel-werkmap"),
        ("register.xlsx", a_bomb(), "uitgepakt veel te groot"),
        ("../../etc/passwd", b"root", "passwd: er is nog iets mis"),
        ("scholen – oud\u202e.csv", b"root", "scholen – oud.csv: er is nog iets mis"),
        ("scholen.csv", b"", "Dit bestand is leeg"),
        ("scholen.csv", b"code;naam;bestuur\n<script>;x;70001\n", "&lt;script&gt;"),
    ):
        answer = client.post(f"{HERE}/controleer", files=uploads({name: data}))
        assert (answer.status_code, told in answer.text) == (422, True), (name, answer.text)
        assert "<script>" not in answer.text
    nothing = client.post(f"{HERE}/controleer", data={"gemeenten": ""})
    assert (nothing.status_code, "nog geen bestand gekozen" in nothing.text) == (422, True)


def test_two_hundred_megabytes_are_refused_unread(desk: Desk) -> None:
    headers = {"content-length": str(200_000_000), "content-type": "multipart/form-data; boundary=x"}
    answer = desk.client().post(f"{HERE}/controleer", content=iter([b"x"]), headers=headers)
    assert (answer.status_code, "hooguit 20 MB" in answer.text) == (413, True)


@pytest.mark.slow
def test_of_a_list_of_duo_the_gemeenten_are_chosen(desk: Desk) -> None:
    head = "BEVOEGD GEZAG NUMMER;BRIN NUMMER;VESTIGINGSNUMMER;VESTIGINGSNAAM ;POSTCODE;PLAATSNAAM;GEMEENTENAAM\n"
    rows = "70001;20AA;20AA00;De Een;1811 AB;ALKMAAR;ALKMAAR\n70002;21BB;21BB00;De Drie;1851 AB;HEILOO;HEILOO\n"
    client = desk.client()
    answer = client.post(
        f"{HERE}/controleer", files=uploads({"vestigingen.csv": head + rows}), data={"gemeenten": "Alkmaar, Heiloo"}
    )
    both = client.get(answer.headers["location"]).text
    assert "20AA00" in both and "21BB00" in both
    one = client.get(f"{answer.headers['location'].partition('?')[0]}?gemeenten=Heiloo").text
    assert "20AA00" not in one and "21BB00" in one
    form = {"zegel": seal_on(one), "gemeente": "Heiloo"}
    assert client.post(answer.headers["location"].partition("?")[0], data=form).status_code == 303
    assert {row.id for row in register(desk).parties if row.id.startswith("2")} == {"21BB00"}


def test_a_file_is_kept_for_a_day(desk: Desk) -> None:
    client = desk.client()
    address = handed_in(client, scholen_csv=NEW)
    desk.now.set("2026-09-02T10:01")
    try:
        assert desk.client().get(address).status_code == 409
    finally:
        desk.now.set("2026-09-01T10:00")


def test_the_downloaded_register_handed_in_again_changes_nothing(desk: Desk) -> None:
    client = desk.client()
    answer = client.get(f"{HERE}/download")
    assert answer.headers["content-disposition"] == 'attachment; filename="register-2026-09-01.xlsx"'
    page = client.get(handed_in(client, **{"register.xlsx": answer.content})).text
    assert "Er verandert niets" in page
    assert 'name="zegel"' not in page


def test_the_register_is_the_bureau_s_alone(desk: Desk) -> None:
    for role in ("consulent", "lezer"):
        client = desk.client(role)  # type: ignore[arg-type]
        for path in ("/beheer", HERE, f"{HERE}/download", f"{HERE}/bestand/x", f"{HERE}/import/1"):
            assert client.get(path).status_code == 404, path
        for path in (f"{HERE}/controleer", f"{HERE}/bestand/x", f"{HERE}/import/1/ongedaan"):
            assert client.post(path).status_code == 404, path
