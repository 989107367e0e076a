"""What people do to tasks, one or many: what it changes, whom it reaches, and how it is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest

from engine.app.actions import Outcome, carry_out, foretell, marks_of, take_all_back
from engine.app.hearing import hearers
from engine.core.action import ACTIONS, Wish
from engine.core.delivery import READY_BEFORE
from engine.core.problem import Refused
from engine.core.task import StoredTask
from engine.store.database import Database, scratch_database
from engine.store.messages import Message, all_messages
from engine.store.notes import notes_of
from engine.store.notices import notices_of_tasks
from engine.store.tasks import load_task, load_tasks
from engine.store.transitions import history
from tests.faulty.outside import CALM, Sent
from tests.faulty.world import A_FEW, a_world
from tests.faulty.year import FaultyYear

OPENED = datetime(2026, 11, 24, 9, tzinfo=UTC)
LATER = datetime(2026, 11, 26, 9, tzinfo=UTC)


@cache
def an_office() -> tuple[FaultyYear, Database]:
    """What `a_new_office` makes, made once; its log is anybody's."""
    return a_new_office()


def a_new_office() -> tuple[FaultyYear, Database]:
    """An office two days after the thuiszitters of december were asked, and a copy of its store."""
    office = FaultyYear(a_world(5, 3, A_FEW), CALM, 1, people=False)
    office.begin()
    for moment in (OPENED, OPENED + timedelta(days=1), LATER):
        office.weather.now = moment
        office.step()
    kept = scratch_database()
    office.means.database.copy_to(kept)
    return office, kept


@pytest.fixture
def office() -> Iterator[FaultyYear]:
    """The office on 26 November."""
    found, kept = an_office()
    kept.copy_to(found.means.database)
    found.weather.now = LATER
    found.log.clear()
    yield found


def asked(office: FaultyYear) -> list[str]:
    """The tasks of the round that was asked on 24 November of somebody who reads each day."""
    with office.means.database.read() as connection:
        found = load_tasks(connection, rule="thuiszitters")
        register = office.means.register(connection)
    return [
        task.plan.key
        for task in found
        if task.plan.round == "december"
        and task.state == "open"
        and all(step.sent and step.state == "noticed" for step in task.steps if step.plan.name == "uitvraag")
        and len(who := hearers(task, task.steps[1], register, LATER.date())) == 1
        and register.contacts[who[0].contact].weekly is None
    ]


def task(office: FaultyYear, key: str) -> StoredTask:
    with office.means.database.read() as connection:
        found = load_task(connection, key)
    assert found is not None
    return found


def do(office: FaultyYear, action: str, *keys: str, until: date | None = None, text: str = "daarom") -> Outcome:
    """The action, by the bureau, now."""
    return carry_out(office.means, Wish(ACTIONS[action], until, text), keys, office.now, by="Bea")


def undo(office: FaultyYear, outcome: Outcome) -> tuple[tuple[str, str], ...]:
    assert outcome.undo is not None
    with office.means.database.write() as connection:
        return take_all_back(connection, office.means, outcome.undo, office.now, by="Bea")


def tick(office: FaultyYear, when: datetime) -> None:
    office.weather.now = when
    office.step()


def days(office: FaultyYear, first: datetime, last: datetime) -> None:
    """A tick each morning and one at noon."""
    while first <= last:
        tick(office, first)
        tick(office, first + timedelta(hours=3))
        first += timedelta(days=1)


def sent_about(office: FaultyYear, key: str) -> list[tuple[date, str, str]]:
    """(day, step, audience) of all mail about a task since the office was made, in order."""
    return [
        (one.at.date(), step, audience)
        for one in office.log
        if isinstance(one, Sent)
        for about, step, audience in one.notices
        if about == key
    ]


def waiting(office: FaultyYear) -> list[Message]:
    with office.means.database.read() as connection:
        return all_messages(connection, ["queued", "held"])


def like(one: StoredTask) -> object:
    """What must be as before when an action is taken back."""
    return one.plan, one.state, one.extended, one.suspended, one.next_at, one.again, one.submitted_at, one.steps


