"""The stages of a document rule: their order, their mail, and the steps of the ladder that come of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pydantic_core import PydanticCustomError

from engine.adapters.rulebook.nodes import Block, Node, Text, shown
from engine.adapters.rulebook.order import span
from engine.adapters.rulebook.values import Known, refuse_unknown_template
from engine.adapters.rulebook.written import WrittenRound, moment_of, phase_moments, problem_at
from engine.core.moment import Anchor, Moment, Offset, anchor_of
from engine.core.problem import Problem
from engine.core.rule import Phase, Step
from engine.core.telling import PHASE, PHASE_LATE

# So many schooldagen after its last day a stage is asked for: before it, and once it is past.
BEFORE, AFTER = -5, 1
YEAR_ENDS = ("begin schooljaar", "eind schooljaar")


def phase_steps(phases: Iterable[Phase]) -> Iterator[Step]:
    """The steps of each stage: `fase-concept` before its last day and `fase-concept-te-laat` after it."""
    for phase in phases:
        for name, lag in ((f"{PHASE}-{phase.name}", BEFORE), (f"{PHASE}-{phase.name}-{PHASE_LATE}", AFTER)):
            yield Step(name, phase.due, (phase.by,), (), PHASE, hold=False, escalation=False, phase=phase.name, lag=lag)


def with_phases(steps: Sequence[Step], phases: Sequence[Phase], asked: str) -> tuple[Step, ...]:
    """The ladder with the steps of the stages right behind the request, so that what comes later in the file wins."""
    place = next((number for number, step in enumerate(steps) if asked in step.to), -1) + 1
    return (*steps[:place], *phase_steps(phases), *steps[place:])


def check_phases(tree: Block, rounds: Sequence[WrittenRound], file: str, known: Known) -> Iterator[Problem]:
    """Stages out of order or after the document's end, a step by the name of one, no mail for them; `eerste`."""
    yield from check_phase_order(tree, rounds, file)
    yield from _taken_names(tree, file)
    if any(moment_of(node) for _, node in phase_moments(tree)):
        yield from _no_mail(tree, file, known)
    yield from _first(tree, file)


def check_phase_order(tree: Block, rounds: Sequence[WrittenRound], file: str) -> Iterator[Problem]:
    """Stages out of order or after the document's end, by the dates of these rounds."""
    found = [(path, node, moment) for path, node in phase_moments(tree) if (moment := moment_of(node))]
    moments = rounds[0].moments if rounds else {}
    end = span(Anchor("vervalt"), moments)
    before: tuple[str, Moment] | None = None
    for path, node, moment in found:
        at = span(moment, moments)
        name = str(path[1])
        if at and end and at.after(end):
            message = f"de fase {shown(name)} ({_text(node)}) komt na `vervalt`"
            yield problem_at(file, node.place, path, message, "Kies een dag op of voor `vervalt`, zoals `uiterlijk`.")
        elif before and _precedes(moment, before[1], moments):
            message = f"de fase {shown(name)} ({_text(node)}) komt voor de fase {shown(before[0])}"
            hint = "Zet de fasen in de volgorde waarin zij komen, of kies een latere dag."
            yield problem_at(file, node.place, path, message, hint)
        before = name, moment


def _precedes(one: Moment, other: Moment, moments: dict[str, Moment]) -> bool:
    """True when `one` certainly comes before the other; how many days open days take is the same for both."""
    if isinstance(one, Offset) and isinstance(other, Offset) and (one.unit, one.anchor) == (other.unit, other.anchor):
        return one.amount < other.amount
    first, second = span(one, moments), span(other, moments)
    return first is not None and second is not None and second.after(first)


def _taken_names(tree: Block, file: str) -> Iterator[Problem]:
    steps, phases = tree.get("stappen"), tree.get("fasen")
    if not isinstance(steps, Block) or not isinstance(phases, Block):
        return
    made = {f"{PHASE}-{entry.key.text}{end}" for entry in phases.entries for end in ("", f"-{PHASE_LATE}")}
    for entry in steps.entries:
        if entry.key.text in made:
            message = f"de stap {shown(entry.key.text)} maakt het programma zelf, uit `fasen`"
            yield problem_at(
                file, entry.key.place, ("stappen", entry.key.text), message, "Geef deze stap een andere naam."
            )


def _no_mail(tree: Block, file: str, known: Known) -> Iterator[Problem]:
    try:
        refuse_unknown_template(PHASE, known)
    except PydanticCustomError as error:
        entry = tree.entry("fasen")
        place = entry.key.place if entry else tree.place
        hint = (
            f"Maak mail_templates/{PHASE}.md. Met `init` krijgt een nieuwe werkmap dit bestand: neem het daaruit over."
        )
        yield problem_at(file, place, ("fasen",), str((error.context or {})["message"]), hint)


def _first(tree: Block, file: str) -> Iterator[Problem]:
    """A party without a document has no date to count from yet."""
    node = tree.get("eerste")
    moment = moment_of(node)
    anchor = anchor_of(moment) if moment else None
    if node is not None and anchor is not None and anchor not in YEAR_ENDS:
        message = f"{shown(_text(node))} kan niet bij `eerste`: er is nog geen document"
        yield problem_at(file, node.place, ("eerste",), message, "Schrijf een vaste dag, bijvoorbeeld `1 februari`.")


def _text(node: Node) -> str:
    return node.text if isinstance(node, Text) else ""
