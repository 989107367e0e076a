"""The mailbox for mail that comes in, over IMAP (RFC 9051): nothing in it is marked as read, and nothing is lost."""

from __future__ import annotations

import errno
import imaplib
import re
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from imapclient import IMAPClient
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError

from engine.core.ports import MailroomError
from engine.core.settings import Mailroom

WHERE = "Controleer [imap] host, port en tls in config.toml, of vraag het uw mailbeheerder."
LOGIN = "Controleer [imap] user in config.toml en het wachtwoord in JAARPLANNING_IMAP_WACHTWOORD."
LONGEST_REPLY = 200
SIZE, BODY = b"RFC822.SIZE", b"BODY[]"


class NoNetwork(Exception):
    """The mailbox was not asked, because this machine has no network."""


class ImapFolder:
    """The MailFolder port, on a line that is open."""

    def __init__(self, client: IMAPClient, room: Mailroom, where: str) -> None:
        self._client = client
        self._room = room
        self._where = where
        self._done = ""
        with _told(where, f"Controleer [imap] map: staat de map '{room.folder}' in de postbus?"):
            self._opened = client.select_folder(_found(client, room.folder) or room.folder)

    @property
    def validity(self) -> int:
        """The folder's UIDVALIDITY."""
        return int(self._opened.get(b"UIDVALIDITY", 0))

    def numbers(self) -> Sequence[int]:
        """All UIDs, rising; without those that somebody is about to remove."""
        with _told(self._where):
            return sorted(self._client.search("UNDELETED"))

    def sizes(self, numbers: Sequence[int]) -> Mapping[int, int]:
        """By UID, in bytes."""
        if not numbers:
            return {}
        with _told(self._where):
            found = self._client.fetch(numbers, [SIZE])
        return {number: int(told[SIZE]) for number, told in found.items() if SIZE in told}

    def fetch(self, number: int) -> bytes | None:
        """By BODY.PEEK, which sets no flag."""
        with _told(self._where):
            found = self._client.fetch([number], ["BODY.PEEK[]"]).get(number, {}).get(BODY)
        return found if isinstance(found, bytes) else None

    def put_away(self, number: int) -> None:
        """By MOVE (RFC 6851), else by a copy and the removal of that one mail alone."""
        with _told(self._where, f"De map '{self._room.done}' moet in de postbus staan. Kijk na of hij er is."):
            folder = self._done = self._done or self._ready()
            if self._client.has_capability("MOVE"):
                self._client.move([number], folder)
                return
            self._client.copy([number], folder)
            self._client.delete_messages([number])
            if self._client.has_capability("UIDPLUS"):
                self._client.uid_expunge([number])
            # Else it keeps its mark: a plain EXPUNGE would also remove what a person marked.

    def _ready(self) -> str:
        """The folder for what was understood, made where it is missing; below the server's own prefix if it must."""
        if found := _found(self._client, self._room.done):
            return found
        *_, name = _names(self._client, self._room.done)
        self._client.create_folder(name)
        self._client.subscribe_folder(name)
        return name


@contextmanager
def opened(room: Mailroom, timeout: float = 30.0) -> Iterator[ImapFolder]:
    """The folder with new mail, until the block ends; each step within `timeout` seconds. Raises MailroomError."""
    where = f"{room.host}:{room.port}"
    with _line(room, where, timeout) as client:
        yield ImapFolder(client, room, where)


def knock(room: Mailroom, timeout: float = 3.0) -> bool:
    """Logs in, looks at the folders and leaves; False when the one for what was understood is still to be made.

    Raises MailroomError, or NoNetwork.
    """
    where = f"{room.host}:{room.port}"
    try:
        with _line(room, where, timeout) as client:
            ImapFolder(client, room, where)
            with _told(where):
                return bool(_found(client, room.done))
    except MailroomError as error:
        if _no_network(error.__cause__):
            raise NoNetwork(error.message) from error
        raise


