"""When the mail of today leaves that must still be made, in Dutch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from engine.app.outgoing import Row
from engine.core.dutch import counted
from engine.core.localtime import local

# With more moments than this only the first and the last are named.
MOST_MOMENTS = 3


def made_today(rows: Iterable[Row], now: datetime, wait: timedelta, *, demo: bool) -> tuple[str, ...]:
    """A line for each moment at which some of this mail is made: how many, when, and when they leave.

    `wait` is how long a ready mail waits. `demo`: mail is made only when somebody moves its clock.
    """
    # What is due by now is made at the next look, and has no moment of its own.
    moments = Counter((row.at if row.at is not None and row.at > now else None, bool(row.held)) for row in rows)
    ordered = sorted(moments.items(), key=lambda one: (one[0][0] or now, one[0][1]))
    if len(ordered) <= MOST_MOMENTS:
        alone = len(ordered) == 1
        return tuple(_told(count, at, held, wait, demo=demo, alone=alone) for (at, held), count in ordered)
    first, last = ordered[0][0][0], ordered[-1][0][0]
    begins = f"om {_clock(first)} gemaakt" if first is not None else _next_look(demo=demo)
    ends = f", de laatste om {_clock(last)}" if last is not None else ""
    leaves = f" Elke mail vertrekt {_minutes(wait)} nadat hij is gemaakt." if wait else ""
    return (f"De eerste mail wordt {begins}{ends}.{leaves}",)


def _told(count: int, at: datetime | None, held: bool, wait: timedelta, *, demo: bool, alone: bool) -> str:
    is_one = count == 1
    subject = ("Deze mail" if is_one else "Deze mails") if alone else counted(count, "mail", "mails")
    made = f"{subject} {'wordt' if is_one else 'worden'}"
    waits, leaves, it = ("wacht", "vertrekt", "hij") if is_one else ("wachten", "vertrekken", "ze")
    if at is not None:
        goes = f"{waits} dan op vrijgave" if held else f"{leaves} {f'om {_clock(at + wait)}' if wait else 'meteen'}"
        return f"{made} om {_clock(at)} gemaakt en {goes}."
    goes = f"{waits} {it} op vrijgave" if held else f"{leaves} {it} {f'na {_minutes(wait)}' if wait else 'meteen'}"
    return f"{made} {_next_look(demo=demo)}. Daarna {goes}."


def _next_look(*, demo: bool) -> str:
    if demo:
        return "gemaakt zodra u de klok van de demo verder zet"
    return "binnen een minuut gemaakt, bij de volgende controle"


def _minutes(wait: timedelta) -> str:
    return counted(int(wait.total_seconds()) // 60, "minuut", "minuten")


def _clock(at: datetime) -> str:
    return f"{local(at):%H:%M}"
