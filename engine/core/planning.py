"""What should exist, and how it differs from what is stored: rules × parties × schooljaren become tasks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from engine.core.calendar import Calendar
from engine.core.dates import NotPlanned, PlannedDates, first_day, planned_dates
from engine.core.moment import anchor_of
from engine.core.party import Party, Register
from engine.core.ports import Calendars
from engine.core.rule import Filter, Round, Rule
from engine.core.schooljaar import Schooljaar
from engine.core.states import OPEN_STATES
from engine.core.task import PlannedStep, PlannedTask, StoredTask

# What the task of a party without any version renews: the first version, v1, then has a task of its own.
NO_VERSION = "v0"
NONE: Mapping[str, date] = {}

ChangeKind = Literal["new", "move", "text", "lapse", "same"]


@dataclass(frozen=True, slots=True)
class Change:
    """What planning does to one task. `task` is the task as it should be stored, for a lapse as it is.

    `why` says in Dutch why a task lapses, where that can be told. A new task of a school in which others go on:
    `answered` says who answered before, `asked_before` of whom the question takes the place.
    """

    kind: ChangeKind
    task: PlannedTask
    stored: StoredTask | None
    why: str = ""
    answered: str = ""
    asked_before: str = ""


@dataclass(frozen=True, slots=True)
class Expiring:
    """A version of a party's document, the last day on which it holds, and the schooljaar of that day.

    `renew` is the day by which it is to be renewed: that day, or one before it on which the bureau agreed.
    """

    party: Party
    version: str
    day: date
    schooljaar: Schooljaar
    renew: date


def expand(
    rules: Iterable[Rule],
    register: Register,
    calendars: Calendars,
    schooljaren: Collection[Schooljaar],
    extended: Mapping[str, date],
    arranged: Mapping[str, date] = NONE,
    complete: Mapping[str, date] = NONE,
    *,
    only: str | None = None,
    begun: Mapping[str, str] | None = None,
) -> tuple[PlannedTask, ...]:
    """Every task that should exist in the schooljaren, by key: one for each active party the rule is meant for.

    A rule makes tasks in the schooljaren for which it is valid only; a doorlopend rule makes none, nor does a
    round that hangs on a vakantie which is not published yet. A document rule makes a task for the newest version
    of each party's document that expires in the schooljaren, or has expired before them; with `eerste` also one for
    each party without any version, in the first of the schooljaren or, by task key, in the schooljaar that `begun`
    says it was asked in.

    `extended` gives, by task key, the last day that was granted instead of the rule's (the stored tasks'
    `extended`): such a task is planned with that day, so that uitstel is never planned away. `arranged` gives the same
    way the day of a gesprek's appointment, and `complete` the day on which all that a task uses was in: steps may hang
    on these. `only`: the tasks of that party alone.
    """
    tasks: list[PlannedTask] = []
    for rule in rules:
        if rule.kind == "doorlopend":
            continue
        if rule.kind == "document":
            tasks.extend(_documents(rule, register, calendars, schooljaren, extended, complete, only))
            tasks.extend(
                _first_documents(rule, register, calendars, schooljaren, only, extended, complete, begun or {})
            )
            continue
        meant = (party.id for party in meant_for(rule, register) if only in (None, party.id))
        parties = [(party, calendars.of(party)) for party in meant]
        for schooljaar in schooljaren:
            if is_valid(rule, schooljaar):
                for round_ in rule.rounds_in(schooljaar):
                    tasks.extend(_occurrence(rule, round_, schooljaar, parties, extended, arranged, complete))
    # Of two files of one rule, the one that holds first asks for a first document.
    by_key: dict[str, PlannedTask] = {}
    for task in sorted(tasks, key=lambda task: (task.key, task.schooljaar)):
        by_key.setdefault(task.key, task)
    return tuple(by_key.values())


def is_valid(rule: Rule, schooljaar: Schooljaar) -> bool:
    """True in the schooljaren from `geldig_vanaf` to `geldig_tot`, both inclusive."""
    begun = rule.valid_from is None or rule.valid_from <= schooljaar
    return begun and (rule.valid_to is None or schooljaar <= rule.valid_to)


def meant_for(rule: Rule, register: Register) -> list[Party]:
    """The active parties of the rule's kind that match all of `alleen` and nothing of `behalve`, by id."""
    return [
        party
        for party in register.active(rule.per)
        if (rule.only is None or all(_matches(party, rule.only)))
        and (rule.besides is None or not any(_matches(party, rule.besides)))
    ]


