"""The appointment of a gesprek: when, where, with whom, and what they replied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

# `off`: called off; it may be planned again, as the same appointment. `held`: the gesprek took place.
AppointmentState = Literal["planned", "off", "held"]
# What a guest answered: nothing yet, yes, perhaps, no.
ReplyKind = Literal["none", "accepted", "tentative", "declined"]
# What an invitation asks of its reader's agenda, as iTIP calls it (RFC 5546).
InviteMethod = Literal["REQUEST", "CANCEL"]


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
    it had taken place.
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


@dataclass(frozen=True, slots=True)
class Attendee:
    """A contact that is at the gesprek of a task, because of `role`; empty for who was asked beside the roles.

    `reply` with the `reply_sequence` that it answers and when it was given (`replied_at`, the sender's DTSTAMP).
    `left`: is no longer asked to come.
    """

    task: str
    contact: int
    role: str
    reply: ReplyKind = "none"
    reply_sequence: int | None = None
    replied_at: datetime | None = None
    left: bool = False
