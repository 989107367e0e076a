"""Builds what asks the world outside the store: the network, the mailbox, the disks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from engine.adapters.channels.knock import NoNetwork, knock
from engine.adapters.domain_names import DomainNames, NoAnswer
from engine.adapters.ical import read_reply
from engine.adapters.incoming import read_mail
from engine.adapters.storage import free_bytes, network_drive, others_may_read
from engine.app.doctor import Disk
from engine.app.mail_looks import OutOfReach, Outside
from engine.core.incoming import Incoming
from engine.core.ports import MailFolder, MailReading
from engine.core.reply import Reply
from engine.core.settings import Mailroom, Settings

NAME_SERVER = "JAARPLANNING_NAAMSERVER"


def reading_of(settings: Settings) -> MailReading | None:
    """The mailbox in which replies and bounces come in; None where config.toml names none."""
    room = settings.mailroom
    return None if room is None else _ImapReading(room)


def disk() -> Disk:
    """This machine's disks."""
    return Disk(free_bytes, network_drive)


def is_open_to_others(file: Path) -> bool:
    """True when more users than its owner have a right to the file."""
    return others_may_read(file)


def network_of(settings: Settings) -> Outside:
    """The network as doctor asks it. JAARPLANNING_NAAMSERVER (`address` or `address:port`) replaces the name server."""
    relay, room = settings.relay, settings.mailroom
    server, _, port = os.environ.get(NAME_SERVER, "").partition(":")
    names = DomainNames([server] if server else (), int(port) if port.isdecimal() else 53)

    def call() -> None:
        if relay is not None:
            with _reaching(NoNetwork):
                knock(relay)

    def texts(name: str) -> tuple[str, ...]:
        with _reaching(NoAnswer):
            return names.texts(name)

    def takes_mail(domain: str) -> bool:
        with _reaching(NoAnswer):
            return names.takes_mail(domain)

    def open_mailroom() -> bool:
        from engine.adapters import inbox  # noqa: PLC0415

        with _reaching(inbox.NoNetwork):
            return room is None or inbox.knock(room)

    return Outside(None if relay is None else call, texts, takes_mail, None if room is None else open_mailroom)


class _ImapReading:
    """The MailReading port on an IMAP mailbox; the library is loaded when one is opened: most commands open none."""

    def __init__(self, room: Mailroom) -> None:
        self._room = room

    def opened(self) -> AbstractContextManager[MailFolder]:
        from engine.adapters import inbox  # noqa: PLC0415

        return inbox.opened(self._room)

    def read(self, raw: bytes) -> Incoming:
        return read_mail(raw)

    def reply(self, calendar: bytes) -> Reply:
        return read_reply(calendar)


@contextmanager
def _reaching(kind: type[Exception]) -> Iterator[None]:
    try:
        yield
    except kind as error:
        raise OutOfReach(str(error)) from error
