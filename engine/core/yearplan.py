"""The jaarplanning of a schooljaar as one prints it: a lane for each rule, by soort, with its rounds and vakanties."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.core.calendar import Calendar
from engine.core.dating import Place, UnknownVakantie, first_and_last
from engine.core.dutch import counted, long_date
from engine.core.party import Register
from engine.core.planning import is_valid, meant_for
from engine.core.ports import Calendars
from engine.core.roles import role_word
from engine.core.rule import AT_SCHOOLS, Kind, Round, Rule
from engine.core.schooljaar import Schooljaar
from engine.core.span import Span
from engine.core.states import OPEN_STATES, TaskState
from engine.core.task import PlannedTask, Reason

# In the order in which they stand below each other, each with its heading.
KINDS: dict[Kind, str] = {
    "uitvraag": "Uitvragen",
    "gesprek": "Gesprekken",
    "document": "Documenten",
    "taak": "Werk van het bureau",
    "mijlpaal": "Mijlpalen",
    "doorlopend": "Doorlopend",
}
PER = {"school": ("school", "scholen"), "bestuur": ("bestuur", "besturen")}


@dataclass(frozen=True, slots=True)
class YearTask:
    """What the jaarplanning needs of a task; `extended` is true where its last day was granted to it alone."""

    key: str
    rule: str
    round: str | None
    party: str
    kind: Kind
    title: str
    asked: str
    schooljaar: str
    peildatum: date | None
    opens: date
    due: date
    expires: date | None
    state: TaskState
    extended: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A round in the jaarplanning: the days on which its tasks open and end, as far apart as its parties are.

    `first` is the period's first day, where it begins later than `opens`: until then a talk is being planned.
    """

    round: str
    opens: Span
    due: Span
    peildatum: Span | None
    first: Span | None


