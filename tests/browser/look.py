"""Takes pictures of pages, to look at: `python -m tests.browser.look OUT /pad [/pad …] [--role R] [--workspace DIR]`.

Each page at 1280 and 375 px wide, light and dark, and as printed A4 (pdf, and its pages as png where pdftoppm is).
Without a workspace it makes the demo.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, sync_playwright

from engine.core.token import digest_of
from engine.web.server import listen
from engine.web.sessions import cookie_name
from engine.web.site import build
from engine.web.visit import Site
from tests.web.desk import EMAILS, a_desk
from tests.workspaces import run

WIDTHS = {"breed": 1280, "smal": 375}
SCHEMES = ("light", "dark")


@contextmanager
def served(site: Site) -> Iterator[str]:
    """The site on a free port of loopback, in a thread; gives its address."""
    plug = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(build(site), log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [plug]}, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{plug.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def a_demo(folder: Path, now: str) -> Path:
    """The workspace of a demo played to that moment."""
    ran = run("demo", "--once", "--workspace", str(folder), "--now", now)
    if ran.code:
        raise RuntimeError(ran.out + ran.err)
    return folder


def logged_in(site: Site, role: str) -> tuple[str, str]:
    """The name and value of a cookie that lets this role in."""
    from engine.store.users import add_user, open_session, user_by_email  # noqa: PLC0415

    token, address = site.means.tokens.token(), EMAILS.get(role, role)  # type: ignore[call-overload]
    with site.means.database.write() as connection:
        known = user_by_email(connection, address)
        number = known.id if known else add_user(connection, address, role, role, site.clock())  # type: ignore[arg-type]
        open_session(connection, digest_of(token), number, site.clock(), site.clock() + timedelta(days=4000))
    return cookie_name(site), token


def pictures(browser: Browser, address: str, cookie: tuple[str, str], path: str, out: Path) -> None:
    """The page in its four forms, and as A4."""
    name = re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "overzicht"
    for form, width in WIDTHS.items():
        for scheme in SCHEMES:
            context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
            context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": address}])
            page = context.new_page()
            page.goto(address + path)
            page.screenshot(path=str(out / f"{name}.{form}.{scheme}.png"), full_page=True)
            if form == "breed" and scheme == "light":
                pdf = out / f"{name}.pdf"
                page.pdf(path=str(pdf), prefer_css_page_size=True, format="A4")
                if shutil.which("pdftoppm"):
                    subprocess.run(["pdftoppm", "-r", "60", "-png", pdf, out / f"{name}.papier"], check=True)
            overflow = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
            print(f"{name}.{form}.{scheme}: {page.title()}{' (WIDER THAN THE SCREEN)' if overflow else ''}")  # noqa: T201
            context.close()


def main() -> None:
    """Makes the pictures that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--role", default="bureau")
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--demo", action="store_true", help="the workspace is a demo")
    parser.add_argument("--now", default="2026-11-24T10:00")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.workspace or a_demo(Path(scratch) / "demo", asked.now)
        desk = a_desk(folder, asked.now, change=lambda site: replace(site, demo=asked.workspace is None or asked.demo))
        with served(desk.site) as address, sync_playwright() as play:
            browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            cookie = logged_in(desk.site, asked.role)
            for path in asked.paths:
                pictures(browser, address, cookie, path, asked.out)
            browser.close()


if __name__ == "__main__":
    main()
