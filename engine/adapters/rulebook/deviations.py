"""`afwijkingen`: the dates of a rule as they are in one schooljaar, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.adapters.rulebook.checks import check_dates, validity
from engine.adapters.rulebook.model import Dates, Deviation, When
from engine.adapters.rulebook.nodes import Block, Entry, Items, Node, Path, Place, dotted, shown
from engine.adapters.rulebook.phases import check_phase_order
from engine.adapters.rulebook.values import meant
from engine.adapters.rulebook.written import DATES, problem_at, written_rounds
from engine.core.dutch import listed
from engine.core.problem import Problem
from engine.core.rule import Round
from engine.core.schooljaar import Schooljaar

AT: Path = ("afwijkingen",)
# The dates of a round that a task tells the reason of, called alike.
TOLD = ("peildatum", "opens", "due")


def check_deviations(tree: Block, file: str) -> Iterator[Problem]:
    """Years that are none, rounds that are not there, and all that is wrong with the dates once they are put in."""
    years = tree.get("afwijkingen")
    if not isinstance(years, Block):
        return
    when = tree.get("wanneer")
    if not isinstance(when, Block):
        if when is None and (entry := tree.entry("afwijkingen")):
            hint = "Voeg eerst een regel toe met `wanneer:`, of haal `afwijkingen` weg."
            yield problem_at(file, entry.key.place, AT, "er is geen `wanneer` om van af te wijken", hint)
        return
    usual = {_what(one) for one in _dates_and_phases(tree, file)}
    for entry in years.entries:
        year, path = entry.key.text, (*AT, entry.key.text)
        if _looks_like_a_year(year) and _schooljaar(year) is None:
            hint = "Een schooljaar loopt van augustus tot en met juli. Schrijf het als 2026-2027."
            yield problem_at(file, entry.key.place, path, f"{shown(year)} is geen schooljaar", hint)
        if isinstance(entry.value, Block):
            yield from _unknown_rounds(entry.value, when, path, file)
            for one in _dates_and_phases(in_year(tree, when, entry.value), file):
                if _what(one) not in usual:
                    yield _of_year(one, entry, path)


def notes_on_deviations(tree: Block, file: str) -> Iterator[Problem]:
    """Schooljaren in which the rule does not hold, so that what stands there says nothing."""
    years, holds = tree.get("afwijkingen"), validity(tree)
    if not isinstance(years, Block) or holds is None:
        return
    first, last = holds
    for entry in years.entries:
        year = _schooljaar(entry.key.text)
        if year is None or ((first is None or first <= year) and (last is None or year <= last)):
            continue
        there = [f"`geldig_vanaf: {first}`"] if first else []
        there += [f"`geldig_tot: {last}`"] if last else []
        message = f"in {year} geldt deze regel niet, door {listed(there)}"
        place = entry.key.place
        hint = "Deze afwijking doet dus niets. Haal haar weg, of kies een ander schooljaar."
        yield Problem(file, place.line, place.column, dotted((*AT, entry.key.text)), message, hint, "note")


def deviating(usual: Sequence[Round], there: Sequence[Round]) -> tuple[Round, ...]:
    """The rounds of a schooljaar with the names of the dates that are other ones than usual."""
    return tuple(
        replace(one, deviates=tuple(name for name in TOLD if getattr(one, name) != getattr(before, name)))
        for before, one in zip(usual, there, strict=True)
    )


def when_in_year(usual: When, own: Deviation) -> When:
    """The dates of a schooljaar: its own, and for the rest the usual ones."""
    rounds = None
    if usual.rondes is not None:
        theirs = own.rondes or {}
        rounds = {name: _put_in(dates, theirs.get(name, Dates())) for name, dates in usual.rondes.items()}
    return When.model_construct(**{name: getattr(own, name) or getattr(usual, name) for name in DATES}, rondes=rounds)


def in_year(tree: Block, when: Block, own: Block) -> Block:
    """The tree of a rule with its dates as they are in a schooljaar."""
    merged = _merged(when, own)
    rounds, theirs = when.get("rondes"), own.get("rondes")
    if isinstance(rounds, Block) and isinstance(theirs, Block):
        merged = _with(merged, "rondes", _rounds(rounds, theirs))
    return _with(tree, "wanneer", merged)


def _dates_and_phases(tree: Block, file: str) -> Iterator[Problem]:
    yield from check_dates(tree, file)
    yield from check_phase_order(tree, written_rounds(tree), file)


def _put_in(usual: Dates, own: Dates) -> Dates:
    return Dates.model_construct(**{name: getattr(own, name) or getattr(usual, name) for name in DATES})


def _merged(usual: Block, own: Block) -> Block:
    """A block of dates with some of them replaced."""
    theirs = [entry for entry in own.entries if entry.key.text in DATES]
    names = {entry.key.text for entry in theirs}
    return Block((*(entry for entry in usual.entries if entry.key.text not in names), *theirs), usual.place)


def _rounds(usual: Block, own: Block) -> Block:
    entries = []
    for entry in usual.entries:
        there = own.get(entry.key.text)
        both = isinstance(entry.value, Block) and isinstance(there, Block)
        entries.append(Entry(entry.key, _merged(entry.value, there)) if both else entry)  # type: ignore[arg-type]
    return Block(tuple(entries), usual.place)


def _with(block: Block, name: str, value: Node) -> Block:
    return Block(tuple(Entry(one.key, value) if one.key.text == name else one for one in block.entries), block.place)


def _unknown_rounds(own: Block, when: Block, path: Path, file: str) -> Iterator[Problem]:
    entry, usual = own.entry("rondes"), when.get("rondes")
    if entry is None or not isinstance(entry.value, Block):
        return
    if usual is None:
        hint = "Zet de datums direct onder het schooljaar."
        yield problem_at(file, entry.key.place, (*path, "rondes"), "deze regel heeft geen rondes", hint)
    names = [one.key.text for one in usual.entries] if isinstance(usual, Block) else []
    for one in entry.value.entries:
        if names and one.key.text not in names:
            message = f"de ronde {shown(one.key.text)} staat niet bij `wanneer`{meant(one.key.text, names)}"
            where = (*path, "rondes", one.key.text)
            yield problem_at(file, one.key.place, where, message, f"Kies uit {listed(names, 'of')}.")


def _of_year(problem: Problem, entry: Entry, path: Path) -> Problem:
    """A problem that only this schooljaar brings: at its own date, else at the schooljaar."""
    place = Place(problem.line, problem.column)
    if place not in set(_places(entry.value)):
        place = entry.key.place
    _, dot, rest = problem.field.partition(".")
    field = dotted(path) + (dot + rest if problem.field.startswith("wanneer.") else "")
    message = f"{problem.message} (in {entry.key.text})"
    return replace(problem, line=place.line, column=place.column, field=field, message=message)


def _places(node: Node) -> Iterator[Place]:
    yield node.place
    if isinstance(node, Block):
        for entry in node.entries:
            yield entry.key.place
            yield from _places(entry.value)
    elif isinstance(node, Items):
        for item in node.items:
            yield from _places(item)


def _what(problem: Problem) -> tuple[int, int, str]:
    return problem.line, problem.column, problem.message


def _looks_like_a_year(text: str) -> bool:
    first, _, last = text.partition("-")
    return len(first) == len(last) == 4 and (first + last).isascii() and (first + last).isdigit()


def _schooljaar(text: str) -> Schooljaar | None:
    try:
        return Schooljaar.parse(text)
    except ValueError:
        return None
