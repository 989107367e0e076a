"""Tasks and their steps, what became of them, what people wrote or answered, and parties that pause."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from engine.store.tables.schema import metadata, where_set

_UNFINISHED = text("state IN ('planned', 'open', 'submitted')")

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
    # The first day of a period, which may come after the task opens; null where the task is only a last day.
    Column("begins", Text),
    # Set when the task changed since agendas were made of it.
    Column("agenda_lags", Boolean),
    # The day on which all that the task uses was in; null until then.
    Column("complete", Text),
    # The stages of a document, [name, day, role], null where there are none.
    Column("phases", JSON(none_as_null=True)),
    where_set("ix_tasks_next_at", "next_at"),
    where_set("ix_tasks_agenda_lags", "agenda_lags"),
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
    # Its day hangs on the appointment of a gesprek.
    Column("on_talk", Boolean, nullable=False, server_default=false()),
    # Its day hangs on what the task uses.
    Column("on_uses", Boolean, nullable=False, server_default=false()),
    where_set("ix_steps_wake_at", "wake_at"),
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

# Stages of a document that were reached.
stages = Table(
    "stages",
    metadata,
    Column("task", ForeignKey("tasks.key"), primary_key=True),
    Column("phase", Text, primary_key=True),
    Column("day", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
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
