"""Earlier texts of rules and mails: as they were applied, and as a page found and left them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, insert, select

from engine.core.localtime import from_ms, to_ms
from engine.store.tables import file_versions, rulebooks


@dataclass(frozen=True, slots=True)
class FileVersion:
    """A text of a file from a moment on. `by` is empty where it was not changed on a page."""

    at: datetime
    by: str
    text: str

    @property
    def name(self) -> str:
        """The same for the same text: how an address names it."""
        return name_of(self.text)


def name_of(text: str) -> str:
    """How an address names a text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def keep_version(connection: Connection, file: str, text: str, now: datetime, by: str) -> None:
    """Remembers that a file has this text now."""
    connection.execute(insert(file_versions).values(file=file, at=to_ms(now), by=by, text=text))


def versions_of(connection: Connection, file: str) -> tuple[FileVersion, ...]:
    """The texts that a file had, newest first; the same text twice in a row counts once, from its first moment."""
    found = [
        (row.at, 1, row.by, row.text)
        for row in connection.execute(
            select(file_versions).where(file_versions.c.file == file).order_by(file_versions.c.id)
        )
    ]
    found += [
        (row.applied_at, 2, "", row.files[file])
        for row in connection.execute(select(rulebooks.c.applied_at, rulebooks.c.files).order_by(rulebooks.c.id))
        if file in row.files
    ]
    found.sort(key=lambda one: one[:2])
    versions: list[FileVersion] = []
    for at, _, by, text in found:
        if not versions or versions[-1].text != text:
            versions.append(FileVersion(from_ms(at), by, text))
    return tuple(reversed(versions))
