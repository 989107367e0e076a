"""What the browser tests share. They fail, and do not skip, where there is no browser: a look not taken is no pass."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.walked_demo import WalkedDemo, a_walked_demo, a_walked_office


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser to look with."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail("there is no chromium on this machine: apt-get install chromium", pytrace=False)
    return Path(found)


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    """The browser, driven by playwright."""
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=str(chromium), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def demo(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalkedDemo]:
    """The demo on a port, walked by the bureau, with a browser page for each form."""
    with a_walked_demo(browser, tmp_path_factory.mktemp("demo")) as found:
        yield found


@pytest.fixture(scope="session")
def office(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WalkedDemo]:
    """The same for a small office with something of everything."""
    with a_walked_office(browser, tmp_path_factory.mktemp("office")) as found:
        yield found
