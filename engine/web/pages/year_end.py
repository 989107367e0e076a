"""Sluit schooljaar af: per round what is still open and what becomes of it, shown before it is done."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection
from starlette.responses import Response

from engine.app.undoable import year_ends_fixed
from engine.app.year_end import Choice, Ending, YearEnd, close, foretell_end, open_again, to_close, undo_of, year_end
from engine.core.dutch import counted, listed, some
from engine.core.problem import Refused
from engine.core.round_names import in_round
from engine.core.schooljaar import Schooljaar
from engine.core.year_end import Fate
from engine.store.acts import Act, record_act
from engine.store.tasks import load_tasks
from engine.web.new_day import new_day_told
from engine.web.pages.yearplan import asked_year
from engine.web.routes import BUREAU, action, page
from engine.web.visit import Stale, TakingBack, Visit

KIND = "year-end"
# What becomes of mail that lapsed with the closing, once that is undone.
MADE_AGAIN = (
    "De mail die bij het afsluiten verviel, wordt opnieuw gemaakt, op de eerste dag dat de ontvanger weer mail krijgt. "
    "Bij Post ziet u wanneer."
)
DO = "doe"
MOST_NAMED = 3
FATES: dict[str, Fate] = {"niet": "niet", "mee": "mee"}


def show_first(visit: Visit) -> Response:
    """The first schooljaar that can be closed by now."""
    with visit.means.database.read() as connection:
        schooljaar = to_close(connection, visit.today)
        found = None if schooljaar is None else year_end(connection, visit.means, schooljaar, visit.now)
    return _page(visit, found, _proposed(found)) if found is not None else visit.render("year_end.html", found=None)


def show(visit: Visit) -> Response:
    """What is still open in the schooljaar of the address."""
    with visit.means.database.read() as connection:
        found = year_end(connection, visit.means, asked_year(visit), visit.now)
    return _page(visit, found, _proposed(found))


def act(visit: Visit) -> Response:
    """First what it changes, then, for the same choice, it is done."""
    schooljaar = asked_year(visit)
    with visit.means.database.read() as connection:
        found = year_end(connection, visit.means, schooljaar, visit.now)
    choice = _chosen(visit, found)
    try:
        coming = foretell_end(visit.means, schooljaar, choice, visit.now, visit.who.name)
    except Refused as refused:
        return _page(visit, found, choice, fault=refused)
    if visit.form.text("stap") != DO or visit.form.text("keuze") != _digest(found, choice, visit):
        return _page(visit, found, choice, coming=coming, other=visit.form.text("stap") == DO)
    numbers: list[int] = []

    def record(connection: Connection, ending: Ending) -> None:
        done = Act(
            visit.now,
            visit.who.name,
            KIND,
            _told(ending, schooljaar),
            _subjects(ending, schooljaar),
            undo_of(ending, schooljaar),
        )
        numbers.append(record_act(connection, done))

    if not close(visit.means, schooljaar, choice, visit.form.text("code"), visit.now, visit.who.name, record):
        raise Stale("De taken zijn intussen gewijzigd.", "Er is niets veranderd. Bekijk het opnieuw en beslis dan.")
    return visit.done(numbers[0], f"/jaarplanning/{schooljaar}/afsluiten")


def undo(visit: Visit, taking: TakingBack) -> str | None:
    """Opens the schooljaar again; what of its tasks cannot go back is told."""
    left = open_again(taking.connection, visit.means, taking.act, visit.now, visit.who.name)
    lost = {key for key, _ in left}
    if not left:
        back = any(memo["back"] for memo in taking.act.undo["tasks"] if memo["task"] not in lost)
        return MADE_AGAIN if back else None
    tasks = load_tasks(taking.connection, keys=lost)
    called = {party.id: party.name for party in visit.means.register(taking.connection).parties.values()}
    found = [f"{in_round(one.plan.title, one.plan.round)} ({called[one.plan.party]})" for one in tasks]
    names = listed(some(found, MOST_NAMED))
    return f"Het schooljaar is weer open. Niet terug bij {counted(len(left), 'taak', 'taken')}: {names}."


def _chosen(visit: Visit, found: YearEnd) -> Choice:
    fates = {}
    for one in found.undecided:
        fate = FATES.get(visit.form.text(f"ronde.{one.id.path}"))
        fates[one.id.path] = one.fate(visit.today) if fate is None else fate
    until = visit.form.day("dag", "De nieuwe laatste dag") if visit.form.text("dag") else None
    return Choice(fates, until)


def _proposed(found: YearEnd) -> Choice:
    return Choice({}, found.day)


def _digest(found: YearEnd, choice: Choice, visit: Visit) -> str:
    """SHA-256 (hex) of what somebody chose."""
    facts = [(one.id.path, choice.of(one, visit.today)) for one in found.undecided]
    until = choice.until if any(fate == "mee" for _, fate in facts) else None
    return hashlib.sha256(repr((facts, until)).encode()).hexdigest()


def _page(
    visit: Visit,
    found: YearEnd,
    choice: Choice,
    *,
    coming: Ending | None = None,
    fault: Refused | None = None,
    other: bool = False,
) -> Response:
    return visit.render(
        "year_end.html",
        status=422 if fault is not None else 200,
        found=found,
        fates={one.id.path: choice.of(one, visit.today) for one in found.undecided},
        until=choice.until,
        coming=coming,
        new_day="" if coming is None else new_day_told(coming.extended, "afsluiten"),
        fault=fault,
        other=other,
        code=found.seal,
        choice=_digest(found, choice, visit),
    )


def _told(ending: Ending, schooljaar: Schooljaar) -> str:
    parts = []
    if count := len(ending.waived.moved):
        parts.append(f"{counted(count, 'taak is', 'taken zijn')} niet geleverd")
    if count := len(ending.extended.moved) + ending.stays:
        parts.append(f"{counted(count, 'taak loopt', 'taken lopen')} door")
    return f"Schooljaar {schooljaar} afgesloten{': ' if parts else ''}{listed(parts)}."


def _subjects(ending: Ending, schooljaar: Schooljaar) -> tuple[str, ...]:
    return (str(schooljaar), *ending.waived.keys, *ending.extended.keys)


UNDO = {KIND: undo}
FIXED = {KIND: year_ends_fixed}
ROUTES = (
    page("/jaarplanning/afsluiten", show_first, BUREAU),
    page("/jaarplanning/{schooljaar}/afsluiten", show, BUREAU),
    action("/jaarplanning/{schooljaar}/afsluiten", act, BUREAU),
)
