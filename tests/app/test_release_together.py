"""Letting held messages go together does what letting them go one by one does."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, select, update

from engine.app.outbox import release, release_all
from engine.core.localtime import parse_moment
from engine.store.messages import Message, add_message, all_messages
from engine.store.tables import messages, notices, steps, tasks
from tests.at_work import AtWork, at_work
from tests.workspaces import an_imported_office

NOW = parse_moment("2026-11-24T09:00")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AtWork]:
    """An office in which all mail of one round waits."""
    office = an_imported_office(tmp_path_factory.mktemp("together") / "w", release="altijd", more='map = "uit"')
    with at_work(office.folder) as working:
        working.plan("2026-10-05T09:00")
        working.tick("2026-11-24T08:30")
        yield working


def a_second(connection: Connection) -> list[Message]:
    """What is held, and one more to the same contact that got half of what the first had to say."""
    first = all_messages(connection, ["held"])[0]
    other = add_message(
        connection, contact=first.contact, email=first.email, kind=first.kind, state="held", now=NOW, reason="zomaar"
    )
    mine = connection.execute(select(notices.c.id).where(notices.c.message == first.id)).scalars().all()
    assert len(mine) > 1
    connection.execute(update(notices).where(notices.c.id.in_(mine[1:])).values(message=other))
    return all_messages(connection, ["held"])


def what_is_left(connection: Connection) -> list[tuple[object, ...]]:
    """All that does not depend on chance."""
    words = (messages.c.id, messages.c.state, messages.c.reason, messages.c.next_attempt, messages.c.subject)
    told = (notices.c.id, notices.c.message, notices.c.outcome)
    return [
        tuple(row)
        for query in (select(*words), select(*told), select(steps), select(tasks))
        for row in connection.execute(query)
    ]


@pytest.mark.parametrize("at", ["2026-11-24T09:00", "2026-11-28T03:00"])
def test_together_is_as_one_by_one(desk: AtWork, at: str) -> None:
    now, found = parse_moment(at), []
    for together in (False, True):
        with desk.means.database.write() as connection:
            held = a_second(connection)
            if together:
                assert release_all(connection, held, desk.means, now) == {}
            else:
                assert [release(connection, one.id, desk.means, now) for one in held] == [""] * len(held)
            found.append(what_is_left(connection))
            connection.rollback()
    assert found[0] == found[1]
    assert any(row[1:2] == ("dropped",) for row in found[0]), "of two messages to one contact the first goes up"
