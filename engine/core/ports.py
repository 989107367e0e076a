"""What the app needs from outside, as Protocols; wiring hands in the adapters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal, Protocol

from engine.core.calendar import Calendar
from engine.core.letter import Letter, Rendered

Verdict = Literal["later", "never", "relay", "config", "unknown"]


class DeliveryError(Exception):
    """A message that did not get away.

    `verdict` is the only retry signal: `later` (the same bytes again), `never` (it bounced), `relay` (the relay
    is down or refuses everyone; nothing counts against the message), `config` (wrong password, address or
    certificate), `unknown` (the line broke after the data; it may have arrived). The text is Dutch.
    """

    def __init__(self, verdict: Verdict, message: str) -> None:
        self.verdict = verdict
        self.message = message
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


class Renderer(Protocol):
    """Turns a letter into subject, html and text; raises RenderError."""

    def render(self, letter: Letter, templates: Mapping[str, str]) -> Rendered: ...


class Writer(Protocol):
    """Fixes the bytes of one message (RFC 5322, CRLF), the same for the same arguments."""

    def write(self, rendered: Rendered, letter: Letter, message_id: str, at: datetime, thread: str) -> bytes:
        """`thread` is the Message-ID this one follows, or empty; `at` becomes the Date."""
        ...


class Channel(Protocol):
    """Hands one message to the outside world; raises DeliveryError."""

    def deliver(self, raw: bytes, sender: str, recipient: str, on_data: Callable[[], None]) -> None:
        """Returns when the message was taken. `on_data` is called once, just before the first byte of it leaves."""
        ...

    def close(self) -> None:
        """Ends a connection that was kept open; may be called twice."""
        ...


class Calendars(Protocol):
    """Finds the calendar of a party."""

    def of(self, party: str) -> Calendar: ...
