"""Agendas that somebody subscribed to or asked for: their bytes, what they hold, and which of them lag behind."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, exists, func, insert, literal, or_, select, true, update

from engine.core.agenda_history import Agenda
from engine.core.localtime import to_ms
from engine.store.facts import ADOPTED
from engine.store.tables import facts, feeds, subscriptions, tasks

PORTION = 500
# What agendas were last made of beside tasks: another text when the register, the rules or the settings changed.
MADE_OF = "agendas"


class Lag(NamedTuple):
    """What a look at the agendas finds. `any` and `ripe`: there is one; one must be made again. `tasks` changed since.

    `made_of` is what they were made of, `is_of` what the store holds by now.
    """

    any: bool
    tasks: bool
    ripe: bool
    made_of: str
    is_of: str


@dataclass(frozen=True, slots=True)
class KeptFeed:
    """An agenda as it is kept. `raw` is None until it was made first."""

    name: str
    title: str
    raw: bytes | None
    etag: str
    holds: tuple[str, ...]


_NEXT = select(func.min(feeds.c.next_at)).scalar_subquery()
_FACTS = {
    name: select(facts.c.value).where(facts.c.name == name).scalar_subquery()
    for name in (MADE_OF, "register", "rulebook", ADOPTED)
}
_LAG = select(
    exists(select(literal(1)).select_from(feeds)),
    exists(select(literal(1)).where(tasks.c.agenda_lags.is_not(None))),
    or_(exists(select(literal(1)).where(feeds.c.stale == true())), bindparam("now") >= _NEXT),
    func.coalesce(_FACTS[MADE_OF], ""),
    func.coalesce(_FACTS["register"], ""),
    func.coalesce(_FACTS["rulebook"], ""),
    func.coalesce(_FACTS[ADOPTED], ""),
)
_LAGGING = select(tasks.c.key, tasks.c.version).where(tasks.c.agenda_lags.is_not(None)).limit(bindparam("most"))
_CAUGHT_UP = (
    update(tasks)
    .where(tasks.c.key == bindparam("b_key"), tasks.c.version == bindparam("b_version"))
    .values(agenda_lags=None)
)
_RIPE = (
    select(feeds.c.name)
    .where(or_(feeds.c.stale == true(), feeds.c.next_at <= bindparam("now")))
    .order_by(feeds.c.name)
    .limit(bindparam("most"))
)


# Every address of it was revoked: nobody gets it, so it is not made again.
_ASLEEP = exists(select(literal(1)).where(subscriptions.c.feed == feeds.c.name)) & ~exists(
    select(literal(1)).where(subscriptions.c.feed == feeds.c.name, subscriptions.c.revoked_at.is_(None))
)


def lag(connection: Connection, now: datetime) -> Lag:
    """Whether any agenda is to be made again: one statement, whose parts each look up an index."""
    some, changed, ripe, made_of, *parts = connection.execute(_LAG, {"now": to_ms(now)}).one()
    return Lag(bool(some), bool(changed), bool(ripe), made_of, ".".join(map(str, parts)))


def lagging(connection: Connection, most: int) -> dict[str, int]:
    """Up to so many tasks that changed since agendas were made of them, by key with their version."""
    return {row.key: row.version for row in connection.execute(_LAGGING, {"most": most})}


def caught_up(connection: Connection, seen: Mapping[str, int]) -> None:
    """Says that agendas know of these tasks as they were at that version."""
    if seen:
        connection.execute(_CAUGHT_UP, [{"b_key": key, "b_version": version} for key, version in seen.items()])


def all_caught_up(connection: Connection) -> None:
    """Says that agendas know of every task."""
    connection.execute(update(tasks).where(tasks.c.agenda_lags.is_not(None)).values(agenda_lags=None))


def let_lag(connection: Connection, keys: Collection[str]) -> None:
    """Says that what agendas tell of these tasks changed: who writes an appointment or its guests says so."""
    connection.execute(update(tasks).where(tasks.c.key.in_(list(keys))).values(agenda_lags=True))


def feed_names(connection: Connection) -> list[str]:
    """Every agenda there is."""
    return list(connection.execute(select(feeds.c.name).order_by(feeds.c.name)).scalars())


def ripe_feeds(connection: Connection, now: datetime, most: int) -> list[str]:
    """Up to so many agendas that must be made again."""
    return list(connection.execute(_RIPE, {"now": to_ms(now), "most": most}).scalars())


def make_stale(connection: Connection, names: Collection[str] | None) -> None:
    """Says that these agendas must be made again; None: all of them. One that nobody gets any more stays as it is."""
    for portion in [None] if names is None else _portions(sorted(names)):
        which = update(feeds).where(~_ASLEEP)
        which = which if portion is None else which.where(feeds.c.name.in_(portion))
        connection.execute(which.values(stale=True))


def settle_feed(connection: Connection, name: str) -> None:
    """Lets an agenda rest that nobody gets any more, and has one made again that somebody gets after all."""
    mine = feeds.c.name == name
    connection.execute(update(feeds).where(mine, _ASLEEP).values(stale=False, next_at=None))
    connection.execute(update(feeds).where(mine, ~_ASLEEP, feeds.c.next_at.is_(None)).values(stale=True))


def add_feed(connection: Connection, name: str) -> None:
    """Begins an agenda, which is to be made yet; one that is there stays as it is."""
    if connection.execute(select(feeds.c.name).where(feeds.c.name == name)).first() is None:
        connection.execute(insert(feeds).values(name=name, stale=True, holds=[]))


def kept_feed(connection: Connection, name: str) -> KeptFeed | None:
    """An agenda as it is kept; None where nobody asked for it yet."""
    query = select(feeds.c.name, feeds.c.title, feeds.c.raw, feeds.c.etag, feeds.c.holds).where(feeds.c.name == name)
    row = connection.execute(query).first()
    return None if row is None else KeptFeed(row.name, row.title, row.raw, row.etag, tuple(row.holds))


def keep_feed(
    connection: Connection, before: KeptFeed, title: str, made: Agenda, raw: bytes, etag: str, now: datetime
) -> bool:
    """Keeps an agenda as it was made; True where its bytes are others than before."""
    values: dict[str, object] = {"stale": False, "next_at": None if made.next_at is None else to_ms(made.next_at)}
    if made.holds != before.holds:
        values["holds"] = made.holds
    changed = (etag, title) != (before.etag, before.title) or before.raw is None
    if changed:
        values |= {"title": title, "raw": raw, "etag": etag, "changed_at": to_ms(now)}
    connection.execute(update(feeds).where(feeds.c.name == before.name).values(**values))
    connection.execute(update(feeds).where(feeds.c.name == before.name, _ASLEEP).values(next_at=None))
    return changed


def _portions(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), PORTION):
        yield names[start : start + PORTION]
