"""The jaarplanning as a picture: lanes, bars, marks and texts with their places, so that no two texts meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from engine.core.calendar import ONE_DAY
from engine.core.chart import Box, Chart, Line, Mark, Text
from engine.core.dutch import MONTHS, short_date, weekday
from engine.core.schooljaar import Schooljaar
from engine.core.text_width import text_width, wrapped
from engine.core.yearplan import KINDS, Entry, Lane, RegionVakanties, YearPlan

SHORT_NAMES = {
    "herfstvakantie": "herfst",
    "kerstvakantie": "kerst",
    "voorjaarsvakantie": "voorjaar",
    "meivakantie": "mei",
    "zomervakantie": "zomer",
}
# Of A4 lying down 279 mm are left between the margins: a unit is a quarter of a millimetre.
WIDTH = 1120.0
# The height that is left there for the picture, as a part of the width.
PAPER = 170 / 279
LEFT = 214.0
PAD = 6.0
MONTH_HIGH = 22.0
GROUP_HIGH = 21.0
# Of a lane: the track of its bars, and the lines of text below it.
TRACK, BAR, LINE_HIGH = 15.0, 9.0, 13.0
SMALL, NORMAL, HEAD = 10.0, 11.0, 12.0
BETWEEN = 8.0
# How much higher than the paper a picture may be before it is made dense.
MOST_ROOMY = 1.3
# No text at a bar is wider, however long the name of a round.
WIDEST = 320.0
DIAMOND, DOT = 6.0, 5.0
THINNEST = 4.0


def paper_chart(plan: YearPlan) -> Chart:
    """The picture for the wall, where tomorrow is another day: without today's line, and as wide as fills the paper.

    With so many rules that its letters would become too small, it is dense.
    """
    chart = wall_chart(plan, None)
    dense = chart.height > MOST_ROOMY * WIDTH * PAPER
    if dense:
        chart = wall_chart(plan, None, dense=True)
    needed = chart.height / PAPER
    return wall_chart(plan, None, needed, dense=dense) if needed > chart.width else chart


def wall_chart(plan: YearPlan, today: date | None, width: float = WIDTH, *, dense: bool = False) -> Chart:
    """The picture of the jaarplanning; with a line on `today` where that lies in the schooljaar.

    `dense`: with one line of text at a bar, beside it where there is room, and without who is asked.
    """
    drawing = _Drawing(plan.schooljaar, width, dense=dense)
    drawing.months()
    for region in plan.regions:
        drawing.vakanties(region, named=len(plan.regions) > 1)
    top = drawing.chart.height
    for kind, lanes in groupby(plan.lanes, lambda lane: lane.kind):
        drawing.group(KINDS[kind])
        for lane in lanes:
            drawing.lane(lane)
    drawing.shades(plan.regions, top)
    drawing.grid()
    if today is not None and plan.schooljaar.begin <= today <= plan.schooljaar.end:
        drawing.today(today)
    drawing.chart.height += PAD
    return drawing.chart


def entry_lines(entry: Entry) -> list[str]:
    """What stands at the bar of a round: its name and peildatum, and from which day to which."""
    head = [entry.round] if entry.round else []
    one_day = entry.opens == entry.due and entry.opens.one
    if entry.peildatum is not None and not (one_day and entry.peildatum == entry.due):
        head.append(f"peildatum {entry.peildatum.short}")
    return [" · ".join(head), *entry_days(entry)] if head else entry_days(entry)


def dense_line(entry: Entry) -> str:
    """The same in one line, without what the bar shows by itself."""
    begins, ends = entry.first or entry.opens, entry.due
    days = ends.short if entry.opens == ends and ends.one else f"{begins.short} t/m {ends.short}"
    return f"{entry.round}: {days}" if entry.round else days


def entry_days(entry: Entry) -> list[str]:
    """From which day to which, in a line; in two where it is not the same for all. And when planning it begins."""
    begins, ends = entry.first or entry.opens, entry.due
    if entry.opens == ends and ends.one:
        lines = [ends.short]
    elif begins.one and ends.one:
        lines = [f"{begins.short} t/m {ends.short}"]
    else:
        lines = [f"{'begint' if entry.first is not None else 'opent'} {begins.short}", f"uiterlijk {ends.short}"]
    return [*lines, f"plannen vanaf {entry.opens.short}"] if entry.first is not None else lines


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines of text that stand below each other at a place on the time line."""

    x: float
    lines: Sequence[str]

    @property
    def width(self) -> float:
        return max(text_width(line, NORMAL) for line in self.lines)


