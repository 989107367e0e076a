"""A rule that gets another id with `heette`: its history follows, and nothing is asked twice."""

from __future__ import annotations

import json
import sqlite3
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from engine.store.tasks import load_tasks
from tests.web.desk import a_desk
from tests.workspaces import Office, a_running_office, copied

pytestmark = pytest.mark.slow
YEAR = ("--schooljaar", "2026-2027")
NOW = ("--now", "2026-11-26T09:00")
OLD, NEW = "rules/vo/thuiszitters.yaml", "rules/vo/afwezig.yaml"
LINDE = "thuiszitters.2026-2027.december.10AA00"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The december round is open since Tuesday 24 November, and its request was sent; De Linde got more time."""
    office = a_running_office(tmp_path_factory.mktemp("running") / "w", rules=("thuiszitters",))
    for verb in ("tick", "deliver"):
        office.must(verb, "--now", "2026-11-24T09:00")
    office.must("task", LINDE, "extend", "--until", "2026-12-15", "--reason", "studiedag", *NOW)
    return office


@pytest.fixture(scope="module")
def renamed(running: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The same with its rule renamed, and that stored."""
    office = copied(running, tmp_path_factory.mktemp("renamed") / "w")
    rename(office)
    office.must("plan", *YEAR, "--apply", *NOW)
    return office


def rename(office: Office) -> None:
    path = office.folder / OLD
    text = path.read_text(encoding="utf-8")
    path.unlink()
    office.write(NEW, text + "heette: thuiszitters\n")


def tasks(office: Office, *more: str) -> dict[str, dict[str, Any]]:
    return {row["key"]: row for row in office.must("tasks", "--json", *more).json}


def test_the_plan_is_the_same_and_says_that_the_tasks_go_along(running: Office, tmp_path: Path) -> None:
    office = copied(running, tmp_path / "w")
    rename(office)
    assert {row["change"] for row in office.must("plan", *YEAR, *NOW, "--json").json} == {"same"}
    told = office.must("plan", *YEAR, *NOW).out
    assert "12 taken van `thuiszitters` gaan mee" in told
    # Nothing is stored yet.
    assert {row["rule"] for row in tasks(office).values()} == {"thuiszitters"}


def test_every_task_follows_with_its_key_and_all_that_happened(running: Office, renamed: Office) -> None:
    before, after = tasks(running), tasks(renamed)
    assert {key: row | {"rule": "afwezig"} for key, row in before.items()} == after
    assert tasks(renamed, "--rule", "afwezig") == after
    assert after[LINDE]["due"] == "2026-12-15"


def test_nothing_is_asked_twice_and_the_ladder_goes_on(renamed: Office, tmp_path: Path) -> None:
    """What is still to come is the reminder: the request went out under the old name."""
    office = copied(renamed, tmp_path / "w")
    mails = len(office.mails())
    for day in ("2026-11-27", "2026-12-08"):
        for verb in ("tick", "deliver"):
            office.must(verb, "--now", f"{day}T09:00")
    new = [message_from_bytes(path.read_bytes()) for path in office.mails()[mails:]]
    told = {str(one["To"]).partition("<")[2]: str(one["Subject"]) for one in new}
    del told["bureau@swv.example>"]
    assert set(told) == {"oc@baken.example>", "oc@eik.example>"}
    assert all(subject.startswith("Herinnering: uiterlijk 11 dec") for subject in told.values())


def test_who_keeps_plans_in_memory_reads_the_new_name(running: Office, tmp_path: Path) -> None:
    """A worker reads of a task only what changed since it read it last."""
    office = copied(running, tmp_path / "w")
    desk = a_desk(office.folder, "2026-11-26T10:00")
    with desk.means.database.read() as connection:
        assert {one.plan.rule for one in load_tasks(connection, keys=[LINDE])} == {"thuiszitters"}
    rename(office)
    office.must("plan", *YEAR, "--apply", *NOW)
    with desk.means.database.read() as connection:
        assert {one.plan.rule for one in load_tasks(connection, keys=[LINDE])} == {"afwezig"}
    desk.means.database.close()


def test_the_page_of_the_old_name_leads_to_the_new_one(renamed: Office, tmp_path: Path) -> None:
    office = copied(renamed, tmp_path / "w")
    desk = a_desk(office.folder, "2026-11-26T10:00")
    client = desk.client()
    answer = client.get("/uitvragen/thuiszitters/2026-2027/december")
    assert (answer.status_code, answer.headers["location"]) == (303, "/uitvragen/afwezig/2026-2027/december")
    assert "0 van 3 klaar" in client.get(answer.headers["location"]).text
    assert client.get("/uitvragen/onbekend/2026-2027/december").status_code == 404
    desk.means.database.close()


def test_without_heette_nothing_changes_any_more(renamed: Office, tmp_path: Path) -> None:
    """The key is needed once; the tasks keep their names all the same."""
    office = copied(renamed, tmp_path / "w")
    office.write(NEW, (office.folder / NEW).read_text(encoding="utf-8").replace("heette: thuiszitters\n", ""))
    assert {row["change"] for row in office.must("plan", *YEAR, *NOW, "--json").json} == {"same"}


