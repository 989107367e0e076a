"""Agendas: a change in one task makes only those again in which it stands; giving a kept one is one read."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from sqlite3 import connect

from sqlalchemy import select

from benchmarks._measure import alone, cpu_seconds, is_smoke, side_by_side, verdict
from benchmarks._workspace import REPOSITORY, a_book, means_of
from benchmarks.overview import NOW, Window, stored
from engine.app.agendas import refresh, touched
from engine.app.means import Means
from engine.app.respond import act
from engine.app.subscribing import hand_out
from engine.core.agenda import Mailbox, Published
from engine.core.agenda_choice import Whose
from engine.core.appointment import InviteMethod
from engine.core.party import SWV
from engine.core.ports import AgendaWriter
from engine.core.token import digest_of
from engine.store.database import open_database
from engine.store.feeds import add_feed, feed_names
from engine.store.tables import feeds, tasks
from engine.web.visit import Site
from engine.wiring import Workspace

SCHOOLS, SMOKE_SCHOOLS = 100, 20
REPEATS, SMOKE_REPEATS, FETCHES = 15, 3, 100


@dataclass(slots=True)
class Counting:
    """A writer that counts what it writes."""

    inner: AgendaWriter
    made: int = 0

    def feed(self, title: str, items: Sequence[Published]) -> bytes:
        """As the inner one writes it."""
        self.made += 1
        return self.inner.feed(title, items)

    def single(self, item: Published) -> bytes:
        """As the inner one writes it."""
        self.made += 1
        return self.inner.single(item)

    def invitation(self, item: Published, method: InviteMethod, organizer: Mailbox, guest: Mailbox) -> bytes:
        """As the inner one writes it."""
        self.made += 1
        return self.inner.invitation(item, method, organizer, guest)


def everybody(means: Means) -> int:
    """Everybody asks for an agenda: the SWV, each bestuur and school, each contact; returns how many are made."""
    with means.database.write() as connection:
        register = means.register(connection)
        names = [Whose(one.id) for one in register.parties.values() if one.kind != "gemeente"]
        for whose in (*names, *(Whose(contact=number) for number in register.contacts)):
            add_feed(connection, str(whose))
    made = 0
    while more := refresh(means, NOW):
        made += more
    return made


def kept(means: Means) -> dict[str, str]:
    """The ETag of every agenda."""
    with means.database.read() as connection:
        return {row.name: row.etag for row in connection.execute(select(feeds.c.name, feeds.c.etag))}


def changed(means: Means, counting: Counting) -> tuple[int, int, int]:
    """One task is handed in: in how many agendas it stands, how many are written again, how many have other bytes."""
    with means.database.read() as connection:
        open_ = tasks.c.state == "open"
        key: str = connection.execute(
            select(tasks.c.key).where(open_, tasks.c.round == "september").limit(1)
        ).scalar_one()
        stands = len(touched(connection, means, [key], NOW))
    before, counting.made = kept(means), 0
    act(means, key, "submit", NOW, by="benchmark")
    refresh(means, NOW)
    after = kept(means)
    return stands, counting.made, sum(before[name] != after[name] for name in before)


def main() -> int:
    """Counts, and measures what serving costs."""
    smoke = is_smoke(__doc__ or "")
    schools, repeats = (SMOKE_SCHOOLS, SMOKE_REPEATS) if smoke else (SCHOOLS, REPEATS)
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "store.sqlite"
        alone(stored, file, schools, False)
        database, book = open_database(f"sqlite:///{file}"), a_book()
        means = means_of(book, database)
        counting = Counting(means.ical)
        means = replace(means, ical=counting)
        spent = cpu_seconds(lambda: everybody(means))
        with database.read() as connection:
            many = len(feed_names(connection))
        print(f"feeds: {many} agendas of {schools} schools made in {spent:.1f} s")
        stands, made, other = changed(means, counting)
        codes = [
            verdict(
                f"feeds: one task changes, in {stands} of {many} agendas: {made} made again, {other} with other bytes",
                made == other == stands,
            )
        ]
        handed = hand_out(means, Whose(SWV), "benchmark", "benchmark", NOW)
        address = f"/agenda/{handed.token}.ics"
        site = Site(place=Workspace(REPOSITORY, book.settings), means=means, clock=lambda: NOW)
        window = Window(database, site)
        raw = window.get(address)  # notes that it was fetched; for an hour that is not written again
        site.later.submit(lambda: None).result()  # that note is written beside the answer
        counting.made = 0
        ((statement, _),) = window.asked(address)
        codes.append(
            verdict(f"feeds: giving {len(raw)} kept bytes: 1 statement, {counting.made} made", counting.made == 0)
        )
        with closing(connect(file)) as bare:
            digest = (digest_of(handed.token),)
            pair = side_by_side(
                lambda: [window.get(address) for _ in range(FETCHES)],
                lambda: [bare.execute(statement, digest).fetchone() for _ in range(FETCHES)],
                repeats,
            )
        print(
            f"feeds: giving it takes {pair.program / FETCHES * 1e6:.0f} µs, of which its statement "
            f"{pair.yardstick / FETCHES * 1e6:.0f} µs"
        )
        database.close()
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
