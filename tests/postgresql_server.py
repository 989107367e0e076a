"""A PostgreSQL server for the tests: a cluster in a temporary folder, on a Unix socket, without durability."""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

INSTALL = "apt-get install postgresql"
USER, PASSWORD = "bureau", "ge heim@1"
IN_ADDRESS = "ge%20heim%401"
PORT = 5432
ROOM = 2 * 1024**3
QUIET = "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=60"


class Server:
    """A running server; its `new` and `copy` give addresses of databases."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)

    def url(self, database: str, *, user: str = USER, password: str = IN_ADDRESS) -> str:
        """The address of a database, there or not."""
        return f"postgresql+psycopg://{user}:{password}@/{database}?host={self.folder}&port={PORT}"

    def new(self) -> str:
        """The address of an empty database."""
        return self._made("")

    def copy(self, url: str) -> str:
        """The address of a copy of a database; who is connected to it is cut off."""
        self.cut_off(database_of(url))
        return self._made(f"TEMPLATE {database_of(url)}")

    def cut_off(self, database: str) -> None:
        """Ends every connection to a database."""
        self.does(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{database}'")

    def does(self, statement: str, database: str = "postgres") -> None:
        """Runs a statement as the one who owns the server."""
        with self.connected(database) as connection:
            connection.execute(statement)

    def connected(self, database: str) -> psycopg.Connection:
        """A plain connection beside the program's own."""
        return psycopg.connect(
            host=str(self.folder), port=PORT, user=USER, password=PASSWORD, dbname=database, autocommit=True
        )

    def control(self, *arguments: str) -> None:
        """pg_ctl on this server."""
        data = str(self.folder / "data")
        _as_owner(self.folder, "pg_ctl", "-D", data, "-w", "-l", str(self.folder / "log"), *arguments)

    def start(self) -> None:
        """Starts it; returns when it answers."""
        self.control("start", "-o", f"{QUIET} -c unix_socket_directories={self.folder} -c port={PORT}")

    def _made(self, how: str) -> str:
        name = f"proef{next(self._numbers)}"
        self.does(f"CREATE DATABASE {name} {how}")
        return self.url(name)


def database_of(url: str) -> str:
    """The name of the database in an address of ours."""
    return url.partition("@/")[2].partition("?")[0]


@contextlib.contextmanager
def a_server() -> Iterator[Server]:
    """A server of its own, gone afterwards; fails with the command that installs PostgreSQL where it is missing."""
    memory = Path("/dev/shm")  # noqa: S108  # its thousands of files are made and removed many times faster there
    room = memory.is_dir() and shutil.disk_usage(memory).free > ROOM
    # A short name: a socket's path has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="jp-pg-", dir=memory if room else None))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        (folder / "pw").write_text(PASSWORD, encoding="utf-8")
        how = ["--auth=scram-sha-256", f"--pwfile={folder / 'pw'}", "--locale=C.UTF-8", "--encoding=UTF8", "--no-sync"]
        _as_owner(folder, "initdb", "-D", str(folder / "data"), "-U", USER, *how)
        server = Server(folder)
        server.start()
        try:
            yield server
        finally:
            server.control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _as_owner(folder: Path, program: str, *arguments: str) -> None:
    """PostgreSQL refuses to run as root, so there it runs as the user that its package makes."""
    owner = "postgres" if os.geteuid() == 0 else None
    done = subprocess.run(
        [_program(program), *arguments],
        cwd=folder,
        user=owner,
        group=owner,
        extra_groups=[] if owner else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # a pipe would stay open as long as the server runs
        stderr=subprocess.DEVNULL,
        check=False,
    )
    log = folder / "log"
    assert done.returncode == 0, f"{program} {arguments[:3]}: {log.read_text('utf-8') if log.exists() else ''}"


def _program(name: str) -> str:
    found = shutil.which(name) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None
    )
    if found is None:
        pytest.fail(f"PostgreSQL is missing ({name}). Install it: {INSTALL}", pytrace=False)
    return found
