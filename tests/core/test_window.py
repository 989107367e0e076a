"""When mail may leave for a contact."""

from datetime import date, datetime, time

import pytest

from engine.core.calendar import Calendar, Vakantie
from engine.core.localtime import parse_moment
from engine.core.party import Contact, Party, Register, RoleRow
from engine.core.window import Days, Hours, closed_until, days_of, is_open, next_opening, opening_after, windows_between

HOURS = Hours(time(8, 30), time(17))
KERST = Calendar("noord", {}, (Vakantie("kerstvakantie", date(2026, 12, 19), date(2027, 1, 3)),))
SWV = Calendar("swv", {date(2026, 12, 25): "Eerste kerstdag"})


class Calendars:
    """The school is closed at Christmas, the SWV only on the holiday itself."""

    def of(self, party: str) -> Calendar:
        """The calendar of a party."""
        return SWV if party == "swv" else KERST


def days(*roles: tuple[str, str], weekly: int | None = None) -> Days:
    """The days of a contact with these roles."""
    rows = tuple(RoleRow(1, role, party) for role, party in roles)
    parties = {"10AA00": Party("10AA00", "school", "De Linde")}
    register = Register(parties, {1: Contact(1, "a@b.example", "A", weekly=weekly)}, rows)
    return days_of(1, register, Calendars(), date(2026, 12, 1))


def at(text: str) -> datetime:
    """A moment on the office's clock."""
    return parse_moment(text)


SCHOOL = ("directeur", "10AA00")


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-12-01T08:29:59", False),
        ("2026-12-01T08:30", True),
        ("2026-12-01T16:59", True),
        ("2026-12-01T17:00", False),
        ("2026-12-05T10:00", False),
        ("2026-12-21T10:00", False),
        ("2027-01-04T10:00", True),
    ],
)
def test_a_school_contact_hears_in_the_window_on_open_days(moment: str, open_: bool) -> None:
    assert is_open(at(moment), HOURS, days(SCHOOL)) is open_


@pytest.mark.parametrize(
    "roles",
    [
        [("bureau", "swv")],
        [("controller", "swv")],
        [("leerplichtambtenaar", "gemeente:Alkmaar")],
        [("consulent", "10AA00")],
        [SCHOOL, ("bureau", "swv")],
    ],
)
def test_who_works_for_the_swv_or_outside_hears_in_the_vakantie_too(roles: list[tuple[str, str]]) -> None:
    assert is_open(at("2026-12-21T10:00"), HOURS, days(*roles))
    assert not is_open(at("2026-12-25T10:00"), HOURS, days(*roles))


def test_who_is_also_at_the_swv_in_a_school_role_keeps_the_days_of_the_school() -> None:
    assert not is_open(at("2026-12-21T10:00"), HOURS, days(SCHOOL, ("controller", "swv")))


def test_the_next_opening_is_now_when_it_is_open() -> None:
    assert next_opening(at("2026-12-01T10:00"), HOURS, days(SCHOOL)) == at("2026-12-01T10:00")


def test_the_next_opening_after_closing_time_is_the_next_open_day() -> None:
    assert next_opening(at("2026-12-18T17:00"), HOURS, days(SCHOOL)) == at("2027-01-04T08:30")


def test_in_summer_time_the_window_opens_at_half_past_eight_on_the_clock() -> None:
    assert next_opening(at("2027-03-27T18:00"), HOURS, days(SCHOOL)).isoformat() == "2027-03-29T06:30:00+00:00"


def test_the_weekly_day_is_the_first_open_day_after_a_closed_one() -> None:
    weekly = days(SCHOOL, weekly=2)
    assert weekly.is_weekly_day(date(2026, 12, 2))
    assert not weekly.is_weekly_day(date(2026, 12, 3))
    assert weekly.is_weekly_day(date(2027, 1, 4)) is True
    assert opening_after(date(2026, 12, 2), HOURS, weekly, weekly=True) == at("2026-12-09T08:30")


@pytest.mark.parametrize(
    ("last", "now", "missed"),
    [
        ("2026-12-04T18:00", "2026-12-07T08:00", 0),
        ("2026-12-04T18:00", "2026-12-07T16:59", 0),
        ("2026-12-04T18:00", "2026-12-07T17:00", 1),
        ("2026-12-04T12:00", "2026-12-08T08:30", 1),
        ("2026-12-04T08:00", "2026-12-08T08:30", 2),
        ("2026-12-24T18:00", "2026-12-28T08:00", 0),
        ("2026-12-08T08:30", "2026-12-04T18:00", 0),
    ],
)
def test_only_whole_windows_of_werkdagen_count_as_missed(last: str, now: str, missed: int) -> None:
    """A weekend and a public holiday have none; a window that was seen for a moment was not missed."""
    assert windows_between(at(last), at(now), HOURS, SWV) == missed


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-11-24T00:00", "2026-11-24T08:30"),
        ("2026-11-24T08:30", None),
        ("2026-11-24T16:59", None),
        ("2026-11-24T17:00", "2026-11-25T08:30"),
        # The night in which the clock goes back.
        ("2026-10-24T23:00", "2026-10-25T08:30"),
    ],
)
def test_outside_the_hours_nobodys_window_is_open_until_the_next_ones_begin(moment: str, until: str | None) -> None:
    assert closed_until(at(moment), HOURS) == (None if until is None else at(until))
