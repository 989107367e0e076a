"""What stands outside the engine and fails by a seed: the relay, the templates, the machine itself."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select

from engine.core.appointment import Invite
from engine.core.letter import Letter, Rendered
from engine.core.ports import DeliveryError, RenderError, Verdict
from engine.store.database import Database
from engine.store.tables import contacts, messages, notices

Notice = tuple[str, str, str]


class Killed(BaseException):
    """The process ends here: nothing after it runs, and nothing open is committed."""


@dataclass(frozen=True)
class Tried:
    """A message whose bytes went to the relay, taken or not.

    `notices` are (task, step, audience); `texts` names the text of what is asked of this reader, by task.
    """

    at: datetime
    message_id: str
    digest: str
    to: str
    kind: str
    notices: tuple[Notice, ...]
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Sent(Tried):
    """A message that the relay took. `sure`: the engine was told so."""

    sure: bool


@dataclass(frozen=True)
class Faults:
    """How often each thing goes wrong, as a share of the attempts."""

    later: float = 0.04
    never: float = 0.003
    unknown_taken: float = 0.015
    unknown_lost: float = 0.01
    killed: float = 0.01
    template: float = 0.002
    outages: int = 12
    bouncing: float = 0.03


CALM = Faults(0, 0, 0, 0, 0, 0, 0, 0)


@dataclass
class Weather:
    """The virtual clock, and what goes wrong at which moment."""

    faults: Faults
    dice: random.Random
    now: datetime
    log: list[object] = field(default_factory=list)
    outages: list[tuple[datetime, datetime]] = field(default_factory=list)
    bouncing: set[str] = field(default_factory=set)

    def plan_outages(self, begin: datetime, end: datetime) -> None:
        """Hours, sometimes days, in which the relay is down."""
        hours = int((end - begin).total_seconds() // 3600)
        for _ in range(self.faults.outages):
            start = begin + timedelta(hours=self.dice.randrange(hours))
            length = timedelta(hours=self.dice.choice((1, 3, 8, 30, 100)))
            self.outages.append((start, start + length))

    def is_down(self) -> bool:
        """True while the relay is down."""
        return any(start <= self.now < end for start, end in self.outages)

    def strikes(self, share: float) -> bool:
        """True by chance, that often."""
        return share > 0 and self.dice.random() < share

    def calm_down(self) -> None:
        """From now on nothing goes wrong but addresses that do not exist."""
        self.faults = CALM
        self.outages = []


@dataclass
class FaultyChannel:
    """The Channel port: takes messages into the log, or fails as relays do."""

    weather: Weather
    database: Database

    def deliver(self, raw: bytes, sender: str, recipient: str, on_data: Callable[[], None]) -> None:
        """One message to one address."""
        weather, faults = self.weather, self.weather.faults
        if weather.is_down():
            self.fail("relay")
        if weather.strikes(faults.killed):
            raise Killed
        if recipient in weather.bouncing or weather.strikes(faults.never):
            self.fail("never")
        if weather.strikes(faults.later):
            self.fail("later")
        on_data()
        tried = self.tried(raw)
        weather.log.append(tried)
        if weather.strikes(faults.killed):
            raise Killed
        if weather.strikes(faults.unknown_lost):
            self.fail("unknown")
        if weather.strikes(faults.later / 4):
            self.fail("later")
        dies, breaks = weather.strikes(faults.killed), weather.strikes(faults.unknown_taken)
        weather.log.append(Sent(**vars(tried), sure=not (dies or breaks)))
        if dies:
            raise Killed
        if breaks:
            self.fail("unknown")

    def close(self) -> None:
        """Nothing was open."""

    def fail(self, verdict: Verdict) -> None:
        raise DeliveryError(verdict, f"verzonnen fout: {verdict}")

    def tried(self, raw: bytes) -> Tried:
        number = str(json.loads(raw)["id"])
        with self.database.read() as connection:
            row = connection.execute(
                select(messages.c.id, messages.c.kind, contacts.c.email)
                .join(contacts, contacts.c.id == messages.c.contact)
                .where(messages.c.message_id == number)
            ).one()
            found = connection.execute(
                select(notices.c.task, notices.c.step, notices.c.audience)
                .where(notices.c.message == row.id)
                .order_by(notices.c.id)
            ).all()
        texts = json.loads(raw)["texts"]
        told = tuple((notice.task, notice.step, notice.audience) for notice in found)
        return Tried(self.weather.now, number, sha256(raw).hexdigest(), row.email, row.kind, told, texts)


@dataclass
class PlainRenderer:
    """The Renderer port, cheap; now and then a template is broken, or the machine stops."""

    weather: Weather

    def render(self, letter: Letter, templates: Mapping[str, str]) -> Rendered:
        """Names each item with its text."""
        if self.weather.strikes(self.weather.faults.killed / 4):
            raise Killed
        if self.weather.strikes(self.weather.faults.template):
            raise RenderError("uitvraag", "verzonnen fout")
        return Rendered("; ".join(item.title for item in letter.items) or "bericht", "", "")


class PlainWriter:
    """The Writer port: the letter as JSON."""

    def write(
        self,
        rendered: Rendered,
        letter: Letter,
        message_id: str,
        at: datetime,
        thread: str,
        invite: Invite | None = None,
    ) -> bytes:
        """What the channel reads again."""
        texts = {item.task: item.template for item in letter.items if item.audience == "aan"}
        told = {"id": message_id, "at": at.isoformat(), "subject": rendered.subject, "thread": thread, "texts": texts}
        return json.dumps(told, sort_keys=True).encode()
