"""What SPF, DKIM and DMARC records say of a sender's domain."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from engine.core.finding import Finding
from engine.core.sender_domain import Texts, look_at_dkim, look_at_dmarc, look_at_spf

DOMAIN = "planning.swv.example"
LookAt = Callable[[str, Texts], Iterator[Finding]]


def seen(look: LookAt, **records: Sequence[str]) -> tuple[str, str]:
    """Grade and message; a key is the part of the name before the domain, `top` the domain above."""
    known = {"own": DOMAIN, "dmarc": f"_dmarc.{DOMAIN}", "top": "_dmarc.swv.example"}
    names = {known.get(key, f"{key}._domainkey.{DOMAIN}"): texts for key, texts in records.items()}
    (found,) = look(DOMAIN, lambda name: names.get(name, ()))
    return found.grade, found.message


@pytest.mark.parametrize(
    ("texts", "grade", "words"),
    [
        ([], "note", "geen SPF-record"),
        (["v=spf1 include:x.example ~all"], "fine", "heeft een SPF-record"),
        (["V=SPF1 mx -ALL", "google-site-verification=1"], "fine", "heeft een SPF-record"),
        (["v=spf1 redirect=x.example"], "fine", "verwijst"),
        (["v=spf1 mx"], "note", "zegt niet"),
        (["v=spf1 mx ?all"], "note", "zegt niet"),
        (["v=spf1 mx +all"], "problem", "iedereen"),
        (["v=spf1 all"], "problem", "iedereen"),
        (["v=spf1 mx -all", "v=spf1 a -all"], "problem", "2 SPF-records"),
        (["v=spf10 mx -all"], "note", "geen SPF-record"),
    ],
)
def test_spf(texts: list[str], grade: str, words: str) -> None:
    found = seen(look_at_spf, own=texts)
    assert (found[0], words in found[1]) == (grade, True), found


@pytest.mark.parametrize(
    ("records", "grade", "words"),
    [
        ({}, "note", "onder een andere naam"),
        ({"selector2": ["v=DKIM1; k=rsa; p=MIG fAB"]}, "fine", "selector2"),
        ({"google": ["k=rsa; p=MIGf"]}, "fine", "google"),
        ({"mail": ["v=DKIM1; p="]}, "note", "ingetrokken"),
        ({"mail": ["v=spf1 -all"]}, "note", "onder een andere naam"),
    ],
)
def test_dkim(records: dict[str, list[str]], grade: str, words: str) -> None:
    found = seen(look_at_dkim, **records)
    assert (found[0], words in found[1]) == (grade, True), found


@pytest.mark.parametrize(
    ("records", "grade", "words"),
    [
        ({}, "note", "geen DMARC-record"),
        ({"dmarc": ["v=DMARC1; p=none"]}, "fine", f"{DOMAIN} is 'none'"),
        ({"top": ["v=DMARC1;p=reject"]}, "fine", "swv.example is 'reject'"),
        ({"dmarc": ["v=DMARC1; p=quarantine"], "top": ["v=DMARC1;p=reject"]}, "fine", "'quarantine'"),
        ({"dmarc": ["v=DMARC1; rua=mailto:x@x.example"]}, "problem", "geldig beleid"),
        ({"dmarc": ["v=DMARC1; p=none", "v=DMARC1; p=reject"]}, "problem", "2 DMARC-records"),
    ],
)
def test_dmarc(records: dict[str, list[str]], grade: str, words: str) -> None:
    found = seen(look_at_dmarc, **records)
    assert (found[0], words in found[1]) == (grade, True), found
