"""The verzendlog."""

import errno
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.adapters.journal import RESERVE_BYTES, FileJournal
from engine.core.problem import Refused

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def lines(folder: Path) -> list[str]:
    """The results in the log."""
    return [json.loads(line)["result"] for line in (folder / "verzendlog.jsonl").read_text("utf-8").splitlines()]


def test_lines_of_several_processes_follow_each_other(tmp_path: Path) -> None:
    for journal in (FileJournal(tmp_path), FileJournal(tmp_path)):
        journal.write(AT, "<1@swv.example>", "unknown")
        journal.write(AT, "<1@swv.example>", "sent")
    assert lines(tmp_path) == ["unknown", "sent", "unknown", "sent"]


def test_only_a_line_that_says_sent_counts_as_sent(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    assert not journal.was_sent("<1@swv.example>")
    journal.write(AT, "<1@swv.example>", "unknown")
    assert not journal.was_sent("<1@swv.example>")
    journal.write(AT, "<1@swv.example>", "sent")
    assert journal.was_sent("<1@swv.example>")
    assert not journal.was_sent("1@swv.example")


def test_a_torn_line_spoils_no_other(tmp_path: Path) -> None:
    (tmp_path / "verzendlog.jsonl").write_bytes(b'{"at": "2026-11')
    FileJournal(tmp_path).write(AT, "<1@swv.example>", "sent")
    assert FileJournal(tmp_path).was_sent("<1@swv.example>")


def test_a_log_that_was_taken_away_is_begun_anew(tmp_path: Path) -> None:
    journal = FileJournal(tmp_path)
    journal.write(AT, "<1@swv.example>", "sent")
    (tmp_path / "verzendlog.jsonl").unlink()
    journal.write(AT, "<2@swv.example>", "bounced")
    assert lines(tmp_path) == ["bounced"]


def test_room_is_kept_in_real_blocks(tmp_path: Path) -> None:
    FileJournal(tmp_path).make_room()
    (reserve,) = tmp_path.iterdir()
    assert reserve.stat().st_size == RESERVE_BYTES
    assert reserve.stat().st_blocks * 512 >= RESERVE_BYTES


def test_deliveries_in_one_process_make_room_at_once(tmp_path: Path) -> None:
    journals = [FileJournal(tmp_path) for _ in range(4)]
    start = threading.Barrier(len(journals))
    with ThreadPoolExecutor(len(journals)) as pool:
        for done in [pool.submit(lambda one: (start.wait(), one.make_room()), journal) for journal in journals]:
            done.result()
    assert [path.stat().st_size for path in tmp_path.iterdir()] == [RESERVE_BYTES]


def test_the_reserve_makes_way_when_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, write = FileJournal(tmp_path), os.write
    journal.make_room()

    def full(file: int, data: bytes) -> int:
        if any(path.stat().st_size == RESERVE_BYTES for path in tmp_path.iterdir()):
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, data)

    monkeypatch.setattr(os, "write", full)
    journal.write(AT, "<1@swv.example>", "sent")
    assert journal.was_sent("<1@swv.example>")


def test_where_no_room_can_be_made_nothing_may_leave(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="verzendlog"):
        FileJournal(tmp_path / "weg").make_room()
