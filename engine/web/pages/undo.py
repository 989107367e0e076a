"""Maak ongedaan: takes an act back, where the page that did it knows how."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from sqlalchemy import Connection
from starlette.responses import Response

from engine.app.file_change import put_back_on_failure
from engine.app.means import Means
from engine.app.people_ahead import ahead_of, not_asked_yet
from engine.core.problem import Refused
from engine.store.acts import Act, load_act, mark_undone, record_act
from engine.store.users import names
from engine.web.asking import ask_first, is_sure
from engine.web.routes import ACTORS, action
from engine.web.visit import NotFound, TakingBack, Visit

# The kinds of acts of which the undoing may change who comes to gesprekken: it says first what goes out.
ABOUT_PEOPLE = ("contact", "import")


def undo(visit: Visit) -> Response:
    """Undoes one act, in one transaction; a second time it is refused. Others than the bureau undo their own alone."""
    if not is_sure(visit) and (asked := _asked(visit)) is not None:
        return asked
    with put_back_on_failure() as put_back, visit.means.database.write() as connection:
        act = _act(visit, connection)
        how = visit.site.undo.get(act.kind)
        if act.undo is None or how is None:
            raise Refused("Dit kunt u niet ongedaan maken.")
        if not mark_undone(connection, act.id, visit.now, visit.who.name):
            raise Refused("Dit is al ongedaan gemaakt.")
        left = how(visit, TakingBack(act, connection, put_back))
        told: str = act.undo.get("told", act.text) if isinstance(act.undo, dict) else act.text
        if not any(re.match(rf"{re.escape(name)}\b", told) for name in _names(visit, connection)):
            told = told[:1].lower() + told[1:]
        text = f"Ongedaan gemaakt: {told}{f' {left}' if left else ''}"
        number = record_act(connection, Act(visit.now, visit.who.name, "undo", text, act.subjects))
    return visit.done(number, visit.form.text("terug") or "/")


def _names(visit: Visit, connection: Connection) -> Iterator[str]:
    """Those of people, schools and besturen: a sentence that begins with one keeps its capital."""
    register = visit.means.register(connection)
    yield from filter(None, (one.name for one in register.contacts.values()))
    yield from filter(None, (one.name for one in register.parties.values()))
    yield from filter(None, names(connection))


def _act(visit: Visit, connection: Connection) -> Act:
    act = load_act(connection, int(visit.path["act"]))
    if act is None or (visit.who.role != "bureau" and act.by != visit.who.name):
        raise NotFound
    return act


def _asked(visit: Visit) -> Response | None:
    """The page that says what goes out because of the undoing; None where nothing does."""
    with visit.means.database.read() as connection:
        act = _act(visit, connection)
        if act.kind not in ABOUT_PEOPLE or act.undo is None or act.undone_at is not None:
            return None
        waiting = not_asked_yet(connection, act.undo, visit.means.register(connection))

    def take(connection: Connection, mute: Means) -> Collection[int]:
        trying = replace(visit, site=replace(visit.site, means=mute))
        visit.site.undo[act.kind](trying, TakingBack(act, connection, []))
        contacts: Collection[int] = act.undo.get("contacts", ())
        return contacts

    ahead = ahead_of(visit.means, take, visit.now)
    if not ahead:
        return None
    said = " ".join(filter(None, (*ahead.emptied, *ahead.back, waiting)))
    return ask_first(visit, "Wilt u dit ongedaan maken?", said, "Ja, maak ongedaan", "/", ahead.news)


ROUTES = (action("/herstel/{act:int}", undo, ACTORS),)
