"""What rules say of each other in `gebruikt`, across files."""

from __future__ import annotations

from engine.adapters.rulebook import parse_files
from engine.core.problem import Problem
from engine.core.rule import Rulebook

ASK = """\
titel: Vraag
soort: uitvraag
per: bestuur
vraag_aan: directeur
wanneer: {opent: 1 september, uiterlijk: 1 oktober}
stappen:
  uitvraag: {op: opent}
"""
USES = ASK + "gebruikt: "
DAY = """\
titel: Dag
soort: mijlpaal
per: swv
wanneer: {peildatum: 1 oktober}
"""


def read(**files: str) -> tuple[Rulebook, tuple[Problem, ...]]:
    texts = {f"rules/{name.replace('_', '.')}": text for name, text in files.items()}
    return parse_files(texts | {"mail_templates/uitvraag.md": ""}, ())


def test_a_rule_may_use_one_other_or_a_list_each_once() -> None:
    rulebook, problems = read(a_yaml=USES + "b", b_yaml=USES + "[c, c]", c_yaml=ASK)
    assert problems == ()
    assert [rule.uses for rule in rulebook.rules] == [("b",), ("c",), ()]


def test_toml_says_the_same() -> None:
    toml = """\
titel = "Vraag"
soort = "uitvraag"
per = "bestuur"
vraag_aan = "directeur"
gebruikt = ["b"]
wanneer = {opent = "1 september", uiterlijk = "1 oktober"}
[stappen]
uitvraag = {op = "opent"}
klaar = {op = "compleet", bericht = "uitvraag"}
"""
    rulebook, problems = read(a_toml=toml, b_yaml=ASK)
    assert problems == ()
    assert rulebook.rules[0].uses == ("b",)
    _, (found,) = read(a_toml=toml.replace('"b"', '"bb"'), b_yaml=ASK)
    assert (found.file, found.line, found.message) == ("rules/a.toml", 5, "de regel `bb` ken ik niet, bedoelde u `b`?")


def test_an_unknown_rule_is_told_where_it_stands_with_what_may_be_meant() -> None:
    rulebook, (found,) = read(leerlingaantallen_yaml=ASK, b_yaml=USES + "\n  - leerlingaantalen\n")
    assert [rule.id for rule in rulebook.rules] == ["leerlingaantallen"]
    assert (found.file, found.line, found.column) == ("rules/b.yaml", 9, 5)
    assert found.message == "de regel `leerlingaantalen` ken ik niet, bedoelde u `leerlingaantallen`?"


def test_a_circle_is_told_at_each_of_its_rules_and_not_at_who_uses_one_of_them() -> None:
    rulebook, problems = read(a_yaml=USES + "b", b_yaml=USES + "c", c_yaml=USES + "a", d_yaml=USES + "a", e_yaml=ASK)
    assert [problem.file for problem in problems] == ["rules/a.yaml", "rules/b.yaml", "rules/c.yaml"]
    assert {problem.message for problem in problems} == {"`a`, `b` en `c` gebruiken elkaar in een kring"}
    assert [rule.id for rule in rulebook.rules] == ["d", "e"]


def test_a_rule_that_brings_no_answers_cannot_be_used() -> None:
    _, (found,) = read(a_yaml=USES + "dag", dag_yaml=DAY)
    assert found.message == "`dag` is een mijlpaal: daar geeft niemand antwoord op"


def test_a_rule_that_is_broken_itself_is_known_all_the_same() -> None:
    _, problems = read(a_yaml=USES + "b", b_yaml=ASK.replace("directeur", "directeurr"))
    assert [problem.file for problem in problems] == ["rules/b.yaml"]


def test_the_versions_of_a_rule_are_one_rule() -> None:
    _, problems = read(
        a_yaml=USES + "b",
        **{"b@oud_yaml": ASK + "geldig_tot: 2026-2027", "b@nieuw_yaml": ASK + "geldig_vanaf: 2027-2028"},
    )
    assert problems == ()
