"""Notes on a sound rule: what is allowed, but probably not what its writer thinks."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterator, Mapping

from engine.adapters.rulebook.nodes import Block, Place, dotted, shown
from engine.adapters.rulebook.order import Span, span
from engine.core.dutch import listed
from engine.core.moment import Moment
from engine.core.problem import Problem
from engine.core.rule import AT_SCHOOLS, Round, Rule, Step

CHIEFS = ("directeur", "bestuurder")

# When a step lies in each round of its rule, in their order; None where that cannot be said.
Spans = tuple[Span | None, ...]


def notes(rule: Rule, tree: Block) -> Iterator[Problem]:
    """What the rule alone tells; notes that need a calendar or the register are made elsewhere."""
    rounds = [_moments(each) for each in rule.rounds]
    spans = {step.name: tuple(span(step.at, dates) for dates in rounds) for step in rule.steps}
    ends = tuple(span(each.due, dates) if each.due else None for each, dates in zip(rule.rounds, rounds, strict=True))
    late = {step.name for step in rule.steps if _certainly_after(spans[step.name], ends)}
    yield from _on_one_day(rule, tree, spans)
    yield from _chiefs_without_escalation(rule, tree, late)
    yield from _after_the_day(rule, tree, late)


def _on_one_day(rule: Rule, tree: Block, spans: Mapping[str, Spans]) -> Iterator[Problem]:
    earlier: dict[Hashable, list[Step]] = {}
    for step in _written(rule):
        days = _days(step, spans[step.name])
        same = {other.name: other for day in days for other in earlier.get(day, ())}
        for day in days:
            earlier.setdefault(day, []).append(step)
        if same:
            names = listed([shown(each.name) for each in rule.steps if each is step or each.name in same])
            both = any({*step.to} & {*other.to} for other in same.values())
            hint = (
                f"Wie beide krijgt, leest alleen de tekst van {shown(step.name)}."
                if both
                else "Het mag: zij gaan naar anderen."
            )
            yield _note(rule, tree, step, "op", f"de stappen {names} gaan op dezelfde dag", hint)


def _days(step: Step, spans: Spans) -> list[Hashable]:
    """What another step has too when both certainly go on one day: the same words, or the same day of a round."""
    certain = [(place, each) for place, each in enumerate(spans) if each is not None and each.is_one_day]
    return [step.at, *certain]


def _chiefs_without_escalation(rule: Rule, tree: Block, late: Container[str]) -> Iterator[Problem]:
    for step in _written(rule):
        # A chief who is asked himself only gets his own reminders.
        chiefs = [who for who in step.to if who.removesuffix(AT_SCHOOLS) in CHIEFS and who != rule.asked]
        if chiefs and not step.escalation and step.name in late:
            message = f"stap {shown(step.name)} gaat na `uiterlijk` naar {listed(chiefs)}, maar is geen escalatie"
            hint = "Voeg `escalatie: ja` toe. Dan gaat de stap alleen als er eerst een vraag is verstuurd."
            yield _note(rule, tree, step, "aan", message, hint)


def _after_the_day(rule: Rule, tree: Block, late: Container[str]) -> Iterator[Problem]:
    for step in rule.steps if rule.kind == "mijlpaal" else ():
        if step.name in late:
            message = f"stap {shown(step.name)} komt na de dag van de mijlpaal en gaat nooit"
            yield _note(rule, tree, step, "op", message, "Kies een moment voor die dag, of de dag zelf.")


def _written(rule: Rule) -> Iterator[Step]:
    """The steps that the rule writes itself; those of a stage follow from it."""
    return (step for step in rule.steps if not step.phase)


def _certainly_after(spans: Spans, ends: Spans) -> bool:
    """True when the step certainly comes after `uiterlijk` in some round."""
    return any(at is not None and end is not None and at.after(end) for at, end in zip(spans, ends, strict=True))


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
