"""Mail that came in: what it says of itself, and what is made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

# `failed` is final, `delayed` is tried again, `delivered` went well as far as that server knows (RFC 3464 2.3.3).
Fate = Literal["failed", "delayed", "delivered"]
# What a mail turned out to be. `remark`: a reply to which its sender wrote something; `counter`: another time is
# proposed; `unread`: a reply or a bounce of which the program cannot tell what it is about; `automatic`: an answer that
# no person wrote, or a mail that looks like one; `large`: too large to fetch; `other`: all else, written to people.
Kind = Literal["reply", "remark", "counter", "bounce", "unread", "automatic", "large", "other"]
# What is kept of and yet stays in the mailbox, because a person must read it.
TO_READ: tuple[Kind, ...] = ("remark", "counter")
# What stays in the mailbox and is counted there by kind, in the words behind a number; all else is only counted.
NOTEWORTHY: dict[Kind, tuple[str, str]] = {
    "remark": ("antwoord met een opmerking", "antwoorden met een opmerking"),
    "counter": ("voorstel voor een andere tijd", "voorstellen voor een andere tijd"),
    "unread": (
        "antwoord of melding die het programma niet kan plaatsen",
        "antwoorden of meldingen die het programma niet kan plaatsen",
    ),
    "automatic": ("automatische mail", "automatische mails"),
    "large": ("mail die te groot is om te lezen", "mails die te groot zijn om te lezen"),
}
LONGEST_QUOTE = 200


@dataclass(frozen=True, slots=True)
class Fared:
    """How a mail fared with one recipient: under these addresses; `said` are the server's own words."""

    addresses: frozenset[str]
    fate: Fate
    status: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A notice of a mail server on mail it was given (RFC 3464, or in words of its own).

    `message_ids` are those of the mail it speaks of; `formal`: in the standard's form.
    """

    message_ids: tuple[str, ...]
    fared: tuple[Fared, ...]
    formal: bool = True


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail as it came in. `sender` is the one address it is from, in lower case; empty where there is not one.

    `calendars` are the calendar files in it, as UTF-8; `automatic`: no person wrote it.
    """

    sender: str
    calendars: tuple[bytes, ...] = ()
    report: Report | None = None
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Handled:
    """What was made of one mail. `told` is a Dutch sentence without its full stop.

    `understood`: it leaves the folder; `changed`: an answer or an address is known by it that was not; `early`: it
    speaks of mail that is still under way, so it is looked at again.
    """

    kind: Kind
    understood: bool
    told: str
    changed: bool = False
    early: bool = False
    sender: str = ""
    task: str | None = None
    contact: int | None = None
    message: int | None = None


def fate_of(report: Report, email: str) -> Fared | None:
    """How the mail to that address fared; of a report that names no address, how its only mail did."""
    named = [one for one in report.fared if email.casefold() in one.addresses]
    if named:
        return named[0]
    unnamed = [one for one in report.fared if not one.addresses]
    return unnamed[0] if len(unnamed) == len(report.fared) == 1 else None


def bounce_reason(fared: Fared) -> str:
    """Why a message counts as not arrived, with the remedy as `engine.core.unreached` cuts it off."""
    quote = quoted(f"{fared.status} {fared.said}" if fared.status not in fared.said else fared.said)
    words = f" ({quote})" if quote else ""
    return f"De mailserver liet later weten dat deze mail niet is bezorgd{words}. Controleer het e-mailadres."


def quoted(text: str) -> str:
    """A server's words on one line: no control characters, no path of a link, for that may be a personal one."""
    words = "".join(letter if letter.isprintable() else " " for letter in text).split()
    line = re.sub(r"(https?://[^/\s]+)/\S+", r"\1/…", " ".join(words)).rstrip(".")
    return line if len(line) <= LONGEST_QUOTE else f"{line[:LONGEST_QUOTE]}…"
