"""What an action changes, in Dutch sentences, before it is done: what lapses, what moves, who hears it later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from engine.core.dutch import counted, weekday_date
from engine.core.ladder import request_of
from engine.core.roles import the_role
from engine.core.rule import AT_SCHOOLS
from engine.core.task import PlannedStep, StoredTask

WAITING = ("pending", "due")


@dataclass(frozen=True, slots=True)
class Effect:
    """A task before and after; `mails` are the numbers of messages out of which it was taken."""

    before: StoredTask
    after: StoredTask
    mails: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Change:
    """A step that was to come: on which day, and on which day now, None when not any more."""

    asked: str
    step: PlannedStep
    is_request: bool
    was: date | None
    now: date | None


def effects_told(effects: Sequence[Effect]) -> tuple[str, ...]:
    """The sentences, of one task or of many together."""
    changes = [change for effect in effects for change in _changes(effect)]
    again = [effect for effect in effects if _asks_again(effect)]
    later = any(effect.before.plan.due < effect.after.plan.due for effect in effects)
    told = tuple(_told(changes, len(again), _mails(effects))) + tuple(_anew(again))
    if not told and later and not any(step.state in WAITING for effect in effects for step in effect.after.steps):
        return ("Na de nieuwe dag volgt geen herinnering meer: alle stappen zijn al geweest.",)
    return told


def _told(changes: Sequence[_Change], again: int, mails: int) -> Iterator[str]:
    if again:
        yield f"{'De vraag gaat' if again == 1 else f'{again} vragen gaan'} opnieuw uit, met de nieuwe datum."
    if mails:
        yield f"{counted(mails, 'mail die klaarstaat, noemt', 'mails die klaarstaan, noemen')} deze vraag niet meer."
    lapsed = [one for one in changes if one.now is None]
    if count := sum(one.is_request for one in lapsed):
        yield f"{counted(count, 'verzoek gaat', 'verzoeken gaan')} niet meer uit."
    if count := len(_to_asked(lapsed)):
        yield f"{counted(count, 'herinnering vervalt', 'herinneringen vervallen')}."
    for role, found in _to_others(lapsed):
        yield _unheard(role, found)
    moved = [one for one in changes if one.now is not None and one.was is not None and one.now != one.was]
    if found := _to_asked(moved):
        days = sorted(one.now for one in found if one.now is not None)
        next_on = f"De eerste gaat nu op {weekday_date(days[0])}."
        yield f"{counted(len(found), 'herinnering schuift', 'herinneringen schuiven')} mee. {next_on}"
    for role, found in _to_others(moved):
        yield _later(role, found)


def _anew(again: Sequence[Effect]) -> Iterator[str]:
    """Who hears when no answer comes after it was asked anew."""
    first: dict[str, date] = {}
    for effect in again:
        for step in effect.after.steps:
            day = step.plan.date
            if step.state in WAITING and step.plan.escalation and day is not None:
                for role in step.plan.to:
                    first[role] = min(day, first.get(role, day))
    for role, day in first.items():
        who = the_role(role.removesuffix(AT_SCHOOLS))
        yield f"Komt er geen antwoord? Dan gaat er een mail naar {who}, op {weekday_date(day)}."


def _changes(effect: Effect) -> Iterator[_Change]:
    before = {step.plan.name: step for step in effect.before.steps}
    after = {step.plan.name: step for step in effect.after.steps}
    plan = effect.after.plan
    request = request_of(plan.asked, plan.steps)
    for name, old in before.items():
        new = after.get(name)
        waits = new is not None and new.state in WAITING
        if old.state not in WAITING and not (waits and effect.before.state == effect.after.state):
            continue
        now = new.plan.date if new is not None and waits else None
        if old.plan.date is not None:
            yield _Change(plan.asked, old.plan, request is not None and name == request.name, old.plan.date, now)


def _asks_again(effect: Effect) -> bool:
    return effect.after.again != "" and effect.before.state in ("submitted", "done", "waived")


def _mails(effects: Iterable[Effect]) -> int:
    return len({number for effect in effects for number in effect.mails})


def _to_asked(changes: Iterable[_Change]) -> list[_Change]:
    return [one for one in changes if one.asked in one.step.to and not one.is_request]


def _to_others(changes: Iterable[_Change]) -> list[tuple[str, list[_Change]]]:
    found: dict[str, list[_Change]] = {}
    for one in changes:
        if one.asked not in one.step.to:
            for role in one.step.to:
                found.setdefault(role.removesuffix(AT_SCHOOLS), []).append(one)
    return list(found.items())


def _unheard(role: str, found: Sequence[_Change]) -> str:
    days = sorted(one.was for one in found if one.was is not None)
    if len(found) == 1:
        return f"De mail aan {the_role(role)} van {weekday_date(days[0])} gaat niet meer uit."
    mails = f"{len(found)} mails aan {the_role(role)}"
    return f"{mails} gaan niet meer uit, de eerste van {weekday_date(days[0])}."


def _later(role: str, found: Sequence[_Change]) -> str:
    first = min(found, key=lambda one: (one.was or date.max, one.now or date.max))
    if first.now is None:
        return f"De mail aan {the_role(role)} gaat later uit."
    if len(found) == 1:
        return f"De mail aan {the_role(role)} schuift mee, naar {weekday_date(first.now)}."
    return f"{len(found)} mails aan {the_role(role)} schuiven mee, de eerste naar {weekday_date(first.now)}."
