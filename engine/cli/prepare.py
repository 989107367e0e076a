"""init, check, import, schema: making a workspace, and everything that can be wrong with one."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from engine import wiring
from engine.adapters.register import read_register, write_example
from engine.adapters.rulebook import json_schema, located
from engine.app import checking, intake
from engine.cli.command import command, refused_hint
from engine.cli.options import JsonOption, NowOption, WorkspaceOption, allow_writing, moment
from engine.cli.show import emit, problem_row, say, say_some, show_problems
from engine.core.dutch import counted
from engine.core.intake import RegisterDifference, SheetDifference
from engine.core.localtime import local_date
from engine.core.problem import Problem, ProblemsFound, Refused, Severity, stops
from engine.core.rule import Rulebook
from engine.core.sheet_checks import check_register
from engine.core.sheets import RegisterSheets
from engine.store.register import is_empty

SHEETS = {
    "parties": "scholen en besturen",
    "contacts": "contacten",
    "roles": "rollen",
    "documents": "documenten",
    "closings": "vrije dagen",
}
REGISTER = "register"
# What stands beside the rules of every sector: the schema for editors, and the page for those who write rules.
BESIDE_RULES = ("schema.json", "README.md")
SHOWN = 20
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
    say("1. Vul config.toml in: naam, postbus en mailserver.")
    say("2. Vul de bestanden in de map register in.")
    say(f"3. {command('import', str(folder / 'register'), '--apply', workspace=folder)}")
    say(f"4. {command('plan', workspace=folder)}")


def make_workspace(folder: Path, sector: str) -> None:
    """Fills a new folder with all that a workspace needs; raises Refused when it is not empty."""
    if sector not in SECTORS:
        raise Refused(f"De sector '{sector}' bestaat niet.", f"Kies --sector {' of --sector '.join(SECTORS)}.")
    try:
        if folder.exists() and any(folder.iterdir()):
            raise Refused(f"De map {folder} is niet leeg.", "Kies een nieuwe map.")
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"Ik kan de map {folder} niet maken.", "Kies een andere plek, waar u mag schrijven.") from error
    source = wiring.starter()
    config = (source / "config.toml").read_text(encoding="utf-8")
    (folder / "config.toml").write_text(_of_sector(config, sector), encoding="utf-8", newline="\n")
    shutil.copytree(source / "rules" / sector, folder / "rules" / sector)
    for name in BESIDE_RULES:
        shutil.copyfile(source / "rules" / name, folder / "rules" / name)
    shutil.copytree(source / "mail_templates", folder / "mail_templates", ignore=shutil.ignore_patterns(".*"))
    write_example(folder / REGISTER, sector)


def _of_sector(config: str, sector: str) -> str:
    """The shipped config, which is of sector vo, for another one."""
    for written in ("VO Waterland", '"VO9901"', 'sector = "vo"', "rules/vo"):
        here = written.replace("VO", sector.upper()).replace("vo", sector)
        config = config.replace(written, here)
    return config


def check(workspace: WorkspaceOption = None, now: NowOption = None, as_json: JsonOption = False) -> None:
    """Controleer config, regels, mailteksten en register. Toont alles wat niet klopt."""
    place = wiring.open_workspace(workspace)
    rulebook, found = wiring.rulebook_of(place)
    sheets, wrong = _register_folder(place)
    told = {(one.file, one.field) for one in found}
    notes = [one for one in _plan_notes(place, rulebook, sheets, moment(now)) if (one.file, one.field) not in told]
    problems = [*found, *wrong, *notes]
    if as_json:
        emit([problem_row(problem) for problem in problems])
    else:
        show_problems(problems)
        say(_verdict(problems, len({rule.id for rule in rulebook.rules})))
    if stops(problems):
        raise typer.Exit(1)


def import_(
    path: Annotated[Path, typer.Argument(metavar="BESTAND of MAP", help="Een map met csv-bestanden, of één bestand.")],
    apply: Annotated[bool, typer.Option("--apply", help="Sla de wijzigingen op.")] = False,
    workspace: WorkspaceOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lees het register in. Toont eerst wat er verandert; --apply slaat het op."""
    place = wiring.open_workspace(workspace)
    at = moment(now)
    sheets, found = read_register(path, path.name, place.settings.extra_roles)
    if not sheets.handed_in:
        raise ProblemsFound(found)
    stored = wiring.database_of(place) if wiring.has_database(place) else wiring.empty_database()
    with stored.read() as connection:
        difference, more = intake.compare(connection, sheets, place.roles, local_date(at))
    problems = tuple(sorted((*found, *more)))
    if stops(problems):
        raise ProblemsFound(problems)
    if apply:
        database = wiring.database_of(place, create=True)
        allow_writing(database, now)
        with database.write() as connection:
            difference, _ = intake.compare(connection, sheets, place.roles, local_date(at))
            intake.apply(connection, difference, at)
    if as_json:
        emit(_difference_rows(difference))
        return
    show_problems(problems)
    _tell_difference(difference)
    say(_what_now(difference, path, workspace, applied=apply))


