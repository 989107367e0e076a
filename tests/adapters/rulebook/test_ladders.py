"""`stappen: zoals RULE`: the ladder of another rule, in YAML and TOML; what is wrong with taking it over."""

from __future__ import annotations

from engine.adapters.rulebook import parse_files
from engine.core.problem import Problem
from engine.core.rule import Rule

MAILS = {f"mail_templates/{name}.md": "" for name in ("uitvraag", "herinnering", "bellen")}
LENDER = """\
titel: Thuiszitters
soort: uitvraag
per: school
vraag_aan: directeur
wanneer: {peildatum: 1 oktober, opent: 1 september, uiterlijk: 8 oktober}
stappen:
  uitvraag: {op: opent}
  herinnering-1: {op: 2 schooldagen voor uiterlijk}
  bellen: {op: 3 schooldagen na uiterlijk, aan: consulent}
"""
BORROWER = """\
titel: Wensen
soort: uitvraag
per: bestuur
vraag_aan: bestuurder
wanneer: {opent: 1 november, uiterlijk: 1 december}
stappen: zoals thuiszitters
"""
AS_TOML = """\
titel = "Wensen"
soort = "uitvraag"
per = "bestuur"
vraag_aan = "bestuurder"
stappen = "zoals thuiszitters"
wanneer = {opent = "1 november", uiterlijk = "1 december"}
"""


def read(**files: str) -> tuple[dict[str, Rule], list[Problem]]:
    named = {f"rules/vo/{name.replace('__', '@').replace('_toml', '.toml')}": text for name, text in files.items()}
    texts = {name if name.endswith(".toml") else f"{name}.yaml": text for name, text in named.items()}
    rulebook, problems = parse_files(texts | MAILS, ())
    return {rule.id: rule for rule in rulebook.rules}, list(problems)


def the_problem(**files: str) -> Problem:
    _, (found,) = read(**files)
    assert found.hint
    return found


def test_a_rule_has_the_ladder_of_the_other_with_its_own_people() -> None:
    """Who a step is for by itself is who this rule asks."""
    for borrower in ({"wensen": BORROWER}, {"wensen_toml": AS_TOML}):
        rules, problems = read(thuiszitters=LENDER, **borrower)
        assert problems == []
        steps, lent = rules["wensen"].steps, rules["thuiszitters"].steps
        assert [(one.name, one.at, one.template) for one in steps] == [(one.name, one.at, one.template) for one in lent]
        assert [one.to for one in steps] == [("bestuurder",), ("bestuurder",), ("consulent",)]
        assert (rules["wensen"].steps_of, rules["thuiszitters"].steps_of) == ("thuiszitters", "")


def test_a_ladder_may_come_by_way_of_another_rule() -> None:
    third = BORROWER.replace("zoals thuiszitters", "zoals  wensen")
    rules, problems = read(thuiszitters=LENDER, wensen=BORROWER, derde=third)
    assert problems == []
    assert rules["derde"].steps == rules["wensen"].steps


def test_a_rule_that_is_not_there_is_told_with_what_was_probably_meant() -> None:
    found = the_problem(thuiszitters=LENDER, wensen=BORROWER.replace("thuiszitters", "thuiszitter"))
    assert (found.file, found.line, found.column, found.field) == ("rules/vo/wensen.yaml", 6, 10, "stappen")
    assert found.message == "de regel `thuiszitter` ken ik niet, bedoelde u `thuiszitters`?"


def test_in_toml_it_stands_at_its_key() -> None:
    found = the_problem(thuiszitters=LENDER, wensen_toml=AS_TOML.replace("thuiszitters", "thuiszitter"))
    assert (found.line, found.column, found.field) == (5, 1, "stappen")


def test_a_rule_that_is_called_otherwise_by_now_is_named() -> None:
    found = the_problem(afwezig=LENDER + "heette: thuiszitters\n", wensen=BORROWER)
    assert "Schrijf `zoals afwezig`" in found.hint


def test_without_a_name_it_says_what_there_is() -> None:
    found = the_problem(thuiszitters=LENDER, wensen=BORROWER.replace("zoals thuiszitters", "zoals"))
    assert (found.message, found.hint) == ("na `zoals` ontbreekt een regel", "Kies uit thuiszitters.")


