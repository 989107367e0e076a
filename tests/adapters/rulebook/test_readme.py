"""rules/README.md tells the truth: its tables come from the model, and the program reads each of its examples.

After a change of the language: `GOLDEN_REWRITE=1 pytest tests/adapters/rulebook/test_readme.py` writes the tables
anew; then read the difference.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from engine.adapters.rulebook import parse_files
from engine.core.moment import ANCHORS, DayOfYear, parse_moment
from engine.core.rule import Rule
from engine.core.schooljaar import Schooljaar
from tests.adapters.rulebook.readme_tables import TABLES

ROOT = Path(__file__).parents[3]
README = ROOT / "rules" / "README.md"
TABLE = re.compile(r"(<!-- tabel: ([a-z]+) -->\n)(.*?)(\n<!-- einde tabel -->)", re.DOTALL)
MAILS = {f"mail_templates/{path.stem}.md": "" for path in (ROOT / "mail_templates").glob("*.md")}
TEXT = README.read_text(encoding="utf-8")
EXAMPLES = {text.splitlines()[0].removeprefix("# "): text for text in re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)}
# A row of the step by step: a file, a line to add, a line to add or nothing.
VERSION = re.compile(r"^\| `(thuiszitters\S*\.yaml)` \| (.*?) \| (.*?) \|$", re.MULTILINE)


def rules_of(files: dict[str, str]) -> tuple[Rule, ...]:
    rulebook, problems = parse_files({f"rules/vo/{name}": text for name, text in files.items()} | MAILS, ())
    assert problems == ()
    return rulebook.rules


def versions() -> dict[str, str]:
    """The files that a change for good leads to, starting at the rule that comes along."""
    shipped = (ROOT / "rules" / "vo" / "thuiszitters.yaml").read_text(encoding="utf-8")
    made = {}
    for name, add, change in VERSION.findall(TEXT):
        text = shipped
        if words := re.findall(r"`([^`]+)`", change):
            old, new = words
            assert text.count(old) == 1
            text = text.replace(old, new)
        made[name] = text + "".join(f"{line}\n" for line in re.findall(r"`([^`]+)`", add))
    return made


@pytest.mark.parametrize("name", TABLES)
def test_each_table_says_what_the_program_knows(name: str) -> None:
    """No key, moment or role is missing, and each is told in the words of the model."""
    text = README.read_text(encoding="utf-8")
    if os.environ.get("GOLDEN_REWRITE"):
        text = TABLE.sub(lambda found: found[1] + TABLES[found[2]]() + found[4], text)
        README.write_text(text, encoding="utf-8", newline="\n")
    tables = {found[2]: found[3] for found in TABLE.finditer(text)}
    assert tables[name] == TABLES[name]()


def test_there_is_no_table_that_nothing_makes() -> None:
    """Each table between marks is compared."""
    assert sorted(found[2] for found in TABLE.finditer(TEXT)) == sorted(TABLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_is_a_rule_without_problems(name: str) -> None:
    """The name of the file stands in the first line; nothing is wrong and nothing is odd."""
    (rule,) = rules_of({name: EXAMPLES[name]})
    assert name.startswith(rule.id)


def test_the_first_example_is_the_uitvraag_of_15_november_with_two_reminders() -> None:
    """A writer of a new uitvraag can copy it."""
    (rule,) = rules_of({"scholingswensen.yaml": EXAMPLES["scholingswensen.yaml"]})
    assert (rule.kind, rule.per, rule.rounds[0].due) == ("uitvraag", "school", DayOfYear(11, 15))
    assert [step.template for step in rule.steps].count("herinnering") == 2


def test_the_lines_of_the_step_by_step_move_one_round_in_one_schooljaar() -> None:
    """The shipped rule with those lines below it differs in that schooljaar and that round alone."""
    shipped = (ROOT / "rules" / "vo" / "thuiszitters.yaml").read_text(encoding="utf-8")
    lines = re.search(r"```\n(afwijkingen:.*?)```", TEXT, re.DOTALL)
    assert lines is not None
    (rule,) = rules_of({"thuiszitters.yaml": shipped + lines[1]})
    assert [str(year) for year, _ in rule.deviations] == ["2027-2028"]
    moved = [one for one in rule.rounds_in(Schooljaar(2027)) if one.deviates]
    assert [(one.name, one.peildatum) for one in moved] == [("december", DayOfYear(12, 8))]
    assert rule.rounds_in(Schooljaar(2028)) == rule.rounds


def test_the_step_by_step_changes_a_rule_for_good() -> None:
    """Two files that follow on each other are one rule; only the second differs."""
    files = versions()
    assert list(files) == ["thuiszitters.yaml", "thuiszitters@vanaf-2027.yaml"]
    before, after = rules_of(files)
    assert [str(each) for each in (before.valid_to, after.valid_from)] == ["2026-2027", "2027-2028"]
    (changed,) = set(after.rounds) - set(before.rounds)
    assert (changed.name, changed.peildatum) == ("december", DayOfYear(12, 8))


def test_every_anchor_and_moment_of_the_tables_can_be_read() -> None:
    """What the page shows as a moment is one."""
    shown = [
        text for row in TABLES["momenten"]().splitlines()[2:] for text in re.findall(r"`([^`]+)`", row.split("|")[1])
    ]
    assert len(shown) == 6
    assert all(parse_moment(text) for text in (*shown, *ANCHORS))


def test_the_page_fits_on_a_few_sheets() -> None:
    """It is meant to be printed."""
    assert len(TEXT.splitlines()) <= 215
