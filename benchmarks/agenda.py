"""Builds an agenda of 1,000 events: at most 1.5 times the icalendar library alone, with the same events."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

from benchmarks._measure import bound, is_smoke, side_by_side, verdict
from engine.adapters.ical import IcalWriter
from engine.core.agenda import AgendaItem, Published, uid_of
from engine.core.localtime import OFFICE

DEMAND = 1.5
EVENTS, REPEATS = 1_000, 15
SMOKE_EVENTS, SMOKE_REPEATS = 50, 3
CODE = "VO9901"
CHANGED = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)


def some_items(number: int) -> list[Published]:
    """Deadlines, and for every fifth a meeting, over a year; accents in half of the titles."""
    found = []
    for n in range(number):
        day = date(2026, 8, 3) + timedelta(days=n % 350)
        text = f"{n % 20} van 20 klaar\nWij vragen de aantallen per leerjaar en per niveau."
        url = f"https://planning.swv.example/taak/leerlingaantallen.2026-2027.S{n:05}"
        item = AgendaItem(
            uid=f"leerlingaantallen.2026-2027.S{n:05}",
            starts=day,
            ends=day + timedelta(days=1),
            title=f"Leerlingenaantallen doorgeven, School {n}" if n % 2 else f"Coördinatie één, School {n}",
            text=text,
            url=url,
        )
        if n % 5 == 0:
            starts = datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)
            item = AgendaItem(item.uid, starts, starts + timedelta(hours=1), item.title, text, "Kantoor, kamer 2", url)
        found.append(Published(item, n % 3, CHANGED))
    return found


def by_the_library(title: str, items: list[Published]) -> bytes:
    """The same properties, with nothing but what the library offers: no cleaning, no checks, its own way of zones."""
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//jaarplanning//jaarplanning//NL")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    for published in items:
        item, event = published.item, Event()
        event.add("uid", uid_of(item.uid, CODE))
        event.add("sequence", published.sequence)
        event.add("dtstamp", published.changed_at)
        event.add("last-modified", published.changed_at)
        if isinstance(item.starts, datetime) and isinstance(item.ends, datetime):
            event.add("dtstart", item.starts.astimezone(OFFICE))
            event.add("dtend", item.ends.astimezone(OFFICE))
        else:
            event.add("dtstart", item.starts)
            event.add("dtend", item.ends)
        event.add("summary", item.title)
        event.add("description", f"{item.text}\n\n{item.url}")
        if item.place:
            event.add("location", item.place)
        event.add("url", item.url)
        event.add("status", "CONFIRMED")
        event.add("transp", "OPAQUE" if item.is_meeting else "TRANSPARENT")
        event.add("x-microsoft-cdo-busystatus", "BUSY" if item.is_meeting else "FREE")
        if not item.is_meeting:
            event.add("x-microsoft-cdo-alldayevent", "TRUE")
        calendar.add_component(event)
    raw: bytes = calendar.to_ical()
    return raw


def main() -> int:
    """Measures both, and prints the ratio."""
    smoke = is_smoke(__doc__ or "")
    events, repeats = (SMOKE_EVENTS, SMOKE_REPEATS) if smoke else (EVENTS, REPEATS)
    items, writer = some_items(events), IcalWriter(CODE)
    ours, theirs = writer.feed("Jaarplanning", items), by_the_library("Jaarplanning", items)
    if not ours.count(b"\r\nEND:VEVENT") == theirs.count(b"\r\nEND:VEVENT") == events:
        raise RuntimeError("the two do not write the same events")
    pair = side_by_side(
        lambda: writer.feed("Jaarplanning", items), lambda: by_the_library("Jaarplanning", items), repeats
    )
    print(
        f"agenda: {events} events, {len(ours)} bytes: {pair.program:.3f} s; the library alone {pair.yardstick:.3f} s, "
        f"{events / pair.program:.0f} events a second"
    )
    demand = bound(DEMAND, smoke)
    return verdict(f"agenda: ratio {pair.ratio:.2f}, at most {demand:g}", pair.ratio <= demand)


if __name__ == "__main__":
    sys.exit(main())
