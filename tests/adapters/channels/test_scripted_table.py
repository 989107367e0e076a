"""One table: a relay that fails in each phase in each way, and what the whole of `deliver` makes of it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from engine.adapters.channels.smtp import SmtpChannel
from engine.app.deliver import deliver
from engine.app.means import Means
from engine.core.ports import DeliveryError, Verdict
from engine.store.messages import change_message
from engine.store.relay import relay_rest, save_refusals, save_rest
from tests.adapters.channels.relays import BIG, BRIEF, PATIENT, a_relay, wait_for
from tests.adapters.channels.scripted import BREAK, GARBAGE, SILENCE, ScriptedServer
from tests.outboxes import OPEN, a_mail, an_outbox, queue, stored

pytestmark = pytest.mark.slow

ACTS = {"break": BREAK, "silence": SILENCE, "garbage": GARBAGE}
# From top to bottom how far the conversation was, from left to right what the relay did then.
TABLE = """
            break    silence  garbage  421    450    451    535     550     552     554
greeting    relay    relay    relay    relay  relay  relay  relay   relay   relay   relay
ehlo        relay    relay    relay    relay  relay  relay  relay   relay   relay   relay
starttls    relay    relay    relay    relay  relay  relay  relay   relay   relay   relay
auth        relay    relay    relay    relay  relay  relay  config  config  config  config
mail        later    later    later    relay  later  later  config  relay   relay   relay
rcpt        later    later    later    relay  later  later  config  never   never   never
data        later    later    later    relay  later  later  config  never   never   never
body        later    later    later    relay  later  later  never   never   never   never
dot         unknown  unknown  unknown  relay  later  later  never   never   never   never
"""


@dataclass(frozen=True)
class Outcome:
    """What stands in the database afterwards."""

    state: str
    attempts: int
    doubts: int
    relay_rests: bool


# Per verdict: the message's state, whether the attempt counts, and whether the relay is left alone.
OUTCOMES: dict[Verdict, Outcome] = {
    "relay": Outcome("queued", 0, 0, relay_rests=True),
    "config": Outcome("queued", 0, 0, relay_rests=True),
    "later": Outcome("deferred", 1, 0, relay_rests=False),
    "never": Outcome("bounced", 1, 0, relay_rests=False),
    "unknown": Outcome("deferred", 1, 1, relay_rests=False),
}


def cells() -> Iterator[tuple[str, str, str]]:
    """Phase, act and verdict of each cell."""
    head, *rows = TABLE.strip().splitlines()
    for row in rows:
        phase, *verdicts = row.split()
        for act, verdict in zip(head.split(), verdicts, strict=True):
            yield phase, act, verdict


@pytest.fixture(scope="module")
def outbox(tmp_path_factory: pytest.TempPathFactory) -> Means:
    """One database for all cells; each has a message of its own."""
    return an_outbox(tmp_path_factory.mktemp("table") / "w")


@dataclass
class Listening:
    """A channel that remembers the verdict."""

    inner: SmtpChannel
    verdict: str = ""

    def deliver(self, raw: bytes, sender: str, recipient: str, on_data: Callable[[], None]) -> None:
        try:
            self.inner.deliver(raw, sender, recipient, on_data)
        except DeliveryError as error:
            self.verdict = error.verdict
            raise

    def close(self) -> None:
        self.inner.close()


@pytest.mark.parametrize(("phase", "act", "verdict"), [*cells()])
def test_each_failure_in_each_phase(outbox: Means, phase: str, act: str, verdict: Verdict) -> None:
    server = ScriptedServer({phase: ACTS.get(act, f"{act} nee")}, offers=["STARTTLS", "AUTH PLAIN"])
    relay = a_relay(
        server.port,
        tls="starttls" if phase == "starttls" else "geen",
        **({"user": "bureau", "password": "geheim"} if phase == "auth" else {}),
    )
    wait = BRIEF / 2 if act == "silence" else PATIENT
    # A small body fits into the line, whether the relay reads or not.
    body = BIG[: len(BIG) // 2] if (phase, act) == ("body", "silence") else b"Beste lezer,\r\n"
    number = queue(outbox, raw=lambda one, to: a_mail(one, to, body))

    def reached(point: str) -> None:
        if point == "data-committed" and phase == "body" and act != "silence":
            wait_for(server.hung_up) if act == "break" else time.sleep(0.02)

    with server:
        channel = Listening(SmtpChannel(relay, timeout=wait, answer_timeout=wait))
        deliver(replace(outbox, reached=reached), channel, OPEN)
        channel.close()
    left = stored(outbox, number)
    with outbox.database.write() as connection:
        rests = relay_rest(connection) is not None
        save_rest(connection, None)
        save_refusals(connection, [])
        change_message(connection, number, [left.state], state="dropped", next_attempt=None, raw=None)

    assert channel.verdict == verdict
    assert Outcome(left.state, left.attempts, left.doubts, rests) == OUTCOMES[verdict]
    assert left.phase == ""
    assert server.messages == [] or phase == "dot"
    if phase == "starttls":
        assert not any(command.startswith(("MAIL", "AUTH")) for command in server.commands)
