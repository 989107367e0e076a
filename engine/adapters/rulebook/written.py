"""The dates of a rule as they are written: which hold for each round, and where each stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.adapters.rulebook.kinds import kind_of
from engine.adapters.rulebook.model import keys_at, meant_by
from engine.adapters.rulebook.nodes import Block, Node, Path, Place, Text, dotted
from engine.core.moment import Moment, MomentError, anchor_of, parse_moment
from engine.core.problem import Problem
from engine.core.rule import Kind

DATES = ("peildatum", "opent", "uiterlijk", "van", "tot")


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date of a round; `key` is where its key stands."""

    path: Path
    key: Place
    node: Node

    @property
    def moment(self) -> Moment | None:
        """None where the text is no moment, which is told elsewhere."""
        return moment_of(self.node)

    @property
    def anchor(self) -> str | None:
        return anchor_of(self.moment) if self.moment else None


@dataclass(frozen=True, slots=True)
class WrittenRound:
    """The dates that hold for one round, by name; `block` is where its own stand."""

    name: str
    path: Path
    block: Block
    dates: dict[str, WrittenDate]
    kind: Kind | None

    @property
    def is_period(self) -> bool:
        return "van" in self.dates or "tot" in self.dates

    @property
    def missing(self) -> tuple[str, ...]:
        """The dates that it needs and lacks."""
        if self.kind == "mijlpaal" and set(self.dates) == {"peildatum"}:
            return ()
        pair = ("van", "tot") if self.is_period else ("opent", "uiterlijk")
        return tuple(name for name in pair if name not in self.dates) if not self.mixed else ()

    @property
    def mixed(self) -> tuple[str, str] | None:
        """Two dates that exclude each other, in the order of the file."""
        points = ("uiterlijk",) if self.kind == "gesprek" else ("opent", "uiterlijk")
        firsts = [self._first(points), self._first(("van", "tot"))]
        if not all(firsts):
            return None
        one, other = sorted((name for name in firsts if name), key=lambda name: order(self.dates[name].key))
        return one, other

    @property
    def moments(self) -> dict[str, Moment]:
        """The dates that can be read, by name."""
        return {name: date.moment for name, date in self.dates.items() if date.moment}

    def _first(self, names: tuple[str, ...]) -> str | None:
        here = [name for name in names if name in self.dates]
        return min(here, key=lambda name: order(self.dates[name].key), default=None)


def written_rounds(tree: Block) -> list[WrittenRound]:
    """The rounds of a rule; one without a name where it has none."""
    when = tree.get("wanneer")
    if not isinstance(when, Block):
        return []
    base: Path = ("wanneer",)
    kind = kind_of(tree)
    shared = _dates(when, base)
    rounds = when.get("rondes")
    if rounds is None:
        return [WrittenRound("", base, when, shared, kind)]
    if not isinstance(rounds, Block):
        return []
    found = []
    for entry in rounds.entries:
        if isinstance(entry.value, Block):
            path = (*base, "rondes", entry.key.text)
            dates = shared | _dates(entry.value, path)
            found.append(WrittenRound(entry.key.text, path, entry.value, dates, kind))
    return found


def step_moments(tree: Block) -> Iterator[tuple[Path, Node]]:
    """`op` of each step, with its path."""
    steps = tree.get("stappen")
    for entry in steps.entries if isinstance(steps, Block) else ():
        moment = entry.value.get("op") if isinstance(entry.value, Block) else None
        if moment is not None:
            yield ("stappen", entry.key.text, "op"), moment


def phase_moments(tree: Block) -> Iterator[tuple[Path, Node]]:
    """`uiterlijk` of each stage of a document, with its path, in the order of the file."""
    phases = tree.get("fasen")
    for entry in phases.entries if isinstance(phases, Block) else ():
        moment = entry.value.get("uiterlijk") if isinstance(entry.value, Block) else None
        if moment is not None:
            yield ("fasen", entry.key.text, "uiterlijk"), moment


def moment_of(node: Node | None) -> Moment | None:
    """The moment a text says; None where it says none."""
    try:
        return parse_moment(node.text) if isinstance(node, Text) else None
    except MomentError:
        return None


def problem_at(file: str, place: Place, path: Path, message: str, hint: str) -> Problem:
    """A problem at a place of the file."""
    return Problem(file, place.line, place.column, dotted(path), message, hint)


def order(place: Place) -> tuple[int, int]:
    """For sorting in the order of the file."""
    return place.line, place.column


def _dates(block: Block, path: Path) -> dict[str, WrittenDate]:
    """The dates of a block; one whose key is misspelt counts, so that it is told only once."""
    keys = [entry.key.text for entry in block.entries]
    typed = meant_by(keys, keys_at(path)) | {key: key for key in keys}
    found = ((name, block.entry(typed[name])) for name in DATES if name in typed)
    return {
        name: WrittenDate((*path, typed[name]), entry.key.place, entry.value)
        for name, entry in found
        if entry is not None
    }
