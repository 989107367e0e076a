"""The profiles of a real SWV's 95 schools through ten years: none expires unnoticed."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from engine import wiring
from engine.app.desk import Desk
from engine.app.means import Means
from engine.app.planning import adopt, apply, propose
from engine.app.player import Player
from engine.app.versions import NewVersion, add_version
from engine.core.localtime import local_date, start_of_day
from engine.core.schooljaar import Schooljaar
from engine.core.sheets import DocumentRow
from engine.store.facts import register_changed
from engine.store.messages import all_messages
from engine.store.notices import notices_of_tasks
from engine.store.register import copy_register, replace_documents
from engine.store.tasks import load_tasks
from tests.acceptance.duo import duo_register, needs_shared_data
from tests.workspaces import an_office

pytestmark = [needs_shared_data, pytest.mark.slow]

KIND = "schoolondersteuningsprofiel"
BEGIN, END = date(2026, 8, 1), date(2036, 8, 1)
FORTNIGHT = timedelta(days=14)
# One cycle in so many is never renewed.
NEVER = 8


@pytest.fixture(scope="module")
def means(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Means]:
    """A store in which ten years have passed; dice say when each profile was adopted, and when it is renewed."""
    folder = tmp_path_factory.mktemp("years")
    office = an_office(folder / "w", sector="po", rules=(KIND,))
    duo_register(folder / "register")
    office.must("import", str(folder / "register"), "--apply")
    place = wiring.open_workspace(office.folder)
    rulebook, source = wiring.sound_rulebook_of(place), wiring.database_of(place)
    played, dice = wiring.simulation_means(place, 1), random.Random(2026)
    with source.read() as stored, played.database.write() as connection:
        copy_register(stored, connection)
        schools = sorted(one.id for one in played.register(connection).active("school"))
        # From four years and a day before the first schooljaar, so that none has expired then.
        days = {code: BEGIN - timedelta(days=dice.randrange(4 * 365)) for code in schools}
        replace_documents(connection, [DocumentRow(KIND, code, day, "v1") for code, day in days.items()])
        register_changed(connection)
    player = Player(played, wiring.no_channel(), "none", 1)
    renewals: dict[str, date | None] = {}
    day = BEGIN
    while day < END:
        now = start_of_day(day)
        with played.database.write() as connection:
            running = Schooljaar.of(day)
            apply(
                connection,
                played,
                propose(connection, played, rulebook, [running, running.next]),
                rulebook,
                now,
                "plan",
            )
            adopt(connection, played, running, now, "plan")
            for task in load_tasks(connection):
                key = task.plan.key
                if task.state == "open" and key not in renewals:
                    later = task.plan.opens + timedelta(days=dice.randrange(30, 240))
                    renewals[key] = None if dice.randrange(NEVER) == 0 else later
                renewal = renewals.get(key)
                if task.state == "open" and renewal is not None and renewal <= day:
                    desk = Desk(connection, played.apart(), now, "bureau")
                    add_version(desk, NewVersion(KIND, task.plan.party, day))
        for _ in player.play(now, start_of_day(day + FORTNIGHT)):
            pass
        day += FORTNIGHT
    yield played
    source.close()


def test_no_document_expires_without_its_whole_ladder_or_a_note_why(means: Means) -> None:
    """A task is there for each version that ended; until it was renewed every step reached somebody or says why."""
    with means.database.read() as connection:
        documents = means.register(connection).documents
        tasks = {task.plan.key: task for task in load_tasks(connection)}
        merged = {(one.task, one.step) for one in notices_of_tasks(connection, tasks) if one.outcome == "merged"}
    ended = [row for row in documents if row.adopted_on.replace(day=1).replace(year=row.adopted_on.year + 4) < END]
    assert len(ended) > 200
    late = renewed = 0
    for row in ended:
        task = tasks[f"{KIND}.{row.version}.{row.party}"]
        newer = [one.adopted_on for one in documents if one.party == row.party and one.adopted_on > row.adopted_on]
        if task.state == "waived":  # its last day, a Friday in July, came before the SWV began
            assert task.plan.due < BEGIN
            continue
        expires = task.plan.expires
        assert expires is not None
        if newer and min(newer) <= expires:
            assert task.state == "done"
            renewed += 1
        else:
            late += 1
        until = min([*newer, END])
        for step in task.steps:
            assert step.plan.date is not None
            if step.plan.date < until - FORTNIGHT:
                told = step.sent is not None or step.note or (task.plan.key, step.plan.name) in merged
                assert told, (task.plan.key, step)
    assert late > 20
    assert renewed > 100


def test_nobody_gets_two_digests_on_a_day(means: Means) -> None:
    with means.database.read() as connection:
        sent = [one for one in all_messages(connection) if one.sent_at is not None and one.kind == "digest"]
    counts = Counter((one.contact, local_date(one.sent_at)) for one in sent if one.sent_at is not None)
    assert len(sent) > 1000
    assert set(counts.values()) == {1}


def test_nothing_is_left_that_waits(means: Means) -> None:
    """No mail is held for ever, and no party has two tasks for one version."""
    with means.database.read() as connection:
        assert not all_messages(connection, ["held"])
        open_ = Counter(task.plan.party for task in load_tasks(connection) if task.state == "open")
    assert set(open_.values()) <= {1}
