"""Files for Excel: what a cell is stays what it is, and nothing becomes a formula."""

import csv
import io
from datetime import date
from zipfile import ZipFile

from openpyxl import load_workbook

from engine.adapters.spreadsheet import csv_text, xlsx
from engine.core.sheet import Sheet

HOSTILE = (
    '=HYPERLINK("https://kwaad.example","klik")',
    "+31 6 1234",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "=cmd|'/c calc'!A0",
    "https://kwaad.example",
)
SHEET = Sheet("Taken", ("Code", "Aantal", "Datum", "=Leeg"), (("0756", 12, date(2026, 10, 1), None),))


def test_codes_stay_text_numbers_numbers_and_dates_dates() -> None:
    page = load_workbook(io.BytesIO(xlsx([SHEET]))).active
    assert page is not None
    assert [cell.value for cell in page[1]] == ["Code", "Aantal", "Datum", "=Leeg"]
    assert [str(cell.value) for cell in page[2]] == ["0756", "12", "2026-10-01 00:00:00", "None"]
    assert [cell.data_type for cell in page[2]] == ["s", "n", "d", "n"]
    assert page["D1"].data_type == "s"
    assert page.freeze_panes == "A2"


def test_no_cell_of_a_workbook_is_a_formula_or_a_link() -> None:
    made = xlsx([Sheet("Taken", ("Naam",), tuple((text,) for text in HOSTILE))])
    page = load_workbook(io.BytesIO(made)).active
    assert page is not None
    assert [row[0].value for row in page.iter_rows(min_row=2)] == list(HOSTILE)
    assert {row[0].data_type for row in page.iter_rows(min_row=2)} == {"s"}
    with ZipFile(io.BytesIO(made)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
        assert b"hyperlink" not in parts.read("xl/worksheets/sheet1.xml")


def test_csv_has_semicolons_a_byte_order_mark_and_nothing_that_excel_takes_for_a_formula() -> None:
    made = csv_text([SHEET, Sheet("Meer", ("Naam",), tuple((text,) for text in HOSTILE))])
    assert made.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(made.decode("utf-8-sig")), delimiter=";"))
    assert rows[:4] == [["Code", "Aantal", "Datum", "'=Leeg"], ["0756", "12", "01-10-2026", ""], [], ["Naam"]]
    assert [row[0] for row in rows[4:]] == [*(f"'{text}" for text in HOSTILE[:-1]), HOSTILE[-1]]


def test_what_excel_does_not_take_is_left_out_or_cut() -> None:
    made = xlsx([Sheet("Ronde [1/2]: 'december' en nog een lange naam", ("A",), (("a\0b\x1bc" + "d" * 40_000,),))])
    book = load_workbook(io.BytesIO(made))
    assert book.sheetnames == ["Ronde 1 2 december en nog een l"]
    value = book.active["A2"].value  # type: ignore[index]
    assert value.startswith("abcd")
    assert len(value) == 32_767


def test_a_sheet_without_rows_is_a_sheet_all_the_same() -> None:
    page = load_workbook(io.BytesIO(xlsx([Sheet("Leeg", ("Code",), ())]))).active
    assert page is not None
    assert page["A1"].value == "Code"
