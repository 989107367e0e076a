"""tasks, explain, simulate, feed: what is stored, why, how a schooljaar would go, and what agendas show of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Connection

from engine import wiring
from engine.app.agendas import look as look_at_agenda
from engine.app.agendas import make as make_agenda
from engine.app.agendas import whose_named
from engine.app.explaining import explained, year_in_which_it_holds
from engine.app.player import ANSWERS
from engine.app.simulate import simulate as play
from engine.app.used import Chains
from engine.cli.explain_task import explain_task
from engine.cli.options import JsonOption, NowOption, SchooljaarOption, WorkspaceOption, moment, schooljaar_of
from engine.cli.shapes import event_row, task_row
from engine.cli.show import emit, emit_bytes, emit_line, say, table
from engine.core.dutch import MONTHS, counted, listed, long_date, some
from engine.core.localtime import local, local_date
from engine.core.outlook import is_concept, late, status_word
from engine.core.problem import Refused, WrongUse, suggestion
from engine.core.rule import Rule
from engine.core.states import TASK_WORDS
from engine.store.facts import adopted, is_trial, start_day
from engine.store.register import is_empty
from engine.store.tasks import load_task, load_tasks, names_in_use

# Of more keys the first say enough.
MOST_KEYS = 8


def add_verbs(program: typer.Typer) -> None:
    """Adds this room's verbs."""
    program.command("tasks")(tasks)
    program.command("explain")(explain)
    program.command("simulate")(simulate)
    program.command("feed")(feed)


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
        rules, parties = names_in_use(connection)
        live = adopted(connection)
    found = [
        task for task in found if not wanted or task.state in wanted or ("late" in wanted and late(task, live, today))
    ]
    if as_json:
        emit([task_row(task) for task in found])
        return
    rows = [(task.plan.key, status_word(task, live, today), long_date(task.plan.due)) for task in found]
    table(("taak", "status", "uiterlijk"), rows)
    say(counted(len(found), "taak", "taken"))
    if any(is_concept(task, live) for task in found):
        say("concept: het schooljaar is nog niet vastgesteld, dus van deze taken gaat niets uit.")
    _tell_unknown("--rule", rule, rules)
    _tell_unknown("--party", party, parties)


def explain(
    name: Annotated[str, typer.Argument(metavar="REGEL of TAAK", help="De naam van een regel, of van een taak.")],
    schooljaar: SchooljaarOption = None,
    workspace: WorkspaceOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Leg uit hoe elke datum tot stand kwam, en wat er nog wordt verstuurd."""
    place = wiring.open_workspace(workspace)
    at = moment(now)
    lines = _explained(place, name, schooljaar, at)
    if as_json:
        emit([{"text": line} for line in lines if line])
        return
    for line in lines:
        say(line)


def _explained(place: wiring.Workspace, name: str, schooljaar: str | None, now: datetime) -> list[str]:
    """The lines on a rule (its id or file) or a task; a rule can be explained before there is a register."""
    year = schooljaar_of(schooljaar, now)
    rulebook = wiring.sound_rulebook_of(place)
    database = wiring.database_of(place) if wiring.has_database(place) else wiring.empty_database()
    means = wiring.means_of(place, database)
    asked = _rule_asked(name, rulebook.rules)
    if asked is not None and "@" in name and schooljaar is None:
        year = year_in_which_it_holds(asked, year)
    with database.read() as connection:
        if asked is not None:
            return explained(connection, means, rulebook.rules, asked, year)
        register = means.register(connection)
        task = load_task(connection, name)
        if task is None:
            raise _unknown(name, sorted({rule.id for rule in rulebook.rules}), connection)
        start = start_day(connection) or means.settings.start or local_date(now)
        used = Chains(connection, means, local_date(now)).of(task.plan)
        return list(explain_task(connection, task, register, adopted(connection), start, now, used))


def _rule_asked(name: str, rules: Sequence[Rule]) -> Rule | None:
    """The rule of that id, or in the file of that name: with or without folder, ending and version."""
    file = name.replace("\\", "/").rpartition("/")[2].casefold()
    stem = file.removesuffix(".yaml").removesuffix(".toml")
    in_file = (rule for rule in rules if rule.file.rpartition("/")[2].rpartition(".")[0] == stem)
    return next(in_file, None) or next((rule for rule in rules if rule.id == stem), None)


def _unknown(name: str, rules: Sequence[str], connection: Connection) -> Refused:
    """What was probably meant: tasks of that rule and party, the rule, or a rule that is called almost so."""
    said = f"Er is geen regel en geen taak {name}."
    rule, *parts = name.casefold().split(".")
    found = [task.plan for task in load_tasks(connection, rule=rule)]
    keys = [one.key for one in found if parts and one.party.casefold() == parts[-1]]
    keys = [key for key in keys if set(parts) <= set(key.casefold().split("."))] or keys
    if keys:
        return Refused(said, f"Deze taken zijn er: {listed(some(keys, MOST_KEYS))}.")
    if found:
        return Refused(said, f"Bekijk de taken van {rule}.", ("tasks", "--rule", rule))
    near = suggestion(rule.partition("@")[0], rules)
    if not near:
        return Refused(said, f"Regels: {listed(rules)}.")
    others = [one for one in rules if one != near]
    return Refused(said, f"Bedoelde u `{near}`?{f' Andere regels: {listed(others)}.' if others else ''}")


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
            raise Refused("Het register is nog leeg.", "Haal het op.", ("import", "MAP", "--apply"))
    if out is not None and any(out.glob("*.eml")):
        raise Refused(f"In de map {out} staan al mails. Die raken met de nieuwe door elkaar.", "Kies een nieuwe map.")
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


def feed(
    name: Annotated[
        str,
        typer.Argument(
            metavar="AGENDA", help="swv, het nummer van een bestuur, de code van een school, of contact:E-MAILADRES."
        ),
    ],
    workspace: WorkspaceOption = None,
    now: NowOption = None,
) -> None:
    """Geef een agenda als .ics, zoals een abonnee hem krijgt. Met +vakanties achter de naam ook de schoolvakanties."""
    place = wiring.open_workspace(workspace)
    at = moment(now)
    database = wiring.database_of(place)
    means = wiring.means_of(place, database)
    with database.read() as connection:
        whose = str(whose_named(name, means.register(connection)))
        # With a made-up time only a trial remembers what its agendas showed.
        keeps = now is None or is_trial(connection)
        raw = b"" if keeps else look_at_agenda(connection, means, whose, at)
    if keeps:
        with database.write() as connection:
            raw = make_agenda(connection, means, whose, at)
    emit_bytes(raw)


def _tell_unknown(option: str, given: str | None, known: Collection[str]) -> None:
    """No tasks is an answer; of a name that no task has it is said, as it may be a typing error."""
    if given is not None and given not in known:
        near = suggestion(given, known)
        say(f"Geen enkele taak hoort bij {option} {given}." + (f" Bedoelde u {near}?" if near else ""))


def _tell_year(counts: Counter[tuple[tuple[int, int], str]]) -> None:
    months = sorted({month for month, _ in counts})
    kinds = {"opened": "geopend", "message": "mails", "answered": "antwoorden", "overdue": "te laat", "done": "klaar"}
    rows = [(f"{MONTHS[month[1] - 1]} {month[0]}", *(str(counts[month, kind]) for kind in kinds)) for month in months]
    table(("maand", *kinds.values()), rows)
