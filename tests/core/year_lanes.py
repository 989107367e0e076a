"""Builders for the tests of the jaarplanning's lanes, picture and table: real rules, three regions, made-up schools."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from engine.adapters.calendars import SchoolCalendars
from engine.core.calendar import Calendar
from engine.core.party import SWV, Party, Register, region_of
from engine.core.planning import expand
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.settings import Settings
from engine.core.sheets import ClosingRow, DocumentRow
from engine.core.year_table import YearRow, year_rows
from engine.core.yearplan import YearPlan, YearTask, as_year_task, year_plan
from tests.acceptance.printed_plan import Office

YEAR = Schooljaar(2026)
REGIONS = ("noord", "midden", "zuid")
SETTINGS = Settings("SWV De Proef", "VO0001", "vo", "noord", "planning@swv.example")
PARTIES = (
    *(Party(f"7000{number}", "bestuur", f"Stichting {region}", region=region) for number, region in enumerate(REGIONS)),
    *(
        Party(f"1{number}AA0{other}", "school", f"School {region} {other}", bestuur=f"7000{number}")
        for number, region in enumerate(REGIONS)
        for other in range(2)
    ),
    Party(SWV, "swv", "SWV De Proef"),
)


def a_register(documents: Collection[DocumentRow] = (), closings: Collection[ClosingRow] = ()) -> Register:
    """Two schools and a bestuur in each region."""
    return Register(
        {party.id: party for party in PARTIES}, {}, (), closings=tuple(closings), documents=tuple(documents)
    )


def calendars_of(register: Register) -> SchoolCalendars:
    return SchoolCalendars(SETTINGS, register.parties, register.closings)


def real_rules(sector: str = "vo") -> tuple[Rule, ...]:
    """The rules that come with the program."""
    return Office(sector, "noord").rules


def tasks_of(rules: Collection[Rule], register: Register, year: Schooljaar = YEAR) -> list[YearTask]:
    return [as_year_task(task) for task in expand(rules, register, calendars_of(register), [year], {})]


def regions_of(register: Register, scope: Collection[str] | None = None) -> dict[str, list[Calendar]]:
    found: dict[str, list[Calendar]] = {}
    for school in register.active("school"):
        if scope is None or school.id in scope:
            found.setdefault(region_of(school, register.parties, "noord"), []).append(
                calendars_of(register).of(school.id)
            )
    return found


def a_plan(
    rules: Collection[Rule],
    register: Register | None = None,
    *,
    year: Schooljaar = YEAR,
    tasks: Collection[YearTask] | None = None,
    scope: Collection[str] | None = None,
) -> YearPlan:
    """The jaarplanning of what these rules ask of the schools of the register."""
    people = register or a_register()
    found = tasks if tasks is not None else tasks_of(rules, people, year)
    return year_plan(rules, found, people, calendars_of(people), regions_of(people, scope), year, scope)


def rows_of(
    rules: Collection[Rule],
    register: Register | None = None,
    *,
    tasks: Collection[YearTask] | None = None,
    today: date | None = None,
) -> tuple[YearRow, ...]:
    """The same as a table."""
    people = register or a_register()
    found = tasks if tasks is not None else tasks_of(rules, people)
    plan = a_plan(rules, people, tasks=found)
    return year_rows(
        plan, found, people.parties, lambda id_: region_of(people.parties.get(id_), people.parties, "noord"), today
    )
