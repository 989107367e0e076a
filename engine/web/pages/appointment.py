"""The appointment of a gesprek: plan, move, call off, note that it took place. First what goes out, then it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import Connection
from starlette.responses import Response

from engine.app.actions import muted
from engine.app.appoint import Arranged, Guests, TalkWish, appoint, call_off, filled_in, took_place
from engine.app.desk import Desk
from engine.app.means import Means
from engine.app.people import Person
from engine.app.talk_page import Clash, TalkForm, clashes, talk_form
from engine.app.unact import memo_of
from engine.app.used_shown import not_in_yet
from engine.core.appointing import start_of
from engine.core.dutch import long_date, long_moment
from engine.core.localtime import local
from engine.core.problem import Refused
from engine.core.rule import AT_SCHOOLS
from engine.core.task import StoredTask
from engine.store.acts import Act, record_act
from engine.store.appointments import waiting_invitations
from engine.store.messages import Message
from engine.store.tasks import load_task
from engine.store.transitions import newest_transitions
from engine.web.fields import a_text, an_email
from engine.web.pages.acting import KIND
from engine.web.routes import ACTORS, action, page
from engine.web.visit import NotFound, Stale, Visit

DO = "doe"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was filled in, as text: so that nothing is lost when it does not fit."""

    day: str
    clock: str
    minutes: str
    place: str
    roles: tuple[str, ...]
    points: tuple[str, ...]
    own: str
    kept: tuple[str, ...]
    email: str
    name: str
    anyway: bool


@dataclass(frozen=True, slots=True)
class Ahead:
    """What goes out when it is done: the guest, and the mail; `asks` is False for one that calls off."""

    name: str
    email: str
    asks: bool
    mail: Message


class _NotReally(Exception):
    """Ends the transaction of a preview without a trace."""


def show(visit: Visit) -> Response:
    """The form, filled in with the appointment as it is, or as the rule proposes it."""
    task = _task(visit)
    with visit.means.database.read() as connection:
        form = talk_form(connection, visit.means, task, visit.now)
    return _form(visit, task, form, _as_it_is(form))


def plan(visit: Visit) -> Response:
    """Shows what goes out; asked once more, does it."""
    task, typed = _task(visit), _typed(visit)
    with visit.means.database.read() as connection:
        form = talk_form(connection, visit.means, task, visit.now)
    wish: TalkWish | None = None
    ahead: Sequence[Ahead] = ()
    clashing: Sequence[Clash] = ()
    try:
        wish = _wish(typed, form)
        if visit.form.text("stap") == DO:
            _must_be_as_seen(visit, form)
            return _planned(visit, task, wish, anyway=typed.anyway)
        ahead, clashing = _foretold(visit, task, wish, anyway=typed.anyway)
    except Stale:
        raise
    except Refused as refused:
        return _form(visit, task, form, typed, fault=refused)
    return _form(visit, task, form, typed, ahead=ahead, clashing=clashing, seen=True)


def off(visit: Visit) -> Response:
    """Calls it off."""
    task = _task(visit)
    reason = visit.form.text("reden")
    with visit.means.database.write() as connection:
        _must_be_as_seen(visit, talk_form(connection, visit.means, task, visit.now))
        desk = Desk(connection, visit.means, visit.now, visit.who.name)
        done = call_off(desk, desk.task(task.plan.key), reason)
        desk.finish()
        told = f"Gesprek met {desk.name(task.plan.party)} afgezegd: {long_moment(done.appointment.starts)}."
        number = _record(connection, visit, done, f"{told} {_goes_out(done)}")
    return visit.done(number, _back(visit, task))


def held(visit: Visit) -> Response:
    """It took place: closes the task, with a note."""
    task = _task(visit)
    with visit.means.database.write() as connection:
        _must_be_as_seen(visit, talk_form(connection, visit.means, task, visit.now))
        desk = Desk(connection, visit.means, visit.now, visit.who.name)
        done = took_place(desk, desk.task(task.plan.key), visit.form.raw("verslag").strip())
        desk.finish()
        number = _record(connection, visit, done, f"Gesprek met {desk.name(task.plan.party)} gehouden.")
    return visit.done(number, _back(visit, task))


