"""Letters as bytes."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.adapters.mime import MailWriter
from engine.core.appointment import Invite
from engine.core.letter import Rendered
from engine.core.ports import RenderError
from tests.adapters.letters import a_letter

WORDS = Rendered(
    subject="Uiterlijk 1 oktober: coördinator", html="<p>één</p>\n" + "x" * 3000, text="één\nregel – twee\n"
)
ID = "<een@swv-voorbeeld.example>"
BEFORE = "<nul@swv-voorbeeld.example>"
INVITE = Invite("BEGIN:VCALENDAR\r\nSUMMARY:één\r\nEND:VCALENDAR\r\n".encode(), "REQUEST")
AT = datetime(2026, 10, 1, 6, 30, tzinfo=UTC)


def written(
    *,
    words: Rendered = WORDS,
    message_id: str = ID,
    at: datetime = AT,
    thread: str = "",
    swv: str = "SWV Voorbeeldstreek",
    to_name: str = "Administratie De Regenboog",
    to_email: str = "administratie@deregenboog.example",
    invite: Invite | None = None,
) -> bytes:
    letter = a_letter(swv=swv, to_name=to_name, to_email=to_email)
    return MailWriter().write(words, letter, message_id, at, thread, invite)


def read(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def test_the_same_arguments_give_the_same_bytes() -> None:
    """A retry is byte-identical."""
    assert written(thread=BEFORE) == written(thread=BEFORE)


def test_another_message_id_gives_another_boundary() -> None:
    """The boundary comes from the message-id."""
    assert read(written()).get_boundary() != read(written(message_id=BEFORE)).get_boundary()


def test_text_comes_before_html() -> None:
    """multipart/alternative: the last is what a rich client shows."""
    message = read(written())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_both_parts_read_back_as_they_were() -> None:
    """Accents, dashes and long lines survive."""
    text, html = (part.get_content() for part in read(written()).iter_parts())
    assert text.replace("\r\n", "\n") == WORDS.text
    assert html.replace("\r\n", "\n").rstrip("\n") == WORDS.html


def test_lines_are_short_ascii_and_end_in_crlf() -> None:
    """RFC 5321: 998 octets a line, and nothing that needs 8BITMIME."""
    raw = written(thread=BEFORE)
    assert raw.isascii()
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
    assert max(map(len, raw.split(b"\r\n"))) < 998


def test_the_sender_is_the_swv_with_its_mailbox() -> None:
    """Replies come back to the same mailbox."""
    message = read(written())
    assert message["From"] == message["Reply-To"] == "SWV Voorbeeldstreek <bureau@swv-voorbeeld.example>"


def test_the_date_is_the_office_clock_with_its_offset() -> None:
    """Summer and winter time of Europe/Amsterdam."""
    assert read(written())["Date"] == "Thu, 01 Oct 2026 08:30:00 +0200"
    assert read(written(at=datetime(2026, 12, 1, 7, 30, tzinfo=UTC)))["Date"] == "Tue, 01 Dec 2026 08:30:00 +0100"


def test_a_follow_up_stays_in_the_thread() -> None:
    """In-Reply-To and References name the message it follows."""
    message = read(written(thread=BEFORE))
    assert (message["Message-ID"], message["In-Reply-To"], message["References"]) == (ID, BEFORE, BEFORE)


def test_a_first_mail_follows_nothing() -> None:
    """No empty thread headers."""
    message = read(written())
    assert message["In-Reply-To"] is None
    assert message["References"] is None


def test_it_says_that_a_program_wrote_it() -> None:
    """No out-of-office comes back."""
    message = read(written())
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["Content-Language"] == "nl"


def test_an_invite_is_the_last_alternative_and_a_file() -> None:
    """Outlook shows the last alternative as a meeting; other clients open the file."""
    message = read(written(invite=INVITE))
    alternative, file = message.iter_parts()
    assert (message.get_content_type(), alternative.get_content_type()) == ("multipart/mixed", "multipart/alternative")
    assert [part.get_content_type() for part in alternative.iter_parts()] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    calendar = list(alternative.iter_parts())[-1]
    assert dict(calendar["Content-Type"].params) == {"charset": "UTF-8", "method": "REQUEST"}
    assert (file["Content-Type"].content_type, file["Content-Type"].params["name"]) == ("application/ics", "invite.ics")
    assert (file.get_content_disposition(), file.get_filename()) == ("attachment", "invite.ics")
    assert {part["Content-Transfer-Encoding"] for part in (calendar, file)} == {"base64"}
    assert [part.get_payload(decode=True) for part in (calendar, file)] == [INVITE.calendar] * 2


def test_a_cancellation_says_so_in_its_content_type() -> None:
    """The parameter is the METHOD inside."""
    alternative, _ = read(written(invite=Invite(b"", "CANCEL"))).iter_parts()
    assert list(alternative.iter_parts())[-1].get_param("method") == "CANCEL"


def test_an_invite_may_be_answered_by_a_program() -> None:
    """It is no automatic mail, but wants no out-of-office either."""
    message = read(written(invite=INVITE))
    assert (message["Auto-Submitted"], message["X-Auto-Response-Suppress"]) == (None, "OOF, AutoReply")
    assert message["Content-Language"] == "nl"


def test_an_invite_has_the_same_bytes_again() -> None:
    """Both boundaries come from the message-id, and neither begins with the other (RFC 2046, 5.1.1)."""
    raw = written(invite=INVITE)
    assert raw == written(invite=INVITE)
    outer, inner = (part.get_boundary() or "" for part in read(raw).walk() if part.is_multipart())
    assert not inner.startswith(outer)
    assert not outer.startswith(inner)


def test_the_subject_reads_back_as_it_was() -> None:
    """Encoded words on the wire, letters for the reader."""
    assert read(written())["Subject"] == WORDS.subject


@settings(max_examples=60)
@given(name=st.text(st.sampled_from('ab, ;:<>@"\\()[].é“😀=?_-'), max_size=100))
def test_a_name_never_makes_a_second_recipient(name: str) -> None:
    """A comma or a quote in a name stays inside the name."""
    addresses = read(written(to_name=name))["To"].addresses
    assert [one.addr_spec for one in addresses] == ["administratie@deregenboog.example"]
    assert addresses[0].display_name.replace(" ", "") == name.replace(" ", "")


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\u2028", "\x85"])
@pytest.mark.parametrize("where", ["to_name", "swv", "to_email", "message_id", "thread"])
def test_a_line_break_in_a_header_is_refused(where: str, line_break: str) -> None:
    """No header can be slipped in."""
    with pytest.raises(RenderError, match="regeleinde"):
        written(**{where: f"<x@y.example>{line_break}Bcc: <z@y.example>"})  # type: ignore[arg-type]


def test_a_line_break_in_the_subject_is_refused() -> None:
    """Also when it slipped through a template."""
    with pytest.raises(RenderError, match="Het onderwerp bevat een regeleinde"):
        written(words=Rendered("Een\nBcc: z@y.example", "", ""))


@pytest.mark.parametrize(
    "address", ["", "bureau", "a@b.example, c@d.example", "geen-adres@", "é@school.example", "a b@c.example"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """One message that cannot be written never stops the others: it is a RenderError."""
    with pytest.raises(RenderError, match="Het adres van de ontvanger"):
        written(to_email=address)
