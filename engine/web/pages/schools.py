"""Scholen and besturen: the lists, and the page of one school or bestuur."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from starlette.responses import Response

from engine import wiring
from engine.app.party_page import Event, PartyPage, party_page
from engine.app.schools import PartyWish, SchoolLine, may_see, school_list
from engine.core.lapse import why_ended
from engine.core.localtime import from_ms, local_date
from engine.core.party import region_of
from engine.core.planning import NO_VERSION
from engine.core.roles import role_word
from engine.core.round_names import Asked, names_apart
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.sheet import Sheet, Value
from engine.core.states import MESSAGE_WORDS, MOVE_TOLD
from engine.core.status import LOOKS
from engine.store.history import Done, Mailed, Moved, Noted
from engine.web.fields import page_number, text_of
from engine.web.finding import as_file, wants_file
from engine.web.routes import READERS, page
from engine.web.visit import NotFound, Visit

ROWS = 150
ACTIVE = ("ja", "nee", "alle")


def show_schools(visit: Visit) -> Response:
    """The schools with what is late there."""
    return _show_list(visit, "school")


def show_besturen(visit: Visit) -> Response:
    """The besturen with what is late there."""
    return _show_list(visit, "bestuur")


def show_school(visit: Visit) -> Response:
    """One school."""
    return _show_party(visit, "school")


def show_bestuur(visit: Visit) -> Response:
    """One bestuur."""
    return _show_party(visit, "bestuur")


def rules_of(visit: Visit) -> Sequence[Rule]:
    """The rules of the applied rulebook."""
    book = wiring.applied_book(visit.site.place, visit.means.database)
    return () if book is None else book.rules


def _show_list(visit: Visit, kind: Literal["school", "bestuur"]) -> Response:
    active = text_of(visit, "actief")
    wish = PartyWish(
        text_of(visit, "bestuur"),
        text_of(visit, "gemeente"),
        text_of(visit, "consulent"),
        text_of(visit, "zoek"),
        active if active in ACTIVE else "ja",
        text_of(visit, "sorteer"),
    )
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
        found = school_list(connection, register, kind, wish, visit.today, visit.scope)
    if wants_file(visit):
        name = "scholen" if kind == "school" else "besturen"
        return as_file(visit, name, [Sheet(name.capitalize(), *_table(found.lines, kind))])
    number = page_number(visit)
    start = (number - 1) * ROWS
    return visit.render(
        "schools.html",
        kind=kind,
        found=found,
        lines=found.lines[start : start + ROWS],
        wish=wish,
        narrows=any((wish.bestuur, wish.gemeente, wish.consulent, wish.text, wish.active != "ja")),
        number=number,
        more=len(found.lines) > start + ROWS,
    )


def _table(lines: Sequence[SchoolLine], kind: str) -> tuple[tuple[str, ...], tuple[tuple[Value, ...], ...]]:
    if kind == "bestuur":
        heads: tuple[str, ...] = ("Nummer", "Naam", "Scholen", "Te laat", "Sinds", "Open", "Actief")
        return heads, tuple(
            (
                one.party.id,
                one.party.name,
                one.schools,
                one.late,
                one.since,
                one.open,
                "ja" if one.party.active else "nee",
            )
            for one in lines
        )
    heads = ("Code", "Naam", "Bestuur", "Plaats", "Gemeente", "Consulent", "Te laat", "Sinds", "Open", "Actief")
    return heads, tuple(
        (
            one.party.id,
            one.party.name,
            one.bestuur,
            one.party.place,
            one.party.gemeente,
            ", ".join(one.consulenten),
            one.late,
            one.since,
            one.open,
            "ja" if one.party.active else "nee",
        )
        for one in lines
    )


def _show_party(visit: Visit, kind: Literal["school", "bestuur"]) -> Response:
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
        party = register.parties.get(str(visit.path["party"]))
        if party is None or party.kind != kind or not may_see(party, register, visit.scope):
            raise NotFound
        found = party_page(connection, party, register, rules_of(visit), visit.today, visit.scope)
        names = {one.id: one.name for one in register.parties.values()}
        left = () if party.active else (*found.now, *found.soon, *found.later)
        stops = [one.task.key for one in left if one.name != "submitted"]
    if wants_file(visit):
        return as_file(visit, f"{party.name} {party.id}", [_task_sheet(found)])
    return visit.render(
        "party.html",
        region=region_of(party, register.parties, visit.means.settings.region),
        found=found,
        party=party,
        heir=register.heir_of(party.id),
        before=[register.parties[one] for one in party.formerly if one in register.parties],
        names=names,
        stops=stops,
        why=why_ended(party, register),
        history=_lines(_joined(found.history)),
        mail_words=MESSAGE_WORDS,
        running=str(Schooljaar.of(visit.today)),
        whole=visit.scope is None or party.id in visit.scope,
    )


def _task_sheet(found: PartyPage) -> Sheet:
    every = (*found.now, *found.soon, *found.later, *found.ended)
    rows = tuple(
        (
            one.task.title,
            one.task.round or None,
            one.task.schooljaar,
            LOOKS[one.name].word,
            date.fromisoformat(one.task.opens),
            date.fromisoformat(one.task.due),
            None if one.task.ended is None else date.fromisoformat(one.task.ended),
            ", ".join(one.asked),
            role_word(one.task.asked),
        )
        for one in every
    )
    heads = ("Wat", "Ronde", "Schooljaar", "Status", "Opent", "Uiterlijk", "Beantwoord of gesloten", "Wie", "Rol")
    return Sheet("Taken", heads, rows)


def _joined(history: Sequence[Event]) -> list[Event]:
    """Without the acceptance that followed of itself from an answer at the same moment."""
    sent_in = {(one.at, one.row.task) for one in history if isinstance(one.row, Moved) and one.row.move == "submit"}
    return [
        one
        for one in history
        if not (isinstance(one.row, Moved) and one.row.move == "accept" and (one.at, one.row.task) in sent_in)
    ]


def _lines(history: Sequence[Event]) -> list[tuple[date, str, str, object]]:
    """Day, kind and words of each line, with what it is about."""
    names = names_apart(_asked(one.row) for one in history if isinstance(one.row, Moved | Noted))
    return [(local_date(from_ms(one.at)), one.kind, told(one, names), one.row) for one in history]


def _asked(row: Moved | Noted) -> Asked:
    # A document's task is named by its version instead.
    when = row.task.split(".")[1]
    version = "eerste versie" if when == NO_VERSION else f"versie {when.removeprefix('v')}"
    return row.title, row.round, when if "-" in when else version


def told(event: Event, names: Mapping[Asked, str]) -> str:
    """A line of the history in words; `names` are those of the rounds in it."""
    row = event.row
    if isinstance(row, Done):
        return f"{row.text} (door {row.by}){' Dit is ongedaan gemaakt.' if row.undone else ''}"
    if isinstance(row, Mailed):
        how = "" if row.state == "sent" else f" ({MESSAGE_WORDS[row.state]})"
        return f"Mail aan {row.name}: {row.subject}{how}"
    what = names[_asked(row)]
    if isinstance(row, Moved):
        by = "" if row.by in ("programma", "naspeler") else f" door {row.by}"
        return f"{what}: {MOVE_TOLD[row.move]}{by}{f' ({row.reason})' if row.reason else ''}"
    return f"{what}: notitie van {row.by}: {row.text}"


ROUTES = (
    page("/scholen", show_schools, READERS),
    page("/scholen/{party}", show_school, READERS),
    page("/besturen", show_besturen, READERS),
    page("/besturen/{party}", show_bestuur, READERS),
)
