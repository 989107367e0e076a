"""How the dates of one schooljaar differ from those of the one before, round by round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from engine.core.dating import months_on
from engine.core.dutch import counted, listed
from engine.core.planning import is_valid
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.span import Span
from engine.core.wall_chart import entry_days
from engine.core.yearplan import Entry, Lane, YearPlan


@dataclass(frozen=True, slots=True)
class Shift:
    """A round in both schooljaren, in Dutch; `was` or `becomes` is empty where it is not there.

    `said` tells what is different: `begint 3 dagen later`; `same` where the days of the year are the same.
    """

    title: str
    round: str
    was: str
    becomes: str
    said: str
    same: bool


def shifts(before: YearPlan, after: YearPlan, rules: Iterable[Rule] = ()) -> tuple[Shift, ...]:
    """Every round of both, in the order of the jaarplanning; what has no dates is left out.

    `rules` tell why one is new or lapses, and where another version of its rule holds.
    """
    why = _of_rules(rules, before.schooljaar, after.schooljaar)
    old = {lane.rule: lane for lane in before.lanes}
    new = {lane.rule: lane for lane in after.lanes}
    found: list[Shift] = []
    for rule in [*new, *(rule for rule in old if rule not in new)]:
        found += (_with_reason(shift, why.get(rule, "")) for shift in _of_lane(old.get(rule), new.get(rule)))
    return tuple(found)


def _of_rules(rules: Iterable[Rule], before: Schooljaar, after: Schooljaar) -> dict[str, str]:
    """What becomes of rules by their `geldig_vanaf` and `geldig_tot`, by id."""
    versions: dict[str, list[Rule]] = {}
    for rule in rules:
        versions.setdefault(rule.id, []).append(rule)
    told = {}
    for name, found in versions.items():
        old, new = (next((one for one in found if is_valid(one, year)), None) for year in (before, after))
        if old is None and new is not None and new.valid_from is not None:
            told[name] = f"de regel geldt vanaf {new.valid_from}"
        elif new is None and old is not None and old.valid_to is not None:
            told[name] = f"de regel geldt tot en met {old.valid_to}"
        elif old is not None and new is not None and old.file != new.file:
            told[name] = f"hier geldt een andere versie van de regel, vanaf {new.valid_from or after}"
    return told


def _with_reason(shift: Shift, why: str) -> Shift:
    if not why:
        return shift
    return replace(shift, said=f"{shift.said}: {why}" if shift.said else why, same=False)


def _of_lane(old: Lane | None, new: Lane | None) -> Iterator[Shift]:
    lane = new or old
    if lane is None:
        return
    if lane.kind == "document":
        counts = [sum(count for _, count in one.ends) if one is not None else 0 for one in (old, new)]
        was, becomes = (f"{counted(count, 'document vervalt', 'documenten vervallen')}" for count in counts)
        yield Shift(lane.title, "", was if old else "", becomes if new else "", "", counts[0] == counts[1])
        return
    ours = {entry.round: entry for entry in new.entries} if new is not None else {}
    theirs = {entry.round: entry for entry in old.entries} if old is not None else {}
    for name in [*ours, *(name for name in theirs if name not in ours)]:
        yield _of_round(lane.title, theirs.get(name), ours.get(name))


def _of_round(title: str, old: Entry | None, new: Entry | None) -> Shift:
    entry = new or old
    assert entry is not None  # noqa: S101  # it is in one of the two
    was, becomes = (_days(one) if one is not None else "" for one in (old, new))
    if old is None or new is None:
        return Shift(title, entry.round, was, becomes, "is nieuw" if old is None else "vervalt", same=False)
    said = [
        text
        for word, one, other in (
            ("peildatum", old.peildatum, new.peildatum),
            ("begint", old.first or old.opens, new.first or new.opens),
            ("eindigt", old.due, new.due),
        )
        if one is not None and other is not None and (text := _moved(word, one, other))
    ]
    return Shift(title, entry.round, was, becomes, listed(said) or "zelfde dagen", same=not said)


def _days(entry: Entry) -> str:
    """`peildatum 1 dec; 24 nov t/m 11 dec`."""
    peildatum = [f"peildatum {entry.peildatum.short}"] if entry.peildatum is not None else []
    return "; ".join([*peildatum, ", ".join(entry_days(entry))])


def _moved(word: str, old: Span, new: Span) -> str:
    """`begint 3 dagen later`; where it did not move by as much for all, that the days are others."""
    first, last = ((new_day - months_on(old_day, 12)).days for old_day, new_day in _ends(old, new))
    if first != last:
        return f"{word} op andere dagen"
    return f"{word} {counted(abs(last), 'dag', 'dagen')} {'later' if last > 0 else 'eerder'}" if last else ""


def _ends(old: Span, new: Span) -> tuple[tuple[date, date], tuple[date, date]]:
    return (old.first, new.first), (old.last, new.last)
