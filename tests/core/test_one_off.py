"""What the bureau chose for a one-off request becomes a rule file that says exactly that."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.adapters.rulebook import FILE_NAME, parse_files
from engine.core.one_off import LADDERS, OneOff, faults_of, rule_name, rule_text
from engine.core.problem import stops
from engine.core.rule import Rule

TODAY = date(2026, 9, 1)
ASKED = OneOff(
    "Enquête: 'basis' & \"extra\" #1",
    "Wij vragen u dit één keer.\n\n  - Ook met streepjes: ja?\nEn {{ accolades }}.",
    "school",
    "directeur",
    date(2026, 10, 5),
    date(2026, 10, 30),
    "gewoon",
    {},
    {},
)
TEMPLATES = {f"mail_templates/{name}.md": "x" for name in ("vraag", "herinnering", "te-laat", "bellen", "escalatie")}


def read(one: OneOff) -> Rule:
    """The rule that its file gives."""
    rulebook, problems = parse_files(TEMPLATES | {"rules/vo/eenmalig.yaml": rule_text(one)}, ())
    assert not stops(problems), (problems, rule_text(one))
    (rule,) = rulebook.rules
    return rule


def test_the_file_says_what_was_chosen() -> None:
    rule = read(replace(ASKED, only={"bestuur": ["70001", "0777"]}, besides={"partij": ["10AA00"]}))
    assert (rule.title, rule.kind, rule.per, rule.asked) == (ASKED.title, "uitvraag", "school", "directeur")
    assert str(rule.valid_from) == str(rule.valid_to) == "2026-2027"
    assert rule.only is not None and rule.besides is not None
    assert (rule.only.bestuur, rule.besides.party) == (("70001", "0777"), ("10AA00",))
    assert "- Ook met streepjes: ja?" in rule.explanation and "{{ accolades }}" in rule.explanation
    assert [str(moment) for moment in (rule.rounds[0].opens, rule.rounds[0].due)] == ["5 oktober", "30 oktober"]


@pytest.mark.parametrize(
    ("ladder", "steps"),
    [
        ("kort", ["uitvraag", "herinnering"]),
        ("gewoon", ["uitvraag", "herinnering", "te-laat", "bellen"]),
        ("hoger", ["uitvraag", "herinnering", "te-laat", "bellen", "escalatie"]),
    ],
)
def test_each_ladder_is_sound(ladder: str, steps: list[str]) -> None:
    for per in ("school", "bestuur"):
        for asked in ("administratie", "directeur"):
            rule = read(replace(ASKED, ladder=ladder, per=per, asked=asked))  # type: ignore[arg-type]
            assert [step.name for step in rule.steps] == steps
            last = rule.steps[-1]
            if last.escalation:
                above = "directeur" if (per, asked) == ("school", "administratie") else "bestuurder"
                assert (last.to, last.hold) == ((above,), True)
    assert ladder in LADDERS


def test_the_twenty_ninth_of_february_can_be_chosen() -> None:
    rule = read(replace(ASKED, opens=date(2028, 2, 1), due=date(2028, 2, 29)))
    assert str(rule.rounds[0].due) == "laatste dag van februari"


@settings(max_examples=40)
@given(title=st.text(max_size=60), explanation=st.text(max_size=120))
def test_no_title_or_text_makes_another_rule_of_it(title: str, explanation: str) -> None:
    one = replace(ASKED, title=title.strip(), explanation=explanation.strip())
    if faults_of(one, TODAY):
        return
    rule = read(one)
    assert (rule.per, rule.asked, len(rule.steps)) == ("school", "directeur", 4)


@settings(max_examples=50)
@given(title=st.text(max_size=80))
def test_a_name_is_one_that_a_file_may_have(title: str) -> None:
    name = rule_name(title, ())
    assert not name or FILE_NAME.fullmatch(name)


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert rule_name("Enquête  Basisondersteuning!", ()) == "enquete-basisondersteuning"
    assert rule_name("Enquête", {"enquete", "enquete-2"}) == "enquete-3"
    assert rule_name("../../etc/passwd", ()) == "etc-passwd"
    assert rule_name("???", ()) == ""


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("titel", {"title": ""}),
        ("titel", {"title": "…"}),
        ("uitleg", {"explanation": ""}),
        ("opent", {"opens": date(2026, 8, 31)}),
        ("opent", {"opens": date(2028, 9, 1), "due": date(2028, 9, 2)}),
        ("uiterlijk", {"due": date(2026, 10, 4)}),
        ("uiterlijk", {"due": date(2027, 8, 1)}),
        ("ladder", {"asked": "bestuurder", "ladder": "hoger"}),
    ],
)
def test_what_cannot_be_is_told_at_its_field(field: str, wrong: dict[str, object]) -> None:
    assert faults_of(ASKED, TODAY) == {}
    assert list(faults_of(replace(ASKED, **wrong), TODAY)) == [field]  # type: ignore[arg-type]
