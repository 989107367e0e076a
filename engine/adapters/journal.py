"""The verzendlog: an append-only file beside the database with a line for each delivery.

A line is written after the answer to the final dot, when it is too late to refuse for lack of space. So a reserve of
real blocks stands beside the file; without it nothing is handed over, and when the disk is full at the wrong moment
the reserve makes way, for this file and for the database beside it.
"""

from __future__ import annotations

import errno
import json
import os
import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from engine.core.localtime import iso_local
from engine.core.ports import Result
from engine.core.problem import Refused

NAME = "verzendlog.jsonl"
RESERVE_BYTES = 1024 * 1024
NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})


class FileJournal:
    """A Journal in a folder. Safe to use from several processes: each line is one write at the end of the file."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._reserve = folder / f".{NAME}.reserve"
        self._log: int | None = None
        # The size at which the file is known to end with a whole line.
        self._whole = 0

    def make_room(self) -> None:
        """Sees that the reserve is there, and the log can be written; raises Refused."""
        try:
            if self._reserve.stat().st_size >= RESERVE_BYTES:
                return
        except FileNotFoundError:
            pass
        except OSError as error:
            raise self._refused(error) from error
        # Several deliveries, in one process or more, may make it at once.
        unfinished = self._reserve.with_name(f"{self._reserve.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            with unfinished.open("wb") as file:
                # Not zeros, which some file systems do not store.
                file.write(os.urandom(4096) * (RESERVE_BYTES // 4096))
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._reserve)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise self._refused(error) from error

    def write(self, at: datetime, message_id: str, result: Result) -> None:
        """Adds a line; when this returns it is on the disk. Raises Refused."""
        line = json.dumps({"at": iso_local(at), "message_id": message_id, "result": result}).encode() + b"\n"
        try:
            self._append(line)
        except OSError as error:
            if error.errno not in NO_SPACE:
                raise self._refused(error) from error
            self._append_in_reserve(line)

    def was_sent(self, message_id: str) -> bool:
        """True when a line says so; lines that cannot be read say nothing."""
        try:
            with self._path.open("rb") as file:
                return any(_says_sent(line, message_id) for line in file if message_id.encode() in line)
        except OSError:
            return False

    def _append_in_reserve(self, line: bytes) -> None:
        try:
            self._reserve.unlink(missing_ok=True)
            self._append(line)
        except OSError as error:
            raise self._refused(error) from error

    def _append(self, line: bytes) -> None:
        log = self._opened()
        # A line that a power cut or a full disk tore stays alone.
        size = os.fstat(log).st_size
        if size and size != self._whole:
            os.lseek(log, -1, os.SEEK_END)
            if os.read(log, 1) != b"\n":
                line = b"\n" + line
        if os.write(log, line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(log)
        self._whole = size + len(line)

    def _opened(self) -> int:
        """The log, which stays open until somebody takes the file away."""
        if self._log is not None:
            if os.fstat(self._log).st_nlink:
                return self._log
            os.close(self._log)
        self._log = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        if os.name == "posix":
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return self._log

    def _refused(self, error: OSError) -> Refused:
        if error.errno in NO_SPACE:
            return Refused("De schijf is vol. Er gaat geen mail meer weg.", "Maak ruimte vrij. Daarna gaat het verder.")
        return Refused(
            f"Ik kan het verzendlog {self._path} niet schrijven ({error.strerror}). Er gaat geen mail meer weg.",
            "Kijk of de map bestaat en of u er mag schrijven.",
        )


class NoJournal:
    """A Journal that keeps nothing, for mail that nobody reads."""

    def make_room(self) -> None:
        """There is always room."""

    def write(self, at: datetime, message_id: str, result: Result) -> None:
        """Keeps nothing."""

    def was_sent(self, message_id: str) -> bool:  # noqa: ARG002
        """Nothing is known."""
        return False


def _says_sent(line: bytes, message_id: str) -> bool:
    try:
        told = json.loads(line)
    except ValueError:
        return False
    return isinstance(told, dict) and told.get("message_id") == message_id and told.get("result") == "sent"