def expiring(rule: Rule, register: Register, schooljaren: Collection[Schooljaar]) -> Iterable[Expiring]:
    """The newest version of each party's document that ends in the schooljaren, or has ended before them.

    What is to be renewed before its end also counts in the schooljaar in which that is.
    """
    first = min(schooljaren)
    newest = register.newest(rule.document)
    for party in meant_for(rule, register):
        document = newest.get(party.id.casefold())
        if document is None:
            continue
        day = document.expires(rule.validity_years)
        year = Schooljaar.of(day)
        renew = document.renewal(rule.validity_years)
        asked = year in schooljaren or year < first or Schooljaar.of(renew) in schooljaren
        if asked and is_valid(rule, max(year, first)):
            yield Expiring(party, document.version, day, year, renew)


def lacking(rule: Rule, register: Register) -> list[Party]:
    """The parties that the rule is meant for and that have no version of its document."""
    newest = register.newest(rule.document)
    return [party for party in meant_for(rule, register) if party.id.casefold() not in newest]


def runs(task: PlannedTask, adopted: Collection[str]) -> bool:
    """True when the bureau adopted the schooljaar that brings the task.

    A document is asked for months before it ends, so it also runs with the schooljaar in which it opens; one that ended
    before the first schooljaar of all is asked for with that one.
    """
    if task.schooljaar in adopted or task.kind != "document":
        return task.schooljaar in adopted
    return str(Schooljaar.of(task.opens)) in adopted or task.schooljaar < max(adopted, default="")


def task_key(rule: str, schooljaar: Schooljaar, round_name: str | None, party: str) -> str:
    """`thuiszitters.2026-2027.december.16SW03`: a task's identity for as long as it lives."""
    return ".".join([rule, str(schooljaar), *([round_name] if round_name else []), party])


def document_key(rule: str, version: str, party: str) -> str:
    """`sop.v3.16SW03`: the identity of a document's task; `NO_VERSION` in that of a party's first document."""
    return ".".join([rule, version, party])


def key_by_rule(rule: str, key: str) -> str:
    """The key that the rule would give that task now.

    A task keeps its key for as long as it lives. Where its rule had another id first (`heette`), this is another one.
    """
    first, _, rest = key.partition(".")
    return key if first == rule else f"{rule}.{rest}"


def kept_keys(stored: Iterable[StoredTask]) -> dict[str, StoredTask]:
    """Tasks by the key that their rule would give them now, where that is not their own.

    Of two that would have one key, what has begun counts first, then what is planned, then who has the key already.
    """
    counts: dict[str, StoredTask] = {}
    renamed: set[str] = set()
    for task in stored:
        key = key_by_rule(task.plan.rule, task.plan.key)
        if key != task.plan.key:
            renamed.add(key)
        if key not in counts or _precedence(task) < _precedence(counts[key]):
            counts[key] = task
    return {key: task for key, task in counts.items() if key in renamed and task.plan.key != key}


