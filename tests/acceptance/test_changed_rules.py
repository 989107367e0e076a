"""A rulebook that changes while the schooljaar runs: what it does to tasks and mails, and who applies it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from engine import scheduler
from tests.acceptance.test_worker import work
from tests.workspaces import Office, a_running_office, an_imported_office, copied

NOW = ("--now", "2026-11-26T09:00")
RULE = "rules/vo/thuiszitters.yaml"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The december round is open since Tuesday 24 November, and its request was sent."""
    office = a_running_office(tmp_path_factory.mktemp("running") / "w")
    for verb in ("tick", "deliver"):
        office.must(verb, "--now", "2026-11-24T09:00")
    return office


@pytest.fixture
def office(running: Office, tmp_path: Path) -> Office:
    return copied(running, tmp_path / "w")


def reword(office: Office, old: str, new: str) -> None:
    """Changes a rule file as an editor does."""
    text = (office.folder / RULE).read_text(encoding="utf-8")
    assert old in text
    office.write(RULE, text.replace(old, new))


def seal(told: str) -> str:
    """The fingerprint that plan prints."""
    found = re.search(r"--apply ([0-9a-f]{12})", told)
    assert found is not None, told
    return found[1]


def store(office: Office) -> list[dict[str, object]]:
    return [dict(row) for row in office.must("tasks", "--json").json]


def test_plan_tells_which_dates_move_and_which_days_bring_more_mail(office: Office) -> None:
    """Ten schooldagen instead of eight after Tuesday 1 December is Tuesday 15; the reminder moves along."""
    reword(office, "8 schooldagen na peildatum", "10 schooldagen na peildatum")
    told = office.must("plan", "--schooljaar", "2026-2027", *NOW).out
    assert "2026-2027   thuiszitters  december   3 verplaatst" in told
    assert "uiterlijk was vrijdag 11 december 2026, wordt dinsdag 15 december 2026 (3 taken)" in told
    assert "stap herinnering was dinsdag 8 december 2026, wordt donderdag 10 december 2026 (3 taken)" in told
    assert re.search(r"dinsdag 8 december 2026 +3 +0\n", told)
    assert re.search(r"donderdag 10 december 2026 +0 +3\n", told)


def test_a_change_of_words_alone_moves_no_mail(office: Office) -> None:
    """The difference is one of text, and the number of mails stays."""
    reword(office, "titel: (Dreigend) thuiszittende leerlingen", "titel: Thuiszittende leerlingen")
    told = office.must("plan", "--schooljaar", "2026-2027", *NOW).out
    assert "3 met andere tekst" in told
    assert "verandert het aantal mails niet" in told


@pytest.mark.slow
def test_what_was_shown_is_applied_and_tasks_remember_the_rulebook(office: Office) -> None:
    """What was sent stays sent, the rest of the ladder follows the new dates, and applying again is stale or empty."""
    reword(office, "8 schooldagen na peildatum", "10 schooldagen na peildatum")
    year = ("--schooljaar", "2026-2027")
    office.must("plan", *year, "--apply", seal(office.must("plan", *year, *NOW).out), *NOW)
    (task,) = [row for row in store(office) if row["key"] == "thuiszitters.2026-2027.december.10AA00"]
    assert task["due"] == "2026-12-15"
    steps = {step["step"]: step for step in task["steps"]}  # type: ignore[attr-defined]
    assert steps["uitvraag"]["sent"] is not None
    assert steps["herinnering"]["date"] == "2026-12-10"
    assert "Het plan is bij" in office.must("plan", *year, *NOW).out


def test_a_running_task_that_lapses_is_for_a_person_to_stop(office: Office) -> None:
    """It does not count as lapsing; once the rest is saved there is nothing to save, and no code."""
    text = (office.folder / RULE).read_text(encoding="utf-8")
    office.write(RULE, f"{text}\nbehalve: {{gemeente: Heiloo}}\n")
    year = ("--schooljaar", "2026-2027")
    told = office.must("plan", *year, *NOW).out
    assert "1 loopt nog, stop hem zelf" in told
    assert "Wat vervalt in thuiszitters, ronde december" not in told
    assert "Wat vervalt in thuiszitters, ronde maart, 2026-2027:\n  De Eik" in told
    office.must("plan", *year, "--apply", seal(told), *NOW)
    left = office.must("plan", *year, *NOW).out
    assert "Er is niets op te slaan. Stop nog wel wat hierboven staat." in left
    assert "--apply" not in left
    assert 'engine task thuiszitters.2026-2027.december.12CC00 cancel --reason "uw reden"' in left


