"""What the whole store goes by: facts about itself, the rules that apply, their earlier texts, adopted schooljaren."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, Table, Text

from engine.store.tables.schema import metadata

# One row per fact about the store itself: `proef`, `start`, `rulebook`, `register`, `proposal`, and those of
# `engine.store.mail_days` and `engine.store.held`.
facts = Table("facts", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

schooljaren = Table(
    "schooljaren",
    metadata,
    Column("schooljaar", Text, primary_key=True),
    Column("adopted_at", BigInteger),
    Column("adopted_by", Text, nullable=False, server_default=""),
    Column("closed_at", BigInteger),
    Column("closed_by", Text, nullable=False, server_default=""),
)

rulebooks = Table(
    "rulebooks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("applied_at", BigInteger, nullable=False),
    Column("files", JSON, nullable=False),
)

# Texts of rules and mails as they were before and after each change on a page.
file_versions = Table(
    "file_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index(None, "file"),
)
