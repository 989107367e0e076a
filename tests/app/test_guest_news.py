"""Guests of gesprekken follow people and the register at once, and what they hear is told before it is done."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from engine.app.handing_over import guests_after_handing_over
from engine.app.people import Person, give_role
from engine.core.localtime import parse_moment
from engine.store.acts import newest_acts
from engine.store.appointments import waiting_invitations
from engine.store.messages import all_messages
from engine.store.notices import notices_of_messages
from engine.store.people import contact_by_email, rows_of_people
from tests.acceptance.test_talks import TEAMS
from tests.web.desk import Desk, a_desk
from tests.workspaces import Office, a_running_office, copied

pytestmark = pytest.mark.slow
TALK, OTHER, OPEN = (f"startgesprek.2026-2027.{code}" for code in ("10AA00", "11BB00", "12CC00"))
OLD, NEW = "consulent@swv.example", "jan@swv.example"
NOW = "2026-09-07T10:00"


@pytest.fixture(scope="module")
def arranged(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office where two startgesprekken are arranged, whose guests were invited, and one is asked still."""
    folder = tmp_path_factory.mktemp("guests") / "w"
    office = a_running_office(folder, rules=("startgesprek",), register={"scholen": TEAMS + "\n"})
    office.must("tick", "--now", "2026-08-19T09:00")
    office.must("deliver", "--now", "2026-08-19T09:00")
    for key, day in ((TALK, "06"), (OTHER, "07")):
        office.must("task", key, "appoint", "--at", f"2026-10-{day}T14:00", "--now", "2026-09-01T10:00")
    office.must("tick", "--now", "2026-09-01T10:30")
    office.must("deliver", "--now", "2026-09-01T10:30")
    return office


@pytest.fixture
def desk(arranged: Office, tmp_path: Path) -> Desk:
    return a_desk(copied(arranged, tmp_path / "w").folder, NOW)


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def number(desk: Desk, email: str) -> int:
    with desk.means.database.read() as connection:
        found = contact_by_email(connection, email)
    assert found is not None
    return found


def waiting(desk: Desk, *keys: str) -> list[tuple[str, str]]:
    with desk.means.database.read() as connection:
        return sorted((m.email, made.method) for key in keys for made, m in waiting_invitations(connection, key))


def text_to(desk: Desk, email: str) -> str:
    """The newest mail to that address that waits, on one line."""
    with desk.means.database.read() as connection:
        *_, mail = (one for one in all_messages(connection, ["queued"]) if one.email == email)
    body = message_from_bytes(desk.means.vault.open(mail.id, mail.raw or b""), policy=policy.default)
    part = body.get_body(("plain",))  # type: ignore[attr-defined]
    return " ".join(part.get_content().split())


def handed_over(desk: Desk, client: TestClient) -> tuple[str, str]:
    """The page before, and what was done."""
    one = number(desk, OLD)
    page = client.get(f"/contacten/{one}/overdragen?soort=nieuw&naam=Jan+Visser&email={NEW}").text
    stand = re.search(r'name="stand" value="(\w+)"', page)
    assert stand is not None
    form = {"naar": NEW, "naam": "Jan Visser", "vanaf": "2026-09-07", "stand": stand[1]}
    done = client.post(f"/contacten/{one}/overdragen", data=form)
    assert done.status_code == 303, done.text
    return words(page), client.get(done.headers["location"]).text


def test_a_gesprek_that_is_arranged_goes_over_with_an_invitation_and_is_not_asked_again(desk: Desk) -> None:
    client = desk.client("bureau")
    before, after = handed_over(desk, client)
    assert "3 rollen, 1 open taak." in before
    assert f"2 gesprekken staan al vast: Jan Visser krijgt 2 uitnodigingen en {OLD} krijgt 2 afmeldingen." in before
    assert "Startgesprek, De Linde dinsdag 6 oktober 2026 14:00 uitnodiging maandag 7 september om 10:01" in before
    assert "3 rollen en 1 open taak. 2 uitnodigingen en 2 afmeldingen gaan uit." in after
    assert waiting(desk, TALK, OTHER) == [(OLD, "CANCEL")] * 2 + [(NEW, "REQUEST")] * 2
    assert f"U neemt dit gesprek over van {OLD}." in text_to(desk, NEW)
    assert "U hoeft niet meer bij dit gesprek te zijn. Het gesprek zelf gaat wel door." in text_to(desk, OLD)
    assert "Jan Visser" in client.get("/post").text, "it stands with the mail that is ready"
    office = Office(desk.site.place.folder)
    office.must("tick", "--now", "2026-09-07T10:05")
    with desk.means.database.read() as connection:
        told = notices_of_messages(connection)
        theirs = [one for one in all_messages(connection) if one.email == NEW]
    assert {notice.task for one in theirs for notice in told.get(one.id, ())} == {OPEN}


