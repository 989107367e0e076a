"""inbox: reads once what came in by mail."""

from __future__ import annotations

import typer

from engine import wiring
from engine.adapters.clock import utc_now
from engine.app.inbox import read_inbox, summary
from engine.cli.options import JsonOption, WorkspaceOption, open_to_write
from engine.cli.shapes import handled_row
from engine.cli.show import emit, say, say_some
from engine.core.problem import Refused
from engine.outside import reading_of

SHOWN = 25


def add_verbs(program: typer.Typer) -> None:
    """Adds this room's verb."""
    program.command("inbox")(inbox)


def inbox(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Lees één keer de postbus: antwoorden op uitnodigingen, en meldingen over mail die niet aankwam."""
    place = open_to_write(workspace)
    reading = reading_of(place.settings)
    if reading is None:
        raise Refused(
            "Er is geen postbus ingesteld om te lezen.",
            "Vul [imap] in config.toml in, en zet het wachtwoord in JAARPLANNING_IMAP_WACHTWOORD.",
        )
    database = wiring.database_of(place)
    try:
        found = read_inbox(wiring.means_of(place, database), reading, utc_now())
    finally:
        database.close()
    if as_json and not found.trouble:
        emit([handled_row(number, one) for number, one in found.handled])
        return
    if not as_json and (found.handled or not found.trouble):
        say(summary(found))
        say_some([f"{one.told}." for _, one in found.handled if one.kind != "other"], SHOWN)
        if found.waiting:
            say(f"Er wachten er nog {found.waiting}: geef de opdracht nog eens.")
    if found.trouble:
        raise Refused(found.trouble, found.hint)
