"""Agendas, single events and invitations as bytes; what Outlook needs beyond the RFCs is in [MS-OXCICAL]."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event, vCalAddress, vText, vUri

from engine.core.agenda import AgendaItem, Mailbox, Published, nothing_planned, uid_of
from engine.core.appointment import InviteMethod
from engine.core.localtime import OFFICE, from_ms, local

_PRODID = "-//jaarplanning//jaarplanning//NL"
# How often a client may look again; they poll when they like.
_REFRESH = timedelta(hours=4)
# To the letter, as Outlook takes no other: one STANDARD and one DAYLIGHT, each one yearly RRULE ([MS-OXCICAL]
# 2.1.3.1.1.19). A library sorts the parts of the rule, and makes other zones of its own.
_ZONE = b"""\
BEGIN:VTIMEZONE\r
TZID:Europe/Amsterdam\r
BEGIN:STANDARD\r
DTSTART:19961027T030000\r
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
TZNAME:CET\r
END:STANDARD\r
BEGIN:DAYLIGHT\r
DTSTART:19810329T020000\r
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r
TZOFFSETFROM:+0100\r
TZOFFSETTO:+0200\r
TZNAME:CEST\r
END:DAYLIGHT\r
END:VTIMEZONE\r
"""
_FIRST = b"\r\nBEGIN:VEVENT\r\n"
_BREAK = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNWRITABLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_SPACE = re.compile("[ \n]+")
_LINK = re.compile(r"https://[!-~]+")
_ADDRESS = re.compile(r"[!-~]+@[!-~]+")


def feed(code: str, title: str, items: Sequence[Published]) -> bytes:
    """A whole agenda in order of begin; without items it holds one that says so."""
    calendar = _calendar("PUBLISH")
    name = _line(title)
    calendar.add("name", _text(name))
    calendar.add("x-wr-calname", _text(name))
    calendar.add("x-wr-timezone", OFFICE.key)
    calendar.add("refresh-interval", _REFRESH, {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT4H")
    if len({each.item.uid for each in items}) != len(items):
        raise ValueError("two items of one agenda have the same UID")
    shown = items or [nothing_planned(date(1970, 1, 1), from_ms(0))]
    return _bytes(calendar, [_event(code, each) for each in sorted(shown, key=_order)], zone=True)


def single(code: str, item: Published) -> bytes:
    """One item, without the names of a feed: with them Outlook would open a new, empty agenda."""
    return _bytes(_calendar("PUBLISH"), [_event(code, item)], zone=item.item.is_meeting)


def invitation(code: str, item: Published, method: InviteMethod, organizer: Mailbox, guest: Mailbox) -> bytes:
    """An invitation to one guest, a change of it, or that it is called off."""
    if not item.item.is_meeting:
        raise ValueError(f"{item.item.uid} has no time to come at")
    off = method == "CANCEL"
    if item.item.lapsed and not off:
        raise ValueError(f"{item.item.uid} is called off: nobody can be asked to come")
    event = _event(code, item, off=off, told=False)
    event.add("organizer", _mailbox(organizer))
    attendee = _mailbox(guest)
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    if not off:
        attendee.params["PARTSTAT"] = "NEEDS-ACTION"
        attendee.params["RSVP"] = "TRUE"
    event.add("attendee", attendee)
    return _bytes(_calendar(method), [event], zone=True)


def _event(code: str, published: Published, *, off: bool | None = None, told: bool = True) -> Event:
    """`told`: that it is called off stands before the title; in a cancellation the client says so itself."""
    item = published.item
    _check(item)
    off = item.lapsed if off is None else off
    changed = _utc(published.changed_at)
    event = Event()
    event.add("uid", _text(_line(uid_of(item.uid, code))))
    event.add("sequence", published.sequence)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    _times(event, item)
    title = _line(item.title)
    event.add("summary", _text(f"VERVALLEN: {title}" if off and told else title))
    if text := "\n\n".join(part for part in (_paragraphs(item.text), _line(item.url)) if part):
        event.add("description", _text(text))
    if place := _line(item.place):
        event.add("location", _text(place))
    if link := next((each for each in (place, _line(item.url)) if _LINK.fullmatch(each)), ""):
        event.add("url", vUri(link))
    busy = item.is_meeting and not off
    event.add("status", "CANCELLED" if off else "CONFIRMED")
    event.add("transp", "OPAQUE" if busy else "TRANSPARENT")
    event.add("x-microsoft-cdo-busystatus", "BUSY" if busy else "FREE")
    if not item.is_meeting:
        event.add("x-microsoft-cdo-alldayevent", "TRUE")
    return event


class _Text(vText):
    """TEXT of which a backslash before N stays one; vText makes a line break of the two."""

    def to_ical(self) -> bytes:
        return rb"\\N".join(vText(part).to_ical() for part in self.split(r"\N"))


def _text(text: str) -> vText:
    return _Text(text) if r"\N" in text else vText(text)


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", _PRODID)
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def _bytes(calendar: Calendar, events: Iterable[Event], *, zone: bool) -> bytes:
    calendar.subcomponents.extend(events)
    raw: bytes = calendar.to_ical(sorted=False)
    return raw.replace(_FIRST, b"\r\n" + _ZONE + _FIRST[2:], 1) if zone else raw


def _times(event: Event, item: AgendaItem) -> None:
    starts, ends = item.starts, item.ends
    if isinstance(starts, datetime) and isinstance(ends, datetime):
        starts, ends = _utc(starts), _utc(ends)
        # Of an hour that the clock shows twice clients take either, so this one hour a year stands in UTC.
        if not (_is_twice(local(starts)) or _is_twice(local(ends))):
            starts, ends = local(starts), local(ends)
    event.add("dtstart", starts)
    event.add("dtend", ends)


def _check(item: AgendaItem) -> None:
    starts, ends = item.starts, item.ends
    if isinstance(starts, datetime) and isinstance(ends, datetime):
        starts, ends = _utc(starts), _utc(ends)
    elif isinstance(starts, datetime) or isinstance(ends, datetime):
        raise ValueError(f"{item.uid}: begins and ends as different kinds")
    if ends <= starts:
        raise ValueError(f"{item.uid}: does not end after its start")


def _is_twice(moment: datetime) -> bool:
    return moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"a moment without offset: {moment.isoformat()}")
    return moment.astimezone(UTC).replace(microsecond=0)


def _order(published: Published) -> tuple[date, str, str]:
    starts = published.item.starts
    if isinstance(starts, datetime):
        moment = _utc(starts)
        return local(moment).date(), moment.isoformat(), published.item.uid
    return starts, "", published.item.uid


def _mailbox(mailbox: Mailbox) -> vCalAddress:
    if not _ADDRESS.fullmatch(mailbox.email):
        raise ValueError(f"no e-mail address: {mailbox.email!r}")
    address = vCalAddress(f"mailto:{mailbox.email}")
    # A quote cannot stand in a parameter; its substitute (RFC 6868) is not known to Outlook.
    address.params["CN"] = _line(mailbox.name).replace('"', "'") or mailbox.email
    return address


def _line(text: str) -> str:
    return _SPACE.sub(" ", _clean(text)).strip(" ")


def _paragraphs(text: str) -> str:
    return _clean(text).strip()


def _clean(text: str) -> str:
    """Line breaks of any kind become one kind, a tab a space; other controls and what UTF-8 cannot hold go."""
    if text.isascii() and text.isprintable():
        return text
    return _UNWRITABLE.sub("", _BREAK.sub("\n", text).replace("\t", " "))
