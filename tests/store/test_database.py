"""Opening, locking and moving the database."""

import sqlite3
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from engine.core.problem import Refused
from engine.store.database import _config, memory_database, open_database
from engine.store.facts import fact, set_fact
from engine.store.mail_days import must_foresee
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


def test_a_store_that_is_at_work_is_told_to_make_its_first_forecast(tmp_path: Path) -> None:
    """One from before the forecast was kept has none; an empty store needs none."""
    engine = create_engine(url(tmp_path))
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO rulebooks (id, hash, applied_at, files) VALUES (1, 'x', 0, '{}')")
        connection.exec_driver_sql(
            "INSERT INTO tasks (key, rule, schooljaar, party, kind, title, explanation, asked, together,"
            " accept_needed, opens, due, reasons, state, version, rulebook)"
            " VALUES ('a', 'a', '2026-2027', 'swv', 'taak', '', '', '', '[]', 0, '', '', '[]', 'open', 1, 1)"
        )
    engine.dispose()
    with open_database(url(tmp_path)).read() as connection:
        assert must_foresee(connection, date(2026, 11, 24)) == date(2026, 11, 24)
    with memory_database().read() as connection:
        assert must_foresee(connection, date(2026, 11, 24)) is None
