"""What stands in an agenda: a day, a period or a meeting, as a calendar client is to show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

_OWN = ".jaarplanning"


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One thing in an agenda.

    `uid` is stable for its life and comes from a key, without the SWV's own part. `starts` and `ends` (exclusive) are
    both dates, or both aware moments; only a meeting has moments. `title` is one neutral line, `text` plain.
    `lapsed`: it is called off, and is shown as such for a while.
    """

    uid: str
    starts: date | datetime
    ends: date | datetime
    title: str
    text: str = ""
    place: str = ""
    url: str = ""
    lapsed: bool = False

    @property
    def is_meeting(self) -> bool:
        """True for what takes up time of the day; else it only stands above the day."""
        return isinstance(self.starts, datetime)


@dataclass(frozen=True, slots=True)
class Published:
    """An item as subscribers and guests have it: `sequence` counts from 0 how often its time or its lapsing changed,

    `changed_at` (UTC) is when anything of it changed last.
    """

    item: AgendaItem
    sequence: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an e-mail address."""

    name: str
    email: str


def nothing_planned(day: date, changed_at: datetime) -> Published:
    """What an agenda that holds nothing shows on that day: without a single event clients take it for broken."""
    return Published(AgendaItem("leeg", day, day + timedelta(days=1), "Er staat niets gepland"), 0, changed_at)


def uid_of(local: str, code: str) -> str:
    """The UID (RFC 5545, 3.8.4.7) of an item with that local part, at the SWV with that code."""
    return f"{local}@{code.lower()}{_OWN}"


def local_of(uid: str, code: str) -> str | None:
    """The local part of a UID that this SWV gave out; None for a foreign one."""
    local, _, domain = uid.strip().rpartition("@")
    return local if local and domain.lower() == f"{code.lower()}{_OWN}" else None


def period_local(key: str) -> str:
    """The local part of the period in which a gesprek is to be; its appointment has the task's key itself."""
    return f"{key}.periode"


def end_local(key: str) -> str:
    """The local part of the day on which a document ends, where that is not the last day of its task."""
    return f"{key}.vervalt"


def round_local(rule: str, schooljaar: str, round_: str | None, whose: str) -> str:
    """The local part of a round told once for many parties, or of a doorlopend rule, as that agenda holds it.

    `whose`: `swv`, a party's id, or `contact-` and a contact's number.
    """
    return ".".join([rule, schooljaar, *([round_] if round_ else []), whose])


def vakantie_local(name: str, schooljaar: str, whose: str) -> str:
    """The local part of a schoolvakantie; `whose`: a region, or the id of a party that has its own days."""
    return f"vakantie.{name}.{schooljaar}.{whose}"
