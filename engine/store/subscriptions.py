"""Who subscribed to which agenda. Of the token in its address only the digest is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from engine.core.localtime import from_ms, to_ms
from engine.store.feeds import settle_feed
from engine.store.tables import feeds, subscriptions

# How exactly it is kept when an agenda was fetched last: clients come all day.
FETCHED_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Subscription:
    """An address at which an agenda is fetched. `feed` is whose agenda, `label` what it is called for."""

    id: int
    feed: str
    label: str
    created_at: datetime
    created_by: str
    revoked_at: datetime | None
    fetched_at: datetime | None


@dataclass(frozen=True, slots=True)
class Served:
    """What a subscriber gets. `raw` is None before it was made; `fetched_at` when it was fetched last."""

    id: int
    revoked: bool
    raw: bytes | None
    etag: str
    changed_at: datetime | None
    fetched_at: datetime | None


_SERVED = (
    select(
        subscriptions.c.id,
        subscriptions.c.revoked_at,
        feeds.c.raw,
        feeds.c.etag,
        feeds.c.changed_at,
        subscriptions.c.fetched_at,
    )
    .join(feeds, feeds.c.name == subscriptions.c.feed)
    .where(subscriptions.c.digest == bindparam("digest"))
)
_ALL = select(
    subscriptions.c.id,
    subscriptions.c.feed,
    subscriptions.c.label,
    subscriptions.c.created_at,
    subscriptions.c.created_by,
    subscriptions.c.revoked_at,
    subscriptions.c.fetched_at,
)


def add_subscription(connection: Connection, feed: str, label: str, digest: str, by: str, now: datetime) -> int:
    """Adds one, to an agenda that is there; returns its number. The agenda is made again if nobody got it any more."""
    row = connection.execute(
        insert(subscriptions).values(feed=feed, label=label, digest=digest, created_at=to_ms(now), created_by=by)
    )
    settle_feed(connection, feed)
    return int(row.inserted_primary_key[0])  # type: ignore[index]


def served(connection: Connection, digest: str) -> Served | None:
    """What the address with that digest gives; None where there is none. One statement, by two indexes."""
    row = connection.execute(_SERVED, {"digest": digest}).first()
    if row is None:
        return None
    number, revoked_at, raw, etag, changed_at, fetched_at = row
    return Served(number, revoked_at is not None, raw, etag, _moment(changed_at), _moment(fetched_at))


def note_fetched(connection: Connection, number: int, now: datetime) -> None:
    """Says that it was fetched, unless that was said within the hour."""
    lately = or_(subscriptions.c.fetched_at.is_(None), subscriptions.c.fetched_at <= to_ms(now - FETCHED_WITHIN))
    query = update(subscriptions).where(subscriptions.c.id == number, lately)
    connection.execute(query.values(fetched_at=to_ms(now)))


def all_subscriptions(connection: Connection) -> list[Subscription]:
    """Every one, what is revoked too, the newest first."""
    return [_subscription(row) for row in connection.execute(_ALL.order_by(subscriptions.c.id.desc()))]


def subscription(connection: Connection, number: int) -> Subscription | None:
    """The one of that number."""
    row = connection.execute(_ALL.where(subscriptions.c.id == number)).first()
    return None if row is None else _subscription(row)


def set_revoked(connection: Connection, number: int, at: datetime | None) -> bool:
    """Revokes one, or with None lets it work again; False where it was so already.

    An agenda of which every address is revoked is not made again, until one works again.
    """
    other = subscriptions.c.revoked_at.is_(None) if at is not None else subscriptions.c.revoked_at.is_not(None)
    query = update(subscriptions).where(subscriptions.c.id == number, other)
    row = connection.execute(query.values(revoked_at=None if at is None else to_ms(at)).returning(subscriptions.c.feed))
    feed = row.scalar()
    if feed is None:
        return False
    settle_feed(connection, feed)
    return True


def _subscription(row: Sequence[Any]) -> Subscription:
    number, feed, label, created_at, created_by, revoked_at, fetched_at = row
    return Subscription(number, feed, label, from_ms(created_at), created_by, _moment(revoked_at), _moment(fetched_at))


def _moment(value: int | None) -> datetime | None:
    return None if value is None else from_ms(value)
