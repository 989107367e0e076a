"""Reads each malformed rule of the tests' corpus, and files made to be slow: none may take over 2 s or 200 MB."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks._hostile_rules import HOSTILE
from benchmarks._measure import cpu_seconds, is_smoke, verdict
from engine.adapters.rulebook import read_rulebook
from engine.adapters.workspace import read_templates

REPOSITORY = Path(__file__).parents[1]
MOST_SECONDS, MOST_MEGABYTES = 2.0, 200.0
# A file that needs more is ended.
ENDED_AT_SECONDS, ENDED_AT_MEGABYTES = 20, 2000
CORPUS = ("tests.adapters.rulebook.test_malformed_rules", "tests.adapters.rulebook.test_malformed_kinds")
ENDED = float("inf")
SMOKE_EACH = 10
FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class Cost:
    """What reading one file took; the memory is that of the whole process."""

    name: str
    seconds: float
    megabytes: float
    problems: int


def corpus() -> Iterator[tuple[str, str]]:
    """Name and text of each malformed rule of the tests."""
    for module in map(import_module, CORPUS):
        for number, case in enumerate(module.CASES):
            yield f"{module.__name__}[{number}].yaml", case.base.replace(case.old, case.new, 1).replace("¦", "")
        for name, text, *_ in getattr(module, "WHOLE", ()):
            yield f"{name}.yaml", text


def cost(name: str, text: str) -> Cost:
    """Reads the file in a process of its own, that starts small."""
    receiver, sender = FORK.Pipe(duplex=False)
    reading = FORK.Process(target=_read, args=(name, text, sender))
    reading.start()
    sender.close()
    try:
        seconds, megabytes, problems = receiver.recv()
    except EOFError:
        seconds, megabytes, problems = ENDED, ENDED, 0
    reading.join()
    return Cost(name, seconds, megabytes, problems)


def _read(name: str, text: str, sender: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (ENDED_AT_SECONDS, ENDED_AT_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (ENDED_AT_MEGABYTES << 20, ENDED_AT_MEGABYTES << 20))
    templates = read_templates(REPOSITORY, REPOSITORY / "mail_templates")
    found: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "rules").mkdir()
        (Path(folder) / "rules" / f"a{Path(name).suffix}").write_text(text, encoding="utf-8")
        seconds = cpu_seconds(lambda: found.append(len(read_rulebook(Path(folder), "rules", templates, ())[1])))
    # Linux gives kilobytes.
    sender.send((seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, found[0]))


def main() -> int:
    """Measures each file, and prints the worst."""
    smoke = is_smoke(__doc__ or "")
    files = [*corpus(), *((name, make()) for name, make in HOSTILE.items())]
    costs = [cost(name, text) for name, text in (files[::SMOKE_EACH] if smoke else files)]
    over = [each for each in costs if each.seconds > MOST_SECONDS or each.megabytes > MOST_MEGABYTES]
    for each in [*sorted(costs, key=lambda each: -each.seconds)[:3], *over]:
        print(f"  {each.name}: {each.seconds:.2f} s, {each.megabytes:.0f} MB, {each.problems} problems")
    slowest = max(costs, key=lambda each: each.seconds)
    largest = max(costs, key=lambda each: each.megabytes)
    line = (
        f"malformed_rules: {len(costs)} files, most time {slowest.seconds:.2f} s ({slowest.name}), "
        f"at most {MOST_SECONDS:g}; most memory {largest.megabytes:.0f} MB ({largest.name}), at most {MOST_MEGABYTES:g}"
    )
    # One that had to be ended is no matter of a busy machine.
    ended = any(each.seconds == ENDED for each in over)
    return verdict(line, not over, smoke and not ended)


if __name__ == "__main__":
    sys.exit(main())
