"""How many documents a month brings for ten years, and how an overfull month is spread: earlier, never later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.calendar import Calendar, Vakantie
from engine.core.document_load import (
    average,
    first_of,
    load_per_month,
    months_ahead,
    renewals,
    usual_most,
)
from engine.core.moment import parse_moment
from engine.core.rule import Round, Rule
from engine.core.schooljaar import Schooljaar
from engine.core.sheets import DocumentRow
from engine.core.spreading import NOTICE, Spreading, shifted, spread
from tests.core.yearplan import a_register, a_rule, a_school, a_step

TODAY = date(2026, 11, 28)
WHEN = Round(None, None, parse_moment("6 maanden voor vervalt"), parse_moment("vervalt"))
RULE = a_rule(
    "sop", rounds=(WHEN,), steps=(a_step("uitvraag", "opent"),), kind="document", document="SOP", validity_years=4
)
SUMMERS = tuple(Vakantie("zomervakantie", date(year, 7, 3), date(year, 8, 20)) for year in range(2026, 2038))
CALENDAR = Calendar("noord", {}, SUMMERS, published_until=date(2037, 9, 1))


class OneCalendar:
    """Everybody's schools are open alike."""

    def __init__(self, calendar: Calendar = CALENDAR) -> None:
        self.calendar = calendar

    def of(self, party: str) -> Calendar:
        return self.calendar


CALENDARS = OneCalendar()


def a_document(ends: date, party: str, renew_by: date | None = None) -> DocumentRow:
    return DocumentRow("SOP", party, date(2022, 1, 10), "v1", ends, renew_by=renew_by)


def found(*ends: date, rules: tuple[Rule, ...] = (RULE,), renew_by: date | None = None):
    rows = tuple(a_document(day, f"S{number:03}", renew_by) for number, day in enumerate(ends))
    register = replace(a_register(*(a_school(row.party) for row in rows)), documents=rows)
    return renewals(rules, register, CALENDARS, TODAY)


def loads(*ends: date, **options) -> dict[date, int]:
    rules = options.get("rules", (RULE,))
    return {one.month: one.total for one in load_per_month(found(*ends, **options), rules, TODAY) if one.total}


def proposed(*ends: date, most: int = 2, fixed=(), calendars=CALENDARS) -> Spreading:
    return spread(found(*ends), (RULE,), calendars, TODAY, most, fixed)


def test_a_document_counts_again_after_each_validity():
    """On 12 May 2028, and four and eight years after it; ten years are looked at."""
    assert loads(date(2028, 5, 12)) == {date(2028, 5, 1): 1, date(2032, 5, 1): 1, date(2036, 5, 1): 1}
    assert len(months_ahead(TODAY)) == 120


def test_what_has_expired_counts_today_and_again_from_today():
    assert loads(date(2025, 3, 1)) == {date(2026, 11, 1): 1, date(2030, 11, 1): 1, date(2034, 11, 1): 1}


def test_an_agreed_earlier_day_counts_instead_of_the_end():
    assert min(loads(date(2028, 5, 12), renew_by=date(2028, 2, 4))) == date(2028, 2, 1)


def test_a_rule_that_ends_asks_no_more():
    """Of a law that holds until the schooljaar 2031-2032, the renewal of May 2032 is the last."""
    ending = replace(RULE, valid_to=Schooljaar(2031))
    assert list(loads(date(2028, 5, 12), rules=(ending,))) == [date(2028, 5, 1), date(2032, 5, 1)]
    assert loads(date(2033, 5, 12), rules=(ending,)) == {}


def test_first_documents_count_where_the_rule_asks_for_them():
    rule = replace(RULE, first=parse_moment("1 februari"))
    register = a_register(a_school("S1"))
    (one,) = renewals((rule,), register, CALENDARS, TODAY)
    assert (one.key, one.day, one.version) == ("sop.v0.S1", date(2027, 2, 1), "")
    assert renewals((RULE,), register, CALENDARS, TODAY) == []


