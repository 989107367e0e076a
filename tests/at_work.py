"""An office at work in this process: the ticker's own tick, with a clock that a test sets."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from engine import scheduler, wiring
from engine.adapters.register import read_register
from engine.app import outbox, respond
from engine.app.foresight import foresee
from engine.app.intake import apply as apply_register
from engine.app.intake import compare
from engine.app.means import Means
from engine.app.planning import adopt, apply, propose
from engine.core.localtime import local, local_date, parse_moment
from engine.core.ports import Channel
from engine.core.schooljaar import Schooljaar
from engine.store.held import remember_tick
from engine.store.messages import Message, all_messages
from engine.store.notices import notices_of_message
from tests.workspaces import Office


class AtWork:
    """Verbs of an office, each at a moment; nothing of it is a proef, so mail goes where config says."""

    def __init__(self, office: Office, means: Means, channel: Channel) -> None:
        self.office = office
        self.means = means
        self.channel = channel
        self._read: dict[int, str] = {}

    def tick(self, *moments: str) -> None:
        """What the ticker does, at each of these moments."""
        for moment in moments:
            at = parse_moment(moment)
            scheduler.tick(scheduler.Work(self.means, self.channel, lambda at=at: at, lambda: None))  # type: ignore[misc]
            self._keep_letters()

    def tamper(self, *statements: str) -> None:
        """Changes the tables behind the program's back, as a fault would, or to make ready quickly."""
        with closing(sqlite3.connect(self.office.folder / "jaarplanning.sqlite")) as connection, connection:
            for statement in statements:
                assert connection.execute(statement).rowcount > 0, statement
            connection.execute("UPDATE facts SET value = value + 1 WHERE name = 'register'")
            connection.execute("UPDATE tasks SET plan_mark = ''")

    def awake(self, moment: str) -> None:
        """The program looked at that moment too, and found nothing to do."""
        with self.means.database.write() as connection:
            remember_tick(connection, parse_moment(moment))

    def plan(self, moment: str, *, year: int = 2026, adopting: bool = True) -> None:
        """Plans a schooljaar with the rules in the folder, and adopts it."""
        at = parse_moment(moment)
        rulebook = wiring.sound_rulebook_of(wiring.open_workspace(self.office.folder))
        with self.means.database.write() as connection:
            changes = propose(connection, self.means, rulebook, [Schooljaar(year)])
            apply(connection, self.means, changes, rulebook, at, "bureau")
            if adopting:
                adopt(connection, self.means, Schooljaar(year), at, "bureau")
            foresee(connection, self.means, at)

    def act(self, key: str, move: Any, moment: str, by: str = "bureau", reason: str = "") -> None:
        """What a person does to a task."""
        respond.act(self.means, key, move, parse_moment(moment), by=by, reason=reason)

    def each(self, verb: Any, moment: str, *states: Any) -> None:
        """Holds, drops or releases every message in these states."""
        with self.means.database.write() as connection:
            for one in all_messages(connection, states):
                if verb is outbox.release:
                    outbox.release(connection, one.id, self.means, parse_moment(moment))
                else:
                    verb(connection, one.id, "zomaar", parse_moment(moment))

    def reread(self, moment: str) -> None:
        """Imports the register of the folder again."""
        found, problems = read_register(self.office.folder / "register", "register", ())
        assert all(problem.severity == "note" for problem in problems)
        at = parse_moment(moment)
        with self.means.database.write() as connection:
            difference, _ = compare(connection, found, (), local_date(at))
            apply_register(connection, difference, at)

    def messages(self, *states: str) -> list[Message]:
        """The messages in these states, or all."""
        with self.means.database.read() as connection:
            return [one for one in all_messages(connection) if not states or one.state in states]

    def told(self, address: str) -> list[tuple[str, str]]:
        """(day, step) of what reached the address, in order; other mail by its subject."""
        found = []
        with self.means.database.read() as connection:
            for one in sorted(self.messages("sent"), key=lambda one: (one.sent_at, one.id)):
                if one.email == address and one.sent_at is not None:
                    steps = [notice.step for notice in notices_of_message(connection, one.id)] or [one.subject]
                    found += [(local(one.sent_at).date().isoformat(), step) for step in steps]
        return found

    def letters(self, address: str) -> list[str]:
        """The plain text of each mail to the address, in the order of sending, with its Subject and Date above it."""
        self._keep_letters()
        sent = sorted(self.messages("sent"), key=lambda one: (one.sent_at, one.id))
        return [self._read[one.id] for one in sent if one.email == address]

    def _keep_letters(self) -> None:
        """Reads what was sent, for its bytes are wiped some days later."""
        for one in self.messages("sent"):
            if one.id not in self._read and one.raw is not None:
                mail = message_from_bytes(self.means.vault.open(one.id, one.raw), policy=policy.default)
                body = mail.get_body(("plain",))
                assert body is not None
                self._read[one.id] = f"{mail['Subject']}\n{mail['Date']}\n{' '.join(body.get_content().split())}"


@contextmanager
def at_work(folder: Path, **config: str) -> Iterator[AtWork]:
    """The office in that folder, opened as `run` opens it; `config` replaces whole lines of config.toml by key."""
    if config:
        path = folder / "config.toml"
        lines = path.read_text(encoding="utf-8").splitlines()
        changed = [config.pop(line.partition(" =")[0], line) for line in lines]
        assert not config, config
        path.write_text("\n".join(changed), encoding="utf-8")
    place = wiring.open_workspace(folder)
    database = wiring.database_of(place)
    try:
        yield AtWork(Office(folder), wiring.means_of(place, database), wiring.channel_of(place, database))
    finally:
        database.close()
