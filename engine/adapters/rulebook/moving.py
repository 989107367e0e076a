"""A round that moves in one schooljaar: its new dates are written into the text of the rule file as `afwijkingen`.

What is there already keeps its comments and layout; read again, the rule must be the same but for these dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from engine.adapters.rulebook.nodes import Block, Node, Path, Text, read_yaml
from engine.adapters.rulebook.toml_nodes import read_toml
from engine.core.moment import Moment, parse_moment
from engine.core.rule import Round, Rule
from engine.core.schooljaar import Schooljaar

KEY = "afwijkingen"
# A date as the rule language calls it -> as a round does.
ATTRIBUTES = {"peildatum": "peildatum", "opent": "opens", "uiterlijk": "due", "van": "first", "tot": "last"}
TOML_HEADER = re.compile(rf"\s*\[\s*[\"']?{KEY}[\"']?\s*[.\]]")

# Dates by name; below `rondes` those of a round.
Dates = dict[str, "str | Dates"]


def with_moved_round(file: str, text: str, year: Schooljaar, round_: str | None, dates: Mapping[str, str]) -> str:
    """The text of a rule file in which a round has these dates in that schooljaar; `dates` by their key.

    The result must be read and held against `is_moved`: a file may be laid out in a way that this does not know.
    """
    tree, _ = (read_toml if file.endswith(".toml") else read_yaml)(text, file)
    if tree is None:
        return text
    own: Path = (str(year), *(("rondes", round_) if round_ else ()))
    if not file.endswith(".toml") and (changed := _in_place(text, tree, own, dates)) is not None:
        return changed
    there = tree.get(KEY)
    known = _plain(there) if isinstance(there, Block) else {}
    _put(known, own, dates)
    if file.endswith(".toml"):
        return _at_the_end(*_without_tables(text), "\n\n".join(_tables((KEY,), known)))
    begin = tree.entry(KEY)
    return _at_the_end(*_without_block(text, begin.key.place.line if begin else None), "\n".join(_block(known)))


def is_moved(before: Rule, after: Rule, year: Schooljaar, round_: str | None, dates: Mapping[str, str]) -> bool:
    """True when the rule is the same but for these dates of that round in that schooljaar."""
    if replace(before, deviations=()) != replace(after, deviations=()):
        return False
    years = {one for one, _ in (*before.deviations, *after.deviations)} - {year}
    if any(before.rounds_in(one) != after.rounds_in(one) for one in years):
        return False
    pairs = zip(before.rounds_in(year), after.rounds_in(year), strict=True)
    return all(_is_moved(was, now, dates if was.name == round_ else {}) for was, now in pairs)


def _is_moved(was: Round, now: Round, dates: Mapping[str, str]) -> bool:
    wanted: dict[str, Moment] = {ATTRIBUTES[key]: parse_moment(text) for key, text in dates.items()}
    for first, stands_for in (("first", "opens"), ("last", "due")):
        # In a period van and tot are what opens and ends it.
        if first in wanted and getattr(was, stands_for) == getattr(was, first):
            wanted.setdefault(stands_for, wanted[first])
    if was.peildatum == was.opens == was.due and "peildatum" in wanted:
        wanted |= {"opens": wanted["peildatum"], "due": wanted["peildatum"]}
    return replace(was, deviates=()) == replace(now, deviates=()) if not wanted else _but(was, now, wanted)


def _but(was: Round, now: Round, wanted: Mapping[str, Moment]) -> bool:
    names = ("peildatum", "opens", "due", "first", "last")
    return all(getattr(now, name) == wanted.get(name, getattr(was, name)) for name in names)


def _in_place(text: str, tree: Block, own: Path, dates: Mapping[str, str]) -> str | None:
    """The text with values replaced where they stand; None where not all of them are there, on one line each."""
    lines = text.split("\n")
    places: list[tuple[int, int, str, str]] = []
    for key, new in dates.items():
        node = _at(tree, (KEY, *own, key))
        if not isinstance(node, Text):
            return None
        line, column = node.place.line - 1, node.place.column - 1
        rest = lines[line][column:]
        old = next((one for one in (node.text, f'"{node.text}"', f"'{node.text}'") if rest.startswith(one)), None)
        if old is None:
            return None
        places.append((line, column, old, new))
    for line, column, old, new in sorted(places, reverse=True):
        lines[line] = lines[line][:column] + new + lines[line][column + len(old) :]
    return "\n".join(lines)


def _at(node: Node | None, path: Path) -> Node | None:
    for part in path:
        node = node.get(str(part)) if isinstance(node, Block) else None
    return node


def _plain(block: Block) -> Dates:
    found: Dates = {}
    for entry in block.entries:
        if isinstance(entry.value, Block):
            found[entry.key.text] = _plain(entry.value)
        elif isinstance(entry.value, Text):
            found[entry.key.text] = entry.value.text
    return found


def _put(known: Dates, own: Path, dates: Mapping[str, str]) -> None:
    here = known
    for part in own:
        below = here.setdefault(str(part), {})
        if isinstance(below, str):
            return
        here = below
    here.update(dates)


def _without_block(text: str, begin: int | None) -> tuple[list[str], list[str]]:
    """The lines without the block that begins on that line, and the comments that stood in it."""
    lines = text.rstrip("\n").split("\n")
    if begin is None:
        return lines, []
    end = begin
    while end < len(lines) and (not lines[end].strip() or lines[end][0] in " #\t"):
        end += 1
    # What stands right above the next key belongs to that.
    while end > begin and not lines[end - 1].startswith((" ", "\t")):
        end -= 1
    return lines[: begin - 1] + lines[end:], _comments(lines[begin - 1 : end])


def _without_tables(text: str) -> tuple[list[str], list[str]]:
    """The lines without the tables of `afwijkingen`, and the comments that stood in them."""
    kept: list[str] = []
    comments: list[str] = []
    inside = False
    for line in text.rstrip("\n").split("\n"):
        if line.lstrip().startswith("["):
            inside = TOML_HEADER.match(line) is not None
        if not inside:
            kept.append(line)
        else:
            comments += _comments([line])
    return kept, comments


def _comments(lines: Sequence[str]) -> list[str]:
    """The comments of lines that hold dates and names alone, in which no `#` has another meaning."""
    return [line[line.index("#") :].rstrip() for line in lines if "#" in line]


def _at_the_end(lines: list[str], comments: list[str], block: str) -> str:
    while lines and not lines[-1].strip():
        lines.pop()
    return "\n".join([*lines, "", *comments, block]) + "\n"


def _block(known: Dates) -> Iterator[str]:
    yield f"{KEY}:"
    for year, there in sorted(known.items()):
        yield f"  {year}:"
        assert not isinstance(there, str)  # noqa: S101  # the rule was read without problems
        yield from (f"    {key}: {value}" for key, value in there.items() if isinstance(value, str))
        rounds = there.get("rondes")
        if isinstance(rounds, dict):
            yield "    rondes:"
            for name, dates in rounds.items():
                if isinstance(dates, dict):
                    yield f"      {name}: {{{', '.join(f'{key}: {value}' for key, value in dates.items())}}}"


def _tables(path: tuple[str, ...], known: Dates) -> Iterator[str]:
    own = [f'{key} = "{value}"' for key, value in known.items() if isinstance(value, str)]
    if own:
        yield "\n".join([f"[{'.'.join(path)}]", *own])
    for key, value in sorted((key, value) for key, value in known.items() if isinstance(value, dict)):
        yield from _tables((*path, key), value)
