"""A mail as a colleague may see it."""

from __future__ import annotations

from engine.core.letter import Rendered
from engine.core.shown_mail import as_proof, links_of, unusable

TOKEN = "aB3_" * 8
LINK = f"https://planning.swv.example/mijn/{TOKEN}"
MAIL = Rendered(
    "Uiterlijk 1 oktober: leerlingenaantallen doorgeven",
    f'<html><body style="margin:0"><a style="color:red" href="{LINK}#taak">Stuur</a> '
    f"<a href='{LINK}'>x</a> {LINK}</body></html>",
    f"Stuur uw gegevens:\n  open\n  {LINK}\n\nZie https://www.swv.example/over-ons/contact\n",
)


def test_nothing_of_a_personal_link_is_left() -> None:
    shown = unusable(MAIL)
    assert TOKEN not in shown.html + shown.text
    assert "href" not in shown.html
    assert "https://planning.swv.example/mijn/…" in shown.text


def test_an_address_that_anyone_may_know_stays_readable() -> None:
    assert "https://www.swv.example/over-ons/contact" in unusable(MAIL).text


def test_a_secret_in_any_path_is_hidden() -> None:
    secret = Rendered("x", f"<p>https://swv.example/uitnodiging/{TOKEN}?a=1</p>", "")
    assert unusable(secret).html == "<p>https://swv.example/uitnodiging/…</p>"


def test_a_proof_says_so_in_subject_html_and_text() -> None:
    proof = as_proof(MAIL, "Jan <b> (jan@school.example)")
    assert proof.subject.startswith("Proef: ")
    assert len(proof.subject) <= 60
    assert "Proef." in proof.html
    assert "Jan &lt;b&gt;" in proof.html
    assert proof.html.index("<body") < proof.html.index("Proef.") < proof.html.index("Stuur")
    assert proof.text.startswith("PROEF\n")
    assert "jan@school.example" in proof.text
    assert TOKEN not in proof.html + proof.text


def test_links_of_a_mail_are_told_once_and_in_order() -> None:
    assert links_of(MAIL) == (f"{LINK}#taak", LINK)
