"""The register from outside: a reader per file format hands over raw sheets, `rows` makes typed rows of them."""

from __future__ import annotations

from engine.adapters.register.blank import write_blank
from engine.adapters.register.duo import DuoFilter
from engine.adapters.register.filled import filled
from engine.adapters.register.sources import postcodes_in, read_postcodes, read_register, read_sources, read_uploads

__all__ = [
    "DuoFilter",
    "filled",
    "postcodes_in",
    "read_postcodes",
    "read_register",
    "read_sources",
    "read_uploads",
    "write_blank",
]
