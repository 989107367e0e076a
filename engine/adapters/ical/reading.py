"""A reply as calendar clients send it: Exchange's without ORGANIZER, Windows names of zones, folding gone wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from typing import Any

from icalendar import Calendar, Component, vBroken, vCalAddress
from icalendar.timezone import tzp

from engine.core.appointment import ReplyKind
from engine.core.localtime import OFFICE
from engine.core.reply import Reply, ReplyMethod, UnreadableReply

# More than this is no reply.
_MOST_BYTES = 250_000
_KINDS: dict[str, ReplyKind] = {
    "NEEDS-ACTION": "none",
    "ACCEPTED": "accepted",
    "TENTATIVE": "tentative",
    "DECLINED": "declined",
}
_METHODS: dict[str, ReplyMethod] = {"REPLY": "REPLY", "COUNTER": "COUNTER"}
_FOLD = re.compile(rb"\n[ \t]")
_PROPERTY = re.compile(r"[A-Za-z0-9-]+[;:]")
# The rest is not looked at, so nothing in it can do harm.
_COUNTS = re.compile("(BEGIN|END|METHOD|UID|ATTENDEE|SEQUENCE|DTSTAMP|DTSTART|COMMENT)[;:]", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def read_reply(raw: bytes) -> Reply:
    """Reads the one REPLY or COUNTER of one guest in a calendar; raises UnreadableReply."""
    if len(raw) > _MOST_BYTES:
        raise UnreadableReply("De agenda is te groot voor een antwoord.")
    try:
        return _read(_mended(raw))
    except UnreadableReply:
        raise
    except Exception as error:  # the library names no errors for what a stranger may write
        raise UnreadableReply("De agenda is niet te lezen.") from error


def _read(text: str) -> Reply:
    calendar = Calendar.from_ical(text)
    if calendar.name != "VCALENDAR":
        raise UnreadableReply("De bijlage is geen agenda.")
    method = _METHODS.get(_text(calendar, "METHOD").upper())
    if method is None:
        raise UnreadableReply("De agenda is geen antwoord op een uitnodiging.")
    events = calendar.walk("VEVENT")
    if len(events) != 1:
        raise UnreadableReply("Het antwoord gaat niet over precies één afspraak.")
    return _reply(events[0], method)


def _reply(event: Component, method: ReplyMethod) -> Reply:
    uid = _text(event, "UID")
    if not uid:
        raise UnreadableReply("Het antwoord zegt niet bij welke afspraak het hoort.")
    attendee = event.get("ATTENDEE")
    if not isinstance(attendee, vCalAddress):
        raise UnreadableReply("Het antwoord is niet van precies één deelnemer.")
    kind = _KINDS.get(str(attendee.params.get("PARTSTAT", "NEEDS-ACTION")).upper())
    if kind is None:
        raise UnreadableReply("Het antwoord is geen ja, misschien of nee.")
    stamped_at = _moment(event, "DTSTAMP", UTC)
    if stamped_at is None:
        raise UnreadableReply("Het antwoord zegt niet wanneer het gegeven is.")
    return Reply(
        method=method,
        uid=uid,
        attendee=_email(attendee),
        kind=kind,
        sequence=_sequence(event),
        stamped_at=stamped_at,
        proposed=_moment(event, "DTSTART", OFFICE) if method == "COUNTER" else None,
        comment=_text(event, "COMMENT"),
    )


def _mended(raw: bytes) -> str:
    """Unfolded before it becomes text, as some fold inside a character; a line that is no property goes on the last."""
    unfolded = _FOLD.sub(b"", raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    try:
        text = unfolded.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = unfolded.decode("cp1252", "replace")
    lines: list[list[str]] = [[]]
    for line in text.split("\n"):
        if _PROPERTY.match(line):
            lines.append([line.rstrip()])
        elif line.strip():
            lines[-1].append(line)
    whole = ("".join(parts) for parts in lines)
    return "\n".join(_without_zones(line for line in whole if _COUNTS.match(line)))


def _without_zones(lines: Iterable[str]) -> Iterator[str]:
    """What a stranger says of a zone is not taken over: the library would keep it for every later calendar."""
    inside = False
    for line in lines:
        inside = inside or line.upper() == "BEGIN:VTIMEZONE"
        if not inside:
            yield line
        inside = inside and line.upper() != "END:VTIMEZONE"


def _text(component: Component, name: str) -> str:
    value: Any = component.get(name, "")
    parts = value if isinstance(value, list) else [value]
    return _CONTROL.sub("", "\n".join(str(part) for part in parts)).strip()


def _email(attendee: vCalAddress) -> str:
    """Exchange may name an entry in its own directory, with the address as a parameter (RFC 7986, 6.2)."""
    for found in (attendee.email, str(attendee.params.get("EMAIL", ""))):
        if _ADDRESS.fullmatch(address := found.strip().lower()):
            return address
    raise UnreadableReply("Het antwoord is van een deelnemer zonder e-mailadres.")


def _sequence(event: Component) -> int:
    value = event.get("SEQUENCE", 0)
    if isinstance(value, int) and 0 <= value < 2**31:
        return int(value)
    raise UnreadableReply("Het antwoord zegt niet op welke versie van de afspraak het slaat.")


def _moment(event: Component, name: str, floating: tzinfo) -> datetime | None:
    value: Any = event.get(name)
    if value is None or isinstance(value, (list, vBroken)):
        return None
    moment = value.dt
    if not isinstance(moment, datetime):
        return None
    if moment.tzinfo is None:
        named = str(value.params.get("TZID", ""))
        zone = tzp.timezone(named) if named else floating
        if zone is None:
            return None
        moment = moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None
