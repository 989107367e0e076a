"""The picture of the load: what is in it lies within it, each number over its bar, and overfull months are marked."""

from __future__ import annotations

from datetime import date

import pytest

from engine.core.dating import months_on
from engine.core.document_load import MonthLoad
from engine.core.load_chart import MARK, NARROW, SHEET, WIDE, load_chart

KINDS = ("aanbod", "profiel")


def a_load(*totals: int) -> list[MonthLoad]:
    """Ten years from November 2026, of which the first months bring so many."""
    numbers = [*totals, *[0] * (120 - len(totals))]
    return [
        MonthLoad(months_on(date(2026, 11, 1), place), {"profiel": number} if number else {})
        for place, number in enumerate(numbers)
    ]


@pytest.mark.parametrize("shape", [WIDE, NARROW, SHEET])
def test_all_lies_within_the_picture_and_no_two_texts_meet(shape):
    chart = load_chart(a_load(*range(60), 100), 5, KINDS, shape)
    boxes = [text.box for text in chart.texts]
    assert all(
        left >= 0 and right <= chart.width and top >= 0 and end <= chart.height for left, top, right, end in boxes
    )
    assert all(one.x >= 0 and one.x + one.width <= chart.width and one.y >= 0 for one in chart.boxes)
    for place, one in enumerate(chart.texts):
        for other in chart.texts[place + 1 :]:
            left, top, right, end = one.box
            begin, above, until, below = other.box
            assert right <= begin or until <= left or end <= above or below <= top, (one, other)


def test_every_month_with_documents_has_a_bar_and_its_number():
    chart = load_chart(a_load(2, 0, 1), 5, KINDS)
    assert [one.told for one in chart.boxes] == ["november 2026: 2 documenten", "januari 2027: 1 document"]
    assert [one.text for one in chart.texts if one.text in "12"] == ["2", "1"]
    assert chart.boxes[0].height == 2 * chart.boxes[1].height
    assert {one.style for one in chart.boxes} == {"kind-1"}


def test_a_month_with_more_than_fit_is_marked_by_more_than_a_colour():
    chart = load_chart(a_load(5, 6), 5, KINDS)
    assert sum(one.text == MARK for one in chart.texts) == 1
    assert [(one.x, one.style) for one in chart.shades] == [(WIDE[0] / 60, "full")]
    assert chart.boxes[1].told == "december 2026: 6 documenten, te vol"


def test_kinds_stand_upon_each_other():
    load = [MonthLoad(date(2026, 11, 1), {"aanbod": 1, "profiel": 3})]
    below, above = load_chart(load, 5, KINDS).boxes
    assert above.y + above.height == pytest.approx(below.y)
    assert above.height == pytest.approx(3 * below.height)
