"""One rule file: its text becomes a Rule, or problems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import PurePosixPath

from engine.adapters.rulebook.checks import check_rule, without_number
from engine.adapters.rulebook.model import Dates, Known, RuleKeys, StepKeys
from engine.adapters.rulebook.nodes import MOST_PROBLEMS, read_yaml
from engine.adapters.rulebook.shape import fit
from engine.adapters.rulebook.toml_nodes import read_toml
from engine.core.problem import Problem, stops
from engine.core.rule import Round, Rule, Step

FILE_NAME = re.compile(r"([a-z0-9-]+)(@[a-z0-9-]+)?")
# YAML 1.2, production 1: what a text file of ours may hold.
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ESCALATION = "escalatie"


def read_rule(file: str, text: str, known: Known) -> tuple[Rule | None, tuple[Problem, ...]]:
    """The rule of a file, or None and all that is wrong with it. `file` is its path in the workspace."""
    problems = list(_file_name(file))
    if match := UNPRINTABLE.search(text):
        return None, (*problems, _unprintable(file, text, match.start()))
    tree, found = (read_toml if file.endswith(".toml") else read_yaml)(text, file)
    problems += found
    if tree is None:
        return None, tuple(problems)
    keys, misfits = fit(tree, file, known)
    problems += [*misfits, *islice(check_rule(tree, file, known), MOST_PROBLEMS)]
    if keys is None or stops(problems):
        return None, tuple(problems)
    return _rule(keys, file), tuple(problems)


def rule_id(file: str) -> str:
    """`leerlingaantallen` for `rules/vo/leerlingaantallen@2027-2028.yaml`."""
    return PurePosixPath(file).stem.partition("@")[0]


def _file_name(file: str) -> Iterator[Problem]:
    path = PurePosixPath(file)
    if not FILE_NAME.fullmatch(path.stem):
        better = re.sub(r"[^a-z0-9@-]+", "-", path.stem.casefold()).strip("-")
        hint = "Gebruik kleine letters, cijfers en `-`"
        hint += f", zoals `{better}{path.suffix}`." if FILE_NAME.fullmatch(better) else "."
        yield Problem(file, 1, 1, "", f"de bestandsnaam `{path.name}` kan niet", hint)


def _unprintable(file: str, text: str, at: int) -> Problem:
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    return Problem(
        file,
        line,
        column,
        "",
        f"hier staat een onzichtbaar teken (code {ord(text[at]):04X})",
        "Haal het teken weg. Typ de regel anders opnieuw.",
    )


def _rule(keys: RuleKeys, file: str) -> Rule:
    return Rule(
        id=rule_id(file),
        title=keys.titel,
        explanation=keys.uitleg,
        kind=keys.soort,
        per=keys.per,
        asked=keys.vraag_aan,
        together=keys.samen_met or (),
        rounds=tuple(_rounds(keys)),
        steps=tuple(_step(name, step, keys.vraag_aan) for name, step in keys.stappen.items()),
        accept_needed=keys.klaar_als == "goedgekeurd",
        file=file,
    )


def _rounds(keys: RuleKeys) -> Iterator[Round]:
    shared = keys.wanneer
    if shared.rondes is None:
        yield _round(None, shared, shared)
        return
    for name, own in shared.rondes.items():
        yield _round(name, own, shared)


def _round(name: str | None, own: Dates, shared: Dates) -> Round:
    opens, due = own.opent or shared.opent, own.uiterlijk or shared.uiterlijk
    if opens is None or due is None:
        raise ValueError(f"ronde {name} zonder opent of uiterlijk kwam door de controle")
    return Round(name, own.peildatum or shared.peildatum, opens, due)


def _step(name: str, keys: StepKeys, asked: str) -> Step:
    plain = without_number(name)
    escalation = keys.escalatie == "ja" if keys.escalatie else plain == ESCALATION
    return Step(
        name=name,
        at=keys.op,
        to=keys.aan or (asked,),
        copy=keys.kopie or (),
        template=keys.bericht or plain,
        hold=keys.vrijgeven == "ja",
        escalation=escalation,
    )
