"""The nightly plan: what is safe is stored, the rest waits as a proposal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from engine.app.means import Means
from engine.app.planning import PROGRAM, apply, propose
from engine.core.fingerprint import fingerprint
from engine.core.localtime import at_local, local_date
from engine.core.planning import Change
from engine.core.rule import Rulebook
from engine.core.schooljaar import Schooljaar
from engine.store.facts import Proposal, moves_seen, save_proposal
from engine.store.imports import sweep

# The hour of the nightly plan: between 01:00 and 04:00 a clock change can skip or repeat a moment.
PLAN_HOUR = 5
NO_MAIL_WITHIN = timedelta(days=14)


def nightly(means: Means, rulebook: Rulebook, now: datetime) -> tuple[int, int]:
    """Plans with the applied rulebook and stores the safe part; returns how many were stored and how many wait.

    Safe is what touches no open task and brings no mail within two weeks. What waits is kept as a proposal. Files
    that were handed in and left there go.
    """
    today = local_date(now)
    running = Schooljaar.of(today)
    years = (running, running.next)
    with means.database.write() as connection:
        sweep(connection, now)
        safe, _ = _parted(propose(connection, means, rulebook, years), today)
        apply(connection, means, safe, rulebook, now, PROGRAM)
        left = propose(connection, means, rulebook, years)
        waiting = sum(change.kind != "same" for change in left)
        seal = fingerprint(left, rulebook)
        save_proposal(connection, Proposal(seal, now, waiting) if waiting else None)
        if not waiting:
            moves_seen(connection)
    return len(safe), waiting


def night_passed(begin: datetime, end: datetime) -> bool:
    """True when the hour of the nightly plan came after `begin` and not after `end`."""
    night = at_local(local_date(end), time(PLAN_HOUR))
    return begin < (night if night <= end else at_local(local_date(end) - timedelta(days=1), time(PLAN_HOUR)))


def outdated(connection: Connection, means: Means, rulebook: Rulebook, today: date) -> tuple[int, int]:
    """How many changes the running schooljaar and the next lack: those that `nightly` stores, those that will wait."""
    running = Schooljaar.of(today)
    safe, other = _parted(propose(connection, means, rulebook, (running, running.next)), today)
    return len(safe), len(other)


def _parted(changes: Sequence[Change], today: date) -> tuple[list[Change], list[Change]]:
    """What is to change: what is safe, and the rest."""
    found = [one for one in changes if one.kind != "same"]
    return [one for one in found if _is_safe(one, today)], [one for one in found if not _is_safe(one, today)]


def _is_safe(change: Change, today: date) -> bool:
    if change.stored is not None and change.stored.state not in ("planned", "cancelled"):
        return False
    if change.kind == "lapse" and change.stored is not None and change.stored.arranged is not None:
        return False
    first = min(change.task.opens, change.stored.plan.opens if change.stored is not None else change.task.opens)
    return first > today + NO_MAIL_WITHIN
