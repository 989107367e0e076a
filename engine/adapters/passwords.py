"""Passwords as they are kept: argon2id with the library's own costs (RFC 9106, second choice; more than OWASP asks)."""

from __future__ import annotations

import threading
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# Each takes 64 MiB while it runs: a crowd at the door must not fill the machine.
AT_ONCE = 4


class Argon2Passwords:
    """The Passwords port; another `hasher` has other costs."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def keep(self, password: str) -> str:
        """The text to store, with salt and costs in it; another one each time."""
        with self._room:
            return self._hasher.hash(password)

    def fits(self, kept: str, password: str) -> bool:
        """True when it is the password of this text. With no text it takes as long, and is False."""
        with self._room:
            try:
                return self._hasher.verify(kept or self._nobody, password) and bool(kept)
            except (VerificationError, InvalidHashError):
                return False

    def is_dated(self, kept: str) -> bool:
        """True when it was made at other costs than those of today: it is to be kept anew."""
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("niemand")
