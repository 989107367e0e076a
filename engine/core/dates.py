"""The dates of a rule's round for everyone who shares a calendar, each with its reason in Dutch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from engine.core.calendar import Calendar
from engine.core.date_reasons import (
    date_reason,
    earlier_reason,
    extended_reason,
    lagged_reason,
    peildatum_reason,
    step_reason,
    unpublished,
)
from engine.core.dating import Place, UnknownVakantie
from engine.core.dutch import capitalised, counted, long_date
from engine.core.moment import DayOfYear
from engine.core.rule import Round, Rule
from engine.core.schooljaar import Schooljaar
from engine.core.task import PlannedPhase, Reason

# With fewer schooldagen to answer an uitvraag the writer of a rule is told.
FEWEST_DAYS = 5


@dataclass(frozen=True, slots=True)
class DateNote:
    """What a reader should know of a date although it stops nothing; `field` as in a Reason, the text Dutch."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class PlannedDates:
    """The dates of one round on one calendar. `steps` are (name, date) in the order of the file.

    The date of a step is None while it waits for an appointment, or for what the task uses. `begins` is a period's
    first day, None outside one.
    """

    peildatum: date | None
    opens: date
    due: date
    steps: tuple[tuple[str, date | None], ...]
    reasons: tuple[Reason, ...]
    notes: tuple[DateNote, ...]
    begins: date | None = None
    phases: tuple[PlannedPhase, ...] = ()


@dataclass(frozen=True, slots=True)
class NotPlanned:
    """A round that hangs on a vakantie which is not published yet; `text` says which, in Dutch."""

    text: str


def planned_dates(
    rule: Rule,
    round_: Round,
    schooljaar: Schooljaar,
    calendar: Calendar,
    extended: date | None = None,
    expires: date | None = None,
    arranged: date | None = None,
    complete: date | None = None,
    ends: date | None = None,
) -> PlannedDates | NotPlanned:
    """Computes every date of the round, rolled to open days as contract.md section 2 says.

    `extended` is the last day that was granted instead of the rule's; it stands as granted, and the ladder
    follows it. `expires` is the anchor `vervalt`, given for a document; `arranged` the anchor `afspraak`, for a gesprek
    that has one; `complete` the anchor `compleet`, once all that the task uses is in. `ends`: the last day of a
    document that is to be renewed before it, on the day that `expires` then is. Anchors that refer to each other in a
    circle are refused when the rule is read.
    """
    place = Place(rule, round_, schooljaar, calendar, extended, expires, arranged, complete, ends)
    try:
        return _planned(place)
    except UnknownVakantie as unknown:
        return NotPlanned(unknown.text)


def first_day(rule: Rule, schooljaar: Schooljaar, calendar: Calendar) -> date | None:
    """The day that `eerste` of a document rule says, before rolling; None where it cannot be told yet."""
    if rule.first is None:
        return None
    try:
        return Place(rule, rule.rounds[0], schooljaar, calendar).day(rule.first)
    except UnknownVakantie:
        return None


def _planned(place: Place) -> PlannedDates:
    peildatum, opens, due = None, place.opens, place.due
    phases = {phase.name: place.phase_day(phase.due) for phase in place.rule.phases}
    steps = tuple(
        (step.name, place.lagged_day(phases[step.phase], step.lag) if step.phase else place.step_day(step.at))
        for step in place.rule.steps
    )
    reasons = []
    if place.round.peildatum is not None:
        peildatum = place.anchor("peildatum")
        assert peildatum is not None  # noqa: S101  # a peildatum never hangs on an appointment
        told = peildatum_reason(place, place.round.peildatum, peildatum)
        reasons.append(Reason("peildatum", told + _deviates(place, "peildatum")))
    reasons.append(Reason("opens", date_reason(place, place.opens_at, opens) + _deviates(place, "opens")))
    if place.extended is not None:
        reasons.append(Reason("due", extended_reason(due)))
    else:
        told = date_reason(place, place.due_at, due) + _deviates(place, "due")
        reasons.append(Reason("due", told if place.ends is None else f"{told} {earlier_reason(place.ends)}"))
    for phase in place.rule.phases:
        reasons.append(Reason(f"phase:{phase.name}", step_reason(place, phase.due, phases[phase.name])))
    for step, (name, day) in zip(place.rule.steps, steps, strict=True):
        if step.phase and day is not None:
            reasons.append(Reason(f"step:{name}", lagged_reason(place, phases[step.phase], step.when, day)))
        else:
            reasons.append(Reason(f"step:{name}", step_reason(place, step.at, day)))
    begins = None
    if (first := place.round.first) is not None:
        begins = opens if place.round.opens == first else place.anchor("van")
    ends = tuple(PlannedPhase(phase.name, phases[phase.name], phase.by) for phase in place.rule.phases)
    return PlannedDates(peildatum, opens, due, steps, tuple(reasons), _notes(place, steps), begins, ends)


def _deviates(place: Place, field: str) -> str:
    """That the date is another one than usual in this schooljaar, as a sentence, or nothing."""
    if field not in place.round.deviates:
        return ""
    return f" In {place.schooljaar} wijkt deze {'ronde' if place.round.name else 'regel'} af."


def _notes(place: Place, steps: tuple[tuple[str, date | None], ...]) -> tuple[DateNote, ...]:
    opens, due = place.opens, place.due
    notes = [DateNote("due", text) for text in _of_due(place)]
    first_on: dict[date, str] = {}
    for step, (name, day) in zip(place.rule.steps, steps, strict=True):
        if step.phase:
            continue
        said = place.day(step.at)
        if said is not None and said < opens == day:
            notes.append(DateNote(f"step:{name}", step_reason(place, step.at, day)))
        elif day is not None and day in first_on:
            both = f"De stappen {first_on[day]} en {name} gaan op dezelfde dag: {long_date(day)}."
            notes.append(DateNote(f"step:{name}", both))
        if day is not None:
            first_on[day] = name
    dated = [("opens", opens), ("due", due), *((f"step:{name}", day) for name, day in steps)]
    if place.stands:  # both say the same, and a fixed day that never rolls is no other day
        dated = dated[2 if isinstance(place.due_at, DayOfYear) else 1 :]
    for name, day in dated:
        if day is not None and day > place.calendar.published_until:
            text = f"{unpublished(place.calendar)} {capitalised(long_date(day))} kan daardoor anders uitvallen."
            notes.append(DateNote(name, text))
    return tuple(notes)


def _of_due(place: Place) -> Iterator[str]:
    if place.due < place.opens:
        yield f"{capitalised(long_date(place.due))} is voor de dag dat de taak opent."
        return
    if place.extended is not None:
        return
    said = place.day(place.due_at)
    if said is not None and place.due_rolls == "vorige" and place.due > said:
        yield (
            f"De laatste open dag voor {long_date(said)} ligt voor de dag dat de taak opent, "
            f"dus de uiterste dag is {long_date(place.due)}."
        )
    left = place.calendar.open_days_between(place.opens, place.due)
    if place.rule.kind == "uitvraag" and left < FEWEST_DAYS:
        days = counted(left, "schooldag", "schooldagen")
        yield f"Van {long_date(place.opens)} tot en met {long_date(place.due)} is kort: {days}."
