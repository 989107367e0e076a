"""Which delivery runs are alive."""

import os
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

from engine.adapters.workers import LockedWorkers
from tests.workspaces import ROOT


def some_workers(folder: Path) -> LockedWorkers:
    """Workers with names that differ."""
    numbers = count()
    return LockedWorkers(folder / "werkers", lambda: f"{os.getpid()}-{next(numbers)}")


def test_a_run_is_alive_inside_its_block_and_forgotten_after_it(tmp_path: Path) -> None:
    workers = some_workers(tmp_path)
    with workers.at_work(), some_workers(tmp_path).dead() as names:
        assert names == ()
    with workers.dead() as names:
        assert names == ()


def test_a_run_that_left_its_block_by_an_error_is_dead(tmp_path: Path) -> None:
    workers = some_workers(tmp_path)
    with pytest.raises(RuntimeError), workers.at_work() as name:
        raise RuntimeError
    with pytest.raises(ValueError, match="nog niet"), workers.dead() as names:
        raise ValueError("nog niet opgeruimd")
    with workers.dead() as names:
        assert names == (name,)
    with workers.dead() as names:
        assert names == ()


def test_a_killed_process_is_dead_at_once(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from engine.adapters.workers import LockedWorkers\n"
        "with LockedWorkers(Path(sys.argv[1]), lambda: 'kind').at_work() as name:\n"
        "    print(name, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "werkers")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    name = process.stdout.readline().strip()
    with some_workers(tmp_path).dead() as names:
        assert names == ()
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with some_workers(tmp_path).dead() as names:
        assert names == (name,)


def test_a_run_on_another_machine_is_not_judged(tmp_path: Path) -> None:
    (tmp_path / "werkers").mkdir()
    (tmp_path / "werkers" / "andere-machine.1").touch()
    with some_workers(tmp_path).dead() as names:
        assert names == ()
