"""Statements that write many rows: compiled once, and the rows handed to the driver as they are.

SQLAlchemy looks at each value of each row again, which for the thousands of rows of a plan or a tick takes longer than
writing them. Errors, events and transactions stay SQLAlchemy's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Delete, Dialect, Insert, Update

Statement = Insert | Update | Delete
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement's text, what it holds besides the row, and how a row becomes what the driver takes."""

    text: str
    fixed: Row
    processors: tuple[tuple[str, Callable[[Any], Any]], ...]
    take: Callable[[Row], Any]

    def values(self, row: Row) -> Any:
        """The row as the driver takes it."""
        if self.processors or self.fixed:
            row = {**self.fixed, **row, **{name: process(row[name]) for name, process in self.processors}}
        return self.take(row)


_READY: dict[tuple[Statement, str, tuple[str, ...]], _Ready] = {}


def write_many(connection: Connection, statement: Statement, rows: Sequence[Row]) -> int:
    """Runs the statement, which is built once and returns nothing, for each row; returns how many rows it touched.

    All rows have the same names in the same order.
    """
    if not rows:
        return 0
    key = (statement, connection.dialect.name, tuple(rows[0]))
    ready = _READY.get(key)
    if ready is None:
        ready = _READY[key] = _compiled(statement, connection.dialect, key[2])
    return connection.exec_driver_sql(ready.text, [ready.values(row) for row in rows]).rowcount


def _compiled(statement: Statement, dialect: Dialect, names: tuple[str, ...]) -> _Ready:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    bound = compiled.binds
    processors = {name: bound[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names}
    wanted = tuple(compiled.positiontup or ())
    return _Ready(
        str(compiled),
        {name: value for name, value in compiled.params.items() if name not in names},
        tuple((name, process) for name, process in processors.items() if process is not None),
        _tuple_of(wanted) if wanted else dict,
    )


def _tuple_of(names: tuple[str, ...]) -> Callable[[Row], Any]:
    take = itemgetter(*names)
    return take if len(names) > 1 else lambda row: (take(row),)