@contextmanager
def _line(room: Mailroom, where: str, timeout: float) -> Iterator[IMAPClient]:
    if not room.password:
        raise MailroomError(
            f"Voor {room.user} is er geen wachtwoord van de postbus.",
            "Zet het in de omgeving als JAARPLANNING_IMAP_WACHTWOORD, ook voor het programma dat blijft draaien.",
        )
    with _told(where, WHERE):
        context = None if room.tls == "geen" else ssl.create_default_context()
        client = IMAPClient(room.host, room.port, ssl=room.tls == "tls", ssl_context=context, timeout=timeout)
    with client:
        with _told(where, WHERE):
            if room.tls == "starttls":
                _encrypt(client, context, where)
        with _told(where, LOGIN):
            _log_in(client, room)
        yield client


def _log_in(client: IMAPClient, room: Mailroom) -> None:
    try:
        # LOGIN takes only ASCII (RFC 9051 6.2.3); the other way takes UTF-8 (RFC 4616).
        plain = (room.user + room.password).isascii()
        (client.login if plain else client.plain_login)(room.user, room.password)
    except LoginError as error:
        # Some servers repeat a command that they refuse.
        if room.password not in str(error):
            raise
        raise LoginError("geen uitleg") from None


def _encrypt(client: IMAPClient, context: ssl.SSLContext | None, where: str) -> None:
    try:
        client.starttls(context)
    except CapabilityError as error:
        raise MailroomError(
            f"De postbus op {where} biedt geen STARTTLS aan. Zonder versleuteling wordt hij niet gelezen.", WHERE
        ) from error


def _found(client: IMAPClient, name: str) -> str:
    """The folder of that name as the server calls it; empty where there is none."""
    return next((one for one in _names(client, name) if client.folder_exists(one)), "")


def _names(client: IMAPClient, name: str) -> Sequence[str]:
    """The name as it stands, with the server's own sign between folders, and below its prefix (RFC 2342)."""
    personal = client.namespace().personal if client.has_capability("NAMESPACE") else ()
    prefix, sign = personal[0] if personal else ("", "/")
    whole = name.replace("/", str(sign or "/"))
    names = (name, whole, whole if whole.startswith(prefix) else f"{prefix}{whole}")
    return tuple(dict.fromkeys(names))


@contextmanager
def _told(where: str, hint: str = WHERE) -> Iterator[None]:
    """Turns what goes wrong on the line into Dutch."""
    try:
        yield
    except (IMAPClientError, OSError, ValueError) as error:
        raise MailroomError(*_words(error, where, hint)) from error


def _words(error: Exception, where: str, hint: str) -> tuple[str, str]:
    box = f"De postbus op {where}"
    match error:
        case ssl.SSLCertVerificationError():
            hint = (
                "Controleer [imap] host in config.toml. Heeft uw organisatie eigen certificaten, zet dan SSL_CERT_FILE."
            )
            return f"Het certificaat van de postbus op {where} klopt niet ({error.verify_message}).", hint
        case ssl.SSLError():
            words = f"{box} praat niet de beveiligde taal die is gevraagd ({error.reason})."
            return words, "Controleer [imap] tls en port in config.toml."
        case TimeoutError():
            words, hint = f"{box} antwoordt niet.", WHERE
        case LoginError():
            words = f"{box} weigert het aanmelden ({_quoted(error)})."
        case imaplib.IMAP4.abort():
            words, hint = f"De verbinding met de postbus op {where} brak af ({_quoted(error)}).", WHERE
        case OSError():
            words, hint = f"{box} is niet bereikbaar ({error.strerror or error}).", WHERE
        case _:
            words = f"{box} weigert wat het programma vraagt ({_quoted(error)})."
    return words, hint


def _quoted(error: Exception) -> str:
    words = re.sub(r"^b(['\"])(.*)\1$", r"\2", str(error), flags=re.DOTALL)  # imaplib shows bytes as Python writes them
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())
    return line if len(line) <= LONGEST_REPLY else f"{line[:LONGEST_REPLY]}…"


def _no_network(error: BaseException | None) -> bool:
    if isinstance(error, socket.gaierror):
        return error.errno == socket.EAI_AGAIN
    return isinstance(error, OSError) and error.errno in (errno.ENETUNREACH, errno.ENETDOWN)
