"""An import as a whole: stored with what it changed, and undone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from engine.app.intake import apply
from engine.core.dutch import listed, some
from engine.core.intake import RegisterDifference
from engine.core.intake_told import Told, names_in, told
from engine.core.localtime import local_date
from engine.core.plan_notes import PlanNote
from engine.core.problem import Refused
from engine.core.rule import Rule
from engine.core.settings import Settings
from engine.core.undoing import InUse, Undoing, changed_rows, undoing
from engine.core.vacancies import vacancy_notes
from engine.store.database import scratch_database
from engine.store.facts import register_changed
from engine.store.imports import (
    Import,
    contacts_in_use,
    document_keys,
    import_made,
    mark_undone,
    parties_in_use,
    record_import,
    sweep,
)
from engine.store.mail_days import foresee_from
from engine.store.register import (
    contact_numbers,
    copy_register,
    delete_contacts,
    delete_parties,
    load_register,
    load_sheets,
    readdress,
    replace_closings,
    replace_documents,
    replace_roles,
    save_contacts,
    save_parties,
    settle_contacts,
)
from engine.store.tasks import wake_all

MOST_NAMED = 5


def seal(found: RegisterDifference) -> str:
    """SHA-256 (hex) of a difference: another one as soon as the files or the stored rows that it is about changed."""
    return hashlib.sha256(repr(found).encode()).hexdigest()


def import_all(connection: Connection, found: RegisterDifference, files: Sequence[str], now: datetime, by: str) -> int:
    """Stores a difference and remembers it, so that it can be undone; returns the import's number."""
    sweep(connection, now)
    before = apply(connection, found, now)
    after = load_sheets(connection)
    taken, brought = changed_rows(before, after)
    lines = told(found, names_in(after, before))
    return record_import(connection, files, lines, found.readdressed, taken, brought, now, by)


def subjects_of(connection: Connection, lines: Iterable[Told]) -> tuple[str, ...]:
    """Whom an import was about, as an act names them: ids of parties, `contact:NUMBER`."""
    people = contact_numbers(connection)
    about = dict.fromkeys(whom for *_, whom in lines if whom)
    return tuple(f"contact:{people[one]}" if one in people else one for one in about if one in people or "@" not in one)


def new_gaps(
    connection: Connection, found: RegisterDifference, settings: Settings, rules: Sequence[Rule], now: datetime
) -> tuple[PlanNote, ...]:
    """Who would lack a role that rules ask once the difference is stored, as far as that is not so already."""
    today = local_date(now)
    before = load_register(connection, settings)
    with scratch_database().write() as scratch:
        copy_register(connection, scratch)
        apply(scratch, found, now)
        after = load_register(scratch, settings)
    known = vacancy_notes(rules, before, today)
    return tuple(one for one in vacancy_notes(rules, after, today) if one not in known)


def look_back(connection: Connection, made: Import) -> Undoing:
    """What undoing an import would do; raises Refused where it cannot be undone."""
    if made.undone_at is not None:
        raise Refused("Deze import is al ongedaan gemaakt.", "U hoeft niets meer te doen.")
    if made.taken is None or made.brought is None:
        raise Refused(
            "Deze import is te oud om ongedaan te maken.", "Herstel het met een nieuwe import van het register."
        )
    used = InUse(parties_in_use(connection), contacts_in_use(connection, made.id), document_keys(connection))
    found = undoing(load_sheets(connection), made.taken, made.brought, made.readdressed, used)
    if found.clashes:
        raise Refused(
            f"Na deze import is dit nog veranderd: {listed(some(found.clashes, MOST_NAMED))}.",
            "Maak eerst ongedaan wat daarna kwam, of herstel het met een nieuwe import van het register.",
        )
    return found


def undo_import(connection: Connection, number: int, now: datetime, by: str) -> Undoing:
    """Makes the register what it was before the import, as far as nothing refers to what came; raises Refused.

    Tasks of what is gone lapse at the next plan; what was sent stays sent.
    """
    made = import_made(connection, number)
    if made is None:
        raise Refused("Deze import is er niet.", "Kies een import uit de lijst.")
    found = look_back(connection, made)
    mark_undone(connection, number, now, by)
    after = found.after
    save_parties(connection, after.parties)
    save_contacts(connection, after.contacts)
    replace_roles(connection, after.roles)
    replace_documents(connection, after.documents)
    replace_closings(connection, after.closings)
    delete_parties(connection, found.gone_parties)
    delete_contacts(connection, found.gone_contacts)
    readdress(connection, [(new, old) for old, new in made.readdressed])
    if made.taken is not None:
        # That forgets what the lists said of the address.
        before = {new: old for old, new in made.readdressed}
        settle_contacts(
            connection, [(before[row.email], row.listed) for row in made.taken.contacts if row.email in before]
        )
    register_changed(connection)
    wake_all(connection, now)
    foresee_from(connection, local_date(now))
    return found
