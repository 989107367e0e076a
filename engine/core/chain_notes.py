"""Where one rule begins, or ends, before that is in which it uses of another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.core.chain import Input, Rounds, concerned
from engine.core.dutch import listed, long_date, some
from engine.core.party import Party, Register
from engine.core.plan_notes import PlanNote
from engine.core.planning import expand, is_valid
from engine.core.ports import Calendars
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.task import PlannedTask

MOST_NAMES = 3
HINT = "Laat deze regel later beginnen, of vraag het andere eerder. Het mag zo blijven."


@dataclass(frozen=True, slots=True)
class Clash:
    """A task that needs what another rule asks sooner than that is in: its parties, by name, and the two days.

    `period`: it is needed when a period begins, not on a last day.
    """

    rule: Rule
    used: Rule
    schooljaar: Schooljaar
    round: str | None
    parties: tuple[str, ...]
    starts: date
    due: date
    period: bool

    @property
    def begins(self) -> str:
        """What the rule does on that day: `begint`, or `is klaar`."""
        return "begint" if self.period else "is klaar"

    @property
    def text(self) -> str:
        """`Het gesprek begint op maandag 4 januari 2027, maar … is pas uiterlijk maandag 1 februari 2027 binnen`."""
        what = "Het gesprek" if self.rule.kind == "gesprek" else self.rule.title
        return (
            f"{what} {self.begins} op {long_date(self.starts)}, maar {self.used.title} is pas uiterlijk "
            f"{long_date(self.due)} binnen"
        )


def clashes(
    rules: Sequence[Rule],
    register: Register,
    calendars: Calendars,
    schooljaren: Collection[Schooljaar],
    scope: Collection[str] | None = None,
) -> tuple[Clash, ...]:
    """Every clash of the rules in the schooljaren, each once with all whom it concerns; in a `scope` of parties only.

    A gesprek and a period need it on their first open day; anything else on its last day.
    """
    found: list[Clash] = []
    for schooljaar in sorted(schooljaren):
        valid = {rule.id: rule for rule in rules if is_valid(rule, schooljaar) and rule.kind != "doorlopend"}
        for rule in valid.values():
            tasks = expand([rule], register, calendars, [schooljaar], {}) if rule.uses else ()
            for name in rule.uses:
                if name in valid:
                    used = valid[name]
                    inputs = [_input(one) for one in expand([used], register, calendars, [schooljaar], {})]
                    own = [task for task in tasks if scope is None or task.party in scope]
                    found += _of_pair(rule, used, schooljaar, own, inputs, register, calendars)
    return tuple(found)


def chain_notes(
    rules: Sequence[Rule], register: Register, calendars: Calendars, schooljaren: Collection[Schooljaar]
) -> tuple[PlanNote, ...]:
    """The clashes as notes, at `gebruikt` of the rule."""
    return tuple(as_note(one) for one in clashes(rules, register, calendars, schooljaren))


def as_note(clash: Clash) -> PlanNote:
    """One clash as a note."""
    when = f"{f'ronde {clash.round}, ' if clash.round else ''}{clash.schooljaar}"
    whom = listed(some(clash.parties, MOST_NAMES))
    return PlanNote(clash.rule.file, "gebruikt", None, f"{clash.text} ({when}, {whom})", HINT)


def _of_pair(
    rule: Rule,
    used: Rule,
    schooljaar: Schooljaar,
    tasks: Iterable[PlannedTask],
    inputs: Sequence[Input],
    register: Register,
    calendars: Calendars,
) -> Iterable[Clash]:
    together: dict[tuple[str | None, date, date, bool], list[str]] = {}
    rounds = Rounds.of(used.id, str(schooljaar), inputs)
    last = max((one.opens for one in inputs), default=date.max)
    for task in tasks:
        feeds = rounds.newest(concerned(task.party, register), task.due, last)
        if feeds is None:
            continue
        starts = calendars.of(task.party).first_open(task.begins) if task.begins is not None else task.due
        due = max(one.due for one in feeds.inputs)
        if due > starts:
            together.setdefault((task.round, starts, due, task.begins is not None), []).append(task.party)
    for (round_, starts, due, period), parties in together.items():
        yield Clash(rule, used, schooljaar, round_, _names(parties, register.parties), starts, due, period)


def _input(task: PlannedTask) -> Input:
    return Input(task.key, task.rule, task.round, task.party, task.title, "planned", task.opens, task.due)


def _names(parties: Iterable[str], known: Mapping[str, Party]) -> tuple[str, ...]:
    return tuple(known[one].name if one in known else one for one in parties)
