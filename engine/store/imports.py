"""Files handed in, until they are stored or a day old; and the imports that were made, with what undoes them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from engine.core.intake_told import Told
from engine.core.localtime import from_ms, to_ms
from engine.core.sheets import RegisterSheets
from engine.store.tables import contacts, imports, metadata, successions, tasks, uploads

UPLOAD_KEPT = timedelta(days=1)
UNDO_KEPT = timedelta(days=60)
# Where a party's own rows stand: an import that is undone takes these along.
_OF_THE_REGISTER = ("roles", "documents", "closings")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was handed in, by the name that people know it by.

    `part`: it is of the register, or the list of postcodes that tells which schools are meant.
    """

    name: str
    data: bytes
    part: Literal["register", "postcodes"] = "register"


@dataclass(frozen=True, slots=True)
class Import:
    """An import that was stored. `taken` and `brought` are None once it is too old to be undone.

    `closed` takes back that it closed tasks, each as `unact` wants it. `asked`: (contact, task, step) of what was asked
    once more of who took over.
    """

    id: int
    at: datetime
    by: str
    files: tuple[str, ...]
    told: tuple[Told, ...]
    readdressed: tuple[tuple[str, str], ...]
    taken: RegisterSheets | None
    brought: RegisterSheets | None
    undone_at: datetime | None
    undone_by: str
    closed: tuple[Any, ...] = ()
    asked: tuple[tuple[int, str, str], ...] = ()


def keep_upload(connection: Connection, batch: str, files: Sequence[Upload], now: datetime, by: str) -> None:
    """Keeps files under a batch that nobody can guess."""
    rows = [
        {
            "batch": batch,
            "position": at,
            "at": to_ms(now),
            "by": by,
            "part": one.part,
            "name": one.name,
            "data": one.data,
        }
        for at, one in enumerate(files)
    ]
    connection.execute(insert(uploads), rows)


def kept_upload(connection: Connection, batch: str, now: datetime) -> tuple[Upload, ...]:
    """The files of a batch in order; none when it is unknown, was stored, or is a day old."""
    fresh = select(uploads).where(uploads.c.batch == batch, uploads.c.at > to_ms(now - UPLOAD_KEPT))
    found = connection.execute(fresh.order_by(uploads.c.position))
    return tuple(Upload(row.name, bytes(row.data), row.part) for row in found)


def forget_upload(connection: Connection, batch: str) -> None:
    """Removes the files of a batch."""
    connection.execute(delete(uploads).where(uploads.c.batch == batch))


def sweep(connection: Connection, now: datetime) -> None:
    """Removes files a day old, and what would undo imports of two months ago: it names people."""
    connection.execute(delete(uploads).where(uploads.c.at <= to_ms(now - UPLOAD_KEPT)))
    old = update(imports).where(imports.c.at <= to_ms(now - UNDO_KEPT), imports.c.taken.is_not(None))
    connection.execute(old.values(taken=None, brought=None, told=[], readdressed=[], closed=[], asked=[]))


def record_import(
    connection: Connection,
    files: Sequence[str],
    told: Sequence[Told],
    readdressed: Sequence[tuple[str, str]],
    taken: RegisterSheets,
    brought: RegisterSheets,
    now: datetime,
    by: str,
) -> int:
    """Stores that an import was made; returns its number."""
    values = {
        "at": to_ms(now),
        "by": by,
        "files": list(files),
        "told": [list(one) for one in told],
        "readdressed": [list(one) for one in readdressed],
        "taken": _sheets().dump_json(taken).decode(),
        "brought": _sheets().dump_json(brought).decode(),
    }
    return int(connection.execute(insert(imports).values(values).returning(imports.c.id)).scalar_one())


def keep_closed(connection: Connection, number: int, closed: Sequence[object]) -> None:
    """Remembers what takes back that an import closed tasks."""
    connection.execute(update(imports).where(imports.c.id == number).values(closed=list(closed)))


