"""One rule feeds the next: the controller hears when all leerlingaantallen are in, and when one changes afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.app import respond
from engine.core.localtime import parse_moment
from engine.core.task import StoredTask
from engine.store.tasks import load_task
from tests.at_work import AtWork, at_work
from tests.workspaces import Office, an_imported_office, copied

pytestmark = pytest.mark.slow

BUDGET = "begroting.2026-2027.swv"
ASK = "leerlingaantallen.2026-2027.{}"
NORTH, MIDDLE, SOUTH = (ASK.format(number) for number in (70001, 70002, 70003))
CONTROLLER = "controller@swv.example"
MORE = 'map = "uit"\n[web]\nadres = "https://plan.swv.voorbeeld.nl"'


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office in which the leerlingaantallen are asked and two of three are in on 2 October."""
    office = an_imported_office(
        tmp_path_factory.mktemp("chains") / "w", rules=("leerlingaantallen", "begroting"), more=MORE
    )
    with at_work(office.folder) as desk:
        desk.plan("2026-08-01T00:00")
        run(desk, "2026-09-17T08:30", "2026-10-01T08:30")
        for key in (NORTH, MIDDLE):
            desk.act(key, "submit", "2026-10-01T10:00")
        run(desk, "2026-10-01T10:00", "2026-10-02T08:30")
    return office


