"""The picture: no two texts meet, none is cut off, and bars stand where their days are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.chart import Chart
from engine.core.schooljaar import Schooljaar
from engine.core.sheets import ClosingRow, DocumentRow
from engine.core.span import Span
from engine.core.text_width import text_width, wrapped
from engine.core.wall_chart import LEFT, PAPER, WIDTH, entry_lines, paper_chart, wall_chart
from engine.core.yearplan import Entry, Lane, YearPlan
from tests.core.year_lanes import YEAR, a_plan, a_register, real_rules

TODAY = date(2026, 11, 28)
ROOM = 0.5


def must_be_legible(chart: Chart) -> None:
    boxes = [(text, *text.box) for text in chart.texts]
    for text, left, top, right, bottom in boxes:
        assert left >= 0 and right <= chart.width and top >= 0 and bottom <= chart.height, text
    for (one, l1, t1, r1, b1), (other, l2, t2, r2, b2) in combinations(boxes, 2):
        apart = r1 <= l2 or r2 <= l1 or b1 <= t2 + ROOM or b2 <= t1 + ROOM
        assert apart, f"{one} meets {other}"


def documents() -> list[DocumentRow]:
    ends = (
        date(2022, 8, 1),
        date(2022, 8, 30),
        date(2022, 9, 2),
        date(2022, 9, 29),
        date(2022, 10, 1),
        date(2023, 7, 31),
    )
    codes = ("10AA00", "10AA01", "11AA00", "11AA01", "12AA00", "12AA01")
    return [DocumentRow("schoolondersteuningsprofiel", code, end) for code, end in zip(codes, ends, strict=True)]


@pytest.mark.parametrize("sector", ["vo", "po"])
@pytest.mark.parametrize("first", [2026, 2027, 2029, 2031])
def test_no_two_texts_meet_and_none_is_cut_off(sector: str, first: int) -> None:
    year = Schooljaar(first)
    own = [ClosingRow("10AA00", date(first + 1, 4, 20), date(first + 1, 5, 9), "", "meivakantie")]
    plan = a_plan(real_rules(sector), a_register(documents(), own), year=year)
    for today in (None, year.begin, TODAY, year.end):
        must_be_legible(wall_chart(plan, today))
    paper = paper_chart(plan)
    must_be_legible(paper)
    assert paper.today is None
    assert paper.height <= paper.width * PAPER + 0.01


def test_a_round_each_week_stands_on_as_many_lines_as_it_needs() -> None:
    rounds = []
    for number in range(30):
        day = YEAR.begin + timedelta(weeks=number)
        opens, due = Span(day, day), Span(day + timedelta(days=10), day + timedelta(days=12))
        rounds.append(Entry(f"ronde met een lange naam {number}", opens, due, opens, None))
    lane = Lane("telling", "Telling", "uitvraag", "directeur", tuple(rounds))
    chart = wall_chart(replace(a_plan([]), lanes=(lane,)), TODAY)
    must_be_legible(chart)
    assert sum("ronde met" in text.text for text in chart.texts) == 30


def test_with_many_rules_the_picture_on_paper_is_dense_and_still_legible() -> None:
    rules = [replace(rule, id=f"{rule.id}-{number}") for number in range(3) for rule in real_rules()]
    plan = a_plan(rules, a_register(documents()))
    paper = paper_chart(plan)
    must_be_legible(paper)
    texts = [text.text for text in paper.texts]
    assert texts.count("december: 24 nov t/m 11 dec") == 3
    assert "ondersteuningscoördinator" not in texts
    assert paper.height < 0.75 * wall_chart(plan, None).height


words = st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCMW é-", min_size=1, max_size=200).filter(str.strip)
days = st.integers(-40, 400).map(lambda number: YEAR.begin + timedelta(days=number))
spans = st.tuples(days, st.integers(0, 60)).map(lambda each: Span(each[0], each[0] + timedelta(days=each[1])))


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    opens = draw(spans)
    due = Span(opens.first + timedelta(days=draw(st.integers(0, 90))), opens.last + timedelta(days=95))
    peildatum = draw(st.none() | st.just(Span(due.first, due.first)))
    return Entry(draw(st.just("") | words), opens, due, peildatum, draw(st.none() | st.just(due)))


kinds = st.sampled_from(["uitvraag", "gesprek", "taak", "mijlpaal", "doorlopend", "document"])
lanes = st.builds(
    Lane,
    rule=words,
    title=words,
    kind=kinds,
    who=words,
    entries=st.lists(entries(), max_size=6).map(tuple),
    ends=st.lists(
        st.tuples(st.integers(0, 360).map(lambda n: YEAR.begin + timedelta(days=n)), st.integers(1, 40)), max_size=9
    ).map(lambda found: tuple(sorted(found))),
    remark=st.just("nog niets gepland"),
)


@pytest.mark.slow
@settings(max_examples=100)
@given(st.lists(lanes, max_size=6))
def test_whatever_the_rules_say_texts_never_meet(found: list[Lane]) -> None:
    plain = [replace(lane, entries=lane.entries if lane.kind != "document" else ()) for lane in found]
    plan = replace(a_plan([]), lanes=tuple(sorted(plain, key=lambda lane: lane.kind)))
    must_be_legible(wall_chart(plan, TODAY))
    must_be_legible(wall_chart(plan, TODAY, dense=True))


def test_a_bar_is_solid_where_all_have_it_and_light_where_some_do() -> None:
    opens, due = Span(date(2026, 9, 1), date(2026, 9, 8)), Span(date(2026, 9, 20), date(2026, 9, 30))
    lane = Lane("telling", "Telling", "uitvraag", "directeur", (Entry("", opens, due, None, None),))
    chart = wall_chart(replace(a_plan([]), lanes=(lane,)), None)
    found = {box.style: box for box in chart.boxes if box.style.startswith("bar")}
    day = (WIDTH - LEFT) / 365
    assert found["bar-some"].x == pytest.approx(LEFT + 31 * day)
    assert found["bar-some"].width == pytest.approx(30 * day)
    assert found["bar"].x == pytest.approx(LEFT + 38 * day)
    assert found["bar"].width == pytest.approx(13 * day)


def test_a_peildatum_is_a_diamond_in_the_middle_of_its_day() -> None:
    rules = [rule for rule in real_rules() if rule.id == "leerlingaantallen"]
    (mark,) = wall_chart(a_plan(rules), None).marks
    assert mark.shape == "diamond"
    assert mark.x == pytest.approx(LEFT + (61 + 0.5) * (WIDTH - LEFT) / 365)


def test_today_has_a_line_in_its_own_schooljaar_alone() -> None:
    plan = a_plan(real_rules())
    assert wall_chart(plan, TODAY).today is not None
    assert wall_chart(plan, date(2027, 8, 1)).today is None


def test_vakanties_of_all_are_shaded_darker_than_those_of_some() -> None:
    chart = wall_chart(a_plan(real_rules()), None)
    day = (WIDTH - LEFT) / 365
    kerst = LEFT + (date(2026, 12, 19) - YEAR.begin).days * day
    (found,) = [box for box in chart.shades if box.x == pytest.approx(kerst)]
    assert found.style == "shade"
    assert found.width == pytest.approx(16 * day)
    assert "shade-some" in {box.style for box in chart.shades}


def test_what_stands_at_a_bar() -> None:
    day, later = Span(date(2026, 10, 1), date(2026, 10, 1)), Span(date(2026, 10, 9), date(2026, 10, 16))
    assert entry_lines(Entry("", day, day, day, None)) == ["1 okt"]
    assert entry_lines(Entry("herfst", day, later, day, None)) == [
        "herfst · peildatum 1 okt",
        "opent 1 okt",
        "uiterlijk 9–16 okt",
    ]
    end = Span(date(2026, 11, 1), date(2026, 11, 1))
    assert entry_lines(Entry("", day, end, None, later)) == [
        "begint 9–16 okt",
        "uiterlijk 1 nov",
        "plannen vanaf 1 okt",
    ]


def test_lines_are_no_wider_than_asked_and_lose_nothing() -> None:
    text = "(Dreigend) thuiszittende leerlingen in beeld met een onafbreekbaarlangwoordzondereinde"
    lines = wrapped(text, 90, 11)
    assert all(text_width(line, 11) <= 90 for line in lines)
    assert "".join(lines).replace("-", "").replace(" ", "") == text.replace(" ", "")


def test_an_empty_jaarplanning_is_a_picture_too() -> None:
    plan: YearPlan = a_plan([])
    must_be_legible(wall_chart(plan, TODAY))
