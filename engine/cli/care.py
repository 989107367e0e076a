"""doctor: is all well with config, store, clock, worker, relay and domain?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import typer

from engine import outside, wiring
from engine.app import doctor as looking
from engine.app.checking import holidays_until
from engine.app.clock_guard import accept_clock
from engine.app.mail_looks import of_mail
from engine.cli.command import command
from engine.cli.letting_in import let_in_told
from engine.cli.options import JsonOption, NowOption, WorkspaceOption, allow_writing, moment, open_to_write
from engine.cli.prepare import everything_wrong
from engine.cli.show import emit, problem_row, say
from engine.core.dutch import counted
from engine.core.finding import Finding, Grade, as_problem, note, trouble
from engine.core.problem import Problem, ProblemsFound, Refused, stops
from engine.store.facts import is_trial

WORDS: dict[Grade, str] = {"fine": "in orde", "note": "let op", "problem": "fout"}
FILES = "regels"


def add_verbs(program: typer.Typer) -> None:
    """Adds this room's verb."""
    program.command("doctor")(doctor)


def doctor(
    accept: Annotated[
        bool,
        typer.Option("--accept-clock", help="De klok liep voor en klopt nu: ga verder, en houd tegen wat klaarstond."),
    ] = False,
    let_in: Annotated[
        str | None,
        typer.Option("--let-in", metavar="ADRES", help="Geef een link waarmee deze gebruiker een wachtwoord kiest."),
    ] = None,
    workspace: WorkspaceOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Is alles in orde? Kijkt naar regels, database, klok, programma, post, mailserver en domein. Verstuurt niets."""
    place = open_to_write(workspace) if accept or let_in else wiring.open_workspace(workspace)
    at = moment(now)
    if let_in:
        database = wiring.database_of(place)
        allow_writing(database, now)
        for line in let_in_told(wiring.means_of(place, database), let_in, at):
            say(line)
        return
    if accept:
        _accept_clock(place, at, now)
    wrong = _files(place, at)
    looked = [
        (FILES, looking.of_files(wrong, "Config, regels, mailteksten en register")),
        *looking.examine(_looks(place, at)),
    ]
    found = [(part, _as_typed(one, place)) for part, one in looked]
    told = {_bare(problem.message): problem.severity for problem in wrong}
    problems = wrong + [
        as_problem(part, one, "config.toml")
        for part, one in found[1:]
        if one.grade in ("problem", "note") and told.get(_bare(one.message)) not in (one.grade, "problem")
    ]
    if as_json:
        emit([problem_row(problem) for problem in problems])
    else:
        _tell(found)
    if stops(problems):
        raise typer.Exit(1)


def _bare(message: str) -> str:
    """The same for a sentence and for what stands in a list."""
    return message.casefold().rstrip(".")


def _as_typed(one: Finding, place: wiring.Workspace) -> Finding:
    """The finding with what is typed as its hint, as it must be typed here."""
    if not one.typed:
        return one
    words, *verb = one.typed
    return replace(one, hint=f"{words}: {command(*verb, workspace=None if verb[0] == 'init' else place.given)}")


def _files(place: wiring.Workspace, now: datetime) -> list[Problem]:
    """What check finds."""
    try:
        return everything_wrong(place, now)[0]
    except ProblemsFound as found:
        return list(found.problems)
    except Refused as refused:
        return [Problem("config.toml", 1, 1, "", refused.message, refused.hint)]


def _looks(place: wiring.Workspace, now: datetime) -> list[tuple[str, looking.Look]]:
    """Every look; what follows from an unusable database is left out."""
    trial = False
    looks: list[tuple[str, looking.Look]] = [
        ("instellingen", lambda: looking.of_sample(wiring.left_of_sample(place))),
        ("instellingen", lambda: looking.of_pages(wiring.without_pages(place))),
        ("sleutel", lambda: looking.of_key(place.key_file, outside.is_open_to_others)),
    ]
    try:
        database = wiring.database_of(place)
        with database.read() as connection:
            trial = is_trial(connection)
        means = wiring.means_of(place, database)
        looks += looking.of_store(database, means.register, outside.disk(), now)
        looks.append(("vakanties", lambda: looking.of_holidays(holidays_until(means), now)))
    except Refused as refused:
        unusable = (trouble if _has_database(place) else note)(refused.message, refused.hint)
        looks.append(("database", lambda: [unusable]))
    return looks + of_mail(place.settings, outside.network_of(place.settings), trial=trial)


def _has_database(place: wiring.Workspace) -> bool:
    """False before the first import; an address that makes no sense counts as one that should be there."""
    try:
        return wiring.has_database(place)
    except Refused:
        return True


def _accept_clock(place: wiring.Workspace, at: datetime, now: str | None) -> None:
    database = wiring.database_of(place)
    allow_writing(database, now)
    held = accept_clock(database, at)
    database.close()
    if held is None:
        say("De klok liep niet achter. Er is niets veranderd.")
        return
    say("De klok geldt vanaf nu als goed. Er kan weer mail uit.")
    if held:
        say(f"{counted(held, 'mail stond', 'mails stonden')} klaar en wacht nu op u: python3 -m engine outbox list")


def _tell(found: Sequence[tuple[str, Finding]]) -> None:
    width = max(len(part) for part, _ in found)
    before = ""
    for part, one in found:
        say(f"{part if part != before else '':<{width}}  {WORDS[one.grade]:<7}  {one.message}")
        if one.hint:
            say(f"{'':<{width}}           → {one.hint}")
        before = part
    wrong = sum(one.grade == "problem" for _, one in found)
    notes = sum(one.grade == "note" for _, one in found)
    say()
    if wrong:
        say(f"{counted(wrong, 'fout', 'fouten')} gevonden. Bij elke → staat wat u kunt doen.")
    else:
        say(
            "Alles is in orde."
            if not notes
            else f"Geen fouten, wel {counted(notes, 'punt', 'punten')} om op te letten."
        )
