"""What an appointment becomes, who is asked to come, and who must hear: an invitation, a change, or that it is off.

A guest was *told* what the newest invitation to that guest says that left, or was let lie by the bureau. What must be
said follows from what was told and what holds now, so that however often it is asked, nobody hears a thing twice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from engine.core.agenda import AgendaItem, Published
from engine.core.appointment import Appointment, AppointmentState, Attendee, InviteMethod
from engine.core.calendar import Calendar
from engine.core.dutch import capitalised, long_date
from engine.core.localtime import OFFICE, at_local, local, local_date
from engine.core.party import Register
from engine.core.problem import Refused
from engine.core.recipients import places

# An iCalendar moment has whole seconds: a later change must have a later one.
ONE_SECOND = timedelta(seconds=1)
LONGEST = 24 * 60
MOST_AHEAD = timedelta(days=2 * 366)
LONGEST_PLACE = 300
LONGEST_POINT = 300
MOST_POINTS = 40


@dataclass(frozen=True, slots=True)
class Plan:
    """An appointment as a person wants it: all that can be filled in."""

    starts: datetime
    minutes: int
    place: str = ""
    agenda: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """An invitation that a guest got, or was meant to get. `arrived` is False when it is known not to have come.

    `sequence` is what it carried, `base` the appointment's own then: a guest who left meanwhile is ahead of it.
    """

    method: InviteMethod
    told: str
    arrived: bool
    sequence: int = 0
    base: int = 0


def start_of(day: date, clock: time, *, anyway: bool = False) -> datetime:
    """The moment (UTC) at which the office's clock shows that time on that day.

    Raises Refused for a time that does not exist because the clock goes forward, and, unless `anyway`, for one that
    comes twice because it goes back: then the first of the two is meant.
    """
    moment = at_local(day, clock)
    if local(moment).replace(tzinfo=None) != datetime.combine(day, clock):
        raise Refused(
            f"Op {long_date(day)} bestaat {clock:%H:%M} niet: dan gaat de klok een uur vooruit.",
            "Kies een andere tijd.",
        )
    twice = datetime.combine(day, clock, tzinfo=OFFICE)
    if twice.utcoffset() != twice.replace(fold=1).utcoffset() and not anyway:
        raise Refused(
            f"Op {long_date(day)} komt {clock:%H:%M} twee keer voor: dan gaat de klok een uur terug.",
            "Kies een andere tijd.",
        )
    return moment


def check(plan: Plan, calendar: Calendar, now: datetime, *, anyway: bool = False) -> None:
    """Raises Refused for what no appointment may be.

    And, unless `anyway`, for one on a closed day of the party, and for one that is over already.
    """
    day = local_date(plan.starts)
    if not 1 <= plan.minutes <= LONGEST:
        raise Refused(
            "Een gesprek duurt ten minste 1 minuut, en niet langer dan een dag.", "Vul de duur in minuten in."
        )
    if plan.starts - now > MOST_AHEAD:
        raise Refused(f"{capitalised(long_date(day))} ligt te ver weg.", "Kies een dag binnen twee jaar.")
    if len(plan.place) > LONGEST_PLACE or any(len(point) > LONGEST_POINT for point in plan.agenda):
        raise Refused(f"Deze tekst is te lang. Er passen {LONGEST_PLACE} tekens in.", "Maak de tekst korter.")
    if len(plan.agenda) > MOST_POINTS:
        raise Refused(f"Er kunnen {MOST_POINTS} agendapunten bij een gesprek.", "Voeg punten samen.")
    if local(plan.starts).fold:
        raise Refused("In deze nacht gaat de klok een uur terug. Het tweede uur kan niet.", "Kies een andere tijd.")
    if anyway:
        return
    if plan.starts <= now:
        raise Refused(
            f"{capitalised(long_date(day))} {local(plan.starts):%H:%M} is al voorbij.", "Kies een later moment."
        )
    if not calendar.is_open(day):
        open_day = calendar.first_open(day)
        raise Refused(
            f"{capitalised(long_date(day))} {calendar.falls(day)}.",
            f"Kies bijvoorbeeld {long_date(open_day)}.",
        )


def appointed(before: Appointment | None, task: str, plan: Plan, now: datetime) -> Appointment:
    """The appointment as it becomes; the same object where nothing changes."""
    new = Appointment(task, plan.starts, plan.minutes, plan.place, plan.agenda, "planned", 0, now, roles=plan.roles)
    if before is None:
        return new
    sequence, changed_at, version = before.sequence, before.changed_at, before.version
    return _changed(
        before, replace(new, sequence=sequence, changed_at=changed_at, version=version, note=before.note), now
    )


def put(before: Appointment, state: AppointmentState, now: datetime, note: str | None = None) -> Appointment:
    """The appointment in another state, with what was noted of it; the same object where nothing changes."""
    return _changed(before, replace(before, state=state, note=before.note if note is None else note), now)


def touched(before: Appointment, now: datetime) -> Appointment:
    """The same appointment, of which something else changed: who comes to it."""
    return replace(before, changed_at=_later(before, now))


def digest(found: Appointment) -> str:
    """Another text as soon as anything differs that an invitation tells: time, place, agenda."""
    told = (found.starts.isoformat(), found.minutes, found.place, found.agenda)
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def to_tell(
    found: Appointment, attendees: Iterable[Attendee], heard: Mapping[int, Sequence[Heard]], now: datetime
) -> Mapping[int, InviteMethod]:
    """What must still be sent to whom, by contact, given what each was told, oldest first."""
    if found.state == "held":
        return {}
    told, over = digest(found), found.ends <= now
    methods = {}
    for guest in attendees:
        comes = found.state != "off" and not guest.left
        method = _method(heard.get(guest.contact, ()), told, comes=comes, over=over)
        if method is not None:
            methods[guest.contact] = method
    return methods


def sequence_for(found: Appointment, heard: Sequence[Heard], method: InviteMethod) -> int:
    """The SEQUENCE that the next invitation to a guest carries, given what that guest was told (RFC 5546, 2.1.4).

    It rises as much as the appointment's own did since, and by one at least for a CANCEL and for what comes after one:
    so a guest who leaves or comes back hears a higher one while the others' replies still answer what they were told.
    """
    if not heard:
        return found.sequence
    newest = heard[-1]
    turns = method == "CANCEL" or newest.method == "CANCEL"
    return newest.sequence + max(found.sequence - newest.base, int(turns))


def answered(found: Appointment, heard: Sequence[Heard], sequence: int) -> int:
    """Which SEQUENCE of the appointment a guest answers who answers the invitation that carried `sequence`.

    It is lower than the appointment's own where that guest was told of another time since, or that it was off.
    """
    asked = [place for place, one in enumerate(heard) if one.method == "REQUEST"]
    if not asked:
        return min(sequence, found.sequence)
    place = next((place for place in reversed(asked) if heard[place].sequence <= sequence), asked[0])
    if any(one.method == "CANCEL" for one in heard[place:]):
        return heard[place].base - 1
    return found.sequence if heard[place].told == digest(found) else min(heard[place].base, found.sequence)


def meeting(found: Appointment, title: str, party: str, guests: Sequence[str] = ()) -> Published:
    """The appointment as agendas show it: of a gesprek with that title, with that party; `guests` are names."""
    told = [f"- {point}" for point in found.agenda]
    text = "\n".join(("Agenda:", *told) if told else ())
    come = f"Deelnemers: {', '.join(guests)}" if guests else ""
    item = AgendaItem(
        uid=found.task,
        starts=found.starts,
        ends=found.ends,
        title=f"{title} – {party}",
        text="\n\n".join(filter(None, (text, come))),
        place=found.place,
        lapsed=found.state == "off",
    )
    return Published(item, found.sequence, found.changed_at)


def by_roles(roles: Sequence[str], party: str, register: Register, day: date) -> dict[int, str]:
    """Who has the roles on that day, each with the first role because of which; who is away is replaced.

    Where nobody has a role nobody comes for it.
    """
    found: dict[int, str] = {}
    for role in roles:
        for name, place in places((role,), party, register):
            for contact in register.along_chain(name, place, day):
                found.setdefault(contact, name)
    return found


def guests_after(
    task: str, before: Iterable[Attendee], holders: Mapping[int, str], invite: Iterable[int], leave: Iterable[int]
) -> tuple[Attendee, ...]:
    """All who ever were asked, as they are once the roles have these holders and some are added or left out by hand.

    A guest who was added by hand stays whatever the roles; who was left out by hand stays out until asked again.
    """
    added, gone, rows = set(invite), set(leave), {one.contact: one for one in before}
    found = []
    for contact in dict.fromkeys((*rows, *holders, *added, *gone)):
        known, role = rows.get(contact), holders.get(contact, "")
        if contact in gone:
            found.append(replace(known or Attendee(task, contact, ""), role="", left=True))
        elif contact in added or known is None:
            found.append(_joined(known or Attendee(task, contact, role, left=True), role))
        elif known.role == "":  # asked or left out by hand
            found.append(known)
        else:
            found.append(_joined(known, role) if role else replace(known, left=True))
    return tuple(found)


def _joined(one: Attendee, role: str) -> Attendee:
    """As one who comes; who comes back has not replied yet."""
    if one.left:
        return Attendee(one.task, one.contact, role)
    return replace(one, role=role) if one.role and role else one


def _method(heard: Sequence[Heard], told: str, *, comes: bool, over: bool) -> InviteMethod | None:
    newest = heard[-1] if heard else None
    believed = next((one for one in reversed(heard) if one.arrived), None)
    expects = believed is not None and believed.method == "REQUEST"
    if comes:
        if newest is not None and newest.method == "REQUEST" and newest.told == told:
            return None
        # Nobody is asked to what is over; only who has another time in the agenda hears that it was then.
        return "REQUEST" if expects or not over else None
    if believed is None or not expects or (newest is not None and newest.method == "CANCEL"):
        return None
    return None if over and believed.told == told else "CANCEL"


def _changed(before: Appointment, after: Appointment, now: datetime) -> Appointment:
    if after == before:
        return before
    moved = (before.starts, before.minutes) != (after.starts, after.minutes)
    turned = (before.state == "off") != (after.state == "off")
    return replace(after, sequence=before.sequence + (moved or turned), changed_at=_later(before, now))


def _later(before: Appointment, now: datetime) -> datetime:
    return max(now, before.changed_at + ONE_SECOND)
