"""Agenda's: who subscribed to what, an address for one more, and taking one back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.responses import Response

from engine.app import subscribing
from engine.app.agendas import title_of
from engine.core.agenda_choice import Whose
from engine.core.party import SWV, Register
from engine.core.problem import Refused
from engine.store.acts import Act
from engine.store.parties import Option
from engine.store.subscriptions import Subscription, all_subscriptions, set_revoked
from engine.web.fields import page_number
from engine.web.routes import ACTORS, action, page
from engine.web.visit import NotFound, TakingBack, Visit

ROWS = 100
HERE = "/agendas"


@dataclass(frozen=True, slots=True)
class Row:
    """An address as the list shows it: `title` is the agenda's, `vakanties` whether those stand in it."""

    one: Subscription
    title: str
    vakanties: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Agendas to choose from, under a head."""

    head: str
    options: Sequence[Option]


def show(visit: Visit) -> Response:
    """The addresses that were handed out, and a form for one more."""
    return _page(visit)


def hand_out(visit: Visit) -> Response:
    """Makes an address, which is shown this once."""
    form = visit.form
    try:
        whose = _chosen(visit)
        handed = subscribing.hand_out(visit.means, whose, form.text("voor"), visit.who.name, visit.now)
    except Refused as refused:
        return _page(visit, fault=refused)
    address = f"{_site(visit)}{subscribing.PATH}/{handed.token}.ics"
    return visit.render("agenda_made.html", handed=handed, address=address, label=form.text("voor"))


def revoke(visit: Visit) -> Response:
    """Lets an address work no more."""
    with visit.means.database.write() as connection:
        register = visit.means.register(connection)
        one = subscribing.one_seen_by(connection, int(visit.path["number"]), _mine(visit, register))
        if one is None:
            raise NotFound
        act = subscribing.revoke(connection, one, register, visit.who.name, visit.now)
    return visit.done(act, HERE)


def undo_made(visit: Visit, taking: TakingBack) -> None:
    """The address works no more."""
    if not set_revoked(taking.connection, taking.act.undo["subscription"], visit.now):
        raise Refused("Dit adres is al ingetrokken.")


def undo_revoked(_visit: Visit, taking: TakingBack) -> None:
    """The address works again."""
    if not set_revoked(taking.connection, taking.act.undo["subscription"], None):
        raise Refused("Dit adres werkt al weer.")


def made_fixed(connection: Connection, acts: Sequence[Act]) -> dict[int, str]:
    """What was handed out and is revoked by now."""
    return _fixed(connection, acts, "het adres is al ingetrokken", revoked=True)


def revoked_fixed(connection: Connection, acts: Sequence[Act]) -> dict[int, str]:
    """What was revoked and works again by now."""
    return _fixed(connection, acts, "het adres werkt al weer", revoked=False)


def _fixed(connection: Connection, acts: Sequence[Act], why: str, *, revoked: bool) -> dict[int, str]:
    now = {one.id: one.revoked_at is not None for one in all_subscriptions(connection)}
    return {act.id: why for act in acts if now.get(act.undo["subscription"]) is revoked}


def _page(visit: Visit, *, fault: Refused | None = None) -> Response:
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
        mine = _mine(visit, register)
        found = subscribing.seen_by(connection, mine)
    number = page_number(visit)
    rows = [_row(one, register) for one in found[(number - 1) * ROWS : number * ROWS]]
    return visit.render(
        "agendas.html",
        status=200 if fault is None else 422,
        rows=rows,
        page=number,
        more=len(found) > number * ROWS,
        groups=_groups(register, mine),
        chosen=visit.form.text("agenda") or visit.query.get("van", ""),
        own=mine is not None,
        fault=fault,
        form=visit.form,
    )


def _row(one: Subscription, register: Register) -> Row:
    whose = Whose.parse(one.feed)
    return Row(one, title_of(whose, register), whose.vakanties)


def _mine(visit: Visit, register: Register) -> frozenset[int] | None:
    """The contact that a consulent is, in the register; None for the bureau, which sees all."""
    if visit.who.role == "bureau":
        return None
    return frozenset(one.id for one in register.contacts.values() if one.email.casefold() == visit.who.email)


def _groups(register: Register, mine: frozenset[int] | None) -> list[Group]:
    """What may be chosen: a consulent only the own agenda."""
    people = [one for one in register.contacts.values() if mine is None or one.id in mine]
    persons = [Option(str(Whose(contact=one.id)), f"{one.name} ({one.email})") for one in people]
    persons.sort(key=lambda one: one.name.casefold())
    if mine is not None:
        return [Group("Uw eigen agenda", persons)] if persons else []
    swv = [Option(SWV, f"{register.parties[SWV].name}, alles")] if SWV in register.parties else []
    besturen, schools = (
        sorted((Option(one.id, one.name) for one in register.active(kind)), key=lambda one: one.name.casefold())
        for kind in ("bestuur", "school")
    )
    found = [
        Group("Het samenwerkingsverband", swv),
        Group("Een bestuur", besturen),
        Group("Een school", schools),
        Group("Een persoon", persons),
    ]
    return [group for group in found if group.options]


def _chosen(visit: Visit) -> Whose:
    asked = visit.form.text("agenda")
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
    known = {option.value for group in _groups(register, _mine(visit, register)) for option in group.options}
    if asked not in known:
        raise Refused("Kies van wie de agenda is.")
    return Whose.parse(asked + ("+vakanties" if visit.form.text("vakanties") else ""))


def _site(visit: Visit) -> str:
    """Where subscribers find this site: as config says, else as it was reached now."""
    url = visit.request.url
    return visit.means.settings.link_address or f"{url.scheme}://{url.netloc}"


ROUTES = (
    page(HERE, show, ACTORS),
    action(f"{HERE}/nieuw", hand_out, ACTORS),
    action(f"{HERE}/{{number:int}}/intrekken", revoke, ACTORS),
)
UNDO = {"agenda-made": undo_made, "agenda-revoked": undo_revoked}
FIXED = {"agenda-made": made_fixed, "agenda-revoked": revoked_fixed}
