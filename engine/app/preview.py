"""What a plan would do, with all that a person should know before storing it or adopting its schooljaar."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.app import placing, planning
from engine.app.checking import notes_on_people
from engine.app.day_moved import Pair, mails_of_plan
from engine.app.foresight import MailDay, coming_mail
from engine.app.means import Means
from engine.app.placing import Settled
from engine.core.chain_notes import chain_notes
from engine.core.difference import (
    RoundChange,
    Running,
    SchoolMove,
    Silent,
    Stopping,
    round_changes,
    school_moves,
    silent_rounds,
    stopping,
)
from engine.core.dutch import counted
from engine.core.filter_notes import filter_notes
from engine.core.fingerprint import fingerprint
from engine.core.localtime import local_date
from engine.core.party import Register
from engine.core.plan_notes import PlanNote, plan_notes
from engine.core.planning import Change, runs
from engine.core.ports import Calendars
from engine.core.rule import Rulebook
from engine.core.schooljaar import Schooljaar
from engine.core.task import StoredTask
from engine.core.vacancies import vacancy_notes
from engine.core.version_notes import version_notes
from engine.store.facts import Proposal, adopted, applied_rulebook, moved_schools, waiting_proposal
from engine.store.renaming import tasks_under
from engine.store.tasks import schooljaren_in_use


@dataclass(frozen=True, slots=True)
class Preview:
    """A difference with all that is told of it.

    `moves`: the schools that went to another bestuur; `going`: the tasks that begin to run; `once_adopted`: those that
    would begin if the first schooljaar were adopted now, and how many mails at most they bring in the coming weeks,
    None when it is adopted; `others`: how many tasks change in schooljaren it is not about; `new_rules`: the rulebook
    is another one than was applied last. `at_once`: how many mails its storing makes, because a last day moves that was
    or is near.
    """

    changes: Sequence[Change]
    moves: Sequence[SchoolMove]
    seal: str
    register: Register
    notes: Sequence[PlanNote]
    sending: Collection[str]
    mails: Sequence[MailDay]
    at_once: int
    going: Sequence[StoredTask]
    once_adopted: tuple[Sequence[StoredTask], int] | None
    others: Mapping[Schooljaar, int]
    waiting: Proposal | None
    new_rules: bool


def preview(
    connection: Connection,
    means: Means,
    rulebook: Rulebook,
    years: Sequence[Schooljaar],
    now: datetime,
    *,
    adopting: bool,
    told: bool,
) -> Preview:
    """The difference between the rulebook and the store, as it would be stored; changes nothing.

    `told`: with what is shown to people alone. `adopting`: as if the first of the schooljaren is adopted along.
    """
    changes = planning.propose(connection, means, rulebook, years)
    register, calendars = means.people(connection)
    applied = applied_rulebook(connection)
    before = adopted(connection)
    sending = before | ({str(years[0])} if adopting else set())
    once = sending | {str(years[0])}
    settled = placing.settled(connection, means, changes, once, now) if told else ()
    running = [one for one in settled if runs(one.asked, sending)]
    return Preview(
        changes=changes,
        moves=school_moves(moved_schools(connection), changes, register.parties) if told else (),
        seal=fingerprint(changes, rulebook),
        register=register,
        notes=[
            *_notes(rulebook, register, calendars, years, changes, first=applied is None),
            *_renames(connection, rulebook),
            *vacancy_notes(rulebook.rules, register, local_date(now)),
            *notes_on_people(connection, register, local_date(now)),
        ]
        if told
        else (),
        sending=sending,
        mails=coming_mail(connection, means, running, now) if sending else (),
        at_once=mails_of_plan(connection, means, _pairs(running), now),
        going=[one.after for one in running if one.begins],
        once_adopted=_once_adopted(connection, means, settled, before, now) if told and once != sending else None,
        others=_other_years(connection, means, rulebook, years, now) if told else {},
        waiting=waiting_proposal(connection),
        new_rules=applied is None or applied.hash != rulebook.hash,
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A preview as rows to be shown: the rounds that change, the days of the coming weeks on which the number of mails
    changes, and what goes out no more by itself. `before` and `after` are mails in those weeks, at most; `at_once` as
    in Preview.

    `same` tasks stay as they are; `others` are schooljaren it is not about that change too, with how many tasks.
    """

    rounds: tuple[RoundChange, ...]
    moves: tuple[SchoolMove, ...]
    same: int
    days: tuple[MailDay, ...]
    before: int
    after: int
    at_once: int
    silent: tuple[Silent, ...]
    others: tuple[tuple[str, int], ...]
    seal: str

    @property
    def running(self) -> tuple[Running, ...]:
        """Tasks that are no longer asked and run already: they stay until a person stops them."""
        return tuple(one for row in self.rounds for one in row.running)

    @property
    def stopping(self) -> tuple[Stopping, ...]:
        """The same, as they are stopped together."""
        return stopping(self.running)

    @property
    def savable(self) -> bool:
        """True where storing it changes anything."""
        return any(row.savable for row in self.rounds)


