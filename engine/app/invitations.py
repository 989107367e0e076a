"""Invitations to gesprekken by mail: what guests must hear is made ready, and taken back when it is overtaken."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from engine.app.means import Means
from engine.app.wording import in_words, letter_for
from engine.core.appointing import (
    Heard,
    believed,
    by_roles,
    digest,
    guests_after,
    meeting,
    news_kind,
    put,
    sequence_for,
    to_tell,
    touched,
)
from engine.core.appointment import Appointment, Attendee, InviteMethod, NewsKind, Said
from engine.core.digest import ALL_WAITS
from engine.core.dutch import counted
from engine.core.guest_news import GuestNews
from engine.core.letter import INVITE, TALK_CHANGED, TALK_OFF, TO_TALK, Invited, Letter, Rendered
from engine.core.localtime import local_date
from engine.core.party import Register
from engine.core.problem import Refused
from engine.core.round_names import in_round
from engine.core.states import TaskState
from engine.core.task import StoredTask
from engine.core.window import days_of, next_opening
from engine.store.appointments import (
    Invitation,
    add_invitation,
    appointment_of,
    appointments_of,
    attendees_of,
    coming_appointments,
    follow_again,
    followed,
    forget_invitation,
    heard_by,
    invitation_in,
    must_follow,
    retell,
    save_appointment,
    save_attendees,
    tasks_with_waiting_invitations,
    waiting_invitations,
    waiting_numbers,
)
from engine.store.messages import Message, add_message, change_message, change_messages, message
from engine.store.tasks import change, load_task, load_tasks

# So long an invitation waits, so that what changes meanwhile is one mail.
WAIT = timedelta(minutes=1)
# More than so many invitations that nobody asked for wait for the bureau: the register may be wrong.
MANY = 25
TEMPLATES: Mapping[NewsKind, str] = {
    "invited": TO_TALK,
    "changed": TALK_CHANGED,
    "off": TALK_OFF,
    "spared": TALK_OFF,
}
OVERTAKEN = "het gesprek is gewijzigd voordat de mail weg was"
OTHER_GUESTS = "wie er bij het gesprek komt, is gewijzigd voordat de mail weg was"
OTHER_ADDRESS = "het e-mailadres is gewijzigd voordat de mail weg was"


@dataclass(frozen=True, slots=True)
class _Talk:
    """A gesprek with its guests, and what each was told."""

    task: StoredTask
    found: Appointment
    guests: Sequence[Attendee]
    heard: Mapping[int, Sequence[Heard]]

    @classmethod
    def read(cls, connection: Connection, key: str) -> _Talk:
        """Raises Refused where it is gone."""
        task, found = load_task(connection, key), appointment_of(connection, key)
        if task is None or found is None:
            raise Refused("Dit gesprek is er niet meer.")
        return cls(task, found, attendees_of(connection, [key]).get(key, ()), heard_by(connection, key))


def tell_guests(
    connection: Connection, means: Means, task: StoredTask, found: Appointment, now: datetime, *, hold: str = ""
) -> Mapping[int, NewsKind]:
    """Makes ready what the guests of an appointment must still hear; what waits and is overtaken is taken back.

    `hold` is why it waits for the bureau, in Dutch, empty where it need not. Returns what goes out to whom, by contact.
    """
    key = task.plan.key
    register, calendars = means.people(connection)
    talk = _Talk(task, found, attendees_of(connection, [key]).get(key, ()), heard_by(connection, key))
    wanted = dict(to_tell(found, talk.guests, talk.heard, now))
    told = {who: news_kind(found, talk.heard.get(who, ()), method) for who, method in wanted.items()}
    newest = {who: _says(Invitation(0, key, who, method, 0, "", 0), talk) for who, method in wanted.items()}
    held: dict[int, str] = {}
    for made, waiting in waiting_invitations(connection, key):
        who, same = made.contact, waiting.email == register.contacts[made.contact].email
        if same and who in wanted and made == replace(newest[who], message=made.message):
            del wanted[who]
            _write(connection, made, talk, means, now)  # it names the other guests, who may be others by now
            continue
        if waiting.state == "held":
            held[who] = waiting.reason
        _take_back(connection, waiting, _why_back(made, talk) if same else OTHER_ADDRESS)
    for contact in wanted:
        reason = held.get(contact, "") or hold or (ALL_WAITS if means.settings.release == "altijd" else "")
        days = days_of(contact, register, calendars, local_date(now))
        number = add_message(
            connection,
            contact=contact,
            email=register.contacts[contact].email,
            kind=INVITE,
            state="held" if reason else "queued",
            now=now,
            reason=reason,
            next_attempt=None if reason else next_opening(now + max(means.wait, WAIT), means.hours, days),
        )
        made = replace(newest[contact], message=number)
        add_invitation(connection, made)
        _write(connection, made, talk, means, now)
    return told


def news_waiting(connection: Connection, means: Means, key: str) -> dict[int, GuestNews]:
    """What the guests of a gesprek will hear that nobody tried to send yet, by the number of the message."""
    waiting = waiting_invitations(connection, key)
    if not waiting:
        return {}
    talk, register = _Talk.read(connection, key), means.register(connection)
    return {
        mail.id: GuestNews(
            key,
            in_round(talk.task.plan.title, talk.task.plan.round),
            _called(talk.task, register),
            talk.found.starts,
            made.contact,
            register.contacts[made.contact].name,
            mail.email,
            news_kind(talk.found, talk.heard.get(made.contact, ()), made.method),
            mail.next_attempt if mail.state == "queued" else None,
        )
        for made, mail in waiting
    }


def write_invitation(connection: Connection, number: int, means: Means, now: datetime) -> None:
    """Puts a held or queued invitation into words, as the appointment is now; one in another state stays as it is."""
    made = invitation_in(connection, number)
    if made is not None:
        talk = _Talk.read(connection, made.task)
        made = _says(made, talk)
        retell(connection, made)
        _write(connection, made, talk, means, now)


def preview_invitation(connection: Connection, number: int, means: Means, leaves: datetime) -> Rendered:
    """A held invitation as it would be put into words if it left at that moment; raises RenderError and Refused."""
    made = invitation_in(connection, number)
    if made is None:
        raise Refused("In dit bericht staat niets meer dat de ontvanger moet horen.")
    talk = _Talk.read(connection, made.task)
    letter = _letter(_says(made, talk), talk, means, means.register(connection), leaves)
    return means.renderer.render(letter, means.templates(connection))


def talk_ended(connection: Connection, task: StoredTask, state: TaskState, now: datetime) -> None:
    """The task of a gesprek ended: what was to come is called off at the next tick, what has been counts as held."""
    if task.arranged is None:
        return
    if state in ("waived", "cancelled"):
        follow_again(connection)
        return
    found = appointment_of(connection, task.plan.key)
    if found is not None and found.state == "planned" and found.starts <= now:
        save_appointment(connection, put(found, "held", now), new=False)


def withdraw(connection: Connection, means: Means, task: StoredTask, now: datetime) -> StoredTask:
    """Calls the appointment of a task off, where there is one; returns the task without it."""
    found = appointment_of(connection, task.plan.key)
    if found is None or found.state == "off":
        return task
    off = put(found, "off", now)
    save_appointment(connection, off, new=False)
    tell_guests(connection, means, task, off, now)
    return replace(task, arranged=None, guests=())


def follow(means: Means, now: datetime) -> None:
    """Brings the guests of gesprekken that are still to come in line with the register, where that was not done yet."""
    with means.database.write() as connection:
        bring_in_line(connection, means, now)


def bring_in_line(connection: Connection, means: Means, now: datetime) -> tuple[GuestNews, ...]:
    """Brings the guests of gesprekken that are still to come in line with the register, where it changed.

    Who has the role by now is invited, who lost it hears so; all guests of a task that ended hear that it is off.
    Returns what was made ready because of it. `means` read the register as it is in this transaction.
    """
    if not must_follow(connection):
        return ()
    keys = coming_appointments(connection, now)
    found, guests = appointments_of(connection, keys), attendees_of(connection, keys)
    tasks = {task.plan.key: task for task in load_tasks(connection, keys=keys)}
    waiting = tasks_with_waiting_invitations(connection)
    changed: dict[str, Appointment] = {}
    for key in keys:
        after = _followed(connection, means, tasks[key], found[key], guests.get(key, []), now)
        if after is not found[key] or key in waiting:  # another address changes what waits
            changed[key] = after
    count = sum(len(_to_tell(connection, one, now)) for one in changed.values())
    many = f"het register wijzigde: {counted(count, 'uitnodiging of afzegging', 'uitnodigingen en afzeggingen')}"
    before = waiting_numbers(connection)
    for key, one in changed.items():
        tell_guests(connection, means, tasks[key], one, now, hold=many if count > MANY else "")
    followed(connection)
    return news_since(connection, means, before)


def news_since(connection: Connection, means: Means, before: Collection[int]) -> tuple[GuestNews, ...]:
    """What guests of gesprekken will hear by mails that wait, but for those of these numbers; by gesprek."""
    found = [
        one
        for key in tasks_with_waiting_invitations(connection)
        for number, one in news_waiting(connection, means, key).items()
        if number not in before
    ]
    return tuple(sorted(found, key=lambda one: one.place))


def _followed(
    connection: Connection,
    means: Means,
    task: StoredTask,
    found: Appointment,
    before: Sequence[Attendee],
    now: datetime,
) -> Appointment:
    key = task.plan.key
    if task.state in ("waived", "cancelled"):
        after = put(found, "off", now)
    else:
        holders = by_roles(found.roles, task.plan.party, means.register(connection), local_date(found.starts))
        guests = guests_after(key, before, holders, (), ())
        if guests == tuple(before):
            return found
        save_attendees(connection, key, guests)
        after = touched(found, now)
    save_appointment(connection, after, new=False)
    change(connection, key, task.version, {"held": task.held})
    return replace(after, version=found.version + 1)


def _to_tell(connection: Connection, found: Appointment, now: datetime) -> Mapping[int, InviteMethod]:
    guests = attendees_of(connection, [found.task]).get(found.task, ())
    return to_tell(found, guests, heard_by(connection, found.task), now)


def _says(made: Invitation, talk: _Talk) -> Invitation:
    """The invitation as it must be now."""
    found = talk.found
    sequence = sequence_for(found, talk.heard.get(made.contact, ()))
    said = Said(found.starts, found.minutes, found.place)
    return replace(made, sequence=sequence, told=digest(found), base=found.sequence, said=said)


def _why_back(made: Invitation, talk: _Talk) -> str:
    comes = any(one.contact == made.contact and not one.left for one in talk.guests)
    return OTHER_GUESTS if talk.found.state == "planned" and comes == (made.method == "CANCEL") else OVERTAKEN


def _take_back(connection: Connection, waiting: Message, why: str) -> None:
    dropped = {"state": "dropped", "reason": why, "next_attempt": None, "raw": None}
    change_message(connection, waiting.id, [waiting.state], **dropped)
    forget_invitation(connection, waiting.id)


def _write(connection: Connection, made: Invitation, talk: _Talk, means: Means, now: datetime) -> None:
    waiting = message(connection, made.message)
    if waiting is None or waiting.state not in ("held", "queued") or waiting.attempts:
        return
    leaves = max(now, waiting.next_attempt or now)
    letter = _letter(made, talk, means, means.register(connection), leaves)
    values = in_words(waiting, letter, "", means, means.templates(connection), now)
    change_messages(connection, [(made.message, waiting.state, values)])


def _letter(made: Invitation, talk: _Talk, means: Means, register: Register, leaves: datetime) -> Letter:
    task, found, guests = talk.task, talk.found, talk.guests
    called, title = _called(task, register), in_round(task.plan.title, task.plan.round)
    names = tuple(sorted(register.contacts[one.contact].name for one in guests if not one.left))
    heard = talk.heard.get(made.contact, ())
    kind, known = news_kind(found, heard, made.method), believed(heard)
    guest = next((one for one in guests if one.contact == made.contact), None)
    instead = register.contacts.get(guest.instead_of or 0) if guest is not None and kind == "invited" else None
    invited = Invited(
        template=TEMPLATES[kind],
        title=title,
        party=called,
        starts=found.starts,
        ends=found.ends,
        place=found.place,
        agenda=found.agenda,
        guests=names if len(names) > 1 else (),
        role=guest.role if guest is not None else "",
        item=replace(meeting(found, title, called, names), sequence=made.sequence),
        method=made.method,
        was=known.said if known is not None and kind == "changed" else None,
        instead_of=instead.name if instead is not None else "",
    )
    return replace(letter_for(made.contact, means, register, leaves), invited=invited)


def _called(task: StoredTask, register: Register) -> str:
    party = register.parties.get(task.plan.party)
    return party.name if party is not None else task.plan.party
