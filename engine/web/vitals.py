"""The line at the head of every page, from what the store and the calendar tell."""

from __future__ import annotations

from datetime import datetime

from engine.app.checking import holidays_until
from engine.app.means import Means
from engine.core.localtime import local_date
from engine.core.problem import Refused
from engine.core.vitals import HealthLine, Trouble, health_line
from engine.store.health import vitals


def line_of(means: Means, rule_problems: int, now: datetime) -> HealthLine:
    """The line; a database that is not to be had is itself the trouble."""
    try:
        with means.database.read() as connection:
            found = vitals(connection, local_date(now))
    except Refused as refused:
        return HealthLine((Trouble(refused.message.rstrip("."), "gezondheid"),), "", trial=False)
    return health_line(found, means.settings, rule_problems, holidays_until(means), now)
