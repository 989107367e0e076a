"""The options that verbs share, and what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from engine import wiring
from engine.adapters.clock import utc_now
from engine.app.means import Means
from engine.cli.show import complain
from engine.core.localtime import local_date, parse_moment
from engine.core.problem import WrongUse
from engine.core.schooljaar import Schooljaar
from engine.store.database import Database
from engine.store.facts import is_trial, newest_sent, set_fact

WorkspaceOption = Annotated[
    Path | None,
    typer.Option("--workspace", metavar="MAP", help="De map met config.toml. Anders: deze map of een map erboven."),
]
NowOption = Annotated[
    str | None,
    typer.Option("--now", metavar="MOMENT", help="Doe alsof het nu zo laat is, bijvoorbeeld 2026-10-01T08:30."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Toon het resultaat als JSON.")]
SchooljaarOption = Annotated[
    str | None, typer.Option("--schooljaar", metavar="SCHOOLJAAR", help="Bijvoorbeeld 2026-2027.")
]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEKST", help="De reden, in uw eigen woorden.")]


def moment(now: str | None) -> datetime:
    """The moment a verb works with; raises WrongUse when `--now` is no moment."""
    if now is None:
        return utc_now()
    try:
        return parse_moment(now)
    except ValueError as error:
        raise WrongUse(str(error)) from None


def schooljaar_of(text: str | None, now: datetime) -> Schooljaar:
    """The schooljaar that was asked for, else the running one; raises WrongUse."""
    if text is None:
        return Schooljaar.of(local_date(now))
    try:
        return Schooljaar.parse(text)
    except ValueError as error:
        raise WrongUse(str(error)) from None


def allow_writing(database: Database, now: str | None) -> None:
    """A store that a verb writes with a made-up time is a trial for ever; one that sent real mail refuses it.

    Raises WrongUse.
    """
    if now is None:
        return
    with database.write() as connection:
        if is_trial(connection):
            return
        if newest_sent(connection) is not None:
            raise WrongUse(
                "Met deze database is al echte post verstuurd. Dan kan --now niet.",
                "Probeer het uit in een andere map: python3 -m engine init MAP",
            )
        set_fact(connection, "proef", "ja")
    complain("Let op: door --now is deze werkmap nu voor altijd een proef. Mail komt alleen in een map.")


def open_to_write(given: Path | None) -> wiring.Workspace:
    """The workspace for a verb that stores something. Raises Refused and ProblemsFound as `open_workspace` does."""
    workspace = wiring.open_workspace(given)
    tell_of_sample(workspace)
    return workspace


@contextmanager
def writing(given: Path | None, now: str | None) -> Iterator[tuple[Means, datetime, wiring.Workspace]]:
    """The means of a workspace's store, open until the block ends, the moment to work with, and the workspace.

    Raises what `open_to_write`, `moment` and `allow_writing` raise.
    """
    place = open_to_write(given)
    at = moment(now)
    database = wiring.database_of(place)
    try:
        allow_writing(database, now)
        yield wiring.means_of(place, database), at, place
    finally:
        database.close()


def tell_of_sample(workspace: wiring.Workspace) -> None:
    """To store something in the program's own folder, which nobody named, is probably a mistake: that is told."""
    if wiring.is_sample(workspace):
        complain(
            "Let op: dit is de map van het programma zelf, met de instellingen van het voorbeeld.",
            "Bedoelt u uw eigen werkmap? Zet achter de opdracht: --workspace MAP. "
            "Nog geen werkmap? Maak er een met: python3 -m engine init MAP",
        )
