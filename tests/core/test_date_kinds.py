"""The dates of periods, talks, documents and mijlpalen, and what `verschuif` changes."""

from dataclasses import replace
from datetime import date

import pytest

from engine.core.moment import parse_moment
from engine.core.rule import Round
from tests.core.rounds import (
    a_document_rule,
    a_mijlpaal,
    a_period,
    a_rule,
    dates,
    reason,
    shifted,
    step_date,
    with_round,
)

# --- periods


def test_a_period_opens_on_van_and_ends_on_tot():
    planned = dates(a_period("1 september", "1 oktober"))
    assert (planned.opens, planned.due) == (date(2026, 9, 1), date(2026, 10, 1))


def test_the_tot_of_a_period_rolls_back():
    # Saturday 31 October: the Friday before it.
    assert dates(a_period("1 oktober", "31 oktober")).due == date(2026, 10, 30)


def test_the_van_of_a_period_rolls_on():
    # 31 December lies in the kerstvakantie until Sunday 3 January.
    assert dates(a_period("31 december", "1 februari")).opens == date(2027, 1, 4)


def test_the_reason_of_a_tot_that_rolls_back_says_so():
    assert reason(dates(a_period("1 oktober", "31 oktober")), "due") == (
        "Zaterdag 31 oktober 2026 valt in het weekend, dus vrijdag 30 oktober 2026."
    )


def test_an_offset_counts_from_tot_as_it_stands():
    # From Saturday 31 October itself, not from the Friday on which the task ends: Saturday 7, so Monday 9 November.
    planned = dates(a_period("1 oktober", "31 oktober", nazorg="1 week na tot"))
    assert step_date(planned, "nazorg") == date(2026, 11, 9)


def test_an_offset_counts_from_van_as_it_stands():
    # Five dagen after Thursday 31 December is Tuesday 5 January; from the rolled 4 January it would be Saturday.
    planned = dates(a_period("31 december", "1 februari", vraag="5 dagen na van"))
    assert step_date(planned, "vraag") == date(2027, 1, 5)


def test_a_tot_whose_last_open_day_lies_before_opent_rolls_on():
    # Saturday 3 to Sunday 4 October: opens Monday 5, and Friday 2 would lie before that.
    planned = dates(a_period("3 oktober", "4 oktober"))
    assert (planned.opens, planned.due) == (date(2026, 10, 5), date(2026, 10, 5))


def test_a_tot_that_rolls_on_is_noted():
    planned = dates(a_period("3 oktober", "4 oktober"))
    assert [(note.field, note.text) for note in planned.notes] == [
        (
            "due",
            "De laatste open dag voor zondag 4 oktober 2026 ligt voor de dag dat de taak opent, "
            "dus de uiterste dag is maandag 5 oktober 2026.",
        ),
        ("due", "Van maandag 5 oktober 2026 tot en met maandag 5 oktober 2026 is kort: 0 schooldagen."),
    ]


def test_an_opent_that_counts_from_uiterlijk_is_no_circle_with_rolling_back():
    planned = dates(a_period("1 oktober", "31 oktober", opens="2 weken voor uiterlijk", kind="gesprek"))
    # Two weeks before Friday 30 October is Friday 16.
    assert (planned.opens, planned.due) == (date(2026, 10, 16), date(2026, 10, 30))


# --- talks


def test_the_planning_of_a_gesprek_may_open_before_its_period():
    planned = dates(a_period("1 november", "30 november", opens="1 oktober", kind="gesprek"))
    assert (planned.opens, planned.due) == (date(2026, 10, 1), date(2026, 11, 30))


@pytest.mark.parametrize("moment", ["afspraak", "1 week voor afspraak"])
def test_a_step_on_the_appointment_has_no_date_yet(moment):
    planned = dates(a_period("1 november", "30 november", kind="gesprek", vooraf=moment))
    assert step_date(planned, "vooraf") is None


def test_the_reason_of_a_step_without_date_says_what_it_waits_for():
    planned = dates(a_period("1 november", "30 november", kind="gesprek", vooraf="1 week voor afspraak"))
    assert reason(planned, "step:vooraf") == "1 week voor de afspraak: de datum volgt als er een afspraak is."


# --- documents


def test_the_uiterlijk_of_a_document_on_the_day_it_expires_rolls_back():
    # Saturday 31 October.
    planned = dates(a_document_rule("6 maanden voor vervalt", "vervalt"), expires=date(2026, 10, 31))
    assert planned.due == date(2026, 10, 30)


def test_the_uiterlijk_of_a_document_on_another_day_rolls_on():
    # Two weeks before Sunday 15 November is Sunday 1 November.
    planned = dates(a_document_rule("1 september", "2 weken voor vervalt"), expires=date(2026, 11, 15))
    assert planned.due == date(2026, 11, 2)


