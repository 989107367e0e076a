"""Tables for Excel, as xlsx and as csv: numbers stay numbers, codes stay text, and no cell becomes a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date

import xlsxwriter

from engine.core.sheet import Sheet, Value

# Excel takes what begins so for a formula; csv has no other way to say that it is text.
_FORMULA = re.compile(r"^[=+\-@\t\r\n]")
# Excel's own bounds: the length of a sheet's name and of a cell.
NAME_LENGTH, CELL_LENGTH = 31, 32_767
NARROWEST, WIDEST = 8, 50
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook with these sheets, heads in bold and fixed, with Excel's own filter on them."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "dd-mm-yyyy",
    }
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for sheet in sheets:
            page = book.add_worksheet(_sheet_name(sheet.name))
            for column, head in enumerate(sheet.heads):
                page.write_string(0, column, _plain(head), bold)
                page.set_column(column, column, _width(sheet, column))
            for number, row in enumerate(sheet.rows, start=1):
                for column, value in enumerate(row):
                    _write(page, number, column, value)
            page.freeze_panes(1, 0)
            page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.heads) - 1)
            page.set_landscape()
            page.set_paper(9)  # A4
            page.fit_to_pages(1, 0)
            page.repeat_rows(0)
    return out.getvalue()


def csv_text(sheets: Sequence[Sheet]) -> bytes:
    """The same as text with `;` and a byte order mark, as a Dutch Excel opens it; a blank line between two tables.

    What Excel would take for a formula begins with an apostrophe. Excel itself drops the zeros before a code when it
    opens csv by a double click; xlsx keeps them.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    for number, sheet in enumerate(sheets):
        if number:
            writer.writerow(())
        writer.writerow([_cell(head) for head in sheet.heads])
        writer.writerows([_cell(value) for value in row] for row in sheet.rows)
    return out.getvalue().encode("utf-8-sig")


def _write(page: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: Value) -> None:
    match value:
        case None | "":
            page.write_blank(row, column, None)
        case str():
            page.write_string(row, column, _plain(value))
        case int():
            page.write_number(row, column, value)
        case date():
            page.write_datetime(row, column, value)


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case str():
            text = _plain(value)
            return f"'{text}" if _FORMULA.match(text) else text
        case int():
            return str(value)
    return f"{value:%d-%m-%Y}"


def _plain(text: str) -> str:
    return _CONTROL.sub("", text)[:CELL_LENGTH]


def _sheet_name(name: str) -> str:
    return " ".join(re.sub(r"[\[\]:*?/\\']", " ", name).split())[:NAME_LENGTH].strip() or "Blad"


def _width(sheet: Sheet, column: int) -> int:
    longest = max((len(str(row[column] or "")) for row in sheet.rows), default=0)
    return min(max(longest + 2, min(len(sheet.heads[column]) + 3, 18), NARROWEST), WIDEST)