def test_who_else_hears_of_what_goes_over_stands_there_before(desk: Desk) -> None:
    one, now = number(desk, "team@school1.example"), parse_moment(NOW)
    with desk.means.database.write() as connection:
        give_role(connection, desk.means, one, "consulent", "12CC00", now.date(), None, now)
    before, _ = handed_over(desk, desk.client("bureau"))
    assert "stelt de vraag opnieuw. Ook team@school1.example krijgt dan een mail: deze persoon kreeg de vraag" in before


def test_an_invitation_of_another_guest_that_still_waits_names_who_comes_by_now(desk: Desk) -> None:
    Office(desk.site.place.folder).must("task", TALK, "appoint", "--place", "Zaal 2", "--now", NOW)
    assert waiting(desk, TALK) == [(OLD, "REQUEST"), ("team@school1.example", "REQUEST")]
    handed_over(desk, desk.client("bureau"))
    assert waiting(desk, TALK) == [(OLD, "CANCEL"), (NEW, "REQUEST"), ("team@school1.example", "REQUEST")]
    told = text_to(desk, "team@school1.example")
    assert "Zaal 2" in told
    assert "Jan Visser" in told
    assert OLD not in told


def test_a_preview_of_handing_over_leaves_no_trace(desk: Desk) -> None:
    one = number(desk, OLD)
    with desk.means.database.read() as connection:
        before = rows_of_people(connection, [one])
    day, now = parse_moment(NOW).date(), parse_moment(NOW)
    news = guests_after_handing_over(desk.means, one, Person(NEW, "Jan Visser"), day, now)
    assert [(one.name, one.kind) for one in news] == [("Jan Visser", "invited"), (OLD, "spared")] * 2
    with desk.means.database.read() as connection:
        assert rows_of_people(connection, [one]) == before
        assert contact_by_email(connection, NEW) is None
    assert waiting(desk, TALK, OTHER) == []


def test_undoing_a_handing_over_before_mail_left_takes_the_invitations_back(desk: Desk) -> None:
    client = desk.client("bureau")
    _, after = handed_over(desk, client)
    button = re.search(r'action="(/herstel/\d+)"', after)
    assert button is not None
    assert client.post(button[1]).status_code == 303
    assert waiting(desk, TALK, OTHER) == []
    with desk.means.database.read() as connection:
        reasons = {one.reason for one in all_messages(connection, ["dropped"])}
    assert reasons == {"wie er bij het gesprek komt, is gewijzigd voordat de mail weg was"}


def test_undoing_a_handing_over_after_mail_left_says_what_goes_out(desk: Desk) -> None:
    client = desk.client("bureau")
    _, after = handed_over(desk, client)
    office = Office(desk.site.place.folder)
    office.must("tick", "--now", "2026-09-07T10:05")
    office.must("deliver", "--now", "2026-09-07T10:05")
    desk.now.set("2026-09-07T11:00")
    button = re.search(r'action="(/herstel/\d+)"', after)
    assert button is not None
    asked = client.post(button[1], data={"terug": "/beheer/logboek"})
    assert asked.status_code == 200
    assert f"Dan gaat dit uit. 2 gesprekken staan al vast: {OLD} krijgt 2 uitnodigingen" in words(asked.text)
    assert waiting(desk, TALK, OTHER) == [], "nothing is done yet"
    form = {"terug": "/beheer/logboek", "zeker": "ja"}
    page = client.get(client.post(button[1], data=form).headers["location"]).text
    assert "1 open taak. 2 uitnodigingen en 2 afmeldingen gaan uit." in page
    assert page.count("afmeldingen gaan uit") >= 1
    assert waiting(desk, TALK, OTHER) == [(OLD, "REQUEST")] * 2 + [(NEW, "CANCEL")] * 2


