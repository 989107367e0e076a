"""What the browser tests share. They fail, and do not skip, where there is no browser: a look not taken is no pass."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser to look with."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail("there is no chromium on this machine: apt-get install chromium", pytrace=False)
    return Path(found)
