"""simulate: a whole schooljaar on an empty store in memory, with the very same plan, tick and deliver."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from engine.app.means import Means
from engine.app.planning import adopt, apply, propose
from engine.app.player import Answers, Player
from engine.core.event import Event
from engine.core.localtime import start_of_day
from engine.core.ports import Channel
from engine.core.rule import Rulebook
from engine.core.schooljaar import Schooljaar
from engine.store.database import Database
from engine.store.messages import Message, messages_by_number
from engine.store.notices import Notice, notices_of_messages
from engine.store.register import copy_register

SIMULATION = "simulatie"


@dataclass(frozen=True, slots=True)
class Told:
    """An event, with the message and its notices where the event is one."""

    event: Event
    message: Message | None = None
    notices: tuple[Notice, ...] = ()


def simulate(
    means: Means,
    source: Database,
    rulebook: Rulebook,
    schooljaar: Schooljaar,
    channel: Channel,
    *,
    answers: Answers,
    seed: int,
) -> Iterator[Told]:
    """Everything that happens from 1 August 00:00 to 31 July, in time order.

    `means` holds an empty store and a seeded source of tokens; the register is that of `source`.
    """
    with _few_collections():
        yield from _simulate(means, source, rulebook, schooljaar, channel, answers, seed)


@contextmanager
def _few_collections() -> Iterator[None]:
    """A year makes millions of objects, hardly any in circles: to look through all of them often finds nothing."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _simulate(
    means: Means,
    source: Database,
    rulebook: Rulebook,
    schooljaar: Schooljaar,
    channel: Channel,
    answers: Answers,
    seed: int,
) -> Iterator[Told]:
    begin, end = start_of_day(schooljaar.begin), start_of_day(schooljaar.next.begin)
    means = replace(means, settings=replace(means.settings, start=schooljaar.begin, redirect=""))
    with source.read() as stored, means.database.write() as connection:
        copy_register(stored, connection)
        changes = [
            change
            for change in propose(connection, means, rulebook, [schooljaar, schooljaar.next])
            if change.task.opens <= schooljaar.end
        ]
        apply(connection, means, changes, rulebook, begin, SIMULATION)
        for year in (schooljaar, schooljaar.next):
            adopt(connection, means, year, begin, SIMULATION)
    for events in Player(means, channel, answers, seed).ticks(begin, end):
        yield from _told(means, events)


def _told(means: Means, events: Sequence[Event]) -> Iterator[Told]:
    numbers = [event.message for event in events if event.kind == "message" and event.message is not None]
    if not numbers:
        yield from map(Told, events)
        return
    with means.database.read() as connection:
        found, notices = messages_by_number(connection, numbers), notices_of_messages(connection, numbers)
    for event in events:
        if event.kind == "message" and event.message is not None:
            yield Told(event, found[event.message], tuple(notices.get(event.message, ())))
        else:
            yield Told(event)
