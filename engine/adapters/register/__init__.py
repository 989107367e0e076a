"""The register from outside: a reader per file format hands over raw sheets, `rows` makes typed rows of them."""

from __future__ import annotations

from engine.adapters.register.csv import read_register, write_example

__all__ = ["read_register", "write_example"]
