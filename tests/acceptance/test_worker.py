"""The program at work: the ticker as a process of its own, and mail over a real SMTP conversation."""

import os
import signal
import socket
import subprocess
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from engine import scheduler, wiring
from engine.app.planning import adopt, apply, propose
from engine.core.localtime import parse_moment
from engine.core.schooljaar import Schooljaar
from tests.adapters.channels.relays import a_server
from tests.workspaces import ROOT, Office, an_imported_office


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def an_adopted_office(folder: Path, smtp: str, **how: Any) -> Office:
    """An office whose december round is to come, without a made-up time: it may send for real."""
    office = an_imported_office(folder, rules=("thuiszitters",), more=smtp, **how)
    place = wiring.open_workspace(folder)
    database = wiring.database_of(place)
    means, at = wiring.means_of(place, database), parse_moment("2026-10-05T09:00")
    rulebook = wiring.sound_rulebook_of(place)
    with database.write() as connection:
        apply(connection, means, propose(connection, means, rulebook, [Schooljaar(2026)]), rulebook, at, "bureau")
        adopt(connection, means, Schooljaar(2026), at, "bureau")
    database.close()
    return office


def work(office: Office, at: str) -> scheduler.Work:
    """What the ticker calls, with a clock that stands still."""
    place = wiring.open_workspace(office.folder)
    database = wiring.database_of(place)
    means = wiring.means_of(place, database)
    moment = parse_moment(at)
    return scheduler.Work(
        means, wiring.channel_of(place, database), lambda: moment, lambda: wiring.applied_book(place, database)
    )


def test_a_tick_hands_the_mail_to_the_relay(tmp_path: Path) -> None:
    with a_server() as (inbox, port):
        office = an_adopted_office(tmp_path / "w", f'[smtp]\nhost = "127.0.0.1"\nport = {port}\ntls = "geen"')
        job = work(office, "2026-11-24T08:30")
        scheduler.tick(job)
        scheduler.tick(job)
        job.channel.close()
    mails = [message_from_bytes(envelope.original_content, policy=policy.default) for envelope in inbox.envelopes]
    assert sorted(mail["To"].addresses[0].addr_spec for mail in mails) == [
        "consulent@swv.example",
        "leerplicht@alkmaar.example",
        "oc@baken.example",
        "oc@eik.example",
        "oc@linde.example",
    ]
    assert {mail["From"].addresses[0].addr_spec for mail in mails} == {"planning@swv.example"}
    assert {mail["Subject"].partition(":")[0] for mail in mails} == {
        "Uiterlijk 11 december",
        "Ter informatie, uiterlijk 11 dec",
    }


def test_a_relay_that_is_down_keeps_the_queue(tmp_path: Path) -> None:
    office = an_adopted_office(tmp_path / "w", f'[smtp]\nhost = "127.0.0.1"\nport = {free_port()}\ntls = "geen"')
    job = work(office, "2026-11-24T08:30")
    scheduler.tick(job)
    job.channel.close()
    rows = office.must("outbox", "list", "--json").json
    assert {(row["state"], row["attempts"]) for row in rows} == {("queued", 0)}
    told = office.must("outbox", "list", "--now", "2026-11-24T08:31").out
    assert "Let op: De mailserver" in told
    assert "wacht tot 08:35" in told


def test_the_nightly_plan_stores_only_what_brings_no_mail_soon(tmp_path: Path) -> None:
    office = an_adopted_office(tmp_path / "w", 'map = "uit"')
    scheduler.plan(work(office, "2026-11-20T05:00"))
    rows = office.must("tasks", "--json").json
    assert {row["schooljaar"] for row in rows} == {"2026-2027", "2027-2028"}


@pytest.mark.slow
def test_the_worker_ends_cleanly_when_it_is_told_to(tmp_path: Path) -> None:
    office = an_adopted_office(tmp_path / "w", 'map = "uit"')
    command = [sys.executable, "-c", "import sys; from engine.cli import main; sys.exit(main())"]
    process = subprocess.Popen(
        [*command, "run", "--only", "worker", "--workspace", str(office.folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 0, line + out
    assert "gestart" in line
    assert "gestopt" in out
