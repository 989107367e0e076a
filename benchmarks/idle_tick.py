"""A tick with nothing due costs the same for 200,000 tasks as for 2,000: at most 1.2 times."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks._measure import alone, bound, is_smoke, side_by_side, verdict
from benchmarks._workspace import BEGIN, YEAR, a_book, made_up, means_of
from engine.adapters.channels.nowhere import NowhereChannel
from engine.app.agendas import refresh
from engine.app.compose import compose
from engine.app.deliver import deliver
from engine.app.planning import adopt, apply, propose
from engine.app.tick import decide_all
from engine.store.database import open_database
from engine.store.register import fill_register

DEMAND = 1.2
FEW, MANY, REPEATS = 211, 21_053, 9
SMOKE_FEW, SMOKE_MANY, SMOKE_REPEATS = 11, 211, 3
# One tick is too short to time.
TICKS = 20


def adopted_store(file: Path, schools: int) -> int:
    """A database whose schooljaar is adopted, before anything opens; returns how many tasks it holds."""
    book = a_book()
    database = open_database(f"sqlite:///{file}", create=True)
    means = means_of(book, database)
    with database.write() as connection:
        fill_register(connection, made_up(schools, book.rulebook.rules))
        changes = propose(connection, means, book.rulebook, [YEAR])
        changes = tuple(change for change in changes if change.task.opens > YEAR.begin)
        apply(connection, changes, book.rulebook, BEGIN, "benchmark")
        adopt(connection, means, YEAR, BEGIN, "benchmark")
    database.close()
    return len(changes)


def tick(file: Path) -> None:
    """A tick as cron gives it: it opens the database, and knows nothing of an earlier one."""
    database = open_database(f"sqlite:///{file}")
    means = means_of(BOOK, database)
    for _ in range(TICKS):
        if decide_all(means, BEGIN) or compose(means, BEGIN) or deliver(means, NowhereChannel(), BEGIN).events:
            raise RuntimeError("the tick was not idle")
        if refresh(means, BEGIN):
            raise RuntimeError("there are no agendas")
    database.close()


BOOK = a_book()


def main() -> int:
    """Measures both in turn, and prints the ratio."""
    smoke = is_smoke(__doc__ or "")
    few, many, repeats = (SMOKE_FEW, SMOKE_MANY, SMOKE_REPEATS) if smoke else (FEW, MANY, REPEATS)
    with tempfile.TemporaryDirectory() as name:
        little, much = Path(name) / "little.sqlite", Path(name) / "much.sqlite"
        counts = [alone(adopted_store, file, schools) for file, schools in ((little, few), (much, many))]
        pair = side_by_side(lambda: tick(much), lambda: tick(little), repeats)
    demand = bound(DEMAND, smoke)
    line = (
        f"idle_tick: {TICKS} ticks on {counts[1]} tasks {pair.program * 1000:.1f} ms, "
        f"on {counts[0]} tasks {pair.yardstick * 1000:.1f} ms, ratio {pair.ratio:.2f}, at most {demand:g}"
    )
    return verdict(line, pair.ratio <= demand)


if __name__ == "__main__":
    sys.exit(main())
