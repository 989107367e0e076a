"""A rule in words: for many parties at once a page counts them, and says what they share."""

from dataclasses import replace

from engine.core.explain_rule import WHO_THEY_ARE, explain_rule
from engine.core.party import Party
from tests.core.yearplan import YEAR, TwoRegions, a_bestuur, a_register, a_rule, a_school

NOORD = tuple(f"N{number}" for number in range(5))
ZUID = tuple(f"Z{number}" for number in range(4))


def schools(*names: str, **of) -> list[Party]:
    return [replace(a_school(one), **of) for one in names]


def headings(*parties: Party, on_page: bool = True) -> list[str]:
    register = a_register(a_bestuur("77494"), *parties)
    lines = explain_rule([a_rule()], YEAR, register, TwoRegions(), region="noord", on_page=on_page)
    return [line for line in lines if line.startswith("De datums, voor")]


def test_schools_of_one_region_are_a_count_and_that_region():
    assert headings(*schools(*NOORD), *schools(*ZUID, region="zuid")) == [
        "De datums, voor 5 scholen in regio noord:",
        "De datums, voor 4 scholen in regio zuid:",
    ]


def test_where_the_region_does_not_part_them_the_bestuur_does():
    assert headings(*schools(*NOORD), *schools(*ZUID, bestuur="80001")) == [
        "De datums, voor 5 scholen van Bestuur 77494:",
        "De datums, voor 4 scholen van 80001:",
    ]


def test_where_nothing_parts_them_the_count_stands_alone():
    found = headings(*schools(*NOORD), *schools(*ZUID))
    assert found == ["De datums, voor 5 scholen:", "De datums, voor 4 scholen:"]


def test_all_of_them_are_all_and_a_few_are_named():
    assert headings(*schools(*NOORD)) == ["De datums, voor alle 5 scholen:"]
    assert headings(*schools("N1", "N2")) == ["De datums, voor School N1 en School N2:"]


def test_whom_a_heading_counts_is_named_below_it_on_a_page_alone():
    register = a_register(*schools(*NOORD))
    for on_page in (True, False):
        lines = list(explain_rule([a_rule()], YEAR, register, TwoRegions(), on_page=on_page))
        named = [line for line in lines if line.startswith(WHO_THEY_ARE)]
        names = f"{WHO_THEY_ARE}School N0, School N1, School N2, School N3 en School N4."
        assert named == ([names] if on_page else [])
    assert headings(*schools(*NOORD), on_page=False) == ["De datums, voor School N0, School N1, School N2 en nog 2:"]
