"""`heette`: the id that a rule had before."""

from __future__ import annotations

from engine.adapters.rulebook import parse_files
from engine.core.problem import Problem
from engine.core.rule import Rule

MAILS = {"mail_templates/uitvraag.md": ""}
RULE = """\
titel: Wensen
soort: uitvraag
per: school
vraag_aan: directeur
wanneer: {opent: 1 november, uiterlijk: 1 december}
stappen: {uitvraag: {op: opent}}
"""
AS_TOML = """\
titel = "Wensen"
heette = "oud"
soort = "uitvraag"
per = "school"
vraag_aan = "directeur"
wanneer = {opent = "1 november", uiterlijk = "1 december"}
stappen.uitvraag.op = "opent"
"""
CALLED_OLD = RULE + "heette: oud\n"


def read(**files: str) -> tuple[tuple[Rule, ...], list[Problem]]:
    texts = {f"rules/vo/{name.replace('__', '@')}.yaml": text for name, text in files.items()}
    rulebook, problems = parse_files(texts | MAILS, ())
    return rulebook.rules, list(problems)


def the_problem(**files: str) -> Problem:
    _, (found,) = read(**files)
    assert found.hint
    assert found.field == "heette"
    return found


def test_a_rule_says_what_it_was_called() -> None:
    (rule,), problems = read(nieuw=CALLED_OLD)
    assert (rule.id, rule.formerly, problems) == ("nieuw", "oud", [])
    rulebook, found = parse_files({"rules/vo/nieuw.toml": AS_TOML} | MAILS, ())
    assert (rulebook.rules[0].formerly, found) == ("oud", ())


def test_an_old_name_that_is_a_rule_still_is_a_problem() -> None:
    found = the_problem(nieuw=CALLED_OLD, oud=RULE)
    assert (found.file, found.line, found.column) == ("rules/vo/nieuw.yaml", 7, 9)
    assert "`oud` is er nog" in found.message
    assert "oud.yaml" in found.hint


def test_two_rules_cannot_have_had_one_name() -> None:
    found = the_problem(eerste=CALLED_OLD, tweede=CALLED_OLD)
    assert found.file == "rules/vo/tweede.yaml"
    assert found.message == "ook de regel `eerste` heette `oud`"


def test_a_rule_was_not_called_what_it_is_called() -> None:
    assert the_problem(oud=CALLED_OLD).message == "zo heet de regel `oud` nu"


def test_files_of_one_rule_may_each_say_it() -> None:
    rules, problems = read(
        nieuw=CALLED_OLD + "geldig_tot: 2026-2027\n", nieuw__b=CALLED_OLD + "geldig_vanaf: 2027-2028\n"
    )
    assert (len(rules), problems) == (2, [])


def test_a_file_is_no_name_of_a_rule() -> None:
    found = the_problem(nieuw=RULE + "heette: oud@2026.yaml\n")
    assert found.message == "`oud@2026.yaml` is geen naam van een regel"
    assert the_problem(nieuw=RULE + "heette: oud.yaml\n").hint == "Schrijf `oud`."