def difference_of(seen: Preview) -> Difference:
    """The rows of what a preview found; it must have been made to be told."""
    return Difference(
        rounds=round_changes(seen.changes, seen.register.parties),
        moves=tuple(seen.moves),
        same=sum(change.kind == "same" for change in seen.changes),
        days=tuple(day for day in seen.mails if day.before != day.after),
        before=sum(day.before for day in seen.mails),
        after=sum(day.after for day in seen.mails),
        at_once=seen.at_once,
        silent=silent_rounds(seen.going),
        others=tuple((str(year), count) for year, count in seen.others.items()),
        seal=seen.seal,
    )


def _pairs(running: Sequence[Settled]) -> list[Pair]:
    """The tasks that run already, before and after."""
    return [(one.before, one.after) for one in running if one.before is not None]


def _once_adopted(
    connection: Connection, means: Means, settled: Sequence[Settled], before: Collection[str], now: datetime
) -> tuple[Sequence[StoredTask], int]:
    """What would begin to run, and how many mails of it the coming weeks would bring."""
    asleep = [one for one in settled if not runs(one.asked, before)]
    days = coming_mail(connection, means, asleep, now)
    return [one.after for one in asleep if one.begins], sum(day.after for day in days)


def _notes(
    rulebook: Rulebook,
    register: Register,
    calendars: Calendars,
    years: Sequence[Schooljaar],
    changes: Sequence[Change],
    *,
    first: bool,
) -> list[PlanNote]:
    """What is odd between versions of a rule, and values that fit nobody.

    And what is odd in the rules whose tasks change, or at the first plan of all in each.
    """
    changed = {change.task.rule for change in changes if change.kind != "same"}
    rules = [rule for rule in rulebook.rules if first or rule.id in changed]
    between = version_notes(rulebook, years[0])
    clashing = [
        one
        for one in chain_notes(rulebook.rules, register, calendars, years)
        if any(one.file == rule.file for rule in rules)
    ]
    dates = plan_notes(rules, register, calendars, years)
    return [*between, *filter_notes(rulebook.rules, register), *dates, *clashing]


def _renames(connection: Connection, rulebook: Rulebook) -> Iterator[PlanNote]:
    """The rules that get a new id, with how many tasks go along."""
    named = {rule.formerly: rule for rule in reversed(rulebook.rules) if rule.formerly}
    for old, rule in named.items():
        if number := tasks_under(connection, old):
            text = f"{counted(number, 'taak', 'taken')} van `{old}` {'gaat' if number == 1 else 'gaan'} mee"
            yield PlanNote(rule.file, "heette", None, text, "Wat verstuurd of beantwoord is, blijft zo.")


def _other_years(
    connection: Connection, means: Means, rulebook: Rulebook, years: Sequence[Schooljaar], now: datetime
) -> dict[Schooljaar, int]:
    """How many tasks would change in each stored schooljaar, from the running one on, that this plan is not about."""
    running = Schooljaar.of(local_date(now))
    stored = sorted(Schooljaar.parse(year) for year in schooljaren_in_use(connection))
    found = {}
    for year in (one for one in stored if one >= running and one not in years):
        changes = planning.propose(connection, means, rulebook, [year])
        if count := sum(change.kind != "same" for change in changes):
            found[year] = count
    return found
