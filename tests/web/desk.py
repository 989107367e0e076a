"""A desk at the bureau: the site of an office in this process, and a client that is logged in as a role."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from engine import wiring
from engine.adapters.passwords import Argon2Passwords
from engine.app.means import Means
from engine.core.localtime import parse_moment
from engine.core.token import digest_of
from engine.core.user import UserRole
from engine.store.users import add_user, open_session, user_by_email
from engine.web.files_on_disk import FilesOnDisk
from engine.web.sessions import cookie_name
from engine.web.site import build
from engine.web.visit import Site
from tests.failing import FailingDatabase

ADDRESS = "http://localhost:8080"
# Rules and mail texts are read once for all desks of a folder.
FILES = FilesOnDisk()
# Kept at costs that no test waits for; what the real ones are: tests/adapters/test_passwords.py.
CHEAP = Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
# The consulent of tests/workspaces.py, who sees the schools where she has that role.
EMAILS: dict[UserRole, str] = {
    "bureau": "bureau@swv.example",
    "consulent": "consulent@swv.example",
    "lezer": "lezer@swv.example",
}
_OPEN = ExitStack()


class AtOnce(Executor):
    """Does at once what the site does later, so that a test sees it done."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@dataclass
class Now:
    """A clock that a test sets."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at

    def set(self, moment: str) -> None:
        """Moves the clock, backwards too."""
        self.at = parse_moment(moment)


@dataclass
class Desk:
    """The site of one workspace."""

    site: Site
    now: Now

    @property
    def means(self) -> Means:
        """What the site works with."""
        return self.site.means

    def client(self, role: UserRole | None = "bureau", email: str = "", name: str = "") -> TestClient:
        """A browser logged in as this role; None: nobody is. Its forms come from this site, redirects are shown."""
        client = TestClient(build(self.site), base_url=ADDRESS, headers={"Origin": ADDRESS}, follow_redirects=False)
        client.portal = _loop()
        if role is not None:
            token = self.means.tokens.token()
            address = email or EMAILS[role]
            with self.means.database.write() as connection:
                known = user_by_email(connection, address)
                number = known.id if known else add_user(connection, address, name or role, role, self.now())
                ends = self.now() + timedelta(days=4000)
                open_session(connection, digest_of(token), number, self.now(), ends)
            client.cookies.set(cookie_name(self.site), token)
        return client


@cache
def _loop() -> BlockingPortal:
    """One loop for all clients of a process; a client by itself starts one, in a thread, for each request."""
    return _OPEN.enter_context(start_blocking_portal())


def failing(desk: Desk, turn: int) -> Desk:
    """The same desk, where the first transaction of a page fails at its end, or the second…; for one client."""
    database = FailingDatabase(desk.means.database, turn + 1)  # logging in takes one
    return Desk(replace(desk.site, means=replace(desk.means, database=database)), desk.now)


def a_desk(folder: Path, moment: str, *, change: Callable[[Site], Site] = lambda site: site) -> Desk:
    """The site of the workspace in this folder, whose database exists, at that moment."""
    place = wiring.open_workspace(folder)
    means = wiring.means_of(place, wiring.database_of(place))
    now = Now(parse_moment(moment))
    return Desk(change(Site(place=place, means=means, clock=now, passwords=CHEAP, files=FILES, later=AtOnce())), now)
