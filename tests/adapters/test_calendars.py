"""The calendars of parties against what the ministry publishes."""

import csv
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.adapters.calendars import SchoolCalendars
from engine.core.calendar import Calendar, Vakantie
from engine.core.party import Party
from engine.core.schooljaar import Schooljaar
from engine.core.settings import REGIONS, Settings
from engine.core.sheets import ClosingRow

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "schoolvakanties.csv"


def a_settings(region="midden", **changes) -> Settings:
    return Settings("SWV Noord-Kennemerland", "VO2703", "vo", region, "post@swv.example", **changes)


def a_school(id_="16SW03", region="", bestuur="77494") -> Party:
    return Party(id_, "school", "De Vaart", bestuur=bestuur, region=region)


def a_bestuur(id_="77494", region="") -> Party:
    return Party(id_, "bestuur", "Bestuur", region=region)


def calendars(*parties: Party, **changes) -> SchoolCalendars:
    return SchoolCalendars(a_settings(**changes), {party.id: party for party in parties})


def a_region(region: str, **changes) -> Calendar:
    return calendars(a_school(region=region), **changes).of("16SW03")


def vakantie(calendar: Calendar, name: str, year: int) -> Vakantie:
    (found,) = [one for one in calendar.vakanties if one.name == name and one.first.year == year]
    return found


# --- whose calendar


def test_a_school_has_its_own_region():
    assert calendars(a_school(region="zuid"), a_bestuur(region="noord")).of("16SW03").key == "zuid"


def test_a_school_without_region_has_that_of_its_bestuur():
    assert calendars(a_school(), a_bestuur(region="noord")).of("16SW03").key == "noord"


def test_a_school_whose_bestuur_has_no_region_has_that_of_the_swv():
    assert calendars(a_school(), a_bestuur()).of("16SW03").key == "midden"


def test_a_school_whose_bestuur_is_not_known_has_the_region_of_the_swv():
    assert calendars(a_school()).of("16SW03").key == "midden"


def test_a_bestuur_has_its_own_region():
    assert calendars(a_bestuur(region="noord")).of("77494").key == "noord"


def test_a_region_may_be_written_with_a_capital():
    assert calendars(a_bestuur(region="Noord")).of("77494").key == "noord"


def test_a_party_that_is_gone_has_the_region_of_the_swv():
    assert calendars().of("99XX00").key == "midden"


@pytest.mark.parametrize("party", ["swv", "gemeente:Alkmaar"])
def test_the_swv_and_a_gemeente_know_no_schoolvakanties(party):
    calendar = calendars().of(party)
    assert calendar.key == "swv"
    assert calendar.is_open(date(2026, 12, 28))


def test_a_gemeente_in_the_register_has_the_calendar_of_the_swv():
    gemeente = Party("gemeente:Alkmaar", "gemeente", "Alkmaar", region="noord")
    assert calendars(gemeente).of(gemeente.id).key == "swv"


def test_parties_of_one_region_share_one_calendar():
    both = calendars(a_school("16SW03"), a_school("16SW04", region="midden"))
    assert both.of("16SW03") is both.of("16SW04")


# --- closing days of a party's own


def a_closing(first: date, last: date | None = None, party="16SW03", description="", replaces="") -> ClosingRow:
    return ClosingRow(party, first, last or first, description, replaces)


def with_closings(*rows: ClosingRow) -> SchoolCalendars:
    """Two schools of bestuur 77494 and one of bestuur 88888, all in midden."""
    parties = [a_school("16SW03"), a_school("16SW04"), a_school("20XX00", bestuur="88888")]
    both = [*parties, a_bestuur("77494"), a_bestuur("88888")]
    return SchoolCalendars(a_settings(), {party.id: party for party in both}, rows)


def test_a_school_is_closed_on_its_own_day():
    found = with_closings(a_closing(date(2026, 10, 1), description="studiedag"))
    assert not found.of("16SW03").is_open(date(2026, 10, 1))
    assert found.of("16SW04").is_open(date(2026, 10, 1))