def _planned(visit: Visit, task: StoredTask, wish: TalkWish, *, anyway: bool) -> Response:
    with visit.means.database.write() as connection:
        done, desk = _appointed(connection, visit, visit.means, task.plan.key, wish, anyway=anyway)
        when = long_moment(done.appointment.starts)
        told = f"Gesprek met {desk.name(task.plan.party)}: {when}. {_goes_out(done)}"
        number = _record(connection, visit, done, told)
    return visit.done(number, _back(visit, task))


def _foretold(visit: Visit, task: StoredTask, wish: TalkWish, *, anyway: bool) -> tuple[list[Ahead], Sequence[Clash]]:
    """The mails that would go out, and who has another gesprek then; nothing of it is kept."""
    found: list[Ahead] = []
    clashing: Sequence[Clash] = ()
    means = muted(visit.means)
    try:
        with means.database.write() as connection:
            done, desk = _appointed(connection, visit, means, task.plan.key, wish, anyway=anyway)
            contacts = desk.register.contacts
            for made, mail in waiting_invitations(connection, task.plan.key):
                found.append(Ahead(contacts[made.contact].name, mail.email, made.method == "REQUEST", mail))
            clashing = clashes(connection, done.appointment, desk.register, visit.scope)
            raise _NotReally
    except _NotReally:
        return found, clashing


def _appointed(
    connection: Connection, visit: Visit, means: Means, key: str, wish: TalkWish, *, anyway: bool
) -> tuple[Arranged, Desk]:
    # A new person is a change of the register: what is read of it then is not kept.
    desk = Desk(connection, means.apart(), visit.now, visit.who.name)
    task = desk.task(key)
    whole, guests = filled_in(desk, task, wish)
    done = appoint(desk, task, whole, Guests(guests.invite, guests.leave), anyway=anyway)
    desk.finish()
    return done, desk


def _goes_out(done: Arranged) -> str:
    asks = sum(method == "REQUEST" for method in done.tells.values())
    offs = len(done.tells) - asks
    parts = [f"{asks} {'uitnodiging' if asks == 1 else 'uitnodigingen'}"] if asks else []
    parts += [f"{offs} {'afzegging' if offs == 1 else 'afzeggingen'}"] if offs else []
    if not parts:
        return "Er gaat geen mail uit."
    return f"{' en '.join(parts)} {'gaat' if asks + offs == 1 else 'gaan'} uit."


def _record(connection: Connection, visit: Visit, done: Arranged, text: str) -> int:
    key = done.moved.key
    mark = newest_transitions(connection, [key])[key]
    undo = {"tasks": [memo_of(done.moved, mark, visit.now, talk=done.before)], "notes": []}
    return record_act(connection, Act(visit.now, visit.who.name, KIND, text, (key,), undo))


def _task(visit: Visit) -> StoredTask:
    with visit.means.database.read() as connection:
        task = load_task(connection, visit.path["key"])
    if task is None or task.plan.kind != "gesprek":
        raise NotFound
    visit.must_see(task.plan.party)
    return task


def _as_it_is(form: TalkForm) -> Typed:
    starts = local(form.found.starts) if form.found is not None and form.stands else None
    return Typed(
        day="" if starts is None else starts.date().isoformat(),
        clock="" if starts is None else f"{starts:%H:%M}",
        minutes=str(form.minutes),
        place=form.place,
        roles=tuple(one.role for one in form.roles if one.ticked),
        points=tuple(one.text for one in form.points if one.ticked),
        own="\n".join(form.own),
        kept=tuple(one.email for one in form.guests),
        email="",
        name="",
        anyway=False,
    )


def _typed(visit: Visit) -> Typed:
    form = visit.form
    return Typed(
        day=form.text("dag"),
        clock=form.text("tijd"),
        minutes=form.text("duur"),
        place=" ".join(form.text("plaats").split()),
        roles=form.many("rol"),
        points=form.many("punt"),
        own=form.raw("eigen"),
        kept=form.many("gast"),
        email=form.text("adres"),
        name=form.text("naam"),
        anyway=form.text("toch") == "ja",
    )


