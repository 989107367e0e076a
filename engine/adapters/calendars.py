"""Calendars of parties: public holidays and schoolvakanties as the `holidays` package publishes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache

from engine.core.calendar import Calendar, Vakantie
from engine.core.party import SWV, Party
from engine.core.settings import Settings

YEARS = range(2014, 2041)
# Schoolvakanties are published up to this summer; what the package gives later is its own guess.
LAST_PUBLISHED_SUMMER = 2030


class SchoolCalendars:
    """Finds a party's calendar; parties that share their closed days share one Calendar object."""

    def __init__(self, settings: Settings, parties: Mapping[str, Party]) -> None:
        self._settings = settings
        self._parties = parties

    def of(self, party: str) -> Calendar:
        """The calendar of a party by its id; a party that is no longer known has the SWV's region."""
        # A party's own closing days come here: with any, a Calendar of its own, else the shared one.
        if party == SWV or party.startswith("gemeente:"):
            return self._shared("")
        known = self._parties.get(party)
        if known is not None and known.kind not in ("school", "bestuur"):
            return self._shared("")
        return self._shared(self._region(known))

    def _region(self, party: Party | None) -> str:
        bestuur = self._parties.get(party.bestuur) if party else None
        own = party.region if party else ""
        return (own or (bestuur.region if bestuur else "") or self._settings.region).casefold()

    def _shared(self, region: str) -> Calendar:
        return _calendar(region, self._settings.good_friday_open, self._settings.may_5_open)


@cache
def _calendar(region: str, good_friday_open: bool, may_5_open: bool) -> Calendar:
    """A region's calendar; without a region the SWV's own, which knows no schoolvakanties."""
    public = _public_holidays(good_friday_open, may_5_open)
    if not region:
        return Calendar(SWV, public, published_until=date.max)
    vakanties = _vakanties(region)
    return Calendar(region, public, vakanties, published_until=vakanties[-1].last)


def _public_holidays(good_friday_open: bool, may_5_open: bool) -> dict[date, str]:
    import holidays  # noqa: PLC0415  # takes 0.3 s, and most commands need no calendar

    named = dict(holidays.country_holidays("NL", years=YEARS, language="nl").items())
    if good_friday_open:
        named = {day: name for day, name in named.items() if name != "Goede vrijdag"}
    # The law gives 5 May to all once in five years; here it is one thing for every year.
    named = {day: name for day, name in named.items() if name != "Bevrijdingsdag"}
    if not may_5_open:
        for year in YEARS:
            named.setdefault(date(year, 5, 5), "Bevrijdingsdag")
    return dict(sorted(named.items()))


def _vakanties(region: str) -> tuple[Vakantie, ...]:
    import holidays  # noqa: PLC0415  # takes 0.3 s, and most commands need no calendar

    named = holidays.country_holidays(
        "NL", subdiv=region.capitalize(), years=YEARS, language="nl", categories=("school",)
    )
    runs = _runs(sorted((day, name.casefold()) for day, name in named.items()))
    summers = [run for run in runs if run.name == "zomervakantie" and run.last.year <= LAST_PUBLISHED_SUMMER]
    return tuple(run for run in runs if run.last <= summers[-1].last)


def _runs(days: Iterable[tuple[date, str]]) -> list[Vakantie]:
    """Consecutive days of one name as one vakantie, over the end of a year too."""
    runs: list[Vakantie] = []
    for day, name in days:
        if runs and runs[-1].name == name and runs[-1].last + timedelta(days=1) == day:
            runs[-1] = Vakantie(name, runs[-1].first, day)
        else:
            runs.append(Vakantie(name, day, day))
    return runs
