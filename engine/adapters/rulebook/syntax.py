"""The YAML parser's errors in short Dutch, at the place where the user must look."""

from __future__ import annotations

import re

import yaml

QUOTES = "Staat er een bijzonder teken in de tekst? Zet de hele tekst tussen aanhalingstekens."

# What the parser says (libyaml's words, then those of the Python loader) -> message and hint.
MESSAGES: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "hier staat een dubbele punt die ik niet verwacht",
        "Staat de dubbele punt in een tekst? Zet de tekst tussen aanhalingstekens. "
        "Controleer anders het inspringen van deze regel en die ervoor.",
    ),
    (
        "could not find expected ':'",
        "deze regel heeft geen sleutel met een dubbele punt",
        "Schrijf `sleutel: waarde`, met een spatie na de dubbele punt.",
    ),
    ("unexpected end of stream", "dit aanhalingsteken wordt niet gesloten", "Zet aan het eind hetzelfde teken."),
    ("expected ',' or '}'", "bij deze accolade ontbreekt een komma of een sluitende `}`", "Vul het teken aan."),
    ("expected ',' or ']'", "bij dit haakje ontbreekt een komma of een sluitend `]`", "Vul het teken aan."),
    (
        "tab character",
        "hier staat een tab",
        "Spring in met spaties. In YAML mag een tab daar niet staan.",
    ),
    (
        "unexpected ':'",
        "na deze dubbele punt ontbreekt een spatie",
        "Zet een spatie na de dubbele punt, zoals `{gemeente: [Heiloo, Bergen]}`.",
    ),
    ("cannot start any token", "hier staat een teken waarmee een waarde niet kan beginnen", QUOTES),
    ("expected key", "hier verwacht ik een sleutel", "Controleer het inspringen en de aanhalingstekens."),
    ("expected <block end>", "hier verwacht ik een sleutel", "Controleer het inspringen en de aanhalingstekens."),
    ("expected '-' indicator", "hier verwacht ik een streepje", "Begin elke waarde van de lijst met `- `."),
    ("node content", "hier ontbreekt een waarde", "Controleer de haakjes en de komma's."),
    ("sequence entries are not allowed", "hier kan geen lijst beginnen", "Begin de lijst op een nieuwe regel."),
    ("unknown escape", "na `\\` staat hier een teken dat ik niet ken", "Gebruik enkele aanhalingstekens."),
    ("escape code", "na `\\` staat hier een teken dat niet bestaat", "Gebruik enkele aanhalingstekens."),
    ("document start", "na `...` staat nog iets", "Haal de regel met `...` weg."),
    ("incompatible YAML document", "dit is een andere versie van YAML", "Haal de regel met %YAML weg."),
    ("nesting depth", "hier zitten te veel haakjes in elkaar", "Controleer de haakjes."),
)
# Where the start of the construct says more than the place where the parser gave up.
FROM_START = ("could not find expected ':'", "unexpected end of stream")
GLUED = re.compile(r" *([a-z_-]+):[^\s]")
UNCLOSED = re.compile(r"expected ',' or '[\]}]'")


def in_dutch(error: yaml.MarkedYAMLError, text: str) -> tuple[int, int, str, str]:
    """Line and column (from 1), message and hint of a YAML error in that text."""
    problem = error.problem or ""
    mark, start = error.problem_mark, error.context_mark
    unclosed = UNCLOSED.search(problem) and start and mark and start.line < mark.line
    if start and (unclosed or mark is None or any(words in problem for words in FROM_START)):
        mark = start
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if "document start" in problem and not re.search(r"^\.\.\.", text, re.MULTILINE):
        # The first line is no key, so what follows looks like another document.
        line, column = _first_line(text), 1
        problem = "could not find expected ':'"
    elif "mapping values are not allowed" in problem and (glued := _glued_above(text, line)):
        line, column = glued
        problem = "could not find expected ':'"
    if "cannot start any token" in problem and _sign_at(text, line, column) == "\t":
        problem = "tab character"
    for words, message, hint in MESSAGES:
        if words in problem:
            return line, column, message, hint
    return line, column, "dit kan ik niet lezen als YAML", QUOTES


def _first_line(text: str) -> int:
    """The number of the first line that says something."""
    lines = enumerate(text.split("\n"), start=1)
    return next((number for number, line in lines if line.strip() and not line.lstrip().startswith("#")), 1)


def _glued_above(text: str, line: int) -> tuple[int, int] | None:
    """Where the line above begins, when it is a key with its value against it, which takes the next line along."""
    above = text.split("\n")[: line - 1]
    while above and (not above[-1].strip() or above[-1].lstrip().startswith("#")):
        above.pop()
    found = GLUED.match(above[-1]) if above else None
    return (len(above), found.start(1) + 1) if found else None


def _sign_at(text: str, line: int, column: int) -> str:
    lines = text.split("\n")
    return lines[line - 1][column - 1 : column] if line <= len(lines) else ""