def test_a_circle_is_told_in_each_rule_of_it() -> None:
    one, other = BORROWER.replace("thuiszitters", "b"), BORROWER.replace("thuiszitters", "a")
    apart = BORROWER.replace("thuiszitters", "a")
    _, problems = read(a=one, b=other, c=apart)
    assert [found.file for found in problems] == ["rules/vo/a.yaml", "rules/vo/b.yaml"]
    assert problems[0].message == "de regels `a` en `b` nemen de stappen van elkaar over"


def test_a_rule_cannot_take_over_its_own_steps() -> None:
    assert the_problem(thuiszitters=BORROWER).message == "de regel `thuiszitters` neemt de stappen van zichzelf over"


def test_a_rule_without_steps_has_none_to_lend() -> None:
    always = "titel: Altijd\nsoort: doorlopend\nper: school\n"
    found = the_problem(altijd=always, wensen=BORROWER.replace("thuiszitters", "altijd"))
    assert found.message == "de regel `altijd` heeft geen stappen om over te nemen voor `wensen`"


def test_an_anchor_that_this_rule_lacks_is_told_here_and_names_both() -> None:
    found = the_problem(thuiszitters=LENDER.replace("2 schooldagen voor uiterlijk", "peildatum"), wensen=BORROWER)
    assert (found.file, found.line, found.column, found.field) == ("rules/vo/wensen.yaml", 6, 10, "stappen")
    assert found.message == (
        "de stappen van `thuiszitters` passen niet bij `wensen`: "
        "`peildatum` telt vanaf `peildatum`, maar die datum heeft deze regel niet"
    )


def test_a_role_of_the_schools_does_not_fit_a_rule_per_school() -> None:
    lender = LENDER.replace("per: school", "per: bestuur").replace(
        "3 schooldagen na uiterlijk, aan: consulent", "1 week voor uiterlijk, aan: directeur van de scholen"
    )
    found = the_problem(thuiszitters=lender, wensen=BORROWER.replace("per: bestuur", "per: school"))
    assert found.file == "rules/vo/wensen.yaml"
    assert "`thuiszitters`" in found.message
    assert "`wensen`" in found.message
    assert "alleen in een regel per bestuur" in found.message


def test_a_fault_in_the_steps_is_told_of_the_lender_alone() -> None:
    found = the_problem(thuiszitters=LENDER.replace("aan: consulent", "aan: consuelnt"), wensen=BORROWER)
    assert (found.file, found.field) == ("rules/vo/thuiszitters.yaml", "stappen.bellen.aan")
    unreadable = the_problem(thuiszitters=LENDER.replace("stappen:", "stappen: ["), wensen=BORROWER)
    assert unreadable.file == "rules/vo/thuiszitters.yaml"


def test_a_ladder_that_differs_by_schooljaar_must_be_chosen() -> None:
    """The version that holds in the same schooljaren; where there are two with other steps nothing can be chosen."""
    old = LENDER + "geldig_tot: 2026-2027\n"
    new = LENDER.replace("  herinnering-1: {op: 2 schooldagen voor uiterlijk}\n", "") + "geldig_vanaf: 2027-2028\n"
    found = the_problem(thuiszitters=old, thuiszitters__nieuw=new, wensen=BORROWER)
    assert "heeft niet elk jaar dezelfde stappen" in found.message
    rules, problems = read(thuiszitters=old, thuiszitters__nieuw=new, wensen=BORROWER + "geldig_vanaf: 2027-2028\n")
    assert problems == []
    assert [one.name for one in rules["wensen"].steps] == ["uitvraag", "bellen"]


def test_versions_with_the_same_steps_are_one_ladder() -> None:
    old = LENDER + "geldig_tot: 2026-2027\n"
    new = LENDER.replace("8 oktober", "9 oktober") + "geldig_vanaf: 2027-2028\n"
    rules, problems = read(thuiszitters=old, thuiszitters__nieuw=new, wensen=BORROWER)
    assert problems == []
    assert len(rules["wensen"].steps) == 3
