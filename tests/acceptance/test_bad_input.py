"""Bad input gets a plain Dutch message with place and remedy, and changes nothing."""

import sqlite3
from pathlib import Path

import pytest

from tests.workspaces import SCHOLEN, Office, a_running_office, an_imported_office, an_office, run


def rule_with(office: Office, old: str, new: str) -> None:
    """Replaces a text in the rule thuiszitters."""
    path = office.folder / "rules/vo/thuiszitters.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("samen_met:", "samen_mt:", "samen_mt"),
        ("{peildatum: 1 maart}", "{peildatum: 30 februari}", "30 februari bestaat niet"),
        ("vraag_aan: ondersteuningscoordinator", "vraag_aan: ondersteuner", "ondersteuner"),
    ],
)
def test_a_faulty_rule_stops_the_plan_at_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    office = an_imported_office(tmp_path / "w")
    rule_with(office, old, new)
    text = (office.folder / "rules/vo/thuiszitters.yaml").read_text(encoding="utf-8")
    line = 1 + text[: text.index(new)].count("\n")
    ran = office.run("plan", "--apply", "--json")
    assert ran.code == 1
    (problem,) = ran.json
    assert (problem["file"], problem["line"]) == ("rules/vo/thuiszitters.yaml", line)
    assert said in problem["message"]
    assert problem["hint"]
    assert office.must("tasks", "--json").json == []


@pytest.mark.parametrize(
    ("sheet", "text", "line", "said"),
    [
        ("scholen", SCHOLEN + "10AA00;Nog een Linde;70001;Alkmaar;Alkmaar;;;\n", 5, "staat al op regel 2"),
        ("scholen", SCHOLEN.replace("70002", "77777"), 3, "bestuur '77777' staat niet in besturen.csv"),
        ("contacten", "email;naam\nbureau.swv.example;Het bureau\n", 2, "bureau.swv.example"),
    ],
)
def test_a_faulty_register_is_refused_as_a_whole(tmp_path: Path, sheet: str, text: str, line: int, said: str) -> None:
    office = an_office(tmp_path / "w", register={sheet: text})
    ran = office.run("import", str(office.folder / "register"), "--apply", "--json")
    assert ran.code == 1
    found = [row for row in ran.json if row["severity"] == "problem"]
    assert any(
        (row["file"], row["line"]) == (f"register/{sheet}.csv", line) and said in row["message"] for row in found
    )
    assert not (office.folder / "jaarplanning.sqlite").exists()


def test_without_a_database_the_remedy_is_import(tmp_path: Path) -> None:
    ran = an_office(tmp_path / "w").run("tasks")
    assert (ran.code, ran.out) == (1, "")
    assert "Er is nog geen database" in ran.err
    assert "import MAP --apply" in ran.err


@pytest.mark.slow
def test_a_locked_database_is_named(tmp_path: Path) -> None:
    office = a_running_office(tmp_path / "w")
    other = sqlite3.connect(office.folder / "jaarplanning.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        ran = office.run("tick", "--now", "2026-11-24T08:30")
    finally:
        other.close()
    assert ran.code == 1
    assert "in gebruik door een ander programma" in ran.err


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    office = a_running_office(tmp_path / "w")
    path = office.folder / "jaarplanning.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    ran = office.run("tick", "--now", "2026-11-24T08:30")
    assert ran.code == 1
    assert "nieuwere versie" in ran.err


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    office = an_office(tmp_path / "w")
    path = office.folder / "jaarplanning.sqlite"
    path.write_text("dit is geen database, maar een verslag van een vergadering\n" * 100, encoding="utf-8")
    before = path.read_bytes()
    ran = office.run("tasks")
    assert ran.code == 1
    assert "is geen database van dit programma" in ran.err
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    office = an_office(tmp_path / "w")
    with sqlite3.connect(office.folder / "jaarplanning.sqlite") as connection:
        connection.execute("CREATE TABLE recepten (naam TEXT)")
    ran = office.run("import", str(office.folder / "register"), "--apply")
    assert ran.code == 1
    assert "ander programma" in ran.err


def test_a_folder_without_config_is_told_how_to_begin(tmp_path: Path) -> None:
    ran = run("check", "--workspace", str(tmp_path))
    assert ran.code == 1
    assert "init" in ran.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("tasks", "--schooljaar", "2026"),
        ("tasks", "--state", "zoek"),
        ("tasks", "--bestaatniet"),
        ("plan", "--adopt"),
        ("tick", "--now", "morgen"),
        ("simulate", "--schooljaar", "2026-2027", "--answers", "soms"),
        ("bestaatniet",),
    ],
)
def test_wrong_use_ends_with_two_and_says_why(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    office = an_imported_office(tmp_path / "w")
    ran = office.run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err


@pytest.mark.slow
def test_a_made_up_time_is_refused_once_real_mail_has_left(tmp_path: Path) -> None:
    office = an_imported_office(tmp_path / "w", more='map = "uit"')
    office.must("plan", "--schooljaar", "2026-2027", "--apply", "--adopt")
    with sqlite3.connect(office.folder / "jaarplanning.sqlite") as connection:
        connection.execute(
            "INSERT INTO messages (contact, email, subject, kind, state, created_at, sent_at) "
            "VALUES (1, 'a@b.example', 'x', 'digest', 'sent', 0, 1)"
        )
    ran = office.run("tick", "--now", "2026-11-24T08:30")
    assert ran.code == 2
    assert "echte post" in ran.err


@pytest.mark.slow
def test_a_simulation_that_cannot_keep_its_mails_stops_and_says_so(tmp_path: Path) -> None:
    office = an_imported_office(tmp_path / "w", rules=("thuiszitters",))
    (tmp_path / "bestand").write_text("dit is geen map", encoding="utf-8")
    ran = office.run("simulate", "--schooljaar", "2026-2027", "--out", str(tmp_path / "bestand"))
    assert ran.code == 1
    assert "bestand" in ran.err


@pytest.mark.slow
@pytest.mark.parametrize("as_json", [(), ("--json",)])
def test_check_ends_with_one_when_a_rule_has_a_problem(tmp_path: Path, as_json: tuple[str, ...]) -> None:
    office = an_imported_office(tmp_path / "w")
    assert office.run("check", *as_json).code == 0
    rule_with(office, "titel:", "titell:")
    assert office.run("check", *as_json).code == 1


def test_check_ends_with_one_when_the_register_folder_has_a_problem(tmp_path: Path) -> None:
    office = an_office(tmp_path / "w", register={"scholen": SCHOLEN.replace("70002", "77777")})
    assert office.run("check").code == 1


@pytest.mark.parametrize("place", ["bestand", "bestand/map"])
def test_init_where_no_folder_can_be_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "bestand").write_text("geen map", encoding="utf-8")
    ran = run("init", str(tmp_path / place))
    assert (ran.code, "map" in ran.err) == (1, True)
