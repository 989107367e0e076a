"""What the bureau is told of addresses at which mail does not arrive, and of having no bureau."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from sqlalchemy import text

from engine.app.alarms import tell_bureau
from engine.app.checking import notes_on_people
from engine.app.means import Means
from engine.core.localtime import local_date
from engine.store.facts import register_changed
from engine.store.messages import all_messages, change_message
from engine.store.register import readdress
from engine.store.unreached import TOLD
from tests.outboxes import OPEN, READER, an_outbox, queue
from tests.workspaces import run

SAID = "De mailserver mail.example:25 weigert het adres van de ontvanger (550 5.1.1 No such user)."
LINDE = f"mail aan {READER} (De Linde) komt sinds dinsdag 24 november 2026 niet aan: {SAID[:-1]}"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Means:
    """One database for all tests."""
    return an_outbox(tmp_path_factory.mktemp("lost") / "w")


@pytest.fixture
def outbox(opened: Means) -> Iterator[Means]:
    """The same, without messages and with the register as it was."""
    yield opened
    with opened.database.write() as connection:
        connection.execute(text("DELETE FROM messages"))
        connection.execute(text(f"DELETE FROM facts WHERE name = '{TOLD}'"))
        connection.execute(text("UPDATE roles SET first = NULL, last = NULL"))
        readdress(connection, [("nieuw@linde.example", READER)])
        register_changed(connection)


def a_message(means: Means, state: str, **values: Any) -> int:
    """A message to De Linde that ended so on 24 November."""
    number = queue(means)
    reason = f"{SAID} Controleer het e-mailadres in het register."
    ended = {"next_attempt": None, "tried_at": OPEN, "reason": reason, "sent_at": None} | values
    with means.database.write() as connection:
        change_message(connection, number, ["queued"], state=state, **ended)
    return number


def told(means: Means) -> list[str]:
    """The mails to the bureau: subject and text on one line."""
    found = []
    with means.database.read() as connection:
        for one in all_messages(connection, ["queued"]):
            assert one.raw is not None
            mail = message_from_bytes(means.vault.open(one.id, one.raw), policy=policy.default)
            body = mail.get_body(("plain",))
            assert body is not None
            found.append(f"{mail['Subject']} | {' '.join(body.get_content().split())}")
    return found


def notes(means: Means, days: int = 0) -> list[str]:
    """What check says of people so many days after 24 November."""
    with means.database.read() as connection:
        today = local_date(OPEN + days * DAY)
        return [note.text for note in notes_on_people(connection, means.register(connection), today)]


def test_the_bureau_hears_once_who_got_nothing_where_since_when_and_why(outbox: Means) -> None:
    number = a_message(outbox, "bounced")
    assert [tell_bureau(outbox, OPEN + minutes * MINUTE) for minutes in (1, 2, 1440, 2880)] == [1, 0, 0, 0]
    (letter,) = told(outbox)
    assert letter.startswith("Mail aan 1 adres komt niet aan | ")
    assert f"{READER} (De Linde): sinds dinsdag 24 november 2026, bericht {number}. De reden: {SAID} Het" in letter
    assert notes(outbox) == [LINDE]


def test_later_mail_that_bounces_is_no_news_and_mail_that_arrives_ends_it(outbox: Means) -> None:
    a_message(outbox, "bounced")
    tell_bureau(outbox, OPEN)
    a_message(outbox, "bounced", tried_at=OPEN + DAY)
    assert (tell_bureau(outbox, OPEN + DAY), notes(outbox, 1)) == (0, [LINDE])
    a_message(outbox, "sent", sent_at=OPEN + 2 * DAY)
    assert notes(outbox, 2) == []
    a_message(outbox, "bounced", tried_at=OPEN + 3 * DAY)
    assert tell_bureau(outbox, OPEN + 3 * DAY) == 1


def test_mail_that_arrived_before_does_not_end_it(outbox: Means) -> None:
    a_message(outbox, "sent", sent_at=OPEN - DAY)
    a_message(outbox, "bounced")
    assert notes(outbox) == [LINDE]


def test_a_new_address_ends_it(outbox: Means) -> None:
    a_message(outbox, "bounced")
    with outbox.database.write() as connection:
        readdress(connection, [(READER, "nieuw@linde.example")])
        register_changed(connection)
    assert (notes(outbox), tell_bureau(outbox, OPEN)) == ([], 0)


def test_who_has_no_role_any_more_is_not_told(outbox: Means) -> None:
    a_message(outbox, "bounced")
    with outbox.database.write() as connection:
        connection.execute(text("UPDATE roles SET last = '2026-11-24' WHERE role = 'ondersteuningscoordinator'"))
        register_changed(connection)
    assert (notes(outbox), notes(outbox, 1), tell_bureau(outbox, OPEN + DAY)) == ([LINDE], [], 0)


def test_mail_that_may_have_arrived_is_told_too(outbox: Means) -> None:
    number = a_message(outbox, "uncertain", subject="Wilt u iets sturen?")
    assert (tell_bureau(outbox, OPEN), tell_bureau(outbox, OPEN + DAY)) == (1, 0)
    (letter,) = told(outbox)
    assert letter.startswith("1 mail is misschien niet aangekomen | ")
    assert f"bericht {number} aan {READER}: Wilt u iets sturen? (sinds dinsdag 24 november 2026)" in letter
    assert notes(outbox) == []


def test_without_a_bureau_that_is_noted_and_what_nobody_heard_is_told_later(outbox: Means) -> None:
    a_message(outbox, "bounced")
    with outbox.database.write() as connection:
        connection.execute(text("UPDATE roles SET first = '2026-11-26' WHERE role = 'bureau'"))
        register_changed(connection)
    assert tell_bureau(outbox, OPEN + DAY) == 0
    assert notes(outbox, 1)[0].startswith("niemand heeft vandaag de rol bureau bij partij swv. Niemand hoort dan van")
    assert (tell_bureau(outbox, OPEN + 2 * DAY), notes(outbox, 2)) == (1, [LINDE])


def test_check_shows_it_at_the_register(outbox: Means) -> None:
    a_message(outbox, "bounced")
    assert outbox.database.file is not None
    ran = run("check", "--now", "2026-11-24T12:00", "--workspace", str(outbox.database.file.parent))
    assert f"register:1:1: let op: {LINDE}" in ran.out, ran
