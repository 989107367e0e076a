"""Keys of the rule that stand under `stappen` or `wanneer`, mostly by two spaces too many: told once, read as meant."""

from __future__ import annotations

from engine.adapters.rulebook.kinds import keys_of, kind_of
from engine.adapters.rulebook.model import keys_at
from engine.adapters.rulebook.nodes import Block, Entry, Hole, Path, dotted, shown
from engine.core.problem import Problem

STEPS: Path = ("stappen",)
WHEN: Path = ("wanneer",)
ROUNDS: Path = ("wanneer", "rondes")
# No round is called so: what stands there has keys that a round has too.
NEVER_A_ROUND = ("verschuif", "wanneer")


def lifted(tree: Block, file: str) -> tuple[Block, list[Problem]]:
    """The tree with such keys at the top, where they are not there yet, and a problem for each."""
    finding = _Finding(file, frozenset(keys_of(kind_of(tree))))
    entries = [finding.cleared(entry, ()) if (entry.key.text,) in (STEPS, WHEN) else entry for entry in tree.entries]
    if not finding.problems:
        return tree, []
    there = {entry.key.text for entry in entries}
    return Block((*entries, *(one for one in finding.found if one.key.text not in there)), tree.place), finding.problems


class _Finding:
    def __init__(self, file: str, keys: frozenset[str]) -> None:
        self.file = file
        self.keys = keys
        self.found: list[Entry] = []
        self.problems: list[Problem] = []

    def cleared(self, entry: Entry, above: Path) -> Entry:
        """The entry without what does not belong in it, however deep."""
        if not isinstance(entry.value, Block):
            return entry
        path = (*above, entry.key.text)
        wrong = [one for one in entry.value.entries if one.key.text in self.keys and not _belongs(one, path)]
        self.found += wrong
        self.problems += [self._problem(one, path) for one in wrong]
        kept = tuple(self.cleared(one, path) for one in entry.value.entries if one not in wrong)
        place = entry.value.place
        # That nothing is left goes without saying.
        return Entry(entry.key, Hole(place) if wrong and not kept else Block(kept, place))

    def _problem(self, entry: Entry, path: Path) -> Problem:
        name, place = entry.key.text, entry.key.place
        is_toml = self.file.endswith(".toml")
        hint = "Zet hem boven de eerste kop met haakjes." if is_toml else "Haal de spaties ervoor weg."
        message = f"{shown(name)} staat onder {shown(str(path[-1]))}"
        return Problem(self.file, place.line, place.column, dotted((*path, name)), message, hint)


def _belongs(entry: Entry, path: Path) -> bool:
    """True for a step or round that happens to be called like a key of the rule."""
    if path not in (STEPS, ROUNDS) or not isinstance(entry.value, Block):
        return False
    own = set(keys_at(path)) - {"rondes"}
    return entry.key.text not in NEVER_A_ROUND and any(one.key.text in own for one in entry.value.entries)
