"""Printing: problems, tables and JSON. JSON goes to standard output alone, what went wrong to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence

from engine.core.intake_told import column_letter
from engine.core.problem import Problem


def say(text: str = "") -> None:
    """A line for the user."""
    sys.stdout.write(f"{text}\n")


def emit(value: object) -> None:
    """One JSON value on standard output, indented."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def emit_line(value: object) -> None:
    """One JSON value as one line on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def emit_bytes(raw: bytes) -> None:
    """These bytes as they are on standard output, UTF-8 with line ends of their own."""
    sys.stdout.flush()
    binary = getattr(sys.stdout, "buffer", None)
    if binary is None:
        sys.stdout.write(raw.decode())
    else:
        binary.write(raw)


def complain(message: str, hint: str = "", *, as_json: bool = False) -> None:
    """What cannot be done and what to do about it."""
    if as_json:
        emit([problem_row(Problem("", 1, 1, "", message, hint))])
    sys.stderr.write(f"{message}\n")
    if hint:
        sys.stderr.write(f"  → {hint}\n")


def show_problems(problems: Sequence[Problem], *, as_json: bool = False) -> None:
    """All problems and notes, each at its place."""
    if as_json:
        emit([problem_row(problem) for problem in problems])
        return
    for problem in problems:
        word = "fout" if problem.severity == "problem" else "let op"
        place = f"{problem.file}:{problem.line}:{problem.column}"
        if problem.sheet:
            where = f"rij {problem.line}, kolom {column_letter(problem.column)}"
            place = f"{problem.file}, blad {problem.sheet}, {where}"
        field = f" ({problem.field})" if problem.field else ""
        say(f"{place}: {word}: {problem.message}{field}")
        if problem.hint:
            say(f"  → {problem.hint}")


def problem_row(problem: Problem) -> dict[str, object]:
    """A problem as JSON; one in a sheet of a workbook names the sheet and cell in its message."""
    cell = f"blad {problem.sheet}, cel {column_letter(problem.column)}{problem.line}: " if problem.sheet else ""
    return {
        "severity": problem.severity,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "field": problem.field,
        "message": f"{cell}{problem.message}",
        "hint": problem.hint,
    }


def say_some(lines: Sequence[str], most: int) -> None:
    """Up to `most` lines, indented, and how many more there are; just one more is shown itself."""
    shown = lines if len(lines) <= most + 1 else lines[:most]
    for line in shown:
        say(f"  {line}")
    if len(shown) < len(lines):
        say(f"  … en nog {len(lines) - len(shown)}")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns of text, as wide as they need to be."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(len(line[number]) for line in lines) for number in range(len(head))]
    for line in lines:
        say("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
