"""What a change of contacts, or the undoing of one, would bring: seen before it is done."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine.app.actions import tried
from engine.app.invitations import news_since
from engine.app.means import Means
from engine.core.guest_news import GuestNews
from engine.core.localtime import local_date
from engine.core.vacancies import emptied_told
from engine.store.appointments import waiting_numbers


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a change of contacts would bring: mail to guests of gesprekken, and Dutch sentences on roles left empty."""

    news: tuple[GuestNews, ...] = ()
    emptied: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.news or self.emptied)


def ahead_of(means: Means, change: Callable[[Connection, Means], Collection[int]], now: datetime) -> Ahead:
    """What `change` would bring, of which nothing is kept; it returns the contacts that it changes. Raises as it does.

    It gets means that put no mail into words.
    """

    def look(connection: Connection, mute: Means) -> Ahead:
        before, waiting = mute.apart().register(connection), waiting_numbers(connection)
        contacts = change(connection, mute)
        after = mute.apart()
        emptied = emptied_told(before, after.register(connection), contacts, local_date(now))
        return Ahead(news_since(connection, after, waiting), emptied)

    return tried(means, look)
