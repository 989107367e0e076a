"""Disks in trouble, for real: no room left, no rights."""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def no_room(file: Path) -> Iterator[None]:
    """The file cannot grow; nor can any other of this process beyond that size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size if file.exists() else 0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.contextmanager
def without_rights(folder: Path) -> Iterator[None]:
    """Files in the folder can be read but not written, made or removed; root becomes a user who is nobody."""
    mine = [path for path in folder.parents if path.stat().st_uid == os.getuid() and not path.stat().st_mode & 0o001]
    before = [(path, path.stat().st_mode) for path in (*folder.iterdir(), folder, *mine)]
    user = os.geteuid()
    for path, mode in before:
        # Everybody may read and pass, nobody may write; the way to it need only be passable.
        path.chmod(mode | 0o011 if path in mine else (mode | 0o555) & 0o7555)
    try:
        if user == 0:
            os.seteuid(65534)
        yield
    finally:
        if user == 0:
            os.seteuid(0)
        for path, mode in before:
            if path.exists():
                path.chmod(mode)
