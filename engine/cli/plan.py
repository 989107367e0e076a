"""plan, tasks, explain, simulate: what should happen, what is stored, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from engine import wiring
from engine.adapters.rulebook import located
from engine.app import planning
from engine.app.player import ANSWERS
from engine.app.simulate import simulate as play
from engine.cli import explaining
from engine.cli.options import (
    JsonOption,
    NowOption,
    SchooljaarOption,
    WorkspaceOption,
    allow_writing,
    moment,
    schooljaar_of,
)
from engine.cli.shapes import change_row, event_row, task_row
from engine.cli.show import emit, emit_line, say, show_problems, table
from engine.core.dutch import MONTHS, counted, long_date
from engine.core.localtime import local, local_date
from engine.core.plan_notes import plan_notes
from engine.core.planning import Change, ChangeKind
from engine.core.problem import Refused, WrongUse
from engine.core.states import TASK_WORDS, is_late
from engine.store.facts import adopted
from engine.store.register import is_empty
from engine.store.tasks import load_tasks

CHANGES: dict[ChangeKind, str] = {
    "new": "nieuw",
    "move": "verplaatst",
    "text": "tekst",
    "lapse": "vervalt",
    "same": "gelijk",
}
BUREAU = "bureau"


def add_verbs(program: typer.Typer) -> None:
    """Adds this room's verbs."""
    program.command("plan")(plan)
    program.command("tasks")(tasks)
    program.command("explain")(explain)
    program.command("simulate")(simulate)


