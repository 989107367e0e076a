"""Statements that are run again and again, or for many rows: compiled once, the values handed over as they are.

SQLAlchemy looks at each value of each row again, which for the thousands of rows of a plan or a tick takes longer than
writing them; and it writes a query anew for each list of keys, so that the database must read it anew as well. Of
SQLite, which answers in less time than SQLAlchemy takes to wrap the answer, its own driver is asked, unless somebody
listens. Errors, events and transactions stay SQLAlchemy's.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import sqlalchemy
from sqlalchemy import Boolean, Connection, Delete, Dialect, Insert, Row, Select, Update
from sqlalchemy.exc import DBAPIError

Statement = Insert | Update | Delete
# An Update is one that returns rows.
Query = Select[Any] | sqlalchemy.CompoundSelect[Any] | Update
Values = Mapping[str, Any]
# A list of keys is filled up to one of these lengths by its last key, so that few texts serve them all.
LENGTHS = (0, 1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 320, 384, 448, 512)
# SQLite takes 32,766 variables in one statement; keys are asked for in portions far below that.
_PORTION = 500
# Each query with each length of its lists.
QUERIES_KEPT = 1024


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement's text, what it holds besides the row, and how a row becomes what the driver takes."""

    text: str
    fixed: Values
    processors: tuple[tuple[str, Callable[[Any], Any]], ...]
    take: Callable[[Values], Any]

    def values(self, row: Values) -> Any:
        """The row as the driver takes it."""
        if self.processors or self.fixed:
            row = {**self.fixed, **row, **{name: process(row[name]) for name, process in self.processors}}
        return self.take(row)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query's text, what it holds by itself, and in which order it takes what, or a list under which names."""

    text: str
    fixed: Values
    order: tuple[str, ...]
    names: Mapping[str, tuple[str, ...]]

    def values(self, given: dict[str, Any]) -> Any:
        """These values as the driver takes them; lists have their full length."""
        if not self.order:
            row = {**self.fixed, **given}
            for name, names in self.names.items():
                row.update(zip(names, row.pop(name), strict=True))
            return row
        taken: list[Any] = []
        for name in self.order:
            if name in self.names:
                taken += given[name]
            else:
                taken.append(given[name] if name in given else self.fixed[name])
        return tuple(taken)


_ASKED: dict[tuple[Query, str, tuple[tuple[str, int], ...], tuple[str, ...]], _Asked | None] = {}
_READY: dict[tuple[Statement, str, tuple[str, ...]], _Ready] = {}


def write_many(connection: Connection, statement: Statement, rows: Sequence[Values]) -> int:
    """Runs the statement, which is built once and returns nothing, for each row; returns how many rows it touched.

    All rows have the same names in the same order.
    """
    if not rows:
        return 0
    key = (statement, connection.dialect.name, tuple(rows[0]))
    ready = _READY.get(key)
    if ready is None:
        ready = _READY[key] = _compiled(statement, connection.dialect, key[2])
    made = [ready.values(row) for row in rows]
    driver = _driver(connection)
    if driver is None:
        return connection.exec_driver_sql(ready.text, made).rowcount
    try:
        return driver.executemany(ready.text, made).rowcount
    except sqlite3.Error as error:
        raise _as_told(error, ready.text, connection.dialect) from error


def ask(connection: Connection, query: Query, **values: Any) -> Sequence[Any]:
    """The rows of a query that is built once, as tuples; a list among the values stands for as many keys."""
    return _asked(connection, query, values, plain=True)


def ask_named(connection: Connection, query: Query, **values: Any) -> Sequence[Row[Any]]:
    """The same, rows that know the names of their columns."""
    return _asked(connection, query, values, plain=False)


def rows_of(connection: Connection, query: Select[Any], keys: Iterable[Any], **values: object) -> Iterator[Any]:
    """The rows of a query that takes `keys`, which may be many, and these values."""
    asked = sorted(set(keys))
    for start in range(0, len(asked), _PORTION):
        yield from ask(connection, query, keys=asked[start : start + _PORTION], **values)


