"""Saying hello to the relay: nothing is sent, and what is wrong is told."""

import socket
import time

import pytest

from engine.adapters.channels.knock import NoNetwork, knock
from engine.core.ports import DeliveryError
from tests.adapters.channels.relays import a_relay, a_server, knows_the_office


def refused(port: int, **changes: object) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        knock(a_relay(port, **changes), 1.0)
    return caught.value


def test_a_relay_that_answers_gets_no_mail() -> None:
    with a_server(authenticator=knows_the_office, auth_require_tls=False) as (inbox, port):
        knock(a_relay(port, user="bureau", password="geheim"))
    assert inbox.envelopes == []


def test_a_wrong_password_is_told_without_it() -> None:
    with a_server(authenticator=knows_the_office, auth_require_tls=False) as (_, port):
        error = refused(port, user="bureau", password="verkeerd")
    assert error.verdict == "config"
    assert "weigert het aanmelden" in error.message
    assert "verkeerd" not in error.message


def test_a_relay_without_encryption_is_told() -> None:
    with a_server() as (_, port):
        assert "biedt geen STARTTLS aan" in refused(port, tls="starttls").message


def test_a_relay_that_says_nothing_is_not_waited_for_long() -> None:
    began = time.monotonic()
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(DeliveryError, match="antwoordt niet"):
            knock(a_relay(silent.getsockname()[1]), 0.2)
    assert time.monotonic() - began < 2


def test_without_a_network_nothing_is_said_of_the_relay() -> None:
    with pytest.raises(NoNetwork):
        knock(a_relay(25, host="255.255.255.255"), 1.0)  # an address to which no road leads (RFC 919)
