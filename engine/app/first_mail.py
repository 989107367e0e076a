"""Who gets the first mail of a rule that is not stored yet, and what the first of them would read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from engine.app.letters import first_letter
from engine.app.means import Means
from engine.core.letter import Rendered
from engine.core.localtime import start_of_day
from engine.core.planning import expand
from engine.core.ports import RenderError
from engine.core.recipients import recipients
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.task import StoredStep, StoredTask


@dataclass(frozen=True, slots=True)
class Hearer:
    """A party, the day of its first mail, and who gets it: names with, for the bureau, why it hears instead."""

    party: str
    day: date
    who: tuple[str, ...]
    fallback: str


@dataclass(frozen=True, slots=True)
class FirstMail:
    """Everybody who gets the first mail; `mail` is that of `to`, None where no text can be made of it."""

    hearers: tuple[Hearer, ...]
    to: str
    mail: Rendered | None


def first_mail(
    connection: Connection, means: Means, rule: Rule, schooljaar: Schooljaar, templates: Mapping[str, str]
) -> FirstMail:
    """The first mail of each task that the rule makes in the schooljaar, as the register is now."""
    register, calendars = means.people(connection)
    hearers: list[Hearer] = []
    to, mail = "", None
    for plan in expand([rule], register, calendars, [schooljaar], {}):
        step = next((step for step in plan.steps if step.date is not None), None)
        if step is None or step.date is None:
            continue
        readers = recipients(step, plan.together, first=True, party=plan.party, register=register, day=step.date)
        party = register.parties.get(plan.party)
        names = tuple(register.contacts[one.contact].name for one in readers)
        fallback = next((one.fallback for one in readers if one.fallback), "")
        hearers.append(Hearer(party.name if party else plan.party, step.date, names, fallback))
        if readers and not to:
            to = names[0]
            task = StoredTask(plan, "open", 1, 0, tuple(StoredStep(one, "pending") for one in plan.steps), None)
            letter = first_letter(task, step, readers[0], means, register, start_of_day(step.date))
            try:
                mail = means.renderer.render(letter, templates)
            except RenderError:
                mail = None
    return FirstMail(tuple(sorted(hearers, key=lambda one: (one.day, one.party.casefold()))), to, mail)
