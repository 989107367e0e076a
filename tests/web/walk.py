"""Walks through the whole site as somebody: every route is met by links and forms that pages show, as people meet it.

Where no page leads (a link in a mail), `a_full_desk` says where. So a new route is walked by itself, and one to which
nothing leads is told by `test_every_route.py`.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

from starlette.routing import Match, Route
from starlette.testclient import TestClient

from engine.core.user import UserRole
from engine.web.routes import Page
from engine.web.site import pages
from tests.web.desk import Desk

PAGES = tuple(pages())
GETS = tuple(page for page in PAGES if page.method == "GET")
POSTS = tuple(page for page in PAGES if page.method == "POST")
_ROUTES = tuple((page, Route(page.path, lambda: None, methods=[page.method])) for page in PAGES)
_FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)


def named(page: Page) -> str:
    """A route as a test is called by it."""
    return f"{page.method} {page.path}"


@dataclass(frozen=True)
class Seen:
    """One page as it was met: `changed` when the database was another one afterwards."""

    status: int
    headers: Mapping[str, str]
    text: str
    changed: bool


@dataclass
class Walk:
    """What somebody met: an address and the answer for each page, an address for each form, and where nothing is."""

    seen: dict[Page, tuple[str, Seen]] = field(default_factory=dict)
    more: list[tuple[Page, str, Seen]] = field(default_factory=list)
    led_to: set[Page] = field(default_factory=set)
    forms: dict[Page, str] = field(default_factory=dict)
    filters: dict[Page, set[str]] = field(default_factory=dict)
    dead: set[tuple[str, str]] = field(default_factory=set)

    def address(self, page: Page) -> str:
        """Where the route was met; raises KeyError where it was not."""
        if page.method == "GET":
            return self.seen[page][0]
        return self.forms[page] if "{" in page.path else page.path


def walked(client: TestClient, watch: Watch, starts: Mapping[str, str], looks: int = 1) -> Walk:
    """Walks from these addresses, by route, and from every page without a parameter.

    Each route is looked at up to so many times, each time asked for something else behind the ?.
    """
    walk, waiting, met = Walk(), [], set()
    for page in PAGES:
        address = starts.get(page.path) or ("" if "{" in page.path else page.path)
        if address and page.method == "GET":
            met.add((page, _asked(address)))
            waiting.append((page, address))
    while waiting:
        page, address = waiting.pop(0)
        before = watch.version()
        answer = client.get(address)
        seen = Seen(answer.status_code, answer.headers, answer.text, watch.version() != before)
        if page in walk.seen:
            walk.more.append((page, address, seen))
        else:
            walk.seen[page] = address, seen
        if answer.status_code != 200 or "text/html" not in answer.headers.get("content-type", ""):
            continue
        walk.filters.setdefault(page, set()).update(_filters(seen.text))
        for method, target in _leads(seen.text, address):
            found = route_of(method, target)
            if found is None:
                walk.dead.add((page.path, target))
                continue
            walk.led_to.add(found)
            if method == "POST":
                walk.forms.setdefault(found, target)
            elif (found, _asked(target)) not in met and sum(one == found for one, _ in met) < looks:
                met.add((found, _asked(target)))
                waiting.append((found, target))
    for page in POSTS:
        if page.path in starts:
            walk.forms.setdefault(page, starts[page.path])
    return walk


def _asked(address: str) -> frozenset[str]:
    """The names of what is asked in an address."""
    return frozenset(part.partition("=")[0] for part in address.partition("?")[2].split("&"))


def route_of(method: str, address: str) -> Page | None:
    """The route that answers there."""
    path = address.partition("#")[0].partition("?")[0]
    for page, route in _ROUTES:
        if page.method == method and route.matches({"type": "http", "method": method, "path": path})[0] == Match.FULL:
            return page
    return None


class Watch:
    """Looks at the database by a connection of its own: `version` is another number after any change that was kept."""

    def __init__(self, desk: Desk) -> None:
        assert desk.means.database.file is not None
        self._connection = sqlite3.connect(desk.means.database.file, check_same_thread=False)

    def version(self) -> int:
        """SQLite's own count of changes by others, also of one that writes what was there."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def content(self) -> str:
        """A digest of all that is stored."""
        return hashlib.sha256("\n".join(self._connection.iterdump()).encode()).hexdigest()

    def close(self) -> None:
        """Looks no more."""
        self._connection.close()


def put_back(desk: Desk, whole: Path) -> None:
    """Makes the database what it was in that copy."""
    assert desk.means.database.file is not None
    with closing(sqlite3.connect(whole)) as source, closing(sqlite3.connect(desk.means.database.file)) as target:
        source.backup(target)


def allowed(page: Page, role: UserRole | None) -> bool:
    """True when that role may come there."""
    return page.audience is None or (role is not None and role in page.audience)


def _leads(text: str, here: str) -> Iterator[tuple[str, str]]:
    """Where links, frames and forms of a page lead, with the method."""
    for target in re.findall(r'<(?:a|iframe|img)\b[^>]*?\b(?:href|src)="([^"]*)"', text):
        address = unescape(target).partition("#")[0]
        if address.startswith("/") and not address.startswith("/static/"):
            yield "GET", address
        elif address.startswith("?"):
            yield "GET", here.partition("?")[0] + address
    for head, inside in _FORM.findall(text):
        where = re.search(r'\baction="([^"]*)"', head)
        own = unescape(where[1]) if where else here
        for button in re.findall(r'<button\b([^>]*)>|<input\b([^>]*\btype="submit"[^>]*)>', inside):
            elsewhere = re.search(r'\bformaction="([^"]*)"', "".join(button))
            yield _method(head), unescape(elsewhere[1]) if elsewhere else own


def _filters(text: str) -> Iterator[str]:
    for head, inside in _FORM.findall(text):
        if _method(head) == "GET":
            yield from re.findall(r'<(?:input|select)\b[^>]*?\bname="([^"]*)"', inside)


def _method(head: str) -> str:
    return "POST" if re.search(r'\bmethod="post"', head, re.IGNORECASE) else "GET"
