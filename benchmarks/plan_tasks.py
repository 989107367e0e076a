"""Plans and stores 20,000 tasks: at most ten times what SQLite itself takes for the rows, and at most 60 MiB more."""

from __future__ import annotations

import contextlib
import io
import shutil
import sqlite3
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from sqlalchemy import Connection

from benchmarks._measure import alone, bound, cpu_seconds, is_smoke, memory_now, memory_peak, verdict
from benchmarks._workspace import BEGIN, REPOSITORY, YEAR, Book, a_book, made_up, means_of
from engine.app.planning import apply, propose
from engine.cli import main as command_line
from engine.store.database import Database, open_database
from engine.store.register import fill_register

DEMAND, GROWTH, MEGABYTES = 10.0, 1.3, 60.0
# With the rules of rules/vo a school brings nine or ten tasks: 2,000, 20,000 and 200,000 of them.
FEW, SOME, MANY, REPEATS = 211, 2_105, 21_053, 3
# Few are planned so often before many, and as often after.
BESIDE = 3
SMOKE_FEW, SMOKE_SOME, SMOKE_MANY, SMOKE_REPEATS = 21, 105, 211, 1
TABLES = ("rulebooks", "tasks", "steps", "transitions")


@dataclass(frozen=True, slots=True)
class Cost:
    """What planning once took: CPU seconds, and MiB above what the process held before it."""

    tasks: int
    seconds: float
    megabytes: float

    @property
    def each(self) -> float:
        """Microseconds a task."""
        return self.seconds / self.tasks * 1e6


def new_store(file: Path, schools: int) -> None:
    """A database with a register and no tasks."""
    database = open_database(f"sqlite:///{file}", create=True)
    if schools:
        with database.write() as connection:
            fill_register(connection, made_up(schools, a_book().rulebook.rules))
    database.close()


def planned(file: Path) -> Cost:
    """Proposes and applies a schooljaar."""
    book = a_book()
    before = memory_now()
    database = open_database(f"sqlite:///{file}")
    _warm(book, database)
    counted: list[int] = []
    seconds = cpu_seconds(lambda: counted.append(_plan_all(book, database)))
    return Cost(counted[0], seconds, memory_peak() - before)


def planned_again(file: Path) -> tuple[Cost, int]:
    """The same where nothing changes, and how many rows that wrote."""
    book = a_book()
    before = memory_now()
    database = open_database(f"sqlite:///{file}")
    with database.read() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
    counted: list[int] = []
    written = raw.total_changes
    seconds = cpu_seconds(lambda: counted.append(_plan_all(book, database)))
    return Cost(counted[0], seconds, memory_peak() - before), raw.total_changes - written


class _Undo(Exception):
    """Takes back what a transaction wrote."""


def _warm(book: Book, database: Database) -> None:
    """What a process does once, whatever it plans: holidays are imported, statements compiled."""
    small = replace(book.rulebook, rules=tuple(rule for rule in book.rulebook.rules if rule.per != "school"))
    with contextlib.suppress(_Undo), database.write() as connection:
        _plan(connection, replace(book, rulebook=small), database)
        raise _Undo


def _plan_all(book: Book, database: Database) -> int:
    with database.write() as connection:
        return _plan(connection, book, database)


def _plan(connection: Connection, book: Book, database: Database) -> int:
    changes = propose(connection, means_of(book, database), book.rulebook, [YEAR])
    apply(connection, means_of(book, database), changes, book.rulebook, BEGIN, "benchmark")
    return len(changes)


def yardstick(source: Path, empty: Path) -> float:
    """CPU seconds of `executemany` with the very rows that planning stored."""
    with contextlib.closing(sqlite3.connect(source)) as connection:
        rows = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
    into = sqlite3.connect(empty, isolation_level=None)
    into.executescript("PRAGMA foreign_keys=ON; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")

    def insert() -> None:
        into.execute("BEGIN IMMEDIATE")
        for table, values in rows.items():
            if values:
                into.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(values[0]))})", values)
        into.execute("COMMIT")

    seconds = cpu_seconds(insert)
    into.close()
    return seconds


