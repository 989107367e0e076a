"""Workbooks of the register as people might hand them in, made with openpyxl or taken apart as a zip file."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from engine.adapters.register import read_register
from engine.core.problem import Problem
from engine.core.sheets import RegisterSheets

Rows = Iterable[Sequence[Any]]
BESTUREN: Rows = (("nummer", "naam"), ("10249", "Bestuur 10249"))
SCHOLEN: Rows = (("code", "naam", "bestuur", "directeur"), ("16AH00", "De Regenboog", "10249", "d@regenboog.example"))


def workbook(**sheets: Rows) -> Workbook:
    """A workbook of these sheets, in this order."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return book


def packed(book: Workbook) -> bytes:
    """The bytes of its file."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_parts(data: bytes, change: Callable[[str, bytes], bytes], **added: bytes) -> bytes:
    """The same file with each part put through `change`, and with parts added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
        for name, content in added.items():
            new.writestr(name, content)
    return stream.getvalue()


def read_book(
    folder: Path, book: Workbook | bytes, name: str = "register.xlsx"
) -> tuple[RegisterSheets, list[Problem]]:
    """Writes it as a file in the folder and reads that file."""
    file = folder / name
    file.write_bytes(book if isinstance(book, bytes) else packed(book))
    register, problems = read_register(file, name, ())
    return register, list(problems)


def cells(problems: Iterable[Problem]) -> list[tuple[str, int, int]]:
    """Sheet, row and column of each that is no note."""
    return [(one.sheet, one.line, one.column) for one in problems if one.severity == "problem"]


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def as_excel_writes(name: str, rows: str, strings: Iterable[str]) -> bytes:
    """A file of one sheet with its texts apart, as Excel has it; `rows` is the XML of its rows."""
    sheet = f'<worksheet xmlns="{MAIN}"><dimension ref="A1:A1"/><sheetData>{rows}</sheetData></worksheet>'
    texts = "".join(f"<si>{text}</si>" for text in strings)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{PACKAGE.replace("http://schemas.", "application/vnd.")}"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{KIND}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        f'<sheet name="{name}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{texts}</sst>',
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for part, text in parts.items():
            package.writestr(part, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{text}')
    return stream.getvalue()
