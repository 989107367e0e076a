"""Dates worked out by hand, each with its reasoning in words: vakanties, ends of months, a party's own weeks.

Midden in 2026-2027: zomer until Sunday 30 August, kerst 19 December to 3 January, voorjaar 20 to 28 February,
mei Saturday 24 April to Sunday 2 May, zomer from Saturday 17 July. Closed beside these: Goede vrijdag 26 March,
Tweede paasdag 29 March, Koningsdag 27 April, Bevrijdingsdag 5 May, Hemelvaartsdag 6 May, Tweede pinksterdag
17 May.
"""

from datetime import date

import pytest

from engine.adapters.calendars import SchoolCalendars
from engine.core.dates import NotPlanned
from engine.core.dating import Place
from engine.core.moment import WEEKDAYS, parse_moment
from engine.core.party import SWV, Party
from engine.core.schooljaar import Schooljaar
from engine.core.settings import Settings
from engine.core.sheets import ClosingRow
from tests.core.rounds import a_period, a_rule, dates, reason, step_date

MIDDEN = Settings("SWV", "VO0000", "vo", "midden", "post@swv.example")
SCHOOL = "16SW03"


def a_school_calendar(*rows: ClosingRow):
    return SchoolCalendars(MIDDEN, {SCHOOL: Party(SCHOOL, "school", "De Vaart")}, rows).of(SCHOOL)


def due_of(moment: str, *rows: ClosingRow, year=2026):
    return dates(a_rule("begin schooljaar", moment), Schooljaar(year), calendar=a_school_calendar(*rows))


BY_HAND = [
    ("31 december", "2027-01-04", "In the kerstvakantie until Sunday 3 January, so Monday the 4th."),
    ("1 september", "2026-09-01", "A Tuesday, two days after the summer."),
    ("15 augustus", "2026-08-31", "A Saturday in the summer, which ends on Sunday 30 August: Monday the 31st."),
    ("1 maart", "2027-03-01", "The Monday after the voorjaarsvakantie."),
    ("28 februari", "2027-03-01", "Sunday, the last day of the voorjaarsvakantie, so Monday 1 March."),
    ("laatste dag van februari", "2027-03-01", "The 28th, for 2027 is no leap year: a Sunday, so Monday 1 March."),
    ("laatste schooldag van februari", "2027-02-19", "Friday the 19th: from the 20th on it is vakantie."),
    ("laatste werkdag van februari", "2027-03-01", "Friday the 26th is a werkdag; the school is closed: 1 March."),
    ("laatste schooldag van december", "2026-12-18", "The Friday before the kerstvakantie."),
    ("eerste schooldag van januari", "2027-01-04", "The Monday after the kerstvakantie."),
    ("eerste dag van mei", "2027-05-03", "Saturday 1 May lies in the meivakantie until Sunday the 2nd: Monday."),
    ("eerste schooldag van augustus", "2026-08-31", "The only schooldag of that month in midden."),
    ("laatste maandag van maart", "2027-03-30", "The 29th is Tweede paasdag, so Tuesday the 30th."),
    ("eerste vrijdag van juni", "2027-06-04", "1 June is a Tuesday."),
    ("tweede schooldag van januari", "2027-01-05", "The first is Monday the 4th, after the kerstvakantie."),
    ("vierde dag van september", "2026-09-04", "A Friday."),
    (
        "derde werkdag van mei",
        "2027-05-07",
        "3 (1), 4 (2); then Bevrijdingsdag and Hemelvaartsdag; Friday the 7th.",
    ),
    ("tweede maandag van oktober", "2026-10-12", "1 October is a Thursday: Mondays are the 5th and the 12th."),
    ("vierde vrijdag van maart", "2027-03-30", "The 26th is Goede vrijdag, then the weekend and Tweede paasdag."),
    ("tweede schooldag van augustus", "2026-09-01", "August has the 31st alone, so the first one after August."),
    ("maandag van week 40", "2026-09-28", "Week 40 of 2026 begins on Monday 28 September."),
    ("vrijdag van week 2", "2027-01-15", "4 January 2027 is the Monday of week 1."),
    ("donderdag van week 52", "2027-01-04", "24 December lies in the kerstvakantie."),
    ("woensdag van week 27", "2027-07-07", "Week 26 begins on 28 June."),
    ("2 schooldagen na zomervakantie", "2026-09-01", "After Sunday 30 August: Monday 31 (1), Tuesday 1 (2)."),
    ("2 schooldagen voor zomervakantie", "2027-07-15", "Before Saturday 17 July: Friday 16 (1), Thursday 15 (2)."),
    ("1 week na herfstvakantie", "2026-11-02", "A week after Sunday 25 October is Sunday 1 November, so Monday."),
    ("0 dagen na kerstvakantie", "2027-01-04", "Its last day itself, Sunday 3 January, so Monday."),
    ("0 dagen voor kerstvakantie", "2027-01-04", "Its first day itself, Saturday 19 December, so after all of it."),
    ("1 maand na voorjaarsvakantie", "2027-03-30", "28 March is Eerste paasdag, the 29th Tweede: Tuesday the 30th."),
    (
        "3 schooldagen na meivakantie",
        "2027-05-07",
        "Monday 3 (1), Tuesday 4 (2); 5 May and Hemelvaartsdag do not count; Friday 7 May (3).",
    ),
    (
        "5 werkdagen voor meivakantie",
        "2027-04-19",
        "Before Saturday 24 April: Friday 23 (1), 22 (2), 21 (3), 20 (4), Monday 19 (5).",
    ),
]


