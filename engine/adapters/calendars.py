"""Calendars of parties: public holidays and schoolvakanties as the `holidays` package publishes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache, lru_cache

from engine.core.calendar import Calendar, Closure, Vakantie, vakantie_year
from engine.core.party import SWV, Party, region_of
from engine.core.schooljaar import Schooljaar
from engine.core.settings import Settings
from engine.core.sheets import GEMEENTE, ClosingRow

YEARS = range(2014, 2041)
# Schoolvakanties are published up to this summer; what the package gives later is its own guess.
LAST_PUBLISHED_SUMMER = 2030
# More than the schools of one SWV; a register that changes gives new ones.
OWN_CALENDARS = 512


class SchoolCalendars:
    """Finds a party's calendar; parties that share their closed days share one Calendar object."""

    def __init__(self, settings: Settings, parties: Mapping[str, Party], closings: Iterable[ClosingRow] = ()) -> None:
        self._settings = settings
        self._parties = parties
        self._closings: dict[str, list[ClosingRow]] = {}
        for row in sorted(closings, key=lambda row: (row.first, row.last, row.description, row.replaces)):
            self._closings.setdefault(row.party.casefold(), []).append(row)
        self._found: dict[str, Calendar] = {}

    def of(self, party: str) -> Calendar:
        """The calendar of a party by its id; a party that is no longer known has the SWV's region."""
        if party not in self._found:
            self._found[party] = self._find(party)
        return self._found[party]

    def _find(self, party: str) -> Calendar:
        known = self._parties.get(party)
        if party == SWV:
            # The SWV knows no schoolvakanties; a row of its own that replaces one is a closing day like another.
            rows = [replace(row, replaces="") for row in self._closings.get(SWV, ())]
            return self._shared("", rows)
        if party.startswith(GEMEENTE) or (known is not None and known.kind not in ("school", "bestuur")):
            return self._shared("", [])
        return self._shared(region_of(known, self._parties, self._settings.region), self._rows(party, known))

    def _rows(self, party: str, known: Party | None) -> list[ClosingRow]:
        """The party's own closing days and those of its bestuur, without the vakanties it replaces itself."""
        own = self._closings.get(party.casefold(), [])
        if known is None or known.kind != "school":
            return own
        replaced = {_replaced(row) for row in own if row.replaces}
        return [
            *own,
            *(row for row in self._closings.get(known.bestuur.casefold(), ()) if _replaced(row) not in replaced),
        ]

    def _shared(self, region: str, rows: Iterable[ClosingRow]) -> Calendar:
        closures: set[Closure] = set()
        taken: dict[tuple[str, Schooljaar], list[tuple[date, date]]] = {}
        for row in rows:
            if row.replaces:
                taken.setdefault(_replaced(row), []).append((row.first, row.last))
            else:
                closures.add(Closure(row.first, row.last, row.description))
        own = frozenset(_vakantie_of(name, spans) for (name, _), spans in taken.items())
        settings = self._settings
        holidays = (settings.good_friday_open, settings.may_5_open)
        if not region:
            return _swv_calendar(settings.region.casefold(), *holidays, frozenset(closures))
        if not own and not closures:
            return _calendar(region, *holidays)
        return _own_calendar(region, *holidays, frozenset(closures), own)


@cache
def _calendar(region: str, good_friday_open: bool, may_5_open: bool) -> Calendar:
    """A region's calendar."""
    vakanties = _vakanties(region)
    public = _public_holidays(good_friday_open, may_5_open)
    return Calendar(region, public, vakanties, published_until=vakanties[-1].last)


@lru_cache(maxsize=OWN_CALENDARS)
def _own_calendar(
    region: str, good_friday_open: bool, may_5_open: bool, closures: frozenset[Closure], own: frozenset[Vakantie]
) -> Calendar:
    """A region's calendar with closing days, and with vakanties taken at other times than published."""
    shared = _calendar(region, good_friday_open, may_5_open)
    replaced = {(vakantie.name, vakantie.year) for vakantie in own}
    vakanties = [one for one in shared.vakanties if (one.name, one.year) not in replaced]
    return Calendar(
        f"{region} met eigen vrije dagen",
        shared.public,
        tuple(sorted((*vakanties, *own), key=lambda vakantie: vakantie.first)),
        tuple(sorted(closures, key=lambda closure: (closure.first, closure.last, closure.description))),
        shared.published_until,
    )


@lru_cache(maxsize=OWN_CALENDARS)
def _swv_calendar(region: str, good_friday_open: bool, may_5_open: bool, closures: frozenset[Closure]) -> Calendar:
    """The SWV's own calendar: open in the vakanties of its region, but one may count from them."""
    shared = _calendar(region, good_friday_open, may_5_open)
    return Calendar(
        SWV,
        shared.public,
        shared.vakanties,
        tuple(sorted(closures, key=lambda closure: (closure.first, closure.last, closure.description))),
        published_until=date.max,
        closed_in_vakanties=False,
    )


def _replaced(row: ClosingRow) -> tuple[str, Schooljaar]:
    """Which vakantie a row replaces: its name and the schooljaar it belongs to."""
    return row.replaces, vakantie_year(row.replaces, row.first)


def _vakantie_of(name: str, spans: Iterable[tuple[date, date]]) -> Vakantie:
    """All rows of one vakantie as one, from the first day to the last, open between spans that do not touch."""
    pieces: list[tuple[date, date]] = []
    for first, last in sorted(spans):
        if pieces and first <= pieces[-1][1] + timedelta(days=1):
            pieces[-1] = (pieces[-1][0], max(last, pieces[-1][1]))
        else:
            pieces.append((first, last))
    return Vakantie(name, pieces[0][0], pieces[-1][1], tuple(pieces) if len(pieces) > 1 else ())


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
