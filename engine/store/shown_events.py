"""What agendas showed last, for what shows the same elsewhere."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from engine.core.agenda_deadline import ShownEvent
from engine.core.localtime import from_ms
from engine.store.tables import events, transitions


def shown_event(connection: Connection, uid: str) -> ShownEvent | None:
    """What agendas showed under the uid with this local part; None where none ever did."""
    query = select(events.c.sequence, events.c.starts, events.c.ends, events.c.changed_at).where(events.c.uid == uid)
    row = connection.execute(query).first()
    return None if row is None else ShownEvent(row.sequence, row.starts, row.ends, from_ms(row.changed_at))


def changed_last(connection: Connection, key: str) -> datetime | None:
    """When something happened to a task last; None where nothing did yet."""
    at = connection.execute(select(func.max(transitions.c.at)).where(transitions.c.task == key)).scalar()
    return None if at is None else from_ms(at)
