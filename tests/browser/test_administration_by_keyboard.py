"""The main path of Beheer without a mouse: a register read in and undone, a rule changed and put back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.look import logged_in, served
from tests.web.desk import a_desk
from tests.workspaces import SCHOLEN, a_running_office

MOST_TABS = 80


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A page of an office, logged in as the bureau."""
    a_running_office(tmp_path / "w", rules=("thuiszitters",))
    desk = a_desk(tmp_path / "w", "2026-09-01T10:00")
    with served(desk.site) as address:
        context = browser.new_context(base_url=address)
        name, value = logged_in(desk.site, "bureau")
        context.add_cookies([{"name": name, "value": value, "url": address}])
        yield context.new_page()
        context.close()
    desk.means.database.close()


def tab_to(page: Page, words: str) -> None:
    """Presses Tab until what is focused is called so; it must be seen there, with its focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and (focused.inner_text().strip() or focused.get_attribute("id") or "") == words:
            box = focused.bounding_box()
            assert box is not None and box["height"] >= 24
            assert focused.evaluate("one => getComputedStyle(one).outlineStyle") != "none"
            return
    raise AssertionError(f"no way to {words}")


def press(page: Page, words: str) -> None:
    """Goes to a link or button and presses Enter."""
    tab_to(page, words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_register_is_read_in_and_undone(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "scholen.csv"
    file.write_text(SCHOLEN.replace("De Linde", "De Beuk").replace("oc@linde", "zorg@linde"), encoding="utf-8")
    page.goto("/beheer")
    press(page, "Register")
    page.set_input_files("#bestand", str(file))
    press(page, "Controleer")
    tab_to(page, "z0")
    page.keyboard.press("Space")
    press(page, "Laat zien wat er verandert")
    assert page.get_by_text("naam: De Linde → De Beuk").is_visible()
    press(page, "Voer door")
    assert page.get_by_role("status").inner_text().startswith("Register geïmporteerd uit scholen.csv.")
    press(page, "Maak deze import ongedaan")
    assert "is ongedaan gemaakt" in page.get_by_role("status").inner_text()


def test_a_rule_is_changed_and_put_back(page: Page) -> None:
    page.goto("/beheer")
    press(page, "Regels")
    press(page, "(Dreigend) thuiszittende leerlingen in beeld")
    press(page, "Regel bewerken")
    before = page.input_value("#tekst")
    page.fill("#tekst", before.replace("8 schooldagen na", "10 schooldagen na"))
    page.focus("#tekst")
    press(page, "Wat verandert er?")
    assert page.get_by_text("dinsdag 15 december 2026").first.is_visible()
    press(page, "Voer door")
    assert "Regel gewijzigd" in page.get_by_role("status").inner_text()
    press(page, "Oudere versies")
    press(page, page.get_by_role("link", name="Bekijk het verschil").first.inner_text().strip())
    press(page, "Zet terug")
    press(page, "Voer door")
    assert "Regel gewijzigd" in page.get_by_role("status").inner_text()
    press(page, "Regel bewerken")
    assert page.input_value("#tekst") == before
