"""Vakanties: the coming ones per region, the closing days of schools and besturen, and how far they are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from engine.app.checking import holidays_until
from engine.app.yearplan import regions_of
from engine.core.party import Register
from engine.core.schooljaar import Schooljaar
from engine.core.vitals import YEAR
from engine.core.yearplan import Closed, region_vakanties
from engine.web.routes import READERS, page
from engine.web.visit import Visit

SCHOOLJAREN = 2


@dataclass(frozen=True, slots=True)
class Row:
    """A vakantie with what each region has, in the order of the regions; None where it is not known."""

    name: str
    first: date
    regions: tuple[Closed | None, ...]


@dataclass(frozen=True, slots=True)
class OwnDays:
    """Closing days of one party; `replaces` is the vakantie that they take the place of, else empty."""

    name: str
    first: date
    last: date
    description: str
    replaces: str


def show(visit: Visit) -> Response:
    """The vakanties of this schooljaar and the next that are not over."""
    with visit.means.database.read() as connection:
        register, calendars = visit.means.people(connection)
    regions = regions_of(visit.means, register, calendars, visit.scope)
    until = holidays_until(visit.means)
    now = Schooljaar.of(visit.today)
    rows = []
    for year in (now, now.next):
        found = [region_vakanties(region, own, year) for region, own in regions.items()]
        for name in dict.fromkeys(one.name for each in found for one in each.vakanties):
            # A zomervakantie stands at both ends of a schooljaar.
            ends = [[one for one in each.vakanties if one.name == name] for each in found]
            for place in range(max(len(one) for one in ends)):
                cells = tuple(one[place] if place < len(one) else None for one in ends)
                first = min(cell.widest[0] for cell in cells if cell is not None)
                if max(cell.widest[1] for cell in cells if cell is not None) >= visit.today:
                    rows.append(Row(name, first, cells))
    return visit.render(
        "vakanties.html",
        regions=list(regions),
        rows=sorted(dict.fromkeys(rows), key=lambda row: row.first),
        own=sorted(_own_days(visit, register), key=lambda one: (one.first, one.name)),
        until=until,
        ends_soon=until - visit.today < YEAR,
    )


def _own_days(visit: Visit, register: Register) -> Iterator[OwnDays]:
    """Closing days that are not over, of parties that the user may see and of their besturen."""
    seen = visit.scope
    if seen is not None:
        seen |= {party.bestuur for party in register.parties.values() if party.id in seen}
    known = {party.id.casefold(): party for party in register.parties.values()}
    for row in register.closings:
        party = known.get(row.party.casefold())
        if party is not None and row.last >= visit.today and (seen is None or party.id in seen):
            yield OwnDays(party.name, row.first, row.last, row.description, row.replaces)


ROUTES = (page("/jaarplanning/vakanties", show, READERS),)
