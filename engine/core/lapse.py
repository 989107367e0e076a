"""Why a stored task is no longer asked: as far as rules and register can tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.core.party import Party, Register
from engine.core.planning import NO_VERSION, document_key, is_valid, key_by_rule, meant_for
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.task import PlannedTask

CLOSED = "de school is gesloten"
WHO = {"school": "deze school", "bestuur": "dit bestuur"}


def why_lapsed(task: PlannedTask, rules: Iterable[Rule], register: Register) -> str:
    """The reason in Dutch, without capital, full stop or the party's name; empty where it cannot be told."""
    versions = [rule for rule in rules if rule.id == task.rule]
    if not versions:
        return f"de regel {task.rule} is er niet meer"
    party = register.parties.get(task.party)
    if party is None or not party.active:
        return why_ended(party, register)
    if task.kind == "document":
        return _of_document(task, party, versions, register)
    year = Schooljaar.parse(task.schooljaar)
    rule = next((one for one in versions if is_valid(one, year)), None)
    if rule is None:
        return f"de regel {task.rule} geldt niet in {task.schooljaar}"
    return _not_asked(rule, party) or _no_round(rule, task)


def why_ended(party: Party | None, register: Register) -> str:
    """Why nothing is asked of a party any more that is not active, or not there."""
    heir = register.heir_of(party.id) if party is not None else None
    if heir is not None:
        return goes_on(heir)
    if party is not None and party.kind == "school":
        return CLOSED
    who = WHO.get(party.kind, "deze partij") if party is not None else "deze partij"
    return f"{who} is niet meer actief in het register"


def goes_on(heir: Party) -> str:
    """Why nothing is asked of a school any more that is now another one."""
    return f"gaat verder onder {heir.id} ({heir.name})"


def why_closed(task: PlannedTask, rules: Iterable[Rule], register: Register, running: Schooljaar) -> tuple[bool, str]:
    """Whether a document's task has come to its end by itself: (a newer version is there, why), else (False, "").

    Without a newer version it ends where no file of its rule holds any more in the schooljaar that it is for, or in
    the running one once that has passed.
    """
    versions = [rule for rule in rules if rule.id == task.rule]
    party = register.parties.get(task.party)
    if not versions or party is None:
        return False, ""
    if reason := _renewed(task, party, versions[0], register):
        return True, reason
    return False, _ended(task, versions, running)


def _renewed(task: PlannedTask, party: Party, rule: Rule, register: Register) -> str:
    newest = register.newest(rule.document).get(party.id.casefold())
    if newest is None or document_key(rule.id, newest.version, party.id) == key_by_rule(task.rule, task.key):
        return ""
    return f"er is een nieuwere versie van {rule.document}"


def _ended(task: PlannedTask, versions: Iterable[Rule], running: Schooljaar | None) -> str:
    year = Schooljaar.parse(task.schooljaar)
    year = year if running is None else max(year, running)
    return "" if any(is_valid(one, year) for one in versions) else f"de regel {task.rule} geldt niet in {year}"


def _of_document(task: PlannedTask, party: Party, versions: Sequence[Rule], register: Register) -> str:
    rule = versions[0]
    if reason := _not_asked(rule, party):
        return reason
    if reason := _renewed(task, party, rule, register):
        return reason
    newest = register.newest(rule.document).get(party.id.casefold())
    if newest is None and document_key(rule.id, NO_VERSION, party.id) != key_by_rule(task.rule, task.key):
        return f"er staat geen {rule.document} meer in het register"
    return _ended(task, versions, None)


def _not_asked(rule: Rule, party: Party) -> str:
    if rule.kind == "doorlopend":
        return f"de regel {rule.id} is nu doorlopend"
    if rule.per != party.kind:
        return f"de regel {rule.id} is nu per {rule.per}"
    if _asks(rule, party):
        return ""
    alone = {"alleen": replace(rule, besides=None), "behalve": replace(rule, only=None)}
    filters = [f"`{word}`" for word, one in alone.items() if not _asks(one, party)]
    return f"de regel {rule.id} vraagt dit niet meer aan {WHO.get(party.kind, party.name)}, door {' en '.join(filters)}"


def _asks(rule: Rule, party: Party) -> bool:
    return bool(meant_for(rule, Register({party.id: party}, {}, ())))


def _no_round(rule: Rule, task: PlannedTask) -> str:
    if task.round in {one.name for one in rule.rounds}:
        return ""
    return f"de regel {rule.id} heeft de ronde {task.round} niet meer" if task.round else f"{rule.id} heeft nu rondes"
