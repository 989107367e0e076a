"""What a rule must satisfy beyond its shape: dates that exist and refer to each other, mails that exist.

Each check reads the tree and passes over what is broken otherwise, so that all problems come in one run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic_core import PydanticCustomError

from engine.adapters.rulebook.kinds import check_kind, kind_of, typed_keys
from engine.adapters.rulebook.nodes import Block, Node, Path, Text, shown
from engine.adapters.rulebook.order import span, stand_in
from engine.adapters.rulebook.phases import check_phases
from engine.adapters.rulebook.values import Known, refuse_unknown_template
from engine.adapters.rulebook.written import (
    WrittenDate,
    WrittenRound,
    moment_of,
    order,
    phase_moments,
    problem_at,
    step_moments,
    written_rounds,
)
from engine.core.dutch import listed
from engine.core.moment import anchor_of
from engine.core.problem import Problem
from engine.core.rule import Kind
from engine.core.schooljaar import Schooljaar

OPTIONAL = ("peildatum", "van", "tot")
# Anchors that one soort has -> how a hint calls it.
ANCHOR_OF: dict[str, Kind] = {"afspraak": "gesprek", "vervalt": "document"}
# The first of each pair may not come after the second.
IN_ORDER = (("van", "tot"), ("opent", "uiterlijk"), ("opent", "tot"))
NUMBER = re.compile(r"-?[0-9]+$")


def without_number(step: str) -> str:
    """`escalatie` for `escalatie-1`; a name that is only a number stays."""
    return NUMBER.sub("", step) or step


def check_rule(tree: Block, file: str, known: Known) -> Iterator[Problem]:
    """All that is wrong with a rule beyond its shape."""
    yield from check_kind(tree, file)
    yield from _validity(tree, file)
    yield from check_dates(tree, file)
    yield from _default_templates(tree, file, known)
    yield from check_phases(tree, written_rounds(tree), file, known)


def check_dates(tree: Block, file: str) -> Iterator[Problem]:
    """All that is wrong with the dates of a rule, and with what counts from them."""
    if rounds := written_rounds(tree):
        yield from _mixed_dates(rounds, file)
        yield from _missing_dates(tree, rounds, file)
        yield from _absent_anchors(tree, rounds, file)
        yield from _circles(rounds, file)
        yield from _wrong_order(rounds, file)
    if kind := kind_of(tree):
        yield from _anchors_of_another(tree, rounds, kind, file)


def validity(tree: Block) -> tuple[Schooljaar | None, Schooljaar | None] | None:
    """The first and last schooljaar of a rule; None where they cannot be read."""
    found: list[Schooljaar | None] = []
    for name in ("geldig_vanaf", "geldig_tot"):
        node = tree.get(name)
        try:
            found.append(Schooljaar.parse(node.text) if isinstance(node, Text) else None)
        except ValueError:
            return None
        if node is not None and not isinstance(node, Text):
            return None
    return found[0], found[1]


def _validity(tree: Block, file: str) -> Iterator[Problem]:
    years = validity(tree)
    node = tree.get("geldig_tot")
    if node and years and years[0] and years[1] and years[1] < years[0]:
        message = f"`geldig_tot` ({years[1]}) ligt voor `geldig_vanaf` ({years[0]})"
        yield problem_at(file, node.place, ("geldig_tot",), message, "Draai de schooljaren om, of haal er een weg.")


def _mixed_dates(rounds: list[WrittenRound], file: str) -> Iterator[Problem]:
    told: set[Path] = set()
    for each in rounds:
        if each.mixed is None or (date := each.dates[each.mixed[1]]).path in told:
            continue
        told.add(date.path)
        message = f"`{each.mixed[0]}` en `{each.mixed[1]}` kunnen niet samen"
        hint = "Kies `opent` en `uiterlijk`, of `van` en `tot`."
        if "opent" in each.mixed:
            hint += " Alleen bij een gesprek kan `opent` naast `van` en `tot` staan."
        yield problem_at(file, date.key, date.path, message, hint)


def _missing_dates(tree: Block, rounds: list[WrittenRound], file: str) -> Iterator[Problem]:
    for name in ("opent", "uiterlijk", "van", "tot"):
        lacking = [each for each in rounds if name in each.missing]
        hint = f"Voeg `{name}` toe, bijvoorbeeld `{name}: 1 oktober`."
        when = tree.get("wanneer")
        if len(lacking) == len(rounds) and when is not None:
            yield problem_at(file, when.place, ("wanneer", name), f"de sleutel `{name}` ontbreekt", hint)
            continue
        for each in lacking:
            message = f"de ronde {shown(each.name)} heeft geen `{name}`"
            yield problem_at(file, each.block.place, (*each.path, name), message, hint)


def _absent_anchors(tree: Block, rounds: list[WrittenRound], file: str) -> Iterator[Problem]:
    """A date or step that counts from a date which no round, or not every round, has."""
    nodes: dict[Path, Node] = dict((*step_moments(tree), *phase_moments(tree)))
    used_by: dict[Path, list[WrittenRound]] = {}
    for each in rounds:
        for date in each.dates.values():
            nodes[date.path] = date.node
            used_by.setdefault(date.path, []).append(each)
    told: set[Path] = set()
    for path, node in nodes.items():
        moment = moment_of(node)
        anchor = anchor_of(moment) if moment else None
        # opent and uiterlijk, or what stands for them, are required: that they are missing is told already.
        if anchor not in OPTIONAL:
            continue
        using = used_by.get(path, rounds)
        lacking = [each for each in using if anchor not in each.dates and anchor not in each.missing]
        if lacking and len(lacking) == len(using):
            message = f"{shown(_text(node))} telt vanaf `{anchor}`, maar die datum heeft deze regel niet"
            hint = f"Voeg `{anchor}` toe onder `wanneer`, of tel vanaf een andere datum."
            yield problem_at(file, node.place, path, message, hint)
            continue
        for each in lacking:
            absent = (*each.path, anchor)
            if absent not in told:
                told.add(absent)
                message = f"de ronde {shown(each.name)} heeft geen `{anchor}`, maar {_named(path)} telt daar vanaf"
                yield problem_at(file, each.block.place, absent, message, f"Voeg `{anchor}` toe aan deze ronde.")


def _anchors_of_another(tree: Block, rounds: list[WrittenRound], kind: Kind, file: str) -> Iterator[Problem]:
    """`afspraak` outside a talk or as one of its own dates, `vervalt` outside a document, `compleet` out of place."""
    dates = {date.path: date.node for each in rounds for date in each.dates.values()}
    others = dict((*step_moments(tree), *phase_moments(tree)))
    for path, node in (dates | others).items():
        moment = moment_of(node)
        anchor = anchor_of(moment) if moment else None
        if anchor == "compleet":
            yield from _on_complete(tree, path, node, is_date=path in dates or path[0] == "fasen", file=file)
        if anchor is None or anchor not in ANCHOR_OF:
            continue
        if kind != ANCHOR_OF[anchor]:
            message = f"{shown(_text(node))} kan hier niet: `{anchor}` is er alleen bij een {ANCHOR_OF[anchor]}"
            yield problem_at(file, node.place, path, message, "Tel vanaf een andere datum, bijvoorbeeld `uiterlijk`.")
        elif anchor == "afspraak" and path in dates:
            message = f"{_named(path)} kan niet aan de afspraak hangen"
            hint = "De afspraak komt pas later. Schrijf een vaste dag, bijvoorbeeld `1 oktober`."
            yield problem_at(file, node.place, path, message, hint)


def _on_complete(tree: Block, path: Path, node: Node, *, is_date: bool, file: str) -> Iterator[Problem]:
    """`compleet` as one of the rule's own dates, or where the rule uses nothing."""
    if is_date:
        message = f"{_named(path)} kan niet aan `compleet` hangen"
        hint = "Die dag is pas later bekend. Schrijf een vaste dag, bijvoorbeeld `1 oktober`."
        yield problem_at(file, node.place, path, message, hint)
    elif tree.get("gebruikt") is None and "gebruikt" not in typed_keys(tree):
        message = f"{shown(_text(node))} kan hier niet: `compleet` is er alleen in een regel met `gebruikt`"
        hint = "Zet erbij welke regel deze regel gebruikt, bijvoorbeeld `gebruikt: leerlingaantallen`."
        yield problem_at(file, node.place, path, message, hint)


