"""The appointment of a gesprek: plan, move, call off, note that it took place. First what goes out, then it is done."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import Connection
from starlette.responses import Response

from engine.app.actions import tried
from engine.app.appoint import Arranged, Guests, TalkWish, appoint, call_off, filled_in, took_place
from engine.app.desk import Desk
from engine.app.means import Means
from engine.app.people import Person
from engine.app.talk_page import (
    Clash,
    OffAhead,
    PersonLine,
    TalkForm,
    asked_anew,
    asked_role_word,
    called_off,
    clashes,
    mails_to_guests,
    talk_form,
)
from engine.app.unact import memo_of
from engine.app.used_shown import not_in_yet
from engine.core.appointing import start_of
from engine.core.dutch import listed, long_date, long_moment
from engine.core.guest_news import GuestNews, going_out
from engine.core.localtime import local
from engine.core.problem import Refused
from engine.core.task import StoredTask
from engine.store.acts import Act, record_act
from engine.store.tasks import load_task
from engine.store.transitions import newest_transitions
from engine.web.asking import ask_first, is_sure
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
    points: tuple[str, ...]
    own: str
    kept: tuple[str, ...]
    email: str
    name: str
    anyway: bool


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
    ahead: Sequence[GuestNews] = ()
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
        number = _record(connection, visit, done, " ".join((told, _goes_out(done), *asked_anew(desk, done))))
    return visit.done(number, _back(visit, task))


def held(visit: Visit) -> Response:
    """It took place: closes the task, with a note. Of one that had no appointment it asks first whether it did."""
    task = _task(visit)
    if task.arranged is None and task.state in ("planned", "open") and not is_sure(visit):
        said = "Er stond geen afspraak voor dit gesprek. De taak wordt dan klaar, en er gaat geen mail meer over uit."
        where = f"/taken/{task.plan.key}/afspraak"
        return ask_first(visit, "Is dit gesprek gehouden?", said, "Ja, zet op gehouden", where, kept=True)
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


def _foretold(
    visit: Visit, task: StoredTask, wish: TalkWish, *, anyway: bool
) -> tuple[Sequence[GuestNews], Sequence[Clash]]:
    """The mails that would go out, and who has another gesprek then; nothing of it is kept."""

    def make(connection: Connection, mute: Means) -> tuple[Sequence[GuestNews], Sequence[Clash]]:
        done, desk = _appointed(connection, visit, mute, task.plan.key, wish, anyway=anyway)
        news = mails_to_guests(connection, visit.means, task.plan.key, visit.now)
        return news, clashes(connection, done.appointment, desk.register, visit.scope)

    return tried(visit.means, make)


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
    return going_out(done.tells.values()) or "Er gaat geen mail uit."


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
        points=tuple(one.text for one in form.points if one.ticked),
        own="\n".join(form.own),
        kept=tuple(one.email for one in form.people if one.comes),
        email="",
        name="",
        anyway=False,
    )


def _differences(before: Typed, after: Typed) -> list[str]:
    """What becomes otherwise of an appointment, in Dutch sentences; who comes stands with the mails."""
    found = []
    if (before.day, before.clock) != (after.day, after.clock):
        found.append(f"Wanneer: {_when(before)} wordt {_when(after)}.")
    if before.minutes != after.minutes:
        found.append(f"Duur: {before.minutes} minuten wordt {after.minutes} minuten.")
    if before.place != after.place:
        found.append(f"Plaats: {before.place or 'nog niet bekend'} wordt {after.place or 'niet bekend'}.")
    own = [" ".join(one.own.split()) for one in (before, after)]
    if before.points != after.points or own[0] != own[1]:
        found.append("De agenda is gewijzigd.")
    return found


def _when(typed: Typed) -> str:
    return f"{long_date(date.fromisoformat(typed.day))} {typed.clock}"


def _typed(visit: Visit) -> Typed:
    form = visit.form
    return Typed(
        day=form.text("dag"),
        clock=form.text("tijd"),
        minutes=form.text("duur"),
        place=" ".join(form.text("plaats").split()),
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
    ticked = [one for one in form.people if one.email in typed.kept]
    roles = _roles_of(form, ticked)
    # Who comes for a role that nobody is ticked for goes with the role; only who is unticked by name is left out.
    left = [one for one in form.people if one not in ticked and (not one.roles or not {*roles}.isdisjoint(one.roles))]
    back = [Person(one.email, one.name) for one in ticked if one.out]
    return TalkWish(
        starts=start_of(day, clock, anyway=typed.anyway),
        minutes=int(typed.minutes),
        place=typed.place,
        agenda=(*[one.text for one in form.points if one.text in typed.points], *own),
        roles=roles,
        people=(*people, *back),
        leave=tuple(one.email for one in left),
    )


def _roles_of(form: TalkForm, ticked: Sequence[PersonLine]) -> tuple[str, ...]:
    """The roles that are asked: of who is ticked the first, and those that nobody has yet."""
    first = {one.roles[0] for one in ticked if one.roles}
    known = (*form.roles, *(role for one in form.people for role in one.roles))
    return tuple(role for role in dict.fromkeys(known) if role in first or role in form.vacant)


def _must_be_as_seen(visit: Visit, form: TalkForm) -> None:
    if visit.form.text("gezien") != _mark(form):
        raise Stale("Deze afspraak, of wie erbij hoort, is net gewijzigd.", "Bekijk de afspraak opnieuw.")


def _mark(form: TalkForm) -> str:
    """Another text when the appointment changed, or who may be asked."""
    people = hashlib.sha256(repr([(one.email, one.roles) for one in form.people]).encode()).hexdigest()[:12]
    return f"{0 if form.found is None else form.found.version}-{people}"


def _may_plan(task: StoredTask, form: TalkForm) -> bool:
    """True while it can be planned, moved or called off."""
    closed_by_it = task.state == "done" and form.found is not None and form.found.state == "planned"
    return task.state in ("planned", "open") or closed_by_it


def _off_ahead(visit: Visit, task: StoredTask) -> OffAhead | None:
    """What calling off would bring; None where it cannot be done, which is told when somebody tries."""
    try:
        return called_off(visit.means, task.plan.key, visit.now, visit.who.name)
    except Refused:
        return None


def _back(visit: Visit, task: StoredTask) -> str:
    return visit.form.text("terug") or f"/taken/{task.plan.key}"


def _form(
    visit: Visit,
    task: StoredTask,
    form: TalkForm,
    typed: Typed,
    *,
    fault: Refused | None = None,
    ahead: Sequence[GuestNews] = (),
    clashing: Sequence[Clash] = (),
    seen: bool = False,
) -> Response:
    with visit.means.database.read() as connection:
        register = visit.means.register(connection)
        day = _day(typed)
        lacking = not_in_yet(connection, visit.means, task, visit.today, day)
    party = register.parties.get(task.plan.party)
    starts = form.found.starts if form.found is not None and form.stands else None
    may_plan = _may_plan(task, form)
    asked = [one for one in form.people if one.email in typed.kept]
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
        differences=_differences(_as_it_is(form), typed) if seen and form.stands else (),
        mark=_mark(form),
        may_plan=may_plan,
        off=_off_ahead(visit, task) if may_plan and form.stands else None,
        alone=party is not None and party.kind != "swv" and not typed.email and not any(one.of_party for one in asked),
        vacant=listed([asked_role_word(role) for role in form.vacant]),
        vacant_optional=listed([asked_role_word(role) for role in form.vacant_optional]),
        may_hold=task.state in ("planned", "open"),
        over=starts is not None and starts <= visit.now,
        day_told=long_date(date.fromisoformat(typed.day)) if seen else "",
        back=visit.query.get("terug") or visit.form.text("terug") or f"/taken/{task.plan.key}",
    )


ROUTES = (
    page("/taken/{key}/afspraak", show, ACTORS),
    action("/taken/{key}/afspraak", plan, ACTORS),
    action("/taken/{key}/afspraak/af", off, ACTORS),
    action("/taken/{key}/afspraak/gehouden", held, ACTORS),
)