def keep_asked(connection: Connection, number: int, asked: Sequence[tuple[int, str, str]]) -> None:
    """Remembers what an import asked of whom: (contact, task, step) each."""
    rows = [list(one) for one in asked]
    connection.execute(update(imports).where(imports.c.id == number).values(asked=rows))


def imports_made(connection: Connection, most: int) -> tuple[Import, ...]:
    """The newest imports, newest first, without what undoes them."""
    columns = [column for column in imports.c if column.name not in ("taken", "brought")]
    found = connection.execute(select(*columns).order_by(imports.c.id.desc()).limit(most))
    return tuple(_import(row, None, None) for row in found)


def import_made(connection: Connection, number: int) -> Import | None:
    """One import with what undoes it."""
    return imports_by_number(connection, [number]).get(number)


def imports_by_number(connection: Connection, numbers: Collection[int]) -> dict[int, Import]:
    """These imports with what undoes them, by number."""
    found = {}
    for row in connection.execute(select(imports).where(imports.c.id.in_(numbers))):
        taken, brought = (None if text is None else _sheets().validate_json(text) for text in (row.taken, row.brought))
        found[row.id] = _import(row, taken, brought)
    return found


def mark_undone(connection: Connection, number: int, now: datetime, by: str) -> None:
    """Says that an import was undone."""
    connection.execute(update(imports).where(imports.c.id == number).values(undone_at=to_ms(now), undone_by=by))


def contacts_in_use(connection: Connection, number: int) -> frozenset[str]:
    """The addresses of contacts to which any row but a role refers: mail, notices, whatever comes to be.

    Who takes over from whom by that import goes with it.
    """
    found: set[str] = set()
    for column in _referring():
        rows = select(column)
        if column.table is successions:
            rows = rows.where(successions.c.imported.is_distinct_from(number))
        found.update(connection.scalars(select(contacts.c.email).where(contacts.c.id.in_(rows))))
    return frozenset(found)


def parties_in_use(connection: Connection) -> frozenset[str]:
    """The parties that are named outside the register: by tasks, first of all."""
    found: set[str] = set()
    for name, table in metadata.tables.items():
        if "party" in table.c and name not in _OF_THE_REGISTER:
            found.update(connection.scalars(select(table.c.party).where(table.c.party.is_not(None)).distinct()))
    return frozenset(found)


def document_keys(connection: Connection) -> frozenset[str]:
    """The keys of all tasks that are about a document: rule, version and party."""
    return frozenset(connection.scalars(select(tasks.c.key).where(tasks.c.kind == "document")))


def asked_versions(connection: Connection) -> frozenset[str]:
    """`v3.10aa00` for each version and party about which a document's question was put at some time."""
    asked = tasks.c.state.not_in(["planned", "cancelled"])
    keys = connection.scalars(select(tasks.c.key).where(tasks.c.kind == "document", asked))
    return frozenset(key.partition(".")[2].casefold() for key in keys)


def _referring() -> list[ColumnElement[int]]:
    return [
        column
        for name, table in metadata.tables.items()
        if name != "roles"
        for column in table.c
        if any(key.target_fullname == "contacts.id" for key in column.foreign_keys)
    ]


def _import(row: Row[tuple[object, ...]], taken: RegisterSheets | None, brought: RegisterSheets | None) -> Import:
    return Import(
        row.id,
        from_ms(row.at),
        row.by,
        tuple(row.files),
        # Lines of the first imports do not say whom they are about.
        tuple((*one, "")[:5] for one in row.told),
        tuple(row.readdressed),
        taken,
        brought,
        None if row.undone_at is None else from_ms(row.undone_at),
        row.undone_by,
        tuple(row.closed),
        tuple((contact, task, step) for contact, task, step in row.asked),
    )


@cache
def _sheets() -> TypeAdapter[RegisterSheets]:
    return TypeAdapter(RegisterSheets)
