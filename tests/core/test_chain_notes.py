"""A task that begins, or ends, before what it uses of another rule is in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.core.chain_notes import chain_notes, clashes
from engine.core.moment import parse_moment
from engine.core.party import SWV, Party, Register
from engine.core.rule import Round, Rule
from engine.core.schooljaar import Schooljaar
from tests.core.yearplan import YEAR, TwoRegions, a_bestuur, a_register, a_round, a_rule, a_school

NORTH, SOUTH = a_bestuur("77494"), a_bestuur("Z7001")
REGISTER = a_register(Party(SWV, "swv", "SWV De Proef"), NORTH, SOUTH, a_school("16SW03"))
PARAGRAPH = replace(
    a_rule("paragraaf", per="bestuur", rounds=(a_round(opens="31 december", due="1 februari"),)), title="De paragraaf"
)
TALK = replace(
    a_rule("bestuursgesprek", per="bestuur", steps=()),
    title="Bestuursgesprek",
    kind="gesprek",
    uses=("paragraaf",),
    rounds=(
        Round(None, None, parse_moment("1 november"), None, parse_moment("4 januari"), parse_moment("28 februari")),
    ),
)


def noted(*rules: Rule, register: Register = REGISTER, year: Schooljaar = YEAR) -> list[str]:
    return [one.text for one in chain_notes(rules, register, TwoRegions(), [year])]


def test_a_gesprek_that_begins_before_the_paragraph_is_in() -> None:
    (note,) = chain_notes([TALK, PARAGRAPH], REGISTER, TwoRegions(), [YEAR])
    assert note.text == (
        "Het gesprek begint op maandag 4 januari 2027, maar De paragraaf is pas uiterlijk maandag 1 februari 2027 "
        "binnen (2026-2027, Bestuur 77494 en Bestuur Z7001)"
    )
    assert (note.file, note.field) == ("rules/vo/bestuursgesprek.yaml", "gebruikt")
    assert note.hint.startswith("Laat deze regel later beginnen")


@pytest.mark.parametrize("begins", ["1 februari", "2 februari"])
def test_none_where_it_is_in_by_then(begins: str) -> None:
    """On the last day itself too."""
    (round_,) = TALK.rounds
    later = replace(TALK, rounds=(replace(round_, first=parse_moment(begins)),))
    assert noted(later, PARAGRAPH) == []


def test_what_is_no_period_needs_it_on_its_last_day() -> None:
    budget = replace(
        a_rule("begroting", per="swv", rounds=(a_round(opens="1 oktober", due="20 januari"),)),
        title="De begroting",
        kind="taak",
        uses=("paragraaf",),
    )
    (text,) = noted(budget, PARAGRAPH)
    assert text.startswith("De begroting is klaar op woensdag 20 januari 2027, maar De paragraaf is pas")
    in_time = replace(budget, rounds=(a_round(opens="1 oktober", due="1 februari"),))
    assert noted(in_time, PARAGRAPH) == []


def test_each_round_that_clashes_is_told_and_no_other() -> None:
    budget = replace(
        a_rule(
            "begroting",
            per="swv",
            rounds=(a_round("winter", "1 oktober", "20 januari"), a_round("zomer", "1 mei", "1 juni")),
        ),
        kind="taak",
        uses=("paragraaf",),
    )
    (text,) = noted(budget, PARAGRAPH)
    assert "(ronde winter, 2026-2027, " in text


def test_only_what_concerns_the_party_is_waited_for() -> None:
    """A school's own answer, that of its bestuur, and none of another bestuur."""
    per_school = replace(TALK, per="school")
    assert noted(per_school, PARAGRAPH, register=a_register(SOUTH, a_school("16SW03"))) == []
    (text,) = noted(per_school, PARAGRAPH)
    assert text.endswith("(2026-2027, School 16SW03)")


@pytest.mark.parametrize(
    ("talk", "paragraph"),
    [
        (replace(TALK, uses=()), PARAGRAPH),
        (TALK, replace(PARAGRAPH, valid_to=Schooljaar(2025))),
        (replace(TALK, valid_from=Schooljaar(2027)), PARAGRAPH),
        (TALK, replace(PARAGRAPH, id="andere")),
    ],
    ids=["uses nothing", "the other is past", "it comes later", "the other is not there"],
)
def test_nothing_is_told_of_what_is_not_used_in_that_schooljaar(talk: Rule, paragraph: Rule) -> None:
    assert noted(talk, paragraph) == []


def test_with_a_scope_only_its_parties_are_told() -> None:
    (found,) = clashes([TALK, PARAGRAPH], REGISTER, TwoRegions(), [YEAR], scope={"Z7001"})
    assert found.parties == ("Bestuur Z7001",)
    assert clashes([TALK, PARAGRAPH], REGISTER, TwoRegions(), [YEAR], scope=set()) == ()


def test_a_schooljaar_that_deviates_is_told_by_its_own_dates() -> None:
    usual = replace(PARAGRAPH.rounds[0], due=parse_moment("2 januari"), opens=parse_moment("1 december"))
    own = replace(PARAGRAPH, rounds=(usual,), deviations=((YEAR, PARAGRAPH.rounds),))
    assert len(noted(TALK, own)) == 1
    assert noted(TALK, own, year=YEAR.next) == []
