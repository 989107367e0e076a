"""init, check, schema: making a workspace, and everything that can be wrong with one."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from engine import wiring
from engine.adapters.register import read_register, write_blank
from engine.adapters.rulebook import json_schema, located
from engine.app import checking
from engine.cli.command import command, refused_hint
from engine.cli.importing import import_
from engine.cli.options import JsonOption, NowOption, WorkspaceOption, moment
from engine.cli.show import emit, problem_row, say, show_problems
from engine.core.bestuur_names import besturen_by_name
from engine.core.dutch import counted
from engine.core.problem import Problem, Refused, Severity, WrongUse, stops
from engine.core.rule import Rulebook
from engine.core.sheet_checks import check_register
from engine.core.sheets import RegisterSheets
from engine.store.register import is_empty

REGISTER = "register"
# What stands beside the rules of every sector: the schema for editors, and the page for those who write rules.
BESIDE_RULES = ("schema.json", "README.md")
SECTORS = ("vo", "po")


def add_verbs(program: typer.Typer) -> None:
    """Adds this room's verbs."""
    program.command("init")(init)
    program.command("check")(check)
    program.command("import")(import_)
    program.command("schema")(schema)


def init(
    folder: Annotated[Path, typer.Argument(metavar="MAP", help="De nieuwe map.")],
    sector: Annotated[
        str, typer.Option("--sector", metavar="vo of po", help="Voortgezet (vo) of primair onderwijs (po).")
    ] = "vo",
) -> None:
    """Maak een nieuwe werkmap: config, regels, mailteksten en een leeg register."""
    make_workspace(folder, sector)
    say(f"De werkmap {folder} staat klaar. Zo gaat u verder:")
    say("1. Vul config.toml in: naam, code, regio, postbus en telefoon.")
    say("2. Vul register/register.xlsx in met Excel. Op het blad uitleg staat hoe. De rij 'voorbeeld' telt nooit mee.")
    say(f"3. {command('import', str(folder / 'register'), '--apply', workspace=folder)}")
    say(f"4. {command('plan', workspace=folder)}")


def make_workspace(folder: Path, sector: str) -> None:
    """Fills a new folder with all that a workspace needs.

    Raises Refused when it is not empty, WrongUse when there is no such sector.
    """
    if sector not in SECTORS:
        raise WrongUse(f"De sector '{sector}' bestaat niet.", f"Kies --sector {' of --sector '.join(SECTORS)}.")
    try:
        if folder.exists() and any(folder.iterdir()):
            raise Refused(f"De map {folder} is niet leeg.", "Kies een nieuwe map.")
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"Ik kan de map {folder} niet maken.", "Kies een andere plek, waar u mag schrijven.") from error
    source = wiring.starter()
    (folder / wiring.CONFIG).write_text(wiring.sample_config(sector), encoding="utf-8", newline="\n")
    shutil.copytree(source / "rules" / sector, folder / "rules" / sector)
    for name in BESIDE_RULES:
        shutil.copyfile(source / "rules" / name, folder / "rules" / name)
    shutil.copytree(source / "mail_templates", folder / "mail_templates", ignore=shutil.ignore_patterns(".*"))
    write_blank(folder / REGISTER, sector)
    wiring.new_key(folder)


def check(workspace: WorkspaceOption = None, now: NowOption = None, as_json: JsonOption = False) -> None:
    """Controleer config, regels, mailteksten en register. Toont alles wat niet klopt."""
    problems, rules = everything_wrong(wiring.open_workspace(workspace), moment(now))
    if as_json:
        emit([problem_row(problem) for problem in problems])
    else:
        show_problems(problems)
        say(_verdict(problems, rules))
    if stops(problems):
        raise typer.Exit(1)


def everything_wrong(place: wiring.Workspace, now: datetime) -> tuple[list[Problem], int]:
    """All problems and notes of rules, templates and register, and how many rules are sound."""
    rulebook, found = wiring.rulebook_of(place)
    sheets, wrong = _register_folder(place)
    told = {(one.file, one.field) for one in found}
    notes = [one for one in _plan_notes(place, rulebook, sheets, now) if (one.file, one.field) not in told]
    of_config = [*wiring.left_of_sample(place), *wiring.without_pages(place)]
    return [*of_config, *found, *wrong, *notes], len({rule.id for rule in rulebook.rules})


def schema() -> None:
    """Toon het JSON Schema van de regels. Een editor wijst daarmee fouten aan."""
    emit(json_schema())


def _register_folder(place: wiring.Workspace) -> tuple[RegisterSheets | None, list[Problem]]:
    """The register beside config.toml, and what is wrong with them; no sheets where there are none to use."""
    folder = place.folder / REGISTER
    if not folder.is_dir():
        return None, []
    sheets, problems = read_register(folder, REGISTER, place.settings.extra_roles)
    sheets, by_name = besturen_by_name(sheets, RegisterSheets())
    problems = tuple(sorted([*problems, *by_name, *check_register(sheets, place.roles)]))
    return None if stops(problems) or not sheets.parties else sheets, list(problems)


def _plan_notes(
    place: wiring.Workspace, rulebook: Rulebook, sheets: RegisterSheets | None, now: datetime
) -> list[Problem]:
    """What rules, register and calendars together show. A register that is not imported yet is tried out."""
    problems: list[Problem] = []
    try:
        database = wiring.database_of(place)
    except Refused as refused:
        hint = refused_hint(refused, place.given)
        severity: Severity = "problem" if wiring.has_database(place) else "note"
        problems.append(Problem("config.toml", 1, 1, "database", refused.message, hint, severity))
        database = wiring.empty_database()
    with database.read() as connection:
        empty = is_empty(connection)
    if empty:
        problems = problems or [_no_register(place.given)]
        database = wiring.empty_database()
        if sheets is not None:
            checking.tried_out(database, sheets, place.roles, now)
    means = wiring.means_of(place, database)
    with database.read() as connection:
        notes = checking.notes(connection, means, rulebook, now)
    return [*problems, *located(notes, rulebook.files)]


def _no_register(workspace: Path | None) -> Problem:
    hint = f"Haal het op: {command('import', 'MAP', '--apply', workspace=workspace)}"
    return Problem("register", 1, 1, "", "het register is nog leeg", hint, "note")


def _verdict(problems: list[Problem], rules: int) -> str:
    wrong = sum(problem.severity == "problem" for problem in problems)
    notes = len(problems) - wrong
    if not problems:
        return f"Alles klopt: {counted(rules, 'regel', 'regels')} gelezen."
    found = f"{counted(wrong, 'fout', 'fouten')} en {counted(notes, 'opmerking', 'opmerkingen')} gevonden."
    return f"{found} {counted(rules, 'regel is', 'regels zijn')} in orde."
