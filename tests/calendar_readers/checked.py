"""Calendars read by three readers that are not ours: ical.js, libical and vobject."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from engine.core.agenda import Published, uid_of

HERE = Path(__file__).parent
INSTALL = "apt-get install nodejs npm gir1.2-ical-3.0 python3-gi; npm ci --prefix tests/calendar_readers"
READERS = {
    "ical.js": ("node", str(HERE / "with_icaljs.mjs")),
    "libical": ("/usr/bin/python3", str(HERE / "with_libical.py")),
    "vobject": (sys.executable, str(HERE / "with_vobject.py")),
}
# RFC 5546 wants an organiser in what is published; Outlook makes a meeting of it, so ours has none.
_PUBLISHED = "Failed iTIP restrictions for ORGANIZER property. Expected 1 instances of the property and got 0"
_CONTROL = re.compile(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, order=True)
class Seen:
    """An event as a reader sees it; days as `2026-10-01`, moments as `2026-10-01T08:00:00Z`."""

    uid: str
    start: str
    end: str
    summary: str


def checked(files: Mapping[str, bytes]) -> dict[str, tuple[Seen, ...]]:
    """What stands in each of these calendars, on which the three agree; fails on any remark that one of them makes.

    One start of each reader, however many the calendars are.
    """
    for name, raw in files.items():
        assert not remarks(raw), (name, remarks(raw))
    with tempfile.TemporaryDirectory() as folder:
        for number, raw in enumerate(files.values()):
            Path(folder, f"{number:05}.ics").write_bytes(raw)
        found = {reader: _read(command, folder) for reader, command in READERS.items()}
    agreed: dict[str, tuple[Seen, ...]] = {}
    for number, name in enumerate(files):
        by = {reader: answer[f"{number:05}.ics"] for reader, answer in found.items()}
        for reader, answer in by.items():
            known = {_PUBLISHED} if answer["method"] == "PUBLISH" and reader == "libical" else set()
            assert not set(answer["remarks"]) - known, (name, reader, answer["remarks"])
        seen = {reader: tuple(Seen(**event) for event in answer["events"]) for reader, answer in by.items()}
        assert len(set(seen.values())) == 1, (name, seen)
        agreed[name] = seen["vobject"]
    return agreed


def as_given(items: Iterable[Published], code: str) -> tuple[Seen, ...]:
    """What a reader should see of these items, in their order."""
    return tuple(
        Seen(
            uid_of(each.item.uid, code),
            _told(each.item.starts),
            _told(each.item.ends),
            f"VERVALLEN: {each.item.title}" if each.item.lapsed else each.item.title,
        )
        for each in items
    )


def remarks(raw: bytes) -> list[str]:
    """What is wrong with the bytes themselves; needs no reader."""
    lines = raw.split(b"\r\n")
    unfolded = raw.replace(b"\r\n ", b"").decode().split("\r\n")
    begun = [line for line in unfolded if line.startswith("BEGIN:")]
    uids = [line for line in unfolded if line.startswith("UID:")]
    zones = set(re.findall(r";TZID=([^:;]+)", "\n".join(unfolded)))
    wrong = {
        "a byte order mark": raw.startswith(b"\xef\xbb\xbf"),
        "no CRLF at the end": not raw.endswith(b"\r\n") or raw.endswith(b"\r\n\r\n"),
        "a lone CR or LF": raw.count(b"\r\n") != raw.count(b"\n") or raw.count(b"\r") != raw.count(b"\n"),
        "a line of more than 75 octets": max(map(len, lines)) > 75,
        "a control character": bool(_CONTROL.search(raw)),
        "a character that was split": any(_is_split(line) for line in lines),
        "more than one calendar": begun.count("BEGIN:VCALENDAR") != 1,
        "no event": "BEGIN:VEVENT" not in begun,
        "a UID twice": len(set(uids)) != len(uids),
        "an event without UID": len(uids) != begun.count("BEGIN:VEVENT"),
        "not one METHOD": sum(line.startswith("METHOD:") for line in unfolded) != 1,
        "a zone that is not in the file": not zones <= {line[5:] for line in unfolded if line.startswith("TZID:")},
        "not one STANDARD and one DAYLIGHT to a zone": not (
            begun.count("BEGIN:VTIMEZONE") == begun.count("BEGIN:STANDARD") == begun.count("BEGIN:DAYLIGHT") <= 1
        ),
        "what repeats, or is a task": any(
            line.startswith(("RDATE", "BEGIN:VTODO", "BEGIN:VALARM")) for line in unfolded
        ),
    }
    return [name for name, is_so in wrong.items() if is_so]


def _read(command: tuple[str, ...], folder: str) -> dict[str, dict[str, list[str]]]:
    try:
        answer = subprocess.run([*command, folder], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise AssertionError(f"{command} does not run: {INSTALL}\n{getattr(error, 'stderr', error)!r}") from error
    return dict(json.loads(answer.stdout))


def _is_split(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return True
    return False


def _told(when: date | datetime) -> str:
    if isinstance(when, datetime):
        return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return when.isoformat()
