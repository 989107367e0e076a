"""What the tests of the register share."""

from pathlib import Path

import pytest

from tests.adapters.register.folders import Folder


@pytest.fixture
def read(tmp_path: Path) -> Folder:
    """Call it with the text of each file to read a register of them."""
    return Folder(tmp_path / "register")
