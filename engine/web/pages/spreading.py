"""Volle maanden spreiden: which documents to renew earlier, ticked, followed and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from sqlalchemy import Connection
from starlette.responses import Response

from engine.app.desk import Desk
from engine.app.spreading import Load, Spread, proposal_of, renew_as_before, renew_earlier, standing
from engine.core.chart import Chart
from engine.core.document_load import MonthLoad, first_of
from engine.core.dutch import counted, month_year
from engine.core.load_chart import NARROW, SHEET, WIDE, load_chart
from engine.core.problem import Refused
from engine.core.sheet import Sheet
from engine.core.spreading import Shift
from engine.store.acts import Act, record_act
from engine.store.register import load_sheets
from engine.web.fields import text_of
from engine.web.finding import as_file, wants_file
from engine.web.routes import BUREAU, action, page
from engine.web.visit import TakingBack, Visit

HERE = "/documenten/spreiden"
SPREAD = "spreiden"
# More than so many in a month nobody means.
HIGHEST = 999


@dataclass(frozen=True, slots=True)
class Line:
    """A document of the proposal: its school, the month that is too full, and how many that has before and after.

    `value` stands for it in the form.
    """

    shift: Shift
    name: str
    address: str
    month: date
    before: int
    after: int

    @property
    def value(self) -> str:
        """The task's key and the new day."""
        return f"{self.shift.renewal.key} {self.shift.day.isoformat()}"


def show(visit: Visit) -> Response:
    """The proposal."""
    most = most_of(text_of(visit, "vol"))
    with visit.means.database.read() as connection:
        proposal = proposal_of(visit.means, connection, visit.today, most)
        lines = _lines(visit, connection, proposal)
    if wants_file(visit):
        return as_file(visit, "documenten spreiden", [_sheet(lines), load_sheet(proposal.load)])
    return _shown(visit, proposal, lines, None)


def follow(visit: Visit) -> Response:
    """Follows what was ticked."""
    form = visit.form
    chosen, most = set(form.many("rij")), most_of(form.text("vol"))
    try:
        with visit.means.database.write() as connection:
            lines = _lines(visit, connection, proposal_of(visit.means, connection, visit.today, most))
            ready = [one for one in lines if one.value in chosen]
            if len(ready) < len(chosen):
                raise Refused("Het voorstel is intussen veranderd.", "Bekijk het hieronder opnieuw. Voer het dan door.")
            desk = Desk(connection, visit.means.apart(), visit.now, visit.who.name)
            undo = renew_earlier(desk, [one.shift for one in ready])
            many = counted(len(ready), "document wordt", "documenten worden")
            text = f"{many} eerder vernieuwd, om volle maanden te spreiden."
            keys = tuple(one.shift.renewal.key for one in ready)
            number = record_act(connection, Act(visit.now, visit.who.name, SPREAD, text, keys, undo))
    except Refused as refused:
        with visit.means.database.read() as connection:
            proposal = proposal_of(visit.means, connection, visit.today, most)
            lines = _lines(visit, connection, proposal)
        return _shown(visit, proposal, lines, refused)
    return visit.done(number, form.text("terug") or HERE)


def undo_spreading(visit: Visit, taking: TakingBack) -> str | None:
    """Takes it back, but for what is asked already."""
    desk = Desk(taking.connection, visit.means.apart(), visit.now, visit.who.name)
    return renew_as_before(desk, taking.act.undo)


def spreading_fixed(connection: Connection, acts: Sequence[Act]) -> Mapping[int, str]:
    """Acts of which nothing can be taken back any more."""
    documents = load_sheets(connection).documents
    found = {}
    for act in acts:
        stands = standing(connection, documents, act.undo["rows"])
        if len(stands) == len(act.undo["rows"]):
            found[act.id] = next(iter(stands.values()))
    return found


def most_of(text: str) -> int | None:
    """From how many on a month is too full, as the address says; None where it says nothing of use."""
    return min(max(int(text), 1), HIGHEST) if text.isascii() and text.isdecimal() and len(text) < 5 else None


def charts_of(months: Sequence[MonthLoad], load: Load) -> list[tuple[str, Chart]]:
    """The picture in its shapes, with the name of each."""
    shapes = (("breed", WIDE), ("smal", NARROW), ("papier", SHEET))
    return [(name, load_chart(months, load.most, load.kinds, shape)) for name, shape in shapes]


def load_sheet(load: Load) -> Sheet:
    """What each month brings, for Excel."""
    heads = ("Maand", *load.kinds, "Documenten", "Waarvan opnieuw", "Al verlopen", "Stand")
    rows = tuple(
        (
            one.month,
            *(one.kinds.get(kind, 0) for kind in load.kinds),
            *(one.total, one.again, one.late, "te vol" if one.total > load.most else ""),
        )
        for one in load.months
    )
    return Sheet("Per maand", heads, rows)


def _lines(visit: Visit, connection: Connection, proposal: Spread) -> list[Line]:
    parties = visit.means.register(connection).parties
    before = {one.month: one.total for one in proposal.load.months}
    after = {one.month: one.total for one in proposal.after}
    lines = []
    for shift in proposal.spreading.shifts:
        party, month = parties[shift.renewal.party], first_of(shift.renewal.day)
        kind = "scholen" if party.kind == "school" else "besturen"
        address = f"/{kind}/{quote(party.id)}"
        lines.append(Line(shift, party.name, address, month, before[month], after[month]))
    return lines


def _shown(visit: Visit, proposal: Spread, lines: Sequence[Line], fault: Refused | None) -> Response:
    return visit.render(
        "spreading.html",
        status=200 if fault is None else 422,
        load=proposal.load,
        shifts=lines,
        left=proposal.spreading.left,
        after=proposal.after,
        charts=charts_of(proposal.after, proposal.load),
        fault=fault,
    )


def _sheet(lines: Sequence[Line]) -> Sheet:
    heads = ("Code", "Naam", "Document", "Geldig tot en met", "Volle maand", "Vernieuwen uiterlijk", "Eerste mail")
    rows = tuple(
        (
            *(one.shift.renewal.party, one.name, one.shift.renewal.kind, one.shift.renewal.ends),
            *(month_year(one.month), one.shift.day, one.shift.opens),
        )
        for one in lines
    )
    return Sheet("Spreiden", heads, rows)


ROUTES = (page(HERE, show, BUREAU), action(HERE, follow, BUREAU))
UNDO = {SPREAD: undo_spreading}
FIXED = {SPREAD: spreading_fixed}
