"""The main path by keyboard alone: log in, see who is late, remind them, and undo that; the focus is always seen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from engine.app import accounts
from engine.store.users import add_user
from tests.browser.walked_demo import FORMS, WalkedDemo, shown

# What has the focus: its text or label, whether an outline is drawn, and whether something lies over its middle.
FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getClientRects()[0];  // the first line of a link that wraps
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const named = one.labels && one.labels[0]?.innerText;
  const label = one.getAttribute('aria-label') || named || one.innerText || one.value;
  return {
    label: (label || '').trim(),
    tag: one.tagName,
    outlined: getComputedStyle(one).outlineStyle !== 'none',
    seen: box.width > 0 && !!top && (one.contains(top) || top.contains(one)),
  };
}"""
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
MOST = 150


@pytest.fixture(params=(0, 3), ids=lambda number: shown(FORMS[number]))
def visitor(browser: Browser, demo: WalkedDemo, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Somebody with a login link, who touches no mouse."""
    means, now = demo.desk.means, demo.desk.now()
    with means.database.write() as connection:
        number = add_user(connection, "toetsen@swv.example", "Toetsenbord", "bureau", now)
    link = accounts.login_pass(means, number, now)
    context = browser.new_context(**FORMS[request.param])
    page = context.new_page()
    page.goto(f"{demo.address}{link}")
    yield page
    context.close()
    demo.put_back()


def test_who_is_late_is_reminded_by_keyboard_alone(visitor: Page) -> None:
    go_to(visitor, "Inloggen")
    press(visitor, "Enter", "Overzicht")
    go_to(visitor, "Uitvragen")
    press(visitor, "Enter", "Uitvragen")
    go_to(visitor, "Thuiszitters september")
    press(visitor, "Enter", "ronde september")
    go_to(visitor, "De Haven")
    visitor.keyboard.press("Space")
    go_to(visitor, "Stuur herinnering")
    press(visitor, "Enter", "herinnering")
    assert "De Haven" in visitor.inner_text("main")
    go_to(visitor, "Stuur", "BUTTON")
    press(visitor, "Enter", "ronde september")
    assert "erinner" in visitor.inner_text("[role=status]")
    go_to(visitor, "Maak ongedaan")
    press(visitor, "Enter", "ronde september")
    assert "ngedaan gemaakt" in visitor.inner_text("[role=status]")


def go_to(page: Page, words: str, tag: str = "") -> None:
    """Presses Tab until what has the focus begins with these words; each stop on the way must show that it has it."""
    for _ in range(MOST):
        page.keyboard.press("Tab")
        page.evaluate(PAINTED)  # only then is it scrolled into view
        focus = page.evaluate(FOCUS)
        if focus is None:
            continue
        assert focus["outlined"], focus
        assert focus["seen"], focus
        if focus["label"].startswith(words) and tag in ("", focus["tag"]):
            return
    raise AssertionError(f"Tab never comes to {words!r} on {page.title()}")


def press(page: Page, key: str, heading: str) -> None:
    """Presses a key that leads to a page with these words in its heading."""
    page.keyboard.press(key)
    page.wait_for_load_state()
    page.locator("h1", has_text=heading).wait_for()
