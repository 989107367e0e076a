"""Texts of the workspace that a page changes: written as a whole or not at all, and never over another's change."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.core.problem import Refused


class TextChanged(Exception):
    """The file holds another text than the one that was changed."""


def read_text(path: Path) -> str | None:
    """The text with newlines as line ends; None where there is no file. Raises Refused."""
    with _told(path):
        found = _bytes(path)
    return None if found is None else _plain(found, path)


def write_text(path: Path, text: str | None, before: str | None) -> None:
    """Replaces the whole file in one go, if its text is still `before`; None: there is no file, or is to be none.

    Keeps the file's own line ends and rights. Raises TextChanged, and Refused.
    """
    with _told(path):
        found = _bytes(path)
        if (None if found is None else _plain(found, path)) != before:
            raise TextChanged
        if text is None:
            path.unlink(missing_ok=True)
            return
        data = text.replace("\n", "\r\n").encode() if found is not None and b"\r\n" in found else text.encode()
        if found is None:
            _create(path, data)
        else:
            _replace(path, data)


def _create(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as stream:
            _whole(stream.fileno(), data)
    except FileExistsError as error:
        raise TextChanged from error


def _replace(path: Path, data: bytes) -> None:
    mode = path.stat().st_mode & 0o777
    # A leading dot and another ending: no reader takes it for a rule.
    number, name = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
    try:
        try:
            _whole(number, data)
        finally:
            os.close(number)
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _whole(number: int, data: bytes) -> None:
    with os.fdopen(os.dup(number), "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _plain(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise Refused(
            f"{path.name} is niet opgeslagen als UTF-8.", "Open het bestand in Kladblok, en kies bij opslaan UTF-8."
        ) from error


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or "fout van de schijf"
        raise Refused(
            f"{path.name} is niet te lezen of te schrijven ({why}).", "Controleer de rechten van de map en de schijf."
        ) from error
