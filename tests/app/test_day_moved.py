"""Who hears by mail that a last day moved: when it is near, of whom it was asked, once, and only while it is true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from engine.app import planning
from engine.app.day_moved import is_near
from engine.app.deliver import deliver
from engine.app.reroute import hand_over_notices
from engine.core.digest import ALL_WAITS
from engine.core.letter import DAY_MOVED
from engine.core.localtime import start_of_day
from engine.core.party import Absence
from engine.core.planning import Change
from engine.core.problem import Refused
from engine.core.telling import is_day_moved
from engine.store.absences import replace_absences
from engine.store.facts import register_changed
from engine.store.messages import Message, all_messages, provided_contacts
from engine.store.notices import notices_of_messages
from engine.store.tasks import load_tasks
from tests.app.test_acting import an_office, asked, do, task, undo
from tests.faulty.outside import Sent
from tests.faulty.year import FaultyYear

# The december round ends on friday 11 december.
NEAR, FAR = datetime(2026, 12, 9, 9, tzinfo=UTC), datetime(2026, 11, 26, 9, tzinfo=UTC)
LAST, LATER, LATEST = date(2026, 12, 11), date(2026, 12, 16), date(2026, 12, 18)


@pytest.fixture
def office() -> Iterator[FaultyYear]:
    """The office two days before the december round ends, in which nobody answered."""
    found, kept = an_office()
    kept.copy_to(found.means.database)
    found.weather.now = NEAR
    found.log.clear()
    before = found.means
    yield found
    found.means = before


def news(office: FaultyYear, *states: str) -> list[Message]:
    """The mails of this kind that wait, or that are in these states."""
    with office.means.database.read() as connection:
        found = all_messages(connection)
    return [one for one in found if one.kind == DAY_MOVED and one.state in (states or ("queued", "held"))]


def names(office: FaultyYear, *mails: Message) -> list[tuple[str, str]]:
    """(task, step) of what mails of this kind tell."""
    with office.means.database.read() as connection:
        told = notices_of_messages(connection, [one.id for one in mails])
    return sorted((one.task, one.step) for notices in told.values() for one in notices)


def send(office: FaultyYear) -> None:
    """Lets go what is ready; a tick would take the days that were skipped for a standstill."""
    deliver(office.means, office.channel, office.now)


def asked_of(office: FaultyYear, key: str) -> set[int]:
    """Who got a mail about the task."""
    with office.means.database.read() as connection:
        sent = all_messages(connection, ["sent"])
        told = notices_of_messages(connection, [one.id for one in sent])
    return {one.contact for notices in told.values() for one in notices if one.task == key}


def move_by_plan(office: FaultyYear, keys: list[str], due: date) -> None:
    """Stores what a changed rule makes of these tasks."""
    with office.means.database.write() as connection:
        tasks = load_tasks(connection, keys=keys)
        changes = [Change("move", replace(one.plan, due=due), one) for one in tasks]
        planning.apply(connection, office.means, changes, office.rulebook, office.now, "bureau")


def test_near_is_today_and_what_begins_within_48_hours() -> None:
    days = [NEAR.date() + timedelta(days=n) for n in (-1, 0, 2, 3)]
    assert [is_near(day, NEAR) for day in days] == [False, True, True, False]


def test_whoever_was_asked_hears_at_once_and_nobody_else(office: FaultyYear) -> None:
    key = asked(office)[0]
    outcome = do(office, "uitstel", key, until=LATER, text="de school verhuist")
    mails = news(office)
    assert {one.contact for one in mails} == asked_of(office, key) != set()
    assert {one.state for one in mails} == {"queued"}
    assert [mail.leaves for mail in outcome.mails] == [one.next_attempt for one in mails]
    assert set(names(office, *mails)) == {(key, f"datum-verzet@{LAST}.1")}
    send(office)
    sent = [
        one for one in office.log if isinstance(one, Sent) and any(is_day_moved(step) for _, step, _ in one.notices)
    ]
    assert len(sent) == len(mails)


def test_far_away_nobody_hears_of_it(office: FaultyYear) -> None:
    office.weather.now = FAR
    do(office, "uitstel", asked(office)[0], until=LATER)
    assert news(office) == []


def test_a_day_that_comes_near_is_told_too(office: FaultyYear) -> None:
    office.weather.now = FAR
    key = asked(office)[0]
    move_by_plan(office, [key], FAR.date() + timedelta(days=1))
    assert set(names(office, *news(office))) == {(key, f"datum-verzet@{LAST}.1")}


def test_a_contact_gets_one_mail_for_all_tasks_of_one_plan(office: FaultyYear) -> None:
    keys = asked(office)
    move_by_plan(office, keys, LATER)
    mails = news(office)
    assert len({one.contact for one in mails}) == len(mails)
    assert {task for task, _ in names(office, *mails)} == set(keys)
    assert len(names(office, *mails)) > len(mails)


def test_a_pause_and_its_end_move_the_day_as_well(office: FaultyYear) -> None:
    key = asked(office)[0]
    do(office, "pauzeer", key, until=date(2026, 12, 14))
    paused = news(office)
    assert set(names(office, *paused)) == {(key, f"datum-verzet@{LAST}.1")}
    send(office)
    office.weather.now += timedelta(hours=1)
    moved = task(office, key).plan.due
    do(office, "hervat", key)
    assert set(names(office, *news(office))) == {(key, f"datum-verzet@{moved}.2")}


def test_what_moves_again_before_the_mail_left_is_one_move(office: FaultyYear) -> None:
    key = asked(office)[0]
    do(office, "uitstel", key, until=LATER)
    first = news(office)
    do(office, "uitstel", key, until=LATEST, text="toch later")
    assert [one.id for one in news(office)] == [one.id for one in first]
    assert {step.partition(".")[0] for _, step in names(office, *first)} == {f"datum-verzet@{LAST}"}
    assert task(office, key).plan.due == LATEST


def test_what_moves_back_before_the_mail_left_is_not_told(office: FaultyYear) -> None:
    key = asked(office)[0]
    move_by_plan(office, [key], LATER)
    move_by_plan(office, [key], LAST)
    assert news(office) == []


def test_an_answer_takes_it_back(office: FaultyYear) -> None:
    key = asked(office)[0]
    do(office, "uitstel", key, until=LATER)
    do(office, "klaar", key)
    assert news(office) == []


def test_undo_takes_it_back_until_it_left(office: FaultyYear) -> None:
    key = asked(office)[0]
    undo(office, do(office, "uitstel", key, until=LATER))
    assert (news(office), task(office, key).plan.due) == ([], LAST)
    outcome = do(office, "uitstel", key, until=LATER)
    send(office)
    with pytest.raises(Refused):
        undo(office, outcome)
    assert task(office, key).plan.due == LATER


def test_it_waits_where_all_mail_waits(office: FaultyYear) -> None:
    office.means = replace(office.means, settings=replace(office.means.settings, release="altijd"))
    do(office, "uitstel", asked(office)[0], until=LATER)
    assert {(one.state, one.reason) for one in news(office)} == {("held", ALL_WAITS)}


def test_it_is_nobodys_digest_of_the_day(office: FaultyYear) -> None:
    do(office, "uitstel", asked(office)[0], until=LATER)
    send(office)
    told = [one.contact for one in news(office, "sent")]
    assert told
    with office.means.database.read() as connection:
        assert not provided_contacts(connection, start_of_day(NEAR.date()), told)


def test_who_is_not_asked_any_more_does_not_hear(office: FaultyYear) -> None:
    """Mail that waits is put right when somebody else has the role by now."""
    key = asked(office)[0]
    do(office, "uitstel", key, until=LATER)
    mail = news(office)[0]
    with office.means.database.write() as connection:
        register = office.means.register(connection)
        (notice,) = notices_of_messages(connection, [mail.id])[mail.id]
        gone = replace(register, roles=tuple(one for one in register.roles if one.contact != mail.contact))
        hand_over_notices(connection, [notice], gone, office.now)
        assert notices_of_messages(connection, [mail.id]) == {}


def test_who_stands_in_for_whom_was_asked_hears_instead(office: FaultyYear) -> None:
    office.means = office.means.apart()
    key = asked(office)[0]
    plan, told_before = task(office, key).plan, asked_of(office, key)
    with office.means.database.write() as connection:
        register = office.means.register(connection)
        (who,) = register.who(plan.asked, plan.party, NEAR.date()).contacts
        colleague = next(one for one in register.contacts if one not in told_before)
        replace_absences(connection, who, [Absence(who, colleague, NEAR.date(), LATEST)])
        register_changed(connection)
    do(office, "uitstel", key, until=LATER)
    told = {one.contact for one in news(office)}
    assert who not in told
    assert colleague in told
