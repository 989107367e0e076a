"""Uitvragen: the rounds of a schooljaar with how far they are, and the page of one round."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from engine import wiring
from engine.app.rounds import OneRound, Rounds, one_round, rounds_of_year
from engine.core.choice import status_options
from engine.core.dutch import from_to
from engine.core.localtime import from_ms, local_date
from engine.core.matrix import Column, RoundId
from engine.core.sheet import Sheet
from engine.web.finding import as_file, chosen, wants_file
from engine.web.lists import WORDS, list_sheet, paged
from engine.web.pages.moving import can_move
from engine.web.routes import READERS, page
from engine.web.visit import NotFound, Visit

KINDS = {
    "uitvraag": "uitvraag",
    "gesprek": "gesprek",
    "document": "document",
    "taak": "taak",
    "mijlpaal": "mijlpaal",
}
# In the address: another look at the same round.
LOOK, CALL_LIST = "toon", "bellijst"
TO_CALL = ("late", "today", "open")


def show_all(visit: Visit) -> Response:
    """The rounds of a schooljaar: what runs, what comes, what is done."""
    choice, told = chosen(visit)
    with visit.means.database.read() as connection:
        found = rounds_of_year(connection, choice, visit.today, scope=visit.scope, swv=visit.means.settings.name)
    parts = _parts(found, visit.today)
    if wants_file(visit):
        return as_file(visit, f"uitvragen {found.schooljaar}", [_rounds_sheet(parts, found)])
    return visit.render(
        "rounds.html", found=found, choice=choice, told=(*told, *found.told), parts=parts, kinds=KINDS, statuses=()
    )


def show_one(visit: Visit) -> Response:
    """A round: its days, how far it is, its ladder, and who has to answer."""
    id_ = RoundId(visit.path["rule"], visit.path["schooljaar"], visit.path.get("round", ""))
    choice, told = chosen(visit)
    with visit.means.database.read() as connection:
        found = one_round(connection, id_, choice, visit.today, scope=visit.scope, settings=visit.means.settings)
    if found is None:
        return _under_its_new_name(visit, id_)
    calling = visit.query.get(LOOK) == CALL_LIST
    rows = [one for one in found.tasks if not calling or one.name in TO_CALL]
    if wants_file(visit):
        name = f"{'bellijst ' if calling else ''}{id_.short} {id_.schooljaar}"
        return as_file(visit, name, [list_sheet(rows, id_.short)])
    shown, more = paged(rows, choice.page)
    return visit.render(
        "call_list.html" if calling else "round.html",
        found=found,
        id=id_,
        choice=choice,
        told=(*told, *found.told),
        statuses=status_options(),
        rows=shown,
        total=len(rows),
        more=more,
        words=WORDS,
        sent_on=_sent_on(found),
        kinds=KINDS,
        movable=visit.who.role == "bureau" and can_move(id_, found.detail.kind, visit.today),
    )


def _under_its_new_name(visit: Visit, id_: RoundId) -> Response:
    """On to the round of a rule that has another id by now; raises NotFound where there is none."""
    book = wiring.applied_book(visit.site.place, visit.means.database)
    rule = next((one.id for one in (book.rules if book else ()) if one.formerly == id_.rule), None)
    if rule is None:
        raise NotFound
    return visit.go(f"/uitvragen/{id_._replace(rule=rule).path}")


def _parts(found: Rounds, today: date) -> list[tuple[str, list[Column]]]:
    """The rounds in three parts; the first has what is late first."""
    running = [one for one in found.columns if not one.is_finished and one.opens <= today]
    running.sort(key=lambda one: (not one.counts.get("late"), one.own[1]))
    coming = [one for one in found.columns if not one.is_finished and one.opens > today]
    done = [one for one in found.columns if one.is_finished]
    return [(title, part) for title, part in (("Loopt nu", running), ("Komt nog", coming), ("Klaar", done)) if part]


def _rounds_sheet(parts: list[tuple[str, list[Column]]], found: Rounds) -> Sheet:
    heads = (
        "Ronde",
        "Titel",
        "Soort",
        "Opent",
        "Uiterlijk",
        "Met uitstel",
        "Uitstel t/m",
        "Taken",
        "Klaar",
        "Te laat",
        "Te controleren",
    )
    rows = tuple(
        (
            one.id.short,
            one.title,
            found.kinds[one.id],
            one.opens,
            one.own[1],
            len(one.granted),
            one.granted[-1] if one.granted else None,
            one.total,
            one.done,
            one.counts.get("late", 0),
            one.counts.get("submitted", 0),
        )
        for _, part in parts
        for one in part
    )
    return Sheet(f"Uitvragen {found.schooljaar}", heads, rows)


def _sent_on(found: OneRound) -> str:
    """The day or days on which the mails of the first step left; empty where none did."""
    rung = found.rungs[0] if found.rungs else None
    if rung is None or rung.first_sent is None or rung.last_sent is None:
        return ""
    return from_to(local_date(from_ms(rung.first_sent)), local_date(from_ms(rung.last_sent)))


ROUTES = (
    page("/uitvragen", show_all, READERS),
    page("/uitvragen/{rule}/{schooljaar}", show_one, READERS),
    page("/uitvragen/{rule}/{schooljaar}/{round}", show_one, READERS),
)
