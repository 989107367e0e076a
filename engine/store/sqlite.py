"""SQLite: settings that survive a power cut, the write lock taken first, a file that may vanish, and its errors."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, PoolProxiedConnection, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from engine.core.problem import Refused
from engine.store.jsontext import JSON

# How many statements a connection keeps as SQLite reads them: more than a tick has.
STATEMENTS_KEPT = 512


def file_engine(url: URL, lock_wait: float) -> Engine:
    """An engine on a file, which it never makes by itself; `lock_wait` is in seconds."""
    path = Path(url.database or "")
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connect = partial(
        sqlite3.connect, uri, uri=True, timeout=lock_wait, check_same_thread=False, cached_statements=STATEMENTS_KEPT
    )
    engine = create_engine(url, creator=connect, hide_parameters=True, **JSON)
    _watch(engine, path)
    _listen(engine, durable=True)
    return engine


def memory_engine() -> Engine:
    """An engine on an empty database that ends with it."""
    engine = create_engine(
        "sqlite://",
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "cached_statements": STATEMENTS_KEPT},
        **JSON,
    )
    _listen(engine, durable=False)
    return engine


def for_reading(connection: Connection) -> Connection:
    """The connection as one whose transaction sees one moment and takes no write lock."""
    return connection.execution_options(jaarplanning_read=True)


def for_writing(connection: Connection) -> Connection:
    """The connection as one whose transaction takes the write lock first."""
    return connection.execution_options(jaarplanning_read=False)


@contextmanager
def turn(connection: Connection, seconds: float) -> Iterator[None]:
    """A transaction that writes alone, and waits so long for its turn."""
    driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
    (usual,) = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
    try:
        with for_writing(connection).begin():
            yield
    finally:
        driver.execute(f"PRAGMA busy_timeout = {usual}")


def shown(url: URL) -> str:
    """The database as a message names it."""
    return Path(url.database).name if url.database and url.database != ":memory:" else "in het geheugen"


def refusal(error: DBAPIError, name: str) -> Refused | None:
    """What SQLite says, as what the user can do about it; None when there is nothing to do."""
    said = str(error.orig)
    for words, message, hint in _REFUSALS:
        if any(word in said for word in words):
            return Refused(message.format(name=name), hint)
    return None


_REFUSALS = (
    (
        ("locked", "busy"),
        "De database {name} is in gebruik door een ander programma.",
        "Wacht even en probeer het opnieuw. Helpt dat niet, sluit dan het andere programma.",
    ),
    (("full",), "De schijf is vol. De database {name} is niet gewijzigd.", "Maak ruimte vrij."),
    (
        ("readonly", "unable to open"),
        "Ik kan de database {name} niet openen of niet beschrijven.",
        "Kijk of het bestand en de map bestaan en of u er mag schrijven.",
    ),
    (
        ("disk I/O",),
        "De schijf met de database {name} geeft een fout. De database is niet gewijzigd.",
        "Kijk of de schijf vol of kapot is, en of de map nog bereikbaar is.",
    ),
    (
        ("not a database", "malformed"),
        "Het bestand {name} is geen database van dit programma, of het is beschadigd.",
        "Zet een reservekopie terug, of wijs in config.toml ([database] url) een ander bestand aan.",
    ),
    (
        ("no such table", "no such column"),
        "De database {name} is tijdens het werk vervangen door een lege of een andere.",
        "Stop het programma, zet de goede database terug en start opnieuw.",
    ),
)


def _listen(engine: Engine, *, durable: bool) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: object, _record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]  # we say BEGIN ourselves
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA foreign_keys=ON")
        if durable:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reads = connection.get_execution_options().get("jaarplanning_read", False)
        try:
            # By the driver itself: this is said for every message, and the way round takes as long as a statement.
            connection.connection.driver_connection.execute("BEGIN" if reads else "BEGIN IMMEDIATE")  # type: ignore[union-attr]
        except sqlite3.OperationalError as error:
            raise OperationalError("BEGIN", None, error) from error


def _watch(engine: Engine, path: Path) -> None:
    """A file that was removed or replaced is opened anew: SQLite would go on writing into the removed one."""

    @event.listens_for(engine, "connect")
    def _connect(_connection: object, record: ConnectionPoolEntry) -> None:
        record.info["file"] = _identity(path)

    @event.listens_for(engine, "checkout")
    def _checkout(_connection: object, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        if record.info.get("file") != _identity(path):
            raise DisconnectionError

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.info.get("file") != _identity(path):  # one connection may have many transactions
            raise OperationalError("BEGIN", None, sqlite3.OperationalError("unable to open database file"))


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116  # asked for at every transaction
    except OSError:
        return None
    return found.st_dev, found.st_ino
