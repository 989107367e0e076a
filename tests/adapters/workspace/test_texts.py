"""A file of the workspace is written as a whole or not at all, and never over a change made meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.adapters.workspace import TextChanged, read_text, write_text
from engine.core.problem import Refused
from tests.disks import without_rights


def test_a_text_is_replaced_only_while_it_is_what_was_seen(tmp_path: Path) -> None:
    file = tmp_path / "regel.yaml"
    file.write_text("oud\n", encoding="utf-8")
    write_text(file, "nieuw\n", "oud\n")
    assert read_text(file) == "nieuw\n"
    for text, before in (("x\n", "oud\n"), ("x\n", None), (None, "oud\n")):
        with pytest.raises(TextChanged):
            write_text(file, text, before)
    assert [path.name for path in tmp_path.iterdir()] == ["regel.yaml"]
    assert file.read_bytes() == b"nieuw\n"


def test_a_new_file_is_made_only_where_there_is_none(tmp_path: Path) -> None:
    file = tmp_path / "map/regel.yaml"
    assert read_text(file) is None
    with pytest.raises(TextChanged):
        write_text(file, "x\n", "er was iets\n")
    write_text(file, "nieuw\n", None)
    with pytest.raises(TextChanged):
        write_text(file, "weer\n", None)
    assert read_text(file) == "nieuw\n"
    write_text(file, None, "nieuw\n")
    assert not file.exists()


def test_line_ends_and_rights_stay_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "regel.yaml"
    file.write_bytes(b"\xef\xbb\xbfeen\r\ntwee\r\n")
    file.chmod(0o640)
    assert read_text(file) == "een\ntwee\n"
    write_text(file, "een\ndrie\n", "een\ntwee\n")
    assert file.read_bytes() == b"een\r\ndrie\r\n"
    assert file.stat().st_mode & 0o777 == 0o640


def test_what_cannot_be_written_is_refused_in_dutch_and_stays(tmp_path: Path) -> None:
    file = tmp_path / "regel.yaml"
    file.write_text("oud\n", encoding="utf-8")
    with without_rights(tmp_path), pytest.raises(Refused, match=r"regel\.yaml is niet te lezen of te schrijven"):
        write_text(file, "nieuw\n", "oud\n")
    assert file.read_text(encoding="utf-8") == "oud\n"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(Refused, match="niet opgeslagen als UTF-8"):
        read_text(file)
