"""What check tells although nothing stops: each note at its place, and the exit code stays 0."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.workspaces import Office, an_imported_office, an_office

pytestmark = pytest.mark.slow

NOW = ("--now", "2026-09-01T09:00")
HEAD = "titel: Een vraag\nsoort: uitvraag\nper: school\nvraag_aan: directeur\n"
SHORT = HEAD + "wanneer:\n  opent: 1 oktober\n  uiterlijk: 5 oktober\nstappen:\n  uitvraag: {op: opent}\n"
EARLY = HEAD + (
    "wanneer:\n  opent: 1 oktober\n  uiterlijk: 9 oktober\n"
    "stappen:\n  uitvraag: {op: opent}\n  herinnering: {op: 20 schooldagen voor uiterlijk}\n"
)
TOGETHER = HEAD + (
    "wanneer:\n  opent: 1 oktober\n  uiterlijk: 9 november\nstappen:\n  uitvraag: {op: opent}\n"
    "  herinnering: {op: 1 week voor uiterlijk}\n  te-laat: {op: 5 schooldagen voor uiterlijk}\n"
)
DOCUMENT = (
    "titel: Profiel\nsoort: document\ndocument: profiel\ngeldigheid: 4 jaar\nper: school\nvraag_aan: directeur\n"
    "wanneer:\n  opent: 6 maanden voor vervalt\n  uiterlijk: vervalt\nstappen:\n  uitvraag: {op: opent}\n"
)


def notes_of(office: Office, *more: str) -> list[dict[str, Any]]:
    """The notes on rule files that check gives, which must end well."""
    ran = office.must("check", "--json", *(more or NOW))
    assert {one["severity"] for one in ran.json} <= {"note"}
    return [one for one in ran.json if one["file"].startswith("rules/")]


def an_office_with(folder: Path, rule: str) -> Office:
    """An imported office whose only rule is `vraag.yaml`."""
    office = an_imported_office(folder, rules=())
    office.write("rules/vo/vraag.yaml", rule)
    return office


def test_few_schooldagen_to_answer_is_a_note_at_uiterlijk(tmp_path: Path) -> None:
    """From Thursday 1 to Monday 5 October are two schooldagen."""
    (first, second) = notes_of(an_office_with(tmp_path, SHORT))
    assert (first["file"], first["line"], first["field"]) == ("rules/vo/vraag.yaml", 7, "wanneer.uiterlijk")
    assert "2 schooldagen" in first["message"]
    assert "2026-2027" in first["message"]
    assert "De Linde, Het Baken en De Eik" in first["message"]
    assert "2027-2028" in second["message"]


def test_a_step_moved_to_opent_is_a_note_at_the_step(tmp_path: Path) -> None:
    """Twenty schooldagen before 9 October lie before 1 October."""
    found = notes_of(an_office_with(tmp_path, EARLY))
    assert {(one["line"], one["field"]) for one in found} == {(10, "stappen.herinnering.op")}
    assert "voor de dag dat de taak opent, dus donderdag 1 oktober 2026" in found[0]["message"]


def test_two_steps_that_a_calendar_brings_on_one_day_are_a_note(tmp_path: Path) -> None:
    """A week and five schooldagen before Monday 9 November 2026 are both Monday 2 November."""
    found = notes_of(an_office_with(tmp_path, TOGETHER))
    assert (found[0]["line"], found[0]["field"]) == (11, "stappen.te-laat.op")
    assert "herinnering en te-laat gaan op dezelfde dag: maandag 2 november 2026" in found[0]["message"]


@pytest.mark.slow
def test_dates_past_the_published_vakanties_are_a_note(tmp_path: Path) -> None:
    """In the schooljaar after the last published summer every date is noted, and a vakantie is not planned from."""
    late = ("--now", "2030-08-15T09:00")
    assert "nog niet bekend" in notes_of(an_office_with(tmp_path / "fixed", SHORT), *late)[0]["message"]
    hanging = SHORT.replace("opent: 1 oktober", "opent: 1 week na herfstvakantie").replace("5 oktober", "1 december")
    (first, *_) = notes_of(an_office_with(tmp_path / "hanging", hanging), *late)
    assert "herfstvakantie van schooljaar 2030-2031 is nog niet bekend" in first["message"]
    assert first["field"] == "wanneer"


def test_schools_without_the_document_are_one_note(tmp_path: Path) -> None:
    """Those that have it are not named."""
    office = an_office_with(tmp_path, DOCUMENT)
    office.write("documenten.csv", "soort;partij;vastgesteld_op\nprofiel;10AA00;2024-01-10\n")
    office.must("import", str(tmp_path / "documenten.csv"), "--apply", *NOW)
    (note,) = notes_of(office)
    assert (note["line"], note["field"]) == (3, "document")
    assert "2 scholen hebben geen profiel in het register: Het Baken en De Eik" in note["message"]


def test_a_role_that_nobody_has_is_a_note_where_the_rule_names_it(tmp_path: Path) -> None:
    """The step's own key, not the top of the file."""
    rule = SHORT.replace("5 oktober", "9 oktober") + "  bellen: {op: 2 dagen na uiterlijk, aan: kernpartner}\n"
    (note,) = notes_of(an_office_with(tmp_path, rule))
    assert (note["line"], note["field"]) == (10, "stappen.bellen.aan")
    told = "niemand in het register heeft de rol kernpartner; daarom krijgt het bureau die mail; regel: vraag"
    assert note["message"] == told


