"""plan: the difference between what should exist and what is stored; storing it, and adopting a schooljaar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from engine import wiring
from engine.adapters.rulebook import located
from engine.app import planning
from engine.app.foresight import MailDay, coming_mail, foresee
from engine.cli.difference import tell_difference, tell_mail
from engine.cli.options import (
    JsonOption,
    NowOption,
    SchooljaarOption,
    WorkspaceOption,
    allow_writing,
    moment,
    schooljaar_of,
)
from engine.cli.shapes import change_row
from engine.cli.show import emit, say, show_problems
from engine.core.dutch import counted, long_date
from engine.core.localtime import local
from engine.core.plan_notes import plan_notes
from engine.core.planning import Change
from engine.core.problem import Refused, WrongUse
from engine.core.rule import Rulebook
from engine.store.database import Database
from engine.store.facts import Proposal, adopted, waiting_proposal
from engine.store.register import is_empty

BUREAU = "bureau"
# Of a fingerprint people copy the first part.
SEAL, SHORTEST_SEAL = 12, 8


def add_verbs(program: typer.Typer) -> None:
    """Adds this room's verb."""
    program.command("plan")(plan)


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
    _refuse_wrong_use(schooljaar, apply=apply, fingerprint=fingerprint, adopt=adopt)
    running = schooljaar_of(schooljaar, at)
    years = [running] if schooljaar else [running, running.next]
    database = wiring.database_of(place)
    rulebook = _rulebook(place, database, fingerprint)
    if apply:
        allow_writing(database, now)
    means = wiring.means_of(place, database)
    mails: Sequence[MailDay] = ()
    new = False
    with database.write() if apply else database.read() as connection:
        if is_empty(connection):
            raise Refused("Het register is nog leeg.", "Haal het op: python3 -m engine import MAP --apply")
        changes = planning.propose(connection, means, rulebook, years)
        seal = planning.fingerprint(changes, rulebook)
        if fingerprint is not None and not seal.startswith(fingerprint):
            raise Refused("Het plan is verouderd.", "Bekijk het plan opnieuw met: python3 -m engine plan")
        notes = plan_notes(rulebook.rules, *means.people(connection), years)
        waiting, live = waiting_proposal(connection), adopted(connection)
        sending = {*live, str(running)} if adopt else live
        if sending and not as_json:
            mails = coming_mail(connection, means, changes, sending, at)
        if apply:
            planning.apply(connection, changes, rulebook, at, BUREAU)
            new = adopt and planning.adopt(connection, means, running, at, BUREAU)
            foresee(connection, means, at)
    if as_json:
        emit([change_row(change) for change in changes])
        return
    tell_difference(changes)
    if sending:
        tell_mail(mails)
    show_problems(located(notes, rulebook.files))
    _tell_lapsing(changes)
    if adopt:
        say(f"Schooljaar {running} is {'nu' if new else 'al eerder'} vastgesteld.")
    elif apply:
        concept = [str(year) for year in years if str(year) not in live]
        say("Opgeslagen." if not concept else f"Opgeslagen. Nog concept: {', '.join(concept)}. Daarvan gaat niets uit.")
    elif all(change.kind == "same" for change in changes):
        say("Het plan is bij: er is niets op te slaan.")
    else:
        _tell_waiting(waiting)
        again = f" --schooljaar {schooljaar}" if schooljaar else ""
        again += f" --workspace {workspace}" if workspace else ""
        say(f"Er is nog niets opgeslagen. Klopt dit? python3 -m engine plan --apply {seal[:SEAL]}{again}")


def _refuse_wrong_use(schooljaar: str | None, *, apply: bool, fingerprint: str | None, adopt: bool) -> None:
    if adopt and not (apply and schooljaar):
        raise WrongUse(
            "--adopt hoort bij een schooljaar en bij --apply.", "plan --schooljaar 2026-2027 --apply --adopt"
        )
    if fingerprint is not None and len(fingerprint) < SHORTEST_SEAL:
        raise WrongUse(f"'{fingerprint}' is te kort.", "Neem de letters en cijfers over die plan laat zien.")


def _rulebook(place: wiring.Workspace, database: Database, fingerprint: str | None) -> Rulebook:
    """That of the files; a proposal of the night is applied with the rulebook that it came from."""
    if fingerprint is not None:
        with database.read() as connection:
            waiting = waiting_proposal(connection)
        applied = wiring.applied_book(place, database)
        if applied is not None and waiting is not None and waiting.fingerprint.startswith(fingerprint):
            return applied
    return wiring.sound_rulebook_of(place)


def _tell_waiting(proposal: Proposal | None) -> None:
    if proposal is not None:
        at = local(proposal.made_at)
        many = counted(proposal.changes, "taak", "taken")
        say(f"Sinds {long_date(at.date())} {at:%H:%M} wacht dit op u: een voorstel van het programma voor {many}.")


def _tell_lapsing(changes: Sequence[Change]) -> None:
    for change in changes:
        if change.kind == "lapse" and change.stored is not None and change.stored.state != "planned":
            key = change.task.key
            say(f"{key} hoort niet meer in de planning, maar loopt al. Stop de taak zo: task {key} cancel --reason …")
