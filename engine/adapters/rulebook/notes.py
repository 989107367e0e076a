"""Notes on a sound rule: what is allowed, but probably not what its writer thinks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from engine.adapters.rulebook.nodes import Block, Place, dotted, shown
from engine.adapters.rulebook.order import Span, span
from engine.core.dutch import listed
from engine.core.moment import Moment
from engine.core.problem import Problem
from engine.core.rule import AT_SCHOOLS, Round, Rule, Step

CHIEFS = ("directeur", "bestuurder")


def notes(rule: Rule, tree: Block) -> Iterator[Problem]:
    """What the rule alone tells; notes that need a calendar or the register are made elsewhere."""
    yield from _on_one_day(rule, tree)
    yield from _chiefs_without_escalation(rule, tree)
    yield from _after_the_day(rule, tree)


def _on_one_day(rule: Rule, tree: Block) -> Iterator[Problem]:
    for step in rule.steps:
        earlier = takewhile(lambda other, step=step: other is not step, rule.steps)  # type: ignore[misc]
        same = [other for other in earlier if _one_day(other, step, rule)]
        if same:
            names = listed([shown(each.name) for each in (*same, step)])
            both = any({*step.to} & {*other.to} for other in same)
            hint = (
                f"Wie beide krijgt, leest alleen de tekst van {shown(step.name)}."
                if both
                else "Het mag: zij gaan naar anderen."
            )
            yield _note(rule, tree, step, "op", f"de stappen {names} gaan op dezelfde dag", hint)


def _one_day(one: Step, other: Step, rule: Rule) -> bool:
    if one.at == other.at:
        return True
    for each in rule.rounds:
        first, second = span(one.at, _moments(each)), span(other.at, _moments(each))
        if first and second and first.same_day(second):
            return True
    return False


def _chiefs_without_escalation(rule: Rule, tree: Block) -> Iterator[Problem]:
    for step in rule.steps:
        # A chief who is asked himself only gets his own reminders.
        chiefs = [who for who in step.to if who.removesuffix(AT_SCHOOLS) in CHIEFS and who != rule.asked]
        if chiefs and not step.escalation and _is_late(step, rule):
            message = f"stap {shown(step.name)} gaat na `uiterlijk` naar {listed(chiefs)}, maar is geen escalatie"
            hint = "Voeg `escalatie: ja` toe. Dan gaat de stap alleen als er eerst een vraag is verstuurd."
            yield _note(rule, tree, step, "aan", message, hint)


def _after_the_day(rule: Rule, tree: Block) -> Iterator[Problem]:
    for step in rule.steps if rule.kind == "mijlpaal" else ():
        if _is_late(step, rule):
            message = f"stap {shown(step.name)} komt na de dag van de mijlpaal en gaat nooit"
            yield _note(rule, tree, step, "op", message, "Kies een moment voor die dag, of de dag zelf.")


def _is_late(step: Step, rule: Rule) -> bool:
    """True when the step certainly comes after `uiterlijk` in some round."""
    return any(
        at.after(due)
        for each in rule.rounds
        for at, due in ((span(step.at, _moments(each)), _due(each)),)
        if at is not None and due is not None
    )


def _due(each: Round) -> Span | None:
    return span(each.due, _moments(each)) if each.due else None


def _moments(each: Round) -> dict[str, Moment]:
    named = {
        "peildatum": each.peildatum,
        "opent": each.opens,
        "uiterlijk": each.due,
        "van": each.first,
        "tot": each.last,
    }
    return {name: moment for name, moment in named.items() if moment is not None}


def _note(rule: Rule, tree: Block, step: Step, key: str, message: str, hint: str) -> Problem:
    place = _place(tree, step.name, key)
    field = dotted(("stappen", step.name, key))
    return Problem(rule.file, place.line, place.column, field, message, hint, "note")


def _place(tree: Block, step: str, key: str) -> Place:
    steps = tree.get("stappen")
    block = steps.get(step) if isinstance(steps, Block) else None
    node = block.get(key) if isinstance(block, Block) else None
    return (node or block or tree).place
