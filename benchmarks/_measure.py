"""What the benchmarks share: their one option, CPU time in pairs, and the line that each prints."""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

SPAWN = multiprocessing.get_context("spawn")
# A smoke run measures so little that it says little: only what is far off counts.
GENEROUS = 3.0


@dataclass(frozen=True, slots=True)
class Pair:
    """CPU seconds of the program and of its yardstick, each the median of its runs."""

    program: float
    yardstick: float

    @property
    def ratio(self) -> float:
        return self.program / self.yardstick


def is_smoke(description: str) -> bool:
    """True when `--smoke` was given: as little as shows that the benchmark works, without a verdict on time."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--smoke", action="store_true", help="run little, to see that it works; times do not count")
    smoke: bool = parser.parse_args().smoke
    return smoke


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU seconds that one call takes; what else the machine does counts little."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def side_by_side(program: Callable[[], object], yardstick: Callable[[], object], repeats: int) -> Pair:
    """Both in turn, so that a slow minute of the machine is a slow minute for both; first each once unmeasured."""
    program()
    yardstick()
    runs = [(cpu_seconds(program), cpu_seconds(yardstick)) for _ in range(repeats)]
    return Pair(median(run[0] for run in runs), median(run[1] for run in runs))


def verdict(line: str, fits: bool, smoke: bool = False) -> int:
    """Prints the line with what came of it; gives the exit code, 1 when the demand is not met."""
    if smoke:
        print(f"{line}: smoke, does not count")
        return 0
    print(f"{line}: {'OK' if fits else 'OVER'}")
    return 0 if fits else 1


def bound(demand: float, smoke: bool) -> float:
    """The demand, or what a smoke run still allows."""
    return demand * GENEROUS if smoke else demand


def alone(work: Callable[..., Any], *given: object) -> Any:
    """What the function returns in a fresh process of its own; raises what it raises."""
    with SPAWN.Pool(1) as pool:
        return pool.apply(work, given)


def memory_now() -> float:
    """MiB of memory that the process holds now (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def memory_peak() -> float:
    """MiB of memory that the process held at most."""
    # Linux gives kilobytes.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
