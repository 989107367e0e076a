"""Why nothing goes out now, and when it will: what tick and deliver tell when they brought nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from engine.app.means import Means
from engine.core.dutch import counted, long_date, weekday
from engine.core.localtime import local, local_date, local_time
from engine.core.party import SWV
from engine.core.schooljaar import Schooljaar
from engine.core.window import Days, closed_until, next_opening
from engine.store.facts import adopted
from engine.store.messages import all_messages, next_delivery
from engine.store.tasks import next_look, next_step


def why_nothing_leaves(connection: Connection, means: Means, now: datetime) -> str:
    """Where mail stands ready or held, that, with the moment it may leave; else why nothing was made ready. Dutch."""
    leaves = next_delivery(connection)
    if leaves is not None and leaves > now:
        many = counted(len(all_messages(connection, ["queued", "deferred"])), "mail staat", "mails staan")
        return f"{_closed(connection, means, now)}{many} klaar. De eerste gaat weg {_from(leaves)}."
    if held := len(all_messages(connection, ["held"])):
        return f"{counted(held, 'mail wacht', 'mails wachten')} op vrijgave."
    return why_nothing_is_ready(connection, means, now)


def why_nothing_is_ready(connection: Connection, means: Means, now: datetime) -> str:
    """When the first mails come: of steps that are due, when their readers can be reached; else the next day. Dutch."""
    if not adopted(connection):
        year = Schooljaar.of(local_date(now))
        return (
            "Er is nog geen schooljaar vastgesteld. Tot die tijd gaat er geen mail uit. "
            f"Vaststellen doet u met: plan --schooljaar {year} --apply --adopt"
        )
    first = next_step(connection)
    if first is not None and first > now:
        own = Days((means.people(connection)[1].of(SWV),), workdays=True)
        opening = next_opening(first, means.hours, own)
        # Outside the hours nobody looked yet at who reads when.
        earliest = "op zijn vroegst " if closed_until(now, means.hours) is not None else ""
        return f"{_closed(connection, means, now)}De eerste mails komen {earliest}{_from(opening)}."
    look = next_look(connection)
    if look is None or look <= now:
        return ""
    return f"Nu is er niets aan de beurt. Het programma kijkt weer op {long_date(local_date(look))}."


def _closed(connection: Connection, means: Means, now: datetime) -> str:
    """That no mail leaves at this moment, whoever reads it; else nothing."""
    day, hours = local_date(now), means.hours
    if not means.people(connection)[1].of(SWV).is_workday(day):
        return f"Vandaag is {weekday(day)}: dan gaat er geen mail uit. "
    if not hours.first <= local_time(now) < hours.last:
        return f"Mail gaat alleen weg tussen {hours.first:%H:%M} en {hours.last:%H:%M}. "
    return ""


def _from(moment: datetime) -> str:
    return f"{long_date(local_date(moment))} vanaf {local(moment):%H:%M}"
