"""Rules and mail texts as they are in the workspace: read again only when a file changed."""

from __future__ import annotations

import threading
from pathlib import Path

from engine import wiring
from engine.core.problem import Refused

_Stamp = tuple[tuple[str, int, int], ...]


class FilesOnDisk:
    """How many problems rules and mail texts have; asking costs a look at the folders and no more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: tuple[_Stamp, int] | None = None

    def problems(self, place: wiring.Workspace) -> int:
        """The number of problems; files that cannot be read at all count as one."""
        try:
            stamp = tuple(sorted(_stamps(place)))
            with self._lock:
                if self._known is None or self._known[0] != stamp:
                    found = wiring.rulebook_of(place)[1]
                    self._known = stamp, sum(problem.severity == "problem" for problem in found)
                return self._known[1]
        except (OSError, Refused):
            return 1


def _stamps(place: wiring.Workspace) -> list[tuple[str, int, int]]:
    folders = (place.folder / place.rules_folder, place.folder / wiring.OWN_TEMPLATES)
    files: list[Path] = [file for folder in folders if folder.is_dir() for file in folder.iterdir()]
    return [(str(file), (found := file.stat()).st_mtime_ns, found.st_size) for file in files]
