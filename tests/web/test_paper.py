"""Dates on pages with as much as their reader needs, and no more; the text of a mail without its rules."""

from __future__ import annotations

from datetime import date

from engine.web.paper import PAPER

TODAY = date(2026, 11, 27)


def shown(source: str, day: date) -> str:
    return PAPER.from_string(source).render(day=day, today=TODAY).strip()


def test_a_day_of_another_year_has_its_year() -> None:
    """A list over two years would else show last September as if it were this one."""
    assert shown("{{ day|dag_bij(today) }}", date(2026, 9, 11)) == "vrijdag 11 september"
    assert shown("{{ day|dag_bij(today) }}", date(2025, 9, 11)) == "donderdag 11 september 2025"


def test_so_has_the_day_beside_a_status() -> None:
    macro = '{% from "parts.html" import status %}{{ status("done", day, today=today) }}'
    assert "do 11 sep 2025</time>" in shown(macro, date(2025, 9, 11))
    assert "vr 11 sep</time>" in shown(macro, date(2026, 9, 11))


def test_the_text_of_a_mail_has_bold_headings_instead_of_rules() -> None:
    text = "Beste Jan & Els,\n\nThuiszitters <b>\n=============\n\n- een\n--- geen lijn\n\nVraag?\n------\n\nBel ons."
    assert PAPER.from_string("{{ text|kalm }}").render(text=text) == (
        "Beste Jan &amp; Els,\n\n<strong>Thuiszitters &lt;b&gt;</strong>\n\n- een\n--- geen lijn\n\n"
        "<strong>Vraag?</strong>\n\nBel ons."
    )
