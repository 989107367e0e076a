"""Builders for the tests of dates: a rule with one round, and a calendar that is as short as it can be."""

from datetime import date

from engine.core.calendar import Calendar, Vakantie
from engine.core.dates import PlannedDates, planned_dates
from engine.core.moment import parse_moment
from engine.core.rule import Round, Rule, Step
from engine.core.schooljaar import Schooljaar

YEAR = Schooljaar(2026)


def a_step(name: str, at: str) -> Step:
    return Step(name, parse_moment(at), ("administratie",), (), name, hold=False, escalation=False)


def a_rule(opens="1 september", due="1 oktober", peildatum=None, **steps: str) -> Rule:
    round_ = Round(
        name=None,
        peildatum=parse_moment(peildatum) if peildatum else None,
        opens=parse_moment(opens),
        due=parse_moment(due),
    )
    return Rule(
        id="leerlingaantallen",
        title="Leerlingaantallen",
        explanation="",
        kind="uitvraag",
        per="school",
        asked="administratie",
        together=(),
        rounds=(round_,),
        steps=tuple(a_step(name.replace("_", "-"), at) for name, at in steps.items()),
        accept_needed=False,
        file="rules/vo/leerlingaantallen.yaml",
    )


def a_calendar(published_until=date(2030, 8, 25)) -> Calendar:
    """Midden, as far as these tests need it."""
    return Calendar(
        key="midden",
        public={
            date(2026, 12, 25): "Eerste kerstdag",
            date(2027, 3, 26): "Goede vrijdag",
            date(2027, 3, 28): "Eerste paasdag",
            date(2027, 3, 29): "Tweede paasdag",
        },
        vakanties=(
            Vakantie("zomervakantie", date(2026, 7, 18), date(2026, 8, 30)),
            Vakantie("herfstvakantie", date(2026, 10, 17), date(2026, 10, 25)),
            Vakantie("kerstvakantie", date(2026, 12, 19), date(2027, 1, 3)),
        ),
        published_until=published_until,
    )


def dates(rule: Rule, schooljaar=YEAR, extended=None, calendar=None) -> PlannedDates:
    return planned_dates(rule, rule.rounds[0], schooljaar, calendar or a_calendar(), extended)


def step_date(planned: PlannedDates, name: str) -> date:
    return dict(planned.steps)[name]