class _Drawing:
    """Draws from the top down; `chart.height` is how far it came."""

    def __init__(self, schooljaar: Schooljaar, width: float, *, dense: bool) -> None:
        self.chart = Chart(width=width)
        self._dense = dense
        self._wide = width
        self._year = schooljaar
        self._days = (schooljaar.end - schooljaar.begin).days + 1

    def x(self, day: date) -> float:
        """Where a day begins; a day outside the schooljaar is at its edge."""
        number = min(max((day - self._year.begin).days, 0), self._days)
        return LEFT + number * (self._wide - LEFT) / self._days

    def months(self) -> None:
        """The names of the months above their days."""
        chart = self.chart
        for first in self._firsts():
            name = MONTHS[first.month - 1]
            chart.texts.append(Text(self.x(first) + 4, chart.height + 15, name, "month", NORMAL, bold=True))
        chart.height += MONTH_HIGH

    def vakanties(self, region: RegionVakanties, *, named: bool) -> None:
        """The vakanties of a region on a row of their own."""
        chart = self.chart
        top = chart.height
        title = f"Vakanties {region.region}" if named else "Vakanties"
        chart.texts.append(Text(PAD, top + 11, title, "lane", NORMAL))
        blocks = []
        for one in region.vakanties:
            told = f"{one.name}: {short_date(one.widest[0])} t/m {short_date(one.widest[1])}"
            self._box(*one.widest, top + 3, 7, "vakantie-some", told)
            if one.sure is not None:
                self._box(*one.sure, top + 3, 7, "vakantie", told)
            days = f"{_without_month(one.widest[0], one.widest[1])} – {short_date(one.widest[1])}"
            if one.widest[0] < self._year.begin:
                days = f"t/m {short_date(one.widest[1])}"
            elif one.widest[1] > self._year.end:
                days = f"vanaf {short_date(one.widest[0])}"
            blocks.append(_Block(self.x(one.widest[0]), [f"{SHORT_NAMES.get(one.name, one.name)} {days}"]))
        slots = self._texts(blocks, top + 10, "quiet")
        chart.height = top + 12 + slots * LINE_HIGH + 2

    def group(self, title: str) -> None:
        """The heading of the lanes of one soort."""
        chart = self.chart
        chart.lines.append(Line(0, chart.height + 2, self._wide, chart.height + 2, "group"))
        chart.texts.append(Text(PAD, chart.height + 16, title, "group", HEAD, bold=True))
        chart.height += GROUP_HIGH

    def lane(self, lane: Lane) -> None:
        """A rule: its title and who is asked at the left, its rounds along the time line."""
        chart = self.chart
        top = chart.height
        title = wrapped(lane.title, LEFT - 2 * PAD, NORMAL)
        who = [] if self._dense else wrapped(lane.who, LEFT - 2 * PAD, SMALL)
        for number, line in enumerate(title):
            chart.texts.append(Text(PAD, top + 12 + number * LINE_HIGH, line, "lane", NORMAL))
        for number, line in enumerate(who, len(title)):
            chart.texts.append(Text(PAD, top + 12 + number * LINE_HIGH, line, "quiet", SMALL))
        left_high = (len(title) + len(who)) * LINE_HIGH + 4
        if lane.kind == "document":
            right_high = self._document(lane, top)
        elif not lane.entries:
            slots = self._texts([_Block(LEFT + PAD, [lane.remark])], top, "label")
            right_high = slots * LINE_HIGH
        elif lane.kind == "doorlopend":
            right_high = self._going_on(lane, top)
        elif self._dense:
            right_high = self._dense_rounds(lane, top)
        else:
            right_high = self._rounds(lane, top)
        chart.height = top + max(left_high, right_high) + 4
        chart.lines.append(Line(0, chart.height, self._wide, chart.height, "lane"))

    def shades(self, regions: Sequence[RegionVakanties], top: float) -> None:
        """The vakanties through all lanes: darker where every school is closed, lighter where some are."""
        days = [self._year.begin + timedelta(days=number) for number in range(self._days)]
        for style, run in groupby(days, lambda day: _shade(regions, day)):
            found = list(run)
            if style:
                left, right = self.x(found[0]), self.x(found[-1] + ONE_DAY)
                self.chart.shades.append(Box(left, top, right - left, self.chart.height - top, style))

    def grid(self) -> None:
        """A thin line where each month begins."""
        lines = [Line(self.x(first), 0, self.x(first), self.chart.height, "grid") for first in self._firsts()]
        self.chart.lines[:0] = lines

    def today(self, today: date) -> None:
        """A line through all lanes, with the date below it."""
        chart = self.chart
        x = (self.x(today) + self.x(today + ONE_DAY)) / 2
        chart.today = Line(x, MONTH_HIGH, x, chart.height + 4, "today")
        text = f"vandaag, {weekday(today)} {short_date(today)}"
        left = min(
            max(x - text_width(text, NORMAL, bold=True) / 2, LEFT), self._wide - text_width(text, NORMAL, bold=True)
        )
        chart.texts.append(Text(left, chart.height + 15, text, "today", NORMAL, bold=True))
        chart.height += 18

    def _firsts(self) -> Iterator[date]:
        for month in (8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7):
            yield self._year.day(month, 1)

    def _rounds(self, lane: Lane, top: float) -> float:
        """The bars of a lane's rounds and what stands below them; gives how high that is."""
        tracks = _tracks([(entry.opens.first, entry.due.last) for entry in lane.entries])
        blocks = []
        for entry, track in zip(lane.entries, tracks, strict=True):
            y = top + track * TRACK + TRACK / 2 + 1
            self._round(entry, y, lane)
            begins = entry.first or entry.opens
            day = min(begins.first, entry.peildatum.first) if entry.peildatum is not None else begins.first
            lines = [part for line in entry_lines(entry) for part in wrapped(line, WIDEST, NORMAL)]
            blocks.append(_Block(self.x(day), lines))
        high = (max(tracks) + 1) * TRACK
        return high + self._texts(blocks, top + high, "label") * LINE_HIGH

    def _dense_rounds(self, lane: Lane, top: float) -> float:
        """The same with the text of a bar at its right where that is free, else below it."""
        tracks = _tracks([(entry.opens.first, entry.due.last) for entry in lane.entries])
        taken: list[list[tuple[float, float]]] = [[] for _ in range(max(tracks) + 1)]
        for entry, track in zip(lane.entries, tracks, strict=True):
            self._round(entry, top + track * LINE_HIGH + LINE_HIGH / 2, lane)
            marked = [entry.peildatum.first, entry.peildatum.last] if entry.peildatum is not None else []
            first, last = min([entry.opens.first, *marked]), max([entry.due.last, *marked])
            taken[track].append((self.x(first) - DIAMOND, self.x(last + ONE_DAY) + DIAMOND - BETWEEN))
        for entry, track in sorted(zip(lane.entries, tracks, strict=True), key=lambda each: each[0].opens.first):
            block = _Block(self.x(entry.opens.first), wrapped(dense_line(entry), WIDEST, NORMAL))
            beside = self.x(entry.due.last + ONE_DAY) + DIAMOND
            fits = beside + block.width <= self._wide and _free(taken[track : track + 1], beside, beside + block.width)
            if len(block.lines) == 1 and fits:
                self._put(taken, _Block(beside, block.lines), track, top, "label")
            else:
                self._put(taken, block, max(tracks) + 1, top, "label")
        return len(taken) * LINE_HIGH

    def _round(self, entry: Entry, y: float, lane: Lane) -> None:
        told = f"{lane.title}: {', '.join(entry_lines(entry))}"
        begins = entry.first or entry.opens
        if entry.first is not None:
            self._box(entry.opens.first, entry.first.last, y - 1.5, 3, "lead", told)
        if entry.opens == entry.due and entry.opens.one:
            middle = (self.x(entry.due.first) + self.x(entry.due.first + ONE_DAY)) / 2
            if entry.peildatum is None:
                self.chart.marks.append(Mark(middle, y, DOT, "dot", told))
        else:
            self._box(begins.first, entry.due.last, y - BAR / 2, BAR, "bar-some", told)
            if begins.last <= entry.due.first:
                self._box(begins.last, entry.due.first, y - BAR / 2, BAR, "bar", told)
        for day in {entry.peildatum.first, entry.peildatum.last} if entry.peildatum is not None else ():
            middle = (self.x(day) + self.x(day + ONE_DAY)) / 2
            self.chart.marks.append(Mark(middle, y, DIAMOND, "diamond", told))

    def _going_on(self, lane: Lane, top: float) -> float:
        """A line as long as it goes on, and its days where that is not the whole schooljaar."""
        blocks = []
        for number, entry in enumerate(lane.entries):
            y = top + TRACK / 2 + 1 + number * TRACK
            begin, end = entry.opens.first, entry.due.last
            self.chart.lines.append(Line(self.x(begin), y, self.x(end + ONE_DAY), y, "going-on"))
            whole = begin <= self._year.begin and end >= self._year.end
            days = "het hele schooljaar" if whole else f"{entry.opens.short} t/m {entry.due.short}"
            blocks.append(_Block(self.x(begin) + 4, [f"{entry.round}: {days}" if entry.round else days]))
        high = len(lane.entries) * TRACK
        return high + self._texts(blocks, top + high, "label") * LINE_HIGH

    def _document(self, lane: Lane, top: float) -> float:
        """A line through the schooljaar, a tick where documents end, and how many in each month."""
        y = top + TRACK / 2 + 1
        self.chart.lines.append(Line(LEFT, y, self._wide, y, "going-on"))
        blocks = [_Block(LEFT + 4, [lane.remark])] if lane.remark else []
        for _, ends in groupby(lane.ends, lambda end: (end[0].year, end[0].month)):
            days = list(ends)
            number = sum(count for _, count in days)
            for day, count in days:
                middle = (self.x(day) + self.x(day + ONE_DAY)) / 2
                told = f"{lane.title}: {count} op {short_date(day)}"
                self.chart.marks.append(Mark(middle, y, DOT, "tick", told))
            when = short_date(days[0][0]) if len(days) == 1 else ""
            text = f"{number} {'vervalt' if number == 1 else 'vervallen'} {when}".rstrip()
            blocks.append(_Block(self.x(days[0][0]), [text]))
        return TRACK + self._texts(blocks, top + TRACK, "label") * LINE_HIGH

    def _box(self, first: date, last: date, y: float, height: float, style: str, told: str) -> None:
        left, right = self.x(first), self.x(last + ONE_DAY)
        if right > left:
            width = max(right - left, THINNEST)
            self.chart.boxes.append(Box(min(left, self._wide - width), y, width, height, style, told))

    def _texts(self, blocks: Iterable[_Block], top: float, style: str) -> int:
        """Puts each block as high below `top` as it fits; gives how many lines that takes."""
        taken: list[list[tuple[float, float]]] = []
        for block in sorted(blocks, key=lambda block: block.x):
            self._put(taken, block, 0, top, style)
        return len(taken)

    def _put(self, taken: list[list[tuple[float, float]]], block: _Block, slot: int, top: float, style: str) -> None:
        """Puts a block on the first lines from `slot` on where it is free, and says that they are taken there."""
        left = max(min(block.x, self._wide - block.width), LEFT + 2)
        while not _free(taken[slot : slot + len(block.lines)], left, left + block.width):
            slot += 1
        for number, line in enumerate(block.lines, slot):
            taken += [[] for _ in range(number + 1 - len(taken))]
            taken[number].append((left, left + block.width))
            self.chart.texts.append(Text(left, top + 10 + number * LINE_HIGH, line, style, NORMAL))


