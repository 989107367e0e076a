"""Imports a DUO list of 6,804 vestigingen into a new database: at most 15 times csv and sqlite3 alone."""

from __future__ import annotations

import contextlib
import csv
import io
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from benchmarks._measure import is_smoke, side_by_side, verdict
from engine.cli import main as jaarplanning

REPOSITORY = Path(__file__).parents[1]
PUBLISHED = REPOSITORY.parent / "shared" / "data" / "duo" / "po_vestigingen.csv"
DEMAND, REPEATS = 15.0, 5
MEMORY_DEMAND = 250  # MB
VESTIGINGEN, SMOKE_VESTIGINGEN, SCHOOLS_OF_A_BESTUUR = 6_804, 50, 7
HEADER = (
    "PROVINCIE;BEVOEGD GEZAG NUMMER;BRIN NUMMER;VESTIGINGSNUMMER;VESTIGINGSNAAM ;STRAATNAAM;HUISNUMMER-TOEVOEGING;"
    "POSTCODE;PLAATSNAAM;GEMEENTENUMMER;GEMEENTENAAM;DENOMINATIE;TELEFOONNUMMER;INTERNETADRES;"
    "STRAATNAAM CORRESPONDENTIEADRES;HUISNUMMER-TOEVOEGING CORRESPONDENTIEADRES;POSTCODE CORRESPONDENTIEADRES;"
    "PLAATSNAAM CORRESPONDENTIEADRES;NODAAL GEBIED CODE;NODAAL GEBIED NAAM;RPA-GEBIED CODE;RPA-GEBIED NAAM;"
    "WGR-GEBIED CODE;WGR-GEBIED NAAM;COROPGEBIED CODE;COROPGEBIED NAAM;ONDERWIJSGEBIED CODE;ONDERWIJSGEBIED NAAM;"
    "RMC-REGIO CODE;RMC-REGIO NAAM"
)

# One verb in a process of its own, that tells its peak memory in KB.
ALONE = """
import resource, sys
from engine.cli import main
failed = main(sys.argv[1:])
sys.stderr.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
sys.exit(failed)
"""


def made_up(folder: Path, number: int) -> Path:
    """A list of the same shape, with as many made-up vestigingen."""
    lines = [HEADER]
    for place in range(number):
        code = f"{place // 26 % 100:02}{chr(65 + place % 26)}{chr(65 + place // 2600)}"
        bestuur = f"{40_000 + place // SCHOOLS_OF_A_BESTUUR}"
        where = f"Dorpsstraat;{place};{1000 + place % 9000} AB;DUINKERK AAN ZEE"
        regions = ";".join(f"{number:02};Streek {place % 40}" for number in range(6))
        lines.append(
            f"Utrecht;{bestuur};{code};{code}00;Basisschool De Verzonnen Vogel {place};{where};0999;DUINKERK;Openbaar;"
            f"0300000000;www.school{place}.example;{where};{regions}"
        )
    file = folder / "vestigingen.csv"
    file.write_text("\r\n".join(lines) + "\r\n", encoding="windows-1252")
    return file


def workspaces(folder: Path) -> Iterator[Path]:
    """New workspaces without a database, one after the other."""
    for number in count():
        place = folder / f"w{number}"
        place.mkdir()
        shutil.copyfile(REPOSITORY / "config.toml", place / "config.toml")
        yield place


def import_list(file: Path, workspace: Path) -> None:
    """The program's own verb."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = jaarplanning(["import", str(file), "--apply", "--workspace", str(workspace)])
    if code:
        raise RuntimeError(said.getvalue())


def plainly(file: Path, target: Path) -> None:
    """Reads the list with csv and writes its rows with sqlite3, all columns as text."""
    with file.open(encoding="windows-1252", newline="") as stream:
        header, *rows = csv.reader(stream, delimiter=";")
    connection = sqlite3.connect(target)
    connection.execute(f"CREATE TABLE rows ({', '.join(f'c{number} TEXT' for number in range(len(header)))})")
    connection.executemany(f"INSERT INTO rows VALUES ({', '.join('?' * len(header))})", rows)
    connection.commit()
    connection.close()


def peak_memory(file: Path, workspace: Path) -> float:
    """MB of a process that does nothing but import the list."""
    command = [sys.executable, "-c", ALONE, "import", str(file), "--apply", "--workspace", str(workspace)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY)  # noqa: S603
    return int(ran.stderr.split()[-1]) / 1024


def main() -> int:
    """Measures both, and prints the ratio and the memory."""
    smoke = is_smoke(__doc__ or "")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = PUBLISHED
        if smoke or not PUBLISHED.exists():
            file = made_up(folder, SMOKE_VESTIGINGEN if smoke else VESTIGINGEN)
        new, numbers = workspaces(folder), count()
        pair = side_by_side(
            lambda: import_list(file, next(new)),
            lambda: plainly(file, folder / f"plain{next(numbers)}.sqlite"),
            1 if smoke else REPEATS,
        )
        memory = peak_memory(file, next(new))
    what = "as published" if file == PUBLISHED else "made up"
    times = f"{pair.program:.3f} s against {pair.yardstick:.3f} s, list {what}"
    fits = verdict(f"import_duo: ratio {pair.ratio:.1f} ({times}), at most {DEMAND:g}", pair.ratio <= DEMAND, smoke)
    room = verdict(f"import_duo: memory {memory:.0f} MB, at most {MEMORY_DEMAND}", memory <= MEMORY_DEMAND, smoke)
    return max(fits, room)


if __name__ == "__main__":
    sys.exit(main())
