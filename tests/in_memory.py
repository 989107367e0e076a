"""Where tests keep their files: in memory where there is room. No test is about a disk, and all would wait for one."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108
ROOM = 2 * 1024**3  # bytes


def keep_files_in_memory() -> None:
    """From now on temporary files of this process and those it starts are in memory, until it ends.

    Nothing changes where TMPDIR says another place, or where there is little memory.
    """
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        return
    for left in MEMORY.glob("jp-tests-*-*"):  # by a run that was killed
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = tempfile.mkdtemp(prefix=f"jp-tests-{os.getpid()}-", dir=MEMORY)
    Path(folder).chmod(0o711)  # servers that tests start run as another user
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["TMPDIR"] = folder
    tempfile.tempdir = folder