def test_a_reminder_by_hand_leaves_after_ten_minutes_to_who_must_answer(office: FaultyYear) -> None:
    key = asked(office)[0]
    outcome = do(office, "herinnering", key)
    assert [mail.leaves for mail in outcome.mails] == [LATER + timedelta(minutes=10)] * len(outcome.mails)
    tick(office, LATER + timedelta(minutes=5))
    assert sent_about(office, key) == []
    tick(office, LATER + timedelta(minutes=11))
    assert set(sent_about(office, key)) == {(LATER.date(), "herinnering+1", "aan")}


@pytest.mark.slow
def test_a_reminder_by_hand_does_not_count_to_the_one_digest_a_day(office: FaultyYear) -> None:
    key = asked(office)[0]
    day = next(step.plan.date for step in task(office, key).steps if step.plan.name == "herinnering")
    assert day is not None
    morning = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    do(office, "herinnering", key)
    days(office, LATER + timedelta(minutes=11), morning + timedelta(hours=1))
    assert [step for _, step, _ in sent_about(office, key)] == ["herinnering+1", "herinnering"]


def test_one_mail_per_contact_tells_all_that_was_ticked(office: FaultyYear) -> None:
    keys = asked(office)
    outcome = do(office, "herinnering", *keys)
    contacts = [mail.contact for mail in waiting(office) if mail.created_at == LATER and mail.kind == "other"]
    assert len(contacts) == len(set(contacts)) == len(outcome.mails)
    assert len(outcome.keys) == len(keys) > 1


def test_who_answered_gets_no_reminder_and_is_told_why_not(office: FaultyYear) -> None:
    first, second, *_ = asked(office)
    office.act(first, "submit")
    outcome = do(office, "herinnering", first, second, "bestaat.niet")
    assert outcome.keys == (second,)
    assert dict(outcome.refused) == {first: "Er is al geantwoord.", "bestaat.niet": "Deze taak is er niet."}


def test_an_answer_takes_a_reminder_by_hand_back(office: FaultyYear) -> None:
    key = asked(office)[0]
    do(office, "herinnering", key)
    office.act(key, "submit")
    tick(office, LATER + timedelta(minutes=11))
    assert sent_about(office, key) == []


def test_a_second_reminder_on_one_day_is_refused(office: FaultyYear) -> None:
    key = asked(office)[0]
    do(office, "herinnering", key)
    again = do(office, "herinnering", key)
    tick(office, LATER + timedelta(minutes=11))
    third = do(office, "herinnering", key)
    assert (again.keys, third.keys) == ((), ())
    assert "al een herinnering" in again.refused[0][1]
    assert len(sent_about(office, key)) == 1


def test_a_reminder_by_hand_can_be_taken_back_until_it_left(office: FaultyYear) -> None:
    key = asked(office)[0]
    before, mails = task(office, key), len(waiting(office))
    outcome = do(office, "herinnering", key)
    undo(office, outcome)
    assert like(task(office, key)) == like(before)
    assert len(waiting(office)) == mails
    with office.means.database.read() as connection:
        gone = all_messages(connection, ["dropped"])
    assert gone[-1].reason == "Bea heeft ongedaan gemaakt waarvoor deze mail klaarstond"
    outcome = do(office, "herinnering", key)
    tick(office, LATER + timedelta(minutes=11))
    with pytest.raises(Refused):
        undo(office, outcome)


@pytest.mark.parametrize("action", ["klaar", "nvt", "invullen"])
def test_what_is_closed_and_opened_again_is_as_before(office: FaultyYear, action: str) -> None:
    key = asked(office)[0]
    before = task(office, key)
    outcome = do(office, action, key)
    assert task(office, key).state in ("done", "submitted", "waived")
    undo(office, outcome)
    assert like(task(office, key)) == like(before)
    if action == "klaar":
        days(office, LATER + timedelta(days=10), LATER + timedelta(days=12))
        assert "herinnering" in [step for _, step, _ in sent_about(office, key)]


