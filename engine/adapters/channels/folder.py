"""Lays messages down as .eml files in a folder: for a proef, and where there is no relay yet."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes, policy
from pathlib import Path

from engine.core.ports import DeliveryError

LONGEST_NAME = 60
# O_BINARY exists on Windows only, and is needed there.
PRIVATE_AND_NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
REASONS = {
    errno.ENOSPC: "de schijf is vol",
    errno.EACCES: "het programma mag er niet schrijven",
    errno.EPERM: "het programma mag er niet schrijven",
    errno.EROFS: "er kan alleen van worden gelezen",
    errno.ENOTDIR: "een deel van het pad is geen map",
    errno.EEXIST: "er staat een bestand met die naam",
}


class FolderChannel:
    """A Channel into one folder, made when missing. The same bytes always land in the same file.

    Files are private to the user that runs the program (0600): they hold personal links.
    """

    for_trials = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, raw: bytes, sender: str, recipient: str, on_data: Callable[[], None]) -> None:  # noqa: ARG002
        """Returns when the file is on the disk; raises DeliveryError where the folder cannot be written."""
        name = file_name(raw, recipient)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        on_data()
        try:
            _write(self._folder, name, raw)
        except OSError as error:
            raise self._unwritable(error) from error

    def close(self) -> None:
        """Nothing is kept open."""

    def _unwritable(self, error: OSError) -> DeliveryError:
        reason = REASONS.get(error.errno or 0, error.strerror or str(error))
        return DeliveryError(
            "config",
            f"In de map {self._folder} kan geen mail worden bewaard: {reason}. "
            "Controleer [mail] map in config.toml, de rechten op de map en de ruimte op de schijf.",
        )


def file_name(raw: bytes, recipient: str) -> str:
    """When, to whom and which, from the headers alone: `20261124-0830_jan-school-example_1a2b3c4d.eml`.

    The time is the Date as written; `recipient` names the file where there is no To.
    """
    headers = message_from_bytes(raw.partition(b"\r\n\r\n")[0], policy=policy.default)
    date, to = headers["date"], headers["to"]
    when = f"{date.datetime:%Y%m%d-%H%M}" if date is not None and date.datetime else "zonder-datum"
    addresses = to.addresses if to is not None else ()
    whom = _readable(addresses[0].addr_spec if addresses else recipient)
    which = str(headers["message-id"] or "").strip().encode("utf-8", "replace") or raw
    return f"{when}_{whom}_{hashlib.sha256(which).hexdigest()[:8]}.eml"


def find_mail(folder: Path, message_id: str) -> bytes | None:
    """The bytes of the message with that Message-ID, None where its file is not there."""
    which = hashlib.sha256(message_id.encode("utf-8", "replace")).hexdigest()[:8]
    for path in folder.glob(f"*_{which}.eml"):
        with suppress(OSError):
            return path.read_bytes()
    return None


def _readable(address: str) -> str:
    plain = unicodedata.normalize("NFKD", address).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_NAME] or "onbekend"


def _write(folder: Path, name: str, raw: bytes) -> None:
    """The whole file or none of it, also when the power fails."""
    unfinished = folder / f".{name}.tmp"
    try:
        with os.fdopen(os.open(unfinished, PRIVATE_AND_NEW, 0o600), "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(folder / name)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        entry = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(entry)
        finally:
            os.close(entry)
