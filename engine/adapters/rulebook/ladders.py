"""`stappen: zoals RULE`: the ladder of another rule, put where it is taken over."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.adapters.rulebook.checks import validity
from engine.adapters.rulebook.nodes import Block, Entry, Hole, Items, Node, Path, Place, Text, shown
from engine.adapters.rulebook.values import meant
from engine.adapters.rulebook.written import problem_at
from engine.core.dutch import listed
from engine.core.problem import Problem
from engine.core.schooljaar import Schooljaar

AT: Path = ("stappen",)
LIKE = re.compile(r"zoals(?:\s+(\S.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class RuleTree:
    """A rule file as a tree, by its path and the rule's id; `tree` is None where nothing can be made of the file."""

    file: str
    id: str
    tree: Block | None

    @property
    def asks_for(self) -> str | None:
        """The rule whose steps it takes over, empty where `zoals` stands alone; None where it has its own or none."""
        node = self.tree.get("stappen") if self.tree is not None else None
        match = LIKE.fullmatch(node.text.strip()) if isinstance(node, Text) else None
        return None if match is None else (match[1] or "").strip()

    @property
    def years(self) -> tuple[Schooljaar, Schooljaar] | None:
        """The first and last schooljaar in which it holds; None where they cannot be read."""
        years = validity(self.tree) if self.tree is not None else None
        return None if years is None else (years[0] or Schooljaar(0), years[1] or Schooljaar(9999))


@dataclass(frozen=True, slots=True)
class Lent:
    """A rule's tree with the ladder of the rule `of` in it, all of it standing where `zoals` stands.

    `from_tree` is the rule whose own steps these are. Where there are none to take, a hole stands in the tree and
    `problems` says why; nothing where that is told of the other rule.
    """

    tree: Block
    of: str
    from_tree: RuleTree | None
    problems: tuple[Problem, ...] = ()


class Ladders:
    """The rules of a folder, by which each finds the ladder it takes over."""

    def __init__(self, rules: Sequence[RuleTree], formerly: Mapping[str, str]) -> None:
        """`formerly`: rules by the id they had before."""
        self._versions: dict[str, list[RuleTree]] = {}
        for rule in rules:
            self._versions.setdefault(rule.id, []).append(rule)
        self._formerly = formerly

    def lent_to(self, rule: RuleTree) -> Lent | None:
        """The rule with the steps it asks for; None where it asks for none."""
        wanted = rule.asks_for
        if wanted is None or rule.tree is None:
            return None
        node = rule.tree.get("stappen")
        assert node is not None  # noqa: S101  # it asks for them there
        found = self._ladder(rule, rule, (rule.id,))
        if isinstance(found, RuleTree):
            assert found.tree is not None  # noqa: S101  # it has steps
            steps = found.tree.get("stappen")
            return Lent(_with_steps(rule.tree, _moved(steps or node, node.place)), wanted, found)
        problems = () if found is None else (problem_at(rule.file, node.place, AT, *found),)
        return Lent(_with_steps(rule.tree, Hole(node.place)), wanted, None, problems)

    def _ladder(self, rule: RuleTree, asking: RuleTree, walked: tuple[str, ...]) -> RuleTree | tuple[str, str] | None:
        """The rule whose own steps `rule` has; else a message and a hint; None where another rule is told of it."""
        wanted = rule.asks_for or ""
        if wanted == walked[0]:
            return _circle(walked)
        if wanted in walked:
            return None
        if wanted not in self._versions:
            return self._unknown(wanted, asking) if rule is asking else None
        there = self._versions[wanted]
        found = [self._own(one, asking, (*walked, wanted)) for one in _together(there, asking)]
        ladders = [one for one in found if isinstance(one, RuleTree)]
        if len(ladders) < len(found):
            return next((one for one in found if isinstance(one, tuple)), None)
        if len({_plain(one.tree.get("stappen")) for one in ladders if one.tree is not None}) > 1:
            return _several(wanted, asking)
        return ladders[-1]

    def _own(self, rule: RuleTree, asking: RuleTree, walked: tuple[str, ...]) -> RuleTree | tuple[str, str] | None:
        if rule.tree is None:
            return None
        if rule.asks_for is not None:
            return self._ladder(rule, asking, walked)
        steps = rule.tree.get("stappen")
        if steps is None:
            message = f"de regel {shown(rule.id)} heeft geen stappen om over te nemen voor {shown(asking.id)}"
            return message, "Kies een andere regel, of schrijf hier eigen stappen."
        return rule if isinstance(steps, Block) else None

    def _unknown(self, wanted: str, asking: RuleTree) -> tuple[str, str]:
        if not wanted:
            return "na `zoals` ontbreekt een regel", self._choices(asking)
        message = f"de regel {shown(wanted)} ken ik niet"
        if new := self._formerly.get(wanted):
            return message, f"Die heet nu `{new}`. Schrijf `zoals {new}`."
        return message + meant(wanted, (one for one in self._versions if one != asking.id)), self._choices(asking)

    def _choices(self, asking: RuleTree) -> str:
        others = [one for one in sorted(self._versions) if one != asking.id]
        return f"Kies uit {listed(others, 'of')}." if others else "Schrijf hier eigen stappen."


def without_steps(tree: Block) -> Block:
    """A rule of whose steps nothing is said."""
    return _with_steps(tree, Hole(tree.place))


def _circle(walked: tuple[str, ...]) -> tuple[str, str]:
    hint = "Geef een van deze regels eigen stappen." if len(walked) > 1 else "Schrijf hier eigen stappen."
    if len(walked) == 1:
        return f"de regel {shown(walked[0])} neemt de stappen van zichzelf over", hint
    return f"de regels {listed([shown(one) for one in walked])} nemen de stappen van elkaar over", hint


def _several(wanted: str, asking: RuleTree) -> tuple[str, str]:
    message = f"de regel {shown(wanted)} heeft niet elk jaar dezelfde stappen, en {shown(asking.id)} neemt ze over"
    hint = "Maak van deze regel ook een bestand per tijdvak, met `geldig_vanaf` en `geldig_tot`. "
    return message, hint + "Of schrijf hier eigen stappen."


def _together(versions: Sequence[RuleTree], asking: RuleTree) -> Sequence[RuleTree]:
    """The versions that hold in a schooljaar in which the asking rule holds too; all where none does."""
    own = asking.years
    if own is None:
        return versions
    found = [one for one in versions if (years := one.years) and years[0] <= own[1] and own[0] <= years[1]]
    return found or versions


def _with_steps(tree: Block, steps: Node) -> Block:
    entries = (Entry(one.key, steps) if one.key.text == "stappen" else one for one in tree.entries)
    return Block(tuple(entries), tree.place)


def _moved(node: Node, place: Place) -> Node:
    """The same, all of it standing at one place."""
    match node:
        case Text(text, _, bare):
            return Text(text, place, bare)
        case Items(items):
            return Items(tuple(_moved(item, place) for item in items), place)
        case Block(entries):
            moved = (Entry(Text(one.key.text, place, one.key.bare), _moved(one.value, place)) for one in entries)
            return Block(tuple(moved), place)
        case Hole():
            return Hole(place)


def _plain(node: Node | None) -> str:
    """The text of all that stands there, in order."""
    return repr(tuple(_scalars(node)))


def _scalars(node: Node | None) -> Iterator[str]:
    match node:
        case Text(text):
            yield " ".join(text.split())
        case Items(items):
            for item in items:
                yield from _scalars(item)
        case Block(entries):
            for entry in entries:
                yield f"{entry.key.text}:"
                yield from _scalars(entry.value)
