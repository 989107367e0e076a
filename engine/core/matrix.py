"""Schools against rounds: which rounds are columns, what a cell says, who stands first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from engine.core.dutch import MONTHS, told_apart
from engine.core.states import TaskState
from engine.core.status import LOOKS, Look, StatusName, rank, status_of

# A round is near from so long before it opens until so long after its last day.
SOON, JUST_ENDED = timedelta(days=28), timedelta(days=14)
# What still asks something of someone, now or later.
UNFINISHED: frozenset[StatusName] = frozenset(
    ("late", "today", "submitted", "open", "arranged", "planned", "concept", "paused")
)
# So many columns fit beside the names on one screen.
FITTING = 8


class RoundId(NamedTuple):
    """A rule's round in one schooljaar; `round` is empty where the rule has none."""

    rule: str
    schooljaar: str
    round: str

    @property
    def path(self) -> str:
        """The end of the address of its page."""
        return "/".join(part for part in self if part)

    @property
    def short(self) -> str:
        """`Thuiszitters december`: a name that fits above a column."""
        return f"{self.rule.replace('-', ' ').capitalize()} {self.round}".rstrip()

    def __str__(self) -> str:
        return ".".join(part for part in self if part)


class PartyLine(NamedTuple):
    """A party as a list shows it."""

    id: str
    kind: str
    name: str
    bestuur: str
    bestuur_name: str
    place: str
    gemeente: str


class TaskLine(NamedTuple):
    """A task as a cell needs it: dates are ISO text, `ended` the day on which it was answered or closed.

    `arranged` is the day of a gesprek's appointment, None where there is none or it is off. `extended`: its last day
    was granted to it alone.
    """

    key: str
    rule: str
    schooljaar: str
    round: str
    party: str
    kind: str
    title: str
    state: TaskState
    opens: str
    due: str
    expires: str | None
    asked: str
    suspended: str | None
    ended: str | None
    arranged: str | None = None
    extended: bool = False

    @property
    def round_id(self) -> RoundId:
        """The round that it belongs to."""
        return RoundId(self.rule, self.schooljaar, self.round)


class Cell(NamedTuple):
    """The status of a task with its day; `day` is as short as a column is narrow: `11 dec`."""

    key: str
    name: StatusName
    look: Look
    day: str


@dataclass(frozen=True, slots=True)
class Column:
    """A round with how far it is; the dates are the first `opens`, and the first and last `due` of its tasks.

    `own` are its own first and last last day, without the tasks that were granted another; those have `granted`, in
    order.
    `name` is its short name, with the schooljaar where another of these columns has the same.
    """

    id: RoundId
    title: str
    opens: date
    due: date
    counts: Mapping[StatusName, int]
    first_due: date
    name: str
    own: tuple[date, date]
    granted: tuple[date, ...] = ()

    @property
    def total(self) -> int:
        """How many tasks there are to do; n.v.t. does not count."""
        return _total(self.counts)

    @property
    def done(self) -> int:
        """How many of them are done."""
        return self.counts.get("done", 0)

    @property
    def is_finished(self) -> bool:
        """True when nobody has to do anything any more."""
        return not any(self.counts.get(name) for name in UNFINISHED)


