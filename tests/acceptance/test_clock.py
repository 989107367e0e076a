"""A clock that runs behind, or was ahead for a while, on a store that sends for real."""

from datetime import timedelta
from pathlib import Path

import pytest

from engine import scheduler, wiring
from engine.app.clock_guard import HELD, accept_clock, watch_clock
from engine.app.compose import compose
from engine.app.tick import decide_all
from engine.core.delivery import Rest
from engine.core.localtime import parse_moment, start_of_day
from engine.core.problem import Refused
from engine.store.clock import newest_moment, set_newest_moment
from engine.store.database import scratch_database
from engine.store.facts import set_fact
from engine.store.messages import all_messages, provided_contacts
from engine.store.relay import relay_rest, save_rest
from tests.acceptance.test_worker import an_adopted_office, work
from tests.workspaces import Office, copied

MORNING, DECEMBER = "2026-11-24T08:30", "2026-12-08T08:30"


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office with a request to send on the morning of 24 November, and a reminder on 8 December."""
    return an_adopted_office(tmp_path_factory.mktemp("clock") / "w", 'map = "uit"')


@pytest.fixture
def office(adopted: Office, tmp_path: Path) -> Office:
    """A copy of it for each test."""
    return copied(adopted, tmp_path / "w")


def sent(office: Office) -> int:
    """How many mails left."""
    return len(list((office.folder / "uit").glob("*.eml")))


def behind(first: str, second: str, *, trial: bool = False) -> bool:
    """Whether the second moment is refused after the first."""
    database = scratch_database()
    if trial:
        with database.write() as connection:
            set_fact(connection, "proef", "ja")
    watch_clock(database, parse_moment(first))
    try:
        watch_clock(database, parse_moment(second))
    except Refused:
        return True
    return False


def test_five_minutes_behind_is_let_pass_and_more_is_not() -> None:
    assert not behind("2026-11-24T08:30:00", "2026-11-24T08:25:00")
    assert behind("2026-11-24T08:30:00", "2026-11-24T08:24:59")


def test_the_hour_that_comes_twice_in_october_is_no_step_back() -> None:
    assert not behind("2026-10-25T02:59:00+02:00", "2026-10-25T02:01:00+01:00")


def test_in_a_trial_people_jump_in_time() -> None:
    assert not behind("2027-11-24T08:30", "2026-11-24T08:30", trial=True)


def test_a_clock_that_creeps_back_in_small_steps_is_noticed() -> None:
    database = scratch_database()
    watch_clock(database, parse_moment("2026-11-24T08:30"))
    watch_clock(database, parse_moment("2026-11-24T08:26"))
    with pytest.raises(Refused, match="loopt achter"):
        watch_clock(database, parse_moment("2026-11-24T08:22"))


def test_the_worker_sends_nothing_by_a_clock_that_runs_behind(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    scheduler.tick(work(office, "2026-11-24T09:00:00"))
    first = sent(office)
    job = work(office, "2026-11-23T09:00")
    scheduler.tick(job)
    scheduler.plan(job)
    assert capsys.readouterr().out.count("loopt achter") == 2
    assert sent(office) == first == 5


def test_tick_and_deliver_end_with_the_cause_until_the_clock_is_accepted(office: Office) -> None:
    database = wiring.database_of(wiring.open_workspace(office.folder))
    with database.write() as connection:
        set_newest_moment(connection, parse_moment("2099-01-01T12:00"))
    for verb in ("tick", "deliver"):
        ran = office.run(verb)
        assert (ran.code, "loopt achter" in ran.err, "--accept-clock" in ran.err) == (1, True, True)
    assert "geldt vanaf nu als goed" in office.run("doctor", "--accept-clock").out
    office.must("tick")
    office.must("deliver")
    assert "liep niet achter" in office.run("doctor", "--accept-clock").out


def test_mail_that_a_clock_ahead_made_ready_waits_for_the_bureau(office: Office) -> None:
    job = work(office, MORNING)
    watch_clock(job.means.database, job.clock())
    decide_all(job.means, job.clock())
    compose(job.means, job.clock())
    now = parse_moment("2026-11-24T07:00")
    assert accept_clock(job.means.database, now) == 5
    with job.means.database.read() as connection:
        found = all_messages(connection)
        assert newest_moment(connection) == now
    assert {(one.state, one.reason, one.created_at) for one in found} == {("held", HELD, now)}


def test_who_was_written_to_by_a_clock_ahead_is_not_passed_over_until_then(office: Office) -> None:
    scheduler.tick(work(office, DECEMBER))
    assert sent(office) == 5
    now, ahead = parse_moment(MORNING), parse_moment(DECEMBER)
    job = work(office, MORNING)
    with job.means.database.write() as connection:
        save_rest(connection, Rest(ahead, ahead, timedelta(minutes=5), "de mailserver is niet bereikbaar", ""))
    assert accept_clock(job.means.database, now) == 0
    tomorrow = start_of_day(parse_moment("2026-11-25T12:00").date())
    with job.means.database.read() as connection:
        assert provided_contacts(connection, tomorrow) == set()
        assert relay_rest(connection) is None
