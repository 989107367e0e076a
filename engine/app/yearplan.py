"""The jaarplanning of a schooljaar, from what is stored; of one that is not stored yet, from the rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from engine.app.checking import made_up_people
from engine.app.means import Means
from engine.core.calendar import Calendar
from engine.core.chain_notes import Clash, clashes
from engine.core.dutch import listed, long_date
from engine.core.party import Register, region_of
from engine.core.planning import expand
from engine.core.ports import Calendars
from engine.core.rule import Kind, Rule, Rulebook
from engine.core.schooljaar import Schooljaar
from engine.core.settings import REGIONS
from engine.core.yearplan import YearPlan, YearTask, as_year_task, year_plan
from engine.store.register import is_empty
from engine.store.yearplan import Adoption, adoption, closure, year_tasks


@dataclass(frozen=True, slots=True)
class Year:
    """A schooljaar as the jaarplanning shows it; `adoption` is None while it is a concept, `closure`
    until it is closed.

    `clashes` say in Dutch which rule needs what comes in only later. `stored`: its tasks are in the store; `known`:
    there is a register, else the people are made up to show dates with.
    """

    plan: YearPlan
    tasks: Sequence[YearTask]
    register: Register
    calendars: Calendars
    stored: bool
    known: bool
    adoption: Adoption | None
    closure: Adoption | None
    clashes: tuple[str, ...] = ()


def year_of(
    connection: Connection,
    means: Means,
    rulebook: Rulebook,
    schooljaar: Schooljaar,
    scope: Collection[str] | None = None,
) -> Year:
    """The jaarplanning of a schooljaar; with a `scope` of parties only what is meant for them."""
    known = not is_empty(connection)
    register, calendars = means.people(connection) if known else made_up_people(means)
    rules = rulebook.rules if known else [replace(rule, only=None, besides=None) for rule in rulebook.rules]
    tasks: Sequence[YearTask] = year_tasks(connection, str(schooljaar))
    stored = any(task.schooljaar == str(schooljaar) for task in tasks)
    if not stored:
        tasks = [as_year_task(task) for task in expand(rules, register, calendars, [schooljaar], {})]
    own = [task for task in tasks if scope is None or task.party in scope]
    regions = regions_of(means, register, calendars, scope)
    plan = year_plan(rules, own, register, calendars, regions, schooljaar, scope)
    signed = adoption(connection, str(schooljaar)), closure(connection, str(schooljaar))
    clashing = clashes_told(rules, register, calendars, schooljaar, scope)
    return Year(plan, own, register, calendars, stored, known, *signed, clashing)


def clashes_told(
    rules: Sequence[Rule],
    register: Register,
    calendars: Calendars,
    schooljaar: Schooljaar,
    scope: Collection[str] | None,
    *,
    of: Kind | None = None,
) -> tuple[str, ...]:
    """Which rule, of a soort or of all, needs what comes in only later, in Dutch; with a `scope` for these parties."""
    found = clashes(rules, register, calendars, [schooljaar], scope)
    together: dict[tuple[str, str, date], dict[str, None]] = {}
    for one in found:
        if of in (None, one.rule.kind):
            key = (one.rule.title, _first_day(one), one.due)
            together.setdefault(key, {})[one.used.title] = None
    return tuple(
        f"{title} {begins}. {listed(list(used))} {'is' if len(used) == 1 else 'zijn'} "
        f"pas uiterlijk {long_date(due)} binnen."
        for (title, begins, due), used in together.items()
    )


def _first_day(clash: Clash) -> str:
    """`begint op vrijdag 1 januari 2027; de eerste open dag is maandag 4 januari 2027`."""
    if clash.period is None or clash.period == clash.starts:
        return f"{clash.begins} op {long_date(clash.starts)}"
    return f"{clash.begins} op {long_date(clash.period)}; de eerste open dag is {long_date(clash.starts)}"


def regions_of(
    means: Means, register: Register, calendars: Calendars, scope: Collection[str] | None = None
) -> dict[str, tuple[Calendar, ...]]:
    """The calendars of the active schools in each region, from north to south; the SWV's own where there are none."""
    found: dict[str, dict[Calendar, None]] = {}
    for school in register.active("school"):
        if scope is None or school.id in scope:
            region = region_of(school, register.parties, means.settings.region)
            found.setdefault(region, {})[calendars.of(school.id)] = None
    if not found:
        _, made_up = made_up_people(means)
        found[means.settings.region] = {made_up.of("school"): None}
    return {region: tuple(found[region]) for region in sorted(found, key=_from_north)}


def _from_north(region: str) -> tuple[int, str]:
    known = [str(each) for each in REGIONS]
    return (known.index(region) if region in known else len(known)), region
