"""What follows from an import: who takes over is asked what stands open, and a renewed document asks no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from engine.app.people import give_role, set_away
from engine.core.localtime import parse_moment
from engine.store.people import contact_by_email
from tests.web.desk import Desk, a_desk
from tests.workspaces import SCHOLEN, Office, a_running_office, copied

pytestmark = pytest.mark.slow

HERE = "/beheer/register"
NOW = "2026-11-02T10:00"
HEAD = "soort;partij;vastgesteld_op;versie\n"
SOP = "schoolondersteuningsprofiel"
OLD = f"{SOP};10AA00;2022-10-18;1\n{SOP};11BB00;2025-10-18;1\n"
LATE = f"{SOP}.v1.10AA00"
OC, DIRECTEUR = "oc@linde.example", "directeur@linde.example"


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with a profile and a round that are late at De Linde, where every mail left on its day."""
    office = a_running_office(
        tmp_path_factory.mktemp("follows") / "w",
        rules=("thuiszitters", SOP),
        register={"documenten": HEAD + OLD},
    )
    for day in ("2026-08-03", "2026-08-04", "2026-08-24", "2026-08-25", "2026-09-09", "2026-09-14", "2026-10-19"):
        tick(office, f"{day}T09:00")
    office.must("outbox", "release", "--all", "--now", "2026-10-19T09:01")
    tick(office, "2026-10-20T09:00")
    return office


@pytest.fixture
def office(late: Office, tmp_path: Path) -> Office:
    """A copy of it."""
    return copied(late, tmp_path / "w")


@pytest.fixture
def desk(office: Office) -> Iterator[Desk]:
    """The pages of the copy, on 2 November."""
    made = a_desk(office.folder, NOW)
    yield made
    made.means.database.close()


def tick(office: Office, now: str) -> None:
    office.must("tick", "--now", now)
    office.must("deliver", "--now", now)


def state(office: Office, key: str = LATE) -> str:
    return str(next(row["state"] for row in office.must("tasks", "--json").json if row["key"] == key))


def told(office: Office, email: str) -> list[tuple[str, str]]:
    """(task, step) of every mail to that address that left or waits."""
    rows = office.must("outbox", "list", "--json").json
    mine = [row for row in rows if row["to"] == email and row["state"] != "dropped"]
    return [(one["task"], one["step"]) for row in mine for one in row["notices"]]


def opening(office: Office, email: str = "noor@linde.example") -> str:
    """The newest mail that left for that address, on one line."""
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in office.mails()]
    *_, mail = (one for one in found if email in str(one["to"]))
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def looked_at(client: TestClient, answers: str = "", **files: str) -> tuple[str, str]:
    """Hands files in; the address of the page that shows what they change, and that page."""
    given = [("bestand", (f"{name}.csv", text.encode())) for name, text in files.items()]
    answer = client.post(f"{HERE}/controleer", files=given)
    assert answer.status_code == 303, answer.text
    address = answer.headers["location"]
    return address, client.get(f"{address}{answers}").text


def carried_out(client: TestClient, address: str, page: str, **more: str) -> str:
    """Stores what the page shows; gives the address of the import."""
    form = dict(re.findall(r'<input type="hidden" name="((?:zegel|vraag-\d+))" value="([^"]*)"', page))
    answer = client.post(address, data=form | more)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


NEW_OC = SCHOLEN.replace(OC, "noor@linde.example").replace(
    "ondersteuningscoordinator;", "ondersteuningscoordinator;naam ondersteuningscoordinator;"
)
NEW_OC = NEW_OC.replace("noor@linde.example;", "noor@linde.example;Noor Nieuw;")
NEW_OC = NEW_OC.replace("oc@baken.example;", "oc@baken.example;;").replace("oc@eik.example;", "oc@eik.example;;")
ROLLEN = "email;rol;partij;vanaf;tot\nbureau@swv.example;bureau;swv;;\n"
ROUND = "thuiszitters.2026-2027.september.10AA00"
LATER = ROLLEN + f"{OC};ondersteuningscoordinator;10AA00;;2026-11-30\n"
LATER += "noor@linde.example;ondersteuningscoordinator;10AA00;2026-12-01;\n"


