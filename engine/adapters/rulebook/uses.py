"""What rules say of each other in `gebruikt`: rules that exist, that bring answers, and that go round in no circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.adapters.rulebook.kinds import kind_of
from engine.adapters.rulebook.nodes import Block, Items, Place, Text, shown
from engine.adapters.rulebook.values import meant
from engine.core.dutch import listed
from engine.core.problem import Problem
from engine.core.rule import Kind

KEY = "gebruikt"
# Of these soorten nobody gives an answer.
WITHOUT_ANSWERS: Mapping[Kind, str] = {"doorlopend": "een doorlopende regel", "mijlpaal": "een mijlpaal"}


@dataclass(frozen=True, slots=True)
class Use:
    """A rule that another one names in `gebruikt`, and where."""

    name: str
    place: Place


def used_in(tree: Block) -> tuple[Use, ...]:
    """The rules that a rule file names."""
    if kind_of(tree) == "doorlopend":
        return ()
    node = tree.get(KEY)
    texts = node.items if isinstance(node, Items) else (node,)
    return tuple(Use(one.text.strip(), one.place) for one in texts if isinstance(one, Text))


def check_uses(
    files: Mapping[str, tuple[str, Sequence[Use]]], kinds: Mapping[str, frozenset[Kind]]
) -> Iterator[Problem]:
    """What is wrong with `gebruikt` across all files. `files`: path -> the rule's id and what it uses.

    `kinds`: the soorten of each sound rule, by id.
    """
    ids = {rule for rule, _ in files.values()}
    uses: dict[str, dict[str, None]] = {}
    for rule, named in files.values():
        uses.setdefault(rule, {}).update(dict.fromkeys(use.name for use in named if use.name in ids))
    for file, (rule, named) in files.items():
        for use in named:
            if found := _wrong(rule, use.name, ids, uses, kinds):
                yield Problem(file, use.place.line, use.place.column, KEY, *found)


def _wrong(
    rule: str, name: str, ids: set[str], uses: Mapping[str, Mapping[str, None]], kinds: Mapping[str, frozenset[Kind]]
) -> tuple[str, str] | None:
    """A message and a hint; None where it is sound."""
    if name == rule:
        return "een regel kan zichzelf niet gebruiken", "Noem een andere regel, of haal deze weg."
    if name not in ids:
        close = meant(name, ids)
        hint = "Schrijf de naam van het bestand, zonder .yaml en zonder wat na @ staat."
        return f"de regel {shown(name)} ken ik niet{close}", hint
    own = kinds.get(name, frozenset())
    if own and own <= WITHOUT_ANSWERS.keys():
        what = listed([WITHOUT_ANSWERS[kind] for kind in WITHOUT_ANSWERS if kind in own], "of")
        return f"{shown(name)} is {what}: daar geeft niemand antwoord op", "Noem een regel die antwoorden vraagt."
    if circle := _circle(rule, name, uses):
        names = listed([shown(one) for one in sorted(circle)])
        return f"{names} gebruiken elkaar in een kring", "Haal bij een van deze regels de ander weg bij `gebruikt`."
    return None


def _circle(rule: str, name: str, uses: Mapping[str, Mapping[str, None]]) -> set[str]:
    """The rules on a way from `name` back to `rule`, with both; empty where there is none."""
    came_from: dict[str, str] = {name: rule}
    todo = [name]
    while todo:
        here = todo.pop()
        for other in uses.get(here, ()):
            if other == rule:
                found = {rule}
                while here != rule:
                    found.add(here)
                    here = came_from[here]
                return found
            if other not in came_from:
                came_from[other] = here
                todo.append(other)
    return set()