def test_mail_that_was_taken_back_comes_again_when_its_day_is_still_due(office: FaultyYear) -> None:
    key = asked(office)[0]
    day = next(step.plan.date for step in task(office, key).steps if step.plan.name == "herinnering")
    assert day is not None
    tick(office, datetime(day.year, day.month, day.day, 9, tzinfo=UTC) - timedelta(days=1))
    office.weather.now = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    made_ready(office)
    outcome = do(office, "klaar", key)
    assert any(moved.back for moved in outcome.moved)
    undo(office, outcome)
    office.step()
    assert [step for at, step, _ in sent_about(office, key) if at == day] == ["herinnering"]


def made_ready(office: FaultyYear) -> None:
    """Decides and composes, but delivers nothing yet."""
    from engine.app.compose import compose  # noqa: PLC0415
    from engine.app.tick import decide_all  # noqa: PLC0415

    decide_all(office.means, office.now)
    compose(office.means, office.now)


def test_uitstel_rolls_to_each_partys_open_day_and_keeps_what_was_extended_further(office: FaultyYear) -> None:
    first, second, *_ = asked(office)
    until = task(office, first).plan.due + timedelta(days=7)
    do(office, "uitstel", second, until=until + timedelta(days=14))
    further = task(office, second).plan.due
    saturday = until + timedelta(days=(5 - until.weekday()) % 7)
    outcome = do(office, "uitstel", first, second, until=saturday)
    assert outcome.keys == (first,)
    assert task(office, first).plan.due > saturday
    assert office.opened.is_open(task(office, first).plan.party, task(office, first).plan.due)
    assert task(office, second).plan.due == further
    assert "al uitstel" in outcome.refused[0][1]


def test_uitstel_is_taken_back_to_the_old_date(office: FaultyYear) -> None:
    key = asked(office)[0]
    before = task(office, key)
    outcome = do(office, "uitstel", key, until=before.plan.due + timedelta(days=14))
    assert task(office, key).plan.due > before.plan.due
    undo(office, outcome)
    assert like(task(office, key)) == like(before)


@pytest.mark.slow
def test_a_pause_stops_the_clock_and_goes_on_by_itself(office: FaultyYear) -> None:
    key = asked(office)[0]
    before = task(office, key)
    until = date(2026, 12, 14)
    do(office, "pauzeer", key, until=until)
    paused = task(office, key)
    lost = sum(office.opened.is_open(before.plan.party, LATER.date() + timedelta(days=n)) for n in range(18))
    assert office.opened.open_days_after(before.plan.party, before.plan.due, paused.plan.due) == lost
    days(office, LATER + timedelta(days=1), datetime(2026, 12, 13, 9, tzinfo=UTC))
    assert sent_about(office, key) == []
    days(office, datetime(2026, 12, 14, 9, tzinfo=UTC), datetime(2027, 1, 20, 9, tzinfo=UTC))
    assert [step for _, step, audience in sent_about(office, key) if audience == "aan"][:2] == [
        "herinnering",
        "te-laat",
    ]
    with office.means.database.read() as connection:
        assert [row.move for row in history(connection, key)] == ["open", "suspend", "resume"]


def test_a_pause_is_taken_back_or_ended_before_its_day(office: FaultyYear) -> None:
    first, second, *_ = asked(office)
    before = like(task(office, first)), like(task(office, second))
    outcome = do(office, "pauzeer", first, second, until=date(2026, 12, 14))
    undo(office, outcome)
    assert (like(task(office, first)), like(task(office, second))) == before
    do(office, "pauzeer", first, until=date(2026, 12, 14))
    do(office, "hervat", first, text="")
    assert like(task(office, first)) == before[0]


@pytest.mark.slow
def test_a_party_that_pauses_hears_nothing_also_of_what_opens_meanwhile(office: FaultyYear) -> None:
    key = asked(office)[0]
    party = task(office, key).plan.party
    until = date(2027, 4, 1)
    wish = Wish(ACTIONS["pauzeer"], until, "verhuist")
    outcome = carry_out(office.means, wish, [], office.now, by="Bea", party=party)
    assert key in outcome.keys
    with office.means.database.read() as connection:
        theirs = [one for one in load_tasks(connection, party=party) if one.state in ("planned", "open")]
    assert all(one.suspended == until for one in theirs if one.plan.opens < until)
    days(office, datetime(2027, 3, 1, 9, tzinfo=UTC), datetime(2027, 3, 10, 9, tzinfo=UTC))
    assert [one for row in theirs for one in sent_about(office, row.plan.key)] == []


