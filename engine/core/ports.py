"""What the app needs from outside, as Protocols; wiring hands in the adapters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from engine.core.agenda import Mailbox, Published
from engine.core.appointment import Invite, InviteMethod
from engine.core.calendar import Calendar
from engine.core.incoming import Incoming
from engine.core.letter import Letter, Rendered
from engine.core.reply import Reply

Verdict = Literal["later", "never", "relay", "config", "unknown"]
Result = Literal["sent", "bounced", "unknown"]
# Called with the name of a point that the work has reached; a test may end the process there.
Reached = Callable[[str], None]


class DeliveryError(Exception):
    """A message that did not get away.

    `verdict` is the only retry signal: `later` (the same bytes again), `never` (it bounced), `relay` (the relay
    is down or refuses everyone; nothing counts against the message), `config` (wrong password, address or
    certificate), `unknown` (the line broke after the data; it may have arrived). The text is Dutch. `refused`: it
    was the relay that said never to this recipient or message.
    """

    def __init__(self, verdict: Verdict, message: str, *, refused: bool = False) -> None:
        self.verdict = verdict
        self.message = message
        self.refused = refused
        super().__init__(message)


class Unreadable(Exception):
    """Stored bytes that cannot be read: `key_missing` when another key made them. The text is Dutch."""

    def __init__(self, message: str, *, key_missing: bool) -> None:
        self.message = message
        self.key_missing = key_missing
        super().__init__(message)


class MailroomError(Exception):
    """A mailbox that cannot be read. Text and `hint` are Dutch."""

    def __init__(self, message: str, hint: str) -> None:
        self.message = message
        self.hint = hint
        super().__init__(message)


class RenderError(Exception):
    """A template that could not be filled in: `template` names it, the text is Dutch."""

    def __init__(self, template: str, message: str) -> None:
        self.template = template
        self.message = message
        super().__init__(message)


class Clock(Protocol):
    """Reads the time: aware, UTC. Called once per entry point."""

    def __call__(self) -> datetime: ...


class Tokens(Protocol):
    """The one source of unguessable text; a seeded one makes a run repeatable."""

    def token(self) -> str:
        """At least 128 random bits as URL-safe text."""
        ...

    def secret(self) -> str:
        """256 random bits as URL-safe text, for who needs no password beside it."""
        ...


class Renderer(Protocol):
    """Turns a letter into subject, html and text; raises RenderError."""

    def render(self, letter: Letter, templates: Mapping[str, str]) -> Rendered: ...


class Writer(Protocol):
    """Fixes the bytes of one message (RFC 5322, CRLF), the same for the same arguments."""

    def write(
        self,
        rendered: Rendered,
        letter: Letter,
        message_id: str,
        at: datetime,
        thread: str,
        invite: Invite | None = None,
    ) -> bytes:
        """`thread` is the Message-ID this one follows, or empty; `at` becomes the Date."""
        ...


class Channel(Protocol):
    """Hands one message to the outside world; raises DeliveryError. `for_trials`: nobody outside gets it."""

    @property
    def for_trials(self) -> bool: ...

    def deliver(self, raw: bytes, sender: str, recipient: str, on_data: Callable[[], None]) -> None:
        """Returns when the message was taken. `on_data` is called once, just before the first byte of it leaves."""
        ...

    def close(self) -> None:
        """Ends a connection that was kept open; may be called twice."""
        ...


@runtime_checkable
class Sink(Channel, Protocol):
    """A channel that ends inside this process: it never fails, so nothing is gained by recording mail one by one."""

    def deliver_all(self, mails: Iterable[tuple[bytes, str]]) -> None:
        """Takes these messages, each with its recipient."""
        ...


class Vault(Protocol):
    """Keeps the bytes of messages unreadable for who has the database alone."""

    def seal(self, number: int, raw: bytes) -> bytes:
        """The bytes of this message as they are stored; a key is made at the first need. Raises Refused."""
        ...

    def open(self, number: int, sealed: bytes) -> bytes:
        """The bytes again; raises Unreadable."""
        ...

    def mark(self, text: str) -> str:
        """Text that stands for a secret one: the same for the same, and nobody can go back from it. Raises Refused."""
        ...


class Passwords(Protocol):
    """Keeps passwords so that nobody can read them back."""

    def keep(self, password: str) -> str:
        """The text to store."""
        ...

    def fits(self, kept: str, password: str) -> bool:
        """True when it is the password of this text; with no text it takes as long, and is False."""
        ...

    def is_dated(self, kept: str) -> bool:
        """True when the text should be made anew from the same password."""
        ...


class Journal(Protocol):
    """The verzendlog: each delivery on a line that survives a power cut, also when the database is put back."""

    def make_room(self) -> None:
        """Makes sure that a few lines more fit on the disk; raises Refused when it is full."""
        ...

    def write(self, at: datetime, message_id: str, result: Result) -> None:
        """Adds a line; when this returns it is on the disk. Raises Refused."""
        ...

    def was_sent(self, message_id: str) -> bool:
        """True when a line says that this message was taken."""
        ...


class Workers(Protocol):
    """Knows which delivery runs on this machine are alive."""

    def at_work(self) -> AbstractContextManager[str]:
        """A name of its own for this run, which counts as alive inside the block and until the process ends."""
        ...

    def dead(self) -> AbstractContextManager[Sequence[str]]:
        """Runs on this machine that ended without leaving their block; forgotten when the block ends well."""
        ...


class Calendars(Protocol):
    """Finds the calendar of a party."""

    def of(self, party: str) -> Calendar: ...


def no_matter(_point: str) -> None:
    """A Reached that does nothing."""


class AgendaWriter(Protocol):
    """Writes iCalendar files (RFC 5545) as Outlook wants them; the same arguments give the same bytes."""

    def feed(self, title: str, items: Sequence[Published]) -> bytes:
        """A whole agenda to subscribe to; without items it holds one that says so."""
        ...

    def single(self, item: Published) -> bytes:
        """One item to put into an agenda of one's own."""
        ...

    def invitation(self, item: Published, method: InviteMethod, organizer: Mailbox, guest: Mailbox) -> bytes:
        """An invitation to one guest, a change of it, or that it is called off."""
        ...


class MailFolder(Protocol):
    """The folder of a mailbox in which new mail lies, opened. Each method raises MailroomError."""

    @property
    def validity(self) -> int:
        """Another number when the numbers of the mails mean something else than before (UIDVALIDITY)."""
        ...

    def numbers(self) -> Sequence[int]:
        """Those of all mails in it, in the order in which they came (UID)."""
        ...

    def sizes(self, numbers: Sequence[int]) -> Mapping[int, int]:
        """The bytes of each of these mails that is still there."""
        ...

    def fetch(self, number: int) -> bytes | None:
        """A mail, which stays unread; None when it is gone."""
        ...

    def put_away(self, number: int) -> None:
        """Moves a mail to the folder for what was understood; one that is gone is no fault."""
        ...


class MailReading(Protocol):
    """The mailbox for mail that comes in, and how such mail is read."""

    def opened(self) -> AbstractContextManager[MailFolder]:
        """Logs in, and out at the end; raises MailroomError."""
        ...

    def read(self, raw: bytes) -> Incoming:
        """What a mail says of itself; may raise anything on what no mail program wrote."""
        ...

    def reply(self, calendar: bytes) -> Reply:
        """The one answer in a calendar file; raises UnreadableReply where it holds anything else."""
        ...
