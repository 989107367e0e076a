"""A person's own page: what a personal link opens, what an answer does, and what a wrong link tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from starlette.testclient import TestClient

from engine.app.people import set_away
from engine.store.acts import newest_acts
from engine.store.answers import answers_of, requests_waiting
from engine.store.messages import all_messages
from engine.store.register import contact_number
from engine.store.tables import events, metadata
from engine.store.tasks import load_task
from engine.store.transitions import history
from tests.web.desk import ADDRESS, Desk, a_desk
from tests.workspaces import Office, a_running_office, copied

LINDE, BAKEN = "thuiszitters.2026-2027.december.10AA00", "thuiszitters.2026-2027.december.11BB00"
COORDINATOR, OTHER = "oc@linde.example", "oc@baken.example"
BEGUN, OPENED, LATER = "2026-11-20T09:00", "2026-11-24T09:00", "2026-11-25T10:00"
WRONG = "x" * 43


@pytest.fixture(scope="module")
def queued(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office in which the december round of thuiszitters is about to be asked for."""
    folder = tmp_path_factory.mktemp("mine") / "w"
    office = a_running_office(folder, rules=("thuiszitters",), at=BEGUN, more=f'[web]\nadres = "{ADDRESS}"')
    office.must("tick", "--now", OPENED)
    return office


