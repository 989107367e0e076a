"""Open days and sending windows by the contract's words, worked out without the engine's calendars."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from engine.core.sheets import ClosingRow, PartyRow, RegisterSheets, RoleEntry

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
YEARS = range(2025, 2030)
FIRST, LAST = time(8, 30), time(17, 0)
OWN_REGION = "noord"
DESK = ("bureau", "consulent")


def wall(moment: datetime) -> datetime:
    """The moment on the clock of the office."""
    return moment.astimezone(AMSTERDAM)


@cache
def is_workday(day: date) -> bool:
    """Monday to Friday and no public holiday; Goede Vrijdag and 5 May are closed."""
    return day.weekday() < 5 and day not in _public() and (day.month, day.day) != (5, 5)


class Opened:
    """The open days of one register."""

    def __init__(self, sheets: RegisterSheets) -> None:
        self.parties: Mapping[str, PartyRow] = {row.id: row for row in sheets.parties}
        self.roles: dict[str, list[RoleEntry]] = {}
        for row in sheets.roles:
            self.roles.setdefault(row.email, []).append(row)
        self.closings: dict[str, list[ClosingRow]] = {}
        for closing in sheets.closings:
            self.closings.setdefault(closing.party, []).append(closing)
        self._days: dict[tuple[str, date], bool] = {}

    def in_window(self, email: str, moment: datetime) -> bool:
        """True when mail to the address may leave at that moment."""
        here = wall(moment)
        return FIRST <= here.time() < LAST and self.reads_on(email, here.date())

    def reads_on(self, email: str, day: date) -> bool:
        """True on a day that is open for a party of the contact, or a werkdag for those of the desk and outside."""
        rows = self.roles_on(email, day)
        inside = [row.party for row in rows if row.party != "swv" and not row.party.startswith("gemeente:")]
        if not inside or any(row.role in DESK for row in rows):
            return is_workday(day)
        return any(self.is_open(party, day) for party in inside)

    def roles_on(self, email: str, day: date) -> list[RoleEntry]:
        """The roles of the address on that day."""
        return [
            row
            for row in self.roles.get(email, ())
            if (row.first is None or row.first <= day) and (row.last is None or day <= row.last)
        ]

    def open_days_after(self, party: str, first: date, last: date) -> int:
        """How many open days of the party lie after `first`, up to and including `last`."""
        return sum(self.is_open(party, first + timedelta(days=n)) for n in range(1, (last - first).days + 1))

    def is_open(self, party: str, day: date) -> bool:
        """True on an open day of a school, a bestuur, or (`swv`) the SWV."""
        if (party, day) not in self._days:
            self._days[party, day] = is_workday(day) and self._not_closed(party, day)
        return self._days[party, day]

    def _not_closed(self, party: str, day: date) -> bool:
        own = self.closings.get(party, [])
        if party == "swv":
            return not any(row.first <= day <= row.last for row in own)
        row = self.parties.get(party)
        above = self.closings.get(row.bestuur, []) if row is not None and row.kind == "school" else []
        taken = {_vakantie(one) for one in own if one.replaces}
        valid = [*own, *(one for one in above if not one.replaces or _vakantie(one) not in taken)]
        if any(one.first <= day <= one.last for one in valid):
            return False
        replaced = taken | {_vakantie(one) for one in valid if one.replaces}
        name = _school(self._region(row)).get(day)
        return name is None or (name, _schooljaar(name, day)) in replaced

    def _region(self, row: PartyRow | None) -> str:
        above = self.parties.get(row.bestuur) if row is not None else None
        return (row.region if row is not None else "") or (above.region if above is not None else "") or OWN_REGION


def _vakantie(row: ClosingRow) -> tuple[str, int]:
    return row.replaces, _schooljaar(row.replaces, row.first)


def _schooljaar(name: str, day: date) -> int:
    """The schooljaar, by its first year, whose vakantie has that day; a zomervakantie closes one."""
    if name == "zomervakantie":
        return day.year - 1
    return day.year if day.month >= 8 else day.year - 1


@cache
def _public() -> frozenset[date]:
    found = holidays.country_holidays("NL", years=YEARS, language="nl")
    return frozenset(day for day, name in found.items() if name != "Bevrijdingsdag")


@cache
def _school(region: str) -> Mapping[date, str]:
    found = holidays.country_holidays(
        "NL", subdiv=region.capitalize(), years=YEARS, language="nl", categories=("school",)
    )
    return {day: name.casefold() for day, name in found.items()}
