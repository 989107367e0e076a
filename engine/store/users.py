"""Who may log in, and who is logged in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, true

from engine.core.localtime import to_ms
from engine.core.user import User, UserRole
from engine.store.tables import sessions, users


def add_user(connection: Connection, email: str, name: str, role: UserRole, now: datetime) -> int:
    """Adds a user, who has no password yet; returns the number."""
    row = connection.execute(insert(users).values(email=email.casefold(), name=name, role=role, created_at=to_ms(now)))
    return int(row.inserted_primary_key[0])  # type: ignore[index]


def user_by_email(connection: Connection, email: str) -> User | None:
    """The user with that address, also one that may no longer come in."""
    row = connection.execute(select(users).where(users.c.email == email.casefold())).one_or_none()
    return None if row is None else _user(row)


def count_users(connection: Connection) -> int:
    """How many may log in."""
    return int(connection.execute(select(func.count()).where(users.c.active == true())).scalar_one())


def open_session(connection: Connection, digest: str, user: int, now: datetime, ends: datetime) -> None:
    """Lets a user in until that moment; `digest` stands for the token in the cookie."""
    values = {"digest": digest, "user": user, "created_at": to_ms(now), "seen_at": to_ms(now), "ends_at": to_ms(ends)}
    connection.execute(insert(sessions).values(values))


def user_of_session(connection: Connection, digest: str, now: datetime, idle: timedelta) -> User | None:
    """Who is logged in with that token, unless the session ended or lay still for longer than `idle`."""
    query = (
        select(users)
        .join(sessions, sessions.c.user == users.c.id)
        .where(
            sessions.c.digest == digest,
            sessions.c.ends_at > to_ms(now),
            sessions.c.seen_at > to_ms(now - idle),
            users.c.active == true(),
        )
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _user(row)


def _user(row: Row[Any]) -> User:
    return User(row.id, row.email, row.name, row.role, row.active)
