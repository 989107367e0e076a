"""Two troubles at once: a clock that was ahead with a resting relay, a standstill with mail half on its way."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.app.clock_guard import accept_clock, watch_clock
from engine.app.compose import compose
from engine.app.deliver import deliver
from engine.app.tick import decide_all
from engine.core.localtime import parse_moment
from engine.core.ports import DeliveryError
from engine.store.held import standstill
from engine.store.messages import change_message
from engine.store.notices import notices_of_message
from tests.app.test_deliver import Died, Relay
from tests.at_work import AtWork, at_work
from tests.workspaces import Office, an_imported_office, copied

pytestmark = pytest.mark.slow
OC, BUREAU = "oc@linde.example", "bureau@swv.example"
FOLDER = 'map = "uit"'
DOWN = DeliveryError("relay", "De mailserver is er niet.")
LATER = DeliveryError("later", "De mailserver neemt dit bericht nu niet aan.")


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office that began on 5 October with the rounds of thuiszitters, no proef."""
    office = an_imported_office(tmp_path_factory.mktemp("both") / "w", rules=("thuiszitters",), more=FOLDER)
    with at_work(office.folder) as desk:
        desk.plan("2026-10-05T09:00")
    return office


@pytest.fixture
def desk(adopted: Office, tmp_path: Path) -> Iterator[AtWork]:
    """The office at work, a copy for each test."""
    with at_work(copied(adopted, tmp_path / "w").folder) as working:
        yield working


@pytest.fixture
def other(adopted: Office, tmp_path: Path) -> Iterator[AtWork]:
    """The same office again, where nothing goes wrong."""
    with at_work(copied(adopted, tmp_path / "other").folder) as working:
        yield working


def accept(desk: AtWork, moment: str) -> int | None:
    """The bureau says that the clock is right now."""
    return accept_clock(desk.means.database, parse_moment(moment))


def test_a_clock_is_accepted_also_when_the_program_had_news_for_the_bureau(desk: AtWork) -> None:
    """By a clock a year ahead no certificate holds, so the relay rests and what is to be told stays behind."""
    desk.tick("2026-11-24T07:30")
    desk.channel = Relay([DOWN] * 9)
    desk.tick("2027-11-24T08:30", "2027-11-24T08:31")
    news = [one.id for one in desk.messages("queued")]
    assert {one.email for one in desk.messages("queued")} == {BUREAU}
    desk.channel = Relay()
    assert accept(desk, "2026-11-24T08:32") == 5
    desk.tick("2026-11-24T08:33")
    assert {one.state for one in desk.messages() if one.id in news} == {"dropped"}


def test_a_standstill_that_a_clock_ahead_made_up_holds_no_mail_of_the_year_to_come(desk: AtWork) -> None:
    desk.tick("2026-10-20T08:30")
    desk.tick("2027-11-24T08:30")
    accept(desk, "2026-10-20T08:40")
    desk.tick("2026-10-20T08:41")
    with desk.means.database.read() as connection:
        assert standstill(connection) is None


def test_mail_that_a_clock_ahead_put_off_until_then_leaves(desk: AtWork) -> None:
    at = parse_moment("2026-11-24T08:30")
    decide_all(desk.means, at)
    compose(desk.means, at)
    ahead = parse_moment("2027-11-27T10:00")
    watch_clock(desk.means.database, ahead)
    deliver(desk.means, desk.channel, ahead)
    assert {str(one.next_attempt)[:10] for one in desk.messages("queued")} == {"2027-11-29"}
    accept(desk, "2026-11-24T08:40")
    deliver(desk.means, desk.channel, parse_moment("2026-11-24T09:00"))
    assert {one.state for one in desk.messages()} == {"sent"}


def test_what_a_clock_ahead_decided_of_days_to_come_is_decided_again_on_those_days(desk: AtWork, other: AtWork) -> None:
    moments = [f"{day}T08:30" for day in ("2026-12-01", "2026-12-08", "2026-12-09", "2026-12-15", "2026-12-16")]
    for working in (desk, other):
        working.tick("2026-11-24T07:00", "2026-11-24T08:30")
    desk.tick("2027-11-24T08:30")
    assert len(desk.messages("held")) > 0
    accept(desk, "2026-11-24T08:40")
    assert desk.messages("held") == []
    for working in (desk, other):
        for moment in moments:
            working.awake(moment.replace("T08:30", "T08:20"))
            working.tick(moment)
    assert desk.told(OC) == other.told(OC)
    assert len(desk.told(OC)) > 1


def test_what_a_dead_run_had_claimed_is_held_after_a_standstill(desk: AtWork) -> None:
    at = parse_moment("2026-11-24T08:30")
    desk.awake("2026-11-24T08:30")
    decide_all(desk.means, at)
    compose(desk.means, at)

    def die(_point: str) -> None:
        raise Died

    with pytest.raises(Died):
        deliver(replace(desk.means, reached=die), desk.channel, at)
    assert {one.state for one in desk.messages()} == {"sending"}
    desk.tick("2026-12-07T08:30")
    assert {one.state for one in desk.messages() if one.kind == "digest"} == {"held"}


def test_what_the_relay_put_off_is_held_after_a_standstill_and_composed_afresh(desk: AtWork) -> None:
    desk.channel = Relay([LATER] * 9)
    desk.awake("2026-11-23T17:00")
    desk.tick("2026-11-24T08:30")
    assert len(desk.messages("deferred")) == 5
    desk.channel = Relay()
    desk.tick("2026-12-07T08:30")
    assert [one.kind for one in desk.messages("sent")] == ["other"]
    assert len(desk.messages("held")) == 5
    with desk.means.database.read() as connection:
        assert all(notices_of_message(connection, one.id) for one in desk.messages("held"))


def test_holding_all_holds_all_it_can(desk: AtWork) -> None:
    at = parse_moment("2026-11-24T08:30")
    decide_all(desk.means, at)
    compose(desk.means, at)
    first, *others = [one.id for one in desk.messages("queued")]
    with desk.means.database.write() as connection:
        change_message(connection, first, ["queued"], attempts=1)
    desk.office.must("outbox", "hold", "--all")
    assert [one.id for one in desk.messages("held")] == others
