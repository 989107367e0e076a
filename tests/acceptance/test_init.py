"""A new workspace, in both sectors."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.workspaces import ROOT, an_office, run

ASKED = {"vo": "ondersteuningscoordinator", "po": "intern-begeleider"}


@pytest.mark.parametrize("sector", ASKED)
def test_a_new_workspace_of_a_sector_has_its_rules_and_roles_and_no_problem(tmp_path: Path, sector: str) -> None:
    """The rules are those of the sector, the register has its role columns, and check finds nothing that stops."""
    made = run("init", str(tmp_path / "swv"), "--sector", sector)
    assert made.code == 0, made.err
    checked = run("check", "--workspace", str(tmp_path / "swv"), "--json")
    assert checked.code == 0
    assert [one for one in checked.json if one["severity"] == "problem"] == []
    sample = [one["field"] for one in checked.json if "staat nog het voorbeeld" in one["message"]]
    assert sample == ["swv.naam", "swv.code", "swv.postbus", "swv.telefoon", "web.adres"]
    schools = load_workbook(tmp_path / "swv/register/register.xlsx")["scholen"]
    heads = [cell.value for cell in schools[1]]
    assert ASKED[sector] in heads
    assert ASKED["po" if sector == "vo" else "vo"] not in heads
    assert (tmp_path / f"swv/rules/{sector}/thuiszitters.yaml").is_file()
    assert not (tmp_path / f"swv/rules/{'po' if sector == 'vo' else 'vo'}").exists()
    config = (tmp_path / "swv/config.toml").read_text(encoding="utf-8")
    assert f'sector = "{sector}"' in config
    assert f'regels = "rules/{sector}"' in config
    assert f'code = "{sector.upper()}9901"' in config


def test_a_sector_that_does_not_exist_is_wrong_use(tmp_path: Path) -> None:
    made = run("init", str(tmp_path / "swv"), "--sector", "so")
    assert (made.code, made.err.splitlines()[0]) == (2, "De sector 'so' bestaat niet.")


def test_a_new_workspace_has_a_key_of_its_own_that_nobody_else_can_read(tmp_path: Path) -> None:
    """Stored mails are encrypted with it."""
    keys = []
    for name in ("a", "b"):
        run("init", str(tmp_path / name))
        path = tmp_path / name / "jaarplanning.sleutel"
        assert path.stat().st_mode & 0o777 == 0o600
        keys.append(path.read_text("ascii"))
    assert keys[0] != keys[1]


@pytest.mark.parametrize("name", ["README.md", "schema.json"])
def test_a_new_workspace_has_what_a_writer_of_rules_needs(tmp_path: Path, name: str) -> None:
    """The page on rules and the schema for editors stand in the folder above the rules."""
    run("init", str(tmp_path / "swv"))
    assert (tmp_path / "swv/rules" / name).read_bytes() == (ROOT / "rules" / name).read_bytes()


def test_an_unknown_sector_is_refused(tmp_path: Path) -> None:
    """The message names both sectors, and nothing is made."""
    ran = run("init", str(tmp_path / "swv"), "--sector", "so")
    assert ran.code != 0
    assert "--sector vo" in ran.err
    assert "--sector po" in ran.err
    assert not (tmp_path / "swv").exists()


@pytest.mark.parametrize(
    "verb", ["tick", "deliver", "run --only worker", "plan --apply", "outbox release --all", "import x --apply"]
)
def test_who_writes_in_the_folder_of_the_program_is_warned(monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    """Where nobody named it; there is no database there to write in."""
    monkeypatch.chdir(ROOT)
    ran = run(*verb.split())
    assert ran.code == 1
    assert "--workspace MAP" in ran.err
    assert not (ROOT / "jaarplanning.sqlite").exists()


def test_a_register_of_another_workspace_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither from the folder of the program nor from that of a workspace; the command that was meant is told."""
    for name in ("a", "b"):
        an_office(tmp_path / name)
    for here in (ROOT, tmp_path / "b"):
        monkeypatch.chdir(here)
        ran = run("import", str(tmp_path / "a/register"))
        assert (ran.code, f"--workspace {tmp_path / 'a'}" in ran.err) == (1, True), ran.err
    assert run("import", str(tmp_path / "a/register"), "--workspace", str(tmp_path / "b")).code == 0
