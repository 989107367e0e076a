"""deliver: claims, runs that die or freeze, the resting relay, and what is left of a message."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.adapters.channels.nowhere import NowhereChannel
from engine.app.deliver import Delivered, deliver
from engine.app.means import Means
from engine.app.outbox import drop, release
from engine.core.delivery import LEASE
from engine.core.letter import ACCESS
from engine.core.ports import DeliveryError
from engine.core.problem import Refused
from engine.store.claims import _FIRST, CLAIMED_AT_ONCE, change_held, claim, hand_over, record_all_sent, record_sent
from engine.store.facts import set_fact
from engine.store.held import forget
from engine.store.messages import all_messages, change_message
from engine.store.relay import relay_rest, save_refusals, save_rest
from tests.outboxes import OPEN, Clock, a_mail, an_outbox, queue, reopened, stored
from tests.workspaces import run

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@dataclass
class Relay:
    """A channel that does in turn what it is told: None takes the mail, an exception is raised after the 354."""

    acts: list[BaseException | Callable[[], object] | None] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    tried: int = 0

    def deliver(self, raw: bytes, sender: str, recipient: str, on_data: Callable[[], None]) -> None:
        act = self.acts[self.tried] if self.tried < len(self.acts) else None
        self.tried += 1
        if callable(act):
            act()
        elif isinstance(act, DeliveryError) and act.verdict != "unknown":
            raise act
        on_data()
        if isinstance(act, BaseException):
            raise act
        self.taken.append(raw)

    def close(self) -> None:
        """Nothing was open."""


class Died(BaseException):
    """The end of a process, as far as one can have it within one."""


DOWN = DeliveryError("relay", "De mailserver is er niet.")
REFUSED = DeliveryError("never", "De mailserver weigert het adres.", refused=True)
UNKNOWN = DeliveryError("unknown", "De verbinding brak af.")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Means:
    """One database for all tests."""
    return an_outbox(tmp_path_factory.mktemp("deliver") / "w")


@pytest.fixture
def outbox(opened: Means) -> Means:
    """The same, with nothing waiting."""
    with opened.database.write() as connection:
        save_rest(connection, None)
        save_refusals(connection, [])
        for one in all_messages(connection):
            change_message(connection, one.id, [one.state], state="dropped", raw=None, next_attempt=None, wipe_at=None)
    return opened


def died(means: Means, relay: Relay, point: str) -> None:
    """A run that ends at that point without a chance to put anything right."""

    def reached(name: str) -> None:
        if name == point:
            raise Died

    with pytest.raises(Died):
        deliver(replace(means, reached=reached), relay, OPEN)


def states(means: Means, numbers: Sequence[int]) -> list[str]:
    """The messages' states."""
    return [stored(means, number).state for number in numbers]


def test_a_run_that_died_before_the_data_leaves_the_message_as_it_was(outbox: Means) -> None:
    number, relay = queue(outbox), Relay()
    died(outbox, relay, "claimed")
    assert stored(outbox, number).state == "sending"
    assert deliver(outbox, relay, OPEN).sent == 1
    assert (stored(outbox, number).attempts, stored(outbox, number).doubts) == (1, 0)


def test_a_run_that_died_in_the_data_is_tried_once_more_with_the_same_bytes(outbox: Means) -> None:
    number, relay = queue(outbox), Relay()
    died(outbox, relay, "answered")
    assert deliver(outbox, relay, OPEN).sent == 1
    assert relay.taken == [a_mail(number), a_mail(number)]
    assert stored(outbox, number).doubts == 1


def test_after_a_second_such_end_a_person_decides(outbox: Means) -> None:
    number, relay = queue(outbox), Relay()
    died(outbox, relay, "answered")
    died(outbox, relay, "answered")
    assert deliver(outbox, relay, OPEN).sent == 0
    assert (stored(outbox, number).state, len(relay.taken)) == ("uncertain", 2)


def test_earlier_delays_do_not_take_the_retry_away(outbox: Means) -> None:
    later, relay = DeliveryError("later", "nu niet"), Relay()
    number = queue(outbox)
    relay.acts = [later, later]
    deliver(outbox, relay, OPEN)
    deliver(outbox, relay, OPEN + 31 * MINUTE)
    relay.acts.append(UNKNOWN)
    deliver(outbox, relay, OPEN + 100 * MINUTE)
    assert (stored(outbox, number).state, stored(outbox, number).doubts) == ("deferred", 1)


