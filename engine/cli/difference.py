"""How plan tells a difference: which tasks, which dates were, and what it does to the mails of the coming weeks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from engine.app.foresight import WEEKS, MailDay
from engine.cli.show import say, say_some, table
from engine.core.dutch import counted, listed, long_date, some
from engine.core.party import Party
from engine.core.planning import Change, ChangeKind
from engine.core.task import PlannedTask, StoredTask

CHANGES: dict[ChangeKind, str] = {
    "new": "nieuw",
    "move": "verplaatst",
    "text": "tekst",
    "lapse": "vervalt",
    "same": "gelijk",
}
STAYS = "loopt nog, stop hem zelf", "lopen nog, stop die zelf"
# Of more lines below one round the first say enough.
MOST_LINES = 20
MOST_NAMES = 5
NO_DATE = "nog geen datum"
SAVED: dict[ChangeKind, str] = {
    "new": "nieuw",
    "move": "verplaatst",
    "text": "met andere tekst",
    "lapse": "vervallen",
}


def saved_told(changes: Sequence[Change]) -> str:
    """What was stored, in one line; a task that runs already does not lapse by itself."""
    running = sum(change.kind == "lapse" and is_running(change) for change in changes)
    counts = Counter(change.kind for change in changes if change.kind != "lapse" or not is_running(change))
    what = [f"{counted(counts[kind], 'taak', 'taken')} {word}" for kind, word in SAVED.items() if counts[kind]]
    stays = ""
    if running:
        many = counted(running, "taak die al loopt, vervalt", "taken die al lopen, vervallen")
        stays = f" {many} niet vanzelf: zie onderaan."
    if not what:
        return f"Opgeslagen. Aan de taken verandert niets.{stays}"
    return f"Opgeslagen: {listed(what)}.{stays} Dit is er veranderd:"


def is_running(change: Change) -> bool:
    """True where the stored task was opened already, so that only a person stops it."""
    return change.stored is not None and change.stored.state != "planned"


def tell_difference(changes: Sequence[Change], parties: Mapping[str, Party], *, in_full: bool = True) -> None:
    """A line for each round that changes; in full also what moves, who lapses, and how many tasks stay the same."""
    groups: dict[tuple[str, str, str], list[Change]] = {}
    for change in changes:
        task = change.task
        groups.setdefault((task.schooljaar, task.rule, task.round or ""), []).append(change)
    changed = dict(
        sorted(
            ((name, group) for name, group in groups.items() if any(change.kind != "same" for change in group)),
            key=lambda each: (each[0][:2], min(change.task.opens for change in each[1])),
        )
    )
    if changed:
        table(
            ("schooljaar", "regel", "ronde", "taken", "opent", "uiterlijk"),
            [_row(name, group) for name, group in changed.items()],
        )
    if not in_full:
        return
    for (year, rule, round_), group in changed.items():
        lines = list(_moves(group))
        if lines:
            say(f"Wat verschuift in {rule}{f', ronde {round_}' if round_ else ''}, {year}:")
        say_some(lines, MOST_LINES)
        gone = list(_lapses(group, parties))
        if gone:
            say(f"Wat vervalt in {rule}{f', ronde {round_}' if round_ else ''}, {year}:")
            say_some(gone, MOST_LINES)
    same = sum(change.kind == "same" for change in changes)
    if same:
        say(f"{counted(same, 'taak blijft', 'taken blijven')} gelijk.")


def tell_mail(days: Sequence[MailDay], *, saved: bool) -> None:
    """How many mails the coming weeks bring, before and after the difference, where that differs."""
    before, after = sum(day.before for day in days), sum(day.after for day in days)
    if all(day.before == day.after for day in days):
        say(f"De komende {WEEKS} weken verandert het aantal mails niet: ten hoogste {counted(after, 'mail', 'mails')}.")
        return
    was, becomes = ("eerst", "nu") if saved else ("nu", "met dit plan")
    say(f"Mails in de komende {WEEKS} weken, als niemand antwoordt: {was} {before}, {becomes} {after}.")
    rows = [(long_date(one.day), str(one.before), str(one.after)) for one in days if one.before != one.after]
    table(("dag", was, becomes), rows)


def tell_silent(tasks: Iterable[StoredTask], today: date) -> None:
    """Of which tasks no mail goes out by itself, a line for each round: waived, or held until it is released."""
    waived: dict[str, list[date]] = {}
    held: dict[str, list[date]] = {}
    for task in tasks:
        plan = task.plan
        name = f"{plan.rule}{f', ronde {plan.round}' if plan.round else ''}, {plan.schooljaar}"
        if task.state == "waived":
            waived.setdefault(name, []).append(plan.due)
        elif task.held:
            held.setdefault(name, []).append(plan.opens)
    lines = []
    for name, days in waived.items():
        why = "is voorbij" if max(days) < today else "ligt vóór de start"
        lines.append(f"{name}: uiterlijk {_span({*days})} {why}. Voor {_these(days)} gaat niets uit (n.v.t.).")
    for name, days in held.items():
        when = f"had al open moeten gaan op {_span({*days})}"
        lines.append(f"{name}: {when}. De post van {_these(days)} wacht op vrijgave.")
    if lines:
        say("Let op, hiervan gaat niets vanzelf uit:")
        say_some(lines, MOST_LINES)


def _these(days: Sequence[date]) -> str:
    return "deze taak" if len(days) == 1 else f"deze {len(days)} taken"


def _row(name: tuple[str, str, str], group: Sequence[Change]) -> tuple[str, ...]:
    running = sum(change.kind == "lapse" and is_running(change) for change in group)
    counts = Counter(change.kind for change in group)
    counts["lapse"] -= running
    parts = [f"{counts[kind]} {word}" for kind, word in CHANGES.items() if counts[kind]]
    what = ", ".join([*parts, *([counted(running, *STAYS)] if running else [])])
    return (*name, what, _span({change.task.opens for change in group}), _span({change.task.due for change in group}))


def _span(days: set[date]) -> str:
    first = long_date(min(days))
    return first if len(days) == 1 else f"{first} of later"


def _moves(group: Sequence[Change]) -> Iterator[str]:
    """Each date that moves, once for all tasks with the same move."""
    found: Counter[tuple[str, str, str]] = Counter()
    for change in group:
        if change.kind == "move" and change.stored is not None:
            was, becomes = _dates(change.stored.plan), _dates(change.task)
            for label in [*was, *(label for label in becomes if label not in was)]:
                if was.get(label) != becomes.get(label):
                    found[label, was.get(label, ""), becomes.get(label, "")] += 1
    for (label, old, new), number in found.items():
        how = f"was {old}, wordt {new}" if old and new else (f"komt erbij: {new}" if new else f"vervalt (was {old})")
        yield f"{label} {how} ({counted(number, 'taak', 'taken')})"


def _lapses(group: Sequence[Change], parties: Mapping[str, Party]) -> Iterator[str]:
    """Who loses the task, once for all with the same reason; not whose task runs, for that one stays."""
    found: dict[str, list[str]] = {}
    for change in group:
        if change.kind == "lapse" and not is_running(change):
            party = parties.get(change.task.party)
            found.setdefault(change.why, []).append(party.name if party is not None else change.task.party)
    for why, names in found.items():
        yield f"{listed(some(names, MOST_NAMES))}{f': {why}' if why else ''}"


def _dates(task: PlannedTask) -> dict[str, str]:
    named = {"peildatum": task.peildatum, "opent": task.opens, "uiterlijk": task.due, "vervalt": task.expires}
    dates = {label: long_date(day) for label, day in named.items() if day is not None}
    steps = {f"stap {step.name}": long_date(step.date) if step.date else NO_DATE for step in task.steps}
    return dates | steps
