"""Mail: messages, what each tells whom, what was decided of it ahead, its links, and how many a day."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text

from engine.store.tables.schema import metadata, where_set

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
    # Sealed; null while held, and again some days after the end, when only the digest of the plain bytes remains.
    Column("raw", LargeBinary),
    Column("digest", Text, nullable=False, server_default=""),
    Column("attempts", Integer, nullable=False, server_default="0"),
    # `data` from just before the first byte goes over the line until it is known what came of it.
    Column("phase", Text, nullable=False, server_default=""),
    # How often it remained unknown whether the message arrived.
    Column("doubts", Integer, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("tried_at", BigInteger),
    # When to look at it: for one that is being sent, the moment at which its claim runs out; null when it has ended.
    Column("next_attempt", BigInteger),
    # Counts the claims: who holds an older one changes nothing any more. And which run holds it.
    Column("claim", Integer, nullable=False, server_default="0"),
    Column("worker", Text, nullable=False, server_default=""),
    Column("sent_at", BigInteger),
    where_set("ix_messages_next_attempt", "next_attempt"),
    Column("wipe_at", BigInteger),
    # The moment that the text and the Date speak of; null while there are no bytes.
    Column("composed_at", BigInteger),
    # The message of which this one tells the same once more, because the bureau sent it again; null else.
    Column("again_of", Integer),
    where_set("ix_messages_wipe_at", "wipe_at"),
    Index(None, "contact", "state"),
    Index(None, "state", "sent_at"),
    Index(
        "ix_messages_held",
        "created_at",
        sqlite_where=text("state = 'held'"),
        postgresql_where=text("state = 'held'"),
    ),
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

# What the bureau decided of mail that is not made ready yet: `hold` or `release` this step to this contact.
ahead = Table(
    "ahead",
    metadata,
    Column("task", ForeignKey("tasks.key"), primary_key=True),
    Column("step", Text, primary_key=True),
    Column("contact", ForeignKey("contacts.id"), primary_key=True),
    Column("verdict", Text, nullable=False),
)

# Personal links, one for each message that has one. Of the token only its SHA-256 is kept.
links = Table(
    "links",
    metadata,
    Column("message", ForeignKey("messages.id"), primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    Column("contact", ForeignKey("contacts.id"), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ends", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Index(None, "contact"),
)

# Digests per day: how many the applied plan foresaw, and how many were made ready without the bureau's release.
mail_days = Table(
    "mail_days",
    metadata,
    Column("day", Text, primary_key=True),
    Column("foreseen", Integer, nullable=False, server_default="0"),
    Column("brought", Integer, nullable=False, server_default="0"),
)