def test_what_the_log_knows_is_not_sent_again(outbox: Means) -> None:
    number, relay = queue(outbox), Relay()
    died(outbox, relay, "logged")
    assert stored(outbox, number).state == "sending"
    deliver(outbox, relay, OPEN)
    assert (stored(outbox, number).state, relay.taken) == ("sent", [a_mail(number)])


def test_the_message_of_a_live_run_is_left_alone_until_its_lease_ends(outbox: Means) -> None:
    number, other = queue(outbox), Relay()
    seen: list[int] = []

    def meanwhile() -> None:
        seen.append(deliver(outbox, other, OPEN + LEASE - MINUTE).sent)

    deliver(outbox, Relay([meanwhile]), OPEN)
    assert (seen, other.tried, stored(outbox, number).state) == ([0], 0, "sent")


def test_a_frozen_run_sends_nothing_when_another_took_its_message(outbox: Means) -> None:
    number, other = queue(outbox), Relay()

    def frozen() -> None:
        deliver(outbox, other, OPEN + LEASE)

    relay = Relay([frozen])
    assert deliver(outbox, relay, OPEN) == Delivered(())
    assert (relay.taken, other.taken) == ([], [a_mail(number)])
    assert stored(outbox, number).sent_at == OPEN + LEASE


def test_two_that_deliver_at_once_send_a_contact_one_digest_a_day(outbox: Means) -> None:
    first, second, other = queue(outbox, kind="digest"), queue(outbox, at=OPEN + MINUTE, kind="digest"), Relay()
    relay = Relay([lambda: deliver(outbox, other, OPEN + MINUTE)])
    deliver(outbox, relay, OPEN)
    assert (other.tried, states(outbox, [first, second])) == (0, ["sent", "queued"])
    deliver(outbox, relay, OPEN + DAY)
    assert relay.taken == [a_mail(first), a_mail(second)]


def test_a_lost_claim_changes_no_row(outbox: Means) -> None:
    number = queue(outbox)
    with outbox.database.write() as connection:
        (mine,) = claim(connection, "mine", OPEN, OPEN + LEASE)
        (theirs,) = claim(connection, "theirs", OPEN + LEASE, OPEN + 2 * LEASE)
    before = stored(outbox, number)
    with outbox.database.write() as connection:
        assert not hand_over(connection, mine, OPEN, OPEN + LEASE)
        assert not record_sent(connection, mine, OPEN, OPEN)
        assert not change_held(connection, mine, state="bounced")
    assert stored(outbox, number) == before
    assert theirs.claim == mine.claim + 1


def test_a_claim_is_one_look_in_an_index(outbox: Means) -> None:
    with outbox.database.read() as connection:
        statement = _FIRST.params(now=1, most=20).compile(connection, compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}").all()
    assert [row[-1] for row in plan] == ["SEARCH messages USING INDEX ix_messages_next_attempt (next_attempt<?)"]


def test_what_a_run_leaves_behind_when_the_relay_fails_waits_in_the_queue(outbox: Means) -> None:
    numbers = [queue(outbox) for _ in range(3)]
    done = deliver(outbox, Relay([None, DOWN]), OPEN)
    assert states(outbox, numbers) == ["sent", "queued", "queued"]
    assert [stored(outbox, number).attempts for number in numbers] == [1, 0, 0]
    assert done.stopped == "De mailserver is er niet. Het versturen wacht tot 10:05; alle mail blijft klaarstaan."


def test_a_resting_relay_is_left_alone_by_every_process(outbox: Means, opened: Means) -> None:
    number, relay = queue(outbox), Relay([DOWN])
    deliver(outbox, relay, OPEN)
    again = replace(outbox)
    assert "wacht tot 10:05" in deliver(again, relay, OPEN + 4 * MINUTE).stopped
    assert relay.tried == 1
    assert deliver(again, relay, OPEN + 5 * MINUTE).sent == 1
    assert stored(outbox, number).state == "sent"
    with outbox.database.read() as connection:
        assert relay_rest(connection) is None


