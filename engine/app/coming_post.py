"""Wat gaat eruit: the mail of the coming weeks, by the very plan, tick and deliver that will send it.

They are played on a copy in memory of what those weeks can move, as if nobody answers and as if the bureau lets all go
that waits for it. What each mail says is kept as a letter; it is put into words when somebody opens it.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from weakref import WeakKeyDictionary

from engine.app.means import Means
from engine.app.player import Player
from engine.core.appointment import Invite
from engine.core.letter import Letter, Rendered
from engine.core.localtime import local_date, start_of_day
from engine.core.ports import Channel, RenderError
from engine.store.appointments import parties_invited
from engine.store.database import Database
from engine.store.messages import all_messages, messages_by_number
from engine.store.notices import Notice, notices_of_messages
from engine.store.rehearsal import copy_moving, moving_tasks, version

DAYS = 30
# With more tasks than this a rehearsal looks less far ahead: a page must not take longer than a person waits.
MOST_TASKS = 4000
SHORTER = (14, 7, 2)


@dataclass(frozen=True, slots=True)
class ComingMail:
    """A mail that is not made ready yet. `held` says why it will wait for the bureau, empty when it will not.

    `day` is when it leaves if nothing holds it; `notices` are what it tells, of which `letter` is made. `invited` is
    the party of the gesprek to which it invites, empty for other mail; `number` counts the mails of its reader on
    that day. `joins` is the number of a mail that waits for the bureau now and that this one joins where it is let go
    first, 0 where there is none; the letter is then that of both.
    """

    day: date
    at: datetime
    contact: int
    letter: Letter
    notices: tuple[Notice, ...]
    held: str = ""
    invited: str = ""
    number: int = 1
    joins: int = 0

    @property
    def name(self) -> str:
        """What names it in an address, and no other: its day and its reader, from the second one also its number."""
        return f"{self.day.isoformat()}-{self.contact}{f'-{self.number}' if self.number > 1 else ''}"


@dataclass(frozen=True, slots=True)
class ComingPost:
    """The mail that is still to be made ready, in the order in which it leaves; `days` is how far that looks."""

    mails: tuple[ComingMail, ...]
    days: int
    # Of many mails only the subject is shown, so no more of them is kept.
    _subjects: dict[str, str | RenderError] = field(default_factory=dict, repr=False)

    def mail(self, name: str) -> ComingMail | None:
        """The mail of that name, None where it no longer comes."""
        return next((one for one in self.mails if one.name == name), None)

    def subject(self, one: ComingMail, means: Means, templates: Mapping[str, str]) -> str | RenderError:
        """The subject of the mail, or why it cannot be put into words."""
        if one.name not in self._subjects:
            words = self.in_words(one, means, templates)
            self._subjects[one.name] = words.subject if isinstance(words, Rendered) else words
        return self._subjects[one.name]

    def in_words(self, one: ComingMail, means: Means, templates: Mapping[str, str]) -> Rendered | RenderError:
        """The mail as it will be put into words, or why that cannot be done."""
        try:
            return means.renderer.render(one.letter, templates)
        except RenderError as error:
            return error


@dataclass(slots=True)
class Keeper:
    """A Renderer and a Writer that keep letters instead of putting them into words."""

    letters: dict[str, Letter] = field(default_factory=dict)

    def render(self, letter: Letter, templates: Mapping[str, str]) -> Rendered:  # noqa: ARG002
        """Nothing yet."""
        return Rendered("", "", "")

    def write(
        self,
        rendered: Rendered,  # noqa: ARG002
        letter: Letter,
        message_id: str,
        at: datetime,  # noqa: ARG002
        thread: str,  # noqa: ARG002
        invite: Invite | None = None,  # noqa: ARG002
    ) -> bytes:
        """No bytes, but the letter is kept under its Message-ID."""
        self.letters[message_id] = letter
        return b"-"


# The newest one of each store, with what it was made of.
_KEPT: WeakKeyDictionary[Database, tuple[object, ComingPost]] = WeakKeyDictionary()
_ONE_AT_A_TIME = threading.Lock()


def coming_post(means: Means, rehearse: Callable[[], Means], channel: Channel, now: datetime) -> ComingPost:
    """The mail of the coming `DAYS` days; made anew only when the store or the day changed.

    `rehearse` gives means on an empty store in memory, whose letters go nowhere but into `channel`. Raises Refused.
    """
    with _ONE_AT_A_TIME:
        with means.database.read() as connection:
            days = next(
                (days for days in (DAYS, *SHORTER) if moving_tasks(connection, _end(now, days)) <= MOST_TASKS),
                SHORTER[-1],
            )
            found = (local_date(now), days, version(connection, _end(now, days)))
            before = _KEPT.get(means.database)
            if before is not None and before[0] == found:
                return before[1]
            keeper = Keeper()
            stage = replace(rehearse(), renderer=keeper, writer=keeper, wait=timedelta())
            with stage.database.write() as target:
                copy_moving(connection, target, now, _end(now, days))
        post = ComingPost(tuple(_played(stage, keeper, channel, now, _end(now, days))), days)
        _KEPT[means.database] = found, post
        return post


def _end(now: datetime, days: int) -> datetime:
    return start_of_day(local_date(now) + timedelta(days=days))


def _played(stage: Means, keeper: Keeper, channel: Channel, now: datetime, until: datetime) -> Iterable[ComingMail]:
    with stage.database.read() as connection:
        stored = all_messages(connection)
        there = {one.id for one in stored}
        before = notices_of_messages(connection, [one.id for one in stored if one.state == "held"])
    left: list[tuple[int, datetime]] = []
    held: dict[int, str] = {}
    for events in Player(stage, channel, "none", 0).ticks(now, until):
        left += [(event.message, event.at) for event in events if event.kind == "message" and event.message]
        waiting = {event.message for event in events if event.kind == "held" and event.message}
        held |= _reasons(stage, waiting)
    numbers = [number for number, _ in left if number not in there or number in before]
    with stage.database.read() as connection:
        messages = messages_by_number(connection, numbers)
        notices = notices_of_messages(connection, numbers)
        invited = parties_invited(connection, numbers)
    many: Counter[tuple[date, int]] = Counter()
    for number, at in left:
        letter = keeper.letters.get(messages[number].message_id or "") if number in messages else None
        if letter is not None:
            known = {(one.task, one.step) for one in before.get(number, ())}
            told: Sequence[Notice] = [one for one in notices.get(number, ()) if (one.task, one.step) not in known]
            if number in before and not told:
                continue
            day, contact = local_date(at), messages[number].contact
            many[day, contact] += 1
            yield ComingMail(
                day,
                at,
                contact,
                letter,
                tuple(told),
                held.get(number, ""),
                invited.get(number, ""),
                many[day, contact],
                number if number in before else 0,
            )


def _reasons(stage: Means, numbers: Iterable[int]) -> dict[int, str]:
    wanted = set(numbers)
    if not wanted:
        return {}
    with stage.database.read() as connection:
        return {one.id: one.reason for one in messages_by_number(connection, wanted).values()}
