"""Beheer, Logboek: who did what, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from starlette.responses import Response

from engine.app.player import PLAYED, PLAYER
from engine.core.dutch import capitalised, counted, some
from engine.core.localtime import local_date
from engine.core.problem import Refused
from engine.core.round_names import in_round
from engine.core.schooljaar import Schooljaar
from engine.core.states import MOVE_TOLD
from engine.store.acts import Act, load_acts
from engine.store.logbook import Deed, Line, Moved, Part, Wanted, lines, people
from engine.web.routes import BUREAU, page
from engine.web.visit import Visit

AT_ONCE = 50
MOST_PARTS = 3


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
    asked = visit.query
    wanted = Wanted(
        asked.get("wie", "")[:200], _day(visit, "van"), _day(visit, "tot"), asked.get("zoek", "").strip()[:200]
    )
    number = _page_number(visit)
    with visit.means.database.read() as connection:
        found = lines(connection, wanted, AT_ONCE + 1, (number - 1) * AT_ONCE)
        acts = load_acts(connection, (one.what.act for one in found if isinstance(one.what, Deed)))
        register = visit.means.register(connection)
        known = people(connection)
    names = {party.id: party.name for party in register.parties.values()}
    called = {who.email: who.name for who in register.contacts.values()} | {PLAYER: PLAYED}
    fixed = visit.fixed(acts.values())
    return visit.render(
        "logbook.html",
        entries=[_entry(one, acts, names, called) for one in found[:AT_ONCE]],
        fixed=fixed,
        wanted=wanted,
        people=_called([*known, *filter(None, [wanted.by])], called),
        number=number,
        more=len(found) > AT_ONCE,
        filtered=wanted != Wanted(),
    )


def _called(names: Iterable[str], called: Mapping[str, str]) -> list[tuple[str, str]]:
    """(name in lower case, as it is shown) of each person once, however it is written, in the order of the alphabet."""
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.lower(), capitalised(called.get(name, name)))
    return sorted(found.items(), key=lambda one: one[1].casefold())


def _entry(line: Line, acts: Mapping[int, Act], names: Mapping[str, str], called: Mapping[str, str]) -> Entry:
    if isinstance(line.what, Deed):
        act = acts[line.what.act]
        return Entry(line.at, line.by, act.text, act=act)
    alone = {part.task for part in line.what.parts} if all(part.many == 1 for part in line.what.parts) else set()
    task = alone.pop() if len(alone) == 1 else ""
    running = str(Schooljaar.of(local_date(line.at)))
    return Entry(
        line.at, called.get(line.by, line.by), _told(line.what, task, names, running), line.what.reason, task=task
    )


def _told(moved: Moved, task: str, names: Mapping[str, str], running: str) -> str:
    """`Startgesprek, De Linde: op klaar gezet`; `Geopend: 24 taken, Thuiszitters, ronde december.`"""
    if task:
        first = moved.parts[0]
        words = ", ".join(MOVE_TOLD[part.move] for part in moved.parts)
        return f"{_titled(first, running)}, {names.get(first.party, first.party)}: {words}"
    sentences = []
    for move in dict.fromkeys(part.move for part in moved.parts):
        parts = [part for part in moved.parts if part.move == move]
        total = counted(sum(part.many for part in parts), "taak", "taken")
        which = [_titled(part, running) + (f" ({part.many})" if len(parts) > 1 else "") for part in parts]
        sentences.append(f"{capitalised(MOVE_TOLD[move])}: {total}, {', '.join(some(which, MOST_PARTS))}.")
    return " ".join(sentences)


def _titled(part: Part, running: str) -> str:
    """Its name, with its schooljaar where that was not the running one at the time."""
    return in_round(part.title, part.round, part.schooljaar if part.schooljaar != running else "")


def _day(visit: Visit, name: str) -> date | None:
    text = visit.query.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(f"'{text[:40]}' is geen datum.", "Kies een dag in de kalender.") from None


def _page_number(visit: Visit) -> int:
    text = visit.query.get("pagina", "1")
    fits = text.isascii() and text.isdecimal() and len(text) < 7
    return max(int(text), 1) if fits else 1


ROUTES = (page("/beheer/logboek", show, BUREAU),)
