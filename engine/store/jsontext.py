"""Lists of texts in JSON columns, as tuples. Thousands of rows hold the same few, so each is read and written once."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

# More different lists than the rules of one office bring; what is left out is only read again.
KEPT = 16_384


def to_text(value: Any) -> str:
    """The JSON text of a value; its lists may be tuples."""
    return _list_text(value) if isinstance(value, tuple) else json.dumps(value)


def from_text(stored: str | bytes) -> Any:
    """The value of a JSON text. A list comes as a tuple, the lists in it too; equal texts give the same tuple."""
    text = stored if isinstance(stored, str) else stored.decode()  # psycopg gives bytes
    return _list(text) if text.startswith("[") else json.loads(text)


@lru_cache(maxsize=KEPT)
def _list_text(value: tuple[Any, ...]) -> str:
    return json.dumps(value)


@lru_cache(maxsize=KEPT)
def _list(text: str) -> Any:
    return _frozen(json.loads(text))


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


# For create_engine.
JSON: dict[str, Any] = {"json_serializer": to_text, "json_deserializer": from_text}
