"""Opening the database: SQLite settings that survive a power cut, write locks taken first, and the schema's version."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import StaticPool

from engine.core.problem import Refused
from engine.store.jsontext import from_text, to_text

LOCK_WAIT_SECONDS = 5.0
MIGRATIONS = Path(__file__).parent / "migrations"
JSON: dict[str, Any] = {"json_serializer": to_text, "json_deserializer": from_text}


class Database:
    """A database whose schema is the one this program knows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one moment and writes nothing; raises Refused when the database is not to be had."""
        with _in_dutch(self._engine), self._engine.connect() as plain:
            connection = plain.execution_options(jaarplanning_read=True)
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that holds the write lock from its start; all of it happens, or nothing."""
        with _in_dutch(self._engine), self._engine.begin() as connection:
            yield connection

    def copy_to(self, target: Database) -> None:
        """Fills another SQLite database with everything in this one, by SQLite's own backup."""
        with self._engine.connect() as source, target._engine.connect() as other:
            source.connection.driver_connection.backup(other.connection.driver_connection)  # type: ignore[union-attr]

    def close(self) -> None:
        """Gives back every connection."""
        self._engine.dispose()


def open_database(url: str, *, create: bool = False, lock_wait: float = LOCK_WAIT_SECONDS) -> Database:
    """Opens the database and brings its schema up to date.

    Raises Refused, in Dutch, when there is none (unless `create`), when it is locked, when it was made by a
    newer version of the program, or when it is no database at all. A refused database is left as it was.
    """
    engine = _engine(url, lock_wait)
    name = _shown(engine)
    path = _file(engine)
    if path is not None and not create and not path.exists():
        raise Refused(
            f"Er is nog geen database ({name}).",
            "Haal eerst het register op.",
            ("import", "MAP", "--apply"),
        )
    with _in_dutch(engine):
        with engine.connect() as connection:
            connection.execution_options(jaarplanning_read=True)
            found = MigrationContext.configure(connection).get_current_revision()
            foreign = found is None and bool(inspect(connection).get_table_names())
        if found == _newest():
            return Database(engine)
        if foreign:
            raise Refused(
                f"Het bestand {name} is een database van een ander programma.",
                "Wijs in config.toml ([database] url) een ander bestand aan.",
            )
        if found is not None and found not in _known():
            raise Refused(
                f"De database {name} is gemaakt door een nieuwere versie van dit programma.",
                "Gebruik die nieuwere versie, of zet een reservekopie van uw database terug.",
            )
        _migrate(engine)
    return Database(engine)


def database_exists(url: str) -> bool:
    """False where there is no file yet; raises Refused when the address makes no sense."""
    path = _file(_engine(url, LOCK_WAIT_SECONDS))
    return path is None or path.exists()


def memory_database() -> Database:
    """An empty database that lives in memory and ends with the object."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}, **JSON)
    _listen(engine, durable=False)
    _migrate(engine)
    return Database(engine)


def _engine(url: str, lock_wait: float) -> Engine:
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError:
        backend = ""
    if backend != "sqlite":
        raise Refused(
            "Het databaseadres in config.toml ([database] url) klopt niet.",
            'Schrijf bijvoorbeeld: url = "sqlite:///jaarplanning.sqlite"',
        )
    engine = create_engine(url, connect_args={"timeout": lock_wait}, **JSON)
    _listen(engine, durable=True)
    return engine


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
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _migrate(engine: Engine) -> None:
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@cache
def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _newest() -> str:
    return str(_script().get_current_head())


def _known() -> set[str]:
    return {script.revision for script in _script().walk_revisions()}


def _file(engine: Engine) -> Path | None:
    name = engine.url.database
    return Path(name) if name and name != ":memory:" else None


def _shown(engine: Engine) -> str:
    path = _file(engine)
    return path.name if path is not None else "in het geheugen"


@contextmanager
def _in_dutch(engine: Engine) -> Iterator[None]:
    """Turns what SQLite says into what the user can do about it."""
    try:
        yield
    except OperationalError as error:
        said = str(error.orig)
        name = _shown(engine)
        if "locked" in said or "busy" in said:
            raise Refused(
                f"De database {name} is in gebruik door een ander programma.",
                "Wacht even en probeer het opnieuw. Helpt dat niet, sluit dan het andere programma.",
            ) from error
        if "full" in said:
            raise Refused(f"De schijf is vol. De database {name} is niet gewijzigd.", "Maak ruimte vrij.") from error
        if "readonly" in said or "unable to open" in said:
            raise Refused(
                f"Ik kan de database {name} niet openen of niet beschrijven.",
                "Kijk of de map bestaat en of u er mag schrijven.",
            ) from error
        raise
    except DatabaseError as error:
        if "not a database" in str(error.orig) or "malformed" in str(error.orig):
            raise Refused(
                f"Het bestand {_shown(engine)} is geen database van dit programma, of het is beschadigd.",
                "Zet een reservekopie terug, of wijs in config.toml ([database] url) een ander bestand aan.",
            ) from error
        raise
