"""The bytes of a mail that came in, read without trusting them: who it is from, calendar files, notices of bounces."""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from typing import TypeAlias

from engine.core.incoming import Fared, Fate, Incoming, Report

Part: TypeAlias = "Message[str, str]"
# A mail of people has a few; more is made to keep a reader busy.
MOST_PARTS, DEEPEST = 200, 20
LARGEST_CALENDAR = 1024 * 1024
CALENDARS = ("text/calendar", "application/ics", "application/calendar")
MESSAGE_ID = re.compile(r"<[^<>\s@]+@[^<>\s@]+>")
ID_LINE = re.compile(r"^[>|\s]*Message-ID:\s*(<[^<>\s@]+@[^<>\s@]+>)", re.IGNORECASE | re.MULTILINE)
ADDRESS = re.compile(r"[^\s<>()\[\]{},:;\"']+@[^\s<>()\[\]{},:;\"']+\.[^\s<>()\[\]{},:;\"']+")
POSTMEN = ("mailer-daemon", "postmaster", "mail-daemon", "mdaemon", "microsoftexchange")
# In words of a server's own: qmail, older Exim, Sendmail and Lotus.
GIVEN_UP = re.compile(
    r"permanent(ly)? (fatal )?(error|fail)|could not be delivered|couldn't be delivered|wasn't able to deliver"
    r"|was not able to deliver|undeliverable|delivery (has )?failed|user unknown|address(es)? failed|given up"
    r"|niet (worden )?bezorgd|onbestelbaar",
    re.IGNORECASE,
)
STILL_TRYING = re.compile(
    r"\bdelayed\b|still (being|trying)|not yet been delivered|will (be retried|retry|continue|keep trying)"
    r"|warning( message)? only|vertraagd",
    re.IGNORECASE,
)
FATES: dict[str, Fate] = {
    "failed": "failed",
    "delayed": "delayed",
    "delivered": "delivered",
    "relayed": "delivered",
    "expanded": "delivered",
}
OF_STATUS: dict[str, Fate] = {"5": "failed", "4": "delayed", "2": "delivered"}
ANSWERED = ("bulk", "junk", "auto_reply")


def read_mail(raw: bytes) -> Incoming:
    """What the mail says of itself. A garbled one says less; nothing is raised but for what the parser cannot take."""
    mail = message_from_bytes(raw)
    parts = list(_parts(mail))
    return Incoming(
        sender=_sender(mail),
        calendars=tuple(dict.fromkeys(_calendars(parts))),
        report=_formal(mail, parts) or _in_own_words(mail, parts),
        automatic=_is_automatic(mail),
    )


def _parts(mail: Part, depth: int = 0) -> Iterator[Part]:
    """The mail and its parts, but not what is in a mail that somebody put in it: that is another's word."""
    waiting = [(mail, depth)]
    for _ in range(MOST_PARTS):
        if not waiting:
            return
        part, depth = waiting.pop(0)
        yield part
        if part.get_content_maintype() == "multipart" and part.is_multipart() and depth < DEEPEST:
            waiting += [(inner, depth + 1) for inner in part.get_payload() if isinstance(inner, Message)]


def _sender(mail: Part) -> str:
    found = mail.get_all("From") or []
    addresses = [address for _, address in getaddresses([str(one) for one in found]) if "@" in address]
    return addresses[0].strip().casefold() if len(found) == len(addresses) == 1 else ""


def _calendars(parts: list[Part]) -> Iterator[bytes]:
    for part in parts:
        name = _plain(part.get_filename() or "").casefold()
        if part.is_multipart() or not (part.get_content_type() in CALENDARS or name.endswith(".ics")):
            continue
        found = _bytes(part)
        if found.strip() and len(found) <= LARGEST_CALENDAR:
            yield _as_utf8(found, part.get_content_charset() or "")


def _as_utf8(found: bytes, charset: str) -> bytes:
    if found[:2] in (b"\xff\xfe", b"\xfe\xff"):
        charset = "utf-16"
    elif charset in ("", "utf-8", "us-ascii"):
        return found.removeprefix(b"\xef\xbb\xbf")
    try:
        return found.decode(charset).removeprefix("\ufeff").encode()
    except (LookupError, ValueError):
        return found


def _formal(mail: Part, parts: list[Part]) -> Report | None:
    """A notice in the form of RFC 3464, also where its outer type lost its report-type on the way."""
    told = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if told is None:
        return None
    blocks = _blocks(told)
    fared = tuple(one for one in map(_fared, blocks) if one is not None)
    return Report(tuple(dict.fromkeys(_ids(mail, parts))), fared) if fared else None


