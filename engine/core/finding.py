"""What a look at one part of a running program found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.core.problem import Problem

Grade = Literal["fine", "note", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict on one part: `fine`, `note` (to think about) or `problem` (to mend); texts are Dutch.

    `hint` is what one does on a page, and `page` names that page where there is one: a key of `web/places.py`. `typed`
    is what one does at the command line where that is something else: words, then a verb with its arguments.
    """

    grade: Grade
    message: str
    hint: str = ""
    page: str = ""
    typed: tuple[str, ...] = ()


def fine(message: str) -> Finding:
    """All is well."""
    return Finding("fine", message)


def note(message: str, hint: str = "", page: str = "", typed: tuple[str, ...] = ()) -> Finding:
    """Worth a thought."""
    return Finding("note", message, hint, page, typed)


def trouble(message: str, hint: str = "", page: str = "", typed: tuple[str, ...] = ()) -> Finding:
    """Must be mended."""
    return Finding("problem", message, hint, page, typed)


def as_problem(part: str, found: Finding, file: str = "") -> Problem:
    """The finding as other verbs tell problems; `part` becomes its field. Not for what is fine."""
    severity: Literal["problem", "note"] = "problem" if found.grade == "problem" else "note"
    return Problem(file, 1, 1, part, found.message, found.hint, severity)
