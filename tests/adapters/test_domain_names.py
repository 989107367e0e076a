"""Asking a name server: what it knows, what it does not, and one that never answers."""

import time

import pytest

from engine.adapters.domain_names import DomainNames, NoAnswer
from tests.names import GOOD, a_name_server


def names(port: int, patience: float = 3.0) -> DomainNames:
    return DomainNames(["127.0.0.1"], port, patience)


def test_a_record_in_pieces_is_one_text() -> None:
    with a_name_server(GOOD) as port:
        assert sorted(names(port).texts("swv.example")) == ["een ander record", "v=spf1 include:mail.example -all"]


def test_a_name_that_does_not_exist_has_no_texts_and_takes_no_mail() -> None:
    with a_name_server(GOOD) as port:
        assert names(port).texts("nergens.example") == ()
        assert not names(port).takes_mail("nergens.example")


def test_a_name_without_such_a_record_has_no_texts() -> None:
    with a_name_server({("swv.example", "A"): ["192.0.2.1"]}) as port:
        assert names(port).texts("swv.example") == ()


@pytest.mark.parametrize(
    ("records", "takes"),
    [
        ({("swv.example", "MX"): ["10 mail.swv.example."]}, True),
        ({("swv.example", "MX"): ["0 ."]}, False),
        ({("swv.example", "A"): ["192.0.2.1"]}, True),
        ({("swv.example", "AAAA"): ["2001:db8::1"]}, True),
        ({("swv.example", "TXT"): ['"x"']}, False),
    ],
)
def test_mail_needs_somewhere_to_go(records: dict[tuple[str, str], list[str]], takes: bool) -> None:
    with a_name_server(records) as port:
        assert names(port).takes_mail("swv.example") is takes


def test_a_server_that_never_answers_is_not_waited_for_long() -> None:
    began = time.monotonic()
    with a_name_server(GOOD, silent=True) as port, pytest.raises(NoAnswer):
        names(port, 0.2).texts("swv.example")
    assert time.monotonic() - began < 2
