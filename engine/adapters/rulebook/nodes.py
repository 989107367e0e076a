"""A rule file as a tree in which everything is text and knows its place; reads YAML into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from engine.adapters.rulebook.syntax import in_dutch
from engine.core.problem import Problem

DEEPEST = 20
# A file with more problems than this is no rule; what comes after them is not told.
MOST_PROBLEMS = 1000
# Far more than any rule: a round a week, every school by name. They bound the time that reading takes.
MOST_KEYS = 200
MOST_VALUES = 3000
# What is longer is cut where a message quotes it.
LONGEST_KEY = 40
EMPTY_WORDS = ("", "~", "null", "Null", "NULL")
# Speed: the C loader is ten times as fast; where it was not built the Python one says the same.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something begins; both count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as it was typed. `bare`: without quotes, so that `~` and `null` mean nothing is there."""

    text: str
    place: Place
    bare: bool = True

    @property
    def is_empty(self) -> bool:
        """True for `~`, `null`, nothing at all and a text of blanks."""
        return not self.text.strip() or (self.bare and self.text in EMPTY_WORDS)


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value."""

    key: Text
    value: Node


@dataclass(frozen=True, slots=True)
class Block:
    """Keys with values, in the order of the file, each key once."""

    entries: tuple[Entry, ...]
    place: Place
    _by_name: dict[str, Entry] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_name.update((entry.key.text, entry) for entry in self.entries)

    def get(self, name: str) -> Node | None:
        """The value of a key; None when the key is absent."""
        entry = self.entry(name)
        return entry.value if entry else None

    def entry(self, name: str) -> Entry | None:
        """The key with its value; None when absent."""
        return self._by_name.get(name)


@dataclass(frozen=True, slots=True)
class Hole:
    """Something of which a problem was told already; nothing more is said of it."""

    place: Place


Node = Text | Items | Block | Hole


def read_yaml(text: str, file: str) -> tuple[Block | None, tuple[Problem, ...]]:
    """The tree of a YAML text, and what is wrong with it as YAML; None where no tree can be made."""
    builder = _Builder(file)
    try:
        # Speed: what yaml.parse does, without a generator between.
        tree = builder.document(iter(LOADER(text).get_event, None))
    except yaml.MarkedYAMLError as error:
        line, column, message, hint = in_dutch(error, text)
        # What was found past a brace that is not closed comes from that brace.
        before = [each for each in builder.problems if (each.line, each.column) < (line, column)]
        return None, (*before, Problem(file, line, column, "", message, hint))
    except _Stop:
        return None, tuple(builder.problems)
    return tree, tuple(builder.problems)


def dotted(path: Path) -> str:
    """`stappen.herinnering.op`; a place in a list is left out, its value is in the message."""
    return ".".join(" ".join(part.split())[:LONGEST_KEY] for part in path if isinstance(part, str))


def shown(text: str) -> str:
    """A text as a message quotes it: on one line, and cut when long."""
    line = " ".join(text.split())
    line = "".join(sign if sign.isprintable() else "?" for sign in line)
    return f"`{line[:LONGEST_KEY]}…`" if len(line) > LONGEST_KEY else f"`{line}`"


def too_deep(place: Place, file: str, path: Path) -> Problem:
    """The problem of blocks within blocks without end."""
    return Problem(
        file,
        place.line,
        place.column,
        dotted(path[:3]),
        f"hier zitten meer dan {DEEPEST} blokken of lijsten in elkaar",
        "Een regel heeft hooguit vijf lagen. Controleer de haakjes en het inspringen.",
    )


def too_many_keys(place: Place, file: str, path: Path) -> Problem:
    """The problem of a block with keys without end."""
    message = f"dit blok heeft meer dan {MOST_KEYS} sleutels"
    hint = "Zo veel past niet in een regel. Haal sleutels weg, of verdeel ze over meer regels."
    return Problem(file, place.line, place.column, dotted(path[:3]), message, hint)


def too_many_values(place: Place, file: str, path: Path) -> Problem:
    """The problem of a file with values without end."""
    message = f"dit bestand heeft meer dan {MOST_VALUES} waarden"
    hint = "Maak het kleiner. Kies scholen bijvoorbeeld met een kenmerk, en niet elk met hun code."
    return Problem(file, place.line, place.column, dotted(path[:3]), message, hint)


def empty(place: Place, file: str, path: Path) -> Problem:
    """The problem of a key without a value."""
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    return Problem(
        file,
        place.line,
        place.column,
        dotted(path),
        f"{shown(name)} is leeg" if name else "hier staat niets",
        "Vul een waarde in of haal de regel weg.",
    )


class _Stop(Exception):
    """Ends the reading of a file without end: too deep, too much, or wrong too often. That is told already."""


class _Builder:
    """Turns the parser's events into nodes, and tells of what a rule file may not hold."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.values = 0

    def report(self, place: Place, path: Path, message: str, hint: str) -> None:
        self._add(Problem(self.file, place.line, place.column, dotted(path), message, hint))

    def _add(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) >= MOST_PROBLEMS:
            raise _Stop

    def document(self, events: Iterator[Event]) -> Block | None:
        root: Node | None = None
        for event in events:
            if not isinstance(event, DocumentStartEvent):
                continue
            if root is not None:
                message = "hier begint een tweede document"
                self.report(_place(event), (), message, "Haal `---` weg. Zet elke regel in een eigen bestand.")
                break
            root = self._node(next(events), events, (), 1)
        if isinstance(root, Block | Hole):
            return root if isinstance(root, Block) else None
        if root is None or (isinstance(root, Text) and root.is_empty):
            self.report(Place(1, 1), (), "dit bestand is leeg", "Schrijf een regel, of haal het bestand weg.")
        else:
            message = "dit bestand begint niet met een sleutel"
            self.report(root.place, (), message, "Begin met bijvoorbeeld `titel: Uitvraag leerlingaantallen`.")
        return None

    def _node(self, event: Event, events: Iterator[Event], path: Path, depth: int) -> Node:
        self.values += 1
        if self.values > MOST_VALUES:
            self._add(too_many_values(_place(event), self.file, path))
            raise _Stop
        if isinstance(event, AliasEvent):
            message = f"{shown('*' + str(event.anchor))} verwijst naar een ander stuk van het bestand"
            self.report(_place(event), path, message, "Dat kan hier niet. Schrijf de waarde voluit.")
            return Hole(_place(event))
        if isinstance(event, NodeEvent):
            self._refuse_marks(event, path)
        if isinstance(event, ScalarEvent):
            return self._scalar(event, path)
        if depth > DEEPEST:
            self._add(too_deep(_place(event), self.file, path))
            raise _Stop
        if isinstance(event, SequenceStartEvent):
            return self._items(event, events, path, depth)
        return self._block(event, events, path, depth)

    def _refuse_marks(self, event: NodeEvent, path: Path) -> None:
        if event.anchor is not None:
            message = f"{shown('&' + str(event.anchor))} geeft dit stuk een naam"
            self.report(_place(event), path, message, "Dat kan hier niet. Haal het teken & en de naam weg.")
        tag = getattr(event, "tag", None)
        if tag is not None:
            message = f"{shown(str(tag))} is een soortaanduiding van YAML"
            self.report(_place(event), path, message, "Dat kan hier niet. Haal het woord met het uitroepteken weg.")

    def _scalar(self, event: ScalarEvent, path: Path) -> Node:
        text = Text(event.value, _place(event), bare=not event.style)
        if path and text.is_empty:
            self._add(empty(text.place, self.file, path))
            return Hole(text.place)
        return text

    def _items(self, start: Event, events: Iterator[Event], path: Path, depth: int) -> Items:
        items: list[Node] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            items.append(self._node(event, events, (*path, len(items)), depth + 1))
        return Items(tuple(items), _place(start))

    def _block(self, start: Event, events: Iterator[Event], path: Path, depth: int) -> Block:
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            key = self._key(event, events, path, depth)
            glued = key is not None and key.bare and ":" in key.text
            if key is not None and glued:
                key = self._unglued(key, path)
            name = key.text if key else "?"
            value = self._value(next(events), events, (*path, name), depth + 1, told=glued)
            if key is None:
                continue
            if name in entries:
                first = entries[name].key.place.line
                message = f"de sleutel {shown(name)} staat hier twee keer, de eerste keer op regel {first}"
                self.report(key.place, (*path, name), message, "Haal een van de twee weg.")
                continue
            if len(entries) == MOST_KEYS:
                self._add(too_many_keys(key.place, self.file, path))
                raise _Stop
            entries[name] = Entry(key, value)
        return Block(tuple(entries.values()), _place(start))

    def _value(self, event: Event, events: Iterator[Event], path: Path, depth: int, *, told: bool) -> Node:
        """The value of a key; of one whose key is wrong already, nothing is said."""
        if told and isinstance(event, ScalarEvent):
            return Hole(_place(event))
        value = self._node(event, events, path, depth)
        return Hole(value.place) if told else value

    def _unglued(self, key: Text, path: Path) -> Text:
        """The key of `gemeente:Heiloo`, with the problem that a space is missing."""
        name, _, rest = key.text.partition(":")
        message = f"in {shown(key.text)} ontbreekt een spatie"
        hint = f"Zet een spatie na de dubbele punt: {shown(f'{name}: {rest}')}."
        self.report(key.place, (*path, name), message, hint)
        return Text(name, key.place, key.bare)

    def _key(self, event: Event, events: Iterator[Event], path: Path, depth: int) -> Text | None:
        if isinstance(event, ScalarEvent):
            self._refuse_marks(event, path)
            return Text(event.value, _place(event), bare=not event.style)
        node = self._node(event, events, path, depth + 1)
        if not isinstance(node, Hole):
            message = "hier hoort een woord als sleutel"
            self.report(node.place, path, message, "Haal de haakjes of het vraagteken voor de sleutel weg.")
        return None


def _place(event: Event) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