def _blocks(told: Part) -> list[Part]:
    """The groups of lines in a delivery status; some servers encode it, though they may not."""
    payload = told.get_payload()
    blocks = [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
    encoding = str(told.get("Content-Transfer-Encoding", "")).strip().casefold()
    if encoding not in ("base64", "quoted-printable"):
        return blocks
    text = "".join(one.as_string() for one in blocks).encode("utf-8", "replace")
    try:
        plain = base64.b64decode(text) if encoding == "base64" else quopri.decodestring(text)
    except binascii.Error:
        return blocks
    inner = message_from_bytes(b"Content-Type: message/delivery-status\n\n" + plain).get_payload()
    return [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else blocks


def _fared(block: Part) -> Fared | None:
    status = _line(block, "Status").partition(" ")[0]
    fate = FATES.get(_line(block, "Action").casefold(), OF_STATUS.get(status[:1]))
    named = [_line(block, name) for name in ("Original-Recipient", "Final-Recipient", "X-Actual-Recipient")]
    if fate is None or not any(named):
        return None
    addresses = frozenset(one.rpartition(";")[2].strip(" <>").casefold() for one in named if one)
    return Fared(addresses, fate, status, _line(block, "Diagnostic-Code").partition(";")[2].strip())


def _line(block: Part, name: str) -> str:
    return " ".join(_plain(block.get(name, "")).split())


def _ids(mail: Part, parts: list[Part]) -> Iterator[str]:
    """The Message-ID of the mail that is sent back, whole or only its headers; else of the one this answers."""
    for part in parts:
        kind = part.get_content_type()
        inner = part.get_payload()
        if kind == "message/rfc822" and isinstance(inner, list) and inner and isinstance(inner[0], Message):
            yield from MESSAGE_ID.findall(str(inner[0].get("Message-ID", "")))
        elif kind in ("text/rfc822-headers", "message/rfc822-headers"):
            yield from ID_LINE.findall(_text(part))
    for name in ("In-Reply-To", "References"):
        yield from MESSAGE_ID.findall(str(mail.get(name, "")))


def _in_own_words(mail: Part, parts: list[Part]) -> Report | None:
    """A notice in a server's own words: only where it holds the headers of the mail it speaks of."""
    postman = _sender(mail).partition("@")[0].startswith(POSTMEN)
    empty = str(mail.get("Return-Path", "")).strip() == "<>"
    if not (postman or empty):
        return None
    text = "\n".join(_text(part) for part in parts if part.get_content_type() == "text/plain")
    own, *_ = ID_LINE.split(text, maxsplit=1)
    given_up, trying = GIVEN_UP.search(own), STILL_TRYING.search(own)
    ids = tuple(dict.fromkeys([*ID_LINE.findall(text), *_ids(mail, parts)]))
    if not ids or not (given_up or trying):
        return None
    named = [*ADDRESS.findall(own), *ADDRESS.findall(str(mail.get("X-Failed-Recipients", "")))]
    addresses = frozenset(address.strip(".").casefold() for address in named)
    status = re.search(r"\b[45]\.\d{1,3}\.\d{1,3}\b", own)
    fate: Fate = "delayed" if trying else "failed"
    return Report(ids, (Fared(addresses, fate, status[0] if status else ""),), formal=False)


def _is_automatic(mail: Part) -> bool:
    """No person wrote it: RFC 3834, and what servers said before it (Exchange: MS-OXCMAIL 2.2.3.2.14)."""
    said = str(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().casefold()
    report = mail.get_content_type() == "multipart/report"
    older = any(mail.get(name) is not None for name in ("X-Autoreply", "X-Autorespond", "X-Autogenerated"))
    to_many = any(mail.get(name) is not None for name in ("List-Id", "List-Unsubscribe"))
    by_habit = str(mail.get("Precedence", "")).strip().casefold() in ANSWERED and not to_many
    return said != "no" or report or older or by_habit


def _text(part: Part) -> str:
    charset = part.get_content_charset() or "utf-8"
    try:
        return _bytes(part).decode(charset, "replace")
    except (LookupError, ValueError):
        return _bytes(part).decode("utf-8", "replace")


def _bytes(part: Part) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _plain(header: object) -> str:
    try:
        return str(make_header(decode_header(str(header))))
    except (LookupError, ValueError):
        return str(header)
