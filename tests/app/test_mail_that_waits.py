"""Mail that waits while a school answers, the rules change, or a copy went to somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.app import outbox
from engine.app.placing import re_laddered
from engine.core.states import StepState
from engine.core.task import StoredTask
from engine.store.correspondence import told_of
from engine.store.messages import Message, all_messages, change_message
from engine.store.notices import notices_of_message
from engine.store.tasks import load_task, load_tasks
from tests.app.test_outbox_machine import OPENING, Fate, ScriptedChannel, an_office
from tests.faulty.outside import Sent
from tests.faulty.year import FaultyYear


@pytest.fixture
def office() -> Iterator[FaultyYear]:
    """An office on the morning on which the thuiszitters of december open."""
    found, kept = an_office()
    kept.copy_to(found.means.database)
    found.weather.now = OPENING
    found.log.clear()
    yield found


def tick(office: FaultyYear, *script: Fate, minutes: int = 0) -> None:
    """One tick, so many minutes later, in which the relay does with each message what the script says."""
    assert isinstance(office.channel, ScriptedChannel)
    office.channel.script = list(script)
    office.weather.now += timedelta(minutes=minutes)
    office.step()


def messages(office: FaultyYear, *states: str) -> list[Message]:
    """The messages in these states that were made on this morning or later."""
    with office.means.database.read() as connection:
        return [one for one in all_messages(connection) if one.state in states and one.created_at >= OPENING]


def tasks_in(office: FaultyYear, one: Message) -> list[str]:
    """The tasks that a message speaks of."""
    with office.means.database.read() as connection:
        return [notice.task for notice in notices_of_message(connection, one.id)]


def test_a_mail_that_was_put_off_is_not_sent_after_the_answer(office: FaultyYear) -> None:
    tick(office, *["later"] * 20)  # type: ignore[arg-type]
    put_off = [one for one in messages(office, "deferred") if tasks_in(office, one)]
    answered = {task for one in put_off for task in tasks_in(office, one)}
    for task in answered:
        office.act(task, "submit")
    tick(office, minutes=40)
    assert put_off
    assert {one.id for one in messages(office, "dropped")} >= {one.id for one in put_off}
    assert [one for one in office.log if isinstance(one, Sent) and {task for task, *_ in one.notices} & answered] == []


def test_what_a_mail_that_was_put_off_says_of_other_tasks_goes_in_a_new_one(office: FaultyYear) -> None:
    tick(office, *["later"] * 20)  # type: ignore[arg-type]
    several = next(one for one in messages(office, "deferred") if len(set(tasks_in(office, one))) > 1)
    first, *others = sorted(set(tasks_in(office, several)))
    office.act(first, "submit")
    tick(office, minutes=40)
    told = {task for one in office.log if isinstance(one, Sent) and one.to == several.email for task, *_ in one.notices}
    assert first not in told
    assert told >= set(others)


def test_a_mail_that_may_have_arrived_goes_once_more_as_it_was(office: FaultyYear) -> None:
    tick(office, *["lost"] * 20)  # type: ignore[arg-type]
    doubtful = messages(office, "deferred")
    for task in {task for one in doubtful for task in tasks_in(office, one)}:
        office.act(task, "submit")
    tick(office, minutes=40)
    assert doubtful
    assert {one.message_id for one in messages(office, "sent")} >= {one.message_id for one in doubtful}


def test_a_copy_to_who_reads_along_does_not_count_as_the_request(office: FaultyYear) -> None:
    tick(office)
    with office.means.database.read() as connection:
        sent = {
            (task, step)
            for one in office.log
            if isinstance(one, Sent)
            for task, step, how in one.notices
            if how == "aan"
        }
        along = {(task, step) for one in office.log if isinstance(one, Sent) for task, step, _ in one.notices} - sent
        known = {(task.plan.key, step.plan.name) for task in load_tasks(connection) for step in task.steps if step.sent}
    assert sent <= known
    assert along & known == set()


def test_a_step_that_planning_took_out_leaves_a_held_mail_that_can_still_be_released(office: FaultyYear) -> None:
    tick(office, *["relay"] * 20)  # type: ignore[arg-type]
    chosen = messages(office, "queued")[0]
    with office.means.database.write() as connection:
        outbox.hold(connection, chosen.id, "")
    office.files = {
        name: text.replace("  uitvraag: ", "  vraag: ").replace("{op: opent}", "{op: opent, bericht: uitvraag}")
        for name, text in office.files.items()
    }
    office.plan()
    office.release_all()
    assert chosen.id in {one.id for one in messages(office, "dropped", "queued")}


def test_mail_that_was_put_off_is_held_after_a_standstill_and_made_afresh_when_let_go(office: FaultyYear) -> None:
    tick(office, *["later"] * 20)  # type: ignore[arg-type]
    put_off = [one for one in messages(office, "deferred") if tasks_in(office, one)]
    told = {(one.email, task) for one in put_off for task in tasks_in(office, one)}
    tick(office, minutes=3 * 24 * 60)
    held = [one for one in messages(office, "held") if "het programma stond stil" in one.reason]
    assert {(one.email, task) for one in held for task in tasks_in(office, one)} >= told
    assert messages(office, "deferred") == []
    office.release_all()
    tick(office, minutes=1)
    sent = [one for one in messages(office, "sent") if tasks_in(office, one)]
    assert {(one.email, task) for one in sent for task in tasks_in(office, one)} >= told
    assert {one.message_id for one in sent} & {one.message_id for one in put_off} == set()


def test_mail_that_may_have_arrived_is_not_held_after_a_standstill(office: FaultyYear) -> None:
    tick(office, *["lost"] * 20)  # type: ignore[arg-type]
    doubtful = {one.id: one.message_id for one in messages(office, "deferred") if tasks_in(office, one)}
    tick(office, minutes=3 * 24 * 60)
    assert {one.id: one.message_id for one in messages(office, "sent") if one.id in doubtful} == doubtful


def test_mail_of_a_run_that_died_before_sending_is_held_after_a_standstill(office: FaultyYear) -> None:
    tick(office, *["relay"] * 20)  # type: ignore[arg-type]
    claimed = [one for one in messages(office, "queued") if tasks_in(office, one)]
    with office.means.database.write() as connection:
        for one in claimed:
            change_message(
                connection, one.id, ["queued"], state="sending", claim=1, worker="gone", next_attempt=OPENING
            )
    tick(office, minutes=3 * 24 * 60)
    assert {one.id for one in claimed} <= {one.id for one in messages(office, "held")}


def test_what_is_empty_when_it_is_let_go_is_dropped_with_the_reason(office: FaultyYear) -> None:
    tick(office, *["relay"] * 20)  # type: ignore[arg-type]
    chosen = next(one for one in messages(office, "queued") if tasks_in(office, one))
    with office.means.database.write() as connection:
        outbox.hold(connection, chosen.id, "")
    for task in set(tasks_in(office, chosen)):
        office.act(task, "submit")
    (dropped,) = (one for one in messages(office, "dropped") if one.id == chosen.id)
    assert dropped.reason.startswith("er is niets meer te melden")


@pytest.mark.parametrize("ends", ["uncertain", "bounced"])
def test_what_the_bureau_drops_counts_as_arrived_where_it_may_have_and_never_where_it_bounced(
    office: FaultyYear, ends: str
) -> None:
    tick(office, *(["lost"] * 20 if ends == "uncertain" else ["never", "taken"] * 10))  # type: ignore[arg-type]
    tick(office, *["lost"] * 20, minutes=40)  # type: ignore[arg-type]
    chosen = next(one for one in messages(office, ends) if tasks_in(office, one))
    asked = tasks_in(office, chosen)
    with office.means.database.write() as connection:
        outbox.drop(connection, chosen.id, "", office.now)
        told = told_of(connection, asked, [chosen.contact])
    assert {task for task, _ in told} == (set(asked) if ends == "uncertain" else set())


@pytest.mark.parametrize(
    ("state", "sent", "taken_back", "becomes"),
    [
        ("due", True, (), "pending"),
        ("noticed", True, (), "noticed"),
        ("noticed", True, ("uitvraag",), "pending"),
        ("noticed", False, ("uitvraag",), "pending"),
        ("dropped", True, (), "pending"),
        ("pending", False, (), "pending"),
    ],
)
def test_a_step_that_reached_some_of_its_readers_is_armed_again_for_the_others(
    office: FaultyYear, state: StepState, sent: bool, taken_back: tuple[str, ...], becomes: StepState
) -> None:
    stored = a_task(office)
    moment = OPENING if sent else None
    steps = (replace(stored.steps[0], state=state, sent=moment), *stored.steps[1:])
    found = re_laddered(replace(stored, steps=steps), stored.plan, taken_back)
    assert (found[0].state, found[0].sent) == (becomes, moment)


def a_task(office: FaultyYear) -> StoredTask:
    """A task of the december round."""
    with office.means.database.read() as connection:
        keys = [task.plan.key for task in load_tasks(connection, rule="thuiszitters") if task.plan.round == "december"]
        found = load_task(connection, keys[0])
    assert found is not None
    return found
