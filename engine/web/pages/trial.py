"""Proefpostvak: the mail of a demo or a proef as its receivers would read it; and the clock of a demo."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path

from starlette.responses import HTMLResponse, Response

from engine import wiring
from engine.adapters.channels.folder import find_mail
from engine.adapters.clock import MovableClock
from engine.adapters.mime import parts_of
from engine.app.agendas import refresh
from engine.app.demo import deliver_at_once, play_on
from engine.core.dutch import counted, long_moment
from engine.core.letter import Rendered
from engine.core.link import PATH
from engine.core.localtime import later, local_date
from engine.core.ports import Unreadable
from engine.core.problem import Refused
from engine.core.shown_mail import links_of, unusable
from engine.store.acts import Act, record_act
from engine.store.messages import Message, message
from engine.store.post import inboxes, mails_to
from engine.web.pages.mail import FRAME, height_of
from engine.web.routes import BUREAU, action, page
from engine.web.visit import NotFound, Site, Stale, Visit

MOST_MAILS = 100
# What a database can count.
MOST_NUMBER = 2**31 - 1
STEPS = {"dag": timedelta(days=1), "week": timedelta(days=7), "maand": timedelta(days=30)}
_ONE_AT_A_TIME = threading.Lock()


def show(visit: Visit) -> Response:
    """Who got mail; of one of them the mails; of those one as it is read."""
    folder = _folder(visit)
    asked, number = visit.query.get("aan", ""), visit.query.get("mail", "")
    with visit.means.database.read() as connection:
        boxes = inboxes(connection)
        mails = mails_to(connection, asked, MOST_MAILS) if asked else []
    one = next((mail for mail in mails if str(mail.id) == number), mails[0] if mails else None)
    words = None if one is None else _words(visit, folder, one)
    return visit.render(
        "inbox.html",
        boxes=boxes,
        box=next((box for box in boxes if box.email == asked), None),
        mails=mails,
        one=one,
        words=None if words is None else unusable(words),
        height="" if words is None else height_of(words.text),
        links=() if words is None else _own_links(visit, words),
        trial=True,
    )


def frame(visit: Visit) -> Response:
    """The html of one mail alone."""
    folder = _folder(visit)
    number = int(visit.path["number"])
    if number > MOST_NUMBER:
        raise NotFound
    with visit.means.database.read() as connection:
        found = message(connection, number)
    words = None if found is None or found.sent_at is None else _words(visit, folder, found)
    if words is None:
        raise NotFound
    return HTMLResponse(unusable(words).html, headers=FRAME)


def move(visit: Visit) -> Response:
    """Plays the demo on: to the next mail, a day, a week or a month."""
    clock = visit.site.clock
    if not visit.site.demo or not isinstance(clock, MovableClock):
        raise NotFound
    step = visit.form.text("verder")
    if step != "mail" and step not in STEPS:
        raise Refused("Kies hoe ver de demo verder gaat.")
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        raise Refused("De demo is al bezig met verder spelen.", "Wacht even en kijk dan opnieuw.")
    try:
        begin = clock()
        if visit.form.text("vandaag") not in ("", local_date(begin).isoformat()):
            raise Stale("De demo is intussen al verder.", "Bekijk de pagina opnieuw.")
        text, until = _played(visit, begin, STEPS.get(step))
        with visit.means.database.write() as connection:
            number = record_act(connection, Act(until, visit.who.name, "demo", text))
        clock.move_to(until)
    finally:
        _ONE_AT_A_TIME.release()
    return visit.done(number, visit.form.text("terug") or "/")


def deliver_now(site: Site, now: datetime) -> None:
    """In a demo: what answers an act lies in the Proefpostvak at once, as it would arrive at once elsewhere.

    Agendas follow at once too: a demo has no ticker.
    """
    deliver_at_once(site.means, wiring.channel_of(site.place, site.means.database), now)
    refresh(site.means, now)


def _played(visit: Visit, begin: datetime, step: timedelta | None) -> tuple[str, datetime]:
    place, database = visit.site.place, visit.means.database
    channel, rulebook = wiring.channel_of(place, database), wiring.applied_book(place, database)
    played = play_on(visit.means, channel, rulebook, begin, None if step is None else later(begin, step))
    refresh(visit.means, played.until)
    what = f"{counted(played.mails, 'mail', 'mails')} en {counted(played.answers, 'antwoord', 'antwoorden')}"
    return f"Het is nu {long_moment(played.until)}. Intussen: {what}.", played.until


def _folder(visit: Visit) -> Path:
    folder = wiring.mails_of(visit.site.place, visit.means.database)
    if folder is None:
        raise NotFound
    return folder


def _words(visit: Visit, folder: Path, one: Message) -> Rendered | None:
    """The mail as it lies in the folder, else as the store still has it; None when both are gone."""
    raw = find_mail(folder, one.message_id or "")
    if raw is None and one.raw is not None:
        try:
            raw = visit.means.vault.open(one.id, one.raw)
        except Unreadable:
            return None
    return None if raw is None else parts_of(raw)


def _own_links(visit: Visit, words: Rendered) -> tuple[str, ...]:
    """Where its buttons lead on this site, so that one can answer as its receiver would."""
    site = visit.means.settings.link_address
    if not site:
        return ()
    ours = [link.removeprefix(site) for link in links_of(words) if link.startswith(f"{site}{PATH}/")]
    return tuple(dict.fromkeys(link.partition("#")[0] for link in ours if not link.endswith(".ics")))


ROUTES = (
    page("/proefpostvak", show, BUREAU),
    page("/proefpostvak/{number:int}/opmaak", frame, BUREAU, bare=True),
    action("/demo/verder", move, BUREAU),
)
