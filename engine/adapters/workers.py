"""Which delivery runs on this machine are alive: each holds the lock on a file of its own.

The system lets go of a lock when the process ends, however it ends, so a file without a lock is a dead run; a process
number that was given out again cannot be mistaken for it. Of a run on another machine nothing is known: its file is
not looked at, and what it was sending waits for its lease.
"""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.core.problem import Refused

if sys.platform != "win32":
    import fcntl


class LockedWorkers:
    """Workers known by locked files in a folder beside the database; `new_name` gives text that nobody else gets."""

    def __init__(self, folder: Path, new_name: Callable[[], str]) -> None:
        self._folder = folder
        self._machine = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname()) or "machine"
        self._new_name = new_name

    @contextmanager
    def at_work(self) -> Iterator[str]:
        """A name of its own for this run, alive inside the block and until the process ends; raises Refused."""
        name = f"{self._machine}.{self._new_name()}"
        if sys.platform == "win32":  # no run is known to be dead there, and the lease decides
            yield name
            return
        path, unseen = self._folder / name, self._folder / f".{name}"
        try:
            self._folder.mkdir(exist_ok=True)
            held = os.open(unseen, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Nobody sees the file before it is locked.
            unseen.rename(path)
        except OSError as error:
            raise Refused(
                f"Ik kan niet schrijven in de map {self._folder}.",
                "Kijk of de schijf vol is, en of u er mag schrijven.",
            ) from error
        try:
            yield name
        except BaseException:
            # What this run was sending may still be claimed: left behind without its lock, the file tells.
            os.close(held)
            raise
        path.unlink(missing_ok=True)
        os.close(held)

    @contextmanager
    def dead(self) -> Iterator[Sequence[str]]:
        """The runs on this machine that ended without leaving their block; forgotten when the block ends well."""
        found = dict(self._unlocked())
        try:
            yield tuple(path.name for path in found)
            for path in found:
                path.unlink(missing_ok=True)
        finally:
            for held in found.values():
                os.close(held)

    def _unlocked(self) -> Iterator[tuple[Path, int]]:
        """The files that nobody holds, each locked by us meanwhile."""
        if sys.platform == "win32":
            return
        for path in sorted(self._folder.glob(f"{self._machine}.*")):
            with suppress(OSError):
                held = os.open(path, os.O_RDWR)
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    os.close(held)
                else:
                    yield path, held


class LoneWorker:
    """Workers where there is never another one: a store in memory."""

    @contextmanager
    def at_work(self) -> Iterator[str]:
        """No name is needed."""
        yield ""

    @contextmanager
    def dead(self) -> Iterator[Sequence[str]]:
        """Nobody."""
        yield ()
