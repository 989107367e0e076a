"""`afwijkingen`: the dates of one schooljaar, in YAML and TOML; what is wrong with them, at its place."""

from __future__ import annotations

import pytest

from engine.adapters.rulebook import parse_files
from engine.core.moment import DayOfYear, parse_moment
from engine.core.problem import Problem
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar

MAILS = {f"mail_templates/{name}.md": "" for name in ("uitvraag", "herinnering", "fase")}
ROUNDS = """\
titel: Aantallen
soort: uitvraag
per: school
vraag_aan: directeur
wanneer:
  opent: 1 week voor peildatum
  uiterlijk: 3 weken na peildatum
  rondes:
    najaar: {peildatum: 1 oktober}
    voorjaar: {peildatum: 1 maart, uiterlijk: 2 april}
stappen:
  uitvraag: {op: opent}
  herinnering: {op: 1 week na peildatum}
"""
PLAIN = """\
titel: Aantallen
soort: uitvraag
per: school
vraag_aan: directeur
geldig_tot: 2027-2028
wanneer: {opent: 1 september, uiterlijk: 1 oktober}
stappen:
  uitvraag: {op: opent}
"""
TOML = """\
titel = "Aantallen"
soort = "uitvraag"
per = "school"
vraag_aan = "directeur"
wanneer = {opent = "1 september", uiterlijk = "1 oktober"}
stappen.uitvraag.op = "opent"

[afwijkingen.2026-2027]
uiterlijk = "15 oktober"
"""
STAGES = """\
titel: Profiel vernieuwen
soort: document
document: profiel
geldigheid: 4 jaar
per: school
vraag_aan: directeur
wanneer: {opent: 1 oktober, uiterlijk: 1 mei}
fasen:
  concept: {uiterlijk: 1 maart, door: directeur}
  gedeeld: {uiterlijk: uiterlijk, door: directeur}
stappen:
  uitvraag: {op: opent}
"""
NEXT, YEAR = Schooljaar(2027), Schooljaar(2026)


def read(text: str, name: str = "a.yaml") -> tuple[tuple[Rule, ...], tuple[Problem, ...]]:
    rulebook, problems = parse_files({f"rules/vo/{name}": text} | MAILS, ())
    return rulebook.rules, problems


def rule_of(text: str, name: str = "a.yaml") -> Rule:
    (rule,), problems = read(text, name)
    assert problems == ()
    return rule


def test_a_round_has_another_date_in_that_schooljaar_alone() -> None:
    rule = rule_of(ROUNDS + "afwijkingen:\n  2026-2027:\n    rondes: {najaar: {peildatum: 8 oktober}}\n")
    autumn, spring = rule.rounds_in(YEAR)
    assert (autumn.peildatum, autumn.deviates) == (DayOfYear(10, 8), ("peildatum",))
    assert spring == rule.rounds[1]
    assert rule.rounds_in(NEXT) == rule.rounds
    assert not any(one.deviates for one in rule.rounds)


def test_what_stands_beside_rondes_holds_for_each_round_without_its_own() -> None:
    rule = rule_of(ROUNDS + "afwijkingen: {2026-2027: {uiterlijk: 4 weken na peildatum}}\n")
    autumn, spring = rule.rounds_in(YEAR)
    assert (autumn.due, autumn.deviates) == (parse_moment("4 weken na peildatum"), ("due",))
    assert (spring.due, spring.deviates) == (DayOfYear(4, 2), ())


def test_a_rule_without_rounds_has_the_dates_at_the_schooljaar_itself() -> None:
    rule = rule_of(PLAIN + "afwijkingen: {2026-2027: {opent: 8 september, uiterlijk: 1 oktober}}\n")
    (there,) = rule.rounds_in(YEAR)
    assert (there.opens, there.due, there.deviates) == (DayOfYear(9, 8), DayOfYear(10, 1), ("opens",))


def test_toml_says_the_same() -> None:
    rule = rule_of(TOML, "a.toml")
    assert rule.rounds_in(YEAR)[0].due == DayOfYear(10, 15)
    assert rule.rounds_in(NEXT)[0].due == DayOfYear(10, 1)


