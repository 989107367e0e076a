"""Mails in their frames and texts in their fields: tall enough on the screen, and whole on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from engine.web.pages.mail_texts import HERE, MEANT
from tests.browser.walked_demo import FORMS, WalkedDemo, shown

ON_PAPER = {
    "/post/mail/3": "bel het bureau",
    f"{HERE}/bundel": "niet de juiste persoon?",
    f"{HERE}/uitvraag/bewerk": "onderwerp:",
    "/beheer/regels/thuiszitters.yaml/bewerk": "vraag_aan: ondersteuningscoordinator",
    "/proefpostvak?aan=oc@linde.example": "met vriendelijke groet",
}
# In CSS pixels: the first page of A4 is about 1000 high.
NEAR_THE_TOP = 450


@pytest.mark.parametrize("number", (0, 2), ids=lambda number: shown(FORMS[number]))
def test_the_frame_of_an_example_is_as_tall_as_the_mail_and_not_twice_as_tall(office: WalkedDemo, number: int) -> None:
    page, low, high = office.pages[number], [], []
    for name in MEANT:
        page.goto(f"{office.address}{HERE}/{name}")
        frame = page.locator("iframe").bounding_box()
        assert frame is not None
        page.set_viewport_size({"width": int(frame["width"]), "height": 300})
        page.goto(f"{office.address}{HERE}/{name}/opmaak")
        tall = page.evaluate("document.body.scrollHeight")
        page.set_viewport_size(FORMS[number]["viewport"])
        low += [(name, tall, frame["height"])] if tall > frame["height"] else []
        high += [(name, tall, frame["height"])] if 2 * tall < frame["height"] else []
    assert (low, high) == ([], [])


@pytest.mark.parametrize("address", ON_PAPER)
def test_on_paper_the_text_begins_on_the_first_page_and_can_break(office: WalkedDemo, address: str) -> None:
    page = office.pages[0]
    page.emulate_media(media="print")
    try:
        page.goto(office.address + address)
        assert not page.locator("iframe, textarea").locator("visible=true").count()
        assert ON_PAPER[address] in page.locator("pre:visible").first.inner_text().lower()
        assert _top(page) < NEAR_THE_TOP
    finally:
        page.emulate_media(media="screen")


def _top(page: Page) -> float:
    box = page.locator("pre:visible").first.bounding_box()
    assert box is not None
    return float(box["y"])
