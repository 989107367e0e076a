"""What agendas are made of, as stored: narrow tasks, their appointments and guests; and what agendas showed before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from sys import intern
from typing import Any

from sqlalchemy import Connection, Select, Text, bindparam, case, cast, func, insert, select, update

from engine.core.agenda_entry import Entry
from engine.core.agenda_history import Shown
from engine.core.agenda_task import AgendaTask
from engine.core.appointment import Appointment
from engine.core.localtime import from_ms, local_date, to_ms
from engine.store.appointments import appointment_from
from engine.store.jsontext import KEPT, from_text
from engine.store.tables import appointments, attendees, events, tasks, transitions
from engine.store.task_lines import ENDED, named_in

PORTION = 500
_SET_EVENT = update(events).where(events.c.uid == bindparam("b_uid"))


def agenda_tasks(
    connection: Connection,
    schooljaren: Iterable[str],
    *,
    of: Collection[str] | None = None,
    keys: Collection[str] | None = None,
) -> list[AgendaTask]:
    """The tasks of these schooljaren, cancelled ones too, by key; `of`: of these parties only, `keys`: only these."""
    query = _tasks().where(tasks.c.schooljaar.in_(list(schooljaren)), *named_in(of)).order_by(tasks.c.key)
    if keys is None:
        rows: Iterable[Sequence[Any]] = connection.execute(query)
    else:
        asked = query.where(tasks.c.key.in_(bindparam("keys", expanding=True)))
        rows = (row for portion in _portions(keys) for row in connection.execute(asked, {"keys": portion}))
    return [_task(row) for row in rows if of is None or row[4] in of]


def appointments_of(connection: Connection, schooljaren: Iterable[str]) -> dict[str, Appointment]:
    """The appointments of gesprekken of these schooljaren, by task."""
    query = (
        select(appointments)
        .join(tasks, tasks.c.key == appointments.c.task)
        .where(tasks.c.schooljaar.in_(list(schooljaren)))
    )
    return {row.task: appointment_from(row) for row in connection.execute(query)}


def guests_of(connection: Connection, keys: Collection[str] | None = None) -> dict[str, frozenset[int]]:
    """Who is at the gesprekken of these tasks (None: of all), by task; of given ones also who is no longer."""
    found: dict[str, set[int]] = {}
    query = select(attendees.c.task, attendees.c.contact)
    if keys is None:
        rows = connection.execute(query.where(attendees.c.left.is_(False))).all()
    else:
        asked = query.where(attendees.c.task.in_(bindparam("keys", expanding=True)))
        rows = [row for portion in _portions(keys) for row in connection.execute(asked, {"keys": portion})]
    for task, contact in rows:
        found.setdefault(task, set()).add(contact)
    return {task: frozenset(contacts) for task, contacts in found.items()}


def shown_before(connection: Connection, uids: Collection[str]) -> dict[str, Shown]:
    """What agendas showed last under these uids; nothing of what was never shown."""
    query = select(events).where(events.c.uid.in_(bindparam("uids", expanding=True)))
    rows = (row for portion in _portions(uids) for row in connection.execute(query, {"uids": portion}))
    return {row.uid: _shown(row) for row in rows}


def remember_shown(connection: Connection, changed: Sequence[Shown], before: Mapping[str, Shown]) -> None:
    """Keeps what is shown from now on."""
    new = [one for one in changed if one.entry.uid not in before]
    if new:
        connection.execute(insert(events), [{"uid": one.entry.uid} | _values(one) for one in new])
    for one in changed:
        if one.entry.uid in before:
            connection.execute(_SET_EVENT.values(**_values(one)), {"b_uid": one.entry.uid})


def _tasks() -> Select[Any]:
    newest = select(func.max(transitions.c.at)).where(transitions.c.task == tasks.c.key).scalar_subquery()
    waived = (
        select(transitions.c.reason)
        .where(transitions.c.task == tasks.c.key, transitions.c.move == "waive")
        .order_by(transitions.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(
        tasks.c.key,
        tasks.c.rule,
        tasks.c.schooljaar,
        tasks.c.round,
        tasks.c.party,
        tasks.c.kind,
        tasks.c.title,
        tasks.c.explanation,
        tasks.c.asked,
        cast(tasks.c.together, Text),
        tasks.c.peildatum,
        tasks.c.opens,
        tasks.c.begins,
        tasks.c.due,
        tasks.c.expires,
        tasks.c.state,
        tasks.c.suspended,
        tasks.c.extended,
        case((tasks.c.state.in_(ENDED), func.coalesce(tasks.c.submitted_at, newest))),
        tasks.c.submitted_at.is_not(None),
        case((tasks.c.state == "waived", waived), else_=""),
    )


def _task(row: Sequence[Any]) -> AgendaTask:
    key, rule, schooljaar, round_, party, kind, title, explanation, asked, together, *rest = row
    peildatum, opens, begins, due, expires, state, suspended, extended, ended, sent_in, reason = rest
    return AgendaTask(
        key,
        intern(rule),
        intern(schooljaar),
        round_,
        intern(party),
        kind,
        intern(title),
        intern(explanation),
        intern(asked),
        from_text(together),
        _day(peildatum),
        date.fromisoformat(opens),
        _day(begins),
        date.fromisoformat(due),
        _day(expires),
        state,
        _day(suspended),
        _day(extended),
        None if ended is None else _local_day(ended),
        bool(sent_in),
        reason or "",
    )


def _shown(row: Any) -> Shown:
    told = row.shown
    entry = Entry(
        row.uid,
        _when(row.starts),
        _when(row.ends),
        told["title"],
        told["whose"],
        told["text"],
        told["place"],
        lapsed=row.lapsed_at is not None,
        going_on=told["going_on"],
    )
    lapsed_at = None if row.lapsed_at is None else from_ms(row.lapsed_at)
    return Shown(entry, row.sequence, row.digest, from_ms(row.changed_at), lapsed_at)


def _values(one: Shown) -> dict[str, object]:
    entry = one.entry
    return {
        "sequence": one.sequence,
        "starts": entry.starts.isoformat(),
        "ends": entry.ends.isoformat(),
        "digest": one.digest,
        "changed_at": to_ms(one.changed_at),
        "lapsed_at": None if one.lapsed_at is None else to_ms(one.lapsed_at),
        "shown": {
            "title": entry.title,
            "whose": entry.whose,
            "text": entry.text,
            "place": entry.place,
            "going_on": entry.going_on,
        },
    }


def _when(text: str) -> date | datetime:
    return date.fromisoformat(text) if len(text) == len("2026-10-01") else datetime.fromisoformat(text).astimezone(UTC)


@lru_cache(maxsize=KEPT)
def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


@lru_cache(maxsize=KEPT)
def _local_day(milliseconds: int) -> date:
    return local_date(from_ms(milliseconds))


def _portions(names: Collection[str]) -> Iterator[list[str]]:
    given = sorted(names)
    for start in range(0, len(given), PORTION):
        yield given[start : start + PORTION]