@pytest.mark.slow
def test_an_answer_that_is_given_back_is_asked_again_before_anything_escalates(office: FaultyYear) -> None:
    key = asked(office)[0]
    days(office, LATER + timedelta(days=1), datetime(2026, 12, 18, 9, tzinfo=UTC))
    office.act(key, "submit")
    assert task(office, key).state == "done"
    before = len(sent_about(office, key))
    do(office, "heropen", key, until=date(2027, 1, 8), text="de aantallen kloppen niet")
    again = task(office, key)
    assert (again.state, again.plan.due) == ("open", date(2027, 1, 8))
    days(office, datetime(2026, 12, 18, 12, tzinfo=UTC), datetime(2027, 2, 4, 9, tzinfo=UTC))
    office.release_all()
    tick(office, datetime(2027, 2, 5, 9, tzinfo=UTC))
    steps = [step for _, step, audience in sent_about(office, key)[before:] if audience == "aan"]
    assert steps == ["uitvraag", "herinnering", "te-laat", "bellen", "escalatie-1", "escalatie-2"]


def test_why_it_is_asked_again_stands_in_the_mail(office: FaultyYear) -> None:
    key = asked(office)[0]
    office.act(key, "submit")
    do(office, "heropen", key, until=date(2026, 12, 18), text="de aantallen kloppen niet.")
    assert task(office, key).again == "De reden: de aantallen kloppen niet."


def test_when_it_is_asked_again_and_whom_is_told_before(office: FaultyYear) -> None:
    key = asked(office)[0]
    office.act(key, "submit")
    office.weather.now = LATER.replace(hour=19)
    outcome = do(office, "heropen", key, until=date(2026, 12, 18))
    first, *_ = outcome.anew
    assert first.leaves == datetime(2026, 11, 27, 7, 30, tzinfo=UTC)
    said = f"De {len(outcome.anew)} mails gaan op vrijdag 27 november vanaf 08:30 naar {first.name} ({first.email})"
    assert any(line.startswith(said) for line in outcome.told)
    office.log.clear()
    tick(office, office.weather.now)
    assert sent_about(office, key) == []
    tick(office, first.leaves)
    reached = {one.to for one in office.log if isinstance(one, Sent) and key in {about for about, *_ in one.notices}}
    assert reached == {one.email for one in outcome.anew}


def test_the_minutes_in_which_a_mail_can_be_held_count_in_when_it_leaves(office: FaultyYear) -> None:
    key = asked(office)[0]
    office.act(key, "submit")
    office.weather.now = LATER.replace(hour=19)
    means = replace(office.means, wait=READY_BEFORE)
    outcome = carry_out(means, Wish(ACTIONS["heropen"], date(2026, 12, 18), "daarom"), (key,), office.now, by="Bea")
    assert {one.leaves for one in outcome.anew} == {datetime(2026, 11, 27, 7, 40, tzinfo=UTC)}
    assert any("op vrijdag 27 november vanaf 08:40 naar" in line for line in outcome.told)


def test_a_reopening_is_taken_back_until_the_new_request_left(office: FaultyYear) -> None:
    key = asked(office)[0]
    office.act(key, "submit")
    before = task(office, key)
    with office.means.database.read() as connection:
        told = notices_of_tasks(connection, [key])
    outcome = do(office, "heropen", key, until=date(2026, 12, 18))
    undo(office, outcome)
    assert like(task(office, key)) == like(before)
    with office.means.database.read() as connection:
        assert notices_of_tasks(connection, [key]) == told
    outcome = do(office, "heropen", key, until=date(2026, 12, 18))
    tick(office, LATER + timedelta(days=1))
    with pytest.raises(Refused, match="niet meer"):
        undo(office, outcome)


