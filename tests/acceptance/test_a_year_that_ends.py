"""Closing a schooljaar in which documents run, a task waits for others, and gesprekken are arranged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from engine.app.appoint import TalkWish, appoint, filled_in, took_place
from engine.app.desk import Desk
from engine.app.stages import change_stage
from engine.app.year_end import Choice, Ending, close, open_again, undo_of, year_end
from engine.core.localtime import parse_moment
from engine.core.schooljaar import Schooljaar
from engine.core.task import StoredTask
from engine.store.acts import Act
from engine.store.appointments import appointment_of
from engine.store.documents import stages_of
from engine.store.tasks import load_task
from tests.at_work import AtWork, at_work
from tests.workspaces import Office, an_imported_office, copied

pytestmark = pytest.mark.slow

YEAR = Schooljaar(2026)
NOW = "2027-07-05T10:00"
UNTIL = date(2027, 9, 10)
BUDGET = "begroting.2026-2027.swv"
MISSING = "leerlingaantallen.2026-2027.70003"
TALK = "voortgangsgesprek.2026-2027.{}"
LINDE, BAKEN, EIK = "10AA00", "11BB00", "12CC00"
SOP = "schoolondersteuningsprofiel.v1.{}"
# That of Het Baken ended in the schooljaar that is closed, that of De Linde ends in October after it.
DOCUMENTEN = f"""\
soort;partij;vastgesteld_op
schoolondersteuningsprofiel;{LINDE};2023-10-18
schoolondersteuningsprofiel;{BAKEN};2023-03-05
"""
CONTROLLER = "controller@swv.example"


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One bestuur never gave its numbers; one gesprek was never arranged, one had been, one is to come."""
    office = an_imported_office(
        tmp_path_factory.mktemp("ended") / "w",
        rules=("leerlingaantallen", "begroting", "voortgangsgesprek", "schoolondersteuningsprofiel"),
        register={"documenten": DOCUMENTEN},
        more='map = "uit"',
    )
    with at_work(office.folder) as desk:
        desk.plan("2026-08-01T00:00")
        desk.plan("2026-08-01T00:00", year=2027, adopting=False)
        ticked(desk, "2026-09-17T08:30", "2026-10-01T08:30")
        for number in (70001, 70002):
            desk.act(f"leerlingaantallen.2026-2027.{number}", "submit", "2026-10-01T10:00")
        ticked(desk, "2026-10-05T08:30", "2026-12-01T08:30")
        arranged(desk, BAKEN, "2027-03-09T14:00", "2027-02-01T10:00")
        ticked(desk, "2027-02-01T10:30", "2027-04-20T08:30")
        arranged(desk, EIK, "2027-09-07T14:00", "2027-06-01T10:00")
        at = parse_moment("2027-06-10T10:00")
        change_stage(desk.means, SOP.format(LINDE), "concept", at, by="Anna", day=None, note="", back=False)
        ticked(desk, "2027-06-15T08:30", "2027-07-05T09:00")
    return office


@pytest.fixture
def desk(ended: Office, tmp_path: Path) -> Iterator[AtWork]:
    with at_work(copied(ended, tmp_path / "w").folder) as working:
        yield working


def arranged(desk: AtWork, party: str, starts: str, now: str) -> None:
    with desk.means.database.write() as connection:
        own = Desk(connection, desk.means, parse_moment(now), "Anna")
        talk = load_task(connection, TALK.format(party))
        assert talk is not None
        appoint(own, talk, *filled_in(own, talk, TalkWish(starts=parse_moment(starts))))
        own.finish()


def ticked(desk: AtWork, *moments: str) -> None:
    for moment in moments:
        desk.awake(f"{moment[:10]}T08:00")
        desk.tick(moment)


def task(desk: AtWork, key: str) -> StoredTask:
    with desk.means.database.read() as connection:
        found = load_task(connection, key)
    assert found is not None
    return found


def stands(desk: AtWork, key: str) -> tuple[object, ...]:
    """What an undo gives back; a step whose mail still waited is decided on anew."""
    one = task(desk, key)
    steps = [
        "to come" if step.state in ("due", "pending") or (step.state == "noticed" and step.sent is None) else step.state
        for step in one.steps
    ]
    return one.state, one.plan.due, one.arranged, one.complete, steps, [step.sent for step in one.steps]


