"""What goes over one connection: the bytes, the encryption and the login."""

import ssl
import subprocess
from pathlib import Path

import pytest

from tests.adapters.channels.relays import (
    BIG,
    RAW,
    RECIPIENT,
    SENDER,
    a_channel,
    a_relay,
    a_server,
    deliver,
    knows_the_office,
    refusal,
)
from tests.adapters.channels.scripted import BREAK, ScriptedServer

# aiosmtpd warns of a server that asks for a login in the clear; on loopback that is what is tested.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", "/CN=relay.example", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", "key.pem", "-out", "cert.pem"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def server_tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))


def test_the_bytes_arrive_as_they_are() -> None:
    raw = RAW + b".\r\n..\r\n.dot\r\n" + b"y" * 996 + b"\r\n\r\nlast\t \r\n"
    with a_server() as (inbox, port), a_channel(a_relay(port)) as channel:
        deliver(channel, raw)

    assert inbox.envelopes[0].content == raw


def test_a_line_longer_than_smtp_allows_is_not_cut() -> None:
    raw = RAW + b"z" * 5000 + b"\r\n"
    with ScriptedServer() as server, a_channel(a_relay(server.port)) as channel:
        deliver(channel, raw)

    assert server.messages == [raw]


def test_a_body_of_megabytes_arrives_whole() -> None:
    with ScriptedServer() as server, a_channel(a_relay(server.port)) as channel:
        deliver(channel, BIG)

    assert server.messages == [BIG]


def test_a_lone_line_feed_cannot_end_the_message() -> None:
    with ScriptedServer() as server, a_channel(a_relay(server.port)) as channel:
        deliver(channel, RAW + b"a\n.\nMAIL FROM:<x@y.example>\n")

    assert server.messages == [RAW + b"a\r\n.\r\nMAIL FROM:<x@y.example>\r\n"]


def test_the_envelope_is_one_sender_and_one_recipient() -> None:
    with a_server() as (inbox, port), a_channel(a_relay(port)) as channel:
        deliver(channel)

    assert (inbox.envelopes[0].mail_from, inbox.envelopes[0].rcpt_tos) == (SENDER, [RECIPIENT])


def test_eight_bit_bytes_are_announced_where_the_relay_wants_that() -> None:
    with a_server() as (inbox, port), a_channel(a_relay(port)) as channel:
        deliver(channel, RAW + "één\r\n".encode())

    assert inbox.envelopes[0].mail_options == ["BODY=8BITMIME"]


def test_starttls_encrypts_before_the_message(server_tls: ssl.SSLContext, trusted: None) -> None:
    with a_server(tls_context=server_tls, require_starttls=True) as (inbox, port):
        with a_channel(a_relay(port, tls="starttls")) as channel:
            deliver(channel, BIG[:200_000] + b"\r\n")

        assert inbox.was_encrypted == [True]
        assert inbox.envelopes[0].content == BIG[:200_000] + b"\r\n"


def test_tls_encrypts_from_the_first_byte(server_tls: ssl.SSLContext, trusted: None) -> None:
    with a_server(ssl_context=server_tls) as (inbox, port):
        with a_channel(a_relay(port, tls="tls")) as channel:
            deliver(channel)
            deliver(channel)

        assert inbox.was_encrypted == [True, True]


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_certificate_that_nobody_vouches_for_is_config(tls: str, server_tls: ssl.SSLContext) -> None:
    options = {"ssl_context": server_tls} if tls == "tls" else {"tls_context": server_tls}
    with a_server(**options) as (inbox, port):
        error = refusal(a_relay(port, tls=tls))

    assert (error.verdict, inbox.envelopes) == ("config", [])
    assert error.message.startswith(f"Het certificaat van de mailserver 127.0.0.1:{port} klopt niet")


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_certificate_for_another_name_is_config(tls: str, server_tls: ssl.SSLContext, trusted: None) -> None:
    options = {"ssl_context": server_tls} if tls == "tls" else {"tls_context": server_tls}
    with a_server(**options) as (_, port):
        assert refusal(a_relay(port, host="localhost", tls=tls)).verdict == "config"


def test_starttls_that_is_not_offered_is_config_and_nothing_goes_in_the_clear() -> None:
    with ScriptedServer(offers=["AUTH PLAIN"]) as server:
        error = refusal(a_relay(server.port, tls="starttls", user="bureau", password="geheim"))

    assert error.verdict == "config"
    assert [command.split()[0] for command in server.commands] == ["EHLO"]


@pytest.mark.parametrize("act", [BREAK, "454 4.7.0 TLS not available"])
def test_starttls_that_fails_is_relay_and_nothing_goes_in_the_clear(act: str) -> None:
    with ScriptedServer({"starttls": act}, offers=["STARTTLS"]) as server:
        error = refusal(a_relay(server.port, tls="starttls"))

    assert error.verdict == "relay"
    assert [command.split()[0] for command in server.commands] == ["EHLO", "STARTTLS"]


def test_tls_asked_of_a_server_that_speaks_plainly_is_config() -> None:
    with ScriptedServer() as server:
        assert refusal(a_relay(server.port, tls="tls")).verdict == "config"


def test_the_user_is_logged_in() -> None:
    login = {"authenticator": knows_the_office, "auth_required": True, "auth_require_tls": False}
    with a_server(**login) as (inbox, port):
        with a_channel(a_relay(port, user="bureau", password="geheim")) as channel:
            deliver(channel)

        assert len(inbox.envelopes) == 1


def test_a_wrong_password_is_config_and_says_where_to_mend_it() -> None:
    login = {"authenticator": knows_the_office, "auth_required": True, "auth_require_tls": False}
    with a_server(**login) as (_, port):
        error = refusal(a_relay(port, user="bureau", password="fout"))

    assert error.verdict == "config"
    assert "JAARPLANNING_SMTP_WACHTWOORD" in error.message
    assert "fout" not in error.message


def test_a_challenge_that_is_no_base64_is_relay() -> None:
    with ScriptedServer({"auth": "334 é"}, offers=["AUTH CRAM-MD5"]) as server:
        assert refusal(a_relay(server.port, user="bureau", password="geheim")).verdict == "relay"


@pytest.mark.parametrize("echo", ["geheim", "AGJ1cmVhdQBnZWhlaW0=", "Z2VoZWlt"])
def test_a_password_that_the_relay_repeats_is_not_told_on(echo: str) -> None:
    with ScriptedServer({"auth": f"535 what is {echo}?"}, offers=["AUTH PLAIN"]) as server:
        error = refusal(a_relay(server.port, user="bureau", password="geheim"))

    assert error.verdict == "config"
    assert echo not in error.message


def test_a_login_that_the_relay_does_not_offer_is_config() -> None:
    with ScriptedServer() as server:
        assert refusal(a_relay(server.port, user="bureau", password="geheim")).verdict == "config"
