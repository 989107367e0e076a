"""The one source of unguessable text, and its seeded double for runs that must repeat."""

from __future__ import annotations

import base64
import random
import secrets

BYTES = 24
SECRET_BYTES = 32


class RandomTokens:
    """Tokens from the system's source of randomness."""

    def token(self) -> str:
        """192 random bits as 32 URL-safe characters."""
        return secrets.token_urlsafe(BYTES)  # noqa: TID251  # the one place

    def secret(self) -> str:
        """256 random bits as 43 URL-safe characters."""
        return secrets.token_urlsafe(SECRET_BYTES)  # noqa: TID251  # the one place


class SeededTokens:
    """The same tokens in the same order for the same seed; never for mail that leaves."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311  # repeatable on purpose

    def token(self) -> str:
        """48 hexadecimal digits."""
        return self._dice.randbytes(BYTES).hex()

    def secret(self) -> str:
        """43 characters, as the real ones."""
        return base64.urlsafe_b64encode(self._dice.randbytes(SECRET_BYTES)).rstrip(b"=").decode()
