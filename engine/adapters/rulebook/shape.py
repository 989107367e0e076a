"""Holds a tree against the model: what does not fit becomes a problem at its place, in Dutch."""

from __future__ import annotations

import re
from itertools import islice

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from engine.adapters.rulebook.kinds import keys_of, kind_of
from engine.adapters.rulebook.model import LATER_KEYS, RuleKeys, keys_at, meant_by
from engine.adapters.rulebook.nodes import (
    LONGEST_KEY,
    MOST_PROBLEMS,
    Block,
    Hole,
    Items,
    Node,
    Path,
    Place,
    Text,
    dotted,
    shown,
)
from engine.adapters.rulebook.values import Known, meant
from engine.core.dutch import listed
from engine.core.problem import Problem

# What is wrong -> message and hint, where nothing has to be filled in.
PLAIN = {
    "dict_type": ("hier hoort een blok met sleutels", "Schrijf op de regels eronder `sleutel: waarde`."),
    "model_type": ("hier hoort een blok met sleutels", "Schrijf op de regels eronder `sleutel: waarde`."),
    "string_type": ("hier hoort één waarde", "Haal de haakjes weg en schrijf één waarde."),
    "literal_error": ("hier hoort één waarde", "Haal de haakjes weg en schrijf één waarde."),
    "tuple_type": ("hier hoort een waarde of een lijst", "Schrijf bijvoorbeeld [directeur, consulent]."),
    "too_short": ("hier staat niets tussen de haakjes", "Vul iets in of haal de sleutel weg."),
}
FILTERS: tuple[Path, ...] = (("alleen",), ("behalve",))
# A key with its value against it.
GLUED = re.compile(r"([a-z_]+):(\S.*)")
NAME_HINT = "Gebruik alleen kleine letters, cijfers en `-`"


def fit(tree: Block, file: str, known: Known) -> tuple[RuleKeys | None, tuple[Problem, ...]]:
    """The rule as the model has it, and what does not fit; None where anything does not.

    What the tree has no value for (a hole) is nothing to the model, so the rule counts only without problems.
    """
    holes: set[Path] = set()
    try:
        return RuleKeys.model_validate(_plain(tree, (), holes), context=known), ()
    except ValidationError as error:
        details = (each for each in error.errors(include_url=False) if not _told_already(each, tree, holes))
        return None, tuple(_problem(detail, tree, file) for detail in islice(details, MOST_PROBLEMS))


def find(tree: Node, path: Path) -> tuple[Node, bool]:
    """The node at a path, or the nearest one above it and False."""
    node = tree
    for part in path:
        inside: Node | None = None
        if isinstance(node, Block) and isinstance(part, str):
            inside = node.get(part)
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node.items):
            inside = node.items[part]
        elif isinstance(node, Text) and part == 0:
            inside = node
        if inside is None:
            return node, False
        node = inside
    return node, True


def _plain(node: Node, path: Path, holes: set[Path]) -> object:
    """Text, lists and dicts for the model; None where a problem was told already, and its path in `holes`."""
    match node:
        case Text():
            return node.text
        case Items():
            return [_plain(item, (*path, n), holes) for n, item in enumerate(node.items)]
        case Block():
            return {entry.key.text: _plain(entry.value, (*path, entry.key.text), holes) for entry in node.entries}
        case Hole():
            holes.add(path)
            return None


def _told_already(detail: ErrorDetails, tree: Block, holes: set[Path]) -> bool:
    loc = detail["loc"]
    if detail["type"] == "extra_forbidden":
        return False
    if detail["type"] == "missing":
        block, _ = find(tree, loc)
        keys = [entry.key.text for entry in block.entries] if isinstance(block, Block) else []
        # `wanner` is told as an unknown key; that `wanneer` is absent then goes without saying.
        if loc[-1] in meant_by(keys, keys_at(loc[:-1])):
            return True
    return any(loc[: len(hole)] == hole for hole in holes)


