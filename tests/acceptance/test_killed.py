"""Deliveries killed with SIGKILL, at each named point and at any moment: nothing is lost, nothing goes out thrice."""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.adapters.channels.smtp import SmtpChannel
from engine.app.deliver import deliver
from engine.app.means import Means
from engine.app.outbox import release
from engine.store.messages import Message, all_messages
from tests.acceptance.killed import POINTS
from tests.adapters.channels.relays import a_relay
from tests.adapters.channels.scripted import ScriptedServer
from tests.outboxes import OPEN, a_mail, an_outbox, reopened
from tests.workspaces import ROOT

pytestmark = pytest.mark.slow

AT_EACH_POINT, AT_ANY_MOMENT = 20, 1000
# Nobody knows whether the relay took what was under way here; from `logged` on the verzendlog knows.
IN_DOUBT = {"before-dot", "after-dot", "answered"}
IN_DATA = {"data-committed", "body-half", *IN_DOUBT}


@dataclass
class Killed:
    """What is left after the kills and a run in peace."""

    means: Means
    server: ScriptedServer
    kills: list[dict[str, object]]

    @property
    def messages(self) -> list[Message]:
        with self.means.database.read() as connection:
            return all_messages(connection)

    @property
    def copies(self) -> Counter[bytes]:
        return Counter(self.server.messages)

    def peace(self) -> None:
        """A run that nobody kills."""
        channel = SmtpChannel(a_relay(self.server.port))
        deliver(self.means, channel, OPEN)
        channel.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a kill does not ask for a disk, and waiting for it takes minutes."""
    if not Path("/dev/shm").is_dir():  # noqa: S108
        yield tmp_path / "w"
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        yield Path(name) / "w"


def killed(folder: Path, server: ScriptedServer, point: str, kills: int) -> Killed:
    """Kills so many deliveries, and runs one in peace after them."""
    an_outbox(folder)
    command = [sys.executable, "-m", "tests.acceptance.killed", str(folder), str(server.port), point, str(kills), "1"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert ran.stderr == ""
    found = Killed(reopened(folder), server, [json.loads(line) for line in ran.stdout.splitlines()])
    assert len(found.kills) == kills
    found.peace()
    return found


def check(found: Killed) -> None:
    """What must hold whatever was killed."""
    copies = found.copies
    doubtful = Counter(kill["message"] for kill in found.kills if kill["point"] in IN_DOUBT)
    known = {a_mail(one.id) for one in found.messages}
    assert set(copies) <= known, "the relay took bytes that are no message's"
    assert {one.state for one in found.messages} <= {"sent", "uncertain"}
    for one in found.messages:
        count = copies[a_mail(one.id)]
        assert count >= (one.state == "sent"), f"{one.id} is said to be sent, and was not"
        assert count <= 2, f"{one.id} went out {count} times"
        assert count <= 1 + doubtful[one.id], f"{one.id} went out twice without a kill after the final dot"
        in_data = sum(kill["message"] == one.id and kill["point"] in IN_DATA for kill in found.kills)
        assert one.state == "sent" or in_data == 2, f"{one.id} is uncertain after {in_data} kills in phase data"


def nothing_is_lost(found: Killed) -> None:
    """A person lets go what is uncertain; then each message has arrived."""
    with found.means.database.write() as connection:
        for one in all_messages(connection, ["uncertain"]):
            release(connection, one.id, found.means, OPEN)
    found.peace()
    assert {one.state for one in found.messages} == {"sent"}
    assert set(found.copies) == {a_mail(one.id) for one in found.messages}


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point(folder: Path, point: str) -> None:
    with ScriptedServer() as server:
        found = killed(folder, server, point, AT_EACH_POINT)
        assert {kill["point"] for kill in found.kills} == {point}
        check(found)
        if point not in IN_DOUBT:
            assert max(found.copies.values()) == 1
        if point not in IN_DATA:
            assert {one.state for one in found.messages} == {"sent"}
        nothing_is_lost(found)


def test_killed_at_any_moment(folder: Path) -> None:
    with ScriptedServer() as server:
        found = killed(folder, server, "random", AT_ANY_MOMENT)
        # The kills came everywhere, or this shows little.
        assert {kill["point"] for kill in found.kills} >= set(POINTS)
        check(found)
        nothing_is_lost(found)
