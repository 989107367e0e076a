"""Every page of the site in a real browser, in its four forms: nothing sticks out, axe finds nothing, no fault is told.

A new page is in here by itself, as `tests/web/walk.py` meets it. Run apart: `pytest tests/browser`.
"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from engine.web.routes import Page as Route
from tests.browser.walked_demo import FORMS, WalkedDemo, shown
from tests.web.said import said, words_of_the_code
from tests.web.walk import GETS, named

# axe looks at both widths and both schemes, in two of the forms: it takes a second a page.
LOOKED_AT = (0, 3)
# Elements that are too small to hit with a finger; a link inside a sentence may be (WCAG 2.2, 2.5.8).
SMALL = """() => [...document.querySelectorAll('button, input:not([type=hidden]), select, summary')]
  .filter((one) => one.offsetParent && Math.min(one.offsetHeight, one.offsetWidth) < 24)
  .map((one) => one.outerHTML.slice(0, 120))"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("route", [page for page in GETS if not page.bare], ids=named)
def test_the_page_is_whole_in_each_form(demo: WalkedDemo, office: WalkedDemo, route: Route) -> None:
    """Without faults of axe or sideways scrolling, with buttons that a finger hits; nothing comes from outside.

    As the demo shows it; what nothing leads to there is looked at in the office. What is for everyone is looked at by
    a stranger.
    """
    place = demo if route in demo.walk.seen else office
    assert route in place.walk.seen, "nothing leads there"
    address, seen = place.walk.seen[route]
    if seen.status == 200 and "text/html" not in seen.headers["content-type"]:
        return  # a file, which the browser would save
    found: list[str] = []
    for number, (page, form) in enumerate(zip(place.pages, FORMS, strict=True)):
        place.told.clear()
        if route.audience is None:
            page.context.clear_cookies()
        page.goto(place.address + address)
        faults = place.told + _sticking_out(page) + (_faults(page) if number in LOOKED_AT else [])
        found += [f"{shown(form)}: {one}" for one in faults]
    place.let_in()
    assert found == []


def test_no_page_of_the_demo_says_a_word_of_the_code(demo: WalkedDemo) -> None:
    """Nor a coming mail, nor a row of the Logboek."""
    code = words_of_the_code(demo.desk)
    pages = {address: seen.text for address, seen in demo.walk.seen.values() if "<body" in seen.text}
    assert len(pages) > 40
    assert [(where, word[0]) for where, text in pages.items() for word in code.finditer(said(text))] == []


def test_the_demo_adopted_its_schooljaar_in_the_may_before(demo: WalkedDemo) -> None:
    _, seen = next(one for route, one in demo.walk.seen.items() if route.path == "/jaarplanning")
    assert "Vastgesteld op dinsdag 26 mei 2026, door bureau." in seen.text


def _sticking_out(page: Page) -> list[str]:
    wider = page.evaluate(WIDER)
    small = [f"small: {one}" for one in page.evaluate(SMALL)]
    return small + ([f"{wider} px wider than the screen"] if wider > 0 else [])


def _faults(page: Page) -> list[str]:
    return [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:150]}"
        for one in Axe().run(page).response["violations"]
        if one["impact"] in ("moderate", "serious", "critical")
    ]
