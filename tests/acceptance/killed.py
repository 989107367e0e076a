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


class Board:
    """Where a child writes, and its parent reads after its death, which message was under way and how far it was.

    Both are one number that is stored at once: a kill between two stores would leave a message without its point.
    """

    def __init__(self) -> None:
        self._cell = memoryview(mmap.mmap(-1, 8)).cast("Q")

    def tell(self, message: int, point: str) -> None:
        """Message and point, in place of what was told before; a message of 0 is none."""
        self._cell[0] = message * (len(POINTS) + 1) + POINTS.index(point) + 1

    def clear(self) -> None:
        """Nothing was told yet."""
        self._cell[0] = 0

    def read(self) -> tuple[int, str]:
        """The message and the point told last; 0 and nothing when nothing was."""
        message, reached = divmod(self._cell[0], len(POINTS) + 1)
        return message, POINTS[reached - 1] if reached else ""


@dataclass
class Telling:
    """A channel that tells a board which message is under way and how far it is."""

    inner: SmtpChannel
    board: Board
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
        self.board.tell(self.message, point)


def run_child(means: Means, port: int, board: Board, point: str, which: int) -> None:
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
    board = Board()
    killed = 0
    while killed < kills:
        with means.database.read() as connection:
            waiting = len(all_messages(connection, ["queued", "deferred", "sending"]))
        if waiting < FEWEST:
            queue_some(means, MORE)
        # A connection must not be shared with a child.
        means.database.close()
        board.clear()
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
            while board.read()[1] in ("", POINTS[0]) and time.monotonic() - begin < patience:
                time.sleep(0.0005)
            time.sleep(dice.uniform(0, LONGEST_LIFE))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            killed += 1
            message, reached = board.read()
            yield {"message": message, "point": reached}
    means.database.close()


def read_after_kills(times: int) -> set[tuple[int, str]]:
    """What stood on the board after kills of children that did nothing but tell of an answer to message 7."""
    board, dice = Board(), random.Random(1)
    found = set()
    for _ in range(times):
        board.tell(7, "answered")
        child = os.fork()
        while child == 0:
            board.tell(7, "answered")
        time.sleep(dice.uniform(0, 0.003))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found.add(board.read())
    return found


def main() -> None:
    """Takes its work from standard input, a line each: workspace, port of the relay, a point or `random`, how many."""
    for line in sys.stdin:
        folder, port, point, kills = json.loads(line)
        told = list(kill_some(Path(folder), port, point, kills))
        print(json.dumps(told), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
