"""explain: a rule or a task in Dutch, before and after there is a register, mail and answers."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.workspaces import Office, a_running_office, an_imported_office, an_office, copied

DECEMBER = "thuiszitters.2026-2027.december.10AA00"
YEAR = ("--schooljaar", "2026-2027")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The request of the december round was sent on Tuesday 24 November."""
    office = a_running_office(tmp_path_factory.mktemp("running") / "w")
    for verb in ("tick", "deliver"):
        office.must(verb, "--now", "2026-11-24T09:00")
    return office


def test_why_a_deadline_is_a_monday_is_told(tmp_path: Path) -> None:
    """1 November 2026 is a Sunday."""
    office = an_imported_office(tmp_path, rules=("begroting",))
    told = office.must("explain", "begroting", *YEAR).out
    assert "Zondag 1 november 2026 valt in het weekend, dus maandag 2 november 2026." in told


def test_a_rule_is_explained_before_there_is_a_register(tmp_path: Path) -> None:
    """With a school and a bestuur in the region of the SWV."""
    office = an_office(tmp_path)
    shutil.rmtree(tmp_path / "register")
    told = office.must("explain", "thuiszitters", *YEAR).out
    assert "voor een school in regio noord:" in told
    assert "uiterlijk: 8 schooldagen na peildatum (dinsdag 1 december 2026): vrijdag 11 december 2026." in told


def test_what_a_gesprek_says_of_the_talk_is_told(tmp_path: Path) -> None:
    """Who attends, how long, and what it is about; its last steps wait for an appointment."""
    told = an_imported_office(tmp_path, rules=("bestuursgesprek",)).must("explain", "bestuursgesprek", *YEAR).out
    assert "Deelnemers: bestuurder, directeur van elke school en directeur van het samenwerkingsverband." in told
    assert "Duur: 120 minuten." in told
    assert "Agenda: Doelmatige inzet van middelen; Paragraaf passend onderwijs;" in told
    assert "voorbereiden (10 schooldagen voor afspraak): aan de deelnemers" in told
    assert "de datum volgt als er een afspraak is" in told


def test_a_doorlopende_rule_says_that_it_brings_no_mail(tmp_path: Path) -> None:
    """There are no tasks to look for."""
    told = an_imported_office(tmp_path, rules=("doorlopende-reflectie",)).must("explain", "doorlopende-reflectie").out
    assert "Er zijn geen taken en er gaan geen mails uit." in told


@pytest.mark.slow
def test_the_version_that_holds_in_the_schooljaar_is_told_with_the_others(tmp_path: Path) -> None:
    """Two files, one rule: each schooljaar has its own dates."""
    office = an_imported_office(tmp_path, rules=("thuiszitters",))
    first = tmp_path / "rules/vo/thuiszitters.yaml"
    text = first.read_text(encoding="utf-8")
    first.write_text(f"{text}\ngeldig_tot: 2026-2027\n", encoding="utf-8")
    later = text.replace("8 schooldagen na", "10 schooldagen na") + "\ngeldig_vanaf: 2027-2028\n"
    office.write("rules/vo/thuiszitters@2027-2028.yaml", later)
    told = office.must("explain", "thuiszitters", *YEAR).out
    assert "Deze versie geldt tot en met 2026-2027." in told
    assert "Een andere versie staat in rules/vo/thuiszitters@2027-2028.yaml: vanaf 2027-2028." in told
    assert "8 schooldagen na peildatum" in told
    assert "10 schooldagen na peildatum" in office.must("explain", "thuiszitters", "--schooljaar", "2027-2028").out
    by_file = office.must("explain", "rules/vo/thuiszitters@2027-2028.yaml", "--now", "2026-09-01T09:00").out
    assert "schooljaar 2027-2028" in by_file
    assert office.must("explain", "thuiszitters.yaml", *YEAR).out == told