def test_a_closing_day_is_named():
    found = with_closings(a_closing(date(2026, 10, 1), description="studiedag"))
    assert found.of("16SW03").falls(date(2026, 10, 1)) == "is een vrije dag (studiedag)"


def test_a_closing_day_without_description_is_a_vrije_dag():
    assert with_closings(a_closing(date(2026, 10, 1))).of("16SW03").falls(date(2026, 10, 1)) == "is een vrije dag"


def test_the_closing_days_of_a_bestuur_hold_for_its_schools_and_for_itself():
    found = with_closings(a_closing(date(2026, 10, 1), party="77494"))
    parties = ("16SW03", "16SW04", "77494", "20XX00", "swv")
    assert [party for party in parties if not found.of(party).is_open(date(2026, 10, 1))] == [
        "16SW03",
        "16SW04",
        "77494",
    ]


def test_the_closing_days_of_the_swv_hold_for_the_swv_alone():
    found = with_closings(a_closing(date(2026, 10, 1), party="swv"))
    parties = ("16SW03", "77494", "gemeente:Alkmaar", "swv")
    assert [party for party in parties if not found.of(party).is_open(date(2026, 10, 1))] == ["swv"]


def test_a_party_in_a_closing_row_is_found_without_regard_to_case():
    assert not with_closings(a_closing(date(2026, 10, 1), party="16sw03")).of("16SW03").is_open(date(2026, 10, 1))


def test_schools_with_equal_closings_share_one_calendar():
    found = with_closings(a_closing(date(2026, 10, 1)), a_closing(date(2026, 10, 1), party="20XX00"))
    assert found.of("16SW03") is found.of("20XX00")


def test_a_school_without_closings_keeps_the_calendar_of_its_region():
    assert with_closings(a_closing(date(2026, 10, 1))).of("16SW04") is calendars(a_school()).of("16SW03")


# --- vakanties that a party replaces. Midden publishes the meivakantie of 2027 as 24 April to 2 May.

TWO_WEEKS = a_closing(date(2027, 4, 24), date(2027, 5, 9), replaces="meivakantie")
TWO_WEEKS_OF_BESTUUR = a_closing(date(2027, 4, 24), date(2027, 5, 9), party="77494", replaces="meivakantie")


def mei(calendar: Calendar) -> Vakantie:
    return vakantie(calendar, "meivakantie", 2027)


def test_a_replaced_meivakantie_is_closed_for_both_weeks():
    calendar = with_closings(TWO_WEEKS).of("16SW03")
    assert (mei(calendar).first, mei(calendar).last) == (date(2027, 4, 24), date(2027, 5, 9))
    assert calendar.falls(date(2027, 5, 7)) == "valt in de meivakantie"


def test_a_published_vakantie_is_open_again_where_its_replacement_does_not_cover_it():
    later = a_closing(date(2027, 5, 1), date(2027, 5, 9), replaces="meivakantie")
    assert with_closings(later).of("16SW03").is_open(date(2027, 4, 26))


def test_the_row_of_a_bestuur_replaces_the_vakantie_of_its_schools():
    assert mei(with_closings(TWO_WEEKS_OF_BESTUUR).of("16SW04")).last == date(2027, 5, 9)


def test_the_row_of_a_school_wins_over_that_of_its_bestuur():
    own = a_closing(date(2027, 4, 17), date(2027, 5, 2), replaces="meivakantie")
    calendar = with_closings(TWO_WEEKS_OF_BESTUUR, own).of("16SW03")
    assert (mei(calendar).first, mei(calendar).last) == (date(2027, 4, 17), date(2027, 5, 2))
    assert calendar.is_open(date(2027, 5, 7))


