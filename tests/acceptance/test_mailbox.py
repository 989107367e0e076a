"""A gesprek by mail, whole: invited over SMTP, answered from an agenda, read over IMAP; and mail that bounces."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import icalendar
import pytest

from engine import wiring
from engine.adapters import inbox
from engine.cli.talk import Asked, act_on_talk
from engine.core.appointment import reply_word
from engine.core.localtime import parse_moment
from engine.core.ports import MailroomError
from engine.core.roles import ROLES
from engine.core.settings import Mailroom
from engine.outside import reading_of
from engine.store.appointments import appointment_of, attendees_of
from engine.store.unreached import unreached
from tests.at_work import AtWork, at_work
from tests.mail_server import OTHER_PASSWORD, PASSWORD, MailServer, a_mail_server
from tests.workspaces import an_imported_office

OFFICE, OC, DIRECTOR = "planning@swv.example", "oc@linde.example", "directeur@linde.example"
# All who are asked but the director, whose address is wrong.
BOXES = (OFFICE, OC, "consulent@swv.example", "bureau@swv.example", "controller@swv.example")
TALK = "startgesprek.2029-2030.10AA00"
# Far ahead, so that the verb, which reads the real clock, finds the gesprek still to come.
PLANNED, LEAVES = "2029-09-03T09:00", ("2029-09-04T10:00", "2029-09-04T10:05")
NOBODY = "mail aan De directeur"
pytestmark = pytest.mark.mailbox


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with a_mail_server(BOXES) as running:
        yield running


@pytest.fixture(autouse=True)
def environment(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The password, and trust in the server's certificate."""
    monkeypatch.setenv("JAARPLANNING_IMAP_WACHTWOORD", PASSWORD)
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))


def the_room(server: MailServer, **changes: object) -> Mailroom:
    values: dict[str, object] = {"host": "localhost", "port": server.imaps, "tls": "tls", "user": OC}
    return Mailroom(**(values | {"password": PASSWORD} | changes))  # type: ignore[arg-type]


def put_in(server: MailServer, to: str, *mails: EmailMessage, sender: str = OC) -> None:
    """Hands mails to the server, one after the other."""
    before = len(server.mails(to))
    with smtplib.SMTP("127.0.0.1", server.smtp) as line:
        for number, mail in enumerate(mails, start=1):
            line.send_message(mail, sender, [to])
            server.waits_for(to, before + number)


def a_mail(subject: str, text: str = "Hallo.") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = OC, OFFICE, subject
    mail.set_content(text)
    return mail


def as_exchange_answers(invited: bytes) -> EmailMessage:
    """The answer that Exchange makes of an invitation: no ORGANIZER, a Windows zone, base64."""
    asked = message_from_bytes(invited, policy=policy.default)
    (calendar,) = (part for part in asked.walk() if part.get_content_type() == "text/calendar")
    (event,) = icalendar.Calendar.from_ical(calendar.get_content()).walk("VEVENT")
    lines = (
        *("BEGIN:VCALENDAR", "METHOD:REPLY", "PRODID:Microsoft Exchange Server 2010", "VERSION:2.0"),
        *("BEGIN:VTIMEZONE", "TZID:W. Europe Standard Time", "BEGIN:STANDARD", "DTSTART:16010101T030000"),
        *("TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10"),
        *("END:STANDARD", "END:VTIMEZONE", "BEGIN:VEVENT", f"ATTENDEE;PARTSTAT=ACCEPTED;CN=OC:mailto:{OC}"),
        *("COMMENT;LANGUAGE=nl-NL:\\n", f"UID:{event['UID']}", f"SEQUENCE:{event['SEQUENCE']}"),
        *("DTSTART;TZID=W. Europe Standard Time:20291204T140000", "DTSTAMP:20290905T080000Z"),
        *("END:VEVENT", "END:VCALENDAR", ""),
    )
    answer = a_mail("Geaccepteerd: Startgesprek", "")
    answer.add_alternative(
        "\r\n".join(lines).encode(),
        maintype="text",
        subtype="calendar",
        cte="base64",
        params={"charset": "utf-8", "method": "REPLY"},
    )
    return answer


def an_office_on(server: MailServer, folder: Path) -> AtWork:
    more = (
        f'\n[smtp]\nhost = "127.0.0.1"\nport = {server.smtp}\ntls = "geen"\n'
        f'\n[imap]\nhost = "localhost"\nport = {server.imaps}\ntls = "tls"\nuser = "{OFFICE}"\n'
    )
    return an_imported_office(folder, rules=("startgesprek",), more=more)


@contextmanager
def at_a_desk(server: MailServer, folder: Path) -> Iterator[AtWork]:
    an_office_on(server, folder)
    with at_work(folder) as desk:
        yield desk


def words_of(desk: AtWork) -> dict[str, str]:
    """What each guest answered, by address."""
    with desk.means.database.read() as connection:
        found = appointment_of(connection, TALK)
        people = desk.means.register(connection).contacts
        assert found is not None
        return {people[one.contact].email: reply_word(one, found) for one in attendees_of(connection, [TALK])[TALK]}