def test_who_takes_over_a_role_is_asked_what_stands_open(office: Office, desk: Desk) -> None:
    """One digest, with the newest step that the one before was told of; counted and named before."""
    client = desk.client()
    address, page = looked_at(client, "?vraag-0=ander", scholen=NEW_OC)
    assert "Noor Nieuw (noor@linde.example)</strong>: 1 open vraag" in page
    assert "De mail vertrekt maandag 2 november om 10:00." in page
    assert re.search(r'name="vragen" value="stuur" checked>', page)
    done = client.get(carried_out(client, address, page, vragen="stuur"))
    assert done.status_code == 200
    tick(office, "2026-11-02T10:05")
    assert [key for key, _ in told(office, "noor@linde.example")] == [ROUND]
    assert opening(office).startswith(f"Sinds maandag 2 november 2026 doet u het werk van {OC}. Beste Noor Nieuw,")
    tick(office, "2026-11-03T10:05")
    assert len(told(office, "noor@linde.example")) == 1
    mail = office.must("outbox", "list", "--json").json
    late = [row for row in mail if (row["sent_at"] or "") > NOW]
    assert [row["to"] for row in late if any(one["task"] == ROUND for one in row["notices"])] == ["noor@linde.example"]


def test_who_takes_over_later_is_asked_on_that_day(office: Office, desk: Desk) -> None:
    client = desk.client()
    address, page = looked_at(client, rollen=LATER)
    assert "noor@linde.example</strong> (vanaf dinsdag 1 december 2026): nu 1 open vraag" in page
    carried_out(client, address, page, vragen="stuur")
    tick(office, "2026-11-30T10:05")
    assert told(office, "noor@linde.example") == []
    tick(office, "2026-12-01T10:05")
    opened_between = ROUND.replace("september", "december")
    assert sorted(key for key, _ in told(office, "noor@linde.example")) == [opened_between, ROUND]
    assert opening(office).startswith(f"Sinds dinsdag 1 december 2026 doet u het werk van {OC}.")


def test_who_comes_a_while_after_the_other_left_reads_from_whom(office: Office) -> None:
    """Two imports: the one goes, and a week later the other comes, who hears at the next reminder."""
    tick(office, "2026-11-24T09:00")
    for day, text in (("2026-11-25", SCHOLEN.replace(OC, "")), ("2026-12-03", NEW_OC)):
        office.write("nieuw/scholen.csv", text)
        path = str(office.folder / "nieuw/scholen.csv")
        office.must("import", path, "--apply", "--now", f"{day}T10:00")
    tick(office, "2026-12-08T09:00")
    assert opening(office).startswith(f"Sinds donderdag 3 december 2026 doet u het werk van {OC}.")


def test_without_the_tick_nobody_is_asked(office: Office, desk: Desk) -> None:
    client = desk.client()
    address, page = looked_at(client, "?vraag-0=ander", scholen=NEW_OC)
    carried_out(client, address, page)
    tick(office, "2026-11-02T10:05")
    assert told(office, "noor@linde.example") == []


def test_the_same_person_under_another_address_is_not_asked_again(desk: Desk) -> None:
    _, page = looked_at(desk.client(), "?vraag-0=zelfde", scholen=NEW_OC)
    assert "Voer door" in page
    assert "Vragen die al openstaan" not in page


def test_who_has_the_role_too_and_was_not_asked_is_named_and_hears(office: Office, desk: Desk) -> None:
    with desk.means.database.write() as connection:
        two = contact_by_email(connection, DIRECTEUR)
        assert two is not None
        day = date(2026, 11, 2)
        give_role(connection, desk.means, two, "ondersteuningscoordinator", "10AA00", day, None, parse_moment(NOW))
    client = desk.client()
    address, page = looked_at(client, "?vraag-0=ander", scholen=NEW_OC)
    assert f"Ook {DIRECTEUR} krijgt dan een mail: deze persoon kreeg de vraag nog niet." in page
    before = told(office, DIRECTEUR).count((ROUND, "uitvraag"))
    carried_out(client, address, page, vragen="stuur")
    tick(office, "2026-11-02T10:05")
    assert ROUND in [key for key, _ in told(office, "noor@linde.example")]
    assert len([key for key, _ in told(office, DIRECTEUR) if key == ROUND]) > before


