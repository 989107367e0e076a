"""run, demo: the program at work, and the program shown on a made-up SWV."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import structlog
import typer

from engine import scheduler, wiring
from engine.adapters.clock import utc_now
from engine.app import demo as made_up
from engine.cli.command import command
from engine.cli.options import NowOption, WorkspaceOption, moment, open_to_write
from engine.cli.prepare import make_workspace
from engine.cli.show import say, table
from engine.core.dutch import counted, long_date
from engine.core.localtime import local_date
from engine.core.problem import WrongUse

# Of the made-up parties two scholen and a bestuur never answer with this one.
SEED = 150
SHOWN = 10
STATES = (
    ("late", "te laat"),
    ("open", "open"),
    ("submitted", "te controleren"),
    ("planned", "komt nog"),
    ("done", "klaar"),
)


def add_verbs(program: typer.Typer) -> None:
    """Adds this room's verbs."""
    program.command("run")(run)
    program.command("demo")(demo)


def run(
    only: Annotated[str | None, typer.Option("--only", metavar="worker", help="Alleen het werk: worker.")] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Laat het programma draaien: elke minuut kijken wat er moet gebeuren, en de mail versturen."""
    if only != "worker":
        raise WrongUse("Er zijn nog geen webpagina's.", "Kies: run --only worker")
    place = open_to_write(workspace)
    database = wiring.database_of(place)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(),
    )
    work = scheduler.Work(
        means=wiring.means_of(place, database),
        channel=wiring.channel_of(place, database),
        clock=utc_now,
        rulebook=lambda: wiring.applied_book(place, database),
    )
    scheduler.run_until_stopped(work)
    database.close()


def demo(
    once: Annotated[bool, typer.Option("--once", help="Toon de samenvatting en stop.")] = False,
    folder: Annotated[
        Path | None,
        typer.Option("--workspace", metavar="MAP", help="Een nieuwe map. Anders kiest het programma er een."),
    ] = None,
    now: NowOption = None,
) -> None:
    """Bekijk een verzonnen samenwerkingsverband: een jaar taken, mails en antwoorden, nagespeeld tot nu."""
    del once  # the pages, which stay open without it, come later
    at = moment(now)
    target = folder if folder is not None else Path(tempfile.mkdtemp(prefix="jaarplanning-demo-"))
    say("Ik maak een verzonnen samenwerkingsverband en speel het na tot nu. Er gaat geen echte mail uit.")
    make_workspace(target, "vo")
    place = wiring.open_workspace(target)
    mails = target / "mails"
    means = wiring.simulation_means(place, SEED, kept=True)
    found = made_up.play(means, wiring.sound_rulebook_of(place), wiring.folder_channel(mails), at, SEED)
    with means.database.read() as connection:
        parties = means.register(connection).parties
    wiring.keep(means, place)
    today = local_date(at)
    say()
    say(f"Zo staat het ervoor op {long_date(today)}:")
    for state, word in STATES:
        if found.counts[state]:
            say(f"  {found.counts[state]:>4}  {word}")
    if found.late:
        say()
        say("Te laat:")
        shown = found.late if len(found.late) <= SHOWN + 1 else found.late[:SHOWN]
        rows = [
            (parties[task.plan.party].name, f"{task.plan.title}{_round(task.plan.round)}", long_date(task.plan.due))
            for task in shown
        ]
        table(("  wie", "wat", "uiterlijk"), [(f"  {who}", what, due) for who, what, due in rows])
        if len(shown) < len(found.late):
            say(f"  … en nog {len(found.late) - len(shown)}")
    say()
    say("Dit gaat deze week uit:" if found.coming else "Deze week gaat er niets uit.")
    for task, step, count in found.coming:
        say(f"  {task.plan.title}{_round(task.plan.round)}: {step}, {counted(count, 'taak', 'taken')}")
    say()
    say(f"{counted(found.mails, 'mail', 'mails')} nagespeeld. U leest ze in de map {mails}")
    if found.held:
        say(f"{counted(found.held, 'mail wacht', 'mails wachten')} op vrijgave.")
    say(f"Zelf kijken: {command('tasks', workspace=target)}")


def _round(name: str | None) -> str:
    return f", ronde {name}" if name else ""
