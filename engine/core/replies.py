"""What a guest's answer to an invitation changes, and what is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.core.appointing import Heard, answered
from engine.core.appointment import REPLY_TOLD, Appointment, Attendee
from engine.core.reply import Reply


@dataclass(frozen=True, slots=True)
class Weighed:
    """`attendee` as it is to be stored, None when nothing changes; `known`: the same answer was stored before.

    `told` says what became of it, with `{who}` and `{what}` to fill in.
    """

    attendee: Attendee | None
    told: str
    known: bool = False


def weigh(
    reply: Reply, appointment: Appointment, attendee: Attendee, now: datetime, heard: Sequence[Heard] = ()
) -> Weighed:
    """What an answer of this guest to this appointment changes: the newest by SEQUENCE, then DTSTAMP, counts.

    Which version it answers follows from what that guest was told (`heard`, oldest first).

    Of two answers of one second the one that comes in last counts.

    No answer may keep later ones out: it answers no version that is still to come, and was given no later than now.
    """
    what = f"{{who}} {REPLY_TOLD[reply.kind]} {{what}}"
    if attendee.left:
        return Weighed(None, f"{what}, maar was daar niet meer voor gevraagd. Er verandert niets")
    if appointment.state == "off":
        return Weighed(None, f"{what}, maar dat gaat niet door. Er verandert niets")
    if appointment.state == "held" or appointment.starts + timedelta(minutes=appointment.minutes) <= now:
        return Weighed(None, f"{what}, maar dat is al geweest. Er verandert niets")
    sequence = answered(appointment, heard, reply.sequence)
    at = min(reply.stamped_at, now)
    if attendee.reply_sequence is not None and attendee.replied_at is not None:
        known = (attendee.reply_sequence, attendee.replied_at)
        if (sequence, at) == known and reply.kind == attendee.reply:
            return Weighed(None, f"{what}. Dat was al bekend", known=True)
        if (sequence, at) < known:
            return Weighed(None, f"{what}, maar van later is een ander antwoord bekend. Er verandert niets")
    earlier = " zoals dat eerder was gepland; het is daarna verzet" if sequence < appointment.sequence else ""
    changed = replace(attendee, reply=reply.kind, reply_sequence=sequence, replied_at=at)
    return Weighed(changed, f"{what}{earlier}")
