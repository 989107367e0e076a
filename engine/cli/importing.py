"""import: reads files into the register, tells what would change, asks what cannot be known, and stores it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from engine import wiring
from engine.adapters.register import DuoFilter, read_postcodes, read_sources
from engine.adapters.rulebook import located
from engine.app import intake
from engine.app.desk import Desk
from engine.app.import_follows import Follows, follows, guests_after_import, settle_import
from engine.app.import_made import import_all, new_gaps
from engine.app.mergers import stoppable
from engine.cli.command import command
from engine.cli.import_told import (
    difference_rows,
    tell_bureau,
    tell_difference,
    tell_ending,
    tell_follows,
    tell_gaps,
    tell_vacancies,
    what_now,
)
from engine.cli.options import JsonOption, NowOption, WorkspaceOption, allow_writing, moment, tell_of_sample
from engine.cli.show import emit, say, show_problems
from engine.core.dutch import listed
from engine.core.guest_news import GuestNews
from engine.core.intake import AddressQuestion, RegisterDifference
from engine.core.intake_told import (
    names_in,
    nothing_stored,
    question_told,
)
from engine.core.localtime import local_date
from engine.core.problem import Problem, ProblemsFound, Refused, WrongUse, stops
from engine.core.roles import BUREAU
from engine.core.sheets import RegisterSheets
from engine.store.database import Database
from engine.store.register import is_empty, load_sheets
from engine.store.tasks import any_open


def import_(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="BESTAND of MAP…",
            help="Een werkmap (register.xlsx), csv-bestanden, een lijst van DUO, of mappen daarmee.",
        ),
    ],
    gemeente: Annotated[
        list[str] | None,
        typer.Option("--gemeente", metavar="NAAM", help="Uit een lijst van DUO alleen deze gemeente. Mag vaker."),
    ] = None,
    postcodes: Annotated[
        Path | None,
        typer.Option(
            "--postcodes",
            metavar="CSV",
            help="Uit een lijst van DUO alleen scholen met een postcode uit de kolom pc4. Met --gemeente erbij: of-of.",
        ),
    ] = None,
    other_address: Annotated[
        list[str] | None,
        typer.Option(
            "--ander-adres", metavar="OUD=NIEUW", help="Dezelfde persoon heeft een ander e-mailadres. Mag vaker."
        ),
    ] = None,
    ask_open: Annotated[
        bool,
        typer.Option("--open-vragen", help="Stuur wie een rol overneemt de vragen die aan de vorige al zijn gesteld."),
    ] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Sla de wijzigingen op.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Stop ook de open taken van scholen die sluiten.")] = False,
    workspace: WorkspaceOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lees het register in. Toont eerst wat er verandert; --apply slaat het op."""
    place = wiring.open_workspace(workspace)
    _refuse_of_another(place, paths)
    if apply:
        tell_of_sample(place)
    at = moment(now)
    answers = _answers(other_address or ())
    sheets, found = read_sources(
        [(path, _shown(path, place)) for path in paths], place.settings.extra_roles, _filter(gemeente, postcodes, place)
    )
    _stop_at_nothing(sheets, found, paths)
    stored = wiring.database_of(place) if wiring.has_database(place) else wiring.empty_database()
    with stored.read() as connection:
        empty = is_empty(connection)
        difference, more = intake.compare(connection, sheets, place.roles, local_date(at), answers)
        bureau = intake.has_bureau(connection, sheets, local_date(at))
        rulebook, _ = wiring.rulebook_of(place)
        ending = stoppable(connection, difference)
        gaps = () if apply or as_json else new_gaps(connection, difference, place.settings, rulebook.rules, at)
        after = Follows() if as_json else _foreseen(connection, place, stored, difference, at)
        names = names_in(load_sheets(connection), sheets) if difference.questions or after != Follows() else {}
    problems = tuple(sorted((*found, *more)))
    if stops(problems):
        raise ProblemsFound(problems, nothing_stored(problems))
    if empty and not difference:
        raise _nothing_there(paths)
    news = () if as_json else _guest_news(place, stored, difference, at, stop=stop)
    if apply:
        if difference.questions and not as_json and sys.stdin.isatty():
            answers |= ask(difference.questions, input, names)
        database = wiring.database_of(place, create=True)
        allow_writing(database, now)
        with database.write() as connection:
            difference, _ = intake.compare(connection, sheets, place.roles, local_date(at), answers)
            if difference:
                files = [_shown(path, place) for path in paths]
                after = _stored(connection, place, database, difference, files, at, ask_open=ask_open, stop=stop)
            elif difference.caught_up:
                intake.apply(connection, difference, at)
    if as_json:
        emit(difference_rows(difference))
        return
    show_problems(problems)
    tell_difference(difference, apply, names)
    tell_follows(after, names, local_date(at), applied=apply, asked=ask_open)
    tell_ending(ending, news, stopped=stop, applied=apply)
    tell_bureau(bureau)
    if apply and difference:
        tell_vacancies(place, at)
    else:
        tell_gaps(located(gaps, rulebook.files))
    options = _options(gemeente or (), postcodes, other_address or (), stop=stop, ask_open=ask_open)
    say(what_now(difference, paths, options, place, applied=apply))