def test_a_resting_relay_is_no_news_when_nothing_waits(outbox: Means) -> None:
    number = queue(outbox)
    deliver(outbox, Relay([DOWN]), OPEN)
    with outbox.database.write() as connection:
        drop(connection, number, "", OPEN)
    assert deliver(outbox, Relay(), OPEN + MINUTE) == Delivered(())


def test_mended_settings_are_tried_at_once(outbox: Means) -> None:
    queue(outbox)
    deliver(outbox, Relay([DOWN]), OPEN)
    mended = replace(outbox, settings=replace(outbox.settings, mailbox="nieuw@swv.example"))
    assert deliver(mended, Relay(), OPEN + MINUTE).sent == 1


def test_a_relay_that_refuses_everyone_bounces_nobody(outbox: Means) -> None:
    numbers = [queue(outbox, f"a{number}@school.example") for number in range(20)]
    relay = Relay([REFUSED] * 100)
    done = deliver(outbox, relay, OPEN, Clock())
    assert (relay.tried, set(states(outbox, numbers))) == (3, {"queued"})
    assert {stored(outbox, number).attempts for number in numbers} == {0}
    assert "weigert 3 ontvangers achter elkaar" in done.stopped


def test_after_the_rest_others_go_first_and_one_that_is_taken_clears_the_suspicion(outbox: Means) -> None:
    bad = [queue(outbox, f"a{number}@school.example") for number in range(3)]
    good = queue(outbox, "goed@school.example")
    deliver(outbox, Relay([REFUSED] * 3), OPEN, Clock())
    clock = Clock(OPEN + 6 * MINUTE)
    assert deliver(outbox, Relay(), clock(), clock).sent == 1
    assert stored(outbox, good).state == "sent"
    assert states(outbox, bad) == ["queued"] * 3


def test_wrong_addresses_among_good_ones_bounce(outbox: Means) -> None:
    numbers = [queue(outbox, f"a{number}@school.example") for number in range(6)]
    done = deliver(outbox, Relay([REFUSED, None] * 3), OPEN, Clock())
    assert states(outbox, numbers) == ["bounced", "sent"] * 3
    assert done.stopped == ""


def test_a_refused_detour_is_the_settings_fault(outbox: Means) -> None:
    number = queue(outbox)
    diverted = replace(outbox, settings=replace(outbox.settings, redirect="proef@swv.example"))
    assert "omleiden" in deliver(diverted, Relay([REFUSED]), OPEN).stopped
    assert stored(outbox, number).state == "queued"


def test_five_days_count_from_the_first_attempt(outbox: Means) -> None:
    number = queue(outbox, at=OPEN - 30 * DAY)
    later = DeliveryError("later", "De mailserver is vol. Het programma probeert het later opnieuw.")
    deliver(outbox, Relay([later]), OPEN)
    assert (stored(outbox, number).state, stored(outbox, number).reason) == ("deferred", later.message)
    deliver(outbox, Relay([later]), OPEN + 6 * DAY)
    given_up = "De mailserver is vol. Het programma probeerde het vijf dagen en is daarna gestopt."
    assert (stored(outbox, number).state, stored(outbox, number).reason) == ("bounced", given_up)


def test_the_log_has_a_line_for_each_delivery(outbox: Means, opened: Means) -> None:
    numbers = [queue(outbox), queue(outbox)]
    deliver(outbox, Relay([None, REFUSED]), OPEN)
    lines = Path(outbox.database._engine.url.database or "").parent.joinpath("verzendlog.jsonl").read_text("utf-8")
    assert [json.loads(line) for line in lines.splitlines()[-2:]] == [
        {"at": "2026-11-24T10:00:00+01:00", "message_id": f"<{numbers[0]}@swv.example>", "result": "sent"},
        {"at": "2026-11-24T10:00:00+01:00", "message_id": f"<{numbers[1]}@swv.example>", "result": "bounced"},
    ]


