"""What people do with the appointment of a gesprek: make it, move it, call it off, note that it took place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from engine.app.desk import Desk, Moved, changed_meanwhile, state_after
from engine.app.hearing import dropped
from engine.app.invitations import tell_guests
from engine.app.people import Person, add_person
from engine.app.placing import ARRANGED, next_look, re_laddered
from engine.app.planning import arranged_days
from engine.app.postpone import dates_with
from engine.app.reroute import reroute
from engine.app.respond import end_task
from engine.core.action import LONGEST_TEXT
from engine.core.appointing import Plan, appointed, by_roles, check, guests_after, put, touched
from engine.core.appointment import Appointment, Attendee, NewsKind
from engine.core.bsn import holds_bsn
from engine.core.dutch import long_date, long_moment
from engine.core.event import Event
from engine.core.localtime import from_ms, local_date, to_ms
from engine.core.problem import Refused
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from engine.core.states import TaskMove, TaskState, after
from engine.core.task import StoredStep, StoredTask
from engine.core.telling import lap_of
from engine.store.appointments import appointment_of, attendees_of, save_appointment, save_attendees
from engine.store.mail_days import foresee_from
from engine.store.notices import forget_unsent, notices_of_tasks, shelve_notices
from engine.store.people import contact_by_email
from engine.store.tasks import replace_plans

GESPREK = "gesprek"
# How long a gesprek takes of which the rule does not say so.
USUAL_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Guests:
    """Who is asked to come, or left out, beside the roles: contacts by number."""

    invite: Collection[int] = ()
    leave: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class TalkWish:
    """What somebody filled in; None leaves it as it is, or as the rule has it.

    `roles` are all that are asked to come, `more` and `fewer` change those. `people` are asked beside them, known
    contacts or new ones; `leave` are addresses of who is left out.
    """

    starts: datetime | None = None
    minutes: int | None = None
    place: str | None = None
    agenda: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None
    more: tuple[str, ...] = ()
    fewer: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    leave: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arranged:
    """What an act made of the appointment of a task, what goes out to whom, and what puts it back (JSON)."""

    moved: Moved
    appointment: Appointment
    tells: Mapping[int, NewsKind]
    before: Any = field(repr=False, default=None)


def filled_in(desk: Desk, task: StoredTask, wish: TalkWish) -> tuple[Plan, Guests]:
    """The whole appointment that a wish comes to, and who is asked or left out by hand; new people are stored.

    Raises Refused without a time, and for an address that nobody has.
    """
    known = appointment_of(desk.connection, task.plan.key)
    if known is not None:
        plan = Plan(known.starts, known.minutes, known.place, known.agenda, known.roles)
    else:
        plan = usual_plan(desk, task) or Plan(desk.now, USUAL_MINUTES)
    if wish.starts is None and (known is None or known.state == "off"):
        raise Refused("Geef op wanneer het gesprek is.", "Bijvoorbeeld: --at 2026-11-03T14:00")
    roles = plan.roles if wish.roles is None else wish.roles
    roles = tuple(role for role in dict.fromkeys((*roles, *wish.more)) if role not in wish.fewer)
    values: dict[str, Any] = {
        "starts": wish.starts,
        "minutes": wish.minutes,
        "place": wish.place,
        "agenda": wish.agenda,
        "roles": roles,
    }
    plan = replace(plan, **{name: value for name, value in values.items() if value is not None})
    invite = [_contact(desk, one) for one in wish.people]
    leave = []
    for address in wish.leave:
        number = contact_by_email(desk.connection, address)
        if number is None:
            raise Refused(f"Niemand in het register heeft het adres {address}.")
        leave.append(number)
    return plan, Guests(invite, leave)


def usual_plan(desk: Desk, task: StoredTask) -> Plan | None:
    """What the rule says of the gesprek, still without a time; None where the rule is gone. Raises Refused."""
    _must_be_talk(task)
    rule = _rule(desk, task)
    if rule is None or rule.talk is None:
        return None
    talk = rule.talk
    return Plan(desk.now, talk.minutes or USUAL_MINUTES, "", talk.agenda, talk.attendees)


def appoint(
    desk: Desk,
    task: StoredTask,
    plan: Plan,
    guests: Guests = Guests(),  # it is frozen
    *,
    anyway: bool = False,
    reason: str = "",
) -> Arranged:
    """Makes the appointment of a gesprek, or changes it; guests hear of it within minutes.

    What was still to be asked of who plans it is dropped; steps on the appointment get their days. Raises Refused when
    there is nothing to change, and when the time does not fit: with `anyway` it may be on a closed day, or past.
    """
    _must_be_talk(task)
    key = task.plan.key
    before = appointment_of(desk.connection, key)
    if before is not None and before.state == "held" and task.state == "done":
        raise Refused("Dit gesprek is al gehouden.", "Heropen eerst de taak.")
    if task.state == "done" and before is None:
        raise Refused("Deze taak is al klaar.", "Heropen eerst de taak.")
    state_after(task.state, "appoint")
    same_time = before is not None and before.state != "off" and before.starts == plan.starts
    check(plan, desk.calendar(task.plan.party), desk.now, anyway=anyway or same_time)
    found = appointed(before, key, plan, desk.now)
    rows = attendees_of(desk.connection, [key]).get(key, [])
    holders = by_roles(plan.roles, task.plan.party, desk.register, local_date(plan.starts))
    coming = guests_after(key, rows, holders, guests.invite, guests.leave)
    if found is before:
        if coming == tuple(rows):
            raise Refused("Er is niets gewijzigd.", "Vul in wat anders moet worden.")
        found = touched(found, desk.now)
    kept = memo_of_talk(before, rows)
    _save(desk, found, new=before is None)
    save_attendees(desk.connection, key, coming)
    told = f"{'op' if before is None or before.state == 'off' else 'verzet naar' if not same_time else 'op'} "
    told += long_moment(found.starts) + (f": {reason}" if reason else "")
    moved = _relaid(desk, task, _with(task, found, coming), "appoint", told, closes=_closes(desk, task))
    gone = {one.contact for one in rows if not one.left} - {one.contact for one in coming if not one.left}
    if gone:
        reroute(desk.connection, gone, desk.means, desk.now)
    return Arranged(moved, found, tell_guests(desk.connection, desk.means, moved.after, found, desk.now), kept)


def call_off(desk: Desk, task: StoredTask, reason: str = "") -> Arranged:
    """Calls the appointment off; who was invited hears of it, and who plans it is asked for a date again.

    The newest step by which that was asked goes out once more; those that are still to come go out on their days.
    What was told of the appointment is behind us: for another one it is told anew. Raises Refused.
    """
    before, rows = _standing(desk, task), attendees_of(desk.connection, [task.plan.key]).get(task.plan.key, [])
    if before.state == "held":
        raise Refused("Dit gesprek is al gehouden.", "Heropen eerst de taak.")
    state_after(task.state, "unappoint")
    found = put(before, "off", desk.now)
    _save(desk, found, new=False)
    when = long_moment(before.starts)
    again = f"De afspraak met {desk.name(task.plan.party)} van {when} is afgezegd."
    becomes = replace(task, arranged=None, guests=(), again=again)
    moved = _relaid(desk, task, becomes, "unappoint", when + (f": {reason}" if reason else ""))
    tells = tell_guests(desk.connection, desk.means, moved.after, found, desk.now)
    return Arranged(moved, found, tells, memo_of_talk(before, rows) | {"anew": True})


def took_place(desk: Desk, task: StoredTask, note: str, plan: Plan | None = None, *, anyway: bool = False) -> Arranged:
    """Notes that the gesprek was held: it closes the task. `plan`: when it was, where that is another time.

    Raises Refused where it is still to come, unless `anyway`, and for a note that may hold a BSN.
    """
    _must_be_talk(task)
    if len(note) > LONGEST_TEXT:
        raise Refused(f"Deze tekst is te lang. Er passen {LONGEST_TEXT} tekens in.", "Maak de tekst korter.")
    if holds_bsn(note):
        raise Refused(
            "In deze tekst staat een getal dat een burgerservicenummer (BSN) kan zijn.",
            "Haal dat getal weg. Noem ook geen namen van leerlingen.",
        )
    key = task.plan.key
    before = appointment_of(desk.connection, key)
    rows = attendees_of(desk.connection, [key]).get(key, [])
    found = before if before is not None and before.state != "off" else None
    if plan is not None:
        check(plan, desk.calendar(task.plan.party), desk.now, anyway=True)
        found = appointed(before, key, plan, desk.now)
    if found is not None and found.starts > desk.now and not anyway:
        raise Refused(
            f"Dit gesprek is pas op {long_moment(found.starts)}.", "Zet het daarna op gehouden, of verzet de afspraak."
        )
    state_after(task.state, "took-place")
    if found is not None:
        found = put(found, "held", desk.now, note)
        _save(desk, found, new=before is None)
        if plan is not None:
            holders = by_roles(plan.roles, task.plan.party, desk.register, local_date(plan.starts))
            save_attendees(desk.connection, key, guests_after(key, rows, holders, (), ()))
    moved = end_task(desk, task, "took-place", note)
    tells: Mapping[int, NewsKind] = {}
    if found is not None:  # what still waits is taken back
        tells = tell_guests(desk.connection, desk.means, moved.after, found, desk.now)
    held = found or Appointment(key, desk.now, USUAL_MINUTES, "", (), "held", 0, desk.now, note=note)
    return Arranged(moved, held, tells, memo_of_talk(before, rows))


def memo_of_talk(found: Appointment | None, guests: Sequence[Attendee]) -> Any:
    """An appointment and its guests as JSON, for `put_talk_back`."""
    if found is None:
        return {}
    return {
        "starts": to_ms(found.starts),
        "minutes": found.minutes,
        "place": found.place,
        "agenda": list(found.agenda),
        "roles": list(found.roles),
        "state": found.state,
        "note": found.note,
        "guests": [[one.contact, one.role, one.left] for one in guests],
    }


def put_talk_back(desk: Desk, task: StoredTask, memo: Any) -> StoredTask:
    """Makes the appointment of a task again what a memo says; guests hear what differs from what they were told.

    Returns the task with it; its steps and its state are the caller's.
    """
    now = appointment_of(desk.connection, task.plan.key)
    if now is None:
        return task
    if not memo:
        found, coming = put(now, "off", desk.now), attendees_of(desk.connection, [task.plan.key])[task.plan.key]
    else:
        plan = Plan(
            from_ms(memo["starts"]), memo["minutes"], memo["place"], tuple(memo["agenda"]), tuple(memo["roles"])
        )
        found = put(appointed(now, task.plan.key, plan, desk.now), memo["state"], desk.now, memo["note"])
        known = {one.contact: one for one in attendees_of(desk.connection, [task.plan.key]).get(task.plan.key, ())}
        for contact, role, left in memo["guests"]:
            one = known.get(contact, Attendee(task.plan.key, contact, role, left=left))
            known[contact] = replace(one, role=role, left=left)
        was = {contact for contact, _, _ in memo["guests"]}
        coming = [one if one.contact in was else replace(one, left=True) for one in known.values()]
    _save(desk, found, new=False)
    save_attendees(desk.connection, task.plan.key, coming)
    back = replace(task, arranged=None, guests=()) if found.state == "off" else _with(task, found, tuple(coming))
    tell_guests(desk.connection, desk.means, back, found, desk.now)
    return back


def _relaid(
    desk: Desk, task: StoredTask, becomes: StoredTask, move: TaskMove, told: str, *, closes: bool = False
) -> Moved:
    """The task with other days for the steps that hang on its appointment; what was told stays told."""
    connection, key = desk.connection, task.plan.key
    plan = dates_with(desk, becomes, task.extended)
    back: list[Event] = []
    if arranged_days([task]) != arranged_days([becomes]):
        back = desk.take_back(task, "arranged" if becomes.arranged is not None else "moved")
        forget_unsent(connection, key)
    names = {event.step for event in back if event.step is not None}
    steps = re_laddered(becomes, plan, names)
    if move == "unappoint":
        _shelve(connection, key)
        steps = _asked_anew(steps, plan.asked, desk.today)
    moves = _moves(task.state, move, closes=closes and task.state != "done")
    state = moves[-1][1]
    if state == "done":
        steps = tuple(replace(one, state="dropped", note=ARRANGED) if one.state == "pending" else one for one in steps)
    opened = desk.now if task.state == "planned" and state == "done" else task.opened_at
    moved = replace(becomes, plan=plan, steps=steps, state=state, opened_at=opened)
    moved = replace(moved, next_at=next_look(moved, desk.today) if desk.runs(task) else None)
    if not replace_plans(connection, [moved]):
        raise changed_meanwhile()
    reached = task
    for one, state in moves:
        desk.record(reached, one, state, told if one == move else "")
        reached = replace(reached, state=state)
    foresee_from(connection, desk.today)
    waited = {one.plan.name for one in task.steps if one.state in ("pending", "due")}
    lapsed = [one for one in steps if one.note == ARRANGED and one.plan.name in waited]
    events = [*dropped(connection, task, lapsed, desk.register, desk.now, "arranged"), *back]
    if moved.state == "done" and task.state != "done":
        events.insert(0, Event(desk.now, "done", key))
    version = replace(moved, version=task.version + 1)
    return Moved(task, version, tuple(one for one, _ in moves), tuple(events), tuple(sorted(names)))


def _shelve(connection: Connection, key: str) -> None:
    """What was told of the task is of an earlier round of asking."""
    laps = [lap_of(notice.step) for notice in notices_of_tasks(connection, [key])]
    shelve_notices(connection, key, 1 + max(laps, default=0))


def _asked_anew(steps: Sequence[StoredStep], asked: str, today: date) -> tuple[StoredStep, ...]:
    """The steps where there is no appointment any more: the newest request that came out is armed once more."""
    asks = [one for one in steps if asked in one.plan.to and not one.plan.on_talk and not one.plan.on_uses]
    past = [one for one in asks if one.plan.date is not None and one.plan.date <= today]
    newest = max(past, key=lambda one: (one.plan.date, one.plan.position), default=None)
    return tuple(
        StoredStep(one.plan, "pending", one.sent)
        if one is newest or (one.plan.on_talk and one.state in ("noticed", "merged"))
        else one
        for one in steps
    )


def _moves(state: TaskState, move: TaskMove, *, closes: bool) -> list[tuple[TaskMove, TaskState]]:
    """The move; where the appointment is all that was asked it opens what was still to open, and closes the task."""
    if not closes:
        return [(move, state_after(state, move))]
    moves: list[TaskMove] = [*(("open",) if state == "planned" else ()), move, "accept"]
    found: list[tuple[TaskMove, TaskState]] = []
    for one in moves:
        state = after(state, one)
        found.append((one, state))
    return found


def _with(task: StoredTask, found: Appointment, guests: Sequence[Attendee]) -> StoredTask:
    coming = sorted((one.contact, one.role) for one in guests if not one.left)
    return replace(task, arranged=found.starts, guests=tuple(coming), again="")


def _standing(desk: Desk, task: StoredTask) -> Appointment:
    _must_be_talk(task)
    found = appointment_of(desk.connection, task.plan.key)
    if found is None or found.state == "off":
        raise Refused("Voor dit gesprek is er geen afspraak.")
    return found


def _save(desk: Desk, found: Appointment, *, new: bool) -> None:
    if not save_appointment(desk.connection, found, new=new):
        raise changed_meanwhile()


def _must_be_talk(task: StoredTask) -> None:
    if task.plan.kind != GESPREK:
        raise Refused("Alleen bij een gesprek kunt u een afspraak maken.", "Bekijk de gesprekken.")
    if task.state == "cancelled":
        raise Refused("Dit gesprek is vervallen.")


def _rule(desk: Desk, task: StoredTask) -> Rule | None:
    return desk.means.rule(desk.connection, task.plan.rule, Schooljaar.parse(task.plan.schooljaar))


def _contact(desk: Desk, who: Person) -> int:
    number = contact_by_email(desk.connection, who.email)
    if number is not None:
        return number
    if not who.name:
        raise Refused(
            f"{who.email} staat niet in het register.", 'Geef ook de naam op: "An de Vries <an@school.example>".'
        )
    return add_person(desk.connection, desk.means, who, desk.now).contact


def _closes(desk: Desk, task: StoredTask) -> bool:
    rule = _rule(desk, task)
    return rule is not None and rule.done_when == "afgesproken"


def told_of(found: Appointment) -> str:
    """`Het gesprek is op dinsdag 3 november 2026 van 14:00 tot 15:30, in Alkmaar.`"""
    starts, ends = long_moment(found.starts), long_moment(found.ends)
    same = local_date(found.starts) == local_date(found.ends)
    until = ends.rpartition(" ")[2] if same else f"{long_date(local_date(found.ends))} {ends.rpartition(' ')[2]}"
    place = f", plaats: {found.place}" if found.place else ""
    return f"op {starts.rpartition(' ')[0]} van {starts.rpartition(' ')[2]} tot {until}{place}"
