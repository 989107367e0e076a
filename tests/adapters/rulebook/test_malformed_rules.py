"""A corpus of rules that are wrong in one way: each gives exactly one problem, at its place."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from engine.adapters.rulebook import parse_files
from engine.core.problem import stops

FILE = "rules/vo/aantallen.yaml"
TEMPLATES = ("uitvraag", "herinnering", "te-laat", "bellen", "escalatie", "layout")
GOOD = """\
titel: Aantallen
soort: uitvraag
per: school
vraag_aan: directeur
wanneer:
  peildatum: 1 oktober
  opent: 2 weken voor peildatum
  uiterlijk: 1 oktober
stappen:
  uitvraag: {op: opent}
  herinnering: {op: 3 schooldagen voor uiterlijk, aan: [directeur, bureau]}
"""
ROUNDS = """\
titel: Aantallen
soort: uitvraag
per: school
vraag_aan: directeur
wanneer:
  opent: 1 week voor peildatum
  uiterlijk: 1 week na peildatum
  rondes:
    najaar: {peildatum: 1 oktober}
    voorjaar: {peildatum: 1 maart}
stappen:
  uitvraag: {op: opent}
"""


@dataclass(frozen=True)
class Case:
    """`old` becomes `new` in the good rule; then the problem stands at line and column, in the field."""

    name: str
    old: str
    new: str
    line: int
    column: int
    field: str
    message: str
    base: str = GOOD


TITLE = "titel: Aantallen"
STEP = "  uitvraag: {op: opent}"
CASES = [
    # Keys
    Case(
        "an unknown key",
        "wanneer:",
        "titelt: x\nwanneer:",
        5,
        1,
        "titelt",
        "onbekende sleutel `titelt`, bedoelde u `titel`?",
    ),
    Case("an unknown key that resembles none", TITLE, TITLE + "\nxyz: 1", 2, 1, "xyz", "onbekende sleutel `xyz`"),
    Case("a key with a capital", TITLE, TITLE + "\nUitleg: x", 2, 1, "Uitleg", "bedoelde u `uitleg`?"),
    Case("a key of a later version", TITLE, TITLE + "\nformulier: x", 2, 1, "formulier", "onbekende sleutel"),
    Case("an unknown date", "  opent: 2", "  opend: 3\n  opent: 2", 7, 3, "wanneer.opend", "bedoelde u `opent`?"),
    Case(
        "an unknown key in a step",
        STEP,
        "  uitvraag: {op: opent, an: bureau}",
        10,
        25,
        "stappen.uitvraag.an",
        "bedoelde u `aan`?",
    ),
    Case(
        "an unknown key in a round",
        "{peildatum: 1 maart}",
        "{peildatum: 1 maart, sluit: 1 mei}",
        10,
        36,
        "wanneer.rondes.voorjaar.sluit",
        "onbekende sleutel",
        ROUNDS,
    ),
    Case("a merge key", TITLE, TITLE + "\n<<: x", 2, 1, "<<", "onbekende sleutel `<<`"),
    Case(
        "a key twice",
        "per: school",
        "per: school\ntitel: x",
        4,
        1,
        "titel",
        "staat hier twee keer, de eerste keer op regel 1",
    ),
    Case("a step twice", STEP, STEP + "\n" + STEP, 11, 3, "stappen.uitvraag", "twee keer"),
    Case(
        "a key twice within braces",
        STEP,
        "  uitvraag: {op: opent, op: opent}",
        10,
        25,
        "stappen.uitvraag.op",
        "twee keer",
    ),
    Case("a list as key", TITLE, TITLE + "\n? [a]\n: b", 2, 3, "", "een woord als sleutel"),
    Case(
        "a required key misspelt",
        "wanneer:",
        "wanner:",
        5,
        1,
        "wanner",
        "onbekende sleutel `wanner`, bedoelde u `wanneer`?",
    ),
    Case(
        "a date misspelt on which another counts",
        "  peildatum",
        "  pijldatum",
        6,
        3,
        "wanneer.pijldatum",
        "bedoelde u `peildatum`?",
    ),
    Case("a date misspelt in all", "  opent: 2", "  opend: 2", 7, 3, "wanneer.opend", "bedoelde u `opent`?"),
    # What is missing
    Case("no titel", TITLE + "\n", "", 1, 1, "titel", "de sleutel `titel` ontbreekt"),
    Case("no titel under a comment", TITLE, "# titel", 2, 1, "titel", "ontbreekt"),
    Case("no soort", "soort: uitvraag\n", "", 1, 1, "soort", "ontbreekt"),
    Case("no per", "per: school\n", "", 1, 1, "per", "ontbreekt"),
    Case("no vraag_aan", "vraag_aan: directeur\n", "", 1, 1, "vraag_aan", "ontbreekt"),
    Case("no opent", "  opent: 2 weken voor peildatum\n", "", 6, 3, "wanneer.opent", "de sleutel `opent` ontbreekt"),
    Case("no uiterlijk", "  uiterlijk: 1 oktober\n", "", 6, 3, "wanneer.uiterlijk", "ontbreekt"),
    Case("no op", STEP, "  uitvraag: {aan: bureau}", 10, 13, "stappen.uitvraag.op", "de sleutel `op` ontbreekt"),
    Case(
        "no uiterlijk in one round",
        "  uiterlijk: 1 week na peildatum\n  rondes:\n    najaar: {",
        "  rondes:\n    najaar: {uiterlijk: 1 week na peildatum, ",
        9,
        15,
        "wanneer.rondes.voorjaar.uiterlijk",
        "de ronde `voorjaar` heeft geen `uiterlijk`",
        ROUNDS,
    ),
    Case(
        "no steps",
        STEP + "\n  herinnering: {op: 3 schooldagen voor uiterlijk, aan: [directeur, bureau]}",
        "",
        9,
        9,
        "stappen",
        "`stappen` is leeg",
    ),
    Case(
        "no roles between brackets",
        "[directeur, bureau]",
        "[]",
        11,
        56,
        "stappen.herinnering.aan",
        "niets tussen de haakjes",
    ),
    # Empty values
    Case("an empty titel", TITLE, "titel:", 1, 7, "titel", "`titel` is leeg"),
    Case("a tilde", TITLE, "titel: ~", 1, 8, "titel", "is leeg"),
    Case("null", TITLE, "titel: null", 1, 8, "titel", "is leeg"),
    Case("an empty text in quotes", TITLE, 'titel: ""', 1, 8, "titel", "is leeg"),
    Case("an empty moment", STEP, "  uitvraag: {op: }", 10, 18, "stappen.uitvraag.op", "`op` is leeg"),
    Case(
        "an empty value in a list",
        "[directeur, bureau]",
        "[directeur, ~]",
        11,
        68,
        "stappen.herinnering.aan",
        "`aan` is leeg",
    ),
    Case(
        "an empty wanneer",
        "wanneer:\n  peildatum: 1 oktober\n  opent: 2 weken voor peildatum\n  uiterlijk: 1 oktober",
        "wanneer:",
        5,
        9,
        "wanneer",
        "is leeg",
    ),
    Case("an empty round", "{peildatum: 1 maart}", "", 10, 14, "wanneer.rondes.voorjaar", "is leeg", ROUNDS),
    # Values
    Case(
        "an unknown soort",
        "uitvraag\nper",
        "uitvrag\nper",
        2,
        8,
        "soort",
        "`uitvrag` kan hier niet, bedoelde u `uitvraag`?",
    ),
    Case("an unknown per", "per: school", "per: scholen", 3, 6, "per", "bedoelde u `school`?"),
    Case(
        "a list where one value belongs", "per: school", "per: [school, bestuur]", 3, 6, "per", "hier hoort één waarde"
    ),
    Case("a list as titel", TITLE, "titel: [a, b]", 1, 8, "titel", "hier hoort één waarde"),
    Case("a titel of two lines", TITLE, "titel: |\n  een\n  twee", 1, 8, "titel", "regeleinde"),
    Case(
        "a text as wanneer",
        "wanneer:\n  peildatum: 1 oktober\n  opent: 2 weken voor peildatum\n  uiterlijk: 1 oktober",
        "wanneer: 1 oktober",
        5,
        10,
        "wanneer",
        "een blok met sleutels",
    ),
    Case("a moment as step", STEP, "  uitvraag: opent", 10, 13, "stappen.uitvraag", "een blok met sleutels"),
    Case(
        "ja with a capital",
        STEP,
        "  uitvraag: {op: opent, vrijgeven: Ja}",
        10,
        36,
        "stappen.uitvraag.vrijgeven",
        "`Ja` kan hier niet",
    ),
    Case(
        "true for ja",
        STEP,
        "  uitvraag: {op: opent, vrijgeven: true}",
        10,
        36,
        "stappen.uitvraag.vrijgeven",
        "`true` kan hier niet",
    ),
    Case(
        "no for nee",
        STEP,
        "  uitvraag: {op: opent, escalatie: no}",
        10,
        36,
        "stappen.uitvraag.escalatie",
        "`no` kan hier niet",
    ),
    Case(
        "an unknown klaar_als",
        "per: school",
        "per: school\nklaar_als: gehouden",
        4,
        12,
        "klaar_als",
        "`gehouden` kan niet bij de soort uitvraag",
    ),
    Case(
        "an unknown role",
        "vraag_aan: directeur",
        "vraag_aan: directuur",
        4,
        12,
        "vraag_aan",
        "de rol `directuur` ken ik niet, bedoelde u `directeur`?",
    ),
    Case(
        "a role with a capital",
        "vraag_aan: directeur",
        "vraag_aan: Directeur",
        4,
        12,
        "vraag_aan",
        "bedoelde u `directeur`?",
    ),
    Case(
        "an unknown role in a list",
        "[directeur, bureau]",
        "[directeur, buro]",
        11,
        68,
        "stappen.herinnering.aan",
        "de rol `buro`",
    ),
    Case(
        "an unknown role in samen_met",
        "per: school",
        "per: school\nsamen_met:\n  - consulent\n  - conrector",
        6,
        5,
        "samen_met",
        "de rol `conrector`",
    ),
    Case(
        "an unknown role in kopie",
        STEP,
        "  uitvraag: {op: opent, kopie: baas}",
        10,
        32,
        "stappen.uitvraag.kopie",
        "de rol `baas`",
    ),
    Case(
        "roles as a block",
        "[directeur, bureau]",
        "{a: b}",
        11,
        56,
        "stappen.herinnering.aan",
        "een waarde of een lijst",
    ),
    Case(
        "two roles in vraag_aan",
        "vraag_aan: directeur",
        "vraag_aan: [directeur]",
        4,
        12,
        "vraag_aan",
        "hier hoort één waarde",
    ),
    Case(
        "an unknown template",
        STEP,
        "  uitvraag: {op: opent, bericht: uitvrag}",
        10,
        34,
        "stappen.uitvraag.bericht",
        "het bericht `uitvrag` bestaat niet, bedoelde u `uitvraag`?",
    ),
    Case(
        "a step without a mail of its name",
        STEP,
        "  vraag-2: {op: opent}",
        10,
        3,
        "stappen.vraag-2.bericht",
        "stap `vraag-2`: het bericht `vraag` bestaat niet",
    ),
    Case(
        "the layout as template",
        STEP,
        "  uitvraag: {op: opent, bericht: layout}",
        10,
        34,
        "stappen.uitvraag.bericht",
        "bestaat niet",
    ),
    Case(
        "a step name with a blank",
        STEP,
        "  te laat: {op: opent, bericht: te-laat}",
        10,
        3,
        "stappen.te laat",
        "de naam `te laat` kan niet",
    ),
    Case(
        "a step name with a capital",
        STEP,
        "  Uitvraag: {op: opent, bericht: uitvraag}",
        10,
        3,
        "stappen.Uitvraag",
        "kan niet",
    ),
    Case("a round name with a capital", "voorjaar:", "Voorjaar:", 10, 5, "wanneer.rondes.Voorjaar", "kan niet", ROUNDS),
    # Moments
    Case(
        "30 februari",
        "peildatum: 1 oktober",
        "peildatum: 30 februari",
        6,
        14,
        "wanneer.peildatum",
        "30 februari bestaat niet",
    ),
    Case(
        "29 februari",
        "peildatum: 1 oktober",
        "peildatum: 29 februari",
        6,
        14,
        "wanneer.peildatum",
        "29 februari bestaat niet elk jaar",
    ),
    Case(
        "31 april", "peildatum: 1 oktober", "peildatum: 31 april", 6, 14, "wanneer.peildatum", "31 april bestaat niet"
    ),
    Case(
        "an unknown month",
        "peildatum: 1 oktober",
        "peildatum: 1 octember",
        6,
        14,
        "wanneer.peildatum",
        "'octember' is geen maand",
    ),
    Case("an unknown unit", "2 weken", "2 wekken", 7, 10, "wanneer.opent", "'wekken' is geen eenheid"),
    Case(
        "an unknown anchor",
        "2 weken voor peildatum",
        "2 weken voor pijldatum",
        7,
        10,
        "wanneer.opent",
        "'pijldatum' is geen datum",
    ),
    Case(
        "an anchor of a rule that uses another",
        STEP,
        "  uitvraag: {op: 3 weken na compleet}",
        10,
        18,
        "stappen.uitvraag.op",
        "`compleet` is er alleen in een regel met `gebruikt`",
    ),
    Case(
        "a number as moment",
        "peildatum: 1 oktober",
        "peildatum: 7:30",
        6,
        14,
        "wanneer.peildatum",
        "'7:30' is geen moment",
    ),
    Case(
        "a date with a year",
        "peildatum: 1 oktober",
        "peildatum: 2026-10-01",
        6,
        14,
        "wanneer.peildatum",
        "'2026-10-01' is geen moment",
    ),
    Case(
        "a block as moment",
        STEP,
        "  uitvraag: {op: {opent: 1 mei}}",
        10,
        18,
        "stappen.uitvraag.op",
        "hier hoort één waarde",
    ),
    Case(
        "an anchor that the rule has not",
        "  peildatum: 1 oktober\n",
        "",
        6,
        10,
        "wanneer.opent",
        "telt vanaf `peildatum`, maar die datum heeft deze regel niet",
    ),
    Case("an offset too large", "2 weken voor", "9999 weken voor", 7, 10, "wanneer.opent", "te ver weg"),
    Case(
        "a round without the anchor of all rounds",
        "voorjaar: {peildatum: 1 maart}",
        "voorjaar: {opent: 1 mei}",
        10,
        15,
        "wanneer.rondes.voorjaar.peildatum",
        "de ronde `voorjaar` heeft geen `peildatum`",
        ROUNDS,
    ),
    Case(
        "a round's own date on an anchor it has not",
        "voorjaar: {peildatum: 1 maart}",
        "voorjaar: {opent: 1 week na peildatum, uiterlijk: 1 mei}",
        10,
        23,
        "wanneer.rondes.voorjaar.opent",
        "heeft deze regel niet",
        ROUNDS,
    ),
    Case(
        "two dates in a circle",
        "opent: 2 weken voor peildatum\n  uiterlijk: 1 oktober",
        "opent: 2 weken voor uiterlijk\n  uiterlijk: 2 weken na opent",
        7,
        10,
        "wanneer.opent",
        "`opent` en `uiterlijk` verwijzen naar elkaar",
    ),
    Case(
        "three dates in a circle",
        "peildatum: 1 oktober\n  opent: 2 weken voor peildatum\n  uiterlijk: 1 oktober",
        "peildatum: uiterlijk\n  opent: peildatum\n  uiterlijk: opent",
        6,
        14,
        "wanneer.peildatum",
        "`peildatum`, `opent` en `uiterlijk` verwijzen naar elkaar",
    ),
    Case(
        "a date that refers to itself",
        "uiterlijk: 1 oktober",
        "uiterlijk: 1 dag na uiterlijk",
        8,
        14,
        "wanneer.uiterlijk",
        "verwijst naar zichzelf",
    ),
    Case(
        "a circle in one round",
        "{peildatum: 1 maart}",
        "{peildatum: opent}",
        6,
        10,
        "wanneer.opent",
        "verwijzen naar elkaar",
        ROUNDS,
    ),
    # YAML
    Case("an alias", "per: school", "per: *s", 3, 6, "per", "`*s` verwijst naar een ander stuk"),
    Case("an anchor", "per: school", "per: &s school", 3, 6, "per", "`&s` geeft dit stuk een naam"),
    Case("a tag", "per: school", "per: !!str school", 3, 6, "per", "soortaanduiding"),
    Case("a tag of one's own on a block", STEP, "  uitvraag: !x {op: opent}", 10, 13, "stappen.uitvraag", "`!x`"),
    Case("an anchor on a key", "per: school", "&s per: school", 3, 1, "", "`&s` geeft dit stuk een naam"),
    Case("a colon in the text", TITLE, "titel: Uitvraag: aantallen", 1, 16, "", "dubbele punt die ik niet verwacht"),
    Case("a line without colon", "per: school", "per school", 3, 1, "", "geen sleutel met een dubbele punt"),
    Case(
        "a key without blank after the colon",
        "per: school",
        "per:school",
        3,
        1,
        "",
        "geen sleutel met een dubbele punt",
    ),
    Case("a quote that is not closed", TITLE, 'titel: "Aantallen', 1, 8, "", "aanhalingsteken wordt niet gesloten"),
    Case("a brace that is not closed", STEP, "  uitvraag: {op: opent", 10, 13, "", "sluitende `}`"),
    Case("a bracket that is not closed", "[directeur, bureau]}", "[directeur, bureau}", 11, 74, "", "sluitend `]`"),
    Case("a brace too many", STEP, STEP + "}", 10, 24, "", "hier verwacht ik een sleutel"),
    Case("a tab for blanks", "  peildatum", "\tpeildatum", 6, 1, "", "hier staat een tab"),
    Case("wrong indentation", "  opent", " opent", 7, 2, "", "verwacht ik een sleutel"),
    Case("a sign that begins no value", TITLE, "titel: @Aantallen", 1, 8, "", "waarmee een waarde niet kan beginnen"),
    Case("a control character", TITLE, "titel: Aan\x07tallen", 1, 11, "", "onzichtbaar teken (code 0007)"),
]


def problems_of(text: str, file: str = FILE) -> list[tuple[int, int, str, str]]:
    files = {file: text} | {f"mail_templates/{name}.md": "" for name in TEMPLATES}
    rulebook, problems = parse_files(files, ())
    assert stops(problems) != bool(rulebook.rules), "a rule stands in the rulebook exactly when nothing is wrong"
    assert all(problem.file == file and problem.hint for problem in problems)
    return [(problem.line, problem.column, problem.field, problem.message) for problem in problems]


@pytest.mark.parametrize("text", [GOOD, ROUNDS], ids=["without rounds", "with rounds"])
def test_the_rule_that_the_corpus_starts_from_is_good(text: str) -> None:
    assert problems_of(text) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_wrong_is_told_once_at_its_place(case: Case) -> None:
    assert case.old in case.base
    (found,) = problems_of(case.base.replace(case.old, case.new, 1))
    assert found[:3] == (case.line, case.column, case.field)
    assert case.message in found[3]


WHOLE = [
    ("an empty file", "", 1, 1, "dit bestand is leeg"),
    ("only comments", "# niets\n\n# meer\n", 1, 1, "dit bestand is leeg"),
    ("only a null", "~\n", 1, 1, "dit bestand is leeg"),
    ("a list at the top", "# x\n- titel\n", 2, 1, "begint niet met een sleutel"),
    ("a text at the top", "titel\n", 1, 1, "begint niet met een sleutel"),
    ("a second document", GOOD + "---\n" + GOOD, 12, 1, "tweede document"),
    ("text after the end mark", GOOD + "...\nx: y\n", 13, 1, "na `...` staat nog iets"),
    ("another version of YAML", "%YAML 3.0\n---\n" + GOOD, 1, 1, "andere versie van YAML"),
    ("deep nesting", "x: " + "[" * 25 + "]" * 25, 1, 23, "meer dan 20 blokken of lijsten in elkaar"),
    ("nesting without end", "[" * 100_000, 1, 1001, "te veel haakjes"),
]


@pytest.mark.parametrize(("name", "text", "line", "column", "message"), WHOLE, ids=[case[0] for case in WHOLE])
def test_a_file_that_is_no_rule_at_all_is_told_at_its_place(
    name: str, text: str, line: int, column: int, message: str
) -> None:
    (found,) = problems_of(text)
    assert found[:3] == (line, column, "x" if name == "deep nesting" else "")
    assert message in found[3]


def test_twenty_levels_are_not_too_deep() -> None:
    found = problems_of("x: " + "[" * 19 + "a" + "]" * 19)
    assert not any("meer dan 20" in message for *_, message in found)


def test_a_step_that_counts_from_a_date_the_rule_has_not_is_told_at_the_step() -> None:
    text = GOOD.replace("  peildatum: 1 oktober\n  opent: 2 weken voor peildatum", "  opent: 1 september")
    (found,) = problems_of(text.replace("op: opent", "op: 1 week na peildatum"))
    assert found[:3] == (9, 18, "stappen.uitvraag.op")


def test_empty_braces_under_stappen_are_told_where_they_stand() -> None:
    (found,) = problems_of(GOOD[: GOOD.index("stappen:")] + "stappen: {}\n")
    assert found[:3] == (9, 10, "stappen")


def test_all_problems_of_a_file_are_told_at_once_in_the_order_of_the_file() -> None:
    text = GOOD.replace("titel: Aantallen", "titel: ~\ntietel: x").replace("directeur\n", "baas\n")
    text = text.replace("peildatum: 1 oktober", "peildatum: 30 februari").replace("op: opent", "op: opend")
    assert [(line, field) for line, _, field, _ in problems_of(text)] == [
        (1, "titel"),
        (2, "tietel"),
        (5, "vraag_aan"),
        (7, "wanneer.peildatum"),
        (11, "stappen.uitvraag.op"),
    ]


def test_what_follows_a_brace_that_is_not_closed_is_not_told_as_well() -> None:
    text = ROUNDS.replace("voorjaar: {peildatum: 1 maart}", "voorjaar: {peildatum")
    assert [found[:3] for found in problems_of(text)] == [(10, 15, "")]


def test_columns_count_characters_not_bytes() -> None:
    (found,) = problems_of(GOOD.replace("  uitvraag: {op: opent}", "  uitvraag: {bericht: 'één ü', op: opent}"))
    assert found[:3] == (10, 23, "stappen.uitvraag.bericht")
    (found,) = problems_of(GOOD.replace("{op: opent}", "{op: opent, 'é': x}"))
    assert found[:3] == (10, 25, "stappen.uitvraag.é")


def test_a_very_long_text_is_cut_in_the_message() -> None:
    (found,) = problems_of(GOOD.replace("1 oktober", "x" * 5000, 1))
    assert len(found[3]) < 100


def test_29_februari_has_a_hint_that_helps() -> None:
    files = {FILE: GOOD.replace("1 oktober", "29 februari", 1)} | {f"mail_templates/{t}.md": "" for t in TEMPLATES}
    _, (problem,) = parse_files(files, ())
    assert problem.hint == "Schrijf 'laatste dag van februari'."


def test_a_file_with_problems_without_end_is_given_up_after_a_thousand() -> None:
    found = problems_of("stappen: {" + "a," * 20_000 + "}")
    assert len(found) == 1000


def test_a_block_of_more_than_two_hundred_keys_ends_the_reading_at_the_first_too_many() -> None:
    """Reading stops at key 201, and nothing else of the file is told; 200 keys are not too many."""
    steps = [f"  uitvraag-{number}: {{op: {number} dagen na opent}}\n" for number in range(201)]
    start = GOOD[: GOOD.index("  uitvraag:")]
    (found,) = problems_of(start + "".join(steps))
    assert found == (210, 3, "stappen", "dit blok heeft meer dan 200 sleutels")
    assert problems_of(start + "".join(steps[:200])) == []


def test_a_file_of_more_than_three_thousand_values_ends_the_reading() -> None:
    """A list of every school of a country is no rule; a list of some thousands is read."""
    many, most = (f"alleen: {{partij: [{'a, ' * count}]}}\n" for count in (3000, 2900))
    (found,) = problems_of(many + GOOD)
    assert found[2:] == ("alleen.partij", "dit bestand heeft meer dan 3000 waarden")
    assert problems_of(most + GOOD) == []