def test_overfull_is_more_than_twice_the_average_and_at_least_three():
    assert usual_most(load_per_month(found(date(2028, 5, 12)), (RULE,), TODAY)) == 3
    many = load_per_month(found(*[date(2028, 5, 12)] * 95), (RULE,), TODAY)
    assert (round(average(many), 3), usual_most(many)) == (2.375, 5)


def test_what_is_too_much_goes_to_the_nearest_months_before_it():
    """Four in May where two fit: one to April, and the months with room are filled from the nearest on."""
    ends = [date(2028, 5, day) for day in (9, 10, 11, 12)]
    shifts = proposed(*ends).shifts
    assert [(one.renewal.party, one.day) for one in shifts] == [("S000", date(2028, 4, 7)), ("S001", date(2028, 4, 10))]
    assert shifts[0].opens == date(2027, 10, 7)


def test_a_month_in_a_vakantie_is_passed_over():
    """In August 2028 the schools open on the 21st; of July the 1st and 2nd alone are free of it, a weekend."""
    days = [one.day for one in proposed(*[date(2028, 9, 5)] * 7).shifts]
    assert days == [date(2028, 5, 5), *[date(2028, 6, 5)] * 2, *[date(2028, 8, 21)] * 2]


def test_what_is_asked_already_or_expired_stays_and_is_told():
    """It takes six months to ask, and two weeks of notice; who was asked is not asked anew."""
    result = proposed(
        *[date(2026, 1, 1)] * 3, *[date(2027, 5, 12)] * 3, *[date(2028, 5, 12)] * 3, fixed=["sop.v1.S008"]
    )
    assert [(one.month, one.over) for one in result.left] == [
        (month, 1) for month in (date(2026, 11, 1), date(2027, 5, 1), *(date(year, month, 1) for year, month in LATER))
    ]
    assert [one.renewal.party for one in result.shifts] == ["S006"]
    assert result.left[0].why == ("3 zijn al verlopen",)
    assert result.left[1].why == ("3 worden al gevraagd, of binnen twee weken",)
    assert result.left[2].why == ("3 zijn volgende versies: die spreidt u later",)


LATER = ((2030, 11), (2031, 5), (2034, 11), (2035, 5))


def test_of_which_the_vakanties_are_not_known_no_day_is_proposed():
    unknown = OneCalendar(replace(CALENDAR, published_until=date(2028, 4, 1)))
    assert [one.day for one in proposed(*[date(2028, 5, 12)] * 3, calendars=unknown).shifts] == [date(2028, 3, 10)]


def test_a_month_that_fits_is_left_alone():
    assert proposed(date(2028, 5, 12), date(2028, 5, 13)) == Spreading(2, (), ())


days = st.dates(date(2024, 1, 1), date(2033, 12, 31))


@settings(max_examples=30)
@given(st.lists(days, max_size=40), st.integers(1, 6), st.sets(st.integers(0, 40), max_size=5))
def test_whatever_there_is_nothing_comes_later_and_nothing_is_lost(ends, most, numbers):
    """Each day is earlier than the end, open, in an earlier month that does not become overfull, and asked in time."""
    fixed = {f"sop.v1.S{number:03}" for number in numbers}
    before = found(*ends)
    result = spread(before, (RULE,), CALENDARS, TODAY, most, fixed)
    assert result == spread(before, (RULE,), CALENDARS, TODAY, most, fixed)
    after = shifted(before, result.shifts)
    assert [one.key for one in after] == [one.key for one in before]
    assert len({one.renewal.key for one in result.shifts}) == len(result.shifts)
    for one in result.shifts:
        assert one.day < one.renewal.day
        assert first_of(one.day) < first_of(one.renewal.day)
        assert CALENDAR.is_open(one.day)
        assert one.opens >= TODAY + NOTICE
        assert one.renewal.key not in fixed
        assert one.renewal.day >= TODAY
        assert one.renewal.day - one.day <= timedelta(days=397)
    now = {one.month: one.total for one in load_per_month(after, (RULE,), TODAY)}
    # Nothing that is renewed once more comes so soon.
    for month in {first_of(one.day) for one in result.shifts if one.day < date(2030, 11, 1)}:
        assert now[month] <= most
    assert {left.month: left.over for left in result.left} == {
        month: total - most for month, total in now.items() if total > most
    }
