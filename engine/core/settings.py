"""The workspace's settings, as config.toml gives them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal

Region = Literal["noord", "midden", "zuid"]
REGIONS: tuple[Region, ...] = ("noord", "midden", "zuid")


@dataclass(frozen=True, slots=True)
class Relay:
    """Where mail is handed over. `password` comes from the environment, never from the file."""

    host: str
    port: int
    tls: Literal["starttls", "tls", "geen"]
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Mailroom:
    """Where mail that comes in is read (IMAP). `password` comes from the environment, never from the file.

    `folder` is read; what the program understood goes to `done`.
    """

    host: str
    port: int
    tls: Literal["tls", "starttls", "geen"]
    user: str
    folder: str = "INBOX"
    done: str = "Verwerkt"
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the office decides. `mailbox` is sender and organiser; `send_from`/`send_to` are local times.

    `release`: which mail the bureau must let go by hand; `redirect`: all mail to this one address;
    `mail_folder`: deliver as files into this folder instead of to the relay; `start`: the first day; `mailroom`:
    where replies and mail that bounced are read, None when they are not.
    """

    name: str
    code: str
    sector: Literal["vo", "po"]
    region: Region
    mailbox: str
    phone: str = ""
    rules: str = ""
    start: date | None = None
    send_from: time = time(8, 30)
    send_to: time = time(17, 0)
    release: Literal["altijd", "regel", "nooit"] = "regel"
    redirect: str = ""
    mail_folder: str = ""
    relay: Relay | None = None
    mailroom: Mailroom | None = None
    good_friday_open: bool = False
    may_5_open: bool = False
    stand_ins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    extra_roles: tuple[str, ...] = ()
    database_url: str = field(default="", repr=False)  # it may hold a password
    web_address: str = ""
    # The same, but empty while it is still that of the sample: where personal links lead.
    link_address: str = ""
