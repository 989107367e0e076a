"""What plan tells of a changed rulebook: what was saved, who lapses and why, and what still waits elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.app import outbox
from engine.cli.show import say_some
from engine.core.dutch import long_date
from engine.core.localtime import local_date
from tests.at_work import at_work
from tests.workspaces import ROOT, Office, an_imported_office, copied

NOW = ("--now", "2026-11-26T09:00")
FIRST = ("--schooljaar", "2026-2027")
NO_DOCUMENT = "hebben geen schoolondersteuningsprofiel in het register"
RULE = "rules/vo/thuiszitters.yaml"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Two schooljaren are stored, neither is adopted."""
    rules = ("thuiszitters", "schoolondersteuningsprofiel")
    office = an_imported_office(tmp_path_factory.mktemp("planned") / "w", rules=rules)
    assert NO_DOCUMENT in office.must("plan", "--apply", *NOW).out
    return office


@pytest.fixture
def office(planned: Office, tmp_path: Path) -> Office:
    return copied(planned, tmp_path / "w")


def leave_out(office: Office, gemeenten: str) -> None:
    """What a bureau adds below a rule."""
    text = (office.folder / RULE).read_text(encoding="utf-8")
    office.write(RULE, f"{text}\nbehalve: {{gemeente: {gemeenten}}}\n")


def test_who_lapses_and_why_and_what_was_saved_is_told(office: Office) -> None:
    """With the code the long list is not told again, nor a note on what stays the same; the reason is kept."""
    whole = (office.folder / RULE).read_text(encoding="utf-8")
    leave_out(office, "Heiloo")
    shown = office.must("plan", *FIRST, *NOW).out
    why = "de regel thuiszitters vraagt dit niet meer aan deze school, door `behalve`"
    assert f"Wat vervalt in thuiszitters, ronde maart, 2026-2027:\n  De Eik: {why}\n" in shown
    other = f"python3 -m engine plan --schooljaar 2027-2028 --workspace {office.folder}"
    assert f"Ook in 2027-2028 verandert er iets: 4 taken. Bekijk en bewaar dat apart: {other}" in shown
    assert NO_DOCUMENT not in shown
    seal = re.search(r"--apply ([0-9a-f]{12})", shown)
    assert seal is not None
    saved = office.must("plan", *FIRST, "--apply", seal[1], *NOW).out
    assert saved.startswith("Opgeslagen: 4 taken vervallen. Dit is er veranderd:\n")
    assert "Wat vervalt" not in saved
    told = office.must("explain", "thuiszitters.2026-2027.maart.12CC00").out
    assert f"(niet meer in de planning: {why})" in told
    office.write(RULE, whole)
    assert "1 nieuw" in office.must("plan", *FIRST, *NOW).out


def test_plan_tells_of_which_tasks_nothing_goes_out(office: Office) -> None:
    """At adopting, of a new rule before it is saved, and with the code: what is too late, and what opens late."""
    adopted = office.must("plan", *FIRST, "--apply", "--adopt", *NOW).out
    late = "  thuiszitters, ronde september, 2026-2027: uiterlijk vrijdag 11 september 2026 is voorbij."
    assert f"{late} Voor deze 3 taken gaat niets uit (n.v.t.).\n" in adopted
    held = "  thuiszitters, ronde december, 2026-2027: had al open moeten gaan op dinsdag 24 november 2026."
    assert f"{held} De post van deze 3 taken wacht op vrijgave.\n" in adopted
    assert "Status: n.v.t. Uiterlijk" in office.must("explain", "thuiszitters.2026-2027.september.12CC00", *NOW).out
    text = (office.folder / RULE).read_text(encoding="utf-8").replace("peildatum: 1 juni", "peildatum: 1 oktober")
    office.write(RULE.replace("thuiszitters", "wensen"), f"{text}\nalleen: {{gemeente: Heiloo}}\n")
    told = "  wensen, ronde juni, 2026-2027: uiterlijk dinsdag 13 oktober 2026 is voorbij. Voor deze taak gaat"
    shown = office.must("plan", *FIRST, *NOW).out
    assert told in shown
    seal = re.search(r"--apply ([0-9a-f]{12})", shown)
    assert seal is not None
    assert told in office.must("plan", *FIRST, "--apply", seal[1], *NOW).out