def test_an_import_by_which_somebody_takes_over_later_is_undone_before_and_after(office: Office, desk: Desk) -> None:
    client = desk.client()
    address, page = looked_at(client, rollen=LATER)
    assert "Dan vragen wij op die dag wat er dan openstaat." in page
    made = carried_out(client, address, page, vragen="stuur")
    assert client.post(f"{made}/ongedaan").status_code == 303
    with desk.means.database.read() as connection:
        assert contact_by_email(connection, "noor@linde.example") is None
    address, page = looked_at(client, rollen=LATER)
    made = carried_out(client, address, page, vragen="stuur")
    tick(office, "2026-11-24T10:05")
    office.must("tick", "--now", "2026-12-01T10:05")
    assert ROUND in [key for key, _ in told(office, "noor@linde.example")]
    desk.now.set("2026-12-01T10:06")
    before = [one for one in told(office, OC) if one[1] == "uitvraag"]
    assert desk.client().post(f"{made}/ongedaan").status_code == 303
    tick(office, "2026-12-01T10:07")
    assert told(office, "noor@linde.example") == []
    assert [one for one in told(office, OC) if one[1] == "uitvraag"] == before


def test_a_second_person_beside_the_first_is_not_asked(desk: Desk) -> None:
    _, page = looked_at(desk.client(), scholen=SCHOLEN.replace(OC, f"{OC}, noor@linde.example"))
    assert "Voer door" in page
    assert "Vragen die al openstaan" not in page


def test_what_was_asked_goes_back_when_the_import_is_undone_before_the_mail(office: Office, desk: Desk) -> None:
    client = desk.client()
    address, page = looked_at(client, "?vraag-0=ander", scholen=NEW_OC)
    made = carried_out(client, address, page, vragen="stuur")
    before = told(office, OC)
    assert client.post(f"{made}/ongedaan").status_code == 303
    tick(office, "2026-11-02T10:05")
    assert told(office, "noor@linde.example") == []
    assert told(office, OC) == before


@pytest.mark.parametrize("ticked", [False, True], ids=["before the mail was made", "while it waits"])
def test_an_undone_import_asks_nobody_what_they_were_not_asked(office: Office, ticked: bool) -> None:
    """The reminder went to who stood in: without the import the one who is back would not get it either."""
    desk = a_desk(office.folder, "2026-11-25T10:00")
    with desk.means.database.write() as connection:
        oc, directeur = contact_by_email(connection, OC), contact_by_email(connection, DIRECTEUR)
        assert oc is not None
        assert directeur is not None
        away, back = date(2026, 11, 25), date(2026, 12, 9)
        set_away(connection, desk.means, oc, directeur, away, back, parse_moment("2026-11-25T10:00"))
    office.must("tick", "--now", "2026-11-24T09:00")
    tick(office, "2026-12-08T09:00")
    before = told(office, OC)
    desk.now.set("2026-12-10T10:00")
    client = desk.client()
    address, page = looked_at(client, "?vraag-0=ander", scholen=NEW_OC)
    made = carried_out(client, address, page, vragen="stuur")
    if ticked:
        office.must("tick", "--now", "2026-12-10T10:00")
        assert told(office, "noor@linde.example") != []
    assert client.post(f"{made}/ongedaan").status_code == 303
    tick(office, "2026-12-10T10:05")
    assert told(office, "noor@linde.example") == []
    assert told(office, OC) == before
    desk.means.database.close()


def test_the_command_line_tells_of_it_and_asks_with_a_word(office: Office) -> None:
    office.write("nieuw/scholen.csv", NEW_OC)
    path = str(office.folder / "nieuw/scholen.csv")
    shown = office.must("import", path, "--now", NOW).out
    assert "Ander adres? oc@linde.example is weg en Noor Nieuw (noor@linde.example) is nieuw als" in shown
    assert "Noor Nieuw (noor@linde.example) neemt een rol over: 1 vraag open van De Linde (10AA00)" in shown
    assert "Met --open-vragen erbij wel" in shown
    assert "aan de vorige gesteld. De mail zou maandag 2 november om 10:00 vertrekken." in shown
    done = office.must("import", path, "--apply", "--open-vragen", "--now", NOW).out
    assert "aan de vorige gesteld. De mail vertrekt maandag 2 november om 10:00." in done
    tick(office, "2026-11-02T10:05")
    assert [key for key, _ in told(office, "noor@linde.example")] == [ROUND]


