"""A csv file: bytes become a raw sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from engine.adapters.register.sheets import COLUMNS, MOST_BYTES, MOST_ROWS, RawRow, RawSheet, header_row
from engine.core.problem import Problem

_SEPARATOR = "sep="  # how Excel may be told in the first line what stands between cells


def raw_sheet(name: str, shown: str, data: bytes) -> tuple[RawSheet | None, list[Problem]]:
    """The rows of one csv file; None when not even its first row can be read."""
    if len(data) > MOST_BYTES:
        hint = f"Een bestand is hooguit {MOST_BYTES // 1_000_000} MB; lever het in delen aan."
        return None, [Problem(shown, 1, 1, "", "dit bestand is te groot", hint)]
    try:
        text = _decoded(data)
    except _NotText as wrong:
        return None, [Problem(shown, wrong.line, 1, "", wrong.message, wrong.hint)]
    rows: list[RawRow] = []
    problems: list[Problem] = []
    try:
        for row in _rows(text):
            if len(rows) > MOST_ROWS:
                hint = f"Een bestand heeft hooguit {MOST_ROWS} rijen; de rest is niet gelezen."
                problems.append(Problem(shown, row.line, 1, "", "dit bestand heeft te veel rijen", hint))
                break
            rows.append(row)
    except _NotCsv as wrong:
        message = "vanaf deze rij is het bestand niet te lezen: de aanhalingstekens kloppen niet"
        hint = 'Een tekst die met " begint, eindigt met "; een " in die tekst schrijft u dubbel.'
        problems.append(Problem(shown, wrong.line, 1, "", message, hint))
    if not rows:
        empty = Problem(shown, 1, 1, "", "dit bestand is leeg", "Zet op de eerste regel de namen van de kolommen.")
        return None, problems or [empty]
    at = header_row(rows, name) if name in COLUMNS else 0
    return RawSheet(name, shown, rows[at], tuple(rows[at + 1 :]), whole=not problems), problems


class _NotText(Exception):
    def __init__(self, line: int, message: str, hint: str) -> None:
        self.line, self.message, self.hint = line, message, hint
        super().__init__(message)


class _NotCsv(Exception):
    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line}")


def _decoded(data: bytes) -> str:
    hint = "Kies in Excel: Opslaan als, CSV UTF-8."
    if data.startswith(b"PK\x03\x04"):
        raise _NotText(1, "dit is geen csv-bestand maar een Excel-werkmap", f"Noem het bestand .xlsx. Of: {hint}")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or 0 in data[:2]:
        raise _NotText(1, "dit bestand is opgeslagen als UTF-16 (Unicode-tekst), niet als csv", hint)
    marked = data.startswith(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        wrong = error
    if not marked:
        try:
            return data.decode("windows-1252")
        except UnicodeDecodeError as error:
            wrong = error
    line = len((data[: wrong.start] + b"?").splitlines())
    raise _NotText(line, "hier staat een teken dat geen UTF-8 of windows-1252 is", hint)


def _rows(text: str) -> Iterator[RawRow]:
    """The rows that hold anything, each with the line on which it begins."""
    # newline="" keeps the line ends and splits at CR, LF and CRLF alone, as editors count lines.
    stream = io.StringIO(text, newline="")
    reader = csv.reader(stream, delimiter=_delimiter(text), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _NotCsv(line) from error
        if any(cell.strip() for cell in cells) and not (line == 1 and cells[0].startswith(_SEPARATOR)):
            yield RawRow(line, tuple(cells))


def _delimiter(text: str) -> str:
    """What stands most between the cells of the first line that holds any of them, outside quotes."""
    for line in io.StringIO(text, newline=""):
        outside = "".join(line.split('"')[::2])
        counts = {sign: outside.count(sign) for sign in ";,\t"}
        if any(counts.values()) and not line.startswith(_SEPARATOR):
            return max(counts, key=lambda sign: counts[sign])
    return ";"
