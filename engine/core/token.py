"""Tokens: whoever holds one may come in, so that only a digest is stored."""

from __future__ import annotations

import hashlib


def digest_of(token: str) -> str:
    """The SHA-256 of a token in hexadecimal: all that is stored of it."""
    return hashlib.sha256(token.encode()).hexdigest()
