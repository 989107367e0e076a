"""The same promises on PostgreSQL: whole test modules that otherwise run on a file, and deliverers side by side."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path

import pytest

from engine import scheduler, wiring
from engine.app.clock_guard import accept_clock, watch_clock
from engine.app.coming_post import coming_post
from engine.app.compose import compose
from engine.app.deliver import deliver
from engine.app.outgoing import Sight, outgoing
from engine.app.planning import apply, propose
from engine.app.tick import decide_all
from engine.core.localtime import parse_moment
from engine.core.problem import Refused
from engine.core.schooljaar import Schooljaar
from tests.acceptance import test_documents_in_time, test_one_round, test_worker
from tests.acceptance.test_worker import an_adopted_office, work
from tests.adapters.channels.relays import a_server
from tests.postgresql_server import IN_ADDRESS, Server
from tests.web import test_mine
from tests.web.desk import a_desk
from tests.workspaces import SCHOLEN, Kept, Office, a_running_office, an_imported_office

pytestmark = pytest.mark.postgres
MODULES = (test_one_round, test_documents_in_time, test_worker, test_mine)
FIXTURES = ("adopted", "office", "queued", "opened", "desk")


@pytest.fixture(scope="module", autouse=True)
def on_the_server(server: Server) -> Iterator[Server]:
    """Every workspace that these tests make keeps its data on the server."""
    Kept.on = server
    yield server
    Kept.on = None


for module in MODULES:
    # Tests, and the fixtures of the modules that have any.
    globals().update({name: value for name, value in vars(module).items() if name in FIXTURES or name[:5] == "test_"})


def side_by_side(*jobs: Callable[[], object]) -> None:
    """Runs the jobs at the same time; what one of them raises is raised."""
    start, failures = threading.Barrier(len(jobs)), []

    def run(job: Callable[[], object]) -> None:
        start.wait()
        try:
            job()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def test_two_that_plan_at_once_store_the_plan_once(tmp_path: Path) -> None:
    office = an_imported_office(tmp_path / "w")
    place = wiring.open_workspace(office.folder)
    rulebook, at = wiring.sound_rulebook_of(place), parse_moment("2026-08-01T09:00")

    def plan() -> None:
        database = wiring.database_of(place)
        means = wiring.means_of(place, database)
        with database.write() as connection:
            apply(connection, means, propose(connection, means, rulebook, [Schooljaar(2026)]), rulebook, at, "bureau")
        database.close()

    side_by_side(plan, plan)
    keys = [row["key"] for row in office.must("tasks", "--json").json]
    assert len(keys) == len(set(keys)) == 15


def test_two_workers_send_each_mail_once(tmp_path: Path) -> None:
    names = [f"{number}AA00" for number in range(10, 40)]
    rows = [f"{name};School {name};70001;Alkmaar;oc@{name.lower()}.example" for name in names]
    scholen = "\n".join(["code;naam;bestuur;gemeente;ondersteuningscoordinator", *rows])
    with a_server() as (inbox, port):
        smtp = f'[smtp]\nhost = "127.0.0.1"\nport = {port}\ntls = "geen"'
        office = an_adopted_office(tmp_path / "w", smtp, register={"scholen": scholen})
        first = work(office, "2026-11-24T08:30")
        now = first.clock()
        decide_all(first.means, now)
        compose(first.means, now)
        other = Office(shutil.copytree(office.folder, tmp_path / "another machine"))
        jobs = [first, work(other, "2026-11-24T08:30")]
        sent: list[int] = []
        side_by_side(*(lambda job=job: sent.append(deliver(job.means, job.channel, now).sent) for job in jobs))
        for job in jobs:
            job.channel.close()
    mails = [message_from_bytes(envelope.original_content, policy=policy.default) for envelope in inbox.envelopes]
    receivers = [mail["To"].addresses[0].addr_spec for mail in mails]
    assert sorted(receivers) == sorted(
        {*(f"oc@{name.lower()}.example" for name in names), "leerplicht@alkmaar.example"}
    )
    assert sum(sent) == 31
    assert min(sent) > 0, "one worker did all"


def test_a_worker_outlives_its_server(tmp_path: Path, server: Server) -> None:
    office = an_adopted_office(tmp_path / "w", 'map = "uit"')
    job = work(office, "2026-11-24T08:30")
    server.control("stop", "-m", "fast")
    try:
        scheduler.tick(job)
    finally:
        server.start()
    scheduler.tick(job)
    assert len(list((office.folder / "uit").glob("*.eml"))) == 5


def test_doctor_finds_the_database_in_order_and_says_when_its_server_is_gone(tmp_path: Path, server: Server) -> None:
    office = an_imported_office(tmp_path / "w")
    assert "in orde  De database proef" in office.run("doctor").out
    server.control("stop", "-m", "fast")
    try:
        ran = office.run("doctor", "--json")
        checked = office.run("check", "--json")
    finally:
        server.start()
    assert ran.code == checked.code == 1
    for rows in (ran.json, checked.json):
        told = [row for row in rows if row["field"] == "database"]
        assert [(row["severity"], "niet bereikbaar" in row["message"]) for row in told] == [("problem", True)]
    assert "mailserver" in {row["field"] for row in ran.json}
    assert IN_ADDRESS not in ran.out + ran.err


def test_the_clock_is_watched_there_too(tmp_path: Path) -> None:
    office = an_imported_office(tmp_path / "w")
    database = wiring.database_of(wiring.open_workspace(office.folder))
    watch_clock(database, parse_moment("2026-11-24T08:30"))
    with pytest.raises(Refused, match="loopt achter"):
        watch_clock(database, parse_moment("2026-11-23T08:30"))
    assert accept_clock(database, parse_moment("2026-11-23T08:30")) == 0
    watch_clock(database, parse_moment("2026-11-23T08:30"))


def test_what_goes_out_is_told_from_a_server_as_from_a_file(tmp_path: Path, server: Server) -> None:
    """The weeks are played on a copy in memory, whatever the store is."""
    told = []
    for where, name in ((server, "server"), (None, "file")):
        Kept.on = where
        try:
            office = a_running_office(tmp_path / name, rules=("thuiszitters",), at="2026-11-01T00:00")
        finally:
            Kept.on = server
        place = wiring.open_workspace(office.folder)
        database = wiring.database_of(place)
        means = wiring.means_of(place, database)
        now = parse_moment("2026-11-20T12:00")
        post = coming_post(means, partial(wiring.rehearsal_of, means), wiring.no_channel(), now)
        with database.read() as connection:
            templates = means.templates(connection)
            shown = outgoing(connection, means, post, Sight(frozenset({"10AA00"}), "linde"))
        rows = [(row.to, row.subject) for day in shown.days for row in day.rows]
        told.append(
            (rows, [(one.day, one.letter.to_email, post.in_words(one, means, templates)) for one in post.mails])
        )
        database.close()
    assert told[0] == told[1]
    assert len(told[0][1]) > 10
    assert told[0][0]


def test_register_and_rules_are_changed_on_pages_there_too(tmp_path: Path) -> None:
    """An import is stored and undone, a rule is changed with its plan, the register is downloaded."""
    office = a_running_office(tmp_path / "w", rules=("thuiszitters",))
    desk = a_desk(office.folder, "2026-09-01T10:00")
    client, edit = desk.client(), "/beheer/regels/thuiszitters.yaml/bewerk"
    files = {"bestand": ("scholen.csv", SCHOLEN.replace("De Linde", "De Beuk").encode())}
    address = client.post("/beheer/register/controleer", files=files).headers["location"]
    stored = client.post(address, data={"zegel": _hidden(client.get(address).text, "zegel")}).headers["location"]
    assert "De Beuk" in client.get(stored).text
    assert client.post(stored.partition("?")[0] + "/ongedaan").status_code == 303
    assert client.get("/beheer/register/download").status_code == 200
    text = (
        (office.folder / "rules/vo/thuiszitters.yaml").read_text(encoding="utf-8").replace("8 schooldagen", "9 dagen")
    )
    form = {"tekst": text, "basis": _hidden(client.get(edit).text, "basis")}
    seal = _hidden(client.post(edit, data=form | {"stap": "verandert"}).text, "zegel")
    assert client.post(edit, data=form | {"stap": "door", "zegel": seal}).status_code == 303
    assert client.get("/beheer/regels/thuiszitters.yaml/versies").text.count("Bekijk het verschil") == 1
    desk.means.database.close()


def _hidden(page: str, name: str) -> str:
    """What a hidden field of the page holds."""
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, page
    return found[1]
