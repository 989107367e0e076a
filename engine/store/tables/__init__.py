"""The tables. Moments are integer UTC milliseconds, dates ISO text, lists and reasons JSON text.

A table stands in the module of what it is about, and is named here: who imports one has all of them in `metadata`.
"""

from engine.store.tables.agenda import appointments, attendees, events, feeds, invitations, received, subscriptions
from engine.store.tables.post import ahead, links, mail_days, messages, notices
from engine.store.tables.register import (
    absences,
    closings,
    contacts,
    document_files,
    documents,
    imports,
    parties,
    roles,
    successions,
    uploads,
)
from engine.store.tables.rulebook import facts, file_versions, rulebooks, schooljaren
from engine.store.tables.schema import metadata
from engine.store.tables.task import answers, notes, pauses, stages, steps, tasks, transitions
from engine.store.tables.user import acts, passes, sessions, users

__all__ = [
    "absences",
    "acts",
    "ahead",
    "answers",
    "appointments",
    "attendees",
    "closings",
    "contacts",
    "document_files",
    "documents",
    "events",
    "facts",
    "feeds",
    "file_versions",
    "imports",
    "invitations",
    "links",
    "mail_days",
    "messages",
    "metadata",
    "notes",
    "notices",
    "parties",
    "passes",
    "pauses",
    "received",
    "roles",
    "rulebooks",
    "schooljaren",
    "sessions",
    "stages",
    "steps",
    "subscriptions",
    "successions",
    "tasks",
    "transitions",
    "uploads",
    "users",
]
