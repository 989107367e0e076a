"""How plan tells a difference: which tasks, which dates were, and what it does to the mails of the coming weeks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from engine.app.foresight import WEEKS, MailDay
from engine.cli.show import say, say_some, table
from engine.core.difference import RoundChange, is_running, round_changes, saved, silent_rounds
from engine.core.dutch import counted, listed, long_date
from engine.core.party import Party
from engine.core.planning import Change
from engine.core.task import StoredTask

# Of more lines below one round the first say enough.
MOST_LINES = 20


def saved_told(changes: Sequence[Change]) -> str:
    """What was stored, in one line; a task that runs already does not lapse by itself."""
    running = sum(change.kind == "lapse" and is_running(change) for change in changes)
    what = saved(changes)
    stays = ""
    if running:
        many = counted(running, "taak die al loopt, vervalt", "taken die al lopen, vervallen")
        stays = f" {many} niet vanzelf: zie onderaan."
    if not what:
        return f"Opgeslagen. Aan de taken verandert niets.{stays}"
    return f"Opgeslagen: {listed(what)}.{stays} Dit is er veranderd:"


def tell_difference(changes: Sequence[Change], parties: Mapping[str, Party], *, in_full: bool = True) -> None:
    """A line for each round that changes; in full also what moves, who lapses, and how many tasks stay the same."""
    rows = round_changes(changes, parties)
    if rows:
        table(("schooljaar", "regel", "ronde", "taken", "opent", "uiterlijk"), [_cells(row) for row in rows])
    if not in_full:
        return
    for row in rows:
        if row.moves:
            say(f"Wat verschuift in {row.name}, {row.schooljaar}:")
        say_some([str(moved) for moved in row.moves], MOST_LINES)
        if row.lapses:
            say(f"Wat vervalt in {row.name}, {row.schooljaar}:")
            say_some([str(lapsed) for lapsed in row.lapses], MOST_LINES)
    same = sum(change.kind == "same" for change in changes)
    if same:
        say(f"{counted(same, 'taak blijft', 'taken blijven')} gelijk.")


def tell_mail(days: Sequence[MailDay], *, stored: bool) -> None:
    """How many mails the coming weeks bring, before and after the difference, where that differs."""
    before, after = sum(day.before for day in days), sum(day.after for day in days)
    if all(day.before == day.after for day in days):
        say(f"De komende {WEEKS} weken verandert het aantal mails niet: ten hoogste {counted(after, 'mail', 'mails')}.")
        return
    was, becomes = ("eerst", "nu") if stored else ("nu", "met dit plan")
    say(f"Mails in de komende {WEEKS} weken, als niemand antwoordt: {was} {before}, {becomes} {after}.")
    rows = [(long_date(one.day), str(one.before), str(one.after)) for one in days if one.before != one.after]
    table(("dag", was, becomes), rows)


def tell_at_once(mails: int, *, stored: bool) -> None:
    """How many mails leave at once because a last day moves that was or is near."""
    if mails:
        go, many = "gaat" if mails == 1 else "gaan", counted(mails, "mail", "mails")
        told = f"Er {go} nu {many} uit" if stored else f"Er {go} {many} uit zodra u dit opslaat"
        say(f"{told}: de oude of de nieuwe uiterste dag is binnen 48 uur.")


def tell_silent(tasks: Iterable[StoredTask], today: date) -> None:
    """Of which tasks no mail goes out by itself, a line for each round: waived, or held until it is released."""
    rounds = silent_rounds(tasks)
    if rounds:
        say("Let op, hiervan gaat niets vanzelf uit:")
        say_some([f"{one.name}, {one.schooljaar}: {one.told(today)}" for one in rounds], MOST_LINES)


def _cells(row: RoundChange) -> tuple[str, ...]:
    return row.schooljaar, row.rule, row.round, ", ".join(row.counts), str(row.opens), str(row.due)
