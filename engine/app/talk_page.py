"""The appointment of a gesprek as pages show it: when, where, who comes and what they replied, what can be ticked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.actions import tried
from engine.app.appoint import Arranged, call_off
from engine.app.desk import Desk
from engine.app.invitations import news_waiting, preview_invitation
from engine.app.mail_ahead import MOST_READ, anew_told, mails_anew
from engine.app.means import Means
from engine.core.appointing import by_roles
from engine.core.appointment import EARLIER, REPLY_WORDS, Appointment, Attendee, ReplyKind, reply_word
from engine.core.dutch import listed
from engine.core.guest_news import GuestNews
from engine.core.letter import Rendered
from engine.core.localtime import local, local_date
from engine.core.party import Register
from engine.core.ports import RenderError
from engine.core.problem import Refused
from engine.core.roles import CONSULENT, OUTSIDE_ROLES, SWV_ROLES, role_word
from engine.core.rule import AT_SCHOOLS, Talk
from engine.core.schooljaar import Schooljaar
from engine.core.shown_mail import unusable
from engine.core.task import StoredTask
from engine.store.appointments import appointment_of, appointments_of, attendees_of, others_at
from engine.store.replies import to_read_of

# The parties that somebody may see; None for all.
Scope = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class GuestLine:
    """A guest with the reply in words; `role` is why, `word` how people call that, both empty for no role."""

    contact: int
    name: str
    email: str
    role: str
    word: str
    reply: ReplyKind
    told: str


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody who may be asked to come: because of `roles`, the first of which counts first, or by hand where none.

    `word` is those roles as people call them; `told` the reply, empty for who is not asked. `optional`: the rule leaves
    it to the planner; `out`: left out by hand. `of_party`: somebody of the school or the bestuur itself, as far as
    known.
    """

    email: str
    name: str
    roles: tuple[str, ...]
    word: str
    told: str
    optional: bool
    comes: bool
    out: bool
    of_party: bool


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the agenda that may be ticked."""

    text: str
    optional: bool
    ticked: bool


@dataclass(frozen=True, slots=True)
class Clash:
    """A guest who has another gesprek while this one goes on; `title` is empty where that may not be told."""

    name: str
    title: str
    party: str
    starts: datetime
    ends: datetime

    def __str__(self) -> str:
        """`An de Vries heeft dan ook een gesprek: Startgesprek, De Linde, van 14:00 tot 15:30.`"""
        what = f": {self.title}, {self.party}," if self.title else ""
        return (
            f"{self.name} heeft dan ook een gesprek{what} van {local(self.starts):%H:%M} tot {local(self.ends):%H:%M}."
        )


@dataclass(frozen=True, slots=True)
class TalkForm:
    """The appointment of a task, or what the rule proposes for it: all that can be filled in.

    `people` are all who may be asked, `guests` those who come. `roles` are asked; of those, and of what the planner may
    add, `vacant` and `vacant_optional` are held by nobody. `own` are points of the agenda that no rule names. `written`
    is what guests wrote that a person must read, the newest first.
    """

    found: Appointment | None
    minutes: int
    place: str
    people: tuple[PersonLine, ...]
    roles: tuple[str, ...]
    vacant: tuple[str, ...]
    vacant_optional: tuple[str, ...]
    points: tuple[Point, ...]
    own: tuple[str, ...]
    guests: tuple[GuestLine, ...]
    written: tuple[tuple[datetime, str], ...] = ()

    @property
    def stands(self) -> bool:
        """True where there is an appointment that is not off."""
        return self.found is not None and self.found.state != "off"


def talk_form(connection: Connection, means: Means, task: StoredTask, now: datetime) -> TalkForm:
    """What the page of an appointment shows."""
    register = means.register(connection)
    found = appointment_of(connection, task.plan.key)
    rows = attendees_of(connection, [task.plan.key]).get(task.plan.key, [])
    rule = means.rule(connection, task.plan.rule, Schooljaar.parse(task.plan.schooljaar))
    talk = rule.talk if rule is not None and rule.talk is not None else Talk()
    day = local_date(now if found is None else max(found.starts, now))
    roles = talk.attendees if found is None else found.roles
    agenda = talk.agenda if found is None else found.agenda
    known = (*talk.agenda, *talk.optional_agenda)
    optional = tuple(one for one in talk.optional_attendees if one not in roles)
    holders = {role: by_roles((role,), task.plan.party, register, day) for role in (*roles, *optional)}
    return TalkForm(
        found=found,
        minutes=found.minutes if found is not None else talk.minutes or 60,
        place=found.place if found is not None else "",
        people=tuple(_people(task.plan.party, found, roles, holders, rows, register, day)),
        roles=roles,
        vacant=tuple(role for role in roles if not holders[role]),
        vacant_optional=tuple(role for role in optional if not holders[role]),
        points=tuple(Point(text, text in talk.optional_agenda, text in agenda) for text in dict.fromkeys(known)),
        own=tuple(point for point in agenda if point not in known),
        guests=tuple(_guest(one, found, register) for one in rows if not one.left),
        written=tuple(to_read_of(connection, task.plan.key)),
    )


def clashes(connection: Connection, found: Appointment, register: Register, scope: Scope) -> tuple[Clash, ...]:
    """Who comes to an appointment, as it is stored, and has another gesprek then.

    Of a gesprek with a party outside `scope` no more is told than its time.
    """
    guests = [one.contact for one in attendees_of(connection, [found.task]).get(found.task, ()) if not one.left]
    told = []
    for contact, title, party, other in others_at(connection, found, guests):
        seen = scope is None or party in scope
        place = register.parties[party].name if party in register.parties else party
        told.append(Clash(register.contacts[contact].name, title if seen else "", place, other.starts, other.ends))
    return tuple(told)


def mails_to_guests(connection: Connection, means: Means, key: str, now: datetime) -> tuple[GuestNews, ...]:
    """What the guests of a gesprek will hear that nobody tried to send yet; the first mails as they will be read."""
    means = means.apart()
    waiting = sorted(news_waiting(connection, means, key).items(), key=lambda found: found[1].place)
    words = {number: _words(connection, number, means, one.leaves or now) for number, one in waiting[:MOST_READ]}
    return tuple(replace(one, words=words.get(number)) for number, one in waiting)


def _words(connection: Connection, number: int, means: Means, leaves: datetime) -> Rendered | None:
    try:
        return unusable(preview_invitation(connection, number, means, leaves))
    except (RenderError, Refused):
        return None


@dataclass(frozen=True, slots=True)
class OffAhead:
    """What calling off would bring: what the guests hear, and in Dutch who is asked for a date again, and when."""

    news: tuple[GuestNews, ...]
    asks: tuple[str, ...]


def called_off(means: Means, key: str, now: datetime, by: str) -> OffAhead:
    """What `call_off` would bring; nothing of it is kept. Raises Refused as it does."""

    def call(connection: Connection, mute: Means) -> OffAhead:
        desk = Desk(connection, mute.apart(), now, by)
        done = call_off(desk, desk.task(key))
        return OffAhead(mails_to_guests(connection, means, key, now), asked_anew(desk, done))

    return tried(means, call)


def asked_anew(desk: Desk, done: Arranged) -> tuple[str, ...]:
    """Who is asked for a date now that there is no appointment any more, and when, in Dutch."""
    told = anew_told(mails_anew(desk, [done.moved]))
    if not told:
        return ("Niemand krijgt weer de vraag om een datum: daarvoor is geen stap meer.",)
    return ("Wie het gesprek plant, krijgt weer de vraag om een datum.", *told)


@dataclass(frozen=True, slots=True)
class TalkLine:
    """The appointment of a task in a list; `replies` as `2 ja, 1 nog geen antwoord`."""

    starts: datetime
    ends: datetime
    place: str
    held: bool
    replies: str


def talk_lines(connection: Connection, keys: Sequence[str]) -> dict[str, TalkLine]:
    """The appointments of these tasks that are not off, by key."""
    guests = attendees_of(connection, keys)
    return {
        key: TalkLine(one.starts, one.ends, one.place, one.state == "held", _replies(one, guests.get(key, ())))
        for key, one in appointments_of(connection, keys).items()
        if one.state != "off"
    }


def _replies(found: Appointment, guests: Iterable[Attendee]) -> str:
    counts = Counter(reply_word(one, found) for one in guests if not one.left)
    order = {word: place for place, word in enumerate(REPLY_WORDS.values())}
    words = sorted(counts, key=lambda word: (EARLIER in word, order.get(word.partition(",")[0], 9)))
    return ", ".join(f"{counts[word]} {word.replace(',', '')}" for word in words)


def _guest(one: Attendee, found: Appointment | None, register: Register) -> GuestLine:
    who = register.contacts[one.contact]
    told = "" if found is None else reply_word(one, found)
    word = role_word(one.role) if one.role else ""
    return GuestLine(one.contact, who.name, who.email, one.role, word, one.reply, told)


def _people(
    party: str,
    found: Appointment | None,
    asked: Sequence[str],
    holders: Mapping[str, Mapping[int, str]],
    rows: Sequence[Attendee],
    register: Register,
    day: date,
) -> Iterable[PersonLine]:
    known = {one.contact: one for one in rows}
    by_hand = [one.contact for one in rows if not one.role or not one.left]
    for contact in dict.fromkeys((*(one for theirs in holders.values() for one in theirs), *by_hand)):
        row, who = known.get(contact), register.contacts[contact]
        added = row is not None and not row.role and not row.left
        roles = () if added else tuple(role for role, theirs in holders.items() if contact in theirs)
        due = any(role in asked for role in roles)
        comes = due if row is None else not row.left
        yield PersonLine(
            email=who.email,
            name=who.name,
            roles=roles,
            word=listed([asked_role_word(role) for role in roles]) or "erbij gevraagd",
            told=reply_word(row, found) if row is not None and found is not None and comes else "",
            optional=not due and bool(roles),
            comes=comes,
            out=row is not None and row.left and not row.role,
            of_party=_is_of(contact, party, register, day),
        )


def asked_role_word(role: str) -> str:
    """`directeur van de scholen`."""
    return role_word(role.removesuffix(AT_SCHOOLS)) + (AT_SCHOOLS if role.endswith(AT_SCHOOLS) else "")


def _is_of(contact: int, party: str, register: Register, day: date) -> bool:
    """True for who has a role of the party's own: at the school, its bestuur, or the schools of the bestuur."""
    at = {party.casefold(), *(school.id.casefold() for school in register.schools_of(party))}
    if party in register.parties:
        at.add(register.parties[party].bestuur.casefold())
    others = (CONSULENT, *OUTSIDE_ROLES, *SWV_ROLES)
    rows = register.roles_of(contact, day)
    return not rows or any(row.party.casefold() in at and row.role not in others for row in rows)
