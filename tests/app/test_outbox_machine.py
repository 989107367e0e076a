"""Any order of releasing, holding, dropping, answering and delivering in any way keeps what a message's states mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from engine.app import outbox
from engine.core.problem import Refused
from engine.core.states import MessageState
from engine.store.database import Database, scratch_database
from engine.store.messages import Message, all_messages
from engine.store.notices import notices_of_messages
from tests.faulty.opened import wall
from tests.faulty.outside import CALM, FaultyChannel, Killed, Sent, Tried
from tests.faulty.world import A_FEW, a_world
from tests.faulty.year import FaultyYear

Fate = Literal[
    "taken", "later", "never", "relay", "lost", "taken unheard", "killed before", "killed within", "killed after"
]
FATES: tuple[Fate, ...] = (
    "taken",
    "later",
    "never",
    "relay",
    "lost",
    "taken unheard",
    "killed before",
    "killed within",
    "killed after",
)
OPENING = datetime(2026, 11, 24, 9, tzinfo=UTC)
# Minutes between two ticks: none, back, past a lease, past a retry, days.
PASSES = (0, -90, 5, 16, 40, 130, 24 * 60, 72 * 60)
ENDS: tuple[MessageState, ...] = ("sent", "dropped", "bounced", "uncertain")
# What may become of a message in one step of the machine, of which a whole delivery run is one.
AFTER: dict[MessageState, set[MessageState]] = {
    "held": {"queued", "dropped"},
    "queued": {"held", "dropped", "sending", "sent", "deferred", "bounced", "uncertain"},
    "sending": {"sent", "deferred", "bounced", "uncertain", "queued", "held", "dropped"},
    "deferred": {"sending", "sent", "bounced", "uncertain", "held", "dropped"},
    "uncertain": {"deferred", "dropped"},
    "bounced": {"deferred", "queued", "dropped"},
    "sent": set(),
    "dropped": set(),
}


@dataclass
class ScriptedChannel(FaultyChannel):
    """A relay that does with each message what the script says next, and takes it when there is no more script."""

    script: list[Fate] = field(default_factory=list)

    def deliver(self, raw: bytes, sender: str, recipient: str, on_data: Callable[[], None]) -> None:
        """One message to one address."""
        fate = self.script.pop(0) if self.script else "taken"
        if fate == "killed before":
            raise Killed
        if fate in ("later", "never", "relay"):
            self.fail(fate)  # type: ignore[arg-type]
        on_data()
        tried = self.tried(raw)
        self.weather.log.append(tried)
        if fate == "killed within":
            raise Killed
        if fate == "lost":
            self.fail("unknown")
        self.weather.log.append(Sent(**vars(tried), sure=fate == "taken"))
        if fate == "killed after":
            raise Killed
        if fate == "taken unheard":
            self.fail("unknown")


@cache
def an_office() -> tuple[FaultyYear, Database]:
    """An office on a morning with some mail ready, and a copy of its store as it is then."""
    office = FaultyYear(a_world(5, 3, A_FEW), CALM, 1, people=False)
    office.begin()
    office.channel = ScriptedChannel(office.weather, office.means.database)
    for day in (19, 20, 23):
        office.weather.now = datetime(2026, 11, day, 9, tzinfo=UTC)
        office.step()
    kept = scratch_database()
    office.means.database.copy_to(kept)
    return office, kept


class Outbox(RuleBasedStateMachine):
    """The bureau, the clock, the schools and the relay, in any order."""

    @initialize(script=st.lists(st.sampled_from(FATES), min_size=4, max_size=8))
    def begin(self, script: list[Fate]) -> None:
        """The morning on which a round opens: the first mails meet their fate."""
        self.office, kept = an_office()
        kept.copy_to(self.office.means.database)
        self.office.weather.now = OPENING
        self.office.log.clear()
        self.before: dict[int, Message] = {}
        self.again: Counter[str] = Counter()
        self.the_program_ticks(script)

    @rule(number=st.integers(0, 7), verb=st.sampled_from(("release", "release", "hold", "drop")))
    def the_bureau_acts(self, number: int, verb: str) -> None:
        waiting = [one for one in self.messages() if one.state not in ("sent", "dropped")]
        if not waiting:
            return
        chosen = waiting[number % len(waiting)]
        try:
            with self.office.means.database.write() as connection:
                if verb == "release":
                    outbox.release(connection, chosen.id, self.office.means, self.office.now)
                    self.again[chosen.message_id or ""] += 1
                elif verb == "hold":
                    outbox.hold(connection, chosen.id, "")
                else:
                    outbox.drop(connection, chosen.id, "", self.office.now)
        except Refused:
            assert self.messages() == sorted(self.before.values(), key=lambda one: one.id) or not self.before

    @rule(script=st.lists(st.sampled_from(FATES), max_size=6), minutes=st.sampled_from(PASSES))
    def time_passes_and_the_program_ticks(self, script: list[Fate], minutes: int) -> None:
        self.office.weather.now += timedelta(minutes=minutes)
        self.the_program_ticks(script)

    def the_program_ticks(self, script: list[Fate]) -> None:
        assert isinstance(self.office.channel, ScriptedChannel)
        self.office.channel.script = list(script)
        self.office.step()

    @rule(number=st.integers(0, 50), sure=st.integers(0, 2))
    def a_school_answers(self, number: int, sure: int) -> None:
        if sure:
            return
        tasks = sorted({notice.task for notices in self.notices().values() for notice in notices})
        if tasks:
            self.office.act(tasks[number % len(tasks)], "submit")

    @invariant()
    def only_the_moves_of_the_table(self) -> None:
        now = {one.id: one for one in self.messages()}
        for number, one in now.items():
            old = self.before.get(number)
            if old is not None and old.state != one.state:
                assert one.state in AFTER[old.state], (old, one)
            if old is not None and old.attempts and old.raw is not None and one.raw is not None:
                assert one.raw == old.raw, "bytes changed after an attempt"
        self.before = now

    @invariant()
    def each_state_has_what_it_needs(self) -> None:
        for one in self.messages():
            if one.state == "held":
                assert (one.raw, one.message_id, one.next_attempt) == (None, None, None), one
                assert one.reason, one
            elif one.state in ENDS:
                assert one.next_attempt is None, one
            else:
                assert one.raw is not None, one
                assert one.message_id is not None, one
                assert one.next_attempt is not None, one

    @invariant()
    def the_relay_has_at_most_two_copies_of_a_message_and_the_same_bytes(self) -> None:
        copies = Counter(one.message_id for one in self.log() if isinstance(one, Sent))
        assert all(count <= 2 + self.again[number] for number, count in copies.items()), copies
        digests = {(one.message_id, one.digest) for one in self.log()}
        assert len(digests) == len({number for number, _ in digests})

    @invariant()
    def sent_means_taken(self) -> None:
        taken = {one.message_id for one in self.log() if isinstance(one, Sent)}
        sure = {one.message_id for one in self.log() if isinstance(one, Sent) and one.sure}
        for one in self.messages():
            if one.state == "sent" and one.created_at >= OPENING:
                assert one.message_id in taken, one
            if one.message_id in sure and not self.again[one.message_id]:
                assert one.state == "sent", one

    @invariant()
    def one_digest_a_day_and_nothing_told_twice(self) -> None:
        seen: dict[object, str] = {}
        for one in self.log():
            if isinstance(one, Sent) and one.kind == "digest" and not self.again[one.message_id]:
                for what in [(one.to, wall(one.at).date()), *((one.to, task, step) for task, step, _ in one.notices)]:
                    assert seen.setdefault(what, one.message_id) == one.message_id, one

    def messages(self) -> list[Message]:
        with self.office.means.database.read() as connection:
            return all_messages(connection)

    def notices(self) -> dict[int, list[object]]:
        with self.office.means.database.read() as connection:
            return notices_of_messages(connection)  # type: ignore[return-value]

    def log(self) -> list[Tried]:
        return [entry for entry in self.office.log if isinstance(entry, Tried)]


def test_the_outbox_keeps_its_word() -> None:
    run_state_machine_as_test(Outbox, settings=settings(max_examples=8, stateful_step_count=12))


@pytest.mark.slow
def test_the_outbox_keeps_its_word_for_longer() -> None:
    run_state_machine_as_test(Outbox, settings=settings(max_examples=60, stateful_step_count=40))
