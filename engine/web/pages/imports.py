"""Beheer, register: one import that was made: what it changed, and undoing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection
from starlette.responses import Response

from engine import wiring
from engine.app.desk import Desk
from engine.app.import_follows import guests_after_undo, take_import_back, touched_by
from engine.app.import_made import look_back, subjects_of
from engine.app.invitations import news_since
from engine.app.nightly import outdated
from engine.app.undoable import imports_fixed
from engine.core.dutch import counted, listed, long_moment, some
from engine.core.guest_news import and_going_out
from engine.core.intake_told import party_told, person_told
from engine.core.problem import Refused
from engine.core.undoing import Undoing
from engine.core.vacancies import vacancy_notes
from engine.store.acts import Act, mark_undone, newest_acts, record_act
from engine.store.appointments import waiting_numbers
from engine.store.imports import Import, import_made, imports_made
from engine.web.changes import groups, links_of
from engine.web.routes import BUREAU, action, page
from engine.web.visit import NotFound, TakingBack, Visit

MOST_ACTS = 5_000
MOST_NAMED = 3
HERE = "/beheer/register/import/{number:int}"


def show_import(visit: Visit) -> Response:
    """One import: what it changed, and what undoing it would do or why it cannot be undone."""
    back: Undoing | None = None
    refused = ""
    book = wiring.applied_book(visit.site.place, visit.means.database)
    tonight = waiting = 0
    with visit.means.database.read() as connection:
        made = import_made(connection, int(visit.path["number"]))
        if made is None:
            raise NotFound
        try:
            back = look_back(connection, made)
        except Refused as found:
            refused = f"{found.message} {found.hint}"
        register = visit.means.register(connection)
        newest = imports_made(connection, 1)[0].id == made.id and made.undone_at is None
        if book is not None and newest:
            tonight, waiting = outdated(connection, visit.means, book, visit.today)
        links = links_of(connection, made.told)
        kept = back.kept_parties if back is not None else ()
        later, running = touched_by(connection, [row.id for row in kept])
    news = guests_after_undo(visit.means, made.id, visit.now) if back is not None else ()
    people = back.kept_contacts if back is not None else ()
    lacking = vacancy_notes(book.rules, register, visit.today) if book is not None and newest else ()
    return visit.render(
        "register_import.html",
        made=made,
        back=back,
        news=news,
        refused=refused,
        groups=groups(made.told, links),
        lacking=lacking,
        newest=newest,
        planned=book is not None,
        tonight=tonight,
        waiting=waiting,
        kept_parties=[party_told(row.id, {row.id: row.name}) for row in kept],
        kept_contacts=[person_told(row.email, {row.email: row.name}) for row in people],
        later=later,
        running=running,
    )


def undo(visit: Visit) -> Response:
    """Undoes an import, from its own page."""
    number = int(visit.path["number"])
    with visit.means.database.write() as connection:
        made = import_made(connection, number)
        if made is None:
            raise NotFound
        act = _undo(visit, made, subjects_of(connection, made.told))
        before, desk = waiting_numbers(connection), _desk(visit, connection)
        left = take_import_back(desk, number)
        news = news_since(connection, desk.means, before)
        for one in newest_acts(connection, MOST_ACTS):
            if one.kind == "import" and (one.undo or {}).get("import") == number and one.undone_at is None:
                mark_undone(connection, one.id, visit.now, visit.who.name)
        text = " ".join(filter(None, (act.text, _not_back(left))))
        recorded = record_act(connection, replace(act, text=and_going_out(text, news)))
    return visit.done(recorded, f"/beheer/register/import/{number}")


def undo_act(visit: Visit, taking: TakingBack) -> str | None:
    """Undoes the import that an act was about, and gives the tasks back that ended with it."""
    before, desk = waiting_numbers(taking.connection), _desk(visit, taking.connection)
    left = take_import_back(desk, int(taking.act.undo["import"]))
    return and_going_out(_not_back(left), news_since(taking.connection, desk.means, before)) or None


def _desk(visit: Visit, connection: Connection) -> Desk:
    return Desk(connection, visit.means.apart(), visit.now, visit.who.name)


def _not_back(titles: Sequence[str]) -> str:
    """Of which tasks the state could not be given back; the next plan brings those back."""
    if not titles:
        return ""
    return f"Niet terug bij {counted(len(titles), 'taak', 'taken')}: {listed(some(list(titles), MOST_NAMED))}."


def _undo(visit: Visit, made: Import, about: tuple[str, ...]) -> Act:
    day = long_moment(made.at)
    text = f"De import van {day} uit {listed(made.files)} is ongedaan gemaakt."
    return Act(visit.now, visit.who.name, "import-undone", text, about)


ROUTES = (
    page(HERE, show_import, BUREAU),
    action(f"{HERE}/ongedaan", undo, BUREAU),
)
UNDO = {"import": undo_act}
FIXED = {"import": imports_fixed}
