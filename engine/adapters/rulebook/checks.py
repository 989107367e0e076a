"""What a rule must satisfy beyond its shape: dates that exist and refer to each other, mails that exist.

Each check reads the tree and passes over what is broken otherwise, so that all problems come in one run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic_core import PydanticCustomError

from engine.adapters.rulebook.model import Known, keys_at, meant_by, refuse_unknown_template
from engine.adapters.rulebook.nodes import Block, Node, Path, Place, Text, dotted, shown
from engine.core.dutch import listed
from engine.core.moment import Moment, MomentError, anchor_of, parse_moment
from engine.core.problem import Problem

DATES = ("peildatum", "opent", "uiterlijk")
REQUIRED = ("opent", "uiterlijk")
NUMBER = re.compile(r"-?[0-9]+$")


def without_number(step: str) -> str:
    """`escalatie` for `escalatie-1`; a name that is only a number stays."""
    return NUMBER.sub("", step) or step


def check_rule(tree: Block, file: str, known: Known) -> Iterator[Problem]:
    """All that is wrong with a rule beyond its shape."""
    if rounds := _rounds(tree):
        yield from _missing_dates(tree, rounds, file)
        yield from _absent_anchors(tree, rounds, file)
        yield from _circles(rounds, file)
    yield from _default_templates(tree, file, known)


@dataclass(frozen=True, slots=True)
class _Date:
    """A date of a round as written; `shared` when it stands beside `rondes`."""

    path: Path
    node: Node
    shared: bool

    @property
    def anchor(self) -> str | None:
        return _anchor(self.node)


@dataclass(frozen=True, slots=True)
class _Round:
    """The dates that hold for one round, by name; `block` is where its own stand."""

    name: str
    path: Path
    block: Block
    dates: dict[str, _Date]


def _rounds(tree: Block) -> list[_Round]:
    when = tree.get("wanneer")
    if not isinstance(when, Block):
        return []
    base: Path = ("wanneer",)
    shared = _dates(when, base, shared=True)
    rounds = when.get("rondes")
    if rounds is None:
        return [_Round("", base, when, shared)]
    if not isinstance(rounds, Block):
        return []
    found = []
    for entry in rounds.entries:
        if isinstance(entry.value, Block):
            path = (*base, "rondes", entry.key.text)
            own = _dates(entry.value, path, shared=False)
            found.append(_Round(entry.key.text, path, entry.value, shared | own))
    return found


def _dates(block: Block, path: Path, shared: bool) -> dict[str, _Date]:
    """The dates of a block; one whose key is misspelt counts, so that it is told only once."""
    keys = [entry.key.text for entry in block.entries]
    typed = meant_by(keys, keys_at(path)) | {key: key for key in keys}
    found = ((name, block.get(typed[name])) for name in DATES if name in typed)
    return {name: _Date((*path, typed[name]), node, shared) for name, node in found if node is not None}


def _anchor(node: Node | None) -> str | None:
    moment = _moment(node)
    return anchor_of(moment) if moment else None


def _moment(node: Node | None) -> Moment | None:
    try:
        return parse_moment(node.text) if isinstance(node, Text) else None
    except MomentError:
        return None


def _missing_dates(tree: Block, rounds: list[_Round], file: str) -> Iterator[Problem]:
    for name in REQUIRED:
        lacking = [each for each in rounds if name not in each.dates]
        hint = f"Voeg `{name}` toe, bijvoorbeeld `{name}: 1 oktober`."
        if len(lacking) == len(rounds):
            when = tree.get("wanneer")
            if isinstance(when, Block):
                yield _at(file, when.place, ("wanneer", name), f"de sleutel `{name}` ontbreekt", hint)
            continue
        for each in lacking:
            message = f"de ronde {shown(each.name)} heeft geen `{name}`"
            yield _at(file, each.block.place, (*each.path, name), message, hint)


def _absent_anchors(tree: Block, rounds: list[_Round], file: str) -> Iterator[Problem]:
    """A date or step that counts from a date which no round, or not every round, has."""
    nodes = _step_moments(tree)
    used_by: dict[Path, list[_Round]] = {}
    for each in rounds:
        for date in each.dates.values():
            nodes[date.path] = date.node
            used_by.setdefault(date.path, []).append(each)
    # opent and uiterlijk are required: where they are missing that is told already.
    optional = [name for name in DATES if name not in REQUIRED]
    without = {name: [each for each in rounds if name not in each.dates] for name in optional}
    told: set[Path] = set()
    for path, node in nodes.items():
        anchor = _anchor(node)
        if anchor not in without:
            continue
        using = used_by.get(path, rounds)
        lacking = without[anchor] if using is rounds else [each for each in using if anchor not in each.dates]
        if lacking and len(lacking) == len(using):
            message = f"{shown(_text(node))} telt vanaf `{anchor}`, maar die datum heeft deze regel niet"
            hint = f"Voeg `{anchor}` toe onder `wanneer`, of tel vanaf een andere datum."
            yield _at(file, node.place, path, message, hint)
            continue
        for each in lacking:
            absent = (*each.path, anchor)
            if absent not in told:
                told.add(absent)
                message = f"de ronde {shown(each.name)} heeft geen `{anchor}`, maar {_named(path)} telt daar vanaf"
                yield _at(file, each.block.place, absent, message, f"Voeg `{anchor}` toe aan deze ronde.")


def _step_moments(tree: Block) -> dict[Path, Node]:
    steps = tree.get("stappen")
    found: dict[Path, Node] = {}
    for entry in steps.entries if isinstance(steps, Block) else ():
        moment = entry.value.get("op") if isinstance(entry.value, Block) else None
        if moment is not None:
            found["stappen", entry.key.text, "op"] = moment
    return found


def _circles(rounds: list[_Round], file: str) -> Iterator[Problem]:
    told: set[frozenset[Path]] = set()
    for each in rounds:
        for start in each.dates:
            circle = _circle_from(start, each.dates)
            paths = frozenset(each.dates[name].path for name in circle)
            if not circle or paths in told:
                continue
            told.add(paths)
            dates = sorted((each.dates[name] for name in circle), key=lambda date: _order(date.node.place))
            names = [f"`{date.path[-1]}`" for date in dates]
            message = (
                f"{names[0]} verwijst naar zichzelf" if len(names) == 1 else f"{listed(names)} verwijzen naar elkaar"
            )
            hint = "Geef een van deze datums een vaste dag, bijvoorbeeld `1 oktober`."
            yield _at(file, dates[0].node.place, dates[0].path, message, hint)


def _circle_from(start: str, dates: dict[str, _Date]) -> list[str]:
    """The names from `start` round to `start` again; empty where there is no such circle."""
    walked = [start]
    while (anchor := dates[walked[-1]].anchor) in dates:
        if anchor == start:
            return walked
        if anchor in walked:
            return []
        walked.append(str(anchor))
    return []


def _default_templates(tree: Block, file: str, known: Known) -> Iterator[Problem]:
    steps = tree.get("stappen")
    for entry in steps.entries if isinstance(steps, Block) else ():
        if not isinstance(entry.value, Block) or entry.value.get("bericht") is not None:
            continue
        name = entry.key.text
        try:
            refuse_unknown_template(without_number(name), known)
        except PydanticCustomError as error:
            context = error.context or {}
            message = f"stap {shown(name)}: {context['message']}"
            hint = f"Geef de stap een `bericht`. {context['hint']}"
            yield _at(file, entry.key.place, ("stappen", name, "bericht"), message, hint)


def _at(file: str, place: Place, path: Path, message: str, hint: str) -> Problem:
    return Problem(file, place.line, place.column, dotted(path), message, hint)


def _order(place: Place) -> tuple[int, int]:
    return place.line, place.column


def _text(node: Node) -> str:
    return node.text if isinstance(node, Text) else ""


def _named(path: Path) -> str:
    return f"stap `{path[1]}`" if path[0] == "stappen" else f"`{path[-1]}`"