def difference(
    wanted: Sequence[PlannedTask],
    stored: Mapping[str, StoredTask],
    schooljaren: Collection[Schooljaar],
    cancelled_by_hand: Collection[str] = (),
) -> tuple[Change, ...]:
    """What must happen to the stored tasks of the planned schooljaren to become the wanted ones, by key.

    `wanted` is what expand gave for these schooljaren and these stored tasks' extensions; stored tasks of
    other schooljaren are left alone, but for documents that expired before these. What is done or waived stays
    as it is, and so does what a person cancelled; what planning cancelled counts as absent.
    """
    by_key = {task.key: task for task in wanted}
    changes = [_change(task, stored.get(task.key), cancelled_by_hand) for task in wanted]
    years = {str(schooljaar) for schooljaar in schooljaren}
    for key, task in stored.items():
        # A document that expired before them is planned along, so one that is not wanted has a newer version.
        planned = task.plan.schooljaar in years or (task.plan.kind == "document" and task.plan.schooljaar < min(years))
        if key not in by_key and planned and task.state != "cancelled":
            changes.append(Change("lapse" if task.state in OPEN_STATES else "same", task.plan, task))
    return tuple(sorted(changes, key=lambda change: change.task.key))


def _precedence(task: StoredTask) -> tuple[int, bool]:
    state = {"planned": 1, "cancelled": 2}.get(task.state, 0)
    return state, task.plan.key != key_by_rule(task.plan.rule, task.plan.key)


def _matches(party: Party, filter_: Filter) -> Iterable[bool]:
    """For each field that the filter names, whether the party has one of its values."""
    is_bestuur = party.kind == "bestuur"
    fields = (
        (filter_.gemeente, ("" if is_bestuur else party.gemeente,)),
        (filter_.bestuur, (party.id if is_bestuur else party.bestuur,)),
        (filter_.party, (party.id,)),
        (filter_.tag, party.tags),
    )
    for asked, own in fields:
        if asked:
            yield not {value.casefold() for value in asked}.isdisjoint(value.casefold() for value in own)


def _occurrence(
    rule: Rule,
    round_: Round,
    schooljaar: Schooljaar,
    parties: Sequence[tuple[str, Calendar]],
    extended: Mapping[str, date],
    arranged: Mapping[str, date],
    complete: Mapping[str, date],
) -> Iterable[PlannedTask]:
    """The tasks of one round in one schooljaar; dates are computed once for all who share a calendar and a grant."""
    dated: dict[tuple[Calendar, date | None, date | None, date | None], PlannedTask | NotPlanned] = {}
    for party, calendar in parties:
        key = task_key(rule.id, schooljaar, round_.name, party)
        shared = calendar, extended.get(key), arranged.get(key), complete.get(key)
        if shared not in dated:
            _, until, talk, whole = shared
            dated[shared] = _dated(rule, round_, schooljaar, party, calendar, until, arranged=talk, complete=whole)
        found = dated[shared]
        if isinstance(found, PlannedTask):
            yield replace(found, key=key, party=party)


def _documents(
    rule: Rule,
    register: Register,
    calendars: Calendars,
    schooljaren: Collection[Schooljaar],
    extended: Mapping[str, date],
    complete: Mapping[str, date],
    only: str | None,
) -> Iterable[PlannedTask]:
    """The tasks of a document rule; dates are computed once for all that expire on one day on one calendar."""
    dated: dict[tuple[Calendar, date | None, date, date, date | None], PlannedTask | NotPlanned] = {}
    for one in expiring(rule, register, schooljaren):
        if only not in (None, one.party.id):
            continue
        key = document_key(rule.id, one.version, one.party.id)
        shared = (calendars.of(one.party.id), extended.get(key), one.renew, one.day, complete.get(key))
        if shared not in dated:
            year = Schooljaar.of(one.renew)
            first, ends = rule.rounds_in(year)[0], None if one.renew == one.day else one.day
            dated[shared] = _dated(rule, first, year, one.party.id, *shared[:3], complete=shared[4], ends=ends)
        found = dated[shared]
        if isinstance(found, PlannedTask):
            year_of_end = str(one.schooljaar)
            yield replace(found, key=key, party=one.party.id, round=None, schooljaar=year_of_end, expires=one.day)


