"""Sluit schooljaar af: per round not delivered or taken along, shown first, undone as a whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from engine import wiring
from engine.app.nightly import nightly
from engine.store.acts import newest_acts
from engine.store.facts import closed
from engine.store.messages import messages_by_number
from engine.store.task_lines import tasks_of_year
from engine.store.tasks import load_tasks
from engine.store.transitions import history
from tests.web.desk import Desk, a_desk
from tests.workspaces import SCHOLEN, Office, a_running_office, copied

pytestmark = pytest.mark.slow

NOW = "2027-07-05T10:00"
PAGE = "/jaarplanning/2026-2027/afsluiten"
COUNTED = "ronde.leerlingaantallen/2026-2027"
JUNE = "ronde.thuiszitters/2026-2027/juni"


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One answer came; the rest of two rules is open in July."""
    office = a_running_office(tmp_path_factory.mktemp("ended") / "w")
    for moment in ("2026-10-01T10:00", "2027-06-02T10:00", "2027-07-01T10:00"):
        office.must("tick", "--now", moment)
        office.must("deliver", "--now", moment)
    for round_ in ("september", "december", "maart", "juni"):
        office.must("task", f"thuiszitters.2026-2027.{round_}.10AA00", "accept", "--now", "2027-07-01T11:00")
    return office


@pytest.fixture
def desk(ended: Office, tmp_path: Path) -> Desk:
    return a_desk(copied(ended, tmp_path / "w").folder, NOW)


def filled(client: TestClient, **more: str) -> dict[str, str]:
    """The form as the page shows it, with other values; radios as they stand."""
    return {**fields(client.get(PAGE).text), **more}


def fields(text: str) -> dict[str, str]:
    """The hidden fields, the date and the ticked radios of the form."""
    form = next(part for part in re.findall(r"<form\b.*?</form>", text, re.DOTALL) if "/afsluiten" in part)
    found = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form))
    found |= dict(re.findall(r'type="radio" name="([^"]*)" value="([^"]*)" checked', form))
    if day := re.search(r'name="dag" type="date" value="([^"]*)"', form):
        found["dag"] = day[1]
    return found


def states(desk: Desk) -> dict[str, str]:
    with desk.means.database.read() as connection:
        return {task.key: task.state for task in tasks_of_year(connection, "2026-2027", of=None)}


def mails(desk: Desk) -> list[tuple[str, str]]:
    with desk.means.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT id, state FROM messages ORDER BY id")
        return [(str(row[0]), str(row[1])) for row in rows]


def close(desk: Desk, **chosen: str) -> str:
    """Looks first, then does it; returns what the page tells of it."""
    client = desk.client()
    shown = client.post(PAGE, data=filled(client, **chosen))
    done = client.post(PAGE, data={**fields(shown.text), "stap": "doe"})
    assert done.status_code == 303, done.text
    return client.get(done.headers["location"]).text


def test_what_is_too_late_is_proposed_as_not_delivered(desk: Desk) -> None:
    chosen = fields(desk.client().get(PAGE).text)
    assert chosen[COUNTED] == "niet"
    assert chosen["ronde.thuiszitters/2026-2027/maart"] == "niet"


def test_it_tells_in_words_what_happens_and_changes_nothing_yet(desk: Desk) -> None:
    client, before = desk.client(), states(desk)
    text = client.post(PAGE, data=filled(client)).text
    assert re.search(r"\d+ taken worden <em>niet geleverd</em>", text)
    assert "Over een taak die niet geleverd is, krijgt niemand mail" in text
    assert states(desk) == before


def test_what_is_not_delivered_is_waived_for_that_reason_and_nothing_is_mailed(desk: Desk) -> None:
    before = mails(desk)
    told = close(desk, **{JUNE: "mee", "dag": "2027-09-10"})
    assert "Schooljaar 2026-2027 afgesloten" in told
    after = states(desk)
    assert after["thuiszitters.2026-2027.maart.11BB00"] == "waived"
    assert after["thuiszitters.2026-2027.juni.11BB00"] == "open"
    assert after["thuiszitters.2026-2027.maart.10AA00"] == "done"
    with desk.means.database.read() as connection:
        assert history(connection, "thuiszitters.2026-2027.maart.11BB00")[-1].reason == "niet geleverd"
        (task,) = load_tasks(connection, keys=["thuiszitters.2026-2027.juni.11BB00"])
        assert closed(connection) == {"2026-2027"}
    assert (task.extended, str(task.plan.due)) == (task.plan.due, "2027-09-10")
    assert {state for number, state in mails(desk) if (number, state) not in before} <= {"dropped"}
    gone = [number for number, state in mails(desk) if state == "dropped" and (number, state) not in before]
    with desk.means.database.read() as connection:
        reasons = {one.reason for one in messages_by_number(connection, [int(one) for one in gone]).values()}
    assert reasons == {"schooljaar 2026-2027 is afgesloten"}


