"""The parser's own words: Dutch in --help, and wrong use that says what is wrong and that nothing was done."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

import pytest

from engine.cli import main
from tests.workspaces import an_office, run

ENGLISH = re.compile(r"\b(usage|options|arguments|commands?|show this|exit|default|required|args)\b|<(str|list)", re.I)


@pytest.mark.parametrize("verb", [(), ("plan",), ("task",), ("outbox",), ("outbox", "release"), ("simulate",)])
def test_help_is_dutch_frame_and_all(verb: tuple[str, ...]) -> None:
    told = run(*verb, "--help").out
    assert told.startswith("Zo typt u het: jaarplanning")
    assert ENGLISH.search(told) is None


def test_help_of_plan_says_that_apply_takes_a_code() -> None:
    assert "--apply CODE" in run("plan", "--help").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("plan", "--apply", "zzz"), "'zzz' is geen code van een plan."),
        (("tick", "nu", "meteen"), "Dit hoort hier niet: nu meteen."),
        (("planne",), "De opdracht planne bestaat niet."),
        (("simulate", "--seed", "x"), "Bij GETAL hoort een getal."),
        (("outbox", "show", "9" * 30), f"'{'9' * 30}' is geen nummer van een bericht."),
        (("task", "x", "submit", "--until", "2026-12-01"), "--until hoort niet bij submit."),
        (("outbox", "release", "1", "l2"), "'l2' is geen nummer. Er is niets vrijgegeven."),
    ],
)
def test_wrong_use_names_what_is_wrong(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    ran = an_office(tmp_path, rules=()).run(*arguments)
    assert (ran.code, ran.err.splitlines()[0]) == (2, told)


@pytest.mark.slow
def test_commands_in_hints_have_the_workspace_that_was_given(tmp_path: Path) -> None:
    """Before there is a database and after; a path with a blank is quoted. And mails are not mixed with others."""
    office = an_office(tmp_path / "mijn swv", rules=("leerlingaantallen",))
    there = f'--workspace "{office.folder}"'
    assert f"python3 -m engine import MAP --apply {there}" in office.run("tasks").err
    assert f"python3 -m engine import MAP --apply {there}" in office.must("check").out
    register = str(office.folder / "register")
    assert f'python3 -m engine import "{register}" --apply {there}' in office.must("import", register).out
    assert f"python3 -m engine plan {there}" in office.must("import", register, "--apply").out
    assert f"python3 -m engine tasks {there}" in office.run("task", "thuiszitters", "submit").err
    assert f"python3 -m engine outbox list {there}" in office.run("outbox", "drop", "7").err
    office.write("mails/een.eml", "")
    ran = office.run("simulate", "--schooljaar", "2026-2027", "--out", str(office.folder / "mails"))
    assert (ran.code, "Kies een nieuwe map." in ran.err) == (1, True)


@pytest.mark.parametrize("words", ["schema", "check --workspace er-is-niets"])
def test_a_reader_that_has_seen_enough_ends_it_quietly(words: str, capfd: pytest.CaptureFixture[str]) -> None:
    """As `| head` does: much output and little, from a verb and from its problems."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as nobody, contextlib.redirect_stdout(nobody):
        assert main(words.split()) == 1
    assert capfd.readouterr() == ("", "")
