"""task: what people do to one task."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from engine.app import respond
from engine.cli.options import JsonOption, NowOption, ReasonOption, WorkspaceOption, writing
from engine.cli.shapes import task_row
from engine.cli.show import emit, say
from engine.cli.stage import STAGES, OnOption, PhaseOption, act_on_stage, check_stage
from engine.cli.talk import (
    TALKS,
    AgendaOption,
    AnywayOption,
    Asked,
    AtOption,
    MinutesOption,
    OffOption,
    PlaceOption,
    WithOption,
    WithoutOption,
    act_on_talk,
)
from engine.core.dutch import listed, long_date
from engine.core.problem import WrongUse
from engine.core.states import TASK_WORDS, TaskMove
from engine.store.tasks import load_task

BUREAU = "bureau"
ENDINGS: dict[str, TaskMove] = {"submit": "submit", "accept": "accept", "waive": "waive", "cancel": "cancel"}
# What gives a task other dates.
DATED: dict[str, TaskMove] = {
    "return": "return",
    "reopen": "reopen",
    "extend": "extend",
    "suspend": "suspend",
    "resume": "resume",
}
MOVES = [*ENDINGS, *DATED, *TALKS, *STAGES]
NEEDS_DAY = ("extend", "suspend")


def add_verbs(program: typer.Typer) -> None:
    """Adds this room's verb."""
    program.command("task")(task)


def task(
    key: Annotated[str, typer.Argument(metavar="TAAK", help="De naam van de taak, zie tasks.")],
    move: Annotated[str, typer.Argument(metavar="WAT", help=f"{listed(list(MOVES), 'of')}.")],
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATUM", help="De nieuwe laatste dag; bij suspend: tot welke dag."),
    ] = None,
    reason: ReasonOption = "",
    begins: AtOption = None,
    minutes: MinutesOption = None,
    place_text: PlaceOption = None,
    agenda: AgendaOption = None,
    with_: WithOption = None,
    without: WithoutOption = None,
    anyway: AnywayOption = False,
    off: OffOption = False,
    phase: PhaseOption = None,
    on: OnOption = None,
    workspace: WorkspaceOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Verwerk een antwoord, zet op klaar of n.v.t., geef uitstel, pauzeer, vraag opnieuw, vink een fase af, of plan."""
    if move not in MOVES:
        raise WrongUse(f"'{move}' kan niet met een taak.", f"Kies uit {listed(MOVES, 'of')}.")
    if until is not None and (move in ENDINGS or move in (*TALKS, *STAGES) or move == "resume"):
        raise WrongUse(f"--until hoort niet bij {move}.", "Laat --until weg.")
    asked = Asked(move, begins, minutes, place_text, agenda or (), with_ or (), without or (), anyway, off, reason)
    asked.check()
    check_stage(move, phase, on)
    told: list[str] = []
    with writing(workspace, now) as (means, at, place):
        if move in TALKS:
            told = act_on_talk(means, key, asked, at, place.roles, BUREAU)
        elif phase is not None:
            act_on_stage(means, key, move, phase, on, at, reason, BUREAU)
        elif move in ENDINGS:
            respond.act(means, key, ENDINGS[move], at, by=BUREAU, reason=reason)
        else:
            day = _day(until) if until is not None or move in NEEDS_DAY else None
            respond.put_off(means, key, DATED[move], at, by=BUREAU, until=day, reason=reason)
        with means.database.read() as connection:
            found = load_task(connection, key)
    if found is None:
        return
    if as_json:
        emit([task_row(found)])
        return
    paused = f", gepauzeerd tot {long_date(found.suspended)}" if found.suspended is not None else ""
    say(f"{found.plan.key} staat op '{TASK_WORDS[found.state]}'{paused}. Uiterlijk {long_date(found.plan.due)}.")
    for line in told:
        say(line)


def _day(text: str | None) -> date:
    if text is None:
        raise WrongUse("Geef de nieuwe dag op.", "Bijvoorbeeld: --until 2026-12-18")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUse(f"'{text}' is geen datum.", "Schrijf bijvoorbeeld 2026-12-18.") from None
