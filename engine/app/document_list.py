"""The documents that rules ask for: what expires when, what has expired, what is missing, and who is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Connection

from engine.app.document_ends import without_rule
from engine.app.planning import BEFORE_START
from engine.app.schools import name_in
from engine.core.documents import Document
from engine.core.matrix import TaskLine, name_of
from engine.core.party import Party, Register
from engine.core.planning import NO_VERSION, document_key, is_valid, key_by_rule, meant_for
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.states import OPEN_STATES
from engine.core.status import StatusName
from engine.core.task import PlannedPhase
from engine.core.telling import ADOPTED, after_adoption, phase_word
from engine.core.who_hears import hearings, names_of
from engine.store.documents import DocumentFile, Stage, Work, files_of, stages_of, work_of
from engine.store.facts import adopted
from engine.store.task_lines import document_tasks
from engine.store.transitions import waived_for

EXPIRED, MISSING, LATER = "verlopen", "ontbreekt", "later"
# A document that ends within so many days, the nearest first.
WITHIN = (30, 90, 180)
# So long after its day it is shown that a new version was not shared yet.
SHARING_SHOWN = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A party's newest version of a document, or that it has none; `term` is where it stands.

    `term` is `verlopen`, `30`, `90`, `180`, `later` or `ontbreekt`; `asked` are the names of who is asked for the next
    version, empty with `vacant` where nobody has that role. `phase` is the stage that comes next, and `mover` who is at
    move: they who must reach it, else who is asked; `lacks`: nobody has the role that must. `waits`: its task is held
    since the start. `file`: where this version is. `rule` asks for it, empty where none does. `renew_by`: the day
    before its end by which the bureau wants it renewed. `shares`: the key of the task that brought this version, where
    a stage after the adoption is still to come.
    """

    party: Party
    bestuur: str
    kind: str
    title: str
    term: str
    version: str = ""
    stage: str = ""
    adopted_on: date | None = None
    expires: date | None = None
    task: TaskLine | None = None
    name: StatusName | None = None
    asked: tuple[str, ...] = ()
    vacant: bool = False
    phase: PlannedPhase | None = None
    mover: tuple[str, ...] = ()
    lacks: bool = False
    waits: bool = False
    rule: str = ""
    file: DocumentFile | None = None
    renew_by: date | None = None
    shares: str = ""

    @property
    def lacks_version(self) -> bool:
        """True where somebody said that it was renewed, and the register has no newer version."""
        return self.name == "done"


@dataclass(frozen=True, slots=True)
class DocumentWish:
    """Which documents are wanted; empty where nothing was chosen."""

    kind: str = ""
    bestuur: str = ""
    term: str = ""
    text: str = ""
    sort: str = ""


def document_list(
    connection: Connection,
    register: Register,
    rules: Iterable[Rule],
    today: date,
    scope: frozenset[str] | None,
    *,
    party: str = "",
) -> list[DocumentLine]:
    """The documents of all parties of `scope` (None: all), or of one, what asks attention first."""
    live = frozenset(adopted(connection))
    found = document_tasks(connection, of=frozenset([party]) if party else None)
    tasks = {key_by_rule(task.rule, task.key): task for task in found}
    stages = {(row.kind.casefold(), row.party.casefold(), row.version): row.stage for row in register.documents}
    # Asked even where there is none, so that a page asks the same of each party.
    loaded = work_of(connection, tasks or [""])
    reached = stages_of(connection, tasks or [""])
    files = files_of(connection, party)
    waived = waived_for(connection, BEFORE_START)
    done = {(one.rule, one.party): one.key for one in sorted(found, key=lambda one: one.due) if one.state == "done"}
    lines = []
    asked = [rule for rule in rules if rule.kind == "document" and is_valid(rule, Schooljaar.of(today))]
    for rule in asked:
        newest = register.newest(rule.document)
        for one in meant_for(rule, register):
            if (scope is None or one.id in scope) and party in ("", one.id):
                document = newest.get(one.id.casefold())
                line = _line(rule, one, document, register, tasks, live, today)
                stage = stages.get((rule.document.casefold(), one.id.casefold(), line.version), "")
                file = files.get((rule.document.casefold(), one.id, line.version))
                line = _with_stage(replace(line, stage=stage, file=file), loaded, reached, waived, register, today)
                older = done.get((rule.id, one.id))
                lines.append(line if older is None else _with_sharing(line, loaded[older], reached, register, today))
    lines += _without_rule(register, {rule.document.casefold() for rule in asked}, today, scope, party)
    return sorted(lines, key=_soonest)


def chosen_documents(lines: Iterable[DocumentLine], wish: DocumentWish) -> list[DocumentLine]:
    """Those of a wish, in its order."""
    words = wish.text.casefold().split()
    found = [
        one
        for one in lines
        if (not wish.kind or one.kind == wish.kind)
        and (not wish.bestuur or wish.bestuur in (one.party.bestuur, one.party.id))
        and (not wish.term or within(one, wish.term))
        and all(word in f"{one.party.id} {one.party.name} {one.party.place} {one.bestuur}".casefold() for word in words)
    ]
    name = wish.sort.removeprefix("-")
    if name in ("naam", "bestuur", "soort"):
        found.sort(key=lambda one: _text_of(one, name).casefold())
    return found[::-1] if wish.sort.startswith("-") else found


