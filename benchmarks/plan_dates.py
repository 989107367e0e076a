"""Plans a year for 100 and for 10,000 schools over three calendars: at most 1.5 times the date work."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from unittest.mock import patch

from benchmarks._measure import is_smoke, verdict
from engine.adapters.calendars import SchoolCalendars
from engine.adapters.rulebook import read_rulebook
from engine.adapters.workspace import read_settings, read_templates
from engine.core import planning
from engine.core.dates import NotPlanned, PlannedDates, planned_dates
from engine.core.party import SWV, Party, Register
from engine.core.problem import stops
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.settings import Settings
from engine.core.sheets import DocumentRow

REPOSITORY = Path(__file__).parents[1]
DEMAND = 1.5
FEW, MANY, REPEATS = 100, 10_000, 5
SMOKE_FEW, SMOKE_MANY, SMOKE_REPEATS = 100, 400, 1
REGIONS = ("noord", "midden", "zuid")
SCHOOLS_OF_A_BESTUUR = 8
YEAR = Schooljaar(2026)
# A document's dates hang on the day it expires. Boards meet on few days; 100 schools already have all of these.
EXPIRES = (date(2026, 10, 1), date(2027, 1, 31), date(2027, 3, 14), date(2027, 7, 31))


@dataclass
class DateWork:
    """Calls of planned_dates, and the CPU seconds in them."""

    calls: int = 0
    seconds: float = 0.0

    def watched(self, dates: Callable[..., PlannedDates | NotPlanned]) -> Callable[..., PlannedDates | NotPlanned]:
        """The same function, that counts."""

        def counted(*given: object) -> PlannedDates | NotPlanned:
            begin = time.process_time()
            found = dates(*given)
            self.seconds += time.process_time() - begin
            self.calls += 1
            return found

        return counted


def a_register(schools: int, rules: tuple[Rule, ...]) -> Register:
    """So many schools, each with the documents that the rules ask for; neighbours lie in different regions."""
    parties = [Party(SWV, "swv", "SWV")]
    parties += [
        Party(f"{70_000 + number}", "bestuur", f"Bestuur {number}", region=REGIONS[number % len(REGIONS)])
        for number in range(-(-schools // SCHOOLS_OF_A_BESTUUR))
    ]
    documents = []
    kinds = [rule.document for rule in rules if rule.kind == "document"]
    for number in range(schools):
        region, bestuur = REGIONS[number % len(REGIONS)], f"{70_000 + number // SCHOOLS_OF_A_BESTUUR}"
        school = Party(f"S{number:05}", "school", f"School {number}", bestuur=bestuur, region=region)
        parties.append(school)
        until = EXPIRES[number % len(EXPIRES)]
        documents += [DocumentRow(kind, school.id, date(2022, 10, 1), "1", until) for kind in kinds]
    return Register({party.id: party for party in parties}, {}, (), documents=tuple(documents))


def date_work(rules: tuple[Rule, ...], settings: Settings, schools: int, repeats: int) -> tuple[DateWork, int]:
    """The least date work of planning the schooljaar, of some runs, and how many tasks that gave."""
    register = a_register(schools, rules)
    runs, tasks = [], 0
    for _ in range(repeats):
        work = DateWork()
        calendars = SchoolCalendars(settings, register.parties)
        with patch.object(planning, "planned_dates", work.watched(planned_dates)):
            tasks = len(planning.expand(rules, register, calendars, [YEAR], {}))
        runs.append(work)
    return min(runs, key=lambda work: work.seconds), tasks


def main() -> int:
    """Measures both, and prints the ratios."""
    smoke = is_smoke(__doc__ or "")
    few, many, repeats = (SMOKE_FEW, SMOKE_MANY, SMOKE_REPEATS) if smoke else (FEW, MANY, REPEATS)
    templates = read_templates(REPOSITORY, REPOSITORY / "mail_templates")
    rulebook, problems = read_rulebook(REPOSITORY, "rules/vo", templates, ())
    settings, wrong = read_settings(REPOSITORY, {})
    if settings is None or not rulebook.rules or stops(problems):
        raise RuntimeError(f"the workspace cannot be read: {(*wrong, *problems)}")
    date_work(rulebook.rules, settings, few, 1)
    little, few_tasks = date_work(rulebook.rules, settings, few, repeats)
    much, many_tasks = date_work(rulebook.rules, settings, many, repeats)
    calls, seconds = much.calls / little.calls, much.seconds / little.seconds
    print(
        f"plan_dates: {few} schools, {few_tasks} tasks: {little.calls} times dates, {little.seconds:.4f} s; "
        f"{many} schools, {many_tasks} tasks: {much.calls} times dates, {much.seconds:.4f} s"
    )
    # Counts are exact, so they hold in a smoke run too.
    counted = f"plan_dates: ratio of the counts {calls:.2f}, at most {DEMAND:g}"
    timed = f"plan_dates: ratio of the times {seconds:.2f}, at most {DEMAND:g}"
    return max(verdict(counted, calls <= DEMAND, smoke=False), verdict(timed, seconds <= DEMAND, smoke))


if __name__ == "__main__":
    sys.exit(main())
