"""Files that are refused before anything in them is parsed, each with its reason and remedy."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import pytest

from engine.adapters.register import zip_guard
from engine.adapters.register.zip_guard import sheet_size, sound_workbook
from tests.adapters.register.workbooks import BESTUREN, packed, read_book, with_parts, workbook

GOOD = packed(workbook(besturen=BESTUREN))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def zipped(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return stream.getvalue()


def declared(encoding: str) -> bytes:
    bomb = '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;&lol;">]><workbook>&lol1;</workbook>'
    text = f'<?xml version="1.0" encoding="{encoding}"?>{bomb}'.encode(encoding)
    return with_parts(GOOD, lambda name, part: text if name == "xl/workbook.xml" else part)


def many_rows(number: int) -> bytes:
    rows = "".join(
        f'<row r="{line}"><c r="A{line}"><v>{line * 7919 % 99991}</v></c></row>' for line in range(3, number)
    )

    def longer(name: str, part: bytes) -> bytes:
        return part.replace(b"</sheetData>", f"{rows}</sheetData>".encode()) if "worksheets" in name else part

    return with_parts(GOOD, longer)


REFUSED = {
    "old Excel": (OLE, "oude Excel (.xls)", "Opslaan als"),
    "password": (OLE + "EncryptedPackage".encode("utf-16-le"), "wachtwoord", "Haal in Excel het wachtwoord eraf"),
    "LibreOffice": (zipped(**{"mimetype": b"application/x", "content.xml": b"<a/>"}), ".ods", "Opslaan als"),
    "binary": (zipped(**{"[Content_Types].xml": b"<a/>", "xl/workbook.bin": b"x"}), ".xlsb", "Opslaan als"),
    "another zip": (zipped(**{"hallo.txt": b"hallo"}), "geen Excel-werkmap", "Opslaan als"),
    "a csv": (b"nummer;naam\n1;Een\n", "geen Excel-werkmap", "Opslaan als"),
    "empty": (b"", "geen Excel-werkmap", "Opslaan als"),
    "cut off": (GOOD[: len(GOOD) // 2], "beschadigd", "Opslaan als"),
    "swollen": (
        with_parts(GOOD, lambda _, part: part, **{"xl/media/x.xml": bytes(3_000_000)}),
        "te groot",
        "lege werkmap",
    ),
    "entities": (declared("utf-8"), "DOCTYPE", "Opslaan als"),
    "entities in utf-16": (declared("utf-16"), "DOCTYPE", "Opslaan als"),
    "parts": (with_parts(GOOD, lambda _, part: part, **{f"p{n}": b"" for n in range(1_001)}), "te veel delen", "Excel"),
    "no workbook": (zipped(**{"[Content_Types].xml": b"<a/>"}), "niet te lezen", "Excel"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_sound_workbook_is_refused_with_a_reason_and_a_remedy(tmp_path: Path, kind: str) -> None:
    data, reason, remedy = REFUSED[kind]
    register, problems = read_book(tmp_path, data)
    (problem,) = problems
    assert (problem.file, problem.line, problem.severity) == ("register.xlsx", 1, "problem")
    assert reason in problem.message
    assert remedy in problem.hint
    assert register.handed_in == frozenset()


def test_a_file_over_20_mb_is_refused(tmp_path: Path) -> None:
    (problem,) = read_book(tmp_path, GOOD + bytes(20_000_000))[1]
    assert "te groot" in problem.message
    assert "20 MB" in problem.hint


def test_parts_that_together_unpack_to_too_much_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_guard, "MOST_UNPACKED", 2_000)
    (problem,) = read_book(tmp_path, GOOD)[1]
    assert "uitgepakt veel te groot" in problem.message


def test_styles_and_texts_that_would_fill_the_memory_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_guard, "MOST_BESIDE", 500)
    (problem,) = read_book(tmp_path, GOOD)[1]
    assert "uitgepakt veel te groot" in problem.message


def test_a_sheet_with_too_many_rows_is_refused_by_name(tmp_path: Path) -> None:
    (problem,) = read_book(tmp_path, many_rows(20_002))[1]
    assert (problem.sheet, problem.line) == ("besturen", 20_001)
    assert "te veel rijen (20001)" in problem.message
    assert "Verwijder lege rijen" in problem.hint


@pytest.mark.slow
def test_a_sheet_of_200_000_rows_is_refused_at_once(tmp_path: Path) -> None:
    data = many_rows(200_001)
    began = time.process_time()
    (problem,) = read_book(tmp_path, data)[1]
    assert time.process_time() - began < 3
    assert "te veel rijen (200000)" in problem.message


def test_the_old_extension_is_read_as_what_it_is(tmp_path: Path) -> None:
    (problem,) = read_book(tmp_path, OLE, "register.xls")[1]
    assert "oude Excel" in problem.message


@pytest.mark.parametrize("chunk", [7, 64, 1 << 20])
def test_rows_and_merged_ranges_are_counted_across_chunks(monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(zip_guard, "_CHUNK", chunk)
    book = workbook(besturen=[("nummer", "naam"), *((str(number), "x") for number in range(30))])
    for row in range(2, 12, 2):
        book["besturen"].merge_cells(start_row=row, end_row=row + 1, start_column=2, end_column=2)
    size = sheet_size(sound_workbook(packed(book)), "xl/worksheets/sheet1.xml")
    assert size.rows == 31
    assert sorted(size.merged) == sorted(["B2:B3", "B4:B5", "B6:B7", "B8:B9", "B10:B11"])
