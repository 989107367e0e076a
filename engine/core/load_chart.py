"""The load of documents per month as a picture: a bar for each month, with how many, and what is too full marked."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.chart import Box, Chart, Line, Text
from engine.core.document_load import MonthLoad
from engine.core.dutch import MONTHS, counted, month_year
from engine.core.text_width import text_width

# A wide one for a screen, a narrow one for a phone, and one for paper: its width, how many months stand in a row, and
# how high the highest bar is.
WIDE, NARROW, SHEET = (1120.0, 60, 110.0), (340.0, 24, 80.0), (700.0, 40, 90.0)
# Above the highest bar a number and a mark fit, below the bars a letter and the year.
ABOVE, BELOW = 26.0, 34.0
NUMBER, LETTER, YEAR = 10.0, 9.0, 11.0
# What a bar takes of its month, and the least that can be seen.
PART, THINNEST = 0.66, 2.0
# So many kinds look each like themselves.
LOOKS = 3
MARK = "▲"


def load_chart(
    load: Sequence[MonthLoad], most: int, kinds: Sequence[str], shape: tuple[float, int, float] = WIDE
) -> Chart:
    """The picture: a row of months below the other, each bar built of the kinds in their order.

    A month with more than `most` documents has a shade and a mark, and a line says how high that is.
    """
    width, per_row, high = shape
    chart = Chart(width)
    highest = max([most + 1, *(one.total for one in load)])
    step, unit = width / per_row, high / highest
    for begin in range(0, len(load), per_row):
        top = chart.height
        base = top + ABOVE + high
        row = load[begin : begin + per_row]
        for number, one in enumerate(row):
            _month(chart, one, most, kinds, Box(number * step, top, step, ABOVE + high, "full"), unit)
        _years(chart, row, step, top, base)
        chart.lines.append(Line(0, base, len(row) * step, base, "base"))
        chart.lines.append(Line(0, base - most * unit, len(row) * step, base - most * unit, "most"))
        chart.height = base + BELOW
    return chart


def month_told(one: MonthLoad, most: int) -> str:
    """`mei 2028: 12 documenten, te vol`."""
    full = ", te vol" if one.total > most else ""
    return f"{month_year(one.month)}: {counted(one.total, 'document', 'documenten')}{full}"


def _month(chart: Chart, one: MonthLoad, most: int, kinds: Sequence[str], place: Box, unit: float) -> None:
    x, step, base, full = place.x, place.width, place.y + place.height, one.total > most
    if full:
        chart.shades.append(place)
    y, wide = base, step * PART
    for number, kind in enumerate(kinds):
        if count := one.kinds.get(kind, 0):
            high = max(count * unit, THINNEST)
            y -= high
            style = f"kind-{number % LOOKS}"
            chart.boxes.append(Box(x + (step - wide) / 2, y, wide, high, style, month_told(one, most)))
    if one.total:
        _middle(chart, str(one.total), x, step, y - 3, "full" if full else "label", NUMBER, bold=full)
    if full:
        _middle(chart, MARK, x, step, y - 3 - 1.2 * NUMBER, "full", NUMBER)
    _middle(chart, MONTHS[one.month.month - 1][0], x, step, base + 11, "quiet", LETTER)


def _years(chart: Chart, row: Sequence[MonthLoad], step: float, top: float, base: float) -> None:
    """A year's number below its first month in the row, where it fits, and a line where it begins."""
    for number, one in enumerate(row):
        begins = one.month.month == 1
        if begins and number:
            chart.lines.append(Line(number * step, top, number * step, base + BELOW - 8, "grid"))
        text = str(one.month.year)
        room = sum(other.month.year == one.month.year for other in row) * step
        if (begins or not number) and text_width(text, YEAR, bold=True) <= room:
            chart.texts.append(Text(number * step + 2, base + 24, text, "month", YEAR, bold=True))


def _middle(
    chart: Chart, text: str, x: float, step: float, y: float, style: str, size: float, *, bold: bool = False
) -> None:
    """The text in the middle of its month, smaller where it would not fit in it."""
    width = text_width(text, size, bold=bold)
    size *= min(1, (step - 1) / width)
    chart.texts.append(Text(x + (step - text_width(text, size, bold=bold)) / 2, y, text, style, size, bold=bold))
