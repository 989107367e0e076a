"""Several files and folders that together are a register."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.adapters.register import read_register, read_sources
from engine.core.problem import Problem
from engine.core.sheets import RegisterSheets
from tests.adapters.register.test_duo import OLD, SCHOOLS
from tests.adapters.register.workbooks import BESTUREN, SCHOLEN, packed, workbook

ROLLEN = "email;rol;partij\nbureau@swv.example;bureau;swv\n"


def read(*paths: Path) -> tuple[RegisterSheets, list[Problem]]:
    register, problems = read_sources([(path, path.name) for path in paths], ())
    return register, [one for one in problems if one.severity == "problem"]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A list of DUO, a workbook with a sheet besturen, and rollen as csv."""
    (tmp_path / "lijst.csv").write_text("\n".join((OLD, *SCHOOLS)), encoding="windows-1252")
    (tmp_path / "register.xlsx").write_bytes(packed(workbook(besturen=BESTUREN)))
    (tmp_path / "rollen.csv").write_text(ROLLEN)
    return tmp_path


def test_a_list_a_workbook_and_csv_make_one_register(files: Path) -> None:
    register, problems = read(files / "lijst.csv", files / "register.xlsx", files / "rollen.csv")
    assert problems == []
    assert register.handed_in == {"besturen", "rollen"}
    assert [row.id for row in register.parties if row.kind == "school"] == ["16AH00", "16AH01", "016B00"]
    assert register == read(files)[0]


def test_a_file_that_comes_twice_counts_once(files: Path) -> None:
    assert read(files, files / "rollen.csv", files) == read(files)


def test_a_sheet_in_two_files_is_a_problem_that_names_both(files: Path) -> None:
    (files / "besturen.csv").write_text("nummer;naam\n1;Een\n")
    (problem,) = read(files)[1]
    assert (problem.file, problem.sheet) == (f"{files.name}/register.xlsx", "besturen")
    assert problem.message == f"besturen staat ook in {files.name}/besturen.csv"


def test_schools_beside_a_list_are_a_problem(files: Path) -> None:
    (files / "register.xlsx").write_bytes(packed(workbook(scholen=SCHOLEN)))
    (problem,) = read(files)[1]
    assert problem.sheet == "scholen"
    assert "Importeer eerst de lijst van DUO" in problem.hint


def test_two_lists_make_one(files: Path) -> None:
    (files / "vo.csv").write_text("\n".join((OLD, SCHOOLS[0].replace("16AH00", "16AH09"))), encoding="windows-1252")
    register, problems = read(files)
    assert problems == []
    assert register.duo is not None
    assert register.duo.sources == {"duo-po:lijst", "duo-po:vo"}
    assert "16ah09" in register.duo.codes


def test_what_excel_leaves_beside_an_open_file_is_not_looked_at(files: Path) -> None:
    (files / "~$register.xlsx").write_bytes(b"x")
    assert read(files)[1] == []


@pytest.mark.parametrize("name", ["register.docx", "andere.csv"])
def test_a_file_by_name_that_is_no_register_is_a_problem(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("a;b\n")
    (problem,) = read(tmp_path / name)[1]
    assert problem.file == name
    assert "register.xlsx" in problem.hint


def test_an_old_workbook_in_a_folder_is_a_problem(files: Path) -> None:
    (files / "oud.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    (problem,) = read(files)[1]
    assert problem.file == f"{files.name}/oud.xls"


def test_an_unreadable_workbook_makes_no_row_elsewhere_seem_wrong(files: Path) -> None:
    (files / "register.xlsx").write_bytes(b"kapot")
    register, problems = read_register(files, "register", ())
    assert "scholen" in register.incomplete
    assert [one.file for one in problems if one.severity == "problem"] == ["register/register.xlsx"]
