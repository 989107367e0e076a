"""The one source of unguessable text, and its seeded double for runs that must repeat."""

from __future__ import annotations

import random
import secrets

BYTES = 24


class RandomTokens:
    """Tokens from the system's source of randomness."""

    def token(self) -> str:
        """192 random bits as 32 URL-safe characters."""
        return secrets.token_urlsafe(BYTES)  # noqa: TID251  # the one place


class SeededTokens:
    """The same tokens in the same order for the same seed; never for mail that leaves."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311  # repeatable on purpose

    def token(self) -> str:
        """48 hexadecimal digits."""
        return self._dice.randbytes(BYTES).hex()