def within(line: DocumentLine, term: str) -> bool:
    """True when a line is counted under a term: what ends within 30 days ends within 90 days too."""
    if term.isdecimal() and line.term.isdecimal():
        return int(line.term) <= int(term)
    return line.term == term


def counts_of(lines: Sequence[DocumentLine]) -> Mapping[str, int]:
    """How many lines stand under each term."""
    return {term: sum(within(one, term) for one in lines) for term in (EXPIRED, *map(str, WITHIN), MISSING)}


def _line(
    rule: Rule,
    party: Party,
    newest: Document | None,
    register: Register,
    tasks: Mapping[str, TaskLine],
    live: frozenset[str],
    today: date,
) -> DocumentLine:
    found = hearings(rule.asked, party.id, register, today)
    line = DocumentLine(
        party,
        name_in(register, party.bestuur) if party.bestuur else "",
        rule.document,
        rule.title,
        MISSING,
        asked=names_of(found),
        vacant=any(one.is_vacant for one in found),
    )
    line = replace(line, rule=rule.id)
    if newest is None:
        task = tasks.get(document_key(rule.id, NO_VERSION, party.id))
        return replace(line, task=task, name=None if task is None else name_of(task, today, live))
    day = newest.expires(rule.validity_years)
    task = tasks.get(document_key(rule.id, newest.version, party.id))
    return replace(
        line,
        term=_term(day, today),
        version=newest.version,
        adopted_on=newest.adopted_on,
        expires=day,
        renew_by=newest.renew_by if newest.renewal(rule.validity_years) < day else None,
        task=task,
        name=None if task is None else name_of(task, today, live),
    )


def _with_stage(
    line: DocumentLine,
    tasks: Mapping[str, Work],
    reached: Mapping[str, Sequence[Stage]],
    waived: Collection[str],
    register: Register,
    today: date,
) -> DocumentLine:
    """The line with the stage that was reached last, the one that comes next, and who is at move."""
    task = tasks.get(line.task.key) if line.task is not None else None
    if task is None:
        return line
    done = {one.phase for one in reached.get(task.key, ())}
    ahead = [one for one in task.phases if one.name not in done]
    last = next((one.name for one in reversed(task.phases) if one.name in done), "")
    line = replace(line, stage=phase_word(last) or line.stage, waits=task.state in OPEN_STATES and bool(task.held))
    if task.state == "waived" and task.key in waived:
        line = replace(line, waits=True)
    if task.state not in ("planned", "open") or not ahead:
        return replace(line, mover=line.asked if task.state == "open" else ())
    names = names_of(hearings(ahead[0].by, task.party, register, today))
    asked = task.state == "open"
    return replace(line, phase=ahead[0], mover=names if asked else (), lacks=asked and not names)


def _with_sharing(
    line: DocumentLine, older: Work, reached: Mapping[str, Sequence[Stage]], register: Register, today: date
) -> DocumentLine:
    """The line of a version that was adopted, with what is still to be done with it: to share it."""
    if line.task is not None and (line.task.key == older.key or line.task.state != "planned"):
        return line
    known = {one.phase for one in reached.get(older.key, ())}
    later = after_adoption([one.name for one in older.phases])
    ahead = [one for one in older.phases if one.name in later and one.name not in known]
    if not ahead or ahead[-1].date < today - SHARING_SHOWN:
        return line
    names = names_of(hearings(ahead[0].by, older.party, register, today))
    adopted = line.stage or phase_word(ADOPTED)
    return replace(line, stage=adopted, phase=ahead[0], mover=names, lacks=not names, shares=older.key)


def _without_rule(
    register: Register, with_rule: set[str], today: date, scope: frozenset[str] | None, party: str
) -> Iterable[DocumentLine]:
    """The newest versions of kinds that no rule asks for, where the register says when they end."""
    for one, kind, document, last in without_rule(register, with_rule):
        if (scope is None or one.id in scope) and party in ("", one.id):
            yield DocumentLine(
                one,
                name_in(register, one.bestuur) if one.bestuur else "",
                kind,
                kind,
                _term(last, today),
                document.version,
                adopted_on=document.adopted_on,
                expires=last,
            )


def _term(day: date, today: date) -> str:
    if day < today:
        return EXPIRED
    return next((str(days) for days in WITHIN if day <= today + timedelta(days=days)), LATER)


def _soonest(line: DocumentLine) -> tuple[object, ...]:
    """What has expired first, then what is missing, then by last day."""
    first = {EXPIRED: 0, MISSING: 1}.get(line.term, 2)
    return first, line.expires or date.min, line.party.name.casefold(), line.party.id


def _text_of(line: DocumentLine, name: str) -> str:
    return {"naam": line.party.name, "bestuur": line.bestuur, "soort": line.kind}[name]
