"""Acting on tasks at the desk: what it asks and tells, what it does, and to whose tasks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from starlette.testclient import TestClient

from engine.app.actions import Outcome
from engine.app.compose import compose
from engine.app.desk import Moved
from engine.app.tick import decide_all
from engine.core.answer import Answer
from engine.core.letter import DAY_MOVED
from engine.core.task import StoredTask
from engine.core.user import UserRole
from engine.store.acts import newest_acts
from engine.store.answers import add_answer, requests_waiting
from engine.store.database import Database, scratch_database
from engine.store.messages import all_messages
from engine.store.tasks import load_task, load_tasks
from engine.store.transitions import history
from engine.web.new_day import new_day_told
from tests.web.desk import Desk, a_desk, failing
from tests.workspaces import SCHOLEN, Office, a_running_office

LINDE, BAKEN, EIK = (f"thuiszitters.2026-2027.december.{code}" for code in ("10AA00", "11BB00", "12CC00"))
# De Eik has another consulent.
SCHOOLS = SCHOLEN.replace("oc@eik.example;consulent@swv.example", "oc@eik.example;andere@swv.example")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Database]]:
    """The desk of an office where the thuiszitters of december were just asked, and a copy of its store."""
    office = a_running_office(
        tmp_path_factory.mktemp("acting") / "w", rules=("thuiszitters",), register={"scholen": SCHOOLS}
    )
    desk = a_desk(office.folder, "2026-11-24T09:00")
    decide_all(desk.means, desk.now())
    compose(desk.means, desk.now())
    office.must("deliver", "--now", "2026-11-24T09:30")
    kept = scratch_database()
    desk.means.database.copy_to(kept)
    yield desk, kept
    desk.means.database.close()


@pytest.fixture
def desk(asked: tuple[Desk, Database]) -> Desk:
    """The same, a day later."""
    found, kept = asked
    kept.copy_to(found.means.database)
    found.now.set("2026-11-25T10:00")
    return found


def task(desk: Desk, key: str) -> StoredTask:
    with desk.means.database.read() as connection:
        found = load_task(connection, key)
    assert found is not None
    return found


def marks(text: str) -> list[str]:
    return re.findall(r'name="gezien" value="([^"]+)"', text)


def fill_in(client: TestClient, action: str, *keys: str, **fields: str) -> list[str]:
    """Opens the page of the action, and returns what it saw of the tasks."""
    answer = client.post("/taken/doe", data={"actie": action, "taak": list(keys), "terug": "/taken", **fields})
    assert answer.status_code == 200, answer.text
    return marks(answer.text)


def do(client: TestClient, action: str, *keys: str, **fields: str):
    """Fills the page in and presses its button."""
    seen = fill_in(client, action, *keys)
    data = {"actie": action, "taak": list(keys), "gezien": seen, "terug": "/", "stap": "doe", **fields}
    return client.post("/taken/doe", data=data)


def everything(desk: Desk) -> object:
    with desk.means.database.read() as connection:
        return load_tasks(connection), all_messages(connection), newest_acts(connection, 9)


def days_told(desk: Desk) -> list[tuple[str, str]]:
    """The mails that tell of another last day: to whom, and how they stand."""
    with desk.means.database.read() as connection:
        return [(mail.email, mail.state) for mail in all_messages(connection) if mail.kind == DAY_MOVED]


def newest_act(desk: Desk) -> int:
    with desk.means.database.read() as connection:
        return newest_acts(connection, 1)[0].id


def test_an_action_first_tells_what_it_changes_and_changes_nothing(desk: Desk) -> None:
    before = everything(desk)
    answer = desk.client().post("/taken/doe", data={"actie": "klaar", "taak": [LINDE, BAKEN], "terug": "/"})
    assert answer.status_code == 200
    assert "4 herinneringen vervallen." in answer.text
    assert "schuiven mee" not in answer.text
    assert "2 mails aan de directeur gaan niet meer uit" in answer.text
    assert "Zet 2 taken op klaar" in answer.text
    assert everything(desk) == before


def test_uitstel_says_whether_a_mail_tells_of_it(desk: Desk) -> None:
    form = {"actie": "uitstel", "taak": [LINDE], "terug": "/", "dag": "2026-12-18"}
    answer = desk.client().post("/taken/doe", data=form)
    assert "Over het uitstel zelf gaat geen mail uit. De volgende mail noemt de nieuwe dag." in answer.text
    linde = task(desk, LINDE)
    silent = replace(linde, steps=tuple(replace(step, state="noticed") for step in linde.steps))
    moved = [Moved(linde, after, ("extend",)) for after in (silent, linde)]
    assert "Bij 1 taak volgt geen mail meer" in new_day_told(Outcome(tuple(moved), (), (), (), (), None), "uitstel")
    alone = Outcome((moved[0],), (), (), (), (), None)
    assert "Laat de nieuwe dag dus zelf weten." in new_day_told(alone, "uitstel")
    assert new_day_told(alone, "afsluiten").startswith("Over de nieuwe dag zelf gaat geen mail uit. Er volgt ook geen")


def test_uitstel_of_what_is_near_goes_out_by_mail_and_says_so_first(desk: Desk) -> None:
    desk.now.set("2026-12-10T10:00")
    client = desk.client()
    form = {"actie": "uitstel", "taak": [LINDE], "terug": "/", "dag": "2026-12-16"}
    page = client.post("/taken/doe", data=form).text
    assert "Wie de vraag kreeg, hoort het daarom per mail, met uw reden." in page
    assert "gaat geen mail uit" not in page
    assert "Er gaan 3 mails uit." in page
    (read,) = re.findall(r"Lees de mail aan oc@linde.example</summary>(.*?)</details>", page, re.DOTALL)
    assert "woensdag 16 december" in read
    assert "oc@linde.example" in page
    assert "uiterlijk woensdag 16 december" in page
    with desk.means.database.read() as connection:
        assert "datum-verzet" not in {one.kind for one in all_messages(connection)}
    do(client, "uitstel", LINDE, dag="2026-12-16", tekst="griep")
    with desk.means.database.read() as connection:
        mails = [one for one in all_messages(connection) if one.kind == "datum-verzet"]
    told = {"oc@linde.example", "consulent@swv.example", "leerplicht@alkmaar.example"}
    assert {one.email for one in mails} == told
    assert "3 mails vertrekken, de eerste donderdag 10 december om 10:00." in client.get("/beheer/logboek").text


def test_a_reminder_is_read_before_it_is_sent_as_its_reader_will_see_it(desk: Desk) -> None:
    client, before = desk.client(), everything(desk)
    page = client.post("/taken/doe", data={"actie": "herinnering", "taak": [LINDE], "terug": "/"}).text
    (read,) = re.findall(r"Lees de mail aan oc@linde.example</summary>(.*?)</details>", page, re.DOTALL)
    subject = re.search(r"Onderwerp: <strong>([^<]*)", read)
    assert subject is not None
    assert "vrijdag 11 december" in read
    assert "De Linde" in read
    assert everything(desk) == before
    do(client, "herinnering", LINDE)
    with desk.means.database.read() as connection:
        (sent,) = [one for one in all_messages(connection, ["queued"]) if one.email == "oc@linde.example"]
    assert sent.subject == subject[1]


def test_another_day_than_was_seen_is_shown_first_with_why_it_rolls(desk: Desk) -> None:
    client, before = desk.client(), everything(desk)
    form = {"actie": "uitstel", "taak": [LINDE], "terug": "/", "tekst": "griep", "dag_gezien": "2026-12-18"}
    form["gezien"] = fill_in(client, "uitstel", LINDE)
    answer = client.post("/taken/doe", data={**form, "dag": "2026-12-23", "stap": "doe"})
    assert answer.status_code == 200
    assert "U koos een andere dag. Er is nog niets gedaan." in answer.text
    assert (
        "Woensdag 23 december valt in de kerstvakantie. Voor De Linde wordt het daarom maandag 4 januari" in answer.text
    )
    assert 'name="dag_gezien" value="2026-12-23"' in answer.text
    assert everything(desk) == before


def test_a_reminder_taken_back_says_that_its_mail_stays(desk: Desk) -> None:
    client = desk.client()
    page = client.get(do(client, "herinnering", LINDE).headers["location"]).text
    assert "De mail vertrekt" in page
    number = re.search(r'action="(/herstel/\d+)"', page)
    assert number is not None
    undone = client.get(client.post(number[1], data={"terug": "/"}).headers["location"]).text
    assert "Ongedaan gemaakt: herinnering klaargezet voor De Linde." in undone
    assert "De mail gaat niet weg." in undone
    assert "vertrekt" not in undone.partition("Ongedaan gemaakt")[2].partition("</")[0]


def test_what_was_done_is_told_with_the_way_back_and_taken_back(desk: Desk) -> None:
    client = desk.client()
    answer = do(client, "uitstel", LINDE, BAKEN, dag="2026-12-18", tekst="griep")
    assert answer.status_code == 303
    page = client.get(answer.headers["location"]).text
    assert "Uitstel gegeven aan De Linde en Het Baken" in page
    assert "tot en met vrijdag 18 december. Reden: griep." in page
    assert str(task(desk, LINDE).plan.due) == "2026-12-18"
    number = re.search(r'action="(/herstel/\d+)"', page)
    assert number is not None
    client.post(number[1], data={"terug": "/"})
    assert str(task(desk, LINDE).plan.due) == "2026-12-11"
    assert task(desk, LINDE).extended is None


def test_the_newest_action_is_taken_back_from_the_task_and_an_older_one_says_why_not(desk: Desk) -> None:
    client = desk.client()
    do(client, "uitstel", LINDE, dag="2026-12-18", tekst="griep")
    do(client, "klaar", LINDE)
    log = client.get("/beheer/logboek").text
    older = log[log.index("Uitstel gegeven aan De Linde") :]
    assert "Kan niet meer ongedaan: daarna is hier al iets anders mee gebeurd." in older.partition("</tr>")[0]
    newer = log[log.index("Op klaar gezet: De Linde") :].partition("</tr>")[0]
    assert "Maak ongedaan" in newer
    page = client.get(f"/taken/{LINDE}").text
    history_of = page[page.index('id="geschiedenis"') :]
    assert "Op klaar gezet: De Linde" in history_of
    number = re.search(r'action="(/herstel/\d+)"', history_of)
    assert number is not None
    assert client.post(number[1], data={"terug": f"/taken/{LINDE}"}).status_code == 303
    assert task(desk, LINDE).state == "open"
    assert "/herstel/" not in desk.client("lezer").get(f"/taken/{LINDE}").text


@pytest.mark.parametrize(
    ("action", "fields", "word"),
    [
        ("herinnering", {}, "Herinnering klaargezet voor De Linde"),
        ("uitstel", {"dag": "2026-12-18", "tekst": "ziek"}, "Uitstel gegeven aan De Linde"),
        ("klaar", {}, "Op klaar gezet: De Linde"),
        ("nvt", {"tekst": "geen leerlingen"}, "Op n.v.t. gezet: De Linde"),
        ("invullen", {"tekst": "gebeld met de administratie"}, "Antwoord verwerkt namens De Linde"),
        ("pauzeer", {"dag": "2026-12-14", "tekst": "verhuizing"}, "Gepauzeerd: De Linde"),
        ("notitie", {"tekst": "gebeld, komt morgen"}, "Notitie geschreven bij De Linde"),
    ],
)
def test_each_action_is_done_recorded_and_can_be_undone(
    desk: Desk, action: str, fields: dict[str, str], word: str
) -> None:
    client = desk.client()
    state = task(desk, LINDE).state
    answer = do(client, action, LINDE, **fields)
    assert answer.status_code == 303, answer.text
    with desk.means.database.read() as connection:
        act = newest_acts(connection, 1)[0]
        happened = history(connection, LINDE)
    assert act.text.startswith(word)
    assert action == "notitie" or happened[-1].by == "bureau"
    assert client.post(f"/herstel/{act.id}", data={"terug": "/"}).status_code == 303
    assert task(desk, LINDE).state == state


def test_an_undo_that_breaks_off_leaves_no_half(desk: Desk) -> None:
    """Whichever of its transactions fails, nothing is undone; until none fails."""
    client = desk.client()
    do(client, "klaar", LINDE)
    number = newest_act(desk)
    before = everything(desk)
    for turn in range(1, 5):
        answer = failing(desk, turn).client().post(f"/herstel/{number}", data={"terug": "/"})
        if answer.status_code != 500:
            break
        assert everything(desk) == before
    assert (turn, answer.status_code, task(desk, LINDE).state) == (2, 303, "open")


def test_what_was_closed_is_asked_anew(desk: Desk) -> None:
    client = desk.client()
    do(client, "klaar", LINDE)
    answer = do(client, "heropen", LINDE, dag="2026-12-04", tekst="aantal klopt niet")
    assert answer.status_code == 303
    assert "mails vertrekken, de eerste" in client.get(answer.headers["location"]).text
    assert task(desk, LINDE).state == "open"
    page = client.get(f"/taken/{LINDE}").text
    assert "aantal klopt niet" in page
    assert "Heropend op woensdag 25 november 2026, met vrijdag 4 december 2026 als uiterste dag." in page
    assert "Uitstel tot en met" not in page
    assert "komt bij de volgende mail" in page


def test_a_reminder_that_stands_ready_is_told_as_mail_that_goes_out(desk: Desk) -> None:
    client = desk.client()
    assert "klaar om te versturen. Daarna gaat" not in client.get(f"/taken/{LINDE}").text
    do(client, "herinnering", LINDE)
    assert "1 mail staat klaar om te versturen. Daarna gaat er nog" in client.get(f"/taken/{LINDE}").text


def test_a_field_that_is_missing_or_wrong_is_told_with_what_was_typed(desk: Desk) -> None:
    client = desk.client()
    before = everything(desk)
    for fields, told in (
        ({"dag": "2026-12-18", "tekst": ""}, "Vul in: reden."),
        ({"dag": "2026-12-18", "tekst": "leerling 111222333"}, "BSN"),
        ({"dag": "2026-11-01", "tekst": "ziek"}, "al voorbij"),
    ):
        answer = do(client, "uitstel", LINDE, **fields)
        assert answer.status_code in (409, 422)
        assert told in answer.text
    assert 'value="2026-11-01"' in answer.text
    assert everything(desk) == before


def test_nothing_ticked_an_unknown_action_and_a_senseless_date_are_told(desk: Desk) -> None:
    client = desk.client()
    assert "niets aangevinkt" in client.post("/taken/doe", data={"actie": "klaar"}).text
    assert client.post("/taken/doe", data={"actie": "wis alles", "taak": LINDE}).status_code == 422
    senseless = client.post("/taken/doe", data={"actie": "uitstel", "taak": LINDE, "dag": "31 februari"})
    assert senseless.status_code == 422


def test_the_second_of_two_people_is_told_and_changes_nothing(desk: Desk) -> None:
    first, second = (
        desk.client(email="anna@swv.example", name="Anna"),
        desk.client(email="bram@swv.example", name="Bram"),
    )
    seen = fill_in(second, "uitstel", LINDE)
    do(first, "nvt", LINDE, tekst="geen leerlingen")
    before = everything(desk)
    data = {"actie": "uitstel", "taak": LINDE, "gezien": seen, "stap": "doe", "dag": "2026-12-18", "tekst": "ziek"}
    answer = second.post("/taken/doe", data=data)
    assert answer.status_code == 409
    assert "Anna was u voor: op n.v.t. gezet om 10:00." in answer.text
    assert everything(desk) == before


def test_a_double_click_does_it_once(desk: Desk) -> None:
    client = desk.client()
    seen = fill_in(client, "herinnering", LINDE)
    data = {"actie": "herinnering", "taak": LINDE, "gezien": seen, "stap": "doe", "terug": "/"}
    assert client.post("/taken/doe", data=data).status_code == 303
    before = everything(desk)
    assert client.post("/taken/doe", data=data).status_code == 409
    assert everything(desk) == before


@pytest.mark.parametrize("role", ["consulent", "lezer", None])
def test_who_may_not_act_on_a_task_finds_nothing_there(desk: Desk, role: UserRole | None) -> None:
    client = desk.client(role)
    keys = [LINDE, EIK] if role == "consulent" else [LINDE]
    before = everything(desk)
    for path in ("/taken/doe", "/taken/verzoek"):
        data = {"actie": "klaar", "taak": keys, "stap": "doe", "gezien": [f"{key}=1" for key in keys]}
        assert client.post(path, data=data).status_code in (401, 404), (role, path)
    assert everything(desk) == before


def test_a_consulent_acts_on_the_own_schools_and_undoes_the_own_acts_alone(desk: Desk) -> None:
    consulent, bureau = desk.client("consulent"), desk.client()
    assert do(consulent, "nvt", LINDE, tekst="geen leerlingen").status_code == 303
    do(bureau, "klaar", BAKEN)
    with desk.means.database.read() as connection:
        theirs, own = newest_acts(connection, 2)
    assert consulent.post(f"/herstel/{theirs.id}").status_code == 404
    assert consulent.post(f"/herstel/{own.id}").status_code == 303
    assert consulent.get(f"/taken/{EIK}").status_code == 404


def test_everything_of_a_school_pauses_and_goes_on(desk: Desk) -> None:
    client = desk.client()
    do(client, "pauzeer", LINDE, dag="2027-04-01", tekst="verhuizing", alles="ja")
    maart = LINDE.replace("december", "maart")
    assert (task(desk, LINDE).suspended, task(desk, maart).suspended) == (task(desk, maart).suspended,) * 2
    assert task(desk, maart).suspended is not None
    do(client, "hervat", LINDE, alles="ja")
    assert (task(desk, LINDE).suspended, task(desk, maart).suspended) == (None, None)


def test_a_task_shows_its_dates_who_heard_and_what_one_can_do(desk: Desk) -> None:
    text = desk.client().get(f"/taken/{LINDE}").text
    for part in ("Waarom deze datum?", "Wie wat hoort", "verstuurd op dinsdag 24 november 2026", "Geef uitstel"):
        assert part in text, part
    assert "Geef uitstel" not in desk.client("lezer").get(f"/taken/{LINDE}").text
    assert desk.client().get("/taken/bestaat.niet").status_code == 404


def test_what_was_sent_before_an_uitstel_keeps_its_day(desk: Desk) -> None:
    """The days that the ladder would give it now are neither shown nor explained."""
    office = Office(desk.site.place.folder)
    office.must("tick", "--now", "2026-12-08T10:00")
    office.must("deliver", "--now", "2026-12-08T10:30")
    desk.now.set("2026-12-09T10:00")
    client = desk.client()
    before = client.get(f"/taken/{LINDE}").text
    assert "<dt>Stap herinnering</dt>" in before
    do(client, "uitstel", LINDE, dag="2027-02-05", tekst="ziek")
    moved = {step.plan.name: step for step in task(desk, LINDE).steps}
    assert moved["uitvraag"].state == moved["herinnering"].state == "noticed"
    assert moved["herinnering"].plan.date is not None
    assert moved["herinnering"].plan.date > date(2026, 12, 8)
    page = client.get(f"/taken/{LINDE}").text
    ladder = re.findall(r'<th scope="row">(\w+)</th>\s*<td data-label="Wanneer">([^<]+)</td>', page)
    assert ("Herinnering", "dinsdag 8 december") in ladder
    assert "<dt>Stap herinnering</dt>" not in page
    assert "<dt>Stap bellen</dt>" in page
    whole = client.get("/uitvragen/thuiszitters/2026-2027/december").text
    steps = re.findall(r'<th scope="row">(\w+)</th>\s*<td data-label="Wanneer">([^<]+)</td>', whole)
    assert ("Herinnering", "dinsdag 8 december 2026") in steps
    later = whole[whole.index("uiterlijk vrijdag 5 februari 2027") :].partition("</section>")[0]
    assert "<dt>Peildatum</dt>" in later
    assert "<dt>Stap uitvraag</dt>" in later
    assert "<dt>Stap herinnering</dt>" not in later
    assert "<dt>Stap bellen</dt>" in later


def test_looking_at_a_task_changes_nothing(desk: Desk) -> None:
    before = everything(desk)
    for _ in range(3):
        desk.client().get(f"/taken/{LINDE}")
    assert everything(desk) == before


def test_a_name_full_of_markup_is_shown_as_text(desk: Desk) -> None:
    client = desk.client()
    do(client, "notitie", LINDE, tekst="<script>alert(1)</script>")
    assert "<script>" not in client.get(f"/taken/{LINDE}").text
    assert "&lt;script&gt;" in client.get(f"/taken/{LINDE}").text


def test_a_request_for_more_time_is_shown_settled_by_uitstel_and_waits_again_when_that_is_undone(desk: Desk) -> None:
    client = desk.client()
    with desk.means.database.write() as connection:
        who = next(one for one in desk.means.register(connection).contacts.values() if one.email == "oc@linde.example")
        asked = Answer(0, LINDE, 1, "more_time", who.id, desk.now(), "ziek", date(2026, 12, 17))
        add_answer(connection, asked)
    assert "meer tijd nodig, tot en met donderdag 17 december" in client.get(f"/taken/{LINDE}").text
    form = client.post("/taken/doe", data={"actie": "uitstel", "taak": LINDE}).text
    assert 'value="2026-12-17"' in form
    do(client, "uitstel", LINDE, dag="2026-12-17", tekst="ziek")
    assert "meer tijd nodig, tot en met" not in client.get(f"/taken/{LINDE}").text
    with desk.means.database.read() as connection:
        number = newest_acts(connection, 1)[0].id
    client.post(f"/herstel/{number}", data={"terug": "/"})
    assert "meer tijd nodig, tot en met" in client.get(f"/taken/{LINDE}").text
    assert client.post("/taken/verzoek", data={"taak": LINDE, "terug": "/"}).status_code == 303
    assert "meer tijd nodig, tot en met" not in client.get(f"/taken/{LINDE}").text


def test_who_asked_for_more_time_hears_the_new_day_unless_that_is_unticked(desk: Desk) -> None:
    client = desk.client()
    with desk.means.database.write() as connection:
        who = next(one for one in desk.means.register(connection).contacts.values() if one.email == "oc@linde.example")
        add_answer(connection, Answer(0, LINDE, 1, "more_time", who.id, desk.now(), "ziek", date(2026, 12, 17)))
    page = client.post("/taken/doe", data={"actie": "uitstel", "taak": LINDE}).text
    assert re.search(r'name="mail" value="ja" checked', page)
    assert "Wie om meer tijd vroeg, krijgt een mail met de nieuwe dag en uw reden." in page
    assert "Er gaat 1 mail uit" in page
    assert "De uiterste dag is nu donderdag 17 december 2026" in page
    silent = {"dag": "2026-12-17", "tekst": "ziek", "mail_gezien": "ja"}
    page = client.post("/taken/doe", data={"actie": "uitstel", "taak": LINDE, **silent}).text
    assert "Er gaat 1 mail uit" not in page
    do(client, "uitstel", LINDE, **silent, mail="ja")
    assert days_told(desk) == [("oc@linde.example", "queued")]
    client.post(f"/herstel/{newest_act(desk)}", data={"terug": "/"})
    assert days_told(desk) == [("oc@linde.example", "dropped")]
    do(client, "uitstel", LINDE, **silent)
    assert days_told(desk) == [("oc@linde.example", "dropped")]
    client.post(f"/herstel/{newest_act(desk)}", data={"terug": "/"})
    for day in ("2026-12-17", "2026-12-18"):
        do(client, "uitstel", LINDE, dag=day, tekst="ziek")
    assert days_told(desk)[-1] == ("oc@linde.example", "queued"), "the mail that waits names the newest day"


def test_a_mail_that_was_ticked_later_is_shown_first(desk: Desk) -> None:
    client = desk.client()
    with desk.means.database.write() as connection:
        who = next(one for one in desk.means.register(connection).contacts.values() if one.email == "oc@linde.example")
        add_answer(connection, Answer(0, LINDE, 1, "more_time", who.id, desk.now(), "ziek", date(2026, 12, 17)))
    answer = do(client, "uitstel", LINDE, dag="2026-12-17", tekst="ziek", mail="ja", mail_gezien="nee")
    assert (answer.status_code, task(desk, LINDE).extended) == (200, None)
    assert "Er gaat 1 mail uit" in answer.text


def test_another_request_is_no_request_for_more_time(desk: Desk) -> None:
    client = desk.client()
    with desk.means.database.write() as connection:
        who = next(one for one in desk.means.register(connection).contacts.values() if one.email == "oc@linde.example")
        add_answer(connection, Answer(0, LINDE, 1, "someone_else", who.id, desk.now(), "De directeur", None))
    assert "niet de juiste persoon" in client.get("/").text
    page = client.post("/taken/doe", data={"actie": "uitstel", "taak": LINDE}).text
    assert "Geef uitstel" in page
    assert "vraagt meer tijd" not in page


def test_no_request_waits_where_nobody_asked(desk: Desk) -> None:
    answer = desk.client().post("/taken/verzoek", data={"taak": LINDE, "terug": "/"})
    assert answer.status_code == 422
    with desk.means.database.read() as connection:
        assert requests_waiting(connection) == []


def test_the_round_tells_of_n_v_t_of_another_day_and_of_mail_that_is_to_leave(desk: Desk) -> None:
    client = desk.client()
    page = "/uitvragen/thuiszitters/2026-2027/december"
    do(client, "uitstel", LINDE, dag="2027-01-08", tekst="ziek")
    do(client, "nvt", BAKEN, tekst="Geen leerlingen meer")
    do(client, "herinnering", EIK)
    words = " ".join(re.sub(r"<[^>]+>", " ", client.get(page).text).split())
    assert "Uiterlijk vrijdag 11 december 2026 1 taak heeft een andere dag: vrijdag 8 januari 2027" in words
    assert "1 n.v.t." in words
    assert "“Geen leerlingen meer”" in words
    assert "“Geen leerlingen meer”" in client.get(f"/taken/{BAKEN}").text.partition("<h2")[0]
    linde = " ".join(re.sub(r"<[^>]+>", " ", client.get(f"/taken/{LINDE}").text).split())
    assert "vrijdag 8 januari 2027 met de hand gezet; eerst was dat vrijdag 11 december 2026" in linde
    assert "Uitstel gegeven, tot en met vrijdag 8 januari 2027" in linde
    assert "met de hand (vertrekt 25 november)" in words


def test_what_was_done_to_more_tasks_of_one_school_says_how_many_and_of_which_rounds(desk: Desk) -> None:
    maart, client = LINDE.replace("december", "maart"), desk.client()
    assert do(client, "nvt", LINDE, maart, tekst="geen leerlingen").status_code == 303
    with desk.means.database.read() as connection:
        said = newest_acts(connection, 1)[0].text
    title = task(desk, LINDE).plan.title
    assert said.startswith("Op n.v.t. gezet: De Linde (2 taken). Reden: geen leerlingen.")
    assert f"Het gaat om: {title}, ronde december en {title}, ronde maart." in said
    desk.now.set("2027-08-03T10:00")
    assert do(desk.client(), "heropen", LINDE, dag="2027-09-03").status_code == 303
    with desk.means.database.read() as connection:
        assert f"{title}, ronde december 2026-2027." in newest_acts(connection, 1)[0].text
