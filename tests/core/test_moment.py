"""What a moment's text means, and what is said of a text that is none."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.moment import (
    ANCHORS,
    DAY_KINDS,
    DAYS_IN_MONTH,
    LARGEST_OFFSET,
    LAST_WEEK,
    ONE,
    VAKANTIES,
    WEEKDAYS,
    WHICH,
    Anchor,
    DayOfYear,
    Moment,
    MomentError,
    MonthDay,
    Offset,
    VakantieOffset,
    WeekDay,
    anchor_of,
    parse_moment,
)


def error_of(text: str) -> MomentError:
    with pytest.raises(MomentError) as caught:
        parse_moment(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1 oktober", DayOfYear(10, 1)),
        ("31 dec", DayOfYear(12, 31)),
        ("1 mrt", DayOfYear(3, 1)),
        ("1 sept", DayOfYear(9, 1)),
        ("01 Mei", DayOfYear(5, 1)),
        ("28 februari", DayOfYear(2, 28)),
        ("peildatum", Anchor("peildatum")),
        ("UITERLIJK", Anchor("uiterlijk")),
        ("begin  schooljaar", Anchor("begin schooljaar")),
        ("2 weken voor peildatum", Offset(-2, "weken", "peildatum")),
        ("1 week vóór peildatum", Offset(-1, "weken", "peildatum")),
        ("8 schooldagen na peildatum", Offset(8, "schooldagen", "peildatum")),
        ("1 schooldag na uiterlijk", Offset(1, "schooldagen", "uiterlijk")),
        ("0 dagen na opent", Offset(0, "dagen", "opent")),
        ("1 jaar na eind schooljaar", Offset(1, "jaar", "eind schooljaar")),
        ("3 werkdagen na begin schooljaar", Offset(3, "werkdagen", "begin schooljaar")),
        ("laatste dag van februari", MonthDay("laatste", "dag", 2)),
        ("Eerste Schooldag van sept", MonthDay("eerste", "schooldag", 9)),
        ("eerste werkdag van mei", MonthDay("eerste", "werkdag", 5)),
        ("laatste vrijdag van mrt", MonthDay("laatste", "vrijdag", 3)),
        ("tweede maandag van oktober", MonthDay("tweede", "maandag", 10)),
        ("derde dag van okt", MonthDay("derde", "dag", 10)),
        ("Vierde Schooldag van mei", MonthDay("vierde", "schooldag", 5)),
        ("maandag van week 40", WeekDay("maandag", 40)),
        ("Zondag van week 07", WeekDay("zondag", 7)),
        ("van", Anchor("van")),
        ("tot", Anchor("tot")),
        ("afspraak", Anchor("afspraak")),
        ("vervalt", Anchor("vervalt")),
        ("1 week na tot", Offset(1, "weken", "tot")),
        ("2 schooldagen voor afspraak", Offset(-2, "schooldagen", "afspraak")),
        ("6 maanden voor vervalt", Offset(-6, "maanden", "vervalt")),
        ("2 schooldagen na zomervakantie", VakantieOffset(2, "schooldagen", "na", "zomervakantie")),
        ("1 week vóór Meivakantie", VakantieOffset(1, "weken", "voor", "meivakantie")),
    ],
)
def test_a_moment_is_read(text: str, moment: Moment) -> None:
    assert parse_moment(text) == moment


def test_an_accent_typed_as_two_signs_is_the_same() -> None:
    text = unicodedata.normalize("NFD", "1 week vóór peildatum")
    assert parse_moment(text) == Offset(-1, "weken", "peildatum")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("30 februari", "30 februari bestaat niet", "Februari heeft 28 dagen."),
        ("29 februari", "29 februari bestaat niet elk jaar", "Schrijf 'laatste dag van februari'."),
        ("31 april", "31 april bestaat niet", "April heeft 30 dagen."),
        ("0 mei", "0 mei bestaat niet", "Mei heeft 31 dagen."),
        ("1 octobre", "'octobre' is geen maand", "Bedoelde u 'oktober'?"),
        ("3 dage na opent", "'dage' is geen eenheid die ik ken", "Bedoelde u 'dagen'?"),
        ("3 dagen na opening", "'opening' is geen datum waar ik vanaf kan tellen", "Bedoelde u 'opent'?"),
        ("pijldatum", "'pijldatum' is geen moment dat ik ken", "Bedoelde u 'peildatum'?"),
        ("401 dagen na opent", "401 dagen is te ver weg", "Gebruik ten hoogste 400."),
        ("1 oktober 2026", "'1 oktober 2026' is geen moment dat ik ken", "Laat het jaartal weg: '1 oktober'."),
        ("2026-10-01", "'2026-10-01' is geen moment dat ik ken", "Schrijf een dag en een maand"),
        ("twee weken na opent", "geen moment dat ik ken", "Schrijf het getal in cijfers: '2 weken na opent'."),
        ("vijfde vrijdag van mei", "geen moment dat ik ken", "Schrijf bijvoorbeeld"),
        ("vierde vrijdag", "geen moment dat ik ken", "'vierde maandag van oktober'"),
        ("week 40", "geen moment dat ik ken", "'maandag van week 40'"),
        ("eerste maandag van week 9", "geen moment dat ik ken", "'maandag van week 9'"),
        ("mandag van week 40", "'mandag' is geen dag van de week", "Bedoelde u 'maandag'?"),
        ("schooldag van week 40", "'schooldag' is geen dag van de week", "van maandag tot en met zondag"),
        ("maandag van week 0", "week 0 bestaat niet", "van 1 tot en met 52"),
        ("maandag van week 53", "week 53 bestaat niet elk jaar", "'laatste maandag van december'"),
        ("maandag van week 54", "week 54 bestaat niet", "van 1 tot en met 52"),
        ("maandag van week 4000", "week 4000 bestaat niet", "van 1 tot en met 52"),
        ("kerstvakantie", "geen moment dat ik ken", "'1 schooldag na kerstvakantie'"),
        ("1 week na voorjaarvakantie", "geen datum waar ik vanaf kan tellen", "Bedoelde u 'voorjaarsvakantie'?"),
        ("eerste schooldag in oktober", "geen moment dat ik ken", "'eerste schooldag van december'"),
        ("eerste schoodag van mei", "'schoodag' is geen soort dag die ik ken", "Bedoelde u 'schooldag'?"),
        ("laatste week van mei", "'week' is geen soort dag die ik ken", "Kies uit dag, werkdag"),
        ("laatste dag van octobre", "'octobre' is geen maand", "Bedoelde u 'oktober'?"),
        ("", "'' is geen moment dat ik ken", "Schrijf bijvoorbeeld"),
        ("-3 dagen na opent", "geen moment dat ik ken", "Schrijf bijvoorbeeld"),
        ("१ mei", "geen moment dat ik ken", "Schrijf bijvoorbeeld"),
    ],
)
def test_a_text_that_is_no_moment_gets_a_message_and_a_hint(text: str, message: str, hint: str) -> None:
    error = error_of(text)
    assert message in error.message
    assert hint in error.hint


def test_a_long_text_is_cut() -> None:
    assert len(error_of("x" * 10_000).message) < 80


def test_every_day_of_every_month_is_a_moment() -> None:
    for month, days in enumerate(DAYS_IN_MONTH, start=1):
        for day in range(1, days + 1):
            assert parse_moment(str(DayOfYear(month, day))) == DayOfYear(month, day)


@given(st.integers(-LARGEST_OFFSET, LARGEST_OFFSET), st.sampled_from(sorted(ONE)), st.sampled_from(ANCHORS))
def test_an_offset_reads_back_what_it_writes(amount: int, unit: str, anchor: str) -> None:
    offset = Offset(amount, unit, anchor)  # type: ignore[arg-type]
    assert parse_moment(str(offset)) == offset


@given(
    st.integers(0, LARGEST_OFFSET),
    st.sampled_from(sorted(ONE)),
    st.sampled_from(["voor", "na"]),
    st.sampled_from(VAKANTIES),
)
def test_a_count_from_a_vakantie_reads_back_what_it_writes(amount: int, unit: str, side: str, vakantie: str) -> None:
    offset = VakantieOffset(amount, unit, side, vakantie)  # type: ignore[arg-type]
    assert parse_moment(str(offset)) == offset


@pytest.mark.parametrize("which", WHICH)
@pytest.mark.parametrize("kind", DAY_KINDS)
def test_a_day_of_a_month_reads_back_what_it_writes(which: str, kind: str) -> None:
    for month in range(1, 13):
        moment = MonthDay(which, kind, month)  # type: ignore[arg-type]
        assert parse_moment(str(moment)) == moment


@given(st.text(alphabet="0129 abdeginoprtuv.\n-é", max_size=30))
def test_any_text_is_a_moment_or_a_moment_error(text: str) -> None:
    try:
        parse_moment(text)
    except MomentError as error:
        assert error.message
        assert error.hint


@pytest.mark.parametrize(
    ("text", "anchor"),
    [
        ("1 oktober", None),
        ("opent", "opent"),
        ("2 weken na peildatum", "peildatum"),
        ("eerste dag van mei", None),
        ("1 week na meivakantie", None),
        ("1 week voor vervalt", "vervalt"),
    ],
)
def test_the_anchor_of_a_moment_is_what_it_hangs_on(text: str, anchor: str | None) -> None:
    assert anchor_of(parse_moment(text)) == anchor


@pytest.mark.parametrize("text", ["1 mei" + " " * 200, "e" + "\u0323\u0301" * 100_000])
def test_a_text_of_more_than_two_hundred_signs_is_no_moment(text):
    """A text of pages is refused before anything in it is looked at."""
    with pytest.raises(MomentError, match="is geen moment dat ik ken"):
        parse_moment(text)


@pytest.mark.parametrize("day", WEEKDAYS)
def test_a_day_of_a_week_reads_back_what_it_writes(day: str) -> None:
    for week in range(1, LAST_WEEK + 1):
        moment = WeekDay(day, week)  # type: ignore[arg-type]
        assert parse_moment(str(moment)) == moment
