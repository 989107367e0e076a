"""When a moment lies as far as its rule says: never outside what any schooljaar and calendar make of it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.adapters.calendars import SchoolCalendars
from engine.adapters.rulebook.order import span
from engine.core.dating import Place
from engine.core.moment import DAY_KINDS, LAST_WEEK, WEEKDAYS, WHICH, Moment, MonthDay, WeekDay
from engine.core.schooljaar import Schooljaar
from engine.core.settings import REGIONS, Settings
from tests.core.rounds import a_rule

CALENDARS = [
    SchoolCalendars(Settings("SWV", "VO0000", "vo", region, "post@swv.example"), {}).of("16SW03") for region in REGIONS
]
MOMENTS = st.one_of(
    st.builds(MonthDay, st.sampled_from(WHICH), st.sampled_from(DAY_KINDS), st.integers(1, 12)),
    st.builds(WeekDay, st.sampled_from(WEEKDAYS), st.integers(1, LAST_WEEK)),
)


@settings(max_examples=200, deadline=None)
@given(MOMENTS, st.integers(2020, 2029), st.sampled_from(CALENDARS))
def test_a_day_lies_within_its_span(moment: Moment, first_year: int, calendar) -> None:
    """Days are counted from 1 August without 29 February, so that a day after it may count one more."""
    year, rule = Schooljaar(first_year), a_rule()
    day = Place(rule, rule.rounds[0], year, calendar).day(moment)
    assert day is not None
    found = span(moment, {})
    assert found is not None
    leap = year.end.year % 4 == 0 and (day.month, day.day) > (2, 28) and day.year == year.end.year
    counted = (day - year.begin).days
    assert found.first <= counted - leap
    assert counted - leap <= found.last
