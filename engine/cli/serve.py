"""run, demo: the program at work, and the program shown on a made-up SWV."""

from __future__ import annotations

import re
import socket
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import structlog
import typer

from engine import scheduler, wiring
from engine.adapters.clock import MovableClock, utc_now
from engine.app import demo as made_up
from engine.app.means import Means
from engine.cli.command import command
from engine.cli.letting_in import HOST, PORT, demo_link, first_user_told
from engine.cli.options import NowOption, WorkspaceOption, moment, open_to_write
from engine.cli.prepare import make_workspace
from engine.cli.show import say, table
from engine.core.delivery import READY_BEFORE
from engine.core.dutch import counted, long_date
from engine.core.localtime import local_date
from engine.core.problem import WrongUse
from engine.outside import reading_of
from engine.store.database import Database
from engine.web.server import listen, serve
from engine.web.visit import Site

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
    only: Annotated[
        str | None, typer.Option("--only", metavar="DEEL", help="Alleen de pagina's (web) of het werk (worker).")
    ] = None,
    host: Annotated[str, typer.Option("--host", metavar="ADRES", help="Het netwerkadres van de pagina's.")] = HOST,
    port: Annotated[int, typer.Option("--port", metavar="POORT", help="De poort van de pagina's.")] = PORT,
    workspace: WorkspaceOption = None,
) -> None:
    """Laat het programma draaien: de pagina's, en elke minuut kijken wat er moet gebeuren en de mail versturen."""
    if only not in (None, "web", "worker"):
        raise WrongUse(f"Dit deel bestaat niet: {only}.", "Kies: run --only web, of: run --only worker")
    place = open_to_write(workspace)
    database = wiring.database_of(place)
    _log_plainly()
    means = wiring.means_of(place, database, wait=READY_BEFORE)
    try:
        if only == "worker":
            scheduler.run_until_stopped(_work(place, database, means))
            return
        plug = listen(host, port)
        site = Site(place=place, means=means, clock=utc_now, secure=place.settings.link_address.startswith("https://"))
        say(f"De pagina's staan op {_address(host, plug)}")
        for line in first_user_told(means, _address(host, plug), utc_now()):
            say(line)
        with nullcontext() if only == "web" else scheduler.ticking(_work(place, database, means)):
            sys.stdout.flush()
            serve(site, plug)
    finally:
        database.close()


def _work(place: wiring.Workspace, database: Database, means: Means) -> scheduler.Work:
    return scheduler.Work(
        means=means,
        channel=wiring.channel_of(place, database),
        clock=utc_now,
        rulebook=lambda: wiring.applied_book(place, database),
        reading=reading_of(place.settings),
    )


def _log_plainly() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=structlog.PrintLoggerFactory(),
    )


def _address(host: str, plug: socket.socket) -> str:
    shown = "localhost" if host in ("127.0.0.1", "::1", "0.0.0.0", "::") else host  # noqa: S104  # only shown
    return f"http://{shown}:{plug.getsockname()[1]}/"


def demo(
    once: Annotated[bool, typer.Option("--once", help="Toon de samenvatting en stop.")] = False,
    folder: Annotated[
        Path | None,
        typer.Option("--workspace", metavar="MAP", help="Een nieuwe map. Anders kiest het programma er een."),
    ] = None,
    port: Annotated[int, typer.Option("--port", metavar="POORT", help="De poort van de pagina's.")] = PORT,
    now: NowOption = None,
) -> None:
    """Bekijk een verzonnen samenwerkingsverband: een jaar taken, mails en antwoorden, nagespeeld tot nu."""
    at = moment(now)
    plug = None if once else listen(HOST, port)
    target = folder if folder is not None else Path(tempfile.mkdtemp(prefix="jaarplanning-demo-"))
    say("Ik maak een verzonnen samenwerkingsverband en speel het na tot nu. Er gaat geen echte mail uit.")
    make_workspace(target, "vo")
    _set_up(target / wiring.CONFIG, "" if plug is None else _address(HOST, plug))
    place = wiring.open_workspace(target)
    mails = place.mails
    means = wiring.simulation_means(place, made_up.SEED, kept=True)
    found = made_up.play(means, wiring.sound_rulebook_of(place), wiring.folder_channel(mails), at, made_up.SEED)
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
    if plug is None:
        return
    database = wiring.database_of(place)
    _log_plainly()
    means = wiring.means_of(place, database, wait=READY_BEFORE)
    site = Site(place=place, means=means, clock=MovableClock(at), demo=True)
    say("Open deze link om de pagina's te zien (stoppen: Ctrl+C):")
    say(f"  {demo_link(means, _address(HOST, plug), site.clock())}")
    sys.stdout.flush()
    serve(site, plug)
    database.close()


def _set_up(config: Path, address: str) -> None:
    """The mails of a demo lead to the pages of that demo, and wait only where a rule says so: then one sees them go."""
    text = config.read_text(encoding="utf-8").replace('vrijgeven = "altijd"', 'vrijgeven = "regel"')
    if address:
        text = re.sub(r'(?m)^adres = "[^"]*"', f'adres = "{address.rstrip("/")}"', text)
    config.write_text(text, encoding="utf-8")


def _round(name: str | None) -> str:
    return f", ronde {name}" if name else ""
