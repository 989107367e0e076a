"""Builders for the tests of planning: parties, a rule, its tasks, and tasks as the store has them."""

from dataclasses import replace
from datetime import date

from engine.core.calendar import Calendar
from engine.core.moment import parse_moment
from engine.core.party import Party, Register
from engine.core.planning import Change, difference, expand
from engine.core.rule import Round, Rule, Step
from engine.core.schooljaar import Schooljaar
from engine.core.task import PlannedTask, StoredStep, StoredTask

YEAR = Schooljaar(2026)
NOORD = Calendar("noord", {})
ZUID = Calendar("zuid", {date(2026, 10, 1): "een vrije dag"})


class TwoRegions:
    """Parties whose id begins with Z lie in zuid, all others in noord."""

    def of(self, party: str) -> Calendar:
        return ZUID if party.startswith("Z") else NOORD


def a_school(id_: str, active=True) -> Party:
    return Party(id_, "school", f"School {id_}", bestuur="77494", active=active)


def a_bestuur(id_: str) -> Party:
    return Party(id_, "bestuur", f"Bestuur {id_}")


def a_register(*parties: Party) -> Register:
    return Register({party.id: party for party in parties}, {}, ())


def a_step(name: str, at: str) -> Step:
    return Step(name, parse_moment(at), ("administratie",), (), name, hold=False, escalation=False)


def a_round(name=None, opens="1 september", due="1 oktober") -> Round:
    return Round(name, parse_moment("1 oktober"), parse_moment(opens), parse_moment(due))


STEPS = (a_step("uitvraag", "opent"), a_step("te-laat", "1 schooldag na uiterlijk"))


def a_rule(id_="leerlingaantallen", per="school", rounds=(), steps=STEPS, **changes) -> Rule:
    rule = Rule(
        id=id_,
        title="Leerlingaantallen",
        explanation="",
        kind="uitvraag",
        per=per,
        asked="administratie",
        together=(),
        rounds=rounds or (a_round(),),
        steps=steps,
        done_when="ingediend",
        file=f"rules/vo/{id_}.yaml",
    )
    return replace(rule, **changes)


def tasks(*rules: Rule, register=None, schooljaren=(YEAR,), extended=None) -> tuple[PlannedTask, ...]:
    return expand(rules, register or a_register(a_school("16SW03")), TwoRegions(), schooljaren, extended or {})


def stored(task: PlannedTask, state="planned", **fields) -> StoredTask:
    steps = tuple(StoredStep(step, "pending") for step in task.steps)
    return StoredTask(task, state, version=1, rulebook=1, steps=steps, next_at=None, **fields)


def a_store(*rows: StoredTask) -> dict[str, StoredTask]:
    return {row.plan.key: row for row in rows}


def the_change(wanted, rows, schooljaren=(YEAR,)) -> Change:
    (change,) = difference(wanted, a_store(*rows), schooljaren)
    return change
