"""One rule file: its text becomes a Rule, or problems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import PurePosixPath

from engine.adapters.rulebook.checks import check_rule, validity, without_number
from engine.adapters.rulebook.deviations import check_deviations, deviating, notes_on_deviations, when_in_year
from engine.adapters.rulebook.kinds import DONE
from engine.adapters.rulebook.ladders import Lent, RuleTree, without_steps
from engine.adapters.rulebook.misplaced import lifted
from engine.adapters.rulebook.model import Dates, FilterKeys, RuleKeys, ShiftKeys, StepKeys, When
from engine.adapters.rulebook.nodes import MOST_PROBLEMS, Block, read_yaml, shown
from engine.adapters.rulebook.notes import notes
from engine.adapters.rulebook.phases import with_phases
from engine.adapters.rulebook.shape import fit
from engine.adapters.rulebook.toml_nodes import read_toml
from engine.adapters.rulebook.uses import Use, used_in
from engine.adapters.rulebook.values import Known
from engine.core.moment import Moment
from engine.core.problem import Problem, stops
from engine.core.rule import Filter, Phase, Round, Rule, Shift, Step, Talk
from engine.core.schooljaar import Schooljaar

FILE_NAME = re.compile(r"([a-z0-9-]+)(@[a-z0-9-]+)?")
# YAML 1.2, production 1: what a text file of ours may hold.
UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ESCALATION = "escalatie"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file gives: its rule, or None and all that is wrong; `valid` is None where that cannot be read.

    `uses` are the rules it names in `gebruikt`, also where it has problems.
    """

    rule: Rule | None
    problems: tuple[Problem, ...]
    valid: tuple[Schooljaar | None, Schooljaar | None] | None = None
    uses: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A file as a tree, with what is wrong with its name and as YAML or TOML."""

    rule: RuleTree
    problems: tuple[Problem, ...]


def open_rule(file: str, text: str) -> Opened:
    """The tree of a rule file. `file` is its path in the workspace."""
    problems = list(_file_name(file))
    if match := UNPRINTABLE.search(text):
        return Opened(RuleTree(file, rule_id(file), None), (*problems, _unprintable(file, text, match.start())))
    tree, found = (read_toml if file.endswith(".toml") else read_yaml)(text, file)
    problems += found
    if tree is not None:
        tree, found_deeper = lifted(tree, file)
        problems += found_deeper
    return Opened(RuleTree(file, rule_id(file), tree), tuple(problems))


def read_rule(opened: Opened, known: Known, lent: Lent | None = None) -> Reading:
    """The rule of an opened file; `lent`: with the ladder of another rule."""
    file, tree = opened.rule.file, opened.rule.tree
    if tree is None:
        return Reading(None, opened.problems)
    problems = [*opened.problems, *(lent.problems if lent else ())]
    if lent is not None:
        tree = lent.tree
    keys, found = _checked(tree, file, known)
    if lent is not None and lent.from_tree is not None:
        found = list(_of_the_ladder(found, opened.rule, lent, known))
    problems += found
    if keys is None or stops(problems):
        return Reading(None, tuple(problems), validity(tree), used_in(tree))
    rule = _rule(keys, file, lent.of if lent else "")
    told = (*problems, *notes(rule, tree), *notes_on_deviations(tree, file))
    return Reading(rule, told, validity(tree), used_in(tree))


def _checked(tree: Block, file: str, known: Known) -> tuple[RuleKeys | None, list[Problem]]:
    """The rule as the model has it, and all that is wrong with it."""
    keys, misfits = fit(tree, file, known)
    checks = chain(check_rule(tree, file, known), check_deviations(tree, file))
    return keys, [*misfits, *islice(checks, MOST_PROBLEMS)]


def _of_the_ladder(found: list[Problem], rule: RuleTree, lent: Lent, known: Known) -> Iterator[Problem]:
    """The problems, where those that the other rule's steps bring name both rules; what is told there is not again."""
    assert rule.tree is not None and lent.from_tree is not None and lent.from_tree.tree is not None  # noqa: S101
    _, own = _checked(without_steps(rule.tree), rule.file, known)
    _, theirs = _checked(lent.from_tree.tree, lent.from_tree.file, known)
    told = {(one.field, one.message) for one in theirs}
    for one in found:
        if one in own:
            yield one
        elif (one.field, one.message) not in told:
            message = f"de stappen van {shown(lent.of)} passen niet bij {shown(rule.id)}: {one.message}"
            yield replace(one, field="stappen" if one.field.startswith("stappen") else one.field, message=message)


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


def _rule(keys: RuleKeys, file: str, steps_of: str) -> Rule:
    kind = keys.soort
    asked = keys.vraag_aan or ""
    phases = tuple(Phase(name, phase.uiterlijk, phase.door) for name, phase in (keys.fasen or {}).items())
    steps = tuple(_step(name, step, asked) for name, step in (keys.stappen or {}).items())
    when = keys.wanneer or When()
    rounds = tuple(_rounds(when))
    return Rule(
        id=rule_id(file),
        title=keys.titel,
        explanation=keys.uitleg,
        kind=kind,
        per=keys.per or "swv",
        asked=asked,
        together=keys.samen_met or (),
        rounds=rounds,
        steps=with_phases(steps, phases, asked),
        done_when=keys.klaar_als or DONE[kind][0],
        file=file,
        only=_filter(keys.alleen),
        besides=_filter(keys.behalve),
        valid_from=keys.geldig_vanaf,
        valid_to=keys.geldig_tot,
        shift=_shift(keys.verschuif),
        talk=_talk(keys) if kind == "gesprek" else None,
        document=keys.document or "",
        validity_years=keys.geldigheid,
        phases=phases,
        first=keys.eerste,
        uses=tuple(dict.fromkeys(keys.gebruikt or ())),
        deviations=tuple(
            (Schooljaar.parse(year), deviating(rounds, tuple(_rounds(when_in_year(when, own)))))
            for year, own in sorted((keys.afwijkingen or {}).items())
        ),
        steps_of=steps_of,
        formerly=keys.heette or "",
    )


def _rounds(shared: When) -> Iterator[Round]:
    if shared.rondes is None:
        yield _round(None, shared, shared)
        return
    for name, own in shared.rondes.items():
        yield _round(name, own, shared)


def _round(name: str | None, own: Dates, shared: Dates) -> Round:
    def date(key: str) -> Moment | None:
        found: Moment | None = getattr(own, key) or getattr(shared, key)
        return found

    peildatum, first, last = date("peildatum"), date("van"), date("tot")
    # A mijlpaal may have a peildatum alone; what else lacks a date is stopped by the checks.
    return Round(
        name,
        peildatum,
        date("opent") or first or peildatum,
        date("uiterlijk") or last or peildatum,
        first,
        last,
    )


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


def _filter(keys: FilterKeys | None) -> Filter | None:
    if keys is None:
        return None
    return Filter(keys.gemeente or (), keys.bestuur or (), keys.partij or (), keys.kenmerk or ())


def _shift(keys: ShiftKeys | None) -> Shift:
    return Shift(keys.opent, keys.uiterlijk, keys.stappen) if keys else Shift()


def _talk(keys: RuleKeys) -> Talk:
    return Talk(
        keys.deelnemers or (),
        keys.deelnemers_eventueel or (),
        keys.duur,
        keys.agenda or (),
        keys.agenda_eventueel or (),
    )
