"""What the program prints when nobody reads on."""

import os
import sys
from pathlib import Path

import pytest

from engine.cli.main import main


def test_a_reader_that_goes_away_ends_the_program_quietly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `| head -1` does: what is left in the buffer when Python ends goes nowhere either."""
    (tmp_path / "config.toml").write_text("kapot = 1\n", encoding="utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        assert main(["check", "--workspace", str(tmp_path)]) == 1
        stream.write("nog iets")
