"""The register: who there is, with which role and when away, closings, documents; and how lists came in."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, true

from engine.store.tables.schema import metadata, where_set

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
    # Codes by which it was known before, or under which the schools were that went up in it.
    Column("formerly", JSON, nullable=False, server_default="[]"),
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
    # The day of the import that brought it, where the party had somebody in that role before.
    Column("came", Text),
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

# Who takes over from whom on a later day, on which what is open then is asked.
successions = Table(
    "successions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("old", ForeignKey("contacts.id"), nullable=False),
    Column("new", ForeignKey("contacts.id"), nullable=False),
    Column("day", Text, nullable=False),
    # Whether the personal links of the old one end on that day.
    Column("ends_links", Boolean, nullable=False),
    # The number of the import that brought it.
    Column("imported", Integer),
    # The beginning of that day; null once it was done.
    Column("next_at", BigInteger),
    Column("done_at", BigInteger),
    # What was asked once more then: [task, step] each.
    Column("asked", JSON, nullable=False, server_default="[]"),
    # What was taken out of mail that waited then: [task, step, contact] of each reminder by hand.
    Column("reminders", JSON, nullable=False, server_default="[]"),
    where_set("ix_successions_next_at", "next_at"),
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
    # pagina where a version came by a page, else empty: a list that does not name it yet does not take it back.
    Column("source", Text, nullable=False, server_default=""),
    # The day before its end by which the bureau wants it renewed.
    Column("renew_by", Text),
)

# Where a version of a document is: a link, or a file that was handed in, with its SHA-256.
document_files = Table(
    "document_files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("link", Text, nullable=False, server_default=""),
    Column("name", Text, nullable=False, server_default=""),
    Column("data", LargeBinary),
    Column("size", Integer, nullable=False, server_default="0"),
    Column("sha256", Text, nullable=False, server_default=""),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Index(None, "party"),
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
    # What takes back that it closed tasks of documents, a memo for each.
    Column("closed", JSON, nullable=False, server_default="[]"),
    # What it asked of who took over: [contact, task, step] each.
    Column("asked", JSON, nullable=False, server_default="[]"),
    Column("undone_at", BigInteger),
    Column("undone_by", Text, nullable=False, server_default=""),
)
