"""Appointments of gesprekken, who is asked to come, and the invitations that were made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from engine.core.appointing import Heard
from engine.core.appointment import Appointment, Attendee, InviteMethod, Said
from engine.core.localtime import from_ms, to_ms
from engine.store.facts import fact, register_version, set_fact
from engine.store.feeds import let_lag
from engine.store.many import named_rows_of, rows_of
from engine.store.messages import NOT_IN_VAIN, Message, messages_by_number
from engine.store.tables import appointments, attendees, invitations, messages, tasks

# The register as it was when the guests of appointments were last brought in line with it.
FOLLOWED = "guests"
MINUTE = 60_000  # milliseconds

_APPOINTMENTS = select(appointments).where(appointments.c.task.in_(bindparam("keys", expanding=True)))
_ATTENDEES = (
    select(attendees)
    .where(attendees.c.task.in_(bindparam("keys", expanding=True)))
    .order_by(attendees.c.task, attendees.c.contact)
)
_WAITS = messages.c.state.in_(("held", "queued")) & (messages.c.attempts == 0)
_OF_TASK = invitations.c.task == bindparam("task")
_IN_MESSAGE = messages.c.id == invitations.c.message
_WAITING = select(invitations).join(messages, _IN_MESSAGE).where(_OF_TASK, _WAITS).order_by(messages.c.id)
_HEARD = (
    select(
        invitations.c.contact,
        invitations.c.method,
        invitations.c.told,
        NOT_IN_VAIN,
        invitations.c.sequence,
        invitations.c.base,
        invitations.c.starts,
        invitations.c.minutes,
        invitations.c.place,
    )
    .join(messages, _IN_MESSAGE)
    .where(_OF_TASK, ~_WAITS)
    .order_by(messages.c.id)
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a message asks of its reader's agenda; `told` is the digest of what it says of the appointment.

    `sequence` is what it carries, `base` the appointment's own then. `said` is when and where, None where that was not
    kept.
    """

    message: int
    task: str
    contact: int
    method: InviteMethod
    sequence: int
    told: str
    base: int
    said: Said | None = None


def appointments_of(connection: Connection, keys: Iterable[str]) -> dict[str, Appointment]:
    """The appointments of these tasks, also those that are off or held."""
    return {row.task: appointment_from(row) for row in named_rows_of(connection, _APPOINTMENTS, keys)}


def appointment_of(connection: Connection, task: str) -> Appointment | None:
    """The appointment of a task, also one that is off or held; None where there never was one."""
    return appointments_of(connection, [task]).get(task)


def save_appointment(connection: Connection, found: Appointment, *, new: bool) -> bool:
    """Stores an appointment, a known one under its version; False when somebody else changed it meanwhile."""
    values = {
        "starts": to_ms(found.starts),
        "minutes": found.minutes,
        "place": found.place,
        "agenda": list(found.agenda),
        "state": found.state,
        "sequence": found.sequence,
        "changed_at": to_ms(found.changed_at),
        "note": found.note,
        "roles": list(found.roles),
    }
    let_lag(connection, [found.task])
    if new:
        connection.execute(insert(appointments).values(task=found.task, **values))
        return True
    mine = (appointments.c.task == found.task) & (appointments.c.version == found.version)
    changed = connection.execute(update(appointments).where(mine).values(version=found.version + 1, **values))
    return changed.rowcount == 1


def attendees_of(connection: Connection, keys: Iterable[str]) -> dict[str, list[Attendee]]:
    """Everybody who is, or ever was, asked to come to the gesprekken of these tasks, by task."""
    found: dict[str, list[Attendee]] = {}
    for row in named_rows_of(connection, _ATTENDEES, keys):
        replied = None if row.replied_at is None else from_ms(row.replied_at)
        one = Attendee(
            row.task, row.contact, row.role, row.reply, row.reply_sequence, replied, row.left, row.instead_of
        )
        found.setdefault(row.task, []).append(one)
    return found


def others_at(
    connection: Connection, found: Appointment, contacts: Collection[int]
) -> list[tuple[int, str, str, Appointment]]:
    """The other gesprekken that some of these contacts come to while this one goes on, in order of time.

    Each with the contact, and the title and the party of its task.
    """
    query = (
        select(attendees.c.contact, tasks.c.title, tasks.c.party, appointments)
        .join(appointments, appointments.c.task == attendees.c.task)
        .join(tasks, tasks.c.key == attendees.c.task)
        .where(
            attendees.c.contact.in_(bindparam("keys", expanding=True)),
            attendees.c.left.is_(False),
            attendees.c.task != found.task,
            appointments.c.state == "planned",
            appointments.c.starts < to_ms(found.ends),
            appointments.c.starts + appointments.c.minutes * MINUTE > to_ms(found.starts),
            tasks.c.state.not_in(("waived", "cancelled")),
        )
        .order_by(appointments.c.starts, attendees.c.task, attendees.c.contact)
    )
    return [
        (row.contact, row.title, row.party, appointment_from(row)) for row in named_rows_of(connection, query, contacts)
    ]


def guests_of(connection: Connection, task: str) -> tuple[tuple[int, str], ...]:
    """Who comes to the gesprek of a task, each with the role because of which."""
    return tuple((one.contact, one.role) for one in attendees_of(connection, [task]).get(task, ()) if not one.left)


