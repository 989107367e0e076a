"""After a standstill: what became due while nobody looked is held, and the bureau decides."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.app.means import Means
from engine.core.digest import Standstill
from engine.core.party import SWV
from engine.core.window import windows_between
from engine.store.held import hold_waiting, last_tick, remember_standstill, remember_tick

# One window may pass without a tick: a machine that was off for a day catches up by itself.
MOST_MISSED = 1
# A tick is remembered no more often than this, so that an idle tick does not write.
REMEMBERED_EVERY = timedelta(minutes=10)


def hold_after_standstill(means: Means, now: datetime, *, ticks: bool = True) -> int | None:
    """Holds what is due when more than one sending window passed without a tick; remembers that now one `ticks`.

    Call it before a tick and before a delivery, with the real time: a made-up time may jump, and a jump is no
    standstill. Returns how many waiting messages it held, None when the program did not stand still.
    """
    with means.database.read() as connection:
        before = last_tick(connection)
        if before is not None and before <= now < before + REMEMBERED_EVERY:
            return None
        if before is None and not ticks:
            return None
        workdays = means.people(connection)[1].of(SWV)
    found = None
    with means.database.write() as connection:
        if before is not None and windows_between(before, now, means.hours, workdays) > MOST_MISSED:
            gap = Standstill(before, now)
            remember_standstill(connection, gap)
            found = hold_waiting(connection, gap.reason, now)
        if ticks or found is not None:
            remember_tick(connection, now)
    return found