@dataclass(frozen=True, slots=True)
class Lane:
    """A rule in the jaarplanning. `who` is asked, in Dutch; empty where nobody is.

    `ends` are the days on which documents end, with how many; `remark` says what there is where it has no date.
    """

    rule: str
    title: str
    kind: Kind
    who: str
    entries: tuple[Entry, ...] = ()
    ends: tuple[tuple[date, int], ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Closed:
    """A vakantie of a region: the days on which all its schools are closed, and those on which some are.

    `sure` is None where no day is shared by all.
    """

    name: str
    sure: tuple[date, date] | None
    widest: tuple[date, date]


@dataclass(frozen=True, slots=True)
class RegionVakanties:
    """The vakanties of the schools in one region, in order."""

    region: str
    vakanties: tuple[Closed, ...]


@dataclass(frozen=True, slots=True)
class YearPlan:
    """All lanes of a schooljaar, by soort and then by first date."""

    schooljaar: Schooljaar
    lanes: tuple[Lane, ...]
    regions: tuple[RegionVakanties, ...]


def as_year_task(plan: PlannedTask) -> YearTask:
    """A task that is planned and not stored."""
    return YearTask(
        plan.key,
        plan.rule,
        plan.round,
        plan.party,
        plan.kind,
        plan.title,
        plan.asked,
        plan.schooljaar,
        plan.peildatum,
        plan.opens,
        plan.due,
        plan.expires,
        "planned",
        False,
        plan.reasons,
    )


def year_plan(
    rules: Iterable[Rule],
    tasks: Iterable[YearTask],
    register: Register,
    calendars: Calendars,
    regions: Mapping[str, Collection[Calendar]],
    schooljaar: Schooljaar,
    scope: Collection[str] | None = None,
) -> YearPlan:
    """The jaarplanning of the tasks of a schooljaar, and of every rule that is valid in it.

    A rule whose tasks are not there yet stands in it with a remark. `regions` gives the calendars of the schools in
    each region. With a `scope` of parties only their tasks count, and the rules that are meant for them.
    """
    valid = {rule.id: rule for rule in rules if is_valid(rule, schooljaar)}
    by_rule: dict[str, list[YearTask]] = {rule: [] for rule in valid}
    for task in tasks:
        if task.state != "cancelled" and (scope is None or task.party in scope):
            by_rule.setdefault(task.rule, []).append(task)
    lanes = []
    for rule, own in by_rule.items():
        if own or _concerns(valid[rule], register, scope):
            lanes.append(_lane(valid.get(rule), own, register, calendars, schooljaar))
    order = list(KINDS)
    lanes.sort(key=lambda lane: (order.index(lane.kind), _first_day(lane, schooljaar), lane.title))
    found = tuple(region_vakanties(name, own, schooljaar) for name, own in regions.items())
    return YearPlan(schooljaar, tuple(lanes), found)


def who_is_asked(asked: str) -> str:
    """`directeur`, `directeur van de scholen`; empty where nobody is asked."""
    if not asked:
        return ""
    return role_word(asked.removesuffix(AT_SCHOOLS)) + (AT_SCHOOLS if asked.endswith(AT_SCHOOLS) else "")


def usual(tasks: Sequence[YearTask]) -> Sequence[YearTask]:
    """The tasks that say when a round is: not those with uitstel of their own, unless all have it."""
    return [task for task in tasks if not task.extended] or tasks


def _concerns(rule: Rule, register: Register, scope: Collection[str] | None) -> bool:
    return scope is None or any(party.id in scope for party in meant_for(rule, register))


def _first_day(lane: Lane, schooljaar: Schooljaar) -> date:
    """The first day on which the lane shows something, not counting the planning of a talk."""
    days = [(entry.peildatum or entry.first or entry.opens).first for entry in lane.entries]
    return max(min([*days, *(day for day, _ in lane.ends)], default=schooljaar.end), schooljaar.begin)


def _lane(
    rule: Rule | None, tasks: Sequence[YearTask], register: Register, calendars: Calendars, schooljaar: Schooljaar
) -> Lane:
    newest = tasks[-1] if tasks else None
    if rule is None:
        assert newest is not None  # noqa: S101  # a lane has a rule, or tasks
        lane = Lane(newest.rule, newest.title, newest.kind, who_is_asked(newest.asked))
    else:
        lane = Lane(rule.id, rule.title, rule.kind, who_is_asked(rule.asked))
    if lane.kind == "document":
        return _with_ends(lane, rule, tasks, register, schooljaar)
    if rule is not None and rule.kind == "doorlopend":
        return _with(lane, tuple(_going_on(rule, register, calendars, schooljaar)), "")
    rounds: dict[str | None, list[YearTask]] = {}
    for task in tasks:
        rounds.setdefault(task.round, []).append(task)
    known = {one.name: one for one in rule.rounds_in(schooljaar)} if rule is not None else {}
    entries = []
    for name, group in rounds.items():
        some = usual(group)
        entries.append(
            Entry(
                name or "",
                Span.of(task.opens for task in some),
                Span.of(task.due for task in some),
                _span([task.peildatum for task in some if task.peildatum is not None]),
                _period(rule, known.get(name), some, calendars, schooljaar),
            )
        )
    entries.sort(key=lambda entry: (entry.due.first, entry.round))
    return _with(lane, tuple(entries), "" if entries else "nog niets gepland")


def _with(lane: Lane, entries: tuple[Entry, ...], remark: str) -> Lane:
    return Lane(lane.rule, lane.title, lane.kind, lane.who, entries, (), remark)


def _span(days: Sequence[date]) -> Span | None:
    return Span.of(days) if days else None


def _period(
    rule: Rule | None, round_: Round | None, tasks: Sequence[YearTask], calendars: Calendars, schooljaar: Schooljaar
) -> Span | None:
    """The first day of the period itself, where that is later than the day on which it opens."""
    if rule is None or round_ is None or round_.first is None or round_.first == round_.opens:
        return None
    days = set()
    for calendar in {calendars.of(task.party) for task in tasks}:
        try:
            day = Place(rule, round_, schooljaar, calendar).anchor("van")
        except UnknownVakantie:
            continue
        if day is not None:
            days.add(day)
    return _span(sorted(days))


def _going_on(rule: Rule, register: Register, calendars: Calendars, schooljaar: Schooljaar) -> Iterator[Entry]:
    """What a doorlopend rule shows: it has no tasks, so its days come from the rule alone."""
    seen = {calendars.of(party.id) for party in meant_for(rule, register)}
    for round_ in rule.rounds_in(schooljaar):
        if days := first_and_last(rule, round_, schooljaar, seen):
            yield Entry(round_.name or "", Span.of(one for one, _ in days), Span.of(one for _, one in days), None, None)


def _with_ends(
    lane: Lane, rule: Rule | None, tasks: Sequence[YearTask], register: Register, schooljaar: Schooljaar
) -> Lane:
    ends: dict[date, int] = {}
    before = 0
    for task in tasks:
        end = task.expires or task.due
        if end >= schooljaar.begin:
            ends[end] = ends.get(end, 0) + 1
        elif task.state in OPEN_STATES:
            before += 1
    said = []
    if before:
        said.append(f"{before} al vóór {long_date(schooljaar.begin).partition(' ')[2]} vervallen")
    if rule is not None:
        known = register.newest(rule.document)
        without = sum(party.id.casefold() not in known for party in meant_for(rule, register))
        if without:
            who = counted(without, *PER.get(rule.per, PER["school"]))
            said.append(f"van {who} staat er geen in het register")
    if not ends:
        said.insert(0, "dit schooljaar vervalt er geen")
    return Lane(lane.rule, lane.title, lane.kind, lane.who, (), tuple(sorted(ends.items())), "; ".join(said))


def region_vakanties(name: str, calendars: Collection[Calendar], schooljaar: Schooljaar) -> RegionVakanties:
    """The vakanties in which the schools of the region are closed, also where they differ from each other."""
    names = dict.fromkeys((one.name, one.year) for calendar in calendars for one in calendar.vakanties)
    found = []
    for key in names:
        spans = [(one.first, one.last) for calendar in calendars if (one := calendar.vakantie(*key)) is not None]
        widest = (min(first for first, _ in spans), max(last for _, last in spans))
        if widest[1] < schooljaar.begin or widest[0] > schooljaar.end:
            continue
        first, last = max(first for first, _ in spans), min(last for _, last in spans)
        found.append(Closed(key[0], (first, last) if first <= last else None, widest))
    return RegionVakanties(name, tuple(sorted(found, key=lambda one: one.widest)))
