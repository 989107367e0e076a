"""The demo on a port, what a walk through it met, and a page of the browser for each form in which people see it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from tests.browser.look import a_demo, logged_in, served
from tests.web.desk import Desk, a_desk
from tests.web.full import a_full_desk
from tests.web.walk import Walk, Watch, put_back, walked

NOW = "2026-11-24T10:00"
FORMS: tuple[dict[str, Any], ...] = tuple(
    {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    for width in (1280, 375)
    for scheme in ("light", "dark")
)


@dataclass(frozen=True)
class WalkedDemo:
    """`told` are the faults that the browser's console told and what was asked elsewhere, since it was cleared."""

    desk: Desk
    address: str
    walk: Walk
    pages: tuple[Page, ...]
    told: list[str]
    whole: Path
    cookie: tuple[str, str]

    def put_back(self) -> None:
        """Makes the store what it was before anything was done, and lets the bureau in again."""
        put_back(self.desk, self.whole)
        self.let_in()

    def let_in(self) -> None:
        """Lets the bureau in again, where a page was looked at by a stranger."""
        for page in self.pages:
            page.context.clear_cookies()
            page.context.add_cookies([{"name": self.cookie[0], "value": self.cookie[1], "url": self.address}])


def shown(form: dict[str, Any]) -> str:
    """`1280 light`."""
    return f"{form['viewport']['width']} {form['color_scheme']}"


@contextmanager
def a_walked_demo(browser: Browser, folder: Path) -> Iterator[WalkedDemo]:
    """Plays a demo, walks it as the bureau, and serves it while the block runs."""
    desk = a_desk(a_demo(folder / "w", NOW), NOW, change=lambda site: replace(site, demo=True))
    with _walked(browser, desk, {}, folder) as found:
        yield found


@contextmanager
def a_walked_office(browser: Browser, folder: Path) -> Iterator[WalkedDemo]:
    """The same for a small office with something of everything, where every form is to be met."""
    desk, starts = a_full_desk(folder / "w", demo=True)
    with _walked(browser, desk, starts, folder) as found:
        yield found


@contextmanager
def _walked(browser: Browser, desk: Desk, starts: Mapping[str, str], folder: Path) -> Iterator[WalkedDemo]:
    watch = Watch(desk)
    walk = walked(desk.client("bureau"), watch, starts)
    watch.close()
    told: list[str] = []
    cookie = logged_in(desk.site, "bureau")
    whole = folder / "whole.sqlite"
    assert desk.means.database.file is not None
    with closing(sqlite3.connect(desk.means.database.file)) as source, closing(sqlite3.connect(whole)) as target:
        source.backup(target)
    with served(desk.site) as address:
        pages = tuple(_page(browser, address, cookie, form, told) for form in FORMS)
        yield WalkedDemo(desk, address, walk, pages, told, whole, cookie)
        for page in pages:
            page.context.close()
    desk.means.database.close()


def _page(browser: Browser, address: str, cookie: tuple[str, str], form: dict[str, Any], told: list[str]) -> Page:
    context = browser.new_context(**form)
    context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": address}])
    page = context.new_page()
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.on("request", lambda asked: None if asked.url.startswith(address) else told.append(f"asked {asked.url}"))
    return page