def test_an_invitation_is_answered_and_shown_and_a_wrong_address_is_flagged(server: MailServer, tmp_path: Path) -> None:
    with at_a_desk(server, tmp_path / "w") as desk:
        desk.plan(PLANNED, year=2029)
        asked = Asked("appoint", "2029-12-04T14:00", None, "De Linde", (), (OC, DIRECTOR), (), False, False, "")
        act_on_talk(desk.means, TALK, asked, parse_moment(PLANNED), ROLES, "bureau")
        desk.tick(*LEAVES)
        assert {one.email for one in desk.messages("sent")} >= {OC, DIRECTOR}

        (invited,) = [path for path in server.waits_for(OC, 1) if b'method="REQUEST"' in path.read_bytes()]
        server.waits_for(OFFICE, 1)  # postfix says that the director is unknown
        put_in(server, OFFICE, as_exchange_answers(invited.read_bytes()), a_mail("Een vraag"))
        assert words_of(desk)[OC] == "nog geen antwoord"

        told = desk.office.must("inbox").out.splitlines()
        assert told[0] == "1 antwoord, 1 onbestelbaar, 1 blijft staan."
        assert words_of(desk)[OC] == "ja"
        with desk.means.database.read() as connection:
            (flagged,) = unreached(connection)
        assert (flagged.email, "unknown user" in flagged.reason) == (DIRECTOR, True)
        (left,) = server.mails(OFFICE)
        assert b"Een vraag" in left.read_bytes()
        assert ":2," not in left.name or "S" not in left.name.partition(":2,")[2], "a mail for people is marked as read"
        assert len(server.waits_for(OFFICE, 2, "Verwerkt")) == 2

        assert desk.office.must("inbox", "--json").json == []
        desk.tick("2029-09-05T10:00")
        assert len(server.mails(OC)) == 1, "an answer is answered"


def test_doctor_knocks_at_the_mailbox(server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = an_office_on(server, tmp_path / "w")
    assert f"De postbus op localhost:{server.imaps} is te lezen." in office.run("doctor").out
    monkeypatch.setenv("JAARPLANNING_IMAP_WACHTWOORD", "fout")
    found = office.run("inbox")
    assert (found.code, found.out) == (1, "")
    assert f"De postbus op localhost:{server.imaps} weigert het aanmelden" in found.err
    assert "JAARPLANNING_IMAP_WACHTWOORD" in found.err
    assert "weigert het aanmelden" in office.run("doctor").out
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "Het certificaat van de postbus" in office.run("inbox").err


@pytest.mark.parametrize(("tls", "port"), [("tls", "imaps"), ("starttls", "imap")])
def test_a_mail_is_fetched_as_it_is_without_being_read_and_moved(server: MailServer, tls: str, port: str) -> None:
    put_in(server, OC, a_mail("eerste"), a_mail("tweede"))
    with inbox.opened(the_room(server, tls=tls, port=getattr(server, port), done="Klaar & café/2026")) as folder:
        *_, first, second = folder.numbers()
        raw = folder.fetch(first)
        assert raw is not None
        assert b"eerste" in raw
        assert folder.sizes([first, 99_999]) == {first: len(raw)}
        assert folder.fetch(99_999) is None
        folder.put_away(first)
        folder.put_away(first)
        assert first not in folder.numbers()
        assert second in folder.numbers()
    assert not any("S" in path.name.partition(":2,")[2] for path in server.mails(OC))


def test_on_a_server_that_cannot_move_only_that_one_mail_goes() -> None:
    with a_mail_server([OC], more="imap_capability = IMAP4rev1 UIDPLUS NAMESPACE LITERAL+") as server:
        put_in(server, OC, a_mail("eerste"), a_mail("tweede"), a_mail("derde"))
        room = the_room(server, tls="geen", port=server.imap, host="127.0.0.1")
        with inbox.opened(room) as folder:
            first, second, third = folder.numbers()
            # Somebody marked a mail for removal, and may still think better of it.
            folder._client.delete_messages([third])
            folder.put_away(first)
            assert list(folder.numbers()) == [second]
        assert len(server.mails(OC)) == 2
        assert len(server.mails(OC, "Verwerkt")) == 1


@pytest.mark.parametrize(
    ("changes", "message", "hint"),
    [
        ({"password": "fout"}, "weigert het aanmelden", "JAARPLANNING_IMAP_WACHTWOORD"),
        ({"folder": "Bestaat niet"}, "weigert wat het programma vraagt", "Controleer [imap] map"),
        ({"port": 1}, "is niet bereikbaar", "[imap] host"),
        ({"host": "127.0.0.1"}, "certificaat", "SSL_CERT_FILE"),
    ],
)
def test_what_is_wrong_with_a_mailbox_is_told_with_the_place_to_mend_it(
    server: MailServer, changes: dict[str, object], message: str, hint: str
) -> None:
    with pytest.raises(MailroomError) as told, inbox.opened(the_room(server, **changes)):
        pass
    assert message in told.value.message
    assert hint in told.value.hint


def test_where_encryption_is_asked_nothing_is_said_without_it() -> None:
    with a_mail_server([OC], more="ssl = no", password=OTHER_PASSWORD) as server:
        room = the_room(server, tls="starttls", port=server.imap, password=OTHER_PASSWORD)
        with pytest.raises(MailroomError, match="biedt geen STARTTLS aan"), inbox.opened(room):
            pass
        with inbox.opened(replace(room, tls="geen")) as folder:
            assert folder.numbers() == []


def test_the_folder_for_what_was_understood_may_still_be_made(server: MailServer) -> None:
    assert not inbox.knock(the_room(server, done="Nog niet"))
    assert inbox.knock(the_room(server, done="INBOX"))


def test_reading_is_part_of_wiring(server: MailServer, tmp_path: Path) -> None:
    office = an_office_on(server, tmp_path / "w")
    reading = reading_of(wiring.open_workspace(office.folder).settings)
    assert reading is not None
    with reading.opened() as folder:
        assert folder.validity > 0
