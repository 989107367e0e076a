"""Every page of the site in a real browser, in its four forms: nothing sticks out, axe finds nothing, no fault is told.

A new page is in here by itself, as `tests/web/walk.py` meets it. Run apart: `pytest tests/browser`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from engine.web.routes import Page as Route
from tests.browser.look import a_demo, logged_in, served
from tests.web.desk import a_desk
from tests.web.full import starts_of
from tests.web.walk import GETS, Walk, Watch, named, walked

NOW = "2026-11-24T10:00"
READER = "ondersteuningscoordinator.28dm00@demo.example"
FORMS: tuple[dict[str, Any], ...] = tuple(
    {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    for width in (1280, 375)
    for scheme in ("light", "dark")
)
# axe looks at both widths and both schemes, in two of the forms: it takes a second a page.
LOOKED_AT = (0, 3)
# Elements that are too small to hit with a finger; a link inside a sentence may be (WCAG 2.2, 2.5.8).
SMALL = """() => [...document.querySelectorAll('button, input:not([type=hidden]), select, summary')]
  .filter((one) => one.offsetParent && Math.min(one.offsetHeight, one.offsetWidth) < 24)
  .map((one) => one.outerHTML.slice(0, 120))"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True)
class Served:
    """A demo on a port, what a walk through it met, and a page of the browser for each form.

    `strangers` are pages of a browser in which nobody is logged in.
    """

    address: str
    walk: Walk
    pages: tuple[Page, ...]
    strangers: tuple[Page, ...]
    told: list[str]


@pytest.fixture(scope="session")
def demo(chromium: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo, walked by the bureau."""
    folder = a_demo(tmp_path_factory.mktemp("demo") / "w", NOW)
    config = folder / "config.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(re.sub(r'(?m)^adres = "[^"]*"', 'adres = "https://planning.swv.example"', text), encoding="utf-8")
    desk = a_desk(folder, NOW, change=lambda site: replace(site, demo=True))
    starts = starts_of(desk, READER)
    watch = Watch(desk)
    walk = walked(desk.client("bureau"), watch, starts)
    watch.close()
    with served(desk.site) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        told: list[str] = []
        cookie = logged_in(desk.site, "bureau")
        inside = tuple(_page(browser, address, cookie, form, told) for form in FORMS)
        outside = tuple(_page(browser, address, None, form, told) for form in FORMS)
        yield Served(address, walk, inside, outside, told)
        browser.close()
    desk.means.database.close()


def _page(
    browser: Browser, address: str, cookie: tuple[str, str] | None, form: dict[str, Any], told: list[str]
) -> Page:
    context = browser.new_context(**form)
    if cookie is not None:
        context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": address}])
    page = context.new_page()
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.on("request", lambda asked: None if asked.url.startswith(address) else told.append(f"asked {asked.url}"))
    return page


@pytest.mark.parametrize("route", [page for page in GETS if not page.bare], ids=named)
def test_the_page_is_whole_in_each_form(demo: Served, route: Route) -> None:
    """Without faults of axe or sideways scrolling, with buttons that a finger hits; nothing comes from outside."""
    assert route in demo.walk.seen, "nothing in the demo leads there"
    address, seen = demo.walk.seen[route]
    pages = demo.pages if route.audience is not None else demo.strangers
    # Who is logged in goes on from the login page; a stranger sees it.
    if "text/html" not in seen.headers.get("content-type", "") and seen.status != 303:
        assert seen.status == 200
        return
    found: list[str] = []
    for number, (page, form) in enumerate(zip(pages, FORMS, strict=True)):
        shown = f"{form['viewport']['width']} {form['color_scheme']}"
        demo.told.clear()
        page.goto(demo.address + address)
        found += [f"{shown}: {line}" for line in demo.told]
        if (wider := page.evaluate(WIDER)) > 0:
            found.append(f"{shown}: {wider} px wider than the screen")
        found += [f"{shown}: small: {one}" for one in page.evaluate(SMALL)]
        if number not in LOOKED_AT:
            continue
        violations = Axe().run(page).response["violations"]
        found += [
            f"{shown}: {one['id']} ({one['impact']}): {one['nodes'][0]['html'][:150]}"
            for one in violations
            if one["impact"] in ("moderate", "serious", "critical")
        ]
    assert found == []