def _day(typed: Typed) -> date | None:
    """The day that was filled in, if it is one."""
    try:
        return date.fromisoformat(typed.day)
    except ValueError:
        return None


def _wish(typed: Typed, form: TalkForm) -> TalkWish:
    try:
        day = date.fromisoformat(typed.day)
    except ValueError:
        raise Refused("De datum ontbreekt.", "Kies op welke dag het gesprek is.") from None
    try:
        clock = time.fromisoformat(typed.clock).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise Refused("De tijd ontbreekt.", "Vul in hoe laat het begint, bijvoorbeeld 14:00.") from None
    if not typed.minutes.isascii() or not typed.minutes.isdecimal() or len(typed.minutes) > 4:
        raise Refused("De duur is geen getal.", "Vul in hoeveel minuten het duurt, bijvoorbeeld 60.")
    own = [a_text(" ".join(line.split()), "Het agendapunt") for line in typed.own.splitlines() if line.strip()]
    people = [Person(an_email(typed.email), a_text(typed.name, "De naam") if typed.name else "")] if typed.email else []
    back = [Person(one.email, one.name) for one in form.out if one.email in typed.kept]
    roles = {one.role for one in form.roles}
    # Who comes for a role that is no longer ticked goes with the role; only who is unticked by name is left out.
    ticked = {"", *(role.removesuffix(AT_SCHOOLS) for role in typed.roles)}
    left = [one.email for one in form.guests if one.email not in typed.kept and one.role in ticked]
    return TalkWish(
        starts=start_of(day, clock, anyway=typed.anyway),
        minutes=int(typed.minutes),
        place=typed.place,
        agenda=(*[one.text for one in form.points if one.text in typed.points], *own),
        roles=tuple(one for one in typed.roles if one in roles),
        people=(*people, *back),
        leave=tuple(left),
    )


def _must_be_as_seen(visit: Visit, form: TalkForm) -> None:
    if visit.form.text("gezien") != _mark(form):
        raise Stale("Iemand anders heeft deze afspraak net gewijzigd.", "Bekijk de afspraak opnieuw.")


def _mark(form: TalkForm) -> str:
    return "0" if form.found is None else str(form.found.version)


def _may_plan(task: StoredTask, form: TalkForm) -> bool:
    """True while it can be planned, moved or called off."""
    closed_by_it = task.state == "done" and form.found is not None and form.found.state == "planned"
    return task.state in ("planned", "open") or closed_by_it


def _back(visit: Visit, task: StoredTask) -> str:
    return visit.form.text("terug") or f"/taken/{task.plan.key}"


def _form(
    visit: Visit,
    task: StoredTask,
    form: TalkForm,
    typed: Typed,
    *,
    fault: Refused | None = None,
    ahead: Sequence[Ahead] = (),
    clashing: Sequence[Clash] = (),
    seen: bool = False,
) -> Response:
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
        day = _day(typed)
        lacking = not_in_yet(connection, visit.means, task, visit.today, day)
    party = register.parties.get(task.plan.party)
    starts = form.found.starts if form.found is not None and form.stands else None
    return visit.render(
        "appointment.html",
        status=200 if fault is None else 422,
        task=task,
        plan=task.plan,
        name=party.name if party is not None else task.plan.party,
        form=form,
        typed=typed,
        fault=fault,
        ahead=ahead,
        clashing=clashing,
        lacking=lacking,
        on_day=day is not None,
        seen=seen,
        mark=_mark(form),
        may_plan=_may_plan(task, form),
        may_hold=task.state in ("planned", "open"),
        over=starts is not None and starts <= visit.now,
        day_told=long_date(date.fromisoformat(typed.day)) if seen else "",
        asks=sum(one.asks for one in ahead),
        back=visit.query.get("terug") or visit.form.text("terug") or f"/taken/{task.plan.key}",
    )


ROUTES = (
    page("/taken/{key}/afspraak", show, ACTORS),
    action("/taken/{key}/afspraak", plan, ACTORS),
    action("/taken/{key}/afspraak/af", off, ACTORS),
    action("/taken/{key}/afspraak/gehouden", held, ACTORS),
)
