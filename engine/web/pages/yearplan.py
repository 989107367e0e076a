"""Jaarplanning: the picture for the wall and the same as a table."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection
from starlette.responses import Response

from engine import wiring
from engine.app.checking import holidays_until
from engine.app.yearplan import Year, year_of
from engine.core.party import region_of
from engine.core.rule import Rulebook
from engine.core.schooljaar import Schooljaar
from engine.core.wall_chart import paper_chart, wall_chart
from engine.core.year_end import closable_from
from engine.core.year_table import YearRow, year_rows, year_sheet
from engine.core.yearplan import KINDS
from engine.store.facts import adopted, signed_years, waiting_proposal
from engine.store.tasks import schooljaren_in_use
from engine.web.finding import as_file, wants_file
from engine.web.routes import READERS, page
from engine.web.visit import NotFound, Visit


def running(visit: Visit) -> Response:
    """The jaarplanning of the running schooljaar."""
    return _shown(visit, Schooljaar.of(visit.today))


def one_year(visit: Visit) -> Response:
    """The jaarplanning of the schooljaar in the address."""
    return _shown(visit, asked_year(visit))


def asked_year(visit: Visit) -> Schooljaar:
    """The schooljaar in the address; NotFound where it is none."""
    try:
        return Schooljaar.parse(str(visit.path["schooljaar"]))
    except ValueError:
        raise NotFound from None


def rulebook_of(visit: Visit) -> tuple[Rulebook, bool]:
    """The applied rulebook and True; before the first plan that of the files, and False."""
    applied = wiring.applied_book(visit.site.place, visit.means.database)
    return (applied, True) if applied is not None else (wiring.sound_rulebook_of(visit.site.place), False)


def years_to_see(connection: Connection, visit: Visit) -> list[Schooljaar]:
    """The schooljaren that were adopted, the running one and the next, and what is stored of later ones."""
    now = Schooljaar.of(visit.today)
    stored = {Schooljaar.parse(one) for one in schooljaren_in_use(connection)}
    ran = {Schooljaar.parse(one) for one in adopted(connection)}
    return sorted({*ran, now, now.next, *(one for one in stored if one > now)})


def _shown(visit: Visit, schooljaar: Schooljaar) -> Response:
    rulebook, applied = rulebook_of(visit)
    with visit.means.database.read() as connection:
        years = years_to_see(connection, visit)
        if schooljaar not in years:
            raise NotFound
        year = year_of(connection, visit.means, rulebook, schooljaar, visit.scope)
        waiting = waiting_proposal(connection)
        ran, ended = signed_years(connection)
    rows = year_rows(
        year.plan,
        year.tasks,
        year.register.parties,
        lambda party: region_of(year.register.parties.get(party), year.register.parties, visit.means.settings.region),
        visit.today if year.adoption is not None else None,
    )
    shown = _filtered(visit, rows)
    if wants_file(visit):
        return as_file(visit, f"jaarplanning {schooljaar}", [year_sheet(shown, f"Jaarplanning {schooljaar}")])
    return visit.render(
        "yearplan.html",
        year=year,
        schooljaar=schooljaar,
        years=years,
        concepts=[one for one in years if str(one) not in ran],
        ended=[one for one in years if str(one) in ended],
        may_close=str(schooljaar) in ran - ended and closable_from(schooljaar) <= visit.today,
        applied=applied,
        chart=wall_chart(year.plan, visit.today),
        paper=paper_chart(year.plan),
        rows=shown,
        many=len(rows),
        kinds=[(kind, word) for kind, word in KINDS.items() if any(row.kind == kind for row in rows)],
        asked=sorted({row.who for row in rows if row.who}),
        table_only=visit.query.get("vorm") == "tabel",
        bureau=visit.who.role == "bureau",
        waits=None if waiting is None else waiting.made_at,
        last_published=until if (until := holidays_until(visit.means)) < schooljaar.end else None,
        **_marks(year),
    )


def _marks(year: Year) -> dict[str, bool]:
    """Which signs the picture has, so that the legend explains those alone."""
    entries = [entry for lane in year.plan.lanes for entry in lane.entries]
    return {
        "differs": any(
            lane.kind != "doorlopend" and not (entry.due.one and entry.opens.one)
            for lane in year.plan.lanes
            for entry in lane.entries
        ),
        "planned_before": any(entry.first is not None for entry in entries),
        "peildatum": any(entry.peildatum is not None for entry in entries),
        "documents": any(lane.ends for lane in year.plan.lanes),
    }


def _filtered(visit: Visit, rows: Sequence[YearRow]) -> list[YearRow]:
    kind, who = visit.query.get("soort", ""), visit.query.get("wie", "")
    text = visit.query.get("zoek", "").casefold()
    return [
        row
        for row in rows
        if (not kind or row.kind == kind)
        and (not who or row.who == who)
        and (not text or text in f"{row.title} {row.round} {row.for_whom}".casefold())
    ]


ROUTES = (
    page("/jaarplanning", running, READERS),
    page("/jaarplanning/{schooljaar}", one_year, READERS),
)