@dataclass(frozen=True, slots=True)
class Line:
    """A party with a cell for each column, None where it has no such task."""

    party: PartyLine
    cells: tuple[Cell | None, ...]
    counts: Mapping[StatusName, int]

    @property
    def total(self) -> int:
        """How many tasks of these columns there are to do; n.v.t. does not count."""
        return _total(self.counts)

    @property
    def done(self) -> int:
        """How many of them are done."""
        return self.counts.get("done", 0)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Parties of one kind against rounds; `hidden` are the columns that are not shown, `lines` all of the parties."""

    kind: str
    columns: tuple[Column, ...]
    hidden: tuple[Column, ...]
    lines: tuple[Line, ...]

    @property
    def hidden_late(self) -> int:
        """How many tasks of the rounds that are not shown are late."""
        return sum(column.counts.get("late", 0) for column in self.hidden)


def name_of(task: TaskLine, today: date, adopted: frozenset[str]) -> StatusName:
    """The status of a task on a day; `adopted` are the schooljaren that the bureau adopted."""
    return _name(task.state, task.due, today, _is_adopted(task, adopted), task.suspended, task.arranged)


def is_this_week(task: TaskLine, name: StatusName, today: date) -> bool:
    """True for what must be done from today to Sunday and is not."""
    last = end_of_week(today)
    return today.isoformat() <= task.due <= last.isoformat() and name in ("today", "open", "planned", "arranged")


def is_left_of_earlier(task: TaskLine, running: str) -> bool:
    """True for a task of a schooljaar before `running`; a document that expired is of today."""
    return task.kind != "document" and task.schooljaar < running


def end_of_week(today: date) -> date:
    """The Sunday of the week."""
    return today + timedelta(days=6 - today.weekday())


def cell_of(task: TaskLine, name: StatusName) -> Cell:
    """What a cell says of a task with that status."""
    return Cell(
        task.key, name, LOOKS[name], _cell_day(name, task.opens, task.due, task.suspended, task.ended, task.arranged)
    )


def label(cell: Cell) -> str:
    """The cell as words: `te laat 11 dec`."""
    return f"{cell.look.word} {cell.day}".rstrip()


def status_day(
    name: StatusName, opens: str, due: str, suspended: str | None, ended: str | None, arranged: str | None = None
) -> str | None:
    """The date that belongs beside the status: until when, from when, or when the answer came or it was closed."""
    if name in ("submitted", "done", "waived", "cancelled"):
        return ended
    return {"paused": suspended, "planned": opens, "concept": opens, "arranged": arranged}.get(name, due)


def matrix(
    kind: str,
    parties: Iterable[PartyLine],
    tasks: Sequence[tuple[TaskLine, StatusName]],
    today: date,
    *,
    everything: bool,
    only: str = "",
    by_name: bool = False,
) -> Matrix:
    """The matrix of these tasks, all of parties of one kind.

    `everything`: a column for each round, else for those that matter now; `only` names one round instead.
    Parties come with what is worst first, or by name; one without tasks is left out.
    """
    columns = columns_of(tasks)
    shown = [one for one in columns if not only or str(one.id) == only]
    if not everything and not only:
        shown = matter_now(shown, today)
    places = {one.id: number for number, one in enumerate(shown)}
    cells: dict[str, list[Cell | None]] = {}
    ranks: dict[str, list[int]] = {}
    counts: dict[str, Counter[StatusName]] = {}
    for task, name in tasks:
        place = places.get(task.round_id)
        if place is None:
            continue
        party = task.party
        if party not in cells:
            cells[party] = [None] * len(shown)
            ranks[party] = [len(LOOKS)] * len(shown)
            counts[party] = Counter()
        counts[party][name] += 1
        # Of two documents of one school the one that asks most counts.
        if rank(name) < ranks[party][place]:
            ranks[party][place] = rank(name)
            cells[party][place] = cell_of(task, name)
    lines = [Line(one, tuple(cells[one.id]), counts[one.id]) for one in parties if one.id in cells]
    lines.sort(key=_by_name if by_name else _worst_first)
    hidden = tuple(one for one in columns if one.id not in places)
    return Matrix(kind, tuple(shown), hidden, tuple(lines))


def columns_of(tasks: Iterable[tuple[TaskLine, StatusName]]) -> list[Column]:
    """The rounds of these tasks in the order of their last days, each with how many stand where."""
    first: dict[RoundId, TaskLine] = {}
    opens: dict[RoundId, str] = {}
    due: dict[RoundId, str] = {}
    first_due: dict[RoundId, str] = {}
    counts: dict[RoundId, Counter[StatusName]] = {}
    granted: dict[RoundId, list[str]] = {}
    own: dict[RoundId, tuple[str, str]] = {}
    for task, name in tasks:
        id_ = task.round_id
        if task.extended:
            granted.setdefault(id_, []).append(task.due)
        else:
            earliest, latest = own.get(id_, (task.due, task.due))
            own[id_] = min(earliest, task.due), max(latest, task.due)
        if id_ not in first:
            first[id_], opens[id_], due[id_], counts[id_] = task, task.opens, task.due, Counter()
        elif task.opens < opens[id_]:
            opens[id_] = task.opens
        due[id_] = max(due[id_], task.due)
        first_due[id_] = min(first_due.get(id_, task.due), task.due)
        counts[id_][name] += 1
    names = dict(zip(first, told_apart((id_.short, id_.schooljaar) for id_ in first), strict=True))
    found = [
        Column(
            id_,
            task.title,
            date.fromisoformat(opens[id_]),
            date.fromisoformat(due[id_]),
            counts[id_],
            date.fromisoformat(first_due[id_]),
            names[id_],
            _days(own.get(id_, (first_due[id_], due[id_]))),
            tuple(date.fromisoformat(day) for day in sorted(granted.get(id_, ()))) if id_ in own else (),
        )
        for id_, task in first.items()
    ]
    return sorted(found, key=lambda one: (one.due, one.opens, one.id))


def _days(days: tuple[str, str]) -> tuple[date, date]:
    return date.fromisoformat(days[0]), date.fromisoformat(days[1])


def matter_now(columns: Sequence[Column], today: date) -> list[Column]:
    """The columns for one screen, in their order: what runs, begins soon or has just ended, at most FITTING.

    Where there are more, what is late goes before what is nearest to today.
    """
    near = [one for one in columns if _is_near(one, today)]
    if not near and columns:
        near = [min(columns, key=lambda one: _distance(one, today))]
    best = sorted(near, key=lambda one: (not one.counts.get("late"), _distance(one, today)))[:FITTING]
    return [one for one in columns if one in best]


def _total(counts: Mapping[StatusName, int]) -> int:
    return sum(count for name, count in counts.items() if name != "waived")


def _is_near(column: Column, today: date) -> bool:
    if not column.is_finished:
        return column.opens <= today + SOON
    return column.opens <= today <= column.due + JUST_ENDED


def _distance(column: Column, today: date) -> int:
    """Days from today to the round; 0 while it runs."""
    if column.opens > today:
        return (column.opens - today).days
    return max((today - column.due).days, 0)


def _worst_first(line: Line) -> tuple[object, ...]:
    # A Counter gives 0 for what it does not have.
    ranked = tuple(-line.counts.get(name, 0) for name in ("late", "today", "submitted", "open"))
    return (*ranked, *_by_name(line))


def _by_name(line: Line) -> tuple[str, str]:
    return line.party.name.casefold(), line.party.id


def _is_adopted(task: TaskLine, adopted: frozenset[str]) -> bool:
    if task.state != "planned" or task.schooljaar in adopted:
        return True
    # A document is asked for months before it ends, with the schooljaar in which it opens; one that ended before the
    # first schooljaar of all, with that one.
    if task.kind != "document":
        return False
    return _schooljaar_of(task.opens) in adopted or task.schooljaar < max(adopted, default="")


@lru_cache(maxsize=4096)
def _schooljaar_of(day: str) -> str:
    year = int(day[:4]) - (day[5:7] < "08")
    return f"{year}-{year + 1}"


@lru_cache(maxsize=16_384)
def _name(
    state: TaskState, due: str, today: date, adopted: bool, suspended: str | None, arranged: str | None
) -> StatusName:
    return status_of(
        state,
        date.fromisoformat(due),
        today,
        running=adopted,
        paused_until=_day(suspended),
        arranged=_day(arranged),
    )


@lru_cache(maxsize=16_384)
def _cell_day(
    name: StatusName, opens: str, due: str, suspended: str | None, ended: str | None, arranged: str | None
) -> str:
    day = _day(status_day(name, opens, due, suspended, ended, arranged))
    return "" if day is None else short_date(day)


def short_date(day: date) -> str:
    """`11 dec`."""
    return f"{day.day} {_SHORT_MONTHS[day.month - 1]}"


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


_SHORT_MONTHS = tuple("mrt" if name == "maart" else name[:3] for name in MONTHS)
