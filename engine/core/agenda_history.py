"""What agendas showed before, and what that means for what they show now: SEQUENCE, when it changed, what lapsed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from engine.core.agenda import Published
from engine.core.agenda_entry import ONE_DAY, Entry
from engine.core.localtime import local_date

# So long what lapsed is shown as such to who saw it before.
LAPSED_STAYS = timedelta(days=14)
NOTHING = "Er staat niets gepland"


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown last under a uid, in any agenda. `sequence` and `changed_at` never fall.

    `digest` is that of all that is shown of it; `lapsed_at` when it lapsed, None while it stands.
    """

    entry: Entry
    sequence: int
    digest: str
    changed_at: datetime
    lapsed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Agenda:
    """An agenda as it is to be: its items, what is to be remembered of them, the uids it holds.

    `next_at` is when it is another one although nothing changes, None for never.
    """

    items: tuple[Published, ...]
    changed: tuple[Shown, ...]
    holds: tuple[str, ...]
    next_at: datetime | None


def agenda(
    entries: Iterable[Entry],
    before: Mapping[str, Shown],
    held: Collection[str],
    now: datetime,
    *,
    named: bool,
    name: str,
    since: date | None = None,
) -> Agenda:
    """The agenda of these entries. `before`: what was shown of them, and of what this agenda held, which is `held`.

    What lapsed stays 14 days where it was held, and is not begun with elsewhere. `since`: a line of a doorlopend rule
    that was held, still runs then, and that nobody tells any more has lapsed; None where it goes silently.
    """
    wanted = {entry.uid: entry for entry in entries}
    if since is not None:
        for uid in held:
            if uid not in wanted and uid in before and _ran_out(before[uid].entry, since):
                wanted[uid] = _called_off(before[uid].entry)
    found: list[Shown] = []
    moments: list[datetime] = []
    for uid, entry in wanted.items():
        if entry.lapsed and uid not in held:
            continue
        shown = shown_now(entry, before.get(uid), now)
        if shown.lapsed_at is not None:
            goes = shown.lapsed_at + LAPSED_STAYS
            if goes <= now:
                continue
            moments.append(goes)
        found.append(shown)
    if not found:
        found.append(_empty(name, before, held, now))
    found.sort(key=lambda one: one.entry.uid)
    return Agenda(
        tuple(Published(one.entry.item(named=named), one.sequence, one.changed_at) for one in found),
        tuple(one for one in found if one is not before.get(one.entry.uid)),
        tuple(one.entry.uid for one in found),
        min(moments, default=None),
    )


def shown_now(entry: Entry, before: Shown | None, now: datetime) -> Shown:
    """What is shown of an entry from now on; `before` itself where nothing of it changed."""
    digest, at = digest_of(entry), now.astimezone(UTC).replace(microsecond=0)
    if before is None:
        return Shown(entry, entry.sequence or 0, digest, at, at if entry.lapsed else None)
    moved = (entry.starts, entry.ends, entry.lapsed) != (before.entry.starts, before.entry.ends, before.entry.lapsed)
    sequence = before.sequence + moved if entry.sequence is None else max(entry.sequence, before.sequence)
    if digest == before.digest and sequence == before.sequence:
        return before
    changed_at = max(at, before.changed_at + timedelta(seconds=1))
    lapsed_at = None if not entry.lapsed else before.lapsed_at or changed_at
    return Shown(entry, sequence, digest, changed_at, lapsed_at)


def digest_of(entry: Entry) -> str:
    """Another text for each difference that any reader of the entry sees."""
    seen = (
        entry.starts.isoformat(),
        entry.ends.isoformat(),
        entry.title,
        entry.whose,
        entry.text,
        entry.place,
        entry.lapsed,
    )
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def empty_local(name: str) -> str:
    """The local part of what stands in an agenda that holds nothing."""
    return f"leeg.{name.replace(':', '-').replace('+', '-')}"


def _empty(name: str, before: Mapping[str, Shown], held: Collection[str], now: datetime) -> Shown:
    """Without a single item a client takes an agenda for broken."""
    known, day = before.get(empty_local(name)), local_date(now)
    if known is not None and empty_local(name) in held:
        return known
    return shown_now(Entry(empty_local(name), day, day + ONE_DAY, NOTHING), known, now)


def _ran_out(entry: Entry, since: date) -> bool:
    last = local_date(entry.ends) if isinstance(entry.ends, datetime) else entry.ends
    return entry.going_on and last > since


def _called_off(entry: Entry) -> Entry:
    return Entry(
        entry.uid, entry.starts, entry.ends, entry.title, entry.whose, entry.text, lapsed=True, going_on=entry.going_on
    )
