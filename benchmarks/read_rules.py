"""Reads and checks 300 rule files: at most four times what PyYAML's C loader alone takes for the same files."""

from __future__ import annotations

import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

import yaml

from benchmarks._measure import is_smoke, side_by_side, verdict
from engine.adapters.rulebook import read_rulebook
from engine.adapters.workspace import read_templates
from engine.core.problem import stops

REPOSITORY = Path(__file__).parents[1]
DEMAND = 4.0
FILES, REPEATS = 300, 9
SMOKE_FILES, SMOKE_REPEATS = 27, 1


def write_rules(folder: Path, count: int) -> list[Path]:
    """So many rules in a folder: those of `rules/vo` and `rules/po`, over and over, each under an id of its own.

    A rule that uses others does not find them under these names, so it is left out.
    """
    folder.mkdir()
    originals = [path for path in sorted(REPOSITORY.glob("rules/*/*.yaml")) if b"\ngebruikt:" not in path.read_bytes()]
    paths = []
    for number, original in enumerate(islice(cycle(originals), count)):
        path = folder / f"{original.stem}-{number}.yaml"
        path.write_bytes(original.read_bytes())
        paths.append(path)
    return paths


def main() -> int:
    """Measures both on the same files, and prints the ratio."""
    smoke = is_smoke(__doc__ or "")
    count, repeats = (SMOKE_FILES, SMOKE_REPEATS) if smoke else (FILES, REPEATS)
    templates = read_templates(REPOSITORY, REPOSITORY / "mail_templates")
    with tempfile.TemporaryDirectory() as name:
        workspace = Path(name)
        paths = write_rules(workspace / "rules", count)

        def program() -> None:
            rulebook, problems = read_rulebook(workspace, "rules", templates, ())
            if len(rulebook.rules) != count or stops(problems):
                raise RuntimeError(f"{len(rulebook.rules)} of {count} rules were read: {problems}")

        def yardstick() -> None:
            for path in paths:
                yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)

        pair = side_by_side(program, yardstick, repeats)
    line = (
        f"read_rules: {count} files, program {pair.program:.3f} s, PyYAML's C loader {pair.yardstick:.3f} s, "
        f"ratio {pair.ratio:.2f}, at most {DEMAND:g}"
    )
    return verdict(line, pair.ratio <= DEMAND, smoke)


if __name__ == "__main__":
    sys.exit(main())
