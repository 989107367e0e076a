"""Documents beside the register: the stages that were reached, and the file or link of a version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.sql import ColumnElement

from engine.core.localtime import from_ms, to_ms
from engine.core.sheets import DocumentRow
from engine.core.states import TaskState
from engine.core.task import PlannedPhase
from engine.store.facts import register_changed
from engine.store.many import named_rows_of, write_many
from engine.store.tables import document_files, documents, notices, stages, tasks
from engine.store.task_rows import phases_in

_STAGES = select(stages).where(stages.c.task.in_(bindparam("keys", expanding=True))).order_by(stages.c.day, stages.c.at)
_WORK = select(tasks.c.key, tasks.c.party, tasks.c.state, tasks.c.held, tasks.c.phases).where(
    tasks.c.key.in_(bindparam("keys", expanding=True))
)
_ADD_STAGE = insert(stages)
# What a file's bytes are fetched apart from.
_FILE = [column for column in document_files.c if column.name != "data"]
# Why a notice of a stage that was reached is in no message.
REACHED = "reached"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a task's document that was reached on a day; `by` wrote it down, with a note or without."""

    task: str
    phase: str
    day: date
    at: datetime
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """How the work on a document stands: its task's key, party and state, what holds it, and its stages."""

    key: str
    party: str
    state: TaskState
    held: str
    phases: tuple[PlannedPhase, ...]


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """Where a version of a party's document is: a link, or a file that is kept, with its SHA-256 (hex) and bytes.

    `id` is the store's.
    """

    kind: str
    party: str
    version: str
    at: datetime
    by: str
    link: str = ""
    name: str = ""
    size: int = 0
    sha256: str = ""
    id: int = 0


def stages_of(connection: Connection, keys: Iterable[str]) -> dict[str, list[Stage]]:
    """The stages of these tasks that were reached, by task, the oldest first."""
    found: dict[str, list[Stage]] = {}
    for row in named_rows_of(connection, _STAGES, keys):
        stage = Stage(row.task, row.phase, date.fromisoformat(row.day), from_ms(row.at), row.by, row.note)
        found.setdefault(row.task, []).append(stage)
    return found


def reached_stages(connection: Connection, task: str) -> frozenset[str]:
    """The names of the stages of a task that were reached."""
    return frozenset(one.phase for one in stages_of(connection, [task]).get(task, ()))


def work_of(connection: Connection, keys: Iterable[str]) -> dict[str, Work]:
    """The work on these documents, by task."""
    return {
        row.key: Work(row.key, row.party, row.state, row.held, phases_in(row.phases))
        for row in named_rows_of(connection, _WORK, keys)
    }


def add_stages(connection: Connection, reached: Iterable[Stage]) -> None:
    """Writes down stages that were reached."""
    values = [
        {
            "task": one.task,
            "phase": one.phase,
            "day": one.day.isoformat(),
            "at": to_ms(one.at),
            "by": one.by,
            "note": one.note,
        }
        for one in reached
    ]
    write_many(connection, _ADD_STAGE, values)


def remove_stages(connection: Connection, task: str, phases: Iterable[str]) -> int:
    """Takes stages of a task away; returns how many there were."""
    gone = delete(stages).where(stages.c.task == task, stages.c.phase.in_(list(phases)))
    return connection.execute(gone).rowcount


def forget_reached(connection: Connection, task: str, steps: Iterable[str], outcome: str = REACHED) -> set[str]:
    """Forgets that notices of steps were taken out for that reason, because they go on; returns of which steps."""
    gone = (notices.c.task == task) & notices.c.message.is_(None) & (notices.c.outcome == outcome)
    statement = delete(notices).where(gone, notices.c.step.in_(list(steps))).returning(notices.c.step)
    return set(connection.execute(statement).scalars())


def set_stage(connection: Connection, kind: str, party: str, version: str, stage: str) -> None:
    """Writes in the register how far the work on the version after this one is."""
    connection.execute(update(documents).where(*_is(kind, party, version)).values(stage=stage))
    register_changed(connection)


def add_document(connection: Connection, row: DocumentRow) -> None:
    """Adds a version that has its number."""
    connection.execute(
        insert(documents).values(
            kind=row.kind,
            party=row.party,
            adopted_on=row.adopted_on.isoformat(),
            version=row.version,
            valid_until=None if row.valid_until is None else row.valid_until.isoformat(),
            stage=row.stage,
            active=row.active,
            source=row.source,
        )
    )
    register_changed(connection)


def set_renewals(connection: Connection, days: Mapping[tuple[str, str, str], date | None]) -> None:
    """Writes by which day versions are to be renewed, by (kind, party, version); None: not before their end."""
    for version, day in days.items():
        values = {"renew_by": None if day is None else day.isoformat()}
        connection.execute(update(documents).where(*_is(*version)).values(values))
    register_changed(connection)


def remove_document(connection: Connection, kind: str, party: str, version: str) -> bool:
    """Takes a version that came by a page away, number and all; False when it is no such row any more."""
    gone = delete(documents).where(*_is(kind, party, version), documents.c.source != "")
    register_changed(connection)
    return connection.execute(gone).rowcount == 1


def versions_by_page(connection: Connection) -> set[tuple[str, str, str]]:
    """(kind, party, version) of the versions that came by a page."""
    query = select(documents.c.kind, documents.c.party, documents.c.version).where(documents.c.source != "")
    return {(kind, party, version) for kind, party, version in connection.execute(query)}


def add_file(connection: Connection, file: DocumentFile, data: bytes | None) -> int:
    """Keeps where a version is; returns its number."""
    values = {
        "kind": file.kind,
        "party": file.party,
        "version": file.version,
        "link": file.link,
        "name": file.name,
        "data": data,
        "size": file.size,
        "sha256": file.sha256,
        "at": to_ms(file.at),
        "by": file.by,
    }
    return int(connection.execute(insert(document_files).values(values).returning(document_files.c.id)).scalar_one())


def remove_file(connection: Connection, number: int) -> None:
    """Takes a file or link away for good."""
    connection.execute(delete(document_files).where(document_files.c.id == number))


def files_of(connection: Connection, party: str = "") -> Mapping[tuple[str, str, str], DocumentFile]:
    """The newest file or link of each version, by (kind, party, version); of one party where named."""
    query = select(*_FILE).order_by(document_files.c.id)
    if party:
        query = query.where(document_files.c.party == party)
    found = (_file(row) for row in connection.execute(query))
    return {(one.kind.casefold(), one.party, one.version): one for one in found}


def file_with_bytes(connection: Connection, number: int) -> tuple[DocumentFile, bytes] | None:
    """A kept file; None where there is none, or only a link."""
    row = connection.execute(select(document_files).where(document_files.c.id == number)).one_or_none()
    return None if row is None or row.data is None else (_file(row), row.data)


def _is(kind: str, party: str, version: str) -> tuple[ColumnElement[bool], ...]:
    return documents.c.kind == kind, documents.c.party == party, documents.c.version == version


def _file(row: object) -> DocumentFile:
    one: Any = row
    return DocumentFile(
        one.kind, one.party, one.version, from_ms(one.at), one.by, one.link, one.name, one.size, one.sha256, one.id
    )
