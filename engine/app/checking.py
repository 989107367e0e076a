"""check, beyond files alone: what rules, register and calendars together show that a bureau should know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection

from engine.app.intake import apply, compare
from engine.app.means import Means
from engine.core.chain_notes import chain_notes
from engine.core.filter_notes import filter_notes
from engine.core.localtime import local_date
from engine.core.party import Party, Register
from engine.core.plan_notes import PlanNote, plan_notes, register_notes, role_notes
from engine.core.ports import Calendars
from engine.core.problem import stops
from engine.core.rule import Rulebook
from engine.core.schooljaar import Schooljaar
from engine.core.settings import REGIONS
from engine.core.sheets import RegisterSheets
from engine.core.unreached import bureau_notes, still_there, unreached_notes
from engine.core.vacancies import vacancy_notes
from engine.core.version_notes import version_notes
from engine.store.database import Database
from engine.store.register import is_empty
from engine.store.unreached import unreached


def notes(
    connection: Connection, means: Means, rulebook: Rulebook, now: datetime, only: Schooljaar | None = None
) -> tuple[PlanNote, ...]:
    """The notes on the running schooljaar and the next, or on one alone.

    Without a register only those on the dates of the SWV's region.
    """
    running = Schooljaar.of(local_date(now))
    schooljaren = (running, running.next) if only is None else (only,)
    if is_empty(connection):
        return (*version_notes(rulebook, running), *_of_dates_alone(means, rulebook, schooljaren))
    register, calendars = means.people(connection)
    return (
        *version_notes(rulebook, running),
        *role_notes(rulebook.rules, register),
        *vacancy_notes(rulebook.rules, register, local_date(now)),
        *filter_notes(rulebook.rules, register),
        *plan_notes(rulebook.rules, register, calendars, schooljaren),
        *chain_notes(rulebook.rules, register, calendars, schooljaren),
        *register_notes(register, calendars, schooljaren),
        *notes_on_people(connection, register, local_date(now)),
    )


def notes_on_people(connection: Connection, register: Register, today: date) -> tuple[PlanNote, ...]:
    """What keeps mail from people today, whatever the rules: nobody is the bureau, addresses at which none arrives."""
    lost = still_there(unreached(connection), register, today)
    return (*bureau_notes(register, today), *unreached_notes(lost, register, today))


def tried_out(database: Database, sheets: RegisterSheets, roles: Sequence[str], now: datetime) -> bool:
    """Stores a register that was not imported yet in an empty database made for it; False when it has problems."""
    with database.write() as connection:
        difference, problems = compare(connection, sheets, roles, local_date(now))
        if stops(problems):
            return False
        apply(connection, difference, now)
    return True


def made_up_people(means: Means) -> tuple[Register, Calendars]:
    """A school and a bestuur in the SWV's region, to show dates with before there is a register."""
    region = f"in regio {means.settings.region}"
    parties = (
        Party("swv", "swv", "het samenwerkingsverband"),
        Party("bestuur", "bestuur", f"een bestuur {region}"),
        Party("school", "school", f"een school {region}", bestuur="bestuur"),
    )
    anyone = Register({party.id: party for party in parties}, {}, ())
    return anyone, means.calendars_for(anyone)


def holidays_until(means: Means) -> date:
    """The last day of the school holidays that are published, of the region where that comes first: on every page."""
    anyone: dict[str, Party] = {region: Party(region, "school", region, region=region) for region in REGIONS}
    calendars = means.calendars_for(Register(anyone, {}, ()))
    return min(calendars.of(region).published_until for region in REGIONS)


def _of_dates_alone(means: Means, rulebook: Rulebook, schooljaren: Sequence[Schooljaar]) -> tuple[PlanNote, ...]:
    rules = [replace(rule, only=None, besides=None) for rule in rulebook.rules if rule.kind != "document"]
    people = made_up_people(means)
    return (*plan_notes(rules, *people, schooljaren), *chain_notes(rules, *people, schooljaren))
