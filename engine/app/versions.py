"""A new version of a party's document: from its day of adoption the clock runs anew, and the older task closes."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Connection

from engine.app.came_in import hear_told, to_hear
from engine.app.desk import Desk, Moved
from engine.app.stages import reach_adoption, settle_documents
from engine.app.unact import memo_of, take_back
from engine.core.by_hand import BY_HAND
from engine.core.documents import numbered
from engine.core.dutch import capitalised, listed, long_date
from engine.core.letter import CAME_IN
from engine.core.party import Register
from engine.core.planning import document_key
from engine.core.problem import Refused
from engine.core.rule import Rule
from engine.core.sheets import DocumentRow
from engine.core.task import StoredTask
from engine.core.telling import after_adoption, phase_word
from engine.store.documents import DocumentFile, add_document, add_file, remove_document, remove_file
from engine.store.notices import notices_of_tasks
from engine.store.register import load_sheets
from engine.store.tasks import load_tasks
from engine.store.transitions import newest_transitions

MOST_BYTES = 10_000_000
LONGEST_LINK = 500
LONGEST_NAME = 100
# What a document may be, by the end of its name, with what its bytes begin with.
KINDS = {".pdf": b"%PDF-", ".docx": b"PK\x03\x04", ".odt": b"PK\x03\x04"}
# What stands in each kind that is a zip.
INSIDE = {".docx": "word/document.xml", ".odt": "content.xml"}


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version as somebody hands it in: a link, or a file with its name, or neither."""

    kind: str
    party: str
    adopted_on: date
    link: str = ""
    name: str = ""
    data: bytes = b""


class Added(NamedTuple):
    """What came of a new version: its row, what is needed to undo it as JSON, and who hears it, as Dutch sentences."""

    row: DocumentRow
    undo: dict[str, Any]
    told: tuple[str, ...]


def hearing_of(connection: Connection, register: Register, party: str, rule: str, today: date, by: str) -> str:
    """Who would hear by mail that a new version of a party's document came in, as a Dutch sentence; or nothing."""
    asked = [one for one in load_tasks(connection, rule=rule, party=party) if one.state in ("open", "submitted")]
    return hear_told(notice for task in asked for notice in to_hear(connection, task, register, today, by))


def not_shared(connection: Connection, party: str, rule: Rule, newest: str) -> str:
    """That no mail asks to share a new version, because the one before was not asked for yet: a Dutch sentence.

    Empty where such mail does go out, or where the rule has no stage after the adoption. `newest` is the version that
    counts by now.
    """
    later = [phase_word(name) for name in after_adoption([one.name for one in rule.phases])]
    found = load_tasks(connection, keys=[document_key(rule.id, newest, party)])
    if not later or any(task.state in ("submitted", "done") or _was_asked(task) for task in found):
        return ""
    stages = f"de fase {later[0]}" if len(later) == 1 else f"de fasen {listed(later)}"
    return f"Om een nieuwe versie is nog niet gevraagd. Over {stages} gaat daarom ook geen mail uit."


def add_version(desk: Desk, new: NewVersion) -> Added:
    """Adds a version and closes the older one's task.

    Raises Refused where the day is to come or not after that of the newest version, and where link or file is not
    what it should be.
    """
    stored = desk.register.documents
    same = [row for row in stored if row.kind.casefold() == new.kind.casefold() and row.party == new.party]
    if new.adopted_on > desk.today:
        raise Refused(
            f"{capitalised(long_date(new.adopted_on))} moet nog komen.", "Vul in wanneer het document is vastgesteld."
        )
    if same and new.adopted_on <= (newest := max(row.adopted_on for row in same)):
        raise Refused(
            f"Er is al een versie die is vastgesteld op {long_date(newest)}.",
            "Een nieuwe versie is later vastgesteld. Klopt de oude datum niet? Verbeter die in het register.",
        )
    checked_link(new.link)
    if new.data:
        check_file(new.name, new.data)
    kind = same[0].kind if same else new.kind
    row = DocumentRow(kind, new.party, new.adopted_on, source=BY_HAND)
    row = next(one for one in numbered([*_numbered_before(desk), row]) if one.source == BY_HAND and _is(one, row))
    add_document(desk.connection, row)
    number = _kept(desk, row, new) if new.link or new.data else None
    done = _done_before(desk, new, same)
    ended = settle_documents(desk, desk.means.rules(desk.connection), planned=True)
    own = [one for one in ended if one.before.plan.party == new.party]
    own += [one for one in (reach_adoption(desk, was) for was in done) if one.stages]
    marks = newest_transitions(desk.connection, [one.key for one in own])
    memos = [memo_of(one, marks[one.key], desk.now) for one in own]
    undo = {"kind": kind, "party": new.party, "version": row.version, "file": number, "tasks": memos}
    heard = [notice for one in own for notice in notices_of_tasks(desk.connection, [one.key])]
    told = hear_told(notice for notice in heard if notice.step == CAME_IN and notice.at == desk.now)
    return Added(row, undo, (told,) if told else ())