def test_a_last_day_says_first_who_hears_and_which_role_nobody_has_then(desk: Desk) -> None:
    client, one = desk.client("bureau"), number(desk, OLD)
    page = client.get(f"/contacten/{one}").text
    stand = re.search(r'name="stand" value="(\w+)"', page)
    role = re.search(r'bij De Linde</span></summary>\s*<form[^>]* action="(/contacten/\d+/rol/\d+)"', page)
    assert stand is not None
    assert role is not None
    form = {"stand": stand[1], "tot": "2026-09-06"}
    asked = client.post(role[1], data=form)
    assert asked.status_code == 200
    assert f"Dan gaat dit uit. 1 gesprek staat al vast: {OLD} krijgt 1 afmelding." in words(asked.text)
    assert "Daarna heeft niemand de rol consulent bij De Linde: " in words(asked.text)
    assert waiting(desk, TALK, OTHER) == []
    done = client.post(role[1], data={**form, "zeker": "ja"})
    assert "1 afmelding gaat uit." in client.get(done.headers["location"]).text
    assert waiting(desk, TALK, OTHER) == [(OLD, "CANCEL")]


def test_a_new_contact_with_a_role_says_first_who_hears_and_keeps_what_was_typed(desk: Desk) -> None:
    client = desk.client("bureau")
    form = {"naam": "Jan & Visser", "email": NEW, "rol": "consulent", "partij": "10AA00", "weekbericht": "2"}
    asked = client.post("/contacten/nieuw", data=form)
    assert asked.status_code == 200
    told = unescape(words(asked.text))
    assert "Wilt u deze contactpersoon toevoegen?" in told
    assert "Dan gaat dit uit. 1 gesprek staat al vast: Jan & Visser krijgt 1 uitnodiging." in told
    with desk.means.database.read() as connection:
        assert contact_by_email(connection, NEW) is None
    assert waiting(desk, TALK, OTHER) == []
    back = re.search(r'href="(/contacten/nieuw\?[^"]+)"', asked.text)
    assert back is not None
    again = client.get(unescape(back[1])).text
    assert 'value="Jan &amp; Visser"' in again
    assert all(f'<option value="{chosen}" selected>' in again for chosen in ("2", "consulent", "10AA00"))
    done = client.get(client.post("/contacten/nieuw", data={**form, "zeker": "ja"}).headers["location"]).text
    assert "1 uitnodiging gaat uit." in done
    assert waiting(desk, TALK, OTHER) == [(NEW, "REQUEST")]
    button = re.search(r'action="(/herstel/\d+)"', done)
    assert button is not None
    assert client.post(button[1]).status_code == 303
    assert waiting(desk, TALK, OTHER) == []


def test_a_role_that_is_given_says_first_who_hears(desk: Desk) -> None:
    client, one = desk.client("bureau"), number(desk, "team@school1.example")
    stand = re.search(r'name="stand" value="(\w+)"', client.get(f"/contacten/{one}").text)
    assert stand is not None
    form = {"stand": stand[1], "rol": "consulent", "partij": "11BB00"}
    asked = client.post(f"/contacten/{one}/rol", data=form)
    assert asked.status_code == 200
    assert "1 gesprek staat al vast: team@school1.example krijgt 1 uitnodiging." in words(asked.text)
    assert waiting(desk, TALK, OTHER) == []
    assert client.post(f"/contacten/{one}/rol", data={**form, "zeker": "ja"}).status_code == 303
    assert waiting(desk, TALK, OTHER) == [("team@school1.example", "REQUEST")]


