"""A school that closes: what is open there is stopped in one act, with its reason; undoing gives it back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from engine.app.invitations import follow
from engine.core.task import StoredStep, StoredTask
from engine.store.appointments import appointment_of
from engine.store.tasks import load_tasks
from engine.store.transitions import history
from tests.web.desk import Desk, a_desk
from tests.workspaces import SCHOLEN, Office, a_running_office, copied

pytestmark = pytest.mark.slow

NOW = "2026-12-02T10:00"
HERE = "/beheer/register"
EIK = "12CC00"
WITHOUT = "".join(line for line in SCHOLEN.splitlines(keepends=True) if not line.startswith(EIK))
TALK = f"voortgangsgesprek.2026-2027.{EIK}"
WHY = "niet meer in de planning: de school is gesloten"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """De Eik was asked for a round and for its profile, and has a gesprek on 9 February; one answer waits."""
    office = a_running_office(
        tmp_path_factory.mktemp("begun") / "w",
        rules=("thuiszitters", "leerlingaantallen", "voortgangsgesprek", "schoolondersteuningsprofiel"),
        register={"documenten": f"soort;partij;vastgesteld_op\nschoolondersteuningsprofiel;{EIK};2023-03-10\n"},
    )
    for moment in ("2026-09-17T10:00", "2026-11-24T10:00", "2026-12-01T10:00"):
        office.must("tick", "--now", moment)
        office.must("deliver", "--now", moment)
    office.must("plan", "--apply", "--now", "2026-12-01T10:30")
    office.must("task", TALK, "appoint", "--at", "2027-02-09T14:00", "--now", "2026-12-01T11:00")
    return office


@pytest.fixture
def desk(begun: Office, tmp_path: Path) -> Iterator[Desk]:
    desk = a_desk(copied(begun, tmp_path / "w").folder, NOW)
    yield desk
    desk.means.database.close()


def tasks(desk: Desk) -> dict[str, StoredTask]:
    with desk.means.database.read() as connection:
        return {one.plan.key: one for one in load_tasks(connection, party=EIK)}


def stands(desk: Desk) -> dict[str, tuple[object, ...]]:
    """What an undo gives back of each task; a step that was due, or whose mail still waited, is decided on anew."""

    def step_stands(step: StoredStep) -> object:
        waits = step.state in ("due", "pending") or (step.state == "noticed" and step.sent is None)
        return "to come" if waits else (step.state, step.sent)

    return {
        key: (one.state, one.plan.due, one.arranged, [step_stands(step) for step in one.steps])
        for key, one in tasks(desk).items()
    }


def alive(desk: Desk) -> list[str]:
    return [key for key, one in tasks(desk).items() if one.state in ("planned", "open")]


def reasons(desk: Desk, keys: list[str]) -> set[str]:
    with desk.means.database.read() as connection:
        return {history(connection, key)[-1].reason for key in keys}


def fields(text: str, place: str) -> dict[str, list[str]]:
    """The hidden fields, ticked boxes and texts of the form that goes there."""
    form = next(part for part in re.findall(r"<form\b.*?</form>", text, re.DOTALL) if f'action="{place}"' in part)
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form):
        found.setdefault(name, []).append(value)
    for name, value in re.findall(r'type="checkbox" name="([^"]*)" value="([^"]*)" checked', form):
        found.setdefault(name, []).append(value)
    for name, value in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>([^<]*)</textarea>', form):
        found.setdefault(name, []).append(value)
    return found


def looked(client: TestClient) -> str:
    """The address of the page that shows what the list without De Eik changes."""
    files = {"bestand": ("scholen.csv", WITHOUT.encode())}
    return str(client.post(f"{HERE}/controleer", files=files).headers["location"])


def imported(client: TestClient, *, stop: bool) -> str:
    """Stores the list without De Eik; returns the page of the import."""
    address = looked(client)
    form = fields(client.get(address).text, address)
    assert form["stop"] == ["ja"]
    stored = client.post(address, data=form if stop else {**form, "stop": []})
    assert stored.status_code == 303, stored.text
    return str(stored.headers["location"])


def undone(client: TestClient, page: str) -> None:
    act = re.search(r'action="(/herstel/\d+)"', client.get(page).text)
    assert act is not None
    assert client.post(act[1], data={"terug": "/", "zeker": "ja"}).status_code == 303


def stopped_on(client: TestClient, page: str) -> str:
    """Looks first at what stopping does, as the page offers it, and does it; returns where one comes back."""
    form = fields(client.get(page).text, "/taken/doe")
    shown = client.post("/taken/doe", data={**form, "actie": "stop"})
    assert shown.status_code == 200, shown.text
    assert "Wat verandert er?" in shown.text
    assert "Het gesprek van dinsdag 9 februari gaat dan niet door." in shown.text
    sure = fields(shown.text, "/taken/doe")
    assert sure["tekst"] == ["de school is gesloten"]
    done = client.post("/taken/doe", data={**sure, "stap": "doe"})
    assert done.status_code == 303, done.text
    return str(done.headers["location"])


def test_the_preview_counts_what_is_open_and_changes_nothing(desk: Desk) -> None:
    client, before = desk.client(), stands(desk)
    page = client.get(looked(client)).text
    text = re.sub(r"<[^>]+>", "", page)
    count = len(alive(desk))
    assert count > 4
    assert f"De Eik ({EIK}): {count} taken" in text
    named = re.findall(r"<li>([^<]*)</li>", page.partition(f"({EIK}): {count} taken")[2].partition("</details>")[0])
    assert len(named) == len(set(named)) == count
    assert f"Stop ook deze {count} taken." in text
    assert "1 gesprek dat is afgesproken, gaat dan niet door." in text
    assert stands(desk) == before


def test_all_of_it_ends_with_its_reason_in_the_import_and_comes_back_with_it(desk: Desk) -> None:
    """Rounds, the gesprek that was arranged and the document; what was answered or done stays as it is."""
    client, before, keys = desk.client(), stands(desk), alive(desk)
    assert {TALK, f"schoolondersteuningsprofiel.v1.{EIK}"} <= {*keys}
    page = imported(client, stop=True)
    assert f"{len(keys)} taken gestopt" in client.get(page).text
    assert alive(desk) == []
    assert reasons(desk, keys) == {WHY}
    after = stands(desk)
    assert {key: after[key] for key in before if key not in keys} == {
        key: one for key, one in before.items() if key not in keys
    }
    assert "Het plan is bij" in client.get("/jaarplanning/voorstel").text
    undone(client, page)
    assert stands(desk) == before
    office = Office(desk.site.place.folder)
    office.must("tick", "--now", "2026-12-08T10:00")
    office.must("deliver", "--now", "2026-12-08T10:00")
    sent = [row for row in office.must("outbox", "list", "--json").json if row["to"] == "oc@eik.example"]
    reminder = {"task": f"thuiszitters.2026-2027.december.{EIK}", "step": "herinnering"}
    assert [row["state"] for row in sent if reminder in row["notices"]] == ["sent"]


def test_the_page_of_the_import_gives_the_tasks_back_too(desk: Desk) -> None:
    client, before = desk.client(), stands(desk)
    page = imported(client, stop=True).partition("?")[0]
    assert client.post(f"{page}/ongedaan", data={"terug": page}).status_code == 303
    assert stands(desk) == before


def test_the_guests_of_a_gesprek_that_was_to_come_hear_that_it_is_off(desk: Desk) -> None:
    imported(desk.client(), stop=True)
    follow(desk.means, desk.now())
    with desk.means.database.read() as connection:
        found = appointment_of(connection, TALK)
    assert found is not None
    assert found.state == "off"


def test_left_unticked_they_stay_and_the_proposal_stops_them_in_one_go(desk: Desk) -> None:
    client = desk.client()
    imported(client, stop=False)
    running = [key for key, one in tasks(desk).items() if one.state == "open"]
    assert len(running) > 1
    text = client.get("/jaarplanning/voorstel").text
    assert f"Stop deze {len(running)} taken" in text
    assert "<strong>De Eik</strong>: de school is gesloten" in text
    assert "Schoolondersteuningsprofiel vernieuwen</a>" in text
    before = stands(desk)
    there = stopped_on(client, "/jaarplanning/voorstel")
    assert [key for key in running if key in alive(desk)] == []
    assert reasons(desk, running) == {WHY}
    undone(client, there)
    assert stands(desk) == before


def test_no_reminder_is_offered_for_a_task_of_a_closed_school(desk: Desk) -> None:
    client = desk.client()
    key = next(one for one, task in tasks(desk).items() if EIK in one and task.state == "open" and not task.arranged)
    button = 'name="actie" value="herinnering"'
    assert button in client.get(f"/taken/{key}").text
    imported(client, stop=False)
    page = client.get(f"/taken/{key}").text
    assert button not in page
    assert 'name="actie" value="nvt"' in page


def test_the_page_of_a_closed_school_stops_all_that_is_open(desk: Desk) -> None:
    client = desk.client()
    assert "Stop alle" not in client.get(f"/scholen/{EIK}").text
    imported(client, stop=False)
    count = len(alive(desk))
    assert f"Stop alle {count} taken" in client.get(f"/scholen/{EIK}").text
    assert "Stop alle" not in desk.client("lezer").get(f"/scholen/{EIK}").text
    stopped_on(client, f"/scholen/{EIK}")
    assert alive(desk) == []
    assert "Stop alle" not in client.get(f"/scholen/{EIK}").text


def test_a_school_that_comes_back_after_all_gets_its_tasks_by_the_plan(desk: Desk) -> None:
    """Also on the command line: what was asked of it before is asked no second time."""
    office = Office(desk.site.place.folder)
    office.write("nieuw/scholen.csv", WITHOUT)
    keys = alive(desk)
    ran = office.must("import", str(office.folder / "nieuw"), "--now", NOW)
    assert f"De Eik ({EIK}) is niet meer actief, met nog {len(keys)} open taken." in ran.out
    assert "Met --stop erbij" in ran.out
    office.must("import", str(office.folder / "nieuw"), "--stop", "--apply", "--now", NOW)
    assert alive(desk) == []
    assert reasons(desk, keys) == {WHY}
    office.write("nieuw/scholen.csv", SCHOLEN)
    office.must("import", str(office.folder / "nieuw"), "--apply", "--now", "2026-12-03T10:00")
    office.must("plan", "--apply", "--now", "2026-12-03T10:05")
    assert {*keys} <= {*alive(desk)}
    round_ = tasks(desk)[f"thuiszitters.2026-2027.december.{EIK}"]
    assert round_.steps[0].sent is not None
    assert round_.steps[0].state == "noticed"


def test_what_is_stopped_by_the_command_that_plan_names_comes_back_with_its_school_too(desk: Desk) -> None:
    office = Office(desk.site.place.folder)
    round_ = f"thuiszitters.2026-2027.december.{EIK}"
    office.write("nieuw/scholen.csv", WITHOUT)
    office.must("import", str(office.folder / "nieuw"), "--apply", "--now", NOW)
    assert f"task {round_} cancel" in office.must("plan", "--now", NOW).out
    office.must("task", round_, "cancel", "--reason", "de school is gesloten", "--now", NOW)
    assert reasons(desk, [round_]) == {WHY}
    office.write("nieuw/scholen.csv", SCHOLEN)
    office.must("import", str(office.folder / "nieuw"), "--apply", "--now", "2026-12-03T10:00")
    office.must("plan", "--apply", "--now", "2026-12-03T10:05")
    assert round_ in alive(desk)


def test_undoing_a_merger_gives_the_old_school_its_tasks_back(desk: Desk) -> None:
    """Also after the new school got tasks of its own, which lapse at the next plan."""
    client, before, keys = desk.client(), stands(desk), alive(desk)
    head, *schools = SCHOLEN.splitlines()
    rows = [f"{head};voorheen", *(f"{row};" for row in schools[:2]), f"13DD00;De Vlier;70003;Heiloo;Heiloo;;;;{EIK}"]
    files = {"bestand": ("scholen.csv", "\n".join(rows).encode())}
    address = client.post(f"{HERE}/controleer", files=files).headers["location"]
    text = re.sub(r"<[^>]+>", "", client.get(address).text)
    assert f"{len(keys)} open taken van scholen die onder een andere code verder gaan" in text
    assert "1 gesprek dat is afgesproken, gaat dan niet door." in text
    page = client.post(address, data=fields(client.get(address).text, address)).headers["location"]
    assert alive(desk) == []
    office = Office(desk.site.place.folder)
    office.must("plan", "--apply", "--now", "2026-12-02T10:05")
    assert [one["key"] for one in office.must("tasks", "--party", "13DD00", "--state", "planned", "--json").json]
    undone(client, page)
    assert stands(desk) == before
    office.must("plan", "--apply", "--now", "2026-12-02T10:10")
    assert office.must("tasks", "--party", "13DD00", "--state", "planned", "--json").json == []
    assert {key: one[0] for key, one in stands(desk).items()} == {key: one[0] for key, one in before.items()}