@pytest.mark.parametrize(("moment", "day", "why"), BY_HAND)
def test_a_date_is_what_was_worked_out_by_hand(moment, day, why):
    assert due_of(moment).due.isoformat() == day, why


def test_the_last_day_of_february_is_the_29th_in_a_leap_year():
    # 2028 is one. It lies in the voorjaarsvakantie, but a peildatum never moves.
    rule = a_rule("begin schooljaar", "eind schooljaar", peildatum="laatste dag van februari")
    assert dates(rule, Schooljaar(2027), calendar=a_school_calendar()).peildatum == date(2028, 2, 29)


def test_tot_on_the_last_day_of_february_lies_before_the_vakantie():
    # A period's end rolls back: from Sunday 28 February past the whole voorjaarsvakantie to Friday the 19th.
    rule = a_period("1 februari", "laatste dag van februari")
    assert dates(rule, calendar=a_school_calendar()).due == date(2027, 2, 19)


# --- a school that takes two weeks in May: Saturday 24 April to Sunday 9 May

TWO_WEEKS = ClosingRow(SCHOOL, date(2027, 4, 24), date(2027, 5, 9), "", "meivakantie")


@pytest.mark.parametrize(
    ("moment", "day", "why"),
    [
        ("3 mei", "2027-05-10", "In its second week, so the Monday after."),
        ("1 schooldag na meivakantie", "2027-05-10", "The Monday after Sunday 9 May."),
        ("1 schooldag voor meivakantie", "2027-04-23", "It begins on the same Saturday as published."),
        ("eerste schooldag van mei", "2027-05-10", "Everything before it is vakantie."),
    ],
)
def test_a_school_with_two_weeks_in_may_has_its_own_dates(moment, day, why):
    assert due_of(moment, TWO_WEEKS).due.isoformat() == day, why


def test_a_school_that_takes_the_meivakantie_a_week_earlier_is_open_in_the_published_week():
    # From 17 to 25 April; of the published week Monday 26 April is open again, Tuesday 27 is Koningsdag.
    earlier = ClosingRow(SCHOOL, date(2027, 4, 17), date(2027, 4, 25), "", "meivakantie")
    assert due_of("2 schooldagen na meivakantie", earlier).due == date(2027, 4, 28)


def test_a_closing_day_beside_a_vakantie_is_not_counted_and_does_not_stretch_it():
    # Counted from Sunday 2 May: Monday 3 is closed, Tuesday 4 (1).
    studiedag = ClosingRow(SCHOOL, date(2027, 5, 3), date(2027, 5, 3), "studiedag")
    planned = due_of("1 schooldag na meivakantie", studiedag)
    assert planned.due == date(2027, 5, 4)
    assert reason(planned, "due") == (
        "1 schooldag na de meivakantie (laatste dag zondag 2 mei 2027): dinsdag 4 mei 2027. "
        "Een vrije dag (studiedag) telt niet mee."
    )


# --- no schooldag in the month

ALL_OF_SEPTEMBER = ClosingRow(SCHOOL, date(2026, 9, 1), date(2026, 9, 30), "verbouwing")


def test_the_first_schooldag_of_a_month_without_any_is_the_first_after_it():
    assert due_of("eerste schooldag van september", ALL_OF_SEPTEMBER).due == date(2026, 10, 1)


def test_the_last_schooldag_of_a_month_without_any_is_the_last_before_it():
    assert due_of("laatste schooldag van september", ALL_OF_SEPTEMBER).due == date(2026, 8, 31)


def test_the_reason_of_a_month_without_schooldag_says_so():
    assert reason(due_of("eerste schooldag van september", ALL_OF_SEPTEMBER), "due") == (
        "In september is er geen schooldag, en de eerste daarna is donderdag 1 oktober 2026."
    )


