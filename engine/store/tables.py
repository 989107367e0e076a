"""The tables. Moments are integer UTC milliseconds, dates ISO text, lists and reasons JSON text."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# One row per fact about the store itself: `proef`, `start`, `rulebook`, `register`, `proposal`.
facts = Table("facts", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

schooljaren = Table(
    "schooljaren",
    metadata,
    Column("schooljaar", Text, primary_key=True),
    Column("adopted_at", BigInteger),
    Column("adopted_by", Text, nullable=False, server_default=""),
)

rulebooks = Table(
    "rulebooks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("applied_at", BigInteger, nullable=False),
    Column("files", JSON, nullable=False),
)

parties = Table(
    "parties",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("bestuur", Text, nullable=False, server_default=""),
    Column("place", Text, nullable=False, server_default=""),
    Column("gemeente", Text, nullable=False, server_default=""),
    Column("region", Text, nullable=False, server_default=""),
    Column("tags", JSON, nullable=False),
    Column("active", Boolean, nullable=False),
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("salutation", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    Column("language", Text, nullable=False, server_default="nl"),
    Column("weekly", Integer),
)

roles = Table(
    "roles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("contact", ForeignKey("contacts.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("first", Text),
    Column("last", Text),
    Index(None, "contact"),
)

closings = Table(
    "closings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("party", Text, nullable=False),
    Column("first", Text, nullable=False),
    Column("last", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("replaces", Text, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("adopted_on", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("valid_until", Text),
    Column("stage", Text, nullable=False),
)

tasks = Table(
    "tasks",
    metadata,
    Column("key", Text, primary_key=True),
    Column("rule", Text, nullable=False),
    Column("schooljaar", Text, nullable=False),
    Column("round", Text),
    Column("party", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("explanation", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("together", JSON, nullable=False),
    Column("accept_needed", Boolean, nullable=False),
    Column("peildatum", Text),
    Column("opens", Text, nullable=False),
    Column("due", Text, nullable=False),
    Column("expires", Text),
    Column("reasons", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("rulebook", ForeignKey("rulebooks.id"), nullable=False),
    Column("next_at", BigInteger),
    Column("held", Text, nullable=False, server_default=""),
    Column("extended", Text),
    Column("opened_at", BigInteger),
    Column("submitted_at", BigInteger),
    Index("ix_tasks_next_at", "next_at", sqlite_where=text("next_at IS NOT NULL")),
    Index(None, "schooljaar", "rule"),
)

steps = Table(
    "steps",
    metadata,
    Column("task", ForeignKey("tasks.key"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("date", Text),
    Column("to", JSON, nullable=False),
    Column("copy", JSON, nullable=False),
    Column("template", Text, nullable=False),
    Column("hold", Boolean, nullable=False),
    Column("escalation", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("sent", BigInteger),
    Column("note", Text, nullable=False, server_default=""),
    # When compose must look at a due step again; null when there is nothing left to do.
    Column("wake_at", BigInteger),
    Index("ix_steps_wake_at", "wake_at", sqlite_where=text("wake_at IS NOT NULL")),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("contact", ForeignKey("contacts.id"), nullable=False),
    Column("email", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("message_id", Text, unique=True),
    Column("raw", LargeBinary),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("phase", Text, nullable=False, server_default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("next_attempt", BigInteger),
    Column("claimed_until", BigInteger),
    Column("sent_at", BigInteger),
    Index("ix_messages_next_attempt", "next_attempt", sqlite_where=text("next_attempt IS NOT NULL")),
    Index(None, "contact", "state"),
    Index(None, "state", "sent_at"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("task", ForeignKey("tasks.key"), nullable=False),
    Column("step", Text, nullable=False),
    Column("contact", ForeignKey("contacts.id"), nullable=False),
    # How this contact came to hear: aan, kopie or samen_met; and the role because of which.
    Column("audience", Text, nullable=False),
    Column("role", Text, nullable=False),
    # Set when the bureau stands in for a role that nobody has.
    Column("fallback", Text, nullable=False, server_default=""),
    # Null message: this notice will not be sent; `outcome` says why.
    Column("message", ForeignKey("messages.id")),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("at", BigInteger, nullable=False),
    UniqueConstraint("task", "step", "contact"),
    Index(None, "message"),
    Index(None, "contact"),
)

transitions = Table(
    "transitions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("task", ForeignKey("tasks.key"), nullable=False),
    Column("move", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Index(None, "task"),
)
