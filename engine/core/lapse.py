"""Why a stored task is no longer asked: as far as rules and register can tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from engine.core.documents import newest_documents
from engine.core.party import Party, Register
from engine.core.planning import document_key, is_valid, key_by_rule, meant_for
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.task import PlannedTask

WHO = {"school": "deze school", "bestuur": "dit bestuur"}


def why_lapsed(task: PlannedTask, rules: Iterable[Rule], register: Register) -> str:
    """The reason in Dutch, without capital, full stop or the party's name; empty where it cannot be told."""
    versions = [rule for rule in rules if rule.id == task.rule]
    if not versions:
        return f"de regel {task.rule} is er niet meer"
    party = register.parties.get(task.party)
    if party is None or not party.active:
        who = WHO.get(party.kind, "deze partij") if party is not None else "deze partij"
        return f"{who} is niet meer actief in het register"
    if task.kind == "document":
        return _of_document(task, party, versions[0], register)
    year = Schooljaar.parse(task.schooljaar)
    rule = next((one for one in versions if is_valid(one, year)), None)
    if rule is None:
        return f"de regel {task.rule} geldt niet in {task.schooljaar}"
    return _not_asked(rule, party) or _no_round(rule, task)


def _of_document(task: PlannedTask, party: Party, rule: Rule, register: Register) -> str:
    if reason := _not_asked(rule, party):
        return reason
    newest = newest_documents(register.documents, rule.document).get(party.id.casefold())
    if newest is None:
        return f"er staat geen {rule.document} meer in het register"
    if document_key(rule.id, newest.version, party.id) != key_by_rule(task.rule, task.key):
        return f"er is een nieuwere versie van {rule.document}"
    return ""


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