def _was_asked(task: StoredTask) -> bool:
    return task.state == "open" and any(step.sent for step in task.steps)


def _done_before(desk: Desk, new: NewVersion, same: Sequence[DocumentRow]) -> list[Moved]:
    """The task of the version before, where somebody said that it was done before this one was there."""
    if not same:
        return []
    version = max(same, key=lambda row: row.adopted_on).version
    rules = desk.means.rules(desk.connection)
    asks = {rule.id for rule in rules if rule.document.casefold() == new.kind.casefold()}
    found = [one for one in load_tasks(desk.connection, party=new.party) if one.plan.rule in asks]
    done = [one for one in found if one.state == "done" and one.plan.key.split(".")[1] == version]
    return [Moved(one, one, ()) for one in done]


def remove_version(desk: Desk, undo: dict[str, Any]) -> None:
    """Takes a version back that was added on a page; the older task goes on. Raises Refused."""
    if not remove_document(desk.connection, undo["kind"], undo["party"], undo["version"]):
        raise Refused("Deze versie staat niet meer zo in het register.", "Verbeter haar in het register.")
    if undo["file"] is not None:
        remove_file(desk.connection, undo["file"])
    for memo in undo["tasks"]:
        take_back(desk, memo)
    desk.finish()


def checked_link(link: str) -> str:
    """The address, where it is one that starts with https; raises Refused."""
    parts = urlsplit(link)
    plain = link.isprintable() and " " not in link and len(link) <= LONGEST_LINK
    if link and not (plain and parts.scheme == "https" and parts.netloc and "@" not in parts.netloc):
        raise Refused("Dit is geen link die ik kan bewaren.", "Een link begint met https:// en heeft geen spaties.")
    return link


def check_file(name: str, data: bytes) -> None:
    """Raises Refused where a file is too large, or is not what its name says."""
    kind = PurePosixPath(name.replace("\\", "/")).suffix.casefold()
    if kind not in KINDS:
        raise Refused("Dit soort bestand kan ik niet bewaren.", "Kies een pdf, of een bestand van Word of LibreOffice.")
    if len(data) > MOST_BYTES:
        raise Refused("Dit bestand is te groot.", f"Er past {MOST_BYTES // 1_000_000} MB in. Of geef een link.")
    if not data.startswith(KINDS[kind]) or (kind in INSIDE and not _holds(data, INSIDE[kind])):
        raise Refused(f"Dit bestand is geen echt {kind}-bestand.", "Bewaar het opnieuw, het liefst als pdf.")


def _holds(data: bytes, inside: str) -> bool:
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            return inside in packed.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def _numbered_before(desk: Desk) -> list[DocumentRow]:
    """Every row of the store, those that were taken back too: their numbers stay taken."""
    return list(load_sheets(desk.connection).documents)


def _is(one: DocumentRow, row: DocumentRow) -> bool:
    return (one.kind, one.party, one.adopted_on) == (row.kind, row.party, row.adopted_on)


def _kept(desk: Desk, row: DocumentRow, new: NewVersion) -> int:
    name = " ".join(
        "".join(sign for sign in PurePosixPath(new.name.replace("\\", "/")).name if sign.isprintable()).split()
    )
    digest = hashlib.sha256(new.data).hexdigest() if new.data else ""
    kept = DocumentFile(
        row.kind,
        row.party,
        row.version,
        desk.now,
        desk.by,
        new.link,
        name[-LONGEST_NAME:] if new.data else "",
        len(new.data),
        digest,
    )
    return add_file(desk.connection, kept, new.data or None)
