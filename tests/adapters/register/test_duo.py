"""Lists of DUO: old and new headings, which schools are meant, and what is wrong with a list."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.adapters.register import DuoFilter, read_postcodes, read_sources
from engine.core.problem import Problem
from engine.core.sheets import PartyRow, RegisterSheets

OLD = "PROVINCIE;BEVOEGD GEZAG NUMMER;BRIN NUMMER;VESTIGINGSNUMMER;VESTIGINGSNAAM ;POSTCODE;PLAATSNAAM;GEMEENTENAAM"
NEW = "PROVINCIE;BEVOEGD GEZAG NUMMER;INSTELLINGSCODE;VESTIGINGSCODE;VESTIGINGSNAAM;POSTCODE;PLAATSNAAM;GEMEENTENAAM"
SCHOOLS = (
    "Noord-Holland;10249;16AH;16AH00;OBS De  Één;1811 AB;ALKMAAR;ALKMAAR",
    "Noord-Holland;10249;16AH;16AH01;OBS De Twee;1861 AB;BERGEN NH;BERGEN NH",
    "Zuid-Holland;0777;016B;016B00;De Drie;2511 AB;'S-GRAVENHAGE;'S-GRAVENHAGE",
)


def duo(
    folder: Path, *rows: str, header: str = OLD, wanted: DuoFilter | None = None, name: str = "lijst.csv"
) -> tuple[RegisterSheets, list[Problem]]:
    """Reads a list with these rows, written as DUO does."""
    file = folder / name
    file.write_bytes("\r\n".join((header, *(rows or SCHOOLS), "")).encode("windows-1252"))
    register, problems = read_sources([(file, name)], (), wanted)
    return register, list(problems)


def codes(register: RegisterSheets) -> list[str]:
    return [row.id for row in register.parties if row.kind == "school"]


def stopping(problems: list[Problem]) -> list[Problem]:
    return [one for one in problems if one.severity == "problem"]


@pytest.mark.parametrize("header", [OLD, NEW, NEW.replace(" ", "_"), NEW.lower(), f"{NEW};ONDERWIJSSTRUCTUUR"])
def test_old_and_new_headings_say_the_same(tmp_path: Path, header: str) -> None:
    rows = [f"{row};HAVO/VWO" for row in SCHOOLS] if "STRUCTUUR" in header else SCHOOLS
    register, problems = duo(tmp_path, *rows, header=header)
    assert stopping(problems) == []
    assert register.parties == (
        PartyRow("0777", "bestuur", "Bestuur 0777"),
        PartyRow("10249", "bestuur", "Bestuur 10249"),
        PartyRow("16AH00", "school", "OBS De Één", "10249", "Alkmaar", "Alkmaar"),
        PartyRow("16AH01", "school", "OBS De Twee", "10249", "Bergen NH", "Bergen NH"),
        PartyRow("016B00", "school", "De Drie", "0777", "'s-Gravenhage", "'s-Gravenhage"),
    )
    assert register.handed_in == frozenset()


def test_a_vestiging_numbered_within_its_instelling_gets_its_whole_code(tmp_path: Path) -> None:
    assert codes(duo(tmp_path, SCHOOLS[0].replace("16AH00", "00"), header=NEW)[0]) == ["16AH00"]


def test_one_note_says_that_besturen_have_no_names(tmp_path: Path) -> None:
    (note,) = duo(tmp_path)[1]
    assert (note.severity, note.line, note.column) == ("note", 2, 2)
    assert "'Bestuur 10249'" in note.message


def test_a_list_named_as_a_sheet_is_still_a_list(tmp_path: Path) -> None:
    register, problems = duo(tmp_path, name="scholen.csv")
    assert (len(codes(register)), stopping(problems)) == (3, [])


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (DuoFilter(("alkmaar",)), ["16AH00"]),
        (DuoFilter(("Bergen (NH.)", "Den Haag")), ["16AH01", "016B00"]),
        (DuoFilter(postcodes=frozenset({"1861"})), ["16AH01"]),
        (DuoFilter(("Alkmaar",), frozenset({"1861"})), ["16AH00", "16AH01"]),
        (DuoFilter(), ["16AH00", "16AH01", "016B00"]),
    ],
)
def test_only_the_gemeenten_or_postcodes_that_are_meant(tmp_path: Path, wanted: DuoFilter, found: list[str]) -> None:
    register, problems = duo(tmp_path, wanted=wanted)
    assert (codes(register), stopping(problems)) == (found, [])


def test_besturen_are_those_of_the_schools_that_are_meant(tmp_path: Path) -> None:
    register, _ = duo(tmp_path, wanted=DuoFilter(("Alkmaar",)))
    assert [row.id for row in register.parties if row.kind == "bestuur"] == ["10249"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Alkmar", "Bedoelt u Alkmaar?"),
        ("Bergen", "Bedoelt u Bergen NH?"),
        ("Xyzzy", "Schrijf de naam zoals DUO die geeft."),
    ],
)
def test_an_unknown_gemeente_is_a_problem_with_the_nearest(tmp_path: Path, name: str, hint: str) -> None:
    (problem,) = stopping(duo(tmp_path, wanted=DuoFilter(("Alkmaar", name)))[1])
    assert (problem.message, problem.hint) == (f"geen school in deze lijst ligt in de gemeente '{name}'", hint)


def test_nothing_left_is_said(tmp_path: Path) -> None:
    (problem,) = stopping(duo(tmp_path, wanted=DuoFilter(postcodes=frozenset({"9999"})))[1])
    assert problem.message == "na het filter blijft er geen school over"


def test_a_filter_without_a_list_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "besturen.csv").write_text("nummer;naam\n1;Een\n")
    _, problems = read_sources([(tmp_path / "besturen.csv", "besturen.csv")], (), DuoFilter(("Alkmaar",)))
    assert ["kies geen gemeente" in one.hint for one in problems] == [True]


def test_a_list_of_instellingen_lacks_a_column(tmp_path: Path) -> None:
    header = OLD.replace("VESTIGINGSNUMMER;VESTIGINGSNAAM ", "INSTELLINGSNAAM;X")
    messages = [one.message for one in stopping(duo(tmp_path, header=header)[1])]
    assert "kolom 'VESTIGINGSNUMMER' ontbreekt" in messages


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ("NH;10249;16AH;;De Een;1811 AB;ALKMAAR;ALKMAAR", 4, "code is leeg"),
        ("NH;10249;16AH;16 AH;De Een;1811 AB;ALKMAAR;ALKMAAR", 4, "'16 AH' kan geen code of nummer zijn"),
        ("NH;;16AH;16AH00;De Een;1811 AB;ALKMAAR;ALKMAAR", 2, "bestuur is leeg"),
        ("NH;10249;16AH;16AH00; ;1811 AB;ALKMAAR;ALKMAAR", 5, "naam is leeg"),
        ("NH;10249;16AH00;De Een", 1, "deze rij heeft 4 cellen; de eerste regel heeft er 8"),
    ],
)
def test_a_row_that_cannot_be_used_is_a_problem_at_its_cell(tmp_path: Path, row: str, column: int, said: str) -> None:
    (problem,) = stopping(duo(tmp_path, SCHOOLS[1], row)[1])
    assert (problem.file, problem.line, problem.column, problem.message) == ("lijst.csv", 3, column, said)


def test_what_is_wrong_elsewhere_in_the_country_stops_nobody(tmp_path: Path) -> None:
    register, problems = duo(
        tmp_path, SCHOOLS[0], "Utrecht;;16XX;16XX00;;3500 AB;UTRECHT;UTRECHT", wanted=DuoFilter(("Alkmaar",))
    )
    assert (codes(register), stopping(problems)) == (["16AH00"], [])


@pytest.mark.parametrize("mark", [";", ","])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "windows-1252"])
def test_postcodes_stand_in_the_column_pc4(tmp_path: Path, mark: str, encoding: str) -> None:
    file = tmp_path / "pc.csv"
    rows = (("gemeente", "PC4 "), ("Één", "1811"), ("Twee", "1812 AB"), ("Twee", "1812"))
    file.write_bytes("\n".join(mark.join(row) for row in rows).encode(encoding))
    assert read_postcodes(file, "pc.csv") == (frozenset({"1811", "1812"}), ())


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("postcode\n1811\n", 1, "kolom 'pc4' ontbreekt"),
        ("pc4;x\n1811;\n181;\n", 3, "'181' is geen postcode"),
        ("pc4\n", 1, "er staat geen postcode in"),
        ("", 1, "dit bestand is leeg"),
    ],
)
def test_a_file_without_postcodes_is_a_problem(tmp_path: Path, text: str, line: int, said: str) -> None:
    (tmp_path / "pc.csv").write_text(text)
    _, (problem,) = read_postcodes(tmp_path / "pc.csv", "pc.csv")
    assert (problem.file, problem.line, problem.message) == ("pc.csv", line, said)


def test_postcodes_that_are_not_there_are_a_problem(tmp_path: Path) -> None:
    _, (problem,) = read_postcodes(tmp_path / "nergens.csv", "nergens.csv")
    assert (problem.file, problem.severity) == ("nergens.csv", "problem")