@pytest.mark.parametrize(
    ("which", "number", "days"),
    [("tweede", "twee", 29), ("derde", "drie", 28), ("vierde", "vier", 27)],
)
def test_a_month_with_too_few_schooldagen_gives_the_first_after_it(which, number, days):
    """Of September one schooldag too few is left at its end."""
    closed = ClosingRow(SCHOOL, date(2026, 9, 1), date(2026, 9, days), "verbouwing")
    planned = due_of(f"{which} schooldag van september", closed)
    assert planned.due == date(2026, 10, 1)
    assert reason(planned, "due") == (
        f"In september zijn er geen {number} schooldagen, en de eerste daarna is donderdag 1 oktober 2026."
    )


@pytest.mark.parametrize("first_year", range(2000, 2060))
def test_the_days_of_a_week_follow_each_other_in_their_year_of_the_schooljaar(first_year):
    """Week 31 may begin in the last days of July and week 30 end on 1 August; no other week leaves the schooljaar."""
    year, rule = Schooljaar(first_year), a_rule()
    place = Place(rule, rule.rounds[0], year, a_school_calendar())
    for week in (1, 9, 30, 31, 40, 52):
        days = [place.day(parse_moment(f"{day} van week {week}")) for day in WEEKDAYS]
        assert [day.isocalendar()[1:] for day in days] == [(week, number) for number in range(1, 8)]
        if week not in (30, 31):
            assert all(year.begin <= day <= year.end for day in days)
        assert days[6].month >= 8 if week == 31 else days[0].month != 8


# --- the SWV


def swv_dates(moment: str):
    return dates(a_rule("1 september", moment), calendar=SchoolCalendars(MIDDEN, {}).of(SWV))


def test_the_swv_works_in_the_kerstvakantie():
    assert swv_dates("31 december").due == date(2026, 12, 31)


def test_the_swv_counts_from_the_vakanties_of_its_region():
    # Sunday 3 January; Monday 4 (1), Tuesday 5 (2).
    assert swv_dates("2 schooldagen na kerstvakantie").due == date(2027, 1, 5)


# --- what is not published


def test_a_round_that_hangs_on_an_unpublished_vakantie_is_not_planned():
    assert due_of("1 week na herfstvakantie", year=2030) == NotPlanned(
        "De herfstvakantie van schooljaar 2030-2031 is nog niet bekend, dus deze taak staat nog niet in de planning."
    )


def test_a_step_that_hangs_on_an_unpublished_vakantie_keeps_the_round_out():
    rule = a_rule("1 september", "1 juni", laatste="1 week voor zomervakantie")
    assert dates(rule, Schooljaar(2030), calendar=a_school_calendar()) == NotPlanned(
        "De zomervakantie van 2031 is nog niet bekend, dus deze taak staat nog niet in de planning."
    )


def test_the_summer_in_which_a_schooljaar_begins_may_still_be_published():
    # The summer of 2030 ends in midden on Sunday 25 August.
    assert due_of("1 schooldag na zomervakantie", year=2030).due == date(2030, 8, 26)


def test_a_vakantie_that_a_school_gives_itself_is_known():
    own = ClosingRow(SCHOOL, date(2030, 10, 12), date(2030, 10, 20), "", "herfstvakantie")
    assert due_of("1 schooldag na herfstvakantie", own, year=2030).due == date(2030, 10, 21)


# --- reasons


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (
            "laatste dag van februari",
            "De laatste dag van februari is zondag 28 februari 2027. "
            "Dat valt in de voorjaarsvakantie, dus maandag 1 maart 2027.",
        ),
        ("tweede maandag van oktober", "De tweede maandag van oktober is maandag 12 oktober 2026."),
        ("maandag van week 40", "De maandag van week 40 is maandag 28 september 2026."),
        (
            "donderdag van week 52",
            "De donderdag van week 52 is donderdag 24 december 2026. "
            "Dat valt in de kerstvakantie, dus maandag 4 januari 2027.",
        ),
        ("eerste vrijdag van juni", "De eerste vrijdag van juni is vrijdag 4 juni 2027."),
        (
            "2 schooldagen na zomervakantie",
            "2 schooldagen na de zomervakantie (laatste dag zondag 30 augustus 2026): dinsdag 1 september 2026.",
        ),
        (
            "1 week voor meivakantie",
            "1 week voor de meivakantie (eerste dag zaterdag 24 april 2027) is zaterdag 17 april 2027. "
            "Dat valt in het weekend, dus maandag 19 april 2027.",
        ),
    ],
)
def test_the_reason_says_how_the_date_was_found(moment, text):
    assert reason(due_of(moment), "due") == text


def test_a_step_may_count_from_a_vakantie():
    rule = a_rule("1 september", "1 februari", herinnering="1 schooldag na kerstvakantie")
    assert step_date(dates(rule, calendar=a_school_calendar()), "herinnering") == date(2027, 1, 4)
