"""What the program itself tells the bureau, at most once a werkdag.

Mail that is held or did not arrive, and a schooljaar that is not adopted yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from engine.app.means import Means
from engine.app.own_letters import write_bulletin
from engine.core.dutch import counted, long_date
from engine.core.letter import HELD_MAIL, NOT_ADOPTED, NOT_ARRIVED, Bulletin
from engine.core.localtime import local_date, start_of_day
from engine.core.party import SWV, Register
from engine.core.roles import BUREAU
from engine.core.schooljaar import Schooljaar
from engine.core.unreached import Doubtful, Unreached, doubtful_lines, still_there, unreached_lines
from engine.core.window import Days, is_open
from engine.store.facts import adopted, fact, set_fact
from engine.store.held import (
    ASKED_TO_ADOPT,
    BRAKED,
    REMINDED,
    HeldFor,
    day_of,
    held_by_reason,
    set_day,
    standstill,
)
from engine.store.unreached import doubtful, marks, remember_told, told, unreached

# From 1 June the bureau is reminded of the schooljaar to come, once a week; from 1 August it is high time.
FIRST_MONTH, LAST_MONTH = 6, 7
WEEK = timedelta(days=7)


def tell_bureau(means: Means, now: datetime) -> int:
    """Makes ready what the bureau must hear now; returns how many messages. Repeated at one moment it adds nothing.

    Mail that waits since an earlier day is reminded of each werkdag. A brake or a standstill is told at once. What did
    not arrive is told when there is more of it. Where nobody is the bureau, nothing counts as told.
    """
    with means.database.read() as connection:
        register, calendars = means.people(connection)
        if not is_open(now, means.hours, Days((calendars.of(SWV),), workdays=True)):
            return 0
        readers = register.along_chain(BUREAU, SWV, local_date(now))
        if not readers or not list(_bulletins(connection, register, now)):
            return 0
    with means.database.write() as connection:
        # What was looked up holds only now that the write lock is ours.
        found = list(_bulletins(connection, register, now))
        for bulletin in found:
            for contact in readers:
                write_bulletin(connection, contact, bulletin, means, register, now)
        _remember(connection, found, register, now)
    return len(found) * len(readers)


def _bulletins(connection: Connection, register: Register, now: datetime) -> Iterable[Bulletin]:
    today = local_date(now)
    found = (_held_mail(connection, today), _lost(connection, register, today), _not_adopted(connection, today))
    return [bulletin for bulletin in found if bulletin is not None]


def _held_mail(connection: Connection, today: date) -> Bulletin | None:
    alarm = _happened_today(connection, today)
    before = fact(connection, REMINDED)
    if before == _told(today, alarm=True) or (before == _told(today, alarm=False) and not alarm):
        return None
    held = held_by_reason(connection)
    if not held or not (alarm or held[0].since < start_of_day(today)):
        return None
    return Bulletin(
        HELD_MAIL,
        count=sum(one.count for one in held),
        day=local_date(held[0].since),
        lines=tuple(_line(one) for one in held),
        urgent=alarm,
    )


def _line(held: HeldFor) -> str:
    return f"{counted(held.count, 'mail', 'mails')}: {held.reason} (sinds {long_date(local_date(held.since))})"


def _happened_today(connection: Connection, today: date) -> bool:
    stood = standstill(connection)
    return day_of(connection, BRAKED) == today or (stood is not None and local_date(stood.until) == today)


def _told(today: date, *, alarm: bool) -> str:
    return f"{today.isoformat()} {'alarm' if alarm else 'herinnering'}"


def _lost(connection: Connection, register: Register, today: date) -> Bulletin | None:
    """All addresses at which mail does not arrive, and messages in doubt, when one of them was not told before."""
    day, before = told(connection)
    if day == today:
        return None
    addresses, mails = _not_arrived(connection, register, today)
    if not marks(addresses, mails) - before:
        return None
    return Bulletin(
        NOT_ARRIVED,
        count=len(addresses),
        day=local_date(min([one.since for one in addresses] + [one.since for one in mails])),
        lines=unreached_lines(addresses, register, today),
        doubtful=doubtful_lines(mails, register),
        doubts=len(mails),
    )


def _not_arrived(connection: Connection, register: Register, today: date) -> tuple[list[Unreached], list[Doubtful]]:
    return still_there(unreached(connection), register, today), doubtful(connection)


def _not_adopted(connection: Connection, today: date) -> Bulletin | None:
    """Of an SWV that is at work: the schooljaar that comes, from June, or that runs, while it is still a concept."""
    running = Schooljaar.of(today)
    year = running.next if FIRST_MONTH <= today.month <= LAST_MONTH else running
    before = adopted(connection)
    asked = day_of(connection, ASKED_TO_ADOPT)
    if not before or str(year) in before or (asked is not None and today < asked + WEEK):
        return None
    if year == running and str(year) < min(before):
        return None
    return Bulletin(NOT_ADOPTED, count=0, day=year.begin, urgent=year == running, schooljaar=str(year))


def _remember(connection: Connection, sent: Iterable[Bulletin], register: Register, now: datetime) -> None:
    today = local_date(now)
    for bulletin in sent:
        if bulletin.template == HELD_MAIL:
            set_fact(connection, REMINDED, _told(today, alarm=bulletin.urgent))
        elif bulletin.template == NOT_ARRIVED:
            remember_told(connection, today, marks(*_not_arrived(connection, register, today)))
        else:
            set_day(connection, ASKED_TO_ADOPT, today)