def test_a_closed_year_says_so_and_is_closed_once(desk: Desk) -> None:
    close(desk)
    client = desk.client()
    assert "Dit schooljaar is afgesloten" in client.get(PAGE).text
    assert "Afgesloten op maandag 5 juli 2027" in client.get("/jaarplanning/2026-2027").text
    assert "Schooljaar 2026-2027 is afgesloten" in client.get("/?schooljaar=2026-2027").text
    assert "Schooljaar 2026-2027 is afgesloten" in client.get("/uitvragen?schooljaar=2026-2027").text
    assert client.post(PAGE, data={"stap": "doe"}).status_code == 422


def test_undoing_opens_the_year_and_its_tasks_again(desk: Desk) -> None:
    before = states(desk)
    close(desk, **{JUNE: "mee", "dag": "2027-09-10"})
    client = desk.client()
    with desk.means.database.read() as connection:
        number = newest_acts(connection, 1)[0].id
    undone = client.post(f"/herstel/{number}", data={"terug": PAGE})
    assert undone.status_code == 303
    assert "De mail die bij het afsluiten verviel, wordt opnieuw gemaakt" in client.get(undone.headers["location"]).text
    assert states(desk) == before
    with desk.means.database.read() as connection:
        assert closed(connection) == set()


def test_another_choice_than_was_shown_is_shown_first(desk: Desk) -> None:
    client = desk.client()
    shown = fields(client.post(PAGE, data=filled(client)).text)
    answer = client.post(PAGE, data={**shown, JUNE: "mee", "stap": "doe", "dag": "2027-09-10"})
    assert "U koos iets anders" in answer.text
    with desk.means.database.read() as connection:
        assert closed(connection) == set()


def test_nothing_is_done_where_an_answer_came_in_meanwhile(desk: Desk) -> None:
    client = desk.client()
    shown = fields(client.post(PAGE, data=filled(client)).text)
    other = Office(desk.site.place.folder)
    other.must("task", "thuiszitters.2026-2027.maart.12CC00", "accept", "--now", "2027-07-05T10:00")
    assert client.post(PAGE, data={**shown, "stap": "doe"}).status_code == 409
    with desk.means.database.read() as connection:
        assert closed(connection) == set()


def test_a_last_day_is_asked_once_for_what_goes_along(desk: Desk) -> None:
    client = desk.client()
    answer = client.post(PAGE, data={**filled(client), JUNE: "mee", "dag": ""})
    assert answer.status_code == 422
    assert "de nieuwe laatste dag" in answer.text


def test_it_says_whether_anybody_hears_of_the_new_last_day(desk: Desk) -> None:
    client = desk.client()
    late = client.post(PAGE, data={**filled(client), COUNTED: "mee", "dag": "2027-08-31"}).text
    assert "Over de nieuwe dag zelf gaat geen mail uit. De volgende mail noemt de nieuwe dag." in late
    none = client.post(PAGE, data=filled(client)).text
    assert "de nieuwe dag zelf" not in none


def test_not_before_the_last_six_weeks(desk: Desk) -> None:
    desk.now.set("2027-06-19T10:00")
    assert "vanaf zondag 20 juni" in desk.client().get(PAGE).text
    assert "geen schooljaar om af te sluiten" in desk.client().get("/jaarplanning/afsluiten").text
    desk.now.set("2027-06-20T10:00")
    assert "Bekijk wat er dan gebeurt" in desk.client().get("/jaarplanning/afsluiten").text


def test_it_warns_while_the_next_schooljaar_is_not_adopted(desk: Desk) -> None:
    assert "Schooljaar 2027-2028 is nog niet vastgesteld" in desk.client().get(PAGE).text


def test_six_weeks_after_the_end_every_page_says_that_tasks_are_open(desk: Desk) -> None:
    said = "Schooljaar 2026-2027 heeft nog open taken"
    desk.now.set("2027-09-11T10:00")
    assert said not in desk.client().get("/account").text
    desk.now.set("2027-09-12T10:00")
    assert said in desk.client().get("/account").text
    close(desk)
    assert said not in desk.client().get("/account").text


def test_a_closed_year_gets_no_new_tasks(desk: Desk) -> None:
    close(desk)
    before = states(desk)
    office = Office(desk.site.place.folder)
    office.write("register/scholen.csv", SCHOLEN + "13DD00;De Nieuwe;70001;Alkmaar;Alkmaar;d@n.example;o@n.example;\n")
    office.must("import", str(office.folder / "register"), "--apply", "--now", NOW)
    nightly(desk.means, wiring.rulebook_of(desk.site.place)[0], desk.now())
    assert states(desk) == before


def test_nobody_but_the_bureau_may_close(desk: Desk) -> None:
    for role in ("consulent", "lezer"):
        assert desk.client(role).post(PAGE).status_code == 404  # type: ignore[arg-type]
