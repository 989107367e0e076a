"""The register as csv files: what is read of them, and files that cannot be read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.adapters.register import read_register
from engine.adapters.register.csv import raw_sheet
from engine.adapters.register.rows import typed_rows
from engine.core.sheets import SHEETS, ClosingRow, ContactRow, DocumentRow, PartyRow, RegisterSheets, RoleEntry
from tests.adapters.register.folders import FITTING, OFFICE, Folder, where

# What is read


def test_six_fitting_files_give_their_rows_and_no_problems(read: Folder) -> None:
    register, problems = read(**FITTING)
    assert problems == []
    assert register.parties == (
        PartyRow("10249", "bestuur", "Bestuur 10249"),
        PartyRow("016AH00", "school", "De Regenboog", "10249", "Alkmaar", "Alkmaar", "noord", ("klein", "so")),
    )
    assert register.contacts == (ContactRow(OFFICE, "Administratie De Regenboog", "mevrouw", "0721234567", "nl", 0),)
    assert register.roles == (RoleEntry(OFFICE, "administratie", "016AH00", date(2026, 8, 1), date(2027, 7, 31)),)
    assert register.documents == (DocumentRow("SOP", "016AH00", date(2024, 5, 1), "v3", None, "concept"),)
    assert register.closings == (
        ClosingRow("016AH00", date(2026, 10, 17), date(2026, 10, 25), "herfst", "herfstvakantie"),
    )
    assert register.handed_in == frozenset(SHEETS)


def test_a_row_knows_its_file_and_line(read: Folder) -> None:
    register, _ = read(**FITTING)
    assert register.roles[0].at is not None
    assert (register.roles[0].at.file, register.roles[0].at.line) == ("register/rollen.csv", 2)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
@pytest.mark.parametrize("mark", [";", ","])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_encoding_delimiter_and_line_ends_may_vary(read: Folder, encoding: str, mark: str, ending: str) -> None:
    text = mark.join(("nummer", "naam")) + ending + mark.join(("0777", "Stichting Één")) + ending
    register, problems = read(besturen=text.encode(encoding))
    assert problems == []
    assert register.parties == (PartyRow("0777", "bestuur", "Stichting Één"),)


def test_a_comma_inside_quotes_in_the_header_does_not_make_it_the_delimiter(read: Folder) -> None:
    register, _ = read(besturen='nummer;"zomaar, iets, of, niets";naam\n1;;Bestuur 1\n')
    assert register.parties == (PartyRow("1", "bestuur", "Bestuur 1"),)


def test_the_header_may_stand_in_any_order_and_case_with_blanks(read: Folder) -> None:
    register, problems = read(besturen="NAAM ; Nummer\nBestuur 1;1\n")
    assert problems == []
    assert register.parties == (PartyRow("1", "bestuur", "Bestuur 1"),)


def test_empty_lines_are_skipped_and_counted(read: Folder) -> None:
    register, problems = read(besturen="\nnummer;naam\n\n1;Bestuur 1\n;\n2;\n")
    assert len(register.parties) == 2
    assert where(problems) == [("register/besturen.csv", 6, 2, "naam")]


def test_a_quoted_line_break_counts_as_a_line(read: Folder) -> None:
    _, problems = read(besturen='nummer;naam\n1;"Bestuur\n1"\n2;\n')
    assert where(problems) == [
        ("register/besturen.csv", 2, 2, "naam"),
        ("register/besturen.csv", 4, 2, "naam"),
    ]


def test_a_sheet_without_a_file_is_not_handed_in(read: Folder) -> None:
    register, _ = read(scholen=FITTING["scholen"])
    assert register.handed_in == {"scholen"}


def test_one_file_may_be_handed_in_by_itself(tmp_path: Path) -> None:
    (tmp_path / "Besturen.csv").write_text("nummer;naam\n1;\n")
    register, problems = read_register(tmp_path / "Besturen.csv", "download/Besturen.csv", ())
    assert register.handed_in == {"besturen"}
    assert where(list(problems)) == [("download/Besturen.csv", 2, 2, "naam")]


# Bad headers


def test_a_missing_required_column_is_one_problem_at_the_header(read: Folder) -> None:
    _, problems = read(besturen="nummer\n1\n2\n")
    assert where(problems) == [("register/besturen.csv", 1, 1, "naam")]
    assert problems[0].message == "kolom 'naam' ontbreekt"


def test_an_unknown_column_is_a_note_and_is_kept_out(read: Folder) -> None:
    register, problems = read(besturen="nummer;regoi;naam\n1;x;Bestuur 1\n")
    assert where(problems) == [("register/besturen.csv", 1, 2, "regoi")]
    assert (problems[0].severity, problems[0].hint) == ("note", "Bedoelt u 'regio'? Zet dat erboven.")
    assert register.parties[0].name == "Bestuur 1"


def test_a_column_twice_is_a_problem_at_the_second(read: Folder) -> None:
    _, problems = read(besturen="nummer;naam;Naam\n1;Bestuur 1;x\n")
    assert where(problems) == [("register/besturen.csv", 1, 3, "naam")]


# Bad files


def test_an_empty_file_is_a_problem_at_line_1(read: Folder) -> None:
    _, problems = read(besturen="\n\n")
    assert where(problems) == [("register/besturen.csv", 1, 1, "")]


def test_a_quote_that_is_never_closed_is_a_problem_where_it_begins(read: Folder) -> None:
    register, problems = read(besturen='nummer;naam\n1;Bestuur 1\n2;"Bestuur 2\n3;Bestuur 3\n')
    assert where(problems) == [("register/besturen.csv", 3, 1, "")]
    assert register.incomplete == {"besturen"}


def test_bytes_in_neither_encoding_are_a_problem_at_their_line(read: Folder) -> None:
    _, problems = read(besturen=b"nummer;naam\n1;Bestuur\n\x81;x\n")
    assert where(problems) == [("register/besturen.csv", 3, 1, "")]


@pytest.mark.parametrize(
    "data", ["nummer;naam\n".encode("utf-16"), b"PK\x03\x04rest", b"\xef\xbb\xbfnummer;naam\n\xe9"]
)
def test_a_file_that_is_no_csv_in_a_known_encoding_is_a_problem(read: Folder, data: bytes) -> None:
    _, problems = read(besturen=data)
    assert len(problems) == 1
    assert "UTF-8" in problems[0].hint


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_called_by_its_name(read: Folder, encoding: str) -> None:
    _, problems = read(besturen="nummer;naam\n1;Een\n".encode(encoding))
    assert [one.message for one in problems] == ["dit bestand is opgeslagen als UTF-16 (Unicode-tekst), niet als csv"]


def test_a_file_over_20_mb_is_a_problem() -> None:
    sheet, problems = raw_sheet("besturen", "besturen.csv", bytes(20_000_001))
    assert sheet is None
    assert "20 MB" in problems[0].hint


@pytest.mark.slow
def test_more_rows_than_allowed_are_a_problem_at_the_first_one_too_many() -> None:
    data = b"nummer;naam\n" + b"1;x\n" * 200_001
    sheet, problems = raw_sheet("besturen", "besturen.csv", data)
    assert sheet is not None
    assert len(sheet.rows) == 200_000
    assert where(problems) == [("besturen.csv", 200_002, 1, "")]


def test_an_unknown_csv_file_is_a_note_with_the_nearest_name(read: Folder) -> None:
    _, problems = read(besturen=FITTING["besturen"], schollen="code\n")
    assert where(problems) == [("register/schollen.csv", 1, 1, "")]
    assert (problems[0].severity, problems[0].hint) == (
        "note",
        "Is dit het blad scholen? Noem het bestand dan scholen.csv.",
    )


def test_a_folder_without_a_register_is_a_problem(read: Folder) -> None:
    _, problems = read()
    assert where(problems) == [("register", 1, 1, "")]


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    _, problems = read_register(tmp_path / "nergens", "nergens", ())
    assert where(list(problems)) == [("nergens", 1, 1, "")]


def test_a_folder_in_the_place_of_a_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "besturen.csv").mkdir()
    _, problems = read_register(tmp_path, ".", ())
    assert where(list(problems)) == [("besturen.csv", 1, 1, "")]


# The example


def test_a_row_that_says_voorbeeld_in_its_first_column_is_never_read(read: Folder) -> None:
    register, problems = read(besturen="naam;nummer\nZo doet u het; Voorbeeld\nBestuur 1;1\n")
    assert [row.id for row in register.parties] == ["1"]
    assert problems == []


# Whatever comes in


@settings(max_examples=25, deadline=None)
@given(
    name=st.sampled_from(SHEETS),
    start=st.sampled_from([b"", *(text.encode() for text in FITTING.values())]),
    rest=st.binary(max_size=200) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "ignore")),
)
def test_reading_never_raises_on_arbitrary_bytes(name: str, start: bytes, rest: bytes) -> None:
    sheet, problems = raw_sheet(name, "x.csv", start + rest)
    register, more = typed_rows([sheet] if sheet else [], ())
    assert sheet is not None or problems
    assert all(problem.line >= 1 and problem.column >= 1 for problem in (*problems, *more))
    assert isinstance(register, RegisterSheets)