def _problem(detail: ErrorDetails, tree: Block, file: str) -> Problem:
    loc, kind = detail["loc"], detail["type"]
    is_key = kind == "extra_forbidden"
    if kind == "string_pattern_mismatch" and loc[-1] == "[key]":
        loc, is_key = loc[:-1], True
    place = _key_place(tree, loc) if is_key else find(tree, loc)[0].place
    if is_key and kind == "extra_forbidden":
        message, hint = _unknown_key(str(loc[-1]), loc, tree)
    else:
        message, hint = _words(detail, loc, find(tree, loc)[0])
    return Problem(file, place.line, place.column, dotted(loc), message, hint)


def _key_place(tree: Block, loc: Path) -> Place:
    block, _ = find(tree, loc[:-1])
    entry = block.entry(str(loc[-1])) if isinstance(block, Block) else None
    return entry.key.place if entry else block.place


def _words(detail: ErrorDetails, loc: Path, node: Node) -> tuple[str, str]:
    kind, context = detail["type"], detail.get("ctx", {})
    last = str(loc[-1]) if loc else ""
    typed = node.text if isinstance(node, Text) else ""
    match kind:
        case "dutch":
            return str(context["message"]), str(context["hint"])
        case "missing":
            return f"de sleutel `{last}` ontbreekt", _missing_hint(loc)
        case "string_pattern_mismatch":
            return _wrong_name(loc)
        case "literal_error" if typed:
            choices = re.findall(r"'([^']*)'", str(context.get("expected", "")))
            return f"{shown(typed)} kan hier niet{meant(typed, choices)}", f"Kies uit {listed(choices, 'of')}."
        case "model_type" | "dict_type" if example := _example(loc, node):
            return PLAIN[kind][0], example
    return PLAIN.get(kind, ("dit kan hier niet staan", "Vergelijk deze regel met een voorbeeld in de map rules."))


def _wrong_name(loc: Path) -> tuple[str, str]:
    last = str(loc[-1])
    if loc[:-1] == ("afwijkingen",):
        return f"{shown(last)} is geen schooljaar", "Schrijf het als 2026-2027."
    better = re.sub(r"[^a-z0-9-]+", "-", last.casefold()).strip("-")[:40]
    return f"de naam {shown(last)} kan niet", f"{NAME_HINT}{f', zoals `{better}`' if better else ''}."


def _example(loc: Path, node: Node) -> str:
    """How to write what was given without its key, else empty."""
    if loc == ("stappen",):
        return "Schrijf de stappen op de regels eronder. Of schrijf `zoals` en een andere regel."
    if isinstance(node, Text) and (glued := GLUED.fullmatch(node.text.strip())):
        return f"Zet een spatie na de dubbele punt: {shown(f'{glued[1]}: {glued[2]}')}."
    key = "gemeente" if loc in FILTERS else "op" if loc[:-1] == ("stappen",) else ""
    values = [one.text for one in (node.items if isinstance(node, Items) else (node,)) if isinstance(one, Text)]
    if not key or not values or any("`" in value for value in values):
        return ""
    value = f"[{', '.join(values)}]" if isinstance(node, Items) else values[0]
    return f"Schrijf bijvoorbeeld `{loc[-1]}: {{{key}: {value[:LONGEST_KEY]}}}`."


def _unknown_key(name: str, loc: Path, tree: Block) -> tuple[str, str]:
    if name in LATER_KEYS and len(loc) == 1:
        return f"onbekende sleutel {shown(name)}", "Deze sleutel kan dit programma nog niet. Haal hem nu weg."
    keys = keys_at(loc[:-1]) if len(loc) > 1 else keys_of(kind_of(tree))
    return f"onbekende sleutel {shown(name)}{meant(name, keys)}", f"Hier kan staan: {listed(keys, 'of')}."


def _missing_hint(loc: Path) -> str:
    last = str(loc[-1])
    field = RuleKeys.model_fields.get(last) if len(loc) == 1 else None
    what = f" {field.description}" if field else ""
    return f"Voeg een regel toe met `{last}:`.{what}"