def named_rows_of(connection: Connection, query: Select[Any], keys: Iterable[Any]) -> Iterator[Row[Any]]:
    """The same, rows that know the names of their columns."""
    asked = sorted(set(keys))
    for start in range(0, len(asked), _PORTION):
        yield from ask_named(connection, query, keys=asked[start : start + _PORTION])


def _asked(connection: Connection, query: Query, values: dict[str, Any], *, plain: bool) -> Sequence[Any]:
    sizes = []
    for name, value in values.items():
        if isinstance(value, list):
            if len(value) > LENGTHS[-1]:
                return connection.execute(query, values).all()
            size = LENGTHS[bisect_left(LENGTHS, len(value))]
            values[name] = value + value[-1:] * (size - len(value))
            sizes.append((name, size))
    key = (query, connection.dialect.name, tuple(sizes), tuple(values))
    if key not in _ASKED:
        if len(_ASKED) >= QUERIES_KEPT:
            _ASKED.clear()
        _ASKED[key] = _built(query, connection.dialect, sizes, key[3])
    asked = _ASKED[key]
    if asked is None:
        return connection.execute(query, values).all()
    driver = _driver(connection) if plain else None
    if driver is None:
        return connection.exec_driver_sql(asked.text, asked.values(values)).all()
    try:
        return driver.execute(asked.text, asked.values(values)).fetchall()
    except sqlite3.Error as error:
        raise _as_told(error, asked.text, connection.dialect) from error


def ask_one(connection: Connection, query: Query, **values: Any) -> Any:
    """The first column of the first row, None where there is none."""
    found = ask(connection, query, **values)
    return found[0][0] if found else None


def _driver(connection: Connection) -> sqlite3.Connection | None:
    """SQLite's own connection, in the transaction that has begun; None where SQLAlchemy must be the one to ask."""
    if not connection.in_transaction() or connection.dispatch.before_cursor_execute:
        return None
    driver = connection.connection.driver_connection
    return driver if isinstance(driver, sqlite3.Connection) else None


def _as_told(error: sqlite3.Error, text: str, dialect: Dialect) -> BaseException:
    """The error as SQLAlchemy tells it; never with the values."""
    return DBAPIError.instance(text, None, error, sqlite3.Error, hide_parameters=True, dialect=dialect)


def _built(query: Query, dialect: Dialect, sizes: Sequence[tuple[str, int]], names: tuple[str, ...]) -> _Asked | None:
    """None where values or columns are not for the driver as they are."""
    lists = {name: tuple(f"{name}_{number}" for number in range(1, size + 1)) for name, size in sizes}
    sample = dict.fromkeys(names) | {name: [None] * len(made) for name, made in lists.items()}
    state = query.compile(dialect=dialect).construct_expanded_state(sample, escape_names=False)
    columns = (column.type.dialect_impl(dialect) for column in query.exported_columns)
    if state.processors or any(kind.result_processor(dialect, None) for kind in columns):
        return None
    whose = {each: name for name, made in lists.items() for each in made}
    fixed = {name: value for name, value in state.parameters.items() if name not in whose and name not in names}
    # A list is taken where its first key is.
    order = [
        whose.get(each, each) for each in state.positiontup or () if each not in whose or each == lists[whose[each]][0]
    ]
    return _Asked(state.statement, fixed, tuple(order), lists)


def _compiled(statement: Statement, dialect: Dialect, names: tuple[str, ...]) -> _Ready:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    bound = compiled.binds
    # Every driver takes a bool as it is.
    kinds = {name: bound[name].type for name in names if not isinstance(bound[name].type, Boolean)}
    processors = {name: kind.dialect_impl(dialect).bind_processor(dialect) for name, kind in kinds.items()}
    wanted = tuple(compiled.positiontup or ())
    return _Ready(
        str(compiled),
        {name: value for name, value in compiled.params.items() if name not in names},
        tuple((name, process) for name, process in processors.items() if process is not None),
        _tuple_of(wanted) if wanted else dict,
    )


def _tuple_of(names: tuple[str, ...]) -> Callable[[Values], Any]:
    take = itemgetter(*names)
    return take if len(names) > 1 else lambda row: (take(row),)
