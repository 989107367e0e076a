"""Documenten per maand, and spreading a month that is too full: seen, followed, kept by plan and lists, taken back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.app.test_documents import HEAD, SCHOLEN
from tests.web.desk import Desk, a_desk
from tests.web.test_document_pages import undone, words
from tests.workspaces import Office, a_running_office

pytestmark = pytest.mark.slow

NOW = "2027-04-20T10:00"
# All three end in May 2028.
MAY = "".join(
    f"schoolondersteuningsprofiel;{code};2024-05-{day};;;\n"
    for code, day in (("10AA00", 10), ("11BB00", 11), ("12CC00", 15))
)
LINDE, BAKEN = "schoolondersteuningsprofiel.v1.10AA00", "schoolondersteuningsprofiel.v1.11BB00"
FOLLOWED = {LINDE: "2028-03-10", BAKEN: "2028-04-11"}
EIK = "schoolondersteuningsprofiel.v1.12CC00"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    office = a_running_office(
        tmp_path / "w",
        rules=("schoolondersteuningsprofiel",),
        register={"scholen": SCHOLEN, "documenten": HEAD + MAY},
    )
    office.must("plan", "--schooljaar", "2027-2028", "--apply", "--now", "2026-09-01T09:00")
    desk = a_desk(tmp_path / "w", NOW)
    yield desk
    desk.means.database.close()


def office_of(desk: Desk) -> Office:
    return Office(desk.site.place.folder)


def dates(desk: Desk) -> dict[str, tuple[str, str, str]]:
    rows = office_of(desk).must("tasks", "--json").json
    return {row["key"]: (row["opens"], row["due"], row["expires"]) for row in rows}


def values(page: str) -> list[str]:
    return re.findall(r'name="rij" value="([^"]+)"', page)


def test_the_load_of_ten_years_is_a_picture_and_a_table(desk: Desk) -> None:
    """Three in May 2028, 2032 and 2036: with at most three a month nothing is too full, with at most two all are."""
    page = desk.client().get("/documenten").text
    assert page.count('<svg class="chart') == 3
    assert "<title>mei 2028: 3 documenten</title>" in page
    assert "Met meer dan 3 is een maand te vol" in words(page)
    assert "Bekijk hoe u dit spreidt" not in page
    page = desk.client().get("/documenten?vol=2").text
    assert "<title>mei 2028: 3 documenten, te vol</title>" in page
    assert "3 maanden zijn te vol, tien jaar vooruit" in words(page)
    table = words(page[page.index("Toon als tabel") :])
    assert "mei 2028 3 0 ▲ te vol mei 2032 3 3 ▲ te vol mei 2036 3 3 ▲ te vol" in table
    assert "/documenten/spreiden?vol=2" in page
    assert "Bekijk hoe u dit spreidt" not in desk.client("lezer").get("/documenten?vol=2").text


def test_the_list_for_excel_has_a_sheet_per_month(desk: Desk) -> None:
    book = load_workbook(BytesIO(desk.client().get("/documenten?als=xlsx").content))
    rows = [row for row in book["Per maand"].iter_rows(values_only=True) if row[2]]
    assert [str(row[0])[:10] for row in rows[1:]] == ["2028-05-01", "2032-05-01", "2036-05-01"]
    book = load_workbook(BytesIO(desk.client().get("/documenten/spreiden?vol=1&als=xlsx").content))
    assert [row[0] for row in book["Spreiden"].iter_rows(values_only=True)][1:] == ["10AA00", "11BB00"]


def test_what_is_ticked_is_renewed_earlier_and_its_mails_move_along(desk: Desk) -> None:
    """The end of the document stays; the plan of the night and a list that comes again leave the new day alone."""
    client, before = desk.client(), dates(desk)
    assert before[LINDE] == ("2027-11-10", "2028-05-10", "2028-05-10")
    page = client.get("/documenten/spreiden?vol=1").text
    assert values(page) == [f"{key} {day}" for key, day in FOLLOWED.items()]
    assert "Mei 2028: van 3 naar 1" in words(page)
    done = client.post("/documenten/spreiden", data={"rij": values(page), "vol": "1"})
    assert done.status_code == 303
    after = dates(desk)
    assert {key: after[key] for key in FOLLOWED} == {
        LINDE: ("2027-09-10", "2028-03-10", "2028-05-10"),
        BAKEN: ("2027-10-11", "2028-04-11", "2028-05-11"),
    }
    office = office_of(desk)
    office.must("import", str(office.folder / "register"), "--apply", "--now", "2027-04-20T10:30")
    rows = office.must("plan", "--schooljaar", "2027-2028", "--json", "--now", "2027-04-21T09:00").json
    assert {row["change"] for row in rows} == {"same"}
    assert "vernieuwen uiterlijk vrijdag 10 maart 2028" in words(client.get("/documenten").text)
    told = office.must("explain", LINDE).out
    assert "Het document vervalt pas op woensdag 10 mei 2028" in " ".join(told.split())
    said = "6 maanden voor de dag dat het document vervalt"
    assert f"{said} (hier de dag om te vernieuwen, vrijdag 10 maart 2028)" in " ".join(told.split())
    assert "Geen maand is te vol" in words(client.get("/documenten/spreiden?vol=1").text)
    undone(client, done.headers["location"])
    assert dates(desk) == before
    assert "vernieuwen uiterlijk" not in words(client.get("/documenten").text)


def test_the_mail_goes_on_its_new_day(desk: Desk) -> None:
    client = desk.client()
    client.post("/documenten/spreiden", data={"rij": f"{LINDE} 2028-03-10", "vol": "1"})
    office = office_of(desk)
    office.must("plan", "--schooljaar", "2027-2028", "--apply", "--adopt", "--now", "2027-06-01T09:00")
    for moment in ("2027-09-09T09:00", "2027-09-10T09:00"):
        for verb in ("tick", "deliver"):
            office.must(verb, "--now", moment)
    sent = [row for row in office.must("outbox", "list", "--json").json if row["state"] == "sent" and row["notices"]]
    assert [(row["sent_at"][:10], row["to"]) for row in sent] == [("2027-09-10", "directeur@linde.example")]
    desk.now.set("2027-09-11T09:00")
    page = words(desk.client().get("/beheer/logboek").text)
    assert "Kan niet meer ongedaan: het wordt al gevraagd" in page


def test_a_proposal_that_changed_meanwhile_is_shown_anew(desk: Desk) -> None:
    client, before = desk.client(), dates(desk)
    answer = client.post("/documenten/spreiden", data={"rij": f"{LINDE} 2028-02-10", "vol": "1"})
    assert answer.status_code == 422
    assert "Het voorstel is intussen veranderd" in words(answer.text)
    assert client.post("/documenten/spreiden", data={"vol": "1"}).status_code == 422
    assert dates(desk) == before
    assert desk.client("lezer").get("/documenten/spreiden").status_code in (403, 404)


def test_who_got_more_time_stays_as_it_is(desk: Desk) -> None:
    office_of(desk).must(
        "task", BAKEN, "extend", "--until", "2028-05-31", "--reason", "ziek", "--now", "2027-04-20T10:00"
    )
    page = desk.client().get("/documenten/spreiden?vol=1").text
    assert [value.split()[0] for value in values(page)] == [LINDE, EIK]
