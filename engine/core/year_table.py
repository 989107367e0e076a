"""The jaarplanning as a table: a row for each round, and one more for who has it on other days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from engine.core.dutch import MONTHS, capitalised, counted, listed, some
from engine.core.party import Party
from engine.core.rule import Kind
from engine.core.sheet import Sheet
from engine.core.span import Span
from engine.core.status import LOOKS, StatusName, rank, status_of
from engine.core.task import Reason
from engine.core.telling import phase_word, step_word
from engine.core.yearplan import PER, Entry, Lane, YearPlan, YearTask, usual, who_is_asked

MOST_NAMES = 3
PHASE = "phase:"
LABELS = {"peildatum": "Peildatum", "opens": "Opent", "due": "Uiterlijk"}


@dataclass(frozen=True, slots=True)
class Why:
    """How one date came about; `texts` are Dutch, several where that differs between parties."""

    label: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YearRow:
    """One line of the table. `begins` and `ends` are None where nothing is planned yet: then `remark` says so.

    `for_whom` is Dutch; `each` names every party with its own day, where those differ within the row; `before` are
    documents that ended before the schooljaar; `statuses` count its tasks, what asks for attention first, and are
    empty where it does not run.
    """

    rule: str
    title: str
    kind: Kind
    who: str
    round: str
    schooljaar: str
    begins: Span | None
    ends: Span | None
    planning: Span | None = None
    peildatum: Span | None = None
    for_whom: str = ""
    reasons: tuple[Why, ...] = ()
    each: tuple[tuple[str, date], ...] = ()
    statuses: tuple[tuple[StatusName, int], ...] = ()
    parties: frozenset[str] = frozenset()
    remark: str = ""
    extended: bool = False
    before: bool = False

    @property
    def day(self) -> date:
        """The day by which it stands in the table."""
        known = self.ends if self.kind == "document" else self.begins
        return known.first if known is not None else date.max

    @property
    def path(self) -> str:
        """The end of the address of the round's page; empty where there are no tasks."""
        return "/".join(part for part in (self.rule, self.schooljaar, self.round) if part) if self.parties else ""

    @property
    def month(self) -> tuple[int, int, int]:
        """Sorts the headings: what goes on all year after the months, what has no date last."""
        if self.begins is None or self.before:
            return (2 if self.begins is None else -1), 0, 0
        return (1, 0, 0) if self.kind == "doorlopend" else (0, self.day.year, self.day.month)

    @property
    def heading(self) -> str:
        """`oktober 2026`, `doorlopend`, `nog zonder datum`."""
        if self.begins is None:
            return "nog zonder datum"
        if self.before:
            return "eerder vervallen"
        return "doorlopend" if self.kind == "doorlopend" else f"{MONTHS[self.day.month - 1]} {self.day.year}"


def year_rows(
    plan: YearPlan,
    tasks: Iterable[YearTask],
    parties: Mapping[str, Party],
    region: Callable[[str], str],
    today: date | None,
) -> tuple[YearRow, ...]:
    """Every round of the jaarplanning by its first day, what goes on all year and what has no date last.

    `region` gives that of a party; `today` is None while the schooljaar is a concept.
    """
    by_round: dict[tuple[str, str], list[YearTask]] = {}
    for task in tasks:
        if task.state != "cancelled":
            by_round.setdefault((task.rule, task.round or ""), []).append(task)
    look = _Look(plan, parties, region, today)
    rows: list[YearRow] = []
    for lane in plan.lanes:
        found = [row for (rule, _), group in by_round.items() if rule == lane.rule for row in look.rows(lane, group)]
        rows += found or look.without_tasks(lane)
    return tuple(sorted(rows, key=lambda row: (row.month, row.day, row.title, row.round)))


