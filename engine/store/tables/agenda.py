"""Appointments and their guests, invitations, what agendas show, who subscribed to one, and what came in by mail."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, false

from engine.store.tables.schema import metadata

# The gesprek of a task, as `engine.core.appointment.Appointment` tells.
appointments = Table(
    "appointments",
    metadata,
    Column("task", ForeignKey("tasks.key"), primary_key=True),
    Column("starts", BigInteger, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("place", Text, nullable=False, server_default=""),
    Column("agenda", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("sequence", Integer, nullable=False, server_default="0"),
    Column("changed_at", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("note", Text, nullable=False, server_default=""),
    # Who is asked to come, whoever has these roles on its day.
    Column("roles", JSON, nullable=False, server_default="[]"),
    Index(None, "starts"),
)

attendees = Table(
    "attendees",
    metadata,
    Column("task", ForeignKey("appointments.task"), primary_key=True),
    Column("contact", ForeignKey("contacts.id"), primary_key=True),
    Column("role", Text, nullable=False, server_default=""),
    Column("reply", Text, nullable=False, server_default="none"),
    Column("reply_sequence", Integer),
    Column("replied_at", BigInteger),
    Column("left", Boolean, nullable=False, server_default=false()),
    # The contact in whose place this one came; it need not be in the register any more.
    Column("instead_of", Integer),
    Index(None, "contact"),
)

# What a message asks of its reader's agenda. `told` is the digest of what it says of the appointment. `sequence` is
# what it carries, `base` the appointment's own then. `starts`, `minutes` and `place` are what it says; null where that
# was not kept yet.
invitations = Table(
    "invitations",
    metadata,
    Column("message", ForeignKey("messages.id"), primary_key=True),
    Column("task", ForeignKey("appointments.task"), nullable=False),
    Column("contact", ForeignKey("contacts.id"), nullable=False),
    Column("method", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("told", Text, nullable=False, server_default=""),
    Column("base", Integer, nullable=False, server_default="0"),
    Column("starts", BigInteger),
    Column("minutes", Integer),
    Column("place", Text),
    Index(None, "task", "contact"),
)

# What any agenda ever showed, by uid: its sequence may never fall, so no row goes.
events = Table(
    "events",
    metadata,
    Column("uid", Text, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("starts", Text, nullable=False),
    Column("ends", Text, nullable=False),
    # The digest of all that is shown of it, its time and its lapsing too.
    Column("digest", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("lapsed_at", BigInteger),
    # What was shown last, so that what lapses can still be named when its task no longer tells it.
    Column("shown", JSON, nullable=False),
)

# Agendas somebody subscribed to or asked for, with the bytes that are served. `name` is `swv`, a party's id, or
# `contact:` and a contact's number; `+vakanties` behind it where it shows the schoolvakanties too.
feeds = Table(
    "feeds",
    metadata,
    Column("name", Text, primary_key=True),
    Column("title", Text, nullable=False, server_default=""),
    # Something of it changed since the bytes were made.
    Column("stale", Boolean, nullable=False),
    Column("raw", LargeBinary),
    Column("etag", Text, nullable=False, server_default=""),
    Column("changed_at", BigInteger),
    # When to make it again although nothing changes, because time goes by.
    Column("next_at", BigInteger),
    # The uids of what stands in it: what lapses is shown as such to who saw it.
    Column("holds", JSON, nullable=False),
    Index(None, "stale"),
    Index(None, "next_at"),
)

# One for each subscriber. Of the token only its SHA-256 is kept.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("feed", ForeignKey("feeds.name"), nullable=False),
    Column("label", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("revoked_at", BigInteger),
    Column("fetched_at", BigInteger),
    Index(None, "feed"),
)

# Mail that came in and was understood, once each: `digest` is the SHA-256 of its bytes.
received = Table(
    "received",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    # `reply`, `remark` (a reply with something written to it), `counter` (another time is proposed) or `bounce`.
    Column("kind", Text, nullable=False),
    Column("sender", Text, nullable=False, server_default=""),
    Column("task", Text),
    Column("contact", Integer),
    Column("message", Integer),
    # What came of it, in Dutch.
    Column("told", Text, nullable=False, server_default=""),
    Index(None, "task"),
    Index(None, "at"),
)
