"""Opening, locking and moving the database."""

import sqlite3
import tempfile
import threading
import time
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from engine.core.problem import Refused
from engine.store.database import (
    LOCK_WAIT_SECONDS,
    MIGRATIONS,
    Database,
    _config,
    memory_database,
    newest_revision,
    open_database,
)
from engine.store.facts import fact, set_fact
from engine.store.mail_days import must_foresee
from engine.store.register import load_sheets
from engine.store.tables import facts, metadata
from tests.disks import no_room, without_rights


def url(folder: Path) -> str:
    """A database in that folder."""
    return f"sqlite:///{folder / 'x.sqlite'}"


@cache
def _new() -> bytes:
    """The file of a new store, made step by step once."""
    with tempfile.TemporaryDirectory() as folder:
        open_database(url(Path(folder)), create=True).close()
        return (Path(folder) / "x.sqlite").read_bytes()


def a_store(folder: Path, name: str = "x.sqlite", lock_wait: float = LOCK_WAIT_SECONDS) -> Database:
    """A new store in that folder."""
    (folder / name).write_bytes(_new())
    return open_database(f"sqlite:///{folder / name}", lock_wait=lock_wait)


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
    database = a_store(tmp_path)

    def fail() -> None:
        with database.write() as connection:
            set_fact(connection, "a", "b")
            raise RuntimeError("halverwege")

    with pytest.raises(RuntimeError, match="halverwege"):
        fail()
    with database.read() as connection:
        assert fact(connection, "a") is None


def test_a_lock_that_is_not_given_up_is_refused_in_dutch(tmp_path: Path) -> None:
    a_store(tmp_path).close()
    database = open_database(url(tmp_path), lock_wait=0.05)
    other = sqlite3.connect(tmp_path / "x.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Refused, match="in gebruik"), database.write():
        pass
    other.close()


def test_who_starts_while_another_makes_the_tables_waits_its_turn_whatever_its_patience(tmp_path: Path) -> None:
    newest_revision()  # what is read once takes no part of the wait
    other = sqlite3.connect(tmp_path / "x.sqlite", isolation_level=None, check_same_thread=False)
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.5, other.rollback).start()
    database = open_database(url(tmp_path), create=True, lock_wait=0.05)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Refused, match="in gebruik"), database.write():  # only the start is so patient
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
    source.copy_to(a_store(tmp_path))
    with open_database(url(tmp_path)).read() as connection:
        assert fact(connection, "a") == "b"
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_reader_that_would_write_is_refused_at_once_and_a_writer_waits(tmp_path: Path) -> None:
    database = a_store(tmp_path, lock_wait=5)
    other = sqlite3.connect(tmp_path / "x.sqlite", isolation_level=None, check_same_thread=False)
    with database.read() as connection:
        assert fact(connection, "a") is None
        other.execute("INSERT INTO facts VALUES ('a', 'b')")
        began = time.monotonic()
        with pytest.raises(OperationalError, match="locked"):  # whatever the patience: what it read is old by now
            set_fact(connection, "a", "c")
        assert time.monotonic() - began < 1
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.2, other.rollback).start()
    with database.write() as connection:
        set_fact(connection, "a", "c")
    with database.read() as connection:
        assert fact(connection, "a") == "c"


def test_a_full_database_is_told_in_dutch_and_heals(tmp_path: Path) -> None:
    database = a_store(tmp_path)

    def fill(pages: int) -> None:
        with database.write() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            set_fact(connection, "a", "x" * 200_000)

    with pytest.raises(Refused, match="schijf is vol"):
        fill(1)
    with database.read() as connection:
        assert fact(connection, "a") is None
    fill(1_000_000)


def test_a_file_that_may_not_grow_is_told_in_dutch_and_heals(tmp_path: Path) -> None:
    database = a_store(tmp_path)
    with no_room(tmp_path / "x.sqlite-wal"), pytest.raises(Refused, match="schijf"), database.write() as connection:
        set_fact(connection, "a", "b")
    with database.write() as connection:
        assert fact(connection, "a") is None
        set_fact(connection, "a", "b")


def test_a_folder_without_rights_is_told_in_dutch(tmp_path: Path) -> None:
    database = a_store(tmp_path)
    with database.write() as connection:
        set_fact(connection, "a", "b")
    database.close()
    with without_rights(tmp_path):
        with pytest.raises(Refused, match=r"niet openen|niet beschrijven"), open_database(url(tmp_path)).write() as one:
            set_fact(one, "a", "c")
        with pytest.raises(Refused, match="niet maken"):
            open_database(f"sqlite:///{tmp_path / 'nieuw.sqlite'}", create=True)
    with open_database(url(tmp_path)).read() as connection:
        assert fact(connection, "a") == "b"