@pytest.mark.parametrize(
    ("base", "added", "field", "message"),
    [
        (PLAIN, "afwijkingen: ¦{}\n", "afwijkingen", "niets tussen de haakjes"),
        (PLAIN, "afwijkingen: {2026-2027: ¦{}}\n", "afwijkingen.2026-2027", "niets tussen de haakjes"),
        (PLAIN, "afwijkingen: ¦[2026-2027]\n", "afwijkingen", "blok met sleutels"),
        (PLAIN, "afwijkingen: {2026-2027: ¦1 oktober}\n", "afwijkingen.2026-2027", "blok met sleutels"),
        (PLAIN, "afwijkingen: {¦2026: {opent: 2 september}}\n", "afwijkingen.2026", "`2026` is geen schooljaar"),
        (PLAIN, "afwijkingen: {¦2026-2028: {opent: 2 september}}\n", "afwijkingen.2026-2028", "geen schooljaar"),
        (
            PLAIN,
            "afwijkingen:\n  2026-2027: {¦opend: 1 mei}\n",
            "afwijkingen.2026-2027.opend",
            "bedoelde u `opent`?",
        ),
        (
            PLAIN,
            "afwijkingen: {2026-2027: {opent: ¦1 octobre}}\n",
            "afwijkingen.2026-2027.opent",
            "'octobre' is geen maand",
        ),
        (
            PLAIN,
            "afwijkingen: {2026-2027: {¦rondes: {najaar: {opent: 2 september}}}}\n",
            "afwijkingen.2026-2027.rondes",
            "deze regel heeft geen rondes",
        ),
        (
            ROUNDS,
            "afwijkingen:\n  2026-2027: {rondes: {¦najar: {peildatum: 2 oktober}}}\n",
            "afwijkingen.2026-2027.rondes.najar",
            "bedoelde u `najaar`?",
        ),
        (
            PLAIN,
            "afwijkingen: {2026-2027: {uiterlijk: ¦15 augustus}}\n",
            "afwijkingen.2026-2027.uiterlijk",
            "`uiterlijk` (15 augustus) ligt in het schooljaar voor `opent` (in 2026-2027)",
        ),
        (
            PLAIN,
            "afwijkingen: {¦2026-2027: {opent: 8 oktober}}\n",
            "afwijkingen.2026-2027.uiterlijk",
            "`uiterlijk` (1 oktober) ligt in het schooljaar voor `opent` (in 2026-2027)",
        ),
        (
            PLAIN,
            "afwijkingen: {2026-2027: {¦van: 1 september}}\n",
            "afwijkingen.2026-2027.van",
            "`opent` en `van` kunnen niet samen",
        ),
        (
            PLAIN,
            "afwijkingen: {2026-2027: {uiterlijk: ¦1 week na peildatum}}\n",
            "afwijkingen.2026-2027.uiterlijk",
            "telt vanaf `peildatum`",
        ),
        (
            PLAIN,
            "afwijkingen: {2026-2027: {opent: ¦1 week voor uiterlijk, uiterlijk: 1 week na opent}}\n",
            "afwijkingen.2026-2027.opent",
            "`opent` en `uiterlijk` verwijzen naar elkaar",
        ),
        (
            "titel: Altijd\nsoort: doorlopend\nper: school\n",
            "¦afwijkingen: {2026-2027: {opent: 1 mei}}\n",
            "afwijkingen",
            "geen `wanneer` om van af te wijken",
        ),
    ],
)
def test_what_is_wrong_is_told_once_at_its_mark(base: str, added: str, field: str, message: str) -> None:
    before = (base + added).partition("¦")[0]
    place = before.count("\n") + 1, len(before) - before.rfind("\n")
    rules, (found,) = read((base + added).replace("¦", ""))
    assert (found.line, found.column, found.field) == (*place, field)
    assert message in found.message
    assert (found.severity, bool(found.hint), rules) == ("problem", True, ())


def test_a_problem_in_toml_stands_at_its_key() -> None:
    _, (found,) = read(TOML.replace("15 oktober", "15 augustus"), "a.toml")
    assert (found.line, found.column, found.field) == (9, 1, "afwijkingen.2026-2027.uiterlijk")


def test_what_is_wrong_with_the_usual_dates_is_not_told_again_for_each_schooljaar() -> None:
    wrong = PLAIN.replace("uiterlijk: 1 oktober", "uiterlijk: 15 augustus")
    _, (found,) = read(wrong + "afwijkingen: {2026-2027: {opent: 2 september}}\n")
    assert found.field == "wanneer.uiterlijk"


def test_a_schooljaar_in_which_the_rule_does_not_hold_is_a_note() -> None:
    (rule,), (found,) = read(PLAIN + "afwijkingen:\n  2028-2029: {opent: 2 september}\n")
    assert (found.line, found.column, found.severity) == (10, 3, "note")
    assert "`geldig_tot: 2027-2028`" in found.message
    assert rule.deviates_in(Schooljaar(2028))


def test_a_schooljaar_in_which_it_holds_is_none() -> None:
    assert rule_of(PLAIN + "afwijkingen:\n  2027-2028: {opent: 2 september}\n").deviates_in(NEXT)


def test_a_stage_that_no_longer_fits_in_that_schooljaar_is_told_there() -> None:
    """The last day comes before the stage that was to be reached before it; with another day it fits again."""
    _, (problem,) = read(STAGES + "afwijkingen:\n  2026-2027: {uiterlijk: 1 februari}\n")
    assert problem.message == "de fase `gedeeld` (uiterlijk) komt voor de fase `concept` (in 2026-2027)"
    assert (problem.line, problem.field) == (STAGES.count("\n") + 2, "afwijkingen.2026-2027")
    rule = rule_of(STAGES + "afwijkingen: {2026-2027: {uiterlijk: 1 april}}\n")
    assert rule.rounds_in(YEAR)[0].due == DayOfYear(4, 1)