@pytest.mark.slow
def test_besturen_without_own_meivakantie_are_a_note_on_the_register(tmp_path: Path) -> None:
    """A row of the bestuur, or of each of its schools, is enough."""
    office = an_imported_office(tmp_path)
    rows = "partij;van;tot;omschrijving;vervangt\n70001;2027-04-24;2027-05-09;Mei;meivakantie\n"
    rows += "11BB00;2027-04-24;2027-05-09;Mei;meivakantie\n"
    office.write("vrije_dagen.csv", rows)
    office.must("import", str(tmp_path / "vrije_dagen.csv"), "--apply", *NOW)
    found = [one for one in office.must("check", "--json", *NOW).json if one["field"] == "vrije_dagen"]
    assert [one["message"] for one in found] == [
        "1 bestuur heeft geen eigen meivakantie in 2026-2027: Stichting Zuid",
        "3 besturen hebben geen eigen meivakantie in 2027-2028: Stichting Noord, Stichting Midden en Stichting Zuid",
    ]


def test_without_a_register_the_dates_of_the_region_are_noted(tmp_path: Path) -> None:
    """A rule can be checked before the register is there."""
    office = an_office(tmp_path, rules=())
    shutil.rmtree(tmp_path / "register")
    office.write("rules/vo/vraag.yaml", SHORT)
    found = notes_of(office)
    assert "een school in regio noord" in found[0]["message"]


def test_plan_shows_the_notes_below_the_difference(tmp_path: Path) -> None:
    """The same words as check, with the place."""
    told = an_office_with(tmp_path, SHORT).must("plan", *NOW).out
    assert "rules/vo/vraag.yaml:7:14: let op: Van donderdag 1 oktober 2026 tot en met maandag 5 oktober 2026" in told


@pytest.mark.parametrize("text", ["geen database", ""])
def test_a_broken_database_is_a_problem(tmp_path: Path, text: str) -> None:
    """A file that is no database stops; only where there is none yet it is a note."""
    office = an_office(tmp_path)
    if text:
        (tmp_path / "jaarplanning.sqlite").write_text(text, encoding="utf-8")
    ran = office.run("check", "--json")
    found = [one["severity"] for one in ran.json if one["field"] == "database"]
    assert (ran.code, found) == ((1, ["problem"]) if text else (0, ["note"]))
