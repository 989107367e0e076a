"""The register as a workbook: what is read of it, and cells that cannot be read, each at its place."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from engine.adapters.register import read_register, write_blank
from engine.adapters.register.rows import typed_rows
from engine.adapters.register.sheets import COLUMNS, REQUIRED
from engine.adapters.register.xlsx import raw_workbook
from engine.core.sheets import SHEETS, ClosingRow, ContactRow, DocumentRow, PartyRow, RoleEntry
from tests.adapters.register.folders import FITTING
from tests.adapters.register.workbooks import (
    BESTUREN,
    SCHOLEN,
    as_excel_writes,
    cells,
    packed,
    read_book,
    with_parts,
    workbook,
)

# What is read


def test_a_workbook_says_the_same_as_csv_files_of_its_sheets(tmp_path: Path) -> None:
    rows = {name: [line.split(";") for line in FITTING[name].splitlines()] for name in reversed(SHEETS)}
    register, problems = read_book(tmp_path, workbook(**rows))
    (tmp_path / "csv").mkdir()
    for name, text in FITTING.items():
        (tmp_path / "csv" / f"{name}.csv").write_text(text, encoding="utf-8")
    assert problems == []
    assert register == read_register(tmp_path / "csv", "register", ())[0]


def test_dates_and_numbers_may_be_real_cells(tmp_path: Path) -> None:
    book = workbook(
        besturen=(("nummer", "naam"), (10249, "Bestuur")),
        documenten=(("soort", "partij", "vastgesteld_op", "versie"), ("SOP", 10249, date(2024, 5, 1), 3)),
        vrije_dagen=(
            ("partij", "van", "tot"),
            ("10249", datetime.combine(date(2026, 10, 5), time(9, 30)), "06-10-2026"),
        ),
    )
    register, problems = read_book(tmp_path, book)
    assert problems == []
    assert register.parties == (PartyRow("10249", "bestuur", "Bestuur"),)
    assert register.documents == (DocumentRow("SOP", "10249", date(2024, 5, 1), "v3"),)
    assert register.closings == (ClosingRow("10249", date(2026, 10, 5), date(2026, 10, 6)),)


@pytest.mark.parametrize(
    ("value", "shown_as", "code"),
    [("0777", "General", "0777"), (777, "General", "777"), (777.0, "General", "777"), (777, "000000", "000777")],
)
def test_a_code_keeps_its_zeros_as_text_or_as_a_format_shows_them(
    tmp_path: Path, value: Any, shown_as: str, code: str
) -> None:
    book = workbook(besturen=(("nummer", "naam"), (value, "Bestuur")))
    book["besturen"]["A2"].number_format = shown_as
    assert read_book(tmp_path, book)[0].parties[0].id == code


def test_true_and_false_are_ja_and_nee(tmp_path: Path) -> None:
    header = ("code", "naam", "bestuur", "actief")
    book = workbook(besturen=BESTUREN, scholen=(header, ("A1", "Een", "10249", True), ("A2", "Twee", "10249", False)))
    assert [row.active for row in read_book(tmp_path, book)[0].parties] == [True, True, False]


def test_sheets_may_stand_in_any_order_with_blanks_and_capitals(tmp_path: Path) -> None:
    book = workbook(
        **{"Vrije dagen": (("tot", "van", "Partij "), ("2026-10-05", "2026-10-05", "swv"))}, Besturen=BESTUREN
    )
    register, problems = read_book(tmp_path, book)
    assert problems == []
    assert register.handed_in == {"vrije_dagen", "besturen"}


def test_a_title_may_stand_above_the_header(tmp_path: Path) -> None:
    book = workbook(besturen=(("Onze besturen", None), (), ("nummer", "naam"), ("1", "")))
    book["besturen"].merge_cells("A1:B1")
    _, problems = read_book(tmp_path, book)
    assert cells(problems) == [("besturen", 4, 2)]


def test_empty_rows_are_skipped_and_counted(tmp_path: Path) -> None:
    book = workbook(besturen=(("nummer", "naam"), (), ("1", "Een"), (" ", None), ("2", "")))
    register, problems = read_book(tmp_path, book)
    assert len(register.parties) == 2
    assert cells(problems) == [("besturen", 5, 2)]


def test_a_hidden_row_counts_for_a_filter_hides_rows_too(tmp_path: Path) -> None:
    book = workbook(besturen=(("nummer", "naam"), ("1", "Een"), ("2", "Twee")))
    book["besturen"].row_dimensions[2].hidden = True
    assert [row.id for row in read_book(tmp_path, book)[0].parties] == ["1", "2"]


def test_text_beside_the_table_is_no_problem(tmp_path: Path) -> None:
    book = workbook(besturen=(("nummer", "naam"), ("1", "Een", None, "bellen!")))
    register, problems = read_book(tmp_path, book)
    assert (len(register.parties), problems) == (1, [])


def test_an_unknown_sheet_is_a_note_with_the_nearest_name(tmp_path: Path) -> None:
    _, problems = read_book(tmp_path, workbook(besturen=BESTUREN, schollen=SCHOLEN, uitleg=(("hallo",),)))
    assert [(one.sheet, one.severity, one.hint) for one in problems] == [("schollen", "note", "Bedoelt u scholen?")]


def test_a_sheet_without_rows_says_nothing(tmp_path: Path) -> None:
    book = workbook(besturen=BESTUREN, scholen=(("code", "naam", "bestuur"), ("voorbeeld", "Zo", "1")), rollen=())
    register, problems = read_book(tmp_path, book)
    assert register.handed_in == {"besturen"}
    assert register.empty == {"scholen", "rollen"}
    assert problems == []


def test_a_workbook_with_one_sheet_may_be_named_after_it(tmp_path: Path) -> None:
    register, problems = read_book(tmp_path, workbook(Blad1=BESTUREN), "besturen.xlsx")
    assert (len(register.parties), problems) == (1, [])


def test_role_columns_hold_addresses_one_below_the_other(tmp_path: Path) -> None:
    header = ("code", "naam", "bestuur", "directeur")
    book = workbook(besturen=BESTUREN, scholen=(header, ("A1", "Een", "10249", "a@x.example\nb@x.example")))
    register, _ = read_book(tmp_path, book)
    assert register.roles == (RoleEntry("a@x.example", "directeur", "A1"), RoleEntry("b@x.example", "directeur", "A1"))
    assert [row.email for row in register.contacts] == ["a@x.example", "b@x.example"]


def test_texts_may_stand_apart_as_excel_writes_them(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>10249</v></c><c r="B2" t="s"><v>2</v></c></row>'
        '<row r="4"><c r="A4" t="s"><v>3</v></c><c r="B4" t="s"><v>4</v></c></row>'
        '<row r="5"><c r="A5" t="s"><v>0</v></c><c r="B5" t="str"><f>B2</f><v>De Een</v></c></row>'
        '<row r="6"><c r="A6" t="e"><v>#REF!</v></c><c r="B6" t="s"><v>2</v></c></row>'
    )
    rich = "<r><t>Stichting </t></r><r><rPr><b/></rPr><t>Vet</t></r>"
    texts = ("<t>nummer</t>", "<t>naam</t>", "<t xml:space='preserve'> De Een </t>", "<t>0777</t>", rich)
    register, problems = read_book(tmp_path, as_excel_writes("besturen", rows, texts))
    assert register.parties[:2] == (
        PartyRow("10249", "bestuur", "De Een"),
        PartyRow("0777", "bestuur", "Stichting Vet"),
    )
    assert cells(problems) == [("besturen", 5, 2), ("besturen", 6, 1)]


# Cells that cannot be read


@pytest.mark.parametrize(("formula", "column"), [("=A3", 1), ('="Een"', 2)])
def test_a_formula_is_a_problem_at_its_cell(tmp_path: Path, formula: str, column: int) -> None:
    row = ["1", "Een"]
    row[column - 1] = formula
    _, problems = read_book(tmp_path, workbook(besturen=(("nummer", "naam"), row)))
    assert cells(problems) == [("besturen", 2, column)]
    assert "formule" in problems[0].message
    assert "waarde" in problems[0].hint


def test_a_formula_in_a_column_that_does_not_count_is_no_problem(tmp_path: Path) -> None:
    book = workbook(besturen=(("nummer", "naam", "aantal"), ("1", "Een", "=1+1")))
    assert cells(read_book(tmp_path, book)[1]) == []


def test_a_formula_in_a_role_column_is_a_problem(tmp_path: Path) -> None:
    book = workbook(besturen=BESTUREN, scholen=((*SCHOLEN[0],), ("A1", "Een", "10249", "=B2")))  # type: ignore[index]
    assert cells(read_book(tmp_path, book)[1]) == [("scholen", 2, 4)]


def test_a_formula_in_the_header_is_a_problem(tmp_path: Path) -> None:
    _, problems = read_book(tmp_path, workbook(besturen=(("nummer", "naam", "=1"), ("1", "Een"))))
    assert ("besturen", 1, 3) in cells(problems)


def test_an_error_of_excel_is_a_problem_at_its_cell(tmp_path: Path) -> None:
    book = workbook(besturen=(("nummer", "naam"), ("1", "#N/A")))
    book["besturen"]["B2"].data_type = "e"
    _, problems = read_book(tmp_path, book)
    assert cells(problems) == [("besturen", 2, 2)]
    assert "#N/A" in problems[0].message


def test_merged_cells_are_a_problem_at_the_first_of_them(tmp_path: Path) -> None:
    book = workbook(besturen=(("nummer", "naam"), ("1", "Een"), ("2", "")))
    book["besturen"].merge_cells("B2:B3")
    _, problems = read_book(tmp_path, book)
    assert ("besturen", 2, 2) in cells(problems)
    assert any("B2:B3" in problem.message for problem in problems)


def test_all_that_is_wrong_is_told_at_once_in_order_of_sheet_and_row(tmp_path: Path) -> None:
    book = workbook(
        rollen=(("email", "rol", "partij"), ("geen-adres", "directeur", "swv"), ("a@x.example", "bureau", "")),
        besturen=(("nummer", "naam", "regio"), ("1", "Een", "oost"), ("2", "=1", "")),
    )
    _, problems = read_book(tmp_path, book)
    assert cells(problems) == [("besturen", 2, 3), ("besturen", 3, 2), ("rollen", 2, 1), ("rollen", 3, 3)]


def test_a_required_column_that_is_missing_is_told_at_the_header(tmp_path: Path) -> None:
    _, problems = read_book(tmp_path, workbook(besturen=(("nummer", "nam"), ("1", "Een"))))
    assert cells(problems) == [("besturen", 1, 2)]
    assert (problems[0].message, problems[0].hint) == (
        "kolom 'naam' ontbreekt",
        "Bedoelt u de kolom 'nam'? Zet daar 'naam' boven.",
    )


def test_a_required_column_is_asked_for_where_the_header_is(tmp_path: Path) -> None:
    header = ("code", "naam", "plaats", "gemeente")
    _, problems = read_book(
        tmp_path, workbook(scholen=(("Onze scholen",), header, ("A1", "Een", "Alkmaar", "Alkmaar")))
    )
    assert [(one.line, one.message) for one in problems] == [(2, "kolom 'bestuur' ontbreekt")]
    assert "op rij 2," in problems[0].hint


def test_a_sheet_twice_is_a_problem(tmp_path: Path) -> None:
    _, problems = read_book(tmp_path, workbook(**{"vrije_dagen": BESTUREN, "Vrije dagen": BESTUREN}))
    assert [one.sheet for one in problems if "twee keer" in one.message] == ["Vrije dagen"]


def test_a_workbook_without_any_sheet_of_the_register_is_a_problem(tmp_path: Path) -> None:
    _, problems = read_book(tmp_path, workbook(Blad1=(("a", "b"), (1, 2))))
    assert [one.severity for one in problems] == ["problem", "note"]


def test_a_raw_list_is_told_what_to_do_with_it_and_what_is_known(tmp_path: Path) -> None:
    lijst = (("Onze scholen",), ("Brin", "Naam", "Plaats", "Directeur"), ("16AH00", "De Linde", "Alkmaar", "A. Smit"))
    _, problems = read_book(tmp_path, workbook(Blad1=lijst), "lijst.xlsx")
    assert problems[0].message.startswith("dit Excel-bestand is nog geen register")
    assert "'Uw lijst in Excel' in de handleiding" in problems[0].hint
    assert problems[0].hint.endswith("Op blad Blad1 herken ik: naam, plaats, directeur.")


def test_a_row_far_below_the_last_one_of_excel_ends_the_reading(tmp_path: Path) -> None:
    def far(name: str, part: bytes) -> bytes:
        return part.replace(b'r="2"', b'r="99999999999"').replace(b'"A2"', b'"A99999999999"')

    _, problems = read_book(tmp_path, with_parts(packed(workbook(besturen=BESTUREN)), far))
    assert cells(problems) == [("besturen", 1_048_577, 1)]


# The empty register


@pytest.mark.parametrize(("sector", "role"), [("vo", "ondersteuningscoordinator"), ("po", "intern-begeleider")])
def test_the_empty_register_has_every_sheet_and_column_and_says_nothing_yet(
    tmp_path: Path, sector: str, role: str
) -> None:
    file = write_blank(tmp_path / "register", sector)
    register, problems = read_register(tmp_path / "register", "register", ())
    assert (register.handed_in, problems) == (frozenset(), ())
    book = load_workbook(file)
    assert book.sheetnames == ["uitleg", *SHEETS]
    for name in SHEETS:
        head = book[name][1]
        assert [cell.value for cell in head][: len(COLUMNS[name])] == list(COLUMNS[name])
        assert all(cell.comment for cell in head)
        assert [cell.value for cell in head if cell.font.bold] == list(REQUIRED[name])
        assert book[name].freeze_panes == "A2"
        assert book[name]["A2"].value == "voorbeeld"
    assert role in [cell.value for cell in book["scholen"][1]]


def test_a_last_day_is_explained_for_its_own_sheet(tmp_path: Path) -> None:
    book = load_workbook(write_blank(tmp_path, "vo"))
    said = {name: cell.comment.text for name in SHEETS for cell in book[name][1] if cell.value == "tot"}
    assert said["rollen"].startswith("De laatste dag van de rol.")
    assert said["vrije_dagen"].startswith("Verplicht. De laatste vrije dag.")


def test_what_is_written_below_the_example_is_read(tmp_path: Path) -> None:
    file = write_blank(tmp_path, "po")
    book = load_workbook(file)
    book["besturen"].append(["0777", "Stichting Een"])
    book["contacten"].append(["a@x.example", "A. de Wit"])
    book.save(file)
    register, problems = read_register(file, "register.xlsx", ())
    assert register.parties == (PartyRow("0777", "bestuur", "Stichting Een"),)
    assert register.contacts == (ContactRow("a@x.example", "A. de Wit"),)
    assert cells(problems) == []


def test_what_an_example_shows_may_be_copied_but_for_its_addresses(tmp_path: Path) -> None:
    """With a real first cell a row is right, and an address that was left behind is no address."""
    file = write_blank(tmp_path, "vo")
    book = load_workbook(file)
    firsts = {"besturen": "10249", "contacten": "a@x.example", "rollen": "a@x.example", "documenten": "SOP"}
    for name in SHEETS:
        book[name]["A2"] = firsts.get(name, "16AH00")
    book.save(file)
    register, problems = read_register(file, "register.xlsx", ())
    assert {one.message for one in problems} == {"'naam@voorbeeld' is geen geldig e-mailadres"}
    assert len(problems) == 2 + 4
    assert register.handed_in == frozenset(SHEETS)


@pytest.mark.parametrize(("column", "offered"), [("regio", '"noord,midden,zuid"'), ("actief", '"ja,nee"')])
def test_a_column_with_few_values_offers_them(tmp_path: Path, column: str, offered: str) -> None:
    sheet = load_workbook(write_blank(tmp_path, "vo"))["scholen"]
    letter = next(cell.column_letter for cell in sheet[1] if cell.value == column)
    lists = {str(one.sqref).split(":")[0]: one.formula1 for one in sheet.data_validations.dataValidation}
    assert lists[f"{letter}2"] == offered


def test_the_roles_on_offer_are_those_of_the_explanation(tmp_path: Path) -> None:
    book = load_workbook(write_blank(tmp_path, "vo"))
    (offer,) = book["rollen"].data_validations.dataValidation
    sheet, _, cells_ = str(offer.formula1).partition("!")
    roles = [row[0].value for row in book[sheet][cells_.replace("$", "")]]
    assert (roles[0], roles[-1], len(set(roles))) == ("bestuurder", "toezichthouder", 19)


def test_writing_the_empty_register_again_leaves_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "register.xlsx").write_bytes(b"van ons")
    write_blank(tmp_path, "vo")
    assert (tmp_path / "register.xlsx").read_bytes() == b"van ons"


# Whatever comes in

DATES = st.dates(date(1900, 3, 1), date(2300, 1, 1))
CELL = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20),
    st.builds(datetime.combine, DATES, st.times()),
    DATES,
    st.times(),
    st.timedeltas(),
    st.sampled_from(["=1", "#N/A", "voorbeeld", "a@x.example", "1", "ja", "16AH00", "2026-10-01"]),
)


@settings(max_examples=10, deadline=None)
@given(name=st.sampled_from(SHEETS), rows=st.lists(st.lists(CELL, max_size=8), max_size=4))
def test_reading_never_raises_on_any_cells(name: str, rows: list[list[Any]]) -> None:
    data = packed(workbook(**{name: [COLUMNS[name], *rows]}))
    book = raw_workbook(data, "register.xlsx")
    _, more = typed_rows(book.sheets, (), book.unread)
    assert not book.unread
    assert all(one.line >= 1 and one.column >= 1 for one in (*book.problems, *more))


@settings(max_examples=10, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), junk=st.binary(min_size=1, max_size=8))
def test_reading_never_raises_on_a_damaged_file(place: float, junk: bytes) -> None:
    at = int(place * len(DAMAGED))
    book = raw_workbook(DAMAGED[:at] + junk + DAMAGED[at + len(junk) :], "register.xlsx")
    assert book.sheets or book.unread or book.problems


DAMAGED = packed(workbook(besturen=BESTUREN, scholen=SCHOLEN))