def _free(slots: Sequence[Sequence[tuple[float, float]]], left: float, right: float) -> bool:
    return all(right + BETWEEN <= begin or end + BETWEEN <= left for slot in slots for begin, end in slot)


def _tracks(spans: Sequence[tuple[date, date]]) -> list[int]:
    """For each span the first track on which it overlaps no span before it."""
    ends: list[date] = []
    found: dict[tuple[date, date, int], int] = {}
    for number, (first, last) in sorted(enumerate(spans), key=lambda each: each[1]):
        track = next((index for index, end in enumerate(ends) if end < first), len(ends))
        ends[track : track + 1] = [last]
        found[first, last, number] = track
    return [found[first, last, number] for number, (first, last) in enumerate(spans)]


def _shade(regions: Sequence[RegionVakanties], day: date) -> str:
    """How a day is shaded: nothing, `shade` where all schools are in a vakantie, `shade-some` where some are."""
    sure = [any(one.sure and one.sure[0] <= day <= one.sure[1] for one in each.vakanties) for each in regions]
    some = any(one.widest[0] <= day <= one.widest[1] for each in regions for one in each.vakanties)
    if regions and all(sure):
        return "shade"
    return "shade-some" if some else ""


def _without_month(day: date, other: date) -> str:
    same = (day.year, day.month) == (other.year, other.month)
    return str(day.day) if same else short_date(day)
