"""What holds for the dates of any rule, in any region and schooljaar."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.adapters.calendars import SchoolCalendars
from engine.core.dates import planned_dates
from engine.core.moment import DAYS_IN_MONTH, DayOfYear, Offset
from engine.core.rule import Round, Step
from engine.core.schooljaar import Schooljaar
from engine.core.settings import REGIONS, Settings
from tests.core.rounds import a_rule

CALENDARS = {
    region: SchoolCalendars(Settings("SWV", "VO0000", "vo", region, "post@swv.example"), {}).of("16SW03")
    for region in REGIONS
}
DAYS_OF_YEAR = [DayOfYear(month, day + 1) for month in range(1, 13) for day in range(DAYS_IN_MONTH[month - 1])]
UNITS = ["dagen", "weken", "werkdagen", "schooldagen"]


def offsets(anchor: str, first: int, last: int) -> list[Offset]:
    return [Offset(amount, unit, anchor) for unit in UNITS for amount in range(first, last + 1)]


STEPS_AT = [
    moment
    for anchor in ("opent", "uiterlijk", "peildatum")
    for moment in (*offsets(anchor, -30, 30), Offset(-3, "maanden", anchor), Offset(1, "jaar", anchor))
]
# Rounds that are in order: opent not after the peildatum, uiterlijk not before it.
ROUNDS = st.builds(
    Round,
    st.none(),
    st.sampled_from(DAYS_OF_YEAR),
    st.sampled_from(offsets("peildatum", -40, 0)),
    st.sampled_from(offsets("peildatum", 0, 40)),
)
RULES = st.builds(
    lambda round_, moments: replace(
        a_rule(),
        rounds=(round_,),
        steps=tuple(
            Step(f"stap-{number}", moment, ("directeur",), (), "stap", hold=False, escalation=False)
            for number, moment in enumerate(moments)
        ),
    ),
    ROUNDS,
    st.lists(st.sampled_from(STEPS_AT), max_size=4),
)


def any_round(test):
    return settings(max_examples=30, deadline=None)(
        given(rule=RULES, region=st.sampled_from(REGIONS), first_year=st.integers(2020, 2029))(test)
    )


def plan_of(rule, region, first_year):
    return planned_dates(rule, rule.rounds[0], Schooljaar(first_year), CALENDARS[region])


@any_round
def test_no_peildatum_ever_moves(rule, region, first_year):
    said = rule.rounds[0].peildatum
    assert plan_of(rule, region, first_year).peildatum == Schooljaar(first_year).day(said.month, said.day)


@any_round
def test_every_date_but_the_peildatum_is_an_open_day(rule, region, first_year):
    planned = plan_of(rule, region, first_year)
    for day in (planned.opens, planned.due, *(day for _, day in planned.steps)):
        assert CALENDARS[region].is_open(day)


@any_round
def test_no_step_comes_before_opent_and_uiterlijk_does_not_either(rule, region, first_year):
    planned = plan_of(rule, region, first_year)
    assert all(planned.opens <= day for day in (planned.due, *(day for _, day in planned.steps)))


@any_round
def test_the_same_calendar_gives_the_same_dates(rule, region, first_year):
    assert plan_of(rule, region, first_year) == plan_of(rule, region, first_year)


@any_round
def test_every_reason_names_the_date_that_came_out(rule, region, first_year):
    planned = plan_of(rule, region, first_year)
    by_field = {reason.field: reason.text for reason in planned.reasons}
    days = {"opens": planned.opens, "due": planned.due} | {f"step:{name}": day for name, day in planned.steps}
    assert all(f"{day.day} " in by_field[field] and str(day.year) in by_field[field] for field, day in days.items())
