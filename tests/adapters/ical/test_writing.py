"""Agendas, single events and invitations as bytes. Golden ones stand in tests/golden/agenda.

After a change on purpose: `GOLDEN_REWRITE=1 pytest -n0 tests/adapters/ical`, then read the difference.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from engine.adapters.ical import IcalWriter
from engine.adapters.mime import MailWriter
from engine.core.agenda import Mailbox, Published, local_of, uid_of
from engine.core.appointment import Invite
from engine.core.letter import Rendered
from tests.adapters.letters import a_letter
from tests.calendar_readers.checked import remarks
from tests.calendar_readers.items import CODE, GUEST, OFFICE, a_deadline, a_meeting, a_period

FOLDER = Path(__file__).parents[2] / "golden" / "agenda"
WRITER = IcalWriter(CODE)
LATER = datetime(2026, 9, 3, 12, 30, tzinfo=UTC)
MOVED = a_meeting(1, LATER, starts=datetime(2026, 10, 8, 8, tzinfo=UTC), ends=datetime(2026, 10, 8, 9, 30, tzinfo=UTC))
OFF = a_meeting(2, LATER, lapsed=True)
LAPSED = a_deadline(1, LATER, lapsed=True)
AGENDA = [
    a_period(),
    MOVED,
    LAPSED,
    a_deadline(uid="pdb.2026-2027.16SW03", starts=date(2026, 9, 1), ends=date(2026, 9, 2)),
]

WRITTEN = {
    "agenda.ics": lambda: WRITER.feed("Jaarplanning SWV Voorbeeldstreek", AGENDA),
    "lege-agenda.ics": lambda: WRITER.feed("Jaarplanning De Regenboog", []),
    "deadline.ics": lambda: WRITER.single(a_deadline()),
    "vervallen.ics": lambda: WRITER.single(LAPSED),
    "gesprek.ics": lambda: WRITER.single(a_meeting(place="https://overleg.example/kamer?nr=2&pin=3")),
    "uitnodiging.ics": lambda: WRITER.invitation(a_meeting(), "REQUEST", OFFICE, GUEST),
    "uitnodiging.eml": lambda: mailed("Uitnodiging", a_meeting(), "REQUEST"),
    "gewijzigd.eml": lambda: mailed("Gewijzigd", MOVED, "REQUEST"),
    "gaat-niet-door.eml": lambda: mailed("Gaat niet door", OFF, "CANCEL"),
}


def mailed(subject: str, item: Published, method: str) -> bytes:
    invite = Invite(WRITER.invitation(item, method, OFFICE, GUEST), method)  # type: ignore[arg-type]
    words = Rendered(f"{subject}: {item.item.title}", f"<p>{item.item.title}</p>\n", f"{item.item.title}\n")
    letter = a_letter(to_name=GUEST.name, to_email=GUEST.email)
    return MailWriter().write(words, letter, f"<{item.sequence}@swv-voorbeeld.example>", item.changed_at, "", invite)


def lines(raw: bytes) -> list[str]:
    return raw.replace(b"\r\n ", b"").decode().split("\r\n")


def events(raw: bytes) -> list[dict[str, str]]:
    return [
        {name: str(value.dt) if hasattr(value, "dt") else str(value) for name, value in event.items()}
        for event in Calendar.from_ical(raw).walk("VEVENT")
    ]


@pytest.mark.parametrize("name", WRITTEN)
def test_it_is_the_golden_one_each_time(name: str) -> None:
    """Byte for byte as it was last looked at, and so it is built again."""
    raw = WRITTEN[name]()
    if os.environ.get("GOLDEN_REWRITE"):
        (FOLDER / name).write_bytes(raw)
    assert raw == (FOLDER / name).read_bytes()
    assert raw == WRITTEN[name]()


def test_every_golden_file_is_written() -> None:
    """None is left behind."""
    assert {path.name for path in FOLDER.iterdir()} == set(WRITTEN)


@pytest.mark.parametrize("name", [name for name in WRITTEN if name.endswith(".ics")])
def test_its_bytes_are_as_they_should_be(name: str) -> None:
    """UTF-8, CRLF, 75 octets, one zone."""
    assert remarks(WRITTEN[name]()) == []


def test_the_order_of_what_comes_in_is_none_of_what_goes_out() -> None:
    """By begin, so that the same agenda has the same bytes."""
    assert WRITER.feed("Agenda", AGENDA) == WRITER.feed("Agenda", AGENDA[::-1])


def test_only_a_feed_has_the_names_of_one() -> None:
    """With them Outlook would open a new agenda for a single event."""
    names = ("NAME", "X-WR-", "REFRESH-INTERVAL", "X-PUBLISHED-TTL")
    assert [line for line in lines(WRITER.feed("Agenda", AGENDA)) if line.startswith(names)] == [
        "NAME:Agenda",
        "X-WR-CALNAME:Agenda",
        "X-WR-TIMEZONE:Europe/Amsterdam",
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        "X-PUBLISHED-TTL:PT4H",
    ]
    assert not [line for line in lines(WRITER.single(a_meeting())) if line.startswith(names)]


def test_what_is_published_has_no_guests() -> None:
    """Else it would be a meeting to answer."""
    text = WRITER.feed("Agenda", AGENDA) + WRITER.single(a_meeting())
    assert b"ATTENDEE" not in text
    assert b"ORGANIZER" not in text


def test_a_day_takes_no_time() -> None:
    """It stands above the day and leaves everybody free."""
    text = lines(WRITER.single(a_deadline()))
    assert {"DTSTART;VALUE=DATE:20261001", "DTEND;VALUE=DATE:20261002", "TRANSP:TRANSPARENT"} <= set(text)
    assert {"X-MICROSOFT-CDO-BUSYSTATUS:FREE", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"} <= set(text)


def test_a_meeting_is_on_the_clock_of_the_office() -> None:
    """Never in UTC, of which Outlook shows the name."""
    text = lines(WRITER.single(a_meeting()))
    assert {"DTSTART;TZID=Europe/Amsterdam:20261001T100000", "TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY"} <= set(
        text
    )


def test_the_hour_that_comes_twice_is_in_utc() -> None:
    """Clients choose either of the two when they read its local time."""
    night = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    twice = a_meeting(starts=night, ends=night + timedelta(hours=1))
    after = a_meeting(starts=night, ends=night + timedelta(hours=3))
    assert {"DTSTART:20261024T233000Z", "DTEND:20261025T003000Z"} <= set(lines(WRITER.single(twice)))
    assert "DTEND;TZID=Europe/Amsterdam:20261025T033000" in lines(WRITER.single(after))


def test_what_is_called_off_says_so() -> None:
    """In an agenda, and no more takes up time."""
    (event,) = events(WRITER.single(OFF))
    assert event["SUMMARY"] == "VERVALLEN: Startgesprek De Regenboog"
    assert (event["STATUS"], event["TRANSP"], event["SEQUENCE"]) == ("CANCELLED", "TRANSPARENT", "2")


def test_a_cancellation_keeps_its_title() -> None:
    """The client itself says that it is called off."""
    (event,) = events(WRITER.invitation(OFF, "CANCEL", OFFICE, GUEST))
    assert (event["SUMMARY"], event["STATUS"]) == ("Startgesprek De Regenboog", "CANCELLED")


def test_who_is_not_asked_any_more_gets_a_cancellation_of_what_goes_on() -> None:
    """For this guest it is called off."""
    (event,) = events(WRITER.invitation(a_meeting(), "CANCEL", OFFICE, GUEST))
    assert event["STATUS"] == "CANCELLED"


def test_one_guest_is_asked_and_the_swv_asks() -> None:
    """Whose name holds a comma."""
    text = lines(WRITER.invitation(a_meeting(), "REQUEST", OFFICE, GUEST))
    assert [line for line in text if line.startswith(("ORGANIZER", "ATTENDEE", "METHOD"))] == [
        "METHOD:REQUEST",
        'ORGANIZER;CN="SWV Voorbeeldstreek":mailto:bureau@swv-voorbeeld.example',
        'ATTENDEE;CN="Jansen, Ans";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:'
        "a.jansen@deregenboog.example",
    ]


def test_the_link_of_a_meeting_is_its_place_and_its_address() -> None:
    """And what explains it stands below the text."""
    (event,) = events(WRITER.single(a_meeting(place="https://overleg.example/a?b=c", text="Dag.")))
    assert event["LOCATION"] == event["URL"] == "https://overleg.example/a?b=c"
    assert event["DESCRIPTION"] == "Dag.\n\nhttps://planning.swv.example/taak/startgesprek.2026-2027.16SW03"


def test_without_a_link_the_address_is_that_of_the_page() -> None:
    """A room is no address."""
    (event,) = events(WRITER.single(a_meeting()))
    assert event["URL"] == "https://planning.swv.example/taak/startgesprek.2026-2027.16SW03"


@pytest.mark.parametrize(
    "times",
    [
        {"ends": datetime(2026, 10, 1, 8, 0, tzinfo=UTC)},
        {"ends": datetime(2026, 10, 1, 8, 0, 0, 500, tzinfo=UTC)},
        {"starts": date(2026, 10, 1)},
        {"ends": date(2026, 10, 2)},
        {"starts": date(2026, 10, 1), "ends": date(2026, 10, 1)},
        {"starts": datetime(2026, 10, 1, 8)},  # noqa: DTZ001
        {"ends": datetime(2026, 10, 1, 9)},  # noqa: DTZ001
    ],
)
def test_times_that_make_no_event_are_refused(times: dict[str, object]) -> None:
    """Without length, of two kinds, or on no clock."""
    with pytest.raises(ValueError, match=r"does not end|different kinds|without offset"):
        WRITER.single(a_meeting(**times))  # type: ignore[arg-type]


def test_a_change_on_no_clock_is_refused() -> None:
    """It stamps the event."""
    with pytest.raises(ValueError, match="without offset"):
        WRITER.single(a_meeting(changed_at=datetime(2026, 9, 1)))  # noqa: DTZ001


def test_a_uid_twice_is_refused() -> None:
    """Clients would keep one of the two."""
    with pytest.raises(ValueError, match="same UID"):
        WRITER.feed("Agenda", [a_meeting(), a_meeting()])


def test_nobody_is_invited_to_a_day_or_to_what_is_off() -> None:
    """Both would be odd in Outlook."""
    with pytest.raises(ValueError, match="no time"):
        WRITER.invitation(a_deadline(), "REQUEST", OFFICE, GUEST)
    with pytest.raises(ValueError, match="called off"):
        WRITER.invitation(OFF, "REQUEST", OFFICE, GUEST)


@pytest.mark.parametrize(
    "email", ["", "jansen", "a b@c.example", "a@b.example\r\nATTENDEE:mailto:x@y.example", "é@c.example"]
)
def test_an_address_that_is_none_is_refused(email: str) -> None:
    """Nothing can be slipped in by it."""
    with pytest.raises(ValueError, match="no e-mail address"):
        WRITER.invitation(a_meeting(), "REQUEST", OFFICE, Mailbox("Ans", email))


HARD = st.text(
    st.sampled_from("aé€😀👩\u200d🏫 ,;:\"\\nN\n\r\t\u2028\x85\x00\x07\x7f\x9f\ufeff\ud800'’^"), max_size=220
)


@settings(max_examples=25)
@given(title=HARD, text=HARD)
def test_any_text_is_written_once_and_reads_back(title: str, text: str) -> None:
    """Folded inside no character, and no line is slipped in; what no calendar may hold is left out."""
    published = a_meeting(title=title, text=text, place=text, url="")
    raw = WRITER.invitation(published, "REQUEST", OFFICE, Mailbox(title, GUEST.email))
    assert remarks(raw) == []
    assert WRITER.feed(title, [published]).count(b"\r\nBEGIN:VEVENT\r\n") == 1
    assert len([line for line in lines(raw) if line.startswith("ATTENDEE")]) == 1
    shown = next(line for line in lines(raw) if line.startswith("SUMMARY:"))[8:]
    plain = "".join("\\" if part == "\\\\" else part.replace("\\", "") for part in _pieces(shown))
    spaced = re.sub("[\n\r\t\u2028\x85]", " ", title)
    plain_title = re.sub("[\x00\x07\x7f\x9f\ufeff\ud800]", "", spaced)
    assert plain == re.sub(" +", " ", plain_title).strip(" ")


def _pieces(text: str) -> list[str]:
    pieces, rest = [], text
    while rest:
        size = 2 if rest[0] == "\\" else 1
        pieces.append(rest[:size])
        rest = rest[size:]
    return pieces


def test_ten_thousand_characters_are_not_too_many() -> None:
    """They stand in lines of 75 octets."""
    text = 'Één 😀, twee; "drie"\n' * 500
    raw = WRITER.single(a_meeting(text=text, url=""))
    assert remarks(raw) == []
    assert events(raw)[0]["DESCRIPTION"] == text.strip()


@settings(max_examples=25)
@given(
    at=st.datetimes(datetime(2026, 8, 1), datetime(2028, 7, 31))  # noqa: DTZ001
    | st.sampled_from([datetime(2026, 10, 25), datetime(2027, 3, 28), datetime(2027, 10, 31)]),  # noqa: DTZ001
    minutes=st.integers(1, 60 * 30),
    past=st.integers(0, 300),
)
def test_a_moment_is_read_back_as_it_was(at: datetime, minutes: int, past: int) -> None:
    """Also in the nights in which the clock changes."""
    starts = at.replace(microsecond=0, tzinfo=UTC) + timedelta(minutes=past)
    ends = starts + timedelta(minutes=minutes)
    (event,) = Calendar.from_ical(WRITER.single(a_meeting(starts=starts, ends=ends))).walk("VEVENT")
    assert (event["DTSTART"].dt.astimezone(UTC), event["DTEND"].dt.astimezone(UTC)) == (starts, ends)


def test_a_uid_and_back() -> None:
    """In capitals or not; a foreign one has no local part."""
    uid = uid_of("startgesprek.2026-2027.16SW03", CODE)
    assert uid == "startgesprek.2026-2027.16SW03@vo9901.jaarplanning"
    assert local_of(uid, CODE) == local_of(uid.replace("vo", "VO"), CODE) == "startgesprek.2026-2027.16SW03"
    assert [local_of(each, CODE) for each in ("", "x", "@vo9901.jaarplanning", "x@vo9902.jaarplanning")] == [None] * 4
