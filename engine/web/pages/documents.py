"""Documenten: what has expired, what ends soon, what is missing, and whom the ladder asks."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from engine.app.backlog import with_held_mail
from engine.app.document_list import (
    EXPIRED,
    LATER,
    MISSING,
    WITHIN,
    DocumentLine,
    DocumentWish,
    chosen_documents,
    counts_of,
    document_list,
)
from engine.app.spreading import load_of
from engine.core.sheet import Sheet
from engine.core.status import LOOKS
from engine.core.telling import phase_word
from engine.web.fields import page_number, text_of
from engine.web.finding import as_file, wants_file
from engine.web.pages.schools import rules_of
from engine.web.pages.spreading import charts_of, load_sheet, most_of
from engine.web.routes import READERS, page
from engine.web.visit import Visit

ROWS = 150
TERMS = {
    EXPIRED: "verlopen",
    **{str(days): f"verloopt binnen {days} dagen" for days in WITHIN},
    LATER: "later",
    MISSING: "ontbreekt",
}


def show(visit: Visit) -> Response:
    """Every document that is asked for, what asks attention first."""
    term = text_of(visit, "termijn")
    wish = DocumentWish(
        text_of(visit, "soort"),
        text_of(visit, "bestuur"),
        term if term in TERMS else "",
        text_of(visit, "zoek"),
        text_of(visit, "sorteer"),
    )
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
        every = document_list(connection, register, rules_of(visit), visit.today, visit.scope)
        waiting = [one.task.key for one in every if one.waits and one.task] if visit.who.role == "bureau" else []
        mailed = with_held_mail(connection, waiting)
        load = load_of(visit.means, connection, visit.today, visit.scope, most_of(text_of(visit, "vol")))
    found = chosen_documents(every, wish)
    if wants_file(visit):
        return as_file(visit, "documenten", [_sheet(found), load_sheet(load)])
    number = page_number(visit)
    start = (number - 1) * ROWS
    return visit.render(
        "documents.html",
        lines=found[start : start + ROWS],
        total=len(found),
        missing=sum(one.term == MISSING for one in found),
        any=bool(every),
        waits=len(waiting),
        mailed=mailed,
        acts=visit.who.role != "lezer",
        counts=counts_of(every),
        terms=TERMS,
        kinds=[(kind, kind) for kind in sorted({one.kind for one in every}, key=str.casefold)],
        besturen=sorted({(one.party.bestuur, one.bestuur) for one in every if one.bestuur}, key=lambda one: one[1]),
        wish=wish,
        narrows=any((wish.kind, wish.bestuur, wish.term, wish.text)),
        load=load,
        charts=charts_of(load.months, load) if load.found else (),
        number=number,
        more=len(found) > start + ROWS,
    )


def _sheet(lines: Sequence[DocumentLine]) -> Sheet:
    heads = (
        "Code",
        "Naam",
        "Bestuur",
        "Document",
        "Versie",
        "Vastgesteld op",
        "Geldig tot en met",
        "Eerder vernieuwen",
        "Stand",
        "Fase",
        "Volgende fase",
        "Uiterlijk",
        "Taak",
        "Van wie",
        "Aan zet",
    )
    rows = tuple(
        (
            one.party.id,
            one.party.name,
            one.bestuur,
            one.kind,
            one.version,
            one.adopted_on,
            one.expires,
            one.renew_by,
            TERMS[one.term],
            one.stage,
            None if one.phase is None else phase_word(one.phase.name),
            None if one.phase is None else one.phase.date,
            None if one.name is None else LOOKS[one.name].word,
            ", ".join(one.asked),
            ", ".join(one.mover),
        )
        for one in lines
    )
    return Sheet("Documenten", heads, rows)


ROUTES = (page("/documenten", show, READERS),)
