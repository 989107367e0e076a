"""Passes: links that let a user in once. What is stored is the digest of the token alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, delete, insert, select, update

from engine.core.localtime import from_ms, to_ms
from engine.store.tables import passes

# `first` is nobody's yet: who uses it becomes the first user. `login` comes in without a password, `invite` and
# `reset` choose one.
PassKind = Literal["first", "invite", "reset", "login"]


@dataclass(frozen=True, slots=True)
class Pass:
    """A link that lets `user` in once, until it ends; None: who uses it becomes the first user."""

    digest: str
    user: int | None
    kind: PassKind
    ends_at: datetime


def add_pass(connection: Connection, new: Pass, now: datetime) -> None:
    """Stores a pass; earlier ones of the same user, and those that ended, work no more."""
    forget_passes(connection, new.user)
    connection.execute(delete(passes).where(passes.c.ends_at <= to_ms(now)))
    values = {"digest": new.digest, "user": new.user, "kind": new.kind}
    connection.execute(insert(passes).values(**values, created_at=to_ms(now), ends_at=to_ms(new.ends_at)))


def find_pass(connection: Connection, digest: str, now: datetime) -> Pass | None:
    """The pass of that token while it works."""
    works = (passes.c.digest == digest) & passes.c.used_at.is_(None) & (passes.c.ends_at > to_ms(now))
    row = connection.execute(select(passes).where(works)).one_or_none()
    return None if row is None else Pass(row.digest, row.user, row.kind, from_ms(row.ends_at))


def use_pass(connection: Connection, digest: str, now: datetime) -> bool:
    """Uses a pass up; False when it was used before, or ended."""
    works = (passes.c.digest == digest) & passes.c.used_at.is_(None) & (passes.c.ends_at > to_ms(now))
    return connection.execute(update(passes).where(works).values(used_at=to_ms(now))).rowcount == 1


def forget_passes(connection: Connection, user: int | None) -> None:
    """Takes back the passes of a user, or those that are nobody's yet."""
    theirs = passes.c.user.is_(None) if user is None else passes.c.user == user
    connection.execute(delete(passes).where(theirs))
