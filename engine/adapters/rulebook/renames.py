"""`heette`: which rule had which id before, and names that cannot have been one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from engine.adapters.rulebook.ladders import RuleTree
from engine.adapters.rulebook.nodes import Text, shown
from engine.adapters.rulebook.written import problem_at
from engine.core.problem import Problem


def formerly(rules: Sequence[RuleTree]) -> dict[str, str]:
    """Rules by the id they had before; of two that claim the same one the first."""
    found: dict[str, str] = {}
    for rule in rules:
        if node := _claim(rule):
            found.setdefault(node.text, rule.id)
    return found


def renames(rules: Sequence[RuleTree]) -> Iterator[Problem]:
    """An old id that is a rule still, and one that two rules claim: told at the second. One for a file."""
    first = formerly(rules)
    files = {rule.id: PurePosixPath(rule.file).name for rule in reversed(rules)}
    for rule in rules:
        node = _claim(rule)
        if node is None:
            continue
        if node.text == rule.id:
            message, hint = f"zo heet de regel {shown(rule.id)} nu", "Schrijf de naam van eerst, of haal `heette` weg."
        elif node.text in files:
            message = f"de regel {shown(node.text)} is er nog, dus {shown(rule.id)} kan niet zo hebben geheten"
            hint = f"Haal het bestand {files[node.text]} weg, of haal `heette` weg."
        elif first[node.text] != rule.id:
            message = f"ook de regel {shown(first[node.text])} heette {shown(node.text)}"
            hint = "De taken van toen kunnen maar met één regel mee. Haal een van de twee weg."
        else:
            continue
        yield problem_at(rule.file, node.place, ("heette",), message, hint)


def _claim(rule: RuleTree) -> Text | None:
    node = rule.tree.get("heette") if rule.tree is not None else None
    return node if isinstance(node, Text) else None
