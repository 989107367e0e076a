"""The first list of documents of a real SWV's 95 schools, 40 of which have expired: nothing is sent until released."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.acceptance.duo import duo_register, needs_shared_data, vestigingen
from tests.web.desk import a_desk
from tests.workspaces import Office, an_office

pytestmark = [needs_shared_data, pytest.mark.slow]

START = date(2026, 11, 2)
# Of 95: 40 have expired long or short ago, 10 end within half a year and were to be asked for already, 45 end later.
EXPIRED, RUNNING = 40, 10


def documents(folder: Path) -> list[str]:
    """Writes the list; returns the schools in its order."""
    schools = sorted(school.id for school in vestigingen())
    ends = [START - timedelta(days=20 + 31 * number) for number in range(EXPIRED)]
    ends += [START + timedelta(days=30 + 14 * number) for number in range(RUNNING)]
    ends += [START + timedelta(days=240 + 20 * number) for number in range(len(schools) - EXPIRED - RUNNING)]
    rows = [
        f"schoolondersteuningsprofiel;{school};{end - timedelta(days=1461)};{end}"
        for school, end in zip(schools, ends, strict=True)
    ]
    folder.write_text("soort;partij;vastgesteld_op;geldig_tot\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return schools


def sent(office: Office) -> set[str]:
    """The schools of which mail left."""
    rows = office.must("outbox", "list", "--json").json
    return {one["task"].rpartition(".")[2] for row in rows if row["state"] == "sent" for one in row["notices"]}


def words(client: TestClient, address: str) -> str:
    """What a page says, without its tags."""
    text = re.sub(r"<[^>]+>", " ", client.get(address).text)
    return re.sub(r"\s+", " ", text).replace(" .", ".")


def played(office: Office, *days: date) -> None:
    for day in days:
        for verb in ("tick", "deliver"):
            office.must(verb, "--now", f"{day}T09:30")


def test_a_backlog_sends_nothing_until_it_is_released_and_then_as_released(tmp_path: Path) -> None:
    """First one school, then the others; the brake lets go what is above its 25 on the following days."""
    office = an_office(tmp_path / "w", sector="po", rules=("schoolondersteuningsprofiel",))
    duo_register(tmp_path / "register")
    schools = documents(tmp_path / "register" / "documenten.csv")
    office.must("import", str(tmp_path / "register"), "--apply", "--now", f"{START}T08:00")
    office.must("plan", "--apply", "--now", f"{START}T08:10")
    office.must("plan", "--schooljaar", "2026-2027", "--apply", "--adopt", "--now", f"{START}T08:15")
    played(office, *(START + timedelta(days=number) for number in (0, 1, 2, 3, 7)))
    assert sent(office) == set()
    at = START + timedelta(days=8)
    desk = a_desk(office.folder, f"{at}T08:00")
    client = desk.client()
    told = "50 documenten wachten op vrijgave. Daarover is nog geen mail gegaan."
    assert told in words(client, "/documenten")
    assert "Over 10 daarvan staat de mail al bij Post" in words(client, "/documenten")
    assert "▲ 10 mails wachten op vrijgave" in words(client, "/post")
    assert "Wacht op vrijgave: 10 mails" in words(client, "/post")
    here = "Bij Documenten wachten 50 documenten op vrijgave. Over 10 daarvan staat de mail hier al bij."
    assert f"{here} Over de andere 40 komt er pas mail" in words(client, "/post")
    keys = re.findall(r'name="taak" value="([^"]+)"', client.get("/documenten/wacht").text)
    assert sorted(key.rpartition(".")[2] for key in keys) == sorted(schools[: EXPIRED + RUNNING])
    form = {"tot": f"{at + timedelta(days=42)}"}
    assert client.post("/documenten/wacht", data={"taak": keys[:1], **form}).status_code == 303
    played(office, at)
    assert sent(office) == {keys[0].rpartition(".")[2]}
    desk.now.set(f"{at}T10:00")
    client = desk.client()
    assert client.post("/documenten/wacht", data={"taak": keys[1:], "zeker": "ja", **form}).status_code == 303
    days = [at + timedelta(days=number) for number in (0, 1, 2)]
    played(office, *days)
    held = [row for row in office.must("outbox", "list", "--json").json if row["state"] == "held"]
    got = sent(office)
    assert got | {one["task"].rpartition(".")[2] for row in held for one in row["notices"]} == set(
        schools[: EXPIRED + RUNNING]
    )
    assert all("veel meer mail" in row["reason"] for row in held)
    desk.means.database.close()
