"""Delivers messages from a database: at most three times the CPU of aiosmtplib alone, to the same server."""

from __future__ import annotations

import asyncio
import multiprocessing
import shutil
import socketserver
import sys
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import aiosmtplib

from benchmarks._measure import is_smoke, side_by_side, verdict
from engine import wiring
from engine.adapters.channels.smtp import SmtpChannel
from engine.app.compose import compose
from engine.app.deliver import deliver
from engine.app.means import Means
from engine.app.planning import adopt, apply, propose
from engine.app.tick import decide_all
from engine.cli.prepare import make_workspace
from engine.core.localtime import local_date, parse_moment
from engine.core.schooljaar import Schooljaar
from engine.core.settings import Relay
from engine.core.sheets import ContactRow, PartyRow, RegisterSheets, RoleEntry
from engine.store.messages import all_messages
from engine.store.register import fill_register

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

DEMAND = 3.0
SCHOOLS, REPEATS = 800, 5
SMOKE_SCHOOLS, SMOKE_REPEATS = 12, 1
# The december round of `thuiszitters` is asked for: one mail to each school.
YEAR, START, MORNING = Schooljaar(2026), "2026-10-05T09:00", "2026-11-24T08:30"
LOOPBACK = "127.0.0.1"
MEMORY = Path("/dev/shm")  # noqa: S108


class Taker(socketserver.StreamRequestHandler):
    """A conversation in which every message is taken."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.wfile.write(b"220 relay.example\r\n")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                while self.rfile.readline() != b".\r\n":
                    pass
            elif verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 OK\r\n")


def serve(told: Connection) -> None:
    """A relay in a process of its own, so that its work is not counted."""
    with socketserver.ThreadingTCPServer((LOOPBACK, 0), Taker) as server:
        server.daemon_threads = True
        told.send(server.server_address[1])
        server.serve_forever()


def an_outbox(folder: Path, schools: int) -> None:
    """A workspace in which so many schools have one mail that waits."""
    make_workspace(folder, "vo")
    config = (folder / "config.toml").read_text(encoding="utf-8")
    (folder / "config.toml").write_text(config.replace('vrijgeven = "altijd"', 'vrijgeven = "nooit"'), "utf-8")
    for rule in (folder / "rules" / "vo").glob("*.yaml"):
        if rule.stem != "thuiszitters":
            rule.unlink()
    place = wiring.open_workspace(folder)
    database = wiring.database_of(place, create=True)
    means = wiring.means_of(place, database)
    names = [f"{number:04}" for number in range(schools)]
    people = [("bureau@swv.example", "bureau", "swv")]
    people += [(f"oc{name}@school.example", "ondersteuningscoordinator", f"{name[:2]}AA{name[2:]}") for name in names]
    sheets = RegisterSheets(
        parties=(
            PartyRow("70001", "bestuur", "Het bestuur"),
            *(PartyRow(f"{name[:2]}AA{name[2:]}", "school", f"School {name}", bestuur="70001") for name in names),
        ),
        contacts=tuple(ContactRow(email, f"Contact {email}") for email, _, _ in people),
        roles=tuple(RoleEntry(email, role, party, date(2026, 1, 1), None) for email, role, party in people),
    )
    rulebook = wiring.sound_rulebook_of(place)
    start, morning = parse_moment(START), parse_moment(MORNING)
    with database.write() as connection:
        fill_register(connection, sheets)
        apply(connection, means, propose(connection, means, rulebook, [YEAR]), rulebook, start, "bureau")
        adopt(connection, means, YEAR, start, "bureau")
    decide_all(means, morning)
    compose(means, morning)
    database.close()


def opened(folder: Path, port: int) -> Means:
    """A copy of the outbox, ready to deliver to the relay."""
    place = wiring.open_workspace(folder)
    means = wiring.means_of(place, wiring.database_of(place))
    return replace(means, settings=replace(means.settings, relay=Relay(LOOPBACK, port, "geen"), mail_folder=""))


def main() -> int:
    """Measures both with the same bytes, and prints the ratio."""
    smoke = is_smoke(__doc__ or "")
    schools, repeats = (SMOKE_SCHOOLS, SMOKE_REPEATS) if smoke else (SCHOOLS, REPEATS)
    now = parse_moment(MORNING)
    here, there = multiprocessing.Pipe()
    relay = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    relay.start()
    port: int = here.recv()
    # In memory where there is such a folder: waiting for a disk is no work, but systems count some of it as CPU.
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        first = Path(name) / "first"
        an_outbox(first, schools)
        outboxes = []
        for number in range(repeats + 1):
            folder = Path(name) / str(number)
            shutil.copytree(first, folder)
            outboxes.append(opened(folder, port))
        with outboxes[0].database.read() as connection:
            waiting = all_messages(connection, ["queued"])
        mails = [(one.email, outboxes[0].vault.open(one.id, one.raw or b"")) for one in waiting]
        assert len(mails) >= schools, f"{len(mails)} mails on {local_date(now)}"

        def program() -> None:
            means = outboxes.pop()
            channel = SmtpChannel(Relay(LOOPBACK, port, "geen"))
            done = deliver(means, channel, now)
            channel.close()
            if done.sent != len(mails) or done.stopped:
                raise RuntimeError(f"{done.sent} of {len(mails)} sent: {done.stopped}")

        def yardstick() -> None:
            asyncio.run(send_bare(port, mails))

        pair = side_by_side(program, yardstick, repeats)
    relay.terminate()
    line = (
        f"deliver: {len(mails)} mails of {sum(len(raw) for _, raw in mails) // len(mails) // 1024} KiB, "
        f"program {pair.program / len(mails) * 1000:.2f} ms each, aiosmtplib {pair.yardstick / len(mails) * 1000:.2f} "
        f"ms each, ratio {pair.ratio:.2f}, at most {DEMAND:g}"
    )
    return verdict(line, pair.ratio <= DEMAND, smoke)


async def send_bare(port: int, mails: list[tuple[str, bytes]]) -> None:
    """The same mails over one connection, with nothing kept."""
    async with aiosmtplib.SMTP(hostname=LOOPBACK, port=port, start_tls=False) as smtp:
        for email, raw in mails:
            await smtp.sendmail("planning@swv.example", [email], raw)


if __name__ == "__main__":
    sys.exit(main())