def whole_command(folder: Path) -> Cost:
    """`plan --apply` as a user gives it, with the reading of the rules, the forecast of mails and the notes."""
    before = memory_now()
    printed = io.StringIO()
    given = ("--now", "2026-08-01T00:00", "--workspace", str(folder))

    def plan() -> None:
        with contextlib.redirect_stdout(printed):
            code = command_line(["plan", "--schooljaar", str(YEAR), "--apply", "--adopt", *given])
        if code:
            raise RuntimeError(printed.getvalue())

    seconds = cpu_seconds(plan)
    with contextlib.closing(sqlite3.connect(folder / "jaarplanning.sqlite")) as connection:
        tasks = connection.execute("SELECT count(*) FROM tasks").fetchone()[0]
    return Cost(tasks, seconds, memory_peak() - before)


def main() -> int:
    """Measures in fresh processes, and prints the figures."""
    smoke = is_smoke(__doc__ or "")
    few, some, many = (SMOKE_FEW, SMOKE_SOME, SMOKE_MANY) if smoke else (FEW, SOME, MANY)
    repeats = SMOKE_REPEATS if smoke else REPEATS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in (0, few, some, many):
            alone(new_store, folder / f"{size}.sqlite", size)
        runs = [_run(folder, few, some) for _ in range(repeats)]
        little = min((run[0] for run in runs), key=lambda cost: cost.seconds)
        much = min((run[1] for run in runs), key=lambda cost: cost.seconds)
        bare = min(run[2] for run in runs)
        again, written = alone(planned_again, folder / "planned.sqlite")
        grown = [_growth(folder, few, many) for _ in range(repeats)]
        office = folder / "office"
        shutil.copytree(REPOSITORY / "rules", office / "rules")
        shutil.copyfile(REPOSITORY / "config.toml", office / "config.toml")
        shutil.copyfile(folder / f"{some}.sqlite", office / "jaarplanning.sqlite")
        command = alone(whole_command, office)
    growth, few_once, most = sorted(grown, key=lambda run: run[0])[len(grown) // 2]
    for cost in (little, much, few_once, most):
        print(
            f"plan_tasks: {cost.tasks} tasks: {cost.seconds:.2f} s, {cost.each:.0f} µs each, {cost.megabytes:.0f} MiB"
        )
    print(f"plan_tasks: again without change: {again.seconds:.2f} s, {again.megabytes:.0f} MiB")
    print(f"plan_tasks: the whole command: {command.tasks} tasks, {command.seconds:.2f} s, {command.megabytes:.0f} MiB")
    ratio = much.seconds / bare
    demand, most_growth = bound(DEMAND, smoke), bound(GROWTH, smoke)
    peak = max(much.megabytes, again.megabytes)
    return max(
        verdict(
            f"plan_tasks: {ratio:.1f} times sqlite3.executemany ({bare:.2f} s), at most {demand:g}", ratio <= demand
        ),
        verdict(
            f"plan_tasks: a task of {most.tasks} costs {growth:.2f} times one of {few_once.tasks}, "
            f"at most {most_growth:g}",
            growth <= most_growth,
        ),
        verdict(f"plan_tasks: memory {peak:.0f} MiB above the start, at most {MEGABYTES:g}", peak <= MEGABYTES),
        verdict(f"plan_tasks: planning again wrote {written} rows, at most 0", written == 0),
    )


def _run(folder: Path, few: int, some: int) -> tuple[Cost, Cost, float]:
    """Each once, in turn: the program for few and for some, and the yardstick for some."""
    much_file = _copy(folder, some, "planned")
    little, much = alone(planned, _copy(folder, few, "few")), alone(planned, much_file)
    return little, much, alone(yardstick, much_file, _copy(folder, 0, "bare"))


def _growth(folder: Path, few: int, many: int) -> tuple[float, Cost, Cost]:
    """How many times as much a task costs among many as among few, and both costs.

    Planning many takes so long that the machine's own speed changes meanwhile: few are planned before and after it.
    """
    before = [alone(planned, _copy(folder, few, "few")) for _ in range(BESIDE)]
    most = alone(planned, _copy(folder, many, "many"))
    after = [alone(planned, _copy(folder, few, "few")) for _ in range(BESIDE)]
    each = median(cost.each for cost in before + after)
    little = replace(before[0], seconds=each * before[0].tasks / 1e6)
    return most.each / each, little, most


def _copy(folder: Path, schools: int, name: str) -> Path:
    """A fresh copy of the store with so many schools."""
    file = folder / f"{name}.sqlite"
    for old in folder.glob(f"{file.name}*"):
        old.unlink()
    shutil.copyfile(folder / f"{schools}.sqlite", file)
    return file


if __name__ == "__main__":
    sys.exit(main())