def plan(
    schooljaar: SchooljaarOption = None,
    apply: Annotated[bool, typer.Option("--apply", help="Sla het verschil op.")] = False,
    fingerprint: Annotated[str | None, typer.Option("--fingerprint", hidden=True)] = None,
    adopt: Annotated[bool, typer.Option("--adopt", help="Stel het schooljaar vast: de taken gaan lopen.")] = False,
    workspace: WorkspaceOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Vergelijk wat er moet zijn met wat er is. --apply slaat het verschil op, --adopt stelt het schooljaar vast."""
    place = wiring.open_workspace(workspace)
    at = moment(now)
    if adopt and not (apply and schooljaar):
        raise WrongUse(
            "--adopt hoort bij een schooljaar en bij --apply.", "plan --schooljaar 2026-2027 --apply --adopt"
        )
    running = schooljaar_of(schooljaar, at)
    years = [running] if schooljaar else [running, running.next]
    rulebook = wiring.sound_rulebook_of(place)
    database = wiring.database_of(place)
    if apply:
        allow_writing(database, now)
    means = wiring.means_of(place, database)
    with database.write() if apply else database.read() as connection:
        if is_empty(connection):
            raise Refused("Het register is nog leeg.", "Haal het op: python3 -m engine import MAP --apply")
        changes = planning.propose(connection, means, rulebook, years)
        notes = plan_notes(rulebook.rules, *means.people(connection), years)
        seal = planning.fingerprint(changes, rulebook)
        if fingerprint is not None and not seal.startswith(fingerprint):
            raise Refused("Het plan is verouderd.", "Bekijk het plan opnieuw met: python3 -m engine plan")
        if apply:
            planning.apply(connection, changes, rulebook, at, BUREAU)
        new = adopt and planning.adopt(connection, means, running, at, BUREAU)
        live = adopted(connection)
    if as_json:
        emit([change_row(change) for change in changes])
        return
    _tell_plan(changes)
    show_problems(located(notes, rulebook.files))
    lapsing = [change.stored for change in changes if change.kind == "lapse" and change.stored is not None]
    for key in [task.plan.key for task in lapsing if task.state != "planned"]:
        say(f"{key} hoort niet meer in de planning, maar loopt al. Stop de taak zo: task {key} cancel --reason …")
    if adopt:
        say(f"Schooljaar {running} is {'nu' if new else 'al eerder'} vastgesteld.")
    elif apply:
        concept = [str(year) for year in years if str(year) not in live]
        say("Opgeslagen." if not concept else f"Opgeslagen. Nog concept: {', '.join(concept)}. Daarvan gaat niets uit.")
    else:
        again = f" --schooljaar {schooljaar}" if schooljaar else ""
        again += f" --workspace {workspace}" if workspace else ""
        say(f"Er is nog niets opgeslagen. Klopt dit? python3 -m engine plan --apply {seal[:12]}{again}")


def tasks(
    schooljaar: SchooljaarOption = None,
    rule: Annotated[str | None, typer.Option("--rule", metavar="REGEL")] = None,
    party: Annotated[str | None, typer.Option("--party", metavar="PARTIJ")] = None,
    state: Annotated[
        list[str] | None, typer.Option("--state", metavar="STATUS", help="open, planned, done … of late.")
    ] = None,
    workspace: WorkspaceOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Toon de taken met hun datums."""
    place = wiring.open_workspace(workspace)
    today = local_date(moment(now))
    years = None if schooljaar is None else [str(schooljaar_of(schooljaar, moment(now)))]
    wanted = {word for words in state or () for word in words.split(",")}
    if unknown := wanted - {*TASK_WORDS, "late"}:
        raise WrongUse(f"De status '{min(unknown)}' bestaat niet.", f"Kies uit {', '.join(TASK_WORDS)} of late.")
    with wiring.database_of(place).read() as connection:
        found = load_tasks(connection, schooljaren=years, rule=rule, party=party)
    found = [
        task
        for task in found
        if not wanted or task.state in wanted or ("late" in wanted and is_late(task.state, task.plan.due, today))
    ]
    if as_json:
        emit([task_row(task) for task in found])
        return
    rows = []
    for task in found:
        late = is_late(task.state, task.plan.due, today)
        rows.append((task.plan.key, "te laat" if late else TASK_WORDS[task.state], long_date(task.plan.due)))
    table(("taak", "status", "uiterlijk"), rows)
    say(counted(len(found), "taak", "taken"))


def explain(
    name: Annotated[str, typer.Argument(metavar="REGEL of TAAK", help="De naam van een regel, of van een taak.")],
    schooljaar: SchooljaarOption = None,
    workspace: WorkspaceOption = None,
    now: NowOption = None,
) -> None:
    """Leg uit hoe elke datum tot stand kwam, en wat er nog wordt verstuurd."""
    place = wiring.open_workspace(workspace)
    at = moment(now)
    for line in explaining.explain(place, name, schooljaar_of(schooljaar, at), at):
        say(line)


def simulate(
    schooljaar: SchooljaarOption = None,
    answers: Annotated[str, typer.Option("--answers", metavar="GEDRAG", help="none, prompt, late of mixed.")] = "mixed",
    seed: Annotated[int, typer.Option("--seed", metavar="GETAL", help="Zelfde getal, zelfde jaar.")] = 1,
    out: Annotated[Path | None, typer.Option("--out", metavar="MAP", help="Bewaar de mails in deze map.")] = None,
    workspace: WorkspaceOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Speel een schooljaar na, met de regels en het register van nu. Er wordt niets echt verstuurd."""
    place = wiring.open_workspace(workspace)
    habit = next((one for one in ANSWERS if one == answers), None)
    if habit is None:
        raise WrongUse(f"Het gedrag '{answers}' bestaat niet.", f"Kies uit {', '.join(ANSWERS)}.")
    if schooljaar is None:
        raise WrongUse("Kies een schooljaar.", "Bijvoorbeeld: simulate --schooljaar 2026-2027")
    year = schooljaar_of(schooljaar, moment(now))
    rulebook = wiring.sound_rulebook_of(place)
    source = wiring.database_of(place)
    with source.read() as connection:
        if is_empty(connection):
            raise Refused("Het register is nog leeg.", "Haal het op: python3 -m engine import MAP --apply")
    means = wiring.simulation_means(place, seed)
    channel = wiring.folder_channel(out) if out is not None else wiring.no_channel()
    story = play(means, source, rulebook, year, channel, answers=habit, seed=seed)
    counts: Counter[tuple[tuple[int, int], str]] = Counter()
    contacts: dict[int, str] = {}
    for told in story:
        if not contacts:
            with means.database.read() as connection:
                register = means.register(connection)
                contacts = {number: contact.email for number, contact in register.contacts.items()}
        if as_json:
            emit_line(event_row(told, contacts))
        at = local(told.event.at)
        counts[(at.year, at.month), told.event.kind] += 1
    if not as_json:
        _tell_year(counts)


def _tell_plan(changes: tuple[Change, ...]) -> None:
    groups: dict[tuple[str, str, str], list[Change]] = {}
    for change in changes:
        task = change.task
        groups.setdefault((task.schooljaar, task.rule, task.round or ""), []).append(change)
    rows = []
    for (year, rule, round_), group in groups.items():
        counts = Counter(change.kind for change in group)
        what = ", ".join(f"{counts[kind]} {word}" for kind, word in CHANGES.items() if counts[kind])
        opens = sorted({change.task.opens for change in group})
        due = sorted({change.task.due for change in group})
        rows.append((year, rule, round_, what, _span(opens), _span(due)))
    table(("schooljaar", "regel", "ronde", "taken", "opent", "uiterlijk"), rows)


def _span(days: Sequence[date]) -> str:
    return long_date(days[0]) if len(days) == 1 else f"{long_date(days[0])} of later"


def _tell_year(counts: Counter[tuple[tuple[int, int], str]]) -> None:
    months = sorted({month for month, _ in counts})
    kinds = {"opened": "geopend", "message": "mails", "answered": "antwoorden", "overdue": "te laat", "done": "klaar"}
    rows = [(f"{MONTHS[month[1] - 1]} {month[0]}", *(str(counts[month, kind]) for kind in kinds)) for month in months]
    table(("maand", *kinds.values()), rows)