def _first_documents(
    rule: Rule,
    register: Register,
    calendars: Calendars,
    schooljaren: Collection[Schooljaar],
    only: str | None,
    extended: Mapping[str, date],
    complete: Mapping[str, date],
    begun: Mapping[str, str],
) -> Iterable[PlannedTask]:
    """The tasks of parties without any version: the whole ladder, as if a document ended on the day of `eerste`."""
    if rule.first is None:
        return
    valid = [schooljaar for schooljaar in sorted(schooljaren) if is_valid(rule, schooljaar)]
    for party in lacking(rule, register):
        if only not in (None, party.id):
            continue
        key = document_key(rule.id, NO_VERSION, party.id)
        year = Schooljaar.parse(begun[key]) if key in begun else valid[0] if valid else None
        if year is None or year > max(schooljaren) or not is_valid(rule, max(year, min(schooljaren))):
            continue
        calendar = calendars.of(party.id)
        day = first_day(rule, year, calendar)
        if day is None:
            continue
        usual = rule.rounds_in(year)[0]
        deviates = tuple(name for name in usual.deviates if name != "due")
        round_ = replace(usual, due=rule.first, deviates=deviates)
        known = complete.get(key)
        found = _dated(rule, round_, year, party.id, calendar, extended.get(key), day, complete=known)
        if isinstance(found, PlannedTask):
            yield replace(found, key=key, party=party.id, round=None, expires=None)


def _dated(
    rule: Rule,
    round_: Round,
    schooljaar: Schooljaar,
    party: str,
    calendar: Calendar,
    extended: date | None,
    expires: date | None = None,
    arranged: date | None = None,
    complete: date | None = None,
    ends: date | None = None,
) -> PlannedTask | NotPlanned:
    dates = planned_dates(rule, round_, schooljaar, calendar, extended, expires, arranged, complete, ends)
    return dates if isinstance(dates, NotPlanned) else _task(rule, round_, schooljaar, party, dates, expires)


def _task(
    rule: Rule, round_: Round, schooljaar: Schooljaar, party: str, dates: PlannedDates, expires: date | None
) -> PlannedTask:
    return PlannedTask(
        key=task_key(rule.id, schooljaar, round_.name, party),
        rule=rule.id,
        schooljaar=str(schooljaar),
        round=round_.name,
        party=party,
        kind=rule.kind,
        title=rule.title,
        explanation=rule.explanation,
        asked=rule.asked,
        together=rule.together,
        peildatum=dates.peildatum,
        opens=dates.opens,
        begins=dates.begins,
        due=dates.due,
        expires=expires,
        accept_needed=rule.accept_needed,
        steps=tuple(
            PlannedStep(
                name=step.name,
                position=position,
                date=day,
                to=step.to,
                copy=step.copy,
                template=step.template,
                hold=step.hold,
                escalation=step.escalation,
                on_talk=anchor_of(step.at) == "afspraak",
                on_uses=anchor_of(step.at) == "compleet",
            )
            for position, (step, (_, day)) in enumerate(zip(rule.steps, dates.steps, strict=True))
        ),
        reasons=dates.reasons,
        phases=dates.phases,
    )


def _change(task: PlannedTask, stored: StoredTask | None, cancelled_by_hand: Collection[str]) -> Change:
    if stored is None or (stored.state == "cancelled" and task.key not in cancelled_by_hand):
        return Change("new", task, stored)
    if stored.state not in OPEN_STATES:
        return Change("same", stored.plan, stored)
    if stored.extended is not None and stored.extended != task.due:
        raise ValueError(f"{task.key} was expanded without its extension to {stored.extended}")
    if _calendar_of(task) != _calendar_of(stored.plan):
        return Change("move", task, stored)
    return Change("same" if task == stored.plan else "text", task, stored)


def _calendar_of(task: PlannedTask) -> tuple[object, ...]:
    """What makes a change a move: the task's dates, and which steps it has on which day."""
    steps = frozenset((step.name, step.date) for step in task.steps)
    return task.peildatum, task.opens, task.due, task.expires, steps
