"""plan: the difference between what should exist and what is stored; storing it, and adopting a schooljaar."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from engine import wiring
from engine.adapters.rulebook import located
from engine.app import planning
from engine.app.desk import Desk
from engine.app.foresight import WEEKS, foresee
from engine.app.preview import Preview, preview
from engine.app.stages import settle_documents
from engine.cli.command import command
from engine.cli.difference import saved_told, tell_at_once, tell_difference, tell_mail, tell_silent
from engine.cli.options import (
    JsonOption,
    NowOption,
    SchooljaarOption,
    WorkspaceOption,
    allow_writing,
    moment,
    open_to_write,
    schooljaar_of,
)
from engine.cli.shapes import change_row
from engine.cli.show import emit, say, say_some, show_problems
from engine.core.difference import is_running
from engine.core.dutch import counted, listed, long_date
from engine.core.localtime import local, local_date
from engine.core.problem import Refused, WrongUse
from engine.core.round_names import in_round
from engine.core.rule import Rulebook
from engine.core.schooljaar import Schooljaar
from engine.store.database import Database
from engine.store.facts import Proposal, waiting_proposal
from engine.store.register import is_empty

BUREAU = "bureau"
# Of a fingerprint people copy the first part.
SEAL, SEAL_TEXT = 12, re.compile("[0-9a-f]{8,64}")


def add_verbs(program: typer.Typer) -> None:
    """Adds this room's verb."""
    program.command("plan")(plan)


