"""A database that fails when it is to commit, as on a full disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from engine.store.database import Database


class FailingDatabase(Database):
    """The same database as another, of which one transaction to come does all and then fails: the first, the second…

    0: none fails.
    """

    def __init__(self, whole: Database, fails: int) -> None:
        super().__init__(whole._engine)
        self.fails = fails

    @contextmanager
    def write(self, *, alongside: bool = False) -> Iterator[Connection]:
        """Counts down, and fails at its turn."""
        self.fails -= 1
        with super().write(alongside=alongside) as connection:
            yield connection
            if self.fails == 0:
                raise OSError("schijf vol")