def test_an_import_says_before_it_is_made_and_undone_who_hears(desk: Desk) -> None:
    client = desk.client("bureau")
    list_ = (TEAMS + "\n").replace("team@school1.example", "zorg@linde.example")
    files = [("bestand", ("scholen.csv", list_.encode()))]
    address = client.post("/beheer/register/controleer", files=files).headers["location"]
    page = client.get(address, params={"vraag-0": "ander"}).text
    told = "krijgt 1 uitnodiging en team@school1.example krijgt 1 afmelding."
    assert f"1 gesprek staat al vast: zorg@linde.example {told}" in words(page)
    assert waiting(desk, TALK) == []
    seal = re.search(r'name="zegel" value="(\w+)"', page)
    assert seal is not None
    stored = client.post(address, data={"zegel": seal[1], "vraag-0": "ander"})
    assert stored.status_code == 303, stored.text
    done = client.get(stored.headers["location"]).text
    assert "1 uitnodiging en 1 afmelding gaan uit." in done
    assert waiting(desk, TALK) == [("team@school1.example", "CANCEL"), ("zorg@linde.example", "REQUEST")]
    assert "zorg@linde.example" in client.get("/post").text
    assert "Uitnodigingen voor gesprekken" not in done, "an undo takes back what did not leave yet"
    office = Office(desk.site.place.folder)
    office.must("deliver", "--now", "2026-09-07T10:05")
    desk.now.set("2026-09-07T11:00")
    here = stored.headers["location"].partition("?")[0]
    told = words(client.get(here).text)
    assert "Maakt u deze import ongedaan? Dan gaat dit uit. 1 gesprek staat al vast:" in told
    assert client.post(f"{here}/ongedaan").status_code == 303
    with desk.means.database.read() as connection:
        newest = newest_acts(connection, 1)[0]
    assert newest.text.endswith("is ongedaan gemaakt. 1 uitnodiging en 1 afmelding gaan uit.")
    assert waiting(desk, TALK) == [("team@school1.example", "REQUEST"), ("zorg@linde.example", "CANCEL")]


def test_an_import_by_command_says_so_too(arranged: Office, tmp_path: Path) -> None:
    office = copied(arranged, tmp_path / "w")
    office.write("register/scholen.csv", (TEAMS + "\n").replace("team@school1.example", "zorg@linde.example"))
    register = str(office.folder / "register")
    told = "Gesprekken die al vaststaan: zorg@linde.example krijgt 1 uitnodiging en team@school1.example krijgt"
    for more in ((), ("--apply",)):
        out = office.must("import", register, *more, "--now", NOW).out
        assert told in out
        assert "Die vertrekken maandag 7 september om 10:01." in out


def test_calling_off_asks_for_a_date_again_by_what_was_sent_already(desk: Desk) -> None:
    client = desk.client("bureau")
    page = f"/taken/{TALK}/afspraak"
    shown = client.get(page).text
    told = f"De mail gaat op maandag 7 september vanaf 10:00 naar {OLD}."
    assert "2 afzeggingen gaan uit." in words(shown)
    assert told in words(shown)
    mark = re.search(r'name="gezien" value="([^"]*)"', shown)
    assert mark is not None
    done = client.post(f"{page}/af", data={"gezien": mark[1]})
    after = client.get(done.headers["location"]).text
    assert told in words(after)
    office = Office(desk.site.place.folder)
    office.must("tick", "--now", "2026-09-07T10:05")
    text = text_to(desk, OLD)
    assert "Wilt u een datum kiezen voor dit gesprek?" in text
    assert "De afspraak met De Linde van dinsdag 6 oktober 2026 14:00 is afgezegd." in text
    button = re.search(r'action="(/herstel/\d+)"', after)
    assert button is not None
    assert client.post(button[1]).status_code == 303
    office.must("tick", "--now", "2026-09-07T10:10")
    with desk.means.database.read() as connection:
        asked = [one for one in all_messages(connection, ["queued"]) if one.kind == "digest"]
    assert asked == [], "with the appointment back nobody is asked to plan"


def test_a_call_off_by_command_says_when_the_planner_is_asked_again(arranged: Office, tmp_path: Path) -> None:
    office = copied(arranged, tmp_path / "w")
    out = office.must("task", TALK, "appoint", "--off", "--now", NOW).out
    assert "2 afzeggingen gaan uit." in out
    assert f"De mail gaat op maandag 7 september vanaf 10:00 naar {OLD}." in out


def test_a_clash_by_command_says_what_is_stored_and_the_way_back(arranged: Office, tmp_path: Path) -> None:
    office = copied(arranged, tmp_path / "w")
    out = office.must("task", OTHER, "appoint", "--at", "2026-10-06T15:00", "--now", NOW).out
    assert f"Let op: {OLD} heeft dan ook een gesprek: Startgesprek, De Linde, van 14:00 tot 15:30." in out
    assert "De afspraak is wel opgeslagen." in out
    assert f"task {OTHER} appoint --at 2026-10-07T14:00" in out
