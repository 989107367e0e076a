"""Beheer, Gezondheid: what doctor knows, with the remedy at each; and what a monitor asks."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import PlainTextResponse, Response

from engine import outside, wiring
from engine.app import doctor
from engine.app.checking import holidays_until
from engine.app.mail_looks import of_destination, of_mail
from engine.core.finding import Finding, Grade
from engine.core.localtime import local_date
from engine.core.problem import Refused
from engine.store.facts import is_trial
from engine.store.health import vitals
from engine.web.places import PLACES
from engine.web.routes import BUREAU, EVERYONE, action, page
from engine.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as the page shows it: `remedy` in words, then a page to go to."""

    part: str
    grade: Grade
    message: str
    remedy: str
    page: tuple[str, str] | None


def show(visit: Visit) -> Response:
    """A look at each part, but not at the network."""
    return _page(visit, network=False)


def with_network(visit: Visit) -> Response:
    """The same with the mail server and the domain, which may take a while."""
    return _page(visit, network=True)


def alive(visit: Visit) -> Response:
    """The process answers."""
    del visit
    return PlainTextResponse("gezond\n")


def ready(visit: Visit) -> Response:
    """The database can be read, and somebody looks at what must be done; 503 otherwise."""
    try:
        with visit.means.database.read() as connection:
            found = vitals(connection, local_date(visit.now))
    except Refused:
        return PlainTextResponse("niet klaar: de database is niet bereikbaar\n", 503)
    if not found.is_alive(visit.now):
        return PlainTextResponse("niet klaar: het programma staat stil\n", 503)
    return PlainTextResponse("klaar\n")


def _page(visit: Visit, *, network: bool) -> Response:
    found = [_told(part, one) for part, one in doctor.examine(_looks(visit, network=network))]
    order: dict[Grade, int] = {"problem": 0, "note": 1, "fine": 2}
    return visit.render(
        "health.html",
        found=sorted(found, key=lambda one: order[one.grade]),
        wrong=sum(one.grade == "problem" for one in found),
        notes=sum(one.grade == "note" for one in found),
        network=network,
    )


def _looks(visit: Visit, *, network: bool) -> list[tuple[str, doctor.Look]]:
    place, means, now = visit.site.place, visit.means, visit.now
    looks: list[tuple[str, doctor.Look]] = [
        ("regels", lambda: [doctor.of_files(wiring.rulebook_of(place)[1], "Regels en mailteksten")]),
        ("instellingen", lambda: doctor.of_sample(wiring.left_of_sample(place))),
        ("instellingen", lambda: doctor.of_pages(wiring.without_pages(place))),
        ("sleutel", lambda: doctor.of_key(place.key_file, outside.is_open_to_others)),
        *doctor.of_store(means.database, means.register, outside.disk(), now),
        ("vakanties", lambda: doctor.of_holidays(holidays_until(means), now)),
    ]
    with means.database.read() as connection:
        trial = is_trial(connection)
    if network:
        return looks + of_mail(place.settings, outside.network_of(place.settings), trial=trial)
    return looks + of_destination(place.settings, trial=trial)


def _told(part: str, one: Finding) -> Told:
    return Told(part, one.grade, one.message, one.hint, PLACES.get(one.page))


ROUTES = (
    page("/beheer/gezondheid", show, BUREAU),
    action("/beheer/gezondheid", with_network, BUREAU),
    page("/gezond", alive, EVERYONE),
    page("/klaar", ready, EVERYONE),
)
