"""What pages with many tasks read: found by an index, however much is stored."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, event

from engine.store import parties, rounds, task_lines, today
from engine.store.database import Database, scratch_database

DAY = date(2026, 12, 1)
SOME = frozenset({"A", "B"})
ROUND = ("thuiszitters", "2026-2027", "december")


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """An empty store: how SQLite means to find rows does not depend on what there is."""
    database = scratch_database()
    yield database
    database.close()


def plan_of(database: Database, read: Callable[[Connection], object]) -> list[str]:
    """The steps by which SQLite finds what is read."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        asked.append((statement, parameters))

    event.listen(database._engine, "before_cursor_execute", note)
    try:
        with database.read() as connection:
            read(connection)
    finally:
        event.remove(database._engine, "before_cursor_execute", note)
    with database.read() as connection:
        return [
            row[-1]
            for statement, parameters in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]


@pytest.mark.parametrize(
    ("read", "index"),
    [
        (lambda c: parties.party_lines(c, bestuur="70001"), "ix_parties_bestuur"),
        (lambda c: parties.besturen(c, 61), "ix_parties_kind_name"),
        (lambda c: parties.consulenten(c, 61), "ix_roles_role_contact"),
        (lambda c: parties.places_of_consulent(c, 1, DAY), "ix_roles_role_contact"),
        (lambda c: task_lines.tasks_of_year(c, "2026-2027", of=None), "ix_tasks_schooljaar_rule"),
        (
            lambda c: task_lines.tasks_of_year(c, "2026-2027", of=None, opened_by=DAY, expired_by=DAY),
            "ix_tasks_unfinished",
        ),
        (
            lambda c: task_lines.tasks_of_year(c, "2026-2027", of=SOME, opened_by=DAY, expired_by=DAY),
            "ix_tasks_party_schooljaar",
        ),
        (lambda c: task_lines.left_open(c, "2026-2027", of=SOME), "ix_tasks_party_schooljaar"),
        (lambda c: today.mail_of(c, DAY, "2026-2027", of=SOME, runs=True), "ix_tasks_party_schooljaar"),
        (lambda c: task_lines.tasks_of_round(c, *ROUND, of=None), "ix_tasks_schooljaar_rule"),
        (lambda c: rounds.details(c, *ROUND, keys=None), "ix_tasks_schooljaar_rule"),
        (lambda c: rounds.ladder(c, *ROUND, of=None), "ix_tasks_schooljaar_rule"),
        (lambda c: parties.people_at(c, ["A", "swv"]), "ix_roles_party"),
        (lambda c: rounds.newest_mails(c, ["a.b.c"]), "sqlite_autoindex_notices_1"),
    ],
)
def test_what_is_read_is_found_by_an_index(
    database: Database, read: Callable[[Connection], object], index: str
) -> None:
    plan = plan_of(database, read)
    assert any(index in step for step in plan), plan
    scanned = [step for step in plan if step.startswith("SCAN tasks") and "ix_tasks_unfinished" not in step]
    assert scanned == []
    assert not any(step.startswith(("SCAN steps", "SCAN roles", "SCAN notices")) for step in plan), plan
