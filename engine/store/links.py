"""Personal links: one for each message that has one; of a token only its digest is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine.core.localtime import from_ms, to_ms
from engine.store.many import write_many
from engine.store.tables import links, messages


@dataclass(frozen=True, slots=True)
class Link:
    """A link in a message to a contact, and until when it opens anything."""

    message: int
    digest: str
    contact: int
    created_at: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link as it is looked up: `email` is where its message went to."""

    contact: int
    email: str
    ends: datetime
    revoked: bool


_FIND = (
    select(links.c.contact, messages.c.email, links.c.ends, links.c.revoked_at)
    .join(messages, links.c.message == messages.c.id)
    .where(links.c.digest == bindparam("digest"))
)


def save_links(connection: Connection, new: Sequence[Link]) -> None:
    """Stores links; a message that has one already gets the new one in its place."""
    write_many(connection, _upsert(connection.dialect.name), [_values(link) for link in new])


def find_link(connection: Connection, digest: str) -> FoundLink | None:
    """The link with that digest, None when there is none."""
    row = connection.execute(_FIND, {"digest": digest}).first()
    return None if row is None else FoundLink(row.contact, row.email, from_ms(row.ends), row.revoked_at is not None)


def revoke_links(connection: Connection, contact: int, now: datetime) -> int:
    """Ends every link that the contact has; returns how many opened something until now."""
    mine = update(links).where(links.c.contact == contact, links.c.revoked_at.is_(None), links.c.ends > to_ms(now))
    return connection.execute(mine.values(revoked_at=to_ms(now))).rowcount


def restore_links(connection: Connection, contact: int, revoked_at: datetime) -> None:
    """Takes back that the contact's links were revoked at that moment."""
    mine = update(links).where(links.c.contact == contact, links.c.revoked_at == to_ms(revoked_at))
    connection.execute(mine.values(revoked_at=None))


def revocations(connection: Connection, contacts: Iterable[int]) -> set[tuple[int, datetime]]:
    """Of these contacts, when links of theirs were revoked that are so still."""
    wanted = links.c.contact.in_(set(contacts)) & links.c.revoked_at.is_not(None)
    rows = connection.execute(select(links.c.contact, links.c.revoked_at).where(wanted).distinct())
    return {(row.contact, from_ms(row.revoked_at)) for row in rows}


@cache
def _upsert(dialect: str) -> postgresql.Insert | sqlite.Insert:
    statement = postgresql.insert(links) if dialect == "postgresql" else sqlite.insert(links)
    names = ("digest", "contact", "created_at", "ends", "revoked_at")
    return statement.on_conflict_do_update(
        index_elements=["message"], set_={name: statement.excluded[name] for name in names}
    )


def _values(link: Link) -> dict[str, object]:
    return {
        "message": link.message,
        "digest": link.digest,
        "contact": link.contact,
        "created_at": to_ms(link.created_at),
        "ends": to_ms(link.ends),
        "revoked_at": None,
    }
