"""Opening the database, on SQLite or PostgreSQL: reading, writing, and the schema's version."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from engine.core.problem import Refused, Unavailable
from engine.store import postgresql, sqlite
from engine.store.tables import metadata

LOCK_WAIT_SECONDS = 5.0
# Of two that start at once, one makes the tables, which may take long on a busy machine, and the other waits its turn.
# Less than PostgreSQL gives a statement.
TURN_SECONDS = 100.0
MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """A database whose schema is the one this program knows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._near = threading.local()

    @property
    def on_server(self) -> bool:
        """True for PostgreSQL, False for SQLite."""
        return self._engine.dialect.name == "postgresql"

    @property
    def name(self) -> str:
        """The database as a message names it: a file's name, or database and server; never with a password."""
        return _shown(self._engine)

    @property
    def file(self) -> Path | None:
        """The SQLite file; None in memory and on a server."""
        return _file(self._engine.url)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one moment and writes nothing; raises Refused when the database is not to be had."""
        near = self._at_hand()
        if near is not None:
            with _in_dutch(self._engine), sqlite.for_reading(near).begin():
                yield near
            return
        with _in_dutch(self._engine), self._engine.connect() as plain, _for_reading(plain).begin():
            yield plain

    @contextmanager
    def write(self, *, alongside: bool = False) -> Iterator[Connection]:
        """One transaction that holds the write lock from its start; all of it happens, or nothing.

        `alongside`: on PostgreSQL others that say so too may write at the same time. It is for what touches rows of
        one's own alone (a claim with SKIP LOCKED, a change of what one claimed): with rows that are shared, two could
        wait for each other. Raises Refused when the database is not to be had.
        """
        near = self._at_hand()
        if near is not None:
            with _in_dutch(self._engine), sqlite.for_writing(near).begin():
                yield near
            return
        with _in_dutch(self._engine), self._engine.begin() as connection:
            if self.on_server:
                postgresql.lock(connection, alongside=alongside)
            yield connection

    @contextmanager
    def near(self) -> Iterator[None]:
        """Within it the transactions of this thread, which are many and small, go over one connection on SQLite."""
        if self.on_server or self._at_hand() is not None:
            yield
            return
        with _in_dutch(self._engine), self._engine.connect() as connection:
            self._near.connection = connection
            try:
                yield
            finally:
                self._near.connection = None

    def _at_hand(self) -> Connection | None:
        """The connection that lies near, unless it is in a transaction already."""
        connection: Connection | None = getattr(self._near, "connection", None)
        return None if connection is None or connection.in_transaction() else connection

    @contextmanager
    def writes(self) -> Iterator[Callable[..., AbstractContextManager[Connection]]]:
        """The same as `write`, many times over one connection: for a loop of small transactions."""
        if self._at_hand() is not None:
            yield self.write
            return
        with _in_dutch(self._engine), self._engine.connect() as connection:

            @contextmanager
            def write(*, alongside: bool = False) -> Iterator[Connection]:
                with _in_dutch(self._engine), connection.begin():
                    if self.on_server:
                        postgresql.lock(connection, alongside=alongside)
                    yield connection

            yield write

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
    address = _address(url)
    path = _file(address)
    if path is not None and not path.exists():
        if not create:
            raise _none_yet(path.name)
        _new_file(path)
    engine = _engine(address, lock_wait)
    try:
        return _up_to_date(engine, create=create)
    except BaseException:
        engine.dispose()
        raise


def database_exists(url: str) -> bool:
    """False where there is surely none: no file, or no table on the server; raises Refused for a senseless address."""
    address = _address(url)
    path = _file(address)
    if path is not None:
        return path.exists()
    engine = _engine(address, LOCK_WAIT_SECONDS)
    try:
        return _found(engine)[0] is not None
    except Refused:  # opening it will say why
        return True
    finally:
        engine.dispose()


def memory_database() -> Database:
    """An empty database that lives in memory and ends with the object."""
    engine = sqlite.memory_engine()
    _migrate(engine)
    return Database(engine)


def scratch_database() -> Database:
    """The same for work of a moment: its tables are made at once, without the steps by which stores grew."""
    engine = sqlite.memory_engine()
    metadata.create_all(engine)
    return Database(engine)


def _up_to_date(engine: Engine, *, create: bool) -> Database:
    revision, foreign = _found(engine)
    name = _shown(engine)
    if revision == newest_revision():
        return Database(engine)
    if foreign:
        raise Refused(
            f"De database {name} is van een ander programma.",
            "Wijs in config.toml ([database] url) een andere database aan.",
        )
    if revision is not None and revision not in _known():
        raise Refused(
            f"De database {name} is gemaakt door een nieuwere versie van dit programma.",
            "Gebruik die nieuwere versie, of zet een reservekopie van uw database terug.",
        )
    if revision is None and not create and engine.dialect.name == "postgresql":
        raise _none_yet(name)
    _migrate(engine)
    return Database(engine)


def _found(engine: Engine) -> tuple[str | None, bool]:
    """The schema's revision, None where there is none; and whether the tables are another program's."""
    with _in_dutch(engine), engine.connect() as plain, _for_reading(plain).begin():
        revision = MigrationContext.configure(plain).get_current_revision()
        return revision, revision is None and bool(inspect(plain).get_table_names())


def _none_yet(name: str) -> Refused:
    return Refused(f"Er is nog geen database ({name}).", "Haal eerst het register op.", ("import", "MAP", "--apply"))


def _address(url: str) -> URL:
    try:
        address = make_url(url)
        known = address.drivername in ("sqlite", "postgresql", postgresql.DRIVER)
    except ArgumentError:
        known = False
    if not known:
        raise Refused(
            "Het databaseadres in config.toml ([database] url) klopt niet.",
            'Schrijf bijvoorbeeld: url = "sqlite:///jaarplanning.sqlite", '
            'of url = "postgresql+psycopg://gebruiker@server/jaarplanning".',
        )
    return address


def _engine(address: URL, lock_wait: float) -> Engine:
    if address.get_backend_name() == "postgresql":
        return postgresql.server_engine(address, lock_wait)
    return sqlite.memory_engine() if _file(address) is None else sqlite.file_engine(address, lock_wait)


def _new_file(path: Path) -> None:
    try:
        path.touch()
    except OSError as error:
        raise Refused(
            f"Ik kan de database {path.name} niet maken.",
            "Kijk of de map bestaat en of u er mag schrijven.",
        ) from error


def _for_reading(connection: Connection) -> Connection:
    on_server = connection.dialect.name == "postgresql"
    return postgresql.for_reading(connection) if on_server else sqlite.for_reading(connection)


def _migrate(engine: Engine) -> None:
    config = _config()
    backend = postgresql if engine.dialect.name == "postgresql" else sqlite
    with _in_dutch(engine), engine.connect() as connection, backend.turn(connection, TURN_SECONDS):
        # Of two that start at once, the second finds the work done.
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@cache
def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def newest_revision() -> str:
    """The schema's revision that this program knows."""
    return str(_script().get_current_head())


def _known() -> set[str]:
    return {script.revision for script in _script().walk_revisions()}


def _file(address: URL) -> Path | None:
    if address.get_backend_name() != "sqlite" or not address.database or address.database == ":memory:":
        return None
    return Path(address.database)


def _shown(engine: Engine) -> str:
    if engine.dialect.name == "postgresql":
        return postgresql.shown(engine.url)
    path = _file(engine.url)
    return path.name if path is not None else "in het geheugen"


@contextmanager
def _in_dutch(engine: Engine) -> Iterator[None]:
    """Turns what the database says into what the user can do about it."""
    try:
        yield
    except DBAPIError as error:
        told = postgresql.refusal if engine.dialect.name == "postgresql" else sqlite.refusal
        refused = told(error, _shown(engine))
        if refused is None:
            raise
        raise Unavailable(refused.message, refused.hint) from error