def test_the_second_of_two_people_is_told(office: FaultyYear) -> None:
    first, second, *_ = asked(office)
    with office.means.database.read() as connection:
        seen = marks_of(connection, [first, second])
    do(office, "nvt", first)
    wish = Wish(ACTIONS["uitstel"], task(office, first).plan.due + timedelta(days=7), "ziek")
    outcome = carry_out(office.means, wish, [first, second], office.now, by="Cor", seen=seen)
    assert outcome.keys == (second,)
    assert outcome.refused == ((first, "Bea was u voor: op n.v.t. gezet om 10:00."),)
    twice = carry_out(office.means, wish, [first, second], office.now, by="Cor", seen=seen)
    assert twice.keys == ()


@pytest.mark.parametrize("action", [name for name in ACTIONS if name != "hervat"])
def test_a_preview_leaves_no_trace_and_says_what_will_be_done(office: FaultyYear, action: str) -> None:
    keys = asked(office)[:3]
    if action in ("heropen", "teruggeven"):
        for key in keys:
            office.act(key, "submit")
    with office.means.database.read() as connection:
        before = load_tasks(connection), all_messages(connection), notices_of_tasks(connection, keys)
    wish = Wish(ACTIONS[action], date(2026, 12, 18), "daarom")
    said = foretell(office.means, wish, keys, office.now, by="Bea")
    with office.means.database.read() as connection:
        assert (load_tasks(connection), all_messages(connection), notices_of_tasks(connection, keys)) == before
    done = carry_out(office.means, wish, keys, office.now, by="Bea")
    assert (said.keys, said.refused, said.told) == (done.keys, done.refused, done.told)


def test_what_it_changes_is_said_before(office: FaultyYear) -> None:
    keys = asked(office)
    told = foretell(office.means, Wish(ACTIONS["klaar"]), keys[:1], office.now, by="Bea").told
    assert told == (
        "2 herinneringen vervallen.",
        "De consulent hoort het dan niet op woensdag 16 december.",
        "De directeur hoort het dan niet op dinsdag 5 januari.",
        "De bestuurder hoort het dan niet op vrijdag 15 januari.",
    )
    told = foretell(office.means, Wish(ACTIONS["uitstel"], date(2026, 12, 18)), keys[:2], office.now, by="Bea").told
    assert told == (
        "4 herinneringen schuiven mee. De eerste gaat nu op dinsdag 15 december.",
        "2 berichten aan de consulent schuiven mee, het eerste naar woensdag 6 januari.",
        "2 berichten aan de directeur schuiven mee, het eerste naar dinsdag 12 januari.",
        "2 berichten aan de bestuurder schuiven mee, het eerste naar vrijdag 22 januari.",
    )


def test_a_note_is_kept_with_who_and_when_and_can_be_taken_away(office: FaultyYear) -> None:
    key = asked(office)[0]
    outcome = do(office, "notitie", key, text="gebeld 3 oktober, komt morgen")
    assert do(office, "notitie", key, text="gebeld 3 oktober, komt morgen").keys == ()
    with office.means.database.read() as connection:
        assert [(note.by, note.at, note.text) for note in notes_of(connection, [key])[key]] == [
            ("Bea", LATER, "gebeld 3 oktober, komt morgen")
        ]
    undo(office, outcome)
    with office.means.database.read() as connection:
        assert notes_of(connection, [key]) == {}


@pytest.mark.parametrize("action", ["notitie", "uitstel", "invullen", "nvt"])
def test_a_bsn_is_refused_in_every_text(office: FaultyYear, action: str) -> None:
    with pytest.raises(Refused, match="BSN"):
        do(office, action, asked(office)[0], until=date(2026, 12, 18), text="leerling 111222333 is terug")


@pytest.mark.parametrize("action", ["uitstel", "nvt", "invullen", "pauzeer", "notitie"])
def test_a_text_that_is_owed_is_asked_for(office: FaultyYear, action: str) -> None:
    with pytest.raises(Refused, match="Vul in"):
        do(office, action, asked(office)[0], until=date(2026, 12, 18), text="")