def _circles(rounds: list[WrittenRound], file: str) -> Iterator[Problem]:
    told: set[frozenset[Path]] = set()
    for each in rounds:
        for start in each.dates:
            circle = _circle_from(start, each.dates)
            paths = frozenset(each.dates[name].path for name in circle)
            if not circle or paths in told:
                continue
            told.add(paths)
            dates = sorted((each.dates[name] for name in circle), key=lambda date: order(date.node.place))
            names = [f"`{date.path[-1]}`" for date in dates]
            message = (
                f"{names[0]} verwijst naar zichzelf" if len(names) == 1 else f"{listed(names)} verwijzen naar elkaar"
            )
            hint = "Geef een van deze datums een vaste dag, bijvoorbeeld `1 oktober`."
            yield problem_at(file, dates[0].node.place, dates[0].path, message, hint)


def _circle_from(start: str, dates: dict[str, WrittenDate]) -> list[str]:
    """The names from `start` round to `start` again; empty where there is no such circle."""
    walked = [start]
    while (anchor := stand_in(dates[walked[-1]].anchor or "", dates)) in dates:
        if anchor == start:
            return walked
        if anchor in walked:
            return []
        walked.append(anchor)
    return []


def _wrong_order(rounds: list[WrittenRound], file: str) -> Iterator[Problem]:
    told: set[Path] = set()
    for each in rounds:
        moments = each.moments
        for first, second in IN_ORDER:
            if each.mixed or first not in moments or second not in moments:
                continue
            begin, end = span(moments[first], moments), span(moments[second], moments)
            date = each.dates[second]
            if begin and end and begin.after(end) and date.path not in told:
                told.add(date.path)
                message = f"`{second}` ({_text(date.node)}) ligt in het schooljaar voor `{first}`"
                hint = "Een schooljaar loopt van augustus tot en met juli. Draai de datums om."
                yield problem_at(file, date.node.place, date.path, message, hint)


def _default_templates(tree: Block, file: str, known: Known) -> Iterator[Problem]:
    steps = tree.get("stappen")
    for entry in steps.entries if isinstance(steps, Block) else ():
        if not isinstance(entry.value, Block) or entry.value.get("bericht") is not None:
            continue
        name = entry.key.text
        try:
            refuse_unknown_template(without_number(name), known)
        except PydanticCustomError as error:
            context = error.context or {}
            message = f"stap {shown(name)}: {context['message']}"
            hint = f"Geef de stap een `bericht`. {context['hint']}"
            yield problem_at(file, entry.key.place, ("stappen", name, "bericht"), message, hint)


def _text(node: Node) -> str:
    return node.text if isinstance(node, Text) else ""


def _named(path: Path) -> str:
    one = {"stappen": "stap", "fasen": "fase"}.get(str(path[0]))
    return f"{one} `{path[1]}`" if one else f"`{path[-1]}`"
