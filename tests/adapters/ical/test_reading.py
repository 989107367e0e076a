"""Replies as calendar clients send them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.adapters.ical import read_reply
from engine.core.reply import Reply, UnreadableReply

UID = "startgesprek.2026-2027.16SW03@vo9901.jaarplanning"
STAMPED = datetime(2026, 9, 2, 7, 15, tzinfo=UTC)

EXCHANGE = """BEGIN:VCALENDAR
METHOD:REPLY
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
ATTENDEE;PARTSTAT=ACCEPTED;CN="Jansen, Ans":mailto:A.Jansen@school.example
COMMENT;LANGUAGE=nl-NL:Ik kom graag\\, tot dan.\\n
UID:startgesprek.2026-2027.16SW03@vo9901.jaarplanning
SUMMARY;LANGUAGE=nl-NL:Geaccepteerd: Startgesprek
DTSTART;TZID=W. Europe Standard Time:20261001T100000
DTEND;TZID=W. Europe Standard Time:20261001T110000
CLASS:PUBLIC
PRIORITY:5
DTSTAMP:20260902T071500Z
TRANSP:OPAQUE
STATUS:CONFIRMED
SEQUENCE:2
X-MICROSOFT-CDO-APPT-SEQUENCE:2
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
END:VEVENT
END:VCALENDAR
"""


def raw(*changes: tuple[str, str]) -> bytes:
    text = EXCHANGE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text.replace("\n", "\r\n").encode()


def refused(raw: bytes) -> str:
    with pytest.raises(UnreadableReply) as caught:
        read_reply(raw)
    return caught.value.message


def test_a_reply_of_exchange() -> None:
    """Without ORGANIZER, with a Windows name for the zone."""
    assert read_reply(raw()) == Reply(
        method="REPLY",
        uid=UID,
        attendee="a.jansen@school.example",
        kind="accepted",
        sequence=2,
        stamped_at=STAMPED,
        comment="Ik kom graag, tot dan.",
    )


@pytest.mark.parametrize(
    ("partstat", "kind"),
    [("DECLINED", "declined"), ("tentative", "tentative"), ("NEEDS-ACTION", "none"), ("Accepted", "accepted")],
)
def test_yes_perhaps_no_or_nothing_yet(partstat: str, kind: str) -> None:
    """In capitals or not."""
    assert read_reply(raw(("PARTSTAT=ACCEPTED", f"PARTSTAT={partstat}"))).kind == kind


@pytest.mark.parametrize(
    ("line", "proposed"),
    [
        (";TZID=W. Europe Standard Time:20261005T140000", datetime(2026, 10, 5, 12, tzinfo=UTC)),
        (';TZID="W. Europe Standard Time":20261105T140000', datetime(2026, 11, 5, 13, tzinfo=UTC)),
        (";TZID=Europe/London:20261005T140000", datetime(2026, 10, 5, 13, tzinfo=UTC)),
        (";TZID=GMT Standard Time:20261005T140000", datetime(2026, 10, 5, 13, tzinfo=UTC)),
        (":20261005T120000Z", datetime(2026, 10, 5, 12, tzinfo=UTC)),
        (":20261005T140000", datetime(2026, 10, 5, 12, tzinfo=UTC)),
        (";TZID=Customized Time Zone:20261005T140000", None),
        (";VALUE=DATE:20261005", None),
        (":morgen", None),
    ],
)
def test_another_time_is_proposed(line: str, proposed: datetime | None) -> None:
    """A COUNTER's begin, in UTC; None where its time cannot be known for certain."""
    changes = (
        ("METHOD:REPLY", "METHOD:COUNTER"),
        ("DTSTART;TZID=W. Europe Standard Time:20261001T100000", "DTSTART" + line),
    )
    reply = read_reply(raw(*changes))
    assert (reply.method, reply.proposed) == ("COUNTER", proposed)


def test_a_zone_that_one_mail_makes_up_is_not_believed_in_the_next() -> None:
    """Nothing of a stranger's mail stays behind."""
    made_up = ("W. Europe Standard Time", "Eigen Tijd"), ("METHOD:REPLY", "METHOD:COUNTER")
    assert [read_reply(raw(*made_up)).proposed for _ in range(2)] == [None, None]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"\r\n", b"\n"),
        (b"\r\n", b"\r"),
        (b"\r\n", b"\r\n\r\n"),
        (b"BEGIN:VCALENDAR", b"\xef\xbb\xbfBEGIN:VCALENDAR"),
        (b"@vo9901", b"\r\n @vo9901"),
        (b"@vo9901", b"\r\n\t@vo9901"),
        (b"@vo9901", b"\n @vo9901"),
        (b"@vo9901", b"\r\n@vo9901"),
        (b"a.jansen", b"a.jan\r\n sen"),
        (b"mailto:", b"MAILTO:"),
        (b"mailto:A.Jansen@school.example", b"/o=x/cn=jansen"),
        (b"BEGIN:VEVENT", b"begin:vevent"),
        (b"TZOFFSETFROM:+0200", b"TZOFFSETFROM:zomer"),
        (b"RRULE:FREQ=YEARLY;INTERVAL=1", b"RRULE:FREQ=SECONDLY;INTERVAL=1"),
    ],
)
def test_what_is_broken_but_clear_is_read(old: bytes, new: bytes) -> None:
    """Line ends, folding, a mark before the first line, and a zone that is nonsense."""
    text = raw(("A.Jansen", "a.jansen"), ('CN="Jansen, Ans"', "CN=Ans;EMAIL=a.jansen@school.example"))
    if old.startswith(b"mailto:A"):
        old = old.replace(b"A.J", b"a.j")
    assert old in text
    reply = read_reply(text.replace(old, new))
    assert (reply.uid, reply.attendee, reply.kind) == (UID, "a.jansen@school.example", "accepted")


