"""A rule in TOML says the same as one in YAML; a problem stands at the line of its key."""

from __future__ import annotations

import pytest

from engine.adapters.rulebook import parse_files
from engine.adapters.rulebook.nodes import Place
from engine.adapters.rulebook.toml_nodes import key_places
from engine.core.problem import Problem

MAILS = {f"mail_templates/{name}.md": "" for name in ("uitvraag", "herinnering", "escalatie")}
YAML = """\
titel: Aantallen
uitleg: |
  Twee = regels
  [en] meer
soort: uitvraag
per: school
vraag_aan: directeur
samen_met: [consulent, bureau]
wanneer:
  opent: 1 week voor peildatum
  uiterlijk: 1 week na peildatum
  rondes:
    najaar: {peildatum: 1 oktober}
    voorjaar: {peildatum: 1 maart}
stappen:
  uitvraag: {op: opent}
  escalatie-1: {op: 2 schooldagen na uiterlijk, aan: [bureau], vrijgeven: ja}
"""
TOML = '''\
titel = "Aantallen" # een naam
uitleg = """
Twee = regels
[en] meer"""
soort = "uitvraag"
per = "school"
vraag_aan = "directeur"
samen_met = [
  "consulent",
  "bureau",
]

[wanneer]
opent = "1 week voor peildatum"
uiterlijk = "1 week na peildatum"
rondes.najaar = {peildatum = "1 oktober"}
rondes.voorjaar.peildatum = "1 maart"

[stappen.uitvraag]
op = "opent"

[stappen]
"escalatie-1" = {op = "2 schooldagen na uiterlijk", aan = ["bureau"], vrijgeven = "ja"}
'''


def problems_of(text: str) -> list[Problem]:
    return list(parse_files({"rules/vo/a.toml": text} | MAILS, ())[1])


def test_toml_gives_the_same_rule_as_yaml() -> None:
    (in_yaml,) = parse_files({"rules/vo/a.yaml": YAML} | MAILS, ())[0].rules
    (in_toml,) = parse_files({"rules/vo/a.yaml": YAML, "rules/vo/b.toml": TOML} | MAILS, ())[0].rules[1:]
    for name in ("title", "explanation", "per", "asked", "together", "rounds", "steps"):
        assert getattr(in_toml, name) == getattr(in_yaml, name)


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "field", "message"),
    [
        ('per = "school"', 'per = "schol"', 6, 1, "per", "bedoelde u `school`?"),
        ('op = "opent"', "op = 2026-10-01", 20, 1, "stappen.uitvraag.op", "'2026-10-01' is geen moment"),
        ('op = "opent"', "op = 5", 20, 1, "stappen.uitvraag.op", "'5' is geen moment"),
        ('op = "opent"', 'op = ""', 20, 1, "stappen.uitvraag.op", "`op` is leeg"),
        ('op = "opent"', 'aan = "bureau"', 19, 2, "stappen.uitvraag.op", "ontbreekt"),
        ('"bureau",\n]', '"buro",\n]', 8, 1, "samen_met", "de rol `buro`"),
        ('vrijgeven = "ja"', "vrijgeven = true", 23, 71, "stappen.escalatie-1.vrijgeven", "`true` kan hier niet"),
        ('"1 maart"', '"30 februari"', 17, 1, "wanneer.rondes.voorjaar.peildatum", "bestaat niet"),
        ("[stappen.uitvraag]", "[stapen.uitvraag]", 19, 2, "stapen", "bedoelde u `stappen`?"),
        ("opent = ", "opend = ", 14, 1, "wanneer.opend", "bedoelde u `opent`?"),
        ('per = "school"', 'per = "school"\nper = "school"', 7, 15, "", "staat er twee keer"),
        ('per = "school"', "per = school", 6, 7, "", "zet tekst tussen aanhalingstekens"),
        ('per = "school"', 'per "school"', 6, 5, "", "hoort hier een `=`"),
    ],
)
def test_a_problem_stands_at_the_line_of_its_key(
    old: str, new: str, line: int, column: int, field: str, message: str
) -> None:
    found = problems_of(TOML.replace(old, new, 1))[0]
    assert (found.line, found.column, found.field) == (line, column, field)
    assert message in found.message


def test_an_empty_toml_file_is_a_problem() -> None:
    (found,) = problems_of("# niets\n")
    assert (found.line, found.message) == (1, "dit bestand is leeg")


def test_brackets_without_end_are_a_problem() -> None:
    (found,) = problems_of("x = " + "[" * 5000 + "]" * 5000)
    assert "meer dan 20" in found.message


def test_a_key_of_a_hundred_thousand_parts_is_refused_at_once() -> None:
    (found,) = problems_of("\n" + "a." * 100_000 + "a = 1")
    assert (found.line, found.column) == (2, 1)
    assert "meer dan 20" in found.message


def test_deep_brackets_are_told_at_their_key() -> None:
    found = problems_of("\nx = " + "[" * 25 + "]" * 25)
    assert any("meer dan 20" in problem.message and problem.line == 2 for problem in found)


def test_the_scan_passes_over_what_looks_like_a_key() -> None:
    places = key_places('a = "b = 1"\nc = """\nd = 2\n"""\n# e = 3\n"f.g" = {h = 1, "i" = [{j = 2}]}\n[[k]]\nl = 1\n')
    assert places == {
        ("a",): Place(1, 1),
        ("c",): Place(2, 1),
        ("f.g",): Place(6, 1),
        ("f.g", "h"): Place(6, 10),
        ("f.g", "i"): Place(6, 17),
        ("f.g", "i", "j"): Place(6, 25),
        ("k",): Place(7, 3),
        ("k", "l"): Place(8, 1),
    }


@pytest.mark.parametrize("number", ["9" * 5000, "0x" + "f" * 5000, "-9223372036854775809"])
def test_a_number_without_end_is_a_problem_at_its_line(number: str) -> None:
    """TOML has integers of 64 bits; a larger one is told and not read."""
    found = problems_of(TOML.replace('titel = "Aantallen"', f"titel = {number}"))
    assert [(problem.line, problem.message) for problem in found] == [(1, "dit getal is te groot")]


def test_a_long_text_that_is_not_closed_is_passed_over_to_the_end() -> None:
    """What looks like a key or another quote after a text that never closes is part of that text."""
    assert key_places('a = """\n\\"""\nb = 1\n\\') == {("a",): Place(1, 1)}
    assert key_places("a = '''\nb = 1\n") == {("a",): Place(1, 1)}


def test_a_table_of_more_than_two_hundred_keys_is_refused_at_its_header() -> None:
    """Reading stops there, and nothing else of the file is told."""
    (found,) = problems_of("[x]\n" + "".join(f"k{number} = 1\n" for number in range(201)))
    assert (found.line, found.field, found.message) == (1, "x", "dit blok heeft meer dan 200 sleutels")


@pytest.mark.parametrize("text", ["a = [" + "1," * 3000 + "]\n", "".join(f"[a{n}.b.c]\n" for n in range(1001))])
def test_a_file_of_more_than_three_thousand_values_is_refused(text: str) -> None:
    """Both lists and tables count."""
    (found,) = problems_of(text)
    assert found.message == "dit bestand heeft meer dan 3000 waarden"