def year_sheet(rows: Iterable[YearRow], name: str) -> Sheet:
    """The rows as they go to Excel, with whole dates."""
    heads = ("Begint", "Uiterlijk", "Peildatum", "Wat", "Soort", "Ronde", "Wie", "Voor wie", "Stand")
    return Sheet(
        name,
        heads,
        tuple(
            (
                row.begins.first if row.begins is not None and row.kind != "document" else None,
                row.ends.last if row.ends is not None else None,
                row.peildatum.first if row.peildatum is not None else None,
                row.title,
                row.kind,
                row.round,
                row.who,
                row.for_whom,
                ", ".join(f"{number} {LOOKS[name].word}" for name, number in row.statuses) or row.remark,
            )
            for row in rows
        ),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    plan: YearPlan
    parties: Mapping[str, Party]
    region: Callable[[str], str]
    today: date | None

    def rows(self, lane: Lane, tasks: Sequence[YearTask]) -> list[YearRow]:
        """The rows of one round: its tasks by their dates; documents by the month in which they end."""
        groups: dict[tuple[object, ...], list[YearTask]] = {}
        for task in tasks:
            groups.setdefault(self._together(task), []).append(task)
        plain = usual(tasks)
        entries = {entry.round: entry for entry in lane.entries}
        return [self._row(lane, group, tasks, plain, entries.get(group[0].round or "")) for group in groups.values()]

    def without_tasks(self, lane: Lane) -> list[YearRow]:
        """The rows of a rule that has no tasks: its days where it goes on, else what is remarked."""
        year = str(self.plan.schooljaar)
        rows = [
            YearRow(lane.rule, lane.title, lane.kind, lane.who, entry.round, year, entry.opens, entry.due)
            for entry in lane.entries
        ]
        plain = YearRow(lane.rule, lane.title, lane.kind, lane.who, "", year, None, None, remark=lane.remark)
        return rows or [plain]

    def _together(self, task: YearTask) -> tuple[object, ...]:
        if task.kind != "document":
            return task.peildatum, task.opens, task.due
        end = task.expires or task.due
        before = end < self.plan.schooljaar.begin
        return (before,) if before else (end.year, end.month)

    def _row(
        self,
        lane: Lane,
        group: Sequence[YearTask],
        whole: Sequence[YearTask],
        plain: Sequence[YearTask],
        entry: Entry | None,
    ) -> YearRow:
        first = group[0]
        document = first.kind == "document"
        opens = Span.of(task.opens for task in group)
        period = entry.first if entry is not None else None
        each = sorted(((self._name(task.party), task.expires or task.due) for task in group), key=lambda one: one[1])
        return YearRow(
            rule=first.rule,
            title=lane.title,
            kind=first.kind,
            who=who_is_asked(first.asked),
            round=first.round or "",
            schooljaar=first.schooljaar,
            begins=period or opens,
            ends=Span.of(task.expires or task.due for task in group) if document else Span.of(t.due for t in group),
            planning=opens if period is not None else None,
            peildatum=Span.of([first.peildatum]) if first.peildatum is not None else None,
            for_whom=self._for_whom(group, whole),
            reasons=() if document else _why(group),
            each=tuple(each) if document else (),
            statuses=self._statuses(group),
            parties=frozenset(task.party for task in group),
            extended=first.extended and first not in plain,
            before=document and (first.expires or first.due) < self.plan.schooljaar.begin,
        )

    def _name(self, party: str) -> str:
        found = self.parties.get(party)
        return found.name if found is not None else party

    def _for_whom(self, group: Sequence[YearTask], whole: Sequence[YearTask]) -> str:
        """`24 scholen`, `6 scholen in regio midden`, or the names where that says more."""
        ids = [task.party for task in group]
        party = self.parties.get(ids[0])
        if party is None or party.kind not in PER:
            return self._name(ids[0])
        number = counted(len(ids), *PER[party.kind])
        if len(ids) == 1:
            return self._name(ids[0])
        if len(group) == len(whole) or group[0].kind == "document":
            return number
        regions = {self.region(one) for one in ids}
        others = {self.region(task.party) for task in whole if task.party not in set(ids)}
        if regions.isdisjoint(others):
            return f"{number} in regio {listed(sorted(regions))}"
        names = listed(some([self._name(one) for one in ids], MOST_NAMES))
        return names if len(ids) <= MOST_NAMES else f"{number}: {names}"

    def _statuses(self, group: Sequence[YearTask]) -> tuple[tuple[StatusName, int], ...]:
        today = self.today
        if today is None:
            return ()
        found = Counter(
            status_of(task.state, task.due, today, paused_until=task.suspended, arranged=task.arranged)
            for task in group
        )
        return tuple(sorted(found.items(), key=lambda each: rank(each[0])))


def _why(group: Sequence[YearTask]) -> tuple[Why, ...]:
    """How each date came about, every different text once."""
    found: dict[str, dict[str, None]] = {}
    for reasons in dict.fromkeys(task.reasons for task in group):
        for reason in reasons:
            found.setdefault(_label(reason), {})[reason.text] = None
    return tuple(Why(label, tuple(texts)) for label, texts in found.items())


def _label(reason: Reason) -> str:
    if reason.field.startswith(PHASE):
        return f"Fase {phase_word(reason.field.removeprefix(PHASE))}"
    return LABELS.get(reason.field) or capitalised(step_word(reason.field.removeprefix("step:")))
