"""iCalendar (RFC 5545, 5546, 7986) as Outlook wants it: agendas and invitations out, replies in.

The library is loaded at the first calendar: that takes 0.1 s, and most commands meet none.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.agenda import Mailbox, Published
from engine.core.appointment import InviteMethod
from engine.core.reply import Reply


class IcalWriter:
    """The AgendaWriter port: UTF-8 with CRLF, folded at 75 octets, the same for the same arguments.

    Every method raises ValueError for an item that does not end after its start, mixes dates with moments or has a
    moment without offset.
    """

    def __init__(self, code: str) -> None:
        """`code` is the SWV's; UIDs end in it."""
        self._code = code

    def feed(self, title: str, items: Sequence[Published]) -> bytes:
        """In order of begin; raises ValueError too when two items share a UID."""
        from engine.adapters.ical import writing  # noqa: PLC0415

        return writing.feed(self._code, title, items)

    def single(self, item: Published) -> bytes:
        """One item to open as a file."""
        from engine.adapters.ical import writing  # noqa: PLC0415

        return writing.single(self._code, item)

    def invitation(self, item: Published, method: InviteMethod, organizer: Mailbox, guest: Mailbox) -> bytes:
        """Raises ValueError too for what is no meeting, a REQUEST to what is called off, and an impossible address."""
        from engine.adapters.ical import writing  # noqa: PLC0415

        return writing.invitation(self._code, item, method, organizer, guest)


def read_reply(raw: bytes) -> Reply:
    """Reads the one REPLY or COUNTER of one guest in a calendar; raises UnreadableReply."""
    from engine.adapters.ical import reading  # noqa: PLC0415

    return reading.read_reply(raw)
