"""One short text for a whole difference: another one as soon as rules, register or stored tasks changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from engine.core.planning import Change
from engine.core.rule import Rulebook
from engine.core.task import PlannedTask

NAMES = tuple(one.name for one in fields(PlannedTask))
# What tasks that are planned alike share: the same objects, and most of the text.
SHARED = ("steps", "reasons", "phases")


def fingerprint(changes: Iterable[Change], rulebook: Rulebook) -> str:
    """SHA-256 (hex) of a difference."""
    digest = hashlib.sha256(rulebook.hash.encode())
    told = _Told()
    for change in changes:
        version = change.stored.version if change.stored is not None else 0
        digest.update(f"{change.kind} {version} {told.text(change.task)}\n".encode())
    return digest.hexdigest()


@dataclass(slots=True)
class _Told:
    """The `repr` of tasks, where what many share is told once. They must live as long as this does."""

    _known: dict[tuple[int, ...], str] = field(init=False, default_factory=dict)

    def text(self, task: PlannedTask) -> str:
        shared = tuple(id(getattr(task, name)) for name in SHARED)
        end = self._known.get(shared)
        if end is None:
            end = self._known[shared] = _named(task, SHARED)
        return f"{type(task).__name__}({_named(task, NAMES[: -len(SHARED)])}, {end})"


def _named(task: PlannedTask, names: Iterable[str]) -> str:
    return ", ".join([f"{name}={getattr(task, name)!r}" for name in names])