def foretold(shown: str) -> str:
    """How many mails the coming weeks bring, as plan says it."""
    found = re.search(r"eerst \d+, nu \d+|verandert het .*", shown)
    assert found is not None, shown
    return found[0]


def test_adopting_a_concept_brings_what_the_next_plan_still_says(office: Office) -> None:
    """A concept sends nothing, nor what is n.v.t. from then on: left are 5 mails of december, then 3, 3 and 1."""
    assert foretold(office.must("plan", *FIRST, "--apply", "--adopt", *NOW).out) == "eerst 0, nu 12"
    assert foretold(office.must("plan", *FIRST, *NOW).out) == "verandert het aantal mails niet: ten hoogste 12 mails."


@pytest.mark.slow
@pytest.mark.parametrize("concept", [False, True], ids=["at once", "after a concept"])
def test_what_adopting_foretells_is_what_leaves_when_nobody_answers(tmp_path: Path, concept: bool) -> None:
    """All rules, adopted on 5 October; what waits is let go on the same day."""
    rules = [path.stem for path in (ROOT / "rules/vo").glob("*.yaml")]
    office = an_imported_office(tmp_path / "w", rules=rules, more='map = "uit"')
    other = copied(office, tmp_path / "told")
    at = ("--now", "2026-10-05T09:00")
    if concept:
        other.must("plan", *FIRST, "--apply", *at)
    shown = other.must("plan", *FIRST, "--apply", "--adopt", *at).out
    with at_work(office.folder) as desk:
        desk.plan("2026-10-05T09:00")
        for number in range(29):
            day = date(2026, 10, 5) + timedelta(days=number)
            desk.tick(f"{day}T09:01")
            desk.each(outbox.release, f"{day}T09:02", "held")
            desk.tick(f"{day}T09:03")
        left = [long_date(local_date(one.sent_at)) for one in desk.messages("sent") if one.sent_at is not None]
    assert foretold(shown) == f"eerst 0, nu {len(left)}"
    days = re.findall(r"^(\w+dag \d.*?) +0 +(\d+)$", shown, re.MULTILINE)
    assert days == [(day, str(count)) for day, count in Counter(left).items()]


def test_a_value_that_nobody_has_is_a_note_at_its_place_though_nothing_changes(office: Office) -> None:
    """Below plan and in check: the second value of the list, on the last line of the file."""
    leave_out(office, "[Haarlem, Heilo]")
    line = (office.folder / RULE).read_text(encoding="utf-8").count("\n")
    (first, second) = [one for one in office.must("check", "--json", *NOW).json if one["file"] == RULE]
    assert (second["line"], second["column"], second["field"]) == (line, 31, "behalve.gemeente")
    assert second["hint"].startswith("Bedoelde u `Heiloo`?")
    told = office.must("plan", *FIRST, *NOW).out
    assert f"{RULE}:{line}:31: let op: geen school in het register ligt in de gemeente `Heilo`" in told
    assert "Het plan is bij" in told
    assert first["column"] < second["column"]


def test_a_rule_in_versions_is_one_rule_and_its_unknown_role_one_note(office: Office) -> None:
    """Also where three files make it up; people without a name are one note."""
    text = (office.folder / RULE).read_text(encoding="utf-8").replace("samen_met: [", "samen_met: [kernpartner, ")
    office.write(RULE, f"{text}\ngeldig_tot: 2026-2027\n")
    office.write("rules/vo/thuiszitters@later.yaml", f"{text}\ngeldig_vanaf: 2027-2028\n")
    told = office.must("check", *NOW).out
    assert told.count("de rol kernpartner") == 1
    assert told.endswith("2 regels zijn in orde.\n")
    assert "besturen.csv:1:1: let op: 13 contactpersonen hebben nog geen naam: " in told
    assert told.count("nog geen naam") == 1


def test_a_list_never_hides_just_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """The line is no longer than the words that would stand for it."""
    say_some(["a", "b", "c"], 2)
    assert capsys.readouterr().out == "  a\n  b\n  c\n"
    say_some(["a", "b", "c", "d"], 2)
    assert capsys.readouterr().out == "  a\n  b\n  … en nog 2\n"
