"""Opening, locking and moving the database."""

import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from engine.core.problem import Refused
from engine.store.database import MIGRATIONS, memory_database, open_database
from engine.store.facts import fact, set_fact
from engine.store.tables import metadata


def url(folder: Path) -> str:
    """A database in that folder."""
    return f"sqlite:///{folder / 'x.sqlite'}"


def test_the_migrations_make_exactly_the_tables() -> None:
    with memory_database().read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_database_on_disk_survives_a_power_cut(tmp_path: Path) -> None:
    database = open_database(url(tmp_path), create=True)
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_opening_twice_keeps_what_is_in_it(tmp_path: Path) -> None:
    with open_database(url(tmp_path), create=True).write() as connection:
        set_fact(connection, "a", "b")
    with open_database(url(tmp_path)).read() as connection:
        assert fact(connection, "a") == "b"


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="nog geen database"):
        open_database(url(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    database = open_database(url(tmp_path), create=True)

    def fail() -> None:
        with database.write() as connection:
            set_fact(connection, "a", "b")
            raise RuntimeError("halverwege")

    with pytest.raises(RuntimeError, match="halverwege"):
        fail()
    with database.read() as connection:
        assert fact(connection, "a") is None


def test_a_lock_that_is_not_given_up_is_refused_in_dutch(tmp_path: Path) -> None:
    open_database(url(tmp_path), create=True).close()
    database = open_database(url(tmp_path), lock_wait=0.05)
    other = sqlite3.connect(tmp_path / "x.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Refused, match="in gebruik"), database.write():
        pass
    other.close()


@pytest.mark.parametrize("address", ["", "geen adres", "mysql://localhost/x"])
def test_an_address_that_makes_no_sense_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="databaseadres"):
        open_database(address)


def test_a_database_in_memory_can_be_kept_on_disk(tmp_path: Path) -> None:
    source = memory_database()
    with source.write() as connection:
        set_fact(connection, "a", "b")
    source.copy_to(open_database(url(tmp_path), create=True))
    with open_database(url(tmp_path)).read() as connection:
        assert fact(connection, "a") == "b"
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_messages_of_before_claims_were_counted_come_along(tmp_path: Path) -> None:
    engine = create_engine(url(tmp_path))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO contacts (id, email, name) VALUES (1, 'a@school.example', 'A')")
        for number, state, until, sent in (
            (1, "sending", 500, None),
            (2, "sent", None, 400),
            (3, "deferred", None, None),
        ):
            connection.exec_driver_sql(
                "INSERT INTO messages (id, contact, email, subject, kind, state, raw, attempts, created_at,"
                " next_attempt, claimed_until, sent_at)"
                " VALUES (?, 1, 'a@school.example', '', 'digest', ?, x'00', 1, 100, 300, ?, ?)",
                (number, state, until, sent),
            )
    engine.dispose()
    with open_database(url(tmp_path)).read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT next_attempt, tried_at, wipe_at, claim FROM messages ORDER BY id"
        ).all()
    assert [tuple(row) for row in rows] == [(500, 100, None, 0), (None, 100, 400 + 604_800_000, 0), (300, 100, None, 0)]
