"""The appointment of a gesprek: when, where, with whom, and what they replied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

# `off`: called off; it may be planned again, as the same appointment. `held`: the gesprek took place.
AppointmentState = Literal["planned", "off", "held"]
# What a guest answered: nothing yet, yes, perhaps, no.
ReplyKind = Literal["none", "accepted", "tentative", "declined"]
# What an invitation asks of its reader's agenda, as iTIP calls it (RFC 5546).
InviteMethod = Literal["REQUEST", "CANCEL"]
# What an invitation tells its reader: that the gesprek comes, that it is otherwise, that it is off, or that it goes on
# without this reader.
NewsKind = Literal["invited", "changed", "off", "spared"]


@dataclass(frozen=True, slots=True)
class Invite:
    """What an invitation by mail carries: a calendar for its one reader, as an AgendaWriter made it."""

    calendar: bytes
    method: InviteMethod


@dataclass(frozen=True, slots=True)
class Appointment:
    """When and where the gesprek of a task is.

    `starts` is aware, UTC; `minutes` how long it takes. `place` is a place, or the address of an online meeting.
    `agenda` are its points. `sequence` rises by one when its time or its being off changes, and never falls;
    `changed_at` is when anything of it changed last. `version` guards every write. `note`: what was noted of it when
    it had taken place. `roles` are those that are asked to come, whoever has them on its day.
    """

    task: str
    starts: datetime
    minutes: int
    place: str
    agenda: tuple[str, ...]
    state: AppointmentState
    sequence: int
    changed_at: datetime
    version: int = 1
    note: str = ""
    roles: tuple[str, ...] = ()

    @property
    def ends(self) -> datetime:
        """When it is over."""
        return self.starts + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Said:
    """When (UTC) and where the gesprek was, as an invitation said it."""

    starts: datetime
    minutes: int
    place: str

    @property
    def ends(self) -> datetime:
        """When it would have been over."""
        return self.starts + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Attendee:
    """A contact that is at the gesprek of a task, because of `role`; empty for who was asked beside the roles.

    `reply` with the SEQUENCE of the appointment that it answers (`reply_sequence`, as `appointing.answered` finds it)
    and when it was given (`replied_at`, the sender's DTSTAMP).
    `left`: is no longer asked to come; without a role nor will be, whatever roles it has. `instead_of` is the contact
    who came for that role until this one did; None where nobody left for it.
    """

    task: str
    contact: int
    role: str
    reply: ReplyKind = "none"
    reply_sequence: int | None = None
    replied_at: datetime | None = None
    left: bool = False
    instead_of: int | None = None


# What a guest answered, as it stands in a list behind the name.
REPLY_WORDS: dict[ReplyKind, str] = {
    "none": "nog geen antwoord",
    "accepted": "ja",
    "tentative": "misschien",
    "declined": "nee",
}
# The same as it is told: `<name> komt naar <gesprek>`.
REPLY_TOLD: dict[ReplyKind, str] = {
    "none": "gaf geen antwoord op",
    "accepted": "komt naar",
    "tentative": "komt misschien naar",
    "declined": "komt niet naar",
}
EARLIER = "op vorige versie"


def reply_word(attendee: Attendee, appointment: Appointment) -> str:
    """The answer of a guest: `ja`, or `ja, op vorige versie` when the gesprek was moved since."""
    word = REPLY_WORDS[attendee.reply]
    if attendee.reply == "none" or attendee.reply_sequence in (None, appointment.sequence):
        return word
    return f"{word}, {EARLIER}"
