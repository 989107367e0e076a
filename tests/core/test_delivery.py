"""What becomes of a message after a failed attempt, and how long a relay rests."""

from datetime import UTC, datetime, timedelta

from engine.core.delivery import Refusal, fate, refuses_everyone, rest_after, shows_forwarding

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_message_that_is_put_off_waits_longer_each_time_and_at_most_four_hours() -> None:
    waits = [fate("later", tries, NOW, NOW, doubts=0).again for tries in range(6)]
    assert [wait and (wait - NOW) / MINUTE for wait in waits] == [30, 60, 120, 240, 240, 240]


def test_a_message_is_given_up_five_days_after_the_first_attempt() -> None:
    first = NOW - timedelta(days=5)
    assert fate("later", 20, first + MINUTE, NOW, doubts=0).state == "deferred"
    assert fate("later", 20, first, NOW, doubts=0).state == "bounced"


def test_the_same_bytes_go_once_more_after_one_doubt_and_not_after_two() -> None:
    assert [fate("unknown", 3, NOW, NOW, doubts=doubts).state for doubts in (1, 2)] == ["deferred", "uncertain"]


def test_what_the_relay_does_wrong_counts_against_no_message() -> None:
    for verdict in ("relay", "config"):
        found = fate(verdict, 0, NOW, NOW, doubts=0)
        assert (found.state, found.counts, found.stops) == ("queued", False, True)


def test_a_relay_rests_five_minutes_doubling_to_an_hour() -> None:
    rest, now, lengths = None, NOW, []
    for _ in range(6):
        rest = rest_after(rest, "weg", "merk", now)
        lengths.append((rest.until - now) / MINUTE)
        now = rest.until
    assert lengths == [5, 10, 20, 40, 60, 60]
    assert rest is not None
    assert rest.since == NOW


def test_several_workers_that_meet_one_failure_count_once() -> None:
    rest = rest_after(None, "weg", "merk", NOW)
    assert rest_after(rest, "weg", "merk", NOW + MINUTE) == rest


def test_with_other_settings_the_rest_begins_anew() -> None:
    rest = rest_after(rest_after(None, "weg", "oud", NOW), "weg", "oud", NOW + 5 * MINUTE)
    assert (rest_after(rest, "weg", "nieuw", NOW + 6 * MINUTE).until - NOW) / MINUTE == 11


def test_three_addresses_refused_in_a_row_are_the_relays_fault_and_one_address_thrice_is_not() -> None:
    refused = [Refusal(number, f"a{number}@school.example", NOW) for number in range(3)]
    assert refuses_everyone(refused)
    assert not refuses_everyone(refused[:2])
    assert not refuses_everyone([Refusal(number, "a@school.example", NOW) for number in range(3)])


def test_mail_taken_for_its_own_domain_does_not_show_that_a_relay_forwards() -> None:
    mailbox, refused = "planning@swv.example", [Refusal(1, "a@school.example", NOW)]
    assert shows_forwarding("b@anders.example", refused, mailbox)
    assert not shows_forwarding("consulent@swv.example", refused, mailbox)
    assert shows_forwarding("consulent@swv.example", [Refusal(1, "weg@swv.example", NOW)], mailbox)
