"""Simulates an SWV's year without putting mail into words: at most five times its own inserts and updates, bare."""

from __future__ import annotations

import sqlite3
import sys
from collections import Counter
from dataclasses import replace

from sqlalchemy import event

from benchmarks._measure import cpu_seconds, is_smoke, verdict
from benchmarks._workspace import YEAR, Book, a_book, made_up, means_of
from engine.adapters.channels.nowhere import NowhereChannel
from engine.app.simulate import simulate
from engine.store.database import Database, memory_database
from engine.store.register import fill_register

DEMAND = 5.0
SCHOOLS, REPEATS = 100, 3
# In so small an SWV most time goes to days on which little happens.
SMOKE_SCHOOLS, SMOKE_REPEATS, SMOKE_DEMAND = 5, 2, 100.0
WRITES = ("INSERT", "UPDATE", "DELETE")
# A statement, and the values of one row.
Write = tuple[str, tuple[object, ...]]


def twice(book: Book) -> Book:
    """The rules of `rules/vo`, those of schools twice, so that each school meets about twenty occurrences."""
    rules = book.rulebook.rules
    again = tuple(replace(rule, id=f"{rule.id}-nogmaals") for rule in rules if rule.per == "school")
    return replace(book, rulebook=replace(book.rulebook, rules=(*rules, *again)))


def played(book: Book, source: Database, into: Database) -> Counter[str]:
    """A year in which nobody answers; how often each kind of event came."""
    means = means_of(book, into)
    year = simulate(means, source, book.rulebook, YEAR, NowhereChannel(), answers="none", seed=1)
    return Counter(told.event.kind for told in year)


def writes_of(book: Book, source: Database) -> list[Write]:
    """Everything that a simulated year inserts, updates and deletes, row by row, in order."""
    into = memory_database()
    found: list[Write] = []

    def listen(_c: object, _cursor: object, statement: str, values: object, _x: object, many: bool) -> None:
        if statement.startswith(WRITES):
            assert isinstance(values, (tuple, list))
            found.extend((statement, tuple(row)) for row in (values if many else [values]))

    with into.read() as connection:
        event.listen(connection.engine, "before_cursor_execute", listen)
    played(book, source, into)
    return found


def floor(writes: list[Write]) -> float:
    """CPU seconds of these writes alone, one `execute` a row, in one transaction in memory."""
    empty = memory_database()
    with empty.read() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)

    def write() -> None:
        raw.execute("BEGIN")
        for statement, values in writes:
            raw.execute(statement, values).fetchall()
        raw.execute("COMMIT")

    return cpu_seconds(write)


def main() -> int:
    """Measures both in turn, and prints the ratio of the least of each."""
    smoke = is_smoke(__doc__ or "")
    schools, repeats = (SMOKE_SCHOOLS, SMOKE_REPEATS) if smoke else (SCHOOLS, REPEATS)
    book = twice(a_book())
    source = memory_database()
    with source.write() as connection:
        fill_register(connection, made_up(schools, book.rulebook.rules))
    writes = writes_of(book, source)
    runs = []
    kinds: Counter[str] = Counter()
    for _ in range(repeats):
        into = memory_database()
        counted: list[Counter[str]] = []
        seconds = cpu_seconds(lambda: counted.append(played(book, source, into)))  # noqa: B023  # called at once
        runs.append((seconds, floor(writes)))
        kinds = counted[0]
    program, bare = (min(run[which] for run in runs) for which in (0, 1))
    demand = SMOKE_DEMAND if smoke else DEMAND
    print(f"simulate_year: {schools} schools: {', '.join(f'{count} {kind}' for kind, count in kinds.items())}")
    line = (
        f"simulate_year: {program:.2f} s, its {len(writes)} rows bare {bare:.2f} s, "
        f"ratio {program / bare:.1f}, at most {demand:g}"
    )
    return verdict(line, program / bare <= demand)


if __name__ == "__main__":
    sys.exit(main())
