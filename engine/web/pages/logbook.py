"""Beheer, Logboek: who did what, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from starlette.responses import Response

from engine.core.dutch import counted, some
from engine.core.problem import Refused
from engine.store.acts import Act, load_acts
from engine.store.logbook import Deed, Line, Moved, Wanted, lines, people
from engine.web.routes import BUREAU, page
from engine.web.visit import Visit

AT_ONCE = 50
MOST_PARTS = 3
TOLD = {
    "open": "geopend",
    "submit": "antwoord ontvangen",
    "accept": "op klaar gezet",
    "return": "teruggegeven",
    "waive": "op n.v.t. gezet",
    "cancel": "vervallen",
    "plan": "weer gepland",
    "revise": "antwoord gewijzigd",
    "reopen": "heropend",
    "extend": "uitstel gegeven",
    "move": "verplaatst",
    "suspend": "gepauzeerd",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line in words; `act` where a person did it on a page."""

    at: datetime
    by: str
    text: str
    reason: str = ""
    act: Act | None = None
    task: str = ""


def show(visit: Visit) -> Response:
    """Everything that was done, with a filter in the address."""
    wanted = Wanted(
        visit.query.get("wie", "")[:200],
        _day(visit, "van"),
        _day(visit, "tot"),
        visit.query.get("zoek", "").strip()[:200],
    )
    number = _page_number(visit)
    with visit.means.database.read() as connection:
        found = lines(connection, wanted, AT_ONCE + 1, (number - 1) * AT_ONCE)
        acts = load_acts(connection, (one.what.act for one in found if isinstance(one.what, Deed)))
        names = {party.id: party.name for party in visit.means.register(connection).parties.values()}
        known = people(connection)
    return visit.render(
        "logbook.html",
        entries=[_entry(one, acts, names) for one in found[:AT_ONCE]],
        wanted=wanted,
        people=known,
        number=number,
        more=len(found) > AT_ONCE,
        filtered=wanted != Wanted(),
    )


def _entry(line: Line, acts: Mapping[int, Act], names: dict[str, str]) -> Entry:
    if isinstance(line.what, Deed):
        act = acts[line.what.act]
        return Entry(line.at, line.by, act.text, act=act)
    return Entry(line.at, line.by, _told(line.what, names), line.what.reason, task=line.what.task)


def _told(moved: Moved, names: dict[str, str]) -> str:
    """`Thuiszitters, ronde december: 23 taken geopend`."""
    word = TOLD.get(moved.move, moved.move)
    if moved.task:
        title, round_, _ = moved.parts[0]
        return f"{_titled(title, round_)}, {names.get(moved.party, moved.party)}: {word}"
    parts = [f"{_titled(title, round_)} ({many})" for title, round_, many in moved.parts]
    total = sum(many for _, _, many in moved.parts)
    return f"{counted(total, 'taak', 'taken')} {word}: {'; '.join(some(parts, MOST_PARTS))}"


def _titled(title: str, round_: str) -> str:
    return f"{title}, ronde {round_}" if round_ else title


def _day(visit: Visit, name: str) -> date | None:
    text = visit.query.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(f"'{text[:40]}' is geen datum.", "Kies een dag, bijvoorbeeld 2026-10-01.") from None


def _page_number(visit: Visit) -> int:
    text = visit.query.get("pagina", "1")
    fits = text.isascii() and text.isdecimal() and len(text) < 7
    return max(int(text), 1) if fits else 1


ROUTES = (page("/beheer/logboek", show, BUREAU),)
