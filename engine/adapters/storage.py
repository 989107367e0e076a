"""The disk under the data: how much room it has, whether it is a network drive, and who may read a file."""

from __future__ import annotations

import os
import re
import shutil
import stat
from pathlib import Path

MOUNTS = Path("/proc/self/mounts")
# Kinds of file system that reach another machine (proc(5), mount(8)).
NETWORK = re.compile(
    r"(nfs4?|cifs|smb\w*|afs|ncpfs|9p|ceph|glusterfs|lustre|fuse\.(sshfs|rclone|s3fs|davfs\d*|smb\w*))"
)


def free_bytes(folder: Path) -> int:
    """The room that is left for this user; raises OSError."""
    return shutil.disk_usage(folder).free


def network_drive(path: Path, mounts: Path = MOUNTS) -> str:
    """The kind of network drive that a file lies on, empty when it is none as far as can be seen."""
    real = str(path.resolve())
    if real.startswith("\\\\"):  # Windows shows a drive letter's own place
        return "netwerkschijf"
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    held = ("", "")
    for line in lines:
        _, place, kind, *_ = [*line.split(" "), "", "", ""]
        folder = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), place)
        inside = real == folder or real.startswith(folder.rstrip("/") + "/")
        if inside and len(folder) >= len(held[0]):  # of two on one folder the last counts
            held = (folder, kind)
    return held[1] if NETWORK.fullmatch(held[1]) else ""


def others_may_read(file: Path) -> bool:
    """True when more users than its owner have a right to the file; False on Windows. Raises OSError."""
    return os.name == "posix" and bool(stat.S_IMODE(file.stat().st_mode) & 0o077)