def test_what_was_probably_meant_is_told(running: Office) -> None:
    """A rule that is called almost so, a key without its round, and a key of a party that has no such task."""
    assert "Bedoelde u `thuiszitters`?" in running.run("explain", "thuiszitter").err
    keys = running.run("explain", "thuiszitters.2026-2027.10aa00").err
    assert f"{DECEMBER}, thuiszitters.2026-2027.juni.10AA00" in keys
    assert "tasks --rule thuiszitters" in running.run("explain", "thuiszitters.2026-2027.december.99XX99").err


def test_filters_and_how_many_they_leave_are_told(tmp_path: Path) -> None:
    """Het Baken lies in Alkmaar too, De Eik does not."""
    office = an_imported_office(tmp_path, rules=("thuiszitters",))
    rule = tmp_path / "rules/vo/thuiszitters.yaml"
    rule.write_text(f"{rule.read_text(encoding='utf-8')}\nbehalve: {{gemeente: Alkmaar}}\n", encoding="utf-8")
    told = office.must("explain", "thuiszitters", *YEAR).out
    assert "Niet voor: gemeente Alkmaar." in told
    assert "Dat zijn nu 1 school." not in told
    assert "Dat is nu 1 school." in told


def test_each_reader_of_a_step_has_his_own_fate(running: Office, tmp_path: Path) -> None:
    """Sent, still to come, and no longer needed after the answer."""
    office = copied(running, tmp_path / "w")
    told = office.must("explain", DECEMBER, "--now", "2026-11-25T09:00").out
    assert "oc@linde.example: verstuurd op dinsdag 24 november 2026 om 09:00 (mail" in told
    assert "    directeur@linde.example: komt nog" in told
    assert "Er gaat nog 5 keer mail uit." in told
    office.must("tick", "--now", "2026-12-08T09:00")
    office.must("task", DECEMBER, "submit", "--now", "2026-12-08T09:10")
    told = office.must("explain", DECEMBER, "--now", "2026-12-08T09:20").out
    assert "oc@linde.example: niet meer nodig, het antwoord was er" in told
    assert "gaat eruit" not in told
    assert "Er gaat geen mail meer uit: de taak is klaar." in told


def test_a_mail_that_the_bureau_dropped_is_told_as_dropped(running: Office, tmp_path: Path) -> None:
    """Not as if it would still leave."""
    office = copied(running, tmp_path / "w")
    office.must("tick", "--now", "2026-12-08T09:00")
    waiting = [row["id"] for row in office.must("outbox", "list", "--json").json if row["state"] == "queued"]
    office.must("outbox", "drop", *map(str, waiting), "--now", "2026-12-08T09:05")
    told = office.must("explain", DECEMBER, "--now", "2026-12-08T09:20").out
    assert "oc@linde.example: vervallen" in told


def test_explain_as_json_is_a_bare_list(running: Office) -> None:
    """One object a line of text."""
    rows = running.must("explain", DECEMBER, "--json").json
    assert rows[0] == {"text": f"(Dreigend) thuiszittende leerlingen in beeld: De Linde ({DECEMBER})"}


def test_an_unknown_name_lists_each_rule_once(running: Office) -> None:
    """And ends with 1."""
    ran = running.run("explain", "thuiszittrs")
    assert (ran.code, ran.err.count("thuiszitters")) == (1, 1)


def test_an_unknown_rule_in_tasks_is_told(running: Office) -> None:
    """No tasks, and what was probably meant."""
    told = running.must("tasks", "--rule", "thuiszittrs").out
    assert "Geen enkele taak hoort bij --rule thuiszittrs. Bedoelde u thuiszitters?" in told


def test_a_concept_is_told_as_such_and_is_not_late(tmp_path: Path) -> None:
    """Its deadline is past, but nobody was asked."""
    office = an_imported_office(tmp_path, rules=("thuiszitters",))
    office.must("plan", *YEAR, "--apply", "--now", "2026-10-05T09:00")
    told = office.must("explain", DECEMBER, "--now", "2026-12-15T09:00").out
    assert "Status: concept." in told
    assert "Er gaat nu niets uit: het schooljaar is nog concept." in told
    assert "te laat" not in office.must("tasks", "--now", "2026-12-15T09:00").out
    assert office.must("tasks", "--state", "late", "--json", "--now", "2026-12-15T09:00").json == []