def test_a_full_disk_is_noticed_before_the_dot(outbox: Means) -> None:
    class Full:
        def make_room(self) -> None:
            raise Refused("De schijf is vol.")

        def write(self, *_: object) -> None:
            raise AssertionError("nothing was sent")

        def was_sent(self, *_: object) -> bool:
            return False

    number, relay = queue(outbox), Relay()
    with pytest.raises(Refused, match="vol"):
        deliver(replace(outbox, journal=Full()), relay, OPEN)
    assert relay.taken == []
    assert deliver(outbox, relay, OPEN).sent == 1
    assert stored(outbox, number).attempts == 1


def test_bytes_are_wiped_to_a_digest_seven_days_after_the_end(outbox: Means) -> None:
    number = queue(outbox)
    deliver(outbox, Relay(), OPEN)
    sealed = stored(outbox, number).raw or b""
    assert b"Bericht" not in sealed
    deliver(outbox, Relay(), OPEN + 7 * DAY - MINUTE)
    assert stored(outbox, number).raw == sealed
    deliver(outbox, Relay(), OPEN + 7 * DAY)
    assert stored(outbox, number).raw is None
    with outbox.database.read() as connection:
        digest = connection.exec_driver_sql(f"SELECT digest FROM messages WHERE id = {number}").scalar()
    assert digest == hashlib.sha256(a_mail(number)).hexdigest()


def test_mail_under_a_missing_key_waits_and_stops_no_other(tmp_path: Path) -> None:
    outbox = an_outbox(tmp_path / "w")
    lost = queue(outbox)
    key = tmp_path / "w" / "jaarplanning.sleutel"
    old = key.read_text("ascii")
    key.unlink()
    outbox = reopened(tmp_path / "w")
    other, relay = queue(outbox), Relay()
    done = deliver(outbox, relay, OPEN)
    assert states(outbox, [lost, other]) == ["queued", "sent"]
    assert "een sleutel die het programma niet heeft" in done.stopped
    key.write_text(key.read_text("ascii") + old, "ascii")
    assert deliver(outbox, relay, OPEN + MINUTE).sent == 1
    assert relay.taken == [a_mail(other), a_mail(lost)]


def test_mail_under_a_missing_key_does_not_end_the_run(outbox: Means) -> None:
    lost, *others = [queue(outbox) for _ in range(4)]
    with outbox.database.write() as connection:
        raw = stored(outbox, lost).raw or b""
        change_message(connection, lost, ["queued"], raw=raw[:4] + b"none" + raw[8:])
    assert deliver(outbox, Relay(), OPEN).sent == 3
    assert states(outbox, [lost, *others]) == ["queued", "sent", "sent", "sent"]


def test_a_store_that_becomes_a_trial_while_the_program_runs_sends_nothing_more(outbox: Means) -> None:
    class Real(Relay):
        for_trials = False

    numbers, relay = [queue(outbox) for _ in range(CLAIMED_AT_ONCE + 1)], Real()
    relay.acts = [lambda: make_trial(outbox, "ja")]
    try:
        assert "proef" in deliver(outbox, relay, OPEN).stopped
        assert states(outbox, numbers[-1:]) == ["queued"]
        with pytest.raises(Refused, match="proef"):
            deliver(outbox, relay, OPEN)
    finally:
        make_trial(outbox, None)
    assert relay.tried == CLAIMED_AT_ONCE


def test_a_batch_of_which_all_waits_keeps_no_other_mail(outbox: Means) -> None:
    queue(outbox, kind="digest")
    assert deliver(outbox, Relay(), OPEN).sent == 1
    waiting = [queue(outbox, kind="digest") for _ in range(CLAIMED_AT_ONCE)]
    last = queue(outbox)
    assert deliver(outbox, Relay(), OPEN).sent == 1
    assert states(outbox, [waiting[0], waiting[-1], last]) == ["queued", "queued", "sent"]


def make_trial(means: Means, value: str | None) -> None:
    """A writing verb with a made-up time, or none after all."""
    with means.database.write() as connection:
        if value is None:
            forget(connection, "proef")
        else:
            set_fact(connection, "proef", value)


