"""The register from outside: a reader per file format hands over raw sheets, `rows` makes typed rows of them."""

from __future__ import annotations

from engine.adapters.register.blank import write_blank
from engine.adapters.register.duo import DuoFilter
from engine.adapters.register.sources import read_postcodes, read_register, read_sources

__all__ = ["DuoFilter", "read_postcodes", "read_register", "read_sources", "write_blank"]
