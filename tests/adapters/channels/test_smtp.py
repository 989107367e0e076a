"""The channel: when it calls back, which connection it uses, what it refuses and how it closes."""

import gc
import threading
import time

import pytest

from engine.adapters.channels.smtp import SmtpChannel
from engine.core.ports import DeliveryError
from tests.adapters.channels.relays import (
    BRIEF,
    RAW,
    RECIPIENT,
    SENDER,
    a_channel,
    a_relay,
    a_server,
    deliver,
    nothing,
    refusal,
    wait_for,
)
from tests.adapters.channels.scripted import BREAK, SILENCE, SLOWLY, ScriptedServer


def test_on_data_is_called_once_after_354_and_before_the_first_byte() -> None:
    seen: list[tuple[str, int]] = []
    with ScriptedServer() as server, a_channel(a_relay(server.port)) as channel:

        def on_data() -> None:
            time.sleep(0.05)
            seen.append((server.commands[-1], server.body_bytes))

        deliver(channel, on_data=on_data)

    assert seen == [("DATA", 0)]


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data"])
def test_on_data_is_not_called_when_the_relay_refuses_before_354(phase: str) -> None:
    calls: list[str] = []
    with ScriptedServer({phase: "451 no"}) as server:
        refusal(a_relay(server.port), on_data=lambda: calls.append("called"))

    assert calls == []


def test_on_data_runs_in_the_thread_that_delivers() -> None:
    threads: list[int] = []
    with ScriptedServer() as server, a_channel(a_relay(server.port)) as channel:
        deliver(channel, on_data=lambda: threads.append(threading.get_ident()))

    assert threads == [threading.get_ident()]


def test_when_on_data_fails_nothing_is_sent() -> None:
    def disk_full() -> None:
        raise OSError("disk full")

    with ScriptedServer() as server, a_channel(a_relay(server.port)) as channel:
        with pytest.raises(OSError, match="disk full"):
            deliver(channel, on_data=disk_full)
        wait_for(server.hung_up)

    assert (server.messages, server.body_bytes) == ([], 0)


def test_the_answer_to_the_dot_may_take_longer_than_the_other_steps() -> None:
    slow = ScriptedServer({"dot": f"{SLOWLY}250 taken"})
    with slow as server, a_channel(a_relay(server.port), timeout=BRIEF) as channel:
        deliver(channel)

    assert server.messages == [RAW]


def test_a_line_that_breaks_while_on_data_fails_is_not_reported_twice(caplog: pytest.LogCaptureFixture) -> None:
    def locked_in_the_end() -> None:
        wait_for(server.hung_up)
        time.sleep(0.05)
        raise RuntimeError("database locked")

    scripted = ScriptedServer({"body": BREAK})
    with scripted as server, a_channel(a_relay(server.port)) as channel, pytest.raises(RuntimeError):
        deliver(channel, on_data=locked_in_the_end)
    gc.collect()

    assert caplog.records == []


def test_the_connection_is_kept_for_the_next_message() -> None:
    with ScriptedServer() as server, a_channel(a_relay(server.port)) as channel:
        deliver(channel)
        deliver(channel)

    assert (server.connections, len(server.messages)) == (1, 2)


def test_after_a_failure_the_next_message_gets_a_new_connection() -> None:
    with ScriptedServer({"rcpt": "550 no"}, {}) as server, a_channel(a_relay(server.port)) as channel:
        with pytest.raises(DeliveryError):
            deliver(channel)
        deliver(channel)

    assert (server.connections, len(server.messages)) == (2, 1)


def test_a_kept_connection_that_the_relay_closed_is_replaced() -> None:
    with ScriptedServer({"taken": BREAK}, {}) as server, a_channel(a_relay(server.port)) as channel:
        deliver(channel)
        wait_for(server.hung_up)
        deliver(channel)

    assert (server.connections, len(server.messages)) == (2, 2)


def test_a_closed_connection_is_not_asked_what_it_offers() -> None:
    servers = ScriptedServer({"taken": BREAK}, {}, offers=["SMTPUTF8"])
    with servers as server, a_channel(a_relay(server.port)) as channel:
        deliver(channel)
        wait_for(server.hung_up)
        time.sleep(0.05)
        channel.deliver(RAW, SENDER, "josé@regenboog.example", nothing)

    assert len(server.messages) == 2


