"""A difference as people read it: a row for each round that changes, with the dates that move and who loses what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.core.dutch import counted, listed, long_date, some
from engine.core.party import Party
from engine.core.planning import Change, ChangeKind
from engine.core.round_names import in_round
from engine.core.span import Span
from engine.core.states import OPEN_STATES
from engine.core.task import PlannedTask, StoredTask
from engine.core.telling import step_label

CHANGES: dict[ChangeKind, str] = {
    "new": "nieuw",
    "move": "verplaatst",
    "text": "met andere tekst",
    "lapse": "vervalt",
    "same": "gelijk",
}
SAVED: dict[ChangeKind, str] = {
    "new": "nieuw",
    "move": "verplaatst",
    "text": "met andere tekst",
    "lapse": "vervallen",
}
STAYS = "loopt nog, stop hem zelf", "lopen nog, stop die zelf"
MOST_NAMES = 5
NO_DATE = "nog geen datum"


@dataclass(frozen=True, slots=True)
class Moved:
    """A date that moves in so many tasks; `label` is `uiterlijk`, `stap te laat` or `fase MR-advies`.

    `was` and `becomes` are dates in Dutch or `nog geen datum`, and empty where there is no such date.
    """

    label: str
    was: str
    becomes: str
    tasks: int

    def __str__(self) -> str:
        """`uiterlijk was …, wordt … (3 taken)`."""
        if self.was and self.becomes:
            how = f"was {self.was}, wordt {self.becomes}"
        else:
            how = f"komt erbij: {self.becomes}" if self.becomes else f"vervalt (was {self.was})"
        return f"{self.label} {how} ({counted(self.tasks, 'taak', 'taken')})"


@dataclass(frozen=True, slots=True)
class Lapsed:
    """Who loses a task for one reason, by name; the reason may be empty."""

    names: tuple[str, ...]
    why: str

    def __str__(self) -> str:
        """`De Linde en De Eik: de regel …`."""
        return listed(some(self.names, MOST_NAMES)) + (f": {self.why}" if self.why else "")


@dataclass(frozen=True, slots=True)
class Running:
    """A task that is no longer asked and runs already: only a person stops it. `name` is that of its party.

    `title` is what is asked, with its round. `why` may be empty; `ended`: its party is not active any more;
    `answered`: the bureau still has to look at the answer, so it is not stopped with the others.
    """

    key: str
    name: str
    title: str = ""
    why: str = ""
    ended: bool = False
    answered: bool = False


@dataclass(frozen=True, slots=True)
class SchoolMove:
    """A school that went from one bestuur to another, all by name, with how many of its tasks go along."""

    school: str
    was: str
    becomes: str
    tasks: int

    def __str__(self) -> str:
        """`De Haven gaat van Stichting A naar Stichting B: 3 taken gaan mee.`"""
        along = f"{counted(self.tasks, 'taak gaat', 'taken gaan')} mee" if self.tasks else "er staan geen taken open"
        return f"{self.school} gaat van {self.was} naar {self.becomes}: {along}."


@dataclass(frozen=True, slots=True)
class Stopping:
    """Running tasks that are stopped together: those of one party that ended, or all with the same reason."""

    name: str
    why: str
    tasks: tuple[Running, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The tasks that are stopped."""
        return tuple(one.key for one in self.tasks if not one.answered)


@dataclass(frozen=True, slots=True)
class RoundChange:
    """What changes in one round of a rule; `round` is empty where there are no rounds.

    `counts` tells how many tasks of each kind, in Dutch; `opens` and `due` are those of all its tasks.
    """

    schooljaar: str
    rule: str
    title: str
    round: str
    counts: tuple[str, ...]
    opens: Span
    due: Span
    moves: tuple[Moved, ...]
    lapses: tuple[Lapsed, ...]
    running: tuple[Running, ...]

    @property
    def name(self) -> str:
        """`thuiszitters, ronde maart`."""
        return in_round(self.rule, self.round)

    @property
    def savable(self) -> bool:
        """False where all that changes are tasks that only a person stops."""
        return len(self.counts) > (1 if self.running else 0)


@dataclass(frozen=True, slots=True)
class Silent:
    """A round of which tasks begin to run without mail by itself: too late (n.v.t.), or held until released.

    `days` are the `uiterlijk` of what is too late, the `opent` of what is held, one for each task.
    """

    rule: str
    title: str
    round: str
    schooljaar: str
    waived: bool
    days: tuple[date, ...]

    @property
    def name(self) -> str:
        """`thuiszitters, ronde maart`."""
        return in_round(self.rule, self.round)

    def told(self, today: date) -> str:
        """One Dutch sentence or two: what is the matter, and what happens to how many tasks."""
        span = Span.of(self.days)
        these = "deze taak" if len(self.days) == 1 else f"deze {len(self.days)} taken"
        if not self.waived:
            return f"had al open moeten gaan op {span}. De post van {these} wacht op vrijgave."
        why = "is voorbij" if max(self.days) < today else "ligt vóór de start"
        return f"uiterlijk {span} {why}. Voor {these} gaat niets uit (n.v.t.)."


def school_moves(
    moved: Mapping[str, str], changes: Iterable[Change], parties: Mapping[str, Party]
) -> tuple[SchoolMove, ...]:
    """The schools that moved, each with the tasks that it has and keeps; `moved` gives the bestuur that each had."""
    along = Counter(
        change.task.party
        for change in changes
        if change.stored is not None and change.kind != "lapse" and change.stored.state in OPEN_STATES
    )
    return tuple(
        SchoolMove(parties[one].name, _name(was, parties), _name(parties[one].bestuur, parties), along[one])
        for one, was in sorted(moved.items())
        if one in parties and parties[one].active and parties[one].bestuur != was
    )


