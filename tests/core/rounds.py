"""Builders for the tests of dates: a rule with one round, and a calendar that is as short as it can be."""

from dataclasses import replace
from datetime import date

from engine.core.calendar import Calendar, Vakantie
from engine.core.dates import PlannedDates, planned_dates
from engine.core.moment import parse_moment
from engine.core.rule import Round, Rule, Shift, Step
from engine.core.schooljaar import Schooljaar

YEAR = Schooljaar(2026)


def a_step(name: str, at: str) -> Step:
    return Step(name, parse_moment(at), ("administratie",), (), name, hold=False, escalation=False)


def a_moment(text):
    return parse_moment(text) if text else None


def a_rule(opens="1 september", due="1 oktober", peildatum=None, **steps: str) -> Rule:
    """A rule with `opent` and `uiterlijk`."""
    return with_round(Round(None, a_moment(peildatum), a_moment(opens), a_moment(due)), **steps)


def a_period(first: str, last: str, opens=None, kind="uitvraag", **steps: str) -> Rule:
    """A rule with `van` and `tot`; a gesprek may open earlier."""
    van, tot = parse_moment(first), parse_moment(last)
    return replace(with_round(Round(None, None, a_moment(opens) or van, tot, van, tot), **steps), kind=kind)


def a_mijlpaal(peildatum: str, **steps: str) -> Rule:
    """A mijlpaal with a peildatum alone."""
    moment = parse_moment(peildatum)
    return replace(with_round(Round(None, moment, moment, moment), **steps), kind="mijlpaal")


def a_document_rule(opens: str, due: str, **steps: str) -> Rule:
    return replace(a_rule(opens, due, **steps), kind="document", document="SOP")


def shifted(rule: Rule, opens=None, due=None, steps=None) -> Rule:
    return replace(rule, shift=Shift(opens, due, steps))


def with_round(round_: Round, **steps: str) -> Rule:
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
        done_when="ingediend",
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


def dates(rule: Rule, schooljaar=YEAR, extended=None, calendar=None, expires=None) -> PlannedDates:
    return planned_dates(rule, rule.rounds[0], schooljaar, calendar or a_calendar(), extended, expires)


def step_date(planned: PlannedDates, name: str) -> date | None:
    return dict(planned.steps)[name]


def reason(planned: PlannedDates, field: str) -> str:
    (found,) = [reason.text for reason in planned.reasons if reason.field == field]
    return found
