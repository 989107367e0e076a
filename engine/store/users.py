"""Who may log in, and who is logged in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, true, update

from engine.core.localtime import from_ms, to_ms
from engine.core.user import User, UserRole
from engine.store.tables import sessions, users


@dataclass(frozen=True, slots=True)
class Account:
    """A user with what the bureau sees of it: whether a password was chosen, and when it last came in."""

    user: User
    has_password: bool
    came_in_at: datetime | None
    sessions: int


@dataclass(frozen=True, slots=True)
class Session:
    """Someone who is logged in: `digest` stands for the token in the cookie, `browser` is what it began with."""

    digest: str
    created_at: datetime
    ends_at: datetime
    browser: str


def add_user(connection: Connection, email: str, name: str, role: UserRole, now: datetime) -> int:
    """Adds a user, who has no password yet; returns the number."""
    row = connection.execute(insert(users).values(email=email.casefold(), name=name, role=role, created_at=to_ms(now)))
    return int(row.inserted_primary_key[0])  # type: ignore[index]


def user_by_email(connection: Connection, email: str) -> User | None:
    """The user with that address, also one that may no longer come in."""
    row = connection.execute(select(users).where(users.c.email == email.casefold())).one_or_none()
    return None if row is None else _user(row)


def user_by_id(connection: Connection, number: int) -> User | None:
    """The user of that number, also one that may no longer come in."""
    row = connection.execute(select(users).where(users.c.id == number)).one_or_none()
    return None if row is None else _user(row)


def users_by_number(connection: Connection, numbers: Iterable[int]) -> dict[int, User]:
    """These users, by number."""
    return {row.id: _user(row) for row in connection.execute(select(users).where(users.c.id.in_(set(numbers))))}


def accounts(connection: Connection, now: datetime) -> Sequence[Account]:
    """Everyone who may log in or once did, those who may first, by name; `sessions` counts those that did not end."""
    running = (
        select(func.count())
        .where(sessions.c.user == users.c.id, sessions.c.ends_at > to_ms(now))
        .scalar_subquery()
        .label("running")
    )
    rows = connection.execute(select(users, running).order_by(users.c.active.desc(), func.lower(users.c.name)))
    return [
        Account(
            _user(row),
            bool(row.password),
            None if row.came_in_at is None else from_ms(row.came_in_at),
            row.running,
        )
        for row in rows
    ]


def names(connection: Connection) -> Sequence[str]:
    """The names of all users, also of those that may no longer come in."""
    return connection.execute(select(users.c.name)).scalars().all()


def password_of(connection: Connection, user: int) -> str:
    """What is kept of the user's password; empty when none was chosen, and for nobody."""
    return str(connection.execute(select(users.c.password).where(users.c.id == user)).scalar() or "")


def set_password(connection: Connection, user: int, kept: str) -> None:
    """Keeps a password in place of an earlier one."""
    connection.execute(update(users).where(users.c.id == user).values(password=kept))


def set_role(connection: Connection, user: int, role: UserRole) -> None:
    """Gives a user another role."""
    connection.execute(update(users).where(users.c.id == user).values(role=role))


def set_active(connection: Connection, user: int, *, active: bool) -> None:
    """Lets a user in, or no more."""
    connection.execute(update(users).where(users.c.id == user).values(active=active))


def count_role(connection: Connection, role: UserRole) -> int:
    """How many with that role may log in."""
    rows = select(func.count()).where(users.c.active == true(), users.c.role == role)
    return int(connection.execute(rows).scalar_one())


def count_users(connection: Connection) -> int:
    """How many may log in."""
    return int(connection.execute(select(func.count()).where(users.c.active == true())).scalar_one())


def open_session(
    connection: Connection, digest: str, user: int, now: datetime, ends: datetime, browser: str = ""
) -> None:
    """Lets a user in until that moment; `digest` stands for the token in the cookie. Sessions that ended go."""
    values = {"digest": digest, "user": user, "created_at": to_ms(now), "seen_at": to_ms(now), "ends_at": to_ms(ends)}
    connection.execute(delete(sessions).where(sessions.c.ends_at <= to_ms(now)))
    connection.execute(insert(sessions).values(**values, browser=browser))
    connection.execute(update(users).where(users.c.id == user).values(came_in_at=to_ms(now)))


def sessions_of(connection: Connection, user: int, now: datetime) -> Sequence[Session]:
    """The user's sessions that did not end, the newest first."""
    query = select(sessions).where(sessions.c.user == user, sessions.c.ends_at > to_ms(now))
    rows = connection.execute(query.order_by(sessions.c.created_at.desc()))
    return [Session(row.digest, from_ms(row.created_at), from_ms(row.ends_at), row.browser) for row in rows]


def end_session(connection: Connection, digest: str) -> None:
    """Ends one session."""
    connection.execute(delete(sessions).where(sessions.c.digest == digest))


def end_sessions(connection: Connection, user: int, *, but: str = "") -> int:
    """Ends all sessions of a user, but for that one; returns how many."""
    mine = (sessions.c.user == user) & (sessions.c.digest != but)
    return connection.execute(delete(sessions).where(mine)).rowcount


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