def test_what_comes_later_has_the_new_name(renamed: Office, tmp_path: Path) -> None:
    """The next schooljaar, and a date that moves for the tasks that are there."""
    office = copied(renamed, tmp_path / "w")
    text = (office.folder / NEW).read_text(encoding="utf-8")
    office.write(NEW, text.replace("8 schooldagen na peildatum", "10 schooldagen na peildatum"))
    changed = {row["key"]: row["change"] for row in office.must("plan", *YEAR, *NOW, "--json").json}
    assert {change for key, change in changed.items() if key != LINDE} == {"move"}
    assert all(key.startswith("thuiszitters.") for key in changed)
    coming = office.must("plan", "--schooljaar", "2027-2028", *NOW, "--json").json
    assert {row["change"] for row in coming} == {"new"}
    assert all(row["key"].startswith("afwezig.2027-2028.") for row in coming)


def test_a_task_is_found_by_both_names_and_can_be_acted_on(renamed: Office, tmp_path: Path) -> None:
    office = copied(renamed, tmp_path / "w")
    asked = LINDE.replace("thuiszitters", "afwezig")
    assert office.must("explain", asked, *NOW).out == office.must("explain", LINDE, *NOW).out
    assert "Deze regel heette eerst thuiszitters." in office.must("explain", "afwezig", *YEAR).out
    office.must("task", asked, "extend", "--until", "2026-12-17", "--reason", "studiedag", *NOW)
    assert tasks(office)[LINDE]["due"] == "2026-12-17"


def test_who_renamed_before_saying_so_gets_one_task_and_not_two(running: Office, tmp_path: Path) -> None:
    """The old ones that run go on; the new ones, of which nobody heard, lapse."""
    office = copied(running, tmp_path / "w")
    rename(office)
    said = (office.folder / NEW).read_text(encoding="utf-8")
    office.write(NEW, said.replace("heette: thuiszitters\n", ""))
    office.must("plan", *YEAR, "--apply", *NOW)
    assert LINDE.replace("thuiszitters", "afwezig") in tasks(office)
    office.write(NEW, said)
    office.must("plan", *YEAR, "--apply", *NOW)
    left = {key for key, row in tasks(office).items() if row["state"] != "cancelled" and ".december." in key}
    assert left == {LINDE, LINDE.replace("10AA00", "11BB00"), LINDE.replace("10AA00", "12CC00")}


def test_what_agendas_showed_of_a_round_follows_and_what_they_showed_of_a_task_stays(
    running: Office, tmp_path: Path
) -> None:
    office = copied(running, tmp_path / "w")
    (database,) = office.folder.glob("*.sqlite")
    shown = (LINDE, f"{LINDE}.periode", "thuiszitters.2026-2027.december.swv", "thuiszitters-oud.2026-2027.swv")
    with sqlite3.connect(database) as store:
        store.executemany(
            "INSERT INTO events (uid, sequence, starts, ends, digest, changed_at, shown) "
            "VALUES (?, 3, '', '', '', 0, '{}')",
            [(uid,) for uid in shown],
        )
        store.execute("INSERT INTO feeds (name, stale, holds) VALUES ('swv', 0, ?)", (json.dumps(shown),))
    store.close()
    rename(office)
    office.must("plan", *YEAR, "--apply", *NOW)
    with sqlite3.connect(database) as store:
        found = {row[0] for row in store.execute("SELECT uid FROM events WHERE sequence = 3")}
        ((holds, stale),) = store.execute("SELECT holds, stale FROM feeds").fetchall()
    store.close()
    assert found == {*shown[:2], "afwezig.2026-2027.december.swv", shown[3]}
    assert (set(json.loads(holds)), stale) == (found, 1)


def test_agendas_show_each_round_once_and_nothing_as_lapsed(running: Office, tmp_path: Path) -> None:
    """That of the whole SWV tells a round once for all schools, that of a school by its task."""
    office = copied(running, tmp_path / "w")
    before = {name: office.must("feed", name, *NOW).out for name in ("swv", "10AA00")}
    rename(office)
    office.must("plan", *YEAR, "--apply", *NOW)
    after = {name: office.must("feed", name, *NOW).out for name in before}
    for name, text in after.items():
        assert "CANCELLED" not in text
        assert text.count("BEGIN:VEVENT") == before[name].count("BEGIN:VEVENT")
    whole = [uid.replace("thuiszitters.", "afwezig.") if ".swv@" in uid else uid for uid in uids(before["swv"])]
    assert any(uid.startswith("UID:afwezig.") for uid in whole)
    assert uids(after["swv"]) == sorted(whole)
    assert uids(after["10AA00"]) == uids(before["10AA00"])


def uids(text: str) -> list[str]:
    return sorted(line for line in text.replace("\r\n ", "").splitlines() if line.startswith("UID:"))
