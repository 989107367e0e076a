"""Where in a rule file something stands that was found to be odd only with a calendar or a register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.adapters.rulebook.nodes import Block, Items, Node, Place, Text, dotted, read_yaml
from engine.adapters.rulebook.toml_nodes import read_toml
from engine.core.plan_notes import PlanNote
from engine.core.problem import Problem

# What a date of a task is called in a rule file, the most telling first.
KEYS = {"opens": ("opent", "van", "peildatum"), "due": ("uiterlijk", "tot", "peildatum")}
STEP_KEYS = {"step": "op", "aan": "aan", "kopie": "kopie"}
REGISTER = "register"


def located(notes: Iterable[PlanNote], files: Mapping[str, str]) -> list[Problem]:
    """The notes as problems of severity note, by their place in the rulebook's text, else in the order given."""
    found = [_problem(note, files) for note in notes]
    return sorted(found, key=lambda problem: (problem.file, problem.line, problem.column))


def _problem(note: PlanNote, files: Mapping[str, str]) -> Problem:
    place, field = Place(1, 1), note.field
    if note.file in files:
        read = read_toml if note.file.endswith(".toml") else read_yaml
        tree, _ = read(files[note.file], note.file)
        for path in _paths(note) if tree is not None else ():
            found = _at(tree, path)
            if found is not None:
                place, field = found, dotted(path[:2] if note.within else path)
                break
    return Problem(note.file or REGISTER, place.line, place.column, field, note.text, note.hint, "note")


def _paths(note: PlanNote) -> Iterator[tuple[str, ...]]:
    """Where it may stand, the nearest first."""
    if note.within:
        key, *value = note.within
        yield (note.field, key, *value)
        yield (note.field, key)
    kind, _, step = note.field.partition(":")
    if step:
        yield ("stappen", step, STEP_KEYS[kind])
        yield ("stappen",)
        return
    places: list[tuple[str, ...]] = [("wanneer",)]
    if note.deviating is not None:
        places.insert(0, ("afwijkingen", note.deviating))
    for key in KEYS.get(note.field, ()):
        for place in places:
            if note.round is not None:
                yield (*place, "rondes", note.round, key)
            yield (*place, key)
    yield (note.field,)
    yield ("wanneer",)


def _at(tree: Block | None, path: tuple[str, ...]) -> Place | None:
    node: Node | None = tree
    for key in path:
        if isinstance(node, Items):
            node = next((item for item in node.items if isinstance(item, Text) and item.text.strip() == key), None)
        else:
            node = node.get(key) if isinstance(node, Block) else None
    return node.place if node is not None else None
