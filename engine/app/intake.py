"""import: compare a handed-in register with the stored one, and store the difference as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection

from engine.core.bestuur_names import besturen_by_name
from engine.core.by_hand import Stays, half_moved, rebased
from engine.core.documents import numbered, renewed_in_place
from engine.core.intake import RegisterDifference, SheetDifference, completed, difference, emptied, readdressed
from engine.core.localtime import local_date
from engine.core.mergers import check_mergers, notes_of_recoded, recoded
from engine.core.party import SWV
from engine.core.problem import Problem
from engine.core.roles import BUREAU
from engine.core.sheet_checks import check_register
from engine.core.sheets import ClosingRow, ContactRow, DocumentRow, PartyRow, Place, RegisterSheets, RoleEntry, period
from engine.store.facts import register_changed, schools_moved
from engine.store.imports import asked_versions
from engine.store.mail_days import foresee_from
from engine.store.register import (
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

Row = TypeVar("Row", PartyRow, ContactRow, RoleEntry, DocumentRow, ClosingRow)


def compare(
    connection: Connection,
    incoming: RegisterSheets,
    known_roles: Iterable[str],
    today: date,
    answers: Mapping[str, str] | None = None,
) -> tuple[RegisterDifference, tuple[Problem, ...]]:
    """What an import would change, and what is wrong with it; changes nothing.

    `answers` to "ander adres?" are old addresses with the new one of the same person; raises Refused.
    """
    stored = load_sheets(connection)
    handed_in, odd = besturen_by_name(incoming, stored)
    if any(row.version for row in handed_in.documents) and stored.documents:
        documents, anew = renewed_in_place(handed_in.documents, stored.documents, asked_versions(connection))
        handed_in, odd = replace(handed_in, documents=documents), (*odd, *anew)
    by_hand = rebased(handed_in, stored)
    found = difference(stored, by_hand.sheets, today)
    known = by_hand.caught_up
    if answers:
        stored = readdressed(stored, handed_in, found.questions, answers)
        by_hand = rebased(handed_in, stored)
        moved = {row.email: row.listed for row in stored.contacts if row.email in answers.values()}
        known = replace(by_hand.caught_up, contacts=tuple({**moved, **dict(by_hand.caught_up.contacts)}.items()))
        found = replace(difference(stored, by_hand.sheets, today), readdressed=tuple(answers.items()))
    incoming = by_hand.sheets
    half = half_moved(handed_in, by_hand.stays)
    future = completed(incoming, stored)
    new, gone = found.parties.new, found.parties.gone
    wrong = check_register(future, tuple(known_roles), recoded(new, gone))
    there = {(one.file, one.sheet, one.line, one.hint) for one in wrong}
    problems = (
        *odd,
        *wrong,
        *check_mergers(future, stored),
        *(one for one in notes_of_recoded(new, gone) if (one.file, one.sheet, one.line, one.hint) not in there),
        *_of_emptied(incoming, stored, today),
        *(_still_old(row, one, handed_in.roles) for row, one in half),
    )
    told = {one for _, one in half}
    return replace(found, stays=tuple(one for one in by_hand.stays if one not in told), caught_up=known), problems


def _still_old(row: ContactRow, one: Stays, roles: Iterable[RoleEntry]) -> Problem:
    at = row.at or Place("contacten", 1)
    new = next((role.at for role in roles if role.email == one.stays and role.at is not None), at)
    return at.problem(
        "email",
        f"hier staat nog het oude adres {one.listed}; het nieuwe staat {new.seen_from(at)}: {one.stays}",
        f"Zet hier ook {one.stays}. Tot dan geldt het nieuwe adres, met de gegevens van deze rij.",
        "note",
    )


def _of_emptied(incoming: RegisterSheets, stored: RegisterSheets, today: date) -> list[Problem]:
    return [
        Problem(
            "register",
            1,
            1,
            "",
            f"het blad {sheet} is leeg; wat er eerder op stond, blijft gelden",
            f"Moeten al die rijen vervallen? Lever dan {sheet}.csv aan, met alleen de kop.",
            "note",
        )
        for sheet in emptied(incoming, stored, today)
    ]


def has_bureau(connection: Connection, incoming: RegisterSheets, today: date) -> bool:
    """True when somebody has the role bureau at `swv`, today or later, once the sheets are imported."""
    stored = load_sheets(connection)
    roles = completed(rebased(incoming, stored).sheets, stored).roles
    return any((row.role, row.party) == (BUREAU, SWV) and (row.last is None or row.last >= today) for row in roles)


def apply(connection: Connection, found: RegisterDifference, now: datetime) -> RegisterSheets:
    """Stores a difference: what is gone becomes inactive or ends yesterday, nothing is deleted.

    Returns the register as it was, with the new addresses of contacts who moved.
    """
    today = local_date(now)
    listed = {row.email: row.listed for row in load_sheets(connection).contacts}
    readdress(connection, found.readdressed)
    settle_contacts(connection, found.caught_up.contacts)
    stored = load_sheets(connection)
    save_parties(connection, [*_arriving(found.parties), *(replace(row, active=False) for row in found.parties.gone)])
    save_contacts(connection, _arriving(found.contacts))
    ended = [_ended(row, today) for row in found.roles.gone]
    caught_up = {period(row): row for row in found.caught_up.roles}
    staying = [caught_up.get(period(row), row) for row in _staying(stored.roles, found.roles)]
    known = {(row.role, row.party.casefold()) for row in stored.roles}
    new = [replace(row, came=today) if period(row)[1:3] in known else row for row in found.roles.new]
    changed = [replace(one.new, came=one.old.came) for one in found.roles.changed]
    replace_roles(connection, [*staying, *new, *changed, *ended])
    documents = [*_staying(stored.documents, found.documents), *_arriving(found.documents)]
    taken_back = [replace(row, active=False) for row in found.documents.gone]
    replace_documents(connection, numbered([*documents, *taken_back]))
    closings = [*_staying(stored.closings, found.closings), *_arriving(found.closings)]
    replace_closings(connection, [*closings, *(replace(row, active=False) for row in found.closings.gone)])
    register_changed(connection)
    moved = [one for one in found.parties.changed if one.old.bestuur != one.new.bestuur and one.new.active]
    schools_moved(connection, {one.new.id: one.old.bestuur for one in moved})
    wake_all(connection, now)
    foresee_from(connection, today)
    listed |= {new: listed[old] for old, new in found.readdressed}
    return replace(stored, contacts=tuple(replace(row, listed=listed[row.email]) for row in stored.contacts))


def _arriving(sheet: SheetDifference[Row]) -> list[Row]:
    rows = list(sheet.new)
    rows.extend(change.new for change in sheet.changed)
    return rows


def _staying(stored: tuple[Row, ...], sheet: SheetDifference[Row]) -> list[Row]:
    leaving = set(sheet.gone)
    leaving.update(change.old for change in sheet.changed)
    return [row for row in stored if row not in leaving]


def _ended(row: RoleEntry, today: date) -> RoleEntry:
    """A role that was still to begin ends before it does, and so never holds."""
    return replace(row, last=today - timedelta(days=1))