def test_the_row_of_a_school_for_one_year_leaves_that_of_its_bestuur_for_another():
    next_year = a_closing(date(2028, 4, 22), date(2028, 5, 7), replaces="meivakantie")
    assert mei(with_closings(TWO_WEEKS_OF_BESTUUR, next_year).of("16SW03")).last == date(2027, 5, 9)


def test_a_replacement_holds_for_the_schooljaar_in_which_it_begins_alone():
    calendar = with_closings(TWO_WEEKS).of("16SW03")
    assert vakantie(calendar, "meivakantie", 2028) == vakantie(a_region("midden"), "meivakantie", 2028)


def test_a_replaced_zomervakantie_is_that_of_its_calendar_year():
    # Taken from 2 August, which lies in the next schooljaar.
    late = a_closing(date(2027, 8, 2), date(2027, 9, 12), replaces="zomervakantie")
    calendar = with_closings(late).of("16SW03")
    assert calendar.vakantie("zomervakantie", Schooljaar(2026)) == Vakantie(
        "zomervakantie", date(2027, 8, 2), date(2027, 9, 12)
    )
    assert calendar.is_open(date(2027, 7, 20))


def test_two_rows_that_touch_are_one_vakantie():
    rows = (
        a_closing(date(2027, 4, 24), date(2027, 5, 2), replaces="meivakantie"),
        a_closing(date(2027, 5, 3), date(2027, 5, 9), replaces="meivakantie"),
    )
    assert mei(with_closings(*rows).of("16SW03")) == Vakantie("meivakantie", date(2027, 4, 24), date(2027, 5, 9))


def test_two_rows_apart_are_one_vakantie_that_is_open_in_between():
    rows = (
        a_closing(date(2027, 4, 24), date(2027, 5, 2), replaces="meivakantie"),
        a_closing(date(2027, 5, 8), date(2027, 5, 16), replaces="meivakantie"),
    )
    calendar = with_closings(*rows).of("16SW03")
    assert (mei(calendar).first, mei(calendar).last) == (date(2027, 4, 24), date(2027, 5, 16))
    assert calendar.is_open(date(2027, 5, 4))
    assert not calendar.is_open(date(2027, 5, 10))


def test_a_closing_day_beside_a_vakantie_does_not_stretch_it():
    calendar = with_closings(a_closing(date(2027, 5, 3))).of("16SW03")
    assert mei(calendar).last == date(2027, 5, 2)
    assert not calendar.is_open(date(2027, 5, 3))


def test_the_swv_counts_from_the_vakanties_of_its_region_and_is_open_in_them():
    calendar = with_closings().of("swv")
    assert mei(calendar).last == date(2027, 5, 2)
    assert calendar.is_open(date(2027, 4, 26))


# --- public holidays


def test_the_names_are_those_a_reader_knows():
    public = a_region("midden").public
    assert [(day.isoformat(), name) for day, name in public.items() if day.year == 2027] == [
        ("2027-01-01", "Nieuwjaarsdag"),
        ("2027-03-26", "Goede vrijdag"),
        ("2027-03-28", "Eerste paasdag"),
        ("2027-03-29", "Tweede paasdag"),
        ("2027-04-27", "Koningsdag"),
        ("2027-05-05", "Bevrijdingsdag"),
        ("2027-05-06", "Hemelvaartsdag"),
        ("2027-05-16", "Eerste pinksterdag"),
        ("2027-05-17", "Tweede pinksterdag"),
        ("2027-12-25", "Eerste kerstdag"),
        ("2027-12-26", "Tweede kerstdag"),
    ]


def test_5_may_is_closed_every_year():
    public = a_region("noord").public
    assert all(date(year, 5, 5) in public for year in range(2014, 2041))


def test_goede_vrijdag_is_closed_every_year():
    names = list(a_region("noord").public.values())
    assert names.count("Goede vrijdag") == len(range(2014, 2041))


