"""The appointment of a gesprek as pages show it: when, where, who comes and what they replied, what can be ticked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.means import Means
from engine.core.appointing import by_roles, put, to_tell
from engine.core.appointment import EARLIER, REPLY_WORDS, Appointment, Attendee, ReplyKind, reply_word
from engine.core.localtime import local_date
from engine.core.party import Register
from engine.core.roles import role_word
from engine.core.rule import AT_SCHOOLS, Talk
from engine.core.schooljaar import Schooljaar
from engine.core.task import StoredTask
from engine.store.appointments import appointment_of, appointments_of, attendees_of, heard_by


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
class RoleChoice:
    """A role that may be asked to come, and who that is; `optional`: the rule leaves it to the planner."""

    role: str
    word: str
    names: tuple[str, ...]
    optional: bool
    ticked: bool


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the agenda that may be ticked."""

    text: str
    optional: bool
    ticked: bool


@dataclass(frozen=True, slots=True)
class TalkForm:
    """The appointment of a task, or what the rule proposes for it: all that can be filled in.

    `guests` come, `out` were left out by hand; `own` are points of the agenda that no rule names. `offs` is how many
    would hear that it is called off.
    """

    found: Appointment | None
    minutes: int
    place: str
    roles: tuple[RoleChoice, ...]
    points: tuple[Point, ...]
    own: tuple[str, ...]
    guests: tuple[GuestLine, ...]
    out: tuple[GuestLine, ...]
    offs: int

    @property
    def stands(self) -> bool:
        """True where there is an appointment that is not off."""
        return self.found is not None and self.found.state != "off"

    @property
    def by_hand(self) -> tuple[GuestLine, ...]:
        """Those who were added beside the roles."""
        return tuple(one for one in self.guests if not one.role)


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
    guests = [_guest(one, found, register) for one in rows]
    off = to_tell(put(found, "off", now), rows, heard_by(connection, task.plan.key), now) if found is not None else {}
    return TalkForm(
        found=found,
        minutes=found.minutes if found is not None else talk.minutes or 60,
        place=found.place if found is not None else "",
        roles=tuple(_roles(talk, roles, task.plan.party, register, day)),
        points=tuple(Point(text, text in talk.optional_agenda, text in agenda) for text in dict.fromkeys(known)),
        own=tuple(point for point in agenda if point not in known),
        guests=tuple(line for line, one in zip(guests, rows, strict=True) if not one.left),
        out=tuple(line for line, one in zip(guests, rows, strict=True) if one.left and not one.role),
        offs=len(off),
    )


@dataclass(frozen=True, slots=True)
class TalkLine:
    """The appointment of a task in a list; `replies` as `2 ja, 1 nog niet`."""

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


def _roles(talk: Talk, ticked: Sequence[str], party: str, register: Register, day: date) -> Iterable[RoleChoice]:
    for role in dict.fromkeys((*talk.attendees, *talk.optional_attendees, *ticked)):
        names = [register.contacts[one].name for one in by_roles((role,), party, register, day)]
        word = role_word(role.removesuffix(AT_SCHOOLS)) + (AT_SCHOOLS if role.endswith(AT_SCHOOLS) else "")
        yield RoleChoice(role, word, tuple(names), role not in talk.attendees, role in ticked)
