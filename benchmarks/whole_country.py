"""Every primary school of the country as one SWV: import, plan, and a year without putting mail into words.

    PYTHONPATH=. python benchmarks/whole_country.py [--smoke] [CSV]

CSV is DUO's list of vestigingen; without one, and where none lies in the usual place, 6,804 schools are made up.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks._measure import alone, memory_now, memory_peak, verdict
from benchmarks._workspace import BEGIN, REPOSITORY, YEAR, a_book, made_up, means_of, register_of
from engine.adapters.channels.nowhere import NowhereChannel
from engine.app.intake import apply as store
from engine.app.intake import compare
from engine.app.planning import apply, propose
from engine.app.simulate import simulate
from engine.core.localtime import local_date
from engine.core.problem import stops
from engine.core.roles import ROLES
from engine.core.sheets import PartyRow
from engine.store.database import memory_database, open_database

USUAL = Path("shared/data/duo/po_vestigingen.csv")
SCHOOLS, SMOKE_SCHOOLS = 6_804, 60
# What a person still waits for, and what a small machine still has.
MOST_SECONDS, SMOKE_SECONDS, MOST_MEGABYTES = 1_800.0, 60.0, 2_000.0
# Earlier lists say BRIN NUMMER and VESTIGINGSNUMMER, later ones INSTELLINGSCODE and VESTIGINGSCODE.
CODES = ("VESTIGINGSNUMMER", "VESTIGINGSCODE")


def schools_of(file: Path) -> list[PartyRow]:
    """The vestigingen of DUO's list, by code."""
    with file.open(encoding="windows-1252", newline="") as stream:
        header, *rows = csv.reader(stream, delimiter=";")
    names = [name.strip() for name in header]
    code = next(name for name in CODES if name in names)
    found = []
    for cells in rows:
        row = dict(zip(names, cells, strict=True))
        found.append(
            PartyRow(
                row[code],
                "school",
                row["VESTIGINGSNAAM"].strip(),
                bestuur=row["BEVOEGD GEZAG NUMMER"],
                place=row["PLAATSNAAM"].title(),
                gemeente=row["GEMEENTENAAM"].title(),
            )
        )
    return sorted(found, key=lambda school: school.id)


def phases(file: Path | None, schools: int) -> Iterator[str]:
    """Does it all, and tells of each phase what it took."""
    book = a_book("po")
    kinds = [rule.document for rule in book.rulebook.rules if rule.kind == "document"]
    listed = [] if file is None else schools_of(file)[:schools]
    sheets = register_of(listed, kinds) if listed else made_up(schools, book.rulebook.rules)
    with tempfile.TemporaryDirectory() as name:
        database = open_database(f"sqlite:///{name}/jaarplanning.sqlite", create=True)
        means = means_of(book, database)
        clock = _Clock()
        with database.write() as connection:
            difference, problems = compare(connection, sheets, ROLES, local_date(BEGIN))
            if stops(problems):
                raise RuntimeError(f"the register has problems: {problems[:3]}")
            store(connection, difference, BEGIN)
        yield clock.told(f"import of {len(sheets.parties)} parties, {len(sheets.contacts)} contacts")
        with database.write() as connection:
            changes = propose(connection, means, book.rulebook, [YEAR])
            apply(connection, means, changes, book.rulebook, BEGIN, "benchmark")
        yield clock.told(f"plan of {len(changes)} tasks")
        del changes
        into = memory_database()
        year = simulate(means_of(book, into), database, book.rulebook, YEAR, NowhereChannel(), answers="mixed", seed=1)
        counts = Counter(told.event.kind for told in year)
        yield clock.told(f"simulate: {', '.join(f'{count} {kind}' for kind, count in counts.items())}")


class _Clock:
    """CPU seconds and memory since it was last looked at."""

    def __init__(self) -> None:
        self._before, self._start = memory_now(), time.process_time()

    def told(self, what: str) -> str:
        """A line on what was done since."""
        seconds = time.process_time() - self._start
        self._start = time.process_time()
        peak = memory_peak() - self._before
        return f"whole_country: {what}: {seconds:.1f} s, memory at most {peak:.0f} MiB above the start"


def measured(file: Path | None, schools: int) -> tuple[float, float]:
    """CPU seconds and peak memory (MiB, of the whole process) of everything; prints each phase."""
    for line in phases(file, schools):
        print(line, flush=True)
    return time.process_time(), memory_peak()


def main() -> int:
    """Measures in a fresh process, and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--smoke", action="store_true", help="run little, to see that it works")
    parser.add_argument("--schools", type=int, default=SCHOOLS, help="no more schools than these")
    parser.add_argument("file", nargs="?", type=Path, help="DUO's list of vestigingen")
    given = parser.parse_args()
    usual = REPOSITORY.parent / USUAL
    file = given.file or (usual if usual.is_file() else None)
    schools, most = (SMOKE_SCHOOLS, SMOKE_SECONDS) if given.smoke else (given.schools, MOST_SECONDS)
    seconds, megabytes = alone(measured, file, schools)
    line = (
        f"whole_country: {'real' if file else 'made-up'} schools, {seconds:.0f} s, at most {most:g}; "
        f"{megabytes:.0f} MiB, at most {MOST_MEGABYTES:g}"
    )
    return verdict(line, seconds <= most and megabytes <= MOST_MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
