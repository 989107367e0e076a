"""What a new task of a school owes to the schools that go on in it: an answer that was given, a question put."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from engine.core.dutch import listed
from engine.core.party import Party, Register
from engine.core.planning import Change, task_key
from engine.core.schooljaar import Schooljaar
from engine.core.task import StoredTask
from engine.core.year_end import CLOSED_BY_HAND
from engine.store.tasks import load_tasks

SETTLED = ("submitted", "done", "waived")
ANSWERED = ("submitted", "done")


def inheriting(connection: Connection, register: Register, changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes, where a new task of a school in which others go on tells who answered or was asked before.

    It counts as answered where every one of them settled the same round of the same rule, and one with an answer.
    What is about a document follows the document.
    """
    olds = {change.task.key: _before(change, register) for change in changes if change.stored is None}
    everyone = [old for keys in olds.values() for old in keys]
    if not everyone:
        return tuple(changes)
    found = {task.plan.key: task for task in load_tasks(connection, keys=everyone)}
    return tuple(
        _told(change, [found[old] for old in olds.get(change.task.key, ()) if old in found], register)
        for change in changes
    )


def _before(change: Change, register: Register) -> list[str]:
    """The keys of the same task at the schools that go on in this one."""
    plan = change.task
    party = register.parties.get(plan.party)
    if party is None or not party.formerly or plan.kind not in CLOSED_BY_HAND:
        return []
    year = Schooljaar.parse(plan.schooljaar)
    return [task_key(plan.rule, year, plan.round, old) for old in _earlier(party, register)]


def _earlier(party: Party, register: Register) -> Iterable[str]:
    """Its old codes, and theirs."""
    seen: dict[str, None] = {}
    waiting = list(party.formerly)
    while waiting:
        old = waiting.pop(0)
        if old not in seen and old != party.id:
            seen[old] = None
            if (known := register.parties.get(old)) is not None:
                waiting += known.formerly
    return seen


def _told(change: Change, before: Sequence[StoredTask], register: Register) -> Change:
    answered = [task for task in before if task.state in ANSWERED]
    if answered and all(task.state in SETTLED for task in before):
        return replace(change, answered=f"al beantwoord door {listed([_name(task, register) for task in answered])}")
    asked = [task for task in before if task not in answered and any(step.sent is not None for step in task.steps)]
    if not asked:
        return change
    names = listed([_name(task, register) for task in asked])
    return replace(change, asked_before=f"Deze vraag komt in de plaats van die voor {names}.")


def _name(task: StoredTask, register: Register) -> str:
    party = register.parties.get(task.plan.party)
    return f"{party.name} ({party.id})" if party is not None else task.plan.party
