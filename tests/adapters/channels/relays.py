"""Builders for the tests of the SMTP channel: relays, channels, and a server where all goes well."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from engine.adapters.channels.smtp import SmtpChannel
from engine.core.ports import DeliveryError
from engine.core.settings import Relay

SENDER = "bureau@swv.example"
RECIPIENT = "administratie@regenboog.example"
RAW = (
    b"From: bureau@swv.example\r\nTo: administratie@regenboog.example\r\nSubject: Uitvraag\r\n"
    b"Message-ID: <1@swv.example>\r\n\r\nBeste Jan,\r\n"
)
BIG = RAW + (b"x" * 76 + b"\r\n") * 100_000
PATIENT = 5.0
BRIEF = 0.2


def nothing() -> None:
    pass


def a_relay(port: int, **changes: Any) -> Relay:
    return Relay(**{"host": "127.0.0.1", "port": port, "tls": "geen"} | changes)


@contextmanager
def a_channel(relay: Relay, **limits: float) -> Iterator[SmtpChannel]:
    channel = SmtpChannel(relay, **({"timeout": PATIENT, "answer_timeout": PATIENT} | limits))
    try:
        yield channel
    finally:
        channel.close()


def deliver(channel: SmtpChannel, raw: bytes = RAW, on_data: Callable[[], None] = nothing) -> None:
    channel.deliver(raw, SENDER, RECIPIENT, on_data)


def refusal(
    relay: Relay,
    raw: bytes = RAW,
    on_data: Callable[[], None] = nothing,
    envelope: tuple[str, str] = (SENDER, RECIPIENT),
    **limits: float,
) -> DeliveryError:
    """Delivers over a new channel, which must fail."""
    with a_channel(relay, **limits) as channel, pytest.raises(DeliveryError) as caught:
        channel.deliver(raw, *envelope, on_data)
    return caught.value


class Inbox:
    """aiosmtpd's handler: keeps what came in."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.was_encrypted: list[bool] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        self.was_encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        return "250 taken"


def knows_the_office(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"bureau", b"geheim"), handled=False)


@contextmanager
def a_server(**options: Any) -> Iterator[tuple[Inbox, int]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield inbox, port
    finally:
        controller.stop()


def wait_for(event: threading.Event) -> None:
    assert event.wait(PATIENT)
