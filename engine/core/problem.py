"""What the user can mend, and the error that carries it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["problem", "note"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing the user can mend: where it stands, what was found, and what to do.

    `file` is relative to the workspace; `line` and `column` count from 1; `sheet` is one of a workbook, else empty;
    texts are Dutch. Problems sort by place.
    """

    file: str
    line: int
    column: int
    field: str
    message: str
    hint: str = ""
    severity: Severity = "problem"
    sheet: str = ""

    def __lt__(self, other: Problem) -> bool:
        return self._place() < other._place()

    def _place(self) -> tuple[str, str, int, int, str, str, str, str]:
        where = self.file, self.sheet, self.line, self.column
        return (*where, self.field, self.message, self.hint, self.severity)


class ProblemsFound(Exception):
    """Raised where work cannot go on: all problems that were found, to be shown together, and what to tell below."""

    def __init__(self, problems: Iterable[Problem], told: str = "") -> None:
        self.problems = tuple(problems)
        self.told = told
        super().__init__("; ".join(problem.message for problem in self.problems))


class Refused(Exception):
    """Raised when a request cannot be carried out as things stand; says why in Dutch, and what to do.

    `hint` is true on a page and at the command line. What is typed is told there alone: `command`, the verb with its
    arguments that mends it, and `option`, an example of the option that was lacking.
    """

    def __init__(self, message: str, hint: str = "", command: tuple[str, ...] = (), option: str = "") -> None:
        self.message = message
        self.hint = hint
        self.command = command
        self.option = option
        super().__init__(message)


class Unavailable(Refused):
    """Raised when the store cannot be reached for now, or cannot write: nothing was changed by it."""


class WrongUse(Exception):
    """Raised when a command is given in a way that cannot be meant; says why in Dutch, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)


def stops(problems: Iterable[Problem]) -> bool:
    """True when at least one of them is a problem; notes alone stop nothing."""
    return any(problem.severity == "problem" for problem in problems)


def suggestion(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known word that was probably meant, else empty; `cutoff` as of difflib, 1 for alike."""
    close = difflib.get_close_matches(word.casefold().strip()[:60], sorted(known), n=1, cutoff=cutoff)
    return close[0] if close else ""
