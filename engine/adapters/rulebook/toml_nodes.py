"""Reads a rule in TOML into the same nodes; tomllib gives no places, so a scan finds where each key stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import date, datetime, time

from engine.adapters.rulebook.nodes import (
    DEEPEST,
    MOST_KEYS,
    MOST_VALUES,
    Block,
    Entry,
    Hole,
    Items,
    Node,
    Path,
    Place,
    Text,
    dotted,
    empty,
    too_deep,
    too_many_keys,
    too_many_values,
)
from engine.core.problem import Problem

TOKEN = re.compile(
    r"""
      (?P<skip>\#[^\n]*|[ \t\r]+)
    # One that never closes takes all that is left, so that nothing in it is looked at again.
    | (?P<long>\"{3}(?:\\.|[^\\])*?(?:\"{3,5}|\\?\Z)|'{3}.*?(?:'{3,5}|\Z))
    | (?P<word>"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[A-Za-z0-9_-]+)
    | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
# TOML has integers of 64 bits. Python's parser takes larger ones, but none of thousands of digits.
LARGEST_NUMBER = 2**63 - 1
ENDLESS_DIGITS = re.compile("[0-9_]{4000}")
AT = re.compile(r"\(at (?:line (\d+), column (\d+)|end of document)\)")
# The parser's words -> Dutch; the parser says no more than this.
MESSAGES = (
    ("overwrite a value", "deze sleutel staat er twee keer"),
    ("declare", "deze tabel staat er twee keer"),
    ("Unterminated", "dit aanhalingsteken wordt niet gesloten"),
    ("Expected '='", "na een sleutel hoort hier een `=`"),
    ("Invalid value", "hier staat een waarde die ik niet ken; zet tekst tussen aanhalingstekens"),
    ("Unclosed array", "dit haakje wordt niet gesloten"),
)


def read_toml(text: str, file: str) -> tuple[Block | None, tuple[Problem, ...]]:
    """The tree of a TOML text, each place that of its key; None where no tree can be made."""
    try:
        # First, for the parser needs hours for a key of a hundred thousand parts.
        places = key_places(text)
        data = _data(text, file)
        if isinstance(data, Problem):
            return None, (data,)
        tree = _Tree(file, places)
        root = tree.block(data, ())
    except _Endless as endless:
        return None, (endless.tell(endless.place, file, endless.path),)
    if not data:
        tree.problems.append(
            Problem(file, 1, 1, "", "dit bestand is leeg", "Schrijf een regel, of haal het bestand weg.")
        )
        return None, tuple(tree.problems)
    return root, tuple(tree.problems)


def key_places(text: str) -> dict[Path, Place]:
    """Where each key of a TOML text stands first, headers and keys of inline tables included."""
    scan = _Scan()
    line, line_start = 1, 0
    for match in TOKEN.finditer(text):
        scan.take(str(match.lastgroup), match[0], Place(line, match.start() - line_start + 1))
        if newlines := match[0].count("\n"):
            line += newlines
            line_start = match.start() + match[0].rindex("\n") + 1
    return scan.places


class _Endless(Exception):
    """Ends the reading of a file without end: too deep or too much; `tell` makes the problem of it."""

    def __init__(self, tell: Callable[[Place, str, Path], Problem], place: Place, path: Path = ()) -> None:
        self.tell = tell
        self.place = place
        self.path = path
        super().__init__()


class _Scan:
    """Follows headers, keys and inline tables, token by token."""

    def __init__(self) -> None:
        self.places: dict[Path, Place] = {}
        self.header: Path = ()
        self.current: Path = ()
        # The base path of each open inline table, None for an open list.
        self.open: list[Path | None] = []
        self.parts: list[str] = []
        self.first = Place(1, 1)
        self.expecting = True
        self.in_header = False

    def take(self, kind: str, token: str, place: Place) -> None:
        if kind == "word" and (self.expecting or self.in_header):
            self.first = self.first if self.parts else place
            self.parts.append(_key(token))
            if len(self.parts) > DEEPEST:
                raise _Endless(too_deep, self.first)
        elif kind == "sign":
            self._sign(token)

    def _sign(self, sign: str) -> None:
        if sign == "\n" and not self.open:
            self._expect()
        elif sign == "[" and self.expecting and not self.open:
            self.in_header = True
        elif sign == "]" and self.in_header:
            self.header = tuple(self.parts)
            self._note(self.header)
            self.in_header = self.expecting = False
        elif sign == "[" and not self.in_header:
            self.open.append(None)
        elif sign == "{":
            self.open.append(self.current)
            self._expect()
        elif sign in "]}" and self.open:
            self.open.pop()
            self.expecting = False
        elif sign == "," and self.open and self.open[-1] is not None:
            self._expect()
        elif sign == "=" and self.expecting:
            base = next((path for path in reversed(self.open) if path is not None), self.header)
            self.current = (*base, *self.parts)
            if len(self.current) > DEEPEST:
                raise _Endless(too_deep, self.first)
            self._note(self.current)
            self.expecting = False

    def _expect(self) -> None:
        self.expecting, self.parts = True, []

    def _note(self, path: Path) -> None:
        for end in range(1, len(path) + 1):
            self.places.setdefault(path[:end], self.first)
        if len(self.places) > MOST_VALUES:
            raise _Endless(too_many_values, self.first)


class _Tree:
    """Turns what tomllib gives into nodes; numbers, dates and yes/no become text."""

    def __init__(self, file: str, places: dict[Path, Place]) -> None:
        self.file = file
        self.places = places
        self.problems: list[Problem] = []
        self.values = 0

    def block(self, table: dict[str, object], path: Path) -> Block:
        if len(table) > MOST_KEYS:
            raise _Endless(too_many_keys, self._place(path), path)
        entries = (
            Entry(Text(key, self._place((*path, key)), bare=False), self._node(value, (*path, key)))
            for key, value in table.items()
        )
        return Block(tuple(entries), self._place(path))

    def _node(self, value: object, path: Path) -> Node:
        place = self._place(path)
        self.values += 1
        if self.values > MOST_VALUES:
            raise _Endless(too_many_values, place, path)
        if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
            self.problems.append(_too_large(place, self.file, path))
            return Hole(place)
        if isinstance(value, dict | list) and len(path) >= DEEPEST:
            self.problems.append(too_deep(place, self.file, path))
            return Hole(place)
        if isinstance(value, dict):
            return self.block(value, path)
        if isinstance(value, list):
            return Items(tuple(self._node(item, (*path, n)) for n, item in enumerate(value)), place)
        text = Text(_as_text(value), place, bare=False)
        if text.is_empty:
            self.problems.append(empty(place, self.file, path))
            return Hole(place)
        return text

    def _place(self, path: Path) -> Place:
        keys: Path = tuple(part for part in path if isinstance(part, str))
        return next((self.places[found] for found in _upwards(keys) if found in self.places), Place(1, 1))


def _upwards(path: Path) -> Iterator[Path]:
    for end in range(len(path), 0, -1):
        yield path[:end]


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value)


def _data(text: str, file: str) -> dict[str, object] | Problem:
    try:
        return tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        return _in_dutch(error, text, file)
    except ValueError:
        # What else it cannot read, a number of thousands of digits, comes without a place.
        digits = ENDLESS_DIGITS.search(text)
        line = text.count("\n", 0, digits.start()) + 1 if digits else 1
        return _too_large(Place(line, 1), file, ())
    except RecursionError:
        return too_deep(Place(1, 1), file, ())


def _too_large(place: Place, file: str, path: Path) -> Problem:
    message = "dit getal is te groot"
    hint = "Schrijf een kleiner getal, of zet het tussen aanhalingstekens."
    return Problem(file, place.line, place.column, dotted(path), message, hint)


def _key(token: str) -> str:
    if token[0] in "\"'":
        try:
            return str(tomllib.loads(f"key = {token}")["key"])
        except tomllib.TOMLDecodeError:
            return token
    return token


def _in_dutch(error: tomllib.TOMLDecodeError, text: str, file: str) -> Problem:
    words = str(error)
    found = AT.search(words)
    line, column = text.count("\n") + 1, 1
    if found and found[1]:
        line, column = int(found[1]), int(found[2])
    message = next((dutch for english, dutch in MESSAGES if english in words), "dit kan ik niet lezen als TOML")
    return Problem(file, line, column, "", message, "Controleer deze regel en de regel ervoor.")
