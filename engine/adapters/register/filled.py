"""The stored register as a workbook, which imported back unchanged changes nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from io import BytesIO

from engine.adapters.register.blank import Cells, role_columns, workbook
from engine.core.dutch import WEEKDAYS
from engine.core.party import SWV
from engine.core.roles import ROLES
from engine.core.sheets import GEMEENTE, SHEET_OF, PartyRow, RegisterSheets, RoleEntry


def filled(stored: RegisterSheets, sector: str, today: date) -> bytes:
    """An .xlsx file with what holds today or later.

    A bestuur that is not active has no place in a workbook unless an active school names it, nor has what hangs on it;
    what ended or was taken back, and
    people whose roles have all ended, stay in the store alone.
    """
    besturen = {row.id.casefold() for row in stored.parties if row.kind == "bestuur" and row.active}
    besturen |= {row.bestuur.casefold() for row in stored.parties if row.kind == "school" and row.active}
    parties = [row for row in stored.parties if (row.bestuur or row.id).casefold() in besturen]
    places = {SWV, *(row.id.casefold() for row in parties)}
    places |= {f"{GEMEENTE}{row.gemeente}".casefold() for row in parties if row.gemeente}
    roles = [row for row in stored.roles if _runs(row, today) and row.party.casefold() in places]
    kinds = {row.id.casefold(): SHEET_OF[row.kind] for row in parties}
    usual = role_columns(sector)
    in_column = [row for row in roles if _fits_column(row, usual.get(kinds.get(row.party.casefold(), ""), ()))]
    columns = _columns(sector, parties, in_column)
    busy, ever = {row.email for row in roles}, {row.email for row in stored.roles}
    shown = {row for row in in_column if row.party.casefold() in kinds}
    listed = [row for row in roles if row not in shown]
    by_party: dict[str, dict[str, list[str]]] = {}
    for row in in_column:
        by_party.setdefault(row.party.casefold(), {}).setdefault(row.role, []).append(row.email)
    rows: dict[str, list[Cells]] = {
        "besturen": [_party(row, by_party) for row in parties if row.kind == "bestuur"],
        "scholen": [_party(row, by_party) for row in parties if row.kind == "school"],
        "contacten": [
            {
                "email": row.email,
                "naam": row.name,
                "aanhef": row.salutation,
                "telefoon": row.phone,
                "taal": row.language,
                "weekbericht": "" if row.weekly is None else WEEKDAYS[row.weekly],
            }
            for row in stored.contacts
            if row.email in busy or row.email not in ever
        ],
        "rollen": [
            {
                "email": row.email,
                "rol": row.role,
                "partij": row.party,
                "vanaf": row.first or "",
                "tot": row.last or "",
            }
            for row in listed
        ],
        "documenten": [
            {
                "soort": row.kind,
                "partij": row.party,
                "vastgesteld_op": row.adopted_on,
                "versie": row.version.removeprefix("v"),
                "geldig_tot": row.valid_until or "",
                "fase": row.stage,
            }
            for row in stored.documents
            if row.active and row.party.casefold() in places
        ],
        "vrije_dagen": [
            {
                "partij": row.party,
                "van": row.first,
                "tot": row.last,
                "omschrijving": row.description,
                "vervangt": row.replaces,
            }
            for row in stored.closings
            if row.active and row.party.casefold() in places
        ],
    }
    file = BytesIO()
    workbook(columns, rows).save(file)
    return file.getvalue()


def _runs(row: RoleEntry, today: date) -> bool:
    return row.last is None or row.last >= today


def _fits_column(row: RoleEntry, usual: Collection[str]) -> bool:
    """True for a role without dates that came by a column, or that may as well stand in one there is anyway."""
    if row.first is not None or row.last is not None or row.source == "rollen":
        return False
    return row.source == "kolom" or row.role in usual


def _columns(
    sector: str, parties: Collection[PartyRow], in_column: Collection[RoleEntry]
) -> dict[str, tuple[str, ...]]:
    """The usual role columns, and for each other role that came by a column one more."""
    kinds = {row.id.casefold(): SHEET_OF[row.kind] for row in parties}
    found = {}
    for sheet, usual in role_columns(sector).items():
        used = {row.role for row in in_column if kinds.get(row.party.casefold()) == sheet}
        more = sorted(used - {*usual}, key=lambda role: (ROLES.index(role) if role in ROLES else len(ROLES), role))
        found[sheet] = (*usual, *more)
    return found


def _party(row: PartyRow, by_party: Mapping[str, Mapping[str, list[str]]]) -> Cells:
    cells: dict[str, str | date] = {
        "nummer": row.id,
        "code": row.id,
        "naam": row.name,
        "bestuur": row.bestuur,
        "plaats": row.place,
        "gemeente": row.gemeente,
        "regio": row.region,
        "kenmerken": ", ".join(row.tags),
        "actief": "ja" if row.active else "nee",
        "voorheen": ", ".join(row.formerly),
    }
    return cells | {role: ", ".join(emails) for role, emails in by_party.get(row.id.casefold(), {}).items()}