def test_damaged_bytes_are_held_and_stop_no_other(outbox: Means) -> None:
    broken = queue(outbox)
    queue(outbox)
    with outbox.database.write() as connection:
        raw = stored(outbox, broken).raw or b""
        change_message(connection, broken, ["queued"], raw=raw[:-1] + bytes([raw[-1] ^ 1]))
    assert deliver(outbox, Relay(), OPEN).sent == 1
    assert (stored(outbox, broken).state, stored(outbox, broken).reason) == ("held", "de bewaarde mail is beschadigd")


def test_uncertain_mail_goes_once_more_when_a_person_says_so(outbox: Means) -> None:
    number, relay = queue(outbox), Relay([UNKNOWN, UNKNOWN, UNKNOWN])
    deliver(outbox, relay, OPEN)
    deliver(outbox, relay, OPEN + 30 * MINUTE)
    assert stored(outbox, number).state == "uncertain"
    with outbox.database.write() as connection:
        release(connection, number, outbox, OPEN + 60 * MINUTE)
    deliver(outbox, relay, OPEN + 60 * MINUTE)
    assert (stored(outbox, number).state, relay.tried) == ("uncertain", 3)
    with outbox.database.write() as connection:
        release(connection, number, outbox, OPEN + 60 * MINUTE)
    deliver(outbox, relay, OPEN + 60 * MINUTE)
    assert (stored(outbox, number).state, relay.taken) == ("sent", [a_mail(number)])


def test_uncertain_mail_that_is_dropped_does_not_go_again(outbox: Means) -> None:
    number, relay = queue(outbox), Relay([UNKNOWN, UNKNOWN])
    deliver(outbox, relay, OPEN)
    deliver(outbox, relay, OPEN + 30 * MINUTE)
    with outbox.database.write() as connection:
        drop(connection, number, "", OPEN + 60 * MINUTE)
    assert deliver(outbox, relay, OPEN + 60 * MINUTE) == Delivered(())
    assert (stored(outbox, number).state, stored(outbox, number).reason) == ("dropped", "telt als aangekomen")


@pytest.mark.parametrize(
    ("state", "verb", "told"),
    [
        ("uncertain", "drop", "telt nu als aangekomen. Het gaat niet nog eens weg."),
        ("bounced", "drop", "telt als nooit aangekomen."),
        ("uncertain", "release", "is misschien al aangekomen. Dan krijgt de ontvanger het nu twee keer."),
        ("bounced", "release", "1 bericht vrijgegeven."),
    ],
)
def test_the_bureau_is_told_what_its_word_on_an_ended_message_means(
    outbox: Means, state: str, verb: str, told: str
) -> None:
    number = queue(outbox)
    with outbox.database.write() as connection:
        change_message(connection, number, ["queued"], state=state, next_attempt=None)
    assert outbox.database.file is not None
    ran = run("outbox", verb, str(number), "--workspace", str(outbox.database.file.parent))
    assert (ran.code, told in ran.out, "twee keer" in ran.out) == (0, True, "twee keer" in told), ran


def test_a_channel_that_takes_all_at_once_leaves_the_same_as_one_by_one(outbox: Means) -> None:
    alone = queue(outbox)
    deliver(outbox, Relay(), OPEN)
    together = [queue(outbox) for _ in range(3)]
    assert deliver(outbox, NowhereChannel(), OPEN).sent == 3
    own = {"id": 0, "message_id": None, "raw": None}
    assert [replace(stored(outbox, number), **own) for number in together] == [
        replace(stored(outbox, alone), **own)
    ] * 3
    assert stored(outbox, alone).state == "sent"


def test_a_lost_claim_among_many_changes_nothing(outbox: Means) -> None:
    numbers = [queue(outbox), queue(outbox)]
    with outbox.database.write() as connection:
        held = claim(connection, "een", OPEN, OPEN + LEASE)
        record_all_sent(connection, [held[0], replace(held[1], claim=held[1].claim - 1)], OPEN, OPEN + DAY)
    assert states(outbox, numbers) == ["sent", "sending"]


def test_what_lets_its_reader_in_leaves_at_night_and_nothing_else_does(outbox: Means) -> None:
    night = OPEN + timedelta(hours=12)
    numbers = [queue(outbox, at=night, kind=kind) for kind in (ACCESS, "other", "digest")]
    deliver(outbox, Relay(), night)
    assert states(outbox, numbers) == ["sent", "queued", "queued"]