def test_offsets_count_from_vervalt_as_it_stands():
    # A month before Saturday 31 October is Wednesday 30 September; nothing is counted from Friday the 30th.
    rule = a_document_rule("1 september", "vervalt", herinnering="1 maand voor vervalt")
    assert step_date(dates(rule, expires=date(2026, 10, 31)), "herinnering") == date(2026, 9, 30)


def test_the_reason_of_vervalt_names_the_document():
    planned = dates(a_document_rule("1 september", "vervalt"), expires=date(2026, 11, 5))
    assert reason(planned, "due") == "Op de dag dat het document vervalt: donderdag 5 november 2026."


# --- mijlpalen


def test_a_mijlpaal_with_a_peildatum_alone_does_not_roll():
    planned = dates(a_mijlpaal("31 december"))
    assert {planned.peildatum, planned.opens, planned.due} == {date(2026, 12, 31)}


def test_the_reason_of_a_mijlpaal_on_a_closed_day_says_that_it_stays():
    assert reason(dates(a_mijlpaal("31 december")), "due") == (
        "Vaste datum: donderdag 31 december 2026. Dat valt in de kerstvakantie, maar deze datum schuift niet."
    )


def test_a_rule_without_wanneer_takes_the_whole_schooljaar_as_it_stands():
    planned = dates(with_round(Round(None, None, None, None)))
    assert (planned.opens, planned.due) == (date(2026, 8, 1), date(2027, 7, 31))


# --- verschuif. Saturday 31 October 2026 lies between Friday 30 and Monday 2 November.


@pytest.mark.parametrize(
    ("roll", "day"),
    [("volgende", date(2026, 11, 2)), ("vorige", date(2026, 10, 30)), ("niet", date(2026, 10, 31))],
)
def test_verschuif_says_how_each_date_rolls(roll, day):
    late = a_rule("1 september", "31 oktober", laatste="31 oktober")
    assert dates(shifted(late, due=roll)).due == day
    assert dates(shifted(a_rule("31 oktober", "1 december"), opens=roll)).opens == day
    assert step_date(dates(shifted(a_rule(due="1 december", laatste="31 oktober"), steps=roll)), "laatste") == day


def test_verschuif_holds_for_a_step_after_uiterlijk_too():
    planned = dates(shifted(a_rule(laat="31 oktober"), steps="vorige"))
    assert step_date(planned, "laat") == date(2026, 10, 30)


def test_verschuif_wins_over_the_preceding_of_tot():
    assert dates(shifted(a_period("1 oktober", "31 oktober"), due="volgende")).due == date(2026, 11, 2)


def test_verschuif_vorige_stays_before_opent_with_a_note():
    planned = dates(shifted(a_period("3 oktober", "4 oktober"), due="vorige"))
    assert planned.due == date(2026, 10, 2)
    assert [note.text for note in planned.notes] == ["Vrijdag 2 oktober 2026 is voor de dag dat de taak opent."]


def test_offsets_count_from_a_date_that_verschuif_rolled():
    planned = dates(shifted(a_rule(due="31 oktober", laat="3 dagen na uiterlijk"), due="vorige"))
    assert step_date(planned, "laat") == date(2026, 11, 2)


def test_the_reason_of_a_closed_day_that_does_not_roll_says_so():
    assert reason(dates(shifted(a_rule(due="31 oktober"), due="niet")), "due") == (
        "Vaste datum: zaterdag 31 oktober 2026. Dat valt in het weekend, maar deze datum schuift niet."
    )


# --- a schooljaar that deviates


def test_a_date_that_is_another_one_than_usual_says_so_and_the_others_do_not():
    usual = a_rule(peildatum="1 oktober", uitvraag="opent")
    there = replace(usual.rounds[0], name="najaar", peildatum=parse_moment("8 oktober"), deviates=("peildatum",))
    planned = dates(replace(usual, rounds=(there,)))
    assert reason(planned, "peildatum") == (
        "De peildatum is donderdag 8 oktober 2026. In 2026-2027 wijkt deze ronde af."
    )
    assert "wijkt" not in reason(planned, "due") + reason(planned, "opens")


def test_a_last_day_that_was_granted_says_only_that():
    rule = a_rule()
    rule = replace(rule, rounds=(replace(rule.rounds[0], deviates=("due",)),))
    assert reason(dates(rule, extended=date(2026, 10, 9)), "due") == "Uitstel tot en met vrijdag 9 oktober 2026."
    assert reason(dates(rule), "due").endswith("In 2026-2027 wijkt deze regel af.")
