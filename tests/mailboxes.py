"""An office with appointments and mail that left, and a mailbox in memory for what comes in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, select

from engine import wiring
from engine.adapters.ical import read_reply
from engine.adapters.incoming import read_mail
from engine.app.means import Means
from engine.core.incoming import Incoming
from engine.core.localtime import parse_moment, to_ms
from engine.core.ports import MailroomError
from engine.core.reply import Reply
from engine.store.facts import save_rulebook
from engine.store.messages import add_message, change_message
from engine.store.tables import appointments, attendees, contacts, invitations, messages, steps, tasks

NOW = parse_moment("2026-11-27T10:00")
BEFORE = parse_moment("2026-11-24T10:00")
LINDE, BAKEN, EIK = (f"startgesprek.2026-2027.{code}" for code in ("10AA00", "11BB00", "12CC00"))
# Message-ID, to whom, in which state; each is in the mails in tests/golden/inbox.
SENT = (
    ("uitvraag-linde", "oc@linde.example", "sent"),
    ("later-linde", "oc@linde.example", "sent"),
    ("uitvraag-baken", "oc@baken.example", "sent"),
    ("uitvraag-eik", "oc@eik.example", "sent"),
    ("twijfel", "directeur@eik.example", "uncertain"),
    ("al-terug", "directeur@baken.example", "bounced"),
    ("onderweg", "bestuurder@noord.example", "sending"),
)


@dataclass
class Box:
    """A folder of mails by number, read as the program reads any; `done` is where it puts what it understood."""

    mails: dict[int, bytes] = field(default_factory=dict)
    validity: int = 7
    done: dict[int, bytes] = field(default_factory=dict)
    # What the program asked for.
    fetched: list[int] = field(default_factory=list)
    closed: bool = False  # the folder for what was understood takes nothing
    gone: bool = False  # the server cannot be reached

    @contextmanager
    def opened(self) -> Iterator[Box]:
        if self.gone:
            raise MailroomError("De postbus op imap.example:993 antwoordt niet.", "Vraag het uw mailbeheerder.")
        yield self

    def read(self, raw: bytes) -> Incoming:
        return read_mail(raw)

    def reply(self, calendar: bytes) -> Reply:
        return read_reply(calendar)

    def numbers(self) -> Sequence[int]:
        return sorted(self.mails)

    def sizes(self, numbers: Sequence[int]) -> Mapping[int, int]:
        return {number: len(self.mails[number]) for number in numbers if number in self.mails}

    def fetch(self, number: int) -> bytes | None:
        self.fetched.append(number)
        return self.mails.get(number)

    def put_away(self, number: int) -> None:
        if self.closed:
            raise MailroomError("De map is vol.", "Maak ruimte.")
        if (raw := self.mails.pop(number, None)) is not None:
            self.done[number] = raw


def an_asking_office(folder: Path) -> Means:
    """The means of an imported office with three appointments and the messages of SENT. No mail really left."""
    place = wiring.open_workspace(folder)
    database = wiring.database_of(place)
    means = wiring.means_of(place, database)
    with database.write() as connection:
        people: dict[str, int] = {
            row.email: row.id for row in connection.execute(select(contacts.c.email, contacts.c.id))
        }
        book = save_rulebook(connection, "leeg", {}, BEFORE)
        for key in (LINDE, BAKEN, EIK):
            connection.execute(tasks.insert().values(_a_talk(key, book)))
        _appoint(connection, LINDE, "2026-12-03T14:00", "planned")
        _appoint(connection, BAKEN, "2026-12-04T14:00", "off")
        _appoint(connection, EIK, "2026-11-20T14:00", "held")
        guests = {
            LINDE: ("oc@linde.example", "directeur@linde.example", "leerplicht@alkmaar.example"),
            BAKEN: ("oc@baken.example",),
            EIK: ("oc@eik.example",),
        }
        for key, emails in guests.items():
            for email in emails:
                left = email == "leerplicht@alkmaar.example"
                connection.execute(attendees.insert().values(task=key, contact=people[email], left=left))
        for name, email, state in SENT:
            add_sent(connection, name, people[email], email, state)
        asked = add_sent(
            connection, "oude-uitnodiging", people["directeur@linde.example"], "directie@linde.example", "sent"
        )
        invited = {"message": asked, "task": LINDE, "contact": people["directeur@linde.example"]}
        connection.execute(invitations.insert().values(invited | {"method": "REQUEST", "sequence": 2, "base": 2}))
    return means


def add_sent(connection: Connection, name: str, contact: int, email: str, state: str) -> int:
    """A message that left three days ago; returns its number."""
    number = add_message(connection, contact=contact, email=email, kind="digest", state="queued", now=BEFORE)
    values = {"state": state, "message_id": f"<{name}@swv.example>", "tried_at": BEFORE}
    left = {} if state == "sending" else {"sent_at": BEFORE}
    assert change_message(connection, number, ["queued"], **values, **left)
    return number


def known(means: Means) -> dict[str, object]:
    """All that a mail that comes in may change, in words."""
    with means.database.read() as connection:
        guests = connection.execute(
            select(attendees, contacts.c.email).join(contacts, contacts.c.id == attendees.c.contact)
        ).all()
        found: dict[str, object] = {
            f"{row.email} {row.task.rpartition('.')[2]}": (row.reply, row.reply_sequence) for row in guests
        }
        sent = connection.execute(select(messages.c.message_id, messages.c.state)).all()
        found |= {row.message_id.partition("@")[0].lstrip("<"): row.state for row in sent}
        found |= {f"{row.task} {row.name}": row.sent for row in connection.execute(select(steps))}
    return found


def _a_talk(key: str, book: int) -> dict[str, object]:
    rule, year, party = key.split(".")
    return {
        "key": key,
        "rule": rule,
        "schooljaar": year,
        "party": party,
        "kind": "gesprek",
        "title": "Startgesprek",
        "explanation": "",
        "asked": "ondersteuningscoordinator",
        "together": [],
        "accept_needed": False,
        "opens": "2026-09-01",
        "due": "2026-12-18",
        "reasons": [],
        "state": "open",
        "version": 1,
        "rulebook": book,
    }


def _appoint(connection: Connection, key: str, starts: str, state: str) -> None:
    values = {"task": key, "starts": to_ms(parse_moment(starts)), "minutes": 60, "agenda": [], "state": state}
    connection.execute(appointments.insert().values(values | {"sequence": 2, "changed_at": to_ms(BEFORE)}))
