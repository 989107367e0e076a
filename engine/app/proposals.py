"""What waits for a person: the difference that planning may not store by itself, and the adoption of a schooljaar.

Each is shown with a seal. Carried out is only what still has that seal.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from engine.app import checking, planning
from engine.app.desk import Desk
from engine.app.foresight import WEEKS, foresee
from engine.app.means import Means
from engine.app.preview import Difference, Preview, difference_of, preview
from engine.app.stages import settle_documents
from engine.core.fingerprint import fingerprint
from engine.core.forecast import foreseen
from engine.core.localtime import local_date
from engine.core.plan_notes import PlanNote, role_notes
from engine.core.planning import Change
from engine.core.rule import Rulebook
from engine.core.schooljaar import Schooljaar
from engine.core.task import PlannedTask, StoredTask
from engine.core.vacancies import vacancy_notes
from engine.store.facts import adopted, register_version, start_day
from engine.store.task_lines import tasks_of_round

# The rule by which people are asked whether the list of contacts is still right.
CONTACT_DETAILS = "contactgegevens"


@dataclass(frozen=True, slots=True)
class MailWeek:
    """How many mails a week brings at most, by its Monday."""

    monday: date
    mails: int


@dataclass(frozen=True, slots=True)
class People:
    """How well the people are known who will be asked: vacant roles, and who confirmed the contact details.

    Of `asked` parties `unconfirmed` did not confirm them in the schooljaar before; `opens` is when they are asked for
    them in this one, None where no rule does; `earlier` are the titles of what is asked of schools before that.
    """

    vacant: tuple[PlanNote, ...]
    asked: int
    unconfirmed: int
    opens: date | None
    earlier: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Adopting:
    """What adopting a schooljaar would do.

    `begun` tasks begin to run, of `held` of them the mail waits for the bureau; `waived` more are too late (n.v.t.).
    `weeks` are those of the first month with mail, of this schooljaar alone; `soon` counts all mails of the coming
    four weeks.
    """

    schooljaar: Schooljaar
    seen: Preview
    difference: Difference
    notes: tuple[PlanNote, ...]
    begun: int
    waived: int
    held: int
    weeks: tuple[MailWeek, ...]
    soon: int
    people: People
    seal: str

    @property
    def mails(self) -> int:
        """The mails of the first month."""
        return sum(week.mails for week in self.weeks)


def carry_out(
    connection: Connection,
    means: Means,
    rulebook: Rulebook,
    years: Sequence[Schooljaar],
    seal: str,
    now: datetime,
    by: str,
) -> tuple[Change, ...] | None:
    """Stores the difference that has this seal; None, and nothing is stored, where it is another one by now."""
    changes = planning.propose(connection, means, rulebook, years)
    if fingerprint(changes, rulebook) != seal:
        return None
    planning.apply(connection, means, changes, rulebook, now, by)
    settle_documents(Desk(connection, means, now, planning.PROGRAM), rulebook.rules)
    foresee(connection, means, now)
    return changes


def adopting(
    connection: Connection, means: Means, rulebook: Rulebook, schooljaar: Schooljaar, now: datetime
) -> Adopting:
    """What happens when the schooljaar is planned with the rulebook and adopted now; changes nothing."""
    seen = preview(connection, means, rulebook, [schooljaar], now, adopting=True, told=True)
    people = _people(connection, means, rulebook, schooljaar, [task.plan for task in seen.going], local_date(now))
    notes = checking.notes(connection, means, rulebook, now, schooljaar)
    return Adopting(
        schooljaar=schooljaar,
        seen=seen,
        difference=difference_of(seen),
        notes=tuple(one for one in notes if one not in people.vacant),
        begun=sum(task.state != "waived" for task in seen.going),
        waived=sum(task.state == "waived" for task in seen.going),
        held=sum(bool(task.held) for task in seen.going),
        weeks=_first_weeks(connection, means, seen.going, local_date(now)),
        soon=sum(day.after for day in seen.mails),
        people=people,
        seal=_seal(connection, seen, schooljaar, now),
    )


def adopt(
    connection: Connection,
    means: Means,
    rulebook: Rulebook,
    schooljaar: Schooljaar,
    seal: str,
    now: datetime,
    by: str,
) -> Adopting | None:
    """Stores the plan of the schooljaar and adopts it; None, and nothing is done, where the seal is another by now."""
    would = adopting(connection, means, rulebook, schooljaar, now)
    if would.seal != seal:
        return None
    planning.apply(connection, means, would.seen.changes, rulebook, now, by)
    settle_documents(Desk(connection, means, now, planning.PROGRAM), rulebook.rules)
    planning.adopt(connection, means, schooljaar, now, by)
    foresee(connection, means, now)
    return would


def _people(
    connection: Connection,
    means: Means,
    rulebook: Rulebook,
    schooljaar: Schooljaar,
    going: Sequence[PlannedTask],
    today: date,
) -> People:
    """`going` are the tasks that begin to run."""
    before = tasks_of_round(connection, CONTACT_DETAILS, str(schooljaar.previous), "", of=None)
    asked = [task for task in before if task.state != "cancelled"]
    opens = min((task.opens for task in going if task.rule == CONTACT_DETAILS), default=None)
    first: dict[str, date] = {}
    for task in going:
        if task.kind == "uitvraag" and opens is not None and task.opens < opens:
            first[task.title] = min(task.opens, first.get(task.title, task.opens))
    register = means.register(connection)
    nobody = [one for one in role_notes(rulebook.rules, register) if one.field == "vraag_aan"]
    return People(
        (*nobody, *vacancy_notes(rulebook.rules, register, today)),
        len(asked),
        sum(task.state != "done" for task in asked),
        opens,
        tuple(sorted(first, key=lambda title: (first[title], title))),
    )


def _seal(connection: Connection, seen: Preview, schooljaar: Schooljaar, now: datetime) -> str:
    """SHA-256 (hex) of all that decides what adopting does: the plan, the register, the day, what is adopted."""
    facts = (
        seen.seal,
        str(schooljaar),
        sorted(adopted(connection)),
        start_day(connection),
        register_version(connection),
        local_date(now),
        [(task.plan.key, task.state, task.held) for task in seen.going],
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _first_weeks(
    connection: Connection, means: Means, begun: Sequence[StoredTask], today: date
) -> tuple[MailWeek, ...]:
    """The mails of each week of the first month in which the tasks that begin bring any."""
    days = _days_of(step.plan.date for task in begun if task.state != "waived" for step in task.steps)
    if not days:
        return ()
    register, calendars = means.people(connection)
    first = max(today, min(days))
    last = first + timedelta(weeks=WEEKS)
    return _by_week(foreseen(begun, register, calendars, today, last))


def _days_of(days: Iterable[date | None]) -> list[date]:
    return [day for day in days if day is not None]


def _by_week(found: Mapping[date, frozenset[int]]) -> tuple[MailWeek, ...]:
    weeks: Counter[date] = Counter()
    for day, contacts in found.items():
        weeks[day - timedelta(days=day.weekday())] += len(contacts)
    return tuple(MailWeek(monday, mails) for monday, mails in sorted(weeks.items()))
