"""What a guest's calendar client sent back to an invitation (RFC 5546, 3.2.3 and 3.2.7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from engine.core.appointment import ReplyKind

# A COUNTER proposes another time; it is shown and changes nothing.
ReplyMethod = Literal["REPLY", "COUNTER"]


class UnreadableReply(Exception):
    """A calendar that is no reply, or not one that can be relied on. The text is Dutch."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it stands in a calendar; whether it may count is for who knows what was asked.

    `uid` is the whole UID, `attendee` an e-mail address in lower case. `sequence` is that of the version answered,
    0 where the client names none; `stamped_at` (UTC) is when the client made it. `proposed` (UTC) is the begin that a
    COUNTER asks for, None where it has no time or one in a zone that nobody knows.
    """

    method: ReplyMethod
    uid: str
    attendee: str
    kind: ReplyKind
    sequence: int
    stamped_at: datetime
    proposed: datetime | None = None
    comment: str = ""
