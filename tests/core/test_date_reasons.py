"""How each date explains itself, and what is noted about it."""

from datetime import date

import pytest

from engine.core.schooljaar import Schooljaar
from tests.core.rounds import a_mijlpaal, a_rule, dates, reason


def test_every_date_has_exactly_one_reason():
    planned = dates(a_rule(peildatum="1 oktober", uitvraag="opent", te_laat="1 schooldag na uiterlijk"))
    fields = [reason.field for reason in planned.reasons]
    assert fields == ["peildatum", "opens", "due", "step:uitvraag", "step:te-laat"]


def test_the_reason_of_a_fixed_date_names_the_weekday():
    assert reason(dates(a_rule()), "due") == "Vaste datum: donderdag 1 oktober 2026."


def test_the_reason_of_a_fixed_date_in_a_vakantie_says_so():
    planned = dates(a_rule(opens="31 december", due="1 februari"))
    assert reason(planned, "opens") == (
        "Donderdag 31 december 2026 valt in de kerstvakantie, dus maandag 4 januari 2027."
    )


def test_the_reason_of_a_rolled_offset_says_what_was_counted_and_why_it_rolled():
    planned = dates(a_rule(peildatum="1 september", opens="1 week voor peildatum"))
    assert reason(planned, "opens") == (
        "1 week voor peildatum (dinsdag 1 september 2026) is dinsdag 25 augustus 2026. "
        "Dat valt in de zomervakantie, dus maandag 31 augustus 2026."
    )


def test_the_reason_of_counted_schooldagen_is_one_line_when_nothing_was_left_out():
    planned = dates(a_rule(peildatum="1 december", due="3 schooldagen na peildatum"))
    assert reason(planned, "due") == ("3 schooldagen na peildatum (dinsdag 1 december 2026): vrijdag 4 december 2026.")


def test_the_reason_of_counted_schooldagen_says_that_a_weekend_does_not_count():
    planned = dates(a_rule(peildatum="1 december", due="8 schooldagen na peildatum"))
    assert reason(planned, "due") == (
        "8 schooldagen na peildatum (dinsdag 1 december 2026): vrijdag 11 december 2026. Het weekend telt niet mee."
    )


def test_the_reason_of_counted_schooldagen_says_what_was_left_out():
    planned = dates(a_rule(peildatum="16 december", due="3 schooldagen na peildatum"))
    assert reason(planned, "due") == (
        "3 schooldagen na peildatum (woensdag 16 december 2026): maandag 4 januari 2027. "
        "Het weekend en de kerstvakantie tellen niet mee."
    )


def test_the_reason_lists_all_that_was_left_out():
    planned = dates(a_rule(peildatum="25 maart", due="1 schooldag na peildatum"))
    assert reason(planned, "due") == (
        "1 schooldag na peildatum (donderdag 25 maart 2027): dinsdag 30 maart 2027. "
        "Het weekend, Goede vrijdag en Tweede paasdag tellen niet mee."
    )


def test_the_reason_of_a_count_that_rolled_says_both():
    planned = dates(a_rule(peildatum="23 december", due="2 werkdagen na peildatum"))
    assert reason(planned, "due") == (
        "2 werkdagen na peildatum (woensdag 23 december 2026) is maandag 28 december 2026. "
        "Dat valt in de kerstvakantie, dus maandag 4 januari 2027. "
        "Het weekend en Eerste kerstdag tellen niet mee."
    )


def test_the_reason_names_what_follows_the_closed_day_too():
    assert reason(dates(a_rule(due="26 maart")), "due") == (
        "Vrijdag 26 maart 2027 is Goede vrijdag en daarna komt Tweede paasdag, dus dinsdag 30 maart 2027."
    )


def test_the_reason_names_the_weekend():
    assert reason(dates(a_rule(due="31 oktober")), "due") == (
        "Zaterdag 31 oktober 2026 valt in het weekend, dus maandag 2 november 2026."
    )


def test_the_reason_of_a_step_on_another_date_names_that_date():
    planned = dates(a_rule(uitvraag="opent", laatste="uiterlijk"))
    assert reason(planned, "step:uitvraag") == "Op de dag dat de taak opent: dinsdag 1 september 2026."
    assert reason(planned, "step:laatste") == "Op de uiterste dag: donderdag 1 oktober 2026."


def test_the_reason_of_a_step_that_moved_to_opent_says_so():
    planned = dates(a_rule(opens="24 september", due="1 oktober", herinnering="2 weken voor uiterlijk"))
    assert reason(planned, "step:herinnering") == (
        "2 weken voor uiterlijk (donderdag 1 oktober 2026) is donderdag 17 september 2026. "
        "Dat is voor de dag dat de taak opent, dus donderdag 24 september 2026."
    )


def test_the_reason_of_a_peildatum_on_a_closed_day_says_that_it_stays():
    assert reason(dates(a_rule(peildatum="31 december")), "peildatum") == (
        "De peildatum is donderdag 31 december 2026. Dat valt in de kerstvakantie, maar een peildatum schuift niet."
    )


def test_the_reason_of_an_extension_names_its_last_day():
    planned = dates(a_rule(), extended=date(2026, 10, 9))
    assert reason(planned, "due") == "Uitstel tot en met vrijdag 9 oktober 2026."


def test_a_step_that_moved_to_opent_is_noted():
    planned = dates(a_rule(opens="24 september", due="1 oktober", herinnering="2 weken voor uiterlijk"))
    assert [note.field for note in planned.notes] == ["step:herinnering"]


def test_an_uiterlijk_before_opent_is_noted():
    planned = dates(a_rule(opens="1 oktober", due="1 september"))
    assert [(note.field, note.text) for note in planned.notes] == [
        ("due", "Dinsdag 1 september 2026 is voor de dag dat de taak opent.")
    ]


def test_dates_past_the_published_vakanties_are_noted():
    planned = dates(a_rule(opens="1 december", due="11 december"), Schooljaar(2030))
    assert [(note.field, note.text) for note in planned.notes] == [
        (
            "opens",
            "Na zomer 2030 zijn de schoolvakanties nog niet bekend. "
            "Maandag 2 december 2030 kan daardoor anders uitvallen.",
        ),
        (
            "due",
            "Na zomer 2030 zijn de schoolvakanties nog niet bekend. "
            "Woensdag 11 december 2030 kan daardoor anders uitvallen.",
        ),
    ]


@pytest.mark.parametrize(("peildatum", "noted"), [("1 oktober", []), ("eerste schooldag van oktober", ["due"])])
def test_a_mijlpaal_that_never_rolls_is_noted_once_and_only_where_its_day_is_counted(peildatum, noted):
    planned = dates(a_mijlpaal(peildatum), Schooljaar(2030))
    assert [note.field for note in planned.notes] == noted


def test_the_reason_of_a_date_past_the_published_vakanties_says_so():
    planned = dates(a_rule(due="11 december"), Schooljaar(2030))
    assert reason(planned, "due") == (
        "Vaste datum: woensdag 11 december 2030. Na zomer 2030 zijn de schoolvakanties nog niet bekend."
    )


def test_ordinary_dates_have_no_notes():
    assert dates(a_rule(peildatum="1 oktober", uitvraag="opent")).notes == ()
