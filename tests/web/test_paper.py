"""Dates on pages: with as much as their reader needs, and no more."""

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
