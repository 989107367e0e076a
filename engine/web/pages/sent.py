"""Post, Verstuurd: what left and what became of it; what did not arrive stands first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection
from starlette.responses import Response

from engine.app.outbox import TAKEN_AS, joined, settled_as
from engine.app.outgoing import about
from engine.core.letter import ACCESS, CONFIRMATION, NEW_LINK, PROOF
from engine.core.localtime import start_of_day
from engine.core.party import Register
from engine.core.states import MESSAGE_WORDS, MessageState
from engine.core.unreached import bare_reason
from engine.store.messages import Message
from engine.store.post import ENDED, Wanted, count_post, parties_of, post_page
from engine.store.unreached import unreached
from engine.web.pages.post import has_inbox, parties_to_choose
from engine.web.routes import READERS, page
from engine.web.visit import Visit

ON_A_PAGE = 50
MOST_IN_TROUBLE = 50
TROUBLED: tuple[MessageState, ...] = ("uncertain", "bounced")
MARKS: dict[MessageState, str] = {"sent": "✔", "deferred": "◐", "uncertain": "◇", "bounced": "▲", "dropped": "–"}
ADVICE: dict[MessageState, str] = {
    "bounced": "Bel de ontvanger, verbeter het adres en stuur opnieuw.",
    "uncertain": "Vraag of de mail er is. Zo niet, stuur hem opnieuw.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A message in the list. `about` names the parties, `may_open`: the user may read all of it.

    `joined` is the mail in which all of it goes, where that is another.
    """

    message: Message
    at: datetime
    to: str
    about: str
    mark: str
    word: str
    reason: str
    may_open: bool
    advice: str = ""
    joined: Message | None = None


def show(visit: Visit) -> Response:
    """A page of what left, newest first, above it what needs a person."""
    number = _number(visit.query.get("pagina", "1"))
    wanted = _wanted(visit)
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
        count = count_post(connection, wanted)
        found = post_page(connection, wanted, (number - 1) * ON_A_PAGE, ON_A_PAGE)
        trouble = _trouble(connection, visit)
        parties = parties_of(connection, [one.id for one in (*found, *trouble)])
        into = joined(connection, found)
        lines = [_line(one, parties.get(one.id, set()), register, visit, into.get(one.id)) for one in found]
        first = [_line(one, parties.get(one.id, set()), register, visit) for one in trouble]
    return visit.render(
        "sent.html",
        lines=lines,
        trouble=first,
        count=count,
        number=number,
        more=count > number * ON_A_PAGE,
        states=[(state, MESSAGE_WORDS[state]) for state in ENDED],
        parties=parties_to_choose(register, visit),
        trial=has_inbox(visit),
    )


def _trouble(connection: Connection, visit: Visit) -> list[Message]:
    """What may not have arrived, and what bounced at an address at which nothing arrived since."""
    found = post_page(connection, Wanted(TROUBLED, parties=visit.scope), 0, MOST_IN_TROUBLE)
    still = {number for one in unreached(connection) for number in one.messages}
    return [one for one in found if one.state == "uncertain" or one.id in still]


def _wanted(visit: Visit) -> Wanted:
    state = visit.query.get("status", "")
    party = visit.query.get("partij", "")
    parties = visit.scope
    if party:
        parties = frozenset({party}) if visit.scope is None or party in visit.scope else frozenset()
    last = _day(visit.query.get("tot", ""))
    first = _day(visit.query.get("van", ""))
    return Wanted(
        states=(state,) if state in ENDED else ENDED,
        text=visit.query.get("zoek", "").strip(),
        parties=parties,
        since=None if first is None else start_of_day(first),
        before=None if last is None else start_of_day(last + timedelta(days=1)),
    )


def _line(one: Message, parties: set[str], register: Register, visit: Visit, into: Message | None = None) -> Line:
    known = register.contacts.get(one.contact)
    own = one.kind in (ACCESS, PROOF) or known is None
    settled = settled_as(one)
    return Line(
        message=one,
        at=one.sent_at or one.tried_at or one.created_at,
        to=one.email if own or known is None else known.name,
        about=_kind(one)
        or about([party for party in parties if visit.scope is None or party in visit.scope], register),
        mark="✔" if settled == TAKEN_AS["uncertain"] else MARKS.get(one.state, "–"),
        word="samengevoegd" if into is not None else settled or MESSAGE_WORDS[one.state],
        reason="" if settled or into is not None else bare_reason(one.reason),
        may_open=visit.scope is None or (bool(parties) and parties <= visit.scope),
        advice=ADVICE.get(one.state, ""),
        joined=into,
    )


def _kind(one: Message) -> str:
    words = {
        ACCESS: "Toegang tot deze pagina's",
        PROOF: "Proefmail",
        CONFIRMATION: "Bevestiging van een antwoord",
        NEW_LINK: "Nieuwe link",
    }
    return "Opnieuw gestuurd" if one.again_of else words.get(one.kind, "")


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and 0 < len(text) < 6 and int(text) > 0 else 1


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


ROUTES = (page("/post/verstuurd", show, READERS),)