# Documents


@pytest.mark.parametrize(
    "rows",
    [
        OLD + f"{SOP};10AA00;2026-10-28;\n",
        OLD.replace("2022-10-18;1", "2026-10-28;"),
        OLD.replace("2022-10-18", "2026-10-28"),
    ],
    ids=["on a row of its own", "instead of the old one", "its day over the old one's"],
)
def test_a_new_version_closes_the_late_question_and_an_undone_import_brings_it_back(
    office: Office, desk: Desk, rows: str
) -> None:
    client = desk.client()
    address, page = looked_at(client, documenten=HEAD + rows)
    assert "Deze vraag om een nieuwe versie sluit meteen: Schoolondersteuningsprofiel vernieuwen (De Linde)." in page
    made = carried_out(client, address, page)
    assert state(office) == "done"
    assert "nieuwe versie ingelezen" in client.get(f"/taken/{LATE}").text
    assert "stop" not in office.must("plan", "--now", NOW).out.casefold()
    again, same = looked_at(client, documenten=HEAD + rows)
    assert "Er verandert niets" in same and "gelezen als een nieuwe versie" not in same, again
    assert "1 taak die met deze import eindigde, komt terug." in client.get(made).text
    assert client.post(f"{made}/ongedaan").status_code == 303
    assert state(office) == "open"


def test_a_corrected_day_is_no_new_version(office: Office, desk: Desk) -> None:
    client = desk.client()
    address, page = looked_at(client, documenten=HEAD + OLD.replace("2022-10-18", "2022-10-08"))
    assert "18 oktober 2022 → 8 oktober 2022" in page
    carried_out(client, address, page)
    assert state(office) == "open"


def test_an_undone_import_asks_again_what_nobody_was_sent_yet(tmp_path: Path) -> None:
    """The mail was held, and the request had given way in it to a later step: it goes as a request."""
    office = a_running_office(tmp_path / "w", rules=(SOP,), register={"documenten": HEAD + OLD})
    for moment in ("2026-09-01T09:00", "2026-10-16T09:00", "2026-10-20T09:00"):
        tick(office, moment)
    desk = a_desk(office.folder, NOW)
    client = desk.client()
    address, page = looked_at(client, documenten=HEAD + OLD + f"{SOP};10AA00;2026-10-28;\n")
    made = carried_out(client, address, page)
    assert client.post(f"{made}/ongedaan").status_code == 303
    desk.means.database.close()
    tick(office, "2026-11-03T09:00")
    assert (LATE, "uitvraag") in told(office, DIRECTEUR)


# What undoing tells


def test_undoing_a_change_of_people_tells_of_people_alone(office: Office, desk: Desk) -> None:
    client = desk.client()
    address, page = looked_at(client, "?vraag-0=ander", scholen=NEW_OC)
    made = carried_out(client, address, page, vragen="stuur")
    tick(office, "2026-11-02T10:05")
    text = client.get(made).text
    assert "Deze contactpersoon blijft staan, zonder rol: er is al mail van." in text
    assert "Noor Nieuw (noor@linde.example)" in text
    assert "vervallen" not in text and "vervalt" not in text


def test_undoing_a_new_school_tells_what_becomes_of_its_tasks(office: Office, desk: Desk) -> None:
    client = desk.client()
    new = (
        SCHOLEN + "13DD00;De Beuk;70001;Alkmaar;Alkmaar;directeur@beuk.example;oc@beuk.example;consulent@swv.example\n"
    )
    address, page = looked_at(client, scholen=new)
    made = carried_out(client, address, page)
    assert "blijft staan" not in client.get(made).text
    seal = re.search(r"--apply (\w+)", office.must("plan", "--now", NOW).out)
    assert seal is not None
    office.must("plan", "--apply", seal[1], "--now", NOW)
    tasks = [row for row in office.must("tasks", "--json").json if row["party"] == "13DD00"]
    later = [row for row in tasks if row["state"] == "planned"]
    text = client.get(made).text
    assert "Deze school of dit bestuur blijft staan, maar niet actief: er hoort al iets bij." in text
    assert "De Beuk (13DD00)" in text
    assert f"{len(later)} taken die nog niet open zijn, vervallen bij de volgende planning." in text
    assert len(later) > 1
