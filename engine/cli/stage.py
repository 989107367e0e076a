"""task KEY stage and unstage: the options that say which stage of a document was reached, and when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from engine.app.means import Means
from engine.app.stages import change_stage
from engine.core.problem import WrongUse

STAGES = ("stage", "unstage")
PhaseOption = Annotated[
    str | None, typer.Option("--phase", metavar="FASE", help="Bij stage en unstage: welke fase van het document.")
]
OnOption = Annotated[
    str | None,
    typer.Option("--on", metavar="DATUM", help="Bij stage: de dag waarop de fase is bereikt. Zonder: vandaag."),
]


def check_stage(move: str, phase: str | None, on: str | None) -> None:
    """Raises WrongUse where an option is missing, or does not belong to the move."""
    if phase is None and move in STAGES:
        raise WrongUse("Zeg om welke fase het gaat.", "Bijvoorbeeld: --phase concept")
    if phase is not None and move not in STAGES:
        raise WrongUse(f"--phase hoort niet bij {move}.", "Laat --phase weg.")
    if on is not None and move != "stage":
        raise WrongUse(f"--on hoort niet bij {move}.", "Laat --on weg.")


def act_on_stage(
    means: Means, key: str, move: str, phase: str, on: str | None, now: datetime, note: str, by: str
) -> None:
    """Writes down that a stage was reached, or takes it back; raises Refused and WrongUse."""
    try:
        day = None if on is None else date.fromisoformat(on)
    except ValueError:
        raise WrongUse(f"'{on}' is geen datum.", "Schrijf bijvoorbeeld 2026-12-18.") from None
    change_stage(means, key, phase, now, by=by, day=day, note=note, back=move == "unstage")
