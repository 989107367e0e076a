"""Eight processes deliver from one database at once: each message leaves once, also when one of them is killed."""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from engine.app.means import Means
from engine.core.sheets import ContactRow
from engine.store.messages import all_messages
from engine.store.register import save_contacts
from tests.acceptance.eight import PROCESSES
from tests.outboxes import an_outbox, queue_digests, queue_some
from tests.workspaces import ROOT, Kept

MESSAGES = int(os.environ.get("EIGHT_MESSAGES", "2000"))
# Contacts with two digests in the queue: the second one is for the next day.
READERS = 100
TODAY, TOMORROW = "2026-11-24T10:00", "2026-11-25T10:00"


@dataclass
class Crowd:
    """An outbox, and a relay in a process of its own that eight others deliver to."""

    means: Means
    folder: Path
    relay: subprocess.Popen[str]
    port: int
    told: list[list[dict[str, Any]]] = field(default_factory=list)

    def deliver(self, moment: str, *, kill: bool = False) -> list[dict[str, Any]]:
        """All that is due at that moment, by eight processes; what each of them did."""
        self.means.database.close()
        command = ["deliver", str(self.folder), str(self.port), moment, str(int(kill))]
        done = subprocess.run(a_module(*command), cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        self.told.append(json.loads(done.stdout))
        return self.told[-1]

    def taken(self) -> list[tuple[str, str, str]]:
        """Message-ID, receiver and digest of each mail that the relay took, after which it stops."""
        out, _ = self.relay.communicate()
        return [tuple(mail) for mail in json.loads(out)]

    def states(self) -> Counter[str]:
        with self.means.database.read() as connection:
            return Counter(one.state for one in all_messages(connection))

    def logged(self) -> Counter[str]:
        """The verzendlog: how often each Message-ID was sent."""
        lines = (self.folder / "verzendlog.jsonl").read_text("utf-8").splitlines()
        # A kill may tear a line, and one that is being written makes the next begin with a line end.
        found = [json.loads(line) for line in lines if line.endswith("}")]
        return Counter(line["message_id"] for line in found if line["result"] == "sent")


def a_module(*arguments: str) -> list[str]:
    """The command of one of the processes."""
    return [sys.executable, "-m", "tests.acceptance.eight", *arguments]


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.slow), pytest.param("pg", marks=pytest.mark.postgres)])
def crowd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crowd]:
    """With a file in memory where there is one: the disk is not what is tested."""
    Kept.on = request.getfixturevalue("server") if request.param == "pg" else None
    memory = Path("/dev/shm")  # noqa: S108
    with (
        tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as name,
        subprocess.Popen(
            a_module("relay"), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as relay,
    ):
        assert relay.stdout is not None
        means = an_outbox(Path(name) / "w")
        Kept.on = None
        try:
            yield Crowd(means, Path(name) / "w", relay, int(relay.stdout.readline()))
        finally:
            means.database.close()
            relay.kill()


def fill(means: Means, count: int) -> list[str]:
    """So many messages, two digests for each reader among them, the first ones in front; the readers."""
    readers = [f"lezer{number}@school.example" for number in range(READERS)]
    with means.database.write() as connection:
        save_contacts(connection, [ContactRow(reader, "Lezer") for reader in readers])
    queue_digests(means, readers)
    queue_digests(means, readers)
    queue_some(means, count - 2 * READERS)
    return readers


def test_each_message_leaves_once_and_no_reader_gets_two_digests_a_day(crowd: Crowd) -> None:
    readers = fill(crowd.means, MESSAGES)
    first = crowd.deliver(TODAY)
    assert crowd.states() == {"sent": MESSAGES - READERS, "queued": READERS}
    second = crowd.deliver(TOMORROW)
    assert crowd.states() == {"sent": MESSAGES}
    mails = crowd.taken()
    assert len(mails) == len({number for number, *_ in mails}) == MESSAGES
    by_day = [Counter(to for _, to, _ in mails[:-READERS]), Counter(to for _, to, _ in mails[-READERS:])]
    assert [{count[reader] for reader in readers} for count in by_day] == [{1}, {1}]
    assert [one["trouble"] for one in (*first, *second)] == [[]] * 2 * PROCESSES
    assert min(one["sent"] for one in first) > 0, "one of them did nothing"
    assert sum(one["sent"] for one in (*first, *second)) == MESSAGES
    assert crowd.logged() == dict.fromkeys((number for number, *_ in mails), 1)


def test_of_one_that_is_killed_nothing_is_lost_and_at_most_its_last_mail_arrives_twice(crowd: Crowd) -> None:
    count = MESSAGES // 4
    fill(crowd.means, count)
    told = crowd.deliver(TODAY, kill=True)
    assert crowd.deliver(TOMORROW)
    assert [("killed" in one) for one in told] == [True] + [False] * (PROCESSES - 1)
    assert crowd.states() == {"sent": count}
    mails = crowd.taken()
    copies = Counter(number for number, *_ in mails)
    assert len(copies) == len(set(mails)) == count, "copies of one message differ, or one was lost"
    assert sorted(copies.values())[-2:] in ([1, 1], [1, 2])
    assert set(crowd.logged()) == set(copies)
