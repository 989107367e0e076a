"""Deliveries killed with SIGKILL, at each named point and at any moment: nothing is lost, nothing goes out thrice."""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
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
from tests.workspaces import ROOT, Office, copied

pytestmark = pytest.mark.slow

Killer = Callable[..., list[dict[str, object]]]
AT_EACH_POINT, AT_ANY_MOMENT, WHILE_TELLING = 20, 1000, 200
# Nobody knows whether the relay took what was under way here; from `logged` on the verzendlog knows.
IN_DOUBT = {"before-dot", "after-dot", "answered"}
IN_DATA = {"data-committed", "body-half", *IN_DOUBT}
# A kill at any moment falls between two points: after `data` the phase may be committed already.
PERHAPS_IN_DATA = {"data", *IN_DATA}


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


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in memory where there is one: a kill does not ask for a disk, and waiting for it takes minutes."""
    if not Path("/dev/shm").is_dir():  # noqa: S108
        yield tmp_path_factory.mktemp("killed")
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def first(room: Path) -> Office:
    """An office that the tests copy."""
    an_outbox(room / "first").database.close()
    return Office(room / "first")


@pytest.fixture(scope="module")
def killer() -> Iterator[Killer]:
    """Has a process of its own kill deliveries; see `killed.py`."""
    command = [sys.executable, "-m", "tests.acceptance.killed"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        ask, told = process.stdin, process.stdout

        def kill(*work: object) -> list[dict[str, object]]:
            print(json.dumps(work), file=ask, flush=True)
            found: list[dict[str, object]] = json.loads(told.readline())
            return found

        yield kill
        ask.close()


@pytest.fixture
def killed(room: Path, first: Office, killer: Killer) -> Iterator[Callable[[str, int], Killed]]:
    """Kills so many deliveries at a point, and runs one in peace after them."""
    with ScriptedServer() as server, tempfile.TemporaryDirectory(dir=room) as name:

        def kill(point: str, times: int) -> Killed:
            folder = copied(first, Path(name) / "w").folder
            found = Killed(reopened(folder), server, killer(str(folder), server.port, point, times))
            assert len(found.kills) == times
            found.peace()
            return found

        yield kill


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
        in_data = sum(kill["message"] == one.id and kill["point"] in PERHAPS_IN_DATA for kill in found.kills)
        assert one.state == "sent" or in_data >= 2, f"{one.id} is uncertain after {in_data} kills in phase data"


def nothing_is_lost(found: Killed) -> None:
    """A person lets go what is uncertain; then each message has arrived."""
    with found.means.database.write() as connection:
        for one in all_messages(connection, ["uncertain"]):
            release(connection, one.id, found.means, OPEN)
    found.peace()
    assert {one.state for one in found.messages} == {"sent"}
    assert set(found.copies) == {a_mail(one.id) for one in found.messages}


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point(killed: Callable[[str, int], Killed], point: str) -> None:
    found = killed(point, AT_EACH_POINT)
    assert {kill["point"] for kill in found.kills} == {point}
    check(found)
    if point not in IN_DOUBT:
        assert max(found.copies.values()) == 1
    if point not in IN_DATA:
        assert {one.state for one in found.messages} == {"sent"}
    nothing_is_lost(found)


def test_a_kill_never_finds_half_a_word_on_the_board() -> None:
    """Else the books would miss a kill in doubt, and a rightful second copy would look like a wrong one."""
    program = f"from tests.acceptance.killed import read_after_kills; print(read_after_kills({WHILE_TELLING}))"
    told = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "{(7, 'answered')}"


def test_killed_at_any_moment(killed: Callable[[str, int], Killed]) -> None:
    found = killed("random", AT_ANY_MOMENT)
    points = Counter(str(kill["point"]) for kill in found.kills)
    # The kills came before, in and after the data, or this shows little.
    for stretch in ({"claimed", "mail", "rcpt"}, PERHAPS_IN_DATA - IN_DOUBT, IN_DOUBT, {"logged", "sent-committed"}):
        assert sum(points[point] for point in stretch) >= AT_ANY_MOMENT // 50, points
    check(found)
    nothing_is_lost(found)
