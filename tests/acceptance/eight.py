"""Eight processes that deliver from one database, and the relay that they deliver to: each a process of its own.

`python -m tests.acceptance.eight relay` takes mail and tells what it took. With `deliver FOLDER PORT MOMENT KILL` it
loads the program once and forks the eight; with KILL 1 the first is killed when a quarter of what waited has left.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from engine.adapters.channels.smtp import SmtpChannel
from engine.app.deliver import deliver
from engine.app.means import Means
from engine.core.localtime import parse_moment
from engine.core.problem import Refused
from engine.core.settings import Relay
from engine.store.claims import is_due
from engine.store.messages import all_messages
from tests.outboxes import reopened

PROCESSES = 8
END_OF_DATA = b"\r\n.\r\n"
LOOK_AGAIN = 0.02


class Taken(asyncio.Protocol):
    """One conversation with a relay that takes all mail; `mails` gets Message-ID, receiver and digest of each."""

    def __init__(self, mails: list[tuple[str, str, str]]) -> None:
        self._mails = mails
        self._heard = bytearray()
        self._receiver = ""
        self._in_data = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        transport.write(b"220 relay.example\r\n")

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while True:
            ended, _, rest = bytes(self._heard).partition(END_OF_DATA if self._in_data else b"\r\n")
            if len(ended) == len(self._heard):
                return
            self._heard = bytearray(rest)
            self._transport.write(self._take(ended) if self._in_data else self._answer(ended))

    def _take(self, mail: bytes) -> bytes:
        self._in_data = False
        number = mail.partition(b"Message-ID: ")[2].partition(b"\r\n")[0].decode()
        self._mails.append((number, self._receiver, hashlib.sha256(mail).hexdigest()))
        return b"250 taken\r\n"

    def _answer(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"RCPT":
            self._receiver = line.partition(b"<")[2].partition(b">")[0].decode()
        self._in_data = verb == b"DATA"
        return {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}.get(verb, b"250 fine\r\n")


async def take_mail() -> None:
    """Says its port; when standard input ends, what it took."""
    mails: list[tuple[str, str, str]] = []
    server = await asyncio.get_running_loop().create_server(lambda: Taken(mails), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    await asyncio.to_thread(sys.stdin.read)
    print(json.dumps(mails), flush=True)  # noqa: T201


def deliver_all(folder: Path, port: int, moment: datetime) -> dict[str, object]:
    """Delivers as the worker does, again and again, until nothing is due and nobody is sending."""
    means, begin = reopened(folder), time.monotonic()
    channel = SmtpChannel(Relay(host="127.0.0.1", port=port, tls="geen"))
    sent, trouble = 0, []

    def clock() -> datetime:
        return moment + timedelta(seconds=time.monotonic() - begin)

    while waits(means, clock()):
        try:
            done = deliver(means, channel, clock(), clock)
        except Refused as refused:
            trouble.append(refused.message)
            continue
        sent += done.sent
        if done.stopped:
            trouble.append(done.stopped)
        if not done.sent:
            time.sleep(LOOK_AGAIN)
    channel.close()
    means.database.close()
    return {"sent": sent, "trouble": trouble}


def waits(means: Means, now: datetime) -> bool:
    """True while a message is due or being sent."""
    with means.database.read() as connection:
        return is_due(connection, now) or bool(all_messages(connection, ["sending"]))


def left(means: Means) -> int:
    """How many messages have not left."""
    with means.database.read() as connection:
        return len(all_messages(connection, ["queued", "sending", "deferred"]))


def deliver_with_eight(folder: Path, port: int, moment: datetime, *, kill: bool) -> list[dict[str, object]]:
    """What each process did; of one that was killed that it was."""
    means = reopened(folder)
    waiting = left(means)
    means.database.close()  # a connection must not be shared with a child
    reader, writer = os.pipe()
    children = []
    for number in range(PROCESSES):
        child = os.fork()
        if child == 0:
            try:
                os.close(writer)
                os.read(reader, 1)  # all begin at once, when the last copy of `writer` is closed
                told = deliver_all(folder, port, moment)
                (folder / f"told-{number}.json").write_text(json.dumps(told), "utf-8")
            finally:
                os._exit(0)
        children.append(child)
    os.close(writer)
    if kill:
        while left(means) > waiting * 3 // 4:
            time.sleep(LOOK_AGAIN)
        os.kill(children[0], signal.SIGKILL)
        means.database.close()
    found: list[dict[str, object]] = []
    for number, child in enumerate(children):
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status)
        path = folder / f"told-{number}.json"
        found.append({"killed": True} if killed else json.loads(path.read_text("utf-8")))
    return found


def main(verb: str, *arguments: str) -> None:
    """Does its part; see above."""
    if verb == "relay":
        asyncio.run(take_mail())
        return
    folder, port, moment, kill = arguments
    told = deliver_with_eight(Path(folder), int(port), parse_moment(moment), kill=kill == "1")
    print(json.dumps(told), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
