"""How the jaarplanning looks in a real browser: no two texts meet, and it prints on one sheet that lies down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.look import logged_in, served
from tests.web.desk import a_desk
from tests.workspaces import ROOT, a_running_office

NOW = "2026-11-24T10:00"
# What a text really takes on the page, in the unit of the picture.
MEASURE = """(which) => {
  const chart = document.querySelector(which);
  return [...chart.querySelectorAll('text')].map((text) => {
    const box = text.getBBox();
    return [text.textContent, box.x, box.y, box.x + box.width, box.y + box.height];
  });
}"""
SIZE = "(which) => { const view = document.querySelector(which).viewBox.baseVal; return [view.width, view.height]; }"
# A line's box is higher than its letters: so much of two lines may share.
ROOM = 3


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The jaarplanning of all rules for schools in three regions, with documents that end."""
    rules = [path.stem for path in (ROOT / "rules/vo").glob("*.yaml")]
    documents = "soort;partij;vastgesteld_op\n" + "".join(
        f"schoolondersteuningsprofiel;{code};{day}\n"
        for code, day in (("10AA00", "2022-10-01"), ("11BB00", "2022-10-20"), ("12CC00", "2023-06-30"))
    )
    folder = tmp_path_factory.mktemp("looks") / "w"
    a_running_office(folder, rules=rules, register={"documenten": documents})
    desk = a_desk(folder, NOW)
    with served(desk.site) as address:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        name, value = logged_in(desk.site, "bureau")
        context.add_cookies([{"name": name, "value": value, "url": address}])
        found = context.new_page()
        found.goto(f"{address}/jaarplanning")
        yield found
        context.close()
    desk.means.database.close()


def must_be_legible(page: Page, which: str) -> None:
    texts: list[list[Any]] = page.evaluate(MEASURE, which)
    width, height = page.evaluate(SIZE, which)
    assert len(texts) > 40
    for number, (text, left, top, right, bottom) in enumerate(texts):
        assert left >= 0 and right <= width and top >= 0 and bottom <= height, text
        for other, l2, t2, r2, b2 in texts[:number]:
            assert right <= l2 or r2 <= left or bottom <= t2 + ROOM or b2 <= top + ROOM, f"{text} meets {other}"


def test_no_two_texts_meet_on_screen_and_on_paper(page: Page) -> None:
    must_be_legible(page, ".scherm")
    page.emulate_media(media="print")
    must_be_legible(page, ".papier")
    page.emulate_media(media="null")


def test_it_prints_on_one_a4_that_lies_down(page: Page) -> None:
    pdf = page.pdf(prefer_css_page_size=True)
    assert re.findall(rb"/Count (\d+)", pdf) == [b"1"]
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert box is not None
    assert (round(float(box[1])), round(float(box[2]))) == (842, 595)


def test_on_a_phone_there_is_the_table_and_nothing_is_wider_than_the_screen(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 800})
    assert not page.locator(".wall").is_visible()
    assert page.locator(".year-table").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.set_viewport_size({"width": 1280, "height": 900})


def test_why_a_date_is_what_it_is_opens_by_keyboard(page: Page) -> None:
    summary = page.locator("details.why summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.why dl").first.is_visible()
