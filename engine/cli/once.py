"""tick, deliver: what the program does by itself while it runs, done once."""

from __future__ import annotations

from collections import Counter

import typer

from engine import wiring
from engine.adapters.clock import utc_now
from engine.app.agendas import refresh
from engine.app.alarms import tell_bureau
from engine.app.clock_guard import watch_clock
from engine.app.compose import compose
from engine.app.deliver import deliver as send
from engine.app.holding import hold_after_standstill
from engine.app.quiet import why_nothing_is_ready, why_nothing_leaves
from engine.app.tick import decide_all
from engine.cli.command import command
from engine.cli.options import JsonOption, NowOption, WorkspaceOption, writing
from engine.cli.show import emit, say
from engine.core.dutch import counted
from engine.core.problem import Refused
from engine.store.messages import all_messages


def add_verbs(program: typer.Typer) -> None:
    """Adds this room's verbs."""
    program.command("tick")(tick)
    program.command("deliver")(deliver)


def tick(workspace: WorkspaceOption = None, now: NowOption = None, as_json: JsonOption = False) -> None:
    """Kijk één keer wat er vandaag moet gebeuren, en maak de mails klaar."""
    with writing(workspace, now) as (means, at, _):
        watch_clock(means.database, at)
        if now is None:
            hold_after_standstill(means, at)
        events = [*decide_all(means, at), *compose(means, at)]
        tell_bureau(means, at)
        refresh(means, at)
        with means.database.read() as connection:
            ready = len(all_messages(connection, ["queued"]))
            held = len(all_messages(connection, ["held"]))
            why = "" if ready or held else why_nothing_is_ready(connection, means, at)
    counts = Counter(event.kind for event in events)
    if as_json:
        emit([{"opened": counts["opened"], "queued": ready, "held": held}])
        return
    say(f"{counted(counts['opened'], 'taak', 'taken')} geopend.")
    say(f"{counted(ready, 'mail staat', 'mails staan')} klaar om te versturen.")
    if held:
        look = command("outbox", "list", workspace=workspace)
        say(f"{counted(held, 'mail wacht', 'mails wachten')} op vrijgave. Bekijk ze eerst: {look}")
    if why:
        say(why)


def deliver(workspace: WorkspaceOption = None, now: NowOption = None, as_json: JsonOption = False) -> None:
    """Verstuur één keer de mails die klaarstaan."""
    with writing(workspace, now) as (means, at, place):
        watch_clock(means.database, at)
        if now is None:
            hold_after_standstill(means, at, ticks=False)
        channel = wiring.channel_of(place, means.database)
        try:
            done = send(means, channel, at, None if now else utc_now)
        finally:
            channel.close()
        with means.database.read() as connection:
            why = "" if done.sent else why_nothing_leaves(connection, means, at)
    if done.stopped:
        raise Refused(done.stopped, f"Er {_went(done.sent)}. De rest blijft wachten.")
    if as_json:
        emit([{"sent": done.sent}])
        return
    say(f"Er {_went(done.sent)}.")
    if why:
        say(why)


def _went(sent: int) -> str:
    return "ging niets weg" if sent == 0 else ("is 1 mail verstuurd" if sent == 1 else f"zijn {sent} mails verstuurd")
