"""Seals the bytes of messages with a key that is not in the database: they hold personal links.

AES-GCM with the number of the message as associated data, so that bytes moved to another row do not open. Sealed bytes
begin with a sign and the first bytes of the key's digest, so that a missing key is told from damage.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.core.ports import Unreadable
from engine.core.problem import Refused

VARIABLE = "JAARPLANNING_SLEUTEL"
SIGN = b"\x00JP1"
KEY_BYTES, ID_BYTES, NONCE_BYTES = 32, 4, 12
MAKE_ONE = "Maak er een met: python3 -c 'import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())'"


class KeyedVault:
    """A Vault with the key of the environment, else of a file of mode 0600 that is made at the first need.

    The file holds a key on each line. The first one seals; all of them open, so that an older key may be added.
    """

    def __init__(self, path: Path, environment: Mapping[str, str]) -> None:
        self._path = path
        self._given = environment.get(VARIABLE, "").strip()
        self._keys: dict[bytes, bytes] = {}

    def seal(self, number: int, raw: bytes) -> bytes:
        """The bytes of this message as they are stored; raises Refused where no key can be made or read."""
        key = self._own_key()
        nonce = os.urandom(NONCE_BYTES)
        return SIGN + _id(key) + nonce + AESGCM(key).encrypt(nonce, raw, _bound_to(number))

    def open(self, number: int, sealed: bytes) -> bytes:
        """The bytes again, also of a message stored before there were keys; raises Unreadable."""
        if not sealed.startswith(SIGN):
            return sealed
        which = sealed[len(SIGN) : len(SIGN) + ID_BYTES]
        rest = sealed[len(SIGN) + ID_BYTES :]
        if which not in self._keys:
            self._read_keys()
        if which not in self._keys:
            raise Unreadable(
                "Deze mail is versleuteld met een sleutel die het programma niet heeft. Zet die sleutel terug in "
                f"{self._path.name}, op een eigen regel, of in {VARIABLE}. Er gaat niets verloren: de mail wacht.",
                key_missing=True,
            )
        try:
            return AESGCM(self._keys[which]).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], _bound_to(number))
        except InvalidTag:
            raise Unreadable("de bewaarde mail is beschadigd", key_missing=False) from None

    def mark(self, text: str) -> str:
        """32 hexadecimal digits that stand for the text, under the key."""
        return hmac.new(self._own_key(), text.encode(), hashlib.sha256).hexdigest()[:32]

    def _own_key(self) -> bytes:
        """The key that seals: the first of those there are, made when there is none."""
        if not self._keys:
            self._read_keys()
        if not self._keys:
            make_key(self._path)
            self._read_keys()
        return next(iter(self._keys.values()))

    def _read_keys(self) -> None:
        written = [(VARIABLE, self._given)] if self._given else []
        try:
            lines = self._path.read_text(encoding="ascii").splitlines()
        except FileNotFoundError:
            lines = []
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(
                f"Ik kan de sleutel {self._path.name} niet lezen.", "Kijk wie het bestand mag lezen, en wat erin staat."
            ) from error
        written += [(self._path.name, line.strip()) for line in lines if line.strip()]
        keys = [_key(where, text) for where, text in written]
        self._keys = {_id(key): key for key in keys}


class OpenVault:
    """A Vault that seals nothing, for a store that lives in memory."""

    def seal(self, number: int, raw: bytes) -> bytes:  # noqa: ARG002
        """The bytes as they are."""
        return raw

    def open(self, number: int, sealed: bytes) -> bytes:  # noqa: ARG002
        """The bytes as they are."""
        return sealed

    def mark(self, text: str) -> str:
        """A digest of the text."""
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def make_key(path: Path) -> None:
    """Writes a new key, readable by this user alone; leaves one that is there. Raises Refused."""
    text = urlsafe_b64encode(os.urandom(KEY_BYTES)) + b"\n"
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.tmp")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # A link fails where the file is there: of two that make a key at once, one wins.
        with suppress(FileExistsError):
            os.link(unfinished, path)
        _sync_folder(path.parent)
    except OSError as error:
        raise Refused(
            f"Ik kan geen sleutel voor de bewaarde mails maken: het bestand {path} is niet te schrijven.",
            f"Kijk of u in die map mag schrijven, of zet een sleutel in {VARIABLE}.",
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        entry = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(entry)
        finally:
            os.close(entry)


def _key(where: str, text: str) -> bytes:
    try:
        key = urlsafe_b64decode(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise Refused(f"De sleutel in {where} klopt niet: het zijn 44 tekens, letters, cijfers, - _ en =.", MAKE_ONE)
    return key


def _id(key: bytes) -> bytes:
    return hashlib.sha256(b"jaarplanning:" + key).digest()[:ID_BYTES]


def _bound_to(number: int) -> bytes:
    return b"message:%d" % number