def stopping(running: Iterable[Running]) -> tuple[Stopping, ...]:
    """What a person stops in one go: by party where that ended, else by the reason; `name` is then empty."""
    found: dict[tuple[str, str], list[Running]] = {}
    for one in running:
        found.setdefault((one.name if one.ended else "", one.why), []).append(one)
    return tuple(Stopping(name, why, tuple(tasks)) for (name, why), tasks in found.items())


def is_running(change: Change) -> bool:
    """True where the stored task was opened already, so that only a person stops it."""
    return change.stored is not None and change.stored.state != "planned"


def saved(changes: Sequence[Change]) -> list[str]:
    """What storing them does: `3 taken verplaatst`. A task that runs already does not lapse by itself."""
    counts = Counter(change.kind for change in changes if change.kind != "lapse" or not is_running(change))
    return [f"{counted(counts[kind], 'taak', 'taken')} {word}" for kind, word in SAVED.items() if counts[kind]]


def round_changes(changes: Sequence[Change], parties: Mapping[str, Party]) -> tuple[RoundChange, ...]:
    """The rounds that change: by schooljaar and rule, and in each the first to open first."""
    groups: dict[tuple[str, str, str], list[Change]] = {}
    for change in changes:
        task = change.task
        groups.setdefault((task.schooljaar, task.rule, task.round or ""), []).append(change)
    rows = [
        _round_change(name, group, parties)
        for name, group in groups.items()
        if any(change.kind != "same" for change in group)
    ]
    return tuple(sorted(rows, key=lambda row: (row.schooljaar, row.rule, row.opens.first)))


def silent_rounds(tasks: Iterable[StoredTask]) -> tuple[Silent, ...]:
    """Of which tasks no mail goes out by itself, by round: first what is waived, then what is held."""
    found: dict[tuple[bool, str, str, str], list[tuple[str, date]]] = {}
    for task in tasks:
        plan = task.plan
        if task.state == "waived" or task.held:
            waived = task.state == "waived"
            name = (waived, plan.rule, plan.round or "", plan.schooljaar)
            found.setdefault(name, []).append((plan.title, plan.due if waived else plan.opens))
    rows = (
        Silent(rule, group[0][0], round_, year, waived, tuple(day for _, day in group))
        for (waived, rule, round_, year), group in found.items()
    )
    return tuple(sorted(rows, key=lambda row: not row.waived))


def _round_change(name: tuple[str, str, str], group: Sequence[Change], parties: Mapping[str, Party]) -> RoundChange:
    year, rule, round_ = name
    tasks = [change.task for change in group]
    running = [change for change in group if change.kind == "lapse" and is_running(change)]
    return RoundChange(
        schooljaar=year,
        rule=rule,
        title=tasks[-1].title,
        round=round_,
        counts=tuple(_counts(group, len(running))),
        opens=Span.of(task.opens for task in tasks),
        due=Span.of(task.due for task in tasks),
        moves=tuple(_moves(group)),
        lapses=tuple(_lapses(group, parties)),
        running=tuple(_running(change, parties) for change in running),
    )


def _running(change: Change, parties: Mapping[str, Party]) -> Running:
    party = parties.get(change.task.party)
    ended = party is None or not party.active
    plan = change.task
    title = in_round(plan.title, plan.round)
    answered = change.stored is not None and change.stored.state == "submitted"
    return Running(plan.key, _name(plan.party, parties), title, change.why, ended, answered)


def _counts(group: Sequence[Change], running: int) -> Iterator[str]:
    counts = Counter(change.kind for change in group)
    counts["lapse"] -= running
    yield from (f"{counts[kind]} {word}" for kind, word in CHANGES.items() if counts[kind])
    if running:
        yield counted(running, *STAYS)


def _moves(group: Sequence[Change]) -> Iterator[Moved]:
    """Each date that moves, once for all tasks with the same move."""
    found: Counter[tuple[str, str, str]] = Counter()
    for change in group:
        if change.kind == "move" and change.stored is not None:
            was, becomes = _dates(change.stored.plan), _dates(change.task)
            for label in [*was, *(label for label in becomes if label not in was)]:
                if was.get(label) != becomes.get(label):
                    found[label, was.get(label, ""), becomes.get(label, "")] += 1
    for (label, old, new), number in found.items():
        yield Moved(label, old, new, number)


def _lapses(group: Sequence[Change], parties: Mapping[str, Party]) -> Iterator[Lapsed]:
    """Who loses the task, once for all with the same reason; not whose task runs, for that one stays."""
    found: dict[str, list[str]] = {}
    for change in group:
        if change.kind == "lapse" and not is_running(change):
            found.setdefault(change.why, []).append(_name(change.task.party, parties))
    for why, names in found.items():
        yield Lapsed(tuple(names), why)


def _name(party: str, parties: Mapping[str, Party]) -> str:
    found = parties.get(party)
    return found.name if found is not None else party


def _dates(task: PlannedTask) -> dict[str, str]:
    named = {"peildatum": task.peildatum, "opent": task.opens, "uiterlijk": task.due, "vervalt": task.expires}
    dates = {label: long_date(day) for label, day in named.items() if day is not None}
    steps = {step_label(step.name): long_date(step.date) if step.date else NO_DATE for step in task.steps}
    return dates | steps