def save_attendees(connection: Connection, task: str, all_of: Iterable[Attendee]) -> None:
    """Stores the guests of a task, in place of those that are stored."""
    let_lag(connection, [task])
    connection.execute(delete(attendees).where(attendees.c.task == task))
    rows = [
        {
            "task": one.task,
            "contact": one.contact,
            "role": one.role,
            "reply": one.reply,
            "reply_sequence": one.reply_sequence,
            "replied_at": None if one.replied_at is None else to_ms(one.replied_at),
            "left": one.left,
            "instead_of": one.instead_of,
        }
        for one in all_of
    ]
    if rows:
        connection.execute(insert(attendees), rows)


def tasks_with_waiting_invitations(connection: Connection) -> set[str]:
    """The tasks of which an invitation is held or queued that nobody tried to send yet, by key."""
    query = select(invitations.c.task).distinct().join(messages, _IN_MESSAGE).where(_WAITS)
    return set(connection.execute(query).scalars())


def waiting_numbers(connection: Connection) -> frozenset[int]:
    """The numbers of the messages with such an invitation."""
    return frozenset(connection.execute(select(messages.c.id).join(invitations, _IN_MESSAGE).where(_WAITS)).scalars())


def coming_appointments(connection: Connection, now: datetime) -> list[str]:
    """The tasks with an appointment that is not off and not over yet, and those that ended meanwhile, by key."""
    query = (
        select(appointments.c.task)
        .where(appointments.c.state == "planned", appointments.c.starts > to_ms(now))
        .order_by(appointments.c.task)
    )
    return list(connection.execute(query).scalars())


def add_invitation(connection: Connection, made: Invitation) -> None:
    """Stores what a message asks."""
    connection.execute(
        insert(invitations).values(
            message=made.message,
            task=made.task,
            contact=made.contact,
            method=made.method,
            sequence=made.sequence,
            told=made.told,
            base=made.base,
            **_said_values(made.said),
        )
    )


def forget_invitation(connection: Connection, message: int) -> None:
    """Forgets what a message was to ask, because it will not: nobody decided so, it was overtaken."""
    connection.execute(delete(invitations).where(invitations.c.message == message))


def invitation_in(connection: Connection, message: int) -> Invitation | None:
    """What a message asks of an agenda, None where it is no invitation."""
    row = connection.execute(select(invitations).where(invitations.c.message == message)).first()
    return None if row is None else _invitation(row)


def retell(connection: Connection, made: Invitation) -> None:
    """Records what an invitation says that was put into words afresh."""
    values = {"sequence": made.sequence, "told": made.told, "base": made.base, **_said_values(made.said)}
    connection.execute(update(invitations).where(invitations.c.message == made.message).values(values))


def waiting_invitations(connection: Connection, task: str) -> list[tuple[Invitation, Message]]:
    """The invitations of a task that are held or queued and that nobody tried to send yet."""
    made = [_invitation(row) for row in connection.execute(_WAITING, {"task": task})]
    found = messages_by_number(connection, [one.message for one in made])
    return [(one, found[one.message]) for one in made]


def heard_by(connection: Connection, task: str) -> dict[int, list[Heard]]:
    """What each guest was told of the appointment, oldest first; not what still waits.

    What the bureau dropped counts as told too, but as something that did not arrive.
    """
    found: dict[int, list[Heard]] = {}
    for contact, method, told, arrived, sequence, base, *said in connection.execute(_HEARD, {"task": task}):
        found.setdefault(contact, []).append(Heard(method, told, bool(arrived), sequence, base, _said(*said)))
    return found


def parties_invited(connection: Connection, numbers: Sequence[int]) -> Mapping[int, str]:
    """The party that each of these messages invites to a gesprek with; one that is no invitation is left out."""
    query = (
        select(invitations.c.message, tasks.c.party)
        .join(tasks, tasks.c.key == invitations.c.task)
        .where(invitations.c.message.in_(bindparam("keys", expanding=True)))
    )
    return dict(rows_of(connection, query, numbers))


def must_follow(connection: Connection) -> bool:
    """True when the register changed, or a task ended, since guests were brought in line with it."""
    return fact(connection, FOLLOWED) != register_version(connection)


def followed(connection: Connection) -> None:
    """Says that the guests of all appointments are in line with the register as it is."""
    set_fact(connection, FOLLOWED, register_version(connection))


def follow_again(connection: Connection) -> None:
    """Says that something happened that guests must hear of at the next tick."""
    set_fact(connection, FOLLOWED, "-")


def appointment_from(row: Row[Any]) -> Appointment:
    """A row of `appointments` as a record."""
    return Appointment(
        row.task,
        from_ms(row.starts),
        row.minutes,
        row.place,
        tuple(row.agenda),
        row.state,
        row.sequence,
        from_ms(row.changed_at),
        row.version,
        row.note,
        tuple(row.roles),
    )


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        row.message,
        row.task,
        row.contact,
        row.method,
        row.sequence,
        row.told,
        row.base,
        _said(row.starts, row.minutes, row.place),
    )


def _said(starts: int | None, minutes: int | None, place: str | None) -> Said | None:
    return None if starts is None else Said(from_ms(starts), minutes or 0, place or "")


def _said_values(said: Said | None) -> dict[str, object]:
    if said is None:
        return {"starts": None, "minutes": None, "place": None}
    return {"starts": to_ms(said.starts), "minutes": said.minutes, "place": said.place}
