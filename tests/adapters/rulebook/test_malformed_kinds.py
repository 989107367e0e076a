"""More of the corpus: rules of every soort that are wrong in one way; `¦` marks where the problem must stand."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from engine.adapters.rulebook import parse_files
from engine.core.problem import Problem, stops

FILE = "rules/vo/aantallen.yaml"
TEMPLATES = ("uitvraag", "herinnering", "te-laat", "bellen", "escalatie", "fase", "layout")
ASK = """\
titel: Aantallen
soort: uitvraag
per: bestuur
vraag_aan: directeur
wanneer: {opent: 1 september, uiterlijk: 1 oktober}
stappen:
  uitvraag: {op: opent}
"""
TALK = """\
titel: Gesprek
soort: gesprek
per: school
vraag_aan: consulent
deelnemers: [consulent, directeur]
wanneer: {opent: 1 november, van: 1 januari, tot: laatste dag van februari}
stappen:
  uitvraag: {op: opent}
  bellen: {op: 5 schooldagen voor afspraak, aan: deelnemers}
"""
PAPER = """\
titel: Profiel
soort: document
per: school
vraag_aan: directeur
document: sop
geldigheid: 4 jaar
wanneer: {opent: 6 maanden voor vervalt, uiterlijk: vervalt}
stappen:
  uitvraag: {op: opent}
"""
WORK = """\
titel: Begroting
soort: taak
vraag_aan: controller
wanneer: {opent: 1 oktober, uiterlijk: 1 november}
stappen:
  uitvraag: {op: opent}
"""
DAY = """\
titel: Vergadering
soort: mijlpaal
per: swv
wanneer: {peildatum: 1 november}
stappen:
  uitvraag: {op: 1 week voor peildatum, aan: bureau}
"""
ALWAYS = """\
titel: Reflectie
soort: doorlopend
per: school
"""
ROUNDS = """\
titel: Aantallen
soort: uitvraag
per: school
vraag_aan: directeur
wanneer:
  rondes:
    najaar: {van: 1 oktober, tot: 1 november}
    voorjaar: {van: 1 maart, tot: 1 april}
stappen:
  uitvraag: {op: van}
