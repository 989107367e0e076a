"""What a task uses of other rules: their newest opened round, how much of it is in, and since when all of it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from engine.core.dutch import listed, long_date, some
from engine.core.localtime import local_date
from engine.core.party import SWV, Register
from engine.core.round_names import in_round
from engine.core.states import TaskMove, TaskState

# Where an answer, or that none is needed, is final; and where there is one at all.
CLOSED: tuple[TaskState, ...] = ("done", "waived")
ANSWERED: tuple[TaskState, ...] = ("submitted", *CLOSED)
# Of more names the first say enough.
MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Input:
    """A task that another one uses. `closed` is the day on which it was done or waived, None while it is not."""

    key: str
    rule: str
    round: str | None
    party: str
    title: str
    state: TaskState
    opens: date
    due: date
    closed: date | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """A round of a rule that a task uses: the newest that has opened, else the first to open.

    `inputs` are its tasks as far as they concern the task's own party, by key; there is at least one.
    """

    rule: str
    title: str
    schooljaar: str
    round: str | None
    opens: date
    opened: bool
    inputs: tuple[Input, ...]

    @property
    def missing(self) -> tuple[Input, ...]:
        """What is not in yet."""
        return tuple(one for one in self.inputs if one.state not in CLOSED)

    @property
    def complete(self) -> date | None:
        """The day since which all of it is in; None while something is missing."""
        if not self.opened or self.missing:
            return None
        return max(one.closed or one.due for one in self.inputs)

    @property
    def told(self) -> str:
        """How far it is: `11 van de 12 zijn binnen`, `10 van de 12 zijn binnen, 1 komt niet`."""
        count, missing = len(self.inputs), len(self.missing)
        waived = sum(one.state == "waived" for one in self.inputs)
        if not self.opened and missing:
            return f"opent op {long_date(self.opens)}"
        if count == 1:
            closed = self.inputs[0].closed
            if missing:
                return "nog niet binnen" if self.inputs[0].state != "submitted" else "binnen, nog niet nagekeken"
            if closed is None:
                return "komt niet" if waived else "binnen"
            return f"{'n.v.t.' if waived else 'binnen'} sinds {long_date(closed)}"
        if not missing and not waived:
            return f"alle {count} zijn binnen"
        there = count - missing - waived
        told = f"{there} van de {count} {'is' if there == 1 else 'zijn'} binnen"
        return f"{told}, {waived} {'komt' if waived == 1 else 'komen'} niet" if waived else told

    @property
    def path(self) -> str:
        """The address of the round on the pages, from the second slash on."""
        return "/".join(("uitvragen", self.rule, self.schooljaar, *((self.round,) if self.round else ())))


@dataclass(frozen=True, slots=True)
class Happened:
    """A move of a task that another one uses; `at` is UTC."""

    task: str
    move: TaskMove
    before: TaskState
    after: TaskState
    at: datetime
    by: str
    party: str


def concerned(party: str, register: Register) -> frozenset[str] | None:
    """The parties whose tasks a task of this party may use; None for all of them.

    A bestuur's own and its schools'; a school's own and its bestuur's; those of the SWV for both. These are also the
    parties of which a task may use one of this party.
    """
    if party == SWV:
        return None
    own = register.parties.get(party)
    return frozenset(
        {party, SWV, *register.ever_of(party), *((own.bestuur,) if own is not None and own.bestuur else ())}
    )


@dataclass(frozen=True, slots=True)
class Rounds:
    """A rule's rounds in a schooljaar as those see them that use it: when each opens, and its tasks.

    `opens` holds for all parties, also where the tasks are those of some only; what is cancelled is in neither.
    """

    rule: str
    schooljaar: str
    opens: Mapping[str | None, date]
    _of: dict[str | None, dict[str, list[Input]]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls, rule: str, schooljaar: str, tasks: Iterable[Input], opens: Mapping[str | None, date] | None = None
    ) -> Rounds:
        """The rounds of these tasks; without `opens` they are all there are."""
        standing = sorted((one for one in tasks if one.state != "cancelled"), key=lambda one: one.key)
        days: dict[str | None, date] = {}
        found: dict[str | None, dict[str, list[Input]]] = {}
        for one in standing:
            days[one.round] = min(one.opens, days.get(one.round, one.opens))
            found.setdefault(one.round, {}).setdefault(one.party, []).append(one)
        return cls(rule, schooljaar, days if opens is None else opens, found)

    def newest(self, parties: frozenset[str] | None, until: date, today: date) -> Used | None:
        """What a task that ends on `until` uses of these, of `parties` or all; None where that is nothing.

        A round that opens after the task ended feeds it only where there is no earlier one.
        """
        opens = self.opens
        if not opens:
            return None
        opened = [name for name, day in opens.items() if day <= today]
        in_time = [name for name in opened if opens[name] <= until]
        newest = max(in_time or opened, key=lambda name: opens[name], default=None)
        if not opened:
            newest = min(opens, key=lambda name: opens[name])
        there = self._of.get(newest, {})
        own = [one for party in (there if parties is None else parties & there.keys()) for one in there[party]]
        if not own:
            return None
        own.sort(key=lambda one: one.key)
        return Used(self.rule, own[0].title, self.schooljaar, newest, opens[newest], bool(opened), tuple(own))


def complete_on(used: Sequence[Used]) -> date | None:
    """The day since which all of it is in; None while something is missing, and where nothing is used."""
    days = [one.complete for one in used]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def is_change(one: Happened) -> bool:
    """True for what makes an answer another one: given, changed, given back, opened again, taken back."""
    return one.move == "revise" or (one.before in ANSWERED) != (one.after in ANSWERED)


def change_told(happened: Sequence[Happened]) -> str:
    """What became of an answer, given its changes, oldest first; empty where in the end it is as it was."""
    changes = [one for one in happened if is_change(one)]
    if not changes:
        return ""
    last, day = changes[-1], long_date(local_date(changes[-1].at))
    given = any(one.move in ("revise", "submit", "accept", "waive", "took-place") for one in changes)
    if last.after not in ANSWERED:
        return f"de vraag staat weer open, sinds {day}" if changes[0].before in ANSWERED else ""
    if not given:
        return ""
    if last.after == "waived":
        return f"n.v.t. sinds {day}"
    unseen = ", nog niet nagekeken" if happened[-1].after == "submitted" else ""
    return f"{'gewijzigd' if changes[0].before in ANSWERED else 'nieuw antwoord'} op {day}{unseen}"


def used_told(used: Iterable[Used], register: Register) -> Iterator[str]:
    """A line for each round that is used: how far it is, and whose answers are missing."""
    for one in used:
        line = f"{in_round(one.title, one.round)}: {one.told}."
        if one.opened and one.missing and len(one.inputs) > 1:
            names = [name_of(each.party, register) for each in one.missing]
            line += f" Nog niet binnen: {listed(some(names, MOST_NAMES))}."
        yield line


def name_of(party: str, register: Register) -> str:
    """A party's name, else its code."""
    known = register.parties.get(party)
    return known.name if known is not None else party