def newest_letter(desk: AtWork, address: str) -> str:
    """The text of the mail that reached the address last."""
    *_, last = (one for one in desk.messages("sent") if one.email == address)
    mail = message_from_bytes(desk.means.vault.open(last.id, last.raw or b""), policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def closed(desk: AtWork) -> Ending:
    """Closes the schooljaar: the begroting goes on, the rest was not delivered."""
    now = parse_moment(NOW)
    with desk.means.database.read() as connection:
        found = year_end(connection, desk.means, YEAR, now)
    fates = {one.id.path: "niet" for one in found.undecided} | {"begroting/2026-2027": "mee"}
    endings: list[Ending] = []
    choice = Choice(fates, UNTIL)  # type: ignore[arg-type]
    assert close(desk.means, YEAR, choice, found.seal, now, "Anna", lambda _, ending: endings.append(ending))
    return endings[0]


def sent(desk: AtWork, key: str, step: str) -> bool:
    return next(one for one in task(desk, key).steps if one.plan.name == step).sent is not None


def test_what_is_open_is_told_by_kind(desk: AtWork) -> None:
    """No document is decided on; a gesprek to come stays; of one whose day has been it is said."""
    with desk.means.database.read() as connection:
        found = year_end(connection, desk.means, YEAR, parse_moment(NOW))
    rounds = {one.id.rule: one for one in found.rounds}
    assert set(rounds) == {"leerlingaantallen", "begroting", "voortgangsgesprek"}
    talks = rounds["voortgangsgesprek"]
    assert sorted(one.plan.party for one in talks.tasks) == [LINDE, BAKEN]
    assert (talks.arranged, talks.been) == (1, 1)
    assert found.been == 1


def test_a_document_goes_on_with_its_stages(desk: AtWork) -> None:
    """Also one that ended in the schooljaar that is closed: who must renew it hears so afterwards as before."""
    before = {code: stands(desk, SOP.format(code)) for code in (LINDE, BAKEN)}
    assert [one[0] for one in before.values()] == ["open", "open"]
    closed(desk)
    assert {code: stands(desk, SOP.format(code)) for code in (LINDE, BAKEN)} == before
    desk.plan("2027-07-12T10:00", year=2027)
    ticked(desk, "2027-08-27T08:30", "2027-09-24T08:30")
    assert sent(desk, SOP.format(LINDE), "fase-vastgesteld")
    assert not sent(desk, SOP.format(LINDE), "fase-concept")
    with desk.means.database.read() as connection:
        assert [one.phase for one in stages_of(connection, [SOP.format(LINDE)])[SOP.format(LINDE)]] == ["concept"]
    assert task(desk, SOP.format(BAKEN)).state == "open"


def test_who_waits_for_others_hears_that_no_more_comes_and_from_whom(desk: AtWork) -> None:
    """What was not delivered is waited for no longer; it is not told as if it were there."""
    assert task(desk, BUDGET).complete is None
    closed(desk)
    assert task(desk, MISSING).state == "waived"
    ticked(desk, "2027-07-05T10:30", "2027-07-06T08:30")
    budget = task(desk, BUDGET)
    assert (budget.state, budget.plan.due, budget.complete) == ("open", UNTIL, date(2027, 7, 5))
    assert desk.told(CONTROLLER)[-1][1] == "compleet"
    assert "2 van de 3 zijn binnen, 1 komt niet" in newest_letter(desk, CONTROLLER)


def test_a_gesprek_that_is_arranged_takes_place_in_the_next_schooljaar(desk: AtWork) -> None:
    closed(desk)
    assert task(desk, TALK.format(LINDE)).state == "waived"
    desk.plan("2027-07-12T10:00", year=2027)
    ticked(desk, "2027-07-12T10:30", "2027-08-31T08:30")
    coming = task(desk, TALK.format(EIK))
    assert (coming.state, coming.arranged) == ("open", parse_moment("2027-09-07T14:00"))
    assert sent(desk, TALK.format(EIK), "voorbereiden")
    with desk.means.database.write() as connection:
        own = Desk(connection, desk.means, parse_moment("2027-09-07T16:30"), "Anna")
        took_place(own, coming, "")
        own.finish()
    assert task(desk, TALK.format(EIK)).state == "done"


def test_of_a_gesprek_whose_day_has_been_nobody_hears_that_it_is_off(desk: AtWork) -> None:
    before = len(desk.messages())
    closed(desk)
    assert task(desk, TALK.format(BAKEN)).state == "waived"
    ticked(desk, "2027-07-05T10:30")
    with desk.means.database.read() as connection:
        found = appointment_of(connection, TALK.format(BAKEN))
    assert found is not None
    assert found.state != "off"
    invited = [one for one in desk.messages()[before:] if one.kind == "invite"]
    assert invited == []


def test_undoing_gives_all_of_it_back(desk: AtWork) -> None:
    keys = [BUDGET, MISSING, *(TALK.format(code) for code in (LINDE, BAKEN, EIK)), SOP.format(LINDE), SOP.format(BAKEN)]
    before = {key: stands(desk, key) for key in keys}
    ending = closed(desk)
    now = parse_moment("2027-07-05T10:05")
    with desk.means.database.write() as connection:
        act = Act(now, "Anna", "year-end", "", (), undo_of(ending, YEAR))
        assert open_again(connection, desk.means, act, now, "Anna") == ()
    assert {key: stands(desk, key) for key in keys} == before
    ticked(desk, "2027-07-05T10:30", "2027-07-06T08:30")
    assert task(desk, BUDGET).complete is None
    assert ("2027-07-06", "compleet") not in desk.told(CONTROLLER)
