"""Whose fault a failure is: a scripted server fails in each phase."""

import socket
import time

import pytest

from tests.adapters.channels.relays import BIG, BRIEF, PATIENT, a_relay, nothing, refusal, wait_for
from tests.adapters.channels.scripted import BREAK, BREAK_HALFWAY, GARBAGE, SILENCE, SLOWLY, ScriptedServer

pytestmark = pytest.mark.slow

# What the relay does, in which phase, and whose fault that is.
VERDICTS = [
    *(("greeting", act, "relay") for act in (BREAK, SILENCE, GARBAGE, "421 no", "450 no", "550 no", "554 no")),
    *(("ehlo", act, "relay") for act in (BREAK, SILENCE, GARBAGE, "421 no", "450 no", "550 no", "554 no")),
    *(("auth", act, "relay") for act in (BREAK, SILENCE, GARBAGE, "421 no", "454 no")),
    *(("auth", act, "config") for act in ("530 no", "534 no", "535 no", "550 no")),
    *(("mail", act, "later") for act in (BREAK, SILENCE, GARBAGE, "450 no", "451 no", "452 no")),
    *(("mail", act, "relay") for act in ("421 no", "550 5.7.1 no", "552 no", "554 no")),
    *(("mail", act, "config") for act in ("530 no", "535 no")),
    *(("rcpt", act, "later") for act in (BREAK, SILENCE, GARBAGE, "450 no", "451 no", "452 no")),
    *(("rcpt", act, "never") for act in ("550 no", "552 no", "553 no", "554 no")),
    *(("rcpt", act, "config") for act in ("530 no", "535 no")),
    ("rcpt", "421 no", "relay"),
    *(("data", act, "later") for act in (BREAK, SILENCE, GARBAGE, "450 no", "451 no", "250 no")),
    *(("data", act, "never") for act in ("550 no", "552 no", "554 no")),
    *(("data", act, "config") for act in ("530 no", "535 no")),
    ("data", "421 no", "relay"),
    *(("body", act, "later") for act in (BREAK, "451 no")),
    ("body", "552 no", "never"),
    ("body", "421 no", "relay"),
    *(("dot", act, "unknown") for act in (BREAK, SILENCE, GARBAGE, "354 no")),
    *(("dot", act, "later") for act in ("450 no", "451 no", "452 no")),
    *(("dot", act, "never") for act in ("535 no", "550 no", "552 no", "554 no")),
    ("dot", "421 no", "relay"),
]


@pytest.mark.parametrize(("phase", "act", "verdict"), VERDICTS)
def test_each_failure_has_the_verdict_of_its_phase(phase: str, act: str, verdict: str) -> None:
    wait = BRIEF if act == SILENCE else PATIENT
    limits = {"answer_timeout": wait} if phase == "dot" else {"timeout": wait}
    login = {"user": "bureau", "password": "geheim"} if phase == "auth" else {}
    with ScriptedServer({phase: act}, offers=["AUTH PLAIN"]) as server:
        on_data = nothing if phase != "body" or act != BREAK else lambda: wait_for(server.hung_up)
        error = refusal(a_relay(server.port, **login), on_data=on_data, **limits)

    assert error.verdict == verdict
    assert f"127.0.0.1:{server.port}" in error.message


def test_a_line_that_breaks_halfway_the_body_is_later() -> None:
    with ScriptedServer({"body": BREAK_HALFWAY}) as server:
        assert refusal(a_relay(server.port), BIG).verdict == "later"


def test_a_relay_that_stops_reading_halfway_the_body_is_later() -> None:
    with ScriptedServer({"body": SILENCE}) as server:
        assert refusal(a_relay(server.port), BIG, timeout=BRIEF).verdict == "later"


def test_a_yes_that_comes_before_the_dot_is_no_yes_to_the_message() -> None:
    with ScriptedServer({"body": f"{SLOWLY}250 yes"}) as server:
        assert refusal(a_relay(server.port), on_data=lambda: time.sleep(0.5)).verdict == "later"


def test_a_refused_connection_is_relay() -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        port = unheard.getsockname()[1]

        error = refusal(a_relay(port))

    assert error.verdict == "relay"
    assert error.message.startswith(f"De mailserver 127.0.0.1:{port} is niet bereikbaar")
    assert error.message.endswith("Controleer [smtp] host en port in config.toml.")


def test_a_host_that_dns_does_not_know_is_relay() -> None:
    assert refusal(a_relay(25, host="bestaat-niet.invalid")).verdict == "relay"


def test_a_host_that_cannot_be_a_name_is_config() -> None:
    assert refusal(a_relay(25, host="a..b")).verdict == "config"


def test_the_servers_words_are_told_on_one_line_without_the_path_of_a_link() -> None:
    answer = "554-5.7.1 no\r\n554 see https://swv.example/p/geheim-token \x1b[31m\udcff".encode(errors="replace")
    with ScriptedServer({"dot": answer.decode()}) as server:
        error = refusal(a_relay(server.port))

    assert "(554 5.7.1 no see https://swv.example/… [31m?)" in error.message
