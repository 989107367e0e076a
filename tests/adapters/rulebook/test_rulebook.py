"""The rulebook as a whole: the two rules of this version, what a text becomes, and files on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.adapters.rulebook import parse_files, read_rulebook
from engine.core.moment import Anchor, DayOfYear, Offset
from engine.core.problem import Problem
from engine.core.rule import Round, Rule, Rulebook, Step

REPOSITORY = Path(__file__).parents[3]
NAMES = (
    "uitvraag",
    "herinnering",
    "te-laat",
    "bellen",
    "escalatie",
    "plannen",
    "voorbereiden",
    "verslag",
    "taak",
    "compleet",
    "document",
    "fase",
    "layout",
)
TEMPLATES = dict.fromkeys(NAMES, "tekst")
SHIPPED = sorted(path.stem for path in (REPOSITORY / "rules" / "vo").glob("*.yaml"))
GOOD = """\
titel: Aantallen
soort: uitvraag
per: school
vraag_aan: directeur
wanneer: {opent: 1 september, uiterlijk: 1 oktober}
stappen:
  uitvraag: {op: opent}
"""


def read_one(text: str, extra_roles: tuple[str, ...] = ()) -> Rule:
    files = {"rules/vo/aantallen.yaml": text} | {f"mail_templates/{name}.md": "" for name in TEMPLATES}
    rulebook, problems = parse_files(files, extra_roles)
    assert problems == ()
    return rulebook.rules[0]


def test_every_item_of_the_jaarplanning_comes_along_without_notes() -> None:
    rulebook, problems = read_rulebook(REPOSITORY, "rules/vo", TEMPLATES, ())
    assert problems == ()
    assert {rule.id: (rule.kind, rule.per) for rule in rulebook.rules} == {
        "begroting": ("taak", "swv"),
        "bestuursgesprek": ("gesprek", "bestuur"),
        "contactgegevens": ("uitvraag", "school"),
        "doorlopende-gesprekken": ("doorlopend", "school"),
        "doorlopende-reflectie": ("doorlopend", "school"),
        "kritieke-indicatoren": ("uitvraag", "bestuur"),
        "leerlingaantallen": ("uitvraag", "bestuur"),
        "paragraaf-passend-onderwijs": ("uitvraag", "bestuur"),
        "schoolkaart": ("uitvraag", "school"),
        "schoolondersteuningsprofiel": ("document", "school"),
        "startgesprek": ("gesprek", "school"),
        "thuiszitters": ("uitvraag", "school"),
        "voortgangsgesprek": ("gesprek", "school"),
    }


def write(workspace: Path, name: str, content: str | bytes = GOOD) -> None:
    folder = workspace / "rules" / "vo"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)


def read(workspace: Path) -> tuple[Rulebook, tuple[Problem, ...]]:
    return read_rulebook(workspace, "rules/vo", TEMPLATES, ())


def the_problem(workspace: Path) -> Problem:
    _, (problem,) = read(workspace)
    return problem


def shipped(name: str) -> Rule:
    rulebook, problems = read_rulebook(REPOSITORY, "rules/vo", TEMPLATES, ())
    assert problems == ()
    return next(rule for rule in rulebook.rules if rule.id == name)


def step(name: str, at: object, to: str, **more: object) -> Step:
    values = {"copy": (), "template": name, "hold": False, "escalation": False} | more
    return Step(name=name, at=at, to=(to,), **values)  # type: ignore[arg-type]


def after_due(days: int) -> Offset:
    return Offset(days, "schooldagen", "uiterlijk")


# The rules that come along


def test_thuiszitters_is_read_into_its_four_rounds() -> None:
    months = {"september": 9, "december": 12, "maart": 3, "juni": 6}
    opens, due = Offset(-1, "weken", "peildatum"), Offset(8, "schooldagen", "peildatum")
    assert shipped("thuiszitters").rounds == tuple(
        Round(name, DayOfYear(month, 1), opens, due) for name, month in months.items()
    )


def test_thuiszitters_is_read_into_its_ladder() -> None:
    asked = "ondersteuningscoordinator"
    assert shipped("thuiszitters").steps == (
        step("uitvraag", Anchor("opent"), asked),
        step("herinnering", after_due(-3), asked),
        step("te-laat", after_due(1), asked),
        step("bellen", after_due(3), "consulent"),
        step("escalatie-1", after_due(7), "directeur", template="escalatie", escalation=True),
        step("escalatie-2", after_due(15), "bestuurder", template="escalatie", escalation=True, hold=True),
    )


def test_thuiszitters_is_asked_of_each_school_together_with_those_outside() -> None:
    rule = shipped("thuiszitters")
    assert (rule.per, rule.asked, rule.together, rule.accept_needed, rule.file) == (
        "school",
        "ondersteuningscoordinator",
        ("consulent", "leerplichtambtenaar"),
        False,
        "rules/vo/thuiszitters.yaml",
    )


def test_leerlingaantallen_is_read_into_one_nameless_round() -> None:
    first = DayOfYear(10, 1)
    assert shipped("leerlingaantallen").rounds == (Round(None, first, Offset(-2, "weken", "peildatum"), first),)


def test_leerlingaantallen_is_read_into_its_ladder() -> None:
    asked = "administratie"
    assert shipped("leerlingaantallen").steps == (
        step("uitvraag", Anchor("opent"), asked),
        step("herinnering-1", after_due(-5), asked, template="herinnering"),
        step("herinnering-2", Anchor("uiterlijk"), asked, template="herinnering"),
        step("te-laat", after_due(1), asked),
        step("bellen", after_due(3), "bureau"),
        step("escalatie", after_due(6), "bestuurder", copy=("controller",), hold=True, escalation=True),
    )


def test_leerlingaantallen_is_asked_of_each_bestuur() -> None:
    rule = shipped("leerlingaantallen")
    assert (rule.per, rule.asked, rule.together) == ("bestuur", "administratie", ())


@pytest.mark.parametrize("name", SHIPPED)
def test_what_a_school_reads_has_short_sentences(name: str) -> None:
    sentences = shipped(name).explanation.replace("\n", " ").split(". ")
    assert all(len(sentence.split()) <= 15 for sentence in sentences)


# Text stays text


@pytest.mark.parametrize("typed", ["NO", "on", "7:30", "0756", "012", "1e3", "2026-02-30", "0x1F", "true", "é"])
def test_a_scalar_stays_what_the_user_typed(typed: str) -> None:
    assert read_one(GOOD.replace("Aantallen", typed)).title == typed


def test_the_word_null_in_quotes_is_a_text() -> None:
    assert read_one(GOOD.replace("Aantallen", '"null"')).title == "null"


def test_a_step_named_no_keeps_its_name() -> None:
    rule = read_one(GOOD.replace("uitvraag: {op: opent}", "no: {op: opent, bericht: uitvraag}"))
    assert rule.steps[0].name == "no"


# Defaults


def test_aan_is_vraag_aan_where_it_is_absent() -> None:
    assert read_one(GOOD).steps[0].to == ("directeur",)


def test_bericht_is_the_name_without_its_number() -> None:
    rule = read_one(GOOD.replace("uitvraag: {op: opent}", "herinnering-12: {op: opent}"))
    assert rule.steps[0].template == "herinnering"


def test_bericht_may_be_named() -> None:
    rule = read_one(GOOD.replace("{op: opent}", "{op: opent, bericht: bellen}"))
    assert rule.steps[0].template == "bellen"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("escalatie: {op: opent}", True),
        ("escalatie-3: {op: opent}", True),
        ("escalatie: {op: opent, escalatie: nee}", False),
        ("uitvraag: {op: opent}", False),
        ("uitvraag: {op: opent, escalatie: ja}", True),
        ("escalatie-laat: {op: opent, bericht: escalatie}", False),
    ],
)
def test_a_step_escalates_by_its_name_unless_it_says_otherwise(line: str, expected: bool) -> None:
    assert read_one(GOOD.replace("uitvraag: {op: opent}", line)).steps[0].escalation is expected


def test_one_role_and_a_list_of_one_are_the_same() -> None:
    one = read_one(GOOD.replace("{op: opent}", "{op: opent, aan: bureau}"))
    assert one == read_one(GOOD.replace("{op: opent}", "{op: opent, aan: [bureau]}"))


@pytest.mark.parametrize(("word", "needed"), [("goedgekeurd", True), ("ingediend", False)])
def test_klaar_als_says_whether_the_bureau_accepts(word: str, needed: bool) -> None:
    assert read_one(GOOD + f"klaar_als: {word}\n").accept_needed is needed


def test_uitleg_may_be_absent() -> None:
    assert read_one(GOOD).explanation == ""


def test_a_round_may_replace_what_stands_beside_the_rounds() -> None:
    when = "{opent: 1 september, uiterlijk: 1 oktober, rondes: {a: {opent: 5 september}, b: {peildatum: 1 mei}}}"
    rule = read_one(GOOD.replace("{opent: 1 september, uiterlijk: 1 oktober}", when))
    assert [(each.name, str(each.opens), str(each.peildatum)) for each in rule.rounds] == [
        ("a", "5 september", "None"),
        ("b", "1 september", "1 mei"),
    ]


def test_steps_keep_the_order_of_the_file() -> None:
    rule = read_one(GOOD + "  te-laat: {op: 1 dag na uiterlijk}\n  bellen: {op: uiterlijk, aan: bureau}\n")
    assert [each.name for each in rule.steps] == ["uitvraag", "te-laat", "bellen"]


def test_a_role_of_config_may_be_named() -> None:
    assert read_one(GOOD.replace("directeur", "zorgmakelaar"), ("zorgmakelaar",)).asked == "zorgmakelaar"


# Files


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    write(tmp_path, "aantallen.yaml", b"\xef\xbb\xbf" + GOOD.encode())
    rulebook, problems = read(tmp_path)
    assert (problems, rulebook.rules[0].title) == ((), "Aantallen")


def test_a_file_in_another_encoding_is_a_problem_at_line_1(tmp_path: Path) -> None:
    write(tmp_path, "aantallen.yaml", GOOD.replace("Aantallen", "Één").encode("windows-1252"))
    problem = the_problem(tmp_path)
    assert (problem.file, problem.line, problem.column) == ("rules/vo/aantallen.yaml", 1, 1)
    assert "UTF-8" in problem.message


def test_a_file_of_256_kib_is_read(tmp_path: Path) -> None:
    write(tmp_path, "aantallen.yaml", GOOD + "#" * (256 * 1024 - len(GOOD)))
    assert read(tmp_path)[1] == ()


def test_a_file_over_256_kib_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "aantallen.yaml", GOOD + "#" * (256 * 1024 - len(GOOD) + 1))
    assert "256 KiB" in the_problem(tmp_path).message


def test_a_yml_file_is_a_problem_with_a_hint(tmp_path: Path) -> None:
    write(tmp_path, "aantallen.yaml")
    write(tmp_path, "andere.yml")
    problem = the_problem(tmp_path)
    assert (problem.file, problem.line) == ("rules/vo/andere.yml", 1)
    assert "`andere.yaml`" in problem.hint


@pytest.mark.parametrize("name", ["Aantallen.yaml", "leerling aantallen.yaml", "é.yaml", "a_b.yaml", "a@.yaml"])
def test_a_file_name_with_other_signs_is_a_problem(tmp_path: Path, name: str) -> None:
    write(tmp_path, name)
    problem = the_problem(tmp_path)
    assert (problem.line, problem.column) == (1, 1)
    assert name in problem.message


def test_a_label_is_no_part_of_the_id(tmp_path: Path) -> None:
    write(tmp_path, "aantallen@2027-2028.yaml")
    assert [rule.id for rule in read(tmp_path)[0].rules] == ["aantallen"]


def test_the_same_id_in_two_files_is_a_problem_of_the_second(tmp_path: Path) -> None:
    write(tmp_path, "aantallen.yaml")
    write(tmp_path, "aantallen@2.yaml")
    problem = the_problem(tmp_path)
    assert problem.message == "in elk schooljaar geldt ook `aantallen.yaml` van de regel `aantallen`"
    assert "eigen jaren" in problem.hint


@pytest.mark.parametrize(
    ("first", "second", "when", "hint"),
    [
        ("", "geldig_vanaf: 2027-2028", "2027-2028 en later", "Zet in `a.yaml` `geldig_tot: 2026-2027`."),
        ("geldig_vanaf: 2027-2028", "", "2027-2028 en later", "Zet in `a@2.yaml` `geldig_tot: 2026-2027`."),
        (
            "geldig_tot: 2027-2028",
            "geldig_vanaf: 2027-2028",
            "2027-2028",
            "Zet in `a.yaml` `geldig_tot: 2026-2027`.",
        ),
        (
            "",
            "geldig_vanaf: 2027-2028\ngeldig_tot: 2027-2028",
            "2027-2028",
            "Zet in `a.yaml` `geldig_tot: 2026-2027`. "
            "Geldt de regel daarna nog? Maak dan een bestand erbij met `geldig_vanaf: 2028-2029`.",
        ),
    ],
)
def test_two_files_for_one_schooljaar_are_told_with_the_remedy(first: str, second: str, when: str, hint: str) -> None:
    files = {"rules/vo/a.yaml": f"{GOOD}{first}\n", "rules/vo/a@2.yaml": f"{GOOD}{second}\n"}
    _, (problem,) = parse_files(files | {f"mail_templates/{name}.md": "" for name in TEMPLATES}, ())
    assert problem.message.startswith(f"in {when} geldt ook `a.yaml`")
    assert problem.hint == hint


def test_a_folder_that_is_not_there_is_a_problem_of_config(tmp_path: Path) -> None:
    problem = the_problem(tmp_path)
    assert (problem.file, problem.line, problem.field) == ("config.toml", 1, "swv.regels")
    assert "`rules/vo` bestaat niet" in problem.message


def test_a_folder_without_rules_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "leesmij.txt")
    problem = the_problem(tmp_path)
    assert (problem.file, problem.line) == ("rules/vo", 1)


def test_the_problems_of_all_files_come_in_one_run(tmp_path: Path) -> None:
    write(tmp_path, "b.yaml", GOOD.replace("school", "schol"))
    write(tmp_path, "a.yaml", "")
    write(tmp_path, "c.yaml")
    rulebook, problems = read(tmp_path)
    assert [problem.file for problem in problems] == ["rules/vo/a.yaml", "rules/vo/b.yaml"]
    assert [rule.id for rule in rulebook.rules] == ["c"]


def test_rules_come_in_the_order_of_their_ids(tmp_path: Path) -> None:
    for name in ("b.yaml", "a-b.yaml", "a.yaml"):
        write(tmp_path, name)
    assert [rule.id for rule in read(tmp_path)[0].rules] == ["a", "a-b", "b"]


def test_a_directory_with_the_name_of_a_rule_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml")
    (tmp_path / "rules" / "vo" / "b.yaml").mkdir()
    assert "kan ik niet lezen" in the_problem(tmp_path).message


# The stored rulebook


def test_files_hold_the_text_of_rules_and_mails_by_path(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml")
    rulebook, _ = read_rulebook(tmp_path, "./rules/vo/", {"uitvraag": "Beste", "layout": "<mjml/>"}, ())
    assert rulebook.files == {
        "mail_templates/layout.mjml": "<mjml/>",
        "mail_templates/uitvraag.md": "Beste",
        "rules/vo/a.yaml": GOOD,
    }


def test_a_rulebook_is_the_same_when_read_again_from_its_files(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml")
    rulebook, _ = read(tmp_path)
    assert parse_files(rulebook.files, ()) == (rulebook, ())


def test_the_hash_does_not_hang_on_line_ends(tmp_path: Path) -> None:
    write(tmp_path, "a.yaml")
    before = read(tmp_path)[0].hash
    write(tmp_path, "a.yaml", GOOD.replace("\n", "\r\n"))
    assert read(tmp_path)[0].hash == before


def test_the_hash_is_the_same_on_every_machine() -> None:
    rulebook, _ = parse_files({"mail_templates/a.md": "één", "rules/vo/b.yaml": "x"}, ())
    assert rulebook.hash == "080edb75b589c247f8903e0f33449f3aee72aa3994977bb5fbfa0fe0dbf8383b"


@pytest.mark.parametrize("files", [{"rules/vo/a.yaml": GOOD + "# x"}, {"rules/vo/b.yaml": GOOD}, {}])
def test_the_hash_changes_with_each_text_and_path(files: dict[str, str]) -> None:
    assert parse_files(files, ())[0].hash != parse_files({"rules/vo/a.yaml": GOOD}, ())[0].hash


def test_a_folder_that_is_not_there_is_told_at_its_key(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[swv]\nnaam = "SWV"\nregels = "weg"\n', encoding="utf-8")
    _, problems = read_rulebook(tmp_path, "weg", TEMPLATES, ())
    assert [(one.file, one.line, one.field) for one in problems] == [("config.toml", 3, "swv.regels")]