@pytest.mark.parametrize("act", [BREAK, SILENCE, "421 idle too long"])
def test_a_kept_connection_that_is_dead_at_mail_is_replaced_silently(act: str) -> None:
    first = {"mail": ["", act]}
    with ScriptedServer(first, {}) as server, a_channel(a_relay(server.port), timeout=BRIEF) as channel:
        deliver(channel)
        deliver(channel)

    assert (server.connections, len(server.messages)) == (2, 2)


def test_a_kept_connection_is_replaced_only_once() -> None:
    with ScriptedServer({"mail": ["", BREAK]}, {"mail": BREAK}) as server, a_channel(a_relay(server.port)) as channel:
        deliver(channel)
        with pytest.raises(DeliveryError) as caught:
            deliver(channel)

    assert (server.connections, caught.value.verdict) == (2, "later")


def test_a_sender_refused_on_a_kept_connection_is_no_reason_to_try_again() -> None:
    with ScriptedServer({"mail": ["", "550 no"]}) as server, a_channel(a_relay(server.port)) as channel:
        deliver(channel)
        with pytest.raises(DeliveryError) as caught:
            deliver(channel)

    assert (server.connections, caught.value.verdict) == (1, "relay")


def test_an_idle_connection_is_asked_with_noop_first() -> None:
    with ScriptedServer() as server, a_channel(a_relay(server.port), idle=0) as channel:
        deliver(channel)
        deliver(channel)

    assert (server.commands.count("NOOP"), server.connections) == (1, 1)


@pytest.mark.parametrize("act", [BREAK, SILENCE, "421 bye"])
def test_an_idle_connection_that_does_not_answer_noop_is_replaced(act: str) -> None:
    limits = {"idle": 0.0, "timeout": BRIEF}
    with ScriptedServer({"noop": act}, {}) as server, a_channel(a_relay(server.port), **limits) as channel:
        deliver(channel)
        deliver(channel)

    assert (server.connections, len(server.messages)) == (2, 2)


def test_messages_from_several_threads_go_one_at_a_time() -> None:
    with ScriptedServer() as server, a_channel(a_relay(server.port)) as channel:
        threads = [threading.Thread(target=deliver, args=(channel,)) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert (server.connections, server.messages) == (1, [RAW] * 5)


def test_close_says_quit() -> None:
    with ScriptedServer() as server, a_channel(a_relay(server.port)) as channel:
        deliver(channel)
        channel.close()

    assert server.commands[-1] == "QUIT"


def test_close_ends_the_thread() -> None:
    with ScriptedServer() as server, a_channel(a_relay(server.port)) as channel:
        deliver(channel)
        channel.close()

        assert "smtp" not in {thread.name for thread in threading.enumerate()}


def test_close_may_be_called_twice_and_before_anything_was_sent() -> None:
    channel = SmtpChannel(a_relay(25))
    channel.close()
    channel.close()


def test_a_closed_channel_can_deliver_again() -> None:
    with ScriptedServer() as server, a_channel(a_relay(server.port)) as channel:
        deliver(channel)
        channel.close()
        deliver(channel)

    assert (server.connections, len(server.messages)) == (2, 2)


def test_a_recipient_with_letters_the_relay_cannot_take_is_never() -> None:
    with ScriptedServer() as server:
        error = refusal(a_relay(server.port), envelope=(SENDER, "josé@regenboog.example"))

    assert error.verdict == "never"
    assert [command.split()[0] for command in server.commands] == ["EHLO"]


def test_a_sender_with_letters_the_relay_cannot_take_is_config() -> None:
    with ScriptedServer() as server:
        error = refusal(a_relay(server.port), envelope=("zoë@swv.example", RECIPIENT))

    assert error.verdict == "config"


def test_a_recipient_with_such_letters_is_sent_where_the_relay_offers_smtputf8() -> None:
    with a_server() as (inbox, port), a_channel(a_relay(port)) as channel:
        channel.deliver(RAW, SENDER, "josé@regenboog.example", nothing)

    assert inbox.envelopes[0].rcpt_tos == ["josé@regenboog.example"]


@pytest.mark.parametrize("address", ["", "jan", "a@b.example, c@d.example", "a@b.example\r\nDATA", "a b@c.example"])
def test_what_is_not_one_address_is_never_and_nothing_is_asked_of_the_relay(address: str) -> None:
    with ScriptedServer() as server:
        error = refusal(a_relay(server.port), envelope=(SENDER, address))

    assert (error.verdict, server.connections) == ("never", 0)
