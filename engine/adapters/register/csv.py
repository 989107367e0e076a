"""The register as a folder of csv files, or one of them: bytes become raw sheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from engine.adapters.register.rows import typed_rows
from engine.adapters.register.sheets import COLUMNS, MOST_BYTES, MOST_ROWS, RawRow, RawSheet
from engine.core.problem import Problem, suggestion
from engine.core.sheets import SHEETS, RegisterSheets

# The role columns that an empty register starts with; any other role may be added.
_SUPPORT = {"vo": "ondersteuningscoordinator", "po": "intern-begeleider"}


def read_register(
    path: Path, shown_as: str, extra_roles: tuple[str, ...]
) -> tuple[RegisterSheets, tuple[Problem, ...]]:
    """The sheets in a folder of csv files, or in one file named after its sheet, and all problems and notes.

    `shown_as` is the path as people know it. What can be read is returned also when there are problems. How rows
    fit together is for `check_register`.
    """
    files, problems = _files(path, shown_as)
    sheets: list[RawSheet] = []
    unread: set[str] = set()
    for name, file, shown in files:
        sheet, found = _sheet(name, file, shown)
        problems += found
        if sheet is None:
            unread.add(name)
        else:
            sheets.append(sheet)
    register, found_in_rows = typed_rows(sheets, extra_roles, unread)
    return register, tuple(sorted((*problems, *found_in_rows)))


def write_example(folder: Path, sector: str) -> None:
    """Makes the folder with six csv files that hold column names only, as a Dutch Excel opens them.

    The role columns are those of the sector, `vo` or `po`. A file that is there already stays as it is.
    """
    roles = {
        "besturen": ("bestuurder", "administratie"),
        "scholen": ("directeur", _SUPPORT[sector], "administratie"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name in SHEETS:
        file = folder / f"{name}.csv"
        if not file.exists():
            header = ";".join((*COLUMNS[name], *roles.get(name, ())))
            file.write_bytes(f"{header}\r\n".encode("utf-8-sig"))


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
    return RawSheet(name, shown, rows[0], tuple(rows[1:]), whole=not problems), problems


def _files(path: Path, shown_as: str) -> tuple[list[tuple[str, Path, str]], list[Problem]]:
    """The sheets found, each with its file and how that is shown."""
    if not path.is_dir():
        if (name := path.stem.casefold()) in SHEETS and path.suffix.casefold() == ".csv":
            return [(name, path, shown_as)], []
        message = "dit is geen map met een register" if path.exists() else "deze map of dit bestand is er niet"
        return [], [Problem(shown_as, 1, 1, "", message, _expected())]
    prefix = "" if shown_as in {"", "."} else f"{shown_as.rstrip('/')}/"
    files: dict[str, tuple[str, Path, str]] = {}
    problems: list[Problem] = []
    try:
        listing = sorted(path.iterdir())
    except OSError:
        hint = "Controleer of u deze map mag lezen."
        return [], [Problem(shown_as or ".", 1, 1, "", "deze map kan niet worden gelezen", hint)]
    for file in listing:
        name, shown = file.stem.casefold(), f"{prefix}{file.name}"
        if file.suffix.casefold() != ".csv" or file.name.startswith((".", "~")):
            continue
        if name in files:
            message = f"{files[name][1].name} is er ook"
            problems.append(Problem(shown, 1, 1, "", message, "Haal een van de twee bestanden weg."))
        elif name in SHEETS:
            files[name] = (name, file, shown)
        else:
            near = suggestion(name, SHEETS)
            hint = f"Bedoelt u {near}.csv?" if near else _expected()
            problems.append(Problem(shown, 1, 1, "", "dit bestand is onbekend en telt niet mee", hint, "note"))
    if not files:
        problems.append(Problem(shown_as or ".", 1, 1, "", "in deze map staat geen register", _expected()))
    return [files[name] for name in SHEETS if name in files], problems


def _expected() -> str:
    return f"Een register is een map met {', '.join(f'{name}.csv' for name in SHEETS)}."


def _sheet(name: str, file: Path, shown: str) -> tuple[RawSheet | None, list[Problem]]:
    try:
        with file.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError:
        hint = "Sluit het bestand in Excel en controleer of u het mag lezen."
        return None, [Problem(shown, 1, 1, "", "dit bestand kan niet worden gelezen", hint)]
    return raw_sheet(name, shown, data)


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
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04")):
        raise _NotText(1, "dit is geen csv-bestand in UTF-8 of windows-1252", hint)
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
        if any(cell.strip() for cell in cells):
            yield RawRow(line, tuple(cells))


def _delimiter(text: str) -> str:
    """What stands most between the cells of the first line that holds anything, outside quotes."""
    header = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
    outside = "".join(header.split('"')[::2])
    return "," if outside.count(",") > outside.count(";") else ";"