@pytest.fixture(scope="module")
def opened(queued: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The same when it has been asked for."""
    office = copied(queued, tmp_path_factory.mktemp("mine") / "w")
    office.must("deliver", "--now", OPENED)
    return office


@pytest.fixture
def desk(opened: Office, tmp_path: Path) -> Iterator[Desk]:
    """Its site, the day after."""
    desk = a_desk(copied(opened, tmp_path / "w").folder, LATER)
    yield desk
    desk.means.database.close()


def mail_to(desk: Desk, email: str) -> str:
    """The text of the newest mail to that address."""
    with desk.means.database.read() as connection:
        mine = [one for one in all_messages(connection) if one.email == email and one.raw is not None]
    raw = desk.means.vault.open(mine[-1].id, mine[-1].raw or b"")
    return raw.decode().replace("=\r\n", "").replace("=3D", "=")


def token_of(desk: Desk, email: str) -> str:
    """The token in the newest mail to that address."""
    found = re.search(rf"{ADDRESS}/mijn/([\w-]{{43}})", mail_to(desk, email))
    assert found is not None
    return found[1]


def link_of(desk: Desk, email: str = COORDINATOR) -> str:
    """The path of the newest link that was mailed there."""
    return f"/mijn/{token_of(desk, email)}"


def fields(page: str, key: str) -> dict[str, str]:
    """What the forms of a question send along."""
    seen = re.search(rf'value="{re.escape(key)}">\s*<input type="hidden" name="gezien" value="([^"]*)"', page)
    assert seen is not None
    return {"taak": key, "gezien": seen[1]}


def send(client: TestClient, link: str, kind: str, key: str = LINDE, **typed: str) -> tuple[int, str]:
    """Presses a button as the page stands now; follows where it leads."""
    form = fields(client.get(link).text, key) | {"antwoord": kind, **typed}
    answer = client.post(link, data=form)
    if answer.status_code == 303:
        answer = client.get(answer.headers["location"])
    return answer.status_code, answer.text


def state_of(desk: Desk, key: str = LINDE) -> str:
    with desk.means.database.read() as connection:
        task = load_task(connection, key)
    assert task is not None
    return task.state


def everything(desk: Desk) -> list[str]:
    """All rows of the database."""
    with desk.means.database.read() as connection:
        return [str(row) for table in metadata.sorted_tables for row in connection.execute(select(table))]


def test_the_link_opens_what_is_asked_with_its_date_and_whom_to_call(desk: Desk) -> None:
    page = desk.client(None).get(link_of(desk)).text
    assert "Er staat 1 vraag voor u open" in page
    assert "De Linde" in page
    assert "Uiterlijk <strong>vrijdag 11 december 2026</strong>" in page
    assert "010 000 0000" in page
    assert "Het Baken" not in page
    assert 'aria-label="Hoofdmenu"' not in desk.client("bureau").get(link_of(desk)).text


def test_before_the_peildatum_the_question_says_to_wait_for_it(desk: Desk) -> None:
    wait = "Het gaat om de stand op dinsdag 1 december 2026. Die dag komt nog: druk pas op Klaar als u weet hoe het"
    client, link = desk.client(None), link_of(desk)
    assert wait in client.get(link).text
    desk.now.set("2026-12-01T09:00")
    page = client.get(link).text
    assert "Het gaat om de stand op dinsdag 1 december 2026." in page
    assert "Die dag komt nog" not in page


def test_fifty_visits_change_nothing(desk: Desk) -> None:
    """A mail scanner opens every link, with GET and HEAD; no token is used up."""
    link, client = link_of(desk), desk.client(None)
    before = everything(desk)
    assert {client.get(link).status_code for _ in range(50)} == {200}
    assert client.head(link).status_code == 200
    assert client.get(f"/mijn/{WRONG}").status_code == 404
    client.get("/nieuwe-link")
    client.get(f"{link}/ontvangen/1")
    assert everything(desk) == before


def agenda_of(desk: Desk, key: str = LINDE, email: str = COORDINATOR) -> str:
    return f"{link_of(desk, email)}/{key}.ics"


def test_each_question_has_its_last_day_for_ones_own_agenda(desk: Desk) -> None:
    client, link = desk.client(None), agenda_of(desk)
    assert f'<a href="{link}">Zet in mijn agenda' in client.get(link_of(desk)).text
    assert f"{ADDRESS}{link}" in mail_to(desk, COORDINATOR)
    answer = client.get(link)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="uiterlijk-2026-12-11-thuiszitters.ics"'
    text = answer.content.decode().replace("\r\n ", "")
    assert "METHOD:PUBLISH" in text
    assert f"UID:{LINDE}@vo0001.jaarplanning" in text
    assert "DTSTART;VALUE=DATE:20261211" in text
    assert "DTEND;VALUE=DATE:20261212" in text
    assert "SEQUENCE:0" in text
    assert link_of(desk) not in text
    assert client.get(link).content == answer.content


def test_a_last_day_that_agendas_show_otherwise_is_newer_than_theirs(desk: Desk) -> None:
    row = {"uid": LINDE, "sequence": 3, "digest": "", "changed_at": 0, "shown": {}}
    with desk.means.database.write() as connection:
        connection.execute(insert(events).values(**row, starts="2026-12-09", ends="2026-12-10"))
    assert b"SEQUENCE:4\r\n" in desk.client(None).get(agenda_of(desk)).content


def test_the_last_day_of_what_is_not_asked_is_not_given(desk: Desk) -> None:
    client, mine = desk.client(None), link_of(desk)
    before = everything(desk)
    for wrong in (f"{mine}/{BAKEN}.ics", f"{mine}/niets.ics", f"/mijn/{WRONG}/{LINDE}.ics"):
        assert client.get(wrong).status_code == 404
    assert client.head(agenda_of(desk)).status_code == 200
    assert everything(desk) == before


def test_the_last_day_of_what_was_answered_leads_to_the_page(desk: Desk) -> None:
    client, link = desk.client(None), link_of(desk)
    send(client, link, "klaar")
    answer = client.get(f"{link}/{LINDE}.ics")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{link}#{LINDE}")
    assert "Zet in mijn agenda" not in client.get(link).text


def test_once_the_last_day_is_over_nothing_offers_it(desk: Desk) -> None:
    desk.now.set("2026-12-14T10:00")
    assert "Zet in mijn agenda" not in desk.client(None).get(link_of(desk)).text


def test_klaar_closes_the_question_with_who_and_when_and_what_was_said(desk: Desk) -> None:
    link, client = link_of(desk), desk.client(None)
    code, page = send(client, link, "klaar", opmerking="Drie leerlingen.\r\nDe lijst volgt.")
    assert code == 200
    assert "Dank u wel. U gaf door dat u klaar bent." in page
    assert state_of(desk) == "done"
    with desk.means.database.read() as connection:
        stored = answers_of(connection, [LINDE])[LINDE]
        moves = [(one.move, one.by) for one in history(connection, LINDE)]
        told = newest_acts(connection, 1)[0]
    assert [(one.kind, one.remark) for one in stored] == [("done", "Drie leerlingen.\nDe lijst volgt.")]
    assert moves[-2:] == [("submit", COORDINATOR), ("accept", COORDINATOR)]
    assert told.subjects[0] == LINDE
    log = desk.client().get("/beheer/logboek").text
    rows = [row for row in log.partition("<tbody>")[2].split("<tr>") if "De Linde" in row]
    assert ("Doorgegeven op de eigen pagina" in rows[0], len(rows)) == (True, 1)
    page = client.get(link).text
    assert "er staat niets voor u open" in page
    assert "Drie leerlingen." in page
    assert "Wijzigen kan tot en met vrijdag 11 december 2026." in page


def test_an_answer_is_confirmed_by_mail_at_any_hour_and_beside_the_digest_of_the_day(desk: Desk) -> None:
    desk.now.set("2026-11-28T23:30")  # a Saturday night
    send(desk.client(None), link_of(desk), "klaar", opmerking="Tot maandag 3 juni 2019!")
    office = Office(desk.site.place.folder)
    office.must("deliver", "--now", "2026-11-28T23:31")
    with desk.means.database.read() as connection:
        mail = all_messages(connection, ["sent"])[-1]
    assert (mail.kind, mail.email) == ("bevestiging", COORDINATOR)
    assert "Ontvangen" in mail.subject
    assert desk.client(None).get(link_of(desk)).status_code == 200


def test_answers_that_come_together_are_confirmed_together(desk: Desk) -> None:
    consulent, client = "consulent@swv.example", desk.client(None)
    link = link_of(desk, consulent)
    send(client, link, "klaar", LINDE)
    send(client, link, "nvt", BAKEN)
    with desk.means.database.read() as connection:
        mails = [one for one in all_messages(connection, ["queued"]) if one.kind == "bevestiging"]
    assert [one.subject for one in mails] == ["Ontvangen: 2 berichten"]


def test_an_answer_can_be_changed_until_the_deadline_and_not_after(desk: Desk) -> None:
    link, client = link_of(desk), desk.client(None)
    send(client, link, "klaar", opmerking="Drie")
    assert send(client, link, "klaar", opmerking="Vier")[0] == 200
    assert state_of(desk) == "done"
    assert send(client, link, "nvt")[0] == 200
    assert state_of(desk) == "waived"
    assert send(client, link, "klaar", opmerking="Vijf")[0] == 200
    assert state_of(desk) == "done"
    with desk.means.database.read() as connection:
        assert [one.kind for one in answers_of(connection, [LINDE])[LINDE]] == [
            "done",
            "done",
            "not_applicable",
            "done",
        ]
        moves = [one.move for one in history(connection, LINDE)]
    assert moves[-8:] == ["submit", "accept", "revise", "reopen", "waive", "reopen", "submit", "accept"]
    desk.now.set("2026-12-12T10:00")
    page = client.get(link).text
    assert "Wijzig wat is doorgegeven" not in page
    code = client.post(link, data={"taak": LINDE, "gezien": "done-4", "antwoord": "klaar"}).status_code
    assert code == 422


def test_an_answer_that_is_withdrawn_opens_the_question_again_with_its_ladder(desk: Desk) -> None:
    link, client = link_of(desk), desk.client(None)
    with desk.means.database.read() as connection:
        before = load_task(connection, LINDE)
    for kind in ("klaar", "klaar", "nvt"):
        send(client, link, kind, opmerking="Vergissing")
    code, page = send(client, link, "intrekken")
    assert code == 200
    assert "De vraag staat weer open." in page
    with desk.means.database.read() as connection:
        after = load_task(connection, LINDE)
    assert before is not None
    assert after is not None
    assert (after.state, after.next_at, after.plan) == ("open", before.next_at, before.plan)
    assert [one.state for one in after.steps] == [one.state for one in before.steps]
    assert "Er staat 1 vraag voor u open" in client.get(link).text
    assert send(client, link, "klaar")[0] == 200
    assert state_of(desk) == "done"


def test_a_late_answer_can_be_changed_for_14_days(desk: Desk) -> None:
    link, client = link_of(desk), desk.client(None)
    desk.now.set("2026-12-20T10:00")
    send(client, link, "klaar")
    assert "Wijzigen kan tot en met zondag 3 januari 2027." in client.get(link).text


def test_a_double_click_and_a_second_tab_are_told_what_stands(desk: Desk) -> None:
    link, client = link_of(desk), desk.client(None)
    form = fields(client.get(link).text, LINDE) | {"antwoord": "klaar", "opmerking": "Drie"}
    first, again = client.post(link, data=form), client.post(link, data=form)
    assert first.status_code == again.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    other = client.post(link, data=form | {"antwoord": "nvt"})
    assert other.status_code == 409
    assert "Uw antwoord is niet bewaard." in other.text
    assert state_of(desk) == "done"


def test_of_two_people_the_second_sees_the_answer_of_the_first(desk: Desk) -> None:
    client = desk.client(None)
    link, company = link_of(desk), link_of(desk, "consulent@swv.example")
    form = fields(client.get(company).text, LINDE) | {"antwoord": "klaar"}
    send(client, link, "klaar", opmerking="Twee leerlingen")
    late = client.post(company, data=form)
    assert late.status_code == 409
    assert "door oc@linde.example" in late.text
    assert "Twee leerlingen" in late.text


def test_more_time_is_a_request_that_changes_no_date_and_the_bureau_sees(desk: Desk) -> None:
    link, client = link_of(desk), desk.client(None)
    code, page = send(client, link, "meer-tijd", opmerking="Ziek", tot="2026-12-18")
    assert code == 200
    assert "blijft de datum gelden: vrijdag 11 december 2026" in page
    assert state_of(desk) == "open"
    with desk.means.database.read() as connection:
        (request,) = requests_waiting(connection)
    assert (request.kind, request.remark, str(request.until)) == ("more_time", "Ziek", "2026-12-18")
    assert "U vroeg om meer tijd, tot en met vrijdag 18 december 2026" in client.get(link).text
    office = Office(desk.site.place.folder)
    office.must("task", LINDE, "extend", "--until", "2026-12-18", "--reason", "ziek", "--now", "2026-11-25T11:00")
    with desk.means.database.read() as connection:
        assert requests_waiting(connection) == []


def test_who_asks_the_same_twice_is_named_once_with_what_was_asked_last(desk: Desk) -> None:
    link, client = link_of(desk), desk.client(None)
    for day in ("2026-12-18", "2026-12-21"):
        send(client, link, "meer-tijd", tot=day)
    with desk.means.database.read() as connection:
        assert [str(one.until) for one in requests_waiting(connection)] == ["2026-12-21"]
    assert desk.client("bureau").get("/").text.count("meer tijd nodig") == 1


def test_a_pause_says_until_when(desk: Desk) -> None:
    office = Office(desk.site.place.folder)
    office.must("task", LINDE, "suspend", "--until", "2026-12-04", "--reason", "brand", "--now", "2026-11-25T11:00")
    words = " ".join(re.sub(r"<[^>]+>", " ", desk.client(None).get(link_of(desk)).text).split())
    assert "gepauzeerd tot vrijdag 4 december 2026" in words


def test_what_was_late_and_pauses_shows_no_day_that_is_past(desk: Desk) -> None:
    """Its last day moved along, and is over already."""
    link = link_of(desk)
    desk.now.set("2026-12-17T10:00")
    pause = ("suspend", "--until", "2026-12-18", "--reason", "brand", "--now", "2026-12-17T10:00")
    Office(desk.site.place.folder).must("task", LINDE, *pause)
    page = desk.client(None).get(link).text
    assert "Tot die dag vragen wij u hier niet naar. U mag wel al antwoorden." in page
    assert "Uiterlijk" not in page and "Zet in mijn agenda" not in page


def test_why_a_question_is_asked_once_more_stands_with_it(desk: Desk) -> None:
    link, client, office = link_of(desk), desk.client(None), Office(desk.site.place.folder)
    send(client, link, "klaar")
    office.must("task", LINDE, "reopen", "--reason", "Er mist een getal.", "--now", "2026-11-26T11:00")
    desk.now.set("2026-11-26T12:00")
    assert "Deze vraag is opnieuw gesteld. De reden: Er mist een getal." in client.get(link).text


@pytest.mark.parametrize("day", ["2026-11-25", "2031-01-01", "vrijdag"])
def test_a_day_that_cannot_be_is_refused_at_its_question(desk: Desk, day: str) -> None:
    code, page = send(desk.client(None), link_of(desk), "meer-tijd", opmerking="Onze reden", tot=day)
    assert code == 422
    assert "Onze reden" in page
    with desk.means.database.read() as connection:
        assert requests_waiting(connection) == []


def test_who_is_not_the_right_person_must_say_who_is(desk: Desk) -> None:
    link, client = link_of(desk), desk.client(None)
    assert send(client, link, "iemand-anders")[0] == 422
    assert send(client, link, "iemand-anders", opmerking="De directeur")[0] == 200
    assert state_of(desk) == "open"


@pytest.mark.parametrize("text", ["Het gaat om 123456782", "x" * 2001])
def test_a_remark_with_a_bsn_or_too_long_is_refused_and_kept_to_be_mended(desk: Desk, text: str) -> None:
    code, page = send(desk.client(None), link_of(desk), "klaar", opmerking=text)
    assert code == 422
    assert text in page
    assert state_of(desk) == "open"


def test_markup_in_a_remark_is_shown_as_text(desk: Desk) -> None:
    link, client = link_of(desk), desk.client(None)
    send(client, link, "klaar", opmerking="<b>dik</b><script>")
    assert "&lt;b&gt;dik&lt;/b&gt;&lt;script&gt;" in client.get(link).text


def test_wrong_ended_revoked_and_foreign_links_give_the_very_same_page(desk: Desk, tmp_path: Path) -> None:
    client = desk.client(None)
    link, foreign = link_of(desk), link_of(desk, OTHER)
    wrong = client.get(f"/mijn/{WRONG}")
    assert wrong.status_code == 404
    assert "Deze link werkt niet" in wrong.text
    asked = fields(client.get(link).text, LINDE) | {"antwoord": "klaar"}
    answers = [client.post(foreign, data=asked), client.post(link, data=asked | {"taak": "bestaat-niet"})]
    answers += [client.get(f"{link}/ontvangen/{number}") for number in ("7", "9" * 30)]
    desk.now.set("2027-01-10T23:59")
    assert client.get(link).status_code == 200
    desk.now.set("2027-01-11T00:00")
    answers.append(client.get(link))
    assert {(one.status_code, one.text) for one in answers} == {(404, wrong.text)}
    assert state_of(desk) == "open"


def test_the_bureau_revokes_the_links_of_a_contact_and_takes_that_back(desk: Desk) -> None:
    client, link, bureau = desk.client(None), link_of(desk), desk.client("bureau")
    with desk.means.database.read() as connection:
        register = desk.means.register(connection)
    who = next(one.id for one in register.contacts.values() if one.email == COORDINATOR)
    assert desk.client("consulent").post(f"/contacten/{who}/links").status_code == 404
    done = bureau.post(f"/contacten/{who}/links")
    assert client.get(link).status_code == 404
    assert client.get(link_of(desk, OTHER)).status_code == 200
    assert bureau.post(f"/contacten/{who}/links").status_code == 422
    bureau.post(f"/herstel/{done.headers['location'].rpartition('=')[2]}")
    assert client.get(link).status_code == 200


def test_the_link_ends_with_the_contact_and_the_task_follows_a_successor(desk: Desk) -> None:
    """The role goes to somebody else: the old link opens nothing, as its owner has no role left."""
    client, link = desk.client(None), link_of(desk)
    office = Office(desk.site.place.folder)
    path = office.folder / "register/scholen.csv"
    path.write_text(path.read_text("utf-8").replace(COORDINATOR, "nieuw@linde.example"), "utf-8")
    office.must("import", str(office.folder / "register"), "--apply", "--now", "2026-11-25T11:00")
    desk.now.set("2026-11-26T10:00")
    assert client.get(link).status_code == 404


def test_a_new_link_goes_to_the_known_address_alone_and_the_answer_is_the_same(desk: Desk) -> None:
    client = desk.client(None)
    known, unknown = (
        client.post("/nieuwe-link", data={"adres": one}) for one in (COORDINATOR.upper(), "wie@x.example")
    )
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(COORDINATOR.upper(), "@") == unknown.text.replace("wie@x.example", "@")
    with desk.means.database.read() as connection:
        (mail,) = [one for one in all_messages(connection) if one.kind == "nieuwe-link"]
    assert mail.email == COORDINATOR
    assert client.get(link_of(desk)).status_code == 200
    client.post("/nieuwe-link", data={"adres": COORDINATOR})
    with desk.means.database.read() as connection:
        assert len([one for one in all_messages(connection) if one.kind == "nieuwe-link"]) == 1


def test_who_guesses_is_stopped_and_a_link_that_works_is_not(desk: Desk) -> None:
    client = desk.client(None)
    codes = [client.get(f"/mijn/{number:043}").status_code for number in range(40)]
    assert codes[0] == 404
    assert codes[-1] == 429
    assert client.get(link_of(desk)).status_code == 200


def test_no_other_site_hears_of_the_link(desk: Desk) -> None:
    client, link = desk.client(None), link_of(desk)
    for path in (link, f"/mijn/{WRONG}"):
        headers = client.get(path).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
    form = fields(client.get(link).text, LINDE) | {"antwoord": "klaar"}
    assert client.post(link, data=form, headers={"Origin": "null"}).status_code == 403
    assert client.post(link, data=form, headers={"Origin": "https://elders.example"}).status_code == 403
    same = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert client.post(link, data=form, headers=same).status_code == 303


def test_the_token_stands_nowhere_in_the_database(desk: Desk) -> None:
    """Neither as it is nor in a mail: the mails are sealed."""
    token = token_of(desk, COORDINATOR)
    desk.client(None).get(f"/mijn/{token}")
    assert token not in "\n".join(everything(desk))


def test_a_mail_that_is_composed_afresh_has_another_link_and_the_old_one_opens_nothing(
    queued: Office, tmp_path: Path
) -> None:
    office = copied(queued, tmp_path / "w")
    desk = a_desk(office.folder, OPENED)
    before, client = link_of(desk), desk.client(None)
    _compose_afresh(office, desk)
    after = link_of(desk)
    assert after != before
    assert client.get(before).status_code == 404
    assert client.get(after).status_code == 200


def test_without_an_address_mails_are_answered_by_mail(queued: Office, tmp_path: Path) -> None:
    office = copied(queued, tmp_path / "w")
    path = office.folder / "config.toml"
    path.write_text(path.read_text("utf-8").replace(f'adres = "{ADDRESS}"', ""), "utf-8")
    desk = a_desk(office.folder, OPENED)
    _compose_afresh(office, desk)
    assert "/mijn/" not in mail_to(desk, COORDINATOR)
    assert "mailto:" in mail_to(desk, COORDINATOR)


def _compose_afresh(office: Office, desk: Desk) -> None:
    with desk.means.database.read() as connection:
        number = next(str(one.id) for one in all_messages(connection, ["queued"]) if one.email == COORDINATOR)
    office.must("outbox", "hold", number)
    office.must("outbox", "release", number, "--now", OPENED)


def test_the_bureau_sees_the_remark_and_the_request(desk: Desk) -> None:
    client = desk.client(None)
    send(client, link_of(desk), "klaar", opmerking="Drie leerlingen")
    send(client, link_of(desk, OTHER), "meer-tijd", BAKEN, opmerking="Ziek", tot="2026-12-18")
    bureau = desk.client("bureau")
    assert "Drie leerlingen" in bureau.get(f"/taken/{LINDE}").text
    assert "Ziek" in bureau.get(f"/taken/{BAKEN}").text
    table = bureau.get("/uitvragen/thuiszitters/2026-2027/december").text
    assert "Drie leerlingen" in table
    assert "meer tijd nodig, tot en met 18 december" in table


def test_who_stands_in_sees_for_whom(desk: Desk) -> None:
    """De Linde's coordinator is away, that of Het Baken answers for her; of her own school nothing is said."""
    with desk.means.database.write() as connection:
        register = desk.means.register(connection)
        away, other = (contact_number(connection, email) for email in (COORDINATOR, OTHER))
        assert away is not None and other is not None
        set_away(connection, desk.means, away, other, date(2026, 11, 25), date(2026, 12, 4), desk.now())
    page = desk.client(None).get(link_of(desk, OTHER)).text
    linde, baken = (page[page.index(f'id="{key}"') :].partition("</header>")[0] for key in (LINDE, BAKEN))
    assert f"Namens {register.contacts[away].name} (afwezig tot en met vrijdag 4 december 2026)" in linde
    assert "Namens" not in baken
    assert "Namens" not in desk.client(None).get(link_of(desk)).text
