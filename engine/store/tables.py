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
    true,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _set(name: str, column: str) -> Index:
    """An index of the rows in which the column is set: what lies still costs nothing."""
    where = text(f"{column} IS NOT NULL")
    return Index(name, column, sqlite_where=where, postgresql_where=where)


_UNFINISHED = text("state IN ('planned', 'open', 'submitted')")

# One row per fact about the store itself: `proef`, `start`, `rulebook`, `register`, `proposal`, and those of
# `engine.store.mail_days` and `engine.store.held`.
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
    # The list of DUO that brought a school first, else empty.
    Column("source", Text, nullable=False, server_default=""),
    Index(None, "kind", "name"),
    Index(None, "bestuur"),
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
    # What the lists still say of fields that were changed on a page: name -> value.
    Column("listed", JSON(none_as_null=True)),
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
    # rollen, kolom, pagina, or empty when it is not known.
    Column("source", Text, nullable=False, server_default=""),
    # The period that the lists still give it, [first, last], when it was changed on a page.
    Column("listed", JSON(none_as_null=True)),
    Index(None, "contact"),
    Index(None, "party"),
    Index(None, "role", "contact"),
)

# Who is away from `first` to `last`, inclusive, and who hears meanwhile.
absences = Table(
    "absences",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("contact", ForeignKey("contacts.id"), nullable=False),
    Column("stand_in", ForeignKey("contacts.id"), nullable=False),
    Column("first", Text, nullable=False),
    Column("last", Text, nullable=False),
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
    # What was taken back stays, inactive.
    Column("active", Boolean, nullable=False, server_default=true()),
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
    Column("active", Boolean, nullable=False, server_default=true()),
)

# Files that were handed in and not stored yet; they go within a day. Not sealed: what they hold becomes the register.
uploads = Table(
    "uploads",
    metadata,
    Column("batch", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    # register, or postcodes: the list of which schools are meant.
    Column("part", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

# Imports that were stored, with the rows they took away and brought, so that one can be undone.
imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("files", JSON, nullable=False),
    # What changed as people read it: [kind of row, change, row, what became of its fields].
    Column("told", JSON, nullable=False),
    Column("readdressed", JSON, nullable=False),
    # RegisterSheets; null once the import is too old to be undone.
    Column("taken", Text),
    Column("brought", Text),
    Column("undone_at", BigInteger),
    Column("undone_by", Text, nullable=False, server_default=""),
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
    # The clock of the task stands still until that day.
    Column("suspended", Text),
    # Why the question is asked once more, in the words of who asks; empty where it is not.
    Column("again", Text, nullable=False, server_default=""),
    # A digest of what was planned, the steps included, so that who read it before need not read it again.
    Column("plan_mark", Text, nullable=False, server_default=""),
    _set("ix_tasks_next_at", "next_at"),
    Index(None, "schooljaar", "rule"),
    Index(None, "party", "schooljaar"),
    # What is not finished, whatever its schooljaar.
    Index("ix_tasks_unfinished", "kind", "schooljaar", sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED),
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
    _set("ix_steps_wake_at", "wake_at"),
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
    _set("ix_messages_next_attempt", "next_attempt"),
    Column("wipe_at", BigInteger),
    # The moment that the text and the Date speak of; null while there are no bytes.
    Column("composed_at", BigInteger),
    # The message of which this one tells the same once more, because the bureau sent it again; null else.
    Column("again_of", Integer),
    _set("ix_messages_wipe_at", "wipe_at"),
    Index(None, "contact", "state"),
    Index(None, "state", "sent_at"),
    Index(
        "ix_messages_held",
        "created_at",
        sqlite_where=text("state = 'held'"),
        postgresql_where=text("state = 'held'"),
    ),
)

# Digests per day: how many the applied plan foresaw, and how many were made ready without the bureau's release.
mail_days = Table(
    "mail_days",
    metadata,
    Column("day", Text, primary_key=True),
    Column("foreseen", Integer, nullable=False, server_default="0"),
    Column("brought", Integer, nullable=False, server_default="0"),
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
    # The Logboek reads them together that belong together, newest first.
    Index("ix_transitions_at", "at", "by"),
)

# What people wrote down of a task: "gebeld 3 oktober, komt morgen".
notes = Table(
    "notes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("task", ForeignKey("tasks.key"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index(None, "task"),
)

# Parties whose clock stands still until a day; also what opens for them meanwhile waits.
pauses = Table(
    "pauses",
    metadata,
    Column("party", Text, primary_key=True),
    Column("until", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
)

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

# What people answered or asked on their own page: rows that are added; `version` counts those of a task from 1.
answers = Table(
    "answers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("task", ForeignKey("tasks.key"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("contact", ForeignKey("contacts.id"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("remark", Text, nullable=False, server_default=""),
    # The day until which more time is asked.
    Column("until", Text),
    # The mail that confirms it.
    Column("message", ForeignKey("messages.id")),
    # What is needed to withdraw it.
    Column("memo", JSON),
    # When the bureau dealt with a request, and who.
    Column("handled_at", BigInteger),
    Column("handled_by", Text, nullable=False, server_default=""),
    UniqueConstraint("task", "version"),
    Index(None, "contact"),
    Index(None, "message"),
)