def test_a_character_that_was_folded_is_whole_again() -> None:
    """Some fold at 75 octets whatever stands there."""
    text = raw(("Ik kom graag", "Graag één")).replace("é".encode(), b"\xc3\r\n \xa9", 1)
    assert read_reply(text).comment == "Graag één, tot dan."


def test_a_western_charset_is_read_too() -> None:
    """Where it is no UTF-8."""
    text = raw(("Ik kom graag", "Graag één")).decode().encode("cp1252")
    assert read_reply(text).comment == "Graag één, tot dan."


def test_without_a_sequence_it_answers_the_first_version() -> None:
    """RFC 5545, 3.8.7.4: the default is 0."""
    assert read_reply(raw(("SEQUENCE:2\n", ""))).sequence == 0


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("METHOD:REPLY", "METHOD:REQUEST", "geen antwoord op een uitnodiging"),
        ("METHOD:REPLY\n", "", "geen antwoord op een uitnodiging"),
        ("UID:startgesprek.2026-2027.16SW03@vo9901.jaarplanning\n", "", "bij welke afspraak"),
        ("COMMENT;", "ATTENDEE;PARTSTAT=DECLINED:mailto:b@x.example\nCOMMENT;", "precies één deelnemer"),
        ("ATTENDEE;", "X-ATTENDEE;", "precies één deelnemer"),
        ("mailto:A.Jansen@school.example", "mailto:", "zonder e-mailadres"),
        ("PARTSTAT=ACCEPTED", "PARTSTAT=DELEGATED", "geen ja, misschien of nee"),
        ("DTSTAMP:20260902T071500Z", "DTSTAMP:gisteren", "wanneer het gegeven is"),
        ("DTSTAMP:20260902T071500Z\n", "", "wanneer het gegeven is"),
        ("SEQUENCE:2", "SEQUENCE:twee", "welke versie"),
        ("SEQUENCE:2", "SEQUENCE:-1", "welke versie"),
        ("SEQUENCE:2", "SEQUENCE:2\nSEQUENCE:3", "welke versie"),
        ("SEQUENCE:2", "SEQUENCE:99999999999999999999", "welke versie"),
        ("VEVENT", "VTODO", "precies één afspraak"),
        ("BEGIN:VCALENDAR", "BEGIN:VCARD", "geen agenda"),
        ("END:VEVENT\n", "", "niet te lezen"),
    ],
)
def test_what_cannot_be_relied_on_is_refused(old: str, new: str, told: str) -> None:
    """With the reason."""
    assert told in refused(raw((old, new)))


@pytest.mark.parametrize("zone", ["Europe", "..", "/", "x" * 5000, "../../etc/passwd", "Europe/", "NUL"])
def test_the_name_of_a_zone_opens_no_file(zone: str) -> None:
    """Zones lie in files of that name: a folder, another place or an endless name is no error."""
    stamped = raw(("DTSTAMP:20260902T071500Z", f'DTSTAMP;TZID="{zone}":20260902T071500'))
    begun = raw(("METHOD:REPLY", "METHOD:COUNTER"), ("W. Europe Standard Time:2026", f'"{zone}":2026'))
    for text in (stamped, begun):
        try:
            assert read_reply(text).uid == UID
        except UnreadableReply as error:
            assert error.message


def test_more_than_one_appointment_is_refused() -> None:
    """Nobody was asked for two at once."""
    event = EXCHANGE[EXCHANGE.index("BEGIN:VEVENT") : EXCHANGE.index("END:VCALENDAR")]
    assert "precies één afspraak" in refused(raw((event, event + event)))


@pytest.mark.parametrize(
    "text", [b"", b"\x00\xff" * 40, b"Beste bureau, ik kom.", b"BEGIN:VEVENT\r\n" * 500, b"x" * 250_001]
)
def test_what_is_no_calendar_is_refused(text: bytes) -> None:
    """Also what is empty, nested without end, or too large."""
    assert refused(text)


@settings(max_examples=30)
@given(st.data())
def test_garbled_bytes_give_a_reply_or_a_reason(data: st.DataObject) -> None:
    """Never another error."""
    text = bytearray(raw())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(text) - 1))
        text[place : place + data.draw(st.integers(0, 30))] = data.draw(
            st.binary(max_size=8)
            | st.sampled_from([b"\r\n", b";", b":", b'"', b"\\", b"BEGIN:VEVENT\r\n", b"TZID=../x"])
        )
    try:
        assert "@" in read_reply(bytes(text)).attendee
    except UnreadableReply as error:
        assert error.message