def schema() -> None:
    """Toon het JSON Schema van de regels. Een editor wijst daarmee fouten aan."""
    emit(json_schema())


def _register_folder(place: wiring.Workspace) -> tuple[RegisterSheets | None, list[Problem]]:
    """The csv files beside config.toml, and what is wrong with them; no sheets where there are none to use."""
    folder = place.folder / REGISTER
    if not folder.is_dir():
        return None, []
    sheets, problems = read_register(folder, REGISTER, place.settings.extra_roles)
    problems = tuple(sorted([*problems, *check_register(sheets, place.roles)]))
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


def _difference_rows(found: RegisterDifference) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for name, sheet in _sheets(found):
        rows += [{"sheet": name, "change": "new", "row": _title(row)} for row in sheet.new]
        rows += [
            {
                "sheet": name,
                "change": "changed",
                "row": _title(one.new),
                "fields": [{"field": field.field, "old": field.old, "new": field.new} for field in one.fields],
            }
            for one in sheet.changed
        ]
        rows += [{"sheet": name, "change": "gone", "row": _title(row)} for row in sheet.gone]
    return rows


def _tell_difference(found: RegisterDifference) -> None:
    for name, sheet in _sheets(found):
        if not sheet:
            continue
        say(f"{SHEETS[name]}: {len(sheet.new)} nieuw, {len(sheet.changed)} gewijzigd, {len(sheet.gone)} weg")
        lines = [f"+ {_title(row)}" for row in sheet.new]
        for one in sheet.changed:
            fields = ", ".join(f"{field.field}: {field.old or '-'} → {field.new or '-'}" for field in one.fields)
            lines.append(f"~ {_title(one.new)}: {fields}")
        lines += [f"- {_title(row)}" for row in sheet.gone]
        say_some(lines, SHOWN)
    for question in found.questions:
        say(f"Ander adres? {question.old} is weg en {question.new} is nieuw in dezelfde rol.")


def _sheets(found: RegisterDifference) -> list[tuple[str, SheetDifference]]:  # type: ignore[type-arg]  # any row
    return [(name, getattr(found, name)) for name in SHEETS]


def _title(row: object) -> str:
    parts = [getattr(row, name, "") for name in ("id", "name", "email", "kind", "role", "party")]
    return " ".join(str(part) for part in parts if part and part not in ("school", "bestuur"))


def _what_now(found: RegisterDifference, path: Path, workspace: Path | None, *, applied: bool) -> str:
    if not found:
        return "Er verandert niets. Het register is al zo."
    if applied:
        return f"Opgeslagen. Bekijk nu de planning: {command('plan', workspace=workspace)}"
    again = command("import", str(path), "--apply", workspace=workspace)
    return f"Er is nog niets opgeslagen. Klopt dit? {again}"