def plan(
    schooljaar: SchooljaarOption = None,
    apply: Annotated[
        bool,
        typer.Option("--apply", help="Sla het verschil op. --apply CODE: alleen als het nog is wat plan liet zien."),
    ] = False,
    fingerprint: Annotated[str | None, typer.Option("--fingerprint", hidden=True)] = None,
    adopt: Annotated[bool, typer.Option("--adopt", help="Stel het schooljaar vast: de taken gaan lopen.")] = False,
    workspace: WorkspaceOption = None,
    now: NowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Vergelijk wat er moet zijn met wat er is. --apply slaat het verschil op, --adopt stelt het schooljaar vast."""
    place = open_to_write(workspace) if apply else wiring.open_workspace(workspace)
    at = moment(now)
    _refuse_wrong_use(schooljaar, apply=apply, fingerprint=fingerprint, adopt=adopt)
    running = schooljaar_of(schooljaar, at)
    years = [running] if schooljaar else [running, running.next]
    year_option = ("--schooljaar", str(running)) if schooljaar else ()
    database = wiring.database_of(place)
    rulebook = _rulebook(place, database, fingerprint)
    if apply:
        allow_writing(database, now)
    means = wiring.means_of(place, database)
    new = False
    with database.write() if apply else database.read() as connection:
        if is_empty(connection):
            raise Refused("Het register is nog leeg.", "Haal het op.", ("import", "MAP", "--apply"))
        seen = preview(connection, means, rulebook, years, at, adopting=adopt, told=not as_json)
        if fingerprint is not None and not seen.seal.startswith(fingerprint):
            stale = "Het plan is verouderd, of de code klopt niet."
            raise Refused(stale, "Bekijk het plan opnieuw.", ("plan", *year_option))
        if apply:
            planning.apply(connection, means, seen.changes, rulebook, at, BUREAU)
            settle_documents(Desk(connection, means, at, planning.PROGRAM), rulebook.rules)
        if adopt:
            new = planning.adopt(connection, means, running, at, BUREAU)
        if apply:
            foresee(connection, means, at)
    if as_json:
        emit([change_row(change) for change in seen.changes])
        return
    if apply:
        say(saved_told(seen.changes))
    # Who types the code has just read all of it.
    in_full = fingerprint is None
    say_some([str(move) for move in seen.moves], len(seen.moves))
    tell_difference(seen.changes, seen.register.parties, in_full=in_full)
    if seen.sending and in_full:
        tell_mail(seen.mails, stored=apply)
    tell_at_once(seen.at_once, stored=apply)
    show_problems(located(seen.notes, rulebook.files) if in_full else [])
    tell_silent(seen.going, local_date(at))
    _tell_lapsing(seen, workspace)
    _tell_others(seen.others, workspace)
    if adopt:
        say(f"Schooljaar {running} is {'nu' if new else 'al eerder'} vastgesteld.")
    elif apply:
        _tell_concept(years, seen.sending)
        _tell_once_adopted(years[0], seen, all_held=place.settings.release == "altijd")
    else:
        _tell_once_adopted(years[0], seen, all_held=place.settings.release == "altijd")
        _tell_proposal(seen, command("plan", "--apply", seen.seal[:SEAL], *year_option, workspace=workspace))


def _refuse_wrong_use(schooljaar: str | None, *, apply: bool, fingerprint: str | None, adopt: bool) -> None:
    if adopt and not (apply and schooljaar):
        raise WrongUse(
            "--adopt hoort bij een schooljaar en bij --apply.", "plan --schooljaar 2026-2027 --apply --adopt"
        )
    if fingerprint is not None and not SEAL_TEXT.fullmatch(fingerprint):
        raise WrongUse(
            f"'{fingerprint}' is geen code van een plan.", "Neem achter --apply de letters en cijfers over van plan."
        )


def _rulebook(place: wiring.Workspace, database: Database, fingerprint: str | None) -> Rulebook:
    """That of the files; a proposal of the night is applied with the rulebook that it came from."""
    if fingerprint is not None:
        with database.read() as connection:
            waiting = waiting_proposal(connection)
        applied = wiring.applied_book(place, database)
        if applied is not None and waiting is not None and waiting.fingerprint.startswith(fingerprint):
            return applied
    return wiring.sound_rulebook_of(place)


def _tell_concept(years: Sequence[Schooljaar], sending: Collection[str]) -> None:
    concept = [str(year) for year in years if str(year) not in sending]
    if concept:
        say(f"Nog concept: {listed(concept)}. Daarvan gaat niets uit tot u het vaststelt.")


def _tell_once_adopted(year: Schooljaar, seen: Preview, *, all_held: bool) -> None:
    if seen.once_adopted is None or not seen.once_adopted[0]:
        return
    begun, mails = seen.once_adopted
    waived, held = (sum(task.state == "waived" for task in begun), sum(bool(task.held) for task in begun))
    told = f"Stelt u {year} nu vast, dan gaan er in de komende {WEEKS} weken ten hoogste "
    told += f"{counted(mails, 'mail', 'mails')} uit, als niemand antwoordt."
    if all_held and mails:
        told += " Al die mail wacht eerst op uw vrijgave."
    elif held:
        told += f" Van {counted(held, 'taak', 'taken')} wacht de post op vrijgave."
    say(told + (f" {counted(waived, 'taak wordt', 'taken worden')} n.v.t.: te laat." if waived else ""))


def _tell_proposal(seen: Preview, save: str) -> None:
    if all(change.kind == "same" for change in seen.changes):
        say("Het plan is bij: er is niets op te slaan.")
        return
    left = [change for change in seen.changes if change.kind != "same"]
    if not seen.new_rules and all(change.kind == "lapse" and is_running(change) for change in left):
        say("Er is niets op te slaan. Stop nog wel wat hierboven staat.")
        return
    _tell_waiting(seen.waiting)
    say(f"Er is nog niets opgeslagen. Klopt dit? {save}")


def _tell_waiting(proposal: Proposal | None) -> None:
    if proposal is not None:
        at = local(proposal.made_at)
        many = counted(proposal.changes, "taak", "taken")
        say(f"Sinds {long_date(at.date())} {at:%H:%M} wacht dit op u: een voorstel van het programma voor {many}.")


def _tell_lapsing(seen: Preview, workspace: Path | None) -> None:
    running = [change for change in seen.changes if change.kind == "lapse" and is_running(change)]
    for change in running:
        key = change.task.key
        party = seen.register.parties.get(change.task.party)
        stop = command("task", key, "cancel", "--reason", "uw reden", workspace=workspace)
        what = in_round(change.task.title, change.task.round)
        say(f"{party.name if party else 'onbekend'}: {what} hoort niet meer in de planning, maar loopt al.")
        say(f"  → Stop de taak zo: {stop}")
    if len(running) > 1:
        say(f"Of stop deze {len(running)} taken in één keer, op de pagina Voorstel (bij Jaarplanning).")


def _tell_others(others: Mapping[Schooljaar, int], workspace: Path | None) -> None:
    for year, count in others.items():
        look = command("plan", "--schooljaar", str(year), workspace=workspace)
        say(f"Ook in {year} verandert er iets: {counted(count, 'taak', 'taken')}. Bekijk en bewaar dat apart: {look}")
