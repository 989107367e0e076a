"""Who may log in, by what, and what they did on the pages."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, true

from engine.store.tables.schema import metadata

# Who may log in. `password` is an argon2id hash, empty until one was chosen.
users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password", Text, nullable=False, server_default=""),
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("created_at", BigInteger, nullable=False),
    Column("came_in_at", BigInteger),
)

# Links that let a user in once: the SHA-256 of the token. Without a user: who uses it becomes the first one.
passes = Table(
    "passes",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("user", ForeignKey("users.id")),
    Column("kind", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Index(None, "user"),
)

# Who is logged in: the SHA-256 of the cookie's token.
sessions = Table(
    "sessions",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("user", ForeignKey("users.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    # By what browser it began, for who looks at the own sessions.
    Column("browser", Text, nullable=False, server_default=""),
    Index(None, "user"),
)

# What people did on the pages: a Dutch sentence, what it touched, and what is needed to undo it (null: it cannot be).
acts = Table(
    "acts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("subjects", JSON, nullable=False),
    Column("undo", JSON),
    Column("undone_at", BigInteger),
    Column("undone_by", Text, nullable=False, server_default=""),
    Index(None, "at"),
)
