"""A worker whose disk is full, or whose database vanishes: it stops before the final dot, and heals by itself."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine import scheduler
from engine.core.ports import Channel
from tests.acceptance.test_worker import an_adopted_office, work
from tests.adapters.channels.relays import Inbox, a_server
from tests.disks import no_room
from tests.workspaces import Office, copied

MORNING = "2026-11-24T08:30"
Relayed = tuple[Office, Inbox]


@pytest.fixture(scope="module")
def relayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Relayed]:
    """An office with five mails to send, and the relay that takes them."""
    with a_server() as (inbox, port):
        smtp = f'[smtp]\nhost = "127.0.0.1"\nport = {port}\ntls = "geen"'
        yield an_adopted_office(tmp_path_factory.mktemp("disk") / "w", smtp), inbox


@pytest.fixture
def office(relayed: Relayed, tmp_path: Path) -> Relayed:
    """A copy of it, and the relay with nothing in it."""
    relayed[1].envelopes.clear()
    return copied(relayed[0], tmp_path / "w"), relayed[1]


class FullWhenOffered(Channel):
    """The relay's channel, with a disk that fills up when the relay says it may have the message."""

    def __init__(self, channel: Channel, full: ExitStack, wal: Path) -> None:
        self._channel, self._full, self._wal = channel, full, wal

    def deliver(self, raw: bytes, sender: str, recipient: str, on_data: Callable[[], None]) -> None:
        def fill() -> None:
            self._full.enter_context(no_room(self._wal))
            on_data()

        self._channel.deliver(raw, sender, recipient, fill)

    def close(self) -> None:
        self._channel.close()


def later(job: scheduler.Work, minutes: int) -> scheduler.Work:
    """The same worker, so much later."""
    now = job.clock() + timedelta(minutes=minutes)
    return replace(job, clock=lambda: now)


@pytest.mark.slow
def test_a_disk_that_is_full_at_354_stops_the_mail_before_its_dot_and_heals(office: Relayed) -> None:
    folder, inbox = office[0].folder, office[1]
    job = work(office[0], MORNING)
    with ExitStack() as full:
        scheduler.tick(replace(job, channel=FullWhenOffered(job.channel, full, folder / "jaarplanning.sqlite-wal")))
        scheduler.tick(later(job, 1))
        assert inbox.envelopes == []
    for minutes in (2, 20):  # the claim of the one that was under way runs out after a quarter
        scheduler.tick(later(job, minutes))
    job.channel.close()
    receivers = [envelope.rcpt_tos[0] for envelope in inbox.envelopes]
    assert len(receivers) == len(set(receivers)) == 5


def test_a_database_that_vanishes_stops_the_worker_until_it_is_back(
    office: Relayed, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, inbox = office[0].folder, office[1]
    job = work(office[0], "2026-11-24T08:00")
    scheduler.tick(job)
    away = folder / "away"
    away.mkdir()
    files = [path.rename(away / path.name) for path in folder.glob("jaarplanning.sqlite*")]
    scheduler.tick(later(job, 30))
    assert "niet openen" in capsys.readouterr().out
    assert inbox.envelopes == []
    for path in files:
        path.rename(folder / path.name)
    scheduler.tick(later(job, 31))
    job.channel.close()
    assert len(inbox.envelopes) == 5