def _guest_news(
    place: wiring.Workspace, stored: Database, found: RegisterDifference, now: datetime, *, stop: bool
) -> tuple[GuestNews, ...]:
    """What guests of gesprekken hear because of it."""
    if not wiring.has_database(place):
        return ()
    return guests_after_import(wiring.means_of(place, stored), found, now, stop=stop)


def _foreseen(
    connection: Connection, place: wiring.Workspace, database: Database, difference: RegisterDifference, now: datetime
) -> Follows:
    if not any_open(connection):
        return Follows()
    means = wiring.means_of(place, database)
    return follows(connection, means, means.rules(connection), difference, now)


def _stored(
    connection: Connection,
    place: wiring.Workspace,
    database: Database,
    difference: RegisterDifference,
    files: Sequence[str],
    now: datetime,
    *,
    ask_open: bool,
    stop: bool,
) -> Follows:
    """Stores a difference with what follows from it; returns that."""
    desk = Desk(connection, wiring.means_of(place, database), now, BUREAU)
    after = follows(connection, desk.means, desk.means.rules(connection), difference, now)
    number = import_all(connection, difference, files, now, BUREAU)
    settle_import(desk, difference, number, after.newcomers if ask_open else (), stop=stop)
    return after


def ask(
    questions: Iterable[AddressQuestion], read_line: Callable[[str], str], names: Mapping[str, str]
) -> dict[str, str]:
    """Asks of each pair whether it is one person; gives the old addresses with their new ones."""
    answers: dict[str, str] = {}
    for question in questions:
        if question.old in answers or question.new in answers.values():
            continue
        said = ""
        while said not in {"j", "ja", "n", "nee"}:
            try:
                asked = f"{question_told(question, names)} Is dit dezelfde persoon? (ja of nee) "
                said = read_line(asked).strip().casefold()
            except EOFError:
                raise typer.Abort from None
        if said.startswith("j"):
            answers[question.old] = question.new
    return answers


def _refuse_of_another(place: wiring.Workspace, paths: Sequence[Path]) -> None:
    """Where no workspace was named and the register lies in another one than was found."""
    for path in paths if place.given is None else ():
        home = wiring.workspace_above(path)
        if home is not None and home != place.folder.resolve():
            told = f"{path} hoort bij de werkmap {home}, maar u werkt nu in {place.folder}. Er is niets opgeslagen."
            mend = command("import", *(str(one) for one in paths), workspace=_near(home))
            raise Refused(told, f"Bedoelt u die werkmap? {mend}")


def _near(folder: Path) -> Path:
    """The folder as it is typed from here, where it lies below."""
    here = Path.cwd().resolve()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _answers(given: Iterable[str]) -> dict[str, str]:
    answers: dict[str, str] = {}
    for pair in given:
        old, sign, new = (part.strip().casefold() for part in pair.partition("="))
        if not (old and sign and new):
            raise WrongUse(f"'{pair}' kan niet achter --ander-adres.", "Schrijf: --ander-adres oud@x.nl=nieuw@x.nl")
        if answers.get(old, new) != new:
            raise WrongUse(f"Achter --ander-adres staat {old} twee keer.", "Een persoon krijgt één nieuw adres.")
        answers[old] = new
    return answers


def _filter(gemeente: Sequence[str] | None, postcodes: Path | None, place: wiring.Workspace) -> DuoFilter:
    names = tuple(name.strip() for name in gemeente or ())
    if not all(names):
        raise WrongUse("Achter --gemeente staat geen naam.", "Schrijf bijvoorbeeld: --gemeente Alkmaar")
    if postcodes is None:
        return DuoFilter(names)
    codes, problems = read_postcodes(postcodes, _shown(postcodes, place))
    if stops(problems):
        raise ProblemsFound(problems)
    return DuoFilter(names, codes)


def _shown(path: Path, place: wiring.Workspace) -> str:
    """The path within the workspace; of one elsewhere its name."""
    whole, home = path.resolve(), place.folder.resolve()
    return whole.relative_to(home).as_posix() if whole.is_relative_to(home) else path.name


def _stop_at_nothing(sheets: RegisterSheets, found: Sequence[Problem], paths: Sequence[Path]) -> None:
    if sheets.handed_in or sheets.duo is not None:
        return
    if stops(found):
        raise ProblemsFound(found, nothing_stored(found))
    raise _nothing_there(paths)


def _nothing_there(paths: Sequence[Path]) -> Refused:
    """Of a register that was handed in without a single row."""
    where = listed([str(path) for path in paths])
    hint = f"Vul in {where} eerst de bladen besturen, scholen, contacten en rollen in, en bewaar het bestand. "
    return Refused("Het register is leeg.", hint + "De rij 'voorbeeld' en de kop tellen niet mee.")


def _options(
    gemeente: Iterable[str], postcodes: Path | None, other_address: Iterable[str], *, stop: bool, ask_open: bool
) -> list[str]:
    """The options as they were typed, for the command that stores it."""
    options = [word for name in gemeente for word in ("--gemeente", name)]
    options += ["--postcodes", str(postcodes)] if postcodes is not None else []
    options += ["--stop"] if stop else []
    options += ["--open-vragen"] if ask_open else []
    return [*options, *(word for pair in other_address for word in ("--ander-adres", pair))]
