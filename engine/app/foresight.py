"""What a difference does to the mails of the coming weeks, and how many digests each day should bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from engine.app.means import Means
from engine.app.placing import Settled
from engine.core.forecast import digests, foreseen
from engine.core.localtime import local_date
from engine.store.mail_days import must_foresee, save_foreseen, steps_to_come

WEEKS = 4


@dataclass(frozen=True, slots=True)
class MailDay:
    """How many mails one day brings at most, as things are and after the difference."""

    day: date
    before: int
    after: int


def coming_mail(connection: Connection, means: Means, running: Sequence[Settled], now: datetime) -> tuple[MailDay, ...]:
    """The days of the coming four weeks on which these tasks bring mail, before or after."""
    register, calendars = means.people(connection)
    today = local_date(now)
    last = today + timedelta(weeks=WEEKS)
    before = foreseen([one.before for one in running if one.before is not None], register, calendars, today, last)
    after = foreseen([one.after for one in running], register, calendars, today, last)
    return tuple(MailDay(day, _count(before, day), _count(after, day)) for day in sorted({*before, *after}))


def foresee(connection: Connection, means: Means, now: datetime) -> None:
    """Stores how many digests each day should bring, where planning or a person changed that; else does nothing."""
    first = must_foresee(connection, local_date(now))
    if first is not None:
        register, calendars = means.people(connection)
        found = digests(steps_to_come(connection), register, calendars, first)
        save_foreseen(connection, first, {day: len(contacts) for day, contacts in found.items()})


def _count(found: Mapping[date, frozenset[int]], day: date) -> int:
    return len(found.get(day, ()))