def test_a_file_that_is_removed_under_a_worker_is_missed_at_once(tmp_path: Path) -> None:
    database = a_store(tmp_path)
    with database.write() as connection:
        set_fact(connection, "a", "b")
    away = tmp_path / "away"
    away.mkdir()
    for path in tmp_path.glob("x.sqlite*"):
        path.rename(away / path.name)
    with pytest.raises(Refused, match="niet openen"), database.write() as connection:
        set_fact(connection, "a", "c")
    assert not (tmp_path / "x.sqlite").exists()
    for path in away.iterdir():
        path.rename(tmp_path / path.name)
    with database.read() as connection:
        assert fact(connection, "a") == "b"


def test_a_file_that_is_replaced_under_a_worker_is_the_one_that_counts(tmp_path: Path) -> None:
    database = a_store(tmp_path)
    with database.read() as connection:
        assert fact(connection, "a") is None
    restored = a_store(tmp_path, "y.sqlite")
    with restored.write() as connection:
        set_fact(connection, "a", "b")
    restored.close()
    for name in ("x.sqlite-wal", "x.sqlite-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "y.sqlite").replace(tmp_path / "x.sqlite")
    with database.read() as connection:
        assert fact(connection, "a") == "b"


def test_a_newer_database_is_refused_and_left(tmp_path: Path) -> None:
    a_store(tmp_path).close()
    other = sqlite3.connect(tmp_path / "x.sqlite", isolation_level=None)
    other.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Refused, match="nieuwere versie"):
        open_database(url(tmp_path))
    assert other.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
    other.close()


def test_what_is_stored_is_in_no_error(tmp_path: Path) -> None:
    database = a_store(tmp_path)
    with pytest.raises(DBAPIError) as caught, database.write() as connection:
        connection.execute(text("SELECT nergens(:secret)"), {"secret": "een persoonlijke link"})
    assert "persoonlijke link" not in str(caught.value)


def test_a_register_of_the_first_version_keeps_its_documents_and_days(tmp_path: Path) -> None:
    """What stood in the store counts on, and its roles may be replaced by rollen and by a column, as before."""
    engine = create_engine(url(tmp_path))
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO documents VALUES (1, 'SOP', '16SW03', '2024-05-01', 'v1', NULL, '')")
        connection.exec_driver_sql("INSERT INTO closings VALUES (1, '16SW03', '2026-10-01', '2026-10-02', '', '')")
        connection.exec_driver_sql("INSERT INTO contacts (id, email, name) VALUES (1, 'a@x.example', 'A')")
        connection.exec_driver_sql("INSERT INTO roles (contact, role, party) VALUES (1, 'directeur', '16SW03')")
    engine.dispose()
    with open_database(url(tmp_path)).read() as connection:
        sheets = load_sheets(connection)
    assert [row.active for row in (*sheets.documents, *sheets.closings)] == [True, True]
    assert [row.source for row in sheets.roles] == [""]


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


def test_a_file_that_is_removed_between_the_transactions_of_a_loop_is_missed(tmp_path: Path) -> None:
    database = a_store(tmp_path)
    with pytest.raises(Refused, match="niet openen"), database.writes() as write:
        with write() as connection:
            set_fact(connection, "a", "b")
        (tmp_path / "x.sqlite").unlink()
        with write() as connection:
            set_fact(connection, "a", "c")


def test_small_transactions_may_share_a_connection_that_lies_near() -> None:
    database = memory_database()
    with database.near():
        with database.write() as first:
            first.execute(insert(facts).values(name="a", value="1"))
        with database.read() as second:
            assert second is first
            assert second.get_execution_options()["jaarplanning_read"] is True
            assert second.execute(select(facts.c.value)).scalar_one() == "1"
        with pytest.raises(ZeroDivisionError), database.write() as third:
            third.execute(insert(facts).values(name="b", value="1"))
            raise ZeroDivisionError
        with database.write() as fourth:
            assert fourth is first
            assert fourth.get_execution_options()["jaarplanning_read"] is False
    with database.read() as apart:
        assert apart is not first
        assert apart.execute(select(facts.c.name)).scalars().all() == ["a"]
