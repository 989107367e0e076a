"""What goes into people's agendas, as ical.js, libical and vobject read it."""

from __future__ import annotations

import email
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from engine.adapters.ical import IcalWriter
from engine.core.agenda import Mailbox
from tests.calendar_readers.checked import as_given, checked, remarks
from tests.calendar_readers.items import CODE, GUEST, OFFICE, a_deadline, a_meeting

pytestmark = pytest.mark.agenda

GOLDEN = Path(__file__).parents[1] / "golden"
WRITER = IcalWriter(CODE)
HARD = (
    'Gesprek, met; komma\'s en "aanhalingstekens"',
    "Pad C:\\Nieuw\\nog \\, \\; \\",
    "Feest 🎉 👩‍🏫 één ß € ﷽ 日本語",
    "x" * 300,
    "é" * 300,
    "😀" * 100,
    "BEGIN:VEVENT",
    "^n ^' ^^ %2C",
    "DTSTART:19700101T000000Z",
)


def test_what_is_golden_is_accepted_by_all_three() -> None:
    """Every agenda, deadline, invite, update, cancellation and what lapsed: nobody makes a remark."""
    files = {path.name: path.read_bytes() for path in GOLDEN.rglob("*.ics")}
    for path in (GOLDEN / "agenda").rglob("*.eml"):  # what others sent, in `inbox`, is broken on purpose
        found = calendars_in(path.read_bytes())
        files |= {f"{path.name} {number}": raw for number, raw in enumerate(found)}
    seen = checked(files)
    assert len(seen["agenda.ics"]) == 4
    assert seen["gewijzigd.eml 0"] == seen["gewijzigd.eml 1"]
    assert seen["lege-agenda.ics"][0].summary == "Er staat niets gepland"
    assert seen["deadline.ics"] == as_given([a_deadline()], CODE)


def calendars_in(mail: bytes) -> list[bytes]:
    """The calendars that a mail carries."""
    parts = email.message_from_bytes(mail).walk()
    return [
        raw
        for part in parts
        if part.get_content_type() in ("text/calendar", "application/ics")
        and isinstance(raw := part.get_payload(decode=True), bytes)
    ]


def test_hard_texts_read_back_as_they_were_given() -> None:
    """In title, text, place and name, in a feed and in an invitation."""
    given = [
        a_meeting(uid=f"gesprek.{number}", title=text, text=text * 40, place=text, url="")
        for number, text in enumerate(HARD)
    ]
    files = {"feed": WRITER.feed(HARD[0], given)}
    for number, item in enumerate(given):
        guest = Mailbox(HARD[number], GUEST.email)
        files[f"single {number}"] = WRITER.single(item)
        files[f"invitation {number}"] = WRITER.invitation(item, "REQUEST", OFFICE, guest)
    seen = checked(files)
    assert seen["feed"] == as_given(given, CODE)
    for number, item in enumerate(given):
        assert seen[f"single {number}"] == seen[f"invitation {number}"] == as_given([item], CODE)


def test_two_years_of_days_and_hours_read_back_as_they_were_given() -> None:
    """Every day as a deadline, and meetings at any hour, each half hour of the nights in which the clock changes."""
    dice = random.Random(7)
    first = date(2026, 8, 1)
    days = [
        a_deadline(uid=f"dag.{n}", starts=(day := first + timedelta(days=n)), ends=day + timedelta(days=1 + n % 3))
        for n in range(730)
    ]
    nights = [
        datetime(year, month, day, tzinfo=UTC) for year, month, day in ((2026, 10, 24), (2027, 3, 27), (2027, 10, 30))
    ]
    begins = [night + timedelta(minutes=30 * n) for night in nights for n in range(40, 60)]
    begins += [datetime(2026, 8, 1, tzinfo=UTC) + timedelta(minutes=15 * dice.randrange(70_000)) for _ in range(300)]
    meetings = [
        a_meeting(uid=f"uur.{n}", starts=at, ends=at + timedelta(minutes=dice.choice((15, 30, 60, 90, 1500))))
        for n, at in enumerate(begins)
    ]
    lapsed = [a_deadline(1, uid=f"vervallen.{n}", lapsed=True) for n in range(20)]
    given = [*days, *meetings, *lapsed]
    seen = checked({"feed": WRITER.feed("Twee jaar", given)})
    assert sorted(seen["feed"]) == sorted(as_given(given, CODE))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"SUMMARY:", b"SUMMARY"),
        (b"END:VEVENT\r\n", b""),
        (b"UID:", b"X-UID:"),
        (b"DTSTART;VALUE=DATE:2026", b"DTSTART;VALUE=DATE:2o26"),
        (b"TZID:Europe/Amsterdam", b"TZID:Europe/Brussel"),
        (b"FREQ=YEARLY", b"FREQ=JAARLIJKS"),
        (b"\r\n", b"\n"),
        (b"METHOD:PUBLISH\r\n", b""),
    ],
)
def test_a_fault_is_found(old: bytes, new: bytes) -> None:
    """The check is one that can fail."""
    raw = WRITER.feed("Agenda", [a_deadline(), a_meeting()])
    assert checked({"feed": raw})["feed"]
    assert old in raw
    with pytest.raises(AssertionError):
        checked({"feed": raw.replace(old, new)})


def test_a_difference_between_readers_is_found() -> None:
    """They read a night's hour that comes twice each in their own way: it may not stand in local time."""
    night = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    raw = WRITER.single(a_meeting(starts=night, ends=night + timedelta(hours=3)))
    assert checked({"utc": raw})["utc"][0].start == "2026-10-25T00:30:00Z"
    local = raw.replace(b"DTSTART:20261025T003000Z", b"DTSTART;TZID=Europe/Amsterdam:20261025T023000")
    assert remarks(local) == []
    with pytest.raises(AssertionError):
        checked({"local": local})