@pytest.fixture(scope="module")
def whole(asked: Office, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The same after the last came in on 5 October and the controller heard of it."""
    office = copied(asked, tmp_path_factory.mktemp("whole") / "w")
    with at_work(office.folder) as desk:
        desk.act(SOUTH, "submit", "2026-10-05T11:00")
        run(desk, "2026-10-05T11:00", "2026-10-06T08:30")
    return office


@pytest.fixture
def desk(asked: Office, tmp_path: Path) -> Iterator[AtWork]:
    with at_work(copied(asked, tmp_path / "w").folder) as working:
        yield working


@pytest.fixture
def told(whole: Office, tmp_path: Path) -> Iterator[AtWork]:
    with at_work(copied(whole, tmp_path / "w").folder) as working:
        yield working


def run(desk: AtWork, *moments: str) -> None:
    """Ticks at these moments, of a program that looked in between as well."""
    for moment in moments:
        desk.awake(f"{moment[:10]}T08:00")
        desk.tick(moment)


def task(desk: AtWork) -> StoredTask:
    with desk.means.database.read() as connection:
        found = load_task(connection, BUDGET)
    assert found is not None
    return found


def compleet(desk: AtWork) -> tuple[str | None, str]:
    step = next(step for step in task(desk).steps if step.plan.name == "compleet")
    return None if step.plan.date is None else step.plan.date.isoformat(), step.state


def reopen(desk: AtWork, key: str, moment: str) -> None:
    respond.put_off(desk.means, key, "reopen", parse_moment(moment), by="bureau", reason="Het klopt niet.")


def test_the_step_waits_while_something_is_missing_and_explain_says_for_what(desk: AtWork) -> None:
    assert compleet(desk) == (None, "pending")
    assert desk.told(CONTROLLER) == [("2026-10-01", "uitvraag")]
    told = desk.office.must("explain", BUDGET, "--now", "2026-10-02T09:00").out
    assert "de datum volgt als alle antwoorden binnen zijn die deze taak gebruikt" in told
    assert "Deze taak gebruikt:" in told
    assert "Leerlingaantallen doorgeven: 2 van de 3 zijn binnen. Nog niet binnen: Stichting Zuid." in told


def test_the_first_mail_says_what_is_needed_and_where_it_stands(desk: AtWork) -> None:
    (letter,) = desk.letters(CONTROLLER)
    assert "Leerlingaantallen doorgeven: 0 van de 3 zijn binnen." in " ".join(letter.split())


def test_the_controller_hears_the_same_day_that_all_is_in_with_the_link(desk: AtWork) -> None:
    desk.act(SOUTH, "submit", "2026-10-05T11:00")
    run(desk, "2026-10-05T11:00")
    assert desk.told(CONTROLLER) == [("2026-10-01", "uitvraag"), ("2026-10-05", "compleet")]
    letter = desk.letters(CONTROLLER)[1]
    assert "Wat voor deze taak komt, is nu binnen." in letter
    assert "alle 3 zijn binnen" in letter
    assert "https://plan.swv.voorbeeld.nl/uitvragen/leerlingaantallen/2026-2027" in letter
    assert compleet(desk) == ("2026-10-05", "noticed")


def test_waived_counts_as_in(desk: AtWork) -> None:
    desk.act(SOUTH, "waive", "2026-10-05T11:00", reason="geen leerlingen")
    run(desk, "2026-10-05T11:00")
    assert compleet(desk) == ("2026-10-05", "noticed")
    assert "2 van de 3 zijn binnen, 1 komt niet" in " ".join(desk.letters(CONTROLLER)[-1].split())


def test_what_is_told_is_not_told_again_and_planning_finds_nothing_to_change(told: AtWork) -> None:
    run(told, "2026-10-06T09:00", "2026-10-07T08:30", "2026-10-08T08:30")
    assert [step for _, step in told.told(CONTROLLER)] == ["uitvraag", "compleet"]
    plan = told.office.must("plan", "--schooljaar", "2026-2027", "--json", "--now", "2026-10-08T09:00").json
    assert {one["change"] for one in plan} == {"same"}


def test_an_answer_that_is_opened_again_is_told_and_it_is_open_again(told: AtWork) -> None:
    reopen(told, MIDDLE, "2026-10-07T09:00")
    run(told, "2026-10-07T09:00")
    assert task(told).complete is None
    assert told.told(CONTROLLER)[-1] == ("2026-10-07", "gegevens-gewijzigd=1")
    letter = told.letters(CONTROLLER)[-1]
    assert letter.startswith("Gegevens gewijzigd: begroting en meerjarenbegroting maken")
    assert "Stichting Midden: de vraag staat weer open, sinds woensdag 7" in " ".join(letter.split())
    assert "2 van de 3 zijn binnen" in letter
    run(told, "2026-10-07T09:05", "2026-10-08T08:30")
    assert len(told.told(CONTROLLER)) == 3


def test_when_it_is_in_again_that_is_a_change_too_and_told_once(told: AtWork) -> None:
    reopen(told, MIDDLE, "2026-10-07T09:00")
    run(told, "2026-10-07T09:00")
    told.act(MIDDLE, "submit", "2026-10-09T09:00")
    run(told, "2026-10-09T09:00", "2026-10-12T08:30")
    assert [step for _, step in told.told(CONTROLLER)][2:] == ["gegevens-gewijzigd=1", "gegevens-gewijzigd=2"]
    assert "nieuw antwoord op vrijdag 9 oktober 2026" in " ".join(told.letters(CONTROLLER)[-1].split())
    assert task(told).complete is not None


def test_changes_of_one_day_are_one_mail_that_waits_for_the_next_when_there_was_one(told: AtWork) -> None:
    for minute, key in enumerate((NORTH, MIDDLE, SOUTH)):
        reopen(told, key, f"2026-10-07T09:0{minute}")
        run(told, f"2026-10-07T09:0{minute}")
    run(told, "2026-10-07T12:00", "2026-10-08T08:30", "2026-10-08T09:00")
    assert told.told(CONTROLLER)[2:] == [("2026-10-07", "gegevens-gewijzigd=1"), ("2026-10-08", "gegevens-gewijzigd=2")]
    last = told.letters(CONTROLLER)[-1]
    assert "Stichting Midden" in last
    assert "Stichting Zuid" in last
    assert "Stichting Noord" not in last


def test_it_is_told_also_after_the_budget_is_done(told: AtWork) -> None:
    told.act(BUDGET, "submit", "2026-10-06T10:00")
    run(told, "2026-10-06T10:00")
    reopen(told, MIDDLE, "2026-10-07T09:00")
    run(told, "2026-10-07T09:00")
    assert told.told(CONTROLLER)[-1] == ("2026-10-07", "gegevens-gewijzigd=1")
    assert task(told).state == "done"


def test_news_that_did_not_leave_yet_is_taken_back_when_it_no_longer_holds(desk: AtWork) -> None:
    desk.act(SOUTH, "submit", "2026-10-05T18:00")
    run(desk, "2026-10-05T18:00")
    assert compleet(desk) == ("2026-10-05", "due")
    reopen(desk, SOUTH, "2026-10-05T19:00")
    run(desk, "2026-10-05T19:00", "2026-10-06T08:30")
    assert compleet(desk) == (None, "pending")
    assert desk.told(CONTROLLER) == [("2026-10-01", "uitvraag")]


def test_a_change_that_is_undone_before_the_mail_leaves_is_told_to_nobody(told: AtWork) -> None:
    reopen(told, MIDDLE, "2026-10-07T18:00")
    run(told, "2026-10-07T18:00")
    told.act(MIDDLE, "accept", "2026-10-07T18:05")
    told.tamper("UPDATE transitions SET move = 'undo' WHERE id = (SELECT max(id) FROM transitions)")
    run(told, "2026-10-07T18:06", "2026-10-08T08:30")
    assert [step for _, step in told.told(CONTROLLER)] == ["uitvraag", "compleet"]


def test_a_new_bestuur_makes_it_incomplete_without_a_proposal(told: AtWork) -> None:
    sheet = told.office.folder / "register" / "besturen.csv"
    sheet.write_text(
        sheet.read_text() + "70004;Stichting Nieuw;noord;b@nieuw.example;a@nieuw.example\n", encoding="utf-8"
    )
    told.reread("2026-10-07T09:00")
    told.plan("2026-10-07T09:01")
    run(told, "2026-10-07T09:02")
    assert task(told).complete is None
    plan = told.office.must("plan", "--schooljaar", "2026-2027", "--json", "--now", "2026-10-08T09:00").json
    assert {one["change"] for one in plan} == {"same"}


def test_a_year_with_habits_tells_it_once(asked: Office, tmp_path: Path) -> None:
    office = copied(asked, tmp_path / "w")
    for answers, expected in (("prompt", 1), ("late", 1), ("none", 0)):
        events = office.must("simulate", "--schooljaar", "2026-2027", "--answers", answers, "--json").lines
        told = [
            one["at"][:10]
            for one in events
            if one["event"] == "message" and {"task": BUDGET, "step": "compleet"} in one["notices"]
        ]
        assert len(told) == expected, answers