def test_5_may_is_open_every_year_where_config_says_so():
    public = a_region("noord", may_5_open=True).public
    assert [day.year for day in public if (day.month, day.day) == (5, 5)] == [2016]  # Hemelvaartsdag that year


def test_goede_vrijdag_is_open_where_config_says_so():
    assert a_region("noord", good_friday_open=True).is_open(date(2027, 3, 26))


def test_the_swv_follows_config_too():
    assert calendars(good_friday_open=True).of("swv").is_open(date(2027, 3, 26))


# --- schoolvakanties


def test_a_kerstvakantie_is_one_over_the_year():
    expected = Vakantie("kerstvakantie", date(2026, 12, 19), date(2027, 1, 3))
    assert vakantie(a_region("midden"), "kerstvakantie", 2026) == expected


@pytest.mark.parametrize(
    ("region", "last"),
    [("noord", date(2030, 9, 1)), ("midden", date(2030, 8, 25)), ("zuid", date(2030, 8, 18))],
)
def test_vakanties_are_published_until_the_end_of_summer_2030(region, last):
    assert a_region(region).published_until == last


@pytest.mark.parametrize("region", REGIONS)
def test_no_vakantie_is_known_after_summer_2030(region):
    calendar = a_region(region)
    assert max(one.last for one in calendar.vakanties) == calendar.published_until


def test_a_day_in_the_unpublished_kerstvakantie_of_2030_is_open():
    assert a_region("noord").is_open(date(2030, 12, 27))


# --- every day of what is published, schooljaren 2019-2020 to 2029-2030

needs_published = pytest.mark.skipif(not PUBLISHED.exists(), reason="the published table lies outside the project")


def published(region: str) -> list[Vakantie]:
    """The rows of the table for a region, named as the program names them."""
    with PUBLISHED.open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["regio"] == region]
    names = {row["vakantie"]: f"{row['vakantie']}vakantie" for row in rows} | {"voorjaar": "voorjaarsvakantie"}
    return sorted(
        (
            Vakantie(names[row["vakantie"]], date.fromisoformat(row["begin"]), date.fromisoformat(row["eind"]))
            for row in rows
        ),
        key=lambda one: one.first,
    )


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def days_in(vakanties: list[Vakantie]) -> dict[date, str]:
    """The name of the vakantie by each day that lies in one."""
    return {day: one.name for one in vakanties for day in days(one.first, one.last)}


@needs_published
@pytest.mark.parametrize("region", REGIONS)
def test_the_vakanties_are_those_that_were_published(region):
    """The same eleven years of vakanties as the table, each with its first and last day."""
    known = [one for one in a_region(region).vakanties if one.first >= date(2019, 10, 1)]
    assert known == published(region)
    assert len(known) == 11 * 5


@needs_published
@pytest.mark.parametrize("region", REGIONS)
def test_a_day_is_in_a_vakantie_just_when_the_table_has_it_in_a_row(region):
    """Each single day from the first row to the last is closed for the vakantie of its row, or for none."""
    calendar, expected = a_region(region), days_in(published(region))
    found = {day: calendar.why_closed(day) for day in days(min(expected), max(expected))}
    assert {day: why for day, why in found.items() if why.endswith("vakantie")} == {
        day: f"de {name}" for day, name in expected.items()
    }
    assert not [day for day in expected if calendar.is_open(day)]


@needs_published
@pytest.mark.parametrize("region", REGIONS)
def test_a_weekday_outside_the_rows_of_the_table_is_open_unless_a_public_holiday(region):
    """Each single day from the first row to the last that no row, weekend or public holiday closes is open."""
    calendar, inside = a_region(region), days_in(published(region))
    outside = [day for day in days(min(inside), max(inside)) if day not in inside and day not in calendar.public]
    assert [day for day in outside if calendar.is_open(day)] == [day for day in outside if day.weekday() < 5]


def test_importing_the_module_does_not_load_holidays():
    code = "import sys, engine.adapters.calendars; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