def test_a_proposal_is_stale_when_the_files_change_after_it_was_shown(office: Office) -> None:
    """Nothing is stored, and the message says what to do."""
    reword(office, "8 schooldagen na peildatum", "10 schooldagen na peildatum")
    shown = seal(office.must("plan", *NOW).out)
    reword(office, "10 schooldagen na peildatum", "9 schooldagen na peildatum")
    before = store(office)
    ran = office.run("plan", "--apply", shown, *NOW)
    assert (ran.code, "Het plan is verouderd" in ran.err) == (1, True)
    assert store(office) == before


def test_a_proposal_is_stale_when_a_task_changes_after_it_was_shown(office: Office) -> None:
    """An answer that came in meanwhile is not planned over."""
    reword(office, "8 schooldagen na peildatum", "10 schooldagen na peildatum")
    shown = seal(office.must("plan", *NOW).out)
    office.must("task", "thuiszitters.2026-2027.december.10AA00", "submit", *NOW)
    ran = office.run("plan", "--apply", shown, *NOW)
    assert (ran.code, "Het plan is verouderd" in ran.err) == (1, True)


def test_a_fingerprint_of_a_few_letters_is_wrong_use(office: Office) -> None:
    """Otherwise any plan would fit."""
    assert office.run("plan", "--apply", "a", *NOW).code == 2


@pytest.mark.slow
def test_half_a_file_changes_nothing_of_what_runs(office: Office, tmp_path: Path) -> None:
    """The ticker, the nightly plan and the mails are the same as with the whole file; only plan and check complain."""
    whole = copied(office, tmp_path / "whole")
    text = (office.folder / RULE).read_text(encoding="utf-8")
    office.write(RULE, text[: len(text) // 2] + "\n  rondes: [")
    for one in (office, whole):
        job = work(one, "2026-12-08T09:00")
        scheduler.plan(job)
        scheduler.tick(job)
        job.channel.close()
    assert store(office) == store(whole)
    # A name ends in a random part.
    first, second = ([path.name.rpartition("_")[0] for path in one.mails()] for one in (office, whole))
    assert first == second
    assert "20261208-0900_oc-linde-example" in first
    assert office.run("plan", *NOW).code == 1
    assert office.run("check").code == 1


@pytest.mark.slow
def test_what_the_night_leaves_waits_for_a_person(tmp_path: Path) -> None:
    """A school that comes in mid-round: its task is not stored by the program, but can be by its fingerprint."""
    office = a_running_office(tmp_path / "w")
    office.must("tick", "--now", "2026-11-24T09:00")
    scholen = (office.folder / "register/scholen.csv").read_text(encoding="utf-8")
    office.write(
        "register/scholen.csv",
        f"{scholen}13DD00;De Es;70001;Heiloo;Heiloo;d@es.example;oc@es.example;consulent@swv.example\n",
    )
    office.must("import", str(office.folder / "register"), "--apply", *NOW)
    scheduler.plan(work(office, "2026-11-27T05:00"))
    assert not [row for row in store(office) if row["key"] == "thuiszitters.2026-2027.december.13DD00"]
    told = office.must("plan", *NOW).out
    assert "Sinds vrijdag 27 november 2026 05:00 wacht dit op u: een voorstel van het programma" in told
    shutil.rmtree(office.folder / "rules")
    office.must("plan", "--apply", seal(told), *NOW)
    assert [row for row in store(office) if row["key"] == "thuiszitters.2026-2027.december.13DD00"]


def test_before_a_schooljaar_is_adopted_plan_tells_of_no_mail(tmp_path: Path) -> None:
    """A concept sends nothing; what adopting it would bring is what adopting it brings, and the next plan says."""
    office = an_imported_office(tmp_path / "w")
    at = ("--schooljaar", "2026-2027", *NOW)
    told = office.must("plan", *at).out
    assert "Mails in de komende" not in told
    (mails,) = re.findall(r"Stelt u 2026-2027 nu vast, dan gaan er in de komende 4 weken ten hoogste (\d+) mails", told)
    assert "Van 3 taken wacht de post op vrijgave. 6 taken worden n.v.t.: te laat." in told
    config = (office.folder / "config.toml").read_text(encoding="utf-8")
    assert 'vrijgeven = "regel"' in config
    office.write("config.toml", config.replace('vrijgeven = "regel"', 'vrijgeven = "altijd"'))
    strict = office.must("plan", *at).out
    assert "Al die mail wacht eerst op uw vrijgave. 6 taken worden n.v.t.: te laat." in strict
    office.write("config.toml", config)
    adopted = office.must("plan", *at, "--apply", "--adopt").out
    assert f"als niemand antwoordt: eerst 0, nu {mails}." in adopted
    assert f"verandert het aantal mails niet: ten hoogste {mails} mails." in office.must("plan", *at).out
