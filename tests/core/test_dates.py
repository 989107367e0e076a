"""The dates of a round: anchors, offsets, rolling."""

from datetime import date

import pytest

from engine.core.calendar import Calendar
from engine.core.schooljaar import Schooljaar
from tests.core.rounds import a_rule, dates, step_date

# --- the round's own dates


def test_a_day_of_the_autumn_lies_in_the_first_year():
    assert dates(a_rule(due="1 oktober")).due == date(2026, 10, 1)


def test_a_day_of_the_spring_lies_in_the_second_year():
    assert dates(a_rule(due="1 februari")).due == date(2027, 2, 1)


def test_the_peildatum_stays_on_a_closed_day():
    assert dates(a_rule(peildatum="31 december")).peildatum == date(2026, 12, 31)


def test_a_rule_without_peildatum_has_none():
    assert dates(a_rule()).peildatum is None


def test_opent_in_a_vakantie_rolls_to_the_first_open_day_after_it():
    assert dates(a_rule(opens="31 december", due="1 februari")).opens == date(2027, 1, 4)


def test_uiterlijk_on_a_saturday_rolls_to_monday():
    assert dates(a_rule(due="31 oktober")).due == date(2026, 11, 2)


def test_uiterlijk_on_goede_vrijdag_rolls_past_the_whole_of_easter():
    assert dates(a_rule(due="26 maart")).due == date(2027, 3, 30)


def test_uiterlijk_may_count_from_the_rolled_opent():
    # 31 December rolls to Monday 4 January; a week on is Monday 11 January.
    assert dates(a_rule(opens="31 december", due="1 week na opent")).due == date(2027, 1, 11)


def test_opent_may_count_from_the_rolled_uiterlijk():
    # Saturday 31 October rolls to Monday 2 November; a week before it is Monday 26 October.
    assert dates(a_rule(opens="1 week voor uiterlijk", due="31 oktober")).opens == date(2026, 10, 26)


def test_an_offset_from_a_closed_peildatum_counts_from_the_peildatum_as_it_stands():
    # Sunday 1 November: four weeks on is Sunday 29 November, so Monday 30.
    assert dates(a_rule(peildatum="1 november", due="4 weken na peildatum")).due == date(2026, 11, 30)


def test_schooldagen_leave_out_the_day_counted_from_and_a_vakantie():
    # From Wednesday 16 December: Thu 17 (1), Fri 18 (2), Mon 4 January (3).
    planned = dates(a_rule(peildatum="16 december", due="3 schooldagen na peildatum"))
    assert planned.due == date(2027, 1, 4)


def test_werkdagen_count_through_a_vakantie_and_then_roll():
    # Thu 17 (1), Fri 18 (2), Mon 21 (3), a werkdag in the kerstvakantie: rolls to 4 January.
    planned = dates(a_rule(peildatum="16 december", due="3 werkdagen na peildatum"))
    assert planned.due == date(2027, 1, 4)


def test_werkdagen_leave_out_a_public_holiday():
    # Thursday 24 December (1), Friday 25 does not count, Monday 28 (2).
    office = Calendar("swv", {date(2026, 12, 25): "Eerste kerstdag"}, published_until=date.max)
    rule = a_rule(peildatum="23 december", opens="1 december", due="2 werkdagen na peildatum")
    assert dates(rule, calendar=office).due == date(2026, 12, 28)


def test_nought_schooldagen_is_the_anchor_itself():
    assert dates(a_rule(peildatum="1 oktober", due="0 schooldagen na peildatum")).due == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ("1 maand voor peildatum", date(2027, 3, 1)),  # 28 February is a Sunday
        ("1 maand na peildatum", date(2027, 4, 30)),
        ("2 maanden na peildatum", date(2027, 5, 31)),
        ("1 jaar na peildatum", date(2028, 3, 31)),
    ],
)
def test_months_and_years_clamp_to_the_end_of_the_month(due, expected):
    assert dates(a_rule(peildatum="31 maart", due=due)).due == expected


def test_a_year_after_29_february_is_28_february():
    # Monday 28 February 2028, so the day after is the 29th; a year on there is none.
    rule = a_rule(peildatum="1 dag na uiterlijk", due="28 februari", jaar="1 jaar na peildatum")
    planned = dates(rule, Schooljaar(2027))
    assert planned.peildatum == date(2028, 2, 29)
    assert step_date(planned, "jaar") == date(2029, 2, 28)


def test_the_schooljaar_begins_on_1_august_and_ends_on_31_july():
    planned = dates(a_rule(opens="begin schooljaar", due="eind schooljaar"))
    # Saturday 1 August lies in the summer until 30 August; Saturday 31 July 2027 rolls to Monday 2 August.
    assert (planned.opens, planned.due) == (date(2026, 8, 31), date(2027, 8, 2))


def test_an_extension_replaces_uiterlijk_as_it_was_granted():
    assert dates(a_rule(), extended=date(2026, 10, 10)).due == date(2026, 10, 10)


# --- steps


def test_steps_keep_the_order_of_the_file():
    planned = dates(a_rule(laat="1 schooldag na uiterlijk", uitvraag="opent"))
    assert [name for name, _ in planned.steps] == ["laat", "uitvraag"]


def test_a_step_on_opent_falls_on_the_rolled_opent():
    planned = dates(a_rule(opens="31 december", due="1 februari", uitvraag="opent"))
    assert step_date(planned, "uitvraag") == date(2027, 1, 4)


def test_a_step_counts_from_the_rolled_uiterlijk():
    # Saturday 31 October rolls to Monday 2 November.
    planned = dates(a_rule(due="31 oktober", te_laat="1 schooldag na uiterlijk"))
    assert step_date(planned, "te-laat") == date(2026, 11, 3)


def test_a_step_before_uiterlijk_rolls_back():
    # Two weeks before Monday 2 November is Monday 19 October, in the herfstvakantie: Friday 16.
    planned = dates(a_rule(due="2 november", herinnering="2 weken voor uiterlijk"))
    assert step_date(planned, "herinnering") == date(2026, 10, 16)


def test_a_step_after_uiterlijk_rolls_on():
    planned = dates(a_rule(due="5 oktober", te_laat="2 weken na uiterlijk"))
    assert step_date(planned, "te-laat") == date(2026, 10, 26)


def test_whether_a_step_comes_before_uiterlijk_is_seen_from_the_rolled_uiterlijk():
    # Uiterlijk 31 December becomes 4 January; the step on 31 December now lies before it, so it rolls back.
    planned = dates(a_rule(peildatum="31 december", due="31 december", herinnering="peildatum"))
    assert step_date(planned, "herinnering") == date(2026, 12, 18)


def test_a_step_before_opent_moves_to_opent():
    planned = dates(a_rule(opens="24 september", due="1 oktober", herinnering="2 weken voor uiterlijk"))
    assert step_date(planned, "herinnering") == date(2026, 9, 24)


def test_the_ladder_follows_an_extension():
    planned = dates(a_rule(te_laat="1 schooldag na uiterlijk"), extended=date(2026, 10, 8))
    assert step_date(planned, "te-laat") == date(2026, 10, 9)
