"""Delivers from a workspace in children that are killed, and tells where each was: `python -m tests.acceptance.killed`.

One process, without threads, loads the program once and forks a child for each kill, so that a thousand take seconds.
"""

from __future__ import annotations

import json
import mmap
import os
import random
import re
import signal
import struct
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from engine.adapters.channels.smtp import SmtpChannel
from engine.app.deliver import deliver
from engine.app.means import Means
from engine.core.ports import DeliveryError
from engine.core.settings import Relay
from engine.store.messages import all_messages
from engine.store.relay import save_rest
from tests.outboxes import OPEN, queue_some, reopened

# Every point in the code at which a delivery can be killed, in the order in which a message comes by.
POINTS = (
    "claimed",
    "mail",
    "rcpt",
    "data",
    "data-committed",
    "body-half",
    "before-dot",
    "after-dot",
    "answered",
    "logged",
    "sent-committed",
)
FEWEST, MORE = 10, 20
LONGEST_START, LONGEST_LIFE = 1.0, 0.02
AT = struct.Struct("ii")


@dataclass
class Telling:
    """A channel that writes down, where a parent can read it, which message is under way and how far it is."""

    inner: SmtpChannel
    board: mmap.mmap
    message: int = 0

    def deliver(self, raw: bytes, sender: str, recipient: str, on_data: Callable[[], None]) -> None:
        found = re.search(rb"Subject: Bericht (\d+)", raw)
        assert found is not None
        self.message = int(found[1])
        self.inner.deliver(raw, sender, recipient, on_data)

    def close(self) -> None:
        self.inner.close()

    def tell(self, point: str) -> None:
        if point == "claimed":
            self.message = 0
        AT.pack_into(self.board, 0, self.message, POINTS.index(point) + 1)


def run_child(means: Means, port: int, board: mmap.mmap, point: str, which: int) -> None:
    """Delivers all there is; dies at the `which`-th time that the point is reached."""
    left = which

    def reached(name: str) -> None:
        nonlocal left
        channel.tell(name)
        if name == point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    relay = Relay(host="127.0.0.1", port=port, tls="geen")
    channel = Telling(SmtpChannel(relay, reached=reached), board)
    deliver(replace(means, reached=reached), channel, OPEN)
    channel.close()


def warm_up(means: Means) -> None:
    """Loads what a delivery needs, so that a child gets going at once; no message is sent or counted."""
    queue_some(means, 1)
    deliver(means, Refusing(), OPEN)
    with means.database.write() as connection:
        save_rest(connection, None)


class Refusing:
    """A channel to a relay that is down."""

    def deliver(self, raw: bytes, sender: str, recipient: str, on_data: Callable[[], None]) -> None:
        on_data()
        raise DeliveryError("relay", "de mailserver is er niet")

    def close(self) -> None:
        """Nothing was open."""


def kill_some(folder: Path, port: int, point: str, kills: int) -> Iterator[dict[str, object]]:
    """Where each child was when it died: at the point, or with `random` anywhere."""
    dice = random.Random(point)
    means = reopened(folder)
    warm_up(means)
    board = mmap.mmap(-1, AT.size)
    killed = 0
    while killed < kills:
        with means.database.read() as connection:
            waiting = len(all_messages(connection, ["queued", "deferred", "sending"]))
        if waiting < FEWEST:
            queue_some(means, MORE)
        # A connection must not be shared with a child.
        means.database.close()
        AT.pack_into(board, 0, 0, 0)
        # Mostly the first: what is killed again and again would go out again and again.
        which = dice.choice((1, 1, 1, 2, 3))
        child = os.fork()
        if child == 0:
            try:
                run_child(means, port, board, point, which)
            finally:
                os._exit(0)
        if point == "random":
            # From the fork, or from the first message: most kills are to fall while messages are under way.
            patience = 0 if killed % 4 == 0 else LONGEST_START
            begin = time.monotonic()
            while AT.unpack_from(board, 0)[1] < 2 and time.monotonic() - begin < patience:
                time.sleep(0.0005)
            time.sleep(dice.uniform(0, LONGEST_LIFE))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            killed += 1
            message, reached = AT.unpack_from(board, 0)
            yield {"message": message, "point": POINTS[reached - 1] if reached else ""}
    means.database.close()


def main() -> None:
    """Takes its work from standard input, a line each: workspace, port of the relay, a point or `random`, how many."""
    for line in sys.stdin:
        folder, port, point, kills = json.loads(line)
        told = list(kill_some(Path(folder), port, point, kills))
        print(json.dumps(told), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