"""


@dataclass(frozen=True)
class Case:
    """`old` becomes `new` in a good rule; the problem stands at the mark in `new`."""

    base: str
    old: str
    new: str
    field: str
    message: str


PHASES = (
    "fasen:\n  concept: {uiterlijk: 12 schoolweken voor uiterlijk, door: consulent}\n"
    "  gedeeld: {uiterlijk: uiterlijk, door: directeur}"
)
LAST = "fasen.gedeeld"
STEPS = "stappen:\n  uitvraag: {op: opent}\n"
PER = "per: bestuur"
CASES = [
    # Keys of another soort
    Case(ASK, PER, PER + "\n¦duur: 90 minuten", "duur", "`duur` hoort niet bij de soort uitvraag"),
    Case(ASK, PER, PER + "\n¦agenda: geld", "agenda", "hoort niet bij de soort uitvraag"),
    Case(ASK, PER, PER + "\n¦agenda_eventueel: [geld]", "agenda_eventueel", "hoort niet bij"),
    Case(ASK, PER, PER + "\n¦deelnemers: directeur", "deelnemers", "hoort niet bij"),
    Case(ASK, PER, PER + "\n¦deelnemers_eventueel: directeur", "deelnemers_eventueel", "hoort niet bij"),
    Case(ASK, PER, PER + "\n¦document: sop", "document", "hoort niet bij"),
    Case(ASK, PER, PER + "\n¦geldigheid: 4 jaar", "geldigheid", "hoort niet bij"),
    Case(TALK, "per: school", "per: school\n¦document: sop", "document", "hoort niet bij de soort gesprek"),
    Case(PAPER, "per: school", "per: school\n¦duur: 90 minuten", "duur", "hoort niet bij de soort document"),
    Case(WORK, "soort: taak", "soort: taak\n¦agenda: geld", "agenda", "hoort niet bij de soort taak"),
    Case(DAY, "per: swv", "per: swv\n¦geldigheid: 4 jaar", "geldigheid", "hoort niet bij de soort mijlpaal"),
    Case(
        ALWAYS,
        "per: school\n",
        "per: school\n¦stappen:\n  uitvraag: {op: 1 mei, aan: bureau}\n",
        "stappen",
        "doorlopend",
    ),
    Case(ALWAYS, "per: school", "per: school\n¦klaar_als: ingediend", "klaar_als", "hoort niet bij"),
    Case(ALWAYS, "per: school", "per: school\n¦verschuif: {opent: niet}", "verschuif", "hoort niet bij"),
    Case(TALK, "per: school", "per: school\nklaar_als: ¦ingediend", "klaar_als", "kan niet bij de soort gesprek"),
    Case(WORK, "soort: taak", "soort: taak\nklaar_als: ¦afgesproken", "klaar_als", "kan niet bij de soort taak"),
    Case(ASK, PER, PER + "\nklaar_als: ¦klaar", "klaar_als", "`klaar` kan hier niet"),
    # What a soort needs
    Case(TALK, "titel: Gesprek\nsoort: gesprek\nper: school", "¦titel: Gesprek\nsoort: gesprek", "per", "ontbreekt"),
    Case(TALK, "vraag_aan: consulent\n", "", "vraag_aan", "ontbreekt"),
    Case(
        TALK,
        "wanneer: {opent: 1 november, van: 1 januari, tot: laatste dag van februari}\n",
        "",
        "wanneer",
        "ontbreekt",
    ),
    Case(TALK, TALK[TALK.index("stappen") :], "", "stappen", "de sleutel `stappen` ontbreekt"),
    Case(PAPER, "document: sop\n", "", "document", "de sleutel `document` ontbreekt"),
    Case(PAPER, "geldigheid: 4 jaar\n", "", "geldigheid", "de sleutel `geldigheid` ontbreekt"),
    Case(PAPER, STEPS, "", "stappen", "ontbreekt"),
    Case(WORK, "vraag_aan: controller\n", "", "vraag_aan", "ontbreekt"),
    Case(WORK, STEPS, "", "stappen", "ontbreekt"),
    Case(DAY, "per: swv\n", "", "per", "ontbreekt"),
    Case(DAY, "wanneer: {peildatum: 1 november}\n", "", "wanneer", "ontbreekt"),
    Case(ALWAYS, "per: school\n", "", "per", "ontbreekt"),
    Case(DAY, "{op: 1 week voor peildatum, aan: bureau}", "¦{op: opent}", "stappen.uitvraag.aan", "heeft geen `aan`"),
    # Periods
    Case(
        ASK,
        "uiterlijk: 1 oktober}",
        "uiterlijk: 1 oktober, ¦van: 1 mei, tot: 2 mei}",
        "wanneer.van",
        "kunnen niet samen",
    ),
    Case(ASK, "uiterlijk: 1 oktober", "¦tot: 1 oktober", "wanneer.tot", "`opent` en `tot` kunnen niet samen"),
    Case(
        ASK,
        "opent: 1 september, uiterlijk",
        "van: 1 september, ¦uiterlijk",
        "wanneer.uiterlijk",
        "`van` en `uiterlijk`",
    ),
    Case(TALK, "tot: laatste dag van februari", "¦uiterlijk: 1 maart", "wanneer.uiterlijk", "kunnen niet samen"),
    Case(TALK, "{opent: 1 november, van: 1 januari, tot", "¦{opent: 1 november, tot", "wanneer.van", "ontbreekt"),
    Case(ASK, "{opent: 1 september, uiterlijk: 1 oktober}", "¦{van: 1 september}", "wanneer.tot", "ontbreekt"),
    Case(ROUNDS, "{van: 1 maart, tot: 1 april}", "¦{van: 1 maart}", "wanneer.rondes.voorjaar.tot", "heeft geen `tot`"),
    Case(
        ROUNDS, "tot: 1 april", "tot: ¦1 februari", "wanneer.rondes.voorjaar.tot", "ligt in het schooljaar voor `van`"
    ),
    Case(ASK, "opent: 1 september, uiterlijk: 1 oktober", "van: 1 mei, tot: ¦1 september", "wanneer.tot", "voor `van`"),
    Case(TALK, "tot: laatste dag van februari", "tot: ¦laatste dag van december", "wanneer.tot", "voor `van`"),
    Case(
        TALK,
        "van: 1 januari, tot: laatste dag van februari",
        "van: 1 mei, tot: ¦1 dag voor van",
        "wanneer.tot",
        "voor `van`",
    ),
    Case(ASK, "uiterlijk: 1 oktober", "uiterlijk: ¦31 augustus", "wanneer.uiterlijk", "voor `opent`"),
    Case(
        TALK,
        "opent: 1 november, van: 1 januari",
        "opent: ¦1 week voor opent, van: 1 januari",
        "wanneer.opent",
        "naar zichzelf",
    ),
    Case(
        ROUNDS,
        "van: 1 maart, tot: 1 april",
        "van: ¦1 week voor tot, tot: 1 week na van",
        "wanneer.rondes.voorjaar.van",
        "naar elkaar",
    ),
    Case(ROUNDS, "van: 1 maart", "van: ¦1 week na opent", "wanneer.rondes.voorjaar.van", "verwijst naar zichzelf"),
    Case(DAY, "peildatum: 1 november", "peildatum: ¦1 dag na opent", "wanneer.peildatum", "verwijst naar zichzelf"),
    Case(
        PAPER, "{opent", "{¦rondes: {a: {peildatum: 1 mei}}, opent", "wanneer.rondes", "een document heeft geen rondes"
    ),
    # Anchors
    Case(ASK, "op: opent", "op: ¦van", "stappen.uitvraag.op", "die datum heeft deze regel niet"),
    Case(ASK, "op: opent", "op: ¦1 week voor tot", "stappen.uitvraag.op", "die datum heeft deze regel niet"),
    Case(ASK, "op: opent", "op: ¦afspraak", "stappen.uitvraag.op", "`afspraak` is er alleen bij een gesprek"),
    Case(ASK, "op: opent", "op: ¦1 week na vervalt", "stappen.uitvraag.op", "`vervalt` is er alleen bij een document"),
    Case(ASK, "uiterlijk: 1 oktober", "uiterlijk: ¦vervalt", "wanneer.uiterlijk", "alleen bij een document"),
    Case(TALK, "opent: 1 november", "opent: ¦1 week voor afspraak", "wanneer.opent", "kan niet aan de afspraak hangen"),
    Case(
        TALK,
        "opent: 1 november, van: 1 januari, tot: laatste dag van februari",
        "opent: 1 mei, uiterlijk: ¦afspraak",
        "wanneer.uiterlijk",
        "kan niet aan de afspraak hangen",
    ),
    Case(TALK, "op: opent", "op: ¦peildatum", "stappen.uitvraag.op", "heeft deze regel niet"),
    Case(
        ROUNDS,
        "{van: 1 maart, tot: 1 april}",
        "¦{opent: 1 maart, uiterlijk: 1 april}",
        "wanneer.rondes.voorjaar.van",
        "stap `uitvraag` telt daar vanaf",
    ),
    Case(ASK, "op: opent", "op: ¦vijfde maandag van mei", "stappen.uitvraag.op", "is geen moment"),
    Case(ASK, "op: opent", "op: ¦maandag van week 53", "stappen.uitvraag.op", "week 53 bestaat niet elk jaar"),
    Case(ASK, "op: opent", "op: ¦eerste dag van mie", "stappen.uitvraag.op", "'mie' is geen maand"),
    Case(ASK, "op: opent", "op: ¦zomervakantie", "stappen.uitvraag.op", "is geen moment"),
    # Whom
    Case(
        TALK,
        "vraag_aan: consulent",
        "vraag_aan: ¦directeur van de scholen",
        "vraag_aan",
        "alleen in een regel per bestuur",
    ),
    Case(
        WORK,
        "op: opent",
        "op: opent, aan: ¦directeur van de scholen",
        "stappen.uitvraag.aan",
        "alleen in een regel per bestuur",
    ),
    Case(TALK, "[consulent, directeur]", "[consulent, ¦directeur van de scholen]", "deelnemers", "per bestuur"),
    Case(ASK, "op: opent", "op: opent, kopie: ¦deelnemers", "stappen.uitvraag.kopie", "alleen in een gesprek"),
    Case(ASK, "vraag_aan: directeur", "vraag_aan: ¦deelnemers", "vraag_aan", "de rol `deelnemers` ken ik niet"),
    Case(
        ASK,
        "vraag_aan: directeur",
        "vraag_aan: ¦directuur van de scholen",
        "vraag_aan",
        "de rol `directuur` ken ik niet",
    ),
    Case(ASK, PER, PER + "\nsamen_met: ¦directeur van de scholen", "samen_met", "ken ik niet"),
    Case(
        TALK.replace("deelnemers: [consulent, directeur]\n", ""),
        "aan: deelnemers",
        "aan: ¦deelnemers",
        "stappen.bellen.aan",
        "dit gesprek heeft geen `deelnemers`",
    ),
    Case(TALK, "[consulent, directeur]", "[consulent, ¦baas]", "deelnemers", "de rol `baas`"),
    Case(TALK, "[consulent, directeur]", "¦[]", "deelnemers", "niets tussen de haakjes"),
    # Values
    Case(ASK, PER, PER + "\ngeldig_vanaf: ¦2026", "geldig_vanaf", "`2026` is geen schooljaar"),
    Case(ASK, PER, PER + "\ngeldig_tot: ¦2026-2028", "geldig_tot", "is geen schooljaar"),
    Case(ASK, PER, PER + "\ngeldig_tot: ¦[2026-2027]", "geldig_tot", "hier hoort één waarde"),
    Case(ASK, PER, PER + "\ngeldig_vanaf: 2027-2028\ngeldig_tot: ¦2026-2027", "geldig_tot", "ligt voor `geldig_vanaf`"),
    Case(ASK, PER, PER + "\nalleen: ¦{}", "alleen", "niets tussen de haakjes"),
    Case(ASK, PER, PER + "\nalleen: ¦Alkmaar", "alleen", "een blok met sleutels"),
    Case(ASK, PER, PER + "\nalleen: {¦gemeenten: Alkmaar}", "alleen.gemeenten", "bedoelde u `gemeente`?"),
    Case(ASK, PER, PER + "\nbehalve: {kenmerk: ¦[]}", "behalve.kenmerk", "niets tussen de haakjes"),
    Case(ASK, PER, PER + "\nbehalve: {kenmerk: ¦~}", "behalve.kenmerk", "is leeg"),
    Case(ASK, PER, PER + "\nbehalve: {partij: ¦{a: b}}", "behalve.partij", "een waarde of een lijst"),
    Case(ASK, PER, PER + "\nverschuif: {opent: ¦later}", "verschuif.opent", "`later` kan hier niet"),
    Case(ASK, PER, PER + "\nverschuif: {¦tot: niet}", "verschuif.tot", "onbekende sleutel `tot`"),
    Case(ASK, PER, PER + "\nverschuif: ¦{}", "verschuif", "niets tussen de haakjes"),
    Case(TALK, "per: school", "per: school\nduur: ¦90", "duur", "`90` past hier niet"),
    Case(TALK, "per: school", "per: school\nduur: ¦2 uur", "duur", "past hier niet"),
    Case(TALK, "per: school", "per: school\nduur: ¦0 minuten", "duur", "kan niet"),
    Case(TALK, "per: school", "per: school\nagenda: [geld, ¦~]", "agenda", "is leeg"),
    Case(PAPER, "4 jaar", "¦vier jaar", "geldigheid", "past hier niet"),
    Case(PAPER, "4 jaar", "¦0 jaar", "geldigheid", "kan niet"),
    Case(PAPER, "document: sop", "document: ¦[sop]", "document", "hier hoort één waarde"),
    # A space too many, a space too few
    Case(ASK, STEPS, STEPS + "  ¦behalve: {gemeente: Heiloo}\n", "stappen.behalve", "`behalve` staat onder `stappen`"),
    Case(ASK, STEPS, STEPS + "  ¦geldig_tot: 2026-2027\n", "stappen.geldig_tot", "`geldig_tot` staat onder `stappen`"),
    Case(ASK, STEPS, "stappen:\n  ¦behalve: {gemeente: Heiloo}\n", "stappen.behalve", "staat onder `stappen`"),
    Case(ROUNDS, "stappen", "    ¦verschuif: {opent: niet}\nstappen", "wanneer.rondes.verschuif", "onder `rondes`"),
    Case(ROUNDS, "  rondes", "  ¦samen_met: bureau\n  rondes", "wanneer.samen_met", "staat onder `wanneer`"),
    Case(
        ASK, PER, PER + "\nbehalve: {¦gemeente:Heiloo}", "behalve.gemeente", "in `gemeente:Heiloo` ontbreekt een spatie"
    ),
    Case(ASK, PER, PER + "\nbehalve: {gemeente¦:[Heiloo]}", "", "na deze dubbele punt ontbreekt een spatie"),
    Case(ASK, "titel: Aantallen", "# Uitleg\n¦titel:Aantallen", "", "geen sleutel"),
    # Stages of a document, and its first version
    Case(PAPER, "per: school", "per: school\nfasen: ¦{}", "fasen", "niets tussen de haakjes"),
    Case(
        PAPER, "per: school", f"per: school\n{PHASES.replace('directeur}', '¦baas}')}", f"{LAST}.door", "de rol `baas`"
    ),
    Case(
        PAPER,
        "per: school",
        f"per: school\n{PHASES.replace('{uiterlijk: uiterlijk, ', '¦{')}",
        f"{LAST}.uiterlijk",
        "`uiterlijk` ontbreekt",
    ),
    Case(
        PAPER,
        "per: school",
        f"per: school\n{PHASES.replace('uiterlijk: uiterlijk', 'uiterlijk: ¦13 schoolweken voor uiterlijk')}",
        f"{LAST}.uiterlijk",
        "komt voor de fase `concept`",
    ),
    Case(
        PAPER,
        "per: school",
        f"per: school\n{PHASES.replace('uiterlijk: uiterlijk', 'uiterlijk: ¦1 dag na vervalt')}",
        f"{LAST}.uiterlijk",
        "komt na `vervalt`",
    ),
    Case(
        PAPER,
        "per: school",
        f"per: school\n{PHASES.replace('uiterlijk: uiterlijk', 'uiterlijk: ¦1 dag na afspraak')}",
        f"{LAST}.uiterlijk",
        "alleen bij een gesprek",
    ),
    Case(
        PAPER,
        "per: school",
        f"per: school\n{PHASES.replace('uiterlijk: uiterlijk', 'uiterlijk: ¦peildatum')}",
        f"{LAST}.uiterlijk",
        "die datum heeft deze regel niet",
    ),
    Case(
        PAPER,
        "per: school",
        f"per: school\n{PHASES.replace('uiterlijk: uiterlijk', 'uiterlijk: ¦compleet')}",
        f"{LAST}.uiterlijk",
        "kan niet aan `compleet` hangen",
    ),
    Case(PAPER, "per: school", f"per: school\n{PHASES.replace('gedeeld', '¦Gedeeld')}", "fasen.Gedeeld", "kan niet"),
    Case(
        PAPER,
        "stappen:\n",
        f"{PHASES}\nstappen:\n  ¦fase-concept-te-laat: {{op: uiterlijk, bericht: uitvraag}}\n",
        "stappen.fase-concept-te-laat",
        "maakt het programma zelf",
    ),
    Case(ASK, PER, f"{PER}\n¦{PHASES}", "fasen", "hoort niet bij de soort uitvraag"),
    Case(ASK, PER, f"{PER}\n¦eerste: 1 februari", "eerste", "hoort niet bij de soort uitvraag"),
    Case(PAPER, "per: school", "per: school\neerste: ¦2 weken voor vervalt", "eerste", "er is nog geen document"),
    Case(PAPER, "per: school", "per: school\neerste: ¦30 februari", "eerste", "bestaat niet"),
    # What one rule uses of another
    Case(ASK, PER, PER + "\ngebruikt: ¦x", "gebruikt", "de regel `x` ken ik niet"),
    Case(ASK, PER, PER + "\ngebruikt: [¦aantalen]", "gebruikt", "ken ik niet, bedoelde u `aantallen`?"),
    Case(ASK, PER, PER + "\ngebruikt: ¦aantallen", "gebruikt", "een regel kan zichzelf niet gebruiken"),
    Case(ASK, PER, PER + "\ngebruikt: ¦{a: b}", "gebruikt", "hier hoort een waarde"),
    Case(ASK, PER, PER + "\ngebruikt: ¦Wensen", "gebruikt", "de regel `Wensen` ken ik niet"),
    Case(ASK, PER, PER + "\ngebruikt:¦", "gebruikt", "leeg"),
    Case(ALWAYS, "per: school", "per: school\n¦gebruikt: aantallen", "gebruikt", "hoort niet bij de soort doorlopend"),
    Case(ASK, "op: opent", "op: ¦compleet", "stappen.uitvraag.op", "er alleen in een regel met `gebruikt`"),
    Case(ASK, "opent: 1 september", "opent: ¦compleet", "wanneer.opent", "kan niet aan `compleet` hangen"),
    # What comes later
    Case(ASK, PER, PER + "\n¦formulier: []", "formulier", "onbekende sleutel `formulier`"),
    Case(ASK, STEPS, "stappen: ¦thuiszitters\n", "stappen", "een blok met sleutels"),
]


def found_in(text: str) -> tuple[Problem, ...]:
    files = {FILE: text} | {f"mail_templates/{name}.md": "" for name in TEMPLATES}
    rulebook, problems = parse_files(files, ())
    assert stops(problems) != bool(rulebook.rules)
    assert all(problem.hint for problem in problems)
    return problems


@pytest.mark.parametrize("text", [ASK, TALK, PAPER, WORK, DAY, ALWAYS, ROUNDS], ids=lambda text: text.split()[3])
def test_the_rule_that_a_case_starts_from_is_good(text: str) -> None:
    assert found_in(text) == ()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.field}: {case.new[:40]}")
def test_what_is_wrong_is_told_once_at_its_mark(case: Case) -> None:
    assert case.old in case.base
    text = case.base.replace(case.old, case.new, 1)
    before = text.partition("¦")[0] if "¦" in text else ""
    place = before.count("\n") + 1, len(before) - before.rfind("\n")
    (found,) = found_in(text.replace("¦", ""))
    assert (found.line, found.column, found.field) == (*place, case.field)
    assert case.message in found.message
    assert found.severity == "problem"


@pytest.mark.parametrize(
    ("base", "old", "new", "message"),
    [
        (ASK, "{op: opent}\n", "{op: opent}\n  bellen: {op: ¦1 september, aan: bureau}\n", "gaan op dezelfde dag"),
        (ASK, "{op: opent}\n", "{op: opent}\n  bellen: {op: ¦0 dagen na opent}\n", "gaan op dezelfde dag"),
        (ASK, "{op: opent}", "{op: 1 week na uiterlijk, aan: ¦bestuurder}", "geen escalatie"),
        (WORK, "{op: opent}", "{op: 2 november, aan: ¦directeur}", "geen escalatie"),
        (DAY, "1 week voor peildatum", "¦2 november", "gaat nooit"),
        (DAY, "1 week voor peildatum", "¦1 werkdag na uiterlijk", "gaat nooit"),
    ],
)
def test_a_note_stands_at_its_mark_and_stops_nothing(base: str, old: str, new: str, message: str) -> None:
    text = base.replace(old, new, 1)
    before = text.partition("¦")[0]
    (found,) = found_in(text.replace("¦", ""))
    assert (found.line, found.column) == (before.count("\n") + 1, len(before) - before.rfind("\n"))
    assert found.severity == "note"
    assert message in found.message


@pytest.mark.parametrize(
    ("base", "old", "new"),
    [
        (ASK, "{op: opent}", "{op: 1 week na uiterlijk}"),
        (ASK, "{op: opent}", "{op: 1 week na uiterlijk, aan: bestuurder, escalatie: ja}"),
        (ASK, "{op: opent}", "{op: 1 week voor uiterlijk, aan: bestuurder}"),
        (DAY, "1 week voor peildatum", "peildatum"),
    ],
)
def test_what_is_as_meant_has_no_note(base: str, old: str, new: str) -> None:
    assert found_in(base.replace(old, new, 1)) == ()


def test_the_last_of_three_steps_on_one_day_is_told_with_both_others_in_the_order_of_the_file() -> None:
    """Each step names the earlier ones of its day: by the same words, or by the same day in some round."""
    text = ASK.replace("{op: opent}\n", "{op: opent}\n  te-laat: {op: 1 september}\n  bellen: {op: opent}\n")
    assert [(problem.field, problem.message) for problem in found_in(text)] == [
        ("stappen.te-laat.op", "de stappen `uitvraag` en `te-laat` gaan op dezelfde dag"),
        ("stappen.bellen.op", "de stappen `uitvraag`, `te-laat` en `bellen` gaan op dezelfde dag"),
    ]


def test_files_of_one_id_may_follow_each_other() -> None:
    first, second = (
        ASK.replace(PER, f"{PER}\n{years}") for years in ("geldig_tot: 2026-2027", "geldig_vanaf: 2027-2028")
    )
    mails = {f"mail_templates/{name}.md": "" for name in TEMPLATES}
    rulebook, problems = parse_files({"r/a.yaml": first, "r/a@nieuw.yaml": second} | mails, ())
    assert problems == ()
    assert [(rule.id, rule.file) for rule in rulebook.rules] == [("a", "r/a.yaml"), ("a", "r/a@nieuw.yaml")]


def test_an_overlap_is_a_problem_of_the_second_file_even_where_the_first_is_broken() -> None:
    first = ASK.replace(PER, f"{PER}\ngeldig_tot: 2027-2028\nxyz: 1")
    second = ASK.replace(PER, f"{PER}\ngeldig_vanaf: 2027-2028")
    mails = {f"mail_templates/{name}.md": "" for name in TEMPLATES}
    _, problems = parse_files({"r/a.yaml": first, "r/a@nieuw.yaml": second} | mails, ())
    assert [(each.file, each.line) for each in problems] == [("r/a.yaml", 5), ("r/a@nieuw.yaml", 1)]


@pytest.mark.parametrize(
    ("more", "hint"),
    [
        ("behalve: Heiloo", "Schrijf bijvoorbeeld `behalve: {gemeente: Heiloo}`."),
        ("alleen: [Heiloo, Bergen]", "Schrijf bijvoorbeeld `alleen: {gemeente: [Heiloo, Bergen]}`."),
        ("behalve: {gemeente:Heiloo}", "Zet een spatie na de dubbele punt: `gemeente: Heiloo`."),
        ("behalve:\n  gemeente:Heiloo", "Zet een spatie na de dubbele punt: `gemeente: Heiloo`."),
    ],
)
def test_a_hint_shows_how_the_line_must_be(more: str, hint: str) -> None:
    (found,) = found_in(ASK.replace(PER, f"{PER}\n{more}"))
    assert found.hint == hint


def test_a_step_may_be_called_like_a_key_of_the_rule() -> None:
    assert found_in(f"{ASK}  document: {{op: 1 dag na uiterlijk, bericht: te-laat}}\n") == ()


def test_stages_without_their_mail_are_a_problem() -> None:
    """A workspace from before has no mail_templates/fase.md."""
    text = PAPER.replace("stappen:", f"{PHASES}\nstappen:")
    mails = {f"mail_templates/{name}.md": "" for name in TEMPLATES if name != "fase"}
    _, (problem,) = parse_files({FILE: text} | mails, ())
    assert (problem.field, problem.severity) == ("fasen", "problem")
    assert "het bericht `fase` bestaat niet" in problem.message


def test_stages_become_steps_right_behind_the_request() -> None:
    """Each by its stable name, to who must act; toml says the same as yaml."""
    mails = {f"mail_templates/{name}.md": "" for name in TEMPLATES}
    book, problems = parse_files(
        {FILE: PAPER.replace("stappen:", f"{PHASES}\neerste: 1 februari\nstappen:")} | mails, ()
    )
    assert problems == ()
    (rule,) = book.rules
    assert [(step.name, step.to, step.template, step.lag) for step in rule.steps[1:]] == [
        ("fase-concept", ("consulent",), "fase", -5),
        ("fase-concept-te-laat", ("consulent",), "fase", 1),
        ("fase-gedeeld", ("directeur",), "fase", -5),
        ("fase-gedeeld-te-laat", ("directeur",), "fase", 1),
    ]
    toml = (
        'titel = "Profiel"\nsoort = "document"\nper = "school"\nvraag_aan = "directeur"\ndocument = "sop"\n'
        'geldigheid = "4 jaar"\neerste = "1 februari"\n'
        'wanneer = {opent = "6 maanden voor vervalt", uiterlijk = "vervalt"}\n'
        '[fasen]\nconcept = {uiterlijk = "12 schoolweken voor uiterlijk", door = "consulent"}\n'
        'gedeeld = {uiterlijk = "uiterlijk", door = "directeur"}\n[stappen]\nuitvraag = {op = "opent"}\n'
    )
    same, none = parse_files({FILE.replace(".yaml", ".toml"): toml} | mails, ())
    assert none == ()
    assert (same.rules[0].steps, same.rules[0].phases, same.rules[0].first) == (rule.steps, rule.phases, rule.first)
